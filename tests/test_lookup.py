"""Looking a name up for a person: what is exact comes first, and what is fuzzy says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geomap import geodesy
from geomap.errors import SettingsError
from geomap.gazetteer.lookup import LEAST_SCORE, search

if TYPE_CHECKING:
    from geomap import Gazetteer

ORDER = ("exact", "spelling", "fuzzy")


def first(gazetteer: Gazetteer, text: str, **options: object) -> tuple[str, str | None, str]:
    found = search(gazetteer, text, **options)[0]  # type: ignore[arg-type]
    return found.place.name, found.place.admin1_name, found.how


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bakhmut", ("Bakhmut", "Donetsk Oblast", "exact")),
        ("БАХМУТ", ("Bakhmut", "Donetsk Oblast", "exact")),
        ("Artemivsk", ("Bakhmut", "Donetsk Oblast", "exact")),
        ("Bakhmut, Donetsk Oblast", ("Bakhmut", "Donetsk Oblast", "exact")),
        ("Bakhmut, Donetsk Oblast, Ukraine", ("Bakhmut", "Donetsk Oblast", "exact")),
        ("Bakhmut, UA", ("Bakhmut", "Donetsk Oblast", "exact")),
        ("Бахмут, Україна", ("Bakhmut", "Donetsk Oblast", "exact")),
        ("Bakmut", ("Bakhmut", "Donetsk Oblast", "fuzzy")),  # a letter left out
        ("Bahkmut", ("Bakhmut", "Donetsk Oblast", "fuzzy")),  # two swapped
        ("Bakhtmut", ("Bakhmut", "Donetsk Oblast", "fuzzy")),  # one too many
        ("Qreminna, Luhansk Oblast", ("Kreminna", "Luhansk Oblast", "fuzzy")),  # the first wrong
        ("Reminna, Luhansk Oblast", ("Kreminna", "Luhansk Oblast", "fuzzy")),  # the first missing
    ],
)
def test_a_person_finds_the_place(
    gazetteer: Gazetteer, text: str, expected: tuple[str, str, str]
) -> None:
    assert first(gazetteer, text) == expected


def test_another_romanisation_is_marked_as_such(gazetteer: Gazetteer) -> None:
    hows = {f.how for f in search(gazetteer, "Artjomowsk", fuzzy=False)}
    assert hows == {"spelling"}


def test_better_matches_come_first_and_scores_say_how_good(gazetteer: Gazetteer) -> None:
    found = search(gazetteer, "Marinka", limit=50)
    ranks = [ORDER.index(f.how) for f in found]
    assert ranks == sorted(ranks)
    assert 0 < ranks.count(2) <= 5
    assert all(f.score == 100 for f in found if f.how != "fuzzy")
    assert all(LEAST_SCORE <= f.score < 100 for f in found if f.how == "fuzzy")
    assert len({f.place.key for f in found}) == len(found)


def test_without_fuzzy_nothing_is_guessed(gazetteer: Gazetteer) -> None:
    assert search(gazetteer, "Bahkmut", fuzzy=False) == []
    assert "fuzzy" not in {f.how for f in search(gazetteer, "Marinka", fuzzy=False)}


def test_near_a_place_the_nearest_comes_first(gazetteer: Gazetteer) -> None:
    kharkiv = gazetteer.lookup("Kharkiv", country="UA")[0]
    found = [f for f in search(gazetteer, "Lyman", near=kharkiv) if f.how == "exact"]
    km = [f.distance_km for f in found]
    assert km == sorted(km, key=float)  # type: ignore[arg-type]
    for f in found[:5]:
        straight = geodesy.distance_km(kharkiv.lat, kharkiv.lon, f.place.lat, f.place.lon)
        azimuth = geodesy.azimuth_deg(kharkiv.lat, kharkiv.lon, f.place.lat, f.place.lon)
        assert f.distance_km == pytest.approx(straight, abs=0.05)
        assert f.bearing_wind == geodesy.wind_of(azimuth)
    donetsk = gazetteer.lookup("Donetsk", country="UA")[0]
    assert first(gazetteer, "Lyman", near=donetsk)[1] == "Donetsk Oblast"


def test_a_place_is_in_no_direction_from_itself(gazetteer: Gazetteer) -> None:
    bakhmut = gazetteer.lookup("Bakhmut")[0]
    found = search(gazetteer, "Bakhmut", near=bakhmut)[0]
    assert (found.distance_km, found.bearing_wind) == (0.0, None)
    assert search(gazetteer, "Bakhmut")[0].distance_km is None


def test_a_country_narrows(gazetteer: Gazetteer) -> None:
    everywhere = {f.place.country for f in search(gazetteer, "Lyman", limit=100)}
    assert len(everywhere) > 1
    assert {f.place.country for f in search(gazetteer, "Lyman", country="ua")} == {"UA"}
    assert {f.place.country for f in search(gazetteer, "Lyman, Ukraine")} == {"UA"}
    assert {f.place.admin1_name for f in search(gazetteer, "Lyman, Luhansk Oblast")} == {
        "Luhansk Oblast"
    }


def test_a_whole_that_is_not_known_finds_nothing(gazetteer: Gazetteer) -> None:
    assert search(gazetteer, "Bakhmut, Atlantis") == []
    assert search(gazetteer, "Bakhmut, Luhansk Oblast", fuzzy=False) == []


def test_a_name_may_hold_a_comma(gazetteer: Gazetteer) -> None:
    assert search(gazetteer, "Washington, D.C.")[0].place.name.startswith("Washington")


def test_the_limit_holds(gazetteer: Gazetteer) -> None:
    assert len(search(gazetteer, "San Jose", limit=7)) == 7
    with pytest.raises(SettingsError, match="at least one"):
        search(gazetteer, "Bakhmut", limit=0)


@pytest.mark.parametrize("text", ["", " ", ",", ",,UA", "?", "\x00", "\ud800", "a" * 100_000])
def test_what_is_no_name_finds_nothing(gazetteer: Gazetteer, text: str) -> None:
    assert search(gazetteer, text) == []


@settings(deadline=None, max_examples=60)
@given(text=st.text(max_size=12), limit=st.integers(1, 5))
def test_any_text_is_answered(gazetteer: Gazetteer, text: str, limit: int) -> None:
    found = search(gazetteer, text, limit=limit)
    assert len(found) <= limit
    ranks = [ORDER.index(f.how) for f in found]
    assert ranks == sorted(ranks)


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_one_slip_in_a_long_name_is_forgiven(gazetteer: Gazetteer, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["kramatorsk", "avdiivka", "zaporizhzhia", "kostiantynivka"]))
    at = data.draw(st.integers(0, len(name) - 1))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    slipped = data.draw(
        st.sampled_from([
            name[:at] + letter + name[at + 1 :],
            name[:at] + letter + name[at:],
            name[:at] + name[at + 1 :],
            name[:at] + name[at : at + 2][::-1] + name[at + 2 :],
        ])
    )  # fmt: skip
    meant = gazetteer.lookup(name, country="UA")[0].key
    assert meant in {f.place.key for f in search(gazetteer, slipped, country="UA", limit=50)}
