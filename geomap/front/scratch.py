"""The line of contact from what is said alone, without an earlier line.

What is said is a signed distance at a place ("attacked near X": X lies a little on the defender's
side) or a side ("occupied X"). A Gaussian process carries it to the ground between. Nearness alone
would leave the field flat, and its zero adrift: so the field is drawn coarsely first, and at each
place points are added along its slope, on both sides, where the distance must be so much more and
so much less; then it is drawn again, more finely. Sides are only pulled in where the field says
otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geomap.front.process import Process, Term, tail_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geomap.front.observations import Observations

# Chosen on four days of reports against lines of contact 8 to 22 days off (docs/front.md).
LAND = Term(length_km=200.0, sd=100.0)  # how signed distances vary over a land
ROUNDS = (Term(60.0, 3.0), Term(40.0, 8.0), Term(30.0, 10.0), Term(15.0, 8.0))
_COARSE_SD_KM = 6.0  # added to every error in the first round, which only gives the slopes
_ASIDE_KM = 12.0  # where points are added along the slope
_ASIDE_SD_KM = 7.0
_FREEDOM = 6.0  # of the errors' Student t
_TURN = 0.5  # how much of a round's slope is taken over


@dataclass(frozen=True, slots=True)
class Sides:
    """Points of which only the side is known: towns, home ground, "occupied X".

    `margins` is how far from the line they lie at least, km; `sd` its error.
    """

    points: NDArray[Any]
    sides: NDArray[Any]
    margins: NDArray[Any]
    sd: NDArray[Any]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A field of signed distances, and how much each observation counted (0 to about 1.25)."""

    field: Process
    weights: NDArray[Any]


def draw(seen: Observations, sides: Sides, slopes: NDArray[Any] | None = None) -> Drawn | None:
    """Return the field of signed distances (km, positive in side A's ground).

    Parameters
    ----------
    seen : Observations
    sides : Sides
        Beside those of `seen`.
    slopes : numpy.ndarray, shape (n, 2), optional
        Unit vectors towards side A at the observed points, from the day before: saves the coarse
        rounds.

    Returns
    -------
    Drawn or None
        None when nothing is said of any distance, or nothing tells the sides apart.
    """
    import numpy as np

    points, values, errors = seen.points, seen.signed, seen.sd
    spots = np.vstack([seen.sided, sides.points])
    signs = np.concatenate([seen.sides, sides.sides])
    margins = np.concatenate([seen.margins, sides.margins])
    spot_sd = np.concatenate([seen.side_sd, sides.sd])
    if not len(points) or not (len(signs) or np.ptp(values) > 0):
        return None
    count = len(points)
    weights = np.ones(count)
    pulled = np.ones(len(signs), bool)
    goal, goal_sd = np.full(len(signs), 20.0), np.full(len(signs), 12.0)
    aside = np.zeros((0, 2))
    aside_values, aside_sd = np.zeros(0), np.zeros(0)
    field: Process | None = None
    rounds: tuple[Term, ...] = ROUNDS
    coarse = _COARSE_SD_KM
    if slopes is not None:
        rounds, coarse = ROUNDS[2:], 0.0
        aside, aside_values, aside_sd = _aside(points, values, slopes, weights)
        goal, goal_sd = margins, spot_sd
    for number, fine in enumerate(rounds):
        field = Process(
            np.vstack([points, spots[pulled], aside]),
            np.concatenate([values, (signs * goal)[pulled], aside_values]),
            np.concatenate(
                [np.hypot(errors, coarse) / np.sqrt(weights), goal_sd[pulled], aside_sd]
            ),
            (LAND, fine),
        )
        gradient = field.gradient(points, 4.0 if number < 2 else 2.0)
        coarse = 0.0
        if slopes is None:
            slopes = unit(gradient)
        else:
            # Where the field is flat its slope is chance: then it counts for little.
            steep = np.hypot(gradient[:, 0], gradient[:, 1])
            told = gradient / np.maximum(steep, 1.0)[:, None]
            slopes = unit(_TURN * told + (1.0 - _TURN) * slopes)
        if number:
            weights = tail_weights((values - field.mean(points)) / errors, _FREEDOM)
        aside, aside_values, aside_sd = _aside(points, values, slopes, weights)
        if len(signs):
            goal, goal_sd = margins, spot_sd
            pulled = field.mean(spots) * signs < goal
    assert field is not None
    return Drawn(field, weights)


def unit(vectors: Any) -> NDArray[Any]:
    """Return vectors, shape (n, 2), brought to length 1."""
    import numpy as np

    brought: NDArray[Any] = (
        vectors / np.maximum(np.hypot(vectors[:, 0], vectors[:, 1]), 1e-9)[:, None]
    )
    return brought


def _aside(points: Any, values: Any, slopes: Any, weights: Any) -> tuple[Any, Any, Any]:
    """Return the points along the slope on both sides of each place, their values and errors."""
    import numpy as np

    step = _ASIDE_KM * slopes
    return (
        np.vstack([points + step, points - step]),
        np.concatenate([values + _ASIDE_KM, values - _ASIDE_KM]),
        _ASIDE_SD_KM / np.sqrt(np.tile(weights, 2)),
    )
