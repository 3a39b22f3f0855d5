"""Which settlements a map names: the large ones everywhere, and villages round its marks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    Bounds = tuple[float, float, float, float]


class Town(NamedTuple):
    """A settlement to name: degrees, people, and its name in Cyrillic, or None."""

    name: str
    lat: float
    lon: float
    population: int
    native: str | None = None


MAX_TOWNS = 900  # of the whole box
MAX_NAMES = 2500  # with those round the marks: 50 bytes each in the page
CITY = 200_000  # people
CITY_DEGREES = 0.08  # about 9 km; cities500 lists the districts of a city beside it
TOWNS_PER_CELL = 14  # of a 12 x 12 grid over the detailed box
ROUND_DEG = 0.1  # cells of the marks, about 11 km north-south and 7 km east-west
LEAST_ROUND = 4  # names that each cell of marks may have, however many cells there are
FAR_KM = 18.0  # no name farther from a mark is one of its surroundings


def thinned(towns: Iterable[Town], box: Bounds, points: Any = None) -> list[Town]:
    """Return the towns to name, the same for the same towns in any order.

    Parameters
    ----------
    towns : iterable of Town
    box : (float, float, float, float)
        West, south, east, north in degrees.
    points : array-like, shape (n, 2), optional
        Latitude and longitude of the marks.

    Returns
    -------
    list of Town
        The most populous of each part of the box, in order of their people, at most `MAX_TOWNS`;
        then those round the marks, in the same order, at most `MAX_NAMES` in all. Coordinates have
        3 decimals (110 m).
    """
    west, south, east, north = box
    inside = (t for t in set(towns) if west <= t.lon <= east and south <= t.lat <= north)
    ranked = _without_suburbs(sorted(inside, key=_rank))
    kept: list[Town] = []
    rest: list[Town] = []
    cells: dict[tuple[int, int], int] = {}
    for town in ranked:
        cell = (
            int((town.lon - west) / (east - west) * 12),
            int((town.lat - south) / (north - south) * 12),
        )
        peopled = town.population > 0 and len(kept) < MAX_TOWNS
        if peopled and cells.get(cell, 0) < TOWNS_PER_CELL:
            cells[cell] = cells.get(cell, 0) + 1
            kept.append(town)
        else:
            rest.append(town)
    beside = _round_marks(rest, points, MAX_NAMES - len(kept))
    return [
        t._replace(lat=round(t.lat, 3), lon=round(t.lon, 3), population=int(t.population))
        for t in (*kept, *sorted(beside, key=_rank))
    ]


def _rank(town: Town) -> tuple[Any, ...]:
    return (-town.population, town.name, town.lat, town.lon, town.native or "")


def _without_suburbs(ranked: list[Town]) -> list[Town]:
    """Leave out what lies so near a city's point that its name would only clutter the city."""
    cities: dict[int, list[Town]] = {}  # by rows of latitude as high as a city reaches
    kept: list[Town] = []
    for town in ranked:
        row = int(town.lat // CITY_DEGREES)
        shrink = max(math.cos(math.radians(town.lat)), 0.1)
        if any(
            math.hypot((town.lon - c.lon) * shrink, town.lat - c.lat) < CITY_DEGREES
            for near in (row - 1, row, row + 1)
            for c in cities.get(near, ())
        ):
            continue
        if town.population >= CITY:
            cities.setdefault(row, []).append(town)
        kept.append(town)
    return kept


def _round_marks(towns: list[Town], points: Any, most: int) -> list[Town]:
    """Return what lies round the marks: in each cell the nearest, large before small."""
    import numpy as np
    import shapely

    marks = np.zeros((0, 2)) if points is None else np.asarray(points, dtype=float).reshape(-1, 2)
    marks = np.unique(np.round(marks[np.isfinite(marks).all(axis=1)], 3), axis=0)
    if not len(marks) or not towns or most <= 0:
        return []
    lat = np.array([t.lat for t in towns])
    lon = np.array([t.lon for t in towns])
    # One scale of longitude for all: near and far, not kilometres to the metre.
    shrink = max(math.cos(math.radians(float(np.median(marks[:, 0])))), 0.1)
    tree = shapely.STRtree(shapely.points(marks[:, 1] * shrink, marks[:, 0]))
    _, away = tree.query_nearest(
        shapely.points(lon * shrink, lat), return_distance=True, all_matches=False
    )
    km = away * 111.2
    people = np.array([t.population for t in towns], dtype=float)
    # A town counts as much as a village at a third of its distance.
    weighed = (km + 1.0) / (1.0 + np.log10(1.0 + people) / 2.0)
    by_cell: dict[tuple[int, int], list[int]] = {}
    for number in np.lexsort((np.arange(len(towns)), weighed)).tolist():
        if km[number] <= FAR_KM:
            cell = (int(lat[number] // ROUND_DEG), int(lon[number] // ROUND_DEG))
            by_cell.setdefault(cell, []).append(number)
    each = max(most // max(len(by_cell), 1), LEAST_ROUND)
    chosen = sorted((n for cell in by_cell.values() for n in cell[:each]), key=weighed.__getitem__)
    return [towns[n] for n in chosen[:most]]
