"""Reading distances, times and winds: "some 8 km (5 miles)", "an hour's drive", "north-east"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from geomap.hints.relations import relations

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geomap.models import Bound, Measure


@dataclass(frozen=True, slots=True)
class Distance:
    """A stated distance; `start` includes the hedge before it, `end` the second unit after it.

    `range_km` is set for "10-15 km"; `km` is then the middle. Times are km at the table's pace.
    """

    start: int
    end: int
    km: float
    approximate: bool
    bound: Bound | None
    range_km: tuple[float, float] | None = None
    measure: Measure = "metric"


def words_pattern(words: Iterable[str]) -> str:
    """Return a regular expression that matches any of some words, the longest first."""
    ordered = sorted(words, key=len, reverse=True)
    escaped = (re.escape(w).replace(r"\ ", r"\s+").replace("'", "['’]") for w in ordered)
    return "(?:" + "|".join(escaped) + ")"


# The 16 winds as words: "north", "north-east", "north north east", "east-southeast".
DIRECTION = (
    r"(?:north[-\s]?north[-\s]?(?:east|west)|south[-\s]?south[-\s]?(?:east|west)"
    r"|east[-\s]?(?:north|south)[-\s]?east|west[-\s]?(?:north|south)[-\s]?west"
    r"|(?:north|south)[-\s]?(?:east|west)|north|south|east|west)"
)
# Short winds only in capitals: "5 km NE of Kolín".
SHORT_DIRECTION = r"(?-i:[NS](?:NE|NW|SE|SW)|[EW](?:NE|SE|NW|SW)|[NS][EW]|[NSEW])"
_OPPOSITE = {"N": "S", "S": "N", "E": "W", "W": "E"}


def wind(word: str) -> str | None:
    """Return the wind that a direction word names.

    Examples
    --------
    >>> wind("north-east"), wind("Southern"), wind("east-northeast"), wind("SW"), wind("up")
    ('NE', 'S', 'ENE', 'SW', None)
    """
    key = re.sub(r"[-\s]+", "", word)
    winds = relations().directions
    if key.isupper() and len(key) <= 3:
        return key if key in winds.values() else None
    key = re.sub(r"(?:ern(?:most)?|wards?|erly)$", "", key.lower())
    return winds.get(key)


def joint_wind(words: Iterable[str]) -> str | None:
    """Return the wind of "north and west": NW. None when they oppose each other or are unknown.

    Examples
    --------
    >>> joint_wind(["north", "west"]), joint_wind(["east"]), joint_wind(["north", "south"])
    ('NW', 'E', None)
    """
    winds = [wind(w) for w in words]
    if not winds or None in winds:
        return None
    first = winds[0]
    if len(winds) == 1 or winds[1] == first:
        return first
    letters = {c for w in winds for c in w or ""}
    if any(_OPPOSITE[c] in letters for c in letters):
        return None
    joined = "".join(c for c in "NS" if c in letters) + "".join(c for c in "EW" if c in letters)
    return wind(joined)


@dataclass(frozen=True, slots=True)
class _Patterns:
    distance: re.Pattern[str]
    time: re.Pattern[str]
    hedge: re.Pattern[str]
    also: re.Pattern[str]
    way: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    table = relations()
    words = table.words
    units = words_pattern(table.units)
    digits = (
        r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?(?:\s?[½¼¾⅓⅔]|\s\d[/⁄]\d)?|\d[/⁄]\d|[½¼¾]"
    )
    tens = r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
    ones = r"(?:one|two|three|four|five|six|seven|eight|nine)"
    times = rf"(?:\s+{words_pattern(table.multipliers)}\b)?"
    number = (
        rf"(?:{digits}|{tens}[-\s]{ones}\b|{words_pattern(table.numbers)}\b{times}"
        rf"|{words_pattern(table.multipliers)}\b)"
    )
    hedges = [w for k in ("approximate", "at_most", "at_least", "plain") for w in words[k]]
    over = rf"(?!{words_pattern(words['prepositions'])}\s+{words_pattern(words['approximate'])}\s)"
    # Some hedges are signs or end in a dot: no word boundary after them, but white space.
    hedge = rf"(?P<hedge>(?:{over}{words_pattern(hedges)}\s+|[~≈]\s?){{0,4}})(?:an?\s+(?=\d))?"
    span = r"\s?(?:-|–|—|to|or|and)\s?"
    gap = r"[\s\u00a0\u202f-]{0,2}"
    half = r"(?P<half>(?:\s+|-)and[\s-]a[\s-]half)?"
    counted = (
        rf"(?P<between>between\s+|from\s+)?(?P<low>{number}){half}"
        rf"(?:{span}(?P<high>{number}))?{gap}"
    )
    # "a mile and a half"; "60 km/h" and "3 km2" are no distances.
    after = r"\b(?!/|\s*(?:an|per)\s+hour\b|²|-(?:range|long|wide|deep|high)\b)"
    late = r"(?P<late>\s+and\s+a\s+half)?(?P<loose>,?\s+or\s+so\b|\s+or\s+two\b)?(?:\s+radius\b)?"
    flags = re.IGNORECASE
    inner = rf"(?:{words_pattern(hedges)}\s+|[~≈]\s?){{0,3}}{number}(?:{span}{number})?{gap}{units}"
    possessive = r"(?:['’]s?|s['’])?"
    return _Patterns(
        distance=re.compile(rf"{hedge}{counted}(?P<unit>{units}){after}{late}", flags),
        time=re.compile(
            rf"{hedge}{counted}(?P<unit>{words_pattern(table.hours)})\b{possessive}{late}", flags
        ),
        hedge=_hedge_pattern(words),
        also=re.compile(
            rf"\s*[(\[]\s*(?:or\s+)?{inner}\.?[^()\[\]\n]{{0,40}}[)\]]"
            rf"|\s*/\s*{inner}\b|,?\s+or\s+{inner}\b,?",
            flags,
        ),
        way=re.compile(
            r"[\s-]+(?:"
            + "|".join(f"(?P<{k}>{words_pattern(words[k])})" for k in ("drive", "walk", "travel"))
            + r")\b",
            flags,
        ),
    )


def _hedge_pattern(words: dict[str, tuple[str, ...]]) -> re.Pattern[str]:
    """Return the pattern of hedges by what they do; the longest wins ("no less than")."""
    kinds = [(w, k) for k in ("approximate", "at_most", "at_least") for w in words[k]]
    kinds.sort(key=lambda pair: -len(pair[0]))
    body = "|".join(rf"(?P<{k}_{n}>{re.escape(w)})" for n, (w, k) in enumerate(kinds))
    return re.compile(rf"(?<!\w)(?:{body})(?!\w)")


_FRACTIONS = {"½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3}


def _number(words: str) -> float:
    table = relations()
    key = re.sub(r"[\s-]+", " ", words.lower())
    known = table.numbers.get(key, table.numbers.get(words.lower()))
    if known is not None:
        return known
    few, _, many = key.rpartition(" ")
    if many in table.multipliers:
        return table.numbers.get(few, 1.0) * table.multipliers[many]
    tens, _, ones = key.partition(" ")
    if tens in table.numbers and ones in table.numbers:
        return table.numbers[tens] + table.numbers[ones]
    value = 0.0
    slashed = re.search(r"(\d)[/⁄](\d)$", words)
    if slashed:
        value += int(slashed[1]) / max(int(slashed[2]), 1)
        words = words[: slashed.start()].strip()
    elif words[-1] in _FRACTIONS:
        value += _FRACTIONS[words[-1]]
        words = words[:-1].strip()
    if not words:
        return value
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", words):
        return value + float(words.replace(",", ""))
    return value + float(words.replace(",", "."))


def distance_at(text: str, offset: int) -> Distance | None:
    """Return the distance whose hedge or number begins at an offset, if one does.

    Of two units for one distance ("8 km (5 miles)") the first counts. A time is a distance only
    when a way goes with it or may follow ("an hour's drive", "30 minutes from").
    """
    patterns = _patterns()
    match = patterns.distance.match(text, offset)
    timed = None if match else patterns.time.match(text, offset)
    found = match or timed
    if found is None or _glued(text, found.start("low")):
        return None
    if found["between"] and not found["high"]:
        return None  # "between a hill and 5 km"
    if not match and found["low"].lower() in ("a", "an") and found["unit"][0] not in "hH":
        return None  # "a minute"
    table = relations()
    unit = re.sub(r"\s+", " ", found["unit"].lower())
    end = found.end()
    measure: Measure
    if match:
        factor, measure = table.units[unit], table.measures.get(unit, "metric")
        second = patterns.also.match(text, end)
        end = second.end() if second else end
    else:
        way = patterns.way.match(text, end)
        measure = _measure(way)
        factor = table.hours[unit] * table.pace[measure]
        end = way.end() if way else end
    return _distance(found, offset, end, factor, measure)


def _measure(way: re.Match[str] | None) -> Measure:
    if way is None:
        return "travel"
    return "drive" if way["drive"] else "walk" if way["walk"] else "travel"


def _distance(
    found: re.Match[str], start: int, end: int, factor: float, measure: Measure
) -> Distance | None:
    """Return the record of a matched quantity, None when it is nothing or too far."""
    table = relations()
    more = 0.5 if found["half"] or found["late"] else 0.0
    low = (_number(found["low"]) + more) * factor
    between = None
    if found["high"]:
        high = _number(found["high"]) * factor
        between = (round(min(low, high), 3), round(max(low, high), 3))
        low = (low + high) / 2
    hedge = " ".join(found["hedge"].lower().split())
    hedges = {(m.lastgroup or "").rsplit("_", 1)[0] for m in _patterns().hedge.finditer(hedge)}
    bound: Bound | None = None
    if "at_most" in hedges:
        bound = "at_most"
    elif "at_least" in hedges:
        bound = "at_least"
    said = re.sub(r"\s+", " ", found["low"].lower())
    vague = {said, said.rpartition(" ")[0]} & set(table.words["vague"])
    signed = "~" in hedge or "≈" in hedge
    approximate = bool(between or found["loose"] or signed or vague or "approximate" in hedges)
    return Distance(start, end, round(low, 3), approximate, bound, between, measure)


def _glued(text: str, at: int) -> bool:
    """Say whether what stands before a number makes it another thing ("$5 m", "T-72", "1.5")."""
    before = text[at - 1] if at else " "
    sign = before == " " and text[max(0, at - 2)] in "$€£"
    return sign or before.isalnum() or before in ".,$€£-#/_"


def find_distances(text: str) -> list[Distance]:
    """Return the distances of a text in order; a range becomes its middle.

    Examples
    --------
    >>> [(d.km, d.approximate) for d in find_distances("some 8 km (5 miles) from the front")]
    [(8.0, True)]
    >>> [(round(d.km, 2), d.bound) for d in find_distances("less than two miles east of Lyman")]
    [(3.22, 'at_most')]
    >>> [(d.km, d.measure) for d in find_distances("an hour's drive from Lyman")]
    [(60.0, 'drive')]
    """
    found: list[Distance] = []
    end = 0
    for token in re.finditer(r"[^\W_]+|[~≈½¼¾]", text):
        if token.start() < end:
            continue
        distance = distance_at(text, token.start())
        if distance is not None:
            found.append(distance)
            end = distance.end
    return found
