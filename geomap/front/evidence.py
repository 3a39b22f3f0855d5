"""Claims as evidence: what each says of the distance to the line of contact, or of a side."""

from __future__ import annotations

import math
from bisect import bisect_left
from typing import TYPE_CHECKING

from geomap.front.wordings import wording_of
from geomap.geodesy import area_km2
from geomap.models import FrontEvidence

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from geomap.models import Claim, Hint, Region, Report, Resolution

_SURE = 0.25  # claims less sure than this say nothing: a place or an actor was guessed
_COARSE_KM = 20.0  # a place known less precisely than this says nothing of a line
_OLD_DAYS = 60  # what happened longer before its article tells of another line
_STATED_SD = 0.12  # of a stated distance to the front: people round, and the line has width
_BRACKET_WITHIN = 60  # characters between a place and what a bracket says of it
_SPOTS = "PHLSTV"
_AREAS = frozenset({"admin1", "raion", "country"})
_WEIGHT = {"stated": 1.0, "confirmed": 1.0, "claimed": 0.7, "failed": 1.0}
_DOUBTED = frozenset({"denied"})


def evidence(report: Report, ids: Sequence[str], sides: Mapping[str, str]) -> list[FrontEvidence]:
    """Return what the claims and the stated distances of a report say of the line of contact.

    Parameters
    ----------
    report : Report
        With a date; without one nothing is said.
    ids : sequence of str
        The id of each claim, in the order of `report.claims`.
    sides : mapping
        The side ("A" or "B") of each party.

    Returns
    -------
    list of FrontEvidence
        In the order of the claims.
    """
    day = report.article.date
    if day is None:
        return []
    at = {r.mention.start: r for r in report.resolutions}
    stated = _stated_distances(report)
    found: list[FrontEvidence] = []
    for claim, identity in zip(report.claims, ids, strict=True):
        one = _of_claim(claim, identity, day, report.article.id, at, sides, stated)
        if one is not None:
            found.append(one)
    return found


def _of_claim(
    claim: Claim,
    identity: str,
    day: dt.date,
    article_id: str,
    at: Mapping[int, Resolution],
    sides: Mapping[str, str],
    stated: Mapping[int, Hint],
) -> FrontEvidence | None:
    if claim.marked_false is not None:
        return None
    wording = wording_of(claim)
    side = sides.get(claim.actor or "")
    if wording is None or side is None:
        return None
    if claim.modality in _DOUBTED or claim.confidence < _SURE:
        return None
    happened = claim.event_date or day
    if not 0 <= (day - happened).days <= _OLD_DAYS:
        happened = day
    spot = _spot(claim, at)
    if spot is None:
        return None
    lat, lon, precise_km = spot
    against = "B" if side == "A" else "A"
    weight = wording.weight * _WEIGHT.get(claim.modality, 0.5)
    signed: float | None = None
    sd_km, whose = 0.0, None
    hint = stated.get(claim.place_start) if claim.place_start is not None else None
    if wording.km is not None:
        signed = wording.km if against == "A" else -wording.km
        sd_km = math.hypot(wording.sd_km, precise_km)
    elif wording.side is not None:
        whose = side if wording.side == "actor" else against
        if hint is not None and hint.distance_km is not None:
            signed = hint.distance_km if whose == "A" else -hint.distance_km
            sd_km = math.hypot(1.0 + _STATED_SD * hint.distance_km, precise_km)
            whose = None
    else:
        return None
    return FrontEvidence(
        id=identity,
        lat=lat,
        lon=lon,
        wording=wording.name if hint is None or wording.km is not None else "stated distance",
        side=whose,
        signed_km=signed,
        sd_km=sd_km,
        weight=weight,
        date=happened,
        article_id=article_id,
        place=claim.place,
    )


def _spot(claim: Claim, at: Mapping[int, Resolution]) -> tuple[float, float, float] | None:
    """Return the point that a claim is on, and how far off it may be (km); None: too far.

    "Advanced north of X" without a distance is about the fields by X: the wordings were measured
    from X itself, which lies nearer to the line than the middle of all the ground to its north.
    """
    if claim.lat is None or claim.lon is None:
        return None
    named = at.get(claim.place_start) if claim.place_start is not None else None
    if claim.distance_km is not None and claim.region is not None:
        return _if_precise(claim.lat, claim.lon, _radius_km(claim.region))
    if named is None:
        return claim.lat, claim.lon, 0.0
    if named.precision in _AREAS or (named.place and named.place.feature_class not in _SPOTS):
        return None
    if named.lat is None or named.lon is None:
        return None
    if named.place is None:
        return _if_precise(named.lat, named.lon, _radius_km(named.region))
    if named.precision in ("exact", "settlement"):
        # The size of the place: the wordings were measured from the points of places.
        return named.lat, named.lon, 0.0
    return _if_precise(named.lat, named.lon, (named.radius_km or 0.0) / 2)


def _if_precise(lat: float, lon: float, radius_km: float) -> tuple[float, float, float] | None:
    return (lat, lon, radius_km) if radius_km <= _COARSE_KM else None


def _radius_km(region: Region | None) -> float:
    """Return how far off the likeliest point of a region may be: half of that of its disc."""
    if region is None:
        return 0.0
    return 0.5 * math.sqrt(area_km2(region.geometry) / math.pi)


def _stated_distances(report: Report) -> dict[int, Hint]:
    """Return the distances to the front that are stated in brackets after a place, by the place.

    "occupied Polohy, Zaporizhzhia Oblast (roughly ten kilometers from the frontline)".
    """
    text = report.article.text
    settled = [r for r in report.resolutions if r.place and r.place.feature_class == "P"]
    starts = [r.mention.start for r in settled]
    found: dict[int, Hint] = {}
    for hint in report.hints:
        if hint.relation != "front_distance" or hint.distance_km is None or hint.bound:
            continue
        at = bisect_left(starts, hint.start) - 1
        if at < 0 or not text[: hint.start].endswith("("):
            continue
        between = text[settled[at].mention.end : hint.start]
        if len(between) <= _BRACKET_WITHIN and not set(between) & set(".;:)"):
            found[settled[at].mention.start] = hint
    return found
