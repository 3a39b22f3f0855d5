"""Laws that the regions of hints keep, whatever the place and the figures."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

import geomap
from geomap import geodesy
from geomap.errors import CrsError
from geomap.hints.expressions import Expression
from geomap.hints.fusion import fuse
from geomap.hints.posterior import Found, find
from geomap.hints.settlements import Settlements
from geomap.hints.shapes import Shapes
from geomap.hints.surfaces import Both, Polar, Spread, Surface
from geomap.models import Anchor, Place, Region

LAT = st.floats(-65.0, 68.0)
LON = st.floats(-180.0, 180.0)
WIND = st.sampled_from(geodesy.WINDS)
lawful = settings(deadline=None, max_examples=40)


def town(lat: float = 48.6, lon: float = 38.0, people: int = 5000, radius_km: float = 1.0) -> Place:
    return Place(1, "Town", lat, lon, "P", "settlement", radius_km, population=people)


def said(relation: Any, *places: Place, **given: Any) -> Surface:
    anchors = tuple(Anchor(p.name, place=p) for p in places)
    surface = Shapes().surface(Expression(0, 1, relation, anchors, **given))
    assert surface is not None
    return surface


def measured(place: Place, km: float, wind: str | None = None, **given: Any) -> Surface:
    relation = "distance_direction" if wind else "distance"
    return said(relation, place, distance_km=km, direction=wind, **given)


def holds(found: Found | Region, lat: float, lon: float) -> bool:
    region = found.region if isinstance(found, Found) else found
    return bool(region.geometry.covers(Point(lon, lat)))


def km2(found: Found) -> float:
    return geodesy.area_km2(found.region.geometry)


@lawful
@given(LAT, LON, WIND, st.floats(1.0, 300.0))
def test_a_distance_and_a_wind_hold_the_point_that_they_state(
    lat: float, lon: float, wind: str, km: float
):
    found = find(measured(town(lat, lon), km, wind))
    # People state road distances: half of the true places lie nearer than 0.97 of the stated one.
    there = geodesy.destination(lat, lon, geodesy.azimuth_of(wind), 0.97 * km)
    assert holds(found, *there)
    assert holds(found, found.region.lat, found.region.lon)


@lawful
@given(LAT, LON, WIND, st.floats(2.0, 300.0))
def test_it_leaves_out_the_other_side_and_the_anchor(lat: float, lon: float, wind: str, km: float):
    found = find(measured(town(lat, lon), km, wind))
    behind = geodesy.destination(lat, lon, geodesy.azimuth_of(wind) + 180, km)
    assert not holds(found, *behind)
    assert not holds(found, lat, lon)


@lawful
@given(LAT, LON, st.floats(2.0, 120.0))
def test_a_distance_alone_is_a_ring(lat: float, lon: float, km: float):
    found = find(measured(town(lat, lon), km))
    for azimuth in (0, 77, 180, 200, 359):
        assert holds(found, *geodesy.destination(lat, lon, azimuth, 0.85 * km))
    assert not holds(found, lat, lon)


@lawful
@given(LAT, LON, st.sampled_from(geodesy.WINDS[:8]), st.floats(1.0, 200.0))
def test_turning_the_wind_turns_the_region(lat: float, lon: float, wind: str, km: float):
    place = town(lat, lon)
    opposite = geodesy.wind_of(geodesy.azimuth_of(wind) + 180.0)
    one, other = find(measured(place, km, wind)), find(measured(place, km, opposite))
    assert km2(one) == pytest.approx(km2(other), rel=0.02)
    away = [geodesy.distance_km(lat, lon, f.region.lat, f.region.lon) for f in (one, other)]
    assert away[0] == pytest.approx(away[1], rel=0.02)
    turn = geodesy.azimuth_deg(lat, lon, one.region.lat, one.region.lon)
    back = geodesy.azimuth_deg(lat, lon, other.region.lat, other.region.lon)
    assert abs((turn - back) % 360.0 - 180.0) < 2.0


@lawful
@given(LAT, LON, WIND, st.floats(1.0, 20.0), st.floats(1.5, 8.0))
def test_scaling_a_surface_scales_the_region(
    lat: float, lon: float, wind: str, km: float, times: float
):
    def ring(scale: float) -> Found:
        radial = Spread(math.log(km * scale), 0.2, 0.1)
        return find(Polar(lat, lon, radial, geodesy.azimuth_of(wind), Spread(0.0, 15.0, 15.0)))

    assert km2(ring(times)) == pytest.approx(times**2 * km2(ring(1.0)), rel=0.03)


@lawful
@given(LAT, st.floats(0.5, 80.0))
def test_the_180th_meridian_is_a_place_like_any_other(lat: float, km: float):
    here, there = (find(measured(town(lat, lon), km, "E")) for lon in (0.0, 179.99))
    assert km2(there) == pytest.approx(km2(here), rel=0.01)
    west, _, east, _ = there.region.geometry.bounds
    assert -180.0 <= west <= east <= 180.0
    assert there.region.geometry.is_valid


@lawful
@given(LAT, LON, WIND, st.floats(0.3, 500.0))
def test_regions_are_valid_and_right_handed(lat: float, lon: float, wind: str, km: float):
    geometry = find(measured(town(lat, lon), km, wind)).region.geometry
    assert geometry.is_valid
    for polygon in shapely.get_parts(geometry):
        assert polygon.exterior.is_ccw


def test_near_a_pole_the_region_is_sound_or_refused():
    sound = find(measured(town(88.0, 10.0), 50.0, "N"))
    assert holds(sound, *geodesy.destination(88.0, 10.0, 0.0, 48.0))
    with pytest.raises(CrsError, match="holds a pole"):
        find(said("in_or_near", town(89.95, 10.0, people=400_000, radius_km=8.0)))


@pytest.mark.parametrize("km", [0.0, -3.0, 30_000.0, math.inf, math.nan])
def test_absurd_distances_are_refused(km: float):
    with pytest.raises(CrsError, match="km places nothing"):
        measured(town(), km, "N")


def test_an_anchor_with_no_place_says_nothing():
    expression = Expression(0, 1, "near", (Anchor("Xyzhove"),))
    assert Shapes().surface(expression) is None


@lawful
@given(LAT, LON, st.floats(0.5, 80.0), st.sampled_from([None, *geodesy.WINDS]))
def test_within_a_distance_begins_at_the_anchor(
    lat: float, lon: float, km: float, wind: str | None
):
    found = find(measured(town(lat, lon, radius_km=0.5), km, wind, bound="at_most"))
    azimuth = geodesy.azimuth_of(wind) if wind else 0.0
    assert holds(found, *geodesy.destination(lat, lon, azimuth, 0.1 * km))
    assert holds(found, *geodesy.destination(lat, lon, azimuth, 0.9 * km))
    assert not holds(found, *geodesy.destination(lat, lon, azimuth, 1.8 * km + 3.0))


def test_more_than_a_distance_lies_beyond_it():
    found = find(measured(town(), 20.0, "N", bound="at_least"))
    for km, held in ((14, False), (21, True), (35, True)):
        assert holds(found, *geodesy.destination(48.6, 38.0, 0.0, km)) is held, km


@lawful
@given(st.floats(2.0, 60.0), st.floats(1.1, 2.0), WIND)
def test_a_range_reaches_from_its_low_to_its_high(low: float, times: float, wind: str):
    high = low * times
    found = find(measured(town(), (low + high) / 2, wind, range_km=(low, high)))
    for km in (low, (low + high) / 2, 0.97 * high):
        assert holds(found, *geodesy.destination(48.6, 38.0, geodesy.azimuth_of(wind), km)), km


@lawful
@given(st.floats(0.5, 20.0), st.floats(1.05, 2.0))
def test_near_widens_with_the_town(radius_km: float, times: float):
    for relation in ("near", "in_or_near", "outskirts", "direction"):
        given_wind = {"direction": "N"} if relation == "direction" else {}
        small = find(said(relation, town(radius_km=radius_km), **given_wind))
        large = find(said(relation, town(radius_km=times * radius_km), **given_wind))
        assert km2(small) < km2(large) * 1.02, relation


@pytest.mark.parametrize("wind", geodesy.WINDS)
def test_a_part_lies_on_its_side(wind: str):
    place = town(radius_km=4.0)
    found = find(said("part", place, direction=wind))
    azimuth = geodesy.azimuth_of(wind)
    assert holds(found, *geodesy.destination(place.lat, place.lon, azimuth, 3.0))
    assert not holds(found, *geodesy.destination(place.lat, place.lon, azimuth + 180, 3.0))


@lawful
@given(LAT, LON, st.floats(0.0, 359.0), st.floats(2.0, 200.0))
def test_between_and_along_hold_the_middle(lat: float, lon: float, azimuth: float, km: float):
    one, other = town(lat, lon), town(*geodesy.destination(lat, lon, azimuth, km))
    middle = geodesy.destination(lat, lon, azimuth, km / 2)
    beyond = geodesy.destination(lat, lon, azimuth, 1.6 * km)
    for relation in ("between", "along"):
        found = find(said(relation, one, other))
        assert holds(found, *middle)
        assert not holds(found, *beyond)
    halfway = find(said("between", one, other, share=0.5))
    assert holds(halfway, *middle)
    assert km2(halfway) < km2(find(said("between", one, other)))


def test_between_a_place_and_itself_is_near_it():
    found = find(said("between", town(), town()))
    assert geodesy.distance_km(48.6, 38.0, found.region.lat, found.region.lon) < 20


@lawful
@given(st.floats(0.2, 0.6), st.floats(0.1, 0.3))
def test_a_higher_level_holds_a_lower_one(level: float, more: float):
    surface = measured(town(), 20.0, "NE")
    narrow, wide = find(surface, level=level), find(surface, level=level + more)
    assert km2(narrow) < km2(wide)
    rest = narrow.region.geometry.difference(wide.region.geometry)
    assert geodesy.area_km2(rest) < 0.02 * km2(narrow) if not rest.is_empty else True


def core_lies_within(region: Region) -> bool:
    assert region.core is not None
    assert region.core.is_valid
    assert 0 < region.core.area < region.geometry.area
    # Cut by one another, two outlines may differ by what floating point leaves.
    return bool(region.core.difference(region.geometry).area < 1e-9 * region.geometry.area)


@lawful
@given(LAT, LON, WIND, st.floats(0.5, 400.0), st.booleans())
def test_the_core_is_a_smaller_area_within_the_region(
    lat: float, lon: float, wind: str, km: float, ring: bool
):
    surface = measured(town(lat, lon), km, None if ring else wind)
    found = find(surface, cored=True)
    assert core_lies_within(found.region)
    alone = find(surface, level=0.5)
    assert geodesy.area_km2(found.region.core) == pytest.approx(km2(alone), rel=0.02)
    plain = find(surface).region
    assert plain == replace(found.region, core=None)


def test_a_core_holds_half_of_where_the_truth_may_be():
    surface = measured(town(), 20.0, "NE")
    found = find(surface, cored=True)
    plane = geodesy.Plane(*surface.centre)
    grid = surface.grid(plane)
    mass = np.exp(surface.log_density(plane, grid.east, grid.north)) * grid.cell_km2
    lat, lon = plane.outward(grid.east, grid.north)
    inside = shapely.contains_xy(found.region.core, lon, lat)
    assert mass[inside].sum() / mass.sum() == pytest.approx(0.5, abs=0.04)


def test_a_region_of_no_more_than_half_has_no_core():
    assert find(measured(town(), 20.0, "NE"), level=0.5, cored=True).region.core is None


def test_fused_regions_and_parts_have_a_core_too(gazetteer: geomap.Gazetteer):
    town_hints = [measured(town(), 20.0, "NE"), measured(town(48.9, 38.0), 25.0, "SE")]
    for settlements in (None, Settlements(gazetteer)):
        fused = fuse(town_hints, settlements=settlements, cored=True)
        assert fused.used == (0, 1)
        assert core_lies_within(fused.found.region)
    assert fuse(town_hints).found.region.core is None


def test_the_hints_of_an_article_have_cores_within_their_regions(gazetteer: geomap.Gazetteer):
    pipeline = geomap.Pipeline(gazetteer=gazetteer, cores=True)
    text = (
        "Shelling hit a village 12 km north of Bakhmut and the western part of Donetsk Oblast. "
        "The unit stood in Donetsk Oblast near Kreminna."
    )
    (report,) = pipeline.run([geomap.Article("a", text)]).reports
    hints = report.hints
    regions = [h.region for h in hints if h.region is not None]
    assert {"distance_direction", "part", "near"} <= {h.relation for h in hints if h.region}
    for hint in hints:
        if hint.region is not None and hint.relation != "within":
            assert core_lies_within(hint.region), hint.text
    assert regions
    (plain,) = geomap.Pipeline(gazetteer=gazetteer).run([geomap.Article("a", text)]).reports
    assert not any(h.region.core for h in plain.hints if h.region)  # only where asked for


@lawful
@given(WIND, st.floats(5.0, 60.0), st.floats(0.0, 359.0), st.floats(20.0, 80.0))
def test_more_evidence_narrows_or_is_reported(
    wind: str, km: float, azimuth: float, apart_km: float
):
    other = geodesy.destination(48.6, 38.0, azimuth, apart_km)
    surfaces = [measured(town(), km, wind), said("near", town(*other, radius_km=3.0))]
    alone = [km2(find(s)) for s in surfaces]
    fused = fuse(surfaces)
    if fused.against:
        assert km2(fused.found) <= min(alone) * 1.02
        assert len(fused.used) == 1
    else:
        assert km2(fused.found) <= min(alone) * 1.02
        assert set(fused.used) == {0, 1}


def test_hints_that_exclude_each_other_are_reported_not_averaged():
    north, south = measured(town(), 20.0, "N"), measured(town(), 21.0, "S")
    fused = fuse([north, south])
    assert fused.against == (1,)
    assert holds(fused.found, *geodesy.destination(48.6, 38.0, 0.0, 19.5))
    assert not holds(fused.found, 48.6, 38.0)


def test_the_order_of_hints_does_not_matter():
    surfaces = [
        measured(town(), 20.0, "N"), said("direction", town(48.9, 38.3), direction="W"),
        said("near", town(48.8, 38.0, radius_km=2.0)),
    ]  # fmt: skip
    one, other = fuse(surfaces), fuse(surfaces[::-1])
    assert {2 - k for k in other.used} == set(one.used)
    assert km2(one.found) == pytest.approx(km2(other.found), rel=0.01)


def test_a_product_is_symmetric_in_what_it_says():
    a, b = measured(town(), 20.0, "N"), said("near", town(48.78, 38.0, radius_km=3.0))
    plane = geodesy.Plane(48.7, 38.0)
    east, north = [0.0, 1.0, 5.0], [9.0, 10.0, 3.0]
    import numpy as np

    points = np.array(east), np.array(north)
    one = Both((a, b)).log_density(plane, *points)
    other = Both((b, a)).log_density(plane, *points)
    assert one == pytest.approx(other)


def test_a_share_of_a_known_truth_lies_in_the_region():
    """Points drawn from a surface lie in its region as often as the level says."""
    import numpy as np

    rng = np.random.default_rng(7)
    surface = Polar(48.6, 38.0, Spread(3.0, 0.3, 0.1, 0.01), 45.0, Spread(0.0, 15.0, 15.0, 0.01))
    region = find(surface, level=0.8).region.geometry
    side = rng.random(4000) < 0.3 / 0.4
    off = np.abs(rng.normal(size=4000))
    log_km = 3.0 + np.where(side, -0.3 * off, 0.1 * off)
    azimuth = 45.0 + rng.normal(size=4000) * 15.0
    plane = geodesy.Plane(48.6, 38.0)
    km, turn = np.exp(log_km), np.radians(azimuth)
    lat, lon = plane.outward(km * np.sin(turn), km * np.cos(turn))
    assert shapely.intersects_xy(region, lon, lat).mean() == pytest.approx(0.8, abs=0.03)


@pytest.mark.parametrize("relation", ["near", "direction", "distance_direction", "between"])
def test_a_village_placed_by_its_hromada_leaves_more_open(relation: Any):
    exact = town(radius_km=0.5)
    vague = replace(exact, precision="hromada", radius_km=12.0)
    given_words: dict[str, Any] = {"direction": "N"} if relation.endswith("direction") else {}
    if relation.startswith("distance"):
        given_words["distance_km"] = 5.0
    more = (town(48.9, 38.2),) if relation == "between" else ()
    sharp, blurred = (find(said(relation, p, *more, **given_words)) for p in (exact, vague))
    assert 1.15 * km2(sharp) < km2(blurred) < 4 * (math.pi * 15**2) + 2.5 * km2(sharp)
    inside = sharp.region.geometry.intersection(blurred.region.geometry)
    assert geodesy.area_km2(inside) > 0.8 * km2(sharp)


def test_a_river_that_is_only_a_point_is_nothing_to_measure_from():
    river = replace(town(radius_km=100.0), feature_class="H")
    assert Shapes().surface(Expression(0, 1, "near", (Anchor("River", place=river),))) is None


def test_an_oblasts_part_lies_on_its_side(gazetteer: geomap.Gazetteer):
    shapes = Shapes(gazetteer.geometry)
    (oblast,) = [p for p in gazetteer.lookup("Kharkiv Oblast") if p.feature_code == "ADM1"][:1]
    anchor = (Anchor("Kharkiv Oblast", place=oblast),)
    north = shapes.surface(Expression(0, 1, "part", anchor, direction="N"))
    assert north is not None
    assert find(north).region.lat > gazetteer.geometry(oblast).centroid.y


def test_a_village_is_sought_among_the_known_ones(gazetteer: geomap.Gazetteer):
    settlements = Settlements(gazetteer)
    amsterdam = gazetteer.lookup("Amsterdam")[0]
    surface = measured(amsterdam, 18.0, "W")  # Haarlem
    smooth = find(surface)
    found = find(surface, settlements=settlements, without=frozenset({amsterdam.key}))
    names = [gazetteer.place(row).name for row, _ in found.candidates]
    assert "Haarlem" in names
    assert "Amsterdam" not in [gazetteer.place(r).name for r, c in found.candidates if c > 0]
    assert km2(found) < km2(smooth)
    assert sum(c for _, c in found.candidates) <= 1.0 + 1e-9
    haarlem = gazetteer.lookup("Haarlem")[0]
    assert holds(found, haarlem.lat, haarlem.lon)


def test_where_no_settlement_is_known_the_ground_counts(gazetteer: geomap.Gazetteer):
    sahara = town(22.0, 6.5)
    surface = measured(replace(sahara, key=-1), 5.0, "N")
    found = find(surface, settlements=Settlements(gazetteer))
    assert holds(found, *geodesy.destination(22.0, 6.5, 0.0, 4.9))
