"""Claims: who did what where, said by whom.

A sentence is read left to right around each verb of the table of actions. The verb's form and the
words before it decide whether it is an action at all, whether it is denied and whether it is real;
the nearest party before it is the actor; the nearest place after it (else before it) is the place.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geomap.front.attribution import Attribution, attribution, source_kind
from geomap.front.patterns import party_pattern, verb_pattern, word_pattern
from geomap.front.places import Places, Where
from geomap.front.vocabulary import Verb, vocabulary
from geomap.models import Claim, Span

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from geomap.models import Hint, Modality, Resolution

_WINDOW = 240  # characters before a verb that its rules look at
_ATTEMPTS = frozenset({"attacked", "counterattacked"})  # these take place even in vain
_CLAUSE = re.compile(
    r"[;:]|\b(?:but|as|while|because|although|though|whereas|which|where)\b|,\s+and\b", re.I
)
_PASSIVE = re.compile(
    r"\b(?:was|were|been|being|is|are)\s+(?:(?:not|never|also|again|later|\w+ly)\s+){0,2}$", re.I
)
_DETERMINER = re.compile(
    r"\b(?:a|an|the|this|that|its|their|his|of|by|in|for|from|with|new|recent|heavy|intensified)\s+$",
    re.I,
)
_BEFORE_BASE = re.compile(
    r"\b(?:to|not|n[’']t|will|would|could|can|may|might|should|did|do|does|must|and|forces|troops|soldiers|units|they|we|drones|fighters)\s+"
    r"(?:(?:\w+ly|still|now|also|no\s+longer|both)\s+)?$",
    re.I,
)
_BE = re.compile(
    r"\b(?:is|are|was|were|been|be|being)\s+(?:still\s+|now\s+|also\s+|\w+ly\s+)?$|[’'](?:s|re)\s+$",
    re.I,
)
_CONDITIONAL = re.compile(r"\b(?:would|could|might|if|may)\b")
_BY = re.compile(r"\s+by\s+", re.I)
_NOUN_PLACE = re.compile(
    r"\b(?:it|the\s+(?:city|town|village|settlement))\s+(?:\w+\s+){0,3}$", re.I
)
# Words between a verb and its place that leave the place itself the object.
_LEAD = re.compile(
    r"\s*(?:(?:the|all|most|much|of|nearby|whole|entire|strategic|small|eastern|key|embattled|"
    r"city|town|village|settlement|hub|on|into|to|from|at|in|out|back|up|and|also|"
    r"control|over|towns?|villages|settlements)\s+)*",
    re.I,
)
_PRONOUN_PLACE = re.compile(
    r"\s+(?:to\s+)?(?:it|them|the\s+(?:city|town|village|settlement))\b", re.I
)


@dataclass(frozen=True, slots=True)
class _PartyWord:
    start: int
    end: int
    party: str


class ClaimReader:
    """Reads the claims of one article from its sentences, places and hints."""

    def __init__(
        self,
        text: str,
        resolutions: Sequence[Resolution],
        hints: Sequence[Hint],
    ) -> None:
        self.text = text
        self.places = Places(text, resolutions, hints)
        self._sentence = Span(0, 0)
        self._breaks: list[re.Match[str]] = []
        self._party_words: list[_PartyWord] = []

    def claims(
        self, sentence: Span, event_date: Callable[[Span, int], dt.date | None]
    ) -> list[Claim]:
        """Return the claims of one sentence, in the order of their verbs.

        Parameters
        ----------
        sentence : Span
        event_date : callable
            Gives the day that a sentence names nearest to an offset (`Report.event_date`).
        """
        self._party_words = self._parties_of(sentence)
        if not self._party_words and not self.places.any_in(sentence.start, sentence.end):
            return []
        self._sentence = sentence
        self._breaks = list(_CLAUSE.finditer(self.text, sentence.start, sentence.end))
        words = self.text[sentence.start : sentence.end]
        found: dict[tuple[object, ...], Claim] = {}
        said_by = attribution(self.text, sentence)
        for match in verb_pattern().finditer(self.text, sentence.start, sentence.end):
            verbs = vocabulary().verbs[re.sub(r"\s+", " ", match.group().lower())]
            verb = self._acting(verbs, match.start(), match.end(), sentence)
            if verb is None:
                continue
            for claim in self._claims_of(verb, match.start(), match.end(), said_by):
                key = (claim.actor, claim.action, claim.place, claim.part, claim.negated)
                if key not in found:
                    day = event_date(sentence, match.start())
                    found[key] = replace(claim, text=words, event_date=day)
        return list(found.values())

    def _acting(self, verbs: tuple[Verb, ...], start: int, end: int, sentence: Span) -> Verb | None:
        """Return the reading of a word as a verb that acts, or None for a noun or an adjective."""
        before = self._before(start)
        after = self.text[end : min(end + 60, sentence.end)]
        forms = {v.form: v for v in verbs}
        if verbs[0].takes == "attack":
            participle = any(v.form in ("past", "participle") for v in verbs)
            passive = _PASSIVE.search(before) if participle else None
            object_words = before[-60 : passive.start()] if passive else after
            if not word_pattern("attack_nouns").search(object_words):
                return None
        if "past" in forms or "participle" in forms:
            verb = forms.get("past") or forms["participle"]
            # "the captured town": an adjective. "the town was captured": a verb.
            if _DETERMINER.search(before) and not _PASSIVE.search(before):
                return None
            if "infinitive" in forms and not (
                _subject_before(before) or _BEFORE_BASE.search(before)
            ):
                return None
            return verb
        if "progressive" in forms:  # "the shelling of Bakhmut" is a noun
            return None if re.match(r"\s+of\b", after) else forms["progressive"]
        if "infinitive" in forms:
            return forms["infinitive"] if _BEFORE_BASE.search(before) else None
        return forms["present"] if _subject_before(before) else None

    def _before(self, offset: int, floor: int = 0) -> str:
        """Return the words of the sentence before an offset: as many as any rule looks at."""
        return self.text[max(self._sentence.start, floor, offset - _WINDOW) : offset]

    def _claims_of(
        self, verb: Verb, start: int, end: int, said_by: Attribution | None
    ) -> list[Claim]:
        """Return what one verb claims: one claim for each place that it lists."""
        sentence = self._sentence
        clause = self._clause(start, sentence)
        before = self._before(start, clause.start)
        passive = verb.form in ("past", "participle") and bool(_PASSIVE.search(before))
        where = self._where(verb, start, end, clause, sentence, passive)
        if where is None:
            return []
        actor = self._actor(start, end, clause, said_by, passive)
        negated = self._negated(before)
        modality = self._modality(verb, before, start, said_by, negated)
        if modality == "denied":
            negated = True
        if self._in_vain(before, end):
            # An attack that failed took place; a capture that failed did not.
            modality, negated = "failed", negated or verb.action not in _ATTEMPTS
        sure = 0.9 if actor else 0.5
        sure *= {"stated": 1.0, "confirmed": 1.0, "claimed": 0.8, "failed": 0.9}.get(modality, 0.6)
        listed = self.places.listed(where, clause.end) if (where.start or 0) >= end else [where]
        return [
            Claim(
                start=sentence.start,
                end=sentence.end,
                text="",
                actor=actor,
                action=verb.action,
                place=place.name,
                lat=place.lat,
                lon=place.lon,
                region=place.region,
                relation=place.relation,
                part=place.part,
                direction=place.direction,
                distance_km=place.distance_km,
                attribution=said_by.text if said_by else None,
                source_kind=source_kind(said_by),
                negated=negated,
                modality=modality,
                confidence=round(place.confidence * sure, 3),
                trigger=Span(start, end),
                place_start=place.start,
            )
            for place in listed
        ]

    def _in_vain(self, before: str, end: int) -> bool:
        """Say whether "unsuccessfully" or the like stands beside a verb."""
        near = " ".join(before.split()[-4:])
        after = " ".join(self.text[end : min(end + 60, self._sentence.end)].split()[:3])
        pattern = word_pattern("in_vain")
        return pattern.search(near) is not None or pattern.search(after) is not None

    def _clause(self, offset: int, sentence: Span) -> Span:
        """Return the stretch between the conjunctions round an offset."""
        at = bisect_right(self._breaks, offset, key=lambda m: m.end())
        start = self._breaks[at - 1].end() if at else sentence.start
        while at < len(self._breaks) and self._breaks[at].start() <= offset:
            at += 1
        end = self._breaks[at].start() if at < len(self._breaks) else sentence.end
        return Span(start, end)

    def _negated(self, before: str) -> bool:
        """Say whether a negation stands in the five words before a verb."""
        near = " ".join(before.split()[-5:])
        return word_pattern("negations").search(near) is not None

    def _modality(
        self, verb: Verb, before: str, start: int, said_by: Attribution | None, negated: bool
    ) -> Modality:
        near = " ".join(before.split()[-4:]).lower()
        unreal = word_pattern("unreal").search(near) is not None
        unreal = unreal and not negated and not word_pattern("real_to").search(near)
        # Only what governs the verb itself counts: "to capture", "would have captured".
        if unreal and (verb.form == "infinitive" or _CONDITIONAL.search(near)):
            return "planned"
        if verb.form == "progressive" and not _BE.search(before) and not self._follows_noun(start):
            return "planned"  # "taking Bakhmut would open a path"
        if said_by is None:
            return "stated"
        if said_by.verb in vocabulary().words["denials"]:
            return "denied"
        kind = source_kind(said_by)
        if said_by.verb in vocabulary().words["confirmations"] or kind == "footage":
            return "confirmed"
        return "claimed"

    def _follows_noun(self, start: int) -> bool:
        """Say whether an -ing form hangs on a force: "troops holding Bakhmut", "after taking"."""
        before = self.text[max(0, start - 40) : start].lower().rstrip()
        words = vocabulary().words
        return before.endswith((*words["force_nouns"], "after", "by", "while", ","))

    def _parties_of(self, sentence: Span) -> list[_PartyWord]:
        pattern, owner = party_pattern()
        return [
            _PartyWord(m.start(), m.end(), owner[m.group().lower().replace("’", "'")].name)
            for m in pattern.finditer(self.text, sentence.start, sentence.end)
        ]

    def _parties(self, start: int, end: int) -> list[_PartyWord]:
        """Return the words for parties in a stretch of the sentence, the last 40 at most."""
        low = bisect_left(self._party_words, start, key=lambda p: p.start)
        high = bisect_left(self._party_words, end, key=lambda p: p.start)
        return [p for p in self._party_words[max(low, high - 40) : high] if p.end <= end]

    def _actor(
        self,
        start: int,
        end: int,
        clause: Span,
        said_by: Attribution | None,
        passive: bool,
    ) -> str | None:
        """Return the party that acts, or None."""
        if passive:
            by = _BY.search(self.text, end, clause.end)
            after = self._parties(by.end(), min(by.end() + 60, clause.end)) if by else []
            return after[0].party if after else None
        spoken = said_by is not None and said_by.end <= start
        for low in (clause.start, self._sentence.start):
            subjects = [
                p for p in self._parties(low, start)
                if not (spoken and said_by and said_by.start <= p.start < said_by.end)
                and self._is_subject(p, start)
            ]  # fmt: skip
            if subjects:
                return subjects[-1].party  # the nearest before the verb
        if said_by is not None:
            speaker = self._parties(said_by.start, said_by.end)
            if speaker and (spoken or _we(self._before(start))):
                return speaker[0].party
        return None

    def _is_subject(self, word: _PartyWord, verb_start: int) -> bool:
        """Say whether a party's word can be the subject: not "attacks by Russia", "of Ukraine"."""
        before = self.text[max(0, word.start - 12) : word.start]
        if ":" in self.text[word.end : verb_start]:
            return False  # a dateline
        if re.search(
            r"\b(?:of|by|on|against|in|from|with|into|near|to|for|targeting)\s+(?:the\s+)?$", before
        ):
            return False
        words = self.text[word.start : word.end].lower().replace("’", "'")
        party = party_pattern()[1][words]
        if words not in party.adjectives:
            return not re.match(r"[’']s\b", self.text[word.end : word.end + 2])
        # An adjective needs a force after it: "Ukrainian soldiers", not "Ukrainian villages".
        following = " ".join(self.text[word.end : verb_start].split()[:4])
        # "denied Russian claims to have captured": they who claim are the actor.
        return any(word_pattern(n).search(following) for n in ("force_nouns", "claimings"))

    def _where(
        self, verb: Verb, start: int, end: int, clause: Span, sentence: Span, passive: bool
    ) -> Where | None:
        """Return the place of a claim: after the verb, else before it.

        What only happened somewhere in or near a place ("captured a crossing on its edge") gets
        the relation that says so, so that no one reads the whole place into it.
        """
        strict = verb.takes == "place"
        if verb.takes != "attack" and not passive:
            found = self.places.first(end, clause.end)
            if found is not None and found.start is not None:
                words = self.text[end : found.at]
                direct = _LEAD.fullmatch(words) is not None
                if strict and not direct:
                    return None
                return found if direct or found.relation else replace(found, relation="part")
            if _PRONOUN_PLACE.match(self.text, end):
                return self.places.last_settlement(start)
            if strict:
                return None
            found = found or self.places.last(sentence.start, start)
            return replace(found, relation=found.relation or "near") if found else None
        if passive and verb.takes != "attack":
            before = self._before(start, clause.start)
            if _NOUN_PLACE.search(before):
                named = self.places.last_settlement(start)
                return replace(named, confidence=0.5 * named.confidence) if named else None
            if strict and not re.search(r"[A-Z]\w+\s+(?:\w+\s+){1,3}$", before):
                return None
        found = self.places.last(clause.start, start) if passive else None
        found = found or self.places.first(end, clause.end)
        return found or self.places.first(sentence.start, start)


def _subject_before(before: str) -> bool:
    """Say whether the words before a verb end in what can be its subject."""
    words = "|".join(vocabulary().words["force_nouns"])
    tail = before.rstrip()[-40:]
    if re.search(
        rf"(?:\b(?:{words}|they|it|we|he|have|has|had|was|were|been|also|\w+ly))$", tail, re.I
    ):
        return True
    pattern, owner = party_pattern()
    return any(
        m.end() == len(tail)
        and m.group().lower().replace("’", "'")
        not in owner[m.group().lower().replace("’", "'")].adjectives
        for m in pattern.finditer(tail)
    )


def _we(words: str) -> bool:
    return re.search(r"\b(?:we|our)\b", words, re.IGNORECASE) is not None
