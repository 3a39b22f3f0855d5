"""Hints of an article that speak of one place: what they leave of it, and what it then is."""

from __future__ import annotations

import time
from typing import Any

import pytest
from shapely.geometry import Point

import geomap
from geomap import geodesy
from geomap.hints.fusion import MOST

BAKHMUT = (48.594, 37.999)
UNKNOWN = "Shells fell on Qwzrtk, 20 km west of Bakhmut"


def read(pipeline: geomap.Pipeline, text: str) -> Any:
    return pipeline.process(geomap.Article("a", text))


def named(report: Any, name: str) -> Any:
    (found,) = [r for r in report.resolutions if r.mention.text == name]
    return found


def area(hint: Any) -> float:
    return geodesy.area_km2(hint.region.geometry)


@pytest.mark.parametrize(
    ("alone", "more"),
    [
        (UNKNOWN, " and 15 km north of Toretsk"),
        ("A depot burned 15 km north of Bakhmut", " and 15 km south of Siversk"),
    ],
)
def test_two_hints_on_one_place_narrow_each_other(
    pipeline: geomap.Pipeline, alone: str, more: str
) -> None:
    (one,) = read(pipeline, f"{alone}.").hints
    both = read(pipeline, f"{alone}{more}.").hints
    assert len(both) == 2
    assert both[0].region == both[1].region
    assert area(both[0]) < 0.5 * area(one)
    for hint, other in (both, both[::-1]):
        assert f"narrowed by {other.text!r}" in hint.reasons


def test_contradicting_hints_keep_their_own_regions_and_say_so(pipeline: geomap.Pipeline) -> None:
    report = read(pipeline, f"{UNKNOWN} and 15 km north of Lviv.")
    west, north = report.hints
    for hint, other in ((west, north), (north, west)):
        assert f"contradicts another hint on the same place: {other.text!r}" in hint.reasons
    assert geodesy.distance_km(west.region.lat, west.region.lon, *BAKHMUT) < 25
    assert geodesy.distance_km(north.region.lat, north.region.lon, 49.84, 24.02) < 25
    (alone,) = read(pipeline, f"{UNKNOWN}.").hints
    assert west.confidence <= 0.5 * alone.confidence + 0.001
    assert named(report, "Qwzrtk").confidence < 0.25


def test_an_unknown_village_is_placed_by_its_hint(pipeline: geomap.Pipeline) -> None:
    report = read(pipeline, f"{UNKNOWN}.")
    village, (hint,) = named(report, "Qwzrtk"), report.hints
    assert (village.status, village.place, village.precision) == ("hinted", None, "hint")
    assert village.region == hint.region
    assert (village.lat, village.lon) == (hint.region.lat, hint.region.lon)
    assert village.region.geometry.covers(Point(geodesy.destination(*BAKHMUT, 270.0, 20.0)[::-1]))
    assert "the text says: '20 km west of Bakhmut'" in village.reasons


@pytest.mark.parametrize(
    ("text", "lat", "lon"),
    [
        ("Shells hit Ivanivka, 12 km east of Kupiansk.", 49.73, 37.78),
        ("Shells hit Ivanivka, 25 km west of Mykolaiv.", 46.90, 31.63),
        ("Shells hit Stepne, 25 km west of Sumy.", 50.95, 34.56),
    ],
)
def test_a_hint_chooses_among_namesakes(
    pipeline: geomap.Pipeline, text: str, lat: float, lon: float
) -> None:
    name = text.split()[2].rstrip(",")
    found = named(read(pipeline, text), name)
    assert found.status == "resolved"
    assert found.place.name == name
    assert geodesy.distance_km(found.lat, found.lon, lat, lon) < 3


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Bakhmut", "10 km north of Lviv"),
        ("Avdiivka", "15 km east of Odesa"),
        # One of this name lies 6 km east of Sumy, others beside the region.
        ("Mykolaivka", "20 km west of Sumy"),
    ],
)
def test_a_place_that_its_own_hint_rules_out_is_not_pinned(
    pipeline: geomap.Pipeline, name: str, words: str
) -> None:
    report = read(pipeline, f"Shells hit {name}, {words}.")
    found = named(report, name)
    assert (found.status, found.place) == ("hinted", None)
    assert found.region == report.hints[0].region
    assert found.runners_up


def test_a_village_is_sought_among_known_settlements(pipeline: geomap.Pipeline) -> None:
    (village,) = read(pipeline, "A village 8 km north of Bakhmut was shelled.").hints
    (depot,) = read(pipeline, "A depot 8 km north of Bakhmut was shelled.").hints
    assert village.locates == "A village"
    assert village.region.geometry != depot.region.geometry
    assert village.region.geometry.covers(Point(38.022, 48.663))  # Krasna Hora
    at = geodesy.destination(*BAKHMUT, 0.0, 8.0)
    assert village.region.geometry.covers(Point(at[::-1]))  # and what the gazetteer lacks


def test_a_hint_on_one_place_leaves_another_alone(pipeline: geomap.Pipeline) -> None:
    first = "A depot 15 km north of Bakhmut burned."
    second = "A bridge 15 km south of Siversk fell."
    (alone,) = read(pipeline, first).hints
    together = read(pipeline, f"{first} {second}").hints[0]
    assert together.region == alone.region
    assert together.reasons == ()


def test_many_hints_on_one_place_take_little_time(pipeline: geomap.Pipeline) -> None:
    text = "A depot lies " + "5 km north of Lviv and " * 100 + "5 km north of Lviv."
    begun = time.monotonic()
    hints = read(pipeline, text).hints
    assert time.monotonic() - begun < 20  # it was minutes: each was held against all others
    assert len(hints) == 101
    assert all(h.region is not None for h in hints)
    assert sum(any("narrowed" in r or "contradicts" in r for r in h.reasons) for h in hints) <= MOST


def test_a_known_town_just_beside_its_hint_stays_and_says_so(pipeline: geomap.Pipeline) -> None:
    # Vuhledar lies 48 km from Donetsk's point; reports say 30, from the city's edge.
    report = read(pipeline, "Shells hit Vuhledar, 30 km southwest of Donetsk, in Donetsk Oblast.")
    found = named(report, "Vuhledar")
    assert found.status == "resolved"
    assert found.reasons[0].endswith("which it lies beside")
    plain = named(read(pipeline, "Shells hit Vuhledar in Donetsk Oblast."), "Vuhledar")
    assert found.confidence < plain.confidence
