"""Sentences of news text, by a table of abbreviations and a few rules, in linear time.

English first; Ukrainian and Russian have their commonest abbreviations. A line end always ends a
sentence, since headings and paragraphs of news text stand on lines of their own.
"""

from __future__ import annotations

import re
from functools import cache

from geomap.models import Span

__all__ = ["split_sentences"]

# Always followed by more: titles and what stands before a name. Lower case, without the full stop.
_NEVER_LAST = frozenset(
    """
    mr mrs ms messrs dr prof hon rev gen lt col maj capt cpt sgt cpl pvt adm brig cmdr cdr comdr
    supt insp sen rep gov pres amb st ste mt vs approx pop ca cf e.g i.e incl esp dept
    ім вул просп бул пл ген полк підполк акад проф доц тов гр ул им пр-т просп пос смт пгт хут дер
    т.зв напр див т.н
    """.split()  # noqa: SIM905 - a table to be read and added to
)
# Abbreviations only before a number ("No. 5"); "He said no." ends a sentence.
_BEFORE_NUMBER = frozenset(
    "no nos art fig figs sec ch vol p pp para pt cl стор рис ст п пп".split()  # noqa: SIM905
)
# Between a number and more ("8 km. from"), or last; a capital after them opens a new sentence.
_UNITS = frozenset(
    """
    km kms mi mm cm kg lb lbs ft yd hr hrs min mins sec etc км м см мм кг га тис млн млрд грн руб
    тыс год рр гг хв
    """.split()  # noqa: SIM905
)
# As often inside a sentence as at its end: only a word that opens sentences decides.
_EITHER = frozenset(
    """
    jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri
    inc ltd co corp bros jr sr univ assn est gov't dist obl a.m p.m ph.d
    обл р-н т.д т.п др ін см оз
    """.split()  # noqa: SIM905
)
# Written like words that end sentences; abbreviations only with a capital.
_CAPITAL_ONLY = frozenset("mar dec jan jun jul sep oct nov mon wed fri thu est co".split())  # noqa: SIM905
# Small letters: "г. Киев", "с. Богданівка", "р. Дніпро" before a name; after a number a year.
_SLAVIC_LETTERS = frozenset("гмсрдпв")
_OPENERS = frozenset(
    """
    the an this that these those its their his her he she it they we you there here but and or so
    yet in on at after before as for from with since while when where if by to under over during
    although though however meanwhile earlier later also both all some many several most no not
    according another other one two three what who how why our my
    в во на по у за до з із та і й але це ці як після під над про також однак тим він вона вони
    ми ранее это эти он она они мы но и а после как также однако при из с со о об для раніше при
    """.split()  # noqa: SIM905
)
_OPENING = "\"'“‘«„([—–-*•"

_WORD_BEFORE = re.compile(r"[^\W_][\w.'’-]*$")
_NEXT_WORD = re.compile(r"[^\W_][\w'’-]{0,30}")
_ACRONYM = re.compile(r"[^\W\d_](?:\.[^\W\d_])+")
# A word of small letters, a full stop, a capital: the end, unless a table has the word.
_PLAIN = 4
_PLAIN_END = re.compile(r"([a-z]{4})\. [A-Z]")
_ABBREVIATED = frozenset(
    word[-_PLAIN:]
    for word in _NEVER_LAST | _BEFORE_NUMBER | _UNITS | _EITHER
    if len(word) >= _PLAIN
)
_MAX_WORD = 24
_MAX_OPENING = 4


@cache
def _boundaries() -> re.Pattern[str]:
    # Possessive, and only from the first mark of a run: each character is looked at once.
    return re.compile(
        r"(?P<line>[\n\r\v\f\x85\u2028\u2029]++)"
        r"|(?<![.!?…])(?P<marks>[.!?…]++)(?P<closing>[\"'”’»)\]]*+)(?:\[\d{1,3}\])*+"
    )


def split_sentences(text: str) -> tuple[Span, ...]:
    """Split a text into sentences.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    tuple[Span, ...]
        In order, without overlap and without white space at either end; all that is not white
        space lies in one of them. Empty for an empty text. Time is linear in the length.

    Examples
    --------
    >>> text = 'Gen. V. Kozak spoke on Monday. "It is calm," he said, 8.5 km from St. Ivan.'
    >>> [text[s.start : s.end] for s in split_sentences(text)]
    ['Gen. V. Kozak spoke on Monday.', '"It is calm," he said, 8.5 km from St. Ivan.']
    """
    spans: list[Span] = []
    start = 0
    for found in _boundaries().finditer(text):
        end = found.end()
        if found["line"] is None and not _ends_sentence(text, start, found):
            continue
        _add(spans, text, start, end)
        start = end
    _add(spans, text, start, len(text))
    return tuple(spans)


def _add(spans: list[Span], text: str, start: int, end: int) -> None:
    """Add a span without the white space around it, if anything is left."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append(Span(start, end))


def _ends_sentence(text: str, start: int, found: re.Match[str]) -> bool:
    """Decide about a run of `.!?…` with its closing quotes, in a sentence that began at `start`."""
    end = found.end()
    if end < len(text) and not text[end].isspace():
        return False  # "8.5", "U.S.-led", "example.org"
    if found.start() - _PLAIN >= start:
        plain = _PLAIN_END.match(text, found.start() - _PLAIN)
        if plain and plain[1] not in _ABBREVIATED:
            return True  # most ends are such; what follows says the same of them, slowly
    following = text[end : end + 80].lstrip(" \t\u00a0\u202f")
    if not following or following[0] in "\n\r\v\f\x85\u2028\u2029":
        return True
    opening = following[:_MAX_OPENING]
    bare = following[len(opening) - len(opening.lstrip(_OPENING + " \u00a0")) :]
    if bare[:1].islower():
        return False  # "“Really?” he said", "approx. half", "... and then"
    if found["marks"] != ".":
        return not (following[0] in ",;:" or (found["marks"] in {"...", "…"} and not bare))
    if following[0] in ",;":
        return False
    return _full_stop_ends(text, start, found.start(), bare, closed=bool(found["closing"]))


def _full_stop_ends(text: str, start: int, stop: int, following: str, *, closed: bool) -> bool:
    """Decide about a single full stop at offset `stop` by the word before it and what follows."""
    before = _WORD_BEFORE.search(text, max(start, stop - _MAX_WORD), stop)
    if before is None:
        return True
    word, at = before[0], before.start()
    next_word = _NEXT_WORD.match(following)
    follower = next_word[0] if next_word else ""
    if word.isdecimal():
        # "1. Russian forces": the number of a list; "in 2022. Ukrainian" is the end.
        return bool(text[start:at].strip())
    if len(word) == 1:
        return _single_letter_ends(text, at, word, follower)
    return _word_ends(word, follower, closed=closed)


def _word_ends(word: str, follower: str, *, closed: bool) -> bool:
    """Decide about a word of two letters or more by the table of abbreviations."""
    lowered = word.lower()
    if lowered in _CAPITAL_ONLY and not word[0].isupper():
        ends = True
    elif lowered in _NEVER_LAST:
        ends = False
    elif lowered in _BEFORE_NUMBER:
        ends = not follower[:1].isdecimal()
    elif lowered in _UNITS:
        ends = closed or follower[:1].isupper()
    elif lowered in _EITHER or _ACRONYM.fullmatch(word):
        ends = _opens(follower)
    else:
        ends = True
    return ends


def _opens(word: str) -> bool:
    """Tell whether a word opens a sentence: written with a capital though it is no name."""
    return word[:1].isupper() and word.lower() in _OPENERS


def _single_letter_ends(text: str, at: int, letter: str, follower: str) -> bool:
    """Decide about one letter and a full stop: an initial, or a Slavic abbreviation."""
    if letter in _SLAVIC_LETTERS:
        # "2023 р. Росія": after a number it is a year or a unit, else a village, a river, a town.
        return _follows_number(text, at) and follower[:1].isupper()
    if letter.isupper():
        return _opens(follower) and len(follower) > 1
    return letter.lower() not in _BEFORE_NUMBER or not follower[:1].isdecimal()


def _follows_number(text: str, at: int) -> bool:
    """Tell whether a number stands before an offset."""
    return text[max(0, at - 3) : at].rstrip()[-1:].isdecimal()
