"""The day a report was published: read where the report says it, never guessed.

The order is fixed: the header or the page's metadata, an ISO date in the file name, the dateline,
then the day that the user gives. A date elsewhere in the text says when something happened, and a
year in a footer says nothing, so neither is looked at.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from typing import TYPE_CHECKING

from geomap.models import Problem

if TYPE_CHECKING:
    from geomap.models import DateSource

__all__ = [
    "MONTHS_EN",
    "day_in_dateline",
    "day_in_name",
    "future_problem",
    "parse_day",
    "publication_day",
]

# Dates outside these years are slips of the pen, not publication dates.
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
# Without separators a number may be anything; only these years are taken for one.
_FIRST_BASIC_YEAR = 1990
_DATELINE_CHARS = 200
_MAX_DATE_CHARS = 80

MONTHS_EN: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "January Jan",
            "February Feb",
            "March Mar",
            "April Apr",
            "May",
            "June Jun",
            "July Jul",
            "August Aug",
            "September Sept Sep",
            "October Oct",
            "November Nov",
            "December Dec",
        ),
        start=1,
    )
    for name in names.split()
}
"""English month names and their abbreviations (without full stop) to 1-12."""

# Ukrainian and Russian, in the genitive that dates take and in the nominative.
_MONTHS_SLAVIC = {
    name: number
    for number, names in enumerate(
        (
            "січня січень января январь",
            "лютого лютий февраля февраль",
            "березня березень марта март",
            "квітня квітень апреля апрель",
            "травня травень мая май",
            "червня червень июня июнь",
            "липня липень июля июль",
            "серпня серпень августа август",
            "вересня вересень сентября сентябрь",
            "жовтня жовтень октября октябрь",
            "листопада листопад ноября ноябрь",
            "грудня грудень декабря декабрь",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTHS = {name.lower(): number for name, number in MONTHS_EN.items()} | _MONTHS_SLAVIC

_CLOCK = r"\d{1,2}(?::\d{2}){0,2}(?:[.,]\d{1,9})?\s?(?:[ap]\.?m\.?)?"
_ZONE = r"(?:Z|[+-]\d{2}:?(?:\d{2})?|\(?[A-Z]{2,5}\)?)"
_TIME = rf"(?:(?:T|,?\s+(?:at\s+|о\s+|в\s+)?){_CLOCK}(?:\s?{_ZONE}){{0,2}})?"
_WEEKDAY = (
    r"(?:(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|понеділок|вівторок"
    r"|середа|четвер|п.?ятниця|субота|неділя|понедельник|вторник|среда|четверг|пятница|суббота"
    r"|воскресенье)\.?,?\s+)?"
)
_YEAR_WORD = r"(?:\s*(?:року|рік|года|р\.|г\.))?"

_NAME_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_NAME_BASIC = re.compile(r"(?<!\d)(\d{4})(\d{2})(\d{2})(?!\d)")
# Words that open a sentence rather than name the place a report was written at.
_NO_PLACE = re.compile(
    r"\b(?:since|on|in|by|after|before|until|till|from|during|as|when|at|updated?|posted|modified"
    r"|copyright|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
    re.IGNORECASE,
)


@cache
def _date_patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return the written forms of a whole date with the order of their three groups."""
    months = "|".join(sorted(_MONTHS, key=len, reverse=True))
    flags = re.IGNORECASE
    return (
        (re.compile(rf"(\d{{4}})-(\d{{1,2}})-(\d{{1,2}}){_TIME}", flags), "ymd"),
        (re.compile(rf"(\d{{4}})/(\d{{1,2}})/(\d{{1,2}}){_TIME}", flags), "ymd"),
        (re.compile(rf"(\d{{4}})(\d{{2}})(\d{{2}}){_TIME}", flags), "ymd"),
        (
            re.compile(
                rf"{_WEEKDAY}(\d{{1,2}})(?:st|nd|rd|th)?[ -]+(?:of\s+)?({months})\.?,?[ -]+"
                rf"(\d{{4}}){_YEAR_WORD}{_TIME}",
                flags,
            ),
            "dmy",
        ),
        (
            re.compile(
                rf"{_WEEKDAY}({months})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}}){_TIME}",
                flags,
            ),
            "mdy",
        ),
        (re.compile(rf"(\d{{1,2}})\.(\d{{1,2}})\.(\d{{4}}){_YEAR_WORD}{_TIME}", flags), "dmy"),
        (re.compile(rf"(\d{{1,2}})/(\d{{1,2}})/(\d{{4}}){_TIME}", flags), "either"),
    )


def parse_day(written: str) -> dt.date | None:
    """Read a whole date, strictly.

    Parameters
    ----------
    written : str
        ISO (`2023-03-14`, with or without a time), `14 March 2023`, `March 14, 2023`,
        `14.03.2023` (day first), month names in English, Ukrainian or Russian.

    Returns
    -------
    datetime.date | None
        The day as it is written, in its own time zone. None if it is no date, has no year, or
        could mean two days (`03/04/2023`).

    Examples
    --------
    >>> str(parse_day("2023-03-14T23:30:00+02:00")), str(parse_day("14 березня 2023 р."))
    ('2023-03-14', '2023-03-14')
    >>> parse_day("03/04/2023"), parse_day("March 14"), parse_day("recently")
    (None, None, None)
    """
    value = written.strip()
    if not value or len(value) > _MAX_DATE_CHARS:
        return None
    for pattern, order in _date_patterns():
        found = pattern.fullmatch(value)
        if found is None:
            continue
        parts = dict(zip("dmy" if order == "either" else order, found.groups(), strict=True))
        day = _make_day(parts["y"], parts["m"], parts["d"])
        if order == "either":
            swapped = _make_day(parts["y"], parts["d"], parts["m"])
            day = (day or swapped) if day is None or swapped is None or day == swapped else None
        return day
    return None


def day_in_name(stem: str) -> dt.date | None:
    """Read an ISO date in a file name.

    Parameters
    ----------
    stem : str
        The file name without folder.

    Returns
    -------
    datetime.date | None
        None if there is no date, or two that differ.

    Examples
    --------
    >>> str(day_in_name("2023-03-14--kreminna")), str(day_in_name("20230314-x"))
    ('2023-03-14', '2023-03-14')
    >>> day_in_name("order-12345678"), day_in_name("2023-03-01-to-2023-03-14")
    (None, None)
    """
    days = {_make_day(*found.groups()) for found in _NAME_ISO.finditer(stem)} - {None}
    if not days:
        days = {
            _make_day(*found.groups())
            for found in _NAME_BASIC.finditer(stem)
            if int(found[1]) >= _FIRST_BASIC_YEAR
        } - {None}
    return days.pop() if len(days) == 1 else None


@cache
def _dateline_pattern() -> re.Pattern[str]:
    months = "|".join(sorted(_MONTHS, key=len, reverse=True))
    day = (
        rf"(?:\d{{1,2}}(?:st|nd|rd|th)?\s+(?:{months})\.?,?\s+\d{{4}}(?!\d)"
        rf"|(?:{months})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}(?!\d)"
        r"|\d{4}-\d{2}-\d{2}|\d{1,2}\.\d{1,2}\.\d{4})"
    )
    # Bounded everywhere: the pattern is tried once, at the start of the first line.
    place = r"[^\W\d_][^\d.:;!?—–()]{1,60}?"
    agency = r"(?:\s*\([^()]{2,40}\))?"
    # A dash that a date follows joins two days ("March 14, 2023 - March 20, 2023").
    dash = rf"(?:\s+--?\s|\s*[—–]|\s*:\s)(?!\s*(?:\d|(?:{months})\b))"
    return re.compile(
        rf"(?:(?P<place>{place}){agency},\s+(?P<after>{day}){agency}{dash}"
        rf"|(?P<before>{day}){agency},\s+{place}{agency}{dash}"
        rf"|(?P<alone>{day})\s*$)",
        re.IGNORECASE,
    )


def day_in_dateline(text: str) -> dt.date | None:
    """Read the date of a dateline: beside the place, before the dash that opens the report.

    Parameters
    ----------
    text : str
        The report. Only the start of its first line that is not blank is looked at.

    Returns
    -------
    datetime.date | None
        None without a dateline, or if it has no year.

    Examples
    --------
    >>> str(day_in_dateline("KYIV, March 14, 2023 (Reuters) — Fighting went on."))
    '2023-03-14'
    >>> day_in_dateline("KYIV, March 14 (Reuters) - Fighting went on.") is None
    True
    >>> day_in_dateline("The town fell on March 14, 2023 - or later.") is None
    True
    """
    start = len(text) - len(text.lstrip())
    line = re.split(r"[\r\n]", text[start : start + _DATELINE_CHARS], maxsplit=1)[0].rstrip()
    found = _dateline_pattern().match(line)
    if found is None or (found["place"] and _NO_PLACE.search(found["place"])):
        return None
    return parse_day(found["after"] or found["before"] or found["alone"])


def publication_day(
    name: str | None,
    text: str,
    *,
    stated: dt.date | None = None,
    stated_source: DateSource = "header",
    article_date: dt.date | None = None,
) -> tuple[dt.date | None, DateSource | None]:
    """Choose the day of publication in the fixed order.

    Parameters
    ----------
    name : str | None
        The file name; None for what has none (standard input).
    text : str
        The text of the report, for its dateline.
    stated : datetime.date | None
        What the header or the metadata says.
    stated_source : {"header", "metadata"}
        Which of the two said it.
    article_date : datetime.date | None
        What the user gave for reports without a date.

    Returns
    -------
    tuple[datetime.date | None, str | None]
        The day and where it was found; two None if nothing says it.

    Examples
    --------
    >>> publication_day("2023-03-14--x.txt", "Text.")
    (datetime.date(2023, 3, 14), 'filename')
    >>> publication_day("notes.txt", "© 2021 Example")
    (None, None)
    """
    if stated is not None:
        return stated, stated_source
    if name is not None and (day := day_in_name(name)) is not None:
        return day, "filename"
    if (day := day_in_dateline(text)) is not None:
        return day, "dateline"
    if article_date is not None:
        return article_date, "option"
    return None, None


def future_problem(
    day: dt.date | None, today: dt.date, path: str, line: int | None = None
) -> Problem | None:
    """Return a warning if a report is dated after today, else None. The date is kept.

    Examples
    --------
    >>> print(future_problem(dt.date(2031, 1, 1), dt.date(2030, 1, 1), "a.txt"))
    a.txt: is dated 2031-01-01, which is in the future; check its date
    """
    if day is None or day <= today:
        return None
    message = f"is dated {day.isoformat()}, which is in the future; check its date"
    return Problem(path, message, "future-date", line)


def _make_day(year: str, month: str, day: str) -> dt.date | None:
    """Make a date of written parts, or None if there is no such day."""
    number = _MONTHS.get(month.lower()) or (int(month) if month.isdecimal() else 0)
    if not _FIRST_YEAR <= int(year) <= _LAST_YEAR:
        return None
    try:
        return dt.date(int(year), number, int(day))
    except ValueError:
        return None
