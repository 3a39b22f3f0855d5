"""Grids of points on a plane, and the smallest area of a grid that holds a share of a density."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from geomap.geodesy import polygons_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_RADIAL, _ANGULAR, _SQUARE = 40, 37, 56
_TURN = 73  # columns of a whole turn


@dataclass(frozen=True, slots=True)
class Grid:
    """Points of a plane in rows and columns, with the ground that each stands for.

    Attributes
    ----------
    rows, columns : numpy.ndarray
        The two quantities that the grid is even in: log km and degrees, or km north and east.
    east, north : numpy.ndarray, shape (rows, columns)
        Kilometres.
    cell_km2 : numpy.ndarray, shape (rows, columns)
    outward : callable
        Turns points (columns, rows), shape (n, 2), into points (east, north).
    closed : bool
        The first and the last column are one: a whole turn.
    """

    rows: NDArray[Any]
    columns: NDArray[Any]
    east: NDArray[Any]
    north: NDArray[Any]
    cell_km2: NDArray[Any]
    outward: Callable[[Any], Any]
    closed: bool = False

    def above(self, density: Any, threshold: float) -> list[Any]:
        """Return the polygons of the plane (km) on which a density is above a threshold."""
        import numpy as np

        if not self.closed:
            return self._filled(density, self.rows, self.columns, threshold)
        if np.ptp(density, axis=1).max() <= 1e-9 * density.max():
            return self._rings(density[:, 0], threshold)
        # A ring that closes on itself is no polygon by its columns: two halves are.
        middle = len(self.columns) // 2
        halves = [
            self._filled(density[:, part], self.rows, self.columns[part], threshold)
            for part in (slice(0, middle + 1), slice(middle, None))
        ]
        if not halves[0] or not halves[1]:
            return halves[0] or halves[1]
        import shapely

        whole = shapely.union_all([*halves[0], *halves[1]], grid_size=self._fine())
        return polygons_of(whole)

    def _rings(self, density: Any, threshold: float) -> list[Any]:
        """Return the rings on which a density that is the same all round is above a threshold."""
        import numpy as np
        import shapely

        above = np.concatenate(([False], density > threshold, [False]))
        edges = np.flatnonzero(np.diff(above.astype(np.int8)))

        def circle(edge: int) -> Any:
            """Return the circle on which the density passes the threshold before a row."""
            low, high = max(edge - 1, 0), min(edge, len(density) - 1)
            step = density[high] - density[low]
            share = (threshold - density[low]) / step if step else 0.0
            at = self.rows[low] + share * (self.rows[high] - self.rows[low])
            return self.outward(np.stack([self.columns, np.full(len(self.columns), at)], axis=1))

        return [
            shapely.Polygon(circle(last), [circle(first)])
            for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
        ]

    def _fine(self) -> float:
        """Return a length (km) below which two points are one, so that seams close."""
        import numpy as np

        return 1e-6 * max(float(np.abs(self.east).max()), float(np.abs(self.north).max()), 1e-3)

    def _filled(self, density: Any, rows: Any, columns: Any, threshold: float) -> list[Any]:
        import numpy as np
        import shapely
        from contourpy import FillType, LineType, SerialContourGenerator, ZInterp

        # The generator itself: what chooses one copies every grid into masked arrays first.
        across, along = np.meshgrid(columns, rows)
        contours = SerialContourGenerator(
            across, along, np.ascontiguousarray(density), np.zeros(density.shape, bool),
            corner_mask=False, line_type=LineType.Separate, fill_type=FillType.OuterOffset,
            quad_as_tri=False, z_interp=ZInterp.Linear,
        )  # fmt: skip
        found = []
        lines: Any = contours.filled(threshold, math.inf)
        points, offsets = lines
        for line, cuts in zip(points, offsets, strict=True):
            rings = [self.outward(line[a:b]) for a, b in pairwise(cuts)]
            rings = [r for r in rings if len(r) >= 4]
            if not rings:
                continue
            polygon = shapely.Polygon(rings[0], rings[1:])
            if not polygon.is_valid:
                polygon = shapely.make_valid(polygon, method="structure", keep_collapsed=False)
            found += polygons_of(polygon)
        return found


def polar_grid(
    seat: tuple[float, float, float], azimuth_deg: float, half_deg: float, low: float, high: float
) -> Grid:
    """Return a grid round a point of the plane: even in the azimuth and in the log of the distance.

    Parameters
    ----------
    seat : (float, float, float)
        Of the point (`Plane.seat`).
    azimuth_deg, half_deg : float
        The azimuth that it lies to, and how far it reaches to either side; 180 is a whole turn.
    low, high : float
        Natural logarithms of kilometres.
    """
    import numpy as np

    east0, north0, turn_deg = seat
    closed = half_deg >= 179.0
    half = 180.0 if closed else half_deg
    columns = np.linspace(-half, half, _TURN if closed else _ANGULAR) + (azimuth_deg - turn_deg)
    rows = np.linspace(low, high, _RADIAL)
    km = np.exp(rows)[:, None]
    angle = np.radians(columns)[None, :]
    step = math.radians(columns[1] - columns[0]) * (rows[1] - rows[0])
    weight = np.ones(len(columns))
    if closed:  # the first and the last column are the same ground
        weight[[0, -1]] = 0.5

    def outward(points: Any) -> Any:
        turn, reach = np.radians(points[:, 0]), np.exp(points[:, 1])
        return np.stack([east0 + reach * np.sin(turn), north0 + reach * np.cos(turn)], axis=1)

    return Grid(
        rows, columns, east0 + km * np.sin(angle), north0 + km * np.cos(angle),
        np.broadcast_to(km**2 * step, (len(rows), len(columns))) * weight, outward, closed,
    )  # fmt: skip


def square_grid(west: float, south: float, east: float, north: float, steps: int = _SQUARE) -> Grid:
    """Return a grid of squares over a box of the plane (km)."""
    import numpy as np

    size = max(east - west, north - south) / steps
    columns = np.linspace(west, east, max(8, math.ceil((east - west) / size)))
    rows = np.linspace(south, north, max(8, math.ceil((north - south) / size)))
    easts, norths = np.meshgrid(columns, rows)
    cell = (columns[1] - columns[0]) * (rows[1] - rows[0])
    return Grid(rows, columns, easts, norths, np.full(easts.shape, cell), lambda points: points)
