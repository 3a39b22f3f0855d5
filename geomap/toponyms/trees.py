"""Evaluation of boosted oblivious trees, for many rows at once, with numpy alone.

All splits of one depth of an oblivious tree ask the same question, so a row's leaf is a number
written in the answers' bits: no row walks a tree. Training (`geomap.toponyms.training`) is
CatBoost's.
"""

from __future__ import annotations

from dataclasses import dataclass
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

    def score(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Return the log odds of rows, shape (n, features)."""
        import numpy as np

        trees, depth = self.columns.shape
        # Splits of one depth together, features as rows: all steps run along memory.
        columns = self.columns.T.ravel()
        borders = self.borders.T.reshape(-1, 1)
        offsets = (np.arange(trees, dtype=np.int32) * self.leaves.shape[1])[:, None]
        leaves = self.leaves.ravel()
        number = np.min_scalar_type(self.leaves.shape[1] - 1)  # a byte holds depth 8
        out = np.empty(len(rows), np.float64)
        for first in range(0, len(rows), _ROWS):
            features = np.ascontiguousarray(rows[first : first + _ROWS].T)
            yes = (features[columns] > borders).view(np.uint8).reshape(depth, trees, -1)
            leaf = yes[0].astype(number)
            for step in range(1, depth):
                leaf |= yes[step].astype(number, copy=False) << step
            out[first : first + _ROWS] = leaves[leaf + offsets].sum(axis=0)
        return out + self.bias

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
