"""From a relation and its anchors to a polygon that should hold what the hint locates.

All shapes are made on WGS84 (`geomap.geodesy`) and come back in EPSG:4326. The figures are the
table's (`relations.toml`); how often a region holds the true place is told in `docs/hints.md`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from geomap import geodesy
from geomap.hints.relations import relations
from geomap.models import Region

if TYPE_CHECKING:
    from collections.abc import Callable

    from geomap.models import Bound, ContactLine, Place

_VILLAGE, _METROPOLIS = 500.0, 3_000_000.0


def _sized(relation: str, population: int) -> float:
    """Return a radius between the relation's figures for a village and for a metropolis.

    Grows with the power of the population that leads from the one to the other.
    """
    table = relations()
    low, high = table.figure(relation, "village_km"), table.figure(relation, "metropolis_km")
    people = min(max(float(population), _VILLAGE), _METROPOLIS)
    share = math.log(people / _VILLAGE) / math.log(_METROPOLIS / _VILLAGE)
    return float(low * (high / low) ** share)


def near(place: Place, relation: str = "near") -> Region:
    """Return a circle round a place, wider for a larger one (`near` or `in_or_near`)."""
    km = max(_sized(relation, place.population), 1.5 * place.radius_km)
    return Region(geodesy.circle(place.lat, place.lon, km), place.lat, place.lon)


def part(place: Place, wind: str) -> Region:
    """Return the part of a place that lies towards a wind: "the city's east"."""
    azimuth = geodesy.azimuth_of(wind)
    half = relations().figure("part", "half_width_deg")
    reach = max(place.radius_km * 1.3, 1.0)
    lat, lon = geodesy.destination(place.lat, place.lon, azimuth, 0.5 * reach)
    return Region(geodesy.sector(place.lat, place.lon, azimuth, half, 0.0, reach), lat, lon)


def direction(lat: float, lon: float, wind: str, edge_km: float = 0.0) -> Region:
    """Return the sector that "north of X" means when no distance is given."""
    table = relations()
    azimuth = geodesy.azimuth_of(wind)
    inner = table.figure("direction", "inner_km")
    outer = table.figure("direction", "outer_km") + edge_km
    half = table.figure("direction", "half_width_deg")
    likely = table.figure("direction", "likely_km") + 0.5 * edge_km
    point = geodesy.destination(lat, lon, azimuth, likely)
    return Region(geodesy.sector(lat, lon, azimuth, half, inner, outer), *point)


def distance(
    lat: float,
    lon: float,
    km: float,
    *,
    wind: str | None = None,
    bound: Bound | None = None,
    edge_km: float = 0.0,
) -> Region:
    """Return the ring, or the part of it towards a wind, that a stated distance means.

    Parameters
    ----------
    lat, lon : float
        The anchor, degrees.
    km : float
        The stated distance in kilometres.
    wind : str, optional
        One of 16 winds.
    bound : {"at_most", "at_least"}, optional
        "within 5 km" begins at the anchor; "more than 5 km" reaches to twice the distance.
    edge_km : float
        The anchor's own radius: people measure from its edge or from its centre, so the ring is
        widened outwards by it.
    """
    table = relations()
    relation = "distance_direction" if wind else "distance"
    inner = km * table.figure(relation, "inner_factor")
    outer = km * table.figure(relation, "outer_factor") + edge_km
    # A village's point is itself off by some hundred metres: no ring is thinner than that.
    outer = max(outer, inner + 0.5)
    likely = km * table.figure(relation, "likely_factor")
    if bound == "at_most":
        inner, likely = 0.0, 0.6 * km
    elif bound == "at_least":
        inner, outer, likely = 0.9 * km, max(2.0 * km + edge_km, 0.9 * km + 0.5), 1.2 * km
    if wind is None:
        return Region(geodesy.sector(lat, lon, 0.0, 180.0, inner, outer), lat, lon)
    azimuth = geodesy.azimuth_of(wind)
    half = table.figure(relation, "half_width_deg")
    point = geodesy.destination(lat, lon, azimuth, likely)
    return Region(geodesy.sector(lat, lon, azimuth, half, inner, outer), *point)


def between(first: Place, second: Place) -> Region:
    """Return the lens between two places: most of the way, and some of the length aside."""
    table = relations()
    km = geodesy.distance_km(first.lat, first.lon, second.lat, second.lon)
    azimuth = geodesy.azimuth_deg(first.lat, first.lon, second.lat, second.lon)
    ends = [
        geodesy.destination(first.lat, first.lon, azimuth, km * table.figure("between", name))
        for name in ("from_share", "to_share")
    ]
    aside = max(km * table.figure("between", "aside_share"), 0.5)
    middle = geodesy.destination(first.lat, first.lon, azimuth, km / 2)
    return Region(geodesy.corridor(ends, aside), *middle)


def along(first: Place, second: Place) -> Region:
    """Return a corridor along the straight line that a road between two places keeps near."""
    km = geodesy.distance_km(first.lat, first.lon, second.lat, second.lon)
    azimuth = geodesy.azimuth_deg(first.lat, first.lon, second.lat, second.lon)
    middle = geodesy.destination(first.lat, first.lon, azimuth, km / 2)
    # Roads bend: a tenth of the way aside beyond the table's width.
    aside = relations().figure("along", "aside_km") + 0.1 * km
    ends = [(first.lat, first.lon), (second.lat, second.lon)]
    return Region(geodesy.corridor(ends, aside), *middle)


def toward(place: Place) -> Region:
    """Return the surroundings of a place that something moves toward."""
    km = relations().figure("toward", "radius_km") + place.radius_km
    return Region(geodesy.circle(place.lat, place.lon, km), place.lat, place.lon)


def whole(place: Place, geometry: Callable[[Place], Any] | None) -> Region:
    """Return a place's own polygon, or its circle when it has none."""
    area = geometry(place) if geometry is not None else None
    if area is not None and area.geom_type in ("Polygon", "MultiPolygon"):
        return Region(area, place.lat, place.lon)
    km = max(place.radius_km, 1.0)
    return Region(geodesy.circle(place.lat, place.lon, km), place.lat, place.lon)


def front_distance(
    km: float, context: Region | None, line: ContactLine | None, bound: Bound | None = None
) -> tuple[Region | None, float, str]:
    """Return the region that a distance from the front means, its confidence and the reason.

    With a line of contact it is what lies at about that distance on either side of the line, near
    the sentence's own place. Without one it stays a wide circle round that place; with neither
    there is no region.
    """
    import shapely

    table = relations()
    if line is not None:
        inner = 0.0 if bound == "at_most" else km * table.figure("front_distance", "inner_factor")
        outer = km * table.figure("front_distance", "outer_factor")
        geometry = line.geometry
        if context is not None:
            around = geodesy.circle(
                context.lat, context.lon, table.figure("front_distance", "context_km") + outer
            )
            stretch = shapely.intersection(geometry, around)
            if stretch.is_empty:
                gap = _gap_km(context, geometry)
                return (
                    context_circle(context, km),
                    table.figure("front_distance", "unknown_front_confidence"),
                    f"the line of contact given is {gap:.0f} km from here: not used",
                )
            geometry = stretch
        ring = shapely.difference(geodesy.buffer(geometry, outer), geodesy.buffer(geometry, inner))
        if inner == 0.0:
            ring = geodesy.buffer(geometry, outer)
        if context is not None:
            around = geodesy.circle(
                context.lat, context.lon, table.figure("front_distance", "context_km")
            )
            nearby = shapely.intersection(ring, around)
            ring = nearby if not nearby.is_empty else ring
        return (
            _region_of(ring, context),
            table.figure("front_distance", "confidence"),
            "measured from the line of contact given",
        )
    if context is None:
        return None, 0.0, "no line of contact given and no place named nearby"
    return (
        context_circle(context, km),
        table.figure("front_distance", "unknown_front_confidence"),
        "no line of contact given: a wide circle round the sentence's own place",
    )


def context_circle(context: Region, km: float) -> Region:
    """Return the wide circle that stands in when the front is not known."""
    wide = km + relations().figure("front_distance", "unknown_front_km")
    return Region(geodesy.circle(context.lat, context.lon, wide), context.lat, context.lon)


def _gap_km(context: Region, line: Any) -> float:
    import shapely
    from shapely.geometry import Point

    nearest = shapely.shortest_line(Point(context.lon, context.lat), line)
    (lon1, lat1), (lon2, lat2) = nearest.coords[0], nearest.coords[-1]
    return geodesy.distance_km(lat1, lon1, lat2, lon2)


def _region_of(geometry: Any, context: Region | None) -> Region:
    """Return a region whose point lies inside it, as near as can be to the context."""
    import shapely
    from shapely.geometry import Point

    point = geometry.representative_point()
    if context is not None:
        nearest = shapely.shortest_line(geometry, Point(context.lon, context.lat))
        point = Point(nearest.coords[0])
    return Region(geometry, float(point.y), float(point.x))


def intersect(first: Region, second: Region) -> Region | None:
    """Return what two hints on one subject leave, or None when they exclude each other."""
    import shapely
    from shapely.geometry import Point

    both = shapely.intersection(first.geometry, second.geometry)
    polygons = [p for p in shapely.get_parts(both) if p.geom_type == "Polygon" and p.area > 0]
    if not polygons:
        return None
    both = polygons[0] if len(polygons) == 1 else shapely.union_all(polygons)
    for region in (first, second):
        if shapely.intersects(both, Point(region.lon, region.lat)):
            return Region(both, region.lat, region.lon)
    return _region_of(both, None)
