"""Reading a line of contact that a user gives."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

import geomap
from geomap.errors import FrontError

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
