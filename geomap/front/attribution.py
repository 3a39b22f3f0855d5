"""Who is said to say it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geomap.front.patterns import party_pattern, word_pattern

if TYPE_CHECKING:
    from geomap.models import SourceKind, Span

_SAY_NP = re.compile(
    r"(?:^|[,;:—–(]\s*|\bthat\s+|\band\s+|\bbut\s+|”\s*|\"\s*)([^,;:—–()“”\"]{2,80}?)\s*$"
)
_WINDOW = 240  # characters before a verb of saying in which its speaker stands
# "... Bakhmut,” said a spokesman": the speaker follows.
_OPENED = re.compile(r"(?:[,.!?][”\"’']|[”\"]|,)\s*$")
_SPEAKER_AFTER = re.compile(r"\s+([^,;:—–()“”\".]{2,80})")
_ACCORDING = re.compile(r"\baccording\s+to\s+([^,;.()]{2,80})", re.I)


@dataclass(frozen=True, slots=True)
class Attribution:
    """A speaker: the words, where they stand, and the verb of saying."""

    text: str
    start: int
    end: int
    verb: str


def attribution(text: str, sentence: Span) -> Attribution | None:
    """Return who is said to say it: "The Ukrainian military says", "according to analysts"."""
    according = _ACCORDING.search(text, sentence.start, sentence.end)
    if according:
        words = according.group(1).strip()
        return Attribution(words, according.start(1), according.start(1) + len(words), "said")
    for match in word_pattern("speech").finditer(text, sentence.start, sentence.end):
        floor = max(sentence.start, match.start() - _WINDOW)
        phrase = _SAY_NP.search(text[floor : match.start()])
        if phrase is None or _OPENED.search(text[floor : match.start()]):
            inverted = _inverted(text, match, sentence)
            if inverted:
                return inverted
            continue
        words = re.sub(r"(?:\s+(?:also|later|\w+ly))+$", "", phrase.group(1))
        start = floor + phrase.start(1)
        noun = text[match.end() : match.end() + 1] == ":"  # "Unconfirmed claims:"
        if noun or word_pattern("speech").search(words):
            continue
        # A speaker is a short phrase: of "Zelensky said in an address ... said" the first word.
        if len(words.split()) > 9 or not _could_speak(words):
            continue
        return Attribution(words, start, start + len(words), match.group().lower())
    return None


def _inverted(text: str, verb: re.Match[str], sentence: Span) -> Attribution | None:
    """Return the speaker after a verb of saying that follows a quotation or a comma."""
    if verb.group().lower() not in ("said", "says"):
        return None
    if not _OPENED.search(text[max(sentence.start, verb.start() - 4) : verb.start()]):
        return None
    after = _SPEAKER_AFTER.match(text, verb.end(), sentence.end)
    if after is None:
        return None
    words = re.sub(r"\s+(?:on|in|at|who|late|early)\b.*$", "", after.group(1).rstrip())
    if len(words.split()) > 9 or not _could_speak(words):
        return None
    return Attribution(words, after.start(1), after.start(1) + len(words), verb.group().lower())


def source_kind(attribution: Attribution | None) -> SourceKind:
    """Return what kind of source a speaker is; the report itself when there is none."""
    if attribution is None:
        return "reporter"
    words = attribution.text
    if word_pattern("footage").search(words):
        return "footage"
    if word_pattern("bloggers").search(words):
        return "blogger"
    if word_pattern("analysts").search(words):
        return "analyst"
    if party_pattern()[0].search(words) or word_pattern("officials").search(words):
        return "party"
    return "unknown"


def _could_speak(words: str) -> bool:
    """Say whether a phrase can be a speaker: it names a person, a body, a force or a source."""
    lists = ("officials", "analysts", "bloggers", "footage", "force_nouns")
    if any(word_pattern(name).search(words) for name in lists):
        return True
    last = words.rsplit(maxsplit=1)[-1]
    return last[0].isupper() or party_pattern()[0].search(words) is not None
