"""Who acts: the party that is the subject of a verb, or to whom a noun belongs."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace
from typing import TYPE_CHECKING

from geomap.front.attribution import speaks_for
from geomap.front.patterns import lexicon

if TYPE_CHECKING:
    from geomap.front.attribution import Attribution
    from geomap.front.patterns import PartyWord, Words
    from geomap.front.theatre import Theatre
    from geomap.front.triggers import Trigger

_NEAREST = 40  # words for parties that are looked at for one verb
_PREPOSITIONS = frozenset(
    {
        "of", "by", "on", "against", "in", "from", "with", "into", "near", "to", "for",
        "targeting", "between", "across", "inside", "within", "outside", "toward", "towards",
        "at", "over", "via", "than", "around",
    }
)  # fmt: skip
_ENDS_A_SUBJECT = _PREPOSITIONS - {"of", "with", "from"}
_OWN = frozenset({"we", "our", "it", "its", "they", "their", "his", "us"})
_SELF = frozenset({"we", "our"})
_SENT = frozenset({"launched", "fired", "operated", "sent", "flown", "dropped", "manned", "led"})
_JOINS = ("and", "but", "that", "as", "while", "after", "when", "before", "because", "where")
_LOSS = frozenset({"lost", "withdrawn"})
# Whoever admits or denies a capture speaks of the other's; whoever claims one speaks of its own.
_OWN_DEEDS = frozenset({"captured", "liberated", "advanced", "encircled", "attacked", "held"})

_COUNTS = frozenset({"two", "three", "four", "five", "several", "many"})  # "two of Kyiv's brigades"


class Actors:
    """Finds who acts in one sentence."""

    def __init__(
        self, words: Words, parties: list[PartyWord], acting: list[Trigger], theatre: Theatre
    ) -> None:
        self.words = words
        self.parties = parties
        self.theatre = theatre
        self._acting = acting
        self._starts = [p.start for p in parties]
        self._ends = [t.end for t in acting if not t.noun and not t.passive]

    def of(
        self, trigger: Trigger, clause: int, clause_end: int, said: Attribution | None
    ) -> str | None:
        """Return the party that acts, or None.

        Parameters
        ----------
        trigger : Trigger
        clause, clause_end : int
            The clause that it stands in.
        said : Attribution, optional
            Who says so.
        """
        if trigger.action == "contested":
            return None
        if trigger.planned:  # "Russian objective: capture ..."
            own = self._within(self.words.start, trigger.start)
            return own[0].party.name if own else None
        if trigger.noun:
            return self._of_noun(trigger, clause, clause_end, said)
        if trigger.takes == "shown":
            shown = self._within(trigger.end, trigger.end + 60)
            return shown[0].party.name if shown and shown[0].kind != "official" else None
        if trigger.takes == "subject":
            return self._to_whom(trigger, clause_end)
        if trigger.passive and trigger.takes == "expel":
            agent = self._agent(trigger.end, clause_end)
            other = self.theatre.opponent(self._subject(trigger, clause, said))
            return agent or (other.name if other else None)
        if trigger.passive:
            return self._agent(trigger.end, clause_end)
        subject = self._subject(trigger, clause, said)
        having = self.words.before(trigger.start, 1) == ["having"]
        if subject is None and (trigger.form == "progressive" or having):
            subject = self._following_subject(trigger)
        if subject is None:
            subject = self._speaker(trigger.start, said)
        facing = self._facing(trigger)
        if facing is not None and self.theatre.side(subject) != self.theatre.side(facing):
            return facing  # nobody fires on its own positions
        return subject

    def _within(self, start: int, end: int) -> list[PartyWord]:
        low, high = bisect_left(self._starts, start), bisect_left(self._starts, end)
        return [p for p in self.parties[max(low, high - _NEAREST) : high] if p.end <= end]

    def _subject(self, trigger: Trigger, clause: int, said: Attribution | None) -> str | None:
        for low in (clause, self.words.start):
            for word in reversed(self._within(low, trigger.start)):
                if said and said.end <= trigger.start and said.start <= word.start < said.end:
                    continue
                if self._is_subject(word, trigger):
                    return None if self._both(word) else word.party.name
            if low == clause and self._pronoun(clause, trigger.start) and said is not None:
                own = speaks_for(said, self.parties)
                if own is not None and said.end <= trigger.start:
                    return own.party.name
        return None

    def _following_subject(self, trigger: Trigger) -> str | None:
        """Return who acts in what follows: "After capturing Lyman, Russian forces advanced"."""
        before = self.words.before(trigger.start, 1)
        if before and before[0] not in (
            "after",
            "before",
            "by",
            "while",
            "since",
            "upon",
            "despite",
            "without",
            "having",
            "when",
        ):
            return None
        comma = self.words.text.find(",", trigger.end, self.words.end)
        after = self._within(comma, comma + 60)[:1] if comma > 0 else []
        if not after or self.words.between(comma, after[0].start) not in ([], ["the"]):
            return None
        return after[0].party.name if after[0].kind != "official" else None

    def _both(self, word: PartyWord) -> bool:
        """Say whether both sides act: "Russian and Ukrainian forces intensified strikes"."""
        at = bisect_left(self._starts, word.start) - 1
        if at < 0:
            return False
        other = self.parties[at]
        between = self.words.between(other.end, word.start)
        return other.party.side != word.party.side and between in (
            ["and"],
            ["or"],
            ["nor"],
            ["and", "the"],
        )

    def _pronoun(self, clause: int, start: int) -> bool:
        own = ("it", "we", "they", "its", "our", "their")
        return any(w in own for w in self.words.before(start, 5, clause))

    def _is_subject(self, word: PartyWord, trigger: Trigger) -> bool:
        """Say whether a word for a party can be the subject of a verb after it."""
        if word.kind == "official":
            return False
        text, row = self.words.text, self.words
        if ":" in text[word.end : trigger.start]:
            return False  # a dateline
        at = row.index(word.start)
        before = [w for w in row.words[max(0, at - 4) : at] if w not in ("the", "a", "an", "both")]
        sent = before[-1:] == ["by"] and bool(_SENT & set(before[-2:-1]))
        if before and before[-1] in _PREPOSITIONS:
            unit = before[-1] == "of" and (
                lexicon()["units_of"].within(before[:-1]) or bool(_COUNTS & set(before[-2:-1]))
            )
            # "drones launched by Russia hit a depot"
            unit = unit or sent
            bracket = text[word.start - 1 : word.start] in ("(", "[")
            # "attempts by Russian forces to storm Avdiivka"
            purpose = trigger.form == "infinitive" and before[-1] in ("by", "of", "for")
            purpose = purpose and self.words.before(trigger.start, 1) == ["to"]
            if not unit and not bracket and not purpose:
                return False
        if self._is_object(word, trigger):
            return False
        if word.kind != "adjective":
            return True
        if sent and self._institution(word):
            return True
        following = self._following(word, trigger.start)
        table = lexicon()
        # "denied Russian claims to have captured": they who claim are the actor.
        return any(table[name].within(following) for name in ("force_nouns", "claimings"))

    def _institution(self, word: PartyWord) -> bool:
        """Say whether a service of the same party is named next: "Ukraine's SBU"."""
        at = bisect_left(self._starts, word.end)
        after = self.parties[at] if at < len(self.parties) else None
        return (
            after is not None
            and after.party == word.party
            and not self.words.between(word.end, after.start)
        )

    def _following(self, word: PartyWord, end: int) -> list[str]:
        """Return the words of the noun that an adjective goes with."""
        later = bisect_left(self._starts, word.end)
        stop = min(self._starts[later], end) if later < len(self._starts) else end
        found: list[str] = []
        for following in self.words.between(word.end, stop)[:12]:
            if following in _ENDS_A_SUBJECT:
                break
            found.append(following)
        return found

    def _is_object(self, word: PartyWord, trigger: Trigger) -> bool:
        """Say whether another verb acts on a party: "struck Russian forces and advanced"."""
        at = bisect_left(self._ends, word.start + 1) - 1
        if at < 0:
            return False
        between = self.words.between(self._ends[at], word.start)
        if len(between) > 3 or any(w in _JOINS for w in between):
            return False
        # "striking Russian forces advancing on Lyman": they who advance are those struck.
        directly = len(self.words.between(word.end, trigger.start)) <= 6
        return (
            not (trigger.form == "progressive" and directly)
            and "," not in self.words.text[self._ends[at] : word.start]
        )

    def _agent(self, start: int, end: int) -> str | None:
        """Return the party after "by"."""
        row = self.words
        for at in range(row.index(start), min(row.index(end), row.index(start) + 25)):
            if row.words[at] == "by" and not (row.words[at + 1 : at + 2] or ["ing"])[0].endswith(
                "ing"
            ):  # fmt: skip
                after = [p for p in self._within(row.ends[at], min(row.ends[at] + 60, row.end))
                         if p.kind != "official"]  # fmt: skip
                return after[0].party.name if after else None
        return None

    def _to_whom(self, trigger: Trigger, end: int) -> str | None:
        """Return the party to which a place fell."""
        after = self._within(trigger.end, min(trigger.end + 60, end))
        first = self.words.after(trigger.end, 1)
        if trigger.action != "captured":  # "came under Russian fire", "under fire from"
            own = self._within(trigger.start, trigger.end)
            own = own or (after if first in (["from"], ["by"]) else [])
            return own[0].party.name if own else None
        if trigger.action == "captured" and after and first and first[0] in ("to", "into", "under"):
            return after[0].party.name
        return None

    def _speaker(self, start: int, said: Attribution | None) -> str | None:
        """Return the party of the speaker, when its words are of itself."""
        if said is None:
            return None
        own = speaks_for(said, self.parties)
        if own is None:
            return None
        if said.end > start:  # "“We hold Bakhmut,” a commander said"
            return own.party.name if _SELF & set(self.words.before(start, 12)) else None
        between = self.words.between(said.end, start)
        if lexicon()["force_nouns"].within(between) and not _OWN & set(between):
            return None
        if len(between) <= 4 or _OWN & set(between[:8]):
            return own.party.name
        return None

    def _facing(self, trigger: Trigger) -> str | None:
        """Return who acts on the forces of a party: the other side.

        "Operators of the 71st Regiment are striking Ukrainian positions" are Russia's.
        """
        if trigger.action not in ("struck", "attacked", "shelled", "encircled"):
            return None
        nearest = self._within(trigger.end, trigger.end + 60)[:1]
        led = self.words.between(trigger.end, nearest[0].start) if nearest else []
        led = [w for w in led if w not in ("on", "against", "the", "at")]
        if not nearest or led or (trigger.noun and nearest[0].start - trigger.end < 2):
            return None
        following = self.words.after(nearest[0].end, 5)
        if nearest[0].kind != "adjective" or not lexicon()["opposed"].within(following):
            return None
        other = self.theatre.opponent(nearest[0].party.name)
        return other.name if other else None

    def _of_noun(
        self, trigger: Trigger, clause: int, clause_end: int, said: Attribution | None
    ) -> str | None:
        """Return whose attack, advance or capture it is."""
        table = lexicon()
        for word in reversed(self._within(max(clause, trigger.start - 80), trigger.start)):
            between = self.words.between(word.end, trigger.start)
            if word.kind == "official" or len(between) > 5:
                break
            if any(w in _PREPOSITIONS or w in ("and", "that") for w in between):
                break
            # "Ukrainian drone attacks" are Ukraine's; "Russian forces continued attacks" differs.
            acting = [w for w in between if w.endswith("s") or w in ("army", "military")]
            if not table["force_nouns"].within(acting):
                return word.party.name
            break
        by = self._agent(trigger.end, min(clause_end, trigger.end + 120))
        if by is not None:
            return by
        start = light_before(self.words, trigger, self.words.start)
        facing = self._facing(trigger)
        if start is None and facing is not None:
            return facing
        if start is None:
            start = self._announced(trigger, said)
            if start is not None and said is not None:
                own = speaks_for(said, self.parties)
                return own.party.name if own else None
            return None
        subject = self._subject(_moved(trigger, start), clause, said)
        return subject or self._speaker(start, said) or facing

    def _announced(self, trigger: Trigger, said: Attribution | None) -> int | None:
        """Return where a speaker claims its own deed: "Moscow announced the capture of"."""
        if said is None or len(self.words.between(said.end, trigger.start)) > 6:
            return None
        admits = said.verb in ("confirmed", "acknowledged", "denied", "rejected", "admitted")
        own = trigger.action in (_LOSS if admits else _OWN_DEEDS | _LOSS)
        return trigger.start if own else None


def light_before(words: Words, trigger: Trigger, clause: int) -> int | None:
    """Return where the verb begins that a noun depends on: "conducted limited attacks"."""
    at = words.index(trigger.start)
    table = lexicon()
    for back in range(1, 11):
        if at - back < 0 or words.starts[at - back] < clause:
            return None
        word = words.words[at - back]
        if table["light"].all_of([word]):
            earlier = at - back - 1
            while earlier >= 0 and table["light"].all_of([words.words[earlier]]):
                earlier -= 1
            return words.starts[earlier + 1]
        least = word == "at" and words.words[at - back + 1] == "least"
        if (word in _PREPOSITIONS - {"of"} and not least) or re.search(
            r"[;:]", words.text[words.ends[at - back] : trigger.start]
        ):
            return None
    return None


def _moved(trigger: Trigger, start: int) -> Trigger:
    return replace(trigger, start=start, form="past")
