"""What the first score of all candidates tells about each: the article's other uses, its rivals.

The first model judges a candidate by the words beside it. The second sees, besides, how the same
name was judged elsewhere in the article, the candidates that share words with it, and those that
stand next to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geomap.toponyms.batch import Batch
    from geomap.toponyms.candidates import CandidateSpans

SECOND = (
    "z", "name_best", "name_mean", "name_others", "name_times", "longer", "shorter",
    "before", "after", "before_words", "after_words", "density", "bucket", "candidates",
)  # fmt: skip
KIND_SECOND = (
    "z", "name_others", "name_times", "before", "after", "has_before", "has_after", "article_mean",
)  # fmt: skip
_NONE = -9.0  # log odds of a neighbour that is not there
_FAR = 50.0
_NEAR = 5  # words between neighbours; padding between articles is as wide
_STEPS = 12  # candidates to either side that are looked at


def second_features(batch: Batch, spans: CandidateSpans, keys: Any, z: Any) -> Any:
    """Return the features of the second look, shape (n, len(SECOND)), float32.

    Parameters
    ----------
    batch : Batch
    spans : CandidateSpans
    keys : numpy.ndarray
        `features.own_keys` of the candidates.
    z : numpy.ndarray of float
        Log odds by the first model.
    """
    import numpy as np

    count = len(spans)
    first, last = spans.first, spans.last
    article = batch.article[first]
    _, name = np.unique(keys, return_inverse=True)
    names = int(name.max()) + 1 if count else 0
    best = np.full(names, -99.0)
    np.maximum.at(best, name, z)
    times = np.bincount(name, minlength=names)
    total = np.bincount(name, weights=z, minlength=names)
    others = np.where(times[name] > 1, (total[name] - z) / np.maximum(times[name] - 1, 1), 0.0)
    longer, shorter, before, after = (np.full(count, _NONE) for _ in range(4))
    before_words, after_words = np.full(count, _FAR), np.full(count, _FAR)
    size = last - first
    for step in range(1, min(_STEPS + 1, count)):
        a, b = slice(0, count - step), slice(step, count)
        shared = first[b] < last[a]
        for p, q in ((a, b), (b, a)):
            longer[p] = np.where(
                shared & (size[q] > size[p]), np.maximum(longer[p], z[q]), longer[p]
            )
            shorter[p] = np.where(
                shared & (size[q] <= size[p]), np.maximum(shorter[p], z[q]), shorter[p]
            )
        gap = first[b] - last[a]
        beside = ~shared & (gap < _NEAR)
        for p, q, score, words in ((b, a, before, before_words), (a, b, after, after_words)):
            better = beside & (z[q] > score[p])
            score[p] = np.where(better, z[q], score[p])
            words[p] = np.where(better, gap, words[p])
    articles = int(article.max()) + 1 if count else 0
    in_article = np.bincount(article, minlength=articles)
    new_first = np.diff(first, prepend=-1) != 0
    places = np.bincount(article, weights=new_first, minlength=articles)
    mass = np.bincount(article, weights=np.maximum(z, 0.0), minlength=articles)
    density = mass / np.maximum(places, 1)
    columns = (
        z, best[name], total[name] / times[name], others, times[name], longer, shorter,
        before, after, before_words, after_words, density[article], spans.bucket,
        np.log(in_article[article]),
    )  # fmt: skip
    return np.stack([np.asarray(c, np.float32) for c in columns], axis=1)


def kind_features(batch: Batch, first: Any, keys: Any, z: Any) -> Any:
    """Return what the first scores of an article's mentions tell of what each stands for.

    Parameters
    ----------
    batch : Batch
    first : numpy.ndarray of int
        First word of each mention, in rising order.
    keys : numpy.ndarray
        `features.own_keys` of the mentions.
    z : numpy.ndarray of float
        Log odds that each is meant as a place.

    Returns
    -------
    numpy.ndarray, shape (n, len(KIND_SECOND)), float32
    """
    import numpy as np

    count = len(first)
    article = batch.article[first]
    _, name = np.unique(keys, return_inverse=True)
    times, total = np.bincount(name), np.bincount(name, weights=z)
    others = np.where(times[name] > 1, (total[name] - z) / np.maximum(times[name] - 1, 1), 0.0)
    in_article, mass = np.bincount(article), np.bincount(article, weights=z)
    near = np.zeros(count, bool)
    near[1:] = (np.diff(first) < _NEAR) & (np.diff(article) == 0)
    before, after = np.zeros(count), np.zeros(count)
    before[1:] = np.where(near[1:], z[:-1], 0.0)
    after[:-1] = np.where(near[1:], z[1:], 0.0)
    has_after = np.append(near[1:], False)
    columns = (
        z, others, times[name] - 1, before, after, near, has_after,
        mass[article] / np.maximum(in_article[article], 1),
    )  # fmt: skip
    return np.stack([np.asarray(c, np.float32) for c in columns], axis=1)
