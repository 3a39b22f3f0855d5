"""A balanced tree of points on the ellipsoid, asked in batches of thousands.

Points are positions in space, in kilometres from the centre of the earth. The chord between two of
them is never longer than the geodesic, and bounds it from above: the radius of curvature of the
ellipsoid lies between 6,335 and 6,400 km in every direction.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from geomap.errors import CrsError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_LEAF = 48
_LEAST_RADIUS_KM, _MOST_RADIUS_KM = 6335.0, 6400.0
_SLACK = 1e-9  # of rounding


@cache
def _to_space() -> Any:
    from pyproj import Transformer

    return Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)


def positions_km(lat: Floats, lon: Floats) -> Floats:
    """Return the positions in space (n, 3) of points on the ellipsoid, in kilometres."""
    xyz = _to_space().transform(lon, lat, np.zeros(len(lat)))
    positions: Floats = np.stack(xyz, axis=-1) / 1000.0
    return positions


def chord_limit_km(geodesic_km: Floats) -> Floats:
    """Return the longest chord that a geodesic of a length can have."""
    half = np.minimum(geodesic_km / (2 * _MOST_RADIUS_KM), np.pi / 2)
    limit: Floats = 2 * _MOST_RADIUS_KM * np.sin(half) * (1 + _SLACK) + _SLACK
    return limit


def _rival_limit_km(chord_km: Floats) -> Floats:
    """Return the longest chord of what may lie nearer than a point with a chord of `chord_km`."""
    half = np.arcsin(np.minimum(chord_km / (2 * _LEAST_RADIUS_KM), 1.0))
    limit = chord_limit_km(2 * _LEAST_RADIUS_KM * half)
    return np.where(chord_km < 2 * _LEAST_RADIUS_KM, limit, np.inf)


def checked_points(lats: ArrayLike, lons: ArrayLike) -> tuple[Floats, Floats]:
    """Return coordinates as arrays.

    Raises
    ------
    CrsError
        They are not degrees, or not as many of each; the message names the first that is wrong.
    """
    try:
        lat = np.atleast_1d(np.asarray(lats, dtype=np.float64))
        lon = np.atleast_1d(np.asarray(lons, dtype=np.float64))
    except (TypeError, ValueError) as error:
        raise CrsError(f"coordinates are not numbers ({error}): give degrees") from error
    if lat.shape != lon.shape or lat.ndim != 1:
        raise CrsError(f"{lat.shape} latitudes and {lon.shape} longitudes: give as many of each")
    for name, values, most in (("latitude", lat, 90.0), ("longitude", lon, 180.0)):
        wrong = ~(np.abs(values) <= most)
        if wrong.any():
            at = int(wrong.argmax())
            raise CrsError(
                f"{name} {values[at]} (point {at}): give degrees from -{most:g} to {most:g}, "
                "latitudes before longitudes"
            )
    return lat, lon


class PointTree:
    """Points with their rows; every node halves its points, so that nodes need no pointers.

    Parameters
    ----------
    lat, lon : ndarray
        Degrees, WGS84, finite.
    rows : ndarray of int
        What to call each point.
    """

    def __init__(self, lat: Floats, lon: Floats, rows: Ints) -> None:
        count = len(rows)
        self.depth = max(0, int(np.ceil(np.log2(max(count, 1) / _LEAF))))
        leaves = 1 << self.depth
        self.leaf = -(-count // leaves)
        # Copies spread over all points fill the last gaps; `rows` marks them by -1.
        spare = leaves * self.leaf - count
        copies = np.linspace(0, max(count - 1, 0), spare).astype(np.int64)
        points = positions_km(np.asarray(lat), np.asarray(lon))
        points = np.concatenate([points, points[copies]])
        names = np.concatenate([np.asarray(rows, dtype=np.int64), np.full(spare, -1)])
        order = np.arange(len(names)).reshape(1, -1)
        self.low: list[Floats] = []
        self.high: list[Floats] = []
        for level in range(self.depth + 1):
            here = points[order]
            if count:
                self.low.append(here.min(axis=1))
                self.high.append(here.max(axis=1))
            if level < self.depth:
                axis = (self.high[-1] - self.low[-1]).argmax(axis=1)
                along = np.take_along_axis(here, axis[:, None, None], axis=2)[..., 0]
                halves = np.argpartition(along, order.shape[1] // 2, axis=1)
                order = np.take_along_axis(order, halves, axis=1).reshape(2 << level, -1)
        self.points = points[order]  # (leaves, leaf, 3)
        self.rows = names[order]
        self.count = count

    def nearest(self, lat: Floats, lon: Floats, k: int) -> tuple[Ints, Ints]:
        """Return pairs (number of the point asked, row) that hold the k nearest of each point.

        A few more are there, whose chord is so little longer that the geodesic has to decide.
        """
        if not self.count:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        asked = positions_km(lat, lon)
        best = np.full((len(asked), k), np.inf)
        limit = _rival_limit_km(self._guess(asked, k))
        who, leaf, away = self._walk(asked, limit)
        # Each point's leaves in turn, the nearest first: most need not be looked into any more.
        order = np.lexsort((away, who))
        who, leaf, away = who[order], leaf[order], away[order]
        turn = np.arange(len(who)) - np.searchsorted(who, who)
        pairs: list[tuple[Ints, Ints, Floats]] = []
        for number in range(int(turn.max(initial=-1)) + 1):
            mine = np.flatnonzero(turn == number)
            mine = mine[away[mine] <= limit[who[mine]]]
            if not len(mine):
                break
            pairs.append(self._improve(asked, best, who[mine], leaf[mine]))
            limit = np.minimum(limit, _rival_limit_km(best[:, -1]))
        owner = np.concatenate([p[0] for p in pairs])
        rows = np.concatenate([p[1] for p in pairs])
        near = np.concatenate([p[2] for p in pairs]) <= limit[owner]
        return owner[near], rows[near]

    def within(self, lat: float, lon: float, chord_km: float) -> Ints:
        """Return the rows whose chord to a point is at most `chord_km`, in no order."""
        if not self.count:
            return np.empty(0, dtype=np.int64)
        asked = positions_km(np.array([lat]), np.array([lon]))
        _, leaf, _ = self._walk(asked, np.array([chord_km]))
        chord = np.linalg.norm(self.points[leaf] - asked[0], axis=-1)
        rows = self.rows[leaf]
        found: Ints = rows[(chord <= chord_km) & (rows >= 0)]
        return found

    def _away(self, asked: Floats, level: int, node: Ints) -> Floats:
        """Return the distances of points from the boxes of nodes, pair by pair."""
        outside = np.maximum(self.low[level][node] - asked, asked - self.high[level][node])
        np.maximum(outside, 0.0, out=outside)
        away: Floats = np.sqrt(np.einsum("ij,ij->i", outside, outside))
        return away

    def _guess(self, asked: Floats, k: int) -> Floats:
        """Return a chord within which each point surely has k places: those of a node near it."""
        node, size = np.zeros(len(asked), dtype=np.int64), self.leaf << self.depth
        for level in range(1, self.depth + 1):
            if size < 4 * k:  # half of a node may be copies
                break
            left, right = 2 * node, 2 * node + 1
            nearer = self._away(asked, level, left) <= self._away(asked, level, right)
            node, size = np.where(nearer, left, right), size // 2
        if k > size:
            return np.full(len(asked), np.inf)
        block = self.rows.reshape(-1, size)[node]
        chord = self._chords(asked, self.points.reshape(-1, size, 3)[node], block)
        guess: Floats = np.partition(chord, k - 1, axis=1)[:, k - 1]
        return guess

    @staticmethod
    def _chords(asked: Floats, points: Floats, rows: Ints) -> Floats:
        """Return the chords (n, m) from n points to m of their own each; inf to copies."""
        steps = points - asked[:, None, :]
        chord: Floats = np.sqrt(np.einsum("ijk,ijk->ij", steps, steps))
        chord[rows < 0] = np.inf
        return chord

    def _walk(self, asked: Floats, limit: Floats) -> tuple[Ints, Ints, Floats]:
        """Return all pairs of a point and a leaf no farther from it than its limit."""
        who, node = np.arange(len(asked)), np.zeros(len(asked), dtype=np.int64)
        away = self._away(asked, 0, node)
        for level in range(1, self.depth + 1):
            who = np.repeat(who, 2)
            node = np.repeat(2 * node, 2)
            node[1::2] += 1
            away = self._away(asked[who], level, node)
            kept = away <= limit[who]
            who, node, away = who[kept], node[kept], away[kept]
        return who, node, away

    def _improve(
        self, asked: Floats, best: Floats, who: Ints, leaf: Ints
    ) -> tuple[Ints, Ints, Floats]:
        """Look into a leaf of each point of `who`: update its k best chords, return what may count.

        No point may be in `who` twice.
        """
        chord = self._chords(asked[who], self.points[leaf], self.rows[leaf])
        k = best.shape[1]
        merged = np.concatenate([best[who], chord], axis=1)
        if k == 1:
            best[who, 0] = merged.min(axis=1)
        else:
            best[who] = np.sort(np.partition(merged, k - 1, axis=1)[:, :k], axis=1)
        pair, place = np.nonzero(chord <= _rival_limit_km(best[who, -1])[:, None])
        finite = np.isfinite(chord[pair, place])
        pair, place = pair[finite], place[finite]
        return who[pair], self.rows[leaf[pair], place], chord[pair, place]
