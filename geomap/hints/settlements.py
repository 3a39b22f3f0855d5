"""The known settlements of a stretch of land, as evidence for where a settlement lies."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from geomap.gazetteer.schema import PRECISIONS, Level

if TYPE_CHECKING:
    from geomap.gazetteer.store import Gazetteer
    from geomap.geodesy import Plane

_GUESSED = PRECISIONS.index("estimated")  # from here on a settlement's point is not its own
_KM_A_DEGREE = 111.2  # of latitude
_ROUGH = 1.1  # a box by latitude and longitude is this much wider, so that none is missed


@dataclass(frozen=True, slots=True)
class Known:
    """Settlements in a plane: rows of the gazetteer, km east and north, people, radius in km.

    `unplaced_per_km2` says how many more there are whose own points nobody gave.
    """

    rows: Any
    east: Any
    north: Any
    people: Any
    radius_km: Any
    unplaced_per_km2: float = 0.0

    def __len__(self) -> int:
        return len(self.rows)


class Settlements:
    """The settlements of a gazetteer whose points are their own, ordered by latitude.

    Nothing is computed until they are asked for. Those of one compiled gazetteer are equal, however
    often it was opened: what is remembered of them (`posterior.find`) holds for all of them, and
    keeps one of them alive, not each.
    """

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer

    @cached_property
    def _compiled(self) -> object:
        """What tells a compiled gazetteer from others, and from an earlier one in its folder."""
        try:
            files = sorted(self.gazetteer.path.iterdir())
            return self.gazetteer.path, tuple(
                (f.name, stat.st_ino, stat.st_size, stat.st_mtime_ns)
                for f in files
                if (stat := f.stat())
            )
        except OSError:
            return id(self)

    @cached_property
    def _hash(self) -> int:
        return hash(self._compiled)

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return isinstance(other, Settlements) and self._compiled == other._compiled

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _by_lat(self) -> tuple[tuple[Any, Any, Any], tuple[Any, Any, Any]]:
        """Return rows, latitudes, longitudes of those with points of their own, and of others."""
        import numpy as np

        g = self.gazetteer
        level = np.asarray(g.level)
        settled = (level == Level.CAPITAL) | (level == Level.SETTLEMENT)
        guessed = np.asarray(g.columns["precision"]) >= _GUESSED
        found = []
        for wanted in (settled & ~guessed, settled & guessed):
            rows = np.flatnonzero(wanted)
            rows = rows[np.argsort(g.lat[rows], kind="stable")]
            found.append((rows, np.asarray(g.lat[rows]), np.asarray(g.lon[rows])))
        return found[0], found[1]

    def around(self, plane: Plane, west: float, south: float, east: float, north: float) -> Known:
        """Return the settlements in a box of a plane (km)."""
        import numpy as np

        own, others = self._by_lat
        near = _in_box(own, plane, west, south, east, north)
        e, n = plane.inward(own[1][near], own[2][near])
        inside = (e >= west) & (e <= east) & (n >= south) & (n <= north)
        found = own[0][near[inside]]
        g = self.gazetteer
        area = max((east - west) * (north - south), 1.0) * _ROUGH**2
        return Known(
            found, e[inside], n[inside], np.asarray(g.population[found], float),
            np.asarray(g.columns["radius_km"][found], float),
            len(_in_box(others, plane, west, south, east, north)) / area,
        )  # fmt: skip


def _in_box(
    points: tuple[Any, Any, Any], plane: Plane, west: float, south: float, east: float, north: float
) -> Any:
    """Return the numbers of points that lie in a box of a plane, or just beside it."""
    import numpy as np

    _, lats, lons = points
    wide = max(abs(west), abs(east))
    # In the plane a parallel bends towards the pole: by this much at the box's sides.
    bend = 1.0 + wide**2 / 12_742.0 * abs(math.tan(math.radians(min(abs(plane.lat), 89.0))))
    low = plane.lat + (south - bend) / _KM_A_DEGREE * (_ROUGH if south < 0 else 1.0)
    high = plane.lat + (north + bend) / _KM_A_DEGREE * (_ROUGH if north > 0 else 1.0)
    first, last = np.searchsorted(lats, (low, high))
    # Further from the equator a degree is shorter: the shortest there is, so none is missed.
    squeeze = math.cos(math.radians(min(max(abs(low), abs(high)), 89.0)))
    off = np.abs((lons[first:last] - plane.lon + 180.0) % 360.0 - 180.0)
    return np.flatnonzero(off <= _ROUGH * (wide + 1.0) / (_KM_A_DEGREE * squeeze)) + first
