"""What went wrong, mention by mention: missed, spurious, not placed, in a wrong place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geomap.evaluation.judged import error_km

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geomap.articles.annotated import GoldMention
    from geomap.evaluation.judged import Judged
    from geomap.models import Resolution

COLUMNS = (
    "mistake", "article_id", "start", "end", "text", "km", "gold_lat", "gold_lon",
    "gold_geonameid", "lat", "lon", "geonameid", "name", "country", "admin1", "kind", "status",
    "confidence", "reasons", "sentence",
)  # fmt: skip
Cell = str | int | float | None


def mistakes(judged: Judged, within_km: float) -> Iterator[tuple[Cell, ...]]:
    """Yield a row of `COLUMNS` for each mistake in an article, in the order of the text.

    Parameters
    ----------
    judged : Judged
    within_km : float
        A place farther from the gold's than this is wrong.
    """
    gold_left = set(range(len(judged.gold.mentions)))
    found_left = set(range(len(judged.found)))
    wrong: list[tuple[str, GoldMention | None, Resolution | None, float | None]] = []
    for i, j in judged.pairs:
        gold_left.remove(i)
        found_left.remove(j)
        gold, found = judged.gold.mentions[i], judged.found[j]
        km = error_km(gold, found)
        if gold.lat is not None and km is None:
            wrong.append(("not placed", gold, found, None))
        elif km is not None and km > within_km:
            wrong.append(("wrong place", gold, found, km))
    wrong += [("missed", judged.gold.mentions[i], None, None) for i in gold_left]
    wrong += [("spurious", None, judged.found[j], None) for j in found_left]
    rows = [_row(judged, *mistake) for mistake in wrong]
    rows.sort(key=lambda row: (row[2], row[3], row[0]))
    yield from rows


def _row(
    judged: Judged,
    mistake: str,
    gold: GoldMention | None,
    found: Resolution | None,
    km: float | None,
) -> tuple[Cell, ...]:
    at = found.mention if gold is None and found is not None else gold
    assert at is not None
    article, place = judged.gold.article, found.place if found else None
    sentence = article.text
    if judged.report is not None:
        span = judged.report.sentence_at(at.start)
        sentence = article.text[span.start : span.end]
    return (
        mistake,
        article.id,
        at.start,
        at.end,
        article.text[at.start : at.end],
        None if km is None else round(km, 1),
        gold.lat if gold else None,
        gold.lon if gold else None,
        gold.geonameid if gold else None,
        found.lat if found else None,
        found.lon if found else None,
        place.geonameid if place else None,
        found.name if found else None,
        place.country if place else None,
        place.admin1_name if place else None,
        found.mention.kind if found else None,
        found.status if found else None,
        found.confidence if found else None,
        "; ".join(found.reasons) if found else None,
        sentence,
    )
