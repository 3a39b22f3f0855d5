"""The table that a person goes through: refused and doubtful readings, and what else they could be.

Its last columns are empty, for what is right; `toponyms.review_table` reads them back.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from geomap.output.layers import found_features
from geomap.tables import safe_cell
from geomap.toponyms.corrections import squeezed
from geomap.toponyms.review_table import ANSWERS, CANDIDATES, COLUMNS, candidate_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geomap.models import Report, Resolution
    from geomap.output.filters import Filter

BELOW = 0.7  # a reading less sure than this is doubtful
_AROUND = 300  # characters of a sentence shown before and after a mention


def review_rows(
    reports: Iterable[Report],
    *,
    below: float = BELOW,
    wanted: Filter | None = None,
) -> list[dict[str, str]]:
    """Return a row for each reading that was refused, placed by its hint alone, or is doubtful.

    Parameters
    ----------
    reports : iterable of Report
    below : float
        Readings less sure than this are doubtful, 0 to 1.
    wanted : Filter, optional
        What is given; by default all but demonyms.

    Returns
    -------
    list of dict
        Every column of `review_table.COLUMNS` as text, in the order of the reports and their text.
    """
    rows = []
    for report in reports:
        kept = {id(one) for one, _ in found_features(report, wanted)}
        rows += [
            _row(report, resolution)
            for resolution in report.resolutions
            if id(resolution) in kept and _doubtful(resolution, below)
        ]
    return rows


def review_csv(rows: Iterable[dict[str, str]]) -> str:
    """Return rows as CSV that spreadsheets open as UTF-8 and run no formula of."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return "\ufeff" + out.getvalue()


def _doubtful(resolution: Resolution, below: float) -> bool:
    return resolution.status != "resolved" or resolution.confidence < below


def _row(report: Report, resolution: Resolution) -> dict[str, str]:
    article, mention, place = report.article, resolution.mention, resolution.place
    placed = resolution.lat is not None and resolution.lon is not None
    texts = {
        "article_id": article.id,
        "source": article.source,
        "name": mention.text,
        "sentence": _sentence(report, resolution),
        "reading": resolution.name if placed else None,
        "admin1": place.admin1_name if place else None,
        "country": place.country if place else None,
        "reasons": "; ".join(resolution.reasons),
    }
    row = {column: safe_cell(squeezed(text) or "") for column, text in texts.items()}
    # Numbers are ours: a minus before one is no formula.
    row |= {
        "date": article.date.isoformat() if article.date else "",
        "start": str(mention.start),
        "end": str(mention.end),
        "lat": f"{resolution.lat:.5f}" if placed else "",
        "lon": f"{resolution.lon:.5f}" if placed else "",
        "confidence": f"{resolution.confidence:.3f}",
        "status": resolution.status,
    }
    candidates = [""]
    if resolution.lat is not None and resolution.lon is not None:
        name = resolution.name
        candidates = [candidate_text(0, name, place, resolution.lat, resolution.lon)]
    for n, candidate in enumerate(resolution.runners_up, start=1):
        other = candidate.place
        candidates.append(candidate_text(n, other.name, other, other.lat, other.lon))
    row |= dict.fromkeys((*CANDIDATES, *ANSWERS), "")
    return row | {c: squeezed(t) or "" for c, t in zip(CANDIDATES, candidates, strict=False)}


def _sentence(report: Report, resolution: Resolution) -> str:
    """Return the sentence of a mention, which is marked: "Shells fell near >>Lyman<< at noon."."""
    text, mention = report.article.text, resolution.mention
    span = report.sentence_at(mention.start)
    first, last = max(span.start, mention.start - _AROUND), min(span.end, mention.end + _AROUND)
    before, after = text[first : mention.start], text[mention.end : max(last, mention.end)]
    cut = ("... " if first > span.start else "", " ..." if last < span.end else "")
    return f"{cut[0]}{before}>>{mention.text}<<{after}{cut[1]}"
