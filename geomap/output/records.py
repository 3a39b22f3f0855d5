"""Records of `geomap extract`: mentions, hints and claims as JSON objects, by the contract."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from geomap.output.filters import Filter
from geomap.output.geojson import geometry_json
from geomap.output.layers import found_features

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geomap.models import Article, Claim, Hint, Region, Report, Resolution


def records(report: Report, what: str, wanted: Filter | None = None) -> Iterator[dict[str, Any]]:
    """Yield the records of one report, in the order of the text.

    Parameters
    ----------
    report : Report
    what : {"mentions", "hints", "claims"}
    wanted : Filter, optional
        What is given; by default all but demonyms.
    """
    wanted = wanted or Filter()
    kept: set[int] | None = None
    if wanted.inside is not None or wanted.parties or wanted.only:
        kept = {id(one) for one, _ in found_features(report, wanted)}
    for record, one, placed in _all(report, what, wanted.kinds):
        if id(one) in kept if kept is not None else _is_sure(record, placed, wanted):
            yield record


def _is_sure(record: dict[str, Any], placed: bool, wanted: Filter) -> bool:
    return not placed or record["confidence"] >= wanted.min_confidence


def _all(
    report: Report, what: str, kinds: Sequence[str]
) -> Iterator[tuple[dict[str, Any], Any, bool]]:
    """Yield each record with what it tells of, and whether that is placed."""
    article_id = report.article.id
    if what == "mentions":
        for resolution in report.resolutions:
            if resolution.mention.kind in kinds:
                yield _mention(article_id, resolution), resolution, resolution.lat is not None
    elif what == "hints":
        for hint in report.hints:
            record = {"article_id": article_id, **hint_record(hint)}
            yield record, hint, hint.region is not None
    else:
        for claim in report.claims:
            yield _claim(article_id, claim), claim, claim.lat is not None


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
        "marked_false": claim.marked_false,
    }
