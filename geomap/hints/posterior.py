"""From a probability surface to a region: the smallest area that holds a share of it, and a point.

Where the subject is a settlement, the known settlements are part of what may be there: each has a
chance by the surface at its point, the rest of the ground has what settlements the gazetteer lacks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from geomap.errors import CrsError
from geomap.geodesy import Plane, polygons_of, whole_of
from geomap.hints import spreads
from geomap.models import Region

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from geomap.hints.grid import Grid
    from geomap.hints.settlements import Known, Settlements
    from geomap.hints.surfaces import Surface

LEVEL = 0.9
CORE = 0.5  # of the probability, in the inner ring that a map draws
MIN_DISC_KM = 1.0  # a settlement is drawn no smaller: its houses reach that far from its point
_MANY = 12  # points that are tried as the likeliest
_FAINT = 1e-4  # of the peak: ground that is less likely is not searched for settlements
_VILLAGE = 0.2  # people of a village, on the scale by which settlements are weighed
_SAMPLE = 80  # pieces of ground that stand for a surface when distances to it are taken


@dataclass(frozen=True, slots=True)
class Found:
    """Where something is: a region, and the settlements that it may be, likeliest first.

    `candidates` are pairs of a row of the gazetteer and its probability.
    """

    region: Region
    candidates: tuple[tuple[int, float], ...] = ()


# News says "near Bakhmut" again and again, and every article is read in two passes.
@lru_cache(maxsize=2048)
def find(
    surface: Surface,
    *,
    level: float = LEVEL,
    settlements: Settlements | None = None,
    without: frozenset[int] = frozenset(),
    cored: bool = False,
) -> Found:
    """Return the smallest region that holds a share of a surface.

    Parameters
    ----------
    surface : Surface
    level : float, optional
        The share of the probability, between 0 and 1.
    settlements : Settlements, optional
        Given when what is sought is a settlement.
    without : frozenset of int, optional
        Rows of settlements that it is not: the anchors themselves.
    cored : bool, optional
        Whether the region shall have its core: the smallest area that holds half of the
        probability. A region of no more than that has none.

    Raises
    ------
    CrsError
        The region holds a pole.
    """
    import numpy as np

    plane = Plane(*surface.centre)
    grid = surface.grid(plane)
    log = surface.log_density(plane, grid.east, grid.north)
    top = float(log.max())
    density = np.exp(log - top)
    total = float((density * grid.cell_km2).sum())
    if not (math.isfinite(top) and total > 0):
        raise CrsError("the distances and directions of the text leave nowhere on Earth")
    density /= total
    known, chances, rest = _weighed(
        surface, plane, grid, density, top + math.log(total), settlements, without
    )
    ranked = _ranked(density, grid, known, chances, rest)
    threshold, taken = ranked.reaching(level)
    geometry = _drawn(plane, grid, density, threshold, known, taken)
    core = None
    if cored and level > CORE:
        core = _core(plane, grid, density, known, ranked, geometry)
    east, north = _point(grid, density, known, chances, rest, threshold)
    lat, lon = plane.outward(east, north)
    order = np.argsort(-chances, kind="stable")[:_MANY]
    rows = known.rows if known is not None else order
    candidates = tuple((int(rows[k]), float(chances[k])) for k in order)
    return Found(Region(geometry, float(lat), float(lon), core), candidates)


def _weighed(
    surface: Surface, plane: Plane, grid: Grid, density: Any, log_total: float,
    settlements: Settlements | None, without: AbstractSet[int],
) -> tuple[Known | None, Any, float]:  # fmt: skip
    """Return the known settlements, the chance of each, and that of all other ground."""
    import numpy as np

    if settlements is None:
        return None, np.zeros(0), 1.0
    likely = density > _FAINT * density.max()
    east, north = grid.east[likely], grid.north[likely]
    known = settlements.around(
        plane, float(east.min()), float(north.min()), float(east.max()), float(north.max())
    )
    if not len(known):
        return None, np.zeros(0), 1.0
    here = np.exp(surface.log_density(plane, known.east, known.north) - log_total)
    power = spreads.settlements("people_power")
    weight = here * ((known.people + 200.0) / 2000.0) ** power
    if without:
        weight[np.isin(known.rows, list(without))] = 0.0
    rest = spreads.settlements("per_km2" if surface.stated else "per_km2_unstated")
    # Villages whose points nobody gave: few people each.
    rest += known.unplaced_per_km2 * _VILLAGE**power
    whole = float(weight.sum()) + rest
    return known, weight / whole, rest / whole


@dataclass(frozen=True, slots=True)
class _Ranked:
    """Pieces of ground and settlements in the order in which a growing region takes them.

    `order` numbers settlements from 0, and the cells of the grid after them; `heights` are
    densities, `held` what is held up to each piece, of `total`. `rest` is the share of all that
    is ground, `count` the number of settlements.
    """

    order: Any
    heights: Any
    held: Any
    total: float
    rest: float
    count: int

    def reaching(self, level: float) -> tuple[float, Any]:
        """Return the density above which ground belongs to a region, and which settlements do."""
        import numpy as np

        last = int(np.searchsorted(self.held, level * self.total))
        if not self.count:
            last = min(last, len(self.order) - 1)
            return float(self.heights[last]) / self.rest, self.order[:0]
        last = max(last, 1)
        taken = self.order[:last]
        return float(self.heights[last - 1]) / self.rest, taken[taken < self.count]


def _ranked(density: Any, grid: Grid, known: Known | None, chances: Any, rest: float) -> _Ranked:
    """Return what a region may take, the densest first."""
    import numpy as np

    masses = (density * grid.cell_km2 * rest).ravel()
    heights = (density * rest).ravel()
    if known is None:
        order = np.argsort(-heights, kind="stable")
        held = np.cumsum(masses[order])
        return _Ranked(order, heights[order], held, float(held[-1]), rest, 0)
    ground = math.pi * _radii(known) ** 2
    heights = np.concatenate((chances / ground, heights))
    masses = np.concatenate((chances, masses))
    order = np.argsort(-heights, kind="stable")
    # A settlement is taken whole or not at all: it is when most of it is needed.
    held = np.cumsum(masses[order]) - 0.5 * masses[order]
    return _Ranked(order, heights[order], held, 1.0, rest, len(chances))


def _radii(known: Known) -> Any:
    import numpy as np

    return np.maximum(known.radius_km, MIN_DISC_KM)


def _drawn(
    plane: Plane, grid: Grid, density: Any, threshold: float, known: Known | None, taken: Any
) -> Any:
    """Return the region in EPSG:4326."""
    import shapely

    pieces = grid.above(density, threshold) if float(density.max()) > threshold else []
    if known is not None and len(taken):
        centres = shapely.points(known.east[taken], known.north[taken])
        pieces += list(shapely.buffer(centres, _radii(known)[taken], quad_segs=5))
    if not pieces:  # a peak between the points of the grid
        at = density.argmax()
        peak = shapely.Point(float(grid.east.ravel()[at]), float(grid.north.ravel()[at]))
        pieces = [peak.buffer(math.sqrt(float(grid.cell_km2.ravel()[at]) / math.pi))]
    whole = pieces[0] if len(pieces) == 1 else shapely.disjoint_subset_union_all(pieces)
    return plane.polygon(whole)


def _core(
    plane: Plane, grid: Grid, density: Any, known: Known | None, ranked: _Ranked, whole: Any
) -> Any:
    """Return the smallest area that holds half of the probability, within a region."""
    import shapely

    threshold, taken = ranked.reaching(CORE)
    try:
        core = _drawn(plane, grid, density, threshold, known, taken)
    except CrsError:  # so small that it has no area by longitude and latitude
        return None
    if shapely.covers(whole, core):
        return core
    # Chords of two outlines cross where the outlines run together.
    return whole_of(polygons_of(shapely.intersection(core, whole)))


def _point(
    grid: Grid, density: Any, known: Known | None, chances: Any, rest: float, threshold: float
) -> tuple[float, float]:
    """Return the point from which the truth is expected to lie the least far.

    The middle of the surface, or a settlement's own point.
    """
    import numpy as np

    mass = (density * grid.cell_km2 * rest).ravel()
    east, north = grid.east.ravel(), grid.north.ravel()
    inside = density.ravel() > threshold
    weight = np.where(inside, mass, 0.0) if inside.any() else mass
    middle = float(np.average(east, weights=weight)), float(np.average(north, weights=weight))
    if known is None:
        return middle
    # The ground in strides, so that a few pieces stand for all of it.
    stride = np.argsort(-mass)[: 4 * _SAMPLE : 4]
    e = np.concatenate((known.east, east[stride]))
    n = np.concatenate((known.north, north[stride]))
    w = np.concatenate((chances, mass[stride] * rest / max(float(mass[stride].sum()), 1e-12)))
    whole = float(np.average(e, weights=w)), float(np.average(n, weights=w))
    best = np.argsort(-chances, kind="stable")[:_MANY]
    tries = np.array([middle, whole, *zip(known.east[best], known.north[best], strict=True)])
    away = np.hypot(tries[:, :1] - e, tries[:, 1:] - n)
    at = tries[int((away @ w).argmin())]
    return float(at[0]), float(at[1])
