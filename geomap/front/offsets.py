"""On whose side of a line places lie, and how far from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geomap import geodesy
from geomap.models import Front

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from shapely import Geometry

    from geomap.models import ContactLine, FrontSupport

REACH_KM = 1.0  # a place beside the ground of one side is on that side: a slip of drawing


@dataclass(frozen=True, slots=True)
class Offset:
    """Where a place lies from a line of contact.

    `side` is "A" or "B", None where nobody is known to hold the ground. `distance_km` is that to
    the nearest piece of the line, which lies within `error_km` of where it is drawn with 80 %
    probability and rests on `support`. The three are None without a line, the latter two also
    where the line does not tell them.
    """

    side: str | None
    distance_km: float | None = None
    error_km: float | None = None
    support: FrontSupport | None = None
    nearest: tuple[float, float] | None = None  # lat, lon of the line's nearest point


def offsets(
    front: Front | ContactLine, lats: Sequence[float], lons: Sequence[float]
) -> list[Offset]:
    """Return the offset of each of some places from a line of contact.

    Parameters
    ----------
    front : Front or ContactLine
        A line that geomap draws, or one that was read.
    lats, lons : sequence of float
        The places, degrees.

    Returns
    -------
    list of Offset
        One for each place, in order.

    Examples
    --------
    >>> import datetime as dt, shapely
    >>> from geomap.models import Front, FrontPiece
    >>> line = shapely.LineString([(38.0, 49.0), (38.0, 48.0)])  # to the south: A in the east
    >>> east, west = shapely.box(38, 48, 39, 49), shapely.box(37, 48, 38, 49)
    >>> piece = FrontPiece(line, 0.9, "reports", 5.0)
    >>> drawn = Front(dt.date(2025, 2, 5), (piece,), control=(("A", east), ("B", west)))
    >>> offset = offsets(drawn, [48.5], [37.8])[0]
    >>> offset.side, round(offset.distance_km, 1), offset.error_km, offset.support
    ('B', 14.8, 2.5, 'reports')
    """
    import numpy as np

    lat, lon = np.asarray(lats, float), np.asarray(lons, float)
    if not lat.size:
        return []
    stretches = _stretches(front)
    plane = _plane([s.geometry for s in stretches] or [ground for _, ground in front.control])
    if plane is None:
        return [Offset(None)] * lat.size
    east, north = plane.inward(lat, lon)
    sides = _sides(front.control, plane, lat, lon, east, north)
    if not stretches:
        return [Offset(side) for side in sides]
    nearest, km, feet = _nearest([s.geometry for s in stretches], plane, lat, lon, east, north)
    return [
        Offset(side, float(far), stretches[n].error_km, stretches[n].support, foot)
        for side, n, far, foot in zip(sides, nearest, km, feet, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Stretch:
    geometry: Geometry
    error_km: float | None
    support: FrontSupport | None


def _stretches(front: Front | ContactLine) -> list[_Stretch]:
    import shapely

    if isinstance(front, Front):
        found = [_Stretch(p.geometry, p.band_km / 2, p.support) for p in front.pieces]
    else:
        lines = shapely.get_parts(front.geometry)
        bands = front.bands_km or [None] * len(lines)
        found = [
            _Stretch(line, None if band is None else band / 2, None)
            for line, band in zip(lines, bands, strict=True)
        ]
    return [s for s in found if not s.geometry.is_empty]


def _plane(shapes: Sequence[Geometry]) -> geodesy.Plane | None:
    """Return a plane round the middle of what is drawn."""
    import shapely

    drawn = [g for g in shapes if not g.is_empty]
    if not drawn:
        return None
    west, south, east, north = map(float, shapely.total_bounds(drawn))
    return geodesy.Plane((south + north) / 2, (west + east) / 2)


def _nearest(
    lines: Sequence[Geometry],
    plane: geodesy.Plane,
    lat: np.ndarray[Any, Any],
    lon: np.ndarray[Any, Any],
    east: np.ndarray[Any, Any],
    north: np.ndarray[Any, Any],
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], list[tuple[float, float]]]:
    """Return the number of the nearest line of each place, how far it is, and its nearest point.

    The nearest point is found in the plane; the distance to it is the geodesic one.
    """
    import numpy as np
    import shapely

    runs = [shapely.get_coordinates(plane.onto(line)) for line in lines]
    segments = shapely.linestrings(
        np.concatenate([np.stack([run[:-1], run[1:]], axis=1) for run in runs])
    )
    owners = np.repeat(np.arange(len(runs)), [len(run) - 1 for run in runs])
    places = shapely.points(east, north)
    found = shapely.STRtree(segments).query_nearest(places, all_matches=False)[1]
    feet = shapely.get_coordinates(shapely.shortest_line(places, segments[found]))[1::2]
    at_lat, at_lon = plane.outward(feet[:, 0], feet[:, 1])
    points = list(zip(at_lat.tolist(), at_lon.tolist(), strict=True))
    return owners[found], geodesy.distances_km(lat, lon, at_lat, at_lon), points


def _sides(
    control: Sequence[tuple[str, Geometry]],
    plane: geodesy.Plane,
    lat: np.ndarray[Any, Any],
    lon: np.ndarray[Any, Any],
    east: np.ndarray[Any, Any],
    north: np.ndarray[Any, Any],
) -> list[str | None]:
    """Return whose ground each place lies on, or within `REACH_KM` of."""
    import numpy as np
    import shapely

    sides: list[str | None] = [None] * len(lat)
    for side, ground in control:
        shapely.prepare(ground)
        for n in np.flatnonzero(shapely.intersects_xy(ground, lon, lat)):
            sides[n] = sides[n] or side
    beside = np.flatnonzero([side is None for side in sides])
    least = np.full(len(lat), REACH_KM)
    for side, ground in control:
        if not beside.size or ground.is_empty:
            continue
        parts = [plane.onto(p) for p in geodesy.polygons_of(ground)]
        tree = shapely.STRtree(shapely.get_parts(shapely.boundary(parts)))
        (at, _), km = tree.query_nearest(
            shapely.points(east[beside], north[beside]),
            max_distance=REACH_KM,
            all_matches=False,
            return_distance=True,
        )
        for n, far in zip(beside[at], km, strict=True):
            if far < least[n]:
                sides[n], least[n] = side, far
    return sides
