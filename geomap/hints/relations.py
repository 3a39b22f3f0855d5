"""The table of relations (`relations.toml`), loaded and checked."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

from geomap.errors import TableError, UnknownRelationError
from geomap.geodesy import WINDS
from geomap.models import Measure, Relation
from geomap.tables import load_table

_LISTS = (
    "approximate", "at_most", "at_least", "plain", "vague", "prepositions", "near",
    "in_or_near", "toward", "axis_nouns", "area_nouns", "not_area", "front", "front_adjectives",
    "behind", "settlement_nouns", "lead_nouns", "lead_stops", "place_adjectives", "determiners",
    "centres", "region_nouns", "part_nouns", "outskirts_nouns", "centre_nouns",
    "part_adjectives", "owners", "inside", "roads", "named_roads", "loose_roads", "river_nouns",
    "bank_sides", "bank_nouns", "opposite", "across", "border_nouns", "border_adjectives",
    "border_at", "by_road", "by_air", "drive", "walk", "travel", "locating", "not_located",
    "event_verbs", "kinds_of_place", "pronouns", "nearest", "not_between", "not_toward",
)  # fmt: skip
_OTHER_GROUPS = ("words", "units", "measures", "hours", "pace")
# What a distance from the front needs beside its confidence, km.
_FRONT = ("context_km", "unknown_front_km", "unknown_front_confidence")


@dataclass(frozen=True, slots=True)
class Relations:
    """Words and figures of the relations; what each means is said in `relations.toml`.

    `units` are km in one unit, `measures` the measure of each unit that is not metric, `hours` the
    hours in one unit of time, `pace` km an hour, `ways` the share of the way that a word says.
    """

    directions: dict[str, str]
    numbers: dict[str, float]
    units: dict[str, float]
    measures: dict[str, Measure]
    hours: dict[str, float]
    pace: dict[str, float]
    ways: dict[str, float]
    multipliers: dict[str, float]
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
    for group, entry in table.items():
        if not isinstance(entry, dict):
            raise TableError(f"{where}: [{group}] is not a table")
    words = table.get("words", {})
    for name in _LISTS:
        entries = words.get(name)
        sound = isinstance(entries, list) and entries
        if not sound or not all(isinstance(e, str) and e == e.lower() for e in entries):
            raise TableError(f"{where}: [words] {name} must be a list of lower-case words")
    directions = dict(words.get("directions", {}))
    if set(directions.values()) != set(WINDS):
        raise TableError(f"{where}: [words] directions must name all of {', '.join(WINDS)}")
    for name in _OTHER_GROUPS:
        if not table.get(name):
            raise TableError(f"{where}: [{name}] is missing")
    for name in ("numbers", "share_of_way", "multipliers"):
        if not words.get(name):
            raise TableError(f"{where}: [words] {name} is missing")
    for unit, measure in table["measures"].items():
        if unit not in table["units"] or measure not in get_args(Measure):
            raise TableError(f"{where}: [measures] {unit} = {measure!r} is no unit or no measure")
    if table["pace"].keys() != {"drive", "walk", "travel"}:
        raise TableError(f"{where}: [pace] must have exactly drive, walk, travel")
    figures = {k: v for k, v in table.items() if k not in _OTHER_GROUPS}
    if figures.keys() != set(get_args(Relation)):
        raise TableError(f"{where}: relations must be exactly {', '.join(get_args(Relation))}")
    numbers = {name: table[name] for name in ("units", "hours", "pace")}
    more = {name: words[name] for name in ("numbers", "share_of_way", "multipliers")}
    _check_figures(where, {**figures, **numbers, **more})
    return Relations(
        directions=directions,
        numbers={k: float(v) for k, v in words["numbers"].items()},
        units={k: float(v) for k, v in table["units"].items()},
        measures=dict(table["measures"]),
        hours={k: float(v) for k, v in table["hours"].items()},
        pace={k: float(v) for k, v in table["pace"].items()},
        multipliers={k: float(v) for k, v in words["multipliers"].items()},
        ways={k: float(v) for k, v in words["share_of_way"].items()},
        words={name: tuple(words[name]) for name in _LISTS},
        figures={g: {k: float(v) for k, v in n.items()} for g, n in figures.items()},
    )


def _check_figures(where: str, groups: dict[str, dict[str, Any]]) -> None:
    """Raise a `TableError` for the first figure that is missing or out of its range."""
    for group, numbers in groups.items():
        for name, value in numbers.items():
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not 0 < value < math.inf:
                raise TableError(f"{where}: [{group}] {name} = {value!r} is not a positive number")
            if name.endswith("confidence") and value > 1:
                raise TableError(f"{where}: [{group}] {name} = {value!r} is more than 1")
    for group in get_args(Relation):
        required = ("confidence", *(_FRONT if group == "front_distance" else ()))
        missing = [name for name in required if name not in groups[group]]
        if missing:
            raise TableError(f"{where}: [{group}] lacks {', '.join(missing)}")
