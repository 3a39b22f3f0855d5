"""Every format of `geomap export` holds the same: rows, ids, types, dates, geometry, credit."""

from __future__ import annotations

import csv
import datetime as dt
import json
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from geomap.cli import main
from geomap.models import Article, Mention, Report, Resolution
from geomap.output.export_csv import OWN_COLUMNS
from geomap.output.export_rows import About
from geomap.output.exports import SUFFIXES, Export
from geomap.output.geojson import ATTRIBUTION
from geomap.output.layers import features_of
from geomap.output.schema import schema

SQUARE = [[37.5, 48.2], [38.2, 48.2], [38.2, 49.4], [37.5, 49.4], [37.5, 48.2]]
READ = (".txt", ".md", ".html", ".jsonl")
LINE = [[37.9, 49.4], [37.87, 48.6], [37.8, 47.8]]


def front_file(path: Path) -> Path:
    """Write a line of two days as `geomap front` does, of the second with ground and band."""
    ids = ["a/claim/1-2"]
    own = {"status": "supported", "support": "reports", "confidence": 0.8, "band_km": 3.0,
           "length_km": 90.0, "evidence": ids}  # fmt: skip
    area = {"type": "Polygon", "coordinates": [SQUARE]}
    line = {"type": "LineString", "coordinates": LINE}
    rows: list[tuple[dict[str, Any], Any]] = [
        ({"kind": "contact_line", "date": "2023-01-19", "id": "one"} | own, line),
        ({"kind": "contact_line", "date": "2024-02-15", "id": "two"} | own, line),
        ({"kind": "uncertainty", "date": "2024-02-15", "confidence": 0.8, "area_km2": 9.0}, area),
        ({"kind": "control", "date": "2024-02-15", "side": "B", "area_km2": 9.0}, area),
    ]
    features = [{"type": "Feature", "geometry": g, "properties": p} for p, g in rows]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def export(*words: object) -> int | str | None:
    with pytest.raises(SystemExit) as leaving:
        main(["export", *(str(w) for w in words)])
    return leaving.value.code


@pytest.fixture(scope="module")
def files(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The examples in every format, with a line of contact."""
    folder = tmp_path_factory.mktemp("formats")
    line = front_file(folder / "line.geojson")
    made = {suffix: folder / f"out{suffix}" for suffix in SUFFIXES}
    for path in made.values():
        assert export(examples, "--front", line, "-o", path) == 0
    return made


@pytest.fixture(scope="module")
def geojson(files: dict[str, Path]) -> list[dict[str, Any]]:
    whole = json.loads(files[".geojson"].read_text(encoding="utf-8"))
    rows: list[dict[str, Any]] = whole["features"]
    assert Counter(f["properties"]["layer"] for f in rows).keys() == {"mention", "hint", "claim"}
    return rows


def same_shape(one: Any, other: Any) -> bool:
    """Say whether two shapes are the same, whether or not of one part in a multi."""
    if one is None or other is None:
        return one is None and other is None
    return bool(shapely.equals_exact(*(shapely.multipolygons([g]) if g.geom_type == "Polygon"
                                       else g for g in (one, other)), normalize=True))  # fmt: skip


def shapes(rows: list[dict[str, Any]]) -> list[Any]:
    return [f["geometry"] and shapely.geometry.shape(f["geometry"]) for f in rows]


# ---- GeoJSONSeq ----


def test_a_line_of_geojsonl_is_a_feature(
    files: dict[str, Path], geojson: list[dict[str, Any]]
) -> None:
    text = files[".geojsonl"].read_text(encoding="utf-8")
    assert text.endswith("\n")
    assert "\x1e" not in text
    rows = [json.loads(line) for line in text.splitlines()]
    assert rows[0].pop("attribution") == ATTRIBUTION
    assert rows[0].pop("generator")["name"] == "geomap"
    assert rows == geojson


@pytest.mark.parametrize("suffix", [".geojson", ".geojsonl"])
def test_geopandas_reads_both_kinds_of_geojson(
    files: dict[str, Path], geojson: list[dict[str, Any]], suffix: str
) -> None:
    table = gpd.read_file(files[suffix])
    assert table.crs.to_epsg() == 4326
    assert list(table["id"]) == [f["id"] for f in geojson]
    assert all(map(same_shape, table.geometry, shapes(geojson)))
    assert str(table["date"].dtype).startswith("datetime64")
    assert list(table["start"]) == [f["properties"]["start"] for f in geojson]
    assert table["start"].dtype.kind == "i"


# ---- GeoPackage ----


def test_a_geopackage_has_all_layers_with_their_types(files: dict[str, Path]) -> None:
    path = files[".gpkg"]
    listed = {str(name): kind for name, kind in pyogrio.list_layers(path)}
    assert listed == {one.name: one.geometry for one in schema().layers} | {
        "about": None, "layer_styles": None,
    }  # fmt: skip
    types = {"date": "OFTDate", "integer": "OFTInteger64", "real": "OFTReal"}
    for layer in schema().layers:
        info = pyogrio.read_info(path, layer=layer.name)
        assert info["crs"] == "EPSG:4326"
        fields = schema().layer(layer.name, ("front",)).fields
        assert list(info["fields"]) == [f.name for f in fields]
        for field, kind, more in zip(fields, info["ogr_types"], info["ogr_subtypes"], strict=True):
            if field.type == "boolean":
                assert (kind, more) == ("OFTInteger", "OFSTBoolean")
            else:
                assert kind == types.get(field.type, "OFTString"), field.name


def test_geopandas_reads_the_layers_of_a_geopackage(
    files: dict[str, Path], geojson: list[dict[str, Any]]
) -> None:
    for name, holds in (("mentions", "mention"), ("regions", "hint"), ("claims", "claim")):
        table = gpd.read_file(files[".gpkg"], layer=name)
        rows = [f for f in geojson if f["properties"]["layer"] == holds]
        assert table.crs.to_epsg() == 4326
        assert list(table["id"]) == [f["id"] for f in rows]
        assert all(map(same_shape, table.geometry, shapes(rows)))
        told = [f["properties"] for f in rows]
        days = [None if pd.isna(d) else d.date() for d in table["date"]]
        assert days == [p["date"] and dt.date.fromisoformat(p["date"]) for p in told]
        for field in schema().layer(name, ("front",)).fields:
            if field.type == "text" and field.name != "id":
                column = [None if pd.isna(v) else v for v in table[field.name]]
                assert column == [p[field.name] for p in told], field.name
            if field.type == "texts":
                assert [json.loads(v) for v in table[field.name]] == [p[field.name] for p in told]
        if name == "claims":
            assert list(table["negated"].astype(bool)) == [p["negated"] for p in told]


def test_reports_lie_at_the_places_that_they_name(
    files: dict[str, Path], geojson: list[dict[str, Any]]
) -> None:
    table = gpd.read_file(files[".gpkg"], layer="reports").set_index("article_id")
    for name, holds in (("mentions", "mention"), ("regions", "hint"), ("claims", "claim")):
        counts = Counter(
            f["properties"]["article_id"] for f in geojson if f["properties"]["layer"] == holds
        )
        assert dict(table[name]) == {one: counts[one] for one in table.index}
    one = table.loc["2023-03-02--bakhmut-western-road"]
    bakhmut = next(f for f in geojson if f["properties"]["name"] == "Bakhmut")
    assert shapely.Point(bakhmut["geometry"]["coordinates"]).intersects(one.geometry)
    countries = [f for f in geojson if f["properties"]["precision"] == "country"]
    assert countries
    for feature in countries:
        there = table.loc[feature["properties"]["article_id"]].geometry
        point = shapely.geometry.shape(feature["geometry"])
        assert there is None or not point.intersects(there)


def test_the_line_given_is_in_the_geopackage(files: dict[str, Path]) -> None:
    lines = gpd.read_file(files[".gpkg"], layer="contact_lines")
    assert list(lines["id"]) == ["one", "two"]
    assert list(lines["status"]) == ["supported"] * 2
    assert json.loads(lines["evidence"][0]) == ["a/claim/1-2"]
    assert same_shape(lines.geometry[0], shapely.MultiLineString([LINE]))
    band = gpd.read_file(files[".gpkg"], layer="uncertainty")
    assert [d.isoformat()[:10] for d in band["date"]] == ["2024-02-15"]
    ground = gpd.read_file(files[".gpkg"], layer="control")
    assert (ground["party"][0], ground["colour"][0]) == ("Ukraine", "#2166ac")
    assert same_shape(ground.geometry[0], shapely.MultiPolygon([shapely.Polygon(SQUARE)]))


def test_a_plain_line_and_no_line_have_their_layers_too(examples: Path, tmp_path: Path) -> None:
    (article,) = examples.glob("2023-01-19*")
    out, line = tmp_path / "o.gpkg", tmp_path / "line-2023-01-18.geojson"
    assert export(article, "-o", out) == 0
    for name in ("contact_lines", "uncertainty", "control"):
        assert pyogrio.read_info(out, layer=name)["features"] == 0
    assert "front_km" not in pyogrio.read_info(out, layer="mentions")["fields"]
    line.write_text(json.dumps({"type": "LineString", "coordinates": LINE}))
    assert export(article, "-o", out, "--front", line) == 0
    given = gpd.read_file(out, layer="contact_lines")
    assert list(given["status"]) == ["given"]
    assert given["date"][0].date() == dt.date(2023, 1, 18)
    assert 150 < given["length_km"][0] < 200


def test_styles_are_where_qgis_looks_for_them(files: dict[str, Path]) -> None:
    with sqlite3.connect(files[".gpkg"]) as base:
        # The question that QGIS's provider asks.
        rows = base.execute(
            "SELECT f_table_name, styleQML FROM layer_styles WHERE f_table_schema = '' AND "
            "f_geometry_column = 'geom' AND useAsDefault = 1"
        ).fetchall()
    styles = dict(rows)
    assert list(styles) == [layer.name for layer in schema().layers]
    kinds = {"Point": "0", "MultiPoint": "0", "MultiLineString": "1", "MultiPolygon": "2"}
    for layer in schema().layers:
        qml = styles[layer.name]
        assert qml.startswith("<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>")
        root = ET.fromstring(qml)
        assert root.findtext("layerGeometryType") == kinds[layer.geometry]
        renderer = root.find("renderer-v2")
        assert renderer is not None
        symbols = {s.get("name") for s in renderer.iter("symbol")}
        assert symbols
        if renderer.get("type") == "categorizedSymbol":
            names = [f.name for f in layer.fields]
            assert renderer.get("attr") in names
            assert {c.get("symbol") for c in renderer.iter("category")} == symbols
    claims = ET.fromstring(styles["claims"])
    drawn = {c.get("value"): c.get("symbol") for c in claims.iter("category")}
    assert drawn.keys() == {"Russia", "Ukraine", ""}
    (russian,) = [s for s in claims.iter("symbol") if s.get("name") == drawn["Russia"]]
    colours = {p.get("v") for p in russian.iter("prop") if p.get("k") == "color"}
    assert colours == {"179,88,6,255"}  # the party's colour in the theatre: #b35806


def test_ogrinfo_reads_geojson_geojsonl_and_geopackage(
    files: dict[str, Path], geojson: list[dict[str, Any]]
) -> None:
    if (ogrinfo := shutil.which("ogrinfo")) is None:
        pytest.skip("no ogrinfo: it comes with Debian's gdal-bin")

    def told(path: Path) -> tuple[str, str]:
        done = subprocess.run(
            [ogrinfo, "-so", "-al", path], capture_output=True, text=True, check=True
        )
        return done.stdout, done.stderr

    for suffix in (".geojson", ".geojsonl"):
        out, err = told(files[suffix])
        assert err == ""
        assert f"Feature Count: {len(geojson)}" in out
        assert "date: Date" in out
    out, err = told(files[".gpkg"])
    assert err == ""
    for layer in schema().layers:
        assert f"Layer name: {layer.name}" in out
    assert "negated: Integer(Boolean)" in out
    assert ATTRIBUTION in out


# ---- GeoParquet ----


def test_geoparquet_says_what_it_is(files: dict[str, Path], geojson: list[dict[str, Any]]) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    metadata = pq.read_metadata(files[".parquet"]).metadata
    geo = json.loads(metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    column = geo["columns"][geo["primary_column"]]
    assert column["encoding"] == "WKB"
    assert column["crs"]["id"] == {"authority": "EPSG", "code": 4326}
    there = [g for g in shapes(geojson) if g is not None]
    assert column["geometry_types"] == sorted({g.geom_type for g in there})
    assert column["bbox"] == [float(c) for c in shapely.total_bounds(there)]
    for corner, path in column["covering"]["bbox"].items():
        assert path == ["bbox", corner]
    assert metadata[b"attribution"].decode() == ATTRIBUTION
    assert json.loads(metadata[b"generator"])["name"] == "geomap"


def test_geopandas_reads_geoparquet(files: dict[str, Path], geojson: list[dict[str, Any]]) -> None:
    pytest.importorskip("pyarrow")
    table = gpd.read_parquet(files[".parquet"])
    assert table.crs.to_epsg() == 4326
    assert list(table["id"]) == [f["id"] for f in geojson]
    assert all(map(same_shape, table.geometry, shapes(geojson)))
    # The box of each row lets readers skip; here it must find what lies round Bakhmut.
    box = (37.9, 48.5, 38.1, 48.7)
    near = gpd.read_parquet(files[".parquet"], bbox=box)
    placed = [g is not None and g.intersects(shapely.box(*box)) for g in shapes(geojson)]
    assert set(near["id"]) >= {f["id"] for f, hit in zip(geojson, placed, strict=True) if hit}
    assert 0 < len(near) < len(geojson)


def test_duckdb_reads_the_attributes_of_geoparquet(
    files: dict[str, Path], geojson: list[dict[str, Any]]
) -> None:
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    names = ["id", "date", "start", "confidence", "negated", "reasons", "runners_up", "sentence",
             "anchor_points"]  # fmt: skip
    source = str(files[".parquet"])
    with duckdb.connect() as base:
        described = base.execute("DESCRIBE SELECT * FROM read_parquet(?)", [source]).fetchall()
        quoted = ", ".join('"' + name + '"' for name in names)
        rows = base.execute(f"SELECT {quoted} FROM read_parquet(?)", [source]).fetchall()
    types = {name: kind for name, kind, *_ in described}
    assert types["date"] == types["event_date"] == "DATE"
    assert (types["start"], types["confidence"]) == ("BIGINT", "DOUBLE")
    assert (types["negated"], types["reasons"]) == ("BOOLEAN", "VARCHAR[]")
    for row, feature in zip(rows, geojson, strict=True):
        told = {"id": feature["id"]} | feature["properties"]
        wanted = [told[n] for n in names]
        wanted[1] = wanted[1] and dt.date.fromisoformat(wanted[1])
        assert list(row) == wanted


def test_without_pyarrow_it_is_one_line(
    examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert export(examples, "-o", tmp_path / "o.parquet") == 2
    told = capsys.readouterr().err
    assert "pip install 'geomap[parquet]'" in told
    assert told.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
    assert export(next(examples.glob("2023-01-19*")), "-o", tmp_path / "o.gpkg") == 0


# ---- CSV ----


def test_csv_holds_the_table_and_its_credit(
    files: dict[str, Path], geojson: list[dict[str, Any]]
) -> None:
    with files[".csv"].open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    names = [f.name for f in schema().table(("front",))]
    assert list(rows[0]) == [*names, *OWN_COLUMNS]
    assert [r["id"] for r in rows] == [f["id"] for f in geojson]
    for row, feature, shape in zip(rows, geojson, shapes(geojson), strict=True):
        told = feature["properties"]
        assert same_shape(shapely.from_wkt(row["wkt"] or None), shape)
        assert row["date"] == (told["date"] or "")
        assert row["negated"] == {None: "", True: "true", False: "false"}[told["negated"]]
        assert float(row["confidence"]) == told["confidence"]
        if told["reasons"] is not None:
            assert json.loads(row["reasons"].removeprefix("'")) == told["reasons"]
        assert row["credit"] == ATTRIBUTION
        assert row["generator"].startswith("geomap ")


def test_csv_is_safe_in_a_spreadsheet(tmp_path: Path) -> None:
    source, out = tmp_path / "a.jsonl", tmp_path / "o.csv"
    evil = {"id": "=cmd|' /C calc'!A0", "title": "@SUM(A1)", "source": "+1", "date": "2023-03-02",
            "text": "=HYPERLINK(\"http://x\") said shells fell near\t Bakhmut."}  # fmt: skip
    source.write_text(json.dumps(evil))
    assert export(source, "-o", out, "--bom") == 0
    assert out.read_bytes().startswith(b"\xef\xbb\xbfid,")
    with out.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert rows
    for row in rows:
        for name in ("id", "article_id", "title", "source", "sentence"):
            assert row[name].startswith("'"), name
        assert row["sentence"].endswith("shells fell near Bakhmut.")
    assert export(source, "-o", out) == 0
    assert out.read_bytes().startswith(b"id,")


def test_bom_is_for_csv(tmp_path: Path, examples: Path, capsys: Any) -> None:
    assert export(examples, "-o", tmp_path / "o.gpkg", "--bom") == 2
    assert "--bom is for .csv" in capsys.readouterr().err


# ---- All of them ----


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_input_gives_the_same_bytes(
    files: dict[str, Path], examples: Path, tmp_path: Path, suffix: str
) -> None:
    again = tmp_path / f"again{suffix}"
    sources = sorted((p for p in examples.iterdir() if p.suffix in READ), reverse=True)
    line = front_file(tmp_path / "line.geojson")
    assert export(*sources, "--front", line, "-o", again) == 0
    assert again.read_bytes() == files[suffix].read_bytes()


def ids_of(path: Path) -> list[str]:
    """Return the ids in a file of any format."""
    if path.suffix == ".gpkg":
        names = ("mentions", "regions", "claims")
        return [i for n in names for i in gpd.read_file(path, layer=n)["id"]]
    if path.suffix == ".parquet":
        return list(gpd.read_parquet(path)["id"])
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as stream:
            return [row["id"] for row in csv.DictReader(stream)]
    return list(gpd.read_file(path)["id"])


def test_yesterdays_and_todays_files_can_be_joined(
    files: dict[str, Path], examples: Path, tmp_path: Path
) -> None:
    """Whatever the format, and whatever else is exported with an article, its ids are the same."""
    every = set(ids_of(files[".geojson"]))
    for suffix in SUFFIXES:
        assert set(ids_of(files[suffix])) == every, suffix
    some = sorted(p for p in examples.iterdir() if p.suffix in READ)[2:5]
    for suffix in (".gpkg", ".csv"):
        part = tmp_path / f"part{suffix}"
        assert export(*some, "-o", part, "--min-confidence", "0.4") == 0
        ids = ids_of(part)
        assert len(ids) == len(set(ids)) > 0
        assert set(ids) < every


def test_a_text_is_not_cut_where_gdal_sees_its_end(tmp_path: Path) -> None:
    source = tmp_path / "a.jsonl"
    source.write_text('{"id": "a", "text": "Shells \\u0000 fell near Bakhmut, Ukraine."}')
    for suffix in SUFFIXES:
        assert export(source, "-o", tmp_path / f"o{suffix}") == 0
    (row, *_) = gpd.read_file(tmp_path / "o.gpkg", layer="mentions")["sentence"]
    assert "\ufffd" in row
    assert row.endswith("Bakhmut, Ukraine.")
    whole = json.loads((tmp_path / "o.geojson").read_text(encoding="utf-8"))
    assert "\0" in whole["features"][0]["properties"]["sentence"]


def test_half_a_surrogate_pair_is_written_where_it_can_be(tmp_path: Path) -> None:
    article = Article("a", "Shells \ud800 fell.")
    row = features_of(Report(article, resolutions=(
        Resolution(Mention(0, 6, "Shells", "literal", "Shells"), "refused", 0.5),
    )))  # fmt: skip
    for suffix in SUFFIXES:
        with Export(tmp_path / f"o{suffix}", About({"name": "geomap"})) as made:
            made.add(article, row)
            made.finish()
    for suffix in (".geojson", ".geojsonl"):
        text = (tmp_path / f"o{suffix}").read_text(encoding="utf-8")
        assert "Shells \\ud800 fell." in text
    (told,) = gpd.read_file(tmp_path / "o.gpkg", layer="mentions")["sentence"]
    assert told == gpd.read_parquet(tmp_path / "o.parquet")["sentence"][0] == "Shells \ufffd fell."
    assert "Shells \\ud800 fell." in (tmp_path / "o.csv").read_text(encoding="utf-8")


# ---- By date ----


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg"])
def test_a_file_for_each_date(examples: Path, tmp_path: Path, suffix: str, capsys: Any) -> None:
    line = front_file(tmp_path / "line.geojson")
    out, whole = tmp_path / f"day{suffix}", tmp_path / f"whole{suffix}"
    assert export(examples, "-o", whole, "--front", line) == 0
    capsys.readouterr()
    words = ("-o", out, "--front", line, "--split", "date", "--json")
    assert export(examples, *words) == 0
    summary = json.loads(capsys.readouterr().out)
    names = [Path(one["path"]).name for one in summary["files"]]
    assert names[-1] == f"day-undated{suffix}"
    days = [one["date"] for one in summary["files"]]
    assert days == [*summary["dates"], None]
    assert names[:-1] == [f"day-{day}{suffix}" for day in summary["dates"]]
    assert summary["outputs"] == [one["path"] for one in summary["files"]]
    assert {p.name for p in tmp_path.iterdir()} == {*names, "line.geojson", whole.name}
    parts = [ids_of(Path(one["path"])) for one in summary["files"]]
    assert [len(part) for part in parts] == [one["features"] for one in summary["files"]]
    assert sorted(i for part in parts for i in part) == sorted(ids_of(whole))
    if suffix == ".gpkg":  # with the line that counts on its day
        kept = gpd.read_file(tmp_path / "day-2023-09-07.gpkg", layer="contact_lines")
        assert list(kept["id"]) == ["one"]


def test_a_file_of_a_date_does_not_replace_an_article(tmp_path: Path, capsys: Any) -> None:
    article = tmp_path / "o-2023-03-02.csv"
    article.write_text("Date: 2023-03-02\n\nShells fell near Bakhmut.")
    assert export(article, "-o", tmp_path / "o.csv", "--split", "date") == 2
    assert "would be replaced" in capsys.readouterr().err
    assert article.read_text().startswith("Date")


def test_a_failure_leaves_the_files_of_all_dates_as_they_were(
    examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from geomap.output.export_json import GeoJsonWriter

    (tmp_path / "o-2023-01-19.geojson").write_text("old")
    real, calls = GeoJsonWriter.close, []

    def close(self: GeoJsonWriter) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        real(self)

    monkeypatch.setattr(GeoJsonWriter, "close", close)
    assert export(examples, "-o", tmp_path / "o.geojson", "--split", "date") == 2
    assert [p.name for p in tmp_path.iterdir()] == ["o-2023-01-19.geojson"]
    assert (tmp_path / "o-2023-01-19.geojson").read_text() == "old"


def test_an_unknown_ending_names_the_known_ones(
    examples: Path, tmp_path: Path, capsys: Any
) -> None:
    assert export(examples, "-o", tmp_path / "o.shp") == 2
    told = capsys.readouterr().err
    assert all(suffix in told for suffix in SUFFIXES)


def test_an_empty_period_is_an_empty_file_of_every_format(examples: Path, tmp_path: Path) -> None:
    (article,) = examples.glob("2023-01-19*")
    for suffix in SUFFIXES:
        out = tmp_path / f"o{suffix}"
        assert export(article, "-o", out, "--since", "2030-01-01") == 0
        assert out.exists()
        if suffix == ".geojson":
            assert json.loads(out.read_text())["features"] == []
        elif suffix == ".geojsonl":
            assert out.read_bytes() == b""
        else:
            assert ids_of(out) == []
