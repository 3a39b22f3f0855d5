"""Everything that lies inside a frame of the picture, from the sea up to the names."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from geomap.output.picture_ground import Panel, draw_basemap, draw_circles, draw_front, draw_regions
from geomap.output.picture_labels import (
    Label,
    Labels,
    Room,
    keep_off_line,
    name_basemap,
    name_marks,
    town_name,
)
from geomap.output.picture_symbols import Symbols, sample
from geomap.output.picture_text import drawable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geomap.output.basemap import BasemapData
    from geomap.output.picture_frame import View
    from geomap.output.picture_marks import Mark, Reading

_SHEET_IN2 = 55.0  # the map of an A4 sheet, square inches
_SPARSE = 60  # symbols on such a map that are drawn at full size
_SMALLEST = 0.55  # share of the full size
_SEED_IN = 0.04
# Where a claim may stand when its own place is taken, in px of the page, the nearest first.
_ASIDE_PX = tuple(
    (reach * east, reach * north)
    for reach in (13.0, 19.0)
    for east, north in (
        (0.25, 1),
        (1, 0.8),
        (1.1, 0),
        (-0.8, 0.9),
        (0.9, -0.8),
        (0, -1.1),
        (-1.1, 0),
    )
)


def draw_map(
    page: Any, view: View, basemap: BasemapData, reading: Reading,
    day: Mapping[str, Any] | None, movement: Mapping[str, Any] | None, *,
    script: str = "latin", scale: float = 1.0,
) -> None:  # fmt: skip
    """Draw a map.

    Parameters
    ----------
    page : matplotlib Axes
        The whole page; its data are inches.
    view : View
        What is shown, and where on the page.
    basemap : BasemapData
        What is drawn underneath.
    reading : Reading
        Marks and regions.
    day, movement : Mapping or None
        The drawing of the front, and who gained what up to it.
    script : str
        `latin` or `cyrillic`.
    scale : float
        Of symbols and names; 1 for a map that fills a sheet.
    """
    panel = Panel(page, view)
    draw_basemap(panel, basemap)
    draw_front(panel, day, movement)
    draw_regions(panel, reading.regions)
    draw_circles(panel, _circles(reading))
    room = Room(view)
    known = {(t[0], round(t[1], 1), round(t[2], 1)): town_name(t, script) for t in basemap.towns}
    towns = _seeds(panel, room, day, known, scale)
    names = _symbols(panel, room, reading, scale)
    names += [t for t in towns if all(math.hypot(t.x - n.x, t.y - n.y) > _SEED_IN for n in names)]
    if day is not None:
        keep_off_line(room, view, [line for p in day["pieces"] for line in p["lines"]])
    labels = Labels(page, room)
    words = 1.0 if scale == 1.0 else 0.8
    name_marks(labels, names, words)
    name_basemap(labels, view, basemap, script, words)


def _circles(reading: Reading) -> list[tuple[float, float, float, str]]:
    """Return the circles of roughly known places, each once."""
    return sorted({(m.lon, m.lat, round(m.circle_km, 1), m.colour)
                   for m in reading.marks if m.circle_km})  # fmt: skip


def _seeds(
    panel: Panel, room: Room, day: Mapping[str, Any] | None,
    known: Mapping[tuple[str, float, float], str], scale: float,
) -> list[Label]:  # fmt: skip
    """Draw the seed towns of a day; return their names, as the basemap writes them if it knows."""
    symbols = Symbols(0.65 * scale)
    names = []
    for seed in day["seeds"] if day else ():
        x, y = (float(v) for v in panel.view.inches(seed["lon"], seed["lat"]))
        if not panel.view.holds(x, y):
            continue
        symbols.add(sample("square", colour=seed["colour"], hollow=True), x, y)
        room.take((x - _SEED_IN, y - _SEED_IN, x + _SEED_IN, y + _SEED_IN))
        at = (seed.get("name"), round(seed["lat"], 1), round(seed["lon"], 1))
        names.append(Label(drawable(known.get(at, at[0]), 32), 0, False, x, y, _SEED_IN))
    symbols.draw(panel.page, panel.frame, zorder=7.0)
    return names


def _symbols(panel: Panel, room: Room, reading: Reading, scale: float) -> list[Label]:
    """Draw the marks; return their names."""
    import numpy as np

    view = panel.view
    many = len(reading.marks) * _SHEET_IN2 / (view.rectangle[2] * view.rectangle[3])
    crowd = min(1.0, max(_SMALLEST, (_SPARSE / many) ** 0.33)) if many else 1.0
    symbols = Symbols(scale * crowd)
    taken = Room(view)
    lons, lats = [m.lon for m in reading.marks], [m.lat for m in reading.marks]
    xs, ys = view.inches(np.array(lons, float), np.array(lats, float))
    placed = {(m.lon, m.lat) for m in reading.marks if m.kind != "claims"}
    names = []
    for mark, x, y in zip(reading.marks, xs.tolist(), ys.tolist(), strict=True):
        if not (math.isfinite(x) and view.holds(x, y)):
            continue
        px, py = _seat(symbols, taken, mark, x, y)
        symbols.add(mark, px, py)
        r = symbols.radius_in(mark)
        taken.take((px - 0.7 * r, py - 0.7 * r, px + 0.7 * r, py + 0.7 * r))
        room.take((px - r, py - r, px + r, py + r), named=mark.kind == "places")
        if mark.kind == "claims" and (mark.lon, mark.lat) in placed:
            continue  # the place has its own name there
        strong = mark.kind == "places" and not mark.hollow
        names.append(Label(drawable(mark.name, 32), mark.count, strong, x, y, r))
    symbols.draw(panel.page, panel.frame)
    return names


def _seat(symbols: Symbols, taken: Room, mark: Mark, x: float, y: float) -> tuple[float, float]:
    """Return where a mark stands, in inches: claims make way for what is there, others do not."""
    if mark.kind != "claims":
        return x, y
    px_in = symbols.pt / 72
    seats = [(x + dx * px_in, y + dy * px_in) for dx, dy in _ASIDE_PX]
    r = symbols.radius_in(mark) * 0.7
    for sx, sy in [(x, y), *seats]:
        if taken.free((sx - r, sy - r, sx + r, sy + r)):
            return sx, sy
    return seats[1]
