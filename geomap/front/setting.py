"""Where a war is fought: the plane and the lattice of a run, and points whose side is known."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from geomap.front.course import Course
from geomap.front.ground import Ground, Known, oriented
from geomap.front.lattice import Lattice
from geomap.front.observations import seats
from geomap.geodesy import Plane

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from shapely import Geometry

    from geomap.models import ContactLine, FrontEvidence

MARGIN_KM = 45.0  # the lattice reaches so far beyond what is known
_MOST_CELLS = 1_500_000
_STEP_KM = 1.0
_ALONE_KM = 120.0  # a place that far from every other one says nothing of this line
_HOME_STEP_KM = 25.0
_HOME_CLEAR_KM = 30.0  # home ground that near to fighting within it is not taken for safe
_HOME_BEYOND_KM = 120.0
_EDGE_DEG = 0.05  # longer edges of an earlier line are bent as the plane bends them


@dataclass(frozen=True, slots=True)
class Setting:
    """The plane and the lattice that a series is drawn on.

    Attributes
    ----------
    plane : Plane
    lattice : Lattice
    homes : Known
        Points of home ground far from the fighting, on the plane.
    priors : list of (ContactLine, Ground)
        By date. The line of each has side A on its left.
    home_ground : dict
        A side and the ground of its countries round the theatre, on the plane, where that is not
        where the fighting is.
    """

    plane: Plane
    lattice: Lattice
    homes: Known
    priors: list[tuple[ContactLine, Ground]]
    home_ground: dict[str, Any] = field(default_factory=dict)


def setting(
    evidence: Sequence[FrontEvidence],
    priors: Sequence[ContactLine],
    homes: Mapping[str, Geometry],
    known: Sequence[FrontEvidence],
) -> Setting | None:
    """Return where a series is drawn; None when nothing says where.

    Parameters
    ----------
    evidence : sequence of FrontEvidence
    priors : sequence of ContactLine
    homes : mapping
        A side and its home ground (EPSG:4326).
    known : sequence of FrontEvidence
        Seed towns.
    """
    import numpy as np
    import shapely

    near = [e for e in evidence if e.signed_km is not None and abs(e.signed_km) <= MARGIN_KM]
    lats, lons = [e.lat for e in near], [e.lon for e in near]
    boxes = [p.geometry.bounds for p in priors]
    if not near and not boxes:
        return None
    if boxes:
        west, south, east, north = np.array(boxes).T
        middle = (float((south.min() + north.max()) / 2), float((west.min() + east.max()) / 2))
    else:
        middle = (float(np.median(lats)), float(np.median(lons)))
    plane = Plane(*middle)
    points = seats(near, plane)
    lines = [plane.onto(shapely.segmentize(p.geometry, _EDGE_DEG)) for p in priors]
    if lines:
        whole = shapely.union_all(lines)
        shapely.prepare(whole)
        points = points[shapely.dwithin(shapely.points(points), whole, _ALONE_KM / 2)]
        corners = np.vstack([shapely.get_coordinates(whole), points])
    else:
        points = points[~lonely(points)]
        if not len(points):
            return None
        corners = points
    low, high = corners.min(axis=0) - MARGIN_KM, corners.max(axis=0) + MARGIN_KM
    step = max(_STEP_KM, math.sqrt(float(np.prod(high - low)) / _MOST_CELLS))
    lattice = Lattice.over((low[0], low[1], high[0], high[1]), step)
    safe, home_ground = _homes(plane, homes, low, high, points)
    sided = [e for e in (*known, *evidence) if e.side is not None]
    votes = _joined_known(safe, plane, sided)
    grounds = [
        (prior, _ground(plane, prior, line, votes))
        for prior, line in zip(priors, lines, strict=True)
    ]
    grounds.sort(key=lambda row: str(row[0].date))
    return Setting(plane, lattice, safe, grounds, home_ground)


def lonely(points: Any) -> NDArray[Any]:
    """Say which points are far from every other: one such place is a slip, not a front."""
    import numpy as np
    import shapely

    if len(points) < 2:
        return np.zeros(len(points), bool)
    spots = shapely.points(points)
    tree = shapely.STRtree(spots)
    asked, other = tree.query(spots, predicate="dwithin", distance=_ALONE_KM)
    apart = np.hypot(*(points[asked] - points[other]).T)
    met = np.zeros(len(points), bool)
    met[asked[apart > 1.0]] = True
    alone: NDArray[Any] = ~met
    return alone if met.any() else np.zeros(len(points), bool)


def _none() -> Known:
    import numpy as np

    return Known(np.zeros((0, 2)), np.zeros(0))


def _homes(
    plane: Plane, homes: Mapping[str, Geometry], low: Any, high: Any, fighting: Any
) -> tuple[Known, dict[str, Any]]:
    """Return points of home ground that no fighting is near, and that ground itself."""
    import numpy as np
    import shapely

    # A wide lattice: home ground tells where the rear of a side is.
    wide = Lattice.over(
        (*(low - _HOME_BEYOND_KM).tolist(), *(high + _HOME_BEYOND_KM).tolist()), _HOME_STEP_KM
    )
    every = wide.points(np.ones(wide.shape, bool))
    corners = shapely.box(*every.min(axis=0), *every.max(axis=0))
    box = plane.off(shapely.segmentize(corners, 50.0)).envelope
    found, signs = [], []
    kept: dict[str, Any] = {}
    for side, home in sorted(homes.items()):
        ground = plane.onto(shapely.intersection(shapely.make_valid(home), box))
        shapely.prepare(ground)
        inside = every[shapely.contains_xy(ground, every[:, 0], every[:, 1])]
        fought = fighting[shapely.contains_xy(ground, fighting[:, 0], fighting[:, 1])]
        # A side on whose home ground most of the fighting is holds what of it? Nobody knows.
        if not len(inside) or (len(fighting) and len(fought) > 0.5 * len(fighting)):
            continue
        kept[side] = ground
        if len(fought):
            near = wide.near(fought, _HOME_CLEAR_KM)
            inside = inside[wide.at(near.astype(float), inside) < 0.5]
        found.append(inside)
        signs.append(np.full(len(inside), 1.0 if side == "A" else -1.0))
    if not found:
        return _none(), kept
    return Known(np.vstack(found), np.concatenate(signs)), kept


def _joined_known(safe: Known, plane: Plane, sided: Sequence[FrontEvidence]) -> Known:
    import numpy as np

    if not sided:
        return safe
    at = seats(sided, plane)
    signs = np.array([1.0 if e.side == "A" else -1.0 for e in sided])
    return Known(np.vstack([safe.points, at]), np.concatenate([safe.sides, signs]))


def _ground(plane: Plane, prior: ContactLine, line: Any, votes: Known) -> Ground:
    """Return an earlier line with its sides.

    Raises
    ------
    FrontError
        Nothing tells which side of it is whose.
    """
    import numpy as np
    import shapely

    from geomap.errors import FrontError

    line = shapely.line_merge(line)
    parts = [p for p in shapely.get_parts(line) if p.length > 0]
    line = shapely.MultiLineString(parts)
    control = {side: shapely.segmentize(g, _EDGE_DEG) for side, g in prior.control}
    held = plane.onto(control["A"]) if "A" in control else None
    if held is None and "B" in control:
        # Near the line what B does not hold is A's.
        reach = shapely.buffer(line, MARGIN_KM, quad_segs=4)
        held = shapely.difference(reach, plane.onto(control["B"]))
    if held is not None:
        held = shapely.make_valid(held, method="structure", keep_collapsed=False)
        shapely.prepare(held)
        spots, signs = [], []
        for part in parts:
            at = Course(part).every(1.0)
            for aside in ((0.4, 0.0), (-0.4, 0.0), (0.0, 0.4), (0.0, -0.4)):
                spots.append(at + aside)
                signs.append(np.where(shapely.contains_xy(held, *(at + aside).T), 1.0, -1.0))
        votes = Known(np.vstack(spots), np.concatenate(signs))
    turned = oriented(line, votes)
    if turned is None:
        raise FrontError(
            f"{prior.source or 'a prior'}: nothing tells which side of the line is whose: give "
            "polygons of kind = control with side = A or B, or a theatre with seed towns"
        )
    return Ground(turned, held)
