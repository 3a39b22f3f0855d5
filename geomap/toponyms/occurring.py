"""Which names occur in a text: looked for before an article is read, in very many texts."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from typing import TYPE_CHECKING

from geomap.gazetteer.names import fold
from geomap.toponyms.corrections import WORD, words_key

if TYPE_CHECKING:
    from collections.abc import Iterable

_RUN = re.compile(r"[^\W_]+")  # letters and digits; no name begins or ends within a run
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
        self._seen: set[str] = set()  # runs that were looked at,
        self._begin: set[str] = set()  # and those of them that a name may begin with
        self._longest = max(map(len, self._numbers), default=0)
        self._prefixes = {key[:n] for key in self._numbers for n in range(1, _PREFIX + 1)}

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
        for run in self._beginning(set(_RUN.findall(text))):
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

    def _beginning(self, runs: set[str]) -> set[str]:
        """Return the runs that a name may begin with; texts share most of theirs."""
        new = runs - self._seen
        if new:
            if len(self._seen) > _SEEN:
                self._seen.clear()
                self._begin.clear()
                new = runs
            self._seen |= new
            self._begin |= {run for run in new if fold(run)[:_PREFIX] in self._prefixes}
        return runs & self._begin
