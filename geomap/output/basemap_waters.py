"""Rivers and lakes under the map: cut to what it shows, and coarser the larger that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shapely import Geometry

    from geomap.gazetteer.waters import Water

# The smallest rivers (Natural Earth's ranks) by the degrees, at most, that the map opens on.
_SMALLEST = ((10.0, 12), (24.0, 9), (60.0, 7), (360.0, 5))
_OUTSIDE = 8  # the smallest that are drawn outside of what the map opens on
_FINE = 2350  # of the width that the map opens on: corners smaller than this part of it are cut
_COARSE = 4  # times as coarse outside of what the map opens on
LEAST_DEG = 0.03  # a piece of river shorter than this is not drawn


def drawn_waters(waters: Iterable[Water], box: Geometry, core: Geometry) -> list[dict[str, Any]]:
    """Return rivers and lakes as GeoJSON features.

    Parameters
    ----------
    waters : iterable of Water
        Those of the embedded store, then those of a user's own sources.
    box, core : shapely polygons
        All that is drawn in detail, and what the map opens on; EPSG:4326.

    Returns
    -------
    list of dict
        With `role` (`river`, `lake`), `name`, `native` and `rank`, greatest first; coordinates have
        3 decimals (110 m). A river is one feature, lines that it has outside of the core are
        coarser.
    """
    import shapely

    opened = float(core.bounds[2] - core.bounds[0])
    smallest = next(rank for most, rank in _SMALLEST if opened <= most)
    parts: dict[tuple[int, str, str, str], list[Any]] = {}
    for water in waters:
        if water.rank > smallest:
            continue
        key = (water.rank, water.role, water.name or "", water.native or "")
        parts.setdefault(key, []).append(water.geometry)
    features = []
    for (rank, role, name, native), shapes in sorted(parts.items(), key=lambda item: item[0]):
        whole = shapely.union_all([s for s in shapes if s.intersects(box)])
        fine = opened / _FINE
        pieces = [shapely.simplify(shapely.intersection(whole, core), fine)]
        if rank <= _OUTSIDE:
            around = shapely.intersection(whole, box).difference(core)
            pieces.append(shapely.simplify(around, _COARSE * fine))
        geometry = _merged(pieces, role)
        if geometry is not None:
            features.append(
                {
                    "type": "Feature",
                    "properties": {
                        "role": role, "name": name or None, "native": native or None, "rank": rank,
                    },
                    "geometry": geometry,
                }
            )  # fmt: skip
    return features


def _merged(pieces: list[Any], role: str) -> dict[str, Any] | None:
    """Return lines or polygons as one GeoJSON geometry, or None when nothing is left."""
    import shapely

    kind = "Polygon" if role == "lake" else "LineString"
    flat = [p for piece in pieces for p in shapely.get_parts(shapely.get_parts(piece))]
    kept = [p for p in flat if p.geom_type == kind and p.length >= LEAST_DEG]
    if not kept:
        return None
    if role == "lake":
        lists = [[_rounded(ring) for ring in (p.exterior, *p.interiors)] for p in kept]
        return {"type": "MultiPolygon", "coordinates": lists}
    joined = shapely.get_parts(shapely.normalize(shapely.line_merge(shapely.union_all(kept))))
    return {"type": "MultiLineString", "coordinates": [_rounded(line) for line in joined]}


def _rounded(line: Any) -> list[list[float]]:
    import shapely

    return [[round(x, 3), round(y, 3)] for x, y in shapely.get_coordinates(line).tolist()]
