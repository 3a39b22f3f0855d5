"""What stands on top of a briefing: what a reader must know who reads no further."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geomap.output.briefing.claims import sources_of, taken
from geomap.output.briefing.deeds import (
    alike_but_for_place,
    deeds,
    merged,
    named_together,
)
from geomap.output.briefing.events import harmed
from geomap.output.briefing.namesakes import label_of
from geomap.output.briefing.places import sentences
from geomap.output.briefing.statements import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geomap.output.briefing.deeds import Deed
    from geomap.output.briefing.findings import Findings
    from geomap.output.briefing.line import LineTelling
    from geomap.output.briefing.periods import Period
    from geomap.output.briefing.statements import Properties, Statement

MOST_TAKEN = 5
MOST_NAMED = 5
MOST_TOP = 3


def summary(
    found: Findings,
    before: Sequence[Properties] | None,
    period: Period,
    line: LineTelling | None,
) -> list[Statement]:
    """Return the statements on top; none where no report names a place of the region.

    Parameters
    ----------
    found : Findings
    before : sequence of dict, optional
        Features of the period before.
    period : Period
    line : LineTelling, optional
    """
    rows = found.rows
    if not rows:
        return []
    articles = sorted({p["article_id"] for p in rows})
    sources = sources_of(rows)
    facts: dict[str, Any] = {
        "reports": len(articles), "sources": len(sources),
        "source": rows[0]["source"] if len(sources) == 1 else None,
        "places": len(found.places), "claims": len(found.claims),
        "before": None if before is None else len({p["article_id"] for p in before}),
        "span": period.span,
    }  # fmt: skip
    told = [say("summary.reports", facts, articles=articles)]
    changed = _changed_hands(found)
    told += [
        found.telling.deed("summary.taken", named_together(group))
        for group in changed[-MOST_TAKEN:]  # the latest: a long period begins with old news
    ]
    if len(changed) > MOST_TAKEN:
        shown = {label_of(d.first) for group in changed[-MOST_TAKEN:] for d in group}
        others = [
            (label_of(d.first), d.rows)
            for group in changed[:-MOST_TAKEN]
            for d in group
            if label_of(d.first) not in shown
        ]
        if others:
            told.append(_named("summary.taken_more", others))
    opposed = [d for d in deeds(found.front_claims, found.hints) if d.contradicted]
    if opposed:
        told.append(_named("summary.contradicted", [(label_of(d.first), d.rows) for d in opposed]))
    if line is not None:
        told += line.top
    if len(found.places) > MOST_TOP:
        best = found.places[:MOST_TOP]
        names = [place.label for place in best]
        told.append(
            say("summary.most", {"named": names}, cites=[p for b in best for p in sentences(b)])
        )
    struck = [d for d in found.struck if d.claims and not d.first["negated"]]
    if struck:
        told.append(_named("summary.strikes", [(label_of(d.first), d.rows) for d in struck]))
    harm = [(label_of(p), (p,)) for p in harmed(found.mentions)]
    if harm:
        told.append(_named("summary.harm", harm))
    undated = sorted({p["article_id"] for p in rows if not p["date"]})
    if undated and len(undated) < len(articles):
        told.append(say("summary.undated", {"number": len(undated)}, articles=undated))
    return told


def _changed_hands(found: Findings) -> list[list[Deed]]:
    """Return what is said to have changed hands, in the order of its days.

    Where that is much, it goes unsaid that one left what the other took.
    """
    told = taken(found.front_claims, found.hints)
    every = merged(told, alike_but_for_place)
    if len(every) <= MOST_TAKEN:
        return every
    won = {label_of(d.first) for d in told if d.first["action"] in ("captured", "liberated")}
    kept = [
        d
        for d in told
        if d.first["action"] in ("captured", "liberated") or label_of(d.first) not in won
    ]
    return merged(kept, alike_but_for_place)


def _named(key: str, found: Iterable[tuple[str, Sequence[Properties]]]) -> Statement:
    """Return a statement that lists places, the most told of first."""
    by_name: dict[str, list[Properties]] = {}
    for name, rows in found:
        by_name.setdefault(name, []).extend(rows)
    names = sorted(by_name, key=lambda n: (-len(by_name[n]), n))
    unnamed = max(0, len(names) - MOST_NAMED)
    facts = {"number": len(names), "named": names[:MOST_NAMED], "unnamed": unnamed}
    return say(key, facts, cites=[p for rows in by_name.values() for p in rows])
