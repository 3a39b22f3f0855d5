"""Claims: who did what where, said by whom.

A sentence is read left to right around each verb of the table of actions. The verb's form and the
words before it decide whether it is an action at all, whether it is denied and whether it is real;
the nearest party before it is the actor; the nearest place after it (else before it) is the place.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geomap.front.attribution import Attribution, attribution, source_kind
from geomap.front.patterns import party_pattern, verb_pattern, word_pattern
from geomap.front.vocabulary import Verb, vocabulary
from geomap.models import Claim, Span

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from geomap.models import Hint, Modality, Region, Relation, Resolution

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
    r"\b(?:to|not|n[’']t|will|would|could|can|may|might|should|did|do|does|must|and|forces|troops|soldiers|units|they|we|drones|fighters)\s+(?:\w+ly\s+)?$",
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


@dataclass(frozen=True, slots=True)
class _Where:
    name: str
    lat: float | None
    lon: float | None
    region: Region | None
    relation: Relation | None
    part: str | None
    start: int | None
    confidence: float
    direction: str | None = None
    distance_km: float | None = None
    at: int = 0  # where its words begin


class ClaimReader:
    """Reads the claims of one article from its sentences, places and hints."""

    def __init__(
        self,
        text: str,
        resolutions: Sequence[Resolution],
        hints: Sequence[Hint],
    ) -> None:
        self.text = text
        self.resolutions = [r for r in resolutions if r.mention.kind == "literal"]
        self._starts = [r.mention.start for r in self.resolutions]
        self.hints = list(hints)
        self._hint_starts = [h.start for h in self.hints]

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
        if self._quiet(sentence):
            return []
        found: list[Claim] = []
        said_by = attribution(self.text, sentence)
        for match in verb_pattern().finditer(self.text, sentence.start, sentence.end):
            verbs = vocabulary().verbs[re.sub(r"\s+", " ", match.group().lower())]
            verb = self._acting(verbs, match.start(), match.end(), sentence)
            if verb is None:
                continue
            day = event_date(sentence, match.start())
            claim = self._claim(verb, match.start(), match.end(), sentence, said_by, day)
            if claim is not None and not any(_same(claim, c) for c in found):
                found.append(claim)
        return found

    def _quiet(self, sentence: Span) -> bool:
        """Say whether a sentence can hold no claim: it names no place and no party."""
        at = bisect_left(self._starts, sentence.start)
        if at < len(self._starts) and self._starts[at] < sentence.end:
            return False
        return party_pattern()[0].search(self.text, sentence.start, sentence.end) is None

    def _acting(self, verbs: tuple[Verb, ...], start: int, end: int, sentence: Span) -> Verb | None:
        """Return the reading of a word as a verb that acts, or None for a noun or an adjective."""
        before = self.text[sentence.start : start]
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
        if "progressive" in forms:
            return forms["progressive"]
        if "infinitive" in forms:
            return forms["infinitive"] if _BEFORE_BASE.search(before) else None
        return forms["present"] if _subject_before(before) else None

    def _claim(
        self,
        verb: Verb,
        start: int,
        end: int,
        sentence: Span,
        said_by: Attribution | None,
        event_date: dt.date | None,
    ) -> Claim | None:
        clause = self._clause(start, sentence)
        before = self.text[clause.start : start]
        passive = verb.form in ("past", "participle") and bool(_PASSIVE.search(before))
        where = self._where(verb, start, end, clause, sentence, passive)
        if where is None:
            return None
        actor = self._actor(start, end, clause, sentence, said_by, passive)
        negated = self._negated(before)
        modality = self._modality(verb, before, start, said_by, negated)
        if modality == "denied":
            negated = True
        kind = source_kind(said_by)
        confidence = where.confidence * (0.9 if actor else 0.5)
        confidence *= {"stated": 1.0, "confirmed": 1.0, "claimed": 0.8}.get(modality, 0.6)
        return Claim(
            start=sentence.start,
            end=sentence.end,
            text=self.text[sentence.start : sentence.end],
            actor=actor,
            action=verb.action,
            place=where.name,
            lat=where.lat,
            lon=where.lon,
            region=where.region,
            relation=where.relation,
            part=where.part,
            direction=where.direction,
            distance_km=where.distance_km,
            event_date=event_date,
            attribution=said_by.text if said_by else None,
            source_kind=kind,
            negated=negated,
            modality=modality,
            confidence=round(confidence, 3),
            trigger=Span(start, end),
            place_start=where.start,
        )

    def _clause(self, offset: int, sentence: Span) -> Span:
        """Return the stretch between the conjunctions round an offset."""
        start, end = sentence.start, sentence.end
        for match in _CLAUSE.finditer(self.text, sentence.start, sentence.end):
            if match.end() <= offset:
                start = match.end()
            elif match.start() > offset:
                end = match.start()
                break
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

    def _parties(self, start: int, end: int) -> list[_PartyWord]:
        pattern, owner = party_pattern()
        return [
            _PartyWord(m.start(), m.end(), owner[m.group().lower().replace("’", "'")].name)
            for m in pattern.finditer(self.text, start, end)
        ]

    def _actor(
        self,
        start: int,
        end: int,
        clause: Span,
        sentence: Span,
        said_by: Attribution | None,
        passive: bool,
    ) -> str | None:
        """Return the party that acts, or None."""
        if passive:
            by = _BY.search(self.text, end, clause.end)
            after = self._parties(by.end(), min(by.end() + 60, clause.end)) if by else []
            return after[0].party if after else None
        spoken = said_by is not None and said_by.end <= start
        for low in (clause.start, sentence.start):
            subjects = [
                p for p in self._parties(low, start)
                if not (spoken and said_by and said_by.start <= p.start < said_by.end)
                and self._is_subject(p, start)
            ]  # fmt: skip
            if subjects:
                return subjects[-1].party  # the nearest before the verb
        if said_by is not None:
            speaker = self._parties(said_by.start, said_by.end)
            if speaker and (spoken or _we(self.text[sentence.start : start])):
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
        return word_pattern("force_nouns").search(following) is not None

    def _where(
        self, verb: Verb, start: int, end: int, clause: Span, sentence: Span, passive: bool
    ) -> _Where | None:
        """Return the place of a claim: after the verb, else before it.

        What only happened somewhere in or near a place ("captured a crossing on its edge") gets
        the relation that says so, so that no one reads the whole place into it.
        """
        strict = verb.takes == "place"
        if verb.takes != "attack" and not passive:
            found = self._first_place(end, clause.end)
            if found is not None and found.start is not None:
                words = self.text[end : found.at]
                direct = _LEAD.fullmatch(words) is not None
                if strict and not direct:
                    return None
                return found if direct or found.relation else replace(found, relation="part")
            if _PRONOUN_PLACE.match(self.text, end):
                return self._last_settlement(start)
            if strict:
                return None
            found = found or self._last_place(sentence.start, start)
            return replace(found, relation=found.relation or "near") if found else None
        if passive and verb.takes != "attack":
            before = self.text[clause.start : start]
            if _NOUN_PLACE.search(before):
                named = self._last_settlement(start)
                return replace(named, confidence=0.5 * named.confidence) if named else None
            if strict and not re.search(r"[A-Z]\w+\s+(?:\w+\s+){1,3}$", before):
                return None
        found = self._last_place(clause.start, start) if passive else None
        found = found or self._first_place(end, clause.end)
        return found or self._leading_place(sentence.start, start)

    def _first_place(self, start: int, end: int) -> _Where | None:
        """Return the first hint or mention in a stretch, whichever begins earlier."""
        hint = next(
            (h for h in self.hints[bisect_left(self._hint_starts, start):] if h.start < end), None
        )  # fmt: skip
        at = bisect_left(self._starts, start)
        mention = self.resolutions[at] if at < len(self.resolutions) else None
        if mention is not None and mention.mention.start >= end:
            mention = None
        if hint is not None and (mention is None or hint.start <= mention.mention.start):
            return self._of_hint(hint)
        return self._of_mention(mention) if mention is not None else None

    def _leading_place(self, start: int, end: int) -> _Where | None:
        """Return the first place of a stretch: "Near Kreminna, north of Bakhmut, soldiers ..."."""
        return self._first_place(start, end)

    def _last_place(self, start: int, end: int) -> _Where | None:
        at = bisect_left(self._starts, end) - 1
        while at >= 0 and self._starts[at] >= start:
            found = self._of_mention(self.resolutions[at])
            if found is not None:
                return found
            at -= 1
        return None

    def _last_settlement(self, offset: int) -> _Where | None:
        at = bisect_left(self._starts, offset) - 1
        while at >= 0:
            resolution = self.resolutions[at]
            if resolution.place is not None and resolution.place.feature_class == "P":
                return self._of_mention(resolution)
            at -= 1
        return None

    def _of_mention(self, resolution: Resolution) -> _Where | None:
        if resolution.place is not None and resolution.place.precision == "country":
            return None
        return _Where(
            resolution.name, resolution.lat, resolution.lon, resolution.region, None, None,
            resolution.mention.start, max(resolution.confidence, 0.1), at=resolution.mention.start,
        )  # fmt: skip

    def _of_hint(self, hint: Hint) -> _Where | None:
        anchor = hint.anchors[0]
        region = hint.region
        direct = hint.relation in ("within", "part") and anchor.place is not None
        place = anchor.place
        lat = place.lat if direct and place else (region.lat if region else None)
        lon = place.lon if direct and place else (region.lon if region else None)
        part = hint.direction if hint.relation == "part" else None
        return _Where(
            anchor.name, lat, lon, region, hint.relation, part, anchor.start,
            max(hint.confidence, 0.1), None if part else hint.direction, hint.distance_km,
            hint.start,
        )  # fmt: skip


def _subject_before(before: str) -> bool:
    """Say whether the words before a verb end in what can be its subject."""
    words = "|".join(vocabulary().words["force_nouns"])
    tail = before.rstrip()[-40:]
    if re.search(
        rf"(?:\b(?:{words}|they|it|we|he|have|has|had|was|were|been|also|\w+ly))$", tail, re.I
    ):
        return True
    return any(m.end() == len(tail) for m in party_pattern()[0].finditer(tail))


def _we(words: str) -> bool:
    return re.search(r"\b(?:we|our)\b", words, re.IGNORECASE) is not None


def _same(a: Claim, b: Claim) -> bool:
    return (a.actor, a.action, a.place, a.part, a.negated) == (
        b.actor, b.action, b.place, b.part, b.negated,
    )  # fmt: skip
