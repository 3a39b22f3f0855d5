"""The words that tie an expression to what it locates, as patterns over the table's words.

Each is matched against the short stretch between a name, or the beginning of a sentence, and the
expression; the stretch is no longer than `attachment` looks back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from geomap.hints.quantities import words_pattern
from geomap.hints.relations import relations


@dataclass(frozen=True, slots=True)
class SubjectPatterns:
    """What each is for is said where it is made."""

    bracket: re.Pattern[str]
    comma: re.Pattern[str]
    apposition: re.Pattern[str]
    copula: re.Pattern[str]
    plain: re.Pattern[str]
    of_before: re.Pattern[str]
    chain: re.Pattern[str]
    noun: re.Pattern[str]
    bare_noun: re.Pattern[str]
    pronoun: re.Pattern[str]
    leading: re.Pattern[str]
    listed: re.Pattern[str]
    loose: re.Pattern[str]
    mere_comma: re.Pattern[str]
    opening: re.Pattern[str]
    head: re.Pattern[str]
    pronoun_head: re.Pattern[str]
    is_kind: re.Pattern[str]
    other: re.Pattern[str]
    nearest: re.Pattern[str]
    area: re.Pattern[str]


@cache
def subject_patterns() -> SubjectPatterns:
    """Return the patterns of the embedded table."""
    words = relations().words
    flags = re.IGNORECASE

    def any_of(name: str) -> str:
        return words_pattern(words[name])

    verb = rf"(?:{any_of('locating')}\s+)"
    adverb = (
        r"(?:(?:just|about|only|now|still|some|also|itself|currently|roughly|directly|right)\s+)"
    )
    kinds = any_of("kinds_of_place")
    noun = rf"(?!{any_of('not_located')}\b)(?!{any_of('lead_stops')}\b)[a-z][a-z-]{{2,}}"
    happened = rf"(?:(?:{any_of('locating')}|{any_of('event_verbs')}|[a-z]+ed)\s+)"
    return SubjectPatterns(
        bracket=re.compile(
            rf"\s*(?:line|area|salient|pocket)?\s*\((?:(?P<all>all|both|each)\s+(?:of\s+which\s+(?:are\s+)?)?)?"
            rf"(?:{verb}|{adverb})*$",
            flags,
        ),
        # "Torske, 15 km east of", "Verbove, which lies east of"
        comma=re.compile(rf"\s*,\s*(?:(?:which|that)\s+)?(?:{verb}|{adverb})*(?:an?\s+)?$", flags),
        # "Soledar, a town of 500 people 11 km north-east of"
        apposition=re.compile(
            rf"\s*,\s*(?:an?|the|another)\s+(?:[\w’'-]+\s+){{0,4}}?{kinds}\b"
            r"[^.;:()\n]{0,60}(?<!\band )$",
            flags,
        ),
        copula=re.compile(rf"\s+{adverb}*{verb}(?:{verb}|{adverb})*(?:an?\s+)?$", flags),
        plain=re.compile(rf"\s+{adverb}*$", flags),
        of_before=re.compile(
            r"\b(?P<kind>[\w-]+\s+of|in|near|from|to|for|with|by|at)\s+(?:the\s+)?$", flags
        ),
        # "2 km north of A, (the capital of B,) and 15 km from C"
        chain=re.compile(
            rf"(?:\s*,\s*(?:an?|the)\s[^.;()\n]{{0,80}},?\s+and\s+|\s*[,;]?\s*(?:(?:and|but|or)\s+)?)"
            rf"(?:{verb}|{adverb})*$",
            flags,
        ),
        noun=re.compile(
            r"\b(?P<noun>(?P<the>an?|the|one|some|several|two|three|four|five|this|another)\s+"
            rf"(?:[a-z][a-z’'-]*\s+){{0,2}}?{noun})\s*(?:,\s*|\s(?:(?:which|that)\s+)?(?:{happened}|{adverb}){{0,4}})?$",
            flags,
        ),
        bare_noun=re.compile(r"\b(?P<noun>[a-z]+\s+[a-z]+)\s+$"),
        pronoun=re.compile(
            rf"(?:^|[,;]\s*|\band\s+|\b(?:but|that|because|as)\s+)(?P<word>{any_of('pronouns')})\s+"
            rf"{adverb}*{verb}(?:{verb}|{adverb})*$",
            flags,
        ),
        # "Located 5 km west of X, the village ..."
        leading=re.compile(
            r"^\W*(?:located|situated|lying|set|nestled|based)\s+(?:\w+\s+){0,2}$", flags
        ),
        listed=re.compile(
            r"\s*,?\s*(?:and|or|,)?\s*(?:(?:in|near|into|at|around|within|toward)\s+)?", flags
        ),
        loose=re.compile(
            r"(?:\s*,\s*(?:and\s+|or\s+)?|\s+(?:and|or)\s+)(?:[a-z-]+\s+){0,4}(?:[^\W\d_]+-)?"
        ),
        # The subject of a sentence: "(The village of) X", "It", "The town".
        head=re.compile(rf"\W*(?:the\s+)?(?:{kinds}\s+(?:of\s+)?)?$", flags),
        pronoun_head=re.compile(rf"\W*(?P<word>it|(?:the|this)\s+(?:\w+\s+)?{kinds})\b", flags),
        # "is a mining town in the oblast, located", "lies in a valley"
        is_kind=re.compile(
            rf"\s*(?:\([^()\n]{{0,200}}\)\s*)?,?\s*{adverb}*{verb}{adverb}*"
            rf"(?:(?:an?|the|one\s+of)\s+(?:[^\s.;]+\s+){{0,6}}?{kinds}\b|{verb}|(?:in|on)\s)[^;\n]{{0,300}}$",
            flags,
        ),
        other=re.compile(
            rf"\b(?:which|that|where|whose|who|whom|when|while|but)\s+(?!{verb}(?:{verb}|{adverb})*$)",
            flags,
        ),
        mere_comma=re.compile(rf"\s*,\s*(?:{verb}|{adverb})*$", flags),
        opening=re.compile(r"\W*(?:it|the|this|located|situated)\b", flags),
        nearest=re.compile(rf"\b{any_of('nearest')}\b", flags),
        area=re.compile(
            r"(?:\s*,|\s*,?[^.;()\n]{0,60}?\b(?:in|of))\s+(?:the\s+)?(?:[\w-]+\s+){0,3}$", flags
        ),
    )
