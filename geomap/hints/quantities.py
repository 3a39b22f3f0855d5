"""Reading distances and directions: "some 8 km (5 miles)", "to the north-east"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from geomap.hints.relations import relations

if TYPE_CHECKING:
    from geomap.models import Bound


@dataclass(frozen=True, slots=True)
class Distance:
    """A stated distance; `start` includes the hedge before it, `end` the second unit after it."""

    start: int
    end: int
    km: float
    approximate: bool
    bound: Bound | None


def words_pattern(words: tuple[str, ...] | list[str]) -> str:
    """Return a regular expression that matches any of some words, the longest first."""
    ordered = sorted(words, key=len, reverse=True)
    return "(?:" + "|".join(re.escape(w).replace(r"\ ", r"\s+") for w in ordered) + ")"


MAX_KM = 2000.0  # what is said to be further off is not placed by it

# The 16 winds as words: "north", "north-east", "north north east", "east-southeast".
DIRECTION = (
    r"(?:north[- ]north[- ]?(?:east|west)|south[- ]south[- ]?(?:east|west)"
    r"|east[- ](?:north|south)[- ]?east|west[- ](?:north|south)[- ]?west"
    r"|(?:north|south)[- ]?(?:east|west)|north|south|east|west)"
)


def wind(word: str) -> str | None:
    """Return the wind that a direction word names.

    Examples
    --------
    >>> wind("north-east"), wind("Southern"), wind("east-northeast"), wind("up")
    ('NE', 'S', 'ENE', None)
    """
    key = re.sub(r"[-\s]+", "", word.lower()).removesuffix("ern")
    return relations().directions.get(key)


@cache
def _distance_pattern() -> re.Pattern[str]:
    table = relations()
    units = words_pattern(list(table.units))
    digits = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?"
    number = rf"(?:{digits}|{words_pattern(list(table.numbers))}\b)"
    hedges = [*table.words["approximate"], *table.words["at_most"], *table.words["at_least"],
              *table.words["plain"]]  # fmt: skip
    hedge = rf"(?P<hedge>(?:\b{words_pattern(hedges)}\s+){{1,3}})?"
    span = r"\s?(?:-|–|to)\s?"
    unit = r"[\s\u00a0-]*"
    half = r"(?P<half>(?:\s+|-)and[\s-]a[\s-]half)?"
    main = rf"(?P<low>{number}){half}(?:{span}(?P<high>{number}))?{unit}(?P<unit>{units})"
    again = rf"(?:{hedge.replace('hedge', 'h2')})?{number}(?:{span}{number})?{unit}{units}"
    return re.compile(
        rf"{hedge}(?<![\w.,$€£])(?:{main})\b(?:\s*\(\s*{again}\s*\))?(?P<loose>\s+or\s+so\b)?",
        re.IGNORECASE,
    )


@cache
def _hedge_pattern() -> re.Pattern[str]:
    """Return the pattern of hedges by what they do; the longest wins ("no less than")."""
    words = relations().words
    kinds = [(w, k) for k in ("approximate", "at_most", "at_least") for w in words[k]]
    kinds.sort(key=lambda pair: -len(pair[0]))
    body = "|".join(rf"(?P<{k}_{n}>{re.escape(w)})" for n, (w, k) in enumerate(kinds))
    return re.compile(rf"\b(?:{body})\b")


def _number(words: str) -> float:
    table = relations()
    known = table.numbers.get(re.sub(r"\s+", " ", words.lower()))
    if known is not None:
        return known
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+", words):
        return float(words.replace(",", ""))
    return float(words.replace(",", "."))


def find_distances(text: str) -> list[Distance]:
    """Return the distances of a text in order; a range becomes its middle.

    Examples
    --------
    >>> [(d.km, d.approximate) for d in find_distances("some 8 km (5 miles) from the front")]
    [(8.0, True)]
    >>> [(round(d.km, 2), d.bound) for d in find_distances("less than two miles east of Lyman")]
    [(3.22, 'at_most')]
    """
    table = relations()
    found = []
    for match in _distance_pattern().finditer(text):
        km = _number(match["low"]) + (0.5 if match["half"] else 0.0)
        if match["high"]:
            km = (km + _number(match["high"])) / 2
        km *= table.units[re.sub(r"\s+", " ", match["unit"].lower())]
        hedge = " ".join((match["hedge"] or "").lower().split())
        hedges = {(m.lastgroup or "").rsplit("_", 1)[0] for m in _hedge_pattern().finditer(hedge)}
        bound: Bound | None = None
        if "at_most" in hedges:
            bound = "at_most"
        elif "at_least" in hedges:
            bound = "at_least"
        approximate = bool(match["high"] or match["loose"] or "approximate" in hedges)
        if 0 < km <= MAX_KM:
            found.append(Distance(match.start(), match.end(), round(km, 3), approximate, bound))
    return found
