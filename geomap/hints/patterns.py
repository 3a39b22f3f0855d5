"""The order of the words of hints, as small patterns over the table's words.

Each pattern is matched at one offset, or searched in a short stretch right before one, so that
reading is linear in the length of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from geomap.hints.quantities import DIRECTION, SHORT_DIRECTION, words_pattern
from geomap.hints.relations import relations

SUFFIX = r"(?:ern(?:most)?|wards?|erly)"
HYPHEN = re.compile(r"[-‐‑–—]")
BEHIND = 70  # characters that the patterns of what stands before look at


@dataclass(frozen=True, slots=True)
class Patterns:
    """The patterns; what each is for is said where it is made."""

    lead: re.Pattern[str]
    long_lead: re.Pattern[str]
    adjectives: re.Pattern[str]
    front: re.Pattern[str]
    noun: re.Pattern[str]
    joint: re.Pattern[str]
    pair: re.Pattern[str]
    by_road: re.Pattern[str]
    wind_of: re.Pattern[str]
    away: re.Pattern[str]
    inside_of: re.Pattern[str]
    wind_after: re.Pattern[str]
    wind_first: re.Pattern[str]
    implied: re.Pattern[str]
    journey: re.Pattern[str]
    winds: re.Pattern[str]
    of_from: re.Pattern[str]
    just_before: re.Pattern[str]
    part_after: re.Pattern[str]
    bank_after: re.Pattern[str]
    bank_side: re.Pattern[str]
    outskirts_after: re.Pattern[str]
    owner_before: re.Pattern[str]
    side_before: re.Pattern[str]
    region_after: re.Pattern[str]
    way_before: re.Pattern[str]
    feeling_before: re.Pattern[str]
    talks_before: re.Pattern[str]
    road: re.Pattern[str]
    road_start: re.Pattern[str]
    road_after: re.Pattern[str]
    road_before: re.Pattern[str]
    river_after: re.Pattern[str]
    river_before: re.Pattern[str]
    across: re.Pattern[str]
    river_lead: re.Pattern[str]
    axis_after: re.Pattern[str]
    axis_before: re.Pattern[str]
    outskirts: re.Pattern[str]
    centre_of: re.Pattern[str]
    centre_noun: re.Pattern[str]
    centre_word: re.Pattern[str]
    between: re.Pattern[str]
    border_after: re.Pattern[str]
    border_alone: re.Pattern[str]
    border_with: re.Pattern[str]
    borders_of: re.Pattern[str]
    borders_after: re.Pattern[str]


@cache
def patterns() -> Patterns:
    """Return the patterns of the embedded table."""
    words = relations().words
    flags = re.IGNORECASE

    def of(pattern: str) -> re.Pattern[str]:
        return re.compile(pattern, flags)

    def any_of(name: str) -> str:
        return words_pattern(words[name])

    word = rf"(?!{any_of('lead_stops')}\b)[^\W_][\w’'-]*"
    determiner = rf"(?:{any_of('determiners')}\s+)"
    settlement = any_of("settlement_nouns")
    joined = rf"(?P<d1>{DIRECTION}){SUFFIX}?\b(?:\s+(?:and|or)\s+(?:to\s+the\s+|the\s+)?(?P<d2>{DIRECTION}){SUFFIX}?\b)?"  # noqa: E501
    short = joined.replace(DIRECTION, f"(?:{DIRECTION}|{SHORT_DIRECTION})")
    just = r"(?:(?:just|immediately|directly|due|straight|further|farther|almost|slightly|well|far|roughly)\s+)*"  # noqa: E501
    linking = (
        r"(?:(?:that\s+|which\s+)?(?:runs?|running|leads?|leading|goes|going|stretching|heading)\s+)?"
        r"(?:from|between)|(?:that\s+|which\s+)?(?:linking|connecting|joining|links|connects|joins)"
    )
    borders = any_of("border_nouns")
    # "the regional capital of", "the Ukrainian-held town of", "county seat,"; `few` says whether
    # the first of the nouns counts or the last ("the district", "the district capital").
    lead = (
        rf"{determiner}?(?:{word}\s+){{{{0,4}}}}{{few}}{any_of('lead_nouns')}(?:['’]s)?"
        rf"(?:\s+(?:of|called|named)|,)?\s+(?:the\s+)?(?:(?:nearby\s+)?{settlement}\s+(?:of\s+)?)?"
        rf"(?:{any_of('centres')}\s+)?"
    )
    return Patterns(
        lead=of(lead.format(few="?")),
        long_lead=of(lead.format(few="")),
        adjectives=of(
            rf"{determiner}?(?:(?:{any_of('place_adjectives')}|{any_of('centres')}|\w+-held)\s+){{0,3}}"
        ),
        # Not "the front of the building", "the front door".
        front=of(
            rf"(?:(?:the|its|their)\s+(?:{any_of('front_adjectives')}\s+){{1,2}}(?=front|line\b|contact))?"
            rf"(?:{any_of('front')}|(?:(?<=\s)front(?:[-\s]?lines?)?))\b"
            r"(?!\s+(?:of|doors?|page|seats?|row|desk|gates?|man|runner)\b)(?!-)"
        ),
        noun=of(
            rf"(?:the|this|that)\s+(?:\w+\s+)?{settlement}\b(?:\s+{any_of('centre_nouns')}\b)?(?!\s+of\b)(?!['’])"
            r"|(?:it|there)\b"
        ),
        joint=of(r"(?:\s*,\s*(?:and\s+|or\s+)?|\s+(?:and|or)\s+)"),
        pair=of(r"\s*(?:\([^()\n]{0,80}\)\s*)?,?\s*(?:(?:and|to|with)\s+|[-–]\s*)"),
        by_road=of(
            rf"[\s,(]+(?:(?P<road>{any_of('by_road')})|{any_of('by_air')})\b\)?(?:\s+and\b)?,?"
        ),
        # "(5 km) to the north-west of", "(5 km) NE from"
        wind_of=of(
            rf"[\s,]*(?:away\s+)?{just}(?:(?:to|in|on|towards?)\s+the\s+)?{short}"
            rf"(?:\s+direction|\s+side)?(?P<road>[\s,]+(?:{any_of('by_road')}))?,?\s+(?:of|from)\s+"
        ),
        away=of(
            r"[\s,]*(?:away\s+|distant\s+|inland\s+|drive\s+)?"
            r"(?P<word>from|of|off|outside\s+of|outside|behind|beyond|short\s+of)\s+"
        ),
        inside_of=of(r"\s+(?:deep\s+)?(?:inside|into|within)\s+"),
        # "(5 km from Lyman) to the east"
        wind_after=of(rf"\s*,?\s*(?:to|in)\s+the\s+{joined}(?:\s+direction)?(?!\s+of\b)"),
        # "(5 km) north and (3 km east of)"
        wind_first=of(rf"\s+(?:to\s+the\s+)?{short}\s*(?:,|and|,\s*and)\s+"),
        implied=of(rf"\s+(?:further\s+|away\s+)?to\s+the\s+{joined}(?!\s+(?:of|from)\b)"),
        journey=of(r"\s+(?:to|until|towards?)\s+"),
        winds=of(joined),
        of_from=of(r"\s+(?P<word>of|from)\s+"),
        # What stands before a wind: "just", "to the", "in the", "the".
        just_before=of(
            rf"(?:(?P<just>\b{just}(?<=\s))(?P<to>to\s+the\s+(?:{just})?)?|\b(?P<the>(?:\w+\s+)?the\s+))$"
        ),
        part_after=of(rf"\s+(?:\w+\s+)?{any_of('part_nouns')}\b(?P<of>\s+of\s+)?"),
        bank_after=of(rf"\s+{any_of('bank_nouns')}\b(?P<of>\s+of\s+)?"),
        bank_side=of(rf"{any_of('bank_sides')}\b"),
        outskirts_after=of(rf"\s+(?:\w+\s+)?{any_of('outskirts_nouns')}\b"),
        # "the city's", "Bakhmut's", "its"
        owner_before=of(
            rf"(?:(?P<noun>\b(?:the|that|this)\s+{settlement})|(?P<name>\w|\.))['’]s?\s+$|\b(?P<its>its)\s+$"
        ),
        # What stands before "outskirts": "on the northern", "a"
        side_before=of(
            r"(?:\b(?P<prep>in|on|at|near|to|into|from)\s+)?"
            rf"(?P<the>\b(?:the|its|a|an|his)\s+|['’]s?\s+)?(?:[a-z-]+\s+)??"
            rf"(?P<winds>(?P<d1>\b{DIRECTION}){SUFFIX}?(?:\s+(?:and|or)\s+(?P<d2>{DIRECTION}){SUFFIX}?)?\s+)?"
            r"(?:(?:inner|outer|residential|coastal)\s+)?$"
        ),
        region_after=of(rf"\s+{any_of('region_nouns')}\b"),
        # What stands before "between": "about halfway in"
        way_before=of(
            rf"(?:\b(?P<hedge>{any_of('approximate')})\s+)?\b(?P<share>{words_pattern(relations().ways)})"
            r"\s+(?:in\s+|along\s+the\s+(?:road|highway|railway)\s+)?$"
        ),
        feeling_before=of(rf"\b{any_of('not_toward')}\s+$"),
        talks_before=of(rf"\b{any_of('not_between')}\s+(?:[\w’'-]+\s+)?$"),
        # "(the main) road from", "(en) route from"
        road=of(rf"(?:{any_of('roads')}\s+(?:{linking})|(?:way|route)\s+from)\s+"),
        road_start=of(
            r"(?:\b(?:along|on|via|down|off|at|by|astride|near)\s+)?(?:\b(?:the|a)\s+)"
            rf"(?:(?!{any_of('lead_stops')}\b)[\w./-]+\s+){{0,4}}$|\b(?:en|on)\s+(?:the\s+)?$"
        ),
        road_after=of(
            rf"\s+(?:(?!{any_of('lead_stops')}\b)[\w./-]+\s+){{0,2}}?(?P<noun>(?-i:{any_of('roads')}))\b"
        ),
        road_before=of(
            r"(?:\b(?P<prep>along|on|via|down|off|astride|at)\s+)?\b(?:the|a)\s+(?:\w[\w/.-]*\d\s+)?$"
        ),
        river_after=of(rf"\s+{any_of('river_nouns')}\b"),
        river_before=of(
            r"\b(?P<prep>(?:on|along|at)\s+the\s+(?:bank|banks|shore|shores)\s+of|along|on|down|up|by)"
            rf"\s+(?:the\s+)(?:{any_of('river_nouns')}\s+)?$"
        ),
        # "the river Oskil"; without a name after it, "the river" is the one named last.
        river_lead=of(
            rf"the\s+(?:{any_of('river_nouns')}\s+(?=(?-i:[^\W\d_a-z]))|(?P<noun>(?-i:{any_of('river_nouns')}))\b)"
        ),
        axis_after=of(
            rf"\s+(?:(?P<axis>{any_of('axis_nouns')})|{any_of('area_nouns')})\b(?!\s+{any_of('not_area')}\b)"
        ),
        axis_before=of(r"(?:\b(?:in|on|along|at|within)\s+)?\b(?:the|this)\s+$"),
        outskirts=of(rf"{any_of('outskirts_nouns')}\b"),
        centre_of=of(rf"{any_of('centre_nouns')}\s+of\s+"),
        centre_noun=of(rf"{any_of('centre_nouns')}\b"),
        centre_word=of(rf"{any_of('centres')}\s+"),
        between=of(
            rf"(?:between|(?P<share>equidistant|{words_pattern(relations().ways)})\s+from)\s+"
        ),
        across=of(rf"{any_of('across')}\s+(?:(?:{word}\s+){{0,3}}?{any_of('river_nouns')}\b)?"),
        # After its owner: "('s) state border", "(Kharkiv) Oblast border".
        border_after=of(
            rf"(?:['’]s?)?\s+(?:(?:{any_of('region_nouns')}|{any_of('border_adjectives')})\s+){{0,2}}"
            rf"{borders}\b"
        ),
        # Without one: "(the) international border", "(the) Russian border".
        border_alone=of(
            rf"(?:(?:{any_of('border_adjectives')}|(?-i:[A-Z])[\w-]+)\s+){{0,2}}{borders}\b"
        ),
        border_with=of(r"\s+(?:with|of|between|to)\s+"),
        borders_of=of(rf"(?:the\s+)?{borders}\s+of\s+"),
        borders_after=of(rf"['’]s?\s+(?:\w+\s+)?{borders}\b"),
    )


@cache
def word_lists() -> dict[str, re.Pattern[str]]:
    """Return a pattern for each list of words that is followed by an anchor."""
    words = relations().words
    names = ("near", "in_or_near", "toward", "opposite", "inside", "behind", "border_at")
    return {n: re.compile(rf"{words_pattern(words[n])}\s+", re.IGNORECASE) for n in names}


_TOKEN = re.compile(r"[^\W_]+")


def first_words(entries: tuple[str, ...] | list[str]) -> set[str]:
    """Return the first word of each entry: where its pattern is tried."""
    return {m.group() for e in entries if (m := _TOKEN.search(e.lower()))}


@cache
def triggers() -> dict[str, tuple[str, ...]]:
    """Return the rules to try at a word, by the word in lower case."""
    table = relations()
    words = table.words
    rules: dict[str, list[str]] = {}

    def add(rule: str, entries: set[str]) -> None:
        for entry in entries:
            rules.setdefault(entry, []).append(rule)

    hedges = [w for k in ("approximate", "at_most", "at_least", "plain") for w in words[k]]
    add("measured", first_words([*hedges, *table.numbers, *table.multipliers, "between", "from"]))
    winds = [*table.directions, "north", "south", "east", "west"]
    add("wind", {w + s for w in winds for s in ("", "ern", "ernmost", "ward", "wards", "erly")})
    for name in ("near", "in_or_near", "toward", "opposite", "inside", "behind"):
        add(name, first_words(words[name]))
    add("border", first_words(words["border_at"]))
    add("across", first_words(words["across"]))
    add("between", {"between"} | first_words(list(table.ways)))
    add("road", first_words([*words["roads"], "way"]))
    add("bank", first_words(words["bank_sides"]))
    add("outskirts", first_words(words["outskirts_nouns"]))
    add("centre", first_words([*words["centres"], *words["centre_nouns"]]))
    return {word: tuple(names) for word, names in rules.items()}
