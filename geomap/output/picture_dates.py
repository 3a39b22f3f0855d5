"""The days of a picture: in words, and parted into the panels of small multiples."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geomap.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PANELS = 12
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun",
           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Period:
    """The days of a panel, both included; None and None for what has no date."""

    first: str | None
    last: str | None

    @property
    def title(self) -> str:
        """The period in words."""
        return span_told(self.first, self.last)

    def holds(self, date: str | None) -> bool:
        """Say whether an ISO day (None: undated) lies in the period."""
        if self.first is None or self.last is None or date is None:
            return self.first is None and date is None
        return self.first <= date <= self.last


def periods(dates: Sequence[str | None], most: int = PANELS) -> list[Period]:
    """Part dates into panels: a panel each, or equal spans of days where there are more.

    Parameters
    ----------
    dates : sequence of str or None
        ISO days in any order, repeated or not; None is what has no date, a panel of its own.
    most : int
        Panels at most.

    Returns
    -------
    list of Period
        By date, the undated last. Spans in which no date lies are kept: time goes on in them.

    Raises
    ------
    SettingsError
        A date is no day of the calendar.

    Examples
    --------
    >>> [p.title for p in periods(["2023-03-02", None, "2023-03-02"])]
    ['2 Mar 2023', 'Undated']
    """
    days = sorted({d for d in dates if d is not None})
    undated = [Period(None, None)] if None in dates else []
    room = most - len(undated)
    if len(days) <= room:
        return [Period(d, d) for d in days] + undated
    first, last = _day(days[0]).toordinal(), _day(days[-1]).toordinal()
    length = -(-(last - first + 1) // room)
    found = []
    for start in range(first, last + 1, length):
        end = min(start + length - 1, last)
        found.append(
            Period(dt.date.fromordinal(start).isoformat(), dt.date.fromordinal(end).isoformat())
        )
    return found + undated


def _day(date: str) -> dt.date:
    try:
        return dt.date.fromisoformat(date)
    except ValueError:
        raise SettingsError(f"date {date!r} is not an ISO day") from None


def day_told(date: str) -> str:
    """Return an ISO day in words.

    Examples
    --------
    >>> day_told("2023-03-02")
    '2 Mar 2023'
    """
    day = _day(date)
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def span_told(first: str | None, last: str | None) -> str:
    """Return a span of ISO days in words."""
    if first is None or last is None:
        return "Undated"
    if first == last:
        return day_told(first)
    return f"{day_told(first)} \u2013 {day_told(last)}"


def line_until(front: Mapping[str, Any] | None, until: str | None) -> Mapping[str, Any] | None:
    """Return the drawing of the latest line on or before a day; a line without a day has no limit.

    `until` None asks for what has no date: only a line without one belongs to it.
    """
    found = None
    for day in (front or {}).get("dates", ()):
        date = day["date"]
        if day["pieces"] and (date is None or (until is not None and date <= until)):
            found = day
    return found


def movement_to(
    front: Mapping[str, Any] | None, day: Mapping[str, Any] | None, *, whole: bool
) -> Mapping[str, Any] | None:
    """Return the movement up to a drawing: since the first line (`whole`), or the one before it."""
    if front is None or day is None:
        return None
    found = sorted(
        (m for m in front.get("movement", ()) if m["to"] == day["date"]),
        key=lambda m: str(m["from"]),
    )
    return found[0 if whole else -1] if found else None
