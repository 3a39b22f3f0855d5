"""A smooth quantity on a plane, known at some points: Gaussian-process regression.

The quantity is the signed distance to the line of contact, or how far the line has moved. Points
are kilometres east and north, shape (n, 2).

Sources: Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), algorithm 2.1; the
weights of Student-t noise by iterated least squares (Lange, Little and Taylor 1989).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_CHUNK = 4000  # points worked on at once: bounds the memory to some tens of MB


@dataclass(frozen=True, slots=True)
class Term:
    """A summand of a covariance: Matern of smoothness 3/2.

    Attributes
    ----------
    length_km : float
        How far apart two points are still alike.
    sd : float
        How much the quantity varies, in its own unit.
    """

    length_km: float
    sd: float

    def __call__(self, distance_km: Any) -> Any:
        """Return the covariance of points that far apart."""
        import numpy as np

        scaled = distance_km * (-math.sqrt(3.0) / self.length_km)
        covariance = np.exp(scaled)
        np.subtract(1.0, scaled, out=scaled)
        covariance *= scaled
        covariance *= self.sd**2
        return covariance


def distances(first: Any, second: Any) -> Any:
    """Return the distances between two sets of points, shape (n, m)."""
    import numpy as np

    # Not np.hypot: it guards against overflow, at three times the price.
    squared = np.subtract.outer(first[:, 0], second[:, 0])
    np.square(squared, out=squared)
    north = np.subtract.outer(first[:, 1], second[:, 1])
    np.square(north, out=north)
    squared += north
    return np.sqrt(squared, out=squared)


class Process:
    """A quantity that was seen at some points, and what follows for others.

    Parameters
    ----------
    points : numpy.ndarray, shape (n, 2)
    values, sd : numpy.ndarray, shape (n,)
        What was seen there, and its standard error.
    terms : sequence of Term
        The covariance; they add up.
    scale : callable, optional
        Gives for points a factor of the standard deviation there: the quantity may vary more in
        some places than in others.

    Raises
    ------
    numpy.linalg.LinAlgError
        An error is zero and two points are one.
    """

    def __init__(
        self,
        points: Any,
        values: Any,
        sd: Any,
        terms: tuple[Term, ...],
        scale: Callable[[Any], Any] | None = None,
    ) -> None:
        import numpy as np

        self.points = points
        self.terms = terms
        self._scale = scale
        covariance = self._between(points, points)
        covariance[np.diag_indices_from(covariance)] += np.square(sd)
        self._lower = np.linalg.cholesky(covariance)
        half = _solve_lower(self._lower, values)
        self._weights = _solve_lower(self._lower, half, transposed=True)
        self._inverse: NDArray[Any] | None = None

    def _between(self, first: Any, second: Any) -> Any:
        apart = distances(first, second)
        covariance = self.terms[0](apart)
        for term in self.terms[1:]:
            covariance += term(apart)
        if self._scale is not None:
            covariance *= self._scale(first)[:, None] * self._scale(second)[None, :]
        return covariance

    def mean(self, points: Any) -> NDArray[Any]:
        """Return what is to be expected at some points."""
        import numpy as np

        found = [self._between(p, self.points) @ self._weights for p in _chunks(points)]
        return np.concatenate(found) if found else np.zeros(0)

    def sd(self, points: Any) -> NDArray[Any]:
        """Return how uncertain that is, as a standard deviation."""
        import numpy as np

        if self._inverse is None:
            half = _solve_lower(self._lower, np.eye(len(self._lower)))
            self._inverse = half.T @ half
        alone = math.sqrt(sum(term.sd**2 for term in self.terms))
        found = []
        for chunk in _chunks(points):
            between = self._between(chunk, self.points)
            known = ((between @ self._inverse) * between).sum(axis=1)
            own = alone * (self._scale(chunk) if self._scale is not None else np.ones(len(chunk)))
            found.append(np.sqrt(np.maximum(own**2 - known, 0.0)))
        return np.concatenate(found) if found else np.zeros(0)

    def gradient(self, points: Any, step_km: float) -> NDArray[Any]:
        """Return the slope at some points, per kilometre east and north; shape (n, 2)."""
        import numpy as np

        east, north = np.array([step_km, 0.0]), np.array([0.0, step_km])
        return np.column_stack(
            [
                self.mean(points + east) - self.mean(points - east),
                self.mean(points + north) - self.mean(points - north),
            ]
        ) / (2 * step_km)


def tail_weights(residual_in_sd: Any, freedom: float) -> Any:
    """Return how much each observation counts when errors follow Student's t.

    Parameters
    ----------
    residual_in_sd : numpy.ndarray
        What was seen less what is expected, in standard errors.
    freedom : float
        Degrees of freedom: the fewer, the less an outlier counts.
    """
    return (freedom + 1.0) / (freedom + residual_in_sd**2)


def _solve_lower(lower: Any, right: Any, *, transposed: bool = False) -> Any:
    """Solve a triangular system, block by block: numpy has a solver for general ones only."""
    import numpy as np

    size = 128
    n = len(lower)
    solved = np.array(right, dtype=float)
    starts = range(0, n, size)
    if transposed:
        for low in reversed(starts):
            high = min(low + size, n)
            if high < n:
                solved[low:high] -= lower[high:, low:high].T @ solved[high:]
            solved[low:high] = np.linalg.solve(lower[low:high, low:high].T, solved[low:high])
    else:
        for low in starts:
            high = min(low + size, n)
            if low:
                solved[low:high] -= lower[low:high, :low] @ solved[:low]
            solved[low:high] = np.linalg.solve(lower[low:high, low:high], solved[low:high])
    return solved


def _chunks(points: Any) -> Any:
    return (points[i : i + _CHUNK] for i in range(0, len(points), _CHUNK))
