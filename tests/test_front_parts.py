"""What the line of contact is drawn with: lattice, course, process, ground, joined ends."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geomap.front.course import Course, Nearest, spine
from geomap.front.ground import Ground, Known, oriented
from geomap.front.history import RATE_KM, pace, steady
from geomap.front.lattice import Lattice
from geomap.front.moved import joined
from geomap.front.pieces import Cited, confidence, cut, zone
from geomap.front.process import Process, Term, tail_weights
from geomap.models import FrontEvidence

LATTICE = Lattice.over((-20.0, -10.0, 20.0, 30.0), 1.0)
EAST, NORTH = np.meshgrid(LATTICE.east, LATTICE.north)
lawful = settings(deadline=None, max_examples=60)
KM = st.floats(-18.0, 18.0)


def straight(*at: tuple[float, float]) -> Ground:
    return Ground(shapely.MultiLineString([at]))


# The lattice


@lawful
@given(st.lists(st.booleans(), min_size=8, max_size=8))
def test_values_come_back_from_where_they_were_put(flags: list[bool]) -> None:
    mask = np.zeros(LATTICE.shape, bool)
    mask[3, 4:12] = flags
    spots = LATTICE.points(mask)
    values = spots[:, 0] * 3 + spots[:, 1]
    whole = LATTICE.filled(mask, values, -99.0)
    assert (whole[~mask] == -99.0).all()
    assert LATTICE.at(whole, spots) == pytest.approx(values)


@lawful
@given(KM, st.floats(-8.0, 28.0), st.integers(1, 4))
def test_between_points_a_plane_stays_a_plane(x: float, y: float, steps: int) -> None:
    lattice = LATTICE.every(steps)
    values = np.add.outer(2.0 * lattice.north, lattice.east)
    assert lattice.at(values, np.array([[x, y]]))[0] == pytest.approx(x + 2 * y, abs=1e-6)


def test_near_is_within_the_distance() -> None:
    mask = LATTICE.near(np.array([[0.0, 0.0], [100.0, 0.0]]), 5.0)
    assert (mask == (np.hypot(EAST, NORTH) <= 5.0)).all()


@lawful
@given(st.floats(-9.5, 9.5).filter(lambda x: abs(x - round(x)) > 1e-3))
def test_the_level_line_of_a_plane_is_straight_with_more_on_its_left(level: float) -> None:
    (line,) = LATTICE.level_lines(EAST, level)
    at = shapely.get_coordinates(line)
    assert at[:, 0] == pytest.approx(level)
    assert at[-1, 1] < at[0, 1]  # southward: the east is on its left
    assert line.length == pytest.approx(LATTICE.north[-1] - LATTICE.north[0])
    area = LATTICE.above(EAST, level).area
    assert area == pytest.approx((LATTICE.east[-1] - level) * line.length)


def test_no_line_through_what_is_not_known() -> None:
    field = np.where(NORTH > 10, np.nan, EAST + 0.5)
    (line,) = LATTICE.level_lines(field)
    assert line.bounds[3] <= 10
    assert LATTICE.level_lines(np.full(LATTICE.shape, 3.0)) == []
    assert LATTICE.above(np.full(LATTICE.shape, -3.0)).is_empty


def test_an_area_keeps_its_holes() -> None:
    ring = 64.0 - (np.hypot(EAST, NORTH - 8) - 10) ** 2 * 4
    area = LATTICE.above(ring)
    assert len(area.geoms) == 1
    assert len(area.geoms[0].interiors) == 1
    assert not area.contains(shapely.Point(0, 8))


# A line's course

COURSES = st.lists(st.tuples(KM, KM), min_size=2, max_size=9, unique=True).map(shapely.LineString)


@lawful
@given(COURSES, st.lists(st.floats(0.0, 1.0), min_size=2, max_size=6))
def test_points_and_stretches_are_those_of_shapely(
    line: shapely.LineString, shares: list[float]
) -> None:
    course = Course(line)
    assert course.length_km == pytest.approx(line.length)
    edges = np.sort(np.array(shares)) * line.length
    points = shapely.line_interpolate_point(line, edges)
    assert course.points(edges) == pytest.approx(shapely.get_coordinates(points), abs=1e-6)
    for low, high, stretch in zip(edges, edges[1:], course.stretches(edges), strict=False):
        assert stretch.length == pytest.approx(high - low, abs=1e-6)
        middle = shapely.get_coordinates(line.interpolate((low + high) / 2))
        assert shapely.get_coordinates(stretch.interpolate(0.5, normalized=True)) == pytest.approx(
            middle, abs=1e-6
        )


@lawful
@given(COURSES, st.floats(0.5, 7.0))
def test_points_along_a_line_are_close_enough(line: shapely.LineString, km: float) -> None:
    spots = Course(line).every(km)
    assert tuple(spots[0]) == pytest.approx(line.coords[0])
    assert tuple(spots[-1]) == pytest.approx(line.coords[-1])
    assert np.hypot(*np.diff(spots, axis=0).T).max() <= km + 1e-9
    assert len(spine(shapely.MultiLineString([line, line]), km)) == 2 * len(spots)


def test_nothing_is_infinitely_far() -> None:
    spots = np.array([[0.0, 0.0], [3.0, 4.0]])
    assert np.isinf(Nearest(np.zeros((0, 2))).km(spots)).all()
    assert Nearest(np.array([[0.0, 0.0], [0.0, 0.0]])).km(spots).tolist() == [0.0, 5.0]
    assert len(spine(shapely.MultiLineString(), 1.0)) == 0


# The process


def process(sd: float, values: tuple[float, ...] = (4.0, -2.0, 7.0)) -> Process:
    points = np.array([[0.0, 0.0], [30.0, 0.0], [0.0, 40.0]])[: len(values)]
    return Process(points, np.array(values), np.full(len(values), sd), (Term(12.0, 5.0),))


def test_a_process_passes_through_what_is_surely_known() -> None:
    seen = process(1e-4)
    assert seen.mean(seen.points) == pytest.approx([4.0, -2.0, 7.0], abs=1e-3)
    assert seen.sd(seen.points) == pytest.approx(0.0, abs=1e-2)


def test_a_process_knows_nothing_far_away() -> None:
    far = np.array([[900.0, 900.0]])
    assert process(1.0).mean(far) == pytest.approx(0.0, abs=1e-6)
    assert process(1.0).sd(far) == pytest.approx(5.0)
    assert len(process(1.0).mean(np.zeros((0, 2)))) == 0


@lawful
@given(st.floats(0.05, 8.0), st.floats(-9.0, 9.0), st.floats(0.0, 6.3))
def test_doubt_grows_with_the_distance_and_with_the_error(
    sd: float, value: float, way: float
) -> None:
    steps = np.arange(0.0, 60.0, 4.0)[:, None] * np.array([[np.cos(way), np.sin(way)]])
    doubt = process(sd, (value,)).sd(steps)
    assert (np.diff(doubt) > -1e-9).all()
    assert (process(2 * sd, (value,)).sd(steps) >= doubt - 1e-9).all()
    mean = np.abs(process(sd, (value,)).mean(steps))
    assert (np.diff(mean) < 1e-9).all()
    assert mean[0] <= abs(value) + 1e-9


@settings(deadline=None, max_examples=15)
@given(st.integers(2, 200), st.integers(0, 9))
def test_many_points_are_solved_as_numpy_does(count: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    points = chance.uniform(-50, 50, (count, 2))
    values, sd = chance.normal(0, 5, count), np.full(count, 0.7)
    asked = chance.uniform(-50, 50, (5, 2))
    term = Term(12.0, 5.0)

    def apart(first: Any, second: Any) -> Any:
        return np.hypot(*(first[:, None] - second[None]).transpose(2, 0, 1))

    covariance = term(apart(points, points)) + 0.49 * np.eye(count)
    between = term(apart(asked, points))
    found = Process(points, values, sd, (term,))
    assert found.mean(asked) == pytest.approx(
        between @ np.linalg.solve(covariance, values), abs=1e-6
    )
    known = np.einsum("ij,ji->i", between, np.linalg.solve(covariance, between.T))
    assert found.sd(asked) == pytest.approx(np.sqrt(np.maximum(25.0 - known, 0)), abs=1e-5)


def test_a_slope_is_that_of_the_field() -> None:
    field = process(0.1)
    at = np.array([[3.0, 5.0], [11.0, -2.0]])
    step = np.array([1e-3, 0.0])
    east = (field.mean(at + step) - field.mean(at - step)) / 2e-3
    assert field.gradient(at, 0.01)[:, 0] == pytest.approx(east, abs=1e-3)


def test_outliers_count_less() -> None:
    weights = tail_weights(np.array([0.0, 1.0, -3.0, 20.0]), 3.0)
    assert weights[0] > 1
    assert weights[1] == pytest.approx(1.0)
    assert weights[1] > weights[2] > weights[3] > 0


# Sides


@lawful
@given(KM.filter(lambda x: abs(x) > 0.01), st.floats(-40.0, 40.0))
def test_left_is_side_a(x: float, y: float) -> None:
    line = shapely.MultiLineString([[(0, -50), (0, 50)]])
    west = Ground(line, shapely.box(-99, -50, 0, 50))
    spot = np.array([[x, y]])
    assert Ground(line).signed(spot)[0] == pytest.approx(-x)
    assert west.signed(spot)[0] == pytest.approx(-x)
    assert len(west.signed(np.zeros((0, 2)))) == 0


def test_behind_a_corner_the_side_is_that_of_the_corner() -> None:
    spike = straight((-50, 0), (0, 0), (1, 20), (2, 0), (50, 0))
    assert spike.signed(np.array([[1.0, 30.0], [1.0, 10.0]])).tolist() == pytest.approx(
        [10.0, -0.5], abs=0.02
    )


def test_lines_are_turned_by_what_is_known() -> None:
    line = shapely.MultiLineString([[(0, 0), (0, 50)], [(0, 60), (0, 99)]])
    east, west = np.array([[20.0, 25.0], [20.0, 80.0]]), np.array([[-20.0, 25.0], [-20.0, 80.0]])
    points = np.vstack([east, west])
    turned = oriented(line, Known(points, np.array([1.0, 1.0, -1.0, -1.0])))
    assert turned is not None
    assert [p.coords[0][1] > p.coords[-1][1] for p in turned.geoms] == [True, True]
    kept = oriented(line, Known(points, np.array([-1.0, -1.0, 1.0, 1.0])))
    assert kept is not None
    assert kept.equals_exact(line)
    for signs, at in [([1.0, 1.0, 1.0, 1.0], points), ([], np.zeros((0, 2)))]:
        assert oriented(line, Known(at, np.array(signs))) is None
    assert oriented(line, Known(points + 900, np.ones(4))) is None


# How it moved


def test_it_goes_on_where_it_moved() -> None:
    old = straight((0, -10), (0, 30))
    bent = straight((0, -10), (0, 8), (6, 10), (0, 12), (0, 30))
    rate = pace(old, bent, 30, LATTICE)
    at = LATTICE.at(rate, np.array([[0.0, 10.0], [0.0, 29.0]]))
    assert at[0] > at[1] >= 0.1
    assert rate.max() <= 1.5
    still = LATTICE.at(pace(old, old, 30, LATTICE), np.array([[0.0, 10.0]]))
    assert still[0] < at[0]
    assert still[0] < RATE_KM


def test_of_another_line_no_pace_is_known() -> None:
    far = straight((400, -10), (400, 30))
    assert (pace(straight((0, -10), (0, 30)), far, 30, LATTICE) == steady(LATTICE)).all()


# Pieces


@lawful
@given(st.floats(0.0, 3.0), st.permutations(range(3)))
def test_ends_that_nearly_meet_are_one(gap: float, order: list[int]) -> None:
    parts = [
        shapely.LineString([(0, 0), (10, 0)]),
        shapely.LineString([(10 + gap, 0), (20, 0)]),
        shapely.LineString([(50, 0), (60, 0)]),
    ]
    found = joined([parts[i] for i in order], 1.0)
    assert len(found) == (2 if gap <= 1.0 else 3)
    assert all(line.coords[-1][0] > line.coords[0][0] for line in found)
    assert sum(p.length for p in found) == pytest.approx(30.0 if gap <= 1.0 else 30.0 - gap)
    assert joined([], 1.0) == []


def test_a_line_is_cut_by_what_is_near() -> None:
    line = shapely.MultiLineString([[(0, 0), (100, 0)], [(0, 90), (0.5, 90)]])
    near = Cited(FrontEvidence("near", 0, 0, "w"), 50.0, 2.0)
    old = Cited(FrontEvidence("old", 0, 0, "w"), 5.0, 2.0, fresh=False)
    pieces = cut(line, [near, old], lambda at: np.full(len(at), 2.0), "prior")
    assert sum(p.line.length for p in pieces) == pytest.approx(100.5)
    assert all(p.line.length < 31 for p in pieces)
    reports = [p for p in pieces if p.support == "reports"]
    assert sum(p.line.length for p in reports) == pytest.approx(24, abs=2)
    assert all("near" in p.evidence for p in reports)
    assert pieces[0].evidence == ("old",)
    assert {p.support for p in pieces} == {"reports", "prior"}
    band = zone(pieces, lambda at: np.full(len(at), 2.0))
    assert band.buffer(0.01).contains(line)
    nothing = cut(line, [], lambda at: np.full(len(at), 2.0), "none")
    assert zone(nothing, lambda at: np.full(len(at), 2.0)).is_empty
    assert {p.evidence for p in nothing} == {()}


@lawful
@given(st.floats(0.0, 500.0), st.floats(0.0, 500.0))
def test_the_less_doubt_the_more_confidence(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0.0 <= confidence(high) <= confidence(low) <= 1.0
