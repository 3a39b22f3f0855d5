"""Files that cannot be what they should: a clear message or a counted line, never a crash."""

from __future__ import annotations

import gzip
import zipfile
from typing import TYPE_CHECKING

import pytest
from test_importers_geonames import dump_line

from geomap.errors import GazetteerError
from geomap.gazetteer.importers import files, read_source
from geomap.gazetteer.importers.base import MAX_REJECTS

if TYPE_CHECKING:
    from pathlib import Path

HTML = b"<!DOCTYPE html>\n<html><body>404 Not Found</body></html>"


def many(count: int) -> bytes:
    return "".join(f"{dump_line(i, f'Mesto {i}')}\n" for i in range(1, count + 1)).encode()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("UA.txt", b"", "is empty"),
        ("UA.txt", b" \n\n", "is empty"),
        ("UA.txt.gz", gzip.compress(b"", mtime=0), "is empty"),
        ("UA.zip", HTML, "is a web page"),
        ("UA.osm.pbf", b"  <html>\n", "is a web page"),
        ("UA.txt.gz", gzip.compress(HTML, mtime=0), "is a web page"),
        ("UA.zip", b"PK\x03\x04" + b"\x01" * 100, "damaged or cut-short zip"),
        ("UA.zip", b"just text", "is no zip archive"),
        ("UA.txt", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "not UTF-8 text"),
        ("a.csv", "назва,lat,lon\nСело,48,37\n".encode("cp1251"), "not UTF-8 text"),
        ("a.csv", "name,lat,lon\n".encode("utf-16"), "is UTF-16"),
        ("a.txt", b"One line of prose.\n", "no gazetteer file that is known"),
        ("UA.txt", b"1\tPles\t48.5\n2\tPles\t48.5\n", "have no header and 19, 10, 4 or 12 columns"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": [', "not valid JSON"),
        ("a.geojson", b'{"type": "Topology"}', "no GeoJSON FeatureCollection"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": []}', "holds no features"),
        ("a.gpkg", b"SQLite format 3\x00" + b"\x00" * 200, "cannot be read as a GeoPackage"),
    ],
)
def test_a_file_that_is_no_gazetteer_says_why(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(GazetteerError, match=message) as caught:
        list(read_source(path).rows())
    assert name in str(caught.value)


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "no.txt", tmp_path):
        with pytest.raises(GazetteerError, match="cannot be read"):
            read_source(path)


def test_bad_lines_are_counted_and_named(tmp_path: Path) -> None:
    path = tmp_path / "UA.txt"
    lines = [
        dump_line(1).encode(),
        b"too\tfew\tcolumns",
        dump_line(2, lat="95").encode(),
        dump_line(3, lon="east").encode(),
        dump_line(4, "Nul\0byte").encode(),
        dump_line(5, "Bad").encode() + b"\xff",
        dump_line(6, "").encode(),
        dump_line(7, **{"class": "Q"}).encode(),
        dump_line(8, population="many").encode(),
        dump_line(9, lat="nan").encode(),
        b"x" * (files.MAX_LINE * 3),
        b"",
        dump_line(10, "Last").encode(),
    ]
    path.write_bytes(b"\n".join(lines))
    found = read_source(path)
    assert [r.name for r in found.rows()] == ["Ples", "Last"]
    assert (found.accepted, found.rejected) == (2, 10)
    reasons = {r.line: r.reason for r in found.rejects}
    assert sorted(reasons) == [2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    assert reasons[2] == "has 3 columns instead of 19"
    assert reasons[3] == "is no point on Earth: latitude 95, longitude 37.9"
    assert reasons[4] == "has no number as longitude: 'east'"
    assert reasons[5] == "holds NUL bytes"
    assert reasons[6].startswith("is not UTF-8")
    assert reasons[11] == "a line of more than 1 MB"
    assert all(len(r.text) <= 80 and r.text.isprintable() for r in found.rejects)


def test_all_rejects_count_but_only_the_first_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "UA.txt"
    path.write_bytes(many(1000) + b"bad\tline\n" * 3000)
    found = read_source(path)
    for _ in range(2):  # a second reading starts anew
        assert sum(1 for _ in found.rows()) == found.accepted == 1000
        assert found.rejected == 3000
        assert len(found.rejects) == MAX_REJECTS


@pytest.mark.parametrize("packing", ["gz", "zip"])
def test_an_archive_that_is_cut_short(tmp_path: Path, packing: str) -> None:
    path = tmp_path / f"UA.{packing}"
    text = many(20_000)
    if packing == "gz":
        packed = gzip.compress(text, mtime=0)
        path.write_bytes(packed[: len(packed) // 2])
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("UA.txt", text)
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(GazetteerError, match=r"cut.short.*download it again"):
        list(read_source(path).rows())


def test_a_zip_damaged_inside(tmp_path: Path) -> None:
    path = tmp_path / "UA.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("UA.txt", many(20_000))
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 64] = b"\x00" * 64
    path.write_bytes(bytes(data))
    with pytest.raises(GazetteerError, match="download it again"):
        list(read_source(path).rows())


@pytest.mark.parametrize("packing", ["zip", "gz", "lying"])
def test_bombs_are_refused(tmp_path: Path, packing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "RATIO_FROM", 1 << 20)
    text = many(10) + b"\n" * (20 << 20)
    path = tmp_path / f"UA.{'gz' if packing == 'gz' else 'zip'}"
    if packing == "gz":
        path.write_bytes(gzip.compress(text, mtime=0))
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("UA.txt", text)
        if packing == "lying":  # the directory says that it is small
            data = path.read_bytes()
            size = len(text).to_bytes(4, "little")
            path.write_bytes(data.replace(size, (1000).to_bytes(4, "little")))
    with pytest.raises(GazetteerError, match=r"zip bomb|download it again"):
        list(read_source(path).rows())


def test_more_than_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_UNPACKED", 100_000)
    path = tmp_path / "UA.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("UA.txt", many(5_000))
    with pytest.raises(GazetteerError, match="unpacks to more than"):
        read_source(path)


def test_zip_members_are_only_read(tmp_path: Path) -> None:
    path = tmp_path / "in" / "UA.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../UA.txt", many(2))
    found = read_source(path)
    assert len(list(found.rows())) == 2
    assert found.name == "GeoNames UA.txt"
    assert [p.name for p in tmp_path.rglob("*")] == ["in", "UA.zip"]


def test_which_table_of_a_zip(tmp_path: Path) -> None:
    path = tmp_path / "both.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("UA.txt", many(1))
        archive.writestr("PL.txt", many(1))
    with pytest.raises(GazetteerError, match=r"several tables \(UA.txt, PL.txt\)"):
        read_source(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("photo.png", b"1")
    with pytest.raises(GazetteerError, match=r"holds no table.*photo\.png"):
        read_source(path)
