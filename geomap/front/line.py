"""The line of contact for every date of a series.

From an earlier line, moved by what is said since (`moved`), or from what is said alone (`scratch`).
Each day starts from the last: an earlier line is moved on and on, and how unsure it is grows with
the days and shrinks with what is said; without one, what was said in the weeks before still counts,
less with every day.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from geomap.errors import FrontError
from geomap.front.assembly import TOO_LITTLE
from geomap.front.evidence import evidence
from geomap.front.series import Series
from geomap.front.setting import setting
from geomap.models import Front, FrontEvidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from shapely import Geometry

    from geomap.front.theatre import Theatre
    from geomap.models import ContactLine, Report


def fronts(
    reports: Iterable[Report],
    days: Sequence[dt.date],
    *,
    theatre: Theatre,
    priors: Sequence[ContactLine] = (),
    seeds: bool = True,
    homes: Mapping[str, Geometry] | None = None,
    ids: Mapping[str, Sequence[str]] | None = None,
    cells: bool = False,
) -> Iterator[Front]:
    """Draw the line of contact of each of some days.

    Parameters
    ----------
    reports : iterable of Report
        What of them is of no date, or later than a day, is not used for it.
    days : sequence of datetime.date
        Drawn in order.
    theatre : Theatre
    priors : sequence of ContactLine
        Earlier lines, each with its date. A later one takes the place of an earlier; how the line
        moved between them tells where it may move next.
    seeds : bool
        Whether the theatre's seed towns count.
    homes : mapping, optional
        Ground of the parties' countries (EPSG:4326), by ISO 3166 code.
    ids : mapping, optional
        The ids of the claims of each article, in the order of `Report.claims`.
    cells : bool
        Whether to give the field itself (`Front.cells`).

    Yields
    ------
    Front
        One for each day. Where too little is said it has no pieces, and says so in `problems`.

    Raises
    ------
    FrontError
        A prior has no date or no line, is later than the last day, or nothing tells whose its sides
        are.
    """
    days = sorted(set(days))
    _check(priors, days)
    sides = {p.name: p.side for p in theatre.parties}
    said: list[FrontEvidence] = []
    told: list[dt.date] = []
    for report in reports:
        day = report.article.date
        if day is None or not days or day > days[-1]:
            continue
        own = (ids or {}).get(report.article.id)
        if own is None:
            own = [f"{report.article.id}/claim/{n}" for n in range(1, len(report.claims) + 1)]
        found = evidence(report, own, sides)
        said += found
        told += [day] * len(found)
    grounds: dict[str, Geometry] = {}
    for party in theatre.parties:
        if party.country and homes and party.country in homes:
            grounds.setdefault(party.side, homes[party.country])
    towns = _seeds(theatre) if seeds else []
    where = setting(said, priors, grounds, [t for t, _, _ in towns])
    if where is None:
        for day in days:
            yield Front(day, (), problems=(TOO_LITTLE,))
        return
    order = sorted(range(len(said)), key=lambda i: (told[i], said[i].id))
    series = Series(where, [(told[i], said[i]) for i in order], towns)
    for day in days:
        yield series.draw(day, cells=cells)


def _check(priors: Sequence[ContactLine], days: Sequence[dt.date]) -> None:
    for prior in priors:
        name = prior.source or "a prior"
        if prior.date is None:
            raise FrontError(f"{name}: has no date: a line must know when")
        if prior.geometry.is_empty:
            raise FrontError(f"{name}: has no line in it")
        if days and prior.date > days[-1]:
            raise FrontError(
                f"{name}: is of {prior.date}, later than the day drawn, {days[-1]}: give an "
                "earlier line, or draw later days"
            )


def _seeds(theatre: Theatre) -> list[tuple[FrontEvidence, dt.date, dt.date]]:
    """Return the seed towns as evidence, with the days that they hold from and are known for."""
    return [
        (
            FrontEvidence(
                id=f"seed/{town.name}",
                lat=town.lat,
                lon=town.lon,
                wording="seed town",
                side=theatre.side(town.holder),
                date=town.as_of,
                place=town.name,
            ),
            town.since,
            town.as_of,
        )
        for town in theatre.towns
    ]
