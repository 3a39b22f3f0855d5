"""Who holds the ground round an earlier line: signed distances to it.

On the plane of a theatre, kilometres. Signed distances are positive in side A's ground.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ALONG_KM = 0.05  # how far to each side of a point of the line its course is taken


@dataclass(frozen=True, slots=True)
class Known:
    """Points whose side is known: side A's are positive."""

    points: NDArray[Any]
    sides: NDArray[Any]


class Ground:
    """A line of contact with its two sides.

    Parameters
    ----------
    line : shapely.MultiLineString
    held : shapely geometry, optional
        What side A holds there (polygons). Without it A lies to the left of each part.
    """

    def __init__(self, line: Any, held: Any | None = None) -> None:
        import shapely

        self.line = line
        self.held = held
        shapely.prepare(line)
        if held is not None:
            shapely.prepare(held)

    def distance(self, points: Any) -> NDArray[Any]:
        """Return the distances to the line, km."""
        import shapely

        found: NDArray[Any] = shapely.distance(shapely.points(points), self.line)
        return found

    def signed(self, points: Any) -> NDArray[Any]:
        """Return the distances to the line, km, positive in side A's ground."""
        import numpy as np
        import shapely

        if not len(points):
            return np.zeros(0)
        if self.held is not None:
            inside = shapely.contains_xy(self.held, points[:, 0], points[:, 1])
        else:
            inside = self._left(points)
        signed: NDArray[Any] = np.where(inside, 1.0, -1.0) * self.distance(points)
        return signed

    def _left(self, points: Any) -> NDArray[Any]:
        """Say which points lie to the left of the part of the line that is nearest to them."""
        import numpy as np
        import shapely

        parts = shapely.get_parts(self.line)
        tree = shapely.STRtree(parts)
        _, nearest = tree.query_nearest(shapely.points(points), all_matches=False)
        lines = parts[nearest]
        spots = shapely.points(points)
        along = shapely.line_locate_point(lines, spots)
        length = shapely.length(lines)
        # A line's course at a corner is that from a little before to a little after: by the
        # nearest segment alone half of the ground behind the corner would change sides.
        before = shapely.get_coordinates(
            shapely.line_interpolate_point(lines, np.maximum(along - _ALONG_KM, 0.0))
        )
        after = shapely.get_coordinates(
            shapely.line_interpolate_point(lines, np.minimum(along + _ALONG_KM, length))
        )
        here = shapely.get_coordinates(shapely.line_interpolate_point(lines, along))
        course, aside = after - before, points - here
        left: NDArray[Any] = course[:, 0] * aside[:, 1] - course[:, 1] * aside[:, 0] > 0
        return left


def oriented(line: Any, known: Known, reach_km: float = 150.0) -> Any | None:
    """Return a line whose parts all have side A on their left, by points whose side is known.

    Each part is turned by the known points near it, the nearest counting most. None when the known
    points say nothing or contradict for the longer part of the line.
    """
    import numpy as np
    import shapely

    turned: list[Any] = []
    unsure = 0.0
    for part in shapely.get_parts(line):
        ground = Ground(shapely.MultiLineString([part]))
        signed = ground.signed(known.points) if len(known.points) else np.zeros(0)
        weight = np.where(np.abs(signed) < reach_km, 1.0 / (10.0 + np.abs(signed)), 0.0)
        vote = float((np.sign(signed) * known.sides * weight).sum())
        if abs(vote) < 0.2 * float(weight.sum()) or not weight.any():
            unsure += part.length
        turned.append(part if vote >= 0 else shapely.reverse(part))
    if unsure > 0.5 * line.length:
        return None
    return shapely.MultiLineString(turned)
