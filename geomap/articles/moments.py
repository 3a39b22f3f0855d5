"""The time of publication: the clock and the zone that stand beside a written day.

`dates.parse_day` reads the day and passes over the clock. Here the clock is read as it is written,
in its own zone: nothing is converted, so that the day of a time is always the day that was written.
"""

from __future__ import annotations

import datetime as dt
import re

from geomap.articles.dates import parse_day

__all__ = ["parse_published", "published_on"]

_CLOCK = re.compile(
    r"(?:T|,\s*|\s)(?:at\s+|о\s+|в\s+)?(?=\d{1,2}(?::\d\d|\s?[ap]))(?P<hour>\d{1,2})"
    r"(?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?)?"
    r"(?:\s?(?P<half>[ap])\.?m\.?)?\s?(?P<zone>\S.*)?$",
    re.IGNORECASE,
)
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})?")
_LETTERS = re.compile(r"[A-Z]{1,5}", re.IGNORECASE)
# What has one meaning: those of RFC 5322, and those of Europe. IST, BST, CST (China) have several.
_ZONE_HOURS = {
    "Z": 0, "UTC": 0, "UT": 0, "GMT": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2,
    "EEST": 3, "MSK": 3, "EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8,
    "PDT": -7,
}  # fmt: skip
_FARTHEST = dt.timedelta(hours=14)  # Kiribati; what is written further off is a slip


def parse_published(written: str) -> tuple[dt.date | None, dt.datetime | None]:
    """Read a day, and the time of it where one is written.

    Parameters
    ----------
    written : str
        As `parse_day` takes it: ISO 8601, the form of mail and feeds, or in words.

    Returns
    -------
    tuple[datetime.date | None, datetime.datetime | None]
        The day as written, and the moment to the second: with its zone where it is written, naive
        where it is not. No moment where only a day is written, or where clock or zone mean nothing;
        its day is always the first of the two.

    Examples
    --------
    >>> [str(part) for part in parse_published("2023-03-14T23:30:00-05:00")]
    ['2023-03-14', '2023-03-14 23:30:00-05:00']
    >>> [str(part) for part in parse_published("14 March 2023, 6:30 pm")]
    ['2023-03-14', '2023-03-14 18:30:00']
    >>> [str(part) for part in parse_published("Tue, 14 Mar 2023 23:30:00 +9900")]
    ['2023-03-14', 'None']
    """
    day = parse_day(written)
    return day, None if day is None else _moment(day, written.strip())


def published_on(day: dt.date | None, *moments: dt.datetime | None) -> dt.datetime | None:
    """Return the first of some moments that is of a day; None where none is.

    Examples
    --------
    >>> evening = dt.datetime(2023, 3, 14, 22, 30, tzinfo=dt.UTC)
    >>> published_on(dt.date(2023, 3, 15), None, evening) is None
    True
    """
    return next((one for one in moments if one is not None and one.date() == day), None)


def _moment(day: dt.date, written: str) -> dt.datetime | None:
    """Return the moment of a day that `parse_day` could read in these words."""
    found = _CLOCK.search(written)  # `parse_day` has seen to its form and length
    if found is None:
        return None
    hour, minute, second = (int(found[name] or 0) for name in ("hour", "minute", "second"))
    if found["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found["half"] in "pP" else 0)
    try:
        zone = _zone(found["zone"] or "")
        return dt.datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None


def _zone(written: str) -> dt.timezone | None:
    """Return the zone of words such as "Z", "+0200", "+0200 (EET)", "UTC+03:00"; None of none.

    Raises
    ------
    ValueError
        They name no zone that is known.
    """
    if not written:
        return None
    offset = _OFFSET.search(written)
    if offset is not None:
        sign = -1 if offset[1] == "-" else 1
        away = sign * dt.timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        if abs(away) > _FARTHEST or int(offset[3] or 0) > 59:
            raise ValueError(written)
        return dt.timezone(away)
    name = _LETTERS.search(written)
    if name is None or name[0].upper() not in _ZONE_HOURS:
        raise ValueError(written)
    return dt.timezone(dt.timedelta(hours=_ZONE_HOURS[name[0].upper()]))
