"""Numbers, days and lists as a person writes them."""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WINDS = {
    "N": "north", "NNE": "north-northeast", "NE": "northeast", "ENE": "east-northeast",
    "E": "east", "ESE": "east-southeast", "SE": "southeast", "SSE": "south-southeast",
    "S": "south", "SSW": "south-southwest", "SW": "southwest", "WSW": "west-southwest",
    "W": "west", "WNW": "west-northwest", "NW": "northwest", "NNW": "north-northwest",
}  # fmt: skip
_SMALL_NUMBERS = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
)  # fmt: skip
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
MOST_DAYS = 6  # days listed one by one; of more only the first and the last are told
_PLURALS = {"is": "are", "has": "have", "was": "were", "names": "name", "makes": "make"}


def clean(text: str) -> str:
    """Return a text on one line, without what is not seen and steers what is."""
    kept = []
    for char in text:
        category = unicodedata.category(char)
        if category in ("Cc", "Cs", "Zl", "Zp"):
            kept.append(" ")
        elif category != "Cf":
            kept.append(char)
    return " ".join("".join(kept).split())


def count(number: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun, small numbers in words.

    Examples
    --------
    >>> count(1, "report"), count(12, "report"), count(0, "report"), count(2, "village")
    ('one report', '12 reports', 'no reports', 'two villages')
    """
    word = _SMALL_NUMBERS[number] if number < len(_SMALL_NUMBERS) else f"{number:,}"
    return f"{word} {noun if number == 1 else plural or noun + 's'}"


def verb(number: int, singular: str) -> str:
    """Return a verb for so many: "is" or "are"."""
    return singular if number == 1 else _PLURALS[singular]


def listed(names: Sequence[str], joined: str = "and") -> str:
    """Return names as a list in a sentence.

    Examples
    --------
    >>> listed(["A"]), listed(["A", "B"]), listed(["A", "B", "C"])
    ('A', 'A and B', 'A, B and C')
    """
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {joined} {names[-1]}"


def and_more(names: Sequence[str], unnamed: int, noun: str = "other") -> str:
    """Return names as a list that ends in how many are not named.

    Examples
    --------
    >>> and_more(["A", "B"], 0), and_more(["A", "B"], 3)
    ('A and B', 'A, B and three others')
    """
    return listed([*names, count(unnamed, noun)] if unnamed else names)


def capital(text: str) -> str:
    """Return a sentence that begins with a capital."""
    return text[:1].upper() + text[1:]


def km(distance_km: float) -> str:
    """Return a distance: "300 m", "4 km", "1.5 km"."""
    if distance_km < 0.95:
        return f"{max(100, round(distance_km * 10) * 100)} m"
    return f"{distance_km:,.0f} km" if distance_km >= 9.95 else f"{round(distance_km, 1):g} km"


def km2(area_km2: float) -> str:
    """Return an area: "less than 1 km²", "12 km²", "1,240 km²"."""
    return "less than 1 km²" if area_km2 < 0.95 else f"{area_km2:,.0f} km²"


class Days:
    """Writes days; the year is left out where all of a text is of one year.

    Parameters
    ----------
    year : int, optional
        The year that need not be told.
    """

    def __init__(self, year: int | None = None) -> None:
        self.year = year

    def day(self, iso: str | dt.date) -> str:
        """Return a day: "21 February", "21 February 2025".

        Examples
        --------
        >>> Days(2026).day("2026-02-21"), Days(2026).day("2025-02-21"), Days().day("2025-02-01")
        ('21 February', '21 February 2025', '1 February 2025')
        """
        return self._joined([_date(iso)])

    def days(self, several: Iterable[str | dt.date]) -> str:
        """Return days as they are told in a sentence.

        Examples
        --------
        >>> told = Days(2026)
        >>> told.days(["2026-02-20", "2026-02-21"])
        '20 and 21 February'
        >>> told.days(["2026-02-17", "2026-02-18", "2026-02-19", "2026-03-02"])
        '17 to 19 February and 2 March'
        """
        known = sorted({_date(one) for one in several})
        if len(known) > MOST_DAYS:
            return f"{len(known)} days from {self.period(known[0], known[-1])}"
        return self._joined(known)

    def period(self, since: str | dt.date, until: str | dt.date) -> str:
        """Return a period: "15 to 21 February", "28 January to 3 February 2025", or its one day."""
        first, last = _date(since), _date(until)
        if first == last:
            return self.day(first)
        if (first.year, first.month) == (last.year, last.month):
            return f"{first.day} to {self.day(last)}"
        if first.year == last.year:
            return f"{first.day} {_MONTHS[first.month - 1]} to {self.day(last)}"
        return f"{self._full(first)} to {self._full(last)}"

    def _full(self, day: dt.date) -> str:
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"

    def _joined(self, known: list[dt.date]) -> str:
        """Return days in order: runs of three and more as "to", months and years told once."""
        months: dict[tuple[int, int], list[dt.date]] = {}
        for day in known:
            months.setdefault((day.year, day.month), []).append(day)
        told = []
        years = {year for year, _ in months}
        for (year, month), days in months.items():
            needs_year = year != self.year and (len(years) > 1 or (year, month) == [*months][-1])
            words = f"{listed(_runs(days))} {_MONTHS[month - 1]}"
            told.append(f"{words} {year}" if needs_year else words)
        return listed(told)


def _runs(days: list[dt.date]) -> list[str]:
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day.day - 1:
            runs[-1].append(day.day)
        else:
            runs.append([day.day])
    told: list[str] = []
    for run in runs:
        told += [f"{run[0]} to {run[-1]}"] if len(run) > 2 else [str(d) for d in run]
    return told


def _date(told: str | dt.date) -> dt.date:
    return told if isinstance(told, dt.date) else dt.date.fromisoformat(told)
