"""Several hints on one subject: multiplied where they agree, reported where they do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geomap import geodesy
from geomap.errors import CrsError
from geomap.hints.posterior import LEVEL, Found, find
from geomap.hints.surfaces import Both, Surface, peaks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geomap.hints.settlements import Settlements

# Log densities lost at the best common point against each hint's own best: two hints that agree
# lose one or two, and one pair of true hints in fifty more than this (measured, docs/hints.md).
MOST_LOST = 7.0
MOST = 12  # hints on one subject that are held against each other: nobody writes more
_LARGER = 1.02  # a product is drawn on one grid: its area is that exact


@dataclass(frozen=True, slots=True)
class Fused:
    """What hints on one subject say together.

    Attributes
    ----------
    found : Found
        Of those that agree.
    used : tuple of int
        Their numbers.
    against : tuple of int
        Numbers of those that contradict them: the less exact ones.

    A number that is in neither was not looked at.
    """

    found: Found
    used: tuple[int, ...]
    against: tuple[int, ...] = ()


def fuse(
    surfaces: Sequence[Surface],
    *,
    level: float = LEVEL,
    settlements: Settlements | None = None,
    without: frozenset[int] = frozenset(),
    cored: bool = False,
) -> Fused:
    """Return where the subject of some hints is.

    The most exact hint is the ground; each next one is multiplied in, unless it contradicts. Only
    the first `MOST` are looked at.

    Parameters
    ----------
    surfaces : sequence of Surface
        One a hint; at least one.
    level, settlements, without, cored
        As of `posterior.find`.

    Raises
    ------
    CrsError
        None of them can be drawn.
    """
    if len(surfaces) == 1:
        found = find(
            surfaces[0], level=level, settlements=settlements, without=without, cored=cored
        )
        return Fused(found, (0,))
    drawn: list[tuple[float, int, Found]] = []
    for number, surface in enumerate(surfaces[:MOST]):
        try:
            found = find(surface, level=level)
        except CrsError:
            continue
        drawn.append((geodesy.area_km2(found.region.geometry), number, found))
    if not drawn:
        raise CrsError("none of the hints leaves anywhere on Earth")
    drawn.sort(key=lambda d: d[:2])
    numbers = [number for _, number, _ in drawn]
    highest = dict(zip(numbers, peaks([surfaces[k] for k in numbers]), strict=True))
    area, first, found = drawn[0]
    used, against = [first], []
    for _, number, _ in drawn[1:]:
        agreeing = (*used, number)
        together = [surfaces[k] for k in agreeing]
        if sum(highest[k] for k in agreeing) - _highest(together) > MOST_LOST:
            against.append(number)
            continue
        try:
            both = find(Both(tuple(together)), level=level)
        except CrsError:
            against.append(number)
            continue
        narrowed = geodesy.area_km2(both.region.geometry)
        if narrowed > area * _LARGER:
            against.append(number)
            continue
        used.append(number)
        area, found = narrowed, both
    if settlements is not None or cored:
        agreed = [surfaces[k] for k in used]
        surface = agreed[0] if len(agreed) == 1 else Both(tuple(agreed))
        found = find(surface, level=level, settlements=settlements, without=without, cored=cored)
    return Fused(found, tuple(used), tuple(against))


def _highest(surfaces: Sequence[Surface]) -> float:
    """Return the highest log density of a product of surfaces."""
    return peaks([Both(tuple(surfaces))])[0]
