"""Names whose place the text itself tells: "Vovche and Hai (both southeast of Pokrovsk)".

What is told where it lies is a place, whether the gazetteer knows the name or not; the hint then
places it (`toponyms.resolve`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geomap.toponyms.words import Words

_FIGURE = r"(?:\d[\d.,]*|two|three|four|five|six|seven|eight|nine|ten|a\s+dozen)"
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
_OPENS = re.compile(r"[(,]")


def told_after(text: str, end: int) -> bool:
    """Say whether what follows a name tells where it lies."""
    return bool(_BRACKET.match(text, end) or _COMMA.match(text, end))


def told_words(text: str, words: Words) -> Any:
    """Say for each word whether what follows it tells where it lies (an array of bool)."""
    import numpy as np

    at = [m.start() for m in _OPENS.finditer(text) if told_after(text, m.start())]
    told = np.zeros(len(words), dtype=bool)
    if at:
        before = np.searchsorted(words.start, at) - 1
        told[before[before >= 0]] = True
    return told
