"""Evaluation of boosted oblivious trees, for many rows at once, with numpy alone.

All splits of one depth of an oblivious tree ask the same question, so a row's leaf is a number
written in the answers' bits: no row walks a tree. Training (`geomap.toponyms.training`) is
CatBoost's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_ROWS = 256  # scored at once: what is worked on stays in the processor's cache


@dataclass(frozen=True, slots=True)
class Trees:
    """Boosted oblivious trees.

    Attributes
    ----------
    columns : numpy.ndarray of int, shape (trees, depth)
        Which feature each split asks for.
    borders : numpy.ndarray of float32, shape (trees, depth)
        The answer is yes above it.
    leaves : numpy.ndarray of float32, shape (trees, 2 ** depth)
        Log odds; the answer of the first split is the lowest bit of the leaf's number.
    bias : float
    """

    columns: NDArray[Any]
    borders: NDArray[Any]
    leaves: NDArray[Any]
    bias: float
    _asked: list[NDArray[Any]] = field(default_factory=list, init=False, repr=False, compare=False)

    def score(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Return the log odds of rows, shape (n, features)."""
        import numpy as np

        columns, borders, asked, offsets = self._questions()
        leaves = self.leaves.ravel()
        number = np.min_scalar_type(self.leaves.shape[1] - 1)  # a byte holds depth 8
        out = np.empty(len(rows), np.float64)
        for first in range(0, len(rows), _ROWS):
            # Features as rows: all steps run along memory.
            features = np.ascontiguousarray(rows[first : first + _ROWS].T)
            yes = (features.take(columns, axis=0) > borders).view(np.uint8)
            leaf = yes.take(asked[-1], axis=0).astype(number, copy=False)
            for question in asked[-2::-1]:
                leaf += leaf
                leaf |= yes.take(question, axis=0)
            out[first : first + _ROWS] = leaves.take(leaf + offsets).sum(axis=0)
        return out + self.bias

    def _questions(self) -> tuple[NDArray[Any], ...]:
        """Return what is asked, each question once, and which of them each depth of a tree asks."""
        import numpy as np

        if not self._asked:
            trees, depth = self.columns.shape
            pairs = np.stack((self.columns.ravel(), self.borders.ravel()), axis=1)
            unique, number = np.unique(pairs, axis=0, return_inverse=True)
            offsets = np.arange(trees, dtype=np.int64) * self.leaves.shape[1]
            self._asked.extend(
                (
                    unique[:, 0].astype(np.int64),
                    unique[:, 1:].astype(np.float32),
                    number.reshape(trees, depth).T.copy(),
                    offsets[:, None],
                )
            )
        return tuple(self._asked)

    def arrays(self, prefix: str) -> dict[str, Any]:
        """Return the arrays to store under a prefix."""
        import numpy as np

        return {
            f"{prefix}_columns": self.columns.astype(np.int16),
            f"{prefix}_borders": self.borders.astype(np.float32),
            f"{prefix}_leaves": self.leaves.astype(np.float16),
            f"{prefix}_bias": np.float64(self.bias),
        }

    @classmethod
    def stored(cls, arrays: Mapping[str, Any], prefix: str) -> Trees:
        """Return the trees stored under a prefix."""
        import numpy as np

        return cls(
            arrays[f"{prefix}_columns"].astype(np.int64),
            arrays[f"{prefix}_borders"],
            arrays[f"{prefix}_leaves"].astype(np.float32),
            float(arrays[f"{prefix}_bias"]),
        )
