"""How a line has moved before, and what that lets expect.

Where a line moved between two earlier dates it goes on moving, and where it stood it mostly stands:
over nine lines of contact of two years the quarter of the line that had moved least moved 0.1 km in
the next month, the quarter that had moved most 1 km (our measurement, docs/front.md). Its direction
says less: to let a line drift on by itself made as many lines worse as better.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geomap.front.course import spine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geomap.front.ground import Ground
    from geomap.front.lattice import Lattice

MONTH_DAYS = 30.4
RATE_KM = 0.5  # by how much a line of which no more is known may move in a month (one sd)
_LEAST_KM = 0.1
_MOST_KM = 1.5
_SHARE = 0.5  # of the speed of before, added to the least
_ALIKE_KM = 10.0  # over how much of the line a speed is averaged
_APART_KM = 25.0  # lines further apart than this have not moved: they were drawn otherwise


def steady(lattice: Lattice) -> NDArray[Any]:
    """Return the pace of a line of which no earlier one is known, for each point of a lattice."""
    import numpy as np

    return np.full(lattice.shape, RATE_KM)


def pace(earlier: Ground, later: Ground, days: int, lattice: Lattice) -> NDArray[Any]:
    """Return by how many km a line may move in a month (one standard deviation).

    Parameters
    ----------
    earlier, later : Ground
        Two lines, `days` (above 0) apart.
    days : int
    lattice : Lattice
        The result has a value for each of its points.
    """
    import numpy as np

    points = spine(later.line, 1.0)
    moved = earlier.distance(points)
    near = moved <= _APART_KM
    points, speed = points[near], moved[near] / (days / MONTH_DAYS)
    if not len(points):
        return steady(lattice)
    coarse = lattice.every(4)
    mask = coarse.near(points, 4 * _ALIKE_KM)
    rate = np.minimum(_LEAST_KM + _SHARE * _averaged(coarse.points(mask), points, speed), _MOST_KM)
    whole = coarse.filled(mask, rate, RATE_KM)
    east, north = np.meshgrid(lattice.east, lattice.north)
    every = np.column_stack([east.ravel(), north.ravel()])
    return coarse.at(whole, every).reshape(lattice.shape)


def _averaged(asked: Any, points: Any, speed: Any) -> Any:
    """Return the mean speed round some points, the nearest of the line counting most."""
    import numpy as np

    mean = np.zeros(len(asked))
    for low in range(0, len(asked), 1000):
        part = asked[low : low + 1000]
        apart = (part[:, 0, None] - points[None, :, 0]) ** 2
        apart += (part[:, 1, None] - points[None, :, 1]) ** 2
        share = np.exp(-0.5 * (apart - apart.min(axis=1)[:, None]) / _ALIKE_KM**2)
        mean[low : low + 1000] = (share @ speed) / share.sum(axis=1)
    return mean
