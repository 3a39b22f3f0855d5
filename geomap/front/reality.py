"""Whether something happened: negation, plans, failures, and how it is said."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geomap.front.actors import light_before
from geomap.front.attribution import source_kind
from geomap.front.patterns import lexicon, word_at
from geomap.front.triggers import accused

if TYPE_CHECKING:
    from geomap.front.attribution import Attribution
    from geomap.front.patterns import PartyWord, Words
    from geomap.front.triggers import Trigger
    from geomap.models import Modality

_ATTEMPTS = frozenset({"attacked", "counterattacked", "shelled", "struck", "repelled attack"})
_CONDITIONALS = frozenset({"would", "could", "might", "if", "may", "unless", "will", "should"})
_PURPOSE = frozenset(
    {
        "of",
        "at",
        "on",
        "for",
        "as",
        "to",
        "toward",
        "towards",
        "about",
        "says",
        "say",
        "said",
        "that",
        "",
    }
)
_UNTRUE = re.compile(
    r"\b(?:is|are|was|were|(?:turned|turns)\s+out(?:\s+to\s+be)?|proved(?:\s+to\s+be)?)\s+(?:\w+ly\s+)?(?:false|untrue|fake|not\s+true)\b",
    re.I,
)
_NONE = frozenset({"no", "neither", "none"})
_LINKING = frozenset(
    {"has", "have", "had", "was", "were", "been", "of", "the", "side", "yet", "ever"}
)
_HINDERED = ("prevent", "stop", "keep", "kept", "block", "deter", "hinder", "imped")
_FORCED = frozenset({"forced", "forcing", "compelled", "compelling"})
_HEARSAY = frozenset(
    {"claims", "claim", "reports", "rumors", "reported", "alleged", "purported", "claimed"}
)
_SURE: dict[str, float] = {"stated": 1.0, "confirmed": 1.0, "claimed": 0.8, "failed": 0.9}
_DOUBT = 0.6  # planned or denied
_HEDGED = 0.85
_UNCONFIRMED = 0.5


@dataclass(frozen=True, slots=True)
class Reality:
    """Whether it happened, how it is said, and how much surer or less sure that makes a claim."""

    negated: bool
    modality: Modality
    sureness: float


def reality(
    words: Words,
    trigger: Trigger,
    clause: int,
    previous: int,
    said: Attribution | None,
    parties: list[PartyWord],
) -> Reality:
    """Return whether what a word says happened.

    Parameters
    ----------
    words : Words
    trigger : Trigger
    clause : int
        Where its clause begins.
    previous : int
        Where the word that acts before it ends.
    said : Attribution, optional
        Who says so.
    parties : list of PartyWord
    """
    table = lexicon()
    start = trigger.start
    light = light_before(words, trigger, clause) if trigger.noun else None
    # "Kyiv did not confirm the loss" denies the confirming.
    spoken = said.first if said is not None and said.end <= said.first <= start else 0
    floor = max(clause, previous, spoken)
    near = words.before(start, 7 if trigger.noun else 5, floor)
    governing = near if light is None else words.before(light, 5, floor)
    near, governing = _without_months(near), _without_months(governing)
    if trigger.noun and light is None:
        near = near[-4:]  # "has not commented on the reported loss"
    negated = _negative(near[-3:] if trigger.noun and light is None else near) or (
        light is not None and _negative(governing)
    )
    negated = negated or (trigger.noun and "no" in near[-4:])
    negated = negated or (not trigger.noun and _of_nobody(words, trigger, floor, parties))
    if not negated and _hindered(words, trigger, clause):
        negated = True
    own = said.start if said is not None and said.end <= start else clause
    doubt = words.before(start, 30, own)
    modality: Modality
    sureness = 1.0
    denied = said is not None and said.verb in table.listed("denials") and not said.negated
    if _UNTRUE.search(words.text, trigger.end, min(words.end, trigger.end + 80)):
        return Reality(not negated, "denied", _DOUBT)
    for at, phrase in table["no_evidence"].find(doubt):
        # The "not" of "it is not true that" is that of the doubt, not of what is doubted.
        own_words = doubt[at + len(phrase) :][-5:]
        return Reality(not _negative(own_words), "denied", _DOUBT)
    if trigger.planned or _planned(words, trigger, light, near, governing, negated, clause):
        modality = "planned"
    elif denied:
        modality, negated = "denied", True
    elif said is None:
        modality = "stated"
    else:
        kind = source_kind(said, parties)
        confirms = said.verb in table.listed("confirmations") or kind == "footage"
        modality = "confirmed" if confirms and not said.negated else "claimed"
        if said.negated or table["unconfirmed"].within(doubt):
            modality, sureness = "claimed", _UNCONFIRMED
    if said is None and table["unconfirmed"].within(doubt):
        modality, sureness = "claimed", _UNCONFIRMED
    hearsay = trigger.noun and bool(_HEARSAY & set(near))
    hearsay = hearsay or _may_have(words, trigger, clause)
    if (hearsay or table["hedges"].within(near)) and modality in ("stated", "confirmed"):
        modality, sureness = "claimed", sureness * _HEDGED
    if _in_vain(words, trigger, near) and modality != "denied":
        # An attack that failed took place; a capture that failed did not.
        attempt = trigger.action in _ATTEMPTS
        modality = "failed"
        negated = negated if attempt else True
    return Reality(negated, modality, sureness * _SURE.get(modality, _DOUBT))


def _negative(row: list[str]) -> bool:
    """Say whether a negation stands in a row of words; "not only" is none."""
    negations = lexicon()["negations"]
    for at, phrase in negations.find(row):
        if phrase == ("not",) and row[at + 1 : at + 2] == ["only"]:
            continue
        return True
    return any(w.endswith("n't") for w in row)


def _without_months(row: list[str]) -> list[str]:
    """Return words without the month of May: "on 2 May"."""
    return [
        word
        for at, word in enumerate(row)
        if word != "may"
        or not any(w.isdigit() for w in (*row[max(0, at - 1) : at], *row[at + 1 : at + 2]))
    ]


def _of_nobody(words: Words, trigger: Trigger, floor: int, parties: list[PartyWord]) -> bool:
    """Say whether nobody does it, or to nothing: "No Russian soldiers entered", "took neither"."""
    after = words.after(trigger.end, 2)
    if after[:1] and after[0] in _NONE and after[1:] not in (["fewer"], ["less"], ["longer"]):
        return True
    low = words.index(max(floor, words.start))
    at = words.index(trigger.start)
    for back in range(at - 1, max(low - 1, at - 9), -1):
        word = words.words[back]
        if word in _NONE:
            return True
        offset = words.starts[back]
        known = (
            word in _LINKING or word.endswith("ly")
            or lexicon()["force_nouns"].within([word])
            or word_at(parties, offset) is not None
        )  # fmt: skip
        if not known:
            return False
    return False


def _hindered(words: Words, trigger: Trigger, clause: int) -> bool:
    """Say whether something was prevented: "stopped Russian forces from entering"."""
    before = words.before(trigger.start, 9, clause)
    able = trigger.form == "infinitive" and before[-4:] == ["from", "being", "able", "to"]
    return ((trigger.form == "progressive" and before[-1:] == ["from"]) or able) and any(
        w.startswith(_HINDERED) for w in before
    )


def _planned(
    words: Words,
    trigger: Trigger,
    light: int | None,
    near: list[str],
    governing: list[str],
    negated: bool,
    clause: int,
) -> bool:
    table = lexicon()
    if table["nearly"].within(near):
        return True
    if _may_have(words, trigger, clause):
        return False  # "may have lost positions": not known, but not to come
    if trigger.noun:
        if light is not None:
            last = governing[-4:]
            unreal = table["unreal"].within(last) and not table["real_to"].within(last)
            begun = near[-4:]
            return (unreal and not negated) or table["future"].within(
                [
                    w
                    for w in begun
                    if w in ("planned", "planning", "preparing", "prepare", "possible")
                ]
            )
        ahead = words.after(trigger.end, 6)
        return table["future"].within(near[-4:]) or bool({"would", "could", "might"} & set(ahead))
    last = near[-4:]
    unreal = table["unreal"].within(last) or any(w.endswith("'ll") for w in last)
    if trigger.form == "infinitive" and last[-1:] and not unreal:
        # "would allow them to bypass Avdiivka and ultimately take Tonenke"
        joined = [w for w in last if not w.endswith("ly") and w not in ("then", "also")][-1:]
        far = words.before(trigger.start, 14, clause)
        last = far if joined in (["and"], ["or"]) else last
        unreal = table["unreal"].within(last)
    forced = bool(_FORCED & set(words.before(trigger.start, 8, clause)))
    real = table["real_to"].within(words.before(trigger.start, 5, clause))
    unreal = unreal and not negated and not real and not forced
    # Only what governs the verb itself counts: "to capture", "would have captured".
    if unreal and (trigger.form == "infinitive" or any(w in _CONDITIONALS for w in last)):
        return True
    if any(w == "if" for w in words.before(trigger.start, 10, clause)):
        return True
    if trigger.form == "progressive" and not negated:
        direct = words.before(trigger.start, 1, clause)
        word = direct[0] if direct else ""
        if accused(words.before(trigger.start, 8, clause)):
            return False
        purpose = word in _PURPOSE or table["speech"].within(direct)
        ahead = words.after(trigger.end, 8)
        return purpose and (
            word in ("at", "on", "toward", "towards", "of", "about", "for", "as", "to")
            or any(w in _CONDITIONALS for w in ahead)
        )
    return False


def _may_have(words: Words, trigger: Trigger, clause: int) -> bool:
    """Say whether something may have happened: "may have lost", "may have made gains"."""
    before = words.before(trigger.start, 7 if trigger.noun else 2, clause)
    return lexicon()["may_have"].within(before)


def _in_vain(words: Words, trigger: Trigger, near: list[str]) -> bool:
    """Say whether "unsuccessfully" or the like stands beside a word that acts."""
    vain = lexicon()["in_vain"]
    if vain.within(near[-5:]) or vain.within(words.after(trigger.end, 3)):
        return True
    if trigger.noun:  # "Counterattacks near Kreminna were unsuccessful"
        later = words.after(trigger.end, 14)
        if any(row[0] in ("was", "were") for _, row in vain.find(later)):
            return True
    after = words.after(trigger.end, 30)
    for at, word in enumerate(after):
        if word == "and" and after[at + 1 : at + 3] in (["were", "repelled"], ["was", "repelled"]):
            return True
    if "but" in after:
        at = after.index("but")
        return (
            vain.within(after[at + 1 : at + 7])
            and not lexicon()["negations"].within(
                [w for w in after[at + 1 : at + 7] if w in ("failed",)]
            )
            and "to" not in after[at + 1 : at + 7]
        )
    return False
