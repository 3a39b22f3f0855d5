"""Evidence on the plane of a theatre, in columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geomap.geodesy import Plane
    from geomap.models import FrontEvidence

# However many say so, a place is not known nearer to the line than this: its own size, and that
# of the ground that is nobody's.
LEAST_SD_KM = 1.8
_TOGETHER_KM = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0)
_SAME_KM = 0.3  # places nearer to each other than this are one


@dataclass(frozen=True, slots=True)
class Observations:
    """What is said of the distance to the line at some points, and where only the side is known.

    Attributes
    ----------
    points : numpy.ndarray, shape (n, 2)
        Kilometres east and north.
    signed, sd : numpy.ndarray, shape (n,)
        How far in side A's ground, and its standard error, km.
    sided : numpy.ndarray, shape (m, 2)
        Points of which only the side is known.
    sides, margins : numpy.ndarray, shape (m,)
        +1 for side A, -1 for side B; and how far from the line they lie at least, km.
    side_sd : numpy.ndarray, shape (m,)
    members : list of tuple
        For each of the first n, the evidence that was brought together there.
    """

    points: NDArray[Any]
    signed: NDArray[Any]
    sd: NDArray[Any]
    sided: NDArray[Any]
    sides: NDArray[Any]
    margins: NDArray[Any]
    side_sd: NDArray[Any]
    members: list[tuple[FrontEvidence, ...]]


def seats(said: Sequence[FrontEvidence], plane: Plane) -> NDArray[Any]:
    """Return where some evidence lies on a plane, km east and north, shape (n, 2)."""
    import numpy as np

    lats, lons = [e.lat for e in said], [e.lon for e in said]
    return np.column_stack(plane.inward(lats, lons)) if said else np.zeros((0, 2))


def observe(
    evidence: Sequence[FrontEvidence],
    plane: Plane,
    day: dt.date,
    *,
    drift_km_a_day: float = 0.0,
    told_before: dict[tuple[int, int], int] | None = None,
    margin_km: float = 2.0,
    most: int | None = None,
) -> Observations:
    """Bring evidence together by place.

    Parameters
    ----------
    evidence : sequence of FrontEvidence
    plane : Plane
    day : datetime.date
        For which the line is drawn: older evidence is less sure.
    drift_km_a_day : float
        How much less sure a day.
    told_before : dict, optional
        How often each place was told of on earlier days: the same place is off the line by the
        same distance every day, so that telling it again adds ever less. Updated.
    margin_km : float
        How far from the line a place lies at least whose side is told.
    most : int, optional
        No more places than this: where there are more, neighbours are brought together.
    """
    import numpy as np

    if not evidence:
        none = np.zeros(0)
        pair = np.zeros((0, 2))
        return Observations(pair, none, none, pair, none, none, none, [])
    at = seats(evidence, plane)
    side_rows = [i for i, one in enumerate(evidence) if one.signed_km is None]
    near_rows = [i for i, one in enumerate(evidence) if one.signed_km is not None]
    places = _by_place(at, near_rows, _SAME_KM)
    for km in _TOGETHER_KM:
        if most is None or len(places) <= most:
            break
        places = _by_place(at, near_rows, km)
    points, signed, sd, members = [], [], [], []
    for key, rows in places.items():
        errors = np.array([_error(evidence[i], day, drift_km_a_day) for i in rows])
        values = np.array([evidence[i].signed_km for i in rows], dtype=float)
        share = errors**-2
        least = LEAST_SD_KM
        if told_before is not None:
            least *= (1 + told_before.get(key, 0)) ** 0.5
            told_before[key] = told_before.get(key, 0) + 1
        mean = float((values * share).sum() / share.sum())
        spread = float(np.sqrt((share * (values - mean) ** 2).sum() / share.sum()))
        points.append((at[rows] * share[:, None]).sum(axis=0) / share.sum())
        signed.append(mean)
        # What the sources disagree about goes into the doubt.
        sd.append(float(np.hypot(max(float(share.sum()) ** -0.5, least), spread / 2)))
        members.append(tuple(evidence[i] for i in rows))
    return Observations(
        np.array(points).reshape(-1, 2),
        np.array(signed),
        np.array(sd),
        at[side_rows],
        np.array([1.0 if evidence[i].side == "A" else -1.0 for i in side_rows]),
        np.full(len(side_rows), margin_km),
        np.array([3.0 * evidence[i].weight ** -0.5 for i in side_rows]),
        members,
    )


def _by_place(at: Any, rows: Sequence[int], km: float) -> dict[tuple[int, int], list[int]]:
    """Return rows by the square of the plane that they lie in."""
    places: dict[tuple[int, int], list[int]] = {}
    for i in rows:
        key = (round(float(at[i, 0]) / km), round(float(at[i, 1]) / km))
        places.setdefault(key, []).append(i)
    return places


def _error(one: FrontEvidence, day: dt.date, drift_km_a_day: float) -> float:
    age = max((day - one.date).days, 0) if one.date else 0
    sd: float = (one.sd_km**2 / one.weight + (drift_km_a_day * age) ** 2) ** 0.5
    return sd
