"""The offline gazetteer: names in any spelling find their place, with its source."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomap import Gazetteer
from geomap.errors import GazetteerError, SettingsError, TableError
from geomap.gazetteer.labels import settlements, unit_natives
from geomap.gazetteer.names import fold
from geomap.gazetteer.native_names import native_of
from geomap.gazetteer.schema import Level
from geomap.gazetteer.scope import scope
from geomap.gazetteer.sources import aliases, useful_name
from geomap.gazetteer.store import DEFAULT_DIR
from geomap.gazetteer.world import native_names


@pytest.mark.parametrize(
    ("name", "place", "country"),
    [
        ("Bakhmut", "Bakhmut", "UA"),
        ("Artemivsk", "Bakhmut", "UA"),
        ("Artyomovsk", "Bakhmut", "UA"),
        ("Бахмут", "Bakhmut", "UA"),
        ("Авдіївка", "Avdiivka", "UA"),
        ("Авдеевка", "Avdiivka", "UA"),
        ("AVDIIVKA", "Avdiivka", "UA"),
        ("Chasov Yar", "Chasiv Yar", "UA"),
        ("Ugledar", "Vuhledar", "UA"),
        ("Kiev", "Kyiv", "UA"),
        ("Slov’yans’k", "Sloviansk", "UA"),
        ("Donetsk Oblast", "Donetsk Oblast", "UA"),
        ("Kursk Oblast", "Kursk Oblast", "RU"),
        ("Ukraine", "Ukraine", "UA"),
        ("U.S.", "United States", "US"),
        ("Britain", "United Kingdom", "GB"),
    ],
)
def test_names_find_their_place(gazetteer: Gazetteer, name: str, place: str, country: str) -> None:
    found = gazetteer.lookup(name)
    assert found, f"{name} is not known"
    assert (found[0].name, found[0].country) == (place, country)


def test_a_place_says_where_it_is_and_how_sure(gazetteer: Gazetteer) -> None:
    kreminna = gazetteer.lookup("Kreminna")[0]
    assert (kreminna.geonameid, kreminna.lat, kreminna.lon) == (704138, 49.04811, 38.21552)
    assert (kreminna.admin1_code, kreminna.admin1_name) == ("14", "Luhansk Oblast")
    assert kreminna.precision == "settlement"
    assert 0.5 <= kreminna.radius_km < 5
    assert kreminna.feature_code is None, "cities500 gives no feature codes"


def test_countries_stand_at_their_customary_points(gazetteer: Gazetteer) -> None:
    ukraine, russia = gazetteer.lookup("Ukraine")[0], gazetteer.lookup("Russia")[0]
    assert (ukraine.lat, ukraine.lon) == (49.0, 32.0)
    assert (russia.lat, russia.lon) == (60.0, 100.0)
    assert ukraine.area is not None
    assert ukraine.precision == "country"


def test_demonyms_are_not_places(gazetteer: Gazetteer) -> None:
    assert not [p for p in gazetteer.lookup("Ukrainian") if p.name == "Ukraine"]


def test_namesakes_are_told_apart(gazetteer: Gazetteer) -> None:
    lymans = gazetteer.lookup("Lyman", country="UA")
    assert {p.admin1_name for p in lymans} >= {"Donetsk Oblast", "Kharkiv Oblast", "Odesa Oblast"}
    assert lymans[0].population == max(p.population for p in lymans)


def test_sources_are_recorded(gazetteer: Gazetteer) -> None:
    stamp = gazetteer.stamp
    assert {"geonames", "natural_earth", "countryinfo", "aliases"} <= set(stamp["sources"])
    assert all(s["licence"] and s["url"] and s["name"] for s in stamp["sources"].values())
    assert stamp["counts"]["settlement"] > 230_000
    assert sum(stamp["counts"].values()) == len(gazetteer)


def _copy(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    shutil.copytree(DEFAULT_DIR, folder)
    return folder


def test_places_as_a_geodataframe(gazetteer: Gazetteer) -> None:
    frame = gazetteer.to_geodataframe("Lyman", country="UA")
    assert frame.crs == "EPSG:4326"
    assert set(frame["name"]) == {"Lyman"}
    first = frame.iloc[0]
    assert (first.geometry.x, first.geometry.y) == (first.lon, first.lat)
    assert first["sources"] == ["geonames", "katottg"]
    empty = gazetteer.to_geodataframe([])
    assert len(empty) == 0
    assert list(empty.columns) == list(frame.columns)


@pytest.mark.parametrize(
    ("names", "place"),
    [
        ("Avdiyivka Avdiivka Avdeevka Авдіївка Авдеевка Awdijiwka", "Avdiivka"),
        ("Kostiantynivka Kostyantynivka Kostjantyniwka Костянтинівка", "Kostiantynivka"),
        ("Huliaipole Hulyaypole Huljajpole Гуляйполе", "Huliaipole"),
    ],
)
def test_all_romanisations_find_one_place(gazetteer: Gazetteer, names: str, place: str) -> None:
    assert {gazetteer.lookup(n, country="UA")[0].name for n in names.split()} == {place}


@pytest.mark.parametrize(
    ("name", "country", "native"),
    [
        ("Bakhmut", "UA", "Бахмут"),
        ("Kyiv", "UA", "Київ"),
        ("Kostiantynivka", "UA", "Костянтинівка"),
        ("Donetsk", "UA", "Донецьк"),
        ("Marinka", "UA", "Мар’їнка"),
        ("Klishchiivka", "UA", "Кліщіївка"),
        ("Robotyne", "UA", "Роботине"),
        ("Simferopol", "UA", "Сімферополь"),
        ("Donetsk Oblast", "UA", "Донецька область"),
        ("Bakhmut Raion", "UA", "Бахмутський район"),
        ("Belgorod", "RU", "Белгород"),
        ("Kursk", "RU", "Курск"),
        ("Rostov-na-Donu", "RU", "Ростов-на-Дону"),
        ("Moscow", "RU", "Москва"),
        ("Minsk", "BY", "Мінск"),
        ("Sofia", "BG", "София"),
        ("Ukraine", "UA", "Україна"),
        ("Poland", "PL", "Польща"),
        ("Warsaw", "PL", None),
        ("Paris", "FR", None),
    ],
)
def test_a_place_has_a_name_in_its_own_script(
    gazetteer: Gazetteer, name: str, country: str, native: str | None
) -> None:
    place = gazetteer.lookup(name, country=country)[0]
    assert gazetteer.native_name(place) == place.native_name == native
    assert gazetteer.natives.of([place.key]) == [native]


def test_settlements_of_ukraine_have_ukrainian_names(gazetteer: Gazetteer) -> None:
    rows = [
        int(row)
        for row in np.flatnonzero(gazetteer.level == Level.SETTLEMENT)
        if gazetteer.country(int(row)) == "UA"
    ]
    names = gazetteer.natives.of(rows)
    found = [n for n in names if n is not None]
    assert len(found) > 0.998 * len(rows) > 29_000
    assert not any(set(n.lower()) & set("ыэёъ") for n in found)
    assert names[:50] == [gazetteer.place(row).native_name for row in rows[:50]]


def test_a_map_names_settlements_in_view_and_round_its_marks(gazetteer: Gazetteer) -> None:
    box = (37.0, 48.0, 39.0, 49.5)
    plain = settlements(gazetteer, box, 20)
    assert len(plain) == 20
    assert plain[0][0] == "Donetsk"
    assert ("Bakhmut", "Бахмут") in {(t[0], t[4]) for t in settlements(gazetteer, box, 200)}
    assert [t[3] for t in plain] == sorted((t[3] for t in plain), reverse=True)
    near = settlements(gazetteer, box, 20, [(48.6, 38.0)])
    assert near[:20] == plain
    added = near[20:]
    assert {"Khromove", "Chasiv Yar"} <= {t[0] for t in added}
    assert all(abs(t[1] - 48.6) < 0.31 and abs(t[2] - 38.0) < 0.31 for t in added)
    guessed = [p for p in map(gazetteer.place, range(len(gazetteer))) if p.precision == "hromada"]
    assert not {(p.lat, p.lon) for p in guessed} & {(t[1], t[2]) for t in added}


def test_countries_and_oblasts_have_labels_in_cyrillic(gazetteer: Gazetteer) -> None:
    natives = unit_natives(gazetteer)
    assert natives["UA"] == "Україна"
    assert natives["UA.14"] == "Луганська область"
    assert natives["RU.09"] == "Белгородская область"
    assert sum(code.startswith("UA.") for code in natives) == 27
    assert "US.CA" not in natives


def test_no_place_no_native_name(gazetteer: Gazetteer) -> None:
    assert gazetteer.natives.of([]) == []
    assert gazetteer.natives.of([-1, len(gazetteer) + 5]) == [None, None]
    own = replace(gazetteer.lookup("Bakhmut")[0], key=-1, native_name=None)
    assert gazetteer.native_name(own) is None


@pytest.mark.parametrize(
    ("name", "names", "country", "native"),
    [
        ("Donetsk", ("Донецк", "Донецьк", "Доњецк", "Сталіно"), "UA", "Донецьк"),
        ("Kharkiv", ("Харьков", "Харків", "Харкаў"), "UA", "Харків"),
        ("Kursk", ("Курськ", "Курск", "Курскъ"), "RU", "Курск"),
        ("Ryazan’", ("Рязан", "Рязань"), "RU", "Рязань"),
        ("Hrodna", ("Гродно", "Гродна"), "BY", "Гродна"),
        ("Niš", ("Ниш", "Ніш"), "RS", "Ниш"),
        ("Краматорськ", (), "UA", "Краматорськ"),
        ("Bakhmut", ("Артемівськ",), "UA", None),  # a former name is none
        ("Kramatorsk", ("Краматорск",), "UA", None),  # Russian
        ("Lviv", ("Львів",), "PL", None),
        ("Lviv", ("Львів",), None, None),
    ],
)
def test_of_alternates_the_one_in_the_countrys_own_language_is_chosen(
    name: str, names: tuple[str, ...], country: str | None, native: str | None
) -> None:
    assert native_of(name, names, country) == native
    assert native_of(name, names[::-1], country) == native


def test_a_broken_native_name_names_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "native_names.tsv"
    for rows in ("UA\tUkraine\n", "UA\tУкраїна\nUA\tУкраїна\n"):
        path.write_text("target\tname\n" + rows, encoding="utf-8")
        with pytest.raises(TableError, match=r"native_names.tsv:\d: 'UA' needs one Cyrillic name"):
            list(native_names(path))


def test_a_gazetteer_compiled_before_has_no_native_names(tmp_path: Path) -> None:
    folder = tmp_path / "old"
    shutil.copytree(DEFAULT_DIR, folder)
    stamp = json.loads((folder / "gazetteer.json").read_text(encoding="utf-8"))
    for file in folder.glob("native_*"):
        file.unlink()
    with pytest.raises(GazetteerError, match="missing or damaged"):
        Gazetteer.open(folder)
    del stamp["natives"]
    (folder / "gazetteer.json").write_text(json.dumps(stamp), encoding="utf-8")
    assert Gazetteer.open(folder).lookup("Bakhmut")[0].native_name is None


def test_a_village_is_known_by_its_hromada(gazetteer: Gazetteer) -> None:
    (robotyne,) = [
        p for p in gazetteer.lookup("Robotyne") if p.admin1_name == "Zaporizhzhia Oblast"
    ]
    assert robotyne.precision == "hromada"
    assert 9 <= robotyne.radius_km <= 36
    parent = gazetteer.parent(robotyne.key)
    assert parent is not None
    assert gazetteer.place(parent).feature_code == "ADM3"


def test_informal_regions_have_areas(gazetteer: Gazetteer) -> None:
    from shapely.geometry import Point

    donbas = gazetteer.lookup("Donbas")[0]
    area = gazetteer.geometry(donbas)
    assert area.contains(Point(37.8, 48.0)), "Donetsk"
    assert area.contains(Point(39.3, 48.57)), "Luhansk"
    crimea = gazetteer.geometry(gazetteer.lookup("Crimea")[0])
    assert crimea.contains(Point(34.1, 44.95)), "Simferopol"


def test_a_missing_gazetteer_says_how_to_mend_it(tmp_path: Path) -> None:
    with pytest.raises(GazetteerError, match=r"missing or damaged.*add --fresh"):
        Gazetteer.open(tmp_path / "nothing")


def test_a_cut_file_is_noticed(tmp_path: Path) -> None:
    folder = _copy(tmp_path)
    file = folder / "lat.npy"
    file.write_bytes(file.read_bytes()[:-800])
    with pytest.raises(GazetteerError, match="damaged"):
        Gazetteer.open(folder)


def test_another_format_is_refused(tmp_path: Path) -> None:
    folder = _copy(tmp_path)
    stamp = json.loads((folder / "gazetteer.json").read_text(encoding="utf-8"))
    (folder / "gazetteer.json").write_text(json.dumps(stamp | {"format": 99}), encoding="utf-8")
    with pytest.raises(GazetteerError, match="format 99"):
        Gazetteer.open(folder)


def test_a_broken_alias_names_file_and_line(tmp_path: Path) -> None:
    table = tmp_path / "aliases.tsv"
    table.write_text("name\ttarget\tkind\nArtemivsk\tgn:713174\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"aliases\.tsv:2: .*three"):
        aliases(table)


def test_every_shipped_alias_is_read(root: Path) -> None:
    rows = aliases(root / "gazetteer" / "aliases.tsv")
    assert len(rows) > 100
    assert len({(r.name, r.target, r.kind) for r in rows}) == len(rows), "a row stands twice"


@pytest.mark.parametrize("name", ["qyyb", "IEV", "x", "", "1st", "N" * 61])
def test_codes_and_automatic_transliterations_are_no_names(name: str) -> None:
    assert not useful_name(name)


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@given(st.sampled_from(["Kostiantynivka", "Slov'iansk", "Ivano-Frankivsk"]), st.data())
def test_case_and_apostrophes_do_not_matter(name: str, data: st.DataObject) -> None:
    mark = data.draw(st.sampled_from(list("'’ʼ`´")))
    changed = "".join(data.draw(st.sampled_from([c.lower(), c.upper()])) for c in name)
    assert fold(changed.replace("'", mark)) == fold(name)


def test_a_region_is_its_area(gazetteer: Gazetteer) -> None:
    from shapely.geometry import Point

    donetsk = scope(gazetteer, "Donetsk Oblast")
    assert donetsk.name == "Donetsk Oblast, Ukraine"
    assert donetsk.holds(Point(37.99886, 48.59419)), "Bakhmut"
    assert not donetsk.holds(Point(38.21552, 49.04811)), "Kreminna is in Luhansk Oblast"


def test_a_town_as_a_region_is_its_surroundings(gazetteer: Gazetteer) -> None:
    from shapely.geometry import Point

    around = scope(gazetteer, "Bakhmut")
    assert around.holds(Point(37.86, 48.58)), "Chasiv Yar, 10 km away"
    assert not around.holds(Point(37.25, 48.28)), "Pokrovsk, 65 km away"


def test_an_unknown_region_says_what_to_try(gazetteer: Gazetteer) -> None:
    with pytest.raises(SettingsError, match="gazetteer lookup"):
        scope(gazetteer, "Nowhereshire")
