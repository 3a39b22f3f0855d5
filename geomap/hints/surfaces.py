"""Probability surfaces: how likely each point of the plane is, by one hint or by several.

A surface gives the logarithm of a density per square kilometre at points of a `geodesy.Plane`.
Multiplying densities is adding these, so hints on one subject are fused by a sum; what a hint
cannot be (a density of nothing) is kept at a floor, for a text may be wrong.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from geomap.hints.grid import Grid, polar_grid, square_grid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geomap.geodesy import Plane

_NEAREST_KM = 0.02  # nearer than this to a point, its azimuth and logarithm say nothing
_NEAREST_LOG_KM, _FARTHEST_LOG_KM = math.log(0.01), math.log(19_000.0)
_SIGMAS = 3.2  # how far a grid reaches into a spread's flanks


@dataclass(frozen=True, slots=True)
class Spread:
    """How one quantity scatters: a bell with two flanks, and a share of a wider one.

    Attributes
    ----------
    middle : float
        The likeliest value.
    below, above : float
        Standard deviations of the two flanks.
    wide_share, wide_factor : float
        This share of the cases scatters that much more widely.
    """

    middle: float
    below: float
    above: float
    wide_share: float = 0.1
    wide_factor: float = 2.5

    def log(self, values: Any) -> Any:
        """Return the log density at values."""
        import numpy as np

        off = values - self.middle
        z = -0.5 * (off / np.where(off < 0, self.below, self.above)) ** 2
        wide = self.wide_factor
        whole = math.sqrt(2 / math.pi) / (self.below + self.above)
        return np.log(
            whole * (1 - self.wide_share) * np.exp(z)
            + whole * self.wide_share / wide * np.exp(z / wide**2)
            + 1e-9
        )

    def reach(self) -> tuple[float, float]:
        """Return between which values nearly all of it lies."""
        wide = 1.0 + (self.wide_factor - 1.0) * min(1.0, 8.0 * self.wide_share)
        return (
            self.middle - _SIGMAS * self.below * wide,
            self.middle + _SIGMAS * self.above * wide,
        )


class Surface(Protocol):
    """What a hint says of where something is; two that say the same are equal."""

    def __hash__(self) -> int: ...

    @property
    def centre(self) -> tuple[float, float]:
        """Where its own plane is best put: (lat, lon)."""
        ...

    @property
    def stated(self) -> bool:
        """Whether the text states how far: then what the gazetteer knows there weighs more."""
        ...

    def log_density(self, plane: Plane, east: Any, north: Any) -> Any:
        """Return the log density per km2 at points of a plane (km), up to a constant."""
        ...

    def grid(self, plane: Plane) -> Grid:
        """Return a grid of a plane that holds nearly all of it."""
        ...


@dataclass(frozen=True)
class Polar:
    """A distance and a direction from a point; either may be all there is.

    Attributes
    ----------
    lat, lon : float
        Degrees.
    radial : Spread
        Of the natural logarithm of the distance in km.
    azimuth_deg : float, optional
        None: any direction is as likely.
    angular : Spread, optional
        Of the deviation from the azimuth, degrees.
    stated : bool, optional
        See `Surface`.
    """

    lat: float
    lon: float
    radial: Spread
    azimuth_deg: float | None = None
    angular: Spread | None = None
    stated: bool = True

    @property
    def centre(self) -> tuple[float, float]:
        """See `Surface`."""
        return self.lat, self.lon

    def log_density(self, plane: Plane, east: Any, north: Any) -> Any:
        """See `Surface`."""
        import numpy as np

        east0, north0, turn_deg = plane.seat(self.lat, self.lon)
        east, north = east - east0, north - north0
        log_km = np.log(np.maximum(np.hypot(east, north), _NEAREST_KM))
        out = self.radial.log(log_km) - 2.0 * log_km
        if self.angular is None or self.azimuth_deg is None:
            return out - math.log(2 * math.pi)
        off = np.degrees(np.arctan2(east, north)) + (turn_deg - self.azimuth_deg)
        return out + self.angular.log((off + 180.0) % 360.0 - 180.0) + math.log(180.0 / math.pi)

    def grid(self, plane: Plane) -> Grid:
        """See `Surface`."""
        half = 180.0
        if self.angular is not None:
            half = min(180.0, max(map(abs, self.angular.reach())))
        low, high = self.radial.reach()
        high = min(high, _FARTHEST_LOG_KM)
        low = min(max(low, _NEAREST_LOG_KM), high - 1.0)
        return polar_grid(plane.seat(self.lat, self.lon), self.azimuth_deg or 0.0, half, low, high)


@dataclass(frozen=True)
class Way:
    """Between two points, or along the way from one to the other.

    Attributes
    ----------
    first, second : (float, float)
        (lat, lon) of the ends, degrees.
    along : Spread
        Of the share of the way, 0 at the first and 1 at the second.
    aside : Spread
        Of the distance from the straight line, as a share of its length.
    """

    first: tuple[float, float]
    second: tuple[float, float]
    along: Spread
    aside: Spread

    @property
    def stated(self) -> bool:
        """See `Surface`: two places say as much as a distance."""
        return True

    @property
    def centre(self) -> tuple[float, float]:
        """See `Surface`."""
        return self.first

    def log_density(self, plane: Plane, east: Any, north: Any) -> Any:
        """See `Surface`."""
        east0, north0, _ = plane.seat(*self.first)
        east1, north1, _ = plane.seat(*self.second)
        to_east, to_north = east1 - east0, north1 - north0
        square = max(to_east**2 + to_north**2, _NEAREST_KM**2)
        east, north = east - east0, north - north0
        along = (east * to_east + north * to_north) / square
        aside = (east * to_north - north * to_east) / square
        return self.along.log(along) + self.aside.log(aside) - math.log(square)

    def grid(self, plane: Plane) -> Grid:
        """See `Surface`."""
        (e0, n0, _), (e1, n1, _) = plane.seat(*self.first), plane.seat(*self.second)
        length = max(math.hypot(e1 - e0, n1 - n0), _NEAREST_KM)
        low, high = self.along.reach()
        margin = max(map(abs, self.aside.reach())) * length
        ends = [(e0 + t * (e1 - e0), n0 + t * (n1 - n0)) for t in (low, high)]
        return square_grid(
            min(e for e, _ in ends) - margin, min(n for _, n in ends) - margin,
            max(e for e, _ in ends) + margin, max(n for _, n in ends) + margin,
        )  # fmt: skip


@dataclass(frozen=True)
class Ground:
    """What lies in an area, or at some distance from its edge or from a line.

    Attributes
    ----------
    geometry : shapely geometry
        EPSG:4326: polygons, or lines.
    lat, lon : float
        A point of it, degrees.
    distance : Spread
        Of the distance in km from the geometry (0 inside a polygon).
    azimuth_deg, angular
        As of `Polar`, seen from the point; for a part of an area.
    """

    geometry: Any
    lat: float
    lon: float
    distance: Spread
    azimuth_deg: float | None = None
    angular: Spread | None = None

    @property
    def stated(self) -> bool:
        """See `Surface`."""
        return False

    @property
    def centre(self) -> tuple[float, float]:
        """See `Surface`."""
        return self.lat, self.lon

    @cached_property
    def _in_plane(self) -> dict[tuple[float, float], Any]:
        return {}

    def _local(self, plane: Plane) -> Any:
        import numpy as np
        import shapely

        key = (plane.lat, plane.lon)
        if key not in self._in_plane:

            def inward(points: Any) -> Any:
                return np.stack(plane.inward(points[:, 1], points[:, 0]), axis=1)

            local = shapely.transform(self.geometry, inward)
            west, south, east, north = local.bounds
            # A thousandth of its size changes no figure, and a coast has ten thousand points.
            local = shapely.simplify(local, 0.001 * max(east - west, north - south))
            shapely.prepare(local)
            self._in_plane[key] = local
        return self._in_plane[key]

    def log_density(self, plane: Plane, east: Any, north: Any) -> Any:
        """See `Surface`."""
        import numpy as np
        import shapely

        km = shapely.distance(self._local(plane), shapely.points(east, north))
        out = self.distance.log(km)
        if self.angular is not None and self.azimuth_deg is not None:
            east0, north0, turn_deg = plane.seat(self.lat, self.lon)
            off = np.degrees(np.arctan2(east - east0, north - north0))
            off += turn_deg - self.azimuth_deg
            out = out + self.angular.log((off + 180.0) % 360.0 - 180.0)
        return out

    def grid(self, plane: Plane) -> Grid:
        """See `Surface`."""
        west, south, east, north = self._local(plane).bounds
        margin = max(self.distance.reach()[1], 0.1)
        return square_grid(west - margin, south - margin, east + margin, north + margin)


@dataclass(frozen=True)
class _Several:
    """Several surfaces seen as one; its plane is the first one's."""

    surfaces: tuple[Surface, ...]

    @property
    def stated(self) -> bool:
        """See `Surface`."""
        return any(s.stated for s in self.surfaces)

    @property
    def centre(self) -> tuple[float, float]:
        """See `Surface`."""
        return self.surfaces[0].centre


@dataclass(frozen=True)
class Either(_Several):
    """One of several: "attacks near A, B and C"."""

    def log_density(self, plane: Plane, east: Any, north: Any) -> Any:
        """See `Surface`."""
        import numpy as np

        each = [s.log_density(plane, east, north) for s in self.surfaces]
        return np.logaddexp.reduce(each) - math.log(len(each))

    def grid(self, plane: Plane) -> Grid:
        """See `Surface`."""
        grids = [s.grid(plane) for s in self.surfaces]
        return square_grid(
            min(float(g.east.min()) for g in grids), min(float(g.north.min()) for g in grids),
            max(float(g.east.max()) for g in grids), max(float(g.north.max()) for g in grids),
            steps=120,
        )  # fmt: skip


@dataclass(frozen=True)
class Both(_Several):
    """What several hints say of one subject: their product.

    The first is the one that the grid is made for: the narrowest.
    """

    def log_density(self, plane: Plane, east: Any, north: Any) -> Any:
        """See `Surface`."""
        out = self.surfaces[0].log_density(plane, east, north)
        for surface in self.surfaces[1:]:
            out = out + surface.log_density(plane, east, north)
        return out

    def grid(self, plane: Plane) -> Grid:
        """See `Surface`."""
        return self.surfaces[0].grid(plane)


def peaks(surfaces: Sequence[Surface]) -> list[float]:
    """Return the highest log density of each surface, on its own grid."""
    from geomap.geodesy import Plane

    out = []
    for surface in surfaces:
        plane = Plane(*surface.centre)
        grid = surface.grid(plane)
        out.append(float(surface.log_density(plane, grid.east, grid.north).max()))
    return out
