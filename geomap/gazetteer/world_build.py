"""Add our tables of the world (`gazetteer/world/`) to places under construction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geomap.errors import TableError
from geomap.gazetteer import world
from geomap.gazetteer.rows import SourceRow
from geomap.gazetteer.schema import Level, NameKind

if TYPE_CHECKING:
    from pathlib import Path

    from geomap.gazetteer.columns import Columns
    from geomap.models import Precision

# Areas that news speaks of as it does of a region; all else of our tables is a feature.
WIDE = frozenset({"H.GULF", "H.OCN", "H.SEA", "H.STRT", "T.DSRT", "T.ISLS", "T.MTS", "T.PEN"})
WIDE_TABLES = ("regions.tsv", "waters.tsv", "landforms.tsv")
FEATURE_TABLES = ("rivers.tsv", "islands.tsv")
EXACT_KM = 6.0  # a feature no wider than an airport is its point


def level_of(feature: str) -> Level:
    """Return what a row of a GeoNames class and code is."""
    if feature.startswith("A.ADM2"):
        return Level.ADMIN2
    return Level.REGION if feature.startswith("L.") or feature in WIDE else Level.FEATURE


def add_counties(
    columns: Columns, folder: Path, targets: dict[str, int], us_source: int, own_source: int
) -> None:
    """Add the counties of the United States, the United Kingdom and Ireland.

    Raises
    ------
    TableError
        A row is not valid or of an unknown division; the message names file and line.
    """
    for row in world.us_counties(folder / "us_counties.tsv"):
        _add(columns, row, targets, us_source)
    for row in world.places(folder / "counties.tsv"):
        _add(columns, row, targets, own_source)


def add_places(
    columns: Columns, folder: Path, tables: tuple[str, ...], targets: dict[str, int], source: int
) -> None:
    """Add the regions, waters, landforms and facilities of some tables.

    Raises
    ------
    TableError
        A row is not valid, or a region of that name is there; the message names file and line.
    """
    for table in tables:
        for row in world.places(folder / table):
            target = f"region:{row.name}"
            number = _add(columns, row, targets, source)
            if level_of(row.feature) != Level.REGION:
                continue
            if target in targets:
                raise TableError(f"{row.where}: there is a region {row.name!r} already")
            targets[target] = number


def _add(columns: Columns, row: world.WorldRow, targets: dict[str, int], source: int) -> int:
    division = f"{row.country}.{row.admin1}" if row.admin1 else row.country
    if division and division not in targets:
        raise TableError(f"{row.where}: no country or division {division!r} in the sources")
    level = level_of(row.feature)
    feature_class, _, code = row.feature.partition(".")
    precision: Precision = "admin1"
    if level == Level.ADMIN2:
        precision = "raion"
    elif level == Level.FEATURE and row.radius_km <= EXACT_KM:
        precision = "exact"
    number = columns.add(
        SourceRow(
            name=row.name,
            lat=row.lat,
            lon=row.lon,
            level=level,
            feature_class=feature_class,  # type: ignore[arg-type]  # checked by the reader
            feature_code=code,
            country=row.country,
            admin1_code=row.admin1,
            population=row.population,
            precision=precision,
            radius_km=row.radius_km,
        ),
        source,
        parent=targets[division] if division else -1,
    )
    for name in row.names:
        columns.name(name, number, NameKind.ALIAS)
    for stem in row.stems:
        columns.name(stem, number, NameKind.STEM)
    return number
