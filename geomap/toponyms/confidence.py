"""How sure a choice is: scores made probabilities, fitted on articles unseen in training."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from geomap.toponyms.pools import INNER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geomap.toponyms.context import Context

SAME_PLACE_KM = 25.0  # rivals this near are no doubt: a city, its county, its airport
MAX_MARGIN = 8.0
MAX_SURE = 0.995
# Log odds taken off where only the place is judged: the curve was fitted on articles like those of
# training, and is that much too sure of others (`docs/toponyms.md`).
CAUTION = 0.3
# What the confidence is made of, in the order of its weights (`model.Model.sure`).
TERMS = ("one", "score", "margin", "inner", "score_below_zero")


def terms(context: Context, scores: Any, use: int | None = None) -> Any:
    """Return what the confidence of candidates is made of, shape (n, len(TERMS)).

    Parameters
    ----------
    context : Context
    scores : numpy.ndarray
        Log odds of all candidates.
    use : int, optional
        Only the candidates of this use.
    """
    import numpy as np

    own = slice(None) if use is None else context.of(use)
    score, of = scores[own], context.use[own]
    return np.stack(
        [
            np.ones(len(score)), np.clip(score, -8, 8), _margins(context, score, own, of),
            context.answers[own] == INNER, np.minimum(score, 0.0),
        ],
        axis=1,
    )  # fmt: skip


def _margins(context: Context, score: Any, own: slice, use: Any) -> Any:
    """Return how far each candidate's score lies above its best distant rival's.

    `score` and `use` are those of the candidates in `own`, which holds whole uses.
    """
    import numpy as np

    if not len(score):
        return np.zeros(0)
    begin = np.flatnonzero(np.diff(use, prepend=-1))
    of = np.cumsum(np.diff(use, prepend=-1) != 0) - 1
    highest = np.maximum.reduceat(score, begin)
    # The first of the highest.
    at = np.flatnonzero(score == highest[of])
    best = at[np.diff(of[at], prepend=-1) != 0]
    # Rivals of the best are those far from it; those of all others are taken to be the best.
    lat, lon = context.lat[own], context.lon[own]
    east = np.abs(lon - lon[best][of])
    east = np.minimum(east, 360.0 - east) * np.cos(np.radians(lat[best]))[of]
    far = 111.195 * np.hypot(lat - lat[best][of], east) > SAME_PLACE_KM
    rival = np.maximum.reduceat(np.where(far, score, -np.inf), begin)
    margin = score - highest[of]
    margin[best] = highest - rival
    margin[begin[np.diff(begin, append=len(score)) == 1]] = MAX_MARGIN
    return np.clip(margin, -MAX_MARGIN, MAX_MARGIN)


def confidences(weights: Any, context: Context, scores: Any, use: int | None = None) -> Any:
    """Return for each candidate how likely it is right, were it chosen."""
    import numpy as np

    z = terms(context, scores, use) @ weights
    return np.minimum(1.0 / (1.0 + np.exp(-z)), MAX_SURE)


def both(weights: Any, chance: float, sure: float) -> float:
    """Return how likely a mark is right: that the words name a place, and that it is this one.

    Parameters
    ----------
    weights : numpy.ndarray
        Of one, and of the log odds of the two (`model.Model.recognised`).
    chance : float
        That the words name a place; 1 for what is given, and then only the other counts.
    sure : float
        That the place is right if they do.
    """
    if chance >= 1.0:
        return 1.0 / (1.0 + math.exp(CAUTION - log_odds(sure)))
    z = (
        float(weights[0])
        + float(weights[1]) * log_odds(chance)
        + float(weights[2]) * log_odds(sure)
    )
    return min(1.0 / (1.0 + math.exp(-z)), MAX_SURE)


def log_odds(chance: float) -> float:
    """Return the log odds of a probability, kept within reason."""
    kept = min(max(chance, 1e-4), 1.0 - 1e-4)
    return math.log(kept / (1.0 - kept))


def same_place(context: Context, ranked: Sequence[int]) -> bool:
    """Say whether all candidates lie together."""
    lat, lon = context.lat[list(ranked)], context.lon[list(ranked)]
    return bool(
        111.195 * (lat.max() - lat.min()) <= SAME_PLACE_KM
        and 111.195 * (lon.max() - lon.min()) <= 2 * SAME_PLACE_KM
    )
