"""From an expression and its anchors to the surface of what it says.

The spreads of distances and winds were fitted on sentences with known truth (`spreads`); what no
corpus has (parts of places, fronts, borders, banks) is our own judgement and stands here.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from geomap import geodesy
from geomap.errors import CrsError
from geomap.hints import spreads
from geomap.hints.surfaces import Either, Ground, Polar, Spread, Surface, Way

if TYPE_CHECKING:
    from collections.abc import Callable

    from geomap.hints.expressions import Expression
    from geomap.models import Anchor, Place, Region

MAX_EDGE_KM = 100.0
MOST_KM = 40.0  # what is larger and has no outline is no place to measure from
MAX_KM = 2000.0  # what is said to be further off is not placed by it
_GUESSED = ("hromada", "raion", "estimated")
_BLURRED = 0.3  # of a distance: a larger doubt of the anchor hides the ring round it
_OFF_SHARE = 0.5  # of the radius that holds nine in ten
_WIDE = ("admin1", "country", "hromada", "raion")
_PART_DEG = 38.0  # "eastern Bakhmut", "the city's east": half of what a wind alone leaves open
_IN_PLACE = Spread(0.0, 0.05, 0.05, 0.01, 2.0)
WITHIN_SHARE = 0.45  # of "within 5 km": the bell whose 90 % region ends at the stated distance
_HALFWAY = 0.07  # of the way
_BESIDE_KM = 6.0  # from an area's edge or a river's bank: "near the border", "along the river"
_ROAD_SHARE = 0.3  # of a way, to either side of its middle


class Shapes:
    """Makes surfaces of expressions.

    Parameters
    ----------
    area_geometry : callable, optional
        Gives the polygon of a place, or None.
    """

    def __init__(self, area_geometry: Callable[[Place], Any] | None = None) -> None:
        self._area_geometry = area_geometry

    def surface(self, expression: Expression, *, suburb: bool = False) -> Surface | None:
        """Return what an expression says of where its subject is.

        Parameters
        ----------
        expression : Expression
        suburb : bool, optional
            The outskirts are called suburbs: places of their own, further out.

        Returns
        -------
        Surface or None
            None when an anchor is not placed, or when what it is measured from has no geometry.

        Raises
        ------
        CrsError
            The figures leave nowhere on Earth.
        """
        anchors = expression.anchors
        if any(a.place is None and a.region is None for a in anchors):
            return None
        if any(map(self._is_no_point, anchors)):
            return None
        surface = self._surface(expression, suburb=suburb)
        off_km = max(map(_off_km, anchors))
        return surface if surface is None or not off_km else loosened(surface, off_km)

    def _surface(self, expression: Expression, *, suburb: bool) -> Surface | None:
        anchors = expression.anchors
        match expression.relation:
            case "between" | "along" if len(anchors) > 1:
                return self._way(expression)
            case "near" | "in_or_near" | "toward" | "outskirts" | "opposite":
                each = tuple(self._beside(expression, a, suburb=suburb) for a in anchors)
                return each[0] if len(each) == 1 else Either(each)
            case "direction" | "distance" | "distance_direction":
                return self._away(expression)
            case "within" | "part":
                return self._inside(expression)
            case "along" | "bank":
                return self._stretch(expression)
            case _:
                return None

    def area(self, anchor: Anchor) -> Any:
        """Return the polygon of an anchor that is an area, EPSG:4326, or None."""
        place = anchor.place
        if place is None:
            return anchor.region.geometry if anchor.region is not None else None
        if place.precision not in _WIDE or self._area_geometry is None:
            return None
        area = self._area_geometry(place)
        polygonal = area is not None and area.geom_type in ("Polygon", "MultiPolygon")
        return area if polygonal else None

    def _is_no_point(self, anchor: Anchor) -> bool:
        """Say whether an anchor is far larger than the point that stands for it: a river, a sea."""
        place = anchor.place
        wide = place is not None and place.feature_class != "P" and place.radius_km > MOST_KM
        return wide and self.area(anchor) is None

    def _beside(self, expression: Expression, anchor: Anchor, *, suburb: bool) -> Surface:
        """Return what lies near a place, or at its edge."""
        lat, lon, edge = seat(anchor)
        relation = expression.relation
        area = self.area(anchor)
        if area is not None:
            reach = _BESIDE_KM if relation != "toward" else 3 * _BESIDE_KM
            return Ground(area, lat, lon, Spread(0.0, reach, reach), *_towards(expression))
        if relation == "in_or_near":
            reach = 0.5 * math.exp(spreads.unstated("near", edge).middle)
            return around(lat, lon, reach)
        if relation == "outskirts":
            out = spreads.unstated("outskirts", edge)
            if not suburb:  # at the edge itself
                out = Spread(math.log(1.2 * max(edge, spreads.MIN_EDGE_KM)), 0.45, 0.5, 0.1, 2.0)
            return Polar(lat, lon, out, *_towards(expression), stated=False)
        found = spreads.unstated("near", edge)
        shift = {"toward": 0.3, "opposite": -0.3}.get(relation, 0.0)
        wider = 1.4 if relation == "toward" else 1.0
        return Polar(
            lat, lon,
            Spread(
                found.middle + shift, wider * found.below, wider * found.above, found.wide_share,
                found.wide_factor,
            ),
            *_towards(expression), stated=False,
        )  # fmt: skip

    def _away(self, expression: Expression) -> Surface:
        """Return what lies some way off, in some direction."""
        anchor = expression.anchors[0]
        lat, lon, edge = seat(anchor)
        km, name = expression.distance_km, expression.direction
        azimuth = geodesy.azimuth_of(name) if name else None
        area = self.area(anchor) if anchor.place is not None else None
        if km is None:
            wound = spreads.wind(name or "N", edge)
            if area is not None:
                # North of an oblast: beyond its edge, and in it hardly.
                return Ground(area, lat, lon, Spread(15.0, 8.0, 25.0), azimuth, wound)
            return Polar(
                lat, lon, spreads.unstated("direction", edge), azimuth, wound, stated=False
            )
        check_km(km)
        towards = spreads.wind(name, edge, km) if name else None
        if expression.bound == "at_most":
            if area is None and edge > spreads.MIN_EDGE_KM:  # from its last houses
                area = geodesy.circle(lat, lon, edge)
            return around(lat, lon, WITHIN_SHARE * km, area, azimuth, towards)
        if area is not None:  # from its edge
            return Ground(area, lat, lon, Spread(0.9 * km, 0.25 * km, 0.2 * km), azimuth, towards)
        stated = spreads.stated(
            "distance_direction" if name else "distance", km, edge,
            plain=not expression.approximate, bound=expression.bound,
            range_km=expression.range_km, measure=expression.measure, by_road=expression.by_road,
        )  # fmt: skip
        return Polar(lat, lon, stated, azimuth, towards)

    def _way(self, expression: Expression) -> Surface:
        first, second = (seat(a)[:2] for a in expression.anchors[:2])
        if geodesy.distance_km(*first, *second) < 0.1:
            lat, lon, edge = seat(expression.anchors[0])
            return Polar(lat, lon, spreads.unstated("near", edge), stated=False)
        along = spreads.spread("along_share", (1.0,))
        share, factor = along.wide_share, along.wide_factor
        if expression.relation == "along":
            along = Spread(0.5, _ROAD_SHARE, _ROAD_SHARE, share, factor)
        if expression.share is not None:
            along = Spread(
                expression.share, _HALFWAY, _HALFWAY, along.wide_share, along.wide_factor
            )
        name = "road_aside" if expression.relation == "along" else "aside_share"
        return Way(first, second, along, spreads.spread(name, (1.0,)))

    def _inside(self, expression: Expression) -> Surface:
        """Return a place itself, or the part of it that lies towards a wind."""
        anchor = expression.anchors[0]
        lat, lon, edge = seat(anchor)
        area = self.area(anchor)
        towards = _towards(expression)
        if area is not None:
            if towards[0] is not None:  # a division's point is its capital: measure from the middle
                middle = area.centroid
                lat, lon = float(middle.y), float(middle.x)
            return Ground(area, lat, lon, _IN_PLACE, *towards)
        reach = max(edge, 0.5)
        if towards[0] is None:
            return around(lat, lon, 0.5 * reach)
        # The half of a disc that lies there: most of it between a quarter and all of the way out.
        return Polar(lat, lon, Spread(math.log(0.7 * reach), 0.5, 0.25, 0.05, 1.5), *towards)

    def _stretch(self, expression: Expression) -> Surface | None:
        """Return what lies along a river or a road that has a name, as far as it has a geometry."""
        anchor = expression.anchors[0]
        area = self._area_geometry(anchor.place) if anchor.place and self._area_geometry else None
        if area is None or area.geom_type == "Point":
            return None
        lat, lon, _ = seat(anchor)
        return Ground(area, lat, lon, Spread(0.0, _BESIDE_KM, _BESIDE_KM))


def seat(anchor: Anchor) -> tuple[float, float, float]:
    """Return where an anchor lies and how far it reaches: lat, lon (degrees) and km."""
    place, region = anchor.place, anchor.region
    if place is not None:
        edge_km = spreads.MIN_EDGE_KM if _off_km(anchor) else place.radius_km
        return place.lat, place.lon, min(edge_km, MAX_EDGE_KM)
    assert region is not None
    return region.lat, region.lon, region_edge_km(region)


def _off_km(anchor: Anchor) -> float:
    """Return how far off an anchor's point may be: of a village placed by its hromada, km."""
    place = anchor.place
    if place is None or place.feature_class != "P" or place.precision not in _GUESSED:
        return 0.0
    return _OFF_SHARE * place.radius_km


def loosened(surface: Surface, off_km: float) -> Surface:
    """Return a surface as it is when the point it is measured from is off by some km (a deviation).

    Parameters
    ----------
    surface : Surface
    off_km : float
        Standard deviation of the anchor's point.
    """
    if isinstance(surface, Polar):
        km = math.exp(surface.radial.middle)
        if off_km > _BLURRED * km:
            return _blurred(surface, km, off_km)
        angular = surface.angular
        if angular is not None:
            angular = _wider(angular, math.degrees(math.atan2(off_km, km)))
        radial = _wider(surface.radial, math.log1p(off_km / km))
        return replace(surface, radial=radial, angular=angular)
    if isinstance(surface, Way):
        length = max(geodesy.distance_km(*surface.first, *surface.second), 0.1)
        along, aside = (_wider(s, off_km / length) for s in (surface.along, surface.aside))
        return replace(surface, along=along, aside=aside)
    if isinstance(surface, Ground):
        return replace(surface, distance=_wider(surface.distance, off_km))
    if isinstance(surface, Either):
        return Either(tuple(loosened(s, off_km) for s in surface.surfaces))
    return surface


def _blurred(surface: Polar, km: float, off_km: float) -> Ground:
    """Return a surface whose anchor's doubt outweighs what is measured from it: a round cloud."""
    outer_km = km * math.exp(surface.radial.above)
    lat, lon, spread_km = surface.lat, surface.lon, math.hypot(off_km, 0.6 * outer_km)
    if surface.azimuth_deg is not None:
        lat, lon = geodesy.destination(lat, lon, surface.azimuth_deg, (km + outer_km) / 2)
        spread_km = math.hypot(off_km, 0.4 * outer_km)
    return around(lat, lon, spread_km)


def _wider(spread: Spread, by: float) -> Spread:
    below, above = (math.hypot(flank, by) for flank in (spread.below, spread.above))
    return replace(spread, below=below, above=above)


def region_edge_km(region: Region) -> float:
    """Return the radius of a disc as large as a region, 30 km at most."""
    return min(math.sqrt(geodesy.area_km2(region.geometry) / math.pi), 30.0)


def check_km(km: float) -> None:
    """Raise a `CrsError` for a distance that places nothing: none at all, or half a continent."""
    if not 0 < km <= MAX_KM:
        raise CrsError(f"{km:g} km places nothing: from more than 0 to {MAX_KM:,.0f} km does")


def _towards(expression: Expression) -> tuple[float | None, Spread | None]:
    if expression.direction is None:
        return None, None
    even = Spread(0.0, _PART_DEG, _PART_DEG, 0.05, 2.0)
    return geodesy.azimuth_of(expression.direction), even


def around(
    lat: float, lon: float, reach_km: float, area: Any = None, azimuth: float | None = None,
    wound: Spread | None = None,
) -> Ground:  # fmt: skip
    """Return what lies round a point or an area, the likelier the nearer."""
    import shapely

    geometry = area if area is not None else shapely.Point(lon, lat)
    return Ground(geometry, lat, lon, Spread(0.0, reach_km, reach_km, 0.02, 2.0), azimuth, wound)
