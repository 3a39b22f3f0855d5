"""At a border, or some way from it: near the place of the sentence, for borders are long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geomap import geodesy
from geomap.hints.from_front import near_place
from geomap.hints.shapes import WITHIN_SHARE, check_km
from geomap.hints.surfaces import Both, Ground, Spread, Surface

if TYPE_CHECKING:
    from geomap.hints.expressions import Expression
    from geomap.models import Region

REACH_KM = 120.0  # from the sentence's place: a border that runs further off is not meant
_LONGEST_KM = 400.0  # without such a place a longer border says nothing
_BESIDE_KM = 5.0
_FREE_KM = 15.0  # how far the subject may lie from the sentence's place, at least
_OUTLINES_DEG = 0.05  # two outlines of one border differ by less than this


def border_surface(
    expression: Expression, areas: list[Any], context: Region | None, *, wide: bool = False
) -> tuple[Surface | None, str]:
    """Return what a border says, and why nothing.

    Parameters
    ----------
    expression : Expression
        `border` or `border_distance`.
    areas : list of shapely geometry
        The polygons of its anchors, EPSG:4326: one, or two that share the border.
    context : Region, optional
        Where the sentence is set.
    wide : bool, optional
        That is a division: all of it.

    Returns
    -------
    surface : Surface or None
    reason : str
        Empty when there is a surface.

    Raises
    ------
    CrsError
        The stated distance is no distance on Earth.
    """
    import shapely

    km = expression.distance_km
    if km is not None:
        check_km(km)
    line = shapely.boundary(areas[0])
    if len(areas) > 1:
        shared = shapely.get_parts(
            shapely.intersection(line, shapely.buffer(areas[1], _OUTLINES_DEG))
        )
        lines = [g for g in shared if g.geom_type == "LineString"]
        if not lines:
            return None, "by their outlines the two share no border"
        line = shapely.multilinestrings(lines)
    if context is not None:
        around = geodesy.circle(context.lat, context.lon, REACH_KM + (km or 0.0))
        if wide:
            around = shapely.buffer(context.geometry, _OUTLINES_DEG)
        line = shapely.intersection(line, around)
        if line.is_empty:
            return None, "the border runs nowhere near the sentence's own place"
    else:
        west, south, east, north = line.bounds
        if geodesy.distance_km(south, west, north, east) > _LONGEST_KM:
            return None, "the border is long, and no place named nearby says where"
    if km is None:
        spread = Spread(0.0, _BESIDE_KM, _BESIDE_KM)
    elif expression.bound == "at_most":
        spread = Spread(0.0, WITHIN_SHARE * km, WITHIN_SHARE * km)
    else:
        spread = Spread(0.95 * km, 0.2 * km, 0.2 * km)
    if context is None:
        point = shapely.point_on_surface(line)
        return Ground(line, float(point.y), float(point.x), spread), ""
    at_border = Ground(line, context.lat, context.lon, spread)
    if wide:
        inside = Ground(context.geometry, context.lat, context.lon, Spread(0.0, 1.0, 1.0))
        return Both((at_border, inside)), ""
    return Both((near_place(context, max(km or 0.0, _FREE_KM / 0.6)), at_border)), ""
