"""Names on the picture, placed one after the other so that none covers another or a symbol."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from geomap.output.picture_ground import PAPER, river_width
from geomap.output.picture_text import drawable, font, size_pt, write

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from geomap.output.basemap import BasemapData
    from geomap.output.picture_frame import View

Box = tuple[float, float, float, float]
"""Left, bottom, right, top in inches of the page."""

_CELL_IN = 0.5
_GAP_IN = 0.02
_TOWNS = 160  # names of towns that no report names: more would be read for more than they are
# From which population towns are named, by the zoom of the page that shows as much.
_LEAST_PEOPLE = (
    (5, 1_500_000), (6, 600_000), (7, 200_000), (8, 70_000), (9, 18_000), (10, 4_000),
)  # fmt: skip
_LEADERS_IN = (0.25, 0.4, 0.55, 0.75, 1.0)
_SAME_IN = 0.5
_APART_IN = 0.3
_LED = 40  # names, the busiest, that may stand aside
_GREAT_RIVER = 6  # rank: rivers up to it are named


class Room:
    """What of a view is taken, by boxes.

    Parameters
    ----------
    view : View
        Names stay inside its rectangle.
    """

    def __init__(self, view: View) -> None:
        left, bottom, width, height = view.rectangle
        self.inside: Box = (left + 0.03, bottom + 0.03, left + width - 0.03, bottom + height - 0.03)
        self._hard: dict[tuple[int, int], list[Box]] = defaultdict(list)
        self._soft: dict[tuple[int, int], list[Box]] = defaultdict(list)
        self._named: dict[tuple[int, int], list[Box]] = defaultdict(list)

    def take(self, box: Box, *, soft: bool = False, named: bool = False) -> None:
        """Keep names off a box; with `soft` only where there is room elsewhere.

        What is `named` bears a name, or is one: no line to another name may cross it.
        """
        for cell in _cells(box):
            (self._soft if soft else self._hard)[cell].append(box)
            if named:
                self._named[cell].append(box)

    def crossed(self, box: Box) -> bool:
        """Say whether a box lies on a name, or on a symbol that has one."""
        return any(_meet(box, o) for cell in _cells(box) for o in self._named.get(cell, ()))

    def free(self, box: Box, *, soft: bool = False) -> bool:
        """Say whether a name may stand in a box."""
        west, south, east, north = self.inside
        if box[0] < west or box[1] < south or box[2] > east or box[3] > north:
            return False
        taken = self._soft if soft else self._hard
        return not any(_meet(box, other) for cell in _cells(box) for other in taken.get(cell, ()))


def _cells(box: Box) -> Iterable[tuple[int, int]]:
    for i in range(math.floor(box[0] / _CELL_IN), math.floor(box[2] / _CELL_IN) + 1):
        for j in range(math.floor(box[1] / _CELL_IN), math.floor(box[3] / _CELL_IN) + 1):
            yield i, j


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and a[2] > b[0] and a[1] < b[3] and a[3] > b[1]


class Labels:
    """The names of one view.

    Parameters
    ----------
    page : matplotlib Axes
        The whole page; its data are inches.
    room : Room
        What is taken, by symbols and by names already placed.
    """

    def __init__(self, page: Any, room: Room) -> None:
        self.page = page
        self.room = room
        self.placed: list[tuple[str, Box]] = []

    def place(
        self, text: str, x: float, y: float, gap: float, properties: Any, colour: str, *,
        centred: bool = False, leader: bool = False,
    ) -> bool:  # fmt: skip
        """Place a drawable text beside a point, where there is room; say whether there was.

        Parameters
        ----------
        text : str
            What `drawable` gave.
        x, y : float
            The point, inches.
        gap : float
            From the point to the name, inches.
        properties, colour
            How it looks.
        centred : bool
            Whether the name stands on the point.
        leader : bool
            Whether the name may stand farther off, with a thin line to the point.
        """
        if not text:
            return False
        wide_pt, tall_pt = size_pt(text, properties)
        wide, tall = wide_pt / 72, max(tall_pt, properties.get_size() * 0.75) / 72
        o, d = gap + _GAP_IN, gap * 0.7 + _GAP_IN
        seats = (
            [(-wide / 2, -tall / 2)] if centred else
            [(o, -tall / 2), (-o - wide, -tall / 2), (-wide / 2, o), (-wide / 2, -o - tall),
             (d, d), (d, -d - tall), (-d - wide, d), (-d - wide, -d - tall)]
        )  # fmt: skip
        boxes = [
            (x + dx - 0.015, y + dy - 0.015, x + dx + wide + 0.015, y + dy + tall + 0.015)
            for dx, dy in seats
        ]
        fit = [box for box in boxes if self.room.free(box)]
        if fit:
            box = next((b for b in fit if self.room.free(b, soft=True)), fit[0])
        elif leader:
            far = self._far(x, y, gap, wide, tall)
            if far is None:
                return False
            box = far
        else:
            return False
        self.room.take((box[0] - 0.04, box[1], box[2] + 0.04, box[3]), named=True)
        self.placed.append((text, box))
        words = write(self.page, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, text, properties,
                      colour, ha="center", va="center", zorder=9.0)  # fmt: skip
        words.set_path_effects(_halo())
        return True

    def _far(self, x: float, y: float, gap: float, wide: float, tall: float) -> Box | None:
        """Return a seat farther off, and draw the line that leads to it; None where none is."""
        from matplotlib.lines import Line2D

        for strict in (True, False):
            for away, turn in product(_LEADERS_IN, range(16)):
                mx = x + math.cos(turn * math.pi / 8) * (away + wide / 2)
                my = y + math.sin(turn * math.pi / 8) * (away + tall / 2)
                box = (mx - wide / 2 - 0.015, my - tall / 2 - 0.015,
                       mx + wide / 2 + 0.015, my + tall / 2 + 0.015)  # fmt: skip
                # Not beside another place either: it would be read as that one's name.
                wider = (box[0] - _APART_IN, box[1] - 0.02, box[2] + _APART_IN, box[3] + 0.02)
                if not self.room.free(box) or self.room.crossed(wider):
                    continue
                end = (min(max(x, box[0] + 0.01), box[2] - 0.01),
                       min(max(y, box[1] + 0.01), box[3] - 0.01))  # fmt: skip
                long = math.hypot(end[0] - x, end[1] - y)
                dx, dy = (end[0] - x) / long, (end[1] - y) / long
                start = (x + dx * gap, y + dy * gap)
                if not self._clear(start, (dx, dy), long - gap, strict=strict):
                    continue
                line = Line2D([start[0], end[0]], [start[1], end[1]], color="#2b3238",
                              linewidth=0.5, zorder=7.5)  # fmt: skip
                line.set_path_effects(_halo(1.2))
                self.page.add_line(line)
                return box
        return None

    def _clear(
        self, start: tuple[float, float], way: tuple[float, float], long: float, *, strict: bool
    ) -> bool:
        """Say whether a line from a symbol crosses no name and no place (`strict`: nothing)."""
        for n in range(1, int(long / 0.03)):
            x, y = start[0] + way[0] * 0.03 * n, start[1] + way[1] * 0.03 * n
            spot = (x - 0.006, y - 0.006, x + 0.006, y + 0.006)
            if strict and not self.room.free(spot):
                return False
            if self.room.crossed(spot):
                return False
        return True


def _halo(width: float = 1.8) -> list[Any]:
    from matplotlib.patheffects import Normal, Stroke

    return [Stroke(linewidth=width, foreground=("#fafaf8", 0.92)), Normal()]


@dataclass(frozen=True, slots=True)
class Label:
    """A name to be written beside a symbol: `strong` for places; the rest in inches."""

    name: str
    count: int
    strong: bool
    x: float
    y: float
    gap: float


def name_marks(labels: Labels, named: Sequence[Label], scale: float) -> None:
    """Write the names of symbols, the busiest first."""
    strong, light = font(7.2 * scale, "bold"), font(6.8 * scale)
    ordered = sorted(named, key=lambda n: (-n.count, n.name, n.x, n.y, not n.strong))
    done: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for number, label in enumerate(ordered):
        name, x, y = label.name, label.x, label.y
        # A town and its district, or a seed town that reports name too: once is enough.
        if any(math.hypot(x - ox, y - oy) < _SAME_IN for ox, oy in done[name]):
            continue
        done[name].append((x, y))
        labels.place(name, x, y, label.gap, strong if label.strong else light,
                     "#15191d" if label.strong else "#3d4650",
                     leader=label.strong and number < _LED)  # fmt: skip


def name_basemap(
    labels: Labels, view: View, basemap: BasemapData, script: str, scale: float
) -> None:
    """Write the names of countries, provinces, rivers and towns, as far as there is room."""
    zoom = view.zoom
    if zoom < 7:
        least = 4.0 * 2 ** (4 - zoom)
        _name_areas(
            labels,
            view,
            basemap.countries,
            script,
            least,
            font((7.5 if zoom >= 5 else 6.0) * scale),
            "#7d858d",
        )
    if zoom >= 5.5:
        least = 6000.0 / 4**zoom
        _name_areas(labels, view, basemap.admin1, script, least, font(6.2 * scale), "#878f97")
    _name_rivers(
        labels, view, getattr(basemap, "rivers", ()) or (), script, font(5.8 * scale, "slanted")
    )
    _name_towns(labels, view, basemap.towns, script, zoom, scale)


def _own_name(properties: Mapping[str, Any], script: str) -> str:
    native = properties.get("native") or properties.get("native_name")
    return drawable((native if script == "cyrillic" else None) or properties.get("name"), 30)


def _name_areas(
    labels: Labels, view: View, features: Sequence[Mapping[str, Any]], script: str,
    least: float, properties: Any, colour: str,
) -> None:  # fmt: skip
    found = []
    for feature in features:
        told = feature["properties"]
        if told.get("role") == "label" and told.get("area", 0.0) >= least:
            found.append((-float(told["area"]), _own_name(told, script), feature))
    for _, name, feature in sorted(found, key=lambda item: item[:2]):
        lon, lat = feature["geometry"]["coordinates"][:2]
        x, y = view.inches(lon, lat)
        if view.holds(float(x), float(y)):
            spaced = "\u2009".join(name.upper())
            labels.place(spaced, float(x), float(y), 0.0, properties, colour, centred=True)


def _name_rivers(
    labels: Labels, view: View, rivers: Sequence[Mapping[str, Any]], script: str, properties: Any
) -> None:
    import shapely

    found: dict[str, Any] = {}
    great = [
        f for f in rivers
        if f["properties"].get("role") == "river" and f["properties"].get("name")
        and (f["properties"].get("rank") or 0) <= _GREAT_RIVER
    ]  # fmt: skip
    shapes = view.shapes([shapely.geometry.shape(f["geometry"]) for f in great])
    for feature, shape in zip(great, shapes, strict=True):
        name = _own_name(feature["properties"], script)
        length = float(shape.length)
        if name and length / view.km_per_in > 1.2 and length > found.get(name, (0.0,))[0]:
            found[name] = (length, -river_width(feature), shape)
    left, bottom, _, _ = view.rectangle
    for name, (_, _, shape) in sorted(found.items(), key=lambda item: (item[1][1], item[0])):
        course = max(shapely.get_parts(shape), key=lambda part: float(part.length))
        for share in (0.5, 0.35, 0.65, 0.2, 0.8):
            at = course.interpolate(share, normalized=True)
            x = left + (at.x - view.west_km) / view.km_per_in
            y = bottom + (at.y - view.south_km) / view.km_per_in
            if labels.place(name, x, y, 0.02, properties, "#5f8296"):
                break


def town_name(town: Sequence[Any], script: str) -> str:
    """Return the name of a town of the basemap, in the script asked for where it is known."""
    native = town[4] if len(town) > 4 and script == "cyrillic" else None
    return str(native or town[0])


def _name_towns(
    labels: Labels, view: View, towns: Sequence[Any], script: str, zoom: float, scale: float
) -> None:
    least = next((people for below, people in _LEAST_PEOPLE if zoom < below), 0)
    big, small = font(6.4 * scale), font(5.8 * scale)
    seats, left = [], _TOWNS
    for town in towns:
        _, lat, lon, population = town[:4]
        if left == 0:
            break
        if population < least:
            continue  # what lies round the marks follows the large ones
        x, y = (float(v) for v in view.inches(lon, lat))
        dot = (x - 0.02, y - 0.02, x + 0.02, y + 0.02)
        if not view.holds(x, y) or not labels.room.free(dot):
            continue
        told = drawable(town_name(town, script), 30)
        great = population >= 200_000
        if labels.place(
            told, x, y, 0.03, big if great else small, "#545c64" if great else "#6d757d"
        ):
            labels.room.take(dot)
            seats.append((x, y, 2.0 if great else 1.5))
            left -= 1
    if seats:
        labels.page.scatter(
            [s[0] for s in seats], [s[1] for s in seats], s=[s[2] ** 2 * 2 for s in seats],
            c=PAPER, edgecolors="#757d85", linewidths=0.6, zorder=4.6,
        )  # fmt: skip


def keep_off_line(room: Room, view: View, lines: Iterable[Any]) -> None:
    """Ask names to stay off a line (degrees), where there is room elsewhere."""
    import numpy as np

    for line in lines:
        if len(line) < 2:
            continue
        x, y = view.inches([p[0] for p in line], [p[1] for p in line])
        steps = np.hypot(np.diff(x), np.diff(y))
        along = np.concatenate([[0.0], np.cumsum(steps)])
        if not np.isfinite(along[-1]):
            continue
        for at in np.arange(0.0, along[-1], 0.06):
            px, py = float(np.interp(at, along, x)), float(np.interp(at, along, y))
            if view.holds(px, py):
                room.take((px - 0.03, py - 0.03, px + 0.03, py + 0.03), soft=True)
