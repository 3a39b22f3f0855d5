"""The legend of the picture: a row for each sign that is on it, and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geomap.output.picture_dates import day_told
from geomap.output.picture_ground import (
    LINE_INK,
    STATUS,
    hatch_lines,
    held_alpha,
    is_hatched,
    line_alpha,
)
from geomap.output.picture_marks import INK
from geomap.output.picture_symbols import Symbols, level, sample
from geomap.output.picture_text import drawable, font, wrapped, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from geomap.output.picture_frame import View
    from geomap.output.picture_marks import Mark, Parties, Reading

_SIGN_IN = 0.40  # room for the sign of a row
_LEAD_IN = 0.122  # from line to line
_WORDS = "#2b3238"


class Legend:
    """Rows under each other in a column of the page.

    Parameters
    ----------
    page : matplotlib Axes
        The whole page; its data are inches.
    left, top, width : float
        The column, inches.
    tight : float
        Of the room between lines: 1 is that of a sheet, 0.7 the least that reads well.
    """

    def __init__(
        self, page: Any, left: float, top: float, width: float, tight: float = 1.0
    ) -> None:
        self.tight = tight
        self.page = page
        self.left = left
        self.width = width
        self.y = top
        self.rows: list[str] = []
        self._symbols = Symbols()
        self._plain, self._bold = font(6.6), font(7.4, "bold")

    def heading(self, text: str) -> None:
        """Write a heading."""
        self.y -= (0.20 if self.rows else 0.10) * self.tight
        for line in wrapped(text, self._bold, self.width * 72, 2):
            write(self.page, self.left, self.y, line, self._bold, "#15191d")
            self.y -= 0.135
        self.y -= 0.005
        self.rows.append(text)

    def row(self, paint: Callable[[float, float], None] | None, text: str) -> None:
        """Write a row; `paint` draws its sign round a point of the page (inches)."""
        aside = _SIGN_IN if paint else 0.0
        lines = wrapped(text, self._plain, (self.width - aside) * 72, 4)
        self.y -= 0.03 * self.tight
        if paint is not None:
            paint(self.left + _SIGN_IN * 0.42, self.y + 0.03)
        for line in lines:
            write(self.page, self.left + aside, self.y, line, self._plain, _WORDS)
            self.y -= _LEAD_IN * self.tight
        self.y -= 0.022 * self.tight
        self.rows.append(text)

    def glyph(self, mark: Mark) -> Callable[[float, float], None]:
        """Return what draws a symbol."""
        return lambda x, y: self._symbols.add(mark, x, y)

    def line(self, status: str, alpha: float = 0.95) -> Callable[[float, float], None]:
        """Return what draws a stretch of the line."""

        def paint(x: float, y: float) -> None:
            width, dash, _ = STATUS[status]
            self._stroke(
                x, y, LINE_INK, width, alpha, dash, "butt" if status == "prior" else "round"
            )

        return paint

    def _stroke(
        self, x: float, y: float, colour: str, width: float, alpha: float, dash: Any, cap: str
    ) -> None:
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        self.page.add_patch(
            PathPatch(Path([(x - 0.15, y), (x + 0.15, y)]), edgecolor=(colour, alpha),
                      linewidth=width, linestyle=dash or "solid", capstyle=cap, facecolor="none")
        )  # fmt: skip

    def area(
        self, colour: str, alpha: float, *, hatch: str = "", rising: bool = True
    ) -> Callable[[float, float], None]:
        """Return what draws a tinted, maybe hatched, piece of ground."""

        def paint(x: float, y: float) -> None:
            from matplotlib.patches import Rectangle

            box = (x - 0.15, y - 0.05, x + 0.15, y + 0.065)
            patch = Rectangle((box[0], box[1]), 0.30, 0.115, facecolor=(colour, alpha), zorder=2,
                              edgecolor=(colour, 0.5), linewidth=0.4)  # fmt: skip
            self.page.add_patch(patch)
            if hatch:
                hatch_lines(self.page, box, colour, hatch, rising, 2.1).set_clip_path(patch)

        return paint

    def oval(
        self, colour: str, alpha: float, dash: Any, core: float = 0.0
    ) -> Callable[[float, float], None]:
        """Return what draws a region round a point."""

        def paint(x: float, y: float) -> None:
            from matplotlib.patches import Ellipse

            self.page.add_patch(
                Ellipse((x, y), 0.30, 0.15, facecolor=(colour, alpha), edgecolor=(colour, 0.9),
                        linewidth=0.8, linestyle=dash)
            )  # fmt: skip
            if core:
                self.page.add_patch(
                    Ellipse((x, y), 0.16, 0.08, facecolor=(colour, core), linewidth=0)
                )

        return paint

    def finish(self) -> None:
        """Draw the symbols of all rows."""
        self._symbols.draw(self.page)


def front_rows(
    legend: Legend, days: Sequence[Mapping[str, Any]], movements: Sequence[Mapping[str, Any]]
) -> None:
    """Write what the signs of the front mean.

    Parameters
    ----------
    legend : Legend
        Where.
    days : sequence of Mapping
        The drawings shown. Of a single one the kilometres are told.
    movements : sequence of Mapping
        The movements shown. Of a single one the square kilometres are told.
    """
    if not days:
        return
    single = days[0] if len(days) == 1 else None
    dated = single is not None and single["date"] is not None
    legend.heading(
        f"Line of contact, {day_told(single['date'])}" if single and dated else "Line of contact"
    )
    pieces = [p for day in days for p in day["pieces"]]
    whole = sum(p.get("km") or 0.0 for p in pieces)
    for status, (_, _, words) in STATUS.items():
        of_it = [p for p in pieces if p["status"] == status]
        if not of_it:
            continue
        told = words
        km = sum(p.get("km") or 0.0 for p in of_it)
        if single is not None and km:
            told += f": {_round(km)} km"
            told += f" ({100 * km / whole:.0f} %)" if status != "given" else ""
        if status == "supported":
            told += "; fainter = less sure"
        legend.row(legend.line(status, max(map(line_alpha, of_it))), told)
    if any(day.get("band") for day in days):
        legend.row(legend.area(LINE_INK, 0.17), "the line runs in here with 80 % probability")
    held = {(c["party"], c["colour"], c["side"]) for day in days for c in day["control"]}
    for party, colour, side in sorted(held):
        hatch = "held" if is_hatched(side) else ""
        legend.row(legend.area(colour, held_alpha(side), hatch=hatch), f"held by {drawable(party)}")
    _movement_rows(legend, movements)
    if any(day["seeds"] for day in days):
        square = sample("square", colour=INK["other"], hollow=True)
        legend.row(legend.glyph(square), "seed town: its holder is declared, not read")


def _movement_rows(legend: Legend, movements: Sequence[Mapping[str, Any]]) -> None:
    single = movements[0] if len(movements) == 1 else None
    gained: dict[tuple[str, str, str], str] = {}
    for movement in movements:
        for gain in movement["gains"]:
            if not gain.get("km2"):
                continue
            told = f"gained by {drawable(gain['party'])}"
            if single is not None:
                told += f" since {day_told(single['from'])}: {_round(gain['km2'])} km\u00b2"
                sure = gain.get("sure_km2")
                if sure is not None:
                    told += f", {_round(sure)} km\u00b2 of it sure" if sure else ", none of it sure"
            else:
                told += " since the panel before"
            gained[(gain["party"], gain["colour"], gain["side"])] = told
    for (_, colour, side), told in sorted(gained.items()):
        paint = legend.area(colour, 0.25, hatch="gained", rising=is_hatched(side))
        legend.row(paint, told)
    if single is not None and not gained:
        legend.row(None, f"No ground changed hands since {day_told(single['from'])}.")


def report_rows(legend: Legend, reading: Reading, parties: Parties) -> None:
    """Write what the symbols mean, as far as they are on the picture."""
    if not reading.marks and not reading.regions:
        return
    legend.heading("Reports")
    marks = reading.marks
    places = [m for m in marks if m.kind == "places" and not m.hollow]
    levels = {level(m.confidence) for m in marks if not m.hollow}
    words = {"high": (1.0, "high confidence (0.8 and up)"),
             "medium": (0.6, "medium confidence (0.5 to 0.8)"),
             "low": (0.2, "low confidence (under 0.5)")}  # fmt: skip
    lead = "Place, " if places else ""
    for name, (sure, told) in words.items():
        if name in levels:
            look = {} if places else {"colour": INK["other"]}
            legend.row(legend.glyph(sample(confidence=sure, **look)), lead + told)
            lead = ""
    if any(m.count > 1 for m in marks):
        legend.row(legend.glyph(sample(count=4)), "several mentions of one place")
    if any(m.kind == "places" and m.hollow and m.shape == "circle" for m in marks):
        legend.row(legend.glyph(sample(hollow=True)), "place known only roughly")
    if any(m.circle_km for m in marks):
        legend.row(legend.oval(INK["places"], 0.06, (0.0, (1.5, 2.2))), "somewhere in this circle")
    if any(m.shape == "diamond" for m in marks):
        legend.row(legend.glyph(sample("diamond", hollow=True)), "an area, not a point")
    _region_rows(legend, reading)
    _claim_rows(legend, reading, parties)
    if any(m.shape == "triangle" for m in marks):
        triangle = sample("triangle", colour=INK["government"])
        legend.row(legend.glyph(triangle), "a government or body named by its seat")


def _region_rows(legend: Legend, reading: Reading) -> None:
    if not reading.regions:
        return
    cored = any(r.core is not None for r in reading.regions)
    told = "region that a hint points to (90 %)" + ("; its core (50 %) darker" if cored else "")
    paint = legend.oval(INK["regions"], 0.10, (0.0, (3.2, 2.2)), 0.25 if cored else 0.0)
    legend.row(paint, told + "; fainter = less sure")


def _claim_rows(legend: Legend, reading: Reading, parties: Parties) -> None:
    claims = [m for m in reading.marks if m.kind == "claims"]
    actors = sorted({m.actor or "" for m in claims})
    known = [a for a in actors if a in parties.colours]
    for actor in known:
        colour, edged = parties.look(actor)
        square = sample("square", colour=colour, edged=edged)
        legend.row(legend.glyph(square), f"{drawable(actor)}: a claim about what it did")
    if len(known) < len(actors):
        legend.row(legend.glyph(sample("square", colour=INK["other"])),
                   "a claim about another side" if known else "a claim")  # fmt: skip
    if any(m.negated for m in claims):
        slashed = sample("square", colour=INK["other"], negated=True)
        legend.row(legend.glyph(slashed), "said not to have happened")


def scale_bar(page: Any, view: View, left: float, bottom: float, width: float) -> None:
    """Draw the scale of a view, in kilometres above the line and miles under it (inches)."""
    from matplotlib.collections import LineCollection

    small = font(6.2)
    for (words, long), y in zip(view.bar(width * 0.72), (bottom + 0.17, bottom), strict=True):
        lines = [[(left, y + 0.05), (left, y), (left + long, y), (left + long, y + 0.05)]]
        page.add_collection(LineCollection(lines, colors=LINE_INK, linewidths=1.0), autolim=False)
        write(page, left + long + 0.06, y - 0.01, words, small, _WORDS)


def notes(page: Any, lines: Iterable[str], left: float, bottom: float, width: float) -> float:
    """Write small notes upwards from a point (inches); return where they end above."""
    small = font(5.8)
    rows = [row for line in lines for row in wrapped(line, small, width * 72, 3)]
    for number, row in enumerate(reversed(rows)):
        write(page, left, bottom + 0.105 * number, row, small, "#59636e")
    return bottom + 0.105 * len(rows)


def _round(value: float) -> str:
    return f"{value:,.1f}" if value < 10 else f"{value:,.0f}"
