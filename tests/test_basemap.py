"""What is drawn under the reports: land, borders, rivers, labels and towns."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import shapely
from map_samples import PLACES, feature, point, sample

from geomap.gazetteer.waters import Water
from geomap.output.basemap import Area, BasemapData, basemap_for, bounds_of, framed, padded
from geomap.output.basemap_towns import MAX_NAMES, Town


@pytest.fixture(scope="module")
def areas() -> list[tuple[str, str, shapely.Geometry]]:
    """Three countries of 10 x 10 degrees side by side, two provinces, a far one."""
    return [
        ("West", "country", shapely.box(20, 45, 30, 55)),
        ("Middle", "country", shapely.box(30, 45, 40, 55)),
        ("East", "country", shapely.box(40, 45, 50, 55)),
        ("Far", "country", shapely.box(-100, -40, -80, -20)),
        ("North Province", "admin1", shapely.box(30, 50, 40, 55)),
        ("South Province", "admin1", shapely.box(30, 45, 40, 50)),
        ("A district", "admin2", shapely.box(30, 45, 31, 46)),
    ]


@pytest.fixture(scope="module")
def basemap(areas: list[tuple[str, str, shapely.Geometry]]) -> BasemapData:
    towns = [(n, lat, lon, pop) for n, (lon, lat, _, _, pop) in PLACES.items()]
    countries = [shape for _, level, shape in areas if level == "country"]
    world = (shapely.union_all(countries), shapely.MultiLineString())
    return basemap_for(bounds_of(sample()), areas, towns, world)


def test_shared_border_is_drawn_once_and_the_cut_is_no_coast(basemap: BasemapData) -> None:
    by_role: dict[tuple[str, bool], Any] = {
        (f["properties"]["role"], bool(f["properties"].get("coarse"))): f["geometry"]
        for f in basemap.countries
    }
    west, south, east, north = framed(bounds_of(sample()) or (0, 0, 0, 0))
    border = shapely.geometry.shape(by_role["border", False])
    assert border.length == pytest.approx(north - south, abs=0.02)
    assert ("coast", False) not in by_role  # the box lies inland
    land = shapely.geometry.shape(by_role["land", False])
    assert land.area == pytest.approx((east - west) * (north - south), rel=0.01)
    coarse = shapely.geometry.shape(by_role["land", True])
    assert coarse.intersects(shapely.Point(-90, -30))
    assert not coarse.contains(shapely.Point(38, 48.6))


def test_labels_lie_in_their_area_and_in_view(basemap: BasemapData) -> None:
    labels = {
        f["properties"]["name"]: f["geometry"]["coordinates"]
        for f in [*basemap.countries, *basemap.admin1]
        if f["properties"]["role"] == "label"
    }
    assert {"Middle", "East", "South Province"} <= set(labels)
    assert "A district" not in labels
    lon, lat = labels["Middle"]
    west, south, east, north = padded(bounds_of(sample()) or (0, 0, 0, 0), 0.15, 0.4)
    assert west < lon < east
    assert south < lat < north


def test_basemap_without_bounds_is_the_coarse_world(
    areas: list[tuple[str, str, shapely.Geometry]],
) -> None:
    world = basemap_for(None, areas, [("T", 48.0, 38.0, 10)])
    assert world.admin1 == []
    assert world.towns == []
    assert all(
        f["properties"].get("coarse") or f["properties"]["role"] == "label" for f in world.countries
    )


def test_basemap_of_nothing() -> None:
    assert basemap_for((1.0, 1.0, 2.0, 2.0), [], []) == BasemapData()
    assert basemap_for(None, []) == BasemapData()


def test_towns_are_thinned_largest_first() -> None:
    crowd = [(f"T{n}", 48.0 + n % 7 * 1e-3, 38.0 + n % 11 * 1e-3, n) for n in range(500)]
    away = [("Lone", 49.9, 39.9, 1), ("Abroad", 10.0, 10.0, 10**6)]
    towns = basemap_for((36.0, 46.0, 40.0, 50.0), [], crowd + away).towns
    assert towns[0][0] == "T499"
    assert "Lone" in [t[0] for t in towns]
    assert "Abroad" not in [t[0] for t in towns]
    assert len(towns) < 40


def test_districts_of_a_city_are_left_out() -> None:
    given = [("City", 48.0, 38.0, 900_000), ("District", 48.03, 38.05, 150_000)]
    towns = basemap_for((36.0, 46.0, 40.0, 50.0), [], [*given, ("Town", 48.2, 38.2, 500)]).towns
    assert [t[0] for t in towns] == ["City", "Town"]


def test_coordinates_are_rounded(basemap: BasemapData) -> None:
    numbers = re.findall(r"-?\d+\.\d+", json.dumps([basemap.countries, basemap.admin1]))
    assert numbers
    assert max(len(n.split(".")[1]) for n in numbers) <= 3


def test_bounds_leave_out_governments_countries_and_far_places() -> None:
    west, south, east, north = bounds_of(sample()) or (0, 0, 0, 0)
    assert 36 < west < east < 39
    assert 47 < south < north < 50
    far = sample()
    far["features"].append(feature("mention", None, point(-77.0, 38.9), precision="settlement"))
    assert bounds_of(far) == (west, south, east, north)


def test_bounds_fall_back_to_what_there_is() -> None:
    country = feature("mention", None, point(31.0, 49.0), precision="country")
    seat = feature("mention", None, point(37.6, 55.7), kind="associative")
    assert bounds_of({"features": [country, seat]}) == (31.0, 49.0, 31.0, 49.0)
    assert bounds_of({"features": [seat]}) == (37.6, 55.7, 37.6, 55.7)
    assert bounds_of({"features": [feature("mention", None, None)]}) is None


def test_labels_and_towns_carry_their_native_names() -> None:
    square = shapely.box(30, 45, 40, 55)
    areas = [
        Area("Ukraine", "country", square, "Україна"),
        Area("Donetsk Oblast", "admin1", square, "Донецька область"),
    ]
    found = basemap_for(
        (36.0, 46.0, 38.0, 48.0), areas, [Town("Bakhmut", 48.59, 37.99, 70000, "Бахмут")]
    )
    labels = [
        f["properties"]
        for f in (*found.countries, *found.admin1)
        if f["properties"]["role"] == "label"
    ]
    assert [p["native"] for p in labels] == ["Україна", "Донецька область"]
    assert found.towns == [("Bakhmut", 48.59, 37.99, 70000, "Бахмут")]


def test_villages_are_named_round_the_marks_only() -> None:
    bounds = (36.0, 46.0, 40.0, 50.0)
    near = [Town(f"N{n}", 48.0 + n / 1000, 38.0, 0) for n in range(40)]
    far = [Town(f"F{n}", 46.5 + n / 1000, 39.5, 0) for n in range(40)]
    towns = [Town("City", 47.0, 37.0, 90_000), *far, *near]
    named = {t.name for t in basemap_for(bounds, [], towns, points=[(48.0, 38.01)]).towns}
    assert {"City", "N0", "N1", "N2"} <= named
    assert not any(name.startswith("F") for name in named)
    assert {t.name for t in basemap_for(bounds, [], towns).towns} == {"City"}
    for order in (towns[::-1], towns + towns):
        again = basemap_for(bounds, [], order, points=[(48.0, 38.01), (48.0, 38.01)]).towns
        assert again == basemap_for(bounds, [], towns, points=[(48.0, 38.01)]).towns


def test_names_round_many_marks_stay_few_and_spread() -> None:
    towns = [
        Town(f"V{i}-{j}", 46.0 + i / 40, 36.0 + j / 40, 0) for i in range(160) for j in range(160)
    ]
    marks = [(46.1 + i / 10, 36.1 + j / 10) for i in range(38) for j in range(38)]
    named = basemap_for((36.0, 46.0, 40.0, 50.0), [], towns, points=marks).towns
    assert len(named) == MAX_NAMES
    quarters = {(t.lat > 48, t.lon > 38) for t in named}
    assert len(quarters) == 4


def test_rivers_are_cut_named_and_coarser_outside() -> None:
    bounds = (36.0, 46.0, 38.0, 48.0)
    west, _, east, _ = framed(bounds)
    wavy = shapely.LineString([(20 + n / 100, 47 + (n % 2) / 300) for n in range(4000)])
    waters = [
        Water("river", 4, "Dnipro", "Дніпро", wavy),
        Water("river", 11, "Brook", None, shapely.LineString([(33.5, 45), (34.0, 45.2)])),
        Water("lake", 6, None, None, shapely.box(36.5, 46.5, 37.5, 47.0)),
        Water("river", 4, "Elsewhere", None, shapely.LineString([(0, 0), (1, 1)])),
    ]
    found = basemap_for(bounds, [], rivers=waters).rivers
    assert [f["properties"] for f in found] == [
        {"role": "river", "name": "Dnipro", "native": "Дніпро", "rank": 4},
        {"role": "lake", "name": None, "native": None, "rank": 6},
    ]
    river, lake = (shapely.geometry.shape(f["geometry"]) for f in found)
    assert river.bounds[0] == pytest.approx(west)
    assert river.bounds[2] == pytest.approx(east)
    points = shapely.get_coordinates(river)
    inside = ((points[:, 0] > 36) & (points[:, 0] < 38)).sum()
    outside = ((points[:, 0] > west) & (points[:, 0] < 35)).sum()
    assert inside > 150
    assert outside < inside / 5
    assert lake.area == pytest.approx(0.5)
    assert basemap_for(bounds, [], rivers=waters[::-1]).rivers == found
    assert basemap_for(None, [], rivers=waters).rivers == []


def test_a_wide_map_shows_great_rivers_only() -> None:
    waters = [
        Water("river", rank, f"R{rank}", None, shapely.LineString([(10, rank), (30, rank)]))
        for rank in range(11)
    ]
    names = {
        width: [f["properties"]["name"] for f in basemap_for(b, [], rivers=waters).rivers]
        for width, b in ((4, (18.0, -2.0, 22.0, 12.0)), (90, (-30.0, -10.0, 60.0, 20.0)))
    }
    assert len(names[4]) == 11
    assert names[90] == [f"R{n}" for n in range(6)]
