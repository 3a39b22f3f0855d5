"""Names whose place the text itself tells: "Vovche and Hai (both southeast of Pokrovsk)".

What is told where it lies is a place, whether the gazetteer knows the name or not; the hint then
places it (`toponyms.resolve`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from geomap.toponyms.words import GAP_COMMA

if TYPE_CHECKING:
    from geomap.toponyms.batch import Batch
    from geomap.toponyms.words import Words

_FIGURE = r"(?:\d[\d.,]{0,15}|two|three|four|five|six|seven|eight|nine|ten|a\s+dozen)"
_WHERE = (
    r"(?:(?:north|south|east|west)[a-z-]*\s+(?:(?:east|west)\s+)?of\b"
    rf"|{_FIGURE}[\s\u00a0-]?(?:km|kilomet|mi\b|miles?\b|met(?:re|er)s?\b))"
)
_BRACKET = re.compile(
    rf"\s*\((?P<all>(?:all|both|each)\b)?(?:[^()]{{0,40}}\b)?(?:{_WHERE}|near|between|outside|"
    r"(?:in|on)\s+the\s+(?:north|south|east|west))",
    re.IGNORECASE,
)
_COMMA = re.compile(
    rf"\s*,\s*(?:(?:which|that)\s+lies\s+)?(?:(?:just|about|some|roughly|around|nearly|located|only)"
    rf"\s+){{0,2}}{_WHERE}",
    re.IGNORECASE,
)
MAX_LIST = 12
_OPENS = re.compile(r"[(,]")


def told_after(text: str, end: int) -> bool:
    """Say whether what follows a name tells where it lies."""
    return bool(_BRACKET.match(text, end) or _COMMA.match(text, end))


def told_words(batch: Batch) -> Any:
    """Say for each word whether what follows it tells where it lies (an array of bool)."""
    import numpy as np

    words = batch.words
    text = words.text
    told = np.zeros(len(words), dtype=bool)
    for begin, own in zip(batch.offsets.tolist(), batch.texts, strict=True):
        end = begin + len(own)  # a bracket left open does not reach into the next article
        for opening in _OPENS.finditer(text, begin, end):
            at = opening.start()
            bracket = _BRACKET.match(text, at, end)
            if bracket is None and _COMMA.match(text, at, end) is None:
                continue
            last = int(np.searchsorted(words.start, at)) - 1
            told[last] = True  # padding stands before the first word
            if bracket is not None and bracket["all"]:
                told[_list_before(text, words, last)] = True
    return told


def _list_before(text: str, words: Words, last: int) -> list[int]:
    """Return the last words of the names that stand in a list before a bracket that says "all"."""
    found: list[int] = []
    while len(found) < MAX_LIST:
        first = last
        while first > 0 and words.capital[first - 1] and words.joined[first]:
            first -= 1
        before = first - 1
        linked = words.gap[first] == GAP_COMMA
        if before >= 0 and text[words.start[before] : words.end[before]] in ("and", "or"):
            before, linked = before - 1, True
        if before < 0 or not linked or not words.capital[before]:
            break
        found.append(before)
        last = before
    return found
