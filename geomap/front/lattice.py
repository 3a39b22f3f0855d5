"""A lattice of points over a theatre, and the lines and areas that follow from values on it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from geomap.geodesy import polygons_of

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Lattice:
    """Points of a plane in even rows and columns, kilometres east and north.

    Attributes
    ----------
    east, north : numpy.ndarray
        The columns and the rows, ascending, `step_km` apart.
    step_km : float
    """

    east: NDArray[Any]
    north: NDArray[Any]
    step_km: float

    @classmethod
    def over(cls, box: tuple[float, ...], step_km: float) -> Lattice:
        """Return the lattice that covers a box of the plane: west, south, east, north (km)."""
        import numpy as np

        west, south, east, north = box

        def line(low: float, high: float) -> NDArray[Any]:
            first = math.floor(low / step_km)
            return np.arange(first, math.ceil(high / step_km) + 2) * step_km

        return cls(line(west, east), line(south, north), step_km)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.north), len(self.east)

    def every(self, steps: int) -> Lattice:
        """Return the lattice of every so many points of this one."""
        return Lattice(self.east[::steps], self.north[::steps], self.step_km * steps)

    def points(self, mask: Any) -> NDArray[Any]:
        """Return the points where a mask of the lattice is true, shape (n, 2), row by row."""
        import numpy as np

        row, column = np.nonzero(mask)
        return np.column_stack([self.east[column], self.north[row]])

    def filled(self, mask: Any, values: Any, rest: float) -> NDArray[Any]:
        """Return a value for every point: those given where the mask is true, `rest` elsewhere."""
        import numpy as np

        whole = np.full(self.shape, rest)
        whole[mask] = values
        return whole

    def near(self, points: Any, km: float) -> NDArray[Any]:
        """Return a mask of what lies within so many kilometres of any of some points."""
        import numpy as np

        mask = np.zeros(self.shape, bool)
        reach = math.ceil(km / self.step_km)
        along = np.arange(-reach, reach + 1) * self.step_km
        disc = np.hypot(along[None, :], along[:, None]) <= km
        rows, columns = self._cells(points)
        for row, column in {(int(r), int(c)) for r, c in zip(rows, columns, strict=True)}:
            top, left = row - reach, column - reach
            low_r, low_c = max(top, 0), max(left, 0)
            high_r = min(top + len(disc), self.shape[0])
            high_c = min(left + len(disc), self.shape[1])
            if low_r < high_r and low_c < high_c:
                cut = disc[low_r - top : high_r - top, low_c - left : high_c - left]
                mask[low_r:high_r, low_c:high_c] |= cut
        return mask

    def _cells(self, points: Any) -> tuple[NDArray[Any], NDArray[Any]]:
        import numpy as np

        row = np.rint((points[:, 1] - self.north[0]) / self.step_km).astype(int)
        column = np.rint((points[:, 0] - self.east[0]) / self.step_km).astype(int)
        return row, column

    def at(self, values: Any, points: Any) -> NDArray[Any]:
        """Return the values at some points, between four of the lattice (outside: at its edge)."""
        import numpy as np

        x = np.clip((points[:, 0] - self.east[0]) / self.step_km, 0, len(self.east) - 1.001)
        y = np.clip((points[:, 1] - self.north[0]) / self.step_km, 0, len(self.north) - 1.001)
        column, row = x.astype(int), y.astype(int)
        x, y = x - column, y - row
        low = values[row, column] * (1 - x) + values[row, column + 1] * x
        high = values[row + 1, column] * (1 - x) + values[row + 1, column + 1] * x
        found: NDArray[Any] = low * (1 - y) + high * y
        return found

    def level_lines(self, values: Any, level: float = 0.0) -> list[Any]:
        """Return the lines on which values are at a level, higher values on their left.

        Points that are not numbers belong to no line.
        """
        import shapely

        lines: Any = self._contours(values).lines(level)
        return [shapely.linestrings(line) for line in lines if len(line) > 1]

    def above(self, values: Any, level: float = 0.0) -> Any:
        """Return the area on which values are above a level, as one geometry."""
        import shapely

        points, offsets = self._contours(values).filled(level, math.inf)
        found: list[Any] = []
        for line, cuts in zip(points, offsets, strict=True):
            rings = [line[a:b] for a, b in pairwise(cuts)]
            rings = [r for r in rings if len(r) >= 4]
            if rings:
                polygon = shapely.Polygon(rings[0], rings[1:])
                if not polygon.is_valid:
                    polygon = shapely.make_valid(polygon, method="structure", keep_collapsed=False)
                found += polygons_of(polygon)
        return shapely.MultiPolygon(found)

    def _contours(self, values: Any) -> Any:
        import numpy as np
        from contourpy import FillType, LineType, SerialContourGenerator, ZInterp

        across, along = np.meshgrid(self.east, self.north)
        missing = np.isnan(values)
        return SerialContourGenerator(
            across, along, np.where(missing, 0.0, values), missing,
            corner_mask=False, line_type=LineType.Separate, fill_type=FillType.OuterOffset,
            quad_as_tri=False, z_interp=ZInterp.Linear,
        )  # fmt: skip
