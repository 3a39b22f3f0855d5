"""Regular expressions made from the tables of the front room."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from geomap.front.vocabulary import vocabulary

if TYPE_CHECKING:
    from geomap.front.vocabulary import Party


@cache
def party_pattern() -> tuple[re.Pattern[str], dict[str, Party]]:
    """Return the pattern of all words for parties, and which party each belongs to."""
    owner = {
        word: party
        for party in vocabulary().parties
        for word in (*party.names, *party.adjectives, *party.forces)
    }
    words = sorted(owner, key=len, reverse=True)
    body = "|".join(re.escape(w).replace("'", "['’]") for w in words)
    return re.compile(rf"(?<![\w-])(?:{body})(?![\w-])", re.IGNORECASE), owner


@cache
def verb_pattern() -> re.Pattern[str]:
    """Return the pattern of all verb forms of the table of actions."""
    words = sorted(vocabulary().verbs, key=len, reverse=True)
    body = "|".join(re.escape(w).replace(r"\ ", r"\s+") for w in words)
    return re.compile(rf"(?<![\w-])(?:{body})(?![\w-])", re.IGNORECASE)


@cache
def word_pattern(name: str) -> re.Pattern[str]:
    """Return the pattern of a word list of the table of actions."""
    words = sorted(vocabulary().words[name], key=len, reverse=True)
    body = "|".join(re.escape(w).replace(r"\ ", r"\s+") for w in words)
    return re.compile(
        rf"(?<!\w)(?:{body})(?!\w)|n['’]t\b"
        if name == "negations"
        else rf"(?<!\w)(?:{body})(?!\w)",
        re.IGNORECASE,
    )
