"""A theatre of war as a table: who fights on which side, the words for them, and who holds what.

The embedded table is `ukraine.toml`; any other theatre needs only a file of the same shape
(`docs/theatres.md`).
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from geomap.errors import TableError
from geomap.tables import load_table, parse_toml, read_bytes

if TYPE_CHECKING:
    from pathlib import Path

SIDES = ("A", "B")
TOWNS = 24  # seed towns are a declared starting point, not a map drawn by hand
_EMBEDDED = "ukraine.toml"
_LISTS = ("names", "adjectives", "forces", "officials")
_PARTY_KEYS = frozenset({"name", "side", "colour", "country", *_LISTS})
_TOWN_KEYS = frozenset({"name", "lat", "lon", "holder", "since", "as_of", "source"})


@dataclass(frozen=True, slots=True)
class Party:
    """Who fights on a side, and the words for it (lower case).

    `country` is its home ground (ISO 3166 alpha-2): what it holds elsewhere, it occupies. `forces`
    are its units, services and proxies; `officials` are words for who speaks for it.
    """

    name: str
    side: str
    colour: str
    country: str | None
    names: tuple[str, ...]
    adjectives: tuple[str, ...]
    forces: tuple[str, ...]
    officials: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeedTown:
    """A town far from the front whose holder is declared, with the days it is known to hold for."""

    name: str
    lat: float
    lon: float
    holder: str
    since: dt.date
    as_of: dt.date
    source: str


@dataclass(frozen=True, slots=True)
class Theatre:
    """A war: its parties, the leading one of each side first, and its seed towns."""

    name: str
    parties: tuple[Party, ...]
    towns: tuple[SeedTown, ...] = ()

    def party(self, name: str | None) -> Party | None:
        """Return a party by its name."""
        return next((p for p in self.parties if p.name == name), None)

    def side(self, name: str | None) -> str | None:
        """Return the side ("A" or "B") on which a party fights."""
        party = self.party(name)
        return party.side if party else None

    def opponent(self, name: str | None) -> Party | None:
        """Return the leading party of the other side."""
        side = self.side(name)
        return next((p for p in self.parties if side and p.side != side), None)

    def occupier(self, country: str | None) -> Party | None:
        """Return who occupies what is occupied in a country: a party whose home is another.

        None unless the country is the home of a party of the other side: in a civil war nobody
        is told by the word alone.
        """
        at_home = {p.side for p in self.parties if p.country and p.country == country}
        if len(at_home) != 1:
            return None
        abroad = [p for p in self.parties if p.side not in at_home]
        return next((p for p in abroad if p.country and p.country != country), None)


def check_theatre(table: dict[str, Any], where: str) -> Theatre:
    """Return the theatre of a table.

    Parameters
    ----------
    table : dict
        What the TOML file holds.
    where : str
        The file, for messages.

    Raises
    ------
    TableError
        Something is missing, unknown or wrong; the message names the file and the key.
    """
    unknown = sorted(table.keys() - {"name", "parties", "towns"})
    if unknown:
        raise TableError(f"{where}: unknown key {unknown[0]!r}")
    name = _words(table, "name", where)
    parties = _parties(_rows(table, "parties", where), where)
    rows = _rows(table, "towns", where)
    if len(rows) > TOWNS:
        raise TableError(f"{where}: [[towns]] are {len(rows)}, at most {TOWNS} may be declared")
    holders = {p.name for p in parties}
    towns = tuple(_town(row, holders, where) for row in rows)
    names = [t.name for t in towns]
    double = next((n for n in names if names.count(n) > 1), None)
    if double:
        raise TableError(f"{where}: [[towns]] {double} is there twice")
    return Theatre(name, parties, towns)


@cache
def load_theatre(path: Path | None = None) -> Theatre:
    """Return the theatre of a file, or the embedded one (the Russo-Ukrainian war).

    Raises
    ------
    TableError
        The file cannot be read, is not TOML or not a theatre; the message names it.
    """
    if path is None:
        return check_theatre(load_table("geomap.front", _EMBEDDED), f"front/{_EMBEDDED}")
    try:
        table = parse_toml(read_bytes(path).decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TableError(f"{path}: is not a TOML file: {error}") from error
    return check_theatre(table, str(path))


def _rows(table: dict[str, Any], key: str, where: str) -> list[dict[str, Any]]:
    rows = table.get(key, [])
    if not isinstance(rows, list) or not all(isinstance(r, dict) for r in rows):
        raise TableError(f"{where}: {key} must be written as [[{key}]] tables")
    return rows


def _words(row: dict[str, Any], key: str, where: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value.strip():
        raise TableError(f"{where}: {key} must be some words, not {value!r}")
    return value


def _keys(row: dict[str, Any], known: frozenset[str], optional: set[str], where: str) -> None:
    missing, unknown = sorted(known - optional - row.keys()), sorted(row.keys() - known)
    if missing:
        raise TableError(f"{where} lacks {', '.join(missing)}")
    if unknown:
        raise TableError(f"{where} has an unknown key {unknown[0]!r}")


def _parties(rows: list[dict[str, Any]], where: str) -> tuple[Party, ...]:
    parties: list[Party] = []
    owner: dict[str, str] = {}
    for row in rows:
        name = _words(row, "name", f"{where}: [[parties]]")
        at = f"{where}: [{name}]"
        if any(p.name == name for p in parties):
            raise TableError(f"{at} is there twice")
        _keys(row, _PARTY_KEYS, {"country"}, at)
        if row["side"] not in SIDES:
            raise TableError(f"{at} side must be 'A' or 'B', not {row['side']!r}")
        if not re.fullmatch(r"#[0-9a-f]{6}", str(row["colour"])):
            raise TableError(f"{at} colour {row['colour']!r} is not like #2166ac")
        country = row.get("country")
        if country is not None and not re.fullmatch(r"[A-Z]{2}", str(country)):
            raise TableError(f"{at} country {country!r} is not two capitals like 'UA'")
        lists = {key: _lower_words(row[key], f"{at} {key}") for key in _LISTS}
        for key in _LISTS:
            for word in lists[key]:
                if owner.setdefault(word, name) != name:
                    raise TableError(f"{where}: {word!r} belongs to {owner[word]} and to {name}")
        if not (lists["names"] or lists["forces"]):
            raise TableError(f"{at} has no names and no forces")
        parties.append(Party(name, row["side"], row["colour"], country, **lists))
    if len(parties) < 2:
        raise TableError(f"{where}: a theatre has two [[parties]] or more, not {len(parties)}")
    for side in SIDES:
        if not any(p.side == side for p in parties):
            raise TableError(f"{where}: no party has side = {side!r}")
    return tuple(parties)


def _lower_words(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TableError(f"{where}: must be a list of words, not {value!r}")
    for word in value:
        if not isinstance(word, str) or not word.strip() or word != word.lower():
            raise TableError(f"{where}: {word!r} is not in lower case")
    return tuple(value)


def _town(row: dict[str, Any], holders: set[str], where: str) -> SeedTown:
    name = _words(row, "name", f"{where}: [[towns]]")
    at = f"{where}: [[towns]] {name}"
    _keys(row, _TOWN_KEYS, set(), at)
    for key, bound in (("lat", 90), ("lon", 180)):
        value = row[key]
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not (-bound <= value <= bound)
        ):
            raise TableError(f"{at} {key} = {value!r} is no number from -{bound} to {bound}")
    if row["holder"] not in holders:
        raise TableError(f"{at} holder {row['holder']!r} is none of the parties")
    for key in ("since", "as_of"):
        if not isinstance(row[key], dt.date) or isinstance(row[key], dt.datetime):
            raise TableError(f"{at} {key} = {row[key]!r} is no date like 2025-01-31")
    if row["since"] > row["as_of"]:
        raise TableError(f"{at} since {row['since']} is after as_of {row['as_of']}")
    source = _words(row, "source", at)
    return SeedTown(
        name, float(row["lat"]), float(row["lon"]), row["holder"], row["since"], row["as_of"],
        source,
    )  # fmt: skip
