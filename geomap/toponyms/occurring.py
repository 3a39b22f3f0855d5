"""Which names occur in a text: looked for before an article is read, in very many texts."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from typing import TYPE_CHECKING

from geomap.gazetteer.names import fold
from geomap.toponyms.corrections import WORD, words_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_RUN = re.compile(r"[^\W_]+")  # letters and digits; no name begins or ends within a run
_JOINT = re.compile(r"[^\w\s]\b")
_PREFIX = 32  # letters of a name that are looked up; a name may be as long as its writer likes
_SEEN = 1 << 17  # runs of letters that are remembered


class OccurringNames:
    """Finds which of some names occur in a text, as `words_key` compares them.

    It finds all that `correcting.ArticleCorrections` could: wherever the words stand, whatever
    their capitals, be they read as a place or not.

    Parameters
    ----------
    names : iterable of (int, str)
        Names, each with a number; several may be alike.
    """

    def __init__(self, names: Iterable[tuple[int, str]]) -> None:
        self._numbers: defaultdict[str, set[int]] = defaultdict(set)
        for number, name in names:
            # Words may stand apart where the name joins them by something else ("A/B", "A B").
            apart = " ".join(fold(part.group()) for part in WORD.finditer(name))
            for key in (words_key(name), apart):
                self._numbers[key].add(number)
        self._seen: set[str] = set()  # runs that were looked at, and of them
        self._begin: set[str] = set()  # those that a name may begin with,
        self._join: set[str] = set()  # or that may be the first letters of its first word
        self._longest = max(map(len, self._numbers), default=0)
        self._prefixes = {key[:n] for key in self._numbers for n in range(1, _PREFIX + 1)}
        self._firsts = {*self._numbers} | {
            key[:n] for key in self._numbers for n, c in enumerate(key[:_PREFIX]) if not c.isalnum()
        }

    def __bool__(self) -> bool:
        return bool(self._numbers)

    def within(self, text: str) -> set[int]:
        """Return the numbers of the names that occur in a text."""
        found = self._within(text)
        # A letter and its mark in two: the words part there, the keys do not.
        if not text.isascii() and not unicodedata.is_normalized("NFC", text):
            found |= self._within(unicodedata.normalize("NFC", text))
        return found

    def _within(self, text: str) -> set[int]:
        found: set[int] = set()
        runs = set(_RUN.findall(text))
        self._look_at(runs)
        if not runs.isdisjoint(self._join):
            for start, end in _joined(text):
                if text[start:end] in self._join:
                    self._from(text, start, end, found)
        for run in runs & self._begin:
            at = text.find(run)
            while at >= 0:
                end = at + len(run)
                if not (text[at - 1 : at].isalnum() or text[end : end + 1].isalnum()):
                    self._from(text, at, end, found)
                at = text.find(run, end)
        return found

    def _from(self, text: str, start: int, end: int, found: set[int]) -> None:
        """Add the names that stand in a text from where a run begins."""
        key = fold(text[start:end])
        while True:
            if key in self._numbers:
                found |= self._numbers[key]
            # "a", "to": most that begin a name are words of their own, and go no further.
            if text[end : end + 1] == " " and f"{key} "[:_PREFIX] not in self._prefixes:
                return
            run = _RUN.search(text, end)
            if run is None:
                return
            end = run.end()
            key = fold(text[start:end])
            if len(key) > self._longest or key[:_PREFIX] not in self._prefixes:
                return

    def _look_at(self, runs: set[str]) -> None:
        """Find out what a name may begin with among runs; texts share most of theirs."""
        new = runs - self._seen
        if not new:
            return
        if len(self._seen) > _SEEN:
            for known in (self._seen, self._begin, self._join):
                known.clear()
            new = runs
        self._seen |= new
        for run in new:
            start = fold(run)[:_PREFIX]
            if start in self._firsts or len(start) == _PREFIX:
                self._begin.add(run)
            elif start in self._prefixes:
                self._join.add(run)


def _joined(text: str) -> Iterator[tuple[int, int]]:
    """Yield where runs stand that another follows without a space: "Slov'yans'k", "end.Next"."""
    for joint in _JOINT.finditer(text):
        end = joint.start()
        while end and not (text[end - 1].isalnum() or text[end - 1].isspace()):
            end -= 1
        start = end
        while start and text[start - 1].isalnum():
            start -= 1
        if start < end:
            yield start, end
