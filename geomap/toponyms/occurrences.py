"""Where the names of corrections stand in a text, and which mentions stand there."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from geomap.gazetteer.names import fold
from geomap.toponyms.corrections import WORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from geomap.models import Mention

# Between the words of a name: white space or a hyphen, whichever it is written with.
_GAP = re.compile(r"\s+|[-‐‑−]\n?")
_SPACE = re.compile(r"\s+")


class Kept:
    """Mentions in order, none over another, found by where they stand."""

    def __init__(self, mentions: Sequence[Mention]) -> None:
        self._by_start = {m.start: m for m in mentions}
        self._starts = sorted(self._by_start)

    def mentions(self) -> list[Mention]:
        """Return them in order."""
        return [self._by_start[start] for start in self._starts]

    def touching(self, start: int, end: int) -> list[Mention]:
        """Return those that share a character with a stretch."""
        first = bisect_left(self._starts, start)
        if first and self._by_start[self._starts[first - 1]].end > start:
            first -= 1
        last = bisect_left(self._starts, end, first)
        return [self._by_start[s] for s in self._starts[first:last]]

    def add(self, mention: Mention) -> None:
        """Put one in that touches no other."""
        insort(self._starts, mention.start)
        self._by_start[mention.start] = mention

    def remove(self, mentions: Iterable[Mention]) -> None:
        """Take some out."""
        for mention in mentions:
            del self._by_start[mention.start]
            del self._starts[bisect_left(self._starts, mention.start)]


class Words:
    """The words of a text, to find names by."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._spans = [m.span() for m in WORD.finditer(text)]
        self._folded = [fold(text[start:end]) for start, end in self._spans]
        self._at: defaultdict[str, list[int]] = defaultdict(list)
        for i, word in enumerate(self._folded):
            self._at[word].append(i)

    def spans(self, names: Iterable[str]) -> set[tuple[int, int]]:
        """Return where some names stand as whole words, written with capitals where they are."""
        return {span for name in names for span in self._spans_of(name)}

    def _spans_of(self, name: str) -> Iterator[tuple[int, int]]:
        parts = list(WORD.finditer(name))
        folded = [fold(part.group()) for part in parts]
        capitals = [part.group()[0].isupper() for part in parts]
        gaps = [_SPACE.sub(" ", name[a.end() : b.start()]) for a, b in pairwise(parts)]
        for first in self._at.get(folded[0], ()):
            last = first + len(parts)
            if self._folded[first:last] != folded:
                continue
            words = self._spans[first:last]
            # "nice" is no occurrence of "Nice".
            capital = all(
                self.text[start].isupper() or not wanted
                for (start, _), wanted in zip(words, capitals, strict=True)
            )
            between = (self.text[a[1] : b[0]] for a, b in pairwise(words))
            apart = (
                _GAP.fullmatch(text) or _SPACE.sub(" ", text) == gap
                for text, gap in zip(between, gaps, strict=True)
            )
            if capital and all(apart):
                yield words[0][0], words[-1][1]
