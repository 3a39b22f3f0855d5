"""Reading a line of contact that a user gives."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import geomap
from geomap.errors import FrontError, TableError
from geomap.output.line_shapes import check
from geomap.output.lines import lines_on_or_before, read_lines, read_priors
from geomap.tables import load_table

if TYPE_CHECKING:
    from geomap import Gazetteer

LINE = {"type": "LineString", "coordinates": [[37.9, 49.6], [38.0, 48.9]]}


def feature(geometry: Any = None, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry or LINE}


def write(path: Path, data: Any) -> Path:
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def collection(*rows: Any, **more: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(rows), **more}


@pytest.mark.shared
def test_real_lines(shared: Path) -> None:
    files = sorted((shared / "frontlines").glob("*.geojson"))
    assert files
    for file in files:
        read = geomap.read_contact_line(file)
        assert read.date == dt.date.fromisoformat(file.stem)
        west, south, east, north = read.geometry.bounds
        assert 22 < west < east < 41
        assert 44 < south < north < 53
        assert read.geometry.length > 5
        assert read.source == file.name


def test_only_what_is_marked_counts(tmp_path: Path) -> None:
    other = {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}
    area = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    rows = (
        feature(kind="contact_line", date="2023-03-02"),
        feature(other, kind="road"),
        feature(area, kind="control", side="Russia"),
    )
    read = geomap.read_contact_line(write(tmp_path / "a.geojson", collection(*rows)))
    assert read.geometry.bounds == (37.9, 48.9, 38.0, 49.6)
    assert read.date == dt.date(2023, 3, 2)


def test_of_several_dates_the_latest_counts(tmp_path: Path) -> None:
    old = {"type": "LineString", "coordinates": [[30.0, 50.0], [31.0, 50.0]]}
    rows = (
        feature(old, kind="contact_line", date="2022-03-02"),
        feature(kind="contact_line", date="2023-03-02T00:00:00Z"),
    )
    for order in (rows, rows[::-1]):
        read = geomap.read_contact_line(write(tmp_path / "a.geojson", collection(*order)))
        assert read.date == dt.date(2023, 3, 2)
        assert read.geometry.bounds == (37.9, 48.9, 38.0, 49.6)


@pytest.mark.parametrize(
    "data",
    [
        LINE,
        feature(),
        collection(feature()),
        {"type": "MultiLineString", "coordinates": [LINE["coordinates"]]},
        collection(feature(), crs={"properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}),
        collection(feature(), feature({"type": "LineString", "coordinates": []})),
        collection({"type": "Feature", "geometry": None, "properties": None}, feature()),
    ],
    ids=lambda d: d["type"],
)
def test_plain_lines_dated_by_the_file_name(tmp_path: Path, data: Any) -> None:
    read = geomap.read_contact_line(write(tmp_path / "front-2023-03-02.geojson", data))
    assert read.geometry.bounds == (37.9, 48.9, 38.0, 49.6)
    assert read.date == dt.date(2023, 3, 2)
    undated = geomap.read_contact_line(write(tmp_path / "front-2023-99-02.geojson", data))
    assert undated.date is None


def test_a_byte_order_mark_is_no_matter(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(LINE).encode())
    assert geomap.read_contact_line(path).date is None


METRES = {"type": "LineString", "coordinates": [[4230000.0, 6200000.0], [4231000.0, 6210000.0]]}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is not JSON"),
        (b"not json", "is not JSON"),
        (b"\xff\xfe\x00", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[]", "is not a GeoJSON"),
        (b'{"features": null}', "is not a GeoJSON"),
        (b'{"features": [1]}', "is not a GeoJSON"),
        (b"{}", "holds no line"),
        (b'{"type": "FeatureCollection", "features": []}', "holds no line"),
        (b'{"type": "Feature", "properties": [1], "geometry": null}', "holds no line"),
        (b'{"type": "Point", "coordinates": [38, 49]}', "holds no line"),
        (b'{"type": "LineString", "coordinates": [[38, 49]]}', "holds no line"),
        (b'{"type": "LineString", "coordinates": []}', "holds no line"),
        (b'{"type": "LineString", "coordinates": "x"}', "holds no line"),
        (json.dumps(METRES).encode(), "not in degrees"),
        (b'{"type": "LineString", "coordinates": [[NaN, 49], [NaN, 50]]}', "is not JSON: NaN"),
        (
            json.dumps(collection(feature(), crs={"properties": {"name": "EPSG:3857"}})).encode(),
            "EPSG:3857",
        ),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_cannot_be_used_says_why(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "line.geojson"
    path.write_bytes(data)
    with pytest.raises(FrontError, match=said) as told:
        geomap.read_contact_line(path)
    assert "line.geojson" in str(told.value)


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(FrontError, match="No such file"):
        geomap.read_contact_line(tmp_path / "none.geojson")
    with pytest.raises(FrontError, match="cannot be read"):
        geomap.read_contact_line(tmp_path)


# ---- Several dates, and the ground that the sides hold ----

EAST = {"type": "Polygon", "coordinates": [[[38, 48], [39, 48], [39, 49], [38, 49], [38, 48]]]}
WEST = {"type": "Polygon", "coordinates": [[[37, 48], [38, 48], [38, 49], [37, 49], [37, 48]]]}
BOW = {"type": "Polygon", "coordinates": [[[38, 48], [39, 49], [39, 48], [38, 49], [38, 48]]]}


def test_a_line_for_each_date_with_what_the_sides_hold(tmp_path: Path) -> None:
    rows = (
        feature(kind="contact_line", date="2025-03-02"),
        feature(kind="contact_line", date="2025-01-05"),
        feature(EAST, kind="control", side="A", date="2025-03-02"),
        feature(WEST, kind="control", side="B", date="2025-03-02"),
        feature(EAST, kind="uncertainty", date="2025-03-02"),
    )
    read = read_lines(write(tmp_path / "front.geojson", collection(*rows)))
    assert [line.date for line in read.lines] == [dt.date(2025, 1, 5), dt.date(2025, 3, 2)]
    assert [len(line.control) for line in read.lines] == [0, 2]
    assert dict(read.lines[1].control)["B"].bounds == (37, 48, 38, 49)
    assert not read.problems
    early = lines_on_or_before(read.lines, dt.date(2025, 2, 1))
    assert [line.date for line in early] == [dt.date(2025, 1, 5)]


def test_ground_alone_gives_its_outline(tmp_path: Path) -> None:
    path = write(tmp_path / "2025-01-05.geojson", collection(feature(EAST, kind="occupied")))
    (line,) = read_lines(path).lines
    assert line.date == dt.date(2025, 1, 5)
    assert line.geometry.bounds == pytest.approx((38, 48, 39, 49), abs=1e-6)
    # Faced with the other side, only what lies between them counts.
    rows = (feature(EAST, kind="control", side="A"), feature(WEST, kind="control", side="B"))
    (line,) = read_lines(write(path, collection(*rows))).lines
    assert line.geometry.bounds[0] == pytest.approx(38, abs=1e-6)
    assert line.geometry.bounds[2] < 38.1


@pytest.mark.shared
def test_an_outline_leaves_out_borders_and_coasts(
    shared: Path, gazetteer: Gazetteer, tmp_path: Path
) -> None:
    data = json.loads((shared / "frontlines" / "2025-02-05.geojson").read_text())
    real = read_lines(shared / "frontlines" / "2025-02-05.geojson").lines[0].geometry
    data["features"] = [f for f in data["features"] if f["properties"]["kind"] == "occupied"]
    path = write(tmp_path / "ground.geojson", data)
    line = read_lines(path, areas=gazetteer.areas).lines[0].geometry
    everything = read_lines(path).lines[0].geometry
    near = real.buffer(0.03)
    assert line.length < 0.6 * everything.length
    assert line.intersection(near).length > 0.85 * line.length
    assert real.intersection(line.buffer(0.03)).length > 0.85 * real.length


@pytest.mark.parametrize(
    ("name", "side"),
    [
        ("Окуповано /// Occupied /// geoJSON.status.occupied\n", "A"),
        ("Окупований Крим /// Occupied Crimea", "A"),
        ("ОРДЛО /// CADR and CALR\xa0/// geoJSON.territories.ordlo", "A"),
        ("Occupied Tskhinvali district /// geoJSON.territories.tskhinvali-district", None),
        ("Статус невідомий /// Unknown status", None),
        ("Звільнено 25.03 /// Liberated 25.03", None),
        ("Assessed Russian-controlled Ukrainian Territory", "A"),
        ("Russian_controlled_Ukrainian_Territory_before_February_24_2022", "A"),
        ("AssessedRussianAdvancesinUkraine_V2", "A"),
        ("Claimed Russian Control", None),
        ("Claimed Ukrainian Counteroffensives", None),
        ("Assessed Russian Infiltration Areas in Ukraine", None),
        ("Pre-Feb 24 Russian-controlled", "A"),
        ("Assessed Russian Advances in Russia", None),
        ("Territory in Russian control", "A"),
        ("a park", None),
    ],
)
@pytest.mark.parametrize("key", ["name", "VIEW_NAME", "layer"])
def test_words_of_known_makers(tmp_path: Path, name: str, side: str | None, key: str) -> None:
    pin = {"type": "Point", "coordinates": [38.5, 48.5, 0]}
    rows = (feature(EAST, **{key: name, "date": "2025-01-05"}), feature(pin, name="Occupied"))
    path = write(tmp_path / "a.geojson", collection(*rows))
    if side is None:
        with pytest.raises(FrontError, match="holds no line"):
            read_lines(path)
    else:
        assert [s for s, _ in read_lines(path).lines[0].control] == [side]


@pytest.mark.parametrize(
    ("name", "properties", "wrap", "day"),
    [
        ("deepstatemap_data_20250105.geojson", {}, {}, "2025-01-05"),
        ("UkraineControlMapAO05JAN2025.geojson", {"EditDate": 1609459200000}, {}, "2025-01-05"),
        ("UkraineControlMap.geojson", {"last_edite": 1736035200000}, {}, "2025-01-05"),
        ("a.geojson", {"kind": "occupied", "date": "20250105"}, {}, "2025-01-05"),
        ("a.geojson", {"name": "Occupied"}, {"id": 1736035200}, "2025-01-05"),
        ("a.geojson", {"name": "Occupied", "date": "5 January"}, {}, None),
        ("a-2025-02-30.geojson", {"name": "Occupied", "date": 5}, {}, None),
    ],
)
def test_days_of_known_makers(
    tmp_path: Path, name: str, properties: Any, wrap: Any, day: str | None
) -> None:
    data = collection(feature(EAST, **properties))
    path = write(tmp_path / name, {**wrap, "map": data} if wrap else data)
    (line,) = read_lines(path).lines
    assert line.date == (dt.date.fromisoformat(day) if day else None)
    if day is None:
        with pytest.raises(FrontError, match="`date` property"):
            read_priors([path])


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857", "EPSG:32637"])
@pytest.mark.parametrize("suffix", [".gpkg", ".fgb", ".shp.zip"])
def test_vector_files_come_in_their_own_coordinates(tmp_path: Path, crs: str, suffix: str) -> None:
    gpd = pytest.importorskip("geopandas")
    from shapely.geometry import shape

    table = gpd.GeoDataFrame(
        {"kind": ["contact_line"], "date": ["2025-01-05"]}, geometry=[shape(LINE)], crs="EPSG:4326"
    ).to_crs(crs)
    path = tmp_path / f"line{suffix}"
    table.to_file(path, driver="ESRI Shapefile" if suffix == ".shp.zip" else None)
    (line,) = read_lines(path).lines
    assert line.date == dt.date(2025, 1, 5)
    assert line.geometry.bounds == pytest.approx((37.9, 48.9, 38.0, 49.6), abs=1e-5)


def test_layers_of_a_geopackage_say_what_they_are(tmp_path: Path) -> None:
    gpd = pytest.importorskip("geopandas")
    from shapely.geometry import shape

    path = tmp_path / "isw-2025-01-05.gpkg"
    for layer, area in (("AssessedRussianControl", EAST), ("ClaimedRussianTerritory", WEST)):
        gpd.GeoDataFrame(geometry=[shape(area)], crs="EPSG:4326").to_file(path, layer=layer)
    (line,) = read_lines(path).lines
    assert [(side, g.bounds) for side, g in line.control] == [("A", (38, 48, 39, 49))]


def test_metres_that_say_nothing_are_refused(tmp_path: Path) -> None:
    gpd = pytest.importorskip("geopandas")
    from shapely.geometry import shape

    path = tmp_path / "a.gpkg"
    table = gpd.GeoDataFrame({"kind": ["contact_line"]}, geometry=[shape(METRES)])
    with pytest.warns(UserWarning, match="crs"):
        table.to_file(path)
    with pytest.raises(FrontError, match="not in degrees"):
        read_lines(path)


def test_what_is_at_fault_is_mended_and_told(tmp_path: Path) -> None:
    knot = {"type": "LineString", "coordinates": [[38, 48], [39, 49], [39, 48], [38, 49]]}
    rows = (
        feature(BOW, kind="occupied", date="2025-01-05"),
        feature({"type": "Polygon", "coordinates": [[[0, 0]]]}, kind="occupied"),
    )
    read = read_lines(write(tmp_path / "a.geojson", collection(*rows)))
    assert read.lines[0].geometry.is_valid
    assert [(p.kind, p.set_aside) for p in read.problems] == [
        ("broken-geometry", False),
        ("mended", False),
    ]
    assert "feature 1" in str(read.problems[1])
    read = read_lines(write(tmp_path / "b.geojson", collection(feature(knot))))
    assert [p.kind for p in read.problems] == ["self-crossing"]
    assert all(p.is_simple for p in read.lines[0].geometry.geoms)


@pytest.mark.parametrize("name", ["a.gpkg", "a.zip", "a.shp", "a.txt"])
def test_files_that_are_no_lines(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(FrontError, match=rf"{name}: cannot be read as lines"):
        read_lines(path)
    with pytest.raises(FrontError, match="No such file"):
        read_lines(tmp_path / f"none-{name}")


def test_a_file_that_points_elsewhere_is_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "line.gpkg"
    path.write_text(
        '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/vsicurl/https://evil.example/x'
        "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    )
    with pytest.raises(FrontError, match="points to other files"):
        read_lines(path)


def test_priors_of_several_files_are_in_order(tmp_path: Path) -> None:
    paths = [
        write(tmp_path / f"{day}.geojson", collection(feature()))
        for day in ("2025-03-02", "2025-01-05")
    ]
    assert [str(line.date) for line in read_priors(paths).lines] == ["2025-01-05", "2025-03-02"]


def test_what_was_drawn_without_support_is_no_prior(tmp_path: Path) -> None:
    far = {"type": "LineString", "coordinates": [[38.0, 48.9], [39.0, 48.0]]}
    rows = [
        feature(kind="contact_line", date="2025-01-05", status="supported"),
        feature(far, kind="contact_line", date="2025-01-05", status="unsupported"),
        feature(far, kind="contact_line", date="2025-02-05", status="unsupported"),
        feature(EAST, kind="control", side="A", date="2025-02-05"),
    ]
    path = write(tmp_path / "front.geojson", collection(*rows))
    (line,) = read_priors([path]).lines
    assert (str(line.date), line.geometry.bounds) == ("2025-01-05", (37.9, 48.9, 38.0, 49.6))
    assert [str(line.date) for line in read_lines(path).lines] == ["2025-01-05", "2025-02-05"]
    assert read_lines(path).lines[0].geometry.bounds == (37.9, 48.0, 39.0, 49.6)
    (line,) = read_priors([write(path, collection(rows[2], rows[3]))]).lines
    assert line.geometry.bounds == (38.0, 48.0, 39.0, 48.9)  # better than nothing


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"shape": [{"means": "C", "is": ["x"]}]}, "means must be one of"),
        ({"shape": [{"means": "A"}]}, "has no words"),
        ({"shape": [{"means": "A", "is": ["--"]}]}, "no letter or digit"),
        ({"shape": [{"means": "A", "words": ["x"]}]}, "'words' is not known"),
        ({"sides": {"russia": "C"}}, "russia"),
        ({"properties": {"label": ["Kind"], "date": ["date"], "edited": ["e"]}}, "lower case"),
        ({"properties": {}}, "exactly label"),
        ({"more": {}}, "exactly"),
    ],
)
def test_the_table_of_shapes_is_checked(change: Any, said: str) -> None:
    table = load_table("geomap.output", "line_shapes.toml")
    with pytest.raises(TableError, match=said):
        check(table | change)
