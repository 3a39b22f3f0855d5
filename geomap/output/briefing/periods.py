"""The period that a briefing is on, and the one before it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geomap.errors import SettingsError
from geomap.output.briefing.words import Days, count

if TYPE_CHECKING:
    from collections.abc import Sequence

_LENGTH = re.compile(r"(\d{1,4})?\s*(d|days?|w|weeks?)")
_WORDS = {"day": 1, "week": 7, "fortnight": 14}


@dataclass(frozen=True, slots=True)
class Period:
    """Some days, first and last; None where only undated reports are told of.

    `asked` is whether it was asked for: then what has no date is left out, and there is a period
    of the same length before it to compare with. `came_since` says that it holds only the reports
    that came after something: these days are theirs, and nothing is compared.
    """

    since: dt.date | None
    until: dt.date | None
    asked: bool = False
    came_since: str | None = None

    @property
    def days(self) -> int:
        """How many days it has."""
        return 0 if self.since is None or self.until is None else (self.until - self.since).days + 1

    @property
    def before(self) -> tuple[dt.date, dt.date] | None:
        """The period of the same length before it, None where the whole of the reports is told."""
        if not self.asked or self.since is None or self.came_since is not None:
            return None
        return self.since - dt.timedelta(days=self.days), self.since - dt.timedelta(days=1)

    @property
    def same_year(self) -> bool:
        """Whether its days, and those before, are of one year."""
        first = self.before[0] if self.before else self.since
        return first is None or self.until is None or first.year == self.until.year

    @property
    def span(self) -> str:
        """Its length in words, for "the week before"."""
        if self.days == 1:
            return "the day"
        return "the week" if self.days == 7 else f"the {count(self.days, 'day')}"

    def told(self) -> dict[str, Any]:
        """Return it for a document: `since`, `until`, `days`, `text`, `previous`."""
        if self.since is None or self.until is None:
            text = f"what came since {self.came_since}" if self.came_since else "undated reports"
            return {"since": None, "until": None, "days": 0, "text": text, "previous": None}
        previous = None
        if self.before is not None:
            since, until = self.before
            text = Days().period(since, until)
            previous = {"since": since.isoformat(), "until": until.isoformat(), "text": text}
        text = Days().period(self.since, self.until)
        if self.came_since is not None:
            text = f"what came since {self.came_since} (reports of {text})"
        return {
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "days": self.days,
            "text": text,
            "previous": previous,
        }

    def holds(self, date: dt.date | None) -> bool:
        """Say whether a report of a date is of it."""
        if date is None:
            return not self.asked
        return (
            self.since is not None and self.until is not None and self.since <= date <= self.until
        )


def length_of(told: str) -> int:
    """Return the days of a period's length: "7d", "2 weeks", "day".

    Raises
    ------
    SettingsError
        It is none.
    """
    wanted = told.strip().casefold()
    if wanted in _WORDS:
        return _WORDS[wanted]
    match = _LENGTH.fullmatch(wanted)
    number = int(match[1] or 1) if match else 0
    if match is None or number < 1:
        raise SettingsError(f"--period {told!r} is no length of time: write 7d, 2w, day or week")
    return number * (7 if match[2].startswith("w") else 1)


def period_of(
    dates: Sequence[dt.date],
    *,
    since: dt.date | None = None,
    until: dt.date | None = None,
    length: str | None = None,
) -> Period:
    """Return the period that is asked for.

    Parameters
    ----------
    dates : sequence of date
        Those of the reports, which say where it ends (and begins) when that is not told.
    since, until : date, optional
    length : str, optional
        As `length_of` reads it, up to `until`.

    Raises
    ------
    SettingsError
        It is turned round, or its beginning is told twice.
    """
    if length is not None and since is not None:
        raise SettingsError("--since and --period both say where it begins: give one of them")
    if since is not None and until is not None and since > until:
        raise SettingsError(f"since {since} is after until {until}: swap them")
    known = sorted(dates)
    if length is not None:
        last = until or (known[-1] if known else None)
        if last is None:
            raise SettingsError("no report has a date that --period could end at: give --until")
        return Period(last - dt.timedelta(days=length_of(length) - 1), last, asked=True)
    if since is None and until is None:
        return Period(known[0], known[-1]) if known else Period(None, None)
    last = until or max([d for d in known if since is None or d >= since], default=since)
    first = since or min([d for d in known if last is None or d <= last], default=last)
    return Period(first, last, asked=True)
