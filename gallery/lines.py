"""The made-up line on some dates, in the format that `geomap front` writes."""

from __future__ import annotations

import datetime as dt
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


def evidence_of(course: Course, reports: Iterable[Report], first: dt.date) -> list[FrontEvidence]:
    """Return the placed claims of dated reports that lie near the line of their day."""
    found = []
    for report in reports:
        day = report.article.date
        if day is None:
            continue
        for identity, claim in zip(claim_ids(report), report.claims, strict=True):
            if claim.lat is None or claim.lon is None:
                continue
            along, aside = course.seat(np.array([claim.lat]), np.array([claim.lon]))
            inside_km = float((aside - course.aside_km(along, (day - first).days))[0])
            if abs(inside_km) <= _NEAR_KM:
                found.append(
                    FrontEvidence(
                        identity, claim.lat, claim.lon, claim.action or "", signed_km=inside_km,
                        sd_km=3.0, weight=claim.confidence, date=day,
                        article_id=report.article.id, place=claim.place,
                        doubted=claim.negated or claim.modality == "denied",
                    )
                )  # fmt: skip
    return found


def front_on(
    course: Course, day: dt.date, first: dt.date, evidence: Sequence[FrontEvidence]
) -> Front:
    """Return the line of a day, in pieces by what they rest on."""
    number = (day - first).days
    known = [e for e in evidence if e.date is not None and e.date <= day]
    at_km = course.seat(np.array([e.lat for e in known]), np.array([e.lon for e in known]))[0]
    ages = np.array([(day - e.date).days for e in known if e.date is not None])
    count = max(1, round(course.length_km / _STRETCH_KM))
    edges = np.linspace(0, len(course.along_km) - 1, count + 1).astype(int)
    vertices = course.strip(number)
    half_width_km = np.empty(len(vertices))
    pieces: list[FrontPiece] = []
    used: dict[str, FrontEvidence] = {}
    for start, end in pairwise(edges):
        low, high = course.along_km[start], course.along_km[end]
        here = np.flatnonzero((at_km >= low) & (at_km <= high) & (ages <= _STALE_DAYS))
        fresh = sorted(here[ages[here] < _FRESH_DAYS], key=lambda n: (ages[n], known[n].id))
        named = [known[n] for n in fresh[:_MOST]]
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
    evidence = evidence_of(course, reports, first)
    return front_collection(
        [front_on(course, day, first, evidence) for day in days],
        theatre=theatre,
        reports=reports,
        generator={"name": "gallery", "made": "an exercise: nothing of it happened"},
    )
