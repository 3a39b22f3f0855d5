"""What only a description places: "a forest 10 km from the front"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geomap.output.briefing.deeds import LOW
from geomap.output.briefing.statements import say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geomap.output.briefing.statements import Properties, Statement

MOST_DESCRIBED = 8
_MEASURED = ("distance", "distance_direction", "between", "along", "front_distance")


def described(hints: Iterable[Properties], mentions: Iterable[Properties]) -> list[Statement]:
    """Return a statement for each thing that only a description places, the surest ones.

    Parameters
    ----------
    hints : iterable of dict
        Placed ones.
    mentions : iterable of dict
        What a hint locates and they name is told under its name.
    """
    named = {(p["article_id"], p["text"]) for p in mentions}
    found = [
        p
        for p in hints
        if p["locates"] and p["relation"] in _MEASURED
        and (p["article_id"], p["locates"]) not in named
    ]  # fmt: skip
    same: dict[tuple[str, ...], list[Properties]] = {}
    for p in found:  # a heading that each day's report repeats is told once
        key = (p["locates"], p["text"], _degrees(p["lat"], "NS"), _degrees(p["lon"], "EW"))
        same.setdefault(key, []).append(p)
    surest = sorted(same.values(), key=lambda rows: -rows[0]["confidence"])[:MOST_DESCRIBED]
    return [_statement(rows) for rows in same.values() if rows in surest]


def _statement(rows: list[Properties]) -> Statement:
    p = rows[0]
    words = str(p["text"])
    if not any(a.startswith(words.split(" ", 1)[0]) for a in p["anchors"]):
        words = words[:1].lower() + words[1:]  # "Between Chasiv Yar and ..." began a sentence
    facts = {
        "subject": p["locates"],
        "words": words,
        "lat": _degrees(p["lat"], "NS"),
        "lon": _degrees(p["lon"], "EW"),
    }
    return say("places.described", facts, cites=rows, low=p["confidence"] < LOW)


def _degrees(value: float, winds: str) -> str:
    return f"{abs(value):.2f} {winds[value < 0]}"
