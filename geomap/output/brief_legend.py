"""The legend of a briefing's small map: a short row for each sign that is on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geomap.output.picture_dates import day_told
from geomap.output.picture_ground import LINE_INK, STATUS, held_alpha, is_hatched, line_alpha
from geomap.output.picture_legend import Legend
from geomap.output.picture_marks import INK, polygons
from geomap.output.picture_symbols import level, sample
from geomap.output.picture_text import drawable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from geomap.output.brief_figures import Lines
    from geomap.output.picture_frame import View
    from geomap.output.picture_marks import Parties, Reading

    Row = tuple[Callable[[float, float], None] | None, str]
    """What draws the sign of a row, and its words."""

_ROW_IN, _HEADING_IN = 0.174, 0.30  # what a row of one line takes, and a heading
_TIGHTEST = 0.7


def map_legend(
    page: Any, column: tuple[float, float, float], view: View, lines: Lines, reading: Reading,
    parties: Parties, *, least: float, unseen: int = 0,
) -> None:  # fmt: skip
    """Write the legend.

    Parameters
    ----------
    page : matplotlib Axes
        The whole page; its data are inches.
    column : tuple of float
        Left, top and width, inches.
    view : View
        What the map shows: signs that lie outside need no row.
    lines : Lines
        What is drawn of the front.
    reading : Reading
        What is drawn of the reports: only what is in the view.
    parties : Parties
        The colours of actors.
    least : float
        How far down rows may go, inches from the foot of the page.
    unseen : int
        Signs that are left out, the map being small.
    """
    left, top, width = column
    signs = Legend(page, left, top, width)
    parts = [
        (_front_heading(lines), _front(signs, view, lines)),
        ("Reports", _reports(signs, reading, parties)),
    ]
    if unseen:
        told = f"{unseen:,} {'sign' if unseen == 1 else 'signs'} left out: named less often,"
        parts[1][1].append((None, f"{told} or less sure"))
    needed = sum(_HEADING_IN + _ROW_IN * len(rows) for _, rows in parts if rows)
    needed += _ROW_IN if unseen else 0.0  # it takes two lines
    signs.tight = max(min(1.0, (top - least) / needed), _TIGHTEST) if needed else 1.0
    for heading, rows in parts:
        if rows:
            signs.heading(heading)
        for paint, text in rows:
            signs.row(paint, text)
    signs.finish()


def _front_heading(lines: Lines) -> str:
    dated = lines.day is not None and lines.day["date"] is not None
    return f"Line of {day_told(lines.day['date'])}" if lines.day and dated else "Line of contact"


def _front(legend: Legend, view: View, lines: Lines) -> list[Row]:
    """Return the rows of the front, as far as it is in the view."""
    day = lines.day
    if day is None:
        return []
    words = {"supported": "supported by reports", "prior": "from an earlier line",
             "unsupported": "no evidence, only joined", "given": "line of contact"}  # fmt: skip
    rows: list[Row] = []
    shown = [p for p in day["pieces"] if _crosses(view, p)]
    for status in STATUS:
        alphas = [line_alpha(p) for p in shown if p["status"] == status]
        if alphas:
            rows.append((legend.line(status, max(alphas)), words[status]))
    before = lines.before
    if before is not None and any(_crosses(view, p) for p in before["pieces"]):
        told = f"line of {day_told(before['date'])}" if before["date"] else "the line before"
        rows.append((_dashes(legend), told))
    if _seen(view, day.get("band")):
        rows.append((legend.area(LINE_INK, 0.17), "80 % probability"))
    for held in sorted(day["control"], key=lambda c: (c["party"], c["side"])):
        if _seen(view, held["geometry"]):
            side = held["side"]
            hatch = "held" if is_hatched(side) else ""
            paint = legend.area(held["colour"], held_alpha(side), hatch=hatch)
            rows.append((paint, f"held by {drawable(held['party'], 40)}"))
    for gain in (lines.movement or {}).get("gains", ()):
        if _seen(view, gain.get("geometry")):
            rising = is_hatched(gain["side"])
            paint = legend.area(gain["colour"], 0.25, hatch="gained", rising=rising)
            rows.append((paint, f"gained by {drawable(gain['party'], 40)}"))
    if day["seeds"] and any(_holds(view, s["lon"], s["lat"]) for s in day["seeds"]):
        rows.append((legend.glyph(sample("square", colour=INK["other"], hollow=True)), "seed town"))
    return rows


def _reports(legend: Legend, reading: Reading, parties: Parties) -> list[Row]:
    """Return the rows of places, claims and regions."""
    rows: list[Row] = []
    places = [m for m in reading.marks if m.kind == "places"]
    if any(not m.hollow for m in places):
        rows.append((legend.glyph(sample()), "place named"))
    if any(m.count > 1 for m in reading.marks):
        rows.append((legend.glyph(sample(count=4)), "number of mentions"))
    if any(m.hollow and m.shape == "circle" for m in places):
        rows.append((legend.glyph(sample(hollow=True)), "place known roughly"))
    if any(m.shape == "diamond" for m in reading.marks):
        rows.append((legend.glyph(sample("diamond", hollow=True)), "an area, not a point"))
    if any(m.circle_km for m in reading.marks):
        paint = legend.oval(INK["places"], 0.06, (0.0, (1.5, 2.2)))
        rows.append((paint, "somewhere in here"))
    claims = [m for m in reading.marks if m.kind == "claims"]
    for actor in sorted({m.actor or "" for m in claims} & set(parties.colours)):
        colour, edged = parties.look(actor)
        paint = legend.glyph(sample("square", colour=colour, edged=edged))
        rows.append((paint, f"claim about {drawable(actor, 40)}"))
    if any(m.actor not in parties.colours for m in claims):
        square = legend.glyph(sample("square", colour=INK["other"]))
        rows.append((square, "claim, not said who" if rows else "claim"))
    if any(m.negated for m in claims):
        slashed = sample("square", colour=INK["other"], negated=True)
        rows.append((legend.glyph(slashed), "said not to be so"))
    if reading.regions:
        paint = legend.oval(INK["regions"], 0.10, (0.0, (3.2, 2.2)))
        rows.append((paint, "pointed to by hints"))
    if any(m.shape == "triangle" for m in reading.marks):
        triangle = legend.glyph(sample("triangle", colour=INK["government"]))
        rows.append((triangle, "government"))
    if any(not m.hollow and level(m.confidence) != "high" for m in reading.marks):
        rows.append((legend.glyph(sample(confidence=0.6, colour=INK["other"])), "paler: less sure"))
    return rows


def _dashes(legend: Legend) -> Callable[[float, float], None]:
    """Return what draws a stretch of the line before."""

    def paint(x: float, y: float) -> None:
        from matplotlib.lines import Line2D

        legend.page.add_line(
            Line2D([x - 0.15, x + 0.15], [y, y], color=LINE_INK, linewidth=0.9, dashes=(3.0, 1.8))
        )

    return paint


def _crosses(view: View, piece: Mapping[str, Any]) -> bool:
    import shapely

    lines = [shapely.LineString(line) for line in piece["lines"] if len(line) > 1]
    return any(_in_frame(view, shape) for shape in view.shapes(lines))


def _seen(view: View, geometry: Any) -> bool:
    shape = polygons(geometry)
    return shape is not None and _in_frame(view, view.shapes([shape])[0])


def _in_frame(view: View, shape: Any) -> bool:
    """Say whether a shape of the plane (km) meets the frame; `shapes` keeps a little more."""
    import shapely

    _, _, width, height = view.rectangle
    east, north = view.west_km + width * view.km_per_in, view.south_km + height * view.km_per_in
    return bool(shapely.intersects(shapely.box(view.west_km, view.south_km, east, north), shape))


def _holds(view: View, lon: float, lat: float) -> bool:
    x, y = view.inches([lon], [lat])
    return view.holds(float(x[0]), float(y[0]))
