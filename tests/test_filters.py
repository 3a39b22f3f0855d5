"""The filters that all commands share: ground, parties, kinds, sources."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cli_errors import refused

import geomap
from geomap import geodesy
from geomap.gazetteer.scope import box, scope

if TYPE_CHECKING:
    from conftest import Cli

BAKHMUT = (48.6, 38.0)
REPORTS = (
    ("a", "2023-03-02", "Example News", "https://news.example/1",
     "Russian forces captured Krasna Hora. Shells fell near Bakhmut."),
    ("b", "2023-03-03", "Wire", "https://www.wire.example/2",
     "Ukrainian forces advanced near Kreminna. Russian forces shelled Kupiansk."),
    ("c", "2023-03-04", None, None, "Ukrainian forces held Bakhmut."),
)  # fmt: skip


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    path = tmp_path / "reports.jsonl"
    keys = ("id", "date", "source", "url", "text")
    rows = [dict(zip(keys, r, strict=True)) for r in REPORTS]
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    return path


@pytest.fixture
def kept(cli: Cli, reports: Path, tmp_path: Path) -> Any:
    """Return what `export` keeps of the reports under some options."""

    def run(*options: object) -> list[dict[str, Any]]:
        out = tmp_path / "o.geojson"
        code, _, err = cli("export", reports, "-o", out, *options)
        assert code == 0, err
        found = json.loads(out.read_text(encoding="utf-8"))["features"]
        return [f["properties"] for f in found]

    return run


def names(rows: list[dict[str, Any]]) -> set[str]:
    return {r["name"] for r in rows}


def test_a_party_keeps_its_claims_and_what_their_sentences_name(kept: Any) -> None:
    rows = kept("--party", "russian")
    assert {r["actor"] for r in rows if r["layer"] == "claim"} == {"Russia"}
    assert names([r for r in rows if r["layer"] == "mention"]) == {"Krasna Hora", "Kupiansk"}
    assert len(kept("--party", "Russia,Ukraine")) == len(kept("--party", "Russia", "--party=Kyiv"))


def test_a_kind_is_a_layer_an_action_or_a_kind_of_mention(kept: Any) -> None:
    assert {r["layer"] for r in kept("--kind", "claims")} == {"claim"}
    assert {r["action"] for r in kept("--kind", "captured,Advanced")} == {"captured", "advanced"}
    assert {r["kind"] for r in kept("--kind", "literal")} == {"literal"}
    assert {r["text"] for r in kept("--kind", "demonym")} == {"Russian", "Ukrainian"}


def test_a_source_is_part_of_its_name_or_its_host(kept: Any) -> None:
    assert {r["article_id"] for r in kept("--source", "example news")} == {"a"}
    assert {r["article_id"] for r in kept("--source", "wire.example")} == {"b"}
    both = kept("--source", "wire", "--source", "news.example")
    assert {r["article_id"] for r in both} == {"a", "b"}


def test_a_box_and_a_radius_keep_what_lies_in_them(kept: Any) -> None:
    assert names(kept("--bbox", "37.5,48.3,38.3,48.9")) >= {"Bakhmut", "Krasna Hora"}
    assert "Kupiansk" not in names(kept("--bbox", "37.5,48.3,38.3,48.9"))
    near = [r for r in kept("--region", "Bakhmut", "--radius", "12km") if r["lat"] is not None]
    assert names(near) >= {"Bakhmut", "Krasna Hora"}
    for row in near:
        assert geodesy.distance_km(*BAKHMUT, row["lat"], row["lon"]) < 13
    assert "Krasna Hora" not in names(kept("--region", "Bakhmut", "--radius", "1 mi"))


def test_a_file_of_polygons_is_a_region(kept: Any, tmp_path: Path) -> None:
    ring = [[37.5, 48.3], [38.3, 48.3], [38.3, 48.9], [37.5, 48.9], [37.5, 48.3]]
    file = tmp_path / "my area.geojson"
    shape = {"type": "Polygon", "coordinates": [ring]}
    file.write_text(json.dumps({"type": "Feature", "properties": {}, "geometry": shape}))
    assert names(kept("--region", file)) == names(kept("--bbox", "37.5,48.3,38.3,48.9"))
    line = tmp_path / "line.geojson"
    shape = {"type": "LineString", "coordinates": ring}
    line.write_text(json.dumps({"type": "Feature", "properties": {}, "geometry": shape}))
    assert names(kept("--region", line, "--radius", "900km")) >= {"Kupiansk", "Bakhmut"}


def test_the_front_is_a_region_along_the_line(kept: Any, tmp_path: Path) -> None:
    line = tmp_path / "line.geojson"
    shape = {"type": "LineString", "coordinates": [[38.05, 48.3], [38.05, 49.3]]}
    told = {"kind": "contact_line", "date": "2023-03-02"}
    line.write_text(json.dumps({
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": told, "geometry": shape}],
    }))  # fmt: skip
    near = names(kept("--front", line, "--region", "the front", "--radius", "15km"))
    assert near >= {"Bakhmut"}
    assert not near & {"Kupiansk"}


@pytest.mark.parametrize("name", ["Донецька область", "Donetsk region", "donetska oblast"])
def test_a_division_is_found_in_any_spelling(gazetteer: geomap.Gazetteer, name: str) -> None:
    assert scope(gazetteer, name).name == "Donetsk Oblast, Ukraine"


def test_a_name_of_a_town_and_a_division_means_the_town_under_a_radius(
    gazetteer: geomap.Gazetteer,
) -> None:
    town = scope(gazetteer, "Donetsk, Ukraine", 30)
    assert town.name == "30 km round Donetsk, Ukraine"
    assert geodesy.area_km2(town.geometry) == pytest.approx(2827, rel=0.02)


def test_a_box_may_cross_the_180th_meridian() -> None:
    region = box(170, -50, -170, -30)
    assert sorted(round(b, 6) for b in region.geometry.bounds) == [-180, -50, -30, 180]
    assert geodesy.area_km2(region.geometry) == pytest.approx(
        geodesy.area_km2(box(0, -50, 20, -30).geometry), rel=0.01
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--party", "France"], "none of the theatre's: Russia, Ukraine"),
        (["--kind", "captred"], "did you mean 'captured'?"),
        (["--source", "Nobody"], "there are Example News, Wire"),
        (["--bbox", "1,2,3"], "west,south,east,north"),
        (["--bbox", "1,2,3,north"], "west,south,east,north"),
        (["--bbox", "36,95,38,97"], "not in degrees"),
        (["--bbox", "36,49,38,47"], "upside down"),
        (["--radius", "30km"], "goes with a region"),
        (["--radius", "far", "--region", "Bakhmut"], "write 30km or 20mi"),
        (["--radius", "0", "--region", "Bakhmut"], "between 0 and"),
        (["--region", "Donetsk Oblast", "--bbox", "0,0,1,1"], "no ground in common"),
        (["--region", "the front"], "give --front"),
        (["--region", "none.geojson"], "cannot be read"),
        (["--region", "Pokrovks"], "did you mean 'Pokrovsk, Donetsk Oblast'"),
    ],
)
def test_what_cannot_be_is_one_line(
    cli: Cli, reports: Path, tmp_path: Path, options: list[str], said: str
) -> None:
    out = tmp_path / "o.geojson"
    refused(cli("export", reports, "-o", out, *options), said)
    assert not out.exists()


def test_a_line_is_drawn_of_all_that_sides_did(cli: Cli, reports: Path, tmp_path: Path) -> None:
    out = tmp_path / "o.geojson"
    refused(cli("front", reports, "-o", out, "--party", "Russia"), "leave out --party")
    refused(cli("front", reports, "-o", out, "--region", "the front"), "draws the front")


def test_a_region_file_is_not_replaced(cli: Cli, reports: Path, tmp_path: Path) -> None:
    file = tmp_path / "area.geojson"
    file.write_text('{"type": "Polygon", "coordinates": [[[37,48],[38,48],[38,49],[37,48]]]}')
    refused(cli("export", reports, "-o", file, "--region", file), "would be replaced")
