"""Days that a report speaks of: "on Monday", "overnight", "on February 20 and 21", "last week".

Phrases come from one table, so that "We", "may" or a verb "march" is never a date, and all of it
is plain calendar arithmetic against the day of publication. Reports look back: a weekday is the
latest one not after publication. What looks ahead ("next week", "tomorrow") is left out, and so is
everything relative when the day of publication is unknown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from geomap.articles._day_phrases import SPACE, Phrase, phrase_pattern, phrases
from geomap.models import DayReference

if TYPE_CHECKING:
    import datetime as dt

__all__ = ["find_days"]

# What belongs to a phrase although it stands before it: "late on Monday", "on the night of".
_LEAD = re.compile(
    rf"(?:\b(?:late|early|earlier|later|overnight){SPACE})?"
    rf"(?:\b(?:on|in|over|during|between){SPACE})?"
    rf"(?:\bthe{SPACE}(?:night|evening|morning|afternoon){SPACE}of{SPACE})?$",
    re.IGNORECASE,
)
_MAX_LEAD = 48
# "overnight on December 22 and 23" and "between March 3 and 5" are one stretch of time.
_ONE_PERIOD = re.compile(r"\b(?:overnight|night|between)\b", re.IGNORECASE)
# What turns the same words to the future, or into a name.
_AHEAD_WORD = re.compile(rf"\b(?:next|coming|upcoming|the{SPACE}following){SPACE}$", re.IGNORECASE)
_LATER = re.compile(rf"\blater{SPACE}$", re.IGNORECASE)
_NAME_BEFORE = re.compile(
    rf"\b(?:Black|Bloody|Good|Easter|Palm|Ash|Holy|Maundy|Cyber|Super|Russia|USA|Ukraine){SPACE}$"
)
_SENTENCE_START = re.compile(r"(?:^|[.!?…:;\n\r\"“”«»‘’(\[—–•*-])[ \t\u00a0]{0,3}$")


def find_days(text: str, published: dt.date | None) -> tuple[DayReference, ...]:
    """Find the words that name a day or a period, and the days they mean.

    Parameters
    ----------
    text : str
        An article in English.
    published : datetime.date | None
        Its day of publication. If None, only dates with a year are found.

    Returns
    -------
    tuple[DayReference, ...]
        In order, without overlap. `first == last` for a single day; a week runs from Monday to
        Sunday, "overnight" from the day before publication to it.

    Examples
    --------
    >>> from datetime import date
    >>> text = "Shelling late on Monday; more on February 20 and 21. It may march on next week."
    >>> for day in find_days(text, date(2023, 3, 14)):
    ...     print(day.text, day.first)
    late on Monday 2023-03-13
    on February 20 2023-02-20
    21 2023-02-21
    """
    references: list[DayReference] = []
    rows = {row.name: row for row in phrases()}
    floor = 0  # where the phrase before ended: a lead is never taken from it
    for found in phrase_pattern().finditer(text):
        row = rows[found.lastgroup or ""]
        before = text[max(floor, found.start() - _MAX_LEAD) : found.start()]
        if _is_other(row, found, before):
            continue
        lead = _LEAD.search(before)
        # An overlong look back may cut a word, never a lead: they are far shorter.
        start = found.start() - (len(lead[0]) if lead else 0)
        try:
            stretches = row.resolve(found, published)
        except (ValueError, OverflowError):  # February 30, or 999 years before the year 1
            continue
        if len(stretches) > 1 and lead is not None and _ONE_PERIOD.search(lead[0]):
            stretches = [(stretches[0][0], stretches[-1][1], stretches[0][2], stretches[-1][3])]
        for index, (begin, end, first, last) in enumerate(stretches):
            begin = start if index == 0 else begin  # noqa: PLW2901
            references.append(DayReference(begin, end, text[begin:end], first, last))
        floor = found.end()
    return tuple(references)


def _is_other(row: Phrase, found: re.Match[str], before: str) -> bool:
    """Tell whether words of the table mean something else here: the future, or a name."""
    if row.small:
        is_name = found[0][0].isupper() and _SENTENCE_START.search(before) is None
        return is_name or _LATER.search(before) is not None  # "later this year"
    return bool(_AHEAD_WORD.search(before) or _NAME_BEFORE.search(before))
