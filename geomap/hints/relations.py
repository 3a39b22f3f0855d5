"""The table of relations (`relations.toml`), loaded and checked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

from geomap.errors import TableError, UnknownRelationError
from geomap.geodesy import WINDS
from geomap.models import Relation
from geomap.tables import load_table

_LISTS = (
    "approximate", "at_most", "at_least", "plain", "near", "in_or_near", "toward", "front",
    "settlement_nouns", "region_nouns", "part_nouns", "part_adjectives", "owners",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Relations:
    """Words and figures of the relations; what each means is said in `relations.toml`."""

    directions: dict[str, str]
    numbers: dict[str, float]
    units: dict[str, float]
    words: dict[str, tuple[str, ...]]
    figures: dict[str, dict[str, float]]

    def figure(self, relation: str, name: str) -> float:
        """Return a figure of a relation.

        Raises
        ------
        UnknownRelationError
            The table has no such relation or figure.
        """
        try:
            return self.figures[relation][name]
        except KeyError:
            known = ", ".join(sorted(self.figures))
            raise UnknownRelationError(
                f"no figure {name!r} for relation {relation!r} (relations: {known})"
            ) from None


@cache
def relations() -> Relations:
    """Return the embedded table.

    Raises
    ------
    TableError
        A relation, list or figure is missing or of the wrong kind; the message names it.
    """
    return check(load_table("geomap.hints", "relations.toml"))


def check(table: dict[str, Any]) -> Relations:
    """Return a loaded table as a record, or say what is wrong with it.

    Raises
    ------
    TableError
        As `relations`.
    """
    where = "hints/relations.toml"
    words = table.get("words", {})
    for name in _LISTS:
        entries = words.get(name)
        if not entries or not all(isinstance(e, str) and e == e.lower() for e in entries):
            raise TableError(f"{where}: [words] {name} must be a list of lower-case words")
    directions = dict(words.get("directions", {}))
    if set(directions.values()) != set(WINDS):
        raise TableError(f"{where}: [words] directions must name all of {', '.join(WINDS)}")
    figures = {k: v for k, v in table.items() if k not in ("words", "units")}
    missing = set(get_args(Relation)) - figures.keys()
    if missing or figures.keys() - set(get_args(Relation)):
        raise TableError(f"{where}: relations must be exactly {', '.join(get_args(Relation))}")
    for group, numbers in (*figures.items(), ("units", table.get("units", {}))):
        for name, value in numbers.items():
            if not isinstance(value, int | float) or not value > 0:
                raise TableError(f"{where}: [{group}] {name} = {value!r} is not a positive number")
    return Relations(
        directions=directions,
        numbers={k: float(v) for k, v in words["numbers"].items()},
        units={k: float(v) for k, v in table["units"].items()},
        words={name: tuple(words[name]) for name in _LISTS},
        figures={g: {k: float(v) for k, v in n.items()} for g, n in figures.items()},
    )
