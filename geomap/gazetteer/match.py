"""Longest gazetteer names in running text, probed only where a capital letter begins a word."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from geomap.gazetteer.names import fold

if TYPE_CHECKING:
    from geomap.gazetteer.store import Gazetteer

REACH = 64  # characters after a capital that a name may take; longer names are descriptions
# A word that begins with a capital. Plain words after a Latin capital come with it: folding keeps
# each of their characters, so an offset in the key is one in the text. The second branch is for
# other scripts; letters without case (Arabic, Chinese) are left to recognisers of those scripts.
_CAPITAL = re.compile(
    r"(?<![\w'’])(?:(?=([A-Z][A-Za-z0-9]*(?:[ -][A-Za-z0-9]+)*))"
    r"|(?=[^\W\d_])[^A-Za-zа-яіїєґёўß-öø-ÿ\W\d_])"
)
# What may carry a name on where the plain words end: an apostrophe or mark inside a word, "St. X".
_GOES_ON = re.compile(r"['’ʼ`´](?!s\b)\w|(?<=\b\w)\.\w|(?<=\b[SMF]t)\.[ ]\w|[^\x00-\x7f\W]")
_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ`´](?!s\b)[^\W\d_]+)*|\d+|[ .\u00a0‑-]|['’]")


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
    >>> text = "Velyka Novosilka, Bakhmut’s east, Slov’yans’k and Rostov-on-Don"
    >>> [text[s.start:s.end] for s in longest_names(Gazetteer.open(), text)]
    ['Velyka Novosilka', 'Bakhmut', 'Slov’yans’k', 'Rostov-on-Don']
    """
    prefixes = gazetteer.prefixes
    goes_on = _GOES_ON.match
    found: list[NameSpan] = []
    free = 0
    for match in _CAPITAL.finditer(text):
        start = match.start()
        if start < free:
            continue
        words = match.group(1)
        best: NameSpan | None = None
        if words is not None:
            words = words[:REACH]
            stop = start + len(words)
            size = len(words)
            for key in reversed(prefixes(words.lower().replace("-", " "))):
                end = len(key)
                # Inside the plain words a name ends before a space or a hyphen; at their end,
                # where no mark carries the last word on.
                if words[end] in " -" if end < size else not goes_on(text, stop):
                    best = NameSpan(start, start + end, key)
                    break
            if size == REACH or not goes_on(text, stop):
                if best is not None:
                    found.append(best)
                    free = best.end
                continue
        longer = _word_by_word(gazetteer, text, start)
        if longer is not None and (best is None or longer.end > best.end):
            best = longer
        if best is not None:
            found.append(best)
            free = best.end
    return found


def _word_by_word(gazetteer: Gazetteer, text: str, start: int) -> NameSpan | None:
    """Find the longest name at an offset where folding moves characters."""
    best: NameSpan | None = None
    at = start
    while at < min(len(text), start + REACH):
        word = _WORD.match(text, at)
        if word is None:
            break
        at = word.end()
        if word.group()[0].isalnum():
            key = fold(text[start:at])
            if gazetteer.has_name(key):
                best = NameSpan(start, at, key)
    return best
