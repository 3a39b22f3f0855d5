"""Points and polygons of raions and hromadas, derived: no source that may be shipped gives them.

The point where an unplaced settlement of a hromada is likely to be comes from the placed ones. For
polygons an oblast is shared out among the codifier's settlements that GeoNames has (each takes
what lies nearest to it), and the shares of a raion are joined. The result says so (`METHOD`), and
how well it holds is measured in docs/codifier.md.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely

from geomap.gazetteer.codifier import Admin1, Codifier, hromada_names, raion_names, read_admin1

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geomap.models import Precision

    Points = NDArray[np.float64]  # rows of latitude, longitude in degrees

METHOD = "derived from member settlements"
_KM_PER_DEG = 111.2
_EAST = math.cos(math.radians(48.5))  # a degree of longitude in those of latitude, mid-Ukraine
_CELL_KM = 15.0
# Radius of nine in ten, measured (docs/codifier.md). Hromada: a + b * size + c * share, both in km:
# size is the radius of a circle of the cells' area, share the spread of the raion's settlements
# times the root of the hromada's share of them. Raion, oblast: the distance that holds nine in ten
# of the placed settlements, and more, since what GeoNames lacks lies further out.
_HROMADA_RADIUS = (5.3, 0.35, 0.88)
_WIDER = 1.5
_OUTSIDE_DEG = 0.1  # a settlement further outside its oblast (Slavutych) shares out nothing there


def km_between(lat: float, lon: float, points: Points) -> NDArray[np.float64]:
    """Return the distances from a point to others, in km.

    On the tangent plane at the mean latitude: 0.2 % off within a raion, and the build of the
    gazetteer has no pyproj.
    """
    north = (points[:, 0] - lat) * _KM_PER_DEG
    east = (points[:, 1] - lon) * 111.32 * np.cos(np.radians((points[:, 0] + lat) / 2))
    return np.hypot(north, east)


@dataclass(frozen=True, slots=True)
class Spot:
    """An estimated point: degrees, and the km within which nine in ten true places lie."""

    lat: float
    lon: float
    radius_km: float
    precision: Precision


def estimate_spots(
    codifier: Codifier, placed: Mapping[str, tuple[float, float]]
) -> dict[str, Spot]:
    """Return where an unplaced settlement of each hromada, raion and oblast is likely to be.

    A hromada's point is the centroid of what lies nearest to its placed settlements (their Voronoi
    cells, cut at 15 km). For raions, oblasts, and hromadas without a placed settlement it is the
    mean of the placed settlements around.
    """
    members: dict[str, list[str]] = defaultdict(list)
    sizes: dict[str, int] = defaultdict(int)
    for unit in codifier.settlements:
        for area in {unit.hromada, unit.raion, unit.oblast} - {None}:
            sizes[str(area)] += 1
            if unit.code in placed:
                members[str(area)].append(unit.code)
    spots: dict[str, Spot] = {}
    spread: dict[str, float] = {}
    for unit in codifier.of("O", "K", "P"):
        known = np.array([placed[code] for code in members[unit.code]])
        if len(known):
            lat, lon = known.mean(axis=0)
            off = km_between(lat, lon, known)
            spread[unit.code] = float(np.sqrt((off**2).mean()))
            radius = max(float(np.quantile(off, 0.9)), _CELL_KM) * _WIDER
            precision: Precision = "raion" if unit.category == "P" else "admin1"
            spots[unit.code] = Spot(float(lat), float(lon), radius, precision)
    cells = _cells(placed)
    for unit in codifier.of("H"):
        if members[unit.code]:
            cell = shapely.union_all([cells[code] for code in members[unit.code]])
            centre = shapely.centroid(cell)
            size_km = math.sqrt(shapely.area(cell) / math.pi) * _KM_PER_DEG
            raion = unit.raion or unit.oblast
            share_km = spread[raion] * math.sqrt(sizes[unit.code] / sizes[raion])
            a, b, c = _HROMADA_RADIUS
            radius = a + b * size_km + c * share_km
            spots[unit.code] = Spot(centre.y, centre.x / _EAST, radius, "hromada")
    return spots


def _cells(placed: Mapping[str, tuple[float, float]]) -> dict[str, Any]:
    """Return what lies nearest to each point, within 15 km; x is longitude times `_EAST`."""
    if not placed:
        return {}
    points = shapely.points([(lon * _EAST, lat) for lat, lon in placed.values()])
    discs = shapely.buffer(points, _CELL_KM / _KM_PER_DEG, quad_segs=8)
    found = shapely.voronoi_polygons(
        shapely.multipoints(points), extend_to=shapely.union_all(discs)
    )
    parts = shapely.get_parts(found)
    at, cell = shapely.STRtree(parts).query(points, predicate="intersects")
    nearest = dict(zip(at.tolist(), cell.tolist(), strict=True))
    return {
        code: shapely.intersection(parts[nearest[i]], discs[i]) if i in nearest else discs[i]
        for i, code in enumerate(placed)
    }


def derive_raions(
    codifier: Codifier,
    placed_members: Mapping[str, tuple[float, float]],
    oblast_polygons: Mapping[str, Any],
    admin1: Mapping[str, Admin1] | None = None,
) -> list[dict[str, Any]]:
    """Return a polygon for each raion with a placed settlement.

    Parameters
    ----------
    codifier : Codifier
        The units.
    placed_members : mapping of str to tuple
        Latitude and longitude of settlements by code (`CodifierRows.placed`).
    oblast_polygons : mapping of str to Polygon or MultiPolygon
        Of Ukraine's admin-1 units by GeoNames code, EPSG:4326 lon-lat. An oblast that is not given
        is left out.
    admin1 : mapping, optional
        By default `read_admin1()`.

    Returns
    -------
    list of dict
        Rows as `areas.AreaRow` has them, by code, with "geometry" (EPSG:4326 lon-lat). `code` is
        the codifier's (19 characters). The raions of an oblast cover it and share their borders.
    """
    return _derive(codifier, placed_members, oblast_polygons, admin1 or read_admin1(), "admin2")


def derive_hromadas(
    codifier: Codifier,
    placed_members: Mapping[str, tuple[float, float]],
    oblast_polygons: Mapping[str, Any],
    admin1: Mapping[str, Admin1] | None = None,
) -> list[dict[str, Any]]:
    """Return a polygon for each hromada with a placed settlement; as `derive_raions`.

    Rougher: see docs/codifier.md before showing them.
    """
    return _derive(codifier, placed_members, oblast_polygons, admin1 or read_admin1(), "admin3")


def _derive(
    codifier: Codifier,
    placed: Mapping[str, tuple[float, float]],
    polygons: Mapping[str, Any],
    admin1: Mapping[str, Admin1],
    level: Literal["admin2", "admin3"],
) -> list[dict[str, Any]]:
    by_oblast: dict[str, list[str]] = defaultdict(list)
    for code in sorted(placed):
        unit = codifier.units[code]
        if unit.raion and unit.hromada:
            by_oblast[unit.oblast].append(code)
    seats = codifier.seats()
    rows = []
    for oblast, codes in sorted(by_oblast.items()):
        whole = polygons.get(admin1[oblast[:4]].code)
        if whole is None:
            continue
        shares: dict[str, list[Any]] = defaultdict(list)
        for code, share in _shares(whole, codes, placed).items():
            unit = codifier.units[code]
            shares[str(unit.raion if level == "admin2" else unit.hromada)].append(share)
        for code, parts in sorted(shares.items()):
            unit = codifier.units[code]
            names = (
                raion_names(codifier, unit)
                if level == "admin2"
                else hromada_names(codifier, unit, seats.get(code))
            )
            rows.append(_row(level, code, names, shapely.union_all(parts)))
    return rows


def _shares(
    whole: Any, codes: list[str], placed: Mapping[str, tuple[float, float]]
) -> dict[str, Any]:
    """Share a polygon out among settlements, each the part that lies nearest to it."""
    east = math.cos(math.radians(shapely.centroid(whole).y))
    flat = shapely.transform(whole, lambda xy: xy * (east, 1.0))
    points = shapely.points([(placed[code][1] * east, placed[code][0]) for code in codes])
    near = shapely.distance(points, flat) <= _OUTSIDE_DEG
    inside = [code for code, keep in zip(codes, near, strict=True) if keep]
    points = points[near]
    if not inside:
        return {}
    cells = shapely.get_parts(
        shapely.voronoi_polygons(
            shapely.multipoints(points), extend_to=shapely.buffer(flat, _OUTSIDE_DEG)
        )
    )
    if len(inside) == 1:
        return {inside[0]: whole}
    at, cell = shapely.STRtree(cells).query(points, predicate="within")
    shares = {}
    for i, number in zip(at.tolist(), cell.tolist(), strict=True):
        share = shapely.intersection(cells[number], flat)
        if not shapely.is_empty(share):
            shares[inside[i]] = shapely.transform(share, lambda xy: xy / (east, 1.0))
    return shares


def _row(level: str, code: str, names: tuple[str, ...], shape: Any) -> dict[str, Any]:
    shape = shapely.orient_polygons(shapely.normalize(shape))
    point = shapely.point_on_surface(shape)
    area_km2 = shapely.area(shape) * _KM_PER_DEG**2 * math.cos(math.radians(point.y))
    return {
        "level": level,
        "country": "UA",
        "code": code,
        "name": names[0],
        "names": list(names[1:]),
        "stems": [],
        "members": [],
        "lat": round(point.y, 5),
        "lon": round(point.x, 5),
        "radius_km": round(math.sqrt(area_km2 / math.pi), 2),
        "area_km2": round(area_km2, 1),
        "iso3": None,
        "occupied_since": None,
        "method": METHOD,
        "geometry": shape,
    }
