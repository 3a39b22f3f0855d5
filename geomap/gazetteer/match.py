"""Longest gazetteer names in running text, probed only where a capital letter begins a word."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from geomap.gazetteer.names import fold

if TYPE_CHECKING:
    from geomap.gazetteer.store import Gazetteer

REACH = 64  # characters after a capital that a name may take; longer names are descriptions
# A word that begins with a capital of any script. The class lists what is not one: lower case,
# digits, marks; letters without case (Arabic, Chinese) are left to recognisers of those scripts.
_CAPITAL = re.compile(r"(?<![\w'’])(?=[^\W\d_])[^a-zа-яіїєґёўß-öø-ÿ\W\d_]")
_INSIDE = re.compile(r"[\w'’ʼ]")
_PLAIN = str.maketrans("-\n\t", "   ")
_FOLDED_AWAY = re.compile(r"['’‘`´\".,()\[\]/_]| {2}|\n")


class NameSpan(NamedTuple):
    """A name found in a text: its characters (end exclusive) and its folded key."""

    start: int
    end: int
    key: str


def longest_names(gazetteer: Gazetteer, text: str) -> list[NameSpan]:
    """Return the longest gazetteer name at each capitalised word, in order, without overlaps.

    Names end where a word ends; a possessive ('s) does not belong to them.

    Examples
    --------
    >>> from geomap.gazetteer.store import Gazetteer
    >>> text = "Velyka Novosilka, Bakhmut’s east and Rostov-on-Don"
    >>> [text[s.start:s.end] for s in longest_names(Gazetteer.open(), text)]
    ['Velyka Novosilka', 'Bakhmut', 'Rostov-on-Don']
    """
    prefixes = gazetteer.prefixes
    found: list[NameSpan] = []
    free = 0
    size = len(text)
    for match in _CAPITAL.finditer(text):
        start = match.start()
        if start < free:
            continue
        piece = text[start : start + REACH]
        # As long as folding keeps every character, an offset in the key is one in the text.
        if piece.isascii():
            odd = _FOLDED_AWAY.search(piece)
            plain = piece[: odd.start()] if odd else piece
            folded = plain.lower().translate(_PLAIN)
            for key in reversed(prefixes(folded)):
                end = start + len(key)
                if end >= size or not _INSIDE.match(text, end) or _possessive(text, end):
                    found.append(NameSpan(start, end, key))
                    free = end
                    break
            else:
                odd = None if odd is None or odd.group() == "\n" else odd
            if free > start or odd is None or odd.start() == 0:
                continue
        longest = _slowly(gazetteer, text, start)
        if longest is not None:
            found.append(longest)
            free = longest.end
    return found


def _possessive(text: str, end: int) -> bool:
    return text[end] in "'’ʼ" and text[end + 1 : end + 2] in ("s", "S", "", " ")


_WORD_END = re.compile(r"[^\W\d_]+(?:['’ʼ`](?!s\b)[^\W\d_]+)*|\d+|[^\w\n]|\n")


def _slowly(gazetteer: Gazetteer, text: str, start: int) -> NameSpan | None:
    """Find the longest name at an offset where folding moves characters, word by word."""
    best: NameSpan | None = None
    at = start
    while at < min(len(text), start + REACH):
        word = _WORD_END.match(text, at)
        if word is None or word.group() == "\n":
            break
        at = word.end()
        if not word.group()[0].isalnum():
            if word.group() not in " -\u00a0‑'’.":
                break
            continue
        key = fold(text[start:at])
        if gazetteer.has_name(key):
            best = NameSpan(start, at, key)
    return best
