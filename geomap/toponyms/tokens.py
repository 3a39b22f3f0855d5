"""Words of a text with what recognition needs to know about each."""

from __future__ import annotations

import re
from dataclasses import dataclass

from geomap.gazetteer.names import fold

# A word: letters with inner apostrophes, or an abbreviation such as "U.S.", or digits.
_WORD = re.compile(
    r"(?:[^\W\d_]\.){2,}|[^\W\d_]+(?:['’ʼ`ʹ][^\W\d_]+)*|\d+(?:[.,]\d+)*",
)
_POSSESSIVE = re.compile(r"(?:['’ʼ`]s|(?<=s)['’])$", re.IGNORECASE)
_JOINS = frozenset({" ", "\u00a0", "-", "‑", "–", "\u202f"})


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the text.

    `end` leaves a possessive out; `joined` says that only a space or a hyphen lies between this
    word and the one before, `hyphen` that it is a hyphen.
    """

    start: int
    end: int
    text: str
    folded: str
    capital: bool
    upper: bool  # wholly in capitals, more than one letter
    possessive: bool
    joined: bool
    hyphen: bool
    first: bool  # first word of its line or sentence


def tokenise(text: str, sentence_starts: frozenset[int] | set[int]) -> list[Token]:
    """Return the words of a text in order.

    `sentence_starts` are the offsets where sentences begin; quotes and brackets before a
    sentence's first word do not matter.
    """
    tokens: list[Token] = []
    previous_end = 0
    previous_possessive = False
    starts = sorted(sentence_starts)
    next_start = 0
    for match in _WORD.finditer(text):
        raw = match.group()
        start, end = match.span()
        first = False
        while next_start < len(starts) and starts[next_start] <= start:
            first = True
            next_start += 1
        possessive = _POSSESSIVE.search(raw)
        if possessive:
            end -= len(possessive.group())
            raw = raw[: possessive.start()]
        gap = text[previous_end:start]
        dotted = gap == ". " and tokens and len(tokens[-1].text) <= 3 and tokens[-1].capital
        tokens.append(
            Token(
                start=start,
                end=end,
                text=raw,
                folded=fold(raw),
                capital=raw[0].isupper(),
                upper=len(raw) > 1 and raw.isupper(),
                possessive=possessive is not None,
                joined=bool(tokens) and (gap in _JOINS or bool(dotted)) and not previous_possessive,
                hyphen=gap in ("-", "‑", "–"),
                first=first,
            )
        )
        previous_end = match.end()
        previous_possessive = possessive is not None
    return tokens
