"""Reports as features: one row for each mention, hint and claim, by date.

A feature is a plain dictionary of properties with a shapely geometry (EPSG:4326, lon-lat) or None;
`to_geodataframe` makes a table of them, `geomap.output.geojson` a file. The columns are listed in
`COLUMNS` and told in `docs/formats.md`.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from geomap import geodesy
from geomap.feature_ids import numbered, stem
from geomap.output.filters import Filter
from geomap.output.schema import schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geomap.models import (
        Anchor,
        Article,
        Candidate,
        Claim,
        Hint,
        Region,
        Report,
        Resolution,
        Span,
    )

Layer = Literal["mention", "hint", "claim"]


def __getattr__(name: str) -> tuple[str, ...]:
    """Give `COLUMNS`, the names of the properties, in order; the table is read when asked for."""
    if name == "COLUMNS":
        return schema().columns
    raise AttributeError(name)


@dataclass(frozen=True, slots=True)
class Feature:
    """A row of the output: its properties (every key of `COLUMNS`) and its geometry or None.

    `core` is the smaller area that holds a hint's place with 50 % probability (`models.Region`).
    """

    properties: dict[str, Any]
    geometry: Any
    core: Any = None


def features(reports: Iterable[Report], wanted: Filter | None = None) -> list[Feature]:
    """Return the features of some reports, ordered by date (undated last), article and offset.

    Parameters
    ----------
    reports : iterable of Report
    wanted : Filter, optional
        What is kept; by default all but demonyms.
    """
    kept = [row for report in reports for row in features_of(report, wanted)]
    kept.sort(key=_order)
    return kept


def features_of(report: Report, wanted: Filter | None = None) -> list[Feature]:
    """Return the features of one report, by offset, as `features` does of many."""
    return [row for _, row in found_features(report, wanted)]


def found_features(
    report: Report, wanted: Filter | None = None
) -> list[tuple[Resolution | Hint | Claim, Feature]]:
    """Return the features of one report, by offset, each after what it shows."""
    found = _all(report)
    rows = [row for _, row in found]
    _number(rows)  # before anything is left out: ids do not hang on the filters
    if report.hidden_claims:
        hidden = {id(claim) for claim in report.hidden_claims}
        found = [pair for pair in found if id(pair[0]) not in hidden]
        rows = [row for _, row in found]
    kept = {id(row) for row in (wanted or Filter()).of_report(rows)}
    return [pair for pair in found if id(pair[1]) in kept]


def to_geodataframe(reports: Iterable[Report], layer: str | None = None) -> Any:
    """Return the features as a GeoDataFrame in EPSG:4326 (see `pipeline.Results`)."""
    import geopandas as gpd

    rows = [f for f in features(reports) if layer is None or f.properties["layer"] == layer]
    return gpd.GeoDataFrame(
        {c: [f.properties[c] for f in rows] for c in schema().columns},
        geometry=[f.geometry for f in rows],
        crs="EPSG:4326",
    )


def _order(row: Feature) -> tuple[Any, ...]:
    p = row.properties
    order = {"mention": 0, "hint": 1, "claim": 2}
    return (p["date"] is None, p["date"] or "", p["article_id"], p["start"], p["end"],
            order[p["layer"]], p["action"] or "", p["name"] or "")  # fmt: skip


def _number(rows: list[Feature]) -> None:
    """Give each feature an id that stays the same while its article does."""
    stems = [
        stem(p["article_id"], p["layer"], p["start"], p["end"])
        for p in (row.properties for row in rows)
    ]
    for row, identity in zip(rows, numbered(stems), strict=True):
        row.properties["id"] = identity


def _all(report: Report) -> list[tuple[Any, Feature]]:
    """Return all features of a report (hidden claims too), by offset, each after what it shows."""
    base = _Base(report)
    claims = [*report.claims, *report.hidden_claims]
    points = iter(_points([*report.resolutions, *claims]))
    found: list[tuple[Any, Feature]] = [
        *((r, _mention(base, r, next(points))) for r in report.resolutions),
        *((h, _hint(base, h)) for h in report.hints),
        *((c, _claim(base, c, next(points))) for c in claims),
    ]
    found.sort(key=lambda pair: _order(pair[1]))
    return found


def _points(placed: Sequence[Resolution | Claim]) -> list[Any]:
    """Return a point for each of some records, None for what has no place.

    All at once: shapely takes as long for one point as for a hundred.
    """
    import shapely

    where = [i for i, one in enumerate(placed) if one.lat is not None and one.lon is not None]
    made = shapely.points([(placed[i].lon, placed[i].lat) for i in where]) if where else []
    points: list[Any] = [None] * len(placed)
    for i, made_point in zip(where, made, strict=True):
        points[i] = made_point
    return points


class _Base:
    """What all features of a report share, and what those of a sentence do."""

    def __init__(self, report: Report) -> None:
        self.report = report
        article: Article = report.article
        self.row: dict[str, Any] = dict.fromkeys(schema().columns) | {
            "date": article.date.isoformat() if article.date else None,
            "date_source": article.date_source,
            "published": article.published.isoformat() if article.published else None,
            "article_id": article.id,
            "title": article.title,
            "source": article.source,
            "url": article.url,
        }
        self.starts = [s.start for s in report.sentences]
        self.sentences: dict[int, tuple[Span, str]] = {}

    def of(self, layer: Layer, span: Span | Hint | Claim | Any) -> dict[str, Any]:
        """Return the properties of a feature, with what its place in the text tells."""
        at = bisect_right(self.starts, span.start)  # a report asks for many, of few sentences
        known = self.sentences.get(at)
        if known is None or span.start >= known[0].end:
            found = self.report.sentence_at(span.start)
            known = (found, self.report.article.text[found.start : found.end])
            self.sentences[at] = known
        sentence, words = known
        event = self.report.event_date(sentence, span.start) if self.report.days else None
        row = self.row.copy()
        row["layer"] = layer
        row["event_date"] = event.isoformat() if event else None
        row["sentence"] = words
        row["sentence_start"] = sentence.start
        row["start"] = span.start
        row["end"] = span.end
        return row


def _mention(base: _Base, resolution: Resolution, geometry: Any) -> Feature:
    place = resolution.place
    row = base.of("mention", resolution.mention)
    row |= {
        "text": resolution.mention.text,
        "name": resolution.name,
        "kind": resolution.mention.kind,
        "status": resolution.status,
        "precision": resolution.precision,
        "radius_km": resolution.radius_km,
        "confidence": resolution.confidence,
        "reasons": list(resolution.reasons),
        "runners_up": [runner_up(c) for c in resolution.runners_up],
        "lat": resolution.lat,
        "lon": resolution.lon,
    }
    if place is not None:
        row["native_name"] = place.native_name
        row["country"] = place.country
        row["admin1"] = place.admin1_name
        row["geonameid"] = place.geonameid
        row["feature_code"] = place.feature_code
    return Feature(row, geometry)


def runner_up(candidate: Candidate) -> dict[str, Any]:
    """Return a candidate that was not chosen, as it is shown."""
    place = candidate.place
    return {
        "name": place.name,
        "admin1": place.admin1_name,
        "country": place.country,
        "lat": place.lat,
        "lon": place.lon,
        "score": candidate.score,
    }


def _hint(base: _Base, hint: Hint) -> Feature:
    region = hint.region
    points = [_anchor_point(a) for a in hint.anchors]
    azimuth, away = _measured(points, region)
    row = base.of("hint", hint)
    row |= {
        "text": hint.text,
        "name": hint.locates or hint.text,
        "native_name": _located_native(base.report, hint),
        "status": "hinted" if region else "refused",
        "precision": "hint",
        "confidence": hint.confidence,
        "reasons": list(hint.reasons),
        "relation": hint.relation,
        "distance_km": hint.distance_km,
        "approximate": hint.approximate,
        "bound": hint.bound,
        "direction": hint.direction,
        "anchors": [a.name for a in hint.anchors],
        "anchor_points": points,
        "azimuth_deg": azimuth,
        "measured_km": away,
        "locates": hint.locates,
        "lat": _rounded(region.lat) if region else None,
        "lon": _rounded(region.lon) if region else None,
    }
    return Feature(row, region.geometry if region else None, region.core if region else None)


def _anchor_point(anchor: Anchor) -> list[float] | None:
    """Return the [lon, lat] that a hint is measured from, None for "the front" and the like."""
    seat = anchor.place or anchor.region
    return None if seat is None else [round(seat.lon, 5), round(seat.lat, 5)]


def _measured(
    points: Sequence[list[float] | None], region: Region | None
) -> tuple[int | None, float | None]:
    """Return azimuth (degrees) and distance (km) from the first anchor to where a region points."""
    first = next((p for p in points if p is not None), None)
    if first is None or region is None:
        return None, None
    lon, lat = first
    azimuth = geodesy.azimuth_deg(lat, lon, region.lat, region.lon)
    away = geodesy.distance_km(lat, lon, region.lat, region.lon)
    return round(azimuth) % 360, round(away, 1)


def _claim(base: _Base, claim: Claim, geometry: Any) -> Feature:
    trigger = claim.trigger or claim
    placed = claim.lat is not None
    row = base.of("claim", trigger)
    row |= {
        "text": base.report.article.text[trigger.start : trigger.end],
        "name": claim.place,
        "native_name": _native_at(base.report, claim.place_start),
        "status": "resolved" if placed else "refused",
        "confidence": claim.confidence,
        "relation": claim.relation,
        "actor": claim.actor,
        "action": claim.action,
        "part": claim.part,
        "direction": claim.direction,
        "distance_km": claim.distance_km,
        "negated": claim.negated,
        "modality": claim.modality,
        "attribution": claim.attribution,
        "source_kind": claim.source_kind,
        "marked_false": claim.marked_false,
        "lat": _rounded(claim.lat),
        "lon": _rounded(claim.lon),
    }
    return Feature(row, geometry)


def _located_native(report: Report, hint: Hint) -> str | None:
    """Return the native name of the one resolved mention that a hint locates."""
    one = len(hint.locates_mentions) == 1
    return _native_at(report, hint.locates_mentions[0]) if one else None


def _native_at(report: Report, start: int | None) -> str | None:
    """Return the native name of what the mention at an offset was resolved to."""
    found = (r.place for r in report.resolutions if r.mention.start == start)
    place = next(found, None) if start is not None else None
    return place.native_name if place is not None else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 5)


def point(lat: float | None, lon: float | None) -> Any:
    """Return a shapely point, or None when there is no place."""
    if lat is None or lon is None:
        return None
    from shapely.geometry import Point

    return Point(lon, lat)
