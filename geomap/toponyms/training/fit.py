"""Fitting linear models and boosted trees, in the form that geomap evaluates."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from geomap.toponyms.features import HASH_BITS
from geomap.toponyms.model import Linear
from geomap.toponyms.trees import Trees

SEED = 20_261_122
DENSE_SCALE = 0.3  # dense features weigh less than words, so that regularisation holds both
TREES = {"depth": 6, "learning_rate": 0.06, "l2_leaf_reg": 6, "random_seed": SEED}


def fit_linear(hashed: Any, dense: Any, labels: Any, strength: float) -> Linear:
    """Fit a logistic regression (L2, liblinear) on hashed and dense features."""
    import numpy as np
    from scipy.sparse import csr_matrix, hstack
    from sklearn.linear_model import LogisticRegression

    count, slots = hashed.shape
    ones = np.ones(count * slots, np.float32)
    words = csr_matrix(
        (ones, hashed.ravel(), np.arange(0, count * slots + 1, slots)),
        shape=(count, 1 << HASH_BITS),
    )
    words.sum_duplicates()
    mean, deviation = dense.mean(axis=0), dense.std(axis=0) + 1e-6
    scaled = csr_matrix(((dense - mean) / deviation * DENSE_SCALE).astype(np.float32))
    fitted = LogisticRegression(
        C=strength, solver="liblinear", tol=1e-3, max_iter=100, random_state=SEED
    ).fit(hstack([words, scaled]).tocsr(), labels)
    weights = fitted.coef_.ravel()
    own = weights[1 << HASH_BITS :] * DENSE_SCALE / deviation
    bias = float(fitted.intercept_[0] - (own * mean).sum())
    return Linear(weights[: 1 << HASH_BITS].astype(np.float32), own.astype(np.float32), bias)


def fit_trees(rows: Any, labels: Any, trees: int, weights: Any = None, bags: int = 1) -> Trees:
    """Fit boosted oblivious trees (CatBoost) on rows, labels between 0 and 1.

    With several bags, each of another seed and part of the rows, the mean of their scores: few
    rows give trees that differ much by chance.
    """
    import numpy as np

    fitted = [_fit_bag(rows, labels, trees, weights, bag, bags) for bag in range(bags)]
    return Trees(
        np.concatenate([t.columns for t in fitted]),
        np.concatenate([t.borders for t in fitted]),
        np.concatenate([t.leaves for t in fitted]) / bags,
        sum(t.bias for t in fitted) / bags,
    )


def _fit_bag(rows: Any, labels: Any, trees: int, weights: Any, bag: int, bags: int) -> Trees:
    import numpy as np
    from catboost import CatBoostClassifier

    options: dict[str, Any] = TREES | {"random_seed": SEED + bag}
    if bags > 1:
        options |= {"bootstrap_type": "Bernoulli", "subsample": 0.7}
    fitted = CatBoostClassifier(
        iterations=trees, loss_function="CrossEntropy", verbose=0, allow_writing_files=False,
        thread_count=2, **options,
    ).fit(rows, np.asarray(labels, float), sample_weight=weights)  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trees.json"
        fitted.save_model(str(path), format="json")
        stored = json.loads(path.read_text(encoding="utf-8"))
    depth = int(TREES["depth"])
    count = len(stored["oblivious_trees"])
    columns = np.zeros((count, depth), np.int64)
    borders = np.full((count, depth), np.inf, np.float32)  # a missing split is never answered yes
    leaves = np.zeros((count, 1 << depth), np.float32)
    for i, tree in enumerate(stored["oblivious_trees"]):
        for j, split in enumerate(tree["splits"] or ()):
            columns[i, j] = split["float_feature_index"]
            borders[i, j] = split["border"]
        leaves[i, : len(tree["leaf_values"])] = tree["leaf_values"]
    scale, (bias,) = stored["scale_and_bias"]
    return Trees(columns, borders, leaves * scale, float(bias))


def fit_curve(terms: Any, right: Any) -> Any:
    """Return the weights of a logistic curve over some terms, of which the first is 1."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=100.0, fit_intercept=False, max_iter=1000).fit(terms, right)
    return fitted.coef_.ravel()


def folds(count: int, parts: int, seed: int) -> Any:
    """Return for each of some articles the number of its fold."""
    import numpy as np

    return np.random.RandomState(seed).permutation(count) % parts
