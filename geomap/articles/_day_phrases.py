"""The table of phrases that name a day, and the calendar arithmetic that resolves each.

A row has a regular expression and a resolver, a function from the match and the day of publication
to the days meant. To teach geomap another phrase, add a row to `phrases`.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from geomap.articles.dates import MONTHS_EN

__all__ = ["SPACE", "Phrase", "phrase_pattern", "phrases"]

# A day and a month without a year may lie this far ahead ("until March 20"), else in the past.
_AHEAD = dt.timedelta(days=7)
_WEEKDAYS = {name: number for number, name in enumerate(calendar.day_name)}
_NUMBERS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
}

# A stretch of text inside a match, and the first and last day it names.
_Found = tuple[int, int, dt.date, dt.date]
_Resolver = Callable[["re.Match[str]", "dt.date | None"], list[_Found]]

SPACE = r"[ \t\u00a0\u202f]{1,3}"
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
)
_SHORT_MONTH = rf"(?:{_MONTH}|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?)"
_WEEKDAY = r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
# Capitals as in headings: "MONDAY", "MARCH 14".
_MONTHS = rf"(?:{_SHORT_MONTH}|{_MONTH.upper()})"
_WEEKDAYS_ANY = rf"(?:{_WEEKDAY}|{_WEEKDAY.upper()})"
_DAY = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?(?![\d:%]|[.,]\d)"
_YEAR = r"(?:19|20)\d\d(?![\d%]|[.,]\d)"
_JOIN = rf"(?:,?{SPACE}(?:and|to|or|through|into|until|till){SPACE}|(?:{SPACE})?[–-](?:{SPACE})?)"
# A bare comma joins only in a longer list: in "on March 13, 20 people" it does not.
_DAYS = rf"{_DAY}(?:(?:,{SPACE}{_DAY}){{0,4}}{_JOIN}{_DAY})?"
# "March 13 and 20 people": then the number counts something else.
_NO_UNIT = (
    rf"(?!{SPACE}?(?:km|kilomet\w*|miles?|met(?:er|re)s?|percent|per{SPACE}cent|people|civilians|children"
    r"|soldiers|troops|tanks|drones|missiles|shells|strikes|attacks|settlements|villages|towns"
    r"|houses|buildings|others)\b)"
)
_PART = rf"(?:{SPACE}(?:morning|afternoon|evening|night|overnight))?"
_COUNT = rf"(?:a{SPACE}couple{SPACE}of|\d{{1,3}}|{'|'.join(_NUMBERS)})"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A row of the table: a name, a regular expression, and what it resolves to.

    A phrase that is `small` is written in small letters, or with a capital at the start of a
    sentence only ("Russia Today" is a name).
    """

    name: str
    pattern: str
    resolve: _Resolver
    small: bool = True


def _whole(found: re.Match[str], first: dt.date, last: dt.date | None = None) -> list[_Found]:
    return [(found.start(), found.end(), first, last or first)]


def _before(days: int, *, to: int | None = None) -> _Resolver:
    """Return a resolver to the day so many days before publication, or a period from it."""

    def resolve(found: re.Match[str], published: dt.date | None) -> list[_Found]:
        if published is None:
            return []
        last = days if to is None else to
        return _whole(
            found, published - dt.timedelta(days=days), published - dt.timedelta(days=last)
        )

    return resolve


def _weekday(found: re.Match[str], published: dt.date | None) -> list[_Found]:
    """Resolve a weekday to the latest one not after publication; "last" is before it."""
    if published is None:
        return []
    words = found[0].replace("\u00a0", " ").split()
    name = next(w for w in words if w.capitalize() in _WEEKDAYS)
    back = (published.weekday() - _WEEKDAYS[name.capitalize()]) % 7
    if words[0].lower() == "last" and back == 0:
        back = 7
    if words[0].lower() == "this" and back > published.weekday():
        return []  # "this Friday" in a report of Tuesday is to come
    return _whole(found, published - dt.timedelta(days=back))


def _iso(found: re.Match[str], _published: dt.date | None) -> list[_Found]:
    return _whole(found, dt.date.fromisoformat(found[0]))


def _dotted(found: re.Match[str], _published: dt.date | None) -> list[_Found]:
    day, month, year = (int(part) for part in found[0].split("."))
    return _whole(found, dt.date(year, month, day))


_NUMBER = re.compile(r"(?<!\d)\d{1,2}(?!\d)")
_MONTH_WORD = re.compile(_MONTHS)
_YEAR_LAST = re.compile(rf"{_YEAR}$")
_RANGE = re.compile(r"\b(?:to|through|into|until|till)\b|[–-]")


def _month_day(found: re.Match[str], published: dt.date | None) -> list[_Found]:
    """Resolve "March 13", "20 and 21 February", "March 3-5, 2023" to days or a period."""
    text = found[0]
    month_word = _MONTH_WORD.search(text)
    if month_word is None:
        return []
    month = MONTHS_EN[month_word[0].rstrip(".").capitalize()]
    year_word = _YEAR_LAST.search(text)
    year = int(year_word[0]) if year_word else None
    stop = year_word.start() if year_word else len(text)
    numbers = list(_NUMBER.finditer(text, 0, stop))
    days: list[dt.date] = []
    for number in numbers:
        day = _nearest(month, int(number[0]), year, published)
        if day is None:
            return []
        days.append(day)
    if len(days) == 1:
        return _whole(found, days[0])
    if len(days) == 2 and _RANGE.search(text, numbers[0].end(), numbers[1].start()):
        return _whole(found, min(days), max(days))
    at = found.start()
    starts = [at if i == 0 else at + n.start() for i, n in enumerate(numbers)]
    ends = [_word_end(text, n.end()) + at for n in numbers]
    # The words around the numbers go to the number they stand by.
    if month_word.start() > numbers[-1].start() or year_word is not None:
        ends[-1] = found.end()
    return [(s, e, d, d) for s, e, d in zip(starts, ends, days, strict=True)]


def _word_end(text: str, at: int) -> int:
    """Return the end of the ordinal ("21st") whose number ends at an offset."""
    return at + 2 if text[at : at + 2].lower() in {"st", "nd", "rd", "th"} else at


def _nearest(month: int, day: int, year: int | None, published: dt.date | None) -> dt.date | None:
    """Return the latest such day up to a week after publication; with a year, that day."""
    if year is not None:
        return dt.date(year, month, day)
    if published is None:
        return None
    limit = published + _AHEAD
    # Nine years always hold a February 29, also across 1900 and 2100.
    for candidate in range(limit.year, max(limit.year - 9, 0), -1):
        if day <= calendar.monthrange(candidate, month)[1]:
            found = dt.date(candidate, month, day)
            if found <= limit:
                return found
    return None


def _month_year(found: re.Match[str], _published: dt.date | None) -> list[_Found]:
    month = MONTHS_EN[found[0].split()[0].rstrip(".,").capitalize()]
    return _whole(found, *_month_of(int(found[0][-4:]), month))


def _month_of(year: int, month: int) -> tuple[dt.date, dt.date]:
    """Return the first and last day of a month; months before January go into earlier years."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1])


def _period(unit: str, back: int, published: dt.date) -> tuple[dt.date, dt.date]:
    """Return the calendar week, month or year so many units before publication."""
    if unit == "week":
        monday = published - dt.timedelta(days=published.weekday() + 7 * back)
        return monday, monday + dt.timedelta(days=6)
    if unit == "month":
        return _month_of(published.year, published.month - back)
    return dt.date(published.year - back, 1, 1), dt.date(published.year - back, 12, 31)


def _last_or_this(found: re.Match[str], published: dt.date | None) -> list[_Found]:
    """Resolve "last week" to all of it, "this week" to its days up to publication."""
    if published is None:
        return []
    words = found[0].split()
    back = 0 if words[0].lower() == "this" else 1
    first, last = _period(words[-1].lower(), back, published)
    return _whole(found, first, min(last, published))


def _weekend(found: re.Match[str], published: dt.date | None) -> list[_Found]:
    """Resolve "over the weekend" to the latest one that has begun, "last weekend" the same."""
    if published is None:
        return []
    saturday = published - dt.timedelta(days=(published.weekday() - 5) % 7)
    return _whole(found, saturday, min(saturday + dt.timedelta(days=1), published))


_UNIT = re.compile(r"\b(hour|day|week|month|year)s?\b", re.IGNORECASE)


def _counts(words: str) -> list[int]:
    """Return the numbers in a few words; "a couple of" is two."""
    found = re.findall(rf"\b{_COUNT}\b", words.lower())
    return [2 if "couple" in w else _NUMBERS.get(w) or int(w) for w in found]


def _ago(found: re.Match[str], published: dt.date | None) -> list[_Found]:
    """Resolve "three days ago" to a day; weeks, months and years to the calendar's."""
    unit = _UNIT.search(found[0])
    if published is None or unit is None:
        return []
    counts = _counts(found[0][: unit.start()])
    far, near = max(counts), min(counts)
    kind = unit[1].lower()
    if kind == "day":
        first, last = (published - dt.timedelta(days=n) for n in (far, near))
    else:
        first, last = _period(kind, far, published)[0], _period(kind, near, published)[1]
    return _whole(found, first, last)


def _past(found: re.Match[str], published: dt.date | None) -> list[_Found]:
    """Resolve "in the past 24 hours" to the period that ends on the day of publication."""
    unit = _UNIT.search(found[0])
    if published is None or unit is None:
        return []
    number = max(_counts(found[0][: unit.start()]), default=1)
    kind = unit[1].lower()
    if kind == "month":
        first = published - dt.timedelta(days=30 * number)
    else:
        days = {"hour": -(-number // 24), "day": number, "week": 7 * number, "year": 365 * number}
        first = published - dt.timedelta(days=days[kind])
    return _whole(found, first, published)


@cache
def phrases() -> tuple[Phrase, ...]:
    """Return the table. Of two rows that match at the same place the upper one counts."""
    year = rf"(?:,?{SPACE}{_YEAR})"
    small = r"(?i:{})".format
    return (
        Phrase("iso", r"(?<![\w/.-])(?:19|20)\d\d-\d\d-\d\d(?![\w/-])", _iso, small=False),
        Phrase(
            "dotted", r"(?<![\w/.-])\d{1,2}\.\d{1,2}\.(?:19|20)\d\d(?![\w/-])", _dotted, small=False
        ),
        Phrase(
            "day_month",
            rf"(?:{_WEEKDAYS_ANY},?{SPACE})?(?<![\d.,])(?<!\d-){_DAYS}{SPACE}(?:of{SPACE})?"
            rf"{_MONTHS}(?![\w-]){year}?",
            _month_day,
            small=False,
        ),
        Phrase(
            "month_day",
            rf"(?:{_WEEKDAYS_ANY},?{SPACE})?{_MONTHS}{SPACE}{_DAYS}(?!\w){_NO_UNIT}{year}?",
            _month_day,
            small=False,
        ),
        Phrase("month_year", rf"{_MONTHS},?{SPACE}{_YEAR}(?!\w)", _month_year, small=False),
        Phrase(
            "weekday",
            rf"(?:(?i:last|this|late|early){SPACE})?{_WEEKDAYS_ANY}{_PART}"
            rf"(?!\w|{SPACE}(?:Times|Telegraph|Mirror|Express|Mail|Post|Herald|next\b))",
            _weekday,
            small=False,
        ),
        Phrase("two_days", small(rf"the{SPACE}day{SPACE}before{SPACE}yesterday\b"), _before(2)),
        Phrase(
            "yesterday",
            small(rf"(?:late{SPACE}|early{SPACE})?yesterday{_PART}(?!\w)"),
            _before(1),
        ),
        Phrase(
            "previous",
            small(rf"the{SPACE}(?:previous{SPACE}(?:day|night)|day{SPACE}before)\b"),
            _before(1),
        ),
        Phrase("last_night", small(rf"last{SPACE}night\b"), _before(1, to=0)),
        Phrase(
            "overnight",
            # With a day after it, it belongs to that day.
            small(r"overnight\b")
            + rf"(?!{SPACE}(?:(?:on|of|from|into){SPACE})?(?:{_WEEKDAYS_ANY}|{_MONTHS}{SPACE}\d"
            rf"|\d{{1,2}}\W))",
            _before(1, to=0),
        ),
        Phrase("today", small(r"(?:today|tonight)\b"), _before(0)),
        Phrase(
            "this_part",
            small(rf"(?:early{SPACE}|late{SPACE})?this{SPACE}(?:morning|afternoon|evening)\b"),
            _before(0),
        ),
        Phrase(
            "weekend",
            small(rf"(?:last|at{SPACE}the|over{SPACE}the|this{SPACE}past){SPACE}weekend\b"),
            _weekend,
        ),
        Phrase(
            "last_or_this",
            small(rf"(?:(?:last|this|the{SPACE}previous){SPACE}(?:week|month|year))\b(?![-’'])"),
            _last_or_this,
        ),
        Phrase(
            "past",
            small(
                rf"the{SPACE}(?:past{SPACE}(?:day|week|month|year)"
                rf"|(?:past|last){SPACE}{_COUNT}{SPACE}(?:hours?|days?|weeks?|months?|years?))\b"
            ),
            _past,
        ),
        Phrase(
            "ago",
            small(
                rf"(?<![\d.,])\b{_COUNT}{SPACE}(?:(?:or|to){SPACE}{_COUNT}{SPACE})?"
                rf"(?:days?|weeks?|months?|years?){SPACE}ago\b"
            ),
            _ago,
        ),
    )


@cache
def phrase_pattern() -> re.Pattern[str]:
    """Return all of the table as one expression: a text is walked once."""
    return re.compile(r"\b(?:" + "|".join(f"(?P<{r.name}>{r.pattern})" for r in phrases()) + ")")
