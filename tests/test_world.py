"""The world beyond settlements: counties, customary points, abbreviations, peoples."""

from __future__ import annotations

from pathlib import Path

import pytest

from geomap import Gazetteer
from geomap.errors import TableError
from geomap.gazetteer import world
from geomap.gazetteer.names import fold
from geomap.gazetteer.schema import Level, NameKind
from geomap.gazetteer.world_build import FEATURE_TABLES, WIDE_TABLES
from geomap.geodesy import rough_km


@pytest.mark.parametrize(
    ("name", "division", "lat", "lon"),
    [
        ("Laurel County", "US.KY", 37.1, -84.1),
        ("Rapides Parish", "US.LA", 31.2, -92.5),
        ("Fairbanks North Star Borough", "US.AK", 64.8, -146.6),
        ("Dona Ana County", "US.NM", 32.35, -106.83),
        ("Prince George's County", "US.MD", 38.83, -76.85),
        ("Saint Tammany Parish", "US.LA", 30.4, -89.95),
        ("De Soto Parish", "US.LA", 32.05, -93.73),
        ("Kent", "GB.ENG", 51.2, 0.7),
        ("Northamptonshire", "GB.ENG", 52.3, -0.8),
        ("County Cork", "IE.M", 52.0, -8.7),
        ("County Tyrone", "GB.NIR", 54.6, -7.2),
    ],
)
def test_a_county_is_found_by_its_name(
    gazetteer: Gazetteer, name: str, division: str, lat: float, lon: float
) -> None:
    county = gazetteer.lookup(name)[0]
    assert f"{county.country}.{county.admin1_code}" == division
    assert (county.feature_class, county.feature_code) == ("A", "ADM2")
    assert rough_km(county.lat, county.lon, lat, lon) < 15
    assert county.radius_km > 5
    assert county.population > 0


def test_a_county_of_two_spellings_is_found_by_both(gazetteer: Gazetteer) -> None:
    for first, second in [
        ("LaSalle County", "La Salle County"),
        ("DeKalb County", "De Kalb County"),
        ("St. Clair County", "Saint Clair County"),
    ]:
        found = {p.key for p in gazetteer.lookup(first)}
        assert found
        assert found == {p.key for p in gazetteer.lookup(second)}


def test_a_county_by_its_bare_name_stands_after_the_towns(gazetteer: Gazetteer) -> None:
    found = gazetteer.lookup("Laurel")
    levels = [gazetteer.level[p.key] == Level.ADMIN2 for p in found]
    assert True in levels
    assert levels == sorted(levels), "towns first, then the counties"
    assert gazetteer.lookup("Lyman")[0].country == "UA", "not Lyman County, South Dakota"
    assert gazetteer.lookup("Washington")[0].country == "US"


@pytest.mark.parametrize(
    ("name", "lat", "lon"),
    [
        ("United States", 39.76, -98.5),
        ("Canada", 60.1, -113.6),
        ("India", 22, 79),
        ("Libya", 28, 17),
        ("Kuwait", 29.5, 47.75),
        ("England", 52.16, -0.7),
        ("Alaska", 64, -150),
        ("Ontario", 49.25, -84.5),
    ],
)
def test_wholes_stand_where_geonames_has_them(
    gazetteer: Gazetteer, name: str, lat: float, lon: float
) -> None:
    place = next(p for p in gazetteer.lookup(name) if p.feature_class == "A")
    assert rough_km(place.lat, place.lon, lat, lon) < 30


@pytest.mark.parametrize(
    ("short", "place"),
    [
        ("W.Va.", "West Virginia"),
        ("W. Va.", "West Virginia"),
        ("Kan.", "Kansas"),
        ("Calif.", "California"),
        ("Pa.", "Pennsylvania"),
        ("Miss.", "Mississippi"),
        ("N.Y.", "New York"),
        ("D.C.", "District of Columbia"),
        ("TX", "Texas"),
        ("B.C.", "British Columbia"),
        ("Ont.", "Ontario"),
        ("NSW", "New South Wales"),
        ("U.S.A.", "United States"),
        ("UAE", "United Arab Emirates"),
        ("L.A.", "Los Angeles"),
        ("DRC", "Democratic Republic of the Congo"),
    ],
)
def test_an_abbreviation_is_looked_up(gazetteer: Gazetteer, short: str, place: str) -> None:
    assert place in {gazetteer.name(r.row) for r in gazetteer.rows(fold(short))}


def test_an_abbreviation_claims_a_name_last(gazetteer: Gazetteer) -> None:
    kinds = [r.kind for r in gazetteer.rows("pa")]
    assert kinds[-1] == NameKind.ABBREVIATION
    assert gazetteer.lookup("Pa")[0].country == "BF", "a town of that very name comes first"


@pytest.mark.parametrize(
    ("word", "place"),
    [
        ("Mexicans", "Mexico"),
        ("Nigerians", "Nigeria"),
        ("Filipinos", "Philippines"),
        ("Saudis", "Saudi Arabia"),
        ("Swiss", "Switzerland"),
        ("Britons", "United Kingdom"),
        ("Kosovars", "Kosovo"),
        ("Ohioans", "Ohio"),
        ("Californian", "California"),
        ("Albertans", "Alberta"),
        ("Scots", "Scotland"),
        ("Welsh", "Wales"),
        ("Chechens", "Chechnya"),
        ("Asian", "Asia"),
        ("New Yorkers", "New York City"),
        ("Muscovite", "Moscow"),
    ],
)
def test_a_people_leads_to_its_place(gazetteer: Gazetteer, word: str, place: str) -> None:
    rows = [r.row for r in gazetteer.rows(fold(word)) if r.kind == NameKind.DEMONYM]
    assert gazetteer.name(rows[0]) == place


@pytest.mark.parametrize(
    ("name", "place", "feature", "lat", "lon"),
    [
        ("Mideast", "Middle East", "RGN", 33.1, 35.9),
        ("Sub-Saharan Africa", "Sub-Saharan Africa", "RGN", -3, 22),
        ("Pacific Ocean", "Pacific Ocean", "OCN", 3.5, -132),
        ("Atlantic", "Atlantic Ocean", "OCN", 10, -25),
        ("Mediterranean", "Mediterranean Sea", "SEA", 35, 20),
        ("Чорне море", "Black Sea", "SEA", 43.4, 34.3),
        ("Strait of Hormuz", "Strait of Hormuz", "STRT", 26.57, 56.25),
        ("Lake Victoria", "Lake Victoria", "LK", -1, 33),
        ("Danube River", "Danube", "STM", 45.2, 29.75),
        ("Сіверський Донець", "Siverskyi Donets", "STM", 47.6, 40.9),
        ("Mt. Everest", "Everest", "MT", 27.99, 86.93),
        ("Rockies", "Rocky Mountains", "MTS", 43, -110),
        ("Gobi", "Gobi Desert", "DSRT", 42.5, 105),
        ("Galápagos Islands", "Galápagos", "ADM1", -0.6, -90.4),
        ("Snake Island", "Snake Island", "ISL", 45.255, 30.203),
        ("O'Hare", "O'Hare International Airport", "AIRP", 41.98, -87.9),
        ("London Heathrow", "Heathrow Airport", "AIRP", 51.47, -0.46),
    ],
)
def test_seas_mountains_regions_and_airports_are_found(
    gazetteer: Gazetteer, name: str, place: str, feature: str, lat: float, lon: float
) -> None:
    found = gazetteer.lookup(name)[0]
    assert (found.name, found.feature_code) == (place, feature)
    assert rough_km(found.lat, found.lon, lat, lon) < 60
    if feature != "ADM1":
        assert gazetteer.geometry(found) is None


def test_a_river_or_an_island_does_not_hide_a_city(gazetteer: Gazetteer) -> None:
    """Dnipro the city, Jordan the country, Irpin the town, Mississippi the state."""
    levels = {n: int(gazetteer.level[gazetteer.lookup(n)[0].key]) for n in ("Dnipro", "Irpin")}
    assert set(levels.values()) == {int(Level.SETTLEMENT)}
    assert gazetteer.lookup("Jordan")[0].feature_class == "A"
    assert all(p.feature_class != "H" for p in gazetteer.lookup("Mississippi"))


def test_every_table_of_places_is_sound_and_sorted(root: Path) -> None:
    for table in (*WIDE_TABLES, *FEATURE_TABLES, "airports.tsv"):
        rows = list(world.places(root / "gazetteer" / "world" / table))
        names = [r.name for r in rows]
        assert len(rows) > 150, table
        assert sorted(names) == names or sorted(names, key=str.lower) == names, table
        for row in rows:
            assert not set(row.names) & {row.name}, row.where
            assert len(set(row.names)) == len(row.names), row.where


def test_features_lie_in_or_near_their_country(gazetteer: Gazetteer, root: Path) -> None:
    """A slip of a sign or a digit puts a place into another country."""
    import shapely

    far = []
    for table in (*WIDE_TABLES, *FEATURE_TABLES, "airports.tsv", "counties.tsv"):
        for row in world.places(root / "gazetteer" / "world" / table):
            number = gazetteer.areas.find(str(row.country), row.admin1) if row.country else None
            if number is None:
                continue
            area = gazetteer.areas.geometry(number)
            slack = max(row.radius_km, 45) / 70  # degrees, generously
            if not shapely.dwithin(area, shapely.Point(row.lon, row.lat), slack):
                far.append(row.name)
    assert far == ["Matsu Islands"], "Taiwan's, off the mainland; Natural Earth leaves them out"


def test_no_country_s_name_is_its_demonym(gazetteer: Gazetteer) -> None:
    """countryinfo has "Djibouti" and "Gibraltar" for the people, too."""
    for name in ("Djibouti", "Gibraltar", "Christmas Island"):
        assert all(r.kind != NameKind.DEMONYM for r in gazetteer.rows(fold(name)))


def test_plurals_are_made_where_the_language_makes_them(tmp_path: Path) -> None:
    table = tmp_path / "demonyms.tsv"
    table.write_text("target\twords\nMX\tMexican\nCN\tChinese\nSC\tScots\nPH\t=Pinay\n")
    made = [a.name for a in world.demonyms(table)]
    assert made == ["Mexican", "Mexicans", "Chinese", "Scots", "Pinay"]


HEAD = "name\tnames\tstems\tfeature\tlat\tlon\tradius_km\tcountry\tpopulation\n"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("Kent\t\t\tA.ADM2\tnorth\t0.7\t30\tGB\n", r":2: 'north', '0\.7' is no point"),
        ("Kent\t\t\tA.ADM2\t91\t0.7\t30\tGB\n", r":2: '91', '0\.7' is no point"),
        ("Kent\t\t\tcounty\t51\t0.7\t30\tGB\n", ":2: a place needs a name and a GeoNames class"),
        ("Kent\t\t\tA.ADM2\t51\t0.7\t0\tGB\n", ":2: '0' is no radius"),
        ("Kent\t\t\tA.ADM2\t51\t0.7\t30\tGB\tmany\n", ":2: 'many' is no number of people"),
        ("Kent\t\t\tA.ADM2\t51\t0.7\t30\tGB\t1\t1\n", ":2: 9 tab-separated cells, not 10"),
        ("Kent\t\t\tA.ADM2\t51\t0\t9\tGB\n" * 2, r":3: 'Kent' stands at .*:2 already"),
    ],
)
def test_a_broken_row_of_a_table_is_named(tmp_path: Path, row: str, told: str) -> None:
    table = tmp_path / "places.tsv"
    table.write_text(HEAD + row, encoding="utf-8")
    with pytest.raises(TableError, match=told):
        list(world.places(table))


def test_other_broken_tables_are_named(tmp_path: Path) -> None:
    table = tmp_path / "table.tsv"
    table.write_text("target\tlat\tlon\tnote\nUS\t1\t1\nUS\t1\t1\n")
    with pytest.raises(TableError, match=":3: 'US' stands in the table already"):
        world.points(table)
    table.write_text("target\tword\nUS\tAmerican\n")
    with pytest.raises(TableError, match=":1: the columns are target, words"):
        list(world.demonyms(table))
    table.write_text("target\twords\nUS\t\n")
    with pytest.raises(TableError, match=":2: 'US' has no words"):
        list(world.demonyms(table))
    head = "fips\tname\tstate\tlat\tlon\tradius_km\tpopulation\n"
    table.write_text(head + "21125\tLaurel\tKY\t37\t-84\t19\t60813\n")
    with pytest.raises(TableError, match=":2: 'Laurel' needs a FIPS code"):
        list(world.us_counties(table))
