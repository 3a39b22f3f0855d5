"""Events apart from the front: strikes and shelling, and harm to civilians, by the words for it."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from geomap.output.briefing.claims import EVENTS
from geomap.output.briefing.deeds import by_day, day_of, deeds, when
from geomap.output.briefing.namesakes import label_of, names_of
from geomap.output.briefing.statements import say
from geomap.output.briefing.words import clean
from geomap.tables import load_table, word_sets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from geomap.output.briefing.claims import Telling
    from geomap.output.briefing.deeds import Deed
    from geomap.output.briefing.statements import Properties, Statement

MOST_STRIKES = 12
MOST_HARM = 8
HARM_WORDS = 22  # a quote of harm is no longer
_BREAK = re.compile(r"[,;:—–.!?()\"“”]|\s-\s")
# "The mayor, X, said ...", "officials reported that ...".
_SAID = re.compile(
    r"^(?:said|says|added|reported|wrote)\s+(?:that\s+)?"
    r"|^.{0,80}?\b(?:said|reported|stated)\s+that\s+",
    re.I,
)
_WORD = re.compile(r"[\w’'-]+")


@cache
def _words() -> dict[str, frozenset[str]]:
    """Return the words of the table `harm.toml`.

    Raises
    ------
    TableError
        A list is missing or unknown.
    """
    table = load_table("geomap.output.briefing", "harm.toml")
    return word_sets(table, "output/briefing/harm.toml", {"harm", "civilians", "fighters"})


def harm_in(sentence: str) -> str | None:
    """Return the words of a sentence that tell of harm to civilians, None where none do.

    The stretch between marks that holds the word for harm, with its neighbour where that names
    who was harmed; of many words those about the first.

    Examples
    --------
    >>> harm_in("A missile hit a market in Kupiansk on Monday, killing two civilians, he said.")
    'killing two civilians'
    >>> harm_in("The strike killed 20 Russian soldiers.")
    """
    words = _words()
    parts = [p for p in _parts(clean(sentence)) if p]
    kinds = [{w.lower() for w in _WORD.findall(p)} for p in parts]
    for n, found in enumerate(kinds):
        if not found & words["harm"] or found & words["fighters"]:
            continue
        if found & words["civilians"]:
            return _cut(_SAID.sub("", parts[n]), words["harm"])
        if n + 1 < len(parts) and kinds[n + 1] & words["civilians"]:
            return _cut(f"{parts[n]}, {parts[n + 1]}", words["harm"])
    return None


def _parts(sentence: str) -> Iterator[str]:
    at = 0
    for match in _BREAK.finditer(sentence):
        if match.group() in ",." and sentence[match.end() : match.end() + 1].isdigit():
            continue  # "1,200 people"
        yield sentence[at : match.start()].strip()
        at = match.end()
    yield sentence[at:].strip()


def _cut(words: str, harm: frozenset[str]) -> str:
    row = words.split()
    if len(row) <= HARM_WORDS:
        return words
    at = next((n for n, w in enumerate(row) if w.lower().strip(".,") in harm), 0)
    first = max(0, min(at - HARM_WORDS // 3, len(row) - HARM_WORDS))
    cut = " ".join(row[first : first + HARM_WORDS])
    return f"{'… ' if first else ''}{cut}{' …' if first + HARM_WORDS < len(row) else ''}"


def strikes(claims: Iterable[Properties], hints: Sequence[Properties]) -> list[Deed]:
    """Return what was done from afar; several sentences of one strike are told together.

    Strikes of several days are several, unless it is denied: then nobody says which.
    """
    found = []
    for deed in deeds((p for p in claims if p["action"] in EVENTS), hints):
        by_days: dict[str | None, list[Properties]] = {}
        for p in deed.claims:
            by_days.setdefault(None if deed.denied else day_of(p), []).append(p)
        split = [replace(deed, claims=tuple(rows)) for rows in by_days.values()]
        found += split if len(split) > 1 else [deed]
    return sorted(found, key=by_day)


def events_section(
    found: Sequence[Deed], mentions: Sequence[Properties], telling: Telling
) -> dict[str, list[Statement]]:
    """Return `strikes` and `harm` as statements.

    Parameters
    ----------
    found : sequence of Deed
        As `strikes` gives them.
    mentions : sequence of dict
        Placed mentions of the region, for harm that no strike tells of.
    telling : Telling
    """
    harm = {_at(p): p for p in harmed(mentions)}
    ordered = sorted(found, key=lambda d: (_harm(d, harm) is None, -d.first["confidence"]))
    told = [
        telling.deed("events.strike", d, harm=_harm(d, harm))
        for d in sorted(ordered[:MOST_STRIKES], key=by_day)
    ]
    rest = ordered[MOST_STRIKES:]
    if rest:
        names = names_of([d.first for d in rest])
        told.append(
            say(
                "events.more",
                {"number": len(rest), "named": names},
                cites=[p for d in rest for p in d.rows],
            )
        )
    shown = {_at(p) for d in ordered[:MOST_STRIKES] for p in d.claims if _is_of(p, harm)}
    apart = [p for at, p in harm.items() if at not in shown]
    return {"strikes": told, "harm": [_harm_statement(p, telling) for p in apart[:MOST_HARM]]}


def _harm(deed: Deed, harm: Mapping[tuple[str, int], Properties]) -> str | None:
    """Return the words for harm that a strike did: those of a sentence that tell of its place."""
    return next((harm_in(p["sentence"]) for p in deed.claims if _is_of(p, harm)), None)


def _at(p: Properties) -> tuple[str, int]:
    return (p["article_id"], p["sentence_start"])


def _is_of(claim: Properties, harm: Mapping[tuple[str, int], Properties]) -> bool:
    at = _at(claim)
    return at in harm and label_of(harm[at]) == label_of(claim)


def harmed(mentions: Iterable[Properties]) -> list[Properties]:
    """Return a mention for each sentence that tells of harm to civilians: the place before it."""
    best: dict[tuple[str, int], Properties] = {}
    for p in mentions:
        if p["kind"] != "literal" or p["precision"] in ("country", "admin1"):
            continue
        words = harm_in(p["sentence"])
        if words is None:
            continue
        key = (p["article_id"], p["sentence_start"])
        first = words.removeprefix("… ").split(",")[0][:20]
        at = p["sentence_start"] + max(0, p["sentence"].find(first))
        before = best.get(key)
        if before is None or (p["start"] <= at and p["start"] > before["start"]):
            best[key] = p
    return list(best.values())


def _harm_statement(p: Properties, telling: Telling) -> Statement:
    facts = {
        "place": label_of(p),
        "when": when([p], telling.days, only=telling.only_day),
        "harm": harm_in(p["sentence"]),
    }
    return say("events.harm", facts, cites=[p], single=telling.many_sources)
