"""A drawn line in pieces: what each rests on, how sure it is, and the zone of its doubt."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from geomap.front.course import Course, Nearest
from geomap.models import FrontPiece

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from geomap.models import FrontEvidence, FrontSupport

SUPPORT_KM = 12.0  # a sentence speaks for the line this far to each side
NEAR_KM = 3.0  # a piece's confidence is the probability that the line runs within this of it
TEN_TO_NINETY = 1.2816  # standard deviations of a normal distribution: 10 % to 90 %
_SAMPLE_KM = 1.0
_STRETCH_KM = 3.0  # along which a band has one width
_LONGEST_KM = 30.0  # longer pieces are cut, so that each has its own evidence
_SHORTEST_KM = 3.0  # a change of support shorter than this is none
_CITED = 12  # ids of evidence that a piece gives
_CITED_KM = 18.0
_CITED_FRESH_KM = 6.0  # the newest of those within so many kilometres of the nearest come first


@dataclass(frozen=True, slots=True)
class Cited:
    """Evidence with its place on the plane; `fresh` is False for what is too old to support."""

    evidence: FrontEvidence
    east: float
    north: float
    fresh: bool = True


@dataclass(frozen=True, slots=True)
class Cut:
    """A piece on the plane (km), before it is projected."""

    line: Any
    sd_km: float
    support: FrontSupport
    evidence: tuple[str, ...]


def cut(
    line: Any,
    cited: Sequence[Cited],
    sd_at: Callable[[Any], NDArray[Any]],
    rest: FrontSupport,
) -> list[Cut]:
    """Cut a line into pieces by what they rest on.

    Parameters
    ----------
    line : shapely.MultiLineString
        On the plane, km.
    cited : sequence of Cited
    sd_at : callable
        Gives for points, shape (n, 2), how unsure the line is there, km.
    rest : {"prior", "none"}
        What a piece rests on that no sentence is near.
    """
    import numpy as np
    import shapely

    fresh = np.array([[c.east, c.north] for c in cited if c.fresh]).reshape(-1, 2)
    every = np.array([[c.east, c.north] for c in cited]).reshape(-1, 2)
    nearest = Nearest(fresh)
    pieces: list[Cut] = []
    for part in shapely.get_parts(line):
        course = Course(part)
        count = max(1, round(course.length_km / _SAMPLE_KM))
        step = course.length_km / count
        spots = course.points((np.arange(count) + 0.5) * step)
        supported = nearest.km(spots) <= SUPPORT_KM
        errors = sd_at(spots)
        runs = _runs(supported, step)
        lines = course.stretches(np.array([low for low, _ in runs] + [count]) * step)
        for (low, high), stretch in zip(runs, lines, strict=True):
            middle = spots[(low + high) // 2]
            pieces.append(
                Cut(
                    stretch,
                    float(np.sqrt(np.mean(np.square(errors[low:high])))),
                    "reports" if supported[low:high].mean() >= 0.5 else rest,
                    _ids(middle, spots[low:high], every, cited),
                )
            )
    return pieces


def _runs(flags: Any, step: float) -> list[tuple[int, int]]:
    """Return the runs of equal flags (first, past the last): short ones joined, long ones cut."""
    import numpy as np

    edges = [0, *(np.flatnonzero(np.diff(flags.astype(int))) + 1).tolist(), len(flags)]
    least = max(1, round(_SHORTEST_KM / step))
    kept = [0]
    for edge in edges[1:-1]:
        if edge - kept[-1] >= least and len(flags) - edge >= least:
            kept.append(edge)
    kept.append(len(flags))
    runs: list[tuple[int, int]] = []
    for low, high in pairwise(kept):
        parts = max(1, math.ceil((high - low) * step / _LONGEST_KM))
        cuts = np.linspace(low, high, parts + 1).round().astype(int).tolist()
        runs += list(pairwise(cuts))
    return runs


def _ids(middle: Any, spots: Any, every: Any, cited: Sequence[Cited]) -> tuple[str, ...]:
    """Return the ids of the evidence near a piece, the nearest and newest first."""
    import numpy as np

    if not len(every):
        return ()
    rough = np.flatnonzero(np.hypot(*(every - middle).T) <= _CITED_KM + _LONGEST_KM / 2)
    if not len(rough):
        return ()
    apart = np.hypot(
        every[rough, 0, None] - spots[None, :, 0], every[rough, 1, None] - spots[None, :, 1]
    ).min(axis=1)
    close = [(float(km), cited[int(i)]) for km, i in zip(apart, rough, strict=True)]
    close = [(km, c) for km, c in close if km <= _CITED_KM]

    def rank(row: tuple[float, Cited]) -> tuple[float, int, float, str]:
        km, one = row
        day = one.evidence.date
        return (km // _CITED_FRESH_KM, -day.toordinal() if day else 0, km, one.evidence.id)

    ids = dict.fromkeys(c.evidence.id for _, c in sorted(close, key=rank))
    return tuple(ids)[:_CITED]


def confidence(sd_km: float) -> float:
    """Return the probability that the line runs within `NEAR_KM` of where it is drawn."""
    return round(math.erf(NEAR_KM / (max(sd_km, 1e-6) * math.sqrt(2.0))), 3)


def zone(pieces: Sequence[Cut], sd_at: Callable[[Any], NDArray[Any]]) -> Any:
    """Return the ground within which the pieces run with 80 % probability, on the plane.

    Pieces that rest on nothing have none: there the line is not known at all.
    """
    import numpy as np
    import shapely

    parts: list[Any] = []
    for piece in pieces:
        if piece.support == "none":
            continue
        course = Course(piece.line)
        count = max(1, round(course.length_km / _STRETCH_KM))
        edges = np.linspace(0.0, course.length_km, count + 1)
        radius = TEN_TO_NINETY * sd_at(course.points((edges[:-1] + edges[1:]) / 2))
        stretches = course.stretches(edges)
        parts += list(shapely.buffer(np.array(stretches), radius, quad_segs=4))
    return shapely.union_all(parts) if parts else shapely.Polygon()


def placed(piece: Cut, geometry: Any) -> FrontPiece:
    """Return a piece as a record, with its geometry in EPSG:4326."""
    return FrontPiece(
        geometry=geometry,
        confidence=confidence(piece.sd_km),
        support=piece.support,
        band_km=round(2 * TEN_TO_NINETY * piece.sd_km, 2),
        evidence=piece.evidence,
    )
