"""Which place a claim is about where one article names two of the same name."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geomap.gazetteer.store import Gazetteer
    from geomap.output.briefing.statements import Properties

CITY_PEOPLE = 50_000  # a name that so many live under means their city to readers


class Homes:
    """Finds the mention that a claim's place was named by.

    A claim has the name and the point of its place. An article may name a Dobropillia in each of
    two oblasts: the name alone does not tell them apart.

    Parameters
    ----------
    mentions : iterable of dict
        Properties of placed mentions.
    gazetteer : Gazetteer, optional
        Says which names make every reader think of a city: "Zaporizhzhia" in Donetsk Oblast is not.
    """

    def __init__(self, mentions: Iterable[Properties], gazetteer: Gazetteer | None = None) -> None:
        self._by_name: dict[tuple[str, str], list[Properties]] = defaultdict(list)
        divisions: dict[str, set[str]] = defaultdict(set)
        for p in mentions:
            self._by_name[p["article_id"], p["name"]].append(p)
            if p["admin1"] and p["precision"] not in ("country", "admin1"):
                divisions[p["name"]].add(p["admin1"])
        self._overshadowed = {
            (name, admin1)
            for name, found in divisions.items()
            for admin1 in found
            if gazetteer is not None and _another_city(gazetteer, name, admin1)
        }
        self._namesakes = {name for name, found in divisions.items() if len(found) > 1}

    def of(self, claim: Properties) -> Properties | None:
        """Return the mention of a claim's place: the nearest to its point, of its sentence first.

        None where no mention has its name.
        """
        same = self._by_name.get((claim["article_id"], claim["name"]))
        if not same:
            return None
        if claim["lat"] is None:
            return same[0]
        start = claim["sentence_start"]
        return min(
            same,
            key=lambda p: (
                round(_apart(p, claim), 1),  # a claim "east of it" has its point beside the place
                p["sentence_start"] != start,
            ),
        )

    def label(self, name: str, admin1: str | None) -> str:
        """Return a name; of one that stands for several places, with the division."""
        unclear = name in self._namesakes or (name, admin1) in self._overshadowed
        return f"{name} ({admin1})" if admin1 and unclear else name

    def settled(self, claims: Iterable[Properties]) -> list[Properties]:
        """Return claims with what is known of their places.

        `admin1` is the division, `label` what to call it, `wide` whether it is a land or a
        division itself.
        """
        found = []
        for p in claims:
            home = self.of(p)
            admin1 = None if home is None else home["admin1"]
            wide = home is not None and home["precision"] in ("country", "admin1")
            more = {"admin1": admin1, "label": self.label(p["name"], admin1), "wide": wide}
            found.append(p | more)
        return found


def _another_city(gazetteer: Gazetteer, name: str, admin1: str) -> bool:
    """Say whether a name is that of a city in another division of the same country."""
    same = [p for p in gazetteer.lookup(name) if p.feature_class == "P" and p.name == name]
    countries = {p.country for p in same if p.admin1_name == admin1}
    biggest = max((p for p in same), key=lambda p: p.population, default=None)
    return (
        biggest is not None
        and biggest.population >= CITY_PEOPLE
        and biggest.admin1_name != admin1
        and (not countries or biggest.country in countries)
    )


def label_of(p: Properties) -> str:
    """Return what to call the place of a claim."""
    return str(p.get("label") or p["name"])


def _apart(one: Properties, other: Properties) -> float:
    """Return how far apart two points are, in degrees: enough to tell which is nearer."""
    east = abs(one["lon"] - other["lon"])
    return float(abs(one["lat"] - other["lat"]) + min(east, 360.0 - east))


def names_of(claims: Sequence[Properties]) -> list[str]:
    """Return what the places of claims are called, each once."""
    return list(dict.fromkeys(label_of(p) for p in claims))
