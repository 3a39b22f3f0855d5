"""Places by where they are agree with looking at every place there is."""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geomap.errors import CrsError, GeomapError, SettingsError
from geomap.gazetteer.schema import Level
from geomap.gazetteer.spatial import SpatialIndex
from geomap.gazetteer.tree import PointTree, checked_points

if TYPE_CHECKING:
    from geomap import Gazetteer
    from geomap.models import Place

GEOD = Geod(ellps="WGS84")
LATS = st.floats(-90, 90) | st.sampled_from([-90.0, 90.0, 0.0])
LONS = st.floats(-180, 180) | st.sampled_from([-180.0, 180.0, 0.0, 179.9999])


@pytest.fixture(scope="session")
def index(gazetteer: Gazetteer) -> SpatialIndex:
    return SpatialIndex(gazetteer)


def one(gazetteer: Gazetteer, name: str, country: str = "UA") -> Place:
    return gazetteer.lookup(name, country=country)[0]


def settlements(gazetteer: Gazetteer) -> Any:
    level = gazetteer.level
    located = gazetteer.columns["precision"] <= 1
    return np.flatnonzero(((level == Level.CAPITAL) | (level == Level.SETTLEMENT)) & located)


def distances(gazetteer: Gazetteer, lat: float, lon: float, rows: Any) -> Any:
    """The distance of every row, by the book, in kilometres."""
    n = len(rows)
    there = gazetteer.lon[rows], gazetteer.lat[rows]
    return GEOD.inv(np.full(n, lon), np.full(n, lat), *there)[2] / 1000


class Points:
    """A gazetteer of nothing but points."""

    def __init__(self, lats: Any, lons: Any) -> None:
        n = len(lats)
        self.lat, self.lon = np.array(lats, dtype=float), np.array(lons, dtype=float)
        self.level = np.full(n, int(Level.SETTLEMENT), dtype=np.uint8)
        self.population = np.arange(n)
        self.columns = {"precision": np.zeros(n, dtype=np.uint8)}

    def __len__(self) -> int:
        return len(self.lat)


@settings(deadline=None, max_examples=8)  # a quarter of a second each; small sets follow
@given(points=st.lists(st.tuples(LATS, LONS), min_size=1, max_size=3), k=st.integers(1, 30))
def test_nearest_is_what_all_distances_say(
    gazetteer: Gazetteer, index: SpatialIndex, points: list[tuple[float, float]], k: int
) -> None:
    lats, lons = zip(*points, strict=True)
    rows, km = index.nearest(lats, lons, k=k)
    assert rows.shape == km.shape == (len(points), k)
    everyone = settlements(gazetteer)
    for i, (lat, lon) in enumerate(points):
        truth = np.sort(distances(gazetteer, lat, lon, everyone))[:k]
        np.testing.assert_allclose(km[i], truth, rtol=1e-12, atol=1e-9)
        np.testing.assert_allclose(km[i], distances(gazetteer, lat, lon, rows[i]), atol=1e-9)
        assert len(set(rows[i].tolist())) == k


@settings(deadline=None, max_examples=60)
@given(
    count=st.integers(0, 400),
    seed=st.integers(0, 2**32 - 1),
    spread=st.sampled_from([1e-9, 0.01, 1.0, 90.0]),
    at=st.tuples(LATS, LONS),
    k=st.integers(1, 60),
)
def test_nearest_holds_for_any_set_of_points(
    count: int, seed: int, spread: float, at: tuple[float, float], k: int
) -> None:
    random = np.random.default_rng(seed)
    lats = np.clip(at[0] + random.normal(0, spread, count), -90, 90)
    lons = np.clip(at[1] + random.normal(0, spread, count), -180, 180)
    points: Any = Points(lats.round(7), lons.round(7))  # many of them the same
    rows, km = SpatialIndex(points).nearest([at[0]], [at[1]], k=k)
    found = min(k, count)
    truth = np.sort(distances(points, *at, np.arange(count)))[:found] if count else []
    np.testing.assert_allclose(km[0, :found], truth, rtol=1e-12, atol=1e-9)
    assert (rows[0, found:] == -1).all()
    assert np.isinf(km[0, found:]).all()
    assert len(set(rows[0, :found].tolist())) == found


@settings(deadline=None, max_examples=10)
@given(lat=LATS, lon=LONS, km=st.floats(0, 3000) | st.floats(0, 25_000))
def test_within_holds_exactly_those(
    gazetteer: Gazetteer, index: SpatialIndex, lat: float, lon: float, km: float
) -> None:
    found = index.within_km(lat, lon, km)
    everyone = settlements(gazetteer)
    length = distances(gazetteer, lat, lon, everyone)
    assert set(found.tolist()) == set(everyone[length <= km].tolist())
    assert (np.diff(distances(gazetteer, lat, lon, found)) >= -1e-9).all()


@settings(deadline=None, max_examples=60)
@given(LONS, LONS, st.tuples(LATS, LATS).map(sorted))
def test_a_box_holds_exactly_those(
    gazetteer: Gazetteer, index: SpatialIndex, west: float, east: float, bounds: list[float]
) -> None:
    south, north = bounds
    found = index.in_bbox(west, south, east, north)
    everyone = settlements(gazetteer)
    lat, lon = gazetteer.lat[everyone], gazetteer.lon[everyone]
    inside = (lat >= south) & (lat <= north)
    inside &= ((lon >= west) & (lon <= east)) if west <= east else ((lon >= west) | (lon <= east))
    assert set(found.tolist()) == set(everyone[inside].tolist())
    assert (np.diff(gazetteer.population[found]) <= 0).all()


def test_the_180th_meridian_and_the_poles_are_places_like_any_other() -> None:
    points: Any = Points([0.0, 0.0, 89.9, -89.9], [179.95, 10.0, 0.0, 0.0])
    index = SpatialIndex(points)
    rows, km = index.nearest([0.0, 89.9, -90.0], [-179.95, 180.0, 77.0])
    assert rows[:, 0].tolist() == [0, 2, 3]
    assert km[0, 0] == pytest.approx(11.1, abs=0.1)
    assert km[1, 0] == pytest.approx(22.3, abs=0.1)
    assert index.within_km(0.0, -180.0, 6).tolist() == [0]
    assert index.in_bbox(170, -1, -170, 1).tolist() == [0]


def test_the_geodesic_decides_and_not_the_chord() -> None:
    """Seen from the middle, the far end of a meridian is nearer than that of the equator."""
    points: Any = Points([0.0, 90.0, -90.0, 0.0], [90.0, 0.0, 0.0, -90.0])
    rows, km = SpatialIndex(points).nearest([0.0], [0.0], k=4)
    assert rows[0].tolist() == [1, 2, 0, 3]
    assert km[0].round(1).tolist() == [10002.0, 10002.0, 10018.8, 10018.8]


def test_the_nearest_town_of_a_size(gazetteer: Gazetteer, index: SpatialIndex) -> None:
    rows, km = index.nearest([48.60, 49.05], [38.00, 38.21], min_population=50_000)
    assert gazetteer.name(rows[0, 0]) == "Bakhmut"
    assert (gazetteer.population[rows] >= 50_000).all()
    assert km[0, 0] < 1
    again, _ = index.nearest([48.60, 49.05], [38.00, 38.21], min_population=50_000)
    assert (again == rows).all()


def test_settlements_of_a_guessed_point_are_left_out_unless_asked_for(
    gazetteer: Gazetteer, index: SpatialIndex
) -> None:
    guessed = np.flatnonzero(
        (gazetteer.columns["precision"] > 1) & (gazetteer.level == Level.SETTLEMENT)
    )
    if not len(guessed):
        pytest.skip("this gazetteer has none")
    row = int(guessed[0])
    at = float(gazetteer.lat[row]), float(gazetteer.lon[row])
    assert row not in index.within_km(*at, 0.001).tolist()
    assert row in index.within_km(*at, 0.001, located_only=False).tolist()


def test_everything_there_is_on_request(gazetteer: Gazetteer, index: SpatialIndex) -> None:
    oblast = one(gazetteer, "Donetsk Oblast")
    at = oblast.lat, oblast.lon
    assert oblast.key in index.within_km(*at, 0.1, settlements_only=False).tolist()
    assert oblast.key not in index.within_km(*at, 0.1).tolist()


def test_places_in_a_polygon(gazetteer: Gazetteer, index: SpatialIndex) -> None:
    oblast = one(gazetteer, "Donetsk Oblast")
    assert oblast.area is not None
    polygon = gazetteer.areas.geometry(oblast.area)
    found = index.in_geometry(polygon)
    assert {"Donetsk", "Mariupol"} <= {gazetteer.name(r) for r in found[:5]}
    assert shapely.intersects_xy(polygon, gazetteer.lon[found], gazetteer.lat[found]).all()
    boxed = index.in_bbox(*polygon.bounds)
    assert set(found.tolist()) < set(boxed.tolist())
    assert len(index.in_geometry(shapely.Polygon())) == 0


def test_the_wholes_that_a_town_lies_in(gazetteer: Gazetteer, index: SpatialIndex) -> None:
    bakhmut = one(gazetteer, "Bakhmut")
    wholes = index.ancestors(bakhmut.key)
    assert [p.name for p in wholes][:2] == ["Ukraine", "Donetsk Oblast"]
    levels = [int(gazetteer.level[p.key]) for p in wholes]
    assert levels == sorted(set(levels))
    assert [p.name for p in index.ancestors(wholes[1].key)] == ["Ukraine"]
    assert [p.name for p in index.ancestors(wholes[0].key)] == []


def test_what_lies_in_the_wholes(gazetteer: Gazetteer, index: SpatialIndex) -> None:
    bakhmut = one(gazetteer, "Bakhmut")
    inner: set[int] | None = None
    for whole in reversed(index.ancestors(bakhmut.key)):
        rows = index.inside(whole)
        assert bakhmut.key in rows.tolist(), whole.name
        assert whole.key not in rows.tolist()
        assert inner is None or inner <= set(rows.tolist()), f"{whole.name} holds its parts"
        inner = set(rows.tolist())
    donetsk = index.inside(one(gazetteer, "Donetsk Oblast"))
    assert {gazetteer.admin1(r) for r in donetsk.tolist()} == {"UA.05"}
    assert gazetteer.name(donetsk[0]) == "Donetsk"
    everything = index.inside(one(gazetteer, "Ukraine"), settlements_only=False)
    assert one(gazetteer, "Donetsk Oblast").key in everything.tolist()
    assert "RU" not in {gazetteer.country(r) for r in everything.tolist()}


def test_a_town_holds_nothing_that_is_known(gazetteer: Gazetteer, index: SpatialIndex) -> None:
    assert len(index.inside(one(gazetteer, "Bakhmut"))) == 0


def test_the_areas_about_a_point(gazetteer: Gazetteer, index: SpatialIndex) -> None:
    country, oblast, *_ = index.containing(48.594, 37.999)
    assert (country.level, country.name, country.certain) == ("country", "Ukraine", True)
    assert (oblast.level, oblast.name, oblast.certain) == ("admin1", "Donetsk Oblast", True)
    assert oblast.place is not None
    assert oblast.place == one(gazetteer, "Donetsk Oblast")


def test_by_a_border_both_neighbours_answer(gazetteer: Gazetteer, index: SpatialIndex) -> None:
    ukraine, russia = (gazetteer.areas.find(c) for c in ("UA", "RU"))
    assert ukraine is not None
    assert russia is not None
    shapes = [gazetteer.areas.geometry(a) for a in (ukraine, russia)]
    border = shapely.intersection(shapes[0].boundary, shapely.buffer(shapes[1], 1e-6))
    point = shapely.line_interpolate_point(shapely.get_parts(border)[0], 0.5, normalized=True)
    found = [h for h in index.containing(point.y, point.x) if h.level == "country"]
    assert {h.country for h in found} == {"UA", "RU"}
    assert not any(h.certain for h in found)


def test_off_a_coast_the_answer_is_not_certain_and_at_sea_there_is_none(
    gazetteer: Gazetteer, index: SpatialIndex
) -> None:
    assert index.containing(0.0, -30.0) == []
    odesa = gazetteer.areas.find("UA", "17")
    assert odesa is not None
    coast = shapely.buffer(gazetteer.areas.geometry(odesa), 0.03).exterior
    off = next(
        p
        for p in shapely.points(np.array(coast.coords))
        if not gazetteer.areas.containing(p.x, p.y)
    )
    found = index.containing(off.y, off.x)
    assert found
    assert not any(h.certain for h in found)


@pytest.mark.parametrize(
    ("lat", "lon", "message"),
    [
        (math.nan, 0.0, "latitude nan"),
        (0.0, math.inf, "longitude inf"),
        (95.0, 30.0, "latitude 95.0"),
        (48.0, 200.0, "longitude 200.0"),
        (-90.001, 0.0, "latitude"),
        ("north", 0.0, "not numbers"),
        (None, 0.0, "nan|not numbers"),
    ],
)
def test_impossible_points_are_refused(
    index: SpatialIndex, lat: Any, lon: Any, message: str
) -> None:
    for ask in (
        lambda: index.nearest([48.0, lat], [30.0, lon]),
        lambda: index.within_km(lat, lon, 5),
        lambda: index.in_bbox(lon, lat, lon, lat),
        lambda: index.containing(lat, lon),
    ):
        with pytest.raises(CrsError, match=message) as info:
            ask()
        assert isinstance(info.value, ValueError)
        assert isinstance(info.value, GeomapError)


def test_impossible_questions_are_refused(index: SpatialIndex) -> None:
    with pytest.raises(SettingsError, match="at least one"):
        index.nearest([0.0], [0.0], k=0)
    with pytest.raises(CrsError, match="as many of each"):
        index.nearest([0.0, 1.0], [0.0])
    for km in (-1.0, math.nan):
        with pytest.raises(SettingsError, match="0 or more"):
            index.within_km(0.0, 0.0, km)
    with pytest.raises(CrsError, match="south before north"):
        index.in_bbox(0, 10, 1, 9)
    with pytest.raises(CrsError, match="Polygon"):
        index.in_geometry(shapely.Point(0, 0))
    with pytest.raises(CrsError, match="not in degrees"):
        index.in_geometry(shapely.box(4_000_000, 6_000_000, 4_100_000, 6_100_000))


def test_no_points_give_no_answers(index: SpatialIndex) -> None:
    rows, km = index.nearest([], [], k=3)
    assert rows.shape == km.shape == (0, 3)


def test_one_index_serves_many_threads(gazetteer: Gazetteer) -> None:
    index = SpatialIndex(gazetteer)
    answers: list[int] = []

    def ask(population: int) -> None:
        rows, _ = index.nearest([48.6], [38.0], min_population=population % 3 * 1000)
        answers.append(int(rows[0, 0]))

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 12


@given(st.integers(0, 300), st.floats(0, 20_000))
@settings(deadline=None, max_examples=40)
def test_a_tree_loses_no_point(count: int, chord_km: float) -> None:
    random = np.random.default_rng(count)
    lat, lon = checked_points(random.uniform(-90, 90, count), random.uniform(-180, 180, count))
    tree = PointTree(lat, lon, np.arange(count))
    found = tree.within(10.0, 20.0, 13_000.0)
    assert sorted(found.tolist()) == list(range(count))
    nearer = tree.within(10.0, 20.0, chord_km)
    assert set(nearer.tolist()) <= set(found.tolist())
    assert len(set(nearer.tolist())) == len(nearer)
