"""Which names occur in a text: looked for before an article is read, in very many texts."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

from geomap.gazetteer.names import fold
from geomap.toponyms.corrections import WORD, words_key

if TYPE_CHECKING:
    from collections.abc import Iterable

_RUN = re.compile(r"[^\W_]+")  # letters and digits; no name begins or ends within a run
_PREFIX = 32  # letters of a name that are looked up; a name may be as long as its writer likes
_folded = lru_cache(maxsize=1 << 16)(fold)


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
            apart = " ".join(_folded(part.group()) for part in WORD.finditer(name))
            for key in (words_key(name), apart):
                self._numbers[key].add(number)
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
        prefixes = self._prefixes
        begun = {run for run in set(_RUN.findall(text)) if _folded(run)[:_PREFIX] in prefixes}
        if not begun:
            return found
        spans = [m.span() for m in _RUN.finditer(text)]
        for i, (start, end) in enumerate(spans):
            if text[start:end] not in begun:
                continue
            key = _folded(text[start:end])
            j = i
            while True:
                if key in self._numbers:
                    found |= self._numbers[key]
                j += 1
                # "The_", "a": most that begin a name are words of their own, and end here.
                if j == len(spans) or (
                    text[spans[j - 1][1]] == " " and f"{key} "[:_PREFIX] not in prefixes
                ):
                    break
                key = fold(text[start : spans[j][1]])
                if len(key) > self._longest or key[:_PREFIX] not in prefixes:
                    break
        return found
