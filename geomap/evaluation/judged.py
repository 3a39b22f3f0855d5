"""Which of the mentions found stands for which gold mention."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geomap.articles.annotated import GoldArticle, GoldMention
    from geomap.models import Mention, Report, Resolution

EARTH_KM = 6371.0088  # mean radius: published figures are of distances on this sphere


@dataclass(frozen=True, slots=True)
class Judged:
    """An article's gold beside what was found in it.

    `found` is in the order of the text; `pairs` are positions in `gold.mentions` and in `found`.
    `report` is None when the article could not be processed: then nothing was found.
    """

    gold: GoldArticle
    report: Report | None
    found: tuple[Resolution, ...]
    pairs: tuple[tuple[int, int], ...]


def judge(
    gold: GoldArticle, report: Report | None, kinds: Sequence[str], min_confidence: float = 0.0
) -> Judged:
    """Pair what was found in an article with its gold mentions.

    Parameters
    ----------
    gold : GoldArticle
    report : Report or None
        What geomap made of the article.
    kinds : sequence of str
        Kinds of mentions that count as found.
    min_confidence : float
        Placed mentions less sure are left out, as `geomap extract` does.
    """
    every = report.resolutions if report else ()
    found = tuple(
        r for r in every
        if r.mention.kind in kinds and (r.lat is None or r.confidence >= min_confidence)
    )  # fmt: skip
    return Judged(gold, report, found, pair(gold.mentions, [r.mention for r in found]))


def pair(
    gold: Sequence[GoldMention], found: Sequence[GoldMention | Mention]
) -> tuple[tuple[int, int], ...]:
    """Return one-to-one pairs of spans that share a character, as positions in the two sequences.

    Taken greedily: identical spans first, then by the number of characters shared, then by
    position.

    Examples
    --------
    >>> from geomap.articles.annotated import GoldMention
    >>> pair([GoldMention(0, 4), GoldMention(7, 12)], [GoldMention(0, 12)])
    ((1, 0),)
    """
    options = []
    order = sorted(range(len(found)), key=lambda j: found[j].start)
    starts = [found[j].start for j in order]
    longest = max((f.end - f.start for f in found), default=0)
    for i, g in enumerate(gold):
        # Only those that can reach into it: long articles stay linear.
        for j in order[bisect_right(starts, g.start - longest) : bisect_left(starts, g.end)]:
            f = found[j]
            shared = min(g.end, f.end) - max(g.start, f.start)
            if shared > 0:
                other = (g.start, g.end) != (f.start, f.end)
                options.append((other, -shared, g.start, f.start, i, j))
    pairs = []
    gold_left, found_left = set(range(len(gold))), set(range(len(found)))
    for *_, i, j in sorted(options):
        if i in gold_left and j in found_left:
            gold_left.remove(i)
            found_left.remove(j)
            pairs.append((i, j))
    return tuple(pairs)


@cache
def _great_circle() -> Any:
    from geopy.distance import great_circle

    return great_circle


def error_km(gold: GoldMention, resolution: Resolution) -> float | None:
    """Return how far a place found lies from the gold's, in kilometres; None if either has none.

    On a sphere, not on WGS84 as in `geodesy`: figures shall compare with published ones.
    """
    if gold.lat is None or gold.lon is None or resolution.lat is None or resolution.lon is None:
        return None
    one, other = (gold.lat, gold.lon), (resolution.lat, resolution.lon)  # geopy: lat first
    return float(_great_circle()(one, other, radius=EARTH_KM).km)
