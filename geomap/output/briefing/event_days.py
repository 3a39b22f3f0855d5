"""On which days a feature's sentence says that it happened, and on which that it was said.

`event_date` is the day that a sentence names nearest to the words. In "the ministry claimed on
21 February that its forces seized X" that is the day of the claim, not of the deed.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geomap.output.briefing.statements import Properties

_MONTHS = "|".join(calendar.month_name[1:])
_DAY = (
    rf"(?P<month>{_MONTHS})\s+(?P<days>\d{{1,2}}\b(?:(?:,\s+|,?\s+and\s+)\d{{1,2}}\b)*)"
    rf"|(?P<number>\d{{1,2}})\s+(?P<of>{_MONTHS})|(?P<weekday>{'|'.join(calendar.day_name)})"
)
_DAYS = re.compile(_DAY)
_LEAD = r"\s+(?:(?:late|early)\s+)?(?:on\s+)?(?:the\s+(?:morning|evening|night)\s+of\s+)?$"
_SAID = re.compile(
    r"\b(?:said|says|claimed|reported|stated|announced|acknowledged|confirmed|denied|noted|added|"
    r"wrote|told\s+\w+|assessed|warned)(?:\s+(?:also|again))?" + _LEAD
)
# "Footage published on", "posted geolocated footage on".
_PUBLISHED = re.compile(
    r"\b(?:published|posted|released|shared|dated)(?:\s+[\w’'-]+){0,4}?" + _LEAD
)
_PERIOD = re.compile(
    rf"\b(?:in|during)\s+(?:(?:early|late|mid)[-\s])?(?:(?P<month>{_MONTHS})\s+)?(?P<year>\d{{4}})\b"
)
_SINCE = re.compile(r"\b(?:since|until|till)\s+$")


def event_days(p: Properties) -> set[str]:
    """Return the days on which it happened, by its sentence; none where that does not tell.

    Parameters
    ----------
    p : dict
        Properties of a claim or mention.
    """
    return _read(p)[0]


def reported_days(p: Properties) -> set[str]:
    """Return the days on which it was said: those of the sentence, else that of the report."""
    said = _read(p)[1]
    return said or ({p["date"]} if p["date"] else set())


def period_told(p: Properties) -> str | None:
    """Return the month or year that stands for the day of a feature: "December 2025", else None.

    Its first day is its `event_date` then, which nobody told.
    """
    if not p["event_date"] or event_days(p):
        return None
    day = dt.date.fromisoformat(p["event_date"])
    for match in _PERIOD.finditer(p["sentence"]):
        month = match["month"]
        first = [*calendar.month_name].index(month) if month else 1
        if (int(match["year"]), first, 1) == (day.year, day.month, day.day):
            return f"{month} {day.year}" if month else str(day.year)
    return None


def of_one_day(denial: Properties, claim: Properties) -> bool:
    """Say whether a denial can be of what a claim says, by their days.

    Of a day that is not told it is known that it is not after the report.
    """
    against, of = event_days(denial), event_days(claim)
    if against and of:
        return bool(against & of)
    if against:
        reported = claim["date"]
        return reported is None or min(against) <= reported
    happened, reported = claim["event_date"] or claim["date"], denial["date"]
    return happened is None or reported is None or bool(happened <= reported)


def _read(p: Properties) -> tuple[set[str], set[str]]:
    if not p["event_date"]:
        return set(), set()
    day = dt.date.fromisoformat(p["event_date"])
    happened: set[str] = set()
    said: set[str] = set()
    bounded = False
    for match in _DAYS.finditer(p["sentence"]):
        days = _days_of(match, day)
        if day not in days:
            continue
        before = p["sentence"][: match.start()]
        told = {d.isoformat() for d in days if not p["date"] or d.isoformat() <= p["date"]}
        if _SAID.search(before) or _PUBLISHED.search(before):
            said |= told
        elif _SINCE.search(before):
            bounded = True
        else:
            happened |= told
    if happened:
        return happened | {p["event_date"]}, set()
    if said or bounded or (day.day == 1 and _PERIOD.search(p["sentence"])):
        return set(), said
    return {p["event_date"]}, set()


def _days_of(match: re.Match[str], near: dt.date) -> list[dt.date]:
    """Return the days that a phrase means, in the year of a day known to be one of them."""
    if match["weekday"]:
        return [near] if calendar.day_name[near.weekday()] == match["weekday"] else []
    month = [*calendar.month_name].index(match["month"] or match["of"])
    numbers = [int(n) for n in re.findall(r"\d+", match["days"] or match["number"])]
    # Of more than one those that follow each other: "March 13 and 20 people" names one day.
    kept = [n for at, n in enumerate(numbers) if n == numbers[0] + at]
    last = calendar.monthrange(near.year, month)[1]
    return [dt.date(near.year, month, n) for n in kept if 0 < n <= last]
