"""What a sentence takes for granted of a place: "occupied X", "X is under Russian control"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geomap.front.patterns import lexicon, words_from
from geomap.front.reach_words import APPOSED

if TYPE_CHECKING:
    from geomap.front.patterns import PartyWord, Words
    from geomap.front.places import Places
    from geomap.front.spots import Spot
    from geomap.front.theatre import Theatre

_OCCUPIED = re.compile(
    r"\b(?:([\w’']+)-)?(occupied|held|controlled)\s+"
    r"(?:(?:the|city|town|village|settlement|port|of|parts|part|areas|territory|territories|and|"
    r"eastern|western|northern|southern|central|northeastern|northwestern|southeastern|"
    r"southwestern)\s+){0,4}$",
    re.I,
)
_UNDER = re.compile(
    r"\b(?:under|in)\s+(?:(?:the|full|complete|partial|firm|near-total|total|effective|de\s+facto|"
    r"operational|military|its|their)\s+){0,3}(?:[\w-]+(?:[’']s?)?\s+){0,2}?"
    r"(?:control|occupation|hands)\b",
    re.I,
)
_IS_OCCUPIED = re.compile(
    r"\b(?:been|is|are|was|were|remains?|remained)\s+(?:(?:still|now|\w+ly)\s+)?occupied\b"
    r"(?!\s+by\b)",
    re.I,
)
_SHARE = frozenset({"most", "much", "half", "part", "parts", "percent", "third", "quarter"})
_ONLY_BE = frozenset(
    {
        "lies", "lie", "a", "within",
        "is", "are", "was", "were", "remains", "remain", "remained", "now", "still", "fully",
        "has", "have", "been", "came", "come", "city", "firmly", "completely", "not", "no",
        "longer", "be", "currently", "partially", "largely", "already", "settlement", "village",
        "town", "itself", "also", "again", "and", "both", "that", "the", "under",
        "in", "had",
        "fallen", "effectively", "reportedly", "isn't", "aren't", "wasn't",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """A place and who holds it, or nobody when it is contested."""

    spot: Spot
    action: str
    actor: str | None
    start: int
    end: int
    whole: bool  # the place itself is meant, whatever stands before its name
    presupposed: bool = False


def occupied(
    words: Words, places: Places, parties: list[PartyWord], theatre: Theatre
) -> list[Standing]:
    """Return the places that a sentence calls occupied, held or controlled by somebody."""
    found: list[Standing] = []
    lower = words.text[words.start : words.end].lower()
    if not any(w in lower for w in ("occupied", "-held", "-controlled")):
        return found
    for spot in places.between(words.start, words.end):
        if spot.named_after:
            continue  # "the occupied Zaporizhzhia Nuclear Power Plant" is not in Zaporizhzhia
        low = max(words.start, spot.at - 90)
        match = _OCCUPIED.search(words.text[low : spot.at])
        if match is None:
            continue
        who, how = match.group(1), match.group(2).lower()
        if who is None and how != "occupied":
            continue  # "held Bakhmut" is a verb
        start = low + match.start()
        if who is None:
            if _verb(words, start):
                continue
            party = theatre.occupier(spot.country)
            actor = party.name if party else None
        else:
            actor = next(
                (p.party.name for p in words_from(parties, start, start + len(who))), None
            ) or _named(who, theatre)
        if actor is None:
            found.append(Standing(spot, "", None, start, start + len(match.group()), True, True))
        else:
            whole = "part" not in match.group().lower() and "territor" not in match.group().lower()
            found.append(
                Standing(spot, "held", actor, start, start + len(match.group()), whole, True)
            )
    return found


def _verb(words: Words, start: int) -> bool:
    """Say whether "occupied" acts: "Russian forces occupied Izium", "was occupied"."""
    before = words.before(start, 2)
    if not before:
        return False
    last = before[-1]
    if last == "and":  # "stormed and occupied Izium"
        return lexicon().triggers.within(before[:1])
    acts = last in (
        "have",
        "has",
        "had",
        "they",
        "it",
        "who",
        "which",
        "was",
        "were",
        "also",
        "that",
    )
    return acts or lexicon()["force_nouns"].within([last])


def _named(word: str, theatre: Theatre) -> str | None:
    bare = word.lower().replace("’", "'")
    for party in theatre.parties:
        if bare in (*party.names, *party.adjectives, *party.forces):
            return party.name
    return None


def under_control(
    words: Words, places: Places, parties: list[PartyWord], theatre: Theatre
) -> list[Standing]:
    """Return the places that are "under Russian control", "in Ukrainian hands", "contested"."""
    found: list[Standing] = []
    lower = words.text[words.start : words.end].lower()
    if "control" in lower or "occupation" in lower or "hands" in lower:
        for match in _UNDER.finditer(words.text, words.start, words.end):
            if match.group().lower().startswith("in") and not match.group().endswith("hands"):
                continue
            actor = next(
                (p.party.name for p in words_from(parties, match.start(), match.end() + 45)), None
            )
            if actor is None or "fire control" in match.group().lower():
                continue
            spot = _subject(words, places, match.start())
            if spot is not None:
                whole = not _SHARE & set(words.before(spot.start, 3))
                found.append(Standing(spot, "held", actor, match.start(), match.end(), whole))
    if "occupied" in lower:
        for match in _IS_OCCUPIED.finditer(words.text, words.start, words.end):
            spot = _subject(words, places, match.start())
            party = theatre.occupier(spot.country) if spot else None
            if spot is not None and party is not None:
                start, end = match.span()
                found.append(Standing(spot, "held", party.name, start, end, True))
    for index, phrase in lexicon()["contested_words"].find(words.words):
        start, end = words.starts[index], words.ends[index + len(phrase) - 1]
        spot = _subject(words, places, start)
        if spot is None:
            after = places.first(end, min(end + 60, words.end))
            between = words.between(end, after.start) if after else ["?"]
            spot = after if lexicon()["lead"].all_of(between) else None
        if spot is not None:
            found.append(Standing(spot, "contested", None, start, end, False))
    return found


def _subject(words: Words, places: Places, start: int) -> Spot | None:
    """Return the place that is said to be something: the one before "is", "remains"."""
    spot = places.last(words.start, start)
    if spot is None:
        return None
    aside = APPOSED.match(words.text, spot.end, start)
    end = aside.end() if aside and not _acts_in(words, spot.end, aside.end()) else spot.end
    if start - end > 80:
        return None
    return spot if all(w in _ONLY_BE for w in words.between(end, start)) else None


def _acts_in(words: Words, start: int, end: int) -> bool:
    return lexicon().triggers.within(words.between(start, end))
