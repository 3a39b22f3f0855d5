"""Where things lie on the picture: a plane for the view, its place on the page, its edge.

The plane of a view up to some 60 degrees wide is stereographic round the view's middle: conformal,
so that small shapes are true at every latitude, and at 1,000 km from the middle lengths are 0.6 %
too long. Wider views are equirectangular, true along the parallel of their middle.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Rectangle = tuple[float, float, float, float]
"""Left, bottom, width, height in inches from the lower left of the page."""

WORLD = (-130.0, -50.0, 150.0, 70.0)  # west, south, east, north: what is shown of the whole world
MARGIN = 0.07  # of the view, free round what it shows
LEAST_KM = 60.0  # a single place is shown with that much round it
_WIDE_DEG, _TALL_DEG = 60.0, 40.0
_MILE_KM = 1.609344
_PX_PER_IN = 115.0  # a printed map may be denser than a screen's 96 pixels to the inch
_POLE_KM = 10_001.97  # from the equator, in the plane of a wide view
_GAP_IN, _STRIP_IN = 0.12, 0.32  # between panels, and for the heading of one
_STEPS_DEG = (30.0, 20.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.25, 1 / 6, 1 / 12, 1 / 30, 1 / 60)


@dataclass(frozen=True)
class View:
    """A part of the world on a rectangle of the page.

    Attributes
    ----------
    crs : str
        The plane as a PROJ string, in kilometres.
    name : str
        What the plane is called.
    west_km, south_km : float
        The lower left corner of the view in the plane.
    km_per_in : float
        Kilometres of the plane to an inch of the page.
    rectangle : tuple of float
        Left, bottom, width, height in inches.
    """

    crs: str
    name: str
    west_km: float
    south_km: float
    km_per_in: float
    rectangle: Rectangle

    @classmethod
    def of(cls, bounds: Sequence[float] | None, rectangle: Rectangle) -> View:
        """Return the view that shows a box in a rectangle.

        Parameters
        ----------
        bounds : sequence of float or None
            West, south, east, north in degrees, EPSG:4326; None shows the world.
        rectangle : tuple of float
            Left, bottom, width, height in inches.
        """
        import numpy as np

        west, south, east, north = bounds or WORLD
        lon, lat = (west + east) / 2, (south + north) / 2
        if east - west > _WIDE_DEG or north - south > _TALL_DEG:
            name, kind = "Equirectangular projection", f"+proj=eqc +lat_ts={lat:.4f}"
        else:
            name, kind = "Stereographic projection", f"+proj=stere +lat_0={lat:.4f}"
        crs = f"{kind} +lon_0={lon:.4f} +datum=WGS84 +units=km +no_defs"
        blank = cls(crs, name, 0.0, 0.0, 1.0, (0.0, 0.0, 1.0, 1.0))
        share = np.linspace(0.0, 1.0, 21)
        lons, lats = west + share * (east - west), south + share * (north - south)
        edge_lons = np.concatenate([lons, lons, np.full(21, west), np.full(21, east)])
        edge_lats = np.concatenate([np.full(21, south), np.full(21, north), lats, lats])
        xs, ys = blank.onto(edge_lons, edge_lats)
        wide = max(float(xs.max() - xs.min()) * (1 + 2 * MARGIN), LEAST_KM)
        tall = max(float(ys.max() - ys.min()) * (1 + 2 * MARGIN), LEAST_KM)
        left, bottom, width, height = rectangle
        km_per_in = max(wide / width, tall / height)
        x, y = float(xs.max() + xs.min()) / 2, float(ys.max() + ys.min()) / 2
        if "eqc" in kind:  # nothing is beyond the poles: a lower frame, or one moved
            lower = min(height, 2 * _POLE_KM / km_per_in)
            rectangle = (left, bottom + height - lower, width, lower)
            height, free = lower, _POLE_KM - km_per_in * lower / 2
            y = min(max(y, -free), free)
        return cls(
            crs, name, x - km_per_in * width / 2, y - km_per_in * height / 2, km_per_in, rectangle
        )

    def on(self, rectangle: Rectangle) -> View:
        """Return the same view on another rectangle of the same shape."""
        scale = self.rectangle[2] / rectangle[2]
        return replace(self, rectangle=rectangle, km_per_in=self.km_per_in * scale)

    @cached_property
    def _ways(self) -> tuple[Any, Any]:
        from pyproj import Transformer

        return (
            Transformer.from_crs("EPSG:4326", self.crs, always_xy=True),
            Transformer.from_crs(self.crs, "EPSG:4326", always_xy=True),
        )

    def onto(self, lons: Any, lats: Any) -> tuple[Any, Any]:
        """Return degrees (arrays) as kilometres of the plane."""
        import numpy as np

        x, y = self._ways[0].transform(np.asarray(lons, float), np.asarray(lats, float))
        return np.asarray(x), np.asarray(y)

    def off(self, x_km: Any, y_km: Any) -> tuple[Any, Any]:
        """Return kilometres of the plane (arrays) as longitudes and latitudes, degrees."""
        import numpy as np

        lon, lat = self._ways[1].transform(np.asarray(x_km, float), np.asarray(y_km, float))
        return np.asarray(lon), np.asarray(lat)

    def inches(self, lons: Any, lats: Any) -> tuple[Any, Any]:
        """Return degrees (arrays) as inches from the lower left of the page."""
        x, y = self.onto(lons, lats)
        left, bottom, _, _ = self.rectangle
        return left + (x - self.west_km) / self.km_per_in, bottom + (
            y - self.south_km
        ) / self.km_per_in

    def pixel(self, lon: float, lat: float, page_height_in: float, dpi: float) -> tuple[int, int]:
        """Return the column and the row of a point in the picture, from its upper left."""
        import numpy as np

        x, y = self.inches(np.array([lon]), np.array([lat]))
        return int(x[0] * dpi), int((page_height_in - y[0]) * dpi)

    def holds(self, x_in: float, y_in: float) -> bool:
        """Say whether a point of the page (inches) lies in the view."""
        left, bottom, width, height = self.rectangle
        return left <= x_in <= left + width and bottom <= y_in <= bottom + height

    @cached_property
    def box_deg(self) -> tuple[float, float, float, float]:
        """West, south, east, north of all that the view shows and a little more, in degrees."""
        import numpy as np

        _, _, width, height = self.rectangle
        x, y = np.meshgrid(np.linspace(-0.05, 1.05, 24), np.linspace(-0.05, 1.05, 24))
        lon, lat = self.off(
            self.west_km + x.ravel() * width * self.km_per_in,
            self.south_km + y.ravel() * height * self.km_per_in,
        )
        good = np.isfinite(lon) & np.isfinite(lat)
        if not good.any():
            return (-180.0, -90.0, 180.0, 90.0)
        lon, lat = lon[good], lat[good]
        return (
            max(float(lon.min()), -180.0), max(float(lat.min()), -90.0),
            min(float(lon.max()), 180.0), min(float(lat.max()), 90.0),
        )  # fmt: skip

    def shapes(self, geometries: Sequence[Any]) -> list[Any]:
        """Cut geometries (EPSG:4326) to the view and lay them on the plane, in kilometres.

        Returns
        -------
        list of shapely geometry
            One for each given, in their order; empty where nothing of one is in the view.
        """
        if not len(geometries):
            return []
        import geopandas
        import shapely

        flat = geopandas.GeoSeries(list(geometries), crs="EPSG:4326")
        west, south, east, north = self.box_deg
        cut = flat.clip_by_rect(west, south, east, north)
        # A long straight side of a box is a curve in the plane: it needs points to bend at.
        bent = cut.segmentize(max((east - west) / 40, 0.01))
        return [
            g if g is not None and not g.is_empty else shapely.Point()
            for g in bent.to_crs(self.crs)
        ]

    @property
    def zoom(self) -> float:
        """The zoom of a web map that shows as much: 156.5 km to a pixel at zoom 0."""
        _, south, _, north = self.box_deg
        shrink = math.cos(math.radians(min(max((south + north) / 2, -80.0), 80.0)))
        return math.log2(156.543 * shrink * _PX_PER_IN / self.km_per_in)

    # ---- The edge ----

    def degrees(self) -> tuple[float, list[tuple[float, float]], list[tuple[float, float]]]:
        """Return where the graticule meets the frame.

        Returns
        -------
        float
            The step between its lines, degrees.
        list of (float, float)
            Longitude, and inches along the lower edge.
        list of (float, float)
            Latitude, and inches along the left edge.
        """
        import numpy as np

        west, south, east, north = self.box_deg
        span = max(east - west, north - south)
        step = next((s for s in reversed(_STEPS_DEG) if span / s <= 9), _STEPS_DEG[0])
        _, _, width, height = self.rectangle
        share = np.linspace(0.0, 1.0, 200)
        along_x = self.west_km + share * width * self.km_per_in
        along_y = self.south_km + share * height * self.km_per_in
        lons = self.off(along_x, np.full(200, self.south_km))[0]
        lats = self.off(np.full(200, self.west_km), along_y)[1]
        return (
            step,
            list(_crossings(lons, share * width, step)),
            list(_crossings(lats, share * height, step)),
        )

    def bar(self, longest_in: float) -> list[tuple[str, float]]:
        """Return the scale: (words, inches) of a round length in kilometres, and one in miles."""
        return [
            (f"{length:g} {unit}", length * km / self.km_per_in)
            for unit, km in (("km", 1.0), ("miles", _MILE_KM))
            for length in (_round_length(longest_in * self.km_per_in / km),)
        ]


def grid(count: int, room: Rectangle, bounds: Sequence[float] | None) -> list[Rectangle]:
    """Return the rectangles of panels, in rows, so that the maps in them are as large as can be."""
    left, bottom, width, height = room
    one = View.of(bounds, (0.0, 0.0, 1000.0, 1.0)), View.of(bounds, (0.0, 0.0, 1.0, 1000.0))
    tall_km, wide_km = one[0].km_per_in, one[1].km_per_in

    def cell(columns: int) -> tuple[float, float]:
        rows = math.ceil(count / columns)
        return (width - (columns - 1) * _GAP_IN) / columns, (
            height - (rows - 1) * _GAP_IN
        ) / rows - _STRIP_IN

    def km_per_in(columns: int) -> float:
        wide, tall = cell(columns)
        return max(wide_km / wide, tall_km / tall) if tall > 0 else math.inf

    columns = min(range(1, count + 1), key=lambda n: (round(km_per_in(n), 6), n))
    wide, tall = cell(columns)
    top = bottom + height
    return [
        (
            left + (n % columns) * (wide + _GAP_IN),
            top - (n // columns) * (tall + _STRIP_IN + _GAP_IN) - _STRIP_IN - tall,
            wide,
            tall,
        )
        for n in range(count)
    ]


def _crossings(values: Any, along: Any, step: float) -> Iterable[tuple[float, float]]:
    """Yield where a row of rising degrees passes multiples of a step."""
    import numpy as np

    if not np.isfinite(values).all() or not (np.diff(values) > 0).all():
        return
    first, last = math.ceil(values[0] / step), math.floor(values[-1] / step)
    for n in range(first, last + 1):
        yield n * step, float(np.interp(n * step, values, along))


def _round_length(most: float) -> float:
    """Return the largest of 1, 2, 5, 10, 20, ... that is not above a length."""
    power = 10.0 ** math.floor(math.log10(most))
    return next(m * power for m in (5, 2, 1) if m * power <= most * 1.0001)


def degrees_told(value: float, step: float, positive: str, negative: str) -> str:
    """Return degrees as on the edge of a map.

    Examples
    --------
    >>> degrees_told(-36.5, 0.5, "E", "W")
    '36°30′ W'
    >>> degrees_told(48.0, 1.0, "N", "S")
    '48° N'
    """
    minutes = round(abs(value) * 60)
    told = f"{minutes // 60}°"
    if step < 1:
        told += f"{minutes % 60:02d}′"
    return told + ("" if minutes == 0 else f" {positive if value > 0 else negative}")
