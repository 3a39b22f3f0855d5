"""The map as a picture (PNG), for documents and print: no browser takes part.

It shows what the page shows, with the same symbols, on a sheet with title, legend and scale.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from geomap.errors import OutputError, SettingsError
from geomap.output.basemap import BasemapData, bounds_of
from geomap.output.picture_dates import (
    Period,
    day_told,
    line_before,
    line_until,
    movement_between,
    periods,
    span_told,
    whole_movement,
)
from geomap.output.picture_frame import View, degrees_told, grid
from geomap.output.picture_legend import Legend, front_rows, notes, report_rows, scale_bar
from geomap.output.picture_map import draw_map
from geomap.output.picture_marks import Reading, in_order, parties_of, reading_of
from geomap.output.picture_text import drawable, fitted, font, write

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

A4_IN = (11.69, 8.27)  # width and height, lying on its long side
SCRIPTS = ("latin", "cyrillic")
DPI = 200
_EDGE_IN, _COLUMN_IN, _HEAD_IN, _FOOT_IN = 0.38, 2.45, 0.58, 0.30
_TICKS_IN = 0.42  # room for degrees at the left and below the map
_NOTHING = "No report names a place that can be drawn."


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What is drawn: features by day, the day of each report, the front, and how."""

    features: list[tuple[str | None, Mapping[str, Any]]]
    reports: dict[str, str | None]
    front: Mapping[str, Any] | None
    basemap: BasemapData
    script: str = "latin"

    @classmethod
    def of(
        cls, collection: Mapping[str, Any], front: Mapping[str, Any] | None,
        basemap: BasemapData | None = None, script: str = "latin",
    ) -> _Sheet:  # fmt: skip
        """Read a collection; `geomap.articles` may name reports of which no feature tells."""
        features = in_order(collection.get("features") or ())
        reports = {str((f.get("properties") or {}).get("article_id")): day for day, f in features}
        for article in (collection.get("geomap") or {}).get("articles") or ():
            reports.setdefault(str(article.get("article_id")), article.get("date") or None)
        return cls(features, reports, front, basemap or BasemapData(), script)

    def dates(self) -> list[str | None]:
        """Return the dates of reports and lines, None for what has none.

        A line that held before the period asked for begins no panel.
        """
        drawn = (self.front or {}).get("dates", ())
        lines = [d["date"] for d in drawn if not d.get("early")]
        days = [day for day, _ in self.features] + list(self.reports.values())
        return days + [d for d in lines if d is not None]


def draw_picture(
    collection: Mapping[str, Any],
    *,
    basemap: BasemapData,
    title: str = "geomap",
    attribution: str | None = None,
    front: Mapping[str, Any] | None = None,
    script: str = "latin",
    by_date: bool = False,
    dpi: int = DPI,
) -> bytes:
    r"""Draw the map of a feature collection as a picture.

    Parameters
    ----------
    collection : Mapping
        A GeoJSON FeatureCollection, EPSG:4326, as `output.map.render_map` takes it. A hint may
        have a foreign member `core`, the geometry of what holds half of its probability.
    basemap : BasemapData
        What is drawn underneath.
    title : str
        The heading.
    attribution : str, optional
        Printed at the foot; without it the page's own.
    front : Mapping, optional
        Lines of contact by date, as `front_layers.front_drawing` gives them.
    script : str
        `latin`, or `cyrillic` for native names where they are known.
    by_date : bool
        Whether to draw a panel for each date (or for each of equal spans of days, when there are
        more than twelve) instead of one map of all dates.
    dpi : int
        Pixels to an inch.

    Returns
    -------
    bytes
        A PNG. The same input gives the same bytes, in whatever order the features come. Where
        nothing can be drawn, the picture says so.

    Raises
    ------
    SettingsError
        A feature has an unknown layer or a date that is not an ISO day, a colour is not
        ``#rrggbb``, or the script is unknown.
    OutputError
        matplotlib is not installed.

    Examples
    --------
    >>> from geomap.output.basemap import BasemapData
    >>> draw_picture({"features": []}, basemap=BasemapData(), dpi=30)[:4]
    b'\x89PNG'
    """
    check_matplotlib()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from geomap.output.map import ATTRIBUTION

    width, height = A4_IN
    if script not in SCRIPTS:
        raise SettingsError(f"script {script!r} is unknown: write {' or '.join(SCRIPTS)}")
    parties = parties_of(collection)
    sheet = _Sheet.of(collection, front, basemap, script)
    # "none" keeps a layout away that the user's own settings of matplotlib may ask for.
    look: dict[str, Any] = {"facecolor": "white", "layout": "none"}
    figure = Figure(figsize=A4_IN, dpi=dpi, **look)
    canvas: Any = FigureCanvasAgg(figure)
    page = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    page.set_axis_off()
    page.set_xlim(0.0, width)
    page.set_ylim(0.0, height)
    reading = reading_of(sheet.features, parties, script)
    views = views_of(collection, front=front, by_date=by_date)
    legend = Legend(page, width - _EDGE_IN - _COLUMN_IN + 0.15, height - _EDGE_IN - _HEAD_IN,
                    _COLUMN_IN - 0.15)  # fmt: skip
    if by_date:
        parts = periods(sheet.dates())
        shown = [
            _part(page, view, sheet, parties, p) for view, p in zip(views, parts, strict=False)
        ]
        if not parts:
            shown = [_whole(page, views[0], sheet, reading)]
    else:
        shown = [_whole(page, views[0], sheet, reading)]
    days = _once([day for day, _ in shown if day is not None])
    front_rows(legend, days, _once([m for _, m in shown if m is not None]))
    report_rows(legend, seen_in(reading, views[0]), parties)
    legend.finish()
    _surroundings(page, title, attribution or ATTRIBUTION, views, sheet, reading)
    told = io.BytesIO()
    canvas.print_png(told, metadata={"Software": None})
    return told.getvalue()


def check_matplotlib() -> None:
    """Say early whether pictures can be drawn here.

    Raises
    ------
    OutputError
        matplotlib is not installed: it is an extra, for it would add a fifth to the whole.
    """
    from importlib.util import find_spec

    if find_spec("matplotlib") is None:
        raise OutputError(
            "a picture needs matplotlib: pip install 'geomap[picture]', or write a page, .html"
        )


def views_of(
    collection: Mapping[str, Any],
    *,
    front: Mapping[str, Any] | None = None,
    by_date: bool = False,
) -> list[View]:
    """Return what each panel of the picture shows, and where: one map, or a panel for each date.

    `View.pixel(lon, lat, page height, dpi)` tells where a point of the world is in the picture.
    """
    from geomap.output.map import with_lines

    width, height = A4_IN
    bounds = bounds_of(with_lines(collection, front))
    room = (
        _EDGE_IN + _TICKS_IN, _EDGE_IN + _FOOT_IN, width - 2 * _EDGE_IN - _TICKS_IN - _COLUMN_IN,
        height - 2 * _EDGE_IN - _HEAD_IN - _FOOT_IN,
    )  # fmt: skip
    if not by_date:
        return [View.of(bounds, room)]
    count = len(periods(_Sheet.of(collection, front).dates()))
    if count <= 1 and bounds is None:
        return [View.of(bounds, room)]
    cells = grid(max(count, 1), room, bounds)
    first = View.of(bounds, cells[0])
    return [first.on(cell) for cell in cells]


# ---- A map ----

_Shown = tuple["Mapping[str, Any] | None", "Mapping[str, Any] | None"]
"""The drawing of the front and the movement that a panel shows."""


def _whole(page: Any, view: View, sheet: _Sheet, reading: Reading) -> _Shown:
    """Draw the map of all dates."""
    dates = [d["date"] for d in (sheet.front or {}).get("dates", ())]
    day = line_until(sheet.front, max((d for d in dates if d is not None), default=None))
    movement = whole_movement(sheet.front, day)
    draw_map(page, view, sheet.basemap, reading, day, movement, script=sheet.script)
    _degrees(page, view)
    if not reading.marks and not reading.regions and day is None:
        _say(page, view, _NOTHING)
    return day, movement


def _part(page: Any, view: View, sheet: _Sheet, parties: Any, period: Period) -> _Shown:
    """Draw the panel of a period."""
    of_it = [(day, f) for day, f in sheet.features if period.holds(day)]
    reading = reading_of(of_it, parties, sheet.script)
    day = line_until(sheet.front, period.last)
    fresh = day is not None and day["date"] is not None and period.holds(day["date"])
    before = line_before(sheet.front, period.first) if fresh else None
    movement = movement_between(before, day) if before is not None and day is not None else None
    draw_map(page, view, sheet.basemap, reading, day, movement, script=sheet.script, scale=0.8)
    left, bottom, width, height = view.rectangle
    heading, small = font(7.0, "bold"), font(6.2)
    title = fitted(period.title, heading, width * 72)
    write(page, left, bottom + height + 0.17, title, heading, "#15191d")
    count = sum(period.holds(day) for day in sheet.reports.values())
    told = _counted(count, "report") if count else "no reports"
    if day is not None and day["date"] is not None:
        told += f", line of {day_told(day['date'])}"
    write(page, left, bottom + height + 0.055, fitted(told, small, width * 72), small, "#59636e")
    return day, movement


def _degrees(page: Any, view: View) -> None:
    """Mark the graticule on the frame."""
    from matplotlib.collections import LineCollection

    left, bottom, _, _ = view.rectangle
    step, lons, lats = view.degrees()
    small = font(6.0)
    ticks = [[(left + x, bottom), (left + x, bottom - 0.05)] for _, x in lons]
    ticks += [[(left, bottom + y), (left - 0.05, bottom + y)] for _, y in lats]
    page.add_collection(LineCollection(ticks, colors="#3b434a", linewidths=0.7), autolim=False)
    for lon, x in lons:
        told = degrees_told(lon, step, "E", "W")
        write(page, left + x, bottom - 0.07, told, small, "#59636e", ha="center", va="top")
    for lat, y in lats:
        told = degrees_told(lat, step, "N", "S")
        write(page, left - 0.07, bottom + y, told, small, "#59636e", ha="right", va="center")


def _say(page: Any, view: View, text: str) -> None:
    left, bottom, width, height = view.rectangle
    words = write(page, left + width / 2, bottom + height / 2, text, font(12.0), "#2b3238",
                  ha="center", va="center", zorder=20)  # fmt: skip
    words.set_bbox({"facecolor": "white", "edgecolor": "#b4babe", "pad": 9.0})


# ---- Round the map ----


def _surroundings(
    page: Any,
    title: str,
    attribution: str,
    views: Sequence[View],
    sheet: _Sheet,
    reading: Reading,
) -> None:
    """Write title, period and counts above the map; scale and credits below."""
    width, height = A4_IN
    bold, plain = font(15.0, "bold"), font(8.4)
    left, room = _EDGE_IN, (width - 2 * _EDGE_IN) * 72
    heading = fitted(drawable(title, 200) or "geomap", bold, room)
    write(page, left, height - _EDGE_IN - 0.17, heading, bold, "#15191d")
    under = fitted(_period(sheet, reading, len(views) > 1), plain, room)
    write(page, left, height - _EDGE_IN - 0.42, under, plain, "#4a535b")
    column = width - _EDGE_IN - _COLUMN_IN + 0.15
    scale_bar(page, views[0], column, _EDGE_IN + _FOOT_IN + 0.13, _COLUMN_IN - 0.15)
    note = f"{views[0].name}. Sides of the frame: degrees, WGS 84."
    if len(views) > 1:
        note = f"{views[0].name}. All panels show the same area at the same scale."
    notes(page, [note], column, _EDGE_IN + 0.06, _COLUMN_IN - 0.15)
    notes(page, [drawable(attribution, 300)], left, _EDGE_IN - 0.18, width - 2 * _EDGE_IN)


def _period(sheet: _Sheet, reading: Reading, by_date: bool) -> str:
    """Return the line under the title: which days, how many reports and places."""
    days = sorted(d for d in sheet.dates() if d is not None)
    undated = sum(day is None for day in sheet.reports.values())
    told = [span_told(days[0], days[-1])] if days else []
    told.append(_counted(len(sheet.reports), "report"))
    places = sum(m.kind == "places" for m in reading.marks)
    if places:
        told.append(_counted(places, "place"))
    if undated:
        apart = "in a panel apart" if by_date else "drawn with the others"
        told.append(f"{undated:,} undated, {apart}")
    missing = sum(not (f.get("geometry") or {}).get("coordinates") for _, f in sheet.features)
    if missing:
        told.append(f"{missing:,} not placed")
    return "  \u00b7  ".join(told)


def seen_in(reading: Reading, view: View) -> Reading:
    """Return what of a reading lies in a view: what lies outside needs no row in the legend."""
    import numpy as np

    lons, lats = [m.lon for m in reading.marks], [m.lat for m in reading.marks]
    xs, ys = view.inches(np.array(lons, float), np.array(lats, float))
    inside = [view.holds(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]
    shown = view.shapes([r.geometry for r in reading.regions])
    return replace(
        reading,
        marks=tuple(m for m, seen in zip(reading.marks, inside, strict=True) if seen),
        regions=tuple(
            r for r, shape in zip(reading.regions, shown, strict=True) if not shape.is_empty
        ),
    )


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _once(found: Sequence[Any]) -> list[Any]:
    """Return each object of a list once, in its order."""
    kept: dict[int, Any] = {}
    for one in found:
        kept.setdefault(id(one), one)
    return list(kept.values())
