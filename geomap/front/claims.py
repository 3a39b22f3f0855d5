"""Claims: who did what where, said by whom.

A sentence is read left to right around each verb and noun of the table of actions. The word's form
and the words before it decide whether it acts at all, whether it is denied and whether it is real;
the nearest party before it is the actor; the places after it (else before it) are the places.
"""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geomap.front.actors import Actors
from geomap.front.attribution import attributions, source_kind, speaker_at
from geomap.front.patterns import Words, lexicon, party_words
from geomap.front.places import Places
from geomap.front.reach import Reach
from geomap.front.reality import reality
from geomap.front.standing import occupied, under_control
from geomap.front.theatre import load_theatre
from geomap.front.triggers import triggers
from geomap.models import Claim, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geomap.front.attribution import Attribution
    from geomap.front.patterns import PartyWord
    from geomap.front.spots import Where
    from geomap.front.standing import Standing
    from geomap.front.theatre import Theatre
    from geomap.front.triggers import Trigger
    from geomap.models import Hint, Relation, Resolution

_CLAUSE = re.compile(
    r"[;:]|\b(?:but|while|because|although|though|whereas|which|where|amid|despite)\b|"
    r"\bas\b(?!\s+(?:well|part|far|of|much|many))|,\s+and\b|\bafter\b(?=\s+\w+ing\b)",
    re.I,
)
_PERIOD = re.compile(
    r"\b(?:in|during)\s+(?:(?:early|late|mid)[-\s])?(?:([A-Z][a-z]+)\s+)?(\d{4})\b"
)
_ARMS = frozenset(
    {"enemy", "shell", "shells", "explosion", "explosions", "projectile", "projectiles", "bomb"}
)
# What ships, teams and companies do too.
_OF_CIVILIANS = frozenset({"advanced", "struck", "attacked", "captured", "shelled", "withdrawn"})
_YEARS = (1900, 2100)
_KNOWN, _UNKNOWN = 0.9, 0.5  # how sure a claim is with and without an actor


@dataclass(frozen=True, slots=True)
class _Read:
    """A sentence with all that its rules look at."""

    span: Span
    words: Words
    parties: list[PartyWord]
    said: list[Attribution]
    breaks: list[tuple[int, int]]


class ClaimReader:
    """Reads the claims of one article from its sentences, places and hints.

    Parameters
    ----------
    text : str
    resolutions : sequence of Resolution
    hints : sequence of Hint
    theatre : Theatre, optional
        Who fights; the embedded theatre by default.
    """

    def __init__(
        self,
        text: str,
        resolutions: Sequence[Resolution],
        hints: Sequence[Hint],
        theatre: Theatre | None = None,
    ) -> None:
        self.text = text
        self.theatre = theatre or load_theatre()
        self.places = Places(text, resolutions, hints, self.theatre)
        self._parties = party_words(self.theatre)

    def claims(
        self, sentence: Span, event_date: Callable[[Span, int], dt.date | None]
    ) -> list[Claim]:
        """Return the claims of one sentence, in the order of their words.

        Parameters
        ----------
        sentence : Span
        event_date : callable
            Gives the day that a sentence names nearest to an offset (`Report.event_date`).
        """
        words = Words(self.text, sentence)
        named = self.places.any_in(sentence.start, sentence.end)
        if not named and not lexicon().triggers.within(words.words):
            return []
        parties = self._parties.find(words)
        if not named and not parties and not _of_a_place(words):
            return []
        acting = triggers(words, parties)
        standing = occupied(words, self.places, parties, self.theatre)
        standing += under_control(words, self.places, parties, self.theatre)
        if not acting and not standing:
            return []
        # "occupied" before a name is no verb that acts.
        acting = [t for t in acting if not any(s.start <= t.start < s.end for s in standing)]
        standing = [s for s in standing if s.action]
        read = _Read(
            sentence, words, parties, attributions(words, parties),
            [m.span() for m in _CLAUSE.finditer(self.text, sentence.start, sentence.end)],
        )  # fmt: skip
        found = [*self._acted(read, acting), *(self._stands(read, s) for s in standing)]
        found.sort(key=lambda c: c.trigger.start if c.trigger else 0)
        told = self.text[sentence.start : sentence.end]
        unique: dict[tuple[object, ...], Claim] = {}
        for claim in found:
            key = (claim.actor, claim.action, claim.place, claim.relation, claim.part,
                   claim.direction, claim.negated)  # fmt: skip
            if key not in unique:
                at = claim.trigger.start if claim.trigger else sentence.start
                day = event_date(sentence, at) or self._period(read, at, acting)
                unique[key] = replace(claim, text=told, event_date=day)
        return list(unique.values())

    def _acted(self, read: _Read, acting: list[Trigger]) -> list[Claim]:
        """Return what the verbs and nouns of a sentence claim."""
        actors = Actors(read.words, read.parties, acting, self.theatre)
        reach = Reach(read.words, self.places, acting, read.parties)
        found: list[Claim] = []
        for at, trigger in enumerate(acting):
            clause = self._clause(read, trigger.start)
            said = speaker_at(read.said, trigger.start)
            actor = actors.of(trigger, clause.start, clause.end, said)
            if not _acts(trigger, actor, read.words, clause.start) or _describes(
                trigger, read.said
            ):
                continue
            if _unreal(read, trigger):
                continue
            previous = acting[at - 1].end if at else 0
            real = reality(read.words, trigger, clause.start, previous, said, read.parties)
            wheres = reach.of(at, clause, actor, found, negated=real.negated)
            sure = real.sureness * (_KNOWN if actor else _UNKNOWN)
            action = _with_weapons(read.words, trigger, clause)
            for where in wheres:
                if _of_the_speaker(where, trigger, said, read.words):
                    continue
                if trigger.takes == "expel" and self._abroad(actor, where):
                    action = "captured"  # whoever expels the other from its own ground takes it
                found.append(
                    replace(
                        self._claim(read, where, action, actor),
                        attribution=said.text if said else None,
                        source_kind=source_kind(said, read.parties),
                        negated=real.negated,
                        modality=real.modality,
                        confidence=round(where.confidence * sure, 3),
                        trigger=Span(trigger.start, trigger.end),
                    )
                )
        return found

    def _stands(self, read: _Read, standing: Standing) -> Claim:
        """Return the claim of "occupied X": in the sentence's own voice, whoever is quoted."""
        where = standing.spot.where
        if standing.presupposed:
            keeps = where.relation == "part" and standing.whole
            relation: Relation | None = "part" if keeps or not standing.whole else None
            where = replace(
                where, relation=relation, part=where.part if keeps else None,
                direction=None, distance_km=None,
            )  # fmt: skip
            if not keeps:
                where = self.places.itself(standing.spot, where)
        elif standing.action == "held" and not standing.whole:
            where = replace(where, relation=where.relation or "part")
        said = None if standing.presupposed else speaker_at(read.said, standing.start)
        clause = self._clause(read, standing.start)
        negation = lexicon()["negations"]
        negated = not standing.presupposed and negation.within(
            read.words.before(standing.start, 4, clause.start)
        )
        denied = said is not None and said.verb in ("denied", "denies", "rejected", "rejects")
        confidence = where.confidence * (_KNOWN if standing.actor else _UNKNOWN)
        return replace(
            self._claim(read, where, standing.action, standing.actor),
            attribution=said.text if said else None,
            source_kind=source_kind(said, read.parties),
            negated=negated or denied,
            modality="denied" if denied else "claimed" if said else "stated",
            confidence=round(confidence * (0.8 if said else 1.0), 3),
            trigger=Span(standing.start, standing.end),
        )

    def _claim(self, read: _Read, where: Where, action: str, actor: str | None) -> Claim:
        return Claim(
            start=read.span.start, end=read.span.end, text="", actor=actor, action=action,
            place=where.name, lat=where.lat, lon=where.lon, region=where.region,
            relation=where.relation, part=where.part, direction=where.direction,
            distance_km=where.distance_km, place_start=where.start,
        )  # fmt: skip

    def _abroad(self, actor: str | None, where: Where) -> bool:
        """Say whether a place lies in the home country of the other side."""
        party, other = self.theatre.party(actor), self.theatre.opponent(actor)
        country = self.places.country(where)
        return party is not None and other is not None and country == other.country != party.country

    def _clause(self, read: _Read, offset: int) -> Span:
        """Return the stretch between the conjunctions round an offset."""
        at = bisect_right(read.breaks, offset, key=lambda b: b[1])
        start = read.breaks[at - 1][1] if at else read.span.start
        while at < len(read.breaks) and read.breaks[at][0] <= offset:
            at += 1
        end = read.breaks[at][0] if at < len(read.breaks) else read.span.end
        return Span(start, end)

    def _period(self, read: _Read, at: int, acting: list[Trigger]) -> dt.date | None:
        """Return the first day of the month or year that is named beside a word that acts."""
        clause = self._clause(read, at)
        ends = [t.start for t in acting if t.start > at]
        end = min([*ends, at + 160, clause.end])
        found = _PERIOD.search(self.text, at, end)
        if found is None:
            return None
        months = lexicon().listed("month_names")
        month = (found.group(1) or "").lower()
        year = int(found.group(2))
        if not _YEARS[0] <= year <= _YEARS[1]:
            return None
        return dt.date(year, months.index(month) + 1 if month in months else 1, 1)


def _of_a_place(words: Words) -> bool:
    """Say whether a sentence without a name may be of one: "the town was shelled"."""
    return any(w in words.words for w in ("city", "town", "village", "settlement", "it"))


def _acts(trigger: Trigger, actor: str | None, words: Words, clause: int) -> bool:
    """Say whether somebody that fights acts: not "a storm hit", "the film captured"."""
    near = words.before(trigger.start, 4, clause)
    if lexicon()["feigned"].within(near):
        return False
    if trigger.action == "struck" and lexicon()["bargains"].within(
        near if trigger.passive else words.after(trigger.end, 4)
    ):
        return False  # "a deal was struck"
    if trigger.noun and trigger.action == "shelled" and actor is None:
        # "The shelling of Bakhmut goes on" is of no day; what did harm was.
        return lexicon()["harm"].within(words.after(trigger.end, 8))
    if (trigger.noun or trigger.takes == "shown") and actor is None and (
        trigger.action in ("held", "present")
    ):  # fmt: skip
        return False
    if actor is not None or trigger.noun or trigger.planned:
        return True
    if trigger.action == "held":
        # Somebody holds it, who knows who; but "neither side controls Vuhledar".
        return "neither" in words.before(trigger.start, 4, clause)
    if trigger.passive:
        return trigger.action != "present" and not _by_nature(trigger, words)
    if trigger.action == "present":
        return lexicon()["units_of"].within(words.before(trigger.start, 20, clause))
    if trigger.takes in ("subject", "where"):
        return True
    before = words.before(trigger.start, 20, clause)
    table = lexicon()
    civil = trigger.action in _OF_CIVILIANS
    armed = any(
        table["force_nouns"].within([w]) and not (civil and table["civil"].within([w]))
        for w in before
    )
    return armed or any(w in ("they", "we", "it", "side", "enemy", "neither") for w in before)


def _by_nature(trigger: Trigger, words: Words) -> bool:
    """Say whether no weapon hit a place: "hit by floods"."""
    after = words.after(trigger.end, 8)
    if trigger.action != "struck" or after[:1] != ["by"]:
        return False
    table = lexicon()
    armed = any(table[name].within(after) for name in ("force_nouns", "weapons", "attack_nouns"))
    return not armed and not table.triggers.within(after) and not _ARMS & set(after)


def _of_the_speaker(where: Where, trigger: Trigger, said: Attribution | None, words: Words) -> bool:
    """Say whether a place stands in who speaks: "shelled Lyman, the General Staff in Kyiv said"."""
    if said is None or where.start is None or not trigger.end <= said.last <= said.start:
        return False
    said_at = words.text.find(said.verb, said.end, words.end)
    return said.start <= where.start < max(said.end, said_at)


def _unreal(read: _Read, trigger: Trigger) -> bool:
    """Say whether a sentence tells what would have been: "Had they held Lyman, ..."."""
    comma = read.words.text.find(",", trigger.end, read.words.end)
    return read.words.words[:1] == ["had"] and comma > 0


def _describes(trigger: Trigger, said: list[Attribution]) -> bool:
    """Say whether a word only tells who speaks: "a brigade operating near Lyman reported"."""
    at = bisect_right(said, trigger.start, key=lambda s: s.start)
    spoke = said[at - 1] if at and trigger.action == "present" else None
    return spoke is not None and trigger.start < spoke.first and spoke.first > spoke.end


def _with_weapons(words: Words, trigger: Trigger, clause: Span) -> str:
    """Return the action of a word: an attack from the air is a strike ("drones attacked Odesa")."""
    if trigger.action == "present":
        # A patrol that is gone again is no presence, as the report itself says.
        later = words.between(trigger.end, min(words.end, trigger.end + 400))
        return "infiltrated" if "infiltration" in later else trigger.action
    if trigger.action == "struck" and not trigger.noun:
        table = lexicon()
        guns = words.before(trigger.start, 4, clause.start)
        fired = table["gunnery"].within(guns) and not table["weapons"].within(guns)
        return "shelled" if fired and not trigger.passive else trigger.action
    if trigger.action != "attacked":
        return trigger.action
    weapons = lexicon()["weapons"]
    before = words.before(trigger.start, 3, clause.start)
    if trigger.noun:
        return "struck" if weapons.within(before) else trigger.action
    after = words.between(trigger.end, min(clause.end, trigger.end + 160))
    armed = "with" in after and weapons.within(after[after.index("with") :][:7])
    return "struck" if armed or weapons.within(before[-2:]) else trigger.action
