"""Records of `geomap extract`: mentions, hints and claims as JSON objects, by the contract."""

from __future__ import annotations

import hashlib
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from geomap.output.geojson import geometry_json
from geomap.output.layers import features, point

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from geomap.models import Article, Claim, Hint, Region, Report, Resolution


_NOWHERE = SimpleNamespace(lat=None, lon=None)


def records(
    report: Report,
    what: str,
    kinds: Sequence[str],
    *,
    min_confidence: float = 0.0,
    inside: Callable[[Any], bool] | None = None,
) -> Iterator[dict[str, Any]]:
    """Yield the records of one report, in the order of the text.

    Parameters
    ----------
    report : Report
    what : {"mentions", "hints", "claims"}
    kinds : sequence of str
        Kinds of mentions to give.
    min_confidence : float
        Records less sure are left out; what is not placed stays.
    inside : callable, optional
        Says of a geometry whether it lies in the region asked for. What is not placed stays when
        anything else of the article lies there (as in `layers.features`).
    """
    unplaced_too = True
    if inside is not None:
        rows = features([report], kinds=kinds, min_confidence=min_confidence, inside=inside)
        unplaced_too = bool(rows)
    for record, at in _all(report, what, kinds):
        if at.lat is None:
            if unplaced_too:
                yield record
        elif record["confidence"] >= min_confidence and (
            inside is None or inside(point(at.lat, at.lon))
        ):
            yield record


def _all(report: Report, what: str, kinds: Sequence[str]) -> Iterator[tuple[dict[str, Any], Any]]:
    """Yield each record with what has its `lat` and `lon`."""
    article_id = report.article.id
    if what == "mentions":
        for resolution in report.resolutions:
            if resolution.mention.kind in kinds:
                yield _mention(article_id, resolution), resolution
    elif what == "hints":
        for hint in report.hints:
            record = {"article_id": article_id, **hint_record(hint)}
            yield record, hint.region or _NOWHERE
    else:
        for claim in report.claims:
            yield _claim(article_id, claim), claim


def text_record(article: Article) -> dict[str, str]:
    """Return the text that the offsets of an article refer to, with its SHA-256 (of UTF-8)."""
    digest = hashlib.sha256(article.text.encode("utf-8", "surrogatepass")).hexdigest()
    return {"article_id": article.id, "text": article.text, "sha256": digest}


def _region(region: Region | None) -> dict[str, Any] | None:
    return geometry_json(region.geometry) if region else None


def _mention(article_id: str, resolution: Resolution) -> dict[str, Any]:
    mention, place = resolution.mention, resolution.place
    return {
        "article_id": article_id,
        "start": mention.start,
        "end": mention.end,
        "text": mention.text,
        "kind": mention.kind,
        "name": resolution.name,
        "lat": resolution.lat,
        "lon": resolution.lon,
        "radius_km": resolution.radius_km,
        "geonameid": place.geonameid if place else None,
        "country": place.country if place else None,
        "admin1": place.admin1_name if place else None,
        "feature_code": place.feature_code if place else None,
        "precision": resolution.precision,
        "region": _region(resolution.region),
        "confidence": resolution.confidence,
        "status": resolution.status,
        "reasons": list(resolution.reasons),
    }


def hint_record(hint: Hint) -> dict[str, Any]:
    """Return a hint as a JSON object, without the article that it stands in."""
    return {
        "start": hint.start,
        "end": hint.end,
        "text": hint.text,
        "relation": hint.relation,
        "distance_km": hint.distance_km,
        "approximate": hint.approximate,
        "bound": hint.bound,
        "direction": hint.direction,
        "range_km": list(hint.range_km) if hint.range_km else None,
        "measure": hint.measure,
        "by_road": hint.by_road,
        "share": hint.share,
        "anchors": [a.name for a in hint.anchors],
        "locates": hint.locates,
        "region": _region(hint.region),
        "confidence": hint.confidence,
        "reasons": list(hint.reasons),
    }


def _claim(article_id: str, claim: Claim) -> dict[str, Any]:
    return {
        "article_id": article_id,
        "start": claim.start,
        "end": claim.end,
        "text": claim.text,
        "actor": claim.actor,
        "action": claim.action,
        "place": claim.place,
        "lat": None if claim.lat is None else round(claim.lat, 5),
        "lon": None if claim.lon is None else round(claim.lon, 5),
        "region": _region(claim.region),
        "relation": claim.relation,
        "part": claim.part,
        "direction": claim.direction,
        "distance_km": claim.distance_km,
        "event_date": claim.event_date.isoformat() if claim.event_date else None,
        "attribution": claim.attribution,
        "source_kind": claim.source_kind,
        "negated": claim.negated,
        "modality": claim.modality,
        "confidence": claim.confidence,
    }
