"""Distances, azimuths and local projections on WGS84.

The only module that leaves EPSG:4326. Everything that comes in and goes out is in degrees, lon-lat;
metric work happens in an azimuthal equidistant projection centred on the place, in metres.
"""

from __future__ import annotations

import math
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from geomap.errors import CrsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shapely import Geometry
    from shapely.geometry import Polygon

# 16 winds, clockwise from north, 22.5 degrees apart.
WINDS = (
    "N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE",
    "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW",
)  # fmt: skip
_NO_HOLE_KM = 0.001  # a hole of less than a metre is none
_KM_PER_DEG = 111.195  # of a sphere of 6371 km
_ARC_STEP_DEG = 4.0  # a sector's arc is drawn with a vertex every 4 degrees: 0.06 % of the radius


@cache
def _geod() -> Any:
    from pyproj import Geod

    return Geod(ellps="WGS84")


@lru_cache(maxsize=512)
def _transformers(lat: float, lon: float) -> tuple[Any, Any]:
    """Return (to local metres, back to EPSG:4326) for a centre; lon-lat axis order."""
    from pyproj import CRS, Transformer

    local = CRS.from_proj4(
        f"+proj=aeqd +lat_0={lat:.6f} +lon_0={lon:.6f} +datum=WGS84 +units=m +no_defs"
    )
    return (
        Transformer.from_crs("EPSG:4326", local, always_xy=True),
        Transformer.from_crs(local, "EPSG:4326", always_xy=True),
    )


def azimuth_of(wind: str) -> float:
    """Return the azimuth in degrees, clockwise from north, of one of the 16 winds.

    Raises
    ------
    CrsError
        The word is not one of `WINDS`.

    Examples
    --------
    >>> azimuth_of("N"), azimuth_of("NE"), azimuth_of("WSW")
    (0.0, 45.0, 247.5)
    """
    try:
        return WINDS.index(wind) * 22.5
    except ValueError:
        raise CrsError(f"{wind!r} is not a wind: write one of {', '.join(WINDS)}") from None


def wind_of(azimuth_deg: float) -> str:
    """Return the nearest of the 16 winds to an azimuth in degrees.

    Examples
    --------
    >>> wind_of(2.0), wind_of(359.0), wind_of(130.0)
    ('N', 'N', 'SE')
    """
    return WINDS[round(azimuth_deg / 22.5) % 16]


def distance_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Return the geodesic distance between two points on WGS84, in kilometres.

    Examples
    --------
    >>> round(distance_km(48.594, 37.999, 49.048, 38.216), 1)  # Bakhmut to Kreminna
    52.9
    """
    return float(_geod().inv(lon1, lat1, lon2, lat2)[2]) / 1000


def distances_km(lats1: Any, lons1: Any, lats2: Any, lons2: Any) -> Any:
    """Return the geodesic distances between points of two arrays, one to one, in kilometres."""
    return _geod().inv(lons1, lats1, lons2, lats2)[2] / 1000


def rough_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Return a quick distance in kilometres, for ranking only: on a plane, degrees as they are.

    Within a few hundred kilometres it is 0.5 % off at most; `distance_km` is the true one.

    Examples
    --------
    >>> round(rough_km(48.594, 37.999, 49.048, 38.216))  # Bakhmut to Kreminna
    53
    >>> round(rough_km(0.0, 179.5, 0.0, -179.5))
    111
    """
    across = (lon1 - lon2 + 540.0) % 360.0 - 180.0
    across *= math.cos(math.radians((lat1 + lat2) / 2))
    return math.hypot(lat1 - lat2, across) * _KM_PER_DEG


def azimuth_deg(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Return the initial azimuth from the first point to the second: 0 <= degrees < 360."""
    return float(_geod().inv(lon1, lat1, lon2, lat2)[0]) % 360


def destination(lat: float, lon: float, azimuth: float, km: float) -> tuple[float, float]:
    """Return the (lat, lon) reached from a point along an azimuth (degrees) after `km`."""
    lon2, lat2, _ = _geod().fwd(lon, lat, azimuth, km * 1000)
    return float(lat2), float(lon2)


def area_km2(geometry: Geometry) -> float:
    """Return the geodesic area of EPSG:4326 polygons in km2, whichever way their rings turn."""
    import shapely

    # pyproj counts a ring by its turn: shells that turn differently would take from each other.
    turned = shapely.orient_polygons(geometry)
    return abs(float(_geod().geometry_area_perimeter(turned)[0])) / 1e6


def length_km(geometry: Geometry) -> float:
    """Return the geodesic length of EPSG:4326 lines in kilometres (a polygon's: its outline's)."""
    return abs(float(_geod().geometry_length(geometry))) / 1000


def locally(geometry: Geometry, lat: float, lon: float, work: Callable[[Any], Any]) -> Any:
    """Apply `work` to a geometry projected to metres around (lat, lon); return EPSG:4326."""
    import shapely

    to_local, to_wgs84 = _transformers(round(lat, 6), round(lon, 6))
    local = shapely.transform(geometry, to_local.transform, interleaved=False)
    return shapely.transform(work(local), to_wgs84.transform, interleaved=False)


def buffer(geometry: Geometry, km: float) -> Any:
    """Return an EPSG:4326 geometry widened by `km` kilometres (a circle round a point)."""
    centre = geometry.centroid
    return locally(geometry, centre.y, centre.x, lambda g: g.buffer(km * 1000, quad_segs=16))


def circle(lat: float, lon: float, km: float) -> Polygon:
    """Return a circle of radius `km` round a point, EPSG:4326."""
    return sector(lat, lon, 0.0, 180.0, 0.0, km)


def sector(
    lat: float, lon: float, azimuth: float, half_width_deg: float, inner_km: float, outer_km: float
) -> Polygon:
    """Return the part of a ring round a point that lies towards an azimuth.

    Parameters
    ----------
    lat, lon : float
        Centre, degrees.
    azimuth, half_width_deg : float
        Degrees clockwise from north; a half width of 180 or more gives the whole ring.
    inner_km, outer_km : float
        The ring's radii in kilometres, 0 <= inner < outer.

    Returns
    -------
    shapely.geometry.Polygon
        EPSG:4326, valid, counter-clockwise.

    Raises
    ------
    CrsError
        The radii are not in order.
    """
    import numpy as np
    import shapely
    from shapely.geometry import Polygon

    if not 0 <= inner_km < outer_km:
        raise CrsError(f"a ring from {inner_km} km to {outer_km} km has no area")
    if inner_km < _NO_HOLE_KM:
        inner_km = 0.0
    whole = half_width_deg >= 180 - 1e-6  # else the two ends of the arc would be one point
    half = 180.0 if whole else half_width_deg
    count = max(2, int(np.ceil(2 * half / _ARC_STEP_DEG)) + 1)
    angles = azimuth + np.linspace(-half, half, count)
    if whole:
        angles = angles[:-1]

    def arc(km: float) -> list[tuple[float, float]]:
        n = len(angles)
        lons, lats, _ = _geod().fwd(
            np.full(n, lon), np.full(n, lat), angles, np.full(n, km * 1000.0)
        )
        return list(zip(lons.tolist(), lats.tolist(), strict=True))

    outer = arc(outer_km)
    if whole:
        polygon = Polygon(outer, [arc(inner_km)] if inner_km > 0 else None)
    elif inner_km > 0:
        polygon = Polygon(outer + arc(inner_km)[::-1])
    else:
        polygon = Polygon([*outer, (lon, lat)])
    return shapely.orient_polygons(polygon) if hasattr(shapely, "orient_polygons") else polygon


def bounds(points: Iterable[tuple[float, float]]) -> tuple[float, float, float, float]:
    """Return (west, south, east, north) of (lat, lon) points."""
    lats, lons = zip(*points, strict=True)
    return min(lons), min(lats), max(lons), max(lats)


class Plane:
    """A plane round a point, in kilometres, in which what is measured from the point is true.

    Azimuthal equidistant on WGS84. Within some hundred kilometres of the point other distances and
    azimuths are true to a part in a thousand; `seat` corrects the azimuths of other points.

    Parameters
    ----------
    lat, lon : float
        The point, degrees.
    """

    def __init__(self, lat: float, lon: float) -> None:
        self.lat = lat
        self.lon = lon

    def inward(self, lat: Any, lon: Any) -> tuple[Any, Any]:
        """Return degrees (arrays, or numbers) as kilometres east and north of the point."""
        import numpy as np

        lat, lon = np.asarray(lat, float), np.asarray(lon, float)
        azimuth, _, metres = _geod().inv(
            np.full(lat.shape, self.lon), np.full(lat.shape, self.lat), lon, lat
        )
        turn = np.radians(azimuth)
        return metres / 1000 * np.sin(turn), metres / 1000 * np.cos(turn)

    def outward(self, east_km: Any, north_km: Any) -> tuple[Any, Any]:
        """Return kilometres east and north of the point as (lat, lon), degrees."""
        import numpy as np

        east, north = np.asarray(east_km, float), np.asarray(north_km, float)
        lon, lat, _ = _geod().fwd(
            np.full(east.shape, self.lon),
            np.full(east.shape, self.lat),
            np.degrees(np.arctan2(east, north)),
            np.hypot(east, north) * 1000,
        )
        return lat, lon

    def seat(self, lat: float, lon: float) -> tuple[float, float, float]:
        """Return where a point lies (km east, km north), and how much its north is turned.

        The turn in degrees is to be added to an azimuth taken in the plane at that point.
        """
        if lat == self.lat and lon == self.lon:
            return 0.0, 0.0, 0.0
        here, back, metres = _geod().inv(self.lon, self.lat, lon, lat)
        here = math.radians(here)
        east, north = metres / 1000 * math.sin(here), metres / 1000 * math.cos(here)
        in_plane = math.degrees(math.atan2(-east, -north))
        return east, north, (back - in_plane + 180.0) % 360.0 - 180.0

    def onto(self, geometry: Any) -> Any:
        """Return a geometry (EPSG:4326) in kilometres east and north of the point."""
        import numpy as np
        import shapely

        return shapely.transform(
            geometry, lambda at: np.column_stack(self.inward(at[:, 1], at[:, 0]))
        )

    def off(self, geometry: Any) -> Any:
        """Return a geometry of the plane (km) in EPSG:4326, as it is (`polygon` mends and cuts)."""
        import numpy as np
        import shapely

        return shapely.transform(
            geometry, lambda at: np.column_stack(self.outward(at[:, 0], at[:, 1])[::-1])
        )

    def polygon(self, geometry: Any) -> Any:
        """Return polygons of the plane (km) in EPSG:4326, cut at the 180th meridian.

        Returns
        -------
        shapely.geometry.Polygon or MultiPolygon
            Valid, rings right-handed (RFC 7946).

        Raises
        ------
        CrsError
            A pole lies in it: no polygon of longitudes and latitudes holds a pole.
        """
        import numpy as np
        import shapely

        west, south, east, north = geometry.bounds
        reach_deg = max(-west, east, -south, north) * math.sqrt(2.0) / 110.0
        for lat in (90.0, -90.0):
            if abs(lat - self.lat) > reach_deg:
                continue
            east, north = self.inward(lat, self.lon)
            # Holes filled: a ring round a pole cannot be drawn either.
            whole = shapely.polygons(shapely.get_exterior_ring(shapely.get_parts(geometry)))
            if shapely.intersects_xy(whole, float(east), float(north)).any():
                raise CrsError(
                    "a region that holds a pole cannot be drawn by longitude and latitude"
                )

        def unrolled(points: Any) -> Any:
            lat, lon = self.outward(points[:, 0], points[:, 1])
            return np.stack([self.lon + (lon - self.lon + 180.0) % 360.0 - 180.0, lat], axis=1)

        flat = shapely.transform(geometry, unrolled)
        west, _, east, _ = flat.bounds
        if not flat.is_valid:
            flat = _only_polygons(
                shapely.make_valid(flat, method="structure", keep_collapsed=False)
            )
        if west < -180.0 or east > 180.0:
            parts = []
            for shift in (-360.0, 0.0, 360.0):
                part = shapely.intersection(
                    flat, shapely.box(-180.0 - shift, -90.0, 180.0 - shift, 90.0)
                )
                if not part.is_empty:
                    by = np.array([shift, 0.0])
                    parts.append(shapely.transform(part, lambda xy, by=by: xy + by))
            flat = _only_polygons(shapely.union_all(parts))
        return shapely.orient_polygons(flat)


def polygons_of(geometry: Any) -> list[Any]:
    """Return the polygons of a geometry, without the lines and points beside them."""
    import shapely

    pieces = [p for g in shapely.get_parts(geometry) for p in shapely.get_parts(g)]
    return [p for p in pieces if p.geom_type == "Polygon" and p.area > 0]


def whole_of(polygons: list[Any]) -> Any:
    """Return some polygons as one geometry, None when there is none."""
    import shapely

    if not polygons:
        return None
    return polygons[0] if len(polygons) == 1 else shapely.multipolygons(polygons)


def _only_polygons(geometry: Any) -> Any:
    """Return the polygons of a geometry as one.

    Raises
    ------
    CrsError
        There is none.
    """
    whole = whole_of(polygons_of(geometry))
    if whole is None:
        raise CrsError("a region that has no area by longitude and latitude")
    return whole
