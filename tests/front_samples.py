"""Fronts as the model gives them, made by hand, for tests of what is done with them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import shapely

from geomap.feature_ids import claim_ids
from geomap.models import Front, FrontEvidence, FrontPiece

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geomap.models import Report

DAYS = (dt.date(2023, 3, 2), dt.date(2023, 3, 14))


def front(day: dt.date, shift: float = 0.0, evidence: Sequence[FrontEvidence] = ()) -> Front:
    """Return a front from north to south at 38 degrees east, moved west by `shift` degrees."""
    x = 38.0 - shift
    ids = tuple(e.id for e in evidence)

    def piece(north: float, south: float, support: Any, sure: float, width: float) -> FrontPiece:
        return FrontPiece(
            shapely.LineString([(x, north), (x - 0.05, (north + south) / 2), (x, south)]),
            sure, support, width, ids if support == "reports" else (),
        )  # fmt: skip

    seed = FrontEvidence("seed/Sloviansk", 48.85, 37.6, "declared", "B", place="Sloviansk",
                         date=dt.date(2022, 5, 1))  # fmt: skip
    return Front(
        day,
        (
            piece(49.4, 48.8, "reports", 0.8, 3.0),
            piece(48.8, 48.4, "prior", 0.6, 6.0),
            piece(48.4, 48.0, "none", 0.2, 12.0),
        ),
        shapely.box(x - 0.12, 48.0, x + 0.06, 49.4),
        (("A", shapely.box(x, 48.0, 39.0, 49.4)), ("B", shapely.box(37.2, 48.0, x, 49.4))),
        tuple(evidence),
        (seed,),
        (dt.date(2023, 2, 1),),
    )


def evidence_of(reports: Sequence[Report], day: dt.date) -> list[FrontEvidence]:
    """Return each placed claim of the reports up to a day as evidence."""
    return [
        FrontEvidence(
            identity, claim.lat, claim.lon, claim.action, signed_km=-2.0, sd_km=3.0,
            date=report.article.date, article_id=report.article.id, place=claim.place,
        )
        for report in reports
        if report.article.date is not None and report.article.date <= day
        for identity, claim in zip(claim_ids(report), report.claims, strict=True)
        if claim.lat is not None and claim.lon is not None
    ]  # fmt: skip


def fake_draw(reports: Sequence[Report], days: Sequence[dt.date], **_: Any) -> Iterator[Front]:
    """Stand in for the model: a line for each day, 0.1 degree further west each time."""
    for number, day in enumerate(days):
        yield front(day, 0.1 * number, evidence_of(reports, day))
