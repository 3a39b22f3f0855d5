"""What a briefing does not know: refused and coarse places, days without reports, what was left out."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING

from geomap.output.briefing.statements import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geomap.output.briefing.statements import Properties, Statement
    from geomap.output.briefing.words import Days

MOST_REFUSED = 8
MOST_MORE = 20


def unknown_section(
    rows: Sequence[Properties], since: dt.date | None, until: dt.date | None, days: Days
) -> list[Statement]:
    """Return what is not known, of the features of a region and period.

    Parameters
    ----------
    rows : sequence of dict
        Properties of features.
    since, until : datetime.date, optional
        The period.
    days : Days
    """
    mentions = [p for p in rows if p["layer"] == "mention"]
    told = _gaps(rows, since, until, days)
    told += _refused(mentions)
    told += _coarse(mentions)
    planned = [p for p in rows if p["layer"] == "claim" and p["modality"] == "planned"]
    if planned:
        told.append(say("unknown.planned", {"number": len(planned)}, cites=planned))
    return told


def _gaps(
    rows: Sequence[Properties], since: dt.date | None, until: dt.date | None, days: Days
) -> list[Statement]:
    """Return the days of the period of which no report tells of the region."""
    if since is None or until is None or since == until:
        return []
    there = {p["date"] for p in rows if p["date"]}
    every = [since + dt.timedelta(days=n) for n in range((until - since).days + 1)]
    missing = [day for day in every if day.isoformat() not in there]
    if not missing or not there:
        return []
    articles = {p["article_id"] for p in rows}
    return [say("unknown.gaps", {"days": days.days(missing)}, articles=articles)]


def _refused(mentions: Sequence[Properties]) -> list[Statement]:
    """Return the names that are not placed, those of one reason together."""
    names: dict[str, list[Properties]] = defaultdict(list)
    for p in mentions:
        if p["status"] == "refused" and p["kind"] == "literal":
            names[p["text"]].append(p)
    by_reason: dict[str, list[list[Properties]]] = defaultdict(list)
    for _, same in sorted(names.items()):
        why = str(same[0]["reasons"][0]) if same[0]["reasons"] else "no reason kept"
        by_reason[why].append(same)
    told: list[Statement] = []
    left: list[list[Properties]] = []
    for why, groups in by_reason.items():
        if len(told) >= MOST_REFUSED:
            left += groups
            continue
        shown = [same[0]["text"] for same in groups[:MOST_REFUSED]]
        left += groups[MOST_REFUSED:]
        facts = {"names": shown, "why": why}
        told.append(
            say("unknown.refused", facts, cites=[same[0] for same in groups[:MOST_REFUSED]])
        )
    if left:
        facts_left = {
            "number": len(left),
            "named": [same[0]["text"] for same in left[:MOST_MORE]],
            "unnamed": max(0, len(left) - MOST_MORE),
        }
        told.append(say("unknown.refused_more", facts_left, cites=[same[0] for same in left]))
    return told


def _coarse(mentions: Sequence[Properties]) -> list[Statement]:
    """Return the districts and oblasts that sentences name without saying where in them."""
    spots = {
        (p["article_id"], p["sentence_start"])
        for p in mentions
        if p["precision"] in ("exact", "settlement", "estimated", "hint")
    }
    coarse: dict[str, list[Properties]] = defaultdict(list)
    for p in mentions:
        alone = (p["article_id"], p["sentence_start"]) not in spots
        if p["precision"] in ("admin1", "raion", "hromada") and p["kind"] == "literal" and alone:
            coarse[p["name"]].append(p)
    if not coarse:
        return []
    cites = [same[0] for same in coarse.values()]
    return [say("unknown.coarse", {"names": sorted(coarse)}, cites=cites)]
