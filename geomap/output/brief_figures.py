"""The small map of a briefing: the signs of the map as a picture, round one region."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from geomap.output.basemap import BasemapData, bounds_of
from geomap.output.brief_legend import map_legend
from geomap.output.picture_dates import line_before, line_until, whole_movement
from geomap.output.picture_frame import View
from geomap.output.picture_ground import LINE_INK, PAPER, Panel
from geomap.output.picture_legend import notes, scale_bar
from geomap.output.picture_map import draw_map
from geomap.output.picture_marks import INK, in_order, parties_of, reading_of
from geomap.output.picture_symbols import level
from geomap.output.picture_text import drawable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geomap.output.picture_marks import Mark, Reading, Region

SIZE_IN = (6.70, 3.75)  # 170 by 95 mm, the width of an A4 page within its margins
DPI = 200
SIZE_PX = (1340, 750)  # at that
_COLUMN_IN, _GAP_IN, _FOOT_IN = 1.62, 0.12, 0.15
_BAR_IN = 0.36  # the scale, at the lower end of the column
_OUTSIDE = 60_000  # people: smaller towns are not named beyond the region
_VEIL = 0.62
_EDGE_INK = "#3b434a"
_FEW_REGIONS = 12  # more hinted regions than these are drawn as one
_GREAT = 0.15  # of the map
_MOST_PLACES, _MOST_CLAIMS = 40, 30
_PLAIN = 128  # colours of the palette's 256 that stay as they are: the commonest


@dataclass(frozen=True, slots=True)
class Lines:
    """Of a front what a briefing draws: the line at the end, one before, who gained what."""

    day: Mapping[str, Any] | None = None
    before: Mapping[str, Any] | None = None
    movement: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, front: Mapping[str, Any] | None) -> Lines:
        """Choose from the drawings of a front (`front_layers.front_drawing`)."""
        dates = [d["date"] for d in (front or {}).get("dates", ())]
        day = line_until(front, max((d for d in dates if d is not None), default=None))
        movement = whole_movement(front, day)
        if movement is not None:
            before = line_until(front, movement["from"])
        else:
            before = line_before(front, day["date"] if day is not None else None)
        return cls(day, before if before is not day else None, movement)


def available() -> bool:
    """Say whether the small map can be drawn here: matplotlib is an extra."""
    from importlib.util import find_spec

    return find_spec("matplotlib") is not None


def size_px(png: bytes) -> tuple[int, int]:
    """Return the width and the height of a PNG in pixels, from its header."""
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def map_bounds(
    collection: Mapping[str, Any], front: Mapping[str, Any] | None, region: Any = None
) -> tuple[float, float, float, float] | None:
    """Return the box that the small map shows, for the basemap under it.

    Parameters
    ----------
    collection, front, region
        As `small_map` takes them.

    Returns
    -------
    tuple of float or None
        West, south, east, north in degrees: that of the region, without one that of features and
        lines; None where there is nothing.
    """
    from geomap.output.map import with_lines

    if region is not None and not region.is_empty:
        west, south, east, north = (float(v) for v in region.bounds)
        return west, south, east, north
    return bounds_of(with_lines(collection, front))


def map_view(bounds: tuple[float, float, float, float] | None) -> View:
    """Return what the small map shows of a box, and where; None shows the world.

    `View.pixel(lon, lat, SIZE_IN[1], dpi)` tells where a point of the world is in the picture.
    """
    width, height = SIZE_IN
    wide = width - _COLUMN_IN - _GAP_IN - 0.02
    return View.of(bounds, (0.01, _FOOT_IN, wide, height - _FOOT_IN - 0.01))


def small_map(
    collection: Mapping[str, Any],
    *,
    basemap: BasemapData,
    front: Mapping[str, Any] | None = None,
    region: Any = None,
    attribution: str | None = None,
    script: str = "latin",
    dpi: int = DPI,
) -> bytes:
    r"""Draw the small map of a briefing.

    Parameters
    ----------
    collection : Mapping
        A GeoJSON FeatureCollection, EPSG:4326, as `picture.draw_picture` takes it.
    basemap : BasemapData
        What is drawn underneath: that of `map_bounds`.
    front : Mapping, optional
        Lines of contact by date, as `front_layers.front_drawing` gives them. The last is drawn
        with its band, the first thin and dashed.
    region : shapely geometry, optional
        Polygons, EPSG:4326. The map is framed on them, and what lies outside is toned down.
    attribution : str, optional
        Printed at the foot; without it the page's own.
    script : str
        `latin`, or `cyrillic` for native names where they are known.
    dpi : int
        Pixels to an inch; the picture is 170 by 95 mm.

    Returns
    -------
    bytes
        A PNG. The same input gives the same bytes, in whatever order the features come.

    Raises
    ------
    SettingsError
        A feature has an unknown layer or a date that is not an ISO day, or a colour is not
        ``#rrggbb``.
    OutputError
        matplotlib is not installed.

    Examples
    --------
    >>> from geomap.output.basemap import BasemapData
    >>> small_map({"features": []}, basemap=BasemapData(), dpi=30)[:4]
    b'\x89PNG'
    """
    from geomap.output.map import ATTRIBUTION
    from geomap.output.picture import check_matplotlib, seen_in

    check_matplotlib()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    width, height = SIZE_IN
    look: dict[str, Any] = {"facecolor": "white", "layout": "none"}
    figure = Figure(figsize=SIZE_IN, dpi=dpi, **look)
    canvas: Any = FigureCanvasAgg(figure)
    page = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    page.set_axis_off()
    page.set_xlim(0.0, width)
    page.set_ylim(0.0, height)
    left = width - _COLUMN_IN  # of the column
    view = map_view(map_bounds(collection, front, region))
    parties = parties_of(collection)
    whole = seen_in(reading_of(in_order(collection.get("features") or ()), parties, script), view)
    reading = _busiest(whole)
    lines = Lines.of(front)
    many = len(reading.regions) > _FEW_REGIONS
    drawn = replace(reading, regions=()) if many else reading
    draw_map(page, view, _thinned(basemap, region), drawn, lines.day, lines.movement,
             script=script)  # fmt: skip
    panel = Panel(page, view)
    if many:
        _draw_merged(panel, reading.regions)
    _over(panel, lines.before, region)
    map_legend(page, (left, height - 0.02, _COLUMN_IN), view, lines, reading, parties,
               least=_FOOT_IN + _BAR_IN, unseen=len(whole.marks) - len(reading.marks))  # fmt: skip
    scale_bar(page, view, left, _FOOT_IN + 0.02, _COLUMN_IN)
    notes(page, [drawable(attribution or ATTRIBUTION, 300)], 0.01, 0.02, width)
    canvas.draw()
    return _packed(canvas, dpi)


def _busiest(reading: Reading) -> Reading:
    """Return a reading with no more marks than a small map bears: the surest and busiest."""
    kept: set[int] = set()
    for claims in (True, False):
        of_it = [n for n, m in enumerate(reading.marks) if (m.kind == "claims") == claims]
        of_it.sort(key=lambda n: _rank(reading.marks[n]))
        kept.update(of_it[: _MOST_CLAIMS if claims else _MOST_PLACES])
    return replace(reading, marks=tuple(m for n, m in enumerate(reading.marks) if n in kept))


def _rank(mark: Mark) -> tuple[Any, ...]:
    """Return what sorts the marks that tell most to the front."""
    return (level(mark.confidence) == "low", -mark.count, -mark.confidence, mark.name, mark.lon,
            mark.lat, mark.colour)  # fmt: skip


def _draw_merged(panel: Panel, regions: Sequence[Region]) -> None:
    """Draw many hinted regions as one, and of each its core: else they would hide the ground."""
    import shapely

    _, _, width, height = panel.view.rectangle
    most_km2 = _GREAT * width * height * panel.view.km_per_in**2
    shapes = panel.view.shapes([r.geometry if r.core is None else r.core for r in regions])
    # What covers much of the map tells no place on it.
    kept = [shapely.make_valid(shape) for shape in shapes if shape.area <= most_km2]
    merged = shapely.union_all(kept)
    panel.fill(merged, INK["regions"], 0.13, 4.0)
    panel.stroke([merged], INK["regions"], 0.7, 4.2, 0.75, (0.0, (3.2, 2.2)))


def _thinned(basemap: BasemapData, region: Any) -> BasemapData:
    """Return the basemap with fewer towns beyond a region: none takes the room of those in it."""
    if region is None or not basemap.towns:
        return basemap
    import shapely

    inside = shapely.contains_xy(
        region, [t[2] for t in basemap.towns], [t[1] for t in basemap.towns]
    )
    kept = [
        town for town, within in zip(basemap.towns, inside.tolist(), strict=True)
        if within or town[3] >= _OUTSIDE
    ]  # fmt: skip
    return replace(basemap, towns=kept)


def _over(panel: Panel, before: Mapping[str, Any] | None, region: Any) -> None:
    """Draw over the ground the line before, and the veil on all that is not of the region."""
    import shapely

    view = panel.view
    if before is not None:
        earlier = [
            shapely.LineString(x) for p in before["pieces"] for x in p["lines"] if len(x) > 1
        ]
        # Under the line of now: only where it moved does it show.
        panel.stroke(view.shapes(earlier), LINE_INK, 0.9, 5.9, dash=(0.0, (3.0, 1.8)))
    if region is None or region.is_empty:
        return
    _, _, width, height = view.rectangle
    east, north = view.west_km + width * view.km_per_in, view.south_km + height * view.km_per_in
    (kept,) = view.shapes([region if region.is_valid else shapely.make_valid(region)])
    kept = shapely.make_valid(kept)
    outside = shapely.difference(shapely.box(view.west_km, view.south_km, east, north), kept)
    panel.fill(outside, PAPER, _VEIL, 6.5)
    panel.stroke([kept], PAPER, 2.0, 6.6, 0.8)
    panel.stroke([kept], _EDGE_INK, 0.8, 6.7)


def _packed(canvas: Any, dpi: int) -> bytes:
    """Return what was drawn as a PNG with a palette, a third as large; the sheet is white."""
    import numpy as np
    from PIL import Image

    pixels = np.ascontiguousarray(np.asarray(canvas.buffer_rgba())[..., :3])
    flat = pixels.reshape(-1, 3).astype(np.int32) @ np.array([65536, 256, 1], np.int32)
    numbers, back, counts = np.unique(flat, return_inverse=True, return_counts=True)
    # What fills areas stays exactly as it is; the rest, edges of letters, is near enough.
    most = numbers[np.lexsort((numbers, -counts))[:_PLAIN]]
    kind, dither = Image.Quantize.MAXCOVERAGE, Image.Dither.NONE
    rest = Image.fromarray(pixels).quantize(256 - len(most), method=kind, dither=dither)
    table = np.concatenate([_parts(most), np.reshape(rest.getpalette() or [], (-1, 3))])[:256]
    nearest = np.empty(len(numbers), np.uint8)
    for start in range(0, len(numbers), 4096):
        off = _parts(numbers[start : start + 4096])[:, None, :] - table[None, :, :]
        nearest[start : start + 4096] = np.argmin((off * off).sum(axis=2), axis=1)
    drawn = Image.fromarray(nearest[back].reshape(pixels.shape[:2]))
    drawn.putpalette(table.astype(np.uint8).tobytes())
    told = io.BytesIO()
    drawn.save(told, "PNG", optimize=True, dpi=(dpi, dpi))
    return told.getvalue()


def _parts(colours: Any) -> Any:
    """Return colours (numbers, shape (n,)) as red, green and blue, shape (n, 3)."""
    import numpy as np

    return np.stack([colours >> shift & 255 for shift in (16, 8, 0)], axis=1)
