"""What a briefing does not know: names not placed, days without reports, what was left out."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from geomap.output.briefing.statements import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geomap.output.briefing.statements import Properties, Statement
    from geomap.output.briefing.words import Days

# Read as names, and no places: seasons, and the numbers of roads and of weapons.
_NO_PLACE = re.compile(
    r"(?:spring|summer|fall|autumn|winter)(?:\s+\d{4})?|[a-z]{1,3}-?\d{1,4}s?", re.I
)
MOST_GAPS = 6  # days without reports that are told one by one
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
    unplaced = [p for p in rows if p["layer"] == "claim" and p["lat"] is None]
    if unplaced:
        told.append(say("unknown.unplaced", {"number": len(unplaced)}, cites=unplaced))
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
    if len(missing) <= MOST_GAPS:
        return [say("unknown.gaps", {"days": days.days(missing)}, articles=articles)]
    first, last = _longest(missing)
    facts = {"missing": len(missing), "every": len(every), "longest": days.period(first, last)}
    return [say("unknown.many_gaps", facts, articles=articles)]


def _longest(missing: Sequence[dt.date]) -> tuple[dt.date, dt.date]:
    """Return the first and the last day of the longest run of days, the latest of equal ones."""
    runs = [[missing[0], missing[0]]]
    for day in missing[1:]:
        if (day - runs[-1][1]).days == 1:
            runs[-1][1] = day
        else:
            runs.append([day, day])
    first, last = max(runs, key=lambda run: ((run[1] - run[0]).days, run[0]))
    return first, last


def _refused(mentions: Sequence[Properties]) -> list[Statement]:
    """Return the names that are not placed, told one by one where their sentences are about here.

    A name may lie anywhere: only one beside a place of the region is likely to be here.
    """
    about = {
        (p["article_id"], p["sentence_start"])
        for p in mentions
        if p["lat"] is not None and p["precision"] != "country"
    }
    here: dict[str, list[Properties]] = defaultdict(list)
    elsewhere: dict[str, list[Properties]] = defaultdict(list)
    for p in mentions:
        never = _NO_PLACE.fullmatch(p["text"]) is not None
        if p["status"] == "refused" and p["kind"] == "literal" and not never:
            beside = (p["article_id"], p["sentence_start"]) in about
            (here if beside else elsewhere)[p["text"]].append(p)
    told: list[Statement] = []
    for name, same in sorted(here.items())[:MOST_REFUSED]:
        why = str(same[0]["reasons"][0]) if same[0]["reasons"] else "no reason kept"
        told.append(say("unknown.refused", {"name": name, "why": why}, cites=same))
    if len(here) > MOST_REFUSED:
        rest = sorted(here.items())[MOST_REFUSED:]
        told.append(_more("unknown.refused_more", rest))
    if elsewhere:
        told.append(_more("unknown.refused_elsewhere", sorted(elsewhere.items())))
    return told


def _more(key: str, names: Sequence[tuple[str, list[Properties]]]) -> Statement:
    facts = {
        "number": len(names),
        "named": [name for name, _ in names[:MOST_MORE]],
        "unnamed": max(0, len(names) - MOST_MORE),
    }
    return say(key, facts, cites=[same[0] for _, same in names])


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
        if p["precision"] in ("admin1", "raion") and p["kind"] == "literal" and alone:
            coarse[p["name"]].append(p)
    if not coarse:
        return []
    cites = [same[0] for same in coarse.values()]
    return [say("unknown.coarse", {"names": sorted(coarse)}, cites=cites)]
