"""What a map names: settlements in view and round its marks, countries and divisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geomap.gazetteer.schema import PRECISIONS, Level

if TYPE_CHECKING:
    from geomap.gazetteer.store import Gazetteer

    Bounds = tuple[float, float, float, float]
    """West, south, east, north in degrees."""

CODIFIER = "katottg"  # knows all settlements of its country, and no district of a city
NEAR_DEG = 0.15  # cells of some 17 km north-south, 11 km east-west at 48 degrees


def are_towns(gazetteer: Gazetteer, rows: Any) -> Any:
    """Say which settlements are such, and not districts of a city.

    GeoNames has "Saltivka" (of Kharkiv) as a populated place of 400,000 people. Where a codifier
    lists the settlements of a country, what it does not know is none.

    Parameters
    ----------
    gazetteer : Gazetteer
    rows : array-like of int

    Returns
    -------
    ndarray of bool
        True for all rows of countries without a codifier.
    """
    import numpy as np

    asked = np.asarray(rows, dtype=np.int64)
    keys: list[str] = gazetteer.stamp["source_keys"]
    if CODIFIER not in keys:
        return np.ones(asked.shape, dtype=bool)
    columns, number = gazetteer.columns, keys.index(CODIFIER)
    known = np.asarray(columns["source"])[asked] == number
    listed = np.asarray(columns["origin_rows"])[np.asarray(columns["origin_sources"]) == number]
    known |= np.isin(asked, listed)
    country = np.asarray(columns["country"])
    return known | ~np.isin(country[asked], country[listed[:1]])


def settlements(
    gazetteer: Gazetteer, box: Bounds, limit: int, near: Any = ()
) -> list[tuple[str, float, float, int, str | None]]:
    """Return settlements of a box: name, latitude, longitude, population, native name.

    Parameters
    ----------
    gazetteer : Gazetteer
    box : (float, float, float, float)
    limit : int
        How many of those with known population, the largest first.
    near : array-like, shape (n, 2), optional
        Latitude and longitude of points; all settlements about them whose own points are known
        follow, by row.
    """
    import numpy as np

    west, south, east, north = box
    lat, lon, level = gazetteer.lat, gazetteer.lon, gazetteer.level
    inside = (
        (level >= Level.CAPITAL) & (level <= Level.SETTLEMENT)
        & (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    )  # fmt: skip
    settled = np.flatnonzero(inside)
    people = settled[gazetteer.population[settled] > 0]
    people = people[are_towns(gazetteer, people)]
    first = people[np.argsort(-gazetteer.population[people], kind="stable")][:limit]
    # A point estimated from a hromada would put the name where no village is.
    known = gazetteer.columns["precision"][settled] <= PRECISIONS.index("settlement")
    others = settled[known & ~np.isin(settled, first)]
    rows = [*first.tolist(), *others[_beside(lat[others], lon[others], near)].tolist()]
    return [
        (gazetteer.name(r), float(lat[r]), float(lon[r]), int(gazetteer.population[r]), native)
        for r, native in zip(rows, gazetteer.natives.of(rows), strict=True)
    ]


def _beside(lat: Any, lon: Any, near: Any) -> Any:
    """Say which points lie in a cell of `NEAR_DEG` that holds one of some others, or next to it."""
    import numpy as np

    points = np.asarray(near, dtype=float).reshape(-1, 2)
    cells = {
        (i + di, j + dj)
        for i, j in np.floor(points / NEAR_DEG).astype(int).tolist()
        for di in (-1, 0, 1)
        for dj in (-1, 0, 1)
    }
    at = np.floor(np.column_stack([lat, lon]) / NEAR_DEG).astype(int)
    return np.array([tuple(cell) in cells for cell in at.tolist()], dtype=bool)


def unit_natives(gazetteer: Gazetteer) -> dict[str, str]:
    """Return the native names of countries ("UA") and their first-level divisions ("UA.05")."""
    import numpy as np

    found: dict[str, str] = {}
    for level, code_of in ((Level.COUNTRY, gazetteer.country), (Level.ADMIN1, gazetteer.admin1)):
        rows = np.flatnonzero(gazetteer.level == level).tolist()
        for row, native in zip(rows, gazetteer.natives.of(rows), strict=True):
            if native is not None and (code := code_of(row)):
                found.setdefault(code, native)
    return found
