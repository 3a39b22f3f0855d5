"""GeoJSON and tables: valid by RFC 7946, all properties of the contract, the same bytes again."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

import geomap
from geomap.cli import main
from geomap.output.filters import Filter
from geomap.output.geojson import collection, dumps, geometry_json, line
from geomap.output.layers import COLUMNS, features

CONTRACT = {
    "date", "event_date", "article_id", "source", "url", "sentence", "start", "end",
    "confidence", "status",
}  # fmt: skip


def export(out: Path, *words: object) -> dict[str, Any]:
    with pytest.raises(SystemExit) as leaving:
        main(["export", *(str(w) for w in words), "-o", str(out)])
    assert leaving.value.code == 0
    whole: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return whole


@pytest.fixture(scope="module")
def written(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "e.geojson"
    export(path, examples)
    return path


@pytest.fixture(scope="module")
def whole(written: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(written.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def results(examples: Path, pipeline: geomap.Pipeline) -> geomap.Results:
    return pipeline.run(geomap.read_articles([examples]))


def positions(coordinates: Any) -> Iterator[list[float]]:
    if isinstance(coordinates[0], float | int):
        yield coordinates
    else:
        for part in coordinates:
            yield from positions(part)


def turns_left(ring: list[list[float]]) -> bool:
    """Say whether a ring runs counter-clockwise (shoelace)."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring)) > 0


def test_it_is_geojson_by_the_book(whole: dict[str, Any]) -> None:
    assert whole["type"] == "FeatureCollection"
    assert "crs" not in whole
    west, south, east, north = whole["bbox"]
    for feature in whole["features"]:
        assert set(feature) == {"type", "id", "geometry", "properties"}
        assert feature["type"] == "Feature"
        geometry = feature["geometry"]
        if geometry is None:
            continue
        assert geometry["type"] in ("Point", "Polygon", "MultiPolygon")
        for lon, lat in positions(geometry["coordinates"]):
            assert west <= lon <= east
            assert south <= lat <= north
            assert -180 <= lon <= 180
            assert -90 <= lat <= 90
            assert (round(lon, 5), round(lat, 5)) == (lon, lat)
        parts = {"Polygon": [geometry["coordinates"]], "MultiPolygon": geometry["coordinates"]}
        for polygon in parts.get(geometry["type"], []):
            for ring in polygon:
                assert len(ring) >= 4
                assert ring[0] == ring[-1]
            assert turns_left(polygon[0])
            assert not any(turns_left(hole) for hole in polygon[1:])


def test_it_is_lon_lat(whole: dict[str, Any]) -> None:
    at = next(
        f["geometry"]["coordinates"]
        for f in whole["features"]
        if f["properties"]["name"] == "Bakhmut"
    )
    assert at == pytest.approx([38.0, 48.6], abs=0.05)


def test_every_geometry_is_valid(whole: dict[str, Any]) -> None:
    from shapely.geometry import shape

    for feature in whole["features"]:
        if feature["geometry"] is not None:
            assert shape(feature["geometry"]).is_valid, feature["id"]


def test_every_feature_has_what_the_contract_says(whole: dict[str, Any], examples: Path) -> None:
    texts = {a.id: a.text for a in geomap.read_articles([examples])}
    for feature in whole["features"]:
        p = feature["properties"]
        assert set(p) >= CONTRACT
        assert set(p) == set(COLUMNS) - {"id"}
        text = texts[p["article_id"]]
        assert text[p["start"] : p["end"]] == p["text"]
        begin = p["sentence_start"]
        assert text[begin : begin + len(p["sentence"])] == p["sentence"]
        assert begin <= p["start"] < begin + len(p["sentence"])
        assert 0 <= p["confidence"] <= 1
        assert p["status"] in ("resolved", "hinted", "refused")
        assert (feature["geometry"] is None) == (p["lat"] is None)
        for key in ("date", "event_date"):
            assert p[key] is None or dt.date.fromisoformat(p[key])


def test_the_file_says_what_made_it(whole: dict[str, Any]) -> None:
    generator = whole["generator"]
    assert generator["name"] == "geomap"
    assert generator["version"] == geomap.__version__
    assert generator["settings"] == geomap.Settings().digest()
    assert generator["gazetteer_date"]
    assert "GeoNames" in whole["attribution"]
    assert "CC BY 4.0" in whole["attribution"]
    assert "Natural Earth" in whole["attribution"]


def test_ids_are_unique_and_do_not_hang_on_the_filters(
    whole: dict[str, Any], examples: Path, tmp_path: Path
) -> None:
    def named(collected: dict[str, Any]) -> dict[str, str]:
        return {f["id"]: json.dumps(f, sort_keys=True) for f in collected["features"]}

    every = named(whole)
    assert len(every) == len(whole["features"])
    for words in (
        ["--min-confidence", "0.5"],
        ["--region", "Donetsk Oblast"],
        ["--since", "2024-01-01"],
    ):
        some = named(export(tmp_path / "o.geojson", examples, *words))
        assert 0 < len(some) < len(every)
        assert some.items() <= every.items()


def test_the_order_of_the_sources_does_not_count(
    written: Path, examples: Path, tmp_path: Path
) -> None:
    files = sorted(p for p in examples.iterdir() if p.suffix)
    export(tmp_path / "a.geojson", *files)
    export(tmp_path / "b.geojson", *reversed(files))
    assert (tmp_path / "a.geojson").read_bytes() == (tmp_path / "b.geojson").read_bytes()
    export(tmp_path / "c.geojson", examples)
    assert (tmp_path / "c.geojson").read_bytes() == written.read_bytes()


def test_features_run_by_date_undated_last(whole: dict[str, Any]) -> None:
    dates = [f["properties"]["date"] for f in whole["features"]]
    assert dates == sorted(dates, key=lambda d: (d is None, d or ""))
    assert dates[-1] is None


def test_nothing_found_is_an_empty_collection(tmp_path: Path) -> None:
    source = tmp_path / "2023-03-02--nothing.txt"
    source.write_text("nothing at all happened.")
    found = export(tmp_path / "o.geojson", source)
    assert found["features"] == []
    assert "bbox" not in found
    assert found["generator"]


def test_geopandas_reads_the_file(written: Path, whole: dict[str, Any]) -> None:
    import geopandas as gpd

    table = gpd.read_file(written, engine="pyogrio")
    assert len(table) == len(whole["features"])
    assert table.crs.to_epsg() == 4326
    assert set(COLUMNS) <= set(table.columns)
    assert list(table["id"]) == [f["id"] for f in whole["features"]]
    for layer in ("mention", "hint", "claim"):
        count = sum(f["properties"]["layer"] == layer for f in whole["features"])
        assert (table["layer"] == layer).sum() == count > 0
    assert list(table.total_bounds) == pytest.approx(whole["bbox"])


def test_to_geodataframe_has_what_the_file_has(
    results: geomap.Results, whole: dict[str, Any]
) -> None:
    table = results.to_geodataframe()
    assert list(table.columns) == [*COLUMNS, "geometry"]
    assert table.crs.to_epsg() == 4326
    assert list(table["id"]) == [f["id"] for f in whole["features"]]
    assert set(results.to_geodataframe("hint")["layer"]) == {"hint"}


def test_a_hint_says_from_where_to_where_it_is_measured(pipeline: geomap.Pipeline) -> None:
    text = "A village 12 km north of Bakhmut was shelled. Guns stood 8 km from the front."
    rows = features(pipeline.run([geomap.Article("a", text)]).reports)
    north, front = (f.properties for f in rows if f.properties["layer"] == "hint")
    assert north["anchors"] == ["Bakhmut"]
    ((lon, lat),) = north["anchor_points"]
    assert (lon, lat) == pytest.approx((37.99, 48.6), abs=0.02)
    there = Geod(ellps="WGS84").inv(lon, lat, north["lon"], north["lat"])
    assert north["measured_km"] == pytest.approx(there[2] / 1000, abs=0.051)
    assert abs((north["azimuth_deg"] - there[0] + 180) % 360 - 180) <= 0.51
    assert 0 <= north["azimuth_deg"] < 360
    assert isinstance(north["azimuth_deg"], int)
    assert 8 < north["measured_km"] < 15
    assert front["relation"] == "front_distance"
    assert front["anchor_points"] == [None] * len(front["anchors"])
    assert front["azimuth_deg"] is front["measured_km"] is None


def test_mentions_claims_and_located_mentions_have_native_names(
    pipeline: geomap.Pipeline,
) -> None:
    text = "Russian forces captured Chasiv Yar, 12 km west of Bakhmut. Paris protested."
    rows = features(pipeline.run([geomap.Article("a", text)]).reports)
    named = {(p["layer"], p["name"]): p["native_name"] for p in (f.properties for f in rows)}
    assert named["mention", "Bakhmut"] == "Бахмут"
    assert named["mention", "Paris"] is None
    assert named["mention", "Chasiv Yar"] == "Часів Яр"
    assert named["claim", "Chasiv Yar"] == named["hint", "Chasiv Yar"] == "Часів Яр"


def test_cores_are_written_when_asked_for(
    examples: Path, gazetteer: geomap.Gazetteer, results: geomap.Results
) -> None:
    cored_pipeline = geomap.Pipeline(gazetteer=gazetteer, cores=True)
    rows = features(cored_pipeline.run(geomap.read_articles([examples])).reports)
    assert collection(rows, {}) == collection(features(results.reports), {})
    plain, cored = collection(rows, {}), collection(rows, {}, cores=True)
    assert not any("core" in f for f in plain["features"])
    with_core = [f for f in cored["features"] if "core" in f]
    assert {f["properties"]["layer"] for f in with_core} == {"hint"}
    assert len(with_core) > 20
    for feature in with_core:
        core, region = (shapely.geometry.shape(feature[k]) for k in ("core", "geometry"))
        assert core.is_valid
        assert 0 < core.area < region.area
        assert core.difference(region).area < 0.01 * core.area  # by rounding
    assert [{k: v for k, v in f.items() if k != "core"} for f in cored["features"]] == plain[
        "features"
    ]


def test_an_empty_table_has_all_columns(pipeline: geomap.Pipeline) -> None:
    for empty in (pipeline.run([]), pipeline.run([geomap.Article("a", "nothing.")])):
        table = empty.to_geodataframe()
        assert len(table) == 0
        assert list(table.columns) == [*COLUMNS, "geometry"]
        assert table.crs.to_epsg() == 4326


def test_the_columns_are_documented(root: Path) -> None:
    page = (root / "docs" / "formats.md").read_text(encoding="utf-8")
    for column in (*COLUMNS, "bbox", "generator", "attribution"):
        assert f"`{column}`" in page, column


def test_region_asks_for_the_likeliest_point(results: geomap.Results) -> None:
    asked: list[Any] = []

    def inside(geometry: Any) -> bool:
        asked.append(geometry)
        return True

    kept = features(results.reports, Filter(inside=inside))
    assert {g.geom_type for g in asked} == {"Point"}
    assert len(kept) == len(features(results.reports))


def test_hostile_text_is_data(examples: Path, tmp_path: Path) -> None:
    (source,) = examples.glob("*hostile*")
    found = export(tmp_path / "o.geojson", source)
    text = (tmp_path / "o.geojson").read_text(encoding="utf-8")
    assert not any(c in text for c in "\u202e\u2066\u2069\x1b\x9b\u2028")
    titles = {f["properties"]["title"] for f in found["features"]}
    (title,) = titles
    assert '<script>alert("title")</script>' in title  # as it stands: it is data here


def test_rings_are_turned_right() -> None:
    from shapely.geometry import Polygon

    clockwise = Polygon([(0, 0), (0, 9), (9, 9), (9, 0)], [[(1, 1), (2, 1), (2, 2), (1, 2)]])
    plain = geometry_json(clockwise)
    assert plain is not None
    assert turns_left(plain["coordinates"][0])
    assert not turns_left(plain["coordinates"][1])
    assert geometry_json(None) is None
    assert geometry_json(Polygon()) is None


def test_a_bare_collection() -> None:
    assert json.loads(dumps(collection([], {"name": "geomap"})))["features"] == []


@given(st.dictionaries(st.sampled_from("abc"), st.text() | st.none() | st.integers()))
def test_a_line_of_json_reads_back_and_steers_nothing(record: dict[str, Any]) -> None:
    text = line(record)
    assert json.loads(text) == record
    text.encode("utf-8")
    assert "\n" not in text
    assert all(
        c >= " " and not "\x7f" <= c <= "\x9f" and c not in "\u202a\u202e\u2066" for c in text
    )


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=20))
def test_a_line_of_json_keeps_any_code_point(text: str) -> None:
    written = line({"text": text})
    assert json.loads(written)["text"].encode("utf-16", "surrogatepass") == text.encode(
        "utf-16", "surrogatepass"
    )
    written.encode("utf-8")
