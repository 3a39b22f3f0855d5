"""A user's own tables: CSV, GeoJSON, GeoPackage."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
import shapely

from geomap.errors import GazetteerError
from geomap.gazetteer.importers import read_source
from geomap.gazetteer.schema import Level

if TYPE_CHECKING:
    from pathlib import Path


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def collection(*features: dict[str, Any], **more: Any) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features, **more})


def feature(shape: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    geometry = {"type": shape, "coordinates": coordinates}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def test_the_settlements_of_openstreetmap_need_no_mapping(shared: Path) -> None:
    found = read_source(shared / "geonames" / "ua-settlements-osm.csv")
    rows = list(found.rows())
    assert (found.format, found.licence) == ("csv", "ODbL 1.0")
    assert (found.accepted, found.rejected, found.accepted + found.rejected) == (30667, 2, 30669)
    assert {(r.line, r.reason) for r in found.rejects} == {
        (30224, "has no name"),
        (30226, "has no name"),
    }
    kyiv = rows[0]
    assert (kyiv.name, kyiv.names, kyiv.source_id) == ("Kyiv", ("Київ",), "node/26150422")
    assert (kyiv.precision, kyiv.radius_km, kyiv.level) == ("settlement", 1.0, Level.SETTLEMENT)
    assert Counter(r.level for r in rows) == {Level.SETTLEMENT: 30049, Level.FEATURE: 618}


@pytest.mark.parametrize(("region", "count"), [("donetska", 1224), ("luganska", 1907)])
def test_the_ukrainian_register_needs_no_mapping(shared: Path, region: str, count: int) -> None:
    path = shared / "geonames" / "custom" / f"physical-features-{region}.geojson"
    found = read_source(path)
    rows = list(found.rows())
    assert (found.format, found.licence) == ("geojson", "unknown: given by the user")
    assert (len(rows), found.accepted, found.rejected) == (count, count, 0)
    assert sum(r.name.isascii() and bool(r.names) for r in rows) > 0.98 * count
    assert {r.level for r in rows} == {Level.FEATURE}
    assert {r.feature_code for r in rows} >= {"RVN", "STM", "FRST", "LK", "LCTY", "MT"}
    assert {r.admin1_name for r in rows} <= {"Донецька обл.", "Луганська обл."}


def test_usual_titles_are_found_in_any_delimiter(tmp_path: Path) -> None:
    text = (
        "geonameid;NAME;name:uk;alt_name;LATITUDE;LONG;place;population;ISO;oblast;raion\n"
        "7;Novyi Pryklad;Новий Приклад;Staryi; 48,5;37,25;village;1 234;ua;Donetsk;Pokrovsk\n"
    )
    found = read_source(write(tmp_path / "mine.csv", text))
    (row,) = found.rows()
    assert (row.name, row.names) == ("Novyi Pryklad", ("Новий Приклад", "Staryi"))
    assert (row.lat, row.lon, row.geonameid, row.population) == (48.5, 37.25, 7, 1234)
    assert (row.country, row.admin1_name, row.admin2_name) == ("UA", "Donetsk", "Pokrovsk")
    assert found.licence.startswith("unknown")


def test_a_mapping_says_what_cannot_be_guessed(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "NAZVA,STARA,SHYR,DOVG\nPryklad,Obraztsove;Zrazok,48,37\n")
    with pytest.raises(GazetteerError, match=r"name or lat or lon.*'NAZVA', 'STARA'.*name=COLUMN"):
        read_source(path)
    mapping = {"name": "NAZVA", "names": "STARA", "lat": "SHYR", "lon": "DOVG"}
    (row,) = read_source(path, mapping=mapping, source="mine").rows()
    assert (row.name, row.names) == ("Pryklad", ("Obraztsove", "Zrazok"))
    with pytest.raises(GazetteerError, match="no column 'NOPE'"):
        read_source(path, mapping={**mapping, "name": "NOPE"})
    with pytest.raises(GazetteerError, match="'nam' is not known"):
        read_source(path, mapping={"nam": "NAZVA"})


def test_rows_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    lines = [
        "name,lat,lon,place",
        "Good,48,37,village",
        "Far,95,37,village",
        "Words,north,east,village",
        "Empty,,,village",
        "Null,0,0,village",
        "Nan,nan,37,village",
        ",48,37,village",
        "Three,48,37",
        '"Two\nlines",48,37,village',
        '"Open,48,37,village',
        "After,48,37,village",
        "Ctrl\x07\u200bName,48,37,village",
    ]
    found = read_source(write(tmp_path / "t.csv", "\n".join(lines)))
    assert [r.name for r in found.rows()] == ["Good", "Two lines", "After", "CtrlName"]
    assert [(r.line, r.reason.split(":")[0]) for r in found.rejects] == [
        (3, "is no point on Earth"),
        (4, "has no numbers as coordinates"),
        (5, "has no coordinates"),
        (6, "is at 0, 0"),
        (7, "is no point on Earth"),
        (8, "has no name"),
        (9, "has 3 columns instead of 4"),
        (12, "has a quote that does not end"),
    ]
    assert found.rejected == 8


def test_lines_and_polygons_keep_their_shape(tmp_path: Path) -> None:
    ring = [[37.0, 48.0], [37.1, 48.0], [37.1, 48.1], [37.0, 48.1], [37.0, 48.0]]
    text = collection(
        feature("LineString", [[37.0, 48.0], [37.2, 48.0]], name="Richka", kind="річка"),
        feature("Polygon", [ring], name="Lis", kind="ліс"),
        feature("Polygon", [ring], name="Raion", kind="район"),
        feature("Point", [37.0, 95.0], name="Far"),
        feature("Polygon", [ring[:2]], name="Broken"),
        {"type": "Feature", "properties": {"name": "None"}, "geometry": None},
        {"type": "Nothing"},
    )
    found = read_source(write(tmp_path / "mine.geojson", text))
    river, wood, raion = found.rows()
    assert (river.lat, river.lon, river.feature_code) == (48.0, 37.1, "STM")
    assert (river.precision, wood.precision, raion.precision) == ("estimated", "estimated", "raion")
    assert river.radius_km == pytest.approx(7.46, abs=0.05)
    assert river.wkb is not None
    assert shapely.from_wkb(river.wkb).equals(shapely.LineString([[37.0, 48.0], [37.2, 48.0]]))
    assert wood.wkb is not None
    assert shapely.from_wkb(wood.wkb).contains(shapely.Point(wood.lon, wood.lat))
    assert [r.line for r in found.rejects] == [4, 5, 6, 7]


def test_a_stated_crs_is_converted(tmp_path: Path) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
    x, y = 4_230_157.7, 6_106_854.8  # 38.0 E, 48.0 N
    text = collection(feature("Point", [x, y], name="Metres"), crs=crs)
    (row,) = read_source(write(tmp_path / "m.geojson", text)).rows()
    assert (round(row.lat, 3), round(row.lon, 3)) == (48.0, 38.0)
    crs["properties"]["name"] = "EPSG:999999"  # type: ignore[index]
    path = write(tmp_path / "n.geojson", collection(feature("Point", [x, y], name="M"), crs=crs))
    with pytest.raises(GazetteerError, match="'EPSG:999999' is not known"):
        list(read_source(path).rows())


def test_a_feature_a_line(tmp_path: Path) -> None:
    lines = [json.dumps(feature("Point", [37.0, 48.0], name=n)) for n in ("Odyn", "Dva")]
    found = read_source(write(tmp_path / "f.geojsonl", "\n".join((*lines, "{broken"))))
    assert [r.name for r in found.rows()] == ["Odyn", "Dva"]
    assert [(r.line, r.reason) for r in found.rejects] == [(3, "is not valid JSON")]


@pytest.mark.parametrize("epsg", [4326, 32637])
def test_a_geopackage(tmp_path: Path, epsg: int) -> None:
    import geopandas

    points = [shapely.Point(38.0, 48.0), shapely.Point(38.5, 48.5), None]
    table = {"name": ["Odyn", "Dva", "Nema"], "fclass": ["village", "peak", "village"]}
    frame = geopandas.GeoDataFrame(table, geometry=points, crs=4326).to_crs(epsg)
    path = tmp_path / "mine.gpkg"
    frame.to_file(path, layer="places", driver="GPKG")
    found = read_source(path)
    rows = list(found.rows())
    assert found.format == "geopackage"
    assert [(r.name, round(r.lat, 5), r.feature_code) for r in rows] == [
        ("Odyn", 48.0, "PPL"),
        ("Dva", 48.5, "PK"),
    ]
    assert [(r.line, r.reason) for r in found.rejects] == [(3, "has no geometry")]


def test_geojson_without_a_name_column_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "x.geojson", collection(feature("Point", [37.0, 48.0], TITUL="A")))
    with pytest.raises(GazetteerError, match="hold the name; its columns are 'TITUL'"):
        list(read_source(path).rows())
    (row,) = read_source(path, mapping={"name": "TITUL"}).rows()
    assert row.name == "A"
