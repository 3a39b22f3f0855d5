"""Lines of contact by date as GeoJSON, with what they rest on (`docs/front-formats.md`)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from geomap import geodesy
from geomap.feature_ids import claim_ids
from geomap.output.geojson import collection
from geomap.output.layers import Feature, point

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from shapely import Geometry

    from geomap.front.theatre import SeedTown, Theatre
    from geomap.models import Front, FrontEvidence, FrontPiece, Report

STATUS = {"reports": "supported", "prior": "prior", "none": "unsupported"}  # by a piece's support
BAND = 0.8  # the probability with which the line runs in its band


def front_collection(
    fronts: Sequence[Front],
    *,
    theatre: Theatre,
    reports: Iterable[Report] = (),
    generator: Mapping[str, Any],
) -> dict[str, Any]:
    """Return a GeoJSON FeatureCollection of some fronts.

    Beside the features it holds `fronts`, a summary of each date, and `evidence`, a record for each
    id that the lines name.

    Parameters
    ----------
    fronts : sequence of Front
        By date.
    theatre : Theatre
        Whose sides they are.
    reports : iterable of Report
        What the evidence's sentences stand in.
    generator : mapping
        What made the file.
    """
    rows = [row for front in fronts for row in front_features(front, theatre)]
    whole = collection(rows, generator)
    features = whole.pop("features")
    return whole | {
        "fronts": [summary(front) for front in fronts],
        "evidence": evidence_records(fronts, reports),
        "features": features,
    }


def front_features(front: Front, theatre: Theatre) -> list[Feature]:
    """Return the features of one date: pieces of the line, its band, ground held, seed towns.

    Parts without geometry are left out.
    """
    stem = f"front/{front.date.isoformat()}"
    base = {"date": front.date.isoformat()}
    rows = [
        Feature({"id": f"{stem}/line/{n}", "kind": "contact_line"} | base | _piece(p), p.geometry)
        for n, p in enumerate(front.pieces, 1)
    ]
    if front.uncertainty is not None:
        own: dict[str, Any] = {"confidence": BAND, "area_km2": _km2(front.uncertainty)}
        rows.append(
            Feature(
                {"id": f"{stem}/uncertainty", "kind": "uncertainty"} | base | own, front.uncertainty
            )
        )
    for side, ground in front.control:
        named = [p for p in theatre.parties if p.side == side]
        own = {
            "side": side,
            "party": party_of(side, theatre),
            "colour": named[0].colour if named else None,
            "area_km2": _km2(ground),
        }
        rows.append(
            Feature({"id": f"{stem}/control/{side}", "kind": "control"} | base | own, ground)
        )
    towns = {t.name: t for t in theatre.towns}
    for seed in front.seeds:
        own = _seed(seed, towns.get(seed.place or ""), theatre)
        rows.append(
            Feature(
                {"id": f"{stem}/seed/{seed.id}", "kind": "seed"} | base | own,
                point(seed.lat, seed.lon),
            )
        )
    return [r for r in rows if r.geometry is not None and not r.geometry.is_empty]


def party_of(side: str | None, theatre: Theatre) -> str:
    """Return who fights on a side, the leading party first."""
    return ", ".join(p.name for p in theatre.parties if p.side == side)


def _piece(piece: FrontPiece) -> dict[str, Any]:
    return {
        "status": STATUS[piece.support],
        "support": piece.support,
        "confidence": round(piece.confidence, 3),
        "band_km": round(piece.band_km, 2),
        "length_km": round(geodesy.length_km(piece.geometry), 2),
        "evidence": list(piece.evidence),
    }


def _seed(seed: FrontEvidence, town: SeedTown | None, theatre: Theatre) -> dict[str, Any]:
    holder = next((p.name for p in theatre.parties if p.side == seed.side), None)
    return {
        "name": seed.place,
        "side": seed.side,
        "party": town.holder if town else holder,
        "since": town.since.isoformat() if town else None,
        "as_of": town.as_of.isoformat() if town else seed.date.isoformat() if seed.date else None,
        "source": town.source if town else None,
    }


def _km2(ground: Geometry) -> float:
    return round(geodesy.area_km2(ground), 1)


def summary(front: Front) -> dict[str, Any]:
    """Return what is told of a front in numbers: km of line by support, what it rests on."""
    km = {
        support: sum(geodesy.length_km(p.geometry) for p in front.pieces if p.support == support)
        for support in STATUS
    }
    return {
        "date": front.date.isoformat(),
        "km": round(sum(km.values()), 1),
        "km_by_reports": round(km["reports"], 1),
        "km_by_prior": round(km["prior"], 1),
        "km_unsupported": round(km["none"], 1),
        "claims": len(front.evidence),
        "doubted": sum(e.doubted for e in front.evidence),
        "places": len({e.place or (e.lat, e.lon) for e in front.evidence}),
        "seeds": len(front.seeds),
        "priors": [day.isoformat() for day in front.priors],
        "problems": list(front.problems),
    }


def evidence_records(
    fronts: Iterable[Front], reports: Iterable[Report] = ()
) -> list[dict[str, Any]]:
    """Return a record for each piece of evidence, by id, with the sentence that says it.

    What several dates rest on is there once; it is `doubted` when it is so on any of them.
    """
    sentences = _sentences(reports)
    found: dict[str, FrontEvidence] = {}
    for front in fronts:
        for one in front.evidence:
            before = found.get(one.id)
            doubted = one.doubted or (before is not None and before.doubted)
            found[one.id] = replace(one, doubted=doubted)
    return [_record(found[key], sentences.get(key, {})) for key in sorted(found)]


def _record(one: FrontEvidence, told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": one.id,
        "article_id": one.article_id,
        "date": one.date.isoformat() if one.date else None,
        "place": one.place,
        "lat": round(one.lat, 5),
        "lon": round(one.lon, 5),
        "wording": one.wording,
        "side": one.side,
        "signed_km": None if one.signed_km is None else round(one.signed_km, 2),
        "sd_km": round(one.sd_km, 2),
        "weight": round(one.weight, 3),
        "doubted": one.doubted,
        "sentence": told.get("sentence"),
        "title": told.get("title"),
        "source": told.get("source"),
        "url": told.get("url"),
    }


def _sentences(reports: Iterable[Report]) -> dict[str, dict[str, Any]]:
    """Return what is told of each claim's article and its sentence, by the claim's id."""
    told: dict[str, dict[str, Any]] = {}
    for report in reports:
        article = report.article
        for identity, claim in zip(claim_ids(report), report.claims, strict=True):
            span = report.sentence_at((claim.trigger or claim).start)
            told[identity] = {
                "sentence": article.text[span.start : span.end],
                "title": article.title,
                "source": article.source,
                "url": article.url,
            }
    return told


def clipped(front: Front, region: Geometry) -> Front:
    """Return what of a front lies in a region (EPSG:4326).

    A piece cut in two becomes two, each with its evidence.
    """
    import shapely

    pieces = [
        replace(piece, geometry=part)
        for piece in front.pieces
        for part in shapely.get_parts(shapely.intersection(piece.geometry, region))
        if part.geom_type == "LineString" and not part.is_empty
    ]
    band = None if front.uncertainty is None else _polygons(front.uncertainty, region)
    return replace(
        front,
        pieces=tuple(pieces),
        uncertainty=band,
        control=tuple((side, _polygons(ground, region)) for side, ground in front.control),
        seeds=tuple(s for s in front.seeds if shapely.intersects_xy(region, s.lon, s.lat)),
    )


def _polygons(ground: Geometry, region: Geometry) -> Any:
    import shapely

    parts = geodesy.polygons_of(shapely.intersection(ground, region))
    return shapely.multipolygons(parts) if parts else shapely.MultiPolygon()
