"""Who is said to say it, and which part of a sentence is theirs."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geomap.front.patterns import lexicon, word_at, words_from

if TYPE_CHECKING:
    from geomap.front.patterns import PartyWord, Words
    from geomap.models import SourceKind

_WINDOW = 240  # characters before a verb of saying in which its speaker stands
_NEAREST = 40  # speakers before a word that could be the one
_LONGEST = 12  # words of a speaker
# The words before a verb of saying, as far back as the phrase can reach.
_BREAK = re.compile(
    r"[,;:—–“”\"]|\b(?:that|and(?!\s+\d)|but|while|because|although|though|whereas|after|as|when|if|who|"
    r"which)\b",
    re.I,
)
_BRACKET = re.compile(r"[(\[][^()\[\]]*[)\]]")
_ACTS = frozenset(
    {
        "conducted", "launched", "continued", "made", "did", "is", "are", "was", "were", "has",
        "have", "had", "to", "that", "it",
        "will", "would", "may", "not",
    }
)  # fmt: skip
_PERSON = re.compile(r"(?:the|a|an|another|one)\s+[a-z-]+(?:\s+[a-z-]+)?|he|she|they", re.I)
_NO_SPEAKERS = frozenset(
    {"a", "the", "any", "no", "other", "of", "several", "and", "or", "to", "its", "few"}
)
_ADVERBS = re.compile(
    r"(?:\s+(?:also|later|then|has|have|had|is|was|did|does|do|can|could|cannot|not|never|yet|still|"
    r"(?:continue[sd]?|began|refused|declined)\s+to|"
    r"further|again|both|separately|\w+ly|(?:did|does|has|have|could|do)n[’']t))+$",
    re.I,
)
# "The group Deep State, which is close to the ministry, reported".
_APPOSED = re.compile(r",\s+(?:who|which|whose)\b[^,;:]{1,120},\s*$", re.I)
_NAMED = re.compile(r",\s+[A-Z][\w’'-]+(?:\s+[A-Z][\w’'-]+){1,3},\s*$")
_ASIDE = re.compile(r",[^,;:]{1,80},\s*$")
_LEADING = re.compile(r"^(?:despite|amid|following|however|meanwhile|since|per|despite)\s+", re.I)
_CUT = re.compile(
    r"\s+(?:published|posted|released|dated|taken|filmed|operating|serving|fighting|based|affiliated|"
    r"stationed|deployed|from|on|in|recently|reportedly|shared|aired|working|responsible|located|"
    r"for\s+the\s+\w+\s+time|since)\b.*$",
    re.I,
)
_INVERTED = frozenset(
    {"said", "says", "wrote", "writes", "reported", "announced", "added", "stated", "warned"}
)
_TO_WHOM = re.compile(r"(?:\s+[\w’'-]+){1,6}\s*(?:[.”\"!?]|$)")
_OPENED = re.compile(r"(?:[,.!?][”\"’']|[”\"]|,)\s*$")
_SPEAKER_AFTER = re.compile(r"\s+([^,;:—–()“”\".]{2,80})")
_TAIL = re.compile(r"\s+(?:on|in|at|who|late|early)\b.*$")
_ACCORDING = re.compile(r"\baccording\s+to\s+([^,;.()]{2,80})", re.I)
# Nothing more follows a verb of saying than a day: its words stand before it.
_TRAILING = re.compile(
    r"(?:\s+(?:on|in|late|early|at|to|via|during|last)(?:\s+[\w’'-]+){1,3})?\s*(?:[.”\"!?]|[,;]|$)"
)
_PUBLISHED = re.compile(
    r"\s+(?:(?:re)?(?:published|posted)|released|shared|issued|circulated|amplified|uploaded)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Attribution:
    """A speaker: the words, where they stand, the verb of saying and what of the text is theirs.

    `denies_nothing` is set for "did not confirm", "has not denied"; `shows` for what is posted as
    footage.
    """

    text: str
    start: int
    end: int
    verb: str
    first: int = 0
    last: int = 0
    negated: bool = False
    shows: bool = False


def attributions(words: Words, parties: list[PartyWord]) -> list[Attribution]:
    """Return the speakers of a sentence, in order, each with the part that it says."""
    text, table = words.text, lexicon()
    found: list[Attribution] = []
    for match in _ACCORDING.finditer(text, words.start, words.end):
        said = _TAIL.sub("", match.group(1).strip()) or match.group(1).strip()
        start = match.start(1)
        forward = match.start() <= words.start + 2
        found.append(
            Attribution(
                said, start, start + len(said), "said",
                match.end() if forward else words.start, words.end if forward else match.start(),
            )
        )  # fmt: skip
    for index, phrase in table["speech"].find(words.words):
        verb = _said(words, index, " ".join(phrase), parties)
        if verb is not None:
            found.append(verb)
    found.sort(key=lambda a: a.start)
    for index, phrase in table["speech_participles"].find(words.words):
        shown = _shown(words, index, phrase[0], found)
        if shown is not None:
            found.append(shown)
    found.sort(key=lambda a: (a.first, a.start))
    return _scoped(found)


def _scoped(found: list[Attribution]) -> list[Attribution]:
    """Return the speakers with what is said by each ending where the next begins."""
    scoped: list[Attribution] = []
    for at, this in enumerate(found):
        later = found[at + 1 : at + 1 + _NEAREST]
        first, last = this.first, this.last
        if last <= this.start:  # the speaker follows what it says
            before = [
                a.last for a in scoped[-_NEAREST:] if a.last <= this.start and a.start < this.start
            ]
            first = max([first, *before])
        else:
            following = [a.start for a in later if a.start >= this.end and a.last > a.start]
            inherited = [a.first for a in later if a.first > first]
            last = min([last, *following, *inherited])
        scoped.append(replace(this, first=first, last=last))
    return scoped


def speaker_at(found: list[Attribution], offset: int) -> Attribution | None:
    """Return whose words stand at an offset."""
    at = bisect_right(found, offset, key=lambda a: a.first)
    for spoke in reversed(found[max(0, at - _NEAREST) : at]):
        if offset < spoke.last:
            return spoke
    return None


def _said(words: Words, index: int, verb: str, parties: list[PartyWord]) -> Attribution | None:
    """Return the speaker of a verb of saying, or None when it is none ("Unconfirmed claims:")."""
    text, start, end = words.text, words.starts[index], words.ends[index]
    if text[end : end + 1] == ":":
        return None
    party = word_at(parties, words.ends[index - 1] - 1) if index else None
    noun = party is not None and party.end == words.ends[index - 1] and party.kind == "adjective"
    if words.words[index + 1 : index + 2] in (["of"], ["about"]) or (
        noun and words.words[index + 1 : index + 2] == ["to"]
    ):
        return None  # "Russian claims to have captured"; "Moscow claims to control" says it
    if index and (lexicon()["light"].all_of([words.words[index - 1]]) or (
        words.words[index - 1] in _NO_SPEAKERS
    )):  # fmt: skip
        return None  # "did not make confirmed advances"
    floor = max(words.start, start - _WINDOW)
    before = text[floor:start]
    blank = _without_asides(before, verb, opens=floor == words.start)
    if blank is None:
        return _inverted(words, index, verb, parties)
    blank = _APPOSED.sub(lambda m: " " * len(m.group()), blank)
    breaks = [m.end() for m in _BREAK.finditer(blank)]
    low = breaks[-1] if breaks else 0
    joined = _joined(blank, breaks, parties, floor)
    if joined is not None:
        low, breaks = joined, [b for b in breaks if b <= joined]
    phrase = blank[low:].rstrip()
    if breaks and not phrase.strip():
        return None
    adverbs = _ADVERBS.search(phrase)
    negated = adverbs is not None and _negating(adverbs.group())
    negated = negated or re.match(r"\s*(?:neither|no|nobody|none)\b", phrase, re.I) is not None
    phrase = phrase[: adverbs.start()] if adverbs else phrase
    low += len(phrase) - len(phrase.lstrip())
    phrase = phrase.strip()
    led = _LEADING.match(phrase)
    if led:
        low, phrase = low + led.end(), phrase[led.end() :]
    cut = _CUT.search(phrase)
    if cut and could_speak(phrase[: cut.start()], parties, floor + low):
        phrase = phrase[: cut.start()]
    spoken = floor + low
    plain = words.words[index + 1 : index + 2] == ["that"] and _PERSON.fullmatch(phrase)
    able = plain or could_speak(phrase, parties, spoken)
    if not phrase or len(phrase.split()) > _LONGEST or not able:
        return _inverted(words, index, verb, parties)
    phrase = re.sub(r"\s{2,}", " ", phrase)
    ends = (
        _TRAILING.match(text, end, words.end)
        or (
            verb in ("told", "tells")  # "..., a spokesman told reporters in Kyiv"
            and words.words[index + 1 : index + 2] != ["that"]
            and _TO_WHOM.match(text, end, words.end)
        )
    )
    trailing = bool(ends) and floor + low > words.start + 2
    # "..., Kyiv said": its words stand before it. A sentence that opens with the speaker goes on.
    commas = breaks and blank[: breaks[-1]].rstrip()[-1:] in (",", "”", '"')
    if trailing and commas:
        return Attribution(phrase, spoken, spoken + len(phrase), verb, words.start, spoken, negated)
    return Attribution(phrase, spoken, spoken + len(phrase), verb, end, words.end, negated)


def _without_asides(before: str, verb: str, *, opens: bool) -> str | None:
    """Return the words before a verb of saying with what is put between commas cut off.

    None when they are a quotation, which the speaker follows. `opens` says that the sentence
    begins with them.
    """
    blank = _BRACKET.sub(lambda m: " " * len(m.group()), before)
    if _NAMED.search(blank):  # "The governor, Serhiy Haidai, said"
        return blank.rstrip()[:-1]
    if not _OPENED.search(before):
        return blank
    quoted = before.rstrip()[-1:] != "," or blank.rstrip()[-2:-1] in ("”", '"')
    # "Residents of Siversk, 20 km north of Soledar, said"
    aside = None if quoted or not opens else _ASIDE.search(blank)
    if aside is not None and "," not in blank[: aside.start()]:
        return blank[: aside.start()]
    if quoted or (verb in ("said", "says") and not _APPOSED.search(blank)):
        return None
    return blank.rstrip()[:-1]  # "The commander, a Russian, claimed that"


def _joined(blank: str, breaks: list[int], parties: list[PartyWord], floor: int) -> int | None:
    """Return where a speaker of two begins: "Ukrainian and Russian sources"."""
    if not breaks or not blank[: breaks[-1]].endswith(("and", "And")):
        return None
    start = breaks[-2] if len(breaks) > 1 else 0
    first = blank[start : breaks[-1] - 3].strip()
    said = _words(first)
    table = lexicon()
    acts = table.triggers.within(said) or table["speech"].within(said) or _ACTS & set(said)
    if not said or len(said) > 7 or acts or not could_speak(first, parties, floor + start):
        return None
    return start


def _negating(adverbs: str) -> bool:
    return re.search(r"\b(?:not|never|cannot)\b|n[’']t\b", adverbs, re.I) is not None


def _inverted(words: Words, index: int, verb: str, parties: list[PartyWord]) -> Attribution | None:
    """Return the speaker after a verb of saying that follows a quotation or a comma."""
    text, start, end = words.text, words.starts[index], words.ends[index]
    if verb not in _INVERTED or not _OPENED.search(text[max(words.start, start - 4) : start]):
        return None
    after = _SPEAKER_AFTER.match(text, end, words.end)
    if after is None:
        return None
    said = _TAIL.sub("", after.group(1).rstrip())
    at = after.start(1)
    if len(said.split()) > _LONGEST or not could_speak(said, parties, at):
        return None
    return Attribution(said, at, at + len(said), verb, words.start, start)


def _shown(words: Words, index: int, verb: str, found: list[Attribution]) -> Attribution | None:
    """Return whose words follow "acknowledging that", "showing": those of who spoke or posted."""
    start, end = words.starts[index], words.ends[index]
    at = bisect_right([a.start for a in found], start) - 1
    if at >= 0 and found[at].first < start:
        spoke = found[at]
        return replace(spoke, verb=verb, first=end, last=words.end, negated=False)
    opening = words.text[words.start : min(start, words.start + _WINDOW)]
    posted = _PUBLISHED.search(opening)
    if posted is None:
        return None
    said = _BRACKET.sub("", opening[: posted.start()]).strip()
    said = said.rsplit(":", 1)[-1].strip()
    if not said or len(said.split()) > _LONGEST:
        return None
    begun = words.text.find(said[:20], words.start)
    shows = lexicon()["footage"].within(words.between(words.start, start))
    return Attribution(
        said, max(begun, words.start), max(begun, words.start) + len(said), verb, end, words.end,
        shows=shows,
    )  # fmt: skip


def source_kind(attribution: Attribution | None, parties: list[PartyWord]) -> SourceKind:
    """Return what kind of source a speaker is; the report itself when there is none."""
    if attribution is None:
        return "reporter"
    table, said = lexicon(), _words(attribution.text)
    if attribution.shows or table["footage"].within(said):
        return "footage"
    if table["bloggers"].within(said):
        return "blogger"
    if table["analysts"].within(said):
        return "analyst"
    if speaks_for(attribution, parties) or table["officials"].within(said):
        return "party"
    return "unknown"


def speaks_for(attribution: Attribution, parties: list[PartyWord]) -> PartyWord | None:
    """Return the word for the party for which a speaker speaks: its adjective before its office."""
    own = words_from(parties, attribution.start, attribution.end)
    return next((p for p in own if p.kind != "official"), own[0] if own else None)


def could_speak(phrase: str, parties: list[PartyWord], start: int) -> bool:
    """Say whether a phrase can be a speaker: it names a person, a body, a force or a source."""
    table, said = lexicon(), _words(phrase)
    if not said or (table["speech"].within(said[1:]) and "who" not in said):
        return False
    if len(said) > 2 and _ACTS & set(said):
        return False
    lists = ("officials", "analysts", "bloggers", "footage", "force_nouns", "other_speakers")
    if any(table[name].within(said) for name in lists):
        return True
    last = phrase.rsplit(maxsplit=1)[-1]
    return last[:1].isupper() or bool(words_from(parties, start, start + len(phrase)))


def _words(phrase: str) -> list[str]:
    return re.findall(r"\w+(?:[-'’]\w+)*", phrase.lower().replace("’", "'"))
