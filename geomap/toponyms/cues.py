"""The table of words that tell whether a name is a place (`cues.toml`), loaded and checked."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache

from geomap.tables import load_table, word_sets


@dataclass(frozen=True, slots=True)
class Cues:
    """Sets of lower-case words; what each means is said in `cues.toml`."""

    locative: frozenset[str]
    loose: frozenset[str]
    opening: frozenset[str]
    admin1_after: frozenset[str]
    place_after: frozenset[str]
    kind_of: frozenset[str]
    whole_of: frozenset[str]
    region_of: frozenset[str]
    takes_place: frozenset[str]
    directions: frozenset[str]
    titles: frozenset[str]
    speech: frozenset[str]
    common: frozenset[str]
    not_places: frozenset[str]
    never: frozenset[str]
    people_after: frozenset[str]
    sites_after: frozenset[str]
    acts_after: frozenset[str]
    dealings: frozenset[str]
    blocs: frozenset[str]


@cache
def cues() -> Cues:
    """Return the embedded table.

    Raises
    ------
    TableError
        The table is not valid.
    """
    table = load_table("geomap.toponyms", "cues.toml")
    sets = word_sets(table, "geomap/toponyms/cues.toml", {f.name for f in fields(Cues)})
    return Cues(**sets)
