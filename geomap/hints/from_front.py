"""Distances from the front: measured from a line of contact, near the place of the sentence."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from geomap import geodesy
from geomap.hints.relations import relations
from geomap.hints.shapes import WITHIN_SHARE, around, check_km, region_edge_km
from geomap.hints.surfaces import Both, Ground, Spread, Surface

if TYPE_CHECKING:
    from geomap.hints.expressions import Expression
    from geomap.models import ContactLine, Region

# How far a published line lies from the true one: between dated lines of one month, 1.75 km.
LINE_ERROR_KM = 1.75
_SHARE = 0.2  # of a stated distance


def front_surface(
    expression: Expression, context: Region | None, line: ContactLine | None
) -> tuple[Surface | None, float, str]:
    """Return what a distance from the front says, how sure it is, and why.

    With a line of contact it is what lies at about that distance on either side of the line, near
    the sentence's own place. Without one, or where the line runs elsewhere, it stays a wide circle
    round that place; with neither there is nothing.

    Parameters
    ----------
    expression : Expression
    context : Region, optional
        Where the sentence is set.
    line : ContactLine, optional
        EPSG:4326.

    Raises
    ------
    CrsError
        The stated distance is no distance on Earth.
    """
    km = expression.distance_km or 0.0
    if expression.distance_km is not None:
        check_km(km)
    unsure = relations().figure("front_distance", "unknown_front_confidence")
    if line is None:
        if context is None:
            return None, 0.0, "no line of contact given and no place named nearby"
        reason = "no line of contact given: a wide circle round the sentence's own place"
        return _circle(context, km), unsure, reason
    stretch: Any = line.geometry
    if context is not None:
        stretch = _stretch(line, context, km)
        if stretch is None:
            away = _gap_km(context, line.geometry)
            reason = f"the line of contact given is {away:.0f} km from here: not used"
            return _circle(context, km), unsure, reason
    off = math.hypot(_SHARE * km, LINE_ERROR_KM)
    middle = 0.95 * km
    if expression.bound == "at_most" or expression.distance_km is None:
        off, middle = max(WITHIN_SHARE * km, 2 * LINE_ERROR_KM), 0.0
    if context is not None:
        lat, lon = context.lat, context.lon
    else:
        point = stretch.interpolate(0.5, normalized=True)
        lat, lon = float(point.y), float(point.x)
    at_line = Ground(stretch, lat, lon, Spread(middle, off, off, 0.02, 2.0))
    confidence = relations().figure("front_distance", "confidence")
    reason = "measured from the line of contact given"
    if context is None:
        return at_line, confidence, reason
    return Both((at_line, near_place(context, km))), confidence, reason


def _stretch(line: ContactLine, context: Region, km: float) -> Any:
    """Return the part of a line that a place is near to, or None."""
    import shapely

    reach = relations().figure("front_distance", "context_km") + 1.5 * km
    nearby = geodesy.circle(context.lat, context.lon, reach)
    stretch = shapely.intersection(line.geometry, nearby)
    return None if stretch.is_empty else stretch


def near_place(context: Region, km: float) -> Ground:
    """Return what a sentence's place leaves open: as far off as the stated distance, at least."""
    import shapely

    reach = max(region_edge_km(context), 0.6 * km, 5.0)
    point = shapely.Point(context.lon, context.lat)
    return Ground(point, context.lat, context.lon, Spread(0.0, reach, reach, 0.05, 2.0))


def _circle(context: Region, km: float) -> Ground:
    """Return the wide circle that stands in when the front is not known."""
    wide = WITHIN_SHARE * (km + relations().figure("front_distance", "unknown_front_km"))
    return around(context.lat, context.lon, wide)


def _gap_km(context: Region, line: Any) -> float:
    import shapely

    nearest = shapely.shortest_line(shapely.Point(context.lon, context.lat), line)
    (lon1, lat1), (lon2, lat2) = nearest.coords[0], nearest.coords[-1]
    return geodesy.distance_km(lat1, lon1, lat2, lon2)
