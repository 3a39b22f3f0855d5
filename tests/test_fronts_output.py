"""Lines of contact as GeoJSON: by the contract, with their evidence, readable again."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import shapely
from front_samples import DAYS, evidence_of, front

import geomap
from geomap.feature_ids import claim_ids
from geomap.front.theatre import SeedTown, load_theatre
from geomap.models import Front, FrontEvidence
from geomap.output.front_grid import grid_csv
from geomap.output.fronts import clipped, front_collection
from geomap.output.geojson import dumps
from geomap.output.layers import features
from geomap.output.lines import read_lines

if TYPE_CHECKING:
    from pathlib import Path

    from geomap import Pipeline, Report

GENERATOR = {"name": "geomap", "version": "1", "settings": "x", "gazetteer_date": "2025-01-01"}


@pytest.fixture(scope="module")
def reports(examples: Path, pipeline: Pipeline) -> tuple[Report, ...]:
    return pipeline.run(geomap.read_articles([examples])).reports


def written(*fronts: Any, reports: Any = (), theatre: Any = None) -> dict[str, Any]:
    whole = front_collection(
        fronts, theatre=theatre or load_theatre(), reports=reports, generator=GENERATOR
    )
    found: dict[str, Any] = json.loads(dumps(whole))
    return found


def of_kind(whole: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [f for f in whole["features"] if f["properties"]["kind"] == kind]


def test_claims_have_the_ids_of_exports(reports: tuple[Report, ...]) -> None:
    exported = {
        f.properties["id"]: f.properties
        for f in features(reports)
        if f.properties["layer"] == "claim"
    }
    ids = [i for r in reports for i in claim_ids(r)]
    assert sorted(ids) == sorted(exported)
    assert len(ids) > 5
    for report in reports:
        # Two claims of one span, in whatever order they were found.
        doubled = replace(report, claims=(*report.claims[::-1], *report.claims))
        names = {f.properties["id"]: f.properties["name"] for f in features([doubled])}
        for identity, claim in zip(claim_ids(doubled), doubled.claims, strict=True):
            assert names[identity] == claim.place


def test_features_by_the_contract() -> None:
    whole = written(*(front(day, 0.1 * n) for n, day in enumerate(DAYS)))
    assert whole["generator"] == GENERATOR
    assert whole["bbox"] == [37.2, 48.0, 39.0, 49.4]
    ids = [f["id"] for f in whole["features"]]
    assert len(set(ids)) == len(ids)
    assert {f["properties"]["date"] for f in whole["features"]} == {"2023-03-02", "2023-03-14"}
    lines = of_kind(whole, "contact_line")
    assert [f["properties"]["status"] for f in lines] == ["supported", "prior", "unsupported"] * 2
    assert all(f["geometry"]["type"] == "LineString" for f in lines)
    assert lines[0]["properties"]["band_km"] == 3.0
    assert 66 < lines[0]["properties"]["length_km"] < 68
    assert len(of_kind(whole, "uncertainty")) == 2
    control = of_kind(whole, "control")
    assert [f["properties"]["side"] for f in control] == ["A", "B"] * 2
    assert "Russia" in control[0]["properties"]["party"]
    assert control[0]["properties"]["area_km2"] > 1000
    first = whole["fronts"][0]
    assert (first["date"], first["priors"], first["seeds"]) == ("2023-03-02", ["2023-02-01"], 1)
    assert first["km"] == pytest.approx(
        first["km_by_reports"] + first["km_by_prior"] + first["km_unsupported"], abs=0.2
    )


def test_seed_towns_say_since_when_and_by_whom() -> None:
    town = SeedTown("Luhansk", 48.567, 39.317, "Russia", DAYS[0], DAYS[1], "a\tsource")
    theatre = replace(load_theatre(), towns=(town,))
    seed = FrontEvidence("seed/1", town.lat, town.lon, "declared", "A", place=town.name)
    (row,) = of_kind(written(replace(front(DAYS[0]), seeds=(seed,)), theatre=theatre), "seed")
    assert row["geometry"]["type"] == "Point"
    told = row["properties"]
    assert (told["name"], told["party"], told["source"]) == (town.name, town.holder, town.source)
    assert (told["since"], told["as_of"]) == (town.since.isoformat(), town.as_of.isoformat())


def test_evidence_has_its_sentences(reports: tuple[Report, ...]) -> None:
    day = max(r.article.date for r in reports if r.article.date)
    basis = evidence_of(reports, day)
    fronts = [front(DAYS[0], 0, [replace(basis[0], doubted=True)]), front(day, 0.1, basis)]
    whole = written(*fronts, reports=reports)
    table = {e["id"]: e for e in whole["evidence"]}
    assert list(table) == sorted(table)
    assert len(table) == len(basis)
    texts = {r.article.id: r.article.text for r in reports}
    for one in whole["evidence"]:
        assert one["sentence"] in texts[one["article_id"]]
    assert table[basis[0].id]["doubted"]
    for feature in of_kind(whole, "contact_line"):
        assert set(feature["properties"]["evidence"]) <= set(table)


def test_the_same_bytes_again_and_a_record_a_line(reports: tuple[Report, ...]) -> None:
    basis = evidence_of(reports, dt.date(2100, 1, 1))
    theatre = load_theatre()
    texts = {
        dumps(front_collection(
            [front(DAYS[0], 0, order)], theatre=theatre, reports=reports, generator=GENERATOR
        ))
        for order in (basis, basis)
    }  # fmt: skip
    assert len(texts) == 1
    assert texts.pop().count("\n") >= len(basis) + 6


def test_what_is_written_is_read_as_a_prior(tmp_path: Path) -> None:
    path = tmp_path / "front.geojson"
    whole = front_collection(
        [front(day, 0.1 * n) for n, day in enumerate(DAYS)],
        theatre=load_theatre(), generator=GENERATOR,
    )  # fmt: skip
    path.write_text(dumps(whole), encoding="utf-8")
    read = read_lines(path)
    assert [line.date for line in read.lines] == list(DAYS)
    assert not read.problems
    line = read.lines[1]
    assert len(line.geometry.geoms) == 3
    assert line.geometry.bounds[2] == pytest.approx(37.9)
    assert [side for side, _ in line.control] == ["A", "B"]
    assert dict(line.control)["A"].bounds == pytest.approx((37.9, 48.0, 39.0, 49.4))


def test_a_front_of_nothing() -> None:
    whole = written(Front(DAYS[0], (), shapely.Polygon(), (("A", shapely.Polygon()),)))
    assert whole["features"] == []
    assert whole["fronts"][0]["km"] == 0


def test_a_region_cuts_all_of_it() -> None:
    region = shapely.box(37.5, 48.5, 38.5, 49.0)
    cut = clipped(front(DAYS[0]), region)
    assert [p.support for p in cut.pieces] == ["reports", "prior"]
    for shape in [cut.uncertainty, *(p.geometry for p in cut.pieces), *(g for _, g in cut.control)]:
        assert region.buffer(1e-9).covers(shape)
    assert len(cut.seeds) == 1
    nothing = clipped(front(DAYS[0]), shapely.box(0, 0, 1, 1))
    assert nothing.pieces == ()
    assert nothing.seeds == ()


def test_a_grid_is_a_table() -> None:
    text = grid_csv([(DAYS[0], [(-48.5, 37.25, 0.5, 4.0)]), (DAYS[1], [])])
    assert text.splitlines() == ["date,lat,lon,p,band_km", "2023-03-02,-48.5,37.25,0.5,4.0"]
