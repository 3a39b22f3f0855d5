"""A day's line with its sides and its doubt, made into a record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geomap.front.course import spine
from geomap.front.observations import seats
from geomap.front.pieces import Cited, cut, placed, zone
from geomap.geodesy import polygons_of
from geomap.models import Front

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geomap.front.ground import Ground
    from geomap.front.setting import Setting
    from geomap.models import FrontEvidence, FrontSupport

TOO_LITTLE = (
    "too little is said of any place to draw a line from: give more reports, an earlier line "
    "(--prior), or a theatre with seed towns"
)
CONTROL_KM = 30.0  # ground is shown as held so far from a supported line
_SLIVER_KM2 = 2.0  # less ground is what two ways of drawing a line differ by
_SHORTEST_KM = 1.0  # a loose end shorter than this is none
_CELL_KM = 2.0  # between the points of a grid
_CELLS_KM = 30.0


@dataclass(frozen=True, slots=True)
class Assembly:
    """What a day's record is made from, on the plane.

    `unsure` gives for points how unsure the line is there, km; `rest` is what a stretch rests on
    that no sentence is near; evidence from before `fresh` supports no stretch. `band` is the zone
    of doubt where it is not simply that of the line's error.
    """

    day: dt.date
    ground: Ground
    unsure: Callable[[Any], NDArray[Any]]
    rest: FrontSupport
    used: tuple[FrontEvidence, ...]
    fresh: dt.date
    seeds: tuple[FrontEvidence, ...]
    priors: tuple[dt.date, ...]
    band: Any | None = None


def assembled(where: Setting, drawn: Assembly, *, cells: bool) -> Front:
    """Return a day's front as a record (EPSG:4326)."""
    import shapely

    line = drawn.ground.line
    parts = [p for p in shapely.get_parts(line) if p.length >= _SHORTEST_KM]
    if not parts:
        return Front(
            drawn.day, (), evidence=drawn.used, seeds=drawn.seeds, priors=drawn.priors,
            problems=(TOO_LITTLE,),
        )  # fmt: skip
    near = [e for e in drawn.used if e.signed_km is not None]
    at = seats(near, where.plane)
    cited = [
        Cited(e, float(p[0]), float(p[1]), e.date is None or e.date >= drawn.fresh)
        for e, p in zip(near, at, strict=True)
    ]
    pieces = cut(shapely.MultiLineString(parts), cited, drawn.unsure, drawn.rest)
    band = zone(pieces, drawn.unsure) if drawn.band is None else drawn.band
    return Front(
        date=drawn.day,
        pieces=tuple(placed(p, where.plane.off(p.line)) for p in pieces),
        uncertainty=None if band.is_empty else where.plane.polygon(band),
        control=_control(where, drawn, [p.line for p in pieces if p.support != "none"]),
        evidence=drawn.used,
        seeds=drawn.seeds,
        priors=drawn.priors,
        cells=_cells(where, drawn) if cells else (),
    )


def _control(where: Setting, drawn: Assembly, known: list[Any]) -> tuple[tuple[str, Any], ...]:
    """Return who holds what, as far as a supported line reaches (and what an earlier line held)."""
    import shapely

    if not known:
        return ()
    lattice = where.lattice
    line = shapely.MultiLineString(known)
    strip = shapely.buffer(shapely.simplify(line, 0.2), CONTROL_KM, quad_segs=8)
    held = drawn.ground.held
    if held is None:
        mask = lattice.near(spine(line, 1.0), CONTROL_KM + 3)
        values = lattice.filled(mask, drawn.ground.signed(lattice.points(mask)), -1.0)
        held = shapely.intersection(lattice.above(values), strip)
        own = held
    else:
        own = held if drawn.rest == "prior" else shapely.intersection(held, strip)
    other = shapely.difference(strip, held)
    # A side's own country is not shown as held by it, and never by the other for want of a line.
    for home in where.home_ground.values():
        own, other = shapely.difference(own, home), shapely.difference(other, home)
    found = []
    for side, ground in (("A", own), ("B", other)):
        whole = shapely.make_valid(ground, method="structure", keep_collapsed=False)
        parts = [p for p in polygons_of(whole) if p.area >= _SLIVER_KM2]
        if parts:
            found.append((side, where.plane.polygon(shapely.MultiPolygon(parts))))
    return tuple(found)


def _cells(where: Setting, drawn: Assembly) -> tuple[tuple[float, float, float, float], ...]:
    """Return the field near the line: lat, lon, probability that side A holds it, band in km."""
    import math

    import numpy as np

    lattice = where.lattice
    wide = type(lattice).over(
        (lattice.east[0], lattice.north[0], lattice.east[-1], lattice.north[-1]), _CELL_KM
    )
    spots = wide.points(wide.near(spine(drawn.ground.line, 1.0), _CELLS_KM))
    signed, sd = drawn.ground.signed(spots), drawn.unsure(spots)
    share = np.array([0.5 * (1.0 + math.erf(x / math.sqrt(2.0))) for x in (signed / sd).tolist()])
    lat, lon = where.plane.outward(spots[:, 0], spots[:, 1])
    rows = zip(lat.tolist(), lon.tolist(), share.tolist(), (2.563 * sd).tolist(), strict=True)
    return tuple(rows)
