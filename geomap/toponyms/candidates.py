"""Stretches of words that may be a place name: what the gazetteer knows, and runs of capitals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geomap.gazetteer.names import fold
from geomap.toponyms.names import Names
from geomap.toponyms.words import GAP_HYPHEN

if TYPE_CHECKING:
    from geomap.gazetteer.store import Gazetteer
    from geomap.toponyms.words import Words

MAX_WORDS = 6  # longest name looked for; longer ones in GeoNames are descriptions
MAX_RUN = 8  # words of a run of capitals that is one candidate
MAX_FOLDED = 200_000


class CandidateSpans:
    """The candidates of a text, as columns in order of their first and last words.

    Attributes
    ----------
    first, last : numpy.ndarray of int
        Words of the candidate, `last` exclusive.
    run_first, run_last : numpy.ndarray of int
        The run of capitalised words that it stands in.
    keys : list of str
        Folded names.
    statistics : numpy.ndarray, shape (n, len(names.STATISTICS))
    bucket : numpy.ndarray of int
        Class of each name (`names.Names.buckets`).
    """

    def __init__(
        self, spans: list[tuple[int, int, int, int, int]], keys: list[str], names: Names
    ) -> None:
        import numpy as np

        order = sorted(range(len(spans)), key=spans.__getitem__)
        columns = np.array([spans[k] for k in order], dtype=np.int64).reshape(-1, 5)
        self.first, self.last, self.run_first, self.run_last, numbers = columns.T
        self.keys = [keys[k] for k in order]
        self.statistics = names.values[numbers]
        self.bucket = names.buckets[numbers]

    def __len__(self) -> int:
        return len(self.keys)


class CandidateFinder:
    """Finds candidates by a gazetteer's names."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.names = Names(gazetteer)
        self._prefixes = gazetteer.prefixes
        self._folded: dict[str, str] = {}

    def find(self, words: Words, opening: Any) -> CandidateSpans:
        """Return the candidates of a text.

        Parameters
        ----------
        words : Words
        opening : numpy.ndarray of bool
            For each word whether it is a function word: at the beginning of a sentence or of a run
            it does not belong to a name.
        """
        self.names.begin()
        if len(self._folded) > MAX_FOLDED:
            self._folded.clear()
        spans: list[tuple[int, int, int, int, int]] = []
        keys: list[str] = []
        number = self.names.number
        functional = opening.tolist()
        capital = words.capital.tolist()
        inner = words.inner.tolist()
        folded_words = self._folded_capitals(words)
        for run_first, run_last in self._runs(words):
            if run_last == run_first + 1:
                if not functional[run_first]:
                    key = folded_words[run_first]
                    spans.append((run_first, run_last, run_first, run_last, number(key)))
                    keys.append(key)
                continue
            folded = [
                folded_words.get(k) or self._fold(words, k) for k in range(run_first, run_last)
            ]
            seen = self._known(run_first, run_last, folded, capital, functional)
            # What the gazetteer lacks: the run itself, and the run without its first words.
            begin, end = run_first, run_last
            while begin < end - 1 and (functional[begin] or not capital[begin]):
                begin += 1
            if not functional[begin]:
                # "Xyzhove on Monday": the name may end before the small word.
                cut = next((k for k in range(begin + 1, end) if inner[k]), end)
                if cut < end and (begin, cut) not in seen:
                    seen[begin, cut] = " ".join(folded[begin - run_first : cut - run_first])
                for first in (begin, begin + 1, end - 2, end - 1):
                    if (
                        begin <= first < end and capital[first] and (first, end) not in seen
                        and not (functional[first] and end == first + 1)
                    ):  # fmt: skip
                        seen[first, end] = " ".join(folded[first - run_first : end - run_first])
            for (first, last), key in seen.items():
                spans.append((first, last, run_first, run_last, number(key)))
                keys.append(key)
        return CandidateSpans(spans, keys, self.names)

    def given(self, words: Words, first: Any, last: Any) -> CandidateSpans:
        """Return given stretches of words as candidates, each within its run of capitals."""
        import numpy as np

        runs = self._runs(words)
        starts = np.array([r[0] for r in runs], dtype=np.int64)
        spans, keys = [], []
        for a, b in zip(first.tolist(), last.tolist(), strict=True):
            at = int(np.searchsorted(starts, a, "right")) - 1
            low, high = runs[at] if at >= 0 and runs[at][1] > a else (a, b)
            key = " ".join(self._fold(words, k) for k in range(a, b))
            spans.append((a, b, min(low, a), max(high, b), self.names.number(key)))
            keys.append(key)
        return CandidateSpans(spans, keys, self.names)

    def _folded_capitals(self, words: Words) -> dict[int, str]:
        """Return the folded form of each capitalised word."""
        import numpy as np

        at = np.flatnonzero(words.capital)
        text, known = words.text, self._folded
        out: dict[int, str] = {}
        for k, start, end in zip(
            at.tolist(), words.start[at].tolist(), words.end[at].tolist(), strict=True
        ):
            word = text[start:end]
            folded = known.get(word)
            if folded is None:
                folded = known[word] = fold(word)
            out[k] = folded
        return out

    def _fold(self, words: Words, at: int) -> str:
        word = words.text[words.start[at] : words.end[at]]
        folded = self._folded.get(word)
        if folded is None:
            folded = self._folded[word] = fold(word)
        return folded

    def _runs(self, words: Words) -> list[tuple[int, int]]:
        """Return the runs of capitalised words that only spaces and hyphens part, in order."""
        import numpy as np

        runs: list[tuple[int, int]] = []
        if not len(words):
            return runs
        capital, joined, digit = words.capital, words.joined, words.digit
        # Most runs are one word with nothing capitalised or inner after it; those that may go on
        # are followed word by word.
        after = np.concatenate((joined[1:], [False]))
        goes_on = np.concatenate((capital[1:] | digit[1:] | words.inner[1:], [False]))
        alone = capital & ~(after & goes_on)
        begins = np.flatnonzero(capital).tolist()
        single = alone.tolist()
        is_capital, is_joined = capital.tolist(), joined.tolist()
        is_digit, gaps, inner = digit.tolist(), words.gap.tolist(), words.inner.tolist()
        count, free = len(words), 0
        for i in begins:
            if i < free:
                continue
            end = i + 1
            if not single[i]:
                while end < count and is_joined[end] and end - i < MAX_RUN:
                    if is_capital[end] or (is_digit[end] and gaps[end] != GAP_HYPHEN):
                        end += 1
                    elif (
                        inner[end] and end + 1 < count
                        and is_joined[end + 1] and is_capital[end + 1]
                    ):  # fmt: skip
                        end += 2
                    else:
                        break
            runs.append((i, end))
            free = end
        return runs

    def _known(
        self, run_first: int, run_last: int, folded: list[str], capital: list[bool],
        functional: list[bool],
    ) -> dict[tuple[int, int], str]:  # fmt: skip
        """Return the stretches of a run that the gazetteer knows, with their keys."""
        seen: dict[tuple[int, int], str] = {}
        for first in range(run_first, run_last):
            if not capital[first]:
                continue
            at = first - run_first
            window = folded[at : at + MAX_WORDS]
            found = self._prefixes(" ".join(window))
            if not found:
                continue
            stops, length = {}, -1
            for j, word in enumerate(window):
                length += len(word) + 1
                stops[length] = first + j + 1
            for key in found:
                last = stops.get(len(key))
                if last is not None and not (functional[first] and last == first + 1):
                    seen[first, last] = key
        return seen
