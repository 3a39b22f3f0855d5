"""Which words of a sentence act: the verbs and nouns of the table, read in their places."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from geomap.front.patterns import lexicon, phrases, word_at

if TYPE_CHECKING:
    from geomap.front.patterns import PartyWord, Words
    from geomap.front.vocabulary import Verb

_BE = frozenset({"was", "were", "been", "being", "is", "are", "be", "get", "got"})
_DETERMINERS = frozenset(
    {
        "a", "an", "the", "this", "that", "its", "their", "his", "of", "by", "in", "for", "from",
        "with", "new", "recent", "heavy", "intensified", "any", "these", "those", "on", "near",
        "previously", "newly", "all", "other", "some",
    }
)  # fmt: skip
_BASE = frozenset(
    {
        "to", "not", "will", "would", "could", "can", "may", "might", "should", "did", "do",
        "does", "must", "and", "they", "we", "i", "cannot", "or", "shall", "you", "help", "helped",
    }
)  # fmt: skip
_SUBJECTS = frozenset(
    {
        "they", "it", "we", "he", "have", "has", "had", "was", "were", "been", "also", "i", "who",
        "which", "that", "be", "is", "are", "now", "then", "already", "since", "once", "not",
        "again", "never", "and", "but", "nor", "neither", "later", "both", "just", "recently",
    }
)  # fmt: skip
_LEAVERS = frozenset(
    {
        "forces", "troops", "soldiers", "fighters", "units", "army", "military", "they", "have",
        "has", "had", "defenders", "servicemen",
    }
)  # fmt: skip
_STRANDED = frozenset({"exposed", "isolated", "vulnerable", "without", "undefended", "stranded"})
_LINKS = frozenset({"still", "now", "also", "no", "longer", "both", "then", "even", "not", "yet"})
_HEADING = re.compile(r"\b(?:objective|effort|goal|aim)s?\b[^.:–—]{0,60}[:–—]\s*", re.I)
_PLANNED = re.compile(r"(?:[:–—(,]|\b(?:and|or|possibly|eventually))\s*$", re.I)


@dataclass(frozen=True, slots=True)
class Trigger:
    """A word that says an action, and how it stands there.

    `form` is that of `vocabulary.FORMS` or `vocabulary.NOUNS`; `consumed` is where the attack
    stands that is repelled; `planned` is set for the objectives of a heading.
    """

    start: int
    end: int
    action: str
    form: str
    takes: str
    passive: bool = False
    consumed: int | None = None
    planned: bool = False

    @property
    def noun(self) -> bool:
        """Whether it is a noun."""
        return self.form.startswith("nouns")


def triggers(words: Words, parties: list[PartyWord]) -> list[Trigger]:
    """Return the words of a sentence that act, in order."""
    heading = _HEADING.search(words.text, words.start, words.end)
    plan_from = heading.end() if heading else None
    found: list[Trigger] = []
    for index, phrase in lexicon().triggers.find(words.words):
        readings = lexicon().verbs[" ".join(phrase)]
        trigger = _acting(words, index, len(phrase), readings, parties, plan_from)
        if trigger is not None:
            found.append(trigger)
    consumed = {t.consumed for t in found if t.consumed is not None}
    # "Attempts to storm Lyman were repelled": the storming is what is repelled.
    return [
        t
        for t in found
        if not any(t.start <= at < t.end for at in consumed)
        and not (t.form == "infinitive" and any(_meant(words, at, t.start) for at in consumed))
    ]


def _meant(words: Words, attempt: int, start: int) -> bool:
    """Say whether a word only tells what was tried: "repelled an attempt to storm Lyman"."""
    between = words.between(attempt, start)
    return 1 < len(between) < 8 and between[-1] == "to"


def _acting(
    words: Words,
    index: int,
    count: int,
    readings: tuple[Verb, ...],
    parties: list[PartyWord],
    plan_from: int | None,
) -> Trigger | None:
    """Return how a word acts, or None for one that does not ("the captured town")."""
    start, end = words.starts[index], words.ends[index + count - 1]
    readings = tuple(v for v in readings if not v.needs or _needed(words, index + count, v.needs))
    expels = any(v.takes == "expel" for v in readings) and _out(words, index, index + count)
    readings = tuple(v for v in readings if (v.takes == "expel") == expels)
    if not readings:
        return None
    if words.text[start].isupper() and words.words[index] == "fall" and index:
        return None  # the season
    verb, passive = _as_verb(words, index, index + count, readings, parties)
    planned = False
    if plan_from is not None and start >= plan_from:
        base = next((v for v in readings if v.form == "infinitive"), None)
        planned = base is not None and (
            start == plan_from
            or _PLANNED.search(words.text[max(0, start - 20) : start]) is not None
        )
        verb = base if planned else verb
    if verb is None:
        return _as_noun(words, index, index + count, readings)
    if verb.takes == "shown":  # who is shown follows, in the words of who shows it
        return Trigger(end, end, verb.action, verb.form, verb.takes)
    consumed = None
    if verb.takes == "attack":
        consumed = _repelled(words, index, index + count, passive)
        if consumed is None:
            return None
    return Trigger(start, end, verb.action, verb.form, verb.takes, passive, consumed, planned)


def _as_verb(
    words: Words, index: int, after: int, readings: tuple[Verb, ...], parties: list[PartyWord]
) -> tuple[Verb | None, bool]:
    """Return the reading of a word as a verb that acts, and whether it is passive."""
    forms = {v.form: v for v in readings}
    row = words.words
    if row[after : after + 1] == ["off"]:
        return None, False  # "hold off", "strike off"
    at = index - 1
    while at >= 0 and (row[at].endswith("ly") or row[at] in _LINKS) and index - at < 4:
        at -= 1
    before = row[at] if at >= 0 else ""
    following = row[after] if after < len(row) else ""
    participle = forms.get("participle")
    be = before in _BE and "participle" in forms
    if be and participle is not None:
        return participle, participle.takes not in ("subject", "where") or following == "by"
    if "participle" in forms and not be and forms["participle"].takes == "shown":
        return forms["participle"], False
    if "past" in forms or participle is not None:
        return _as_past(words, index, at, following, forms, parties)
    if "progressive" in forms:  # "the shelling of Bakhmut" is a noun
        noun = following == "of" or before in ("the", "this", "of", "heavy", "fierce", "and", "")
        owned = _party_ends(words, index, parties, ("adjective",))
        noun = noun and not accused(row[max(0, index - 8) : index])
        noun = (noun or owned) and any(v.form.startswith("nouns") for v in readings)
        if noun or following == "of":
            return None, False
        return forms["progressive"], False
    if "infinitive" in forms and (_base_before(words, at) or _in_series(words, index)):
        return forms["infinitive"], False
    if "infinitive" in forms and forms["infinitive"].action == "present" and (
        lexicon()["units_of"].within(row[max(0, at - 8) : at + 1])
        or lexicon()["footage"].within(row[max(0, at - 2) : at + 1])
    ):  # fmt: skip
        return forms["infinitive"], False  # "Operators of the Rubikon centre operate near"
    if "infinitive" in forms and _plural_before(words, at + 1, parties):
        return forms["infinitive"], False
    # "drone strikes", "missile attacks" are nouns.
    attributive = index > 0 and lexicon()["weapons"].within([row[index - 1]])
    attributive = attributive and not row[index - 1].endswith("s")
    if "present" in forms and forms["present"].takes == "shown":
        return forms["present"], False
    if "present" in forms and not attributive and _subject_before(words, index, parties):
        return forms["present"], False
    return None, False


def _as_past(
    words: Words,
    index: int,
    at: int,
    following: str,
    forms: dict[str, Verb],
    parties: list[PartyWord],
) -> tuple[Verb | None, bool]:
    """Return a past form that acts, and whether it is passive without a "was".

    `at` is the word before it and its adverbs. "The captured town" is an adjective, "the town
    captured by Russian forces" is passive.
    """
    participle = forms.get("participle")
    verb = forms.get("past") or participle
    row = words.words
    before = row[at] if at >= 0 else ""
    direct = row[index - 1] if index else ""
    if verb is None or direct in _DETERMINERS or (before in _DETERMINERS and at < index - 1):
        return None, False
    if "infinitive" in forms and not (
        _subject_before(words, index, parties) or _base_before(words, at)
    ):
        return None, False
    if row[index] == "left" and (
        before not in _LEAVERS or _STRANDED & set(row[index + 1 : index + 9])
    ):
        return None, False  # "the strike left Kherson without power"
    if participle is None or participle.takes == "subject":
        return (verb, False) if index else (None, False)
    passive = following == "by"
    if participle.action == "encircled":  # "troops encircled in Mariupol"
        passive = passive or following in ("in", "at", "near", "inside")
    if index == 0 and not passive:
        return None, False
    return (participle if passive else verb), passive


def _as_noun(words: Words, index: int, after: int, readings: tuple[Verb, ...]) -> Trigger | None:
    noun = next((v for v in readings if v.form.startswith("nouns")), None)
    if noun is None:
        return None
    row = words.words
    before = row[index - 1] if index else ""
    following = row[after] if after < len(row) else ""
    if before and lexicon()["peaceful"].all_of([before]):
        return None  # "miners' strikes"
    held = [v for w in row[max(0, index - 3) : index] for v in lexicon().verbs.get(w, ())]
    if noun.action == "advanced" and any(v.action == "lost" for v in held):
        return None  # "lost its foothold"
    if noun.form == "nouns_at" and following and lexicon()["force_nouns"].within([following]):
        return None  # "combat vehicles", "assault groups"
    if before in ("and", "or") and after - index > 1:  # "ground and artillery strikes"
        plain = lexicon().verbs.get(row[after - 1], ())
        noun = next((v for v in plain if v.form.startswith("nouns")), noun)
    if noun.form == "nouns_of":
        owned = before.endswith("'s")
        if following not in ("of", "over") and not owned:
            return None
        # "fire control over a road", "the fight for control of Bakhmut" hold nothing.
        if noun.action == "held" and before in ("fire", "for", "and", "over", "remote", "contest"):
            return None
    return Trigger(words.starts[index], words.ends[after - 1], noun.action, noun.form, noun.takes)


def _base_before(words: Words, at: int) -> bool:
    before = words.words[at] if at >= 0 else ""
    return before in _BASE or before.endswith("n't") or before == "ll"


def _in_series(words: Words, index: int) -> bool:
    """Say whether a verb goes on after a semicolon: "counterattacked near A; hold B"."""
    return bool(index) and words.text[words.ends[index - 1] : words.starts[index]].strip() == ";"


def accused(before: list[str]) -> bool:
    """Say whether somebody is accused of what follows: "accused Ukraine of shelling"."""
    return before[-1:] == ["of"] and any(w.startswith(("accus", "blam")) for w in before)


def _needed(words: Words, after: int, needs: tuple[str, ...]) -> bool:
    """Say whether one of the words that a verb needs follows, before the next word that acts."""
    row = words.words[after : after + 10]
    acting = next(lexicon().triggers.find(row), None)
    if acting is None:
        return phrases(needs).within(row)
    at, phrase = acting  # "bombs" may itself be a verb
    return phrases(needs).within(row[:at]) or " ".join(phrase) in needs


def _plural_before(words: Words, index: int, parties: list[PartyWord]) -> bool:
    """Say whether the word before is a plural that can act: "Russian forces attack"."""
    before = words.words[index - 1] if index else ""
    return (before.endswith("s") and lexicon()["force_nouns"].within([before])) or (
        before in ("troops", "infantry") or _party_ends(words, index, parties, ("name", "force"))
    )


def _subject_before(words: Words, index: int, parties: list[PartyWord]) -> bool:
    """Say whether the words before a verb end in what can be its subject."""
    before = words.words[index - 1] if index else ""
    if before in _SUBJECTS or before.endswith("ly") or lexicon()["force_nouns"].within([before]):
        return True
    return _party_ends(words, index, parties, ("name", "force"))


def _party_ends(words: Words, index: int, parties: list[PartyWord], kinds: tuple[str, ...]) -> bool:
    """Say whether the word before one ends a word for a party of some kinds."""
    if not index:
        return False
    end = words.ends[index - 1]
    party = word_at(parties, end - 1)
    return party is not None and party.end == end and party.kind in kinds


def _repelled(words: Words, index: int, after: int, passive: bool) -> int | None:
    """Return where the attack stands that is repelled."""
    nouns = lexicon()["attack_nouns"]
    low, high = (
        (max(0, index - 14), index) if passive else (after, min(after + 9, len(words.words)))
    )
    row = words.words[low:high]
    hits = [low + at for at, _ in nouns.find(row)]
    if not hits:
        return None
    at = hits[-1] if passive else hits[0]
    # "offensive operations" is one noun of the table: what is consumed is where that begins.
    if at and words.words[at] == "operations" and words.words[at - 1] == "offensive":
        at -= 1
    return words.starts[at]


def _out(words: Words, index: int, after: int) -> bool:
    """Say whether somebody is expelled from somewhere: "drove Russian forces out of Izium"."""
    row = words.words[after : after + 10]
    out = any(pair == ("out", "of") for pair in pairwise(row))
    # "pushed back from the border", "forced to withdraw from" tell of no place that is taken.
    loosely = words.words[index].startswith(("push", "forc"))
    return out or ("from" in row and not loosely)
