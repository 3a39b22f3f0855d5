"""Lines of contact as the page reads them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from geomap.output.drawn_text import geometry_text, line_text
from geomap.output.map_data import MapData, Once
from geomap.output.plain import day_number, text

if TYPE_CHECKING:
    from collections.abc import Mapping


def front_tables(front: Mapping[str, Any] | None, data: MapData) -> dict[str, Any] | None:
    """Return lines of contact as the page reads them: geometry of a kind side by side.

    What does not move is then deflated to next to nothing, since each date stands beside the last.
    The evidence names articles and sentences of `data`, which gets those that it lacks.
    """
    if not front:
        return None
    # What has no date holds before all others.
    dates = sorted(front["dates"], key=lambda day: day["date"] or "")
    grounds: dict[tuple[str, str, str], list[str]] = {}
    for at, day in enumerate(dates):
        for held in day["control"]:
            key = (held["side"], held["party"], held["colour"])
            grounds.setdefault(key, [""] * len(dates))[at] = geometry_text(held["geometry"])
    seeds = Once()
    return {
        "bands": [geometry_text(day.get("band")) for day in dates],
        "dates": [day["date"] and day_number("of a line", day["date"]) for day in dates],
        "early": sum(bool(day.get("early")) for day in dates),  # those before the period
        "evidence": [_evidence(e, data) for e in front["evidence"]],
        "grounds": [
            {"side": side, "party": party, "colour": colour, "outlines": outlines}
            for (side, party, colour), outlines in sorted(grounds.items())
        ],
        "lines": [
            [",".join(map(line_text, piece["lines"])) for piece in day["pieces"]] for day in dates
        ],
        "pieces": [
            [{k: v for k, v in piece.items() if k != "lines"} for piece in day["pieces"]]
            for day in dates
        ],
        "seeds": seeds.values,
        "sides": front.get("sides") or {},
        "seeds_of": [
            [seeds.number(s, json.dumps(s, sort_keys=True)) for s in day["seeds"]] for day in dates
        ],
    }  # fmt: skip


def _evidence(record: Mapping[str, Any], data: MapData) -> dict[str, Any]:
    told = {k: v for k in ("place", "wording", "signed_km", "doubted")
            if (v := record.get(k)) is not None}  # fmt: skip
    told["article"] = data.articles.number(day_number("of evidence", record.get("date")), record)
    if record.get("sentence"):
        told["sentence"] = data.sentences.number(text(record["sentence"]))
    return told
