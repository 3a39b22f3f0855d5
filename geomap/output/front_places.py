"""Side and distance to the line of what the reports name: a table, and marks on records."""

from __future__ import annotations

from collections import Counter
from statistics import median
from typing import TYPE_CHECKING, Any

from geomap.front.dated import of_day
from geomap.front.offsets import Offset, offsets
from geomap.output.csv_text import csv_text
from geomap.output.fronts import party_of
from geomap.output.layers import point

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from geomap.front.theatre import Theatre
    from geomap.models import ContactLine, Front, Place, Report

COLUMNS = (
    "kind", "article_id", "date", "line_date", "name", "lat", "lon", "side", "party",
    "distance_km", "error_km", "support", "mentions",
)  # fmt: skip
PLACE, REPORT = "place", "report"
NEAR_KM = 60.0  # a settlement further from the line does not tell where a report is about

_WIDE = ("hromada", "raion", "admin1", "country")  # precisions

_Row = tuple[str | float | None, ...]


def places_rows(
    reports: Iterable[Report],
    fronts: Sequence[Front],
    theatre: Theatre,
    *,
    min_confidence: float = 0.0,
    inside: Callable[[Any], bool] | None = None,
) -> list[_Row]:
    """Return a row for each settlement that a dated report names, and one for the report itself.

    A report's line is the latest of its day or before, else the first after it. The report's own
    place is the median of its settlements within `NEAR_KM` of the line; one that names none has no
    row of its own.

    Parameters
    ----------
    reports : iterable of Report
    fronts : sequence of Front
    theatre : Theatre
        Whose sides they are.
    min_confidence : float
        Mentions less sure are left out.
    inside : callable, optional
        Says of a geometry whether it lies in the region asked for; a report's own place is that of
        its settlements there.

    Returns
    -------
    list of tuple
        As `COLUMNS` names them, in the order of the reports, the report before its places.
    """
    drawn = sorted((f for f in fronts if f.pieces), key=lambda f: f.date)
    rows: list[_Row] = []
    for report in reports:
        front = of_day(drawn, report.article.date) if report.article.date else None
        named = _settlements(report, min_confidence)
        kept = [p for p in named if inside is None or inside(point(p.lat, p.lon))]
        if front is None or not kept:
            continue
        found = offsets(front, [p.lat for p in kept], [p.lon for p in kept])
        near = [
            p for p, o in zip(kept, found, strict=True)
            if o.distance_km is not None and o.distance_km <= NEAR_KM
        ]  # fmt: skip
        base = (report.article.id, str(report.article.date), str(front.date))
        if near:
            lat, lon = median(p.lat for p in near), median(p.lon for p in near)
            where = offsets(front, [lat], [lon])[0]
            mentions = sum(named[p] for p in near)
            title = report.article.title or None
            rows.append((REPORT, *base, title, *_told(lat, lon, where, theatre), mentions))
        rows += [
            (PLACE, *base, p.name, *_told(p.lat, p.lon, o, theatre), named[p])
            for p, o in zip(kept, found, strict=True)
        ]
    return rows


def mark(records: Sequence[dict[str, Any]], lines: Mapping[str, ContactLine | None]) -> None:
    """Add where they lie from a line to records that have `article_id`, `lat` and `lon`.

    `front_side`, `front_km` and `front_error_km` are None where that is not known, and for what is
    larger than a settlement: an oblast lies on no side.

    Parameters
    ----------
    records : sequence of dict
        Are added to.
    lines : mapping
        The line that counts for each article, by its id.
    """
    by_line: dict[int, tuple[ContactLine, list[dict[str, Any]]]] = {}
    for record in records:
        record |= {"front_side": None, "front_km": None, "front_error_km": None}
        line = lines.get(record["article_id"])
        if line is not None and record["lat"] is not None and record.get("precision") not in _WIDE:
            by_line.setdefault(id(line), (line, []))[1].append(record)
    for line, told in by_line.values():
        found = offsets(line, [r["lat"] for r in told], [r["lon"] for r in told])
        for record, offset in zip(told, found, strict=True):
            km, error_km = _rounded(offset)
            record |= {"front_side": offset.side, "front_km": km, "front_error_km": error_km}


def places_csv(rows: Iterable[_Row]) -> str:
    """Return the rows of `places_rows` as CSV."""
    return csv_text(COLUMNS, rows)


def _settlements(report: Report, least: float) -> Counter[Place]:
    """Return the settlements that a report names, and how often, in the order of the text."""
    return Counter(
        r.place
        for r in report.resolutions
        if r.status == "resolved"
        and r.mention.kind == "literal"
        and r.confidence >= least
        and r.place is not None
        and r.place.feature_class == "P"
    )


def _told(
    lat: float, lon: float, offset: Offset, theatre: Theatre
) -> tuple[str | float | None, ...]:
    party = party_of(offset.side, theatre) or None
    return (round(lat, 5), round(lon, 5), offset.side, party, *_rounded(offset), offset.support)


def _rounded(offset: Offset) -> tuple[float | None, float | None]:
    far, error = offset.distance_km, offset.error_km
    return None if far is None else round(far, 1), None if error is None else round(error, 1)
