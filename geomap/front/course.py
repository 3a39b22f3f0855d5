"""Points and stretches along a line, and distances from places, many at once.

Shapely walks a line from its beginning for each point asked for; a line of contact has thousands of
vertices, and is asked at thousands of points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Course:
    """A LineString of the plane (km), measured once.

    Attributes
    ----------
    length_km : float
    """

    def __init__(self, line: Any) -> None:
        import numpy as np
        import shapely

        self._at = shapely.get_coordinates(line)
        steps = np.hypot(*np.diff(self._at, axis=0).T)
        self._along = np.concatenate([[0.0], np.cumsum(steps)])
        self.length_km = float(self._along[-1])

    def points(self, along_km: Any) -> NDArray[Any]:
        """Return the points at some distances from the line's beginning, shape (n, 2)."""
        import numpy as np

        return np.column_stack([np.interp(along_km, self._along, self._at[:, k]) for k in (0, 1)])

    def every(self, km: float) -> NDArray[Any]:
        """Return points at even distances of at most so many kilometres, from end to end."""
        import numpy as np

        count = max(2, int(np.ceil(self.length_km / km)) + 1)
        return self.points(np.linspace(0.0, self.length_km, count))

    def stretches(self, edges_km: Any) -> list[Any]:
        """Return the stretches between some distances (ascending), as LineStrings."""
        import numpy as np
        import shapely

        ends = self.points(edges_km)
        first = np.searchsorted(self._along, edges_km, side="right")
        last = np.searchsorted(self._along, edges_km, side="left")
        found = []
        for n in range(len(ends) - 1):
            inner = self._at[first[n] : last[n + 1]]
            found.append(
                shapely.linestrings(np.vstack([ends[n : n + 1], inner, ends[n + 1 : n + 2]]))
            )
        return found


class Nearest:
    """How far points are from the nearest of some places.

    Parameters
    ----------
    places : numpy.ndarray, shape (n, 2)
        None at all is infinitely far.
    """

    def __init__(self, places: Any) -> None:
        import numpy as np
        import shapely

        self._tree = shapely.STRtree(shapely.points(np.unique(places, axis=0)))

    def km(self, points: Any) -> NDArray[Any]:
        """Return the distances."""
        import numpy as np
        import shapely

        asked = shapely.points(points)
        (order, _), distance = self._tree.query_nearest(
            asked, return_distance=True, all_matches=False
        )
        found = np.full(len(points), np.inf)
        found[order] = distance
        return found


def spine(lines: Any, km: float) -> NDArray[Any]:
    """Return points at most so many kilometres apart on all parts of a geometry of lines."""
    import numpy as np
    import shapely

    parts = [p for p in shapely.get_parts(lines) if p.length > 0]
    return np.vstack([Course(p).every(km) for p in parts]) if parts else np.zeros((0, 2))
