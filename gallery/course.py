"""A made-up line of contact that moves: where it runs on each day, and how far places lie from it.

All work is done on a plane in kilometres round the middle of the course.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geomap.geodesy import Plane

if TYPE_CHECKING:
    from collections.abc import Sequence

_SMOOTH_KM = 60.0  # bends of the way between two waypoints are rounded over so much
# Waves of the line about its way: length in km, height in km. Short ones are what tells a drawn
# front from a ruled line.
_WAVES = ((83.0, 4.0), (31.0, 2.2), (11.0, 0.9), (4.3, 0.35), (1.9, 0.12))


@dataclass(frozen=True, slots=True)
class Push:
    """A stretch of the line that moves: where along the course, how wide, how far, and when.

    `depth_km` counts to the left of the course: positive is ground lost by side A, which lies
    there. The days are numbers from the first day on.
    """

    at_km: float
    width_km: float
    depth_km: float
    first_day: float
    last_day: float

    def moved_km(self, along_km: Any, day: float) -> Any:
        """Return how far the line has moved at each place along the course by a day."""
        share = min(max((day - self.first_day) / (self.last_day - self.first_day), 0.0), 1.0)
        gone = share * share * (3.0 - 2.0 * share)
        aside = np.clip(np.abs(np.asarray(along_km, float) - self.at_km) / self.width_km, 0.0, 1.0)
        return self.depth_km * gone * np.cos(aside * math.pi / 2.0) ** 2


class Course:
    """A line of contact through time.

    Parameters
    ----------
    waypoints : sequence of (lon, lat)
        Where the line runs, roughly, degrees; side A lies on its left.
    pushes : sequence of Push
        How it moves.
    seed : int
        Its small bends.
    step_km : float
        The distance of its vertices.
    """

    def __init__(
        self,
        waypoints: Sequence[tuple[float, float]],
        pushes: Sequence[Push],
        *,
        seed: int,
        step_km: float = 1.0,
    ) -> None:
        middle = np.mean(np.asarray(waypoints, float), axis=0)
        self.plane = Plane(float(middle[1]), float(middle[0]))
        self.pushes = tuple(pushes)
        way = self.plane.onto(shapely.LineString(waypoints))
        sharp = shapely.get_coordinates(
            shapely.line_interpolate_point(way, np.arange(0.0, way.length, step_km))
        )
        half = int(_SMOOTH_KM / step_km / 2)
        kernel = np.hanning(2 * half + 3)[1:-1]
        padded = np.vstack(
            [2 * sharp[0] - sharp[half:0:-1], sharp, 2 * sharp[-1] - sharp[-2 : -half - 2 : -1]]
        )
        self._spine = np.column_stack(
            [np.convolve(padded[:, axis], kernel / kernel.sum(), "valid") for axis in (0, 1)]
        )
        ways = np.diff(self._spine, axis=0, append=2 * self._spine[-1:] - self._spine[-2:-1])
        self.along_km = np.concatenate([[0.0], np.cumsum(np.hypot(*ways[:-1].T))])
        ways /= np.hypot(*ways.T)[:, None]
        self._left = np.column_stack([-ways[:, 1], ways[:, 0]])
        chance = random.Random(seed)
        self._waves = tuple((km, height, chance.random()) for km, height in _WAVES)

    @cached_property
    def _spine_line(self) -> Any:
        return shapely.LineString(self._spine)

    @property
    def length_km(self) -> float:
        """The length of the way that the line follows."""
        return float(self.along_km[-1])

    def aside_km(self, along_km: Any, day: float) -> Any:
        """Return how far to the left of its way the line runs at each place along it on a day."""
        along = np.asarray(along_km, float)
        waves = sum(
            height * np.sin(2.0 * math.pi * (along / km + phase))
            for km, height, phase in self._waves
        )
        return waves + sum(push.moved_km(along, day) for push in self.pushes)

    def seat(self, lats: Any, lons: Any) -> tuple[Any, Any]:
        """Return where places lie: km along the way, and km to the left of it.

        Parameters
        ----------
        lats, lons : array of float
            Degrees.
        """
        at = np.column_stack(self.plane.inward(lats, lons))
        along = shapely.line_locate_point(self._spine_line, shapely.points(at))
        nearest = np.clip(np.searchsorted(self.along_km, along), 0, len(self.along_km) - 1)
        return along, np.einsum("ij,ij->i", at - self._spine[nearest], self._left[nearest])

    def strip(self, day: float, left_km: Any = 0.0) -> Any:
        """Return the vertices of the line on a day, moved to its left, km on the plane."""
        return self._spine + (self.aside_km(self.along_km, day) + left_km)[:, None] * self._left

    def line(self, day: float) -> Any:
        """Return the line of a day, EPSG:4326, side A on its left."""
        return self.plane.off(shapely.LineString(self.strip(day)))

    def ground(self, day: float, from_km: Any, to_km: float) -> Any:
        """Return the strip between two distances to the left of the line, EPSG:4326 polygon.

        The nearer edge follows the line, the further one its way.
        """
        near = self.strip(day, from_km)
        far = self._spine + to_km * self._left
        return _whole(self.plane.off(shapely.Polygon([*near, *far[::-1]])))

    def band(self, day: float, half_width_km: Any) -> Any:
        """Return the zone about the line, EPSG:4326 polygon.

        Parameters
        ----------
        day : float
        half_width_km : array of float
            For each vertex.
        """
        left, right = self.strip(day, half_width_km), self.strip(day, -half_width_km)
        return _whole(self.plane.off(shapely.Polygon([*left, *right[::-1]])))


def _whole(polygon: Any) -> Any:
    return polygon if polygon.is_valid else shapely.make_valid(polygon)
