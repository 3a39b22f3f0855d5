"""On whose side of a line places lie, and how far from it."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace

import numpy as np
import pytest
import shapely
from front_samples import front

from geomap import geodesy
from geomap.front.offsets import offsets
from geomap.models import Front, FrontPiece

DAY = dt.date(2025, 2, 5)


def straight(*pieces: FrontPiece) -> Front:
    """A front along 38 degrees east, A in the east."""
    sides = (("A", shapely.box(38, 48, 39, 50)), ("B", shapely.box(37, 48, 38, 50)))
    return Front(DAY, pieces, control=sides)


NORTH = FrontPiece(shapely.LineString([(38, 50), (38, 49)]), 0.9, "reports", 4.0)
SOUTH = FrontPiece(shapely.LineString([(38, 49), (38, 48)]), 0.4, "prior", 9.0)


def test_side_distance_error_and_support() -> None:
    east, west, far = offsets(straight(NORTH, SOUTH), [49.5, 48.5, 48.5], [38.3, 37.9, 30.0])
    assert (east.side, east.error_km, east.support) == ("A", 2.0, "reports")
    assert east.distance_km == pytest.approx(geodesy.distance_km(49.5, 38.3, 49.5, 38.0), abs=0.02)
    assert (west.side, west.error_km, west.support) == ("B", 4.5, "prior")
    assert far.side is None
    assert far.distance_km == pytest.approx(589, abs=2)


def test_beyond_the_ends_the_end_is_nearest() -> None:
    (beyond,) = offsets(straight(NORTH, SOUTH), [50.5], [38.2])
    assert beyond.distance_km == pytest.approx(
        geodesy.distance_km(50.5, 38.2, 50.0, 38.0), abs=0.01
    )
    assert beyond.side is None


def test_a_long_front_is_measured_true_at_its_ends() -> None:
    line = shapely.segmentize(shapely.LineString([(38, 56), (38, 42)]), 0.05)
    (place,) = offsets(Front(DAY, (FrontPiece(line, 1, "prior", 2.0),)), [55.5], [40.0])
    true = min(geodesy.distance_km(55.5, 40.0, lat, 38.0) for lat in np.arange(55, 56, 0.005))
    assert place.distance_km == pytest.approx(true, rel=2e-4)


def test_a_slip_of_drawing_leaves_no_place_without_a_side() -> None:
    sides = (("A", shapely.box(38.01, 48, 39, 50)), ("B", shapely.box(37, 48, 37.99, 50)))
    drawn = replace(straight(NORTH, SOUTH), control=sides)
    lons = [38.004, 37.996, 37.9, 36.9]
    assert [o.side for o in offsets(drawn, [49.0] * 4, lons)] == ["A", "B", "B", None]


def test_nothing_drawn_and_nothing_asked() -> None:
    assert offsets(straight(NORTH), [], []) == []
    (bare,) = offsets(Front(DAY, ()), [49.0], [38.0])
    assert (bare.side, bare.distance_km, bare.error_km, bare.support) == (None,) * 4
    (held,) = offsets(straight(), [49.0], [38.5])
    assert (held.side, held.distance_km) == ("A", None)


def test_ten_thousand_places_at_once() -> None:
    rng = np.random.default_rng(1)
    drawn = front(DAY)
    detailed = tuple(
        replace(p, geometry=shapely.segmentize(p.geometry, 0.001)) for p in drawn.pieces
    )
    lats, lons = rng.uniform(47, 50, 10_000).tolist(), rng.uniform(36, 40, 10_000).tolist()
    began = time.perf_counter()
    found = offsets(replace(drawn, pieces=detailed), lats, lons)
    assert time.perf_counter() - began < 3.0
    assert len(found) == 10_000
    assert {o.side for o in found} == {"A", "B", None}
