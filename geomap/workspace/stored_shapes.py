"""The polygons of a report as columns of numbers, and back; exact to the last bit.

Well-known binary would serve, but neighbouring points share their leading bytes: their differences,
laid out byte plane by byte plane, take a tenth less room. And no parser of nested geometry meets
bytes from somebody else: only counts that must add up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray
    from shapely.geometry import MultiPolygon, Polygon

__all__ = ["Columns", "ShapeTable", "shapes_from"]

_FLAT, _FLAT_MULTI, _HIGH, _HIGH_MULTI = range(4)  # "high" has a third coordinate
Counts = tuple[int, ...]


class Columns(NamedTuple):
    """Polygons as counts and coordinates.

    `kinds` and `parts` have an entry for each shape, `rings` for each of its polygons, `points` for
    each of their rings (the shell first). `flat` are the coordinates of shapes of two dimensions,
    `high` those of three: differences of doubles as integers, in byte planes.
    """

    kinds: Counts = ()
    parts: Counts = ()
    rings: Counts = ()
    points: Counts = ()
    flat: bytes = b""
    high: bytes = b""


@dataclass(slots=True)
class ShapeTable:
    """Gathers polygons, equal ones once, and numbers them in the order they came."""

    shapes: list[Any] = field(default_factory=list)
    _numbers: dict[Any, int] = field(default_factory=dict)

    def number(self, shape: Polygon | MultiPolygon) -> int:
        """Return the number of a polygon, a new one for one not seen before.

        Raises
        ------
        ValueError
            It is no Polygon or MultiPolygon.
        """
        number = self._numbers.get(shape)
        if number is None:
            if shape.geom_type not in ("Polygon", "MultiPolygon"):
                raise ValueError(f"a {shape.geom_type} is not a polygon")
            number = self._numbers[shape] = len(self.shapes)
            self.shapes.append(shape)
        return number

    def columns(self) -> Columns:
        """Return the polygons as columns.

        Raises
        ------
        ValueError
            One has a measure (M), or an empty part.
        """
        if not self.shapes:
            return Columns()
        if shapely.geos_version >= (3, 12, 0) and bool(np.any(shapely.has_m(self.shapes))):
            raise ValueError("a polygon has a measure (M)")
        high = shapely.has_z(self.shapes)
        multi = shapely.get_type_id(self.shapes) == shapely.GeometryType.MULTIPOLYGON
        whole = np.flatnonzero(~shapely.is_empty(self.shapes))
        polygons, owner = shapely.get_parts(np.take(self.shapes, whole), return_index=True)
        rings, ring_owner = shapely.get_rings(polygons, return_index=True)
        ring_counts = np.bincount(ring_owner, minlength=len(polygons))
        points = shapely.get_num_coordinates(rings)
        if np.any(ring_counts == 0) or np.any(points == 0):
            raise ValueError("a polygon has an empty part")
        ring_is_high = np.repeat(high[whole][owner], ring_counts)
        return Columns(
            kinds=tuple((2 * high + multi).tolist()),
            parts=tuple(np.bincount(whole[owner], minlength=len(self.shapes)).tolist()),
            rings=tuple(ring_counts.tolist()),
            points=tuple(points.tolist()),
            flat=_planes(rings[~ring_is_high], dimensions=2),
            high=_planes(rings[ring_is_high], dimensions=3),
        )


def shapes_from(columns: Columns) -> list[Polygon | MultiPolygon]:
    """Return the polygons of some columns, in their order.

    Parameters
    ----------
    columns : Columns
        From anywhere; all counts must be 0 or more.

    Raises
    ------
    ValueError
        The counts do not fit each other or the coordinates.
    shapely.errors.ShapelyError
        The rings are none.
    """
    kinds, parts, rings, points = columns[:4]
    if (len(kinds), sum(parts), sum(rings)) != (len(parts), len(rings), len(points)):
        raise ValueError("the counts of polygons do not fit each other")
    if 0 in rings or 0 in points or any(k > _HIGH_MULTI for k in kinds):
        raise ValueError("a polygon has an empty part or an unknown kind")
    of_rings = np.array(points, np.int64)
    if not columns.high and all(k < _HIGH for k in kinds):
        made = _rings(columns.flat, of_rings, dimensions=2)
    else:
        is_high = np.repeat(np.array([k >= _HIGH for k in kinds], bool), parts)
        ring_is_high = np.repeat(is_high, rings)
        made = np.empty(len(points), object)
        made[~ring_is_high] = _rings(columns.flat, of_rings[~ring_is_high], dimensions=2)
        made[ring_is_high] = _rings(columns.high, of_rings[ring_is_high], dimensions=3)
    polygons: Iterable[Any] = ()
    if rings:
        polygons = shapely.polygons(made, indices=np.repeat(np.arange(len(rings)), rings))
    return list(_assembled(kinds, parts, iter(polygons)))


def _assembled(
    kinds: Sequence[int], parts: Sequence[int], polygons: Iterator[Any]
) -> Iterator[Polygon | MultiPolygon]:
    """Yield shapes from their polygons; all empty ones are the same, so that they cost nothing."""
    for kind, count in zip(kinds, parts, strict=True):
        multi = kind in (_FLAT_MULTI, _HIGH_MULTI)
        if count == 0:
            yield _empty(multi)
        elif multi:
            yield shapely.multipolygons([next(polygons) for _ in range(count)])
        elif count == 1:
            yield next(polygons)
        else:
            raise ValueError("a polygon has several parts")


@cache
def _empty(multi: bool) -> Polygon | MultiPolygon:
    return shapely.MultiPolygon() if multi else shapely.Polygon()


def _planes(rings: NDArray[Any], *, dimensions: int) -> bytes:
    """Return the coordinates of rings: lon, then lat, each as differences in byte planes."""
    if len(rings) == 0:
        return b""
    points = shapely.get_coordinates(rings, include_z=dimensions == 3)
    if not np.all(np.isfinite(points)):
        raise ValueError("a polygon has a coordinate that is no number")
    bits = np.ascontiguousarray(points.T, "<f8").view("<u8")
    steps = bits.view("<i8").copy()
    steps[:, 1:] -= bits.view("<i8")[:, :-1]  # it wraps round, here and back
    folded = (steps << 1) ^ (steps >> 63)  # small steps down have leading zeros too
    return np.ascontiguousarray(folded.reshape(-1)).view("u1").reshape(-1, 8).T.tobytes()


def _rings(planes: bytes, points: NDArray[np.int64], *, dimensions: int) -> NDArray[Any]:
    """Return the rings whose coordinates `_planes` wrote."""
    total = int(points.sum())
    if len(planes) != total * dimensions * 8:
        raise ValueError("the coordinates do not fit the counts of polygons")
    if total == 0:
        return np.empty(0, object)
    folded = np.ascontiguousarray(np.frombuffer(planes, "u1").reshape(8, -1).T).view("<u8")
    folded = folded.reshape(dimensions, total)
    steps = (folded >> np.uint64(1)) ^ (np.uint64(0) - (folded & np.uint64(1)))
    coordinates = np.cumsum(steps, axis=1, dtype="<u8").view("<f8").T
    if not np.all(np.isfinite(coordinates)):
        raise ValueError("a polygon has a coordinate that is no number")
    return shapely.linearrings(  # type: ignore[no-any-return]
        np.ascontiguousarray(coordinates), indices=np.repeat(np.arange(len(points)), points)
    )
