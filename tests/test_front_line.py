"""The line of contact: what reports and earlier lines make of it, day after day."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from itertools import pairwise
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


HELD_BY: dict[str, dict[str, Any]] = {
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


# Each day starts from the last


@pytest.mark.parametrize("priors", [[], [earlier(days_before(40))]])
def test_day_by_day_is_nearly_the_last_day_at_once(priors: list[ContactLine]) -> None:
    told = series_of(8, 6)
    days = [r.article.date for r in told if r.article.date]
    *_, last = draw(told, *days, priors=priors, homes=HOMES)
    (direct,) = draw(told, priors=priors, homes=HOMES)
    assert off_km(line_of(last), line_of(direct)) < 4
    spots = np.array([(x, y) for x in np.linspace(37, 38, 40) for y in np.linspace(47.6, 49.4, 60)])
    first, second = (
        [shapely.contains_xy(ground, spots) for _, ground in f.control] for f in (last, direct)
    )
    for one, other in zip(first, second, strict=True):
        assert (one == other).mean() > 0.95


@pytest.mark.parametrize("priors", [[], [earlier(days_before(40))]])
def test_neither_the_order_of_days_nor_of_reports_matters(priors: list[ContactLine]) -> None:
    told = [
        replace(r, article=replace(r.article, id=f"{r.article.id}{part}"), claims=r.claims[part::2])
        for r in series_of(6, 8)
        for part in (0, 1)
    ]
    days = [days_before(n) for n in (4, 2, 0)]
    once = draw(told, *days, priors=priors, homes=HOMES)
    again = draw(told[::-1], days[2], days[0], days[1], days[0], priors=priors, homes=HOMES)
    assert [f.date for f in again] == days
    for one, other in zip(once, again, strict=True):
        assert [shapely.to_wkb(p.geometry) for p in one.pieces] == [
            shapely.to_wkb(p.geometry) for p in other.pieces
        ]
        assert one == other


@pytest.mark.parametrize("priors", [[], [earlier(days_before(40))]])
def test_what_is_said_later_does_not_count(priors: list[ContactLine]) -> None:
    day = days_before(3)
    told = series_of(6)
    late = [claim(48.5, 37.0 + 0.02 * n) for n in range(9)]
    first, _ = draw([*told, report(DAY, late, "late")], day, DAY, priors=priors, homes=HOMES)
    (alone,) = draw(told[:3], day, priors=priors, homes=HOMES)
    assert {e.article_id for e in first.evidence} == {f"of-{days_before(n)}" for n in (3, 4, 5)}
    assert off_km(line_of(first), line_of(alone)) < 2


def test_what_was_said_long_ago_supports_no_stretch() -> None:
    prior = earlier(days_before(80))
    told = [report(days_before(60), fighting())]
    early, late = draw(told, days_before(59), DAY, priors=[prior])
    assert "reports" in {p.support for p in early.pieces}
    assert {p.support for p in late.pieces} == {"prior"}
    (forgotten,) = draw(told, homes=HOMES)
    assert not forgotten.pieces


# What is given


@pytest.mark.parametrize("name", ["from_text", "moved"])
def test_a_front_is_sound(name: str, request: pytest.FixtureRequest) -> None:
    front = request.getfixturevalue(name)
    sound(front)
    kinds = {p.support for p in front.pieces}
    assert kinds == ({"reports", "none"} if name == "from_text" else {"reports", "prior"})
    left, right = spots_aside(line_of(front), 2.0)
    control = dict(front.control)
    share = 0.93 if name == "from_text" else 0.97
    known = shapely.union_all(list(control.values()))
    for spots, own in ((left, control["A"]), (right, control["B"])):
        inside = shapely.contains_xy(known, spots)
        assert inside.mean() > 0.5
        assert shapely.contains_xy(own, spots[inside]).mean() > share
    supported = shapely.MultiLineString([p.geometry for p in front.pieces if p.support != "none"])
    whole = front.uncertainty
    assert whole is not None
    assert supported.intersection(whole.buffer(1e-4)).length > 0.97 * supported.length
    for lat, lon, share_a, width in front.cells:
        assert 0.0 <= share_a <= 1.0
        assert width > 0
        assert 46.7 < lat < 50.2
        assert 36 < lon < 39
    cells = np.array(front.cells)
    sure = np.abs(cells[:, 2] - 0.5) > 0.05
    for side, ground in control.items():
        own = shapely.contains_xy(ground, cells[:, 1], cells[:, 0]) & sure
        assert own.any()
        assert ((cells[own, 2] > 0.5) == (side == "A")).mean() > 0.98


@pytest.mark.parametrize("name", ["from_text", "moved"])
def test_evidence_comes_nearest_first(name: str, request: pytest.FixtureRequest) -> None:
    front = request.getfixturevalue(name)
    places = {e.id: flat(shapely.Point(e.lon, e.lat)) for e in front.evidence}
    dates = {e.id: e.date for e in front.evidence}
    for piece in front.pieces:
        apart = [shapely.distance(places[i], flat(piece.geometry)) for i in piece.evidence]
        assert all(km < 18.5 for km in apart)
        assert len(piece.evidence) <= 12
        for one, other in pairwise(zip(apart, piece.evidence, strict=True)):
            assert one[0] < other[0] + 6.5  # of those about as near, the newest
            if dates[one[1]] == dates[other[1]]:
                assert one[0] < other[0] + 0.6
            elif abs(one[0] - other[0]) < 1e-9:
                assert dates[one[1]] > dates[other[1]]


def test_text_alone_finds_the_front(from_text: Front) -> None:
    assert off_km(line_of(from_text, "reports"), shapely.LineString(lons())) < 4
    assert all(p.confidence > 0.3 for p in from_text.pieces if p.support == "reports")


def test_seed_towns_are_named_where_they_are_used() -> None:
    (front,) = draw([report(DAY, fighting())], seeds=True)
    names = {e.place for e in front.seeds}
    assert {"Donetsk", "Dnipro"} <= names
    assert all(e.side in ("A", "B") for e in front.seeds)
    assert front.pieces
    (without,) = draw([report(DAY, fighting())], homes=HOMES)
    assert without.seeds == ()


def test_a_sides_own_country_is_not_shown_as_held() -> None:
    homes = {"RU": shapely.box(37.7, 45.0, 44.0, 52.0), "UA": HOMES["UA"]}
    (front,) = draw([], priors=[earlier(days_before(5))], homes=homes)
    for _, ground in front.control:
        assert ground.intersection(homes["RU"]).area < 1e-3


# Laws

MIRROR = {"Russia": "Ukraine", "Ukraine": "Russia"}


@st.composite
def wars(draw_: st.DrawFn) -> list[Claim]:
    found = []
    for lat in np.linspace(SOUTH, NORTH, draw_(st.integers(5, 14))).tolist():
        actor = draw_(st.sampled_from(["Russia", "Ukraine"]))
        aside = draw_(st.integers(-40, 40)) / 10 / DEGREES_KM
        relation = draw_(st.sampled_from(["near", "toward", None]))
        found.append(claim(lat, line_lon(lat) + aside, actor, relation=relation))
    return found


@settings(max_examples=8, deadline=None)
@given(told=wars(), known=st.booleans())
def test_sides_are_alike(told: list[Claim], known: bool) -> None:
    """With the actors and the sides exchanged, who holds what is exchanged."""
    prior = earlier(days_before(60))
    mirrored = replace(prior, control=(("B", held()),))
    other = [replace(c, actor=MIRROR[c.actor or ""]) for c in told]
    away = {"RU": HOMES["UA"], "UA": HOMES["RU"]}
    (one,) = draw([report(DAY, told)], homes=HOMES, priors=[prior] if known else [])
    (two,) = draw([report(DAY, other)], homes=away, priors=[mirrored] if known else [])
    sound(one)
    sound(two)
    # Only near the line: an earlier line's own polygons reach further.
    near = shapely.box(37.2, SOUTH, 37.8, NORTH)
    for side, opposite in (("A", "B"), ("B", "A")):
        mine = dict(one.control)[side].intersection(near)
        its = dict(two.control)[opposite].intersection(near)
        assert mine.symmetric_difference(its).area < 0.02 * near.area


@settings(max_examples=8, deadline=None)
@given(told=wars(), known=st.booleans(), degrees=st.integers(-150, 100))
def test_the_line_goes_where_the_places_go(told: list[Claim], known: bool, degrees: int) -> None:
    def shifted(geometry: Any) -> Any:
        return shapely.transform(geometry, lambda at: at + np.array([degrees, 0.0]))

    prior = earlier(days_before(60))
    there = replace(
        prior, geometry=shifted(prior.geometry), control=(("A", shifted(prior.control[0][1])),)
    )
    other = [replace(c, lon=(c.lon or 0.0) + degrees) for c in told]
    away = {country: shifted(ground) for country, ground in HOMES.items()}
    (one,) = draw([report(DAY, told)], homes=HOMES, priors=[prior] if known else [])
    (two,) = draw([report(DAY, other)], homes=away, priors=[there] if known else [])
    back = shapely.transform(line_of(two), lambda at: at - np.array([degrees, 0.0]))
    assert off_km(line_of(one), back) < 1
    assert off_km(back, line_of(one)) < 1


def test_to_repeat_it_adds_little() -> None:
    """However often the same is said on one day, the place is known no better than its size."""
    lat, away = 48.5, 7 / DEGREES_KM

    def moved_km(times: int) -> float:
        told = [claim(lat, line_lon(lat) - away, relation=None) for _ in range(times)]
        prior = earlier(days_before(180))
        (front,) = draw([report(DAY, told)], priors=[prior])
        spot = shapely.Point(line_lon(lat), lat)
        return float(shapely.distance(flat(spot), flat(line_of(front))))

    once, ten, thousand = moved_km(1), moved_km(10), moved_km(300)
    assert once < thousand
    assert thousand == pytest.approx(ten, abs=0.3)
    assert thousand < 7


# Real sentences


def test_a_stated_distance_says_how_far(pipeline: geomap.Pipeline) -> None:
    text = (
        "Russian forces struck Ukrainian positions. Ukrainian forces struck a depot in occupied "
        "Polohy, Zaporizhzhia Oblast (roughly ten kilometers from the frontline) on June 1."
    )
    found = pipeline.process(geomap.Article("a", text, date=DAY))
    prior = ContactLine(
        shapely.LineString([(37.0, 47.58), (35.5, 47.58)]), days_before(30), "earlier.geojson",
        (("A", shapely.box(35.5, 46.5, 37.0, 47.58)),),
    )  # fmt: skip
    (front,) = draw([found], priors=[prior])
    told = [e for e in front.evidence if e.wording == "stated distance"]
    assert told
    for one in told:
        assert one.place == "Polohy"
        assert one.signed_km == pytest.approx(10)
        assert 1 < one.sd_km < 4


SUDAN = (
    "The RSF attacked El Fasher on Monday. The SAF repelled an RSF attack near Babanusa. The RSF "
    "captured Bara. The army advanced toward Bara. The RSF shelled El Obeid."
)


@pytest.mark.parametrize("seeds", [True, False])
def test_another_war(gazetteer: geomap.Gazetteer, root: Path, tmp_path: Path, seeds: bool) -> None:
    table = tmp_path / "sudan.toml"
    page = (root / "docs" / "theatres.md").read_text(encoding="utf-8")
    table.write_text(page.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    sudan = load_theatre(table)
    day = dt.date(2025, 11, 3)
    found = geomap.Pipeline(gazetteer=gazetteer, theatre=sudan).process(
        geomap.Article("s", f"{SUDAN} The war in Sudan goes on.", date=day)
    )
    (front,) = draw([found], day, theatre=sudan, seeds=seeds)
    sound(front)
    assert front.evidence
    assert {e.side for e in front.seeds} == ({"A", "B"} if seeds else set())
    if front.pieces:
        assert shapely.box(21, 8, 39, 23).contains(line_of(front))
    else:
        assert "too little is said" in front.problems[0]
