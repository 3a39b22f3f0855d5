"""Pairs of candidates that are compared, flat, with sums and maxima over them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Pairs:
    """All pairs of a candidate and an anchor of another name of its article.

    Parameters
    ----------
    left_use, right_use : numpy.ndarray of int
        Uses of the candidates and of the anchors, each in rising order.
    article, name : numpy.ndarray of int
        Of each use.
    window : int
        Anchors of uses further away in the article's order are left out.

    Attributes
    ----------
    left, right : numpy.ndarray of int
        Numbers of the candidate and of the anchor of each pair, in order of both.
    """

    def __init__(
        self,
        left_use: NDArray[Any],
        right_use: NDArray[Any],
        article: NDArray[Any],
        name: NDArray[Any],
        window: int,
    ) -> None:
        import numpy as np

        self._count = len(left_use)
        opening = np.searchsorted(article, article, "left")
        closing = np.searchsorted(article, article, "right")
        uses = np.arange(len(article))
        low = np.searchsorted(right_use, np.maximum(uses - window, opening))
        high = np.searchsorted(right_use, np.minimum(uses + window + 1, closing))
        sizes = (high - low)[left_use]
        left = np.repeat(np.arange(self._count), sizes)
        begins = np.cumsum(sizes) - sizes
        right = np.arange(len(left)) - np.repeat(begins, sizes) + low[left_use][left]
        other = name[left_use[left]] != name[right_use[right]]
        self.left, self.right = left[other], right[other]
        if len(self.left):
            # Groups: pairs of one candidate; within them, pairs with anchors of one use.
            use = right_use[self.right]
            new_left = np.diff(self.left, prepend=-1) != 0
            self._begin = np.flatnonzero(new_left)
            self._owner = self.left[self._begin]
            inner = new_left | (np.diff(use, prepend=-1) != 0)
            self._inner = np.flatnonzero(inner)
            self._inner_begin = np.searchsorted(self._inner, self._begin)

    def __len__(self) -> int:
        return len(self.left)

    def sum(self, values: Any) -> Any:
        """Return the sum over each candidate's pairs, 0 for candidates without."""
        import numpy as np

        return self._spread(np.add.reduceat(values, self._begin), 0.0)

    def best(self, values: Any, none: float = 0.0) -> Any:
        """Return the largest over each candidate's pairs, `none` for candidates without."""
        import numpy as np

        return self._spread(np.maximum.reduceat(values, self._begin), none)

    def sum_of_best(self, values: Any) -> Any:
        """Return the sum over the other uses of the largest of each."""
        import numpy as np

        best = np.maximum.reduceat(values, self._inner).astype(np.float64)
        return self._spread(np.add.reduceat(best, self._inner_begin), 0.0)

    def _spread(self, values: Any, none: float) -> Any:
        import numpy as np

        out = np.full(self._count, none, np.float64)
        out[self._owner] = values
        return out
