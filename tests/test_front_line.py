"""The line of contact: what reports and earlier lines make of it, day after day."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
from front_made import (
    DAY,
    HOMES,
    NORTH,
    SOUTH,
    claim,
    days_before,
    draw,
    earlier,
    fighting,
    flat,
    held,
    line_lon,
    line_of,
    lons,
    off_km,
    report,
    spots_aside,
)
from hypothesis import given, settings
from hypothesis import strategies as st

import geomap
from geomap.errors import FrontError
from geomap.front.theatre import load_theatre
from geomap.models import ContactLine

if TYPE_CHECKING:
    from pathlib import Path

    from geomap.models import Claim, Front, Report

DEGREES_KM = 74.0  # a degree of longitude there


def sound(front: Front) -> None:
    """Check what holds for every front, whatever was said."""
    ids = {e.id for e in front.evidence}
    for piece in front.pieces:
        assert piece.geometry.geom_type == "LineString"
        assert piece.geometry.is_valid
        assert np.isfinite(shapely.get_coordinates(piece.geometry)).all()
        assert 0.0 <= piece.confidence <= 1.0
        assert 0.0 < piece.band_km < 1000.0
        assert set(piece.evidence) <= ids
        assert piece.evidence or piece.support != "reports"
    for _, ground in front.control:
        assert ground.is_valid
        assert ground.area > 0
        assert np.isfinite(shapely.get_coordinates(ground)).all()
    if len(front.control) == 2:
        (_, one), (_, other) = front.control
        assert one.intersection(other).area < 1e-6
    if front.uncertainty is not None:
        assert front.uncertainty.is_valid
    assert bool(front.pieces) != bool(front.problems)


def series_of(days: int, claims: int = 12) -> list[Report]:
    """Return a report a day up to `DAY`, of other places each time."""
    chance = random.Random(5)
    found = []
    for n in range(days):
        lats = [chance.uniform(SOUTH, NORTH) for _ in range(claims)]
        own = [
            claim(lat, line_lon(lat) + chance.gauss(0, 1.5) / DEGREES_KM, actor)
            for lat, actor in zip(lats, ["Russia", "Ukraine"] * claims, strict=False)
        ]
        found.append(report(days_before(days - 1 - n), own))
    return found


@pytest.fixture(scope="module")
def from_text() -> Front:
    """A front drawn from reports alone."""
    (front,) = draw([report(DAY, fighting())], homes=HOMES, cells=True)
    return front


@pytest.fixture(scope="module")
def moved() -> Front:
    """An earlier line half a year old, moved by attacks far past it in one place."""
    told = [claim(48.5, line_lon(48.5) - 10 / DEGREES_KM, relation=None) for _ in range(4)]
    (front,) = draw(
        [report(days_before(n), told) for n in range(12)], priors=[earlier(days_before(180))],
        cells=True,
    )  # fmt: skip
    return front


# What says too little


@pytest.mark.parametrize("seeds", [True, False])
@pytest.mark.parametrize(
    "told",
    [
        [],
        [claim(48.5, 37.5, modality="planned")],
        [claim(48.5, 37.5, modality="denied")],
        [claim(48.5, 37.5, actor=None)],
        [claim(48.5, 37.5, actor="France")],
        [replace(claim(48.5, 37.5), lat=None, lon=None)],
        [claim(48.5, 37.5, confidence=0.1)],
        [claim(48.5, 37.5, action="advanced", negated=True)],
    ],
)
def test_too_little_is_said(told: list[Claim], seeds: bool) -> None:
    (front,) = draw([report(DAY, told)], homes=HOMES, seeds=seeds)
    assert not front.pieces
    assert not front.control
    assert "too little is said" in front.problems[0]
    assert not front.evidence


def test_a_report_without_a_date_or_of_a_later_day_says_nothing() -> None:
    for day in (None, DAY + dt.timedelta(days=1)):
        (front,) = draw([report(day, fighting())], homes=HOMES)
        assert not front.pieces
        assert not front.evidence


def test_no_sides_no_line() -> None:
    one_side = [claim(48.0 + 0.1 * n, 37.5) for n in range(6)]
    (front,) = draw([report(DAY, one_side)])
    sound(front)
    assert front.problems
    (front,) = draw([report(DAY, one_side)], homes=HOMES)
    sound(front)
    assert off_km(line_of(front, "reports"), shapely.LineString([(37.5, 47), (37.5, 50)])) < 5


@pytest.mark.parametrize("actors", [("Russia",), ("Russia", "Ukraine")])
@pytest.mark.parametrize("count", [1, 2, 7])
@pytest.mark.parametrize("seeds", [True, False])
def test_all_at_one_place(actors: tuple[str, ...], count: int, seeds: bool) -> None:
    told = [claim(48.5, 37.5, actors[n % len(actors)]) for n in range(count)]
    (front,) = draw([report(DAY, told)], homes=HOMES, seeds=seeds)
    sound(front)
    assert all(p.band_km > 8 and p.confidence < 0.6 for p in front.pieces)
    assert shapely.distance(flat(line_of(front)), flat(shapely.Point(37.5, 48.5))) < 12


def test_halves_that_contradict_leave_more_doubt() -> None:
    def bands(apart_km: float) -> list[float]:
        told = [
            claim(lat, line_lon(lat) - way * apart_km / DEGREES_KM, actor, relation="toward")
            for lat in np.linspace(SOUTH, NORTH, 12)
            for actor, way in [("Russia", 1), ("Ukraine", -1)] * 3
        ]
        (front,) = draw([report(DAY, told)], homes=HOMES)
        sound(front)
        assert off_km(line_of(front, "reports"), shapely.LineString(lons())) < 5
        return [p.band_km for p in front.pieces if p.support == "reports"]

    # Each side attacks toward a place of its own, or both toward the same ones.
    agreed, contradicted = bands(5.9), bands(0.0)
    assert np.mean(contradicted) > 1.05 * np.mean(agreed)


def test_one_that_all_others_contradict_is_doubted() -> None:
    lat = 48.5
    told = [*fighting(40), claim(lat, line_lon(lat) + 25 / DEGREES_KM, "Russia")]
    (front,) = draw([report(DAY, told)], priors=[earlier(days_before(5))])
    doubted = [e for e in front.evidence if e.doubted]
    assert [e.id for e in doubted] == [f"of-{DAY}/claim/41"]
    sound(front)


@pytest.mark.parametrize("seeds", [True, False])
def test_no_line_between_places_far_apart(seeds: bool) -> None:
    told = [claim(46.8 + step, 37.5) for step in (0.0, 0.05, 2.4, 2.45)]
    (front,) = draw([report(DAY, told)], homes=HOMES, seeds=seeds)
    sound(front)
    assert front.pieces
    places = flat(shapely.MultiPoint([(c.lon, c.lat) for c in told]))
    spots = shapely.points(shapely.get_coordinates(flat(line_of(front))))
    assert shapely.distance(spots, places).max() < 30
    assert not shapely.intersects(line_of(front), shapely.box(30, 47.5, 45, 48.5))


def test_a_place_alone_far_from_all_others_is_left_out() -> None:
    (front,) = draw([report(DAY, [*fighting(), claim(44.0, 34.0)])], homes=HOMES)
    sound(front)
    assert not shapely.intersects(line_of(front), shapely.box(30, 43, 45, 46))


# An earlier line


def test_an_earlier_line_alone_is_kept_vertex_by_vertex() -> None:
    prior = earlier(days_before(5))
    (front,) = draw([], priors=[prior])
    sound(front)
    assert {p.support for p in front.pieces} == {"prior"}
    assert front.priors == (days_before(5),)
    drawn = shapely.line_merge(line_of(front))
    true = shapely.get_coordinates(prior.geometry)
    apart = shapely.distance(shapely.points(true), drawn)
    assert apart.max() < 1e-6
    assert drawn.length == pytest.approx(prior.geometry.length, rel=1e-6)


def test_sentences_that_agree_leave_it_where_it_is() -> None:
    prior = earlier(days_before(20))
    (front,) = draw([report(DAY, fighting())], priors=[prior])
    assert {p.support for p in front.pieces} == {"reports", "prior"}
    assert off_km(line_of(front), prior.geometry) < 0.3
    assert not any(e.doubted for e in front.evidence)


def test_it_moves_where_it_was_passed_and_only_there(moved: Front) -> None:
    prior = earlier(None)
    line = line_of(moved)
    lat = 48.5
    west = shapely.Point(line_lon(lat), lat)
    assert 3 < shapely.distance(flat(west), flat(line)) < 14
    vertices = shapely.points(np.array(lons()))
    far = shapely.distance(flat(vertices), flat(west)) > 40
    assert shapely.distance(vertices[far], line).max() < 1e-6
    assert off_km(prior.geometry, line) < 14
    (_, a), (_, b) = moved.control
    assert a.contains(west)  # it has moved west: to A
    assert not b.contains(west)


def test_a_day_hardly_moves_a_line_of_a_few_days_ago() -> None:
    told = [claim(48.5, line_lon(48.5) - 10 / DEGREES_KM, relation=None) for _ in range(5)]
    prior = earlier(days_before(3))
    (front,) = draw([report(DAY, told)], priors=[prior])
    assert off_km(line_of(front), prior.geometry) < 0.5


def test_the_later_of_two_earlier_lines_counts() -> None:
    old, new = earlier(days_before(90), west=0.2), earlier(days_before(10))
    (front,) = draw([], priors=[new, old])
    assert front.priors == (days_before(90), days_before(10))
    assert off_km(line_of(front), new.geometry) < 1e-3
    before, after = draw([], days_before(40), DAY, priors=[old, new])
    assert before.priors == (days_before(90),)
    assert off_km(line_of(before), old.geometry) < 1e-3
    assert off_km(line_of(after), new.geometry) < 1e-3


def test_doubt_grows_with_the_days() -> None:
    fronts = draw([], *(days_before(n) for n in (0, 60, 200)), priors=[earlier(days_before(200))])
    bands = [np.mean([p.band_km for p in f.pieces]) for f in fronts]
    assert [f.date for f in fronts] == [days_before(200), days_before(60), DAY]
    assert bands[0] < bands[1] < bands[2]


HELD_BY = {
    "homes": {"homes": {"RU": shapely.box(37.9, 45, 44, 52), "UA": shapely.box(31, 45, 37.1, 52)}},
    "seeds": {"seeds": True},
    "reports": {},
}


@pytest.mark.parametrize("what", [*HELD_BY])
def test_sides_of_a_line_without_polygons(what: str) -> None:
    captured: dict[str, Any] = {"action": "captured", "relation": None}
    told = [claim(48.5, 38.3, **captured), claim(48.5, 36.6, "Ukraine", **captured)]
    if what == "seeds":
        # West of Donetsk, Mariupol and Luhansk, east of Dnipro, Pavlohrad and Zaporizhzhia.
        prior = ContactLine(shapely.LineString([(36.8, 47.3), (36.8, 49.0)]), days_before(5))
    else:
        prior = earlier(days_before(5), sides=False)
    reports = [report(DAY, told)] if what == "reports" else []
    (front,) = draw(reports, priors=[prior], **HELD_BY[what])
    sound(front)
    left, _ = spots_aside(line_of(front), 2.0)
    assert (left[:, 0] > 36.8).mean() > 0.9  # A, to the east, lies on the left
    control = dict(front.control)
    if what != "homes":  # a side's own country is not shown as held
        assert control["A"].centroid.x > control["B"].centroid.x


def test_only_what_the_other_side_holds_is_known() -> None:
    whole = shapely.box(34, SOUTH - 0.3, 40.5, NORTH + 0.3)
    prior = replace(earlier(days_before(5)), control=(("B", whole.difference(held())),))
    (front,) = draw([], priors=[prior])
    (alike,) = draw([], priors=[earlier(days_before(5))])
    left, right = spots_aside(line_of(front), 3.0)
    (a, b) = (ground for _, ground in alike.control)
    assert shapely.contains_xy(a, left).mean() > 0.98
    assert shapely.contains_xy(b, right).mean() > 0.98


@pytest.mark.parametrize(
    ("prior", "message"),
    [
        (earlier(days_before(5), sides=False), "nothing tells which side of the line is whose"),
        (earlier(DAY + dt.timedelta(days=2)), "later than the day drawn, 2024-06-01"),
        (earlier(None), "has no date"),
        (replace(earlier(DAY), geometry=shapely.LineString()), "has no line"),
    ],
)
def test_an_earlier_line_at_fault(prior: ContactLine, message: str) -> None:
    with pytest.raises(FrontError, match=message) as caught:
        draw([report(DAY, fighting(4))], priors=[prior])
    assert str(caught.value).startswith("earlier.geojson: ")


BOWTIE = shapely.Polygon([(37.5, 47), (40, 50), (40, 47), (37.5, 50)])
KNOT = shapely.LineString([*lons()[:75], (37.9, 48.7), (37.1, 48.6), *lons()[70:]])


@pytest.mark.parametrize(
    ("line", "ground"),
    [
        (KNOT, held()),
        (shapely.LineString(lons()), shapely.MultiPolygon([held(), held(0.1)])),
        (shapely.LineString([(37.5, 47), (37.5, 50)]), BOWTIE),
        (shapely.box(37.0, 48.0, 37.4, 48.4).exterior, shapely.box(37.0, 48.0, 37.4, 48.4)),
        (shapely.MultiLineString([lons()[:70], lons()[80:]]), held()),
    ],
)
def test_a_broken_earlier_line_or_polygon_is_drawn_or_refused(line: Any, ground: Any) -> None:
    prior = ContactLine(line, days_before(60), "broken.geojson", (("A", ground),))
    far = [claim(48.5, 37.3), claim(48.2, 37.8, "Ukraine")]
    try:
        (front,) = draw([report(DAY, fighting() + far)], priors=[prior])
    except FrontError as error:
        assert "broken.geojson: nothing tells" in str(error)  # noqa: PT017
    else:
        sound(front)
        assert front.pieces
