"""The words of a text as columns, cut and hashed without a Python loop.

Recognition looks at a few words beside each capitalised one, so it needs no object a word: arrays
of offsets, shapes and hashes are cut from the text's code points at once, in time linear in the
text, whatever it holds.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# Classes of code points.
_LOWER, _UPPER, _UNCASED, _MARK, _DIGIT, _APOSTROPHE = 1, 2, 3, 4, 5, 6
_APOSTROPHES = "'’ʼ`ʹ´"
_TABLE_SIZE = 0x600  # Latin, Greek, Cyrillic; rarer scripts are classed as they occur
# What lies between a word and the one before it.
GAP_OTHER, GAP_SPACE, GAP_HYPHEN, GAP_COMMA, GAP_STOP, GAP_OPEN, GAP_CLOSE, GAP_LINE, GAP_NONE = (
    range(9)
)
# Between two capitalised words these may belong to a name: "University of California".
_INNER = (
    "of", "de", "la", "del", "du", "da", "das", "dos", "di", "the", "upon", "on", "sur", "le",
    "les", "von", "van", "der", "al", "el",
)  # fmt: skip
# An odd multiplier has an inverse modulo 2**64: a word's hash does not depend on where it stands.
_MULTIPLIER = 0x9E3779B97F4A7C15
_INVERSE = pow(_MULTIPLIER, -1, 1 << 64)
_MIX = 0xBF58476D1CE4E5B9


class Words:
    """The words of one text; all columns have a row for each word, in order.

    Attributes
    ----------
    text : str
    start, end : numpy.ndarray of int
        Offsets (code points); `end` leaves a possessive out.
    capital, upper, digit, possessive : numpy.ndarray of bool
        Begins with a capital; all letters are capitals (more than one); begins with a digit; a
        possessive follows.
    dotted : numpy.ndarray of bool
        An abbreviation's full stop belongs to it or may ("U.S.", "Calif.").
    inner : numpy.ndarray of bool
        A small word that may stand inside a name ("University of California").
    first : numpy.ndarray of bool
        Begins a sentence or a line.
    gap : numpy.ndarray of int
        What lies between it and the word before (`GAP_SPACE`, ...).
    joined : numpy.ndarray of bool
        Only a space or a hyphen (or the full stop of a short abbreviation) lies between.
    hash, tail : numpy.ndarray of uint64
        Hashes of the lower-case word, and of its last three letters.
    """

    def __init__(self, text: str, sentence_starts: Sequence[int]) -> None:
        import numpy as np

        self.text = text
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        kinds, lower = _classed(codes)
        inside = _inside_words(codes, kinds)
        edges = np.diff(inside.astype(np.int8), prepend=0, append=0)
        start, whole_end = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
        length = whole_end - start
        self.start = start
        whole_end = self._ends(codes, kinds, inside, whole_end)
        self._shapes(kinds)
        self._gaps(codes, start, whole_end, length)
        self.first = self.gap == GAP_LINE
        at = np.searchsorted(start, np.asarray(sentence_starts, dtype=np.int64))
        self.first[at[at < len(start)]] = True
        self._hashes(kinds, lower)

    def _ends(self, codes: Any, kinds: Any, inside: Any, whole_end: Any) -> Any:
        """Set where words end, and return where what belongs to them ends: "'s", a full stop."""
        import numpy as np

        # Two more of nothing, so that what follows the last word can be asked for.
        codes, kinds = np.append(codes, (0, 0)), np.append(kinds, (0, 0))
        start, end = self.start, whole_end.copy()
        length = whole_end - start
        # Possessives: "Bakhmut's", "Slov’yans’k’s", "the soldiers'".
        ends_in_s = codes[whole_end - 1] | 0x20 == 115
        owns = (length > 2) & ends_in_s & (kinds[np.maximum(whole_end - 2, 0)] == _APOSTROPHE)
        end[owns] -= 2
        plural = ~owns & ends_in_s & (kinds[whole_end] == _APOSTROPHE)
        whole_end = whole_end + plural
        # The last full stop of "U.S." belongs to the word, whether its sentence goes on or not.
        stops = np.concatenate(([0], np.cumsum((codes[:-2] == 46) & inside), [0]))
        stopped = codes[whole_end] == 46
        dotted = (stops[end] > stops[start]) & (kinds[start] != _DIGIT) & stopped
        dotted &= ~owns & ~plural
        # "Pa.", "Calif." before what goes on: the stop is the abbreviation's, or the sentence's.
        self.dotted = dotted | (stopped & (length <= 5) & (kinds[start] == _UPPER))
        self.end = end + dotted
        self.possessive = owns | plural
        return whole_end + dotted

    def _shapes(self, kinds: Any) -> None:
        import numpy as np

        start, end = self.start, self.end
        self.capital = kinds[start] == _UPPER
        self.digit = kinds[start] == _DIGIT
        lowers = np.concatenate(([0], np.cumsum(kinds == _LOWER)))
        uppers = np.concatenate(([0], np.cumsum(kinds == _UPPER)))
        self.upper = (lowers[end] == lowers[start]) & (uppers[end] - uppers[start] > 1)

    def _hashes(self, kinds: Any, lower: Any) -> None:
        import numpy as np

        start, end, size = self.start, self.end, len(kinds)
        power, inverse = _powers(size + 1)
        total = np.zeros(size + 1, dtype=np.uint64)
        spelt = np.where(kinds == _APOSTROPHE, 39, lower).astype(np.uint64) + np.uint64(1)
        np.cumsum(spelt * power[:size], out=total[1:])
        self.hash = _mixed((total[end] - total[start]) * inverse[start])
        tail = np.maximum(start, end - 3)
        self.tail = _mixed((total[end] - total[tail]) * inverse[tail])
        self.inner = member(self.hash, _inner_hashes()) & ~self.capital

    def __len__(self) -> int:
        return len(self.start)

    def _gaps(self, codes: Any, start: Any, whole_end: Any, length: Any) -> None:
        import numpy as np

        n = len(start)
        self.gap = np.full(n, GAP_LINE, dtype=np.int8)
        self.joined = np.zeros(n, dtype=bool)
        if n < 2:
            return
        before, after = whole_end[:-1], start[1:]
        width = after - before
        first = codes[np.minimum(before, len(codes) - 1)]
        lines = np.add.accumulate(np.concatenate(([0], (codes == 10) | (codes == 13))))
        gap = np.full(n - 1, GAP_OTHER, dtype=np.int8)
        space = (first == 32) | (first == 0xA0) | (first == 0x202F)
        gap[space] = np.where(width[space] == 1, GAP_SPACE, GAP_OTHER)
        gap[np.isin(first, (45, 0x2010, 0x2011, 0x2013)) & (width == 1)] = GAP_HYPHEN
        gap[first == 44] = GAP_COMMA
        gap[np.isin(first, (46, 33, 63, 59, 58))] = GAP_STOP
        # A bracket or a quote that opens stands right before the next word.
        opener = codes[after - 1]
        opens = np.isin(opener, (40, 91, 0x201C, 0x2018, 0xAB)) & ~(gap == GAP_COMMA)
        gap[opens] = GAP_OPEN
        gap[np.isin(first, (41, 93, 0x201D, 0xBB))] = GAP_CLOSE
        gap[lines[after] > lines[before]] = GAP_LINE
        gap[width == 0] = GAP_NONE
        self.gap[1:] = gap
        short = (gap == GAP_STOP) & (first == 46) & (width == 2) & (length[:-1] <= 3)
        short &= self.capital[:-1] & ~self.possessive[:-1]
        self.joined[1:] = ((gap == GAP_SPACE) | (gap == GAP_HYPHEN) | short) & (
            ~self.possessive[:-1]
        )


def _inside_words(codes: Any, kinds: Any) -> Any:
    """Say for each code point whether it stands inside a word."""
    letter = (kinds >= _LOWER) & (kinds <= _MARK)
    digit = kinds == _DIGIT
    inside = letter | digit
    if len(codes) > 2:
        inside[1:-1] |= (kinds[1:-1] == _APOSTROPHE) & letter[:-2] & letter[2:]
        # "U.S", "W.Va": a full stop after a single capital and before a letter.
        stop = (codes[1:-1] == 46) & letter[2:] & (kinds[:-2] == _UPPER)
        stop[1:] &= ~letter[:-3] | (codes[:-3] == 46)
        inside[1:-1] |= stop
        # "1,200", "3.5"
        inside[1:-1] |= ((codes[1:-1] == 44) | (codes[1:-1] == 46)) & digit[:-2] & digit[2:]
    return inside


def word_hash(word: str) -> int:
    """Return the hash that `Words.hash` has for a word.

    Examples
    --------
    >>> int(Words("near Bakhmut", [0]).hash[1]) == word_hash("bakhmut")
    True
    """
    total, power = 0, 1
    for letter in word:  # by itself: a letter's lower case does not depend on the next
        code = 39 if letter in _APOSTROPHES else ord(letter.lower()[0])
        total = (total + (code + 1) * power) % (1 << 64)
        power = power * _MULTIPLIER % (1 << 64)
    total ^= total >> 32
    total = total * _MIX % (1 << 64)
    return total ^ (total >> 29)


def hash_set(words: Sequence[str]) -> NDArray[Any]:
    """Return the sorted hashes of some words, to be looked up by `member`."""
    import numpy as np

    return np.array(sorted({word_hash(w) for w in words}), dtype=np.uint64)


def member(hashes: NDArray[Any], of: NDArray[Any]) -> NDArray[Any]:
    """Say for each hash whether it is in a sorted array of hashes."""
    import numpy as np

    if not len(of):
        return np.zeros(len(hashes), dtype=bool)
    at = np.searchsorted(of, hashes)
    found: NDArray[Any] = of[np.minimum(at, len(of) - 1)] == hashes
    return found


def _mixed(values: Any) -> Any:
    import numpy as np

    values = values ^ (values >> np.uint64(32))
    values = values * np.uint64(_MIX)
    return values ^ (values >> np.uint64(29))


_POWERS: list[Any] = []


def _powers(size: int) -> tuple[Any, Any]:
    """Return the powers of the multiplier and of its inverse, modulo 2**64."""
    import numpy as np

    if not _POWERS or len(_POWERS[0]) < size:
        length = max(1 << 14, 1 << size.bit_length())
        tables = []
        for base in (_MULTIPLIER, _INVERSE):
            table = np.full(length, base, dtype=np.uint64)
            table[0] = 1
            tables.append(np.cumprod(table))
        _POWERS[:] = tables
    return _POWERS[0], _POWERS[1]


@cache
def _inner_hashes() -> Any:
    return hash_set(_INNER)


@cache
def _tables() -> tuple[Any, Any]:
    """Return the class and the lower case of the code points below `_TABLE_SIZE`."""
    import numpy as np

    letters = [chr(c) for c in range(_TABLE_SIZE)]
    kinds = np.array([_kind(c) for c in letters], dtype=np.uint8)
    lower = np.array([ord(c.lower()[0]) for c in letters], dtype=np.uint32)
    return kinds, lower


def _kind(letter: str) -> int:
    import unicodedata

    if letter in _APOSTROPHES:
        return _APOSTROPHE
    if letter.isalpha():
        if letter.islower():
            return _LOWER
        return _UPPER if letter.isupper() or letter.istitle() else _UNCASED
    if letter.isdigit() and letter.isdecimal():
        return _DIGIT
    return _MARK if unicodedata.category(letter) in ("Mn", "Mc") else 0


def _classed(codes: Any) -> tuple[Any, Any]:
    """Return the class and the lower case of each code point."""
    import numpy as np

    kinds, lower = _tables()
    common = codes < _TABLE_SIZE
    if common.all():
        return kinds[codes], lower[codes]
    index = np.where(common, codes, 0)
    out_kinds, out_lower = kinds[index], lower[index]
    rare, inverse = np.unique(codes[~common], return_inverse=True)
    letters = [chr(c) for c in rare.tolist()]
    out_kinds[~common] = np.array([_kind(c) for c in letters], dtype=np.uint8)[inverse]
    out_lower[~common] = np.array([ord(c.lower()[0]) for c in letters], dtype=np.uint32)[inverse]
    return out_kinds, out_lower
