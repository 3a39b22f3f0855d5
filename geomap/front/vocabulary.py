"""The table of actions: the verbs and nouns that claim, and the words that go with them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from geomap.errors import TableError
from geomap.tables import load_table

if TYPE_CHECKING:
    from collections.abc import Iterator

_LISTS = frozenset(
    {
        "attack_nouns", "negations", "no_nouns", "in_vain", "unreal", "real_to", "future", "hedges",
        "speech", "speech_participles", "denials", "confirmations", "claimings", "no_evidence",
        "unconfirmed", "footage", "analysts", "bloggers", "officials", "other_speakers",
        "force_nouns", "units_of", "weapons", "ground", "opposed", "plans", "glue", "lead",
        "noun_lead", "contested_words", "light", "month_names", "nearly", "harm",
        "may_have", "offices", "peaceful", "feigned", "heads", "gunnery", "bargains", "civil",
    }
)  # fmt: skip
FORMS = ("infinitive", "present", "past", "participle", "progressive")
NOUNS = ("nouns_of", "nouns_at")
TAKES = ("object", "place", "attack", "subject", "where", "expel", "shown")


@dataclass(frozen=True, slots=True)
class Verb:
    """A word that says an action: a verb in one of `FORMS`, or a noun of one of `NOUNS`.

    With `needs`, it does so only with one of these words soon after it.
    """

    action: str
    form: str
    takes: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What says an action (by its words in lower case), and the other words of claims."""

    verbs: dict[str, tuple[Verb, ...]]
    words: dict[str, tuple[str, ...]]

    @property
    def actions(self) -> frozenset[str]:
        """All actions of the table."""
        return frozenset(v.action for verbs in self.verbs.values() for v in verbs)


def check_actions(
    table: dict[str, Any],
) -> tuple[dict[str, tuple[Verb, ...]], dict[str, tuple[str, ...]]]:
    """Return the words that say actions and the word lists of a table of actions.

    Raises
    ------
    TableError
        A verb has not five forms, a list is missing, a noun is no word, or `takes` is unknown.
    """
    where = "front/actions.toml"
    words = _check_lists(table.get("words", {}), where)
    found: dict[str, list[Verb]] = {}
    for action, row in table.items():
        if action == "words":
            continue
        if not isinstance(row, dict):
            raise TableError(f"{where}: [{action}] is not a table")
        if row.get("takes") not in TAKES:
            raise TableError(f"{where}: [{action}] takes must be {_either(TAKES)}")
        needs = tuple(row.get("needs", ()))
        if not all(_lower(w) for w in needs):
            raise TableError(f"{where}: [{action}] needs must be words in lower case")
        for word, form in _forms(action, row, where):
            verb = Verb(row.get("action", action), form, row["takes"], needs)
            if verb not in found.setdefault(word, []):
                found[word].append(verb)
    return {w: tuple(v) for w, v in found.items()}, words


def _check_lists(lists: dict[str, Any], where: str) -> dict[str, tuple[str, ...]]:
    """Return the word lists of a table of actions."""
    if set(lists) != _LISTS:
        raise TableError(f"{where}: [words] must have exactly {', '.join(sorted(_LISTS))}")
    for name, entries in lists.items():
        wrong = [e for e in entries if not _lower(e)]
        if wrong or not entries:
            told = f"{wrong[0]!r} is not in lower case" if wrong else "is empty"
            raise TableError(f"{where}: [words] {name}: {told}")
    return {name: tuple(entries) for name, entries in lists.items()}


def _forms(action: str, row: dict[str, Any], where: str) -> Iterator[tuple[str, str]]:
    """Yield each word of an action with its form."""
    for forms in row.get("verbs") or [[]]:
        if len(forms) != len(FORMS) or not all(_lower(w) for w in forms):
            raise TableError(f"{where}: [{action}] {forms!r} must be five forms in lower case")
        yield from zip(forms, FORMS, strict=True)
    for kind in NOUNS:
        for word in row.get(kind, ()):
            if not _lower(word):
                raise TableError(f"{where}: [{action}] {kind}: {word!r} is not in lower case")
            yield word, kind


def _lower(word: object) -> bool:
    """Say whether something is a word in lower case."""
    return isinstance(word, str) and bool(word.strip()) and word == word.lower()


def _either(words: tuple[str, ...]) -> str:
    return ", ".join(repr(w) for w in words[:-1]) + f" or {words[-1]!r}"


@cache
def vocabulary() -> Vocabulary:
    """Return the embedded table of actions.

    Raises
    ------
    TableError
        The table is not valid.
    """
    return Vocabulary(*check_actions(load_table("geomap.front", "actions.toml")))
