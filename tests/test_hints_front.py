"""Distances from the front, with a line of contact and without one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from shapely.geometry import LineString, Point

import geomap
from geomap import geodesy
from geomap.models import ContactLine

DAY = dt.date(2023, 3, 14)
TEXT = "Near Kreminna, guns boomed. In a forest some 8 km from the front, soldiers waited."
KREMINNA = (49.048, 38.216)


def line_east_of(lat: float, lon: float, km: float, date: dt.date | None = DAY) -> ContactLine:
    """A north-south line, `km` east of a place."""
    _, x = geodesy.destination(lat, lon, 90.0, km)
    return ContactLine(LineString([(x, lat - 0.6), (x, lat), (x, lat + 0.6)]), date)


def front_hint(gazetteer: geomap.Gazetteer, text: str, line: ContactLine | None) -> Any:
    pipeline = geomap.Pipeline(gazetteer=gazetteer, line=line)
    report = pipeline.process(geomap.Article("a", text, date=DAY))
    (hint,) = [h for h in report.hints if h.relation == "front_distance"]
    return hint


def test_with_a_line_the_region_lies_at_that_distance_from_it(gazetteer: geomap.Gazetteer):
    line = line_east_of(*KREMINNA, 10.0)
    hint = front_hint(gazetteer, TEXT, line)
    assert (hint.distance_km, hint.approximate, hint.locates) == (8.0, True, "a forest")
    assert hint.confidence >= 0.5
    assert "measured from the line of contact given" in hint.reasons[0]
    edge = line.geometry.coords[1][0]
    # On the side of the sentence's own place, which lies 10 km from the line.
    for km, held in ((8.0, True), (-8.0, False), (0.0, False), (1.0, False), (20.0, False)):
        lat, lon = geodesy.destination(KREMINNA[0], edge, 270.0, km)
        assert hint.region.geometry.covers(Point(lon, lat)) is held, km
    ring = hint.region.geometry
    for x, y in ring.boundary.geoms[0].coords if ring.boundary.geom_type != "LineString" else []:
        assert geodesy.distance_km(*KREMINNA, y, x) < 40
    assert geodesy.distance_km(*KREMINNA, hint.region.lat, hint.region.lon) < 30


def test_the_region_stays_near_the_place_of_the_sentence(gazetteer: geomap.Gazetteer):
    hint = front_hint(gazetteer, TEXT, line_east_of(*KREMINNA, 10.0))
    west, south, east, north = hint.region.geometry.bounds
    for x, y in ((west, south), (west, north), (east, south), (east, north)):
        assert geodesy.distance_km(*KREMINNA, y, x) < 50


def test_within_a_distance_of_the_front_reaches_the_front(gazetteer: geomap.Gazetteer):
    text = "In Kreminna, less than 8 km from the front, shops were open."
    line = line_east_of(*KREMINNA, 5.0)
    hint = front_hint(gazetteer, text, line)
    assert hint.bound == "at_most"
    x, y = line.geometry.coords[1]
    assert hint.region.geometry.covers(Point(x, y))


def test_without_a_line_it_is_wide_unsure_and_says_so(gazetteer: geomap.Gazetteer):
    hint = front_hint(gazetteer, TEXT, None)
    assert hint.confidence <= 0.3
    assert "no line of contact given" in hint.reasons[0]
    assert "Kreminna" in hint.reasons[0]
    assert geodesy.area_km2(hint.region.geometry) > 1000
    assert hint.region.geometry.covers(Point(KREMINNA[1], KREMINNA[0]))


def test_a_line_far_away_is_not_used(gazetteer: geomap.Gazetteer):
    hint = front_hint(gazetteer, TEXT, line_east_of(47.1, 35.0, 0.0))
    assert hint.confidence <= 0.3
    assert "km from here: not used" in hint.reasons[0]
    assert hint.region.geometry.covers(Point(KREMINNA[1], KREMINNA[0]))


def test_the_place_may_follow_the_distance(gazetteer: geomap.Gazetteer):
    text = "Doctors work in a cellar about 3 km from the front line near Chasiv Yar."
    hint = front_hint(gazetteer, text, None)
    assert "Chasiv Yar" in hint.reasons[0]
    assert hint.region is not None


def test_with_no_place_and_no_line_there_is_no_region(gazetteer: geomap.Gazetteer):
    hint = front_hint(gazetteer, "Doctors work 3 km from the front.", None)
    assert hint.region is None
    assert hint.confidence == 0.0
    assert "no line of contact given and no place named nearby" in hint.reasons[0]


@pytest.mark.parametrize(
    "words",
    ["the front", "the front line", "the frontline", "the line of contact", "Russian lines"],
)
def test_the_front_has_many_names(gazetteer: geomap.Gazetteer, words: str):
    hint = front_hint(gazetteer, f"In Kreminna, 4 km from {words}, shops were open.", None)
    assert hint.distance_km == 4.0


def test_an_old_line_is_warned_of(gazetteer: geomap.Gazetteer):
    line = line_east_of(*KREMINNA, 10.0, dt.date(2022, 12, 1))
    pipeline = geomap.Pipeline(gazetteer=gazetteer, line=line)
    report = pipeline.process(geomap.Article("a", TEXT, date=DAY))
    (problem,) = report.problems
    assert problem.kind == "old-line"
    assert "103 days" in problem.message
    fresh = geomap.Pipeline(gazetteer=gazetteer, line=line_east_of(*KREMINNA, 10.0))
    assert fresh.process(geomap.Article("a", TEXT, date=DAY)).problems == ()
