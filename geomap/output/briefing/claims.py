"""The claims of a region by place, both sides side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geomap.output.briefing.deeds import deeds, merged, phrase, said_by, source_of, together, when
from geomap.output.briefing.namesakes import label_of
from geomap.output.briefing.statements import Statement, say
from geomap.output.briefing.words import Days

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geomap.front.theatre import Theatre
    from geomap.output.briefing.deeds import Deed
    from geomap.output.briefing.statements import Properties

MOST_PLACES = 12  # told in full; the rest is named
MOST_MORE = 30
EVENTS = frozenset(["struck", "shelled"])  # what is done from afar is an event, not a front claim

PlaceKey = tuple[str, str | None]  # name, first-level division


@dataclass(frozen=True, slots=True)
class Telling:
    """How claims are told: days in words, whether sources are many, the one day of all reports."""

    days: Days
    many_sources: bool = False
    only_day: str | None = None

    def statement(self, several: Sequence[Deed], *, short: bool) -> Statement:
        """Return one statement of deeds that are alike (or of one)."""
        one = several[0]
        rows = [p for d in several for p in d.claims]
        denials = [p for d in several for p in d.denied]
        if len(several) > 1:
            deed, day = together(several, self.days, only=self.only_day), ""
        else:
            deed = phrase(one, short=short and bool(rows))
            day = when(rows or denials, self.days, only=self.only_day)
        facts = {
            "deed": deed,
            "when": day,
            "said": said_by(rows),
            "denied": said_by(denials, denying=True),
        }
        return say(
            "claims.said" if rows else "claims.denied_alone",
            facts,
            cites=[*rows, *denials],
            single=self.many_sources and len({s for d in several for s in d.sources()}) == 1,
            low=all(d.low for d in several),
        )

    def deed(self, key: str, one: Deed, **more: Any) -> Statement:
        """Return the statement of a wording about one deed, told in full.

        Parameters
        ----------
        key : str
            Of `sentences.toml`.
        one : Deed
        **more
            What the wording wants beside `deed`, `when`, `said` and `denied`.
        """
        if not one.claims:
            return self.statement([one], short=False)
        facts = {
            "deed": phrase(one),
            "when": when(one.claims, self.days, only=self.only_day),
            "said": said_by(one.claims),
            "denied": said_by(one.denied, denying=True),
        }
        single = self.many_sources and len(one.sources()) == 1
        return say(key, facts | more, cites=one.rows, single=single, low=one.low)


def is_told(p: Properties) -> bool:
    """Say whether a feature is a claim of something done at a placed spot; an aim is not done."""
    return p["layer"] == "claim" and p["lat"] is not None and p["modality"] != "planned"


def by_place(
    claims: Iterable[Properties],
) -> dict[PlaceKey, list[Properties]]:
    """Return claims by their places, the most claimed first.

    Parameters
    ----------
    claims : iterable of dict
        Settled ones (`namesakes.Homes`).
    """
    found: dict[PlaceKey, list[Properties]] = {}
    for p in claims:
        found.setdefault((p["name"], p.get("admin1")), []).append(p)
    return dict(sorted(found.items(), key=lambda item: (-len(item[1]), str(item[0]))))


def claims_section(
    places: dict[PlaceKey, list[Properties]],
    hints: Sequence[Properties],
    theatre: Theatre,
    telling: Telling,
) -> dict[str, Any]:
    """Return the section of claims: `sides`, `places` with a cell for each side, `more`.

    Parameters
    ----------
    places : dict
        As `by_place` gives them.
    hints : sequence of dict
    theatre : Theatre
    telling : Telling
    """
    sides = _sides(theatre)
    names = [[p.name for p in theatre.parties if p.side == side] for side, _ in sides]
    show_where = len({admin1 for _, admin1 in places if admin1}) > 1
    rows = []
    for (name, admin1), claims in [*places.items()][:MOST_PLACES]:
        # The heading says which of two namesakes it is.
        told = deeds([p | {"label": None} for p in claims], hints)
        cells = [
            [telling.statement(group, short=True) for group in merged(_by(told, of))]
            for of in names
        ]
        unnamed = [d for d in told if not any(d.actor in of for of in names)]
        rows.append({
            "name": name,
            "where": admin1 if show_where and admin1 != name else None,
            "cells": cells,
            "unnamed": [telling.statement([d], short=False) for d in unnamed],
        })  # fmt: skip
    rest = [*places.items()][MOST_PLACES:]
    more = None
    if rest:
        named = [label_of(claims[0]) for _, claims in rest[:MOST_MORE]]
        more = say(
            "claims.more",
            {"places": len(rest), "named": named, "unnamed": max(0, len(rest) - MOST_MORE)},
            cites=[p for _, claims in rest for p in claims],
        )
    heads = [{"party": party, "colour": colour} for _, (party, colour) in sides]
    return {"sides": heads, "places": rows, "more": more}


def _by(told: Iterable[Deed], names: Sequence[str]) -> list[Deed]:
    return [deed for deed in told if deed.actor in names]


def _sides(theatre: Theatre) -> list[tuple[str, tuple[str, str]]]:
    """Return the sides with the name and the colour of their leading parties."""
    found: dict[str, tuple[str, str]] = {}
    for party in theatre.parties:
        found.setdefault(party.side, (party.name, party.colour))
    return sorted(found.items())


def taken(claims: Iterable[Properties], hints: Sequence[Properties]) -> list[Deed]:
    """Return the deeds that say a place changed hands: all of it, not positions near it."""
    rows = [
        p
        for p in claims
        if p["action"] in ("captured", "liberated", "lost", "withdrawn")
        and p["relation"] is None
        and not p.get("wide")  # "the liberation of the oblast" is an aim as often as a deed
        and not p["part"]
        and not (p["negated"] and p["modality"] != "denied")
        and p["modality"] != "failed"
    ]
    return [d for d in deeds(rows, hints) if d.claims]


def sources_of(rows: Iterable[Properties]) -> set[str]:
    """Return who published some features."""
    return {source_of(p) for p in rows}
