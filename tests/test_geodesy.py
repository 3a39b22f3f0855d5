"""Distances, azimuths and shapes on WGS84."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point

from geomap import geodesy
from geomap.errors import CrsError

LAT = st.floats(47.0, 52.0)
LON = st.floats(22.0, 40.0)
KM = st.floats(0.5, 300.0)
lawful = settings(deadline=None, max_examples=80)


@lawful
@given(LAT, LON, st.floats(0.0, 359.9), KM)
def test_going_out_and_looking_back_agrees(lat: float, lon: float, azimuth: float, km: float):
    there = geodesy.destination(lat, lon, azimuth, km)
    assert geodesy.distance_km(lat, lon, *there) == pytest.approx(km, rel=1e-6)
    turned = abs(geodesy.azimuth_deg(lat, lon, *there) - azimuth) % 360
    assert min(turned, 360 - turned) < 1e-4


@lawful
@given(LAT, LON, LAT, LON)
def test_a_distance_is_the_same_both_ways(lat1: float, lon1: float, lat2: float, lon2: float):
    there = geodesy.distance_km(lat1, lon1, lat2, lon2)
    assert there == pytest.approx(geodesy.distance_km(lat2, lon2, lat1, lon1), abs=1e-9)


@lawful
@given(
    LAT, LON, st.floats(0.0, 359.9), st.floats(10.0, 180.0), st.floats(0.0, 0.9),
    st.floats(1.0, 100.0),
)  # fmt: skip
def test_a_sectors_area_is_the_formulas(
    lat: float, lon: float, azimuth: float, half: float, share: float, outer: float
):
    shape = geodesy.sector(lat, lon, azimuth, half, share * outer, outer)
    expected = math.pi * (outer**2 - (share * outer) ** 2) * half / 180
    assert shape.is_valid
    assert geodesy.area_km2(shape) == pytest.approx(expected, rel=0.01)


@lawful
@given(LAT, LON, st.floats(0.2, 80.0))
def test_a_circle_holds_its_centre_and_reaches_its_radius(lat: float, lon: float, km: float):
    circle = geodesy.circle(lat, lon, km)
    assert circle.covers(Point(lon, lat))
    for x, y in circle.exterior.coords:
        assert geodesy.distance_km(lat, lon, y, x) == pytest.approx(km, rel=1e-6)


@settings(deadline=None, max_examples=60)
@given(
    st.floats(-80.0, 80.0), st.floats(-180.0, 180.0), st.floats(0.0, 360.0), st.floats(0.1, 300.0)
)
def test_a_plane_keeps_distances_and_azimuths_from_its_point(
    lat: float, lon: float, azimuth: float, km: float
):
    plane = geodesy.Plane(lat, lon)
    there = geodesy.destination(lat, lon, azimuth, km)
    east, north = plane.inward(*there)
    assert float(np.hypot(east, north)) == pytest.approx(km, rel=1e-6)
    back = plane.outward(east, north)
    assert geodesy.distance_km(*there, *map(float, back)) < 1e-3


@settings(deadline=None, max_examples=60)
@given(
    st.floats(-65.0, 65.0), st.floats(-170.0, 170.0), st.floats(0.0, 360.0), st.floats(5.0, 200.0),
    st.floats(0.0, 360.0), st.floats(5.0, 100.0),
)  # fmt: skip
def test_a_seat_turns_its_azimuths_true(
    lat: float, lon: float, to: float, away: float, azimuth: float, km: float
):
    plane = geodesy.Plane(lat, lon)
    seat = geodesy.destination(lat, lon, to, away)
    east0, north0, turn = plane.seat(*seat)
    east, north = plane.inward(*geodesy.destination(*seat, azimuth, km))
    seen = float(np.degrees(np.arctan2(east - east0, north - north0))) + turn
    assert abs((seen - azimuth + 180.0) % 360.0 - 180.0) < 0.2
    assert float(np.hypot(east - east0, north - north0)) == pytest.approx(km, rel=2e-3)


def test_a_buffer_is_as_wide_as_asked_on_the_ground():
    line = LineString([(37.9, 48.4), (38.1, 48.7)])
    wide = geodesy.buffer(line, 5.0)
    gaps = [geodesy.distance_km(48.4, 37.9, y, x) for x, y in wide.exterior.coords]
    assert min(gaps) == pytest.approx(5.0, rel=0.01)


def test_a_narrower_buffer_lies_in_a_wider_one():
    point = Point(38.0, 48.6)
    assert geodesy.buffer(point, 10).covers(geodesy.buffer(point, 9.9))


def test_bakhmut_to_kreminna_is_53_km_north_north_east():
    there = geodesy.azimuth_deg(48.594, 37.999, 49.048, 38.216)
    assert geodesy.distance_km(48.594, 37.999, 49.048, 38.216) == pytest.approx(53.0, abs=0.1)
    assert geodesy.wind_of(there) == "NNE"


@pytest.mark.parametrize("wind", geodesy.WINDS)
def test_each_wind_comes_back_from_its_azimuth(wind: str):
    assert geodesy.wind_of(geodesy.azimuth_of(wind)) == wind
    assert geodesy.wind_of(geodesy.azimuth_of(wind) + 360 + 11) == wind


def test_an_unknown_wind_is_named_with_the_known_ones():
    with pytest.raises(CrsError, match="'UP' is not a wind: write one of N, NNE"):
        geodesy.azimuth_of("UP")


@pytest.mark.parametrize(("inner", "outer"), [(5, 5), (6, 5), (-1, 5), (0, 0)])
def test_a_ring_without_area_is_refused(inner: float, outer: float):
    with pytest.raises(CrsError, match="has no area"):
        geodesy.sector(48.0, 38.0, 0.0, 45.0, inner, outer)


def test_exteriors_run_counter_clockwise():
    for shape in (
        geodesy.circle(48.0, 38.0, 5),
        geodesy.sector(48.0, 38.0, 90, 30, 0, 5),
        geodesy.sector(48.0, 38.0, 300, 30, 3, 5),
        geodesy.sector(48.0, 38.0, 0, 180, 3, 5),
    ):
        assert shapely.is_ccw(shape.exterior)
        assert not any(shapely.is_ccw(ring) for ring in shape.interiors)


def test_bounds_are_west_south_east_north():
    assert geodesy.bounds([(48.0, 38.0), (49.0, 37.0)]) == (37.0, 48.0, 38.0, 49.0)


def test_area_does_not_depend_on_which_way_rings_turn() -> None:
    shell, hole = shapely.box(37, 48, 38, 49), shapely.box(37.2, 48.2, 37.8, 48.8)
    ring = geodesy.area_km2(shell) - geodesy.area_km2(hole)
    isle = shapely.box(39, 48, 39.5, 48.5)
    for outer in (shell.exterior, shell.exterior.reverse()):
        for inner in (hole.exterior, hole.exterior.reverse()):
            holed = shapely.Polygon(outer, [inner])
            assert geodesy.area_km2(holed) == pytest.approx(ring)
            both = shapely.multipolygons([holed, isle])
            assert geodesy.area_km2(both) == pytest.approx(ring + geodesy.area_km2(isle))
