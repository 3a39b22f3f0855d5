"""An earlier line, moved by what is said since.

What is said of the distance at a place is compared with the earlier line: the difference is how far
the line has moved there. Most of a line does not move for months, some of it moves far; so the
differences are carried no further than some kilometres, outliers count little, and where nothing
points to a movement the earlier line stays as it was drawn, vertex by vertex.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geomap.front.course import spine
from geomap.front.ground import Ground
from geomap.front.process import Process, Term, tail_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geomap.front.lattice import Lattice
    from geomap.front.observations import Observations

# Chosen on three days of reports, each from two or three lines of contact drawn 2.5 to 8 months
# before (docs/front.md).
LENGTH_KM = 11.0  # how far along and across the line a movement reaches
FREEDOM = 3.0  # of the errors' Student t
GATE_KM = 30.0  # what is said of places further from the line does not move it
_ROUNDS = 6
# Ground that was overrun holds more than the place that was named: behind a place that the line has
# passed, further from it, points are added that must have changed sides too. Salients close so.
_BEHIND_KM = (5.0, 10.0)
_BEHIND_SD_KM = 3.5
_PASSED_KM = 5.0  # by how much the line must have passed a place for that
_SLOPE_STEP_KM = 12.0  # over which distance the line's course is taken for that
_REACH = 3.0  # lengths beyond which a movement is nothing
_LEAST_MOVE_KM = 0.3  # less is no movement: the earlier line stays
_COARSE = 3  # the movement is worked out on every third point of the lattice
_BAND_KM = 35.0  # a line does not move further than this in one step


@dataclass(frozen=True, slots=True)
class Moved:
    """The line after a step, and how unsure it is.

    `sd` has a value in km for each point of the lattice. `weights` say how much each observation
    counted (0 to about 1.3).
    """

    ground: Ground
    sd: NDArray[Any]
    weights: NDArray[Any]


def move(ground: Ground, seen: Observations, sd: NDArray[Any], lattice: Lattice) -> Moved:
    """Return a line moved by what was said since it was drawn.

    Parameters
    ----------
    ground : Ground
    seen : Observations
    sd : numpy.ndarray
        By how many km the line may have moved at each point of the lattice.
    lattice : Lattice
    """
    import numpy as np

    weights = np.zeros(len(seen.points))
    before = ground.signed(seen.points)
    near = np.abs(before) < GATE_KM
    points, change, error, owner = _changes(ground, seen, near, before)
    if not len(points):
        return Moved(ground, sd, weights)
    counted = np.ones(len(points))
    own = int(near.sum())

    def scale(at: Any) -> Any:
        return lattice.at(sd, at)

    process: Process | None = None
    for _ in range(_ROUNDS):
        process = Process(points, change, error / np.sqrt(counted), (Term(LENGTH_KM, 1.0),), scale)
        counted = tail_weights((change - process.mean(points)) / error, FREEDOM)
        added = owner >= 0
        counted[added] = np.minimum(counted[added], counted[owner[added]])
    assert process is not None
    weights[near] = counted[:own]
    moved, later_sd = _on_lattice(process, ground, points, sd, lattice)
    zone = lattice.above(np.abs(moved), _LEAST_MOVE_KM)
    if zone.is_empty:
        return Moved(ground, later_sd, weights)
    return Moved(_redrawn(ground, moved, zone, lattice), later_sd, weights)


def _changes(
    ground: Ground, seen: Observations, near: Any, before: Any
) -> tuple[Any, Any, Any, Any]:
    """Return points, by how much the line has moved there, the errors, and whose point it is."""
    import numpy as np

    points, values, errors = seen.points[near], seen.signed[near], seen.sd[near]
    change = values - before[near]
    kept = [(points, change, errors, np.full(len(points), -1))]
    if len(points):
        course = _course(ground, points)
        way = np.sign(change)
        for km in _BEHIND_KM:
            spots = points + (way * km)[:, None] * course
            more = values + way * km - ground.signed(spots)
            use = (np.abs(change) > _PASSED_KM) & (more * way > 0) & ~np.isnan(course[:, 0])
            error = np.hypot(errors, _BEHIND_SD_KM + 0.2 * km)
            kept.append((spots[use], more[use], error[use], np.flatnonzero(use)))
    # Of a place whose side is told only a contradiction counts.
    if len(seen.sided):
        signed = ground.signed(seen.sided)
        wrong = (signed * seen.sides < 0) & (np.abs(signed) < GATE_KM)
        goal = seen.sides * seen.margins - signed
        alone = np.full(int(wrong.sum()), -1)
        kept.append((seen.sided[wrong], goal[wrong], seen.side_sd[wrong], alone))
    whole = [np.concatenate(column) for column in zip(*kept, strict=True)]
    return whole[0], whole[1], whole[2], whole[3]


def _course(ground: Ground, points: Any) -> Any:
    """Return unit vectors towards side A, by the ground round; NaN where that is even."""
    import numpy as np

    turns = np.linspace(0.0, 2 * np.pi, 16, endpoint=False)
    ring = np.column_stack([np.cos(turns), np.sin(turns)])
    total = np.zeros_like(points)
    for km in (_SLOPE_STEP_KM, 2 * _SLOPE_STEP_KM):
        spots = (points[:, None, :] + km * ring[None]).reshape(-1, 2)
        signed = np.tanh(ground.signed(spots) / 20.0).reshape(len(points), -1)
        total += signed @ ring
    steep = np.hypot(total[:, 0], total[:, 1])
    course = np.full_like(points, np.nan)
    use = steep > 0.3
    course[use] = total[use] / steep[use, None]
    return course


def _on_lattice(
    process: Process, ground: Ground, points: Any, sd: Any, lattice: Lattice
) -> tuple[Any, Any]:
    """Return the movement and what is unsure after it, for each point of the lattice."""
    import numpy as np

    coarse = lattice.every(_COARSE)
    reach = spine(ground.line, coarse.step_km)
    mask = coarse.near(points, _REACH * LENGTH_KM)
    mask &= coarse.near(reach, _BAND_KM + 2 * coarse.step_km)
    spots = coarse.points(mask)
    moved = np.zeros(lattice.shape)
    later = sd.copy()
    if len(spots):
        means = coarse.filled(mask, process.mean(spots), 0.0)
        known = process.sd(spots) / np.maximum(lattice.at(sd, spots), 1e-9)
        shares = coarse.filled(mask, known, 1.0)
        within = lattice.near(points, _REACH * LENGTH_KM)
        fine = lattice.points(within)
        moved[within] = coarse.at(means, fine)
        later[within] = sd[within] * np.clip(coarse.at(shares, fine), 0.0, 1.0)
    return moved, later


def _redrawn(ground: Ground, moved: Any, zone: Any, lattice: Lattice) -> Ground:
    """Return the ground with its line drawn anew where it has moved."""
    import numpy as np
    import shapely

    drawn = np.abs(moved) > 0.5 * _LEAST_MOVE_KM
    # Only ground nearer to the line than it has moved can have changed sides.
    reach = min(float(np.abs(moved).max()) + 4 * lattice.step_km, _BAND_KM)
    drawn &= lattice.near(spine(ground.line, 2 * lattice.step_km), reach)
    signed = lattice.filled(drawn, ground.signed(lattice.points(drawn)), np.nan)
    field = signed + moved
    new = [p for line in lattice.level_lines(field) for p in _lines(line.intersection(zone))]
    old = _lines(ground.line.difference(zone))
    line = shapely.MultiLineString(joined(new + old, 2.5 * _LEAST_MOVE_KM))
    held = ground.held
    if held is not None:
        gained = lattice.above(np.where(np.isnan(field), -1.0, field)).intersection(zone)
        seen = lattice.above(np.where(drawn, 1.0, -1.0), 0.0).intersection(zone)
        held = shapely.union(shapely.difference(held, seen), gained)
        held = shapely.make_valid(held, method="structure", keep_collapsed=False)
    return Ground(line, held)


def _lines(geometry: Any) -> list[Any]:
    import shapely

    parts = [p for g in shapely.get_parts(geometry) for p in shapely.get_parts(g)]
    return [p for p in parts if p.geom_type == "LineString" and p.length > 0]


def joined(lines: list[Any], gap_km: float) -> list[Any]:
    """Return lines with their ends made one where they nearly meet, and merged there.

    Each end is moved to the nearest end of another line within `gap_km`; the ends are never moved
    twice. The direction of the lines is kept.
    """
    import numpy as np
    import shapely

    if len(lines) < 2:
        return lines
    coordinates = [shapely.get_coordinates(line) for line in lines]
    # A line ends where another begins: both run with side A on their left.
    ends = np.array([c[-1] for c in coordinates])
    starts = np.array([c[0] for c in coordinates])
    apart = np.hypot(ends[:, None, 0] - starts[None, :, 0], ends[:, None, 1] - starts[None, :, 1])
    taken: set[int] = set()
    order = np.argsort(apart, axis=None)
    used: set[int] = set()
    for flat in order.tolist():
        i, j = divmod(flat, len(lines))
        if apart[i, j] > gap_km:
            break
        if i in used or j in taken or apart[i, j] == 0.0 or i == j:
            continue
        used.add(i)
        taken.add(j)
        coordinates[i] = np.vstack([coordinates[i], starts[j]])
    whole = shapely.MultiLineString([shapely.linestrings(c) for c in coordinates])
    return list(shapely.get_parts(shapely.line_merge(whole, directed=True)))
