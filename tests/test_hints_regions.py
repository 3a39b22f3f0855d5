"""Laws that the regions of hints keep."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from geomap import geodesy
from geomap.hints import regions
from geomap.hints.locate import _combined
from geomap.models import Hint, Place, Region

LAT = st.floats(47.0, 52.0)
LON = st.floats(22.0, 40.0)
lawful = settings(deadline=None, max_examples=60)


def town(lat: float = 48.6, lon: float = 38.0, people: int = 5000, radius_km: float = 1.0) -> Place:
    return Place(1, "Town", lat, lon, "P", "settlement", radius_km, population=people)


@pytest.mark.parametrize("wind", geodesy.WINDS)
@lawful
@given(LAT, LON, st.floats(1.0, 120.0))
def test_a_distance_and_a_wind_hold_the_point_that_they_state(
    wind: str, lat: float, lon: float, km: float
):
    region = regions.distance(lat, lon, km, wind=wind)
    # People state road distances: the true place lies at 0.96 of the stated one.
    there = geodesy.destination(lat, lon, geodesy.azimuth_of(wind), 0.96 * km)
    assert region.geometry.covers(Point(there[1], there[0]))
    assert region.geometry.covers(Point(region.lon, region.lat))


@pytest.mark.parametrize("wind", geodesy.WINDS)
def test_a_distance_and_a_wind_leave_out_the_other_side_and_the_anchor(wind: str):
    region = regions.distance(48.6, 38.0, 10.0, wind=wind)
    behind = geodesy.destination(48.6, 38.0, geodesy.azimuth_of(wind) + 180, 9.6)
    assert not region.geometry.covers(Point(behind[1], behind[0]))
    assert not region.geometry.covers(Point(38.0, 48.6))


@pytest.mark.parametrize("wind", geodesy.WINDS)
def test_a_wind_alone_holds_the_median_place_and_not_the_opposite(wind: str):
    region = regions.direction(48.6, 38.0, wind)
    for turn in (-37, 0, 37):  # nine true azimuths in ten lie within
        there = geodesy.destination(48.6, 38.0, geodesy.azimuth_of(wind) + turn, 14.0)
        assert region.geometry.covers(Point(there[1], there[0]))
    behind = geodesy.destination(48.6, 38.0, geodesy.azimuth_of(wind) + 180, 14.0)
    assert not region.geometry.covers(Point(behind[1], behind[0]))


@lawful
@given(LAT, LON, st.floats(0.5, 80.0), st.sampled_from([None, *geodesy.WINDS]))
def test_within_a_distance_begins_at_the_anchor(lat: float, lon: float, km: float, wind: str):
    region = regions.distance(lat, lon, km, wind=wind, bound="at_most")
    assert region.geometry.covers(Point(lon, lat))


@lawful
@given(LAT, LON, st.floats(1.0, 80.0), st.sampled_from([None, *geodesy.WINDS]))
def test_within_is_wider_than_about(lat: float, lon: float, km: float, wind: str | None):
    exact = regions.distance(lat, lon, km, wind=wind).geometry
    at_most = regions.distance(lat, lon, km, wind=wind, bound="at_most").geometry
    # Sides are straight in degrees, not on the ground: slivers may stick out.
    assert geodesy.area_km2(exact.difference(at_most)) < 0.005 * geodesy.area_km2(exact)


@lawful
@given(st.floats(1.0, 60.0), st.floats(1.01, 3.0))
def test_a_larger_bound_holds_a_smaller_one(km: float, more: float):
    small = regions.distance(48.6, 38.0, km, bound="at_most").geometry
    large = regions.distance(48.6, 38.0, km * more, bound="at_most").geometry
    assert geodesy.area_km2(small.difference(large)) < 0.001 * geodesy.area_km2(small)


def test_more_than_a_distance_lies_beyond_it():
    region = regions.distance(48.6, 38.0, 20.0, wind="N", bound="at_least")
    for km, held in ((15, False), (21, True), (35, True)):
        lat, lon = geodesy.destination(48.6, 38.0, 0.0, km)
        assert region.geometry.covers(Point(lon, lat)) is held


@lawful
@given(st.integers(0, 5_000_000), st.integers(0, 5_000_000))
def test_near_widens_with_the_town(one: int, other: int):
    small, large = sorted((one, other))
    for relation in ("near", "in_or_near"):
        narrow = geodesy.area_km2(regions.near(town(people=small), relation).geometry)
        wide = geodesy.area_km2(regions.near(town(people=large), relation).geometry)
        assert narrow <= wide * (1 + 1e-9)


def test_near_a_village_is_some_kilometres_and_near_a_metropolis_some_dozens():
    village = regions.near(town(people=400)).geometry
    metropolis = regions.near(town(people=3_000_000)).geometry
    assert geodesy.area_km2(village) == pytest.approx(3.1416 * 6**2, rel=0.01)
    assert geodesy.area_km2(metropolis) == pytest.approx(3.1416 * 25**2, rel=0.01)


@pytest.mark.parametrize("wind", geodesy.WINDS)
def test_a_part_lies_on_its_side(wind: str):
    place = town(radius_km=4.0)
    region = regions.part(place, wind)
    azimuth = geodesy.azimuth_of(wind)
    inside = geodesy.destination(place.lat, place.lon, azimuth, 3.0)
    across = geodesy.destination(place.lat, place.lon, azimuth + 180, 3.0)
    assert region.geometry.covers(Point(inside[1], inside[0]))
    assert not region.geometry.covers(Point(across[1], across[0]))


@lawful
@given(LAT, LON, st.floats(0.0, 359.0), st.floats(2.0, 80.0))
def test_between_and_along_hold_the_middle(lat: float, lon: float, azimuth: float, km: float):
    other = geodesy.destination(lat, lon, azimuth, km)
    first, second = town(lat, lon), town(*other)
    middle = geodesy.destination(lat, lon, azimuth, km / 2)
    for make in (regions.between, regions.along):
        region = make(first, second)
        assert region.geometry.covers(Point(middle[1], middle[0]))
        assert geodesy.distance_km(region.lat, region.lon, *middle) < 0.01


def _hint(start: int, region: Region | None, *mentions: int) -> Hint:
    return Hint(
        start, start + 1, "x", "direction", region=region, confidence=0.5, locates_mentions=mentions
    )


def _keyed(hints: list[Hint]) -> dict[int, tuple[object, ...]]:
    return {
        h.start: (h.region and h.region.geometry.normalize().wkt, h.confidence, h.reasons)
        for h in hints
    }


def test_the_order_of_hints_does_not_matter():
    hints = [
        _hint(1, regions.direction(48.6, 38.0, "N"), 7),
        _hint(2, regions.distance(48.6, 38.0, 20, wind="NNE"), 7),
        _hint(3, Region(geodesy.circle(48.8, 38.1, 30), 48.8, 38.1), 7, 9),
        _hint(4, regions.direction(48.6, 38.0, "S"), 9),
        _hint(5, None, 9),
    ]
    first = _keyed(_combined(hints))
    for order in itertools.permutations(hints):
        assert _keyed(_combined(list(order))) == first


def test_hints_on_one_place_leave_what_they_share():
    wide = regions.direction(48.6, 38.0, "N")
    narrow = regions.distance(48.6, 38.0, 20, wind="N")
    one, other = _combined([_hint(1, wide, 7), _hint(2, narrow, 7)])
    assert one.region is not None
    assert other.region is not None
    assert one.region.geometry.equals(other.region.geometry)
    area = geodesy.area_km2(one.region.geometry)
    assert area <= geodesy.area_km2(narrow.geometry) * 1.001
    assert one.confidence == 0.5


def test_hints_that_exclude_each_other_keep_their_regions_and_are_trusted_less():
    north, south = regions.direction(48.6, 38.0, "N"), regions.direction(48.6, 38.0, "S")
    one, other = _combined([_hint(1, north, 7), _hint(2, south, 7)])
    assert (one.region, other.region) == (north, south)
    assert one.confidence == other.confidence == 0.25
    assert "does not agree with another hint" in one.reasons[0]


def test_what_is_said_of_one_name_does_not_narrow_the_whole_list():
    listed = _hint(1, regions.direction(48.6, 38.0, "N"), 7, 9)
    single = _hint(2, regions.distance(48.6, 38.0, 20, wind="N"), 7)
    kept, narrowed = _combined([listed, single])
    assert kept == listed
    assert narrowed.region is not None
    assert narrowed.region.geometry.covers(Point(*reversed(geodesy.destination(48.6, 38, 0, 19))))


def test_a_hint_without_a_region_changes_nothing():
    north = _hint(1, regions.direction(48.6, 38.0, "N"), 7)
    nowhere = replace(north, start=2, region=None)
    assert _combined([north, nowhere]) == [north, nowhere]
