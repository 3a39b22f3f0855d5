"""Names that nothing in the article helps to place: then size is all there is.

The trees learned from articles that name many places. Of a place named alone the larger is the
likelier, and how likely is its share of all that bear the name: a sentence that names nothing but
"Mykolaivka" does not say which of a hundred.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geomap.gazetteer.schema import Level, NameKind
from geomap.toponyms.confidence import SAME_PLACE_KM

if TYPE_CHECKING:
    from geomap.gazetteer.store import Gazetteer
    from geomap.toponyms.context import Context

# Log odds for a place ten times larger; what is kept of the trees' score; the most to be sure.
LARGER_GAIN, KEPT, MOST = 2.0, 0.3, 0.97
_ADMIN1 = int(Level.ADMIN1)
# News names places less than in proportion to their people; of what has no figure a village's.
POWER, VILLAGE, WIDE = 0.75, 100.0, 1_000_000.0
WEAK_NAME = 0.01  # what a place counts that only once bore the name, or one like it


def alone(context: Context, scores: Any, linked: set[int]) -> list[int]:
    """Return the uses that no other local place of their article helps to place.

    Parameters
    ----------
    context : Context
    scores : numpy.ndarray
        Log odds of all candidates.
    linked : set of int
        Uses that the text places by direction from another, which are not alone.
    """
    local: dict[int, set[int]] = {}
    levels = context.level.tolist()
    for use, best in zip(context.uses, context.likeliest(scores), strict=True):
        if best >= 0 and use.literal and levels[best] >= _ADMIN1:
            local.setdefault(use.article, set()).add(use.name)
    return [
        number
        for number, use in enumerate(context.uses)
        if len(use.pool) > 1
        and use.parent is None
        and number not in linked
        and use.literal
        and use.feature not in ("admin1", "admin2", "wide")  # the words say which
        and local.get(use.article) == {use.name}
    ]


def by_size(
    gazetteer: Gazetteer, context: Context, scores: Any, uses: list[int]
) -> tuple[Any, Any]:
    """Return the scores with size put first for names that stand alone, and how sure that is.

    Returns
    -------
    scores : numpy.ndarray
        Of all candidates.
    sure : numpy.ndarray
        The probability of candidates of these uses; not a number for all others.
    """
    import numpy as np

    scores, sure = scores.copy(), np.full(len(context), np.nan)
    for number in uses:
        own = context.of(number)
        level = context.level[own]
        people = np.asarray(gazetteer.population[context.rows[own]], float)
        size = np.where(level <= Level.ADMIN1, WIDE, np.maximum(people, VILLAGE))
        weak = (context.kinds[own] >= NameKind.STEM) | (context.answers[own] > 0)
        size = np.where(weak & bool((~weak).any()), size * WEAK_NAME, size)
        larger = np.log10(size / size.max())
        scores[own] = KEPT * scores[own] + LARGER_GAIN * larger
        weight = size**POWER
        lat, lon = context.lat[own], context.lon[own]
        east = np.abs(lon[:, None] - lon[None, :]) * np.cos(np.radians(lat))[:, None]
        together = 111.195 * np.hypot(lat[:, None] - lat[None, :], east) <= SAME_PLACE_KM
        sure[own] = MOST * (together * weight).sum(axis=1) / weight.sum()
    return scores, sure
