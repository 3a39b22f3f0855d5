"""How far a word that acts reaches: the places that it is about."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from geomap.front import reach_words
from geomap.front.patterns import lexicon
from geomap.front.spots import Where

if TYPE_CHECKING:
    from geomap.front.patterns import PartyWord, Words
    from geomap.front.places import Places
    from geomap.front.spots import Spot
    from geomap.front.triggers import Trigger
    from geomap.models import Claim, Relation, Span


class Reach:
    """Finds the places of the words that act in one sentence."""

    def __init__(
        self,
        words: Words,
        places: Places,
        acting: list[Trigger],
        parties: list[PartyWord],
    ) -> None:
        self.words = words
        self.places = places
        self.acting = acting
        self._parties = parties
        # What "X fell" and "X was shelled" are about belongs to no verb before it.
        self._owned: dict[int, int] = {}
        for at, trigger in enumerate(acting):
            passive = trigger.passive and trigger.consumed is None and trigger.takes != "expel"
            if trigger.takes == "subject" or passive:
                spot = self._before(trigger)
                if spot is not None:
                    self._owned[spot.start] = at

    def of(
        self, at: int, clause: Span, actor: str | None, earlier: list[Claim], *, negated: bool
    ) -> list[Where]:
        """Return the places of a word that acts.

        Parameters
        ----------
        at : int
            Which of the words that act.
        clause : Span
        actor : str or None
        earlier : list of Claim
            What the words before it claim.
        negated : bool
        """
        trigger = self.acting[at]
        if trigger.takes == "subject":
            return self._of_subject(trigger, clause)
        if trigger.passive and trigger.consumed is None:
            behind = self._of_subject(trigger, clause)
            # "Troops surrounded in Vuhledar", but "Lyman has been surrounded".
            inside = self.words.after(trigger.end, 1) in (["in"], ["at"], ["near"], ["inside"])
            after = (trigger.action == "encircled" and inside) or trigger.takes == "expel"
            if not after and (behind or trigger.action in reach_words.WHOLE):
                return behind or self._fronted(trigger)
        if trigger.passive and trigger.consumed is not None:
            start = trigger.consumed
            between = self._listed(start, trigger.start)
            if between:
                return between
        if trigger.noun and trigger.form == "nouns_of":
            owned = self.places.last(max(self.words.start, trigger.start - 60), trigger.start)
            if owned is not None and re.fullmatch(
                r"[’']s?\s+", self.places.text[owned.end : trigger.start]
            ):
                return [owned.where]
        found = self._after(at, clause)
        if found is not None:
            return found
        return self._elsewhere(trigger, clause, actor, earlier, negated=negated)

    def _limit(self, at: int) -> int:
        """Return where the next word that acts takes over."""
        for later in self.acting[at + 1 :]:
            if later.start < (self.acting[at].consumed or 0):
                continue
            return later.start
        return self.words.end

    def _after(self, at: int, clause: Span) -> list[Where] | None:
        """Return the places after a word that acts; None when there are none there."""
        trigger = self.acting[at]
        end = max(trigger.end, trigger.consumed or 0)
        meant = (
            reach_words.ON_THE_PLACE if trigger.noun else reach_words.PRONOUN_PLACE
        )  # "a strike on the town"
        pronoun = meant.match(self.places.text, end)
        if pronoun and pronoun.end() <= self.words.end and trigger.form != "nouns_of":
            nearer = self.places.first(end, pronoun.end())
            if nearer is None:
                it = pronoun.group().split()[-1].lower() == "it"
                named = self.places.last_settlement(trigger.start, it=it)
                return [named] if named else []
        end = self._led_on(trigger, end)
        limit = self._limit(at)
        first = self._first(trigger, end, min(limit, clause.end))
        if first is None and limit < clause.end and self._shares(at):
            limit = self._limit(at + 1)
            first = self._first(trigger, end, min(limit, clause.end))
        if first is None or self._owned.get(first.start, at) != at:
            return None
        if not self._fits(trigger, end, first):
            return [] if trigger.takes == "place" else None
        loose = trigger.action in ("struck", "shelled")
        spots = self.places.listed(
            first, self.words, limit, sources=_leaves(trigger), loose=loose and not trigger.noun,
            units=trigger.action == "present",
        )  # fmt: skip
        spots = [s for s in spots if self._owned.get(s.start, at) == at]
        if (
            trigger.action in reach_words.WHOLE
        ):  # "liberated settlements round the border of two oblasts"
            spots = [s for s in spots if s.where.relation not in ("border", "border_distance")]
        wheres = [s.where for s in spots]
        if trigger.action in reach_words.WHOLE:
            wheres = [
                replace(s.where, relation=s.where.relation or "part") if s.named_after else s.where
                for s in spots
            ]
        whole = trigger.action in reach_words.WHOLE and trigger.takes != "expel"
        if whole and wheres and wheres[0].relation is None:
            gap = self.places.plain(self.words, end, first.start)
            all_men = bool(reach_words.MEN & set(gap)) and bool(reach_words.ALL & set(gap))
            if all_men and trigger.action == "withdrawn":
                gap = [w for w in gap if w in reach_words.SHARE]
            if trigger.action != "encircled" and (
                not lexicon()["lead"].all_of(gap) or reach_words.SHARE & set(gap)
            ):
                wheres = [replace(w, relation=w.relation or "part") for w in wheres]
        closer = reach_words.NEARER & set(self.words.between(trigger.start, first.start))
        if trigger.action == "advanced" and (
            closer or self.words.before(first.start, 1) == ["on"]
        ):  # fmt: skip
            # "advancing on Pokrovsk": towards it.
            wheres = [replace(w, relation=w.relation or "toward") for w in wheres]
        return wheres

    def _led_on(self, trigger: Trigger, end: int) -> int:
        """Return where the places can begin: the "into" of "pushed into" may be theirs."""
        last = self.words.before(end, 1)
        led = (
            bool(last)
            and last[0] in reach_words.PREPOSITIONS
            and end - len(last[0]) > trigger.start
        )
        return end - len(last[0]) if led and not trigger.noun else end

    def _first(self, trigger: Trigger, start: int, end: int) -> Spot | None:
        spot = self.places.first(
            start, min(end, start + reach_words.FARTHEST), sources=_leaves(trigger)
        )
        # "operations in Kursk and Sumy oblasts, including near X": the list sorts that out.
        return spot

    def _shares(self, at: int) -> bool:
        """Say whether a word's place stands behind the next one: "attacked and captured X"."""
        trigger, following = self.acting[at], self.acting[at + 1]
        between = self.words.between(trigger.end, following.start)
        if between and all(w in reach_words.SAME_VERB for w in between):
            return True
        if following.form == "progressive" and trigger.action in ("struck", "attacked", "shelled"):
            return len(between) <= 8 and ":" not in self.places.text[trigger.end : following.start]
        return False

    def _fits(self, trigger: Trigger, start: int, spot: Spot) -> bool:
        """Say whether the words between a word that acts and a place let it be about the place."""
        table = lexicon()
        gap = self.places.plain(self.words, start, spot.start)
        lead = [w for w in gap if not w.endswith("ly") and not w.isdigit()]
        direct = table["lead"].all_of(lead)
        phrase = self.places.text[spot.start : spot.at]
        left = self._fits_left(trigger, gap, spot) if _leaves(trigger) else None
        if left is not None:
            return left
        if trigger.noun:
            if trigger.form == "nouns_of":
                return direct and not phrase.lower().startswith("near")
            return self._fits_noun(trigger, gap, lead)
        if trigger.takes in ("where", "shown"):
            rest = [w for w in lead if not table["lead"].all_of([w])]
            rest = [w for w in rest if not table["noun_lead"].all_of([w])]
            bound = bool(gap) or spot.where.relation is not None
            return bound and all(
                self._party_word(w) or table["force_nouns"].within([w]) for w in rest
            )
        if trigger.action == "held" and gap[:1] in (["in"], ["at"], ["on"], ["from"]) and (
            self.places.text[trigger.start : trigger.end].lower().startswith(reach_words.HOLDS)
            and " " not in self.places.text[trigger.start : trigger.end]
        ):  # fmt: skip
            return False  # "the conference held in Rome"
        takes = trigger.action in ("captured", "liberated") and not trigger.passive
        if (
            takes
            and trigger.takes == "object"
            and reach_words.AT & set(self.words.after(trigger.end, 1))
        ):
            return False  # "soldiers captured near Kreminna"
        if direct:
            return True
        ground = self._ground(gap)
        if trigger.takes == "place":
            return (ground and len(gap) <= 8 and trigger.action != "lost") or (
                ground and trigger.action == "lost" and gap[-1:] != ["men"]
            )
        opposed = table["opposed"].within(gap) or table["force_nouns"].within(gap)
        if trigger.action == "encircled" and opposed:
            return len(gap) <= 14
        if trigger.action in reach_words.WHOLE:
            return ground and len(gap) <= 14
        return len(gap) <= 30 and not reach_words.LATER & set(gap)

    def _fits_left(self, trigger: Trigger, gap: list[str], spot: Spot) -> bool | None:
        """Say whether a place is the one that is left; None when the words do not tell."""
        if trigger.takes == "expel":
            return "from" in gap or "out" in gap or spot.source
        told = [*gap, *self.words.between(spot.start, spot.at)]
        away = "to" in told and "from" not in told
        if away or "toward" in told or "towards" in told:
            return False
        if not trigger.noun and len(told) <= 10 and ("out" in gap or "from" in told):
            # "pulled its last defenders out of Sievierodonetsk", but no child out of rubble
            men = next((at for at, w in enumerate(gap) if w in reach_words.MEN), None)
            plainly = men is not None and men <= 4 and not reach_words.ELSE & set(gap[:men])
            if men is not None and plainly and lexicon()["lead"].all_of(gap[men + 1 :]):
                return True
        return None

    def _fits_noun(self, trigger: Trigger, gap: list[str], lead: list[str]) -> bool:
        """Say whether the words between a noun and a place let it be about the place."""
        table = lexicon()
        rest = [w for w in lead if not table["lead"].all_of([w])]
        rest = [w for w in rest if not table["noun_lead"].all_of([w])]
        if trigger.action in ("struck", "shelled"):
            rest = [w for w in rest if not table["harm"].all_of([w])]
        # "missile strikes from air defence systems on an enterprise in Kharkiv"
        aimed = trigger.action == "struck" and bool({"on", "against"} & set(gap))
        aimed = aimed and len(gap) <= 12 and not reach_words.LATER & set(gap)
        return aimed or all(self._party_word(w) for w in rest)

    def _ground(self, gap: list[str]) -> bool:
        """Say whether a piece of ground is what is taken: "a bridge near", "positions west of"."""
        table = lexicon()
        hits = [at for at, _ in table["ground"].find(gap)]
        if not hits or gap[:1] in (["part"], ["place"]):
            return False
        rest = [w for w in gap[hits[-1] + 1 :] if not w.endswith("ly") and not w.isdigit()]
        return all(
            table["lead"].all_of([w]) or table["noun_lead"].all_of([w]) or self._party_word(w)
            for w in rest
        )

    def _party_word(self, word: str) -> bool:
        bare = word.removesuffix("'s")
        return any(
            bare in self.places.text[p.start : p.end].lower() for p in self._parties
        ) or lexicon()["force_nouns"].within([word])

    def _listed(self, start: int, end: int) -> list[Where]:
        first = self.places.first(start, end)
        if first is None:
            return []
        return [s.where for s in self.places.listed(first, self.words, end)]

    def _before(self, trigger: Trigger) -> Spot | None:
        """Return the place that stands as the subject directly before a verb."""
        spot = self.places.last(max(self.words.start, trigger.start - 200), trigger.start)
        if spot is None:
            return None
        gap = self.places.plain(self.words, self._past_aside(spot, trigger.start), trigger.start)
        plain = all(w in reach_words.AUXILIARY or w.endswith("ly") for w in gap)
        fronted = spot.where.relation in ("near", "toward", "in_or_near") and not plain
        falls = trigger.takes == "subject" and trigger.action == "captured"
        if falls and reach_words.WITHIN & set(self.words.before(spot.at, 1)):
            return None  # "prices in Pokrovsk fell"
        return spot if plain and not fronted else None

    def _past_aside(self, spot: Spot, end: int) -> int:
        """Return where the words go on after a place and what is said of it between commas."""
        aside = reach_words.APPOSED.match(self.places.text, spot.end, end)
        if aside is None or lexicon().triggers.within(self.words.between(spot.end, aside.end())):
            return spot.end
        return aside.end()

    def _of_subject(self, trigger: Trigger, clause: Span) -> list[Where]:
        """Return the places of "Soledar fell", "Toretsk and Siversk were shelled"."""
        spot = self._before(trigger)
        before = self.places.text[max(self.words.start, trigger.start - 120) : trigger.start]
        if spot is None:
            noun = reach_words.NOUN_PLACE.search(before)
            # "the village near Bakhmut fell" is not Bakhmut
            if noun and not self.places.between(trigger.start - len(noun.group()), trigger.start):
                named = self.places.last_settlement(trigger.start)
                return [replace(named, confidence=0.5 * named.confidence)] if named else []
            if trigger.takes == "subject":
                return self._among(trigger, clause)
            if trigger.takes == "place" and trigger.action == "struck":
                return []  # "two houses were destroyed", who knows where
            inside = self.places.last(max(clause.start, trigger.start - 200), trigger.start)
            if inside is None:
                return []
            gap = self.places.plain(self.words, clause.start, inside.start)
            whole = trigger.action in reach_words.WHOLE
            if whole and not lexicon()["ground"].within(gap):
                return []
            relation = inside.where.relation or ("part" if whole else None)
            return [replace(inside.where, relation=relation)]
        floor = self.words.start
        for other in self.acting:
            if other.end <= spot.start:
                floor = max(floor, other.end)
        spots = self.places.listed_back(spot, self.words, floor)
        singular = set(self.places.plain(self.words, spot.end, trigger.start)) & {
            "was",
            "is",
            "has",
        }
        return [s.where for s in ([spot] if singular else spots)]

    def _among(self, trigger: Trigger, clause: Span) -> list[Where]:
        """Return the places of "Twenty towns came under fire, among them Toretsk and Siversk"."""
        low, high = trigger.end, min(trigger.end + reach_words.FARTHEST, clause.end)
        named = reach_words.AMONG.search(self.places.text, low, high)
        first = self.places.first(named.end(), min(named.end() + 40, high)) if named else None
        if named is None or first is None or self.words.between(named.end(), first.start):
            return []
        return [s.where for s in self.places.listed(first, self.words, clause.end)]

    def _fronted(self, trigger: Trigger) -> list[Where]:
        """Return the places that a sentence opens with: "Near Kreminna, soldiers repelled"."""
        if not reach_words.FRONTED.match(
            self.places.text[self.words.start : self.words.start + 40]
        ):
            return []
        first = self.places.first(self.words.start, min(self.words.start + 80, trigger.start))
        if first is None or len(self.words.between(self.words.start, first.at)) > 6:
            return []
        if ":" in self.places.text[first.end : trigger.start]:
            return []  # "NEAR SIVERSK: Fighting went on" is a dateline
        spots = self.places.listed(first, self.words, trigger.start)
        relation: Relation | None = None
        if trigger.action in ("captured", "liberated", "held"):
            relation = "part"
        return [replace(s.where, relation=s.where.relation or relation) for s in spots]

    def _elsewhere(
        self, trigger: Trigger, clause: Span, actor: str | None, earlier: list[Claim],
        *, negated: bool,
    ) -> list[Where]:  # fmt: skip
        """Return the places of a word that names none itself."""
        if trigger.takes in ("place", "where", "expel", "shown") or trigger.form == "nouns_of":
            return self._fronted(trigger) if trigger.takes == "where" else []
        if trigger.action in reach_words.ONGOING and negated and earlier:
            last = earlier[-1]
            since = last.trigger.end if last.trigger else 0
            if not reach_words.HOWEVER & set(self.words.between(since, trigger.start)):
                return []
            if last.actor == actor or actor is None:
                same = [c for c in earlier if c.trigger == last.trigger]
                return [_again(c) for c in same]
        if trigger.takes == "attack" and not trigger.passive:
            attacks = [c for c in earlier if c.action in reach_words.ATTACKS and c.actor != actor]
            if attacks:
                return [_again(c) for c in attacks if c.trigger == attacks[-1].trigger]
            found = self.places.first(clause.start, trigger.start)
            if found is not None and not self._claimed(found, earlier):
                return [found.where]
        return self._fronted(trigger)

    @staticmethod
    def _claimed(spot: Spot, earlier: list[Claim]) -> bool:
        return any(c.place_start == spot.where.start for c in earlier)


def _leaves(trigger: Trigger) -> bool:
    """Say whether somebody leaves the place: "withdrew from Bakhmut"."""
    return trigger.action == "withdrawn" or trigger.takes == "expel"


def _again(claim: Claim) -> Where:
    """Return the place of an earlier claim."""
    return Where(
        claim.place or "", claim.lat, claim.lon, claim.region, claim.relation, claim.part,
        claim.place_start, max(claim.confidence, 0.1), claim.direction, claim.distance_km,
    )  # fmt: skip
