"""The tables of the front room: parties and actions, loaded and checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from geomap.errors import TableError
from geomap.tables import load_table

_LISTS = frozenset(
    {
        "attack_nouns", "negations", "unreal", "real_to", "in_vain", "speech", "denials",
        "confirmations", "claimings", "footage", "analysts", "bloggers", "officials",
        "force_nouns",
    }
)  # fmt: skip
_PARTY_LISTS = ("names", "adjectives", "forces")
FORMS = ("infinitive", "present", "past", "participle", "progressive")


@dataclass(frozen=True, slots=True)
class Party:
    """One side of the war and the words for it (lower case)."""

    name: str
    side: str
    colour: str
    names: tuple[str, ...]
    adjectives: tuple[str, ...]
    forces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb form that says an action; `form` is one of `FORMS`."""

    action: str
    form: str
    takes: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Parties, verb forms (lower case) and the other words of claims."""

    parties: tuple[Party, ...]
    verbs: dict[str, tuple[Verb, ...]]
    words: dict[str, tuple[str, ...]]


def _lower(word: object) -> bool:
    """Say whether something is a word in lower case."""
    return isinstance(word, str) and bool(word.strip()) and word == word.lower()


def check_parties(table: dict[str, Any]) -> tuple[Party, ...]:
    """Return the parties of a table.

    Raises
    ------
    TableError
        A party lacks a key, has a colour that is not #rrggbb, or shares a word with another.
    """
    where = "front/parties.toml"
    parties: list[Party] = []
    owner: dict[str, str] = {}
    for name, row in table.items():
        if not isinstance(row, dict):
            raise TableError(f"{where}: [{name}] is not a table")
        missing = {"side", "colour", *_PARTY_LISTS} - row.keys()
        if missing:
            raise TableError(f"{where}: [{name}] lacks {', '.join(sorted(missing))}")
        if not re.fullmatch(r"#[0-9a-f]{6}", str(row["colour"])):
            raise TableError(f"{where}: [{name}] colour {row['colour']!r} is not like #2166ac")
        for key in _PARTY_LISTS:
            for word in row[key]:
                if not _lower(word):
                    raise TableError(f"{where}: [{name}] {key}: {word!r} is not in lower case")
                if owner.setdefault(word, name) != name:
                    raise TableError(f"{where}: {word!r} belongs to {owner[word]} and to {name}")
        lists = {key: tuple(row[key]) for key in _PARTY_LISTS}
        parties.append(Party(name, row["side"], row["colour"], **lists))
    return tuple(parties)


def check_actions(
    table: dict[str, Any],
) -> tuple[dict[str, tuple[Verb, ...]], dict[str, tuple[str, ...]]]:
    """Return the verb forms and the word lists of a table of actions.

    Raises
    ------
    TableError
        A verb has not five forms, a list is missing, or `takes` is unknown.
    """
    where = "front/actions.toml"
    words = table.get("words", {})
    if set(words) != _LISTS:
        raise TableError(f"{where}: [words] must have exactly {', '.join(sorted(_LISTS))}")
    for name, entries in words.items():
        wrong = [e for e in entries if not _lower(e)]
        if wrong or not entries:
            told = f"{wrong[0]!r} is not in lower case" if wrong else "is empty"
            raise TableError(f"{where}: [words] {name}: {told}")
    verbs: dict[str, list[Verb]] = {}
    for action, row in table.items():
        if action == "words":
            continue
        if not isinstance(row, dict):
            raise TableError(f"{where}: [{action}] is not a table")
        if row.get("takes") not in ("object", "place", "attack"):
            raise TableError(f"{where}: [{action}] takes must be 'object', 'place' or 'attack'")
        for forms in row.get("verbs") or [[]]:
            if len(forms) != len(FORMS) or not all(_lower(w) for w in forms):
                raise TableError(f"{where}: [{action}] {forms!r} must be five forms in lower case")
            for form, word in zip(FORMS, forms, strict=True):
                verb = Verb(row.get("action", action), form, row["takes"])
                if verb not in verbs.setdefault(word, []):
                    verbs[word].append(verb)
    return (
        {w: tuple(v) for w, v in verbs.items()},
        {name: tuple(entries) for name, entries in words.items()},
    )


@cache
def vocabulary() -> Vocabulary:
    """Return the embedded tables.

    Raises
    ------
    TableError
        A table is not valid.
    """
    verbs, words = check_actions(load_table("geomap.front", "actions.toml"))
    return Vocabulary(check_parties(load_table("geomap.front", "parties.toml")), verbs, words)
