"""Names whose place the text itself tells: "Vovche and Hai (both southeast of Pokrovsk)".

What is told where it lies is a place, whether the gazetteer knows the name or not; the hint then
places it (`toponyms.resolve`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from geomap.gazetteer.schema import NameKind
from geomap.toponyms.cues import cues
from geomap.toponyms.spans import NameSpan, may_stand_beside

if TYPE_CHECKING:
    from collections.abc import Callable

    from geomap.gazetteer.store import NamedRow
    from geomap.toponyms.tokens import Token

MAX_TOLD_WORDS = 3
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
_LIST = re.compile(r"\s*,\s*(?:and\s+|or\s+)?|\s+(?:and|or)\s+")


def told_after(text: str, end: int) -> tuple[float, str] | None:
    """Return the weight and the reason when what follows a name tells where it lies."""
    if _BRACKET.match(text, end):
        return 3.0, "its place is told in brackets"
    if _COMMA.match(text, end):
        return 2.0, "its place is told after a comma"
    return None


def add_told(
    text: str,
    tokens: list[Token],
    runs: list[tuple[int, int]],
    spans: list[NameSpan],
    lookup: Callable[[str], list[NamedRow]],
) -> list[NameSpan]:
    """Return the candidates with those added that the text tells where they lie.

    Parameters
    ----------
    text : str
    tokens : list of Token
    runs : list of tuple of int
        The stretch of capitalised words that each token stands in (`spans.find_runs`).
    spans : list of NameSpan
        What the gazetteer's names gave, in order.
    lookup : callable
        Gives the gazetteer's rows of a folded name.
    """
    by_end = {s.last: s for s in spans}
    added: list[NameSpan] = []
    for i, token in enumerate(tokens):
        if not token.capital:
            continue
        bracket = _BRACKET.match(text, token.end)
        if bracket is None and _COMMA.match(text, token.end) is None:
            continue
        last: int | None = i + 1
        while last is not None:
            span = _ending(tokens, runs, by_end, last, lookup)
            if span is None:
                break
            if last <= i:
                span.add(3.0, "in a list whose place is told in brackets")
            if by_end.get(span.last) is not span:
                by_end[span.last] = span
                added.append(span)
            last = _before(text, tokens, span.first) if bracket and bracket["all"] else None
    if not added:
        return spans
    taken = {k for s in added for k in range(s.first, s.last)}
    kept = [s for s in spans if not taken.intersection(range(s.first, s.last))]
    return sorted([*kept, *added], key=lambda s: s.first)


def _ending(
    tokens: list[Token],
    runs: list[tuple[int, int]],
    by_end: dict[int, NameSpan],
    last: int,
    lookup: Callable[[str], list[NamedRow]],
) -> NameSpan | None:
    """Return the name that ends before token `last`: a known one, or the run of capitals."""
    start, end = runs[last - 1]
    known = by_end.get(last)
    first = known.first if known is not None else last - 1
    words = cues()
    while first > max(start, last - MAX_TOLD_WORDS) and not may_stand_beside(tokens[first - 1]):
        first -= 1
    if known is not None and first >= known.first:
        return known
    named = tokens[first:last]
    if end != last or not named[-1].capital or any(t.upper and len(t.text) < 5 for t in named):
        return None
    key = " ".join(t.folded for t in named)
    folded = {key, *(t.folded for t in named)}
    if folded & (words.common | words.not_places | words.titles | words.speech):
        return None
    if any(r.kind == NameKind.DEMONYM for t in named for r in lookup(t.folded)):
        return None
    return NameSpan(first, last, key, [])


def _before(text: str, tokens: list[Token], first: int) -> int | None:
    """Return where the name before a list's separator ends, as a token number (exclusive)."""
    at = first - 1
    if at >= 0 and tokens[at].folded in ("and", "or"):
        at -= 1
    if at < 0 or not tokens[at].capital:
        return None
    gap = text[tokens[at].end : tokens[first].start]
    return at + 1 if _LIST.fullmatch(gap) else None
