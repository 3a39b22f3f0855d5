"""Composes a briefing: a document of statements, numbers and tables that pages are made of.

The document is plain data (`docs/briefings.md` tells its keys); `markdown`, `brief_html` and JSON
show it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geomap.output.briefing.citations import Citations, about
from geomap.output.briefing.claims import (
    EVENTS,
    Telling,
    by_place,
    claims_section,
    is_told,
    sources_of,
    taken,
)
from geomap.output.briefing.deeds import LOW, said_by, when
from geomap.output.briefing.deeds import phrase as deed_phrase
from geomap.output.briefing.events import events_section, harmed, strikes
from geomap.output.briefing.line import LineTelling, line_section
from geomap.output.briefing.places import is_settlement, named_places, places_section
from geomap.output.briefing.statements import Statement, say
from geomap.output.briefing.unknown import unknown_section
from geomap.output.briefing.words import Days, clean, count

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shapely import Geometry

    from geomap.front.theatre import Theatre
    from geomap.gazetteer.store import Gazetteer
    from geomap.models import Article
    from geomap.output.briefing.line_states import LineState
    from geomap.output.briefing.periods import Period
    from geomap.output.briefing.statements import Properties

MOST_TAKEN = 4
MOST_NAMED = 5


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
    one_division : bool
        Whether the region is one division, so that places need not be told with theirs.
    """

    title: str
    region: Geometry
    period: Period
    rows: Sequence[Properties]
    before: Sequence[Properties] | None
    articles: Sequence[Article]
    line: LineState | None = None
    earlier: LineState | None = None
    one_division: bool = False


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
    claims = [p for p in rows if is_told(p)]
    front_claims = [p for p in claims if p["action"] not in EVENTS]
    hints = [p for p in rows if p["layer"] == "hint" and p["lat"] is not None]
    mentions = [p for p in rows if p["layer"] == "mention" and p["lat"] is not None]
    places = named_places(rows)
    reported = sorted({p["date"] for p in rows if p["date"]})
    telling = Telling(
        days,
        many_sources=len(sources_of(rows)) > 1,
        only_day=reported[0] if len(reported) == 1 else None,
    )
    line = None
    if subject.line is not None:
        spots = [p for p in places if is_settlement(p)]
        line = line_section(subject.line, subject.earlier, subject.region, spots, theatre, days)
    admin1_of = {(p["article_id"], p["name"]): p["admin1"] for p in reversed(mentions)}
    grouped = by_place(front_claims, admin1_of)
    told_claims = claims_section(
        grouped, hints, theatre, telling, show_where=not subject.one_division
    )
    struck = strikes(claims, hints)
    events = events_section(struck, mentions, telling)
    table, more_places = places_section(places, subject.line, theatre, gazetteer)
    unknown = unknown_section(rows, period.since, period.until, days)
    if line is not None and line.unsupported is not None:
        unknown.insert(0, line.unsupported)
    summary = _summary(subject, claims, hints, places, grouped, struck, mentions, line, telling)
    cited = Citations(
        _all(summary, line, told_claims, events, table, more_places, unknown), _line_texts(subject)
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
        "summary": [t(s) for s in summary] or [_plain(_nothing(subject))],
        "numbers": _numbers(subject, claims, places, struck),
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
        "notes": _notes(rows, telling, [*told_claims["places"]], events, line),
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
    subject: Subject, claims: Sequence[Properties], places: Sequence[Any], struck: Sequence[Any]
) -> list[dict[str, Any]]:
    """Return the headline numbers with what they were in the period before."""
    now = _counts(subject.rows, claims, len(places), len(struck))
    before = None
    if subject.before is not None:
        earlier = [p for p in subject.before if is_told(p)]
        hints = [p for p in subject.before if p["layer"] == "hint" and p["lat"] is not None]
        before = _counts(
            subject.before, earlier, len(named_places(subject.before)), len(strikes(earlier, hints))
        )
    return [
        {
            "what": what,
            "now": number,
            "before": None if before is None else before[what],
            "change": None if before is None else _change(number - before[what]),
        }
        for what, number in now.items()
    ]


def _counts(
    rows: Sequence[Properties], claims: Sequence[Properties], places: int, struck: int
) -> dict[str, int]:
    return {
        "Reports": len({p["article_id"] for p in rows}),
        "Sources": len(sources_of(rows)),
        "Places named": places,
        "Claims about ground": sum(p["action"] not in EVENTS for p in claims),
        "Strikes and shelling": struck,
    }


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


def _summary(
    subject: Subject,
    claims: Sequence[Properties],
    hints: Sequence[Properties],
    places: Sequence[Any],
    grouped: dict[Any, list[Properties]],
    struck: Sequence[Any],
    mentions: Sequence[Properties],
    line: LineTelling | None,
    telling: Telling,
) -> list[Statement]:
    """Return what stands on top: what a reader must know who reads no further."""
    rows, period = subject.rows, subject.period
    if not rows:
        return []
    articles = sorted({p["article_id"] for p in rows})
    sources = sorted(sources_of(rows))
    one = rows[0]["source"] if len(sources) == 1 else None
    facts: dict[str, Any] = {
        "reports": len(articles), "sources": len(sources), "source": one,
        "places": len(places), "claims": len(claims),
        "before": None, "span": period.span,
    }  # fmt: skip
    if subject.before is not None:
        facts["before"] = len({p["article_id"] for p in subject.before})
    told = [say("summary.reports", facts, articles=articles)]
    undated = sorted({p["article_id"] for p in rows if not p["date"]})
    if undated:
        told.append(say("summary.undated", {"number": len(undated)}, articles=undated))
    changed = taken(claims, hints)
    for deed in changed[:MOST_TAKEN]:
        filled = {
            "deed": deed_phrase(deed),
            "when": when(deed.claims, telling.days, only=telling.only_day),
            "said": said_by(deed.claims),
            "denied": said_by(deed.denied),
        }
        single = telling.many_sources and len(deed.sources()) == 1
        told.append(say("summary.taken", filled, cites=deed.rows, single=single, low=deed.low))
    if line is not None:
        told += line.top
    if len(grouped) > 2:
        best = [*grouped.items()][:3]
        told.append(
            say(
                "summary.most",
                {"named": [name for (name, _), _ in best]},
                cites=[p for _, same in best for p in same],
            )
        )
    if struck:
        told.append(
            _named("summary.strikes", [(d.first["name"], d.rows) for d in struck], "number")
        )
    harm = [(p["name"], (p,)) for p in harmed(mentions)]
    if harm:
        told.append(_named("summary.harm", harm, "number"))
    return told


def _named(key: str, found: Iterable[tuple[str, Sequence[Properties]]], number: str) -> Statement:
    by_name: dict[str, list[Properties]] = {}
    for name, rows in found:
        by_name.setdefault(name, []).extend(rows)
    names = sorted(by_name, key=lambda n: (-len(by_name[n]), n))
    facts = {
        number: len(names),
        "named": names[:MOST_NAMED],
        "unnamed": max(0, len(names) - MOST_NAMED),
    }
    return say(key, facts, cites=[p for rows in by_name.values() for p in rows])


def _notes(
    rows: Sequence[Properties],
    telling: Telling,
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
    if any(p["event_date"] is None for p in rows if p["layer"] == "claim"):
        notes.append(
            "A day stands with what happened where the sentence tells it; else the day of the "
            "report is given or, where all reports are of one day, left out."
        )
    if line is not None:
        notes.append(
            "Distances are from the line of contact as it is drawn; its doubt is told with it."
        )
    if telling.many_sources:
        notes.append("Reports that copy one another under different names count as sources.")
    return notes
