"""GeoNames' own files as a user adds them: every line is used, or counted and named."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import zipfile
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import pytest

from geomap import geodesy
from geomap.gazetteer.importers import read_source
from geomap.gazetteer.schema import Level

if TYPE_CHECKING:
    from pathlib import Path


def dump_line(geonameid: int = 1, name: str = "Ples", **changed: str) -> str:
    """Return a line of a GeoNames main dump."""
    cells = {
        "id": str(geonameid), "name": name, "ascii": name, "alternate": "", "lat": "48.5",
        "lon": "37.9", "class": "P", "code": "PPL", "country": "UA", "cc2": "", "admin1": "05",
        "admin2": "", "admin3": "", "admin4": "", "population": "120", "elevation": "",
        "dem": "10", "timezone": "Europe/Kyiv", "date": "2024-05-06",
    }  # fmt: skip
    return "\t".join((cells | changed).values())


def write(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
    return path


@pytest.mark.parametrize(
    ("name", "lines", "date"),
    [("AD.txt", 3268, dt.date(2025, 10, 14)), ("NL.txt", 22852, dt.date(2025, 9, 5))],
)
def test_real_dumps_import_whole(shared: Path, name: str, lines: int, date: dt.date) -> None:
    found = read_source(shared / "geonames" / name)
    rows = list(found.rows())
    assert (found.format, found.name) == ("geonames", f"GeoNames {name}")
    assert len(rows) == found.accepted == lines
    assert found.rejected == 0
    assert found.date == date
    assert found.licence == "CC BY 4.0"
    assert "GeoNames" in found.attribution


def test_a_real_dump_keeps_levels_and_divisions(shared: Path) -> None:
    rows = list(read_source(shared / "geonames" / "NL.txt").rows())
    levels = Counter(row.level for row in rows)
    assert levels[Level.COUNTRY] == levels[Level.CAPITAL] == 1
    assert (levels[Level.ADMIN1], levels[Level.ADMIN2], levels[Level.SETTLEMENT]) == (12, 342, 7724)
    own = [row.source_id for row in rows if row.source_id]
    assert len(own) == len(set(own))
    led = [row for row in rows if row.level == Level.SETTLEMENT and row.parent in set(own)]
    assert len(led) > 0.9 * levels[Level.SETTLEMENT]


def test_kinds_names_and_precision(tmp_path: Path) -> None:
    alternate = "Плес,Pless,qwerty,PLS,x" + "y" * 70
    path = write(
        tmp_path / "XX.txt",
        dump_line(1, "Ples", alternate=alternate),
        dump_line(2, "Kapital", code="PPLC"),
        dump_line(3, "Oblast", **{"class": "A", "code": "ADM1"}),
        dump_line(4, "Raion", **{"class": "A", "code": "ADM2", "admin2": "0501"}),
        dump_line(5, "Hromada", **{"class": "A", "code": "ADM3", "admin2": "0501", "admin3": "7"}),
        dump_line(6, "Former", **{"class": "A", "code": "ADM2H"}),
        dump_line(7, "Land", **{"class": "A", "code": "PCLI", "admin1": "00"}),
        dump_line(8, "Long River", **{"class": "H", "code": "STM"}),
        dump_line(9, "Bridge", **{"class": "S", "code": "BDG", "admin2": "0501"}),
    )
    rows = {row.name: row for row in read_source(path).rows()}
    assert rows["Ples"].names == ("Плес", "Pless")
    shown = {n: (r.level.name, r.precision, r.source_id, r.parent) for n, r in rows.items()}
    assert shown == {
        "Ples": ("SETTLEMENT", "settlement", None, "UA.05"),
        "Kapital": ("CAPITAL", "settlement", None, "UA.05"),
        "Oblast": ("ADMIN1", "admin1", "UA.05", None),
        "Raion": ("ADMIN2", "raion", "UA.05.0501", "UA.05"),
        "Hromada": ("ADMIN3", "hromada", "UA.05.0501.7", "UA.05.0501"),
        "Former": ("FEATURE", "estimated", None, "UA.05"),
        "Land": ("COUNTRY", "country", None, None),
        "Long River": ("FEATURE", "estimated", None, "UA.05"),
        "Bridge": ("FEATURE", "exact", None, "UA.05.0501"),
    }
    assert rows["Land"].admin1_code is None
    assert rows["Ples"].population == 120


@pytest.mark.parametrize("packing", ["zip", "gz", "renamed"])
def test_dumps_are_told_by_content_and_may_be_packed(tmp_path: Path, packing: str) -> None:
    text = dump_line() + "\r\n" + dump_line(2, "Other") + "\r\n"
    if packing == "zip":
        path = tmp_path / "UA.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("readme.txt", "GeoNames\n" * 500)
            archive.writestr("UA.txt", text)
    elif packing == "gz":
        path = tmp_path / "UA.txt.gz"
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path = tmp_path / "places.csv"
        path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    found = read_source(path)
    assert [row.name for row in found.rows()] == ["Ples", "Other"]
    assert (found.format, found.date) == ("geonames", dt.date(2024, 5, 6))


def test_a_mapping_for_other_files_does_not_disturb(tmp_path: Path) -> None:
    path = write(tmp_path / "UA.txt", dump_line())
    found = read_source(path, mapping={"name": "NAZVA"}, source="mine")
    assert [row.name for row in found.rows()] == ["Ples"]
    assert (found.format, found.name) == ("geonames", "mine")


def test_alternate_names(tmp_path: Path) -> None:
    path = tmp_path / "alternateNamesV2.zip"
    lines = [
        "1\t709717\tuk\tДонецьк\t1\t\t\t\t\t",
        "2\t709717\ten\tStalino\t\t\t\t1\t1924\t1961",
        "3\t709717\tlink\thttps://example.org\t\t\t\t\t\t",
        "4\t709717\tpost\t83000\t\t\t\t\t\t",
        "5\tx\ten\tNowhere\t\t\t\t\t\t",
        "6\t709717\ten\tShort line",
    ]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("alternateNamesV2.txt", "\n".join(lines))
        archive.writestr("iso-languagecodes.txt", "ISO 639-3\n")
    found = read_source(path)
    assert found.format == "alternate-names"
    assert list(found.rows()) == []
    assert list(found.extra_names()) == [
        (709717, "Донецьк", "uk", ("preferred",)),
        (709717, "Stalino", "en", ("historic",)),
    ]
    assert list(found.codes()) == []
    assert (found.accepted, found.skipped, found.rejected) == (2, 2, 2)
    assert [r.line for r in found.rejects] == [5, 6]


def test_division_codes(shared: Path) -> None:
    first = read_source(shared / "geonames" / "admin1CodesASCII.txt")
    second = read_source(shared / "geonames" / "admin2Codes.txt")
    assert next(first.codes()) == ("AD.06", "Sant Julià de Loria", 3039162)
    assert len(list(first.codes())) == first.accepted == 3864
    assert len(list(second.codes())) == second.accepted == 47509
    assert (first.format, second.rejected) == ("admin-codes", 0)


def test_ukraines_postal_file_imports_whole(shared: Path) -> None:
    found = read_source(shared / "geonames" / "UA-postal.txt")
    rows = list(found.rows())
    assert (found.format, found.accepted, found.rejected) == ("postal", 29571, 0)
    assert len(rows) == found.accepted - found.merged == 27592
    assert Counter(r.precision for r in rows) == {"settlement": 14973, "estimated": 12619}
    kyiv = next(r for r in rows if r.name == "Київ")
    assert (kyiv.admin1_code, kyiv.admin1_name) == ("12", "Kyiv")  # of GeoNames' main files
    assert not [r for r in rows if "(" in r.name]


def test_postal_radii_hold_nine_in_ten(shared: Path) -> None:
    oblasts = {
        "Cherkaska": "Cherkasy", "Chernihivska": "Chernihiv", "Chernivetska": "Chernivtsi",
        "Dnipropetrovska": "Dnipropetrovsk", "Donetska": "Donetsk", "Kharkivska": "Kharkiv",
        "Ivano-Frankivska": "Ivano-Frankivsk", "Khersonska": "Kherson",
        "Khmelnytska": "Khmelnytskyi", "Kirovohradska": "Kirovohrad", "Kyivska": "Kyiv",
        "Luhanska": "Luhansk", "Lvivska": "Lviv", "Mykolaivska": "Mykolaiv", "Odeska": "Odesa",
        "Poltavska": "Poltava", "Rivnenska": "Rivne", "Sumska": "Sumy", "Ternopilska": "Ternopil",
        "Vinnytska": "Vinnytsia", "Volynska": "Volyn", "Zakarpatska": "Zakarpattia",
        "Zaporizka": "Zaporizhia", "Zhytomyrska": "Zhytomyr",
    }  # fmt: skip
    truth: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    path = shared / "geonames" / "ua-settlements-osm.csv"
    with path.open(encoding="utf-8", newline="") as file:
        for place in csv.DictReader(file):
            if place["place"] in ("city", "town", "village", "hamlet"):
                key = (place["name:uk"], place["region:name"].removesuffix(" Oblast"))
                truth[key].append((float(place["lat"]), float(place["lon"])))
    rows = list(read_source(shared / "geonames" / "UA-postal.txt").rows())
    counts = Counter((r.name, r.admin1_name) for r in rows)
    within: dict[float | None, list[bool]] = defaultdict(list)
    for row in rows:
        true = truth[row.name, oblasts.get(row.admin1_name or "", "")]
        if len(true) == 1 and counts[row.name, row.admin1_name] == 1 and row.radius_km:
            km = geodesy.distance_km(row.lat, row.lon, *true[0])
            within[row.radius_km].append(km <= row.radius_km)
    held = {km: sum(hits) / len(hits) for km, hits in within.items() if len(hits) > 100}
    assert set(held) == {1.0, 16.0, 33.0, 37.0, 150.0}
    assert min(held.values()) > 0.89, held


def postal_line(name: str, lat: float, lon: float, accuracy: str = "4", zip_: str = "1") -> str:
    where = ("Donetska", "05", "Bakhmutskyi", "", "", "")
    return "\t".join(("UA", zip_, name, *where, str(lat), str(lon), accuracy))


def test_a_postal_point_on_a_namesake_elsewhere_goes_to_its_raion(tmp_path: Path) -> None:
    near = [postal_line(f"Село {i}", 48.5 + i / 50, 38.0 + i / 50) for i in range(5)]
    path = write(
        tmp_path / "UA.txt",
        *near,
        postal_line("Село 1", 48.52, 38.02, zip_="2"),
        postal_line("Далеке", 50.9, 25.3),
        postal_line("Гадане", 48.6, 38.1, "1"),
        postal_line("Рада (Сільська рада)", 48.6, 38.0),
    )
    found = read_source(path)
    rows = {r.name: r for r in found.rows()}
    assert (found.accepted, found.merged, len(rows)) == (9, 1, 8)
    assert (rows["Село 1"].precision, rows["Село 1"].radius_km) == ("settlement", 1.0)
    far = rows["Далеке"]
    assert (round(far.lat, 1), round(far.lon, 1), far.precision) == (48.5, 38.0, "estimated")
    guess = rows["Гадане"]
    assert (guess.lat, guess.precision, guess.radius_km) == (48.6, "estimated", 33.0)
    assert rows["Рада"].admin2_name == "Bakhmutskyi"


def test_postal_files_of_other_countries_keep_their_points(tmp_path: Path) -> None:
    line = "DE\t01067\tDresden\tSachsen\tSN\tDirektion\t\t\t\t51.05\t13.73\t"
    path = write(tmp_path / "DE.txt", line + "6", line.replace("Dresden", "Radeberg") + "1")
    rows = list(read_source(path).rows())
    assert [(r.name, r.precision) for r in rows] == [
        ("Dresden", "settlement"),
        ("Radeberg", "estimated"),
    ]
    assert (rows[0].admin1_name, rows[0].admin1_code) == ("Sachsen", None)
