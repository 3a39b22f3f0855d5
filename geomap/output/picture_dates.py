"""The days of a picture: in words, and parted into the panels of small multiples."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geomap.errors import SettingsError
from geomap.output.picture_marks import polygons

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


def line_before(front: Mapping[str, Any] | None, first: str | None) -> Mapping[str, Any] | None:
    """Return the drawing of the latest dated line before a day."""
    days = [d for d in (front or {}).get("dates", ()) if d["pieces"] and d["date"] is not None]
    return next((d for d in reversed(days) if first is not None and d["date"] < first), None)


def whole_movement(
    front: Mapping[str, Any] | None, day: Mapping[str, Any] | None
) -> Mapping[str, Any] | None:
    """Return the movement up to a drawing from the first line of all."""
    if front is None or day is None:
        return None
    found = [m for m in front.get("movement", ()) if m["to"] == day["date"]]
    return min(found, key=lambda m: str(m["from"]), default=None)


def movement_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return who gained which ground between two drawings; None where no side holds any.

    The same reading of the ground as `front_layers` makes, from what is drawn of it.
    """
    import shapely

    from geomap.geodesy import area_km2, polygons_of
    from geomap.output.front_layers import LEAST_KM2, gained_ground

    held = {c["side"]: c for c in after["control"]}
    parties = {c["side"]: c for c in before["control"]} | held
    now, then = (
        {c["side"]: shape for c in day["control"] if (shape := polygons(c["geometry"])) is not None}
        for day in (after, before)
    )
    gains = []
    for side in sorted(parties):
        gained = gained_ground(side, now, then)
        if gained is None:
            continue
        kept = [p for p in polygons_of(gained) if area_km2(p) >= LEAST_KM2]
        told = {"side": side, "party": parties[side]["party"], "colour": parties[side]["colour"]}
        told["km2"] = round(sum(map(area_km2, kept)), 1)
        if kept:
            told["geometry"] = shapely.geometry.mapping(shapely.multipolygons(kept))
        gains.append(told)
    return {"from": before["date"], "to": after["date"], "gains": gains} if gains else None
