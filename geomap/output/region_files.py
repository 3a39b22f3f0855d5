"""A region from a user's file of polygons: GeoJSON, GeoPackage, shapefile, KML; EPSG:4326."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geomap import geodesy
from geomap.errors import FrontError, SettingsError
from geomap.gazetteer.scope import Scope
from geomap.output.line_files import read_rows

if TYPE_CHECKING:
    from pathlib import Path

SUFFIXES = (".geojson", ".json", ".gpkg", ".shp", ".kml", ".fgb", ".zip")


def read_region(file: Path, radius_km: float | None = None) -> Scope:
    """Return all polygons of a file as one region; its name is the file's.

    Parameters
    ----------
    file : Path
    radius_km : float, optional
        By how much it is widened; needed where the file has points or lines alone.

    Raises
    ------
    SettingsError
        The file cannot be read, or holds no polygon.
    """
    import shapely

    try:
        rows = read_rows(file).rows
    except FrontError as error:
        raise SettingsError(f"--region {error}") from error
    shapes = [shapely.make_valid(r.geometry) for r in rows if r.geometry is not None]
    if radius_km is None:
        shapes = [p for shape in shapes for p in geodesy.polygons_of(shape)]
    if not shapes:
        broken = next((f" ({r.broken} in feature {r.number})" for r in rows if r.broken), "")
        raise SettingsError(f"--region {file}: holds no polygon{broken}")
    whole = shapely.union_all(shapes)
    told = file.stem.replace("_", " ").strip() or file.name
    if radius_km is None:
        return Scope(whole, told)
    return Scope(geodesy.buffer(whole, radius_km), f"{told} and {radius_km:g} km round it")
