"""Reports per day as a small chart: an inline SVG for a page, block letters for plain text."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from geomap.output.picture_dates import day_told, span_told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_BARS = 120  # more than these are no longer seen one by one
_BLOCKS = "▁▂▃▄▅▆▇█"
_HEAD, _BARS, _FOOT = 15, 44, 17  # px: the words above, the bars, the dates below
_WIDEST = 8.0  # percent of the chart: a single day is no wall
_MIDDLE = (25.0, 55.0)  # percent: between these a third date has room on a phone
_LISTED = 31  # so many values are read out one by one


@dataclass(frozen=True, slots=True)
class _Bar:
    """The reports of some days, both ends included."""

    first: str
    last: str
    reports: int


def sparkline_text(days: Sequence[Mapping[str, Any]]) -> str:
    """Return reports per day as a row of blocks, one for each day (or week, or month).

    Parameters
    ----------
    days : sequence of Mapping
        `date` (an ISO day) and `reports` (a count), in the order of days, without gaps.

    Returns
    -------
    str
        The lowest block is no report, the highest the most; empty without days.

    Raises
    ------
    ValueError
        A date is not an ISO day.

    Examples
    --------
    >>> counts = enumerate([0, 1, 4, 8], start=1)
    >>> sparkline_text([{"date": f"2023-03-0{n}", "reports": r} for n, r in counts])
    '▁▂▅█'
    """
    bars = _bars(days, _unit(len(days)))
    most = max((bar.reports for bar in bars), default=0)
    steps = len(_BLOCKS) - 1
    # No report has a sign of its own: one report among a hundred is not none.
    return "".join(_BLOCKS[-(-bar.reports * steps // most) if most else 0] for bar in bars)


def sparkline_svg(
    days: Sequence[Mapping[str, Any]],
    before: Sequence[Mapping[str, Any]] | None = None,
    *,
    name: str = "activity",
) -> str:
    """Return reports per day as an inline SVG, as wide as what it stands in.

    Parameters
    ----------
    days : sequence of Mapping
        `date` (an ISO day) and `reports` (a count), in the order of days, without gaps.
    before : sequence of Mapping, optional
        The same of the period just before: drawn lighter, left of a line.
    name : str
        Begins the ids of its title and description: a word that is used once in a page.

    Returns
    -------
    str
        Markup, drawn in the colour of the text round it; empty without days. Over 120 days a bar
        is a week, over 120 weeks a month, over 120 months a year.

    Raises
    ------
    ValueError
        A date is not an ISO day, or `name` is not a word.

    Examples
    --------
    >>> week = [{"date": f"2023-03-0{n}", "reports": n} for n in range(1, 8)]
    >>> sparkline_svg(week).count("<rect")
    7
    """
    if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
        raise ValueError(f"name {name!r} is not a word of small letters")
    unit = _unit(len(days) + len(before or ()))
    old, new = _bars(before or (), unit), _bars(days, unit)
    if not new:
        return ""
    bars = [*old, *new]
    most = max(bar.reports for bar in bars)
    step = 100 / len(bars)
    parts = [_rectangle(n, bar, step, most, light=n < len(old)) for n, bar in enumerate(bars)]
    parts += _words(old, new, step, most, unit)
    height = _HEAD + _BARS + _FOOT
    floor = _HEAD + _BARS + 0.5
    return (
        f'<svg class="activity" width="100%" height="{height}" role="img" font-size="12" '
        f'fill="currentColor" aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">Reports per {unit}</title>'
        f'<desc id="{name}-desc">{escape(_description(old, new, unit))}</desc>'
        f'<line x1="0" x2="100%" y1="{floor}" y2="{floor}" stroke="currentColor" '
        f'stroke-opacity="0.5"/>{"".join(parts)}</svg>'
    )


# ---- Bars ----


def _unit(days: int) -> str:
    """Return what a bar stands for, so that there are not too many."""
    if days <= MOST_BARS:
        return "day"
    if days <= 7 * MOST_BARS:
        return "week"
    return "month" if days <= 30 * MOST_BARS else "year"


def _bars(days: Sequence[Mapping[str, Any]], unit: str) -> list[_Bar]:
    """Return the bars of some days. Weeks end with the last day, so that the newest is whole."""
    found: list[_Bar] = []
    group: Any = None
    for n, day in enumerate(days):
        date = dt.date.fromisoformat(str(day["date"]))
        key: Any = {
            "day": n, "week": (n - len(days)) // 7, "month": (date.year, date.month),
        }.get(unit, date.year)  # fmt: skip
        told, reports = date.isoformat(), max(int(day["reports"]), 0)
        if found and key == group:
            found[-1] = _Bar(found[-1].first, told, found[-1].reports + reports)
        else:
            found.append(_Bar(told, told, reports))
        group = key
    return found


def _rectangle(n: int, bar: _Bar, step: float, most: int, *, light: bool) -> str:
    # Where there is a report there is something to see.
    tall = max(_BARS * bar.reports / most, 2.0) if bar.reports else 0.0
    wide = min(0.78 * step, _WIDEST)
    told = f"{span_told(bar.first, bar.last)}: {_counted(bar.reports)}"
    look = ' fill-opacity="0.4"' if light else ""
    return (
        f'<rect x="{(n + 0.5) * step - wide / 2:.3f}%" y="{_HEAD + _BARS - tall:.2f}" '
        f'width="{wide:.3f}%" height="{tall:.2f}"{look}><title>{told}</title></rect>'
    )


def _words(
    old: Sequence[_Bar], new: Sequence[_Bar], step: float, most: int, unit: str
) -> list[str]:
    """Return the line between the periods, the dates at the ends, and what the highest bar is."""
    foot = _HEAD + _BARS + _FOOT - 4
    share = len(old) * step
    found = []
    if old:
        found.append(
            f'<line x1="{share:.3f}%" x2="{share:.3f}%" y1="{_HEAD - 11}" y2="{foot - 11}" '
            'stroke="currentColor" stroke-dasharray="2 2"/>'
        )
        found.append(_text("0", foot, day_told(old[0].first), "start"))
    middle = _MIDDLE[0] <= share <= _MIDDLE[1]
    if middle or not old:
        found.append(_text(f"{share:.3f}%", foot, day_told(new[0].first), "start"))
    if len(new) > 1 or (old and not middle):
        found.append(_text("100%", foot, day_told(new[-1].last), "end"))
    if most:
        bars = [*old, *new]
        top = max(range(len(bars)), key=lambda n: (bars[n].reports, n))
        anchor, at = "middle", (top + 0.5) * step
        if at < 10:
            anchor, at = "start", top * step
        elif at > 90:
            anchor, at = "end", (top + 1) * step
        told = f"{most:,}" if unit == "day" else f"{most:,} in a {unit}"
        found.append(_text(f"{at:.3f}%", _HEAD - 4, told, anchor))
    return found


def _text(x: str, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'


def _description(old: Sequence[_Bar], new: Sequence[_Bar], unit: str) -> str:
    total = sum(bar.reports for bar in new)
    told = f"{span_told(new[0].first, new[-1].last)}: {_counted(total)}"
    if total and len(new) <= _LISTED and len(new) > 1:
        told += f", by {unit} " + ", ".join(f"{bar.reports:,}" for bar in new)
    elif total and len(new) > 1:
        top = max(new, key=lambda bar: bar.reports)
        told += f", the most in a {unit} {top.reports:,} ({span_told(top.first, top.last)})"
    told += "."
    if old:
        earlier = _counted(sum(bar.reports for bar in old))
        told += f" Before, {span_told(old[0].first, old[-1].last)}: {earlier}."
    return told


def _counted(reports: int) -> str:
    return f"{reports:,} report" + ("" if reports == 1 else "s")
