"""Mentions of spans that are given, by an annotator or by another recogniser.

Where a name stands is taken as it is; what is decided here is the rest: the name to look up, what
the words in and beside the span call it, and whether it means the place, its government or its
people.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geomap.gazetteer.names import fold, spelling_key
from geomap.gazetteer.schema import Level, NameKind
from geomap.models import Mention
from geomap.toponyms.cues import cues
from geomap.toponyms.kinds import mention_kind
from geomap.toponyms.tokens import tokenise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from geomap.gazetteer.store import Gazetteer, NamedRow
    from geomap.models import MentionKind, Span
    from geomap.toponyms.tokens import Token

_SETTLEMENT_AFTER = frozenset({"city", "town", "village", "settlement"})
_STATE = frozenset({"state"})  # "Washington state"


@dataclass(frozen=True, slots=True)
class _Name:
    """Words `first` to `last` (exclusive) of a span as a name, with what the rest calls it."""

    first: int
    last: int
    feature: str | None = None


class SpanReader:
    """Makes mentions of given spans.

    Parameters
    ----------
    gazetteer : Gazetteer
        Where names are looked up.
    """

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer

    def mentions(
        self,
        text: str,
        sentences: Sequence[Span],
        spans: Iterable[Span],
        found: Sequence[Mention] = (),
        reason: str = "a given span",
    ) -> list[Mention]:
        """Return a mention for each span.

        Parameters
        ----------
        text : str
            The article's text.
        sentences : sequence of Span
            Its sentences.
        spans : iterable of Span
            Code points of the text, `0 <= start < end <= len(text)`, in any order; they may
            overlap, and the same span may be given twice.
        found : sequence of Mention
            What a recogniser found by itself: where it found the very span, its mention is used.
        reason : str
            Why the others are mentions.

        Returns
        -------
        list of Mention
            As many as spans, by `start`, then `end`. Of each, `text` is the words of the span.
        """
        tokens = tokenise(text, {s.start for s in sentences})
        starts, ends = [t.start for t in tokens], [t.end for t in tokens]
        known = {(m.start, m.end): m for m in found}
        mentions = []
        for span in sorted(spans, key=lambda s: (s.start, s.end)):
            mention = known.get((span.start, span.end))
            if mention is None:
                first = bisect_right(ends, span.start)
                last = bisect_left(starts, span.end)
                mention = self._mention(text, tokens, span, (first, last), reason)
            mentions.append(mention)
        return mentions

    def _mention(
        self, text: str, tokens: list[Token], span: Span, words: tuple[int, int], reason: str
    ) -> Mention:
        start, end = span.start, span.end
        written = text[start:end]
        first, last = words
        if first >= last:  # no word in it: nothing to look up
            return Mention(start, end, written, "literal", written, reasons=(reason,))
        if _is_bloc(tokens, first, last):
            return Mention(start, end, written, "associative", written, "bloc", (reason,))
        name, looked_up, rows = self._name(text, tokens, span, first, last)
        feature = name.feature or _feature_beside(tokens, name.first, name.last)
        levels = {Level(int(self.gazetteer.level[r.row])) for r in rows}
        if feature == "admin1" and not levels & {Level.REGION, Level.ADMIN1}:
            feature = None  # "most of Bakhmut"
        kind = self._kind(text, tokens, name, rows, feature)
        return Mention(start, end, written, kind, looked_up, feature, (reason,))

    def _kind(
        self,
        text: str,
        tokens: list[Token],
        name: _Name,
        rows: list[NamedRow],
        feature: str | None,
    ) -> MentionKind:
        if any(r.kind == NameKind.DEMONYM for r in rows):
            return "demonym"  # "German", whatever villages are called so somewhere
        governs = any(
            r.kind <= NameKind.ALIAS
            and int(self.gazetteer.level[r.row]) in (Level.COUNTRY, Level.CAPITAL)
            for r in rows
        )
        return mention_kind(text, tokens, name.first, name.last, governs, feature)

    def _name(
        self, text: str, tokens: list[Token], span: Span, first: int, last: int
    ) -> tuple[_Name, str, list[NamedRow]]:
        """Return the longest part of a span that the gazetteer knows, its words and its rows.

        Names as they are spelt come before those of a similar spelling; a name that the gazetteer
        does not know is looked up without its article.
        """
        readings = [
            (
                n,
                text[
                    max(span.start, tokens[n.first].start) : min(span.end, tokens[n.last - 1].end)
                ],
            )
            for n in _readings(tokens, first, last)
        ]
        for name, words in readings:
            if rows := self.gazetteer.rows(fold(words)):
                return name, words, rows
        for name, words in readings:
            if rows := self.gazetteer.spelling_rows(spelling_key(words)):
                return name, words, rows
        return *readings[0], []


def _readings(tokens: list[Token], first: int, last: int) -> Iterator[_Name]:
    """Yield the names that words may hold, the longest first: "the city of Bakhmut" holds two."""
    words = cues()
    if last - first > 1 and tokens[first].folded == "the":
        first += 1
    yield _Name(first, last)
    final = tokens[last - 1].folded
    if last - first > 1:
        if final in words.admin1_after | _STATE:
            yield _Name(first, last - 1, "admin1")
        elif final in _SETTLEMENT_AFTER:
            yield _Name(first, last - 1, "settlement")
    if last - first > 2 and tokens[first + 1].folded == "of":
        called = tokens[first].folded
        if called in words.region_of | words.whole_of | _STATE:
            yield _Name(first + 2, last, "admin1")
        elif called in words.kind_of:
            yield _Name(first + 2, last, "settlement")
    if last - first > 1 and tokens[first].folded in words.directions:
        yield from _readings(tokens, first + 1, last)


def _feature_beside(tokens: list[Token], first: int, last: int) -> str | None:
    """Return what the words beside a name call it: "Donetsk region", "the town of Lyman"."""
    words = cues()
    after = tokens[last] if last < len(tokens) else None
    if after is not None and after.joined and not tokens[last - 1].possessive:
        if after.folded in words.admin1_after:
            return "admin1"
        if after.folded in _SETTLEMENT_AFTER:
            return "settlement"
    if first >= 2 and tokens[first - 1].folded == "of" and tokens[first].joined:
        called = tokens[first - 2].folded
        if called in words.region_of | words.whole_of:
            return "admin1"
        if called in words.kind_of and called not in words.directions:
            return "settlement"
    return None


def _is_bloc(tokens: list[Token], first: int, last: int) -> bool:
    """Say whether words name a bloc of states: "the West", "the European Union"."""
    blocs = cues().blocs
    words = " ".join(t.folded for t in tokens[first:last])
    if words in blocs:
        return True
    led = first > 0 and tokens[first].joined and tokens[first - 1].folded == "the"
    return led and f"the {words}" in blocs and tokens[first].capital
