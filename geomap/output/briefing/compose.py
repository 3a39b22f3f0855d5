"""Composes a briefing: a document of statements, numbers and tables that pages are made of.

The document is plain data (`docs/briefings.md` tells its keys); `markdown`, `brief_html` and JSON
show it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geomap.output.briefing.citations import Citations, about
from geomap.output.briefing.claims import claims_section
from geomap.output.briefing.deeds import LOW
from geomap.output.briefing.described import described
from geomap.output.briefing.events import events_section
from geomap.output.briefing.findings import counts, findings
from geomap.output.briefing.line import LineTelling, line_section
from geomap.output.briefing.places import is_settlement, places_section
from geomap.output.briefing.summary import summary
from geomap.output.briefing.unknown import unknown_section
from geomap.output.briefing.words import Days, clean, count

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shapely import Geometry

    from geomap.front.theatre import Theatre
    from geomap.gazetteer.store import Gazetteer
    from geomap.models import Article
    from geomap.output.briefing.findings import Findings
    from geomap.output.briefing.line_states import LineState
    from geomap.output.briefing.periods import Period
    from geomap.output.briefing.statements import Properties, Statement


@dataclass(frozen=True, slots=True)
class Subject:
    """What a briefing is about.

    Attributes
    ----------
    title : str
    region : shapely geometry
        EPSG:4326.
    period : Period
    rows, before : sequence of dict
        Properties of the features of the region, of the period and of the one before (None: it is
        not told), in order (`layers.features`).
    articles : sequence of Article
        All reports of the period, those that name nothing here too.
    line, earlier : LineState, optional
        The line as the period ends, and as it began.
    """

    title: str
    region: Geometry
    period: Period
    rows: Sequence[Properties]
    before: Sequence[Properties] | None
    articles: Sequence[Article]
    line: LineState | None = None
    earlier: LineState | None = None


def compose(
    subject: Subject, theatre: Theatre, gazetteer: Gazetteer, made: dict[str, Any], attribution: str
) -> dict[str, Any]:
    """Return the document of a briefing.

    Parameters
    ----------
    subject : Subject
    theatre : Theatre
    gazetteer : Gazetteer
    made : dict
        What made it: version, settings, date of the gazetteer.
    attribution : str
        What the owners of the places ask to show.
    """
    rows, period = subject.rows, subject.period
    days = Days(period.until.year if period.until and period.same_year else None)
    found = findings(rows, days, gazetteer)
    line = None
    if subject.line is not None:
        spots = [p for p in found.places if is_settlement(p)]
        line = line_section(
            subject.line, subject.earlier, subject.region, spots, theatre, days, period.until
        )
    told_claims = claims_section(found.grouped, found.hints, theatre, found.telling)
    events = events_section(found.struck, found.mentions, found.telling)
    table, more_places = places_section(
        found.places, subject.line if line is None or line.measured else None, theatre, gazetteer
    )
    by_words = described(found.hints, found.mentions)
    unknown = unknown_section(rows, period.since, period.until, days)
    if line is not None and line.unsupported is not None:
        unknown.insert(0, line.unsupported)
    top = summary(found, subject.before, period, line)
    cited = Citations(
        _all(top, line, told_claims, events, table, more_places, [*by_words, *unknown]),
        _line_texts(subject),
    )
    t = cited.told
    sources = cited.sources()
    quoted = {s["article_id"] for s in sources}
    named = {p["article_id"]: p for p in rows}
    return {
        "kind": "briefing",
        "title": clean(subject.title),
        "bbox": [round(float(c), 5) for c in subject.region.bounds],
        "period": period.told(),
        "made": made,
        "attribution": attribution,
        "summary": [t(s) for s in top] or [_plain(_nothing(subject))],
        "numbers": _numbers(found, subject.before, days),
        "activity": {
            "days": _activity(rows, period.since, period.until),
            "before": None if subject.before is None or period.before is None
            else _activity(subject.before, *period.before),
        },
        "map": None,
        "line": None if line is None else {
            "statements": [t(s) for s in line.statements],
            "changes": [t(s) for s in line.changes],
        },
        "places": {
            "rows": [_row(r, t) for r in table],
            "more": None if more_places is None else t(more_places),
            "described": [t(s) for s in by_words],
        },
        "claims": {
            "sides": told_claims["sides"],
            "places": [
                p | {
                    "cells": [[t(s) for s in cell] for cell in p["cells"]],
                    "unnamed": [t(s) for s in p["unnamed"]],
                }
                for p in told_claims["places"]
            ],
            "more": None if told_claims["more"] is None else t(told_claims["more"]),
        },
        "events": {name: [t(s) for s in told] for name, told in events.items()},
        "unknown": [t(s) for s in unknown],
        "sources": sources,
        "lines": cited.lines(),
        "others": [about(p) for a, p in sorted(named.items()) if a not in quoted],
        "notes": _notes(found, told_claims["places"], events, line),
    }  # fmt: skip


def _plain(text: str) -> dict[str, Any]:
    """Return a sentence about the input itself, which nothing need be cited for."""
    return {"text": text, "cites": [], "marks": "", "single": False, "low": False}


def _row(row: dict[str, Any], told: Any) -> dict[str, Any]:
    statement = told(row.pop("statement"))
    return row | {"cites": statement["cites"], "marks": statement["marks"]}


def _all(
    summary: Sequence[Statement],
    line: LineTelling | None,
    claims: dict[str, Any],
    events: dict[str, list[Statement]],
    table: Sequence[dict[str, Any]],
    more_places: Statement | None,
    unknown: Sequence[Statement],
) -> Iterable[Statement]:
    yield from summary
    if line is not None:
        yield from (*line.statements, *line.changes)
    for place in claims["places"]:
        for cell in place["cells"]:
            yield from cell
        yield from place["unnamed"]
    for one in (claims["more"], more_places):
        if one is not None:
            yield one
    for told in events.values():
        yield from told
    yield from (row["statement"] for row in table)
    yield from unknown


def _line_texts(subject: Subject) -> dict[dt.date | None, str]:
    states = [s for s in (subject.earlier, subject.line) if s is not None]
    return {s.date: s.text for s in states}


def _nothing(subject: Subject) -> str:
    if not subject.articles:
        return "There is no report of this period."
    number = len(subject.articles)
    names = "names" if number == 1 else "name"
    return f"The {count(number, 'report')} of this period {names} no place here."


def _numbers(
    found: Findings, rows_before: Sequence[Properties] | None, days: Days
) -> list[dict[str, Any]]:
    """Return the headline numbers with what they were in the period before."""
    before = None if rows_before is None else counts(findings(rows_before, days))
    return [
        {
            "what": what,
            "now": number,
            "before": None if before is None else before[what],
            "change": None if before is None else _change(number - before[what]),
        }
        for what, number in counts(found).items()
    ]


def _change(number: int) -> str:
    return "±0" if number == 0 else f"{'+' if number > 0 else '−'}{abs(number)}"


def _activity(
    rows: Sequence[Properties], since: dt.date | None, until: dt.date | None
) -> list[dict[str, Any]]:
    """Return how many reports each day of a period has, days without any too."""
    if since is None or until is None:
        return []
    articles = {p["article_id"]: p["date"] for p in rows if p["date"]}
    found = [since + dt.timedelta(days=n) for n in range((until - since).days + 1)]
    by_day: dict[str, int] = {day.isoformat(): 0 for day in found}
    for date in articles.values():
        if date in by_day:
            by_day[date] += 1
    return [{"date": day, "reports": number} for day, number in by_day.items()]


def _notes(
    found: Findings,
    places: Sequence[dict[str, Any]],
    events: dict[str, list[Statement]],
    line: LineTelling | None,
) -> list[str]:
    notes = [
        "Everything here is what the reports say; geomap has not checked it. A number in brackets "
        "leads to the sentence under Sources.",
        "Where nobody is named as saying so, the report itself says it.",
    ]
    said = [s for p in places for cell in (*p["cells"], p["unnamed"]) for s in cell]
    said += [s for several in events.values() for s in several]
    if any(s.single for s in said):
        notes.append("“One source” marks what only one of the sources says.")
    if any(s.low for s in said):
        notes.append(
            "“Low confidence” marks what was read or placed with a confidence below "
            f"{LOW:g}: look at the sentence. It does not say whether it is true."
        )
    if any(p["event_date"] is None for p in found.claims):
        notes.append(
            "A day stands with what happened where the sentence tells it; else the day of the "
            "report is given or, where all reports are of one day, left out."
        )
    if line is None:
        notes.append(
            "No line of contact is told of: none was given, and the reports of this time tell too "
            "little to draw one here."
        )
    elif line.measured:
        notes.append(
            "Distances are from the line of contact as it is drawn; its doubt is told with it."
        )
    if found.telling.many_sources:
        known = any("copied_from" in p for p in found.rows)
        notes.append(
            "Copies of one report under different names count as one source." if known
            else "Reports that copy one another under different names count as sources."
        )  # fmt: skip
    return notes
