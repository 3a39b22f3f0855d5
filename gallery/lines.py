"""The made-up line on some dates, in the format that `geomap front` writes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geomap.feature_ids import claim_ids
from geomap.models import Front, FrontEvidence, FrontPiece
from geomap.output.fronts import front_collection

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gallery.course import Course
    from geomap.front.theatre import Theatre
    from geomap.models import Report

FAR_KM = 45.0  # the ground of a side is drawn so far from the way of the line
_STRETCH_KM = 24.0  # a piece of the line is about so long
_NEAR_KM = 9.0  # what lies nearer than this is evidence for the line
_FRESH_DAYS = 14  # evidence of the last days
_STALE_DAYS = 45  # the line of so long ago is no longer known
_MOST = 6  # pieces of evidence of a stretch
_HALF_WIDTHS_KM = {"reports": 1.6, "prior": 3.2, "none": 6.5}
_CONFIDENCES = {"reports": 0.86, "prior": 0.6, "none": 0.25}


@dataclass(frozen=True, slots=True)
class Seated:
    """Evidence by date, and where along the course each piece lies."""

    evidence: tuple[FrontEvidence, ...]
    days: Any  # numbers, from the first day on
    along_km: Any


def seated(course: Course, reports: Iterable[Report], first: dt.date) -> Seated:
    """Return the placed claims of dated reports that lie near the line of their day."""
    claims = [
        (identity, claim, report.article)
        for report in reports
        if report.article.date is not None
        for identity, claim in zip(claim_ids(report), report.claims, strict=True)
        if claim.lat is not None and claim.lon is not None
    ]
    along, aside = course.seat(
        np.array([c.lat for _, c, _ in claims]), np.array([c.lon for _, c, _ in claims])
    )
    found = []
    for (identity, claim, article), at_km, off_km in zip(claims, along, aside, strict=True):
        assert article.date is not None
        day = (article.date - first).days
        inside_km = float(off_km - course.aside_km(at_km, day))
        if abs(inside_km) <= _NEAR_KM:
            one = FrontEvidence(
                identity, claim.lat or 0.0, claim.lon or 0.0, claim.action or "",
                signed_km=inside_km, sd_km=3.0, weight=claim.confidence, date=article.date,
                article_id=article.id, place=claim.place,
                doubted=claim.negated or claim.modality == "denied",
            )  # fmt: skip
            found.append((day, one, float(at_km)))
    found.sort(key=lambda row: (row[0], row[1].id))
    return Seated(
        tuple(one for _, one, _ in found),
        np.array([day for day, _, _ in found], float),
        np.array([at_km for _, _, at_km in found], float),
    )


def front_on(course: Course, day: dt.date, first: dt.date, told: Seated) -> Front:
    """Return the line of a day, in pieces by what they rest on."""
    number = (day - first).days
    ages = number - told.days
    known = np.flatnonzero((ages >= 0) & (ages <= _STALE_DAYS))
    count = max(1, round(course.length_km / _STRETCH_KM))
    edges = np.linspace(0, len(course.along_km) - 1, count + 1).astype(int)
    vertices = course.strip(number)
    half_width_km = np.empty(len(vertices))
    pieces: list[FrontPiece] = []
    used: dict[str, FrontEvidence] = {}
    for start, end in pairwise(edges):
        low, high = course.along_km[start], course.along_km[end]
        here = known[(told.along_km[known] >= low) & (told.along_km[known] <= high)]
        fresh = here[ages[here] < _FRESH_DAYS][::-1]
        named = [told.evidence[n] for n in fresh[:_MOST]]
        support: Any = "reports" if named else "prior" if len(here) else "none"
        used |= {e.id: e for e in named}
        half_width_km[start : end + 1] = _HALF_WIDTHS_KM[support]
        pieces.append(
            FrontPiece(
                course.plane.off(shapely.LineString(vertices[start : end + 1])),
                _CONFIDENCES[support], support, 2.0 * _HALF_WIDTHS_KM[support],
                tuple(e.id for e in named),
            )
        )  # fmt: skip
    # The band widens over some kilometres, not at one vertex.
    smooth = np.hanning(13)[1:-1] / np.hanning(13).sum()
    half_width_km = np.convolve(np.pad(half_width_km, 5, "edge"), smooth, "valid")
    return Front(
        day,
        tuple(pieces),
        course.band(number, half_width_km),
        (("A", course.ground(number, 0.0, FAR_KM)), ("B", course.ground(number, 0.0, -FAR_KM))),
        tuple(used.values()),
    )


def lines(
    course: Course,
    days: Sequence[dt.date],
    *,
    first: dt.date,
    reports: Sequence[Report],
    theatre: Theatre,
) -> dict[str, Any]:
    """Return the line on some days as a GeoJSON FeatureCollection (`docs/front-formats.md`)."""
    told = seated(course, reports, first)
    return front_collection(
        [front_on(course, day, first, told) for day in days],
        theatre=theatre,
        reports=reports,
        generator={"name": "gallery", "made": "an exercise: nothing of it happened"},
    )
