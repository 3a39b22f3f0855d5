"""GeoJSON (a document, or a feature a line) and GeoPackage: points, lines and polygons."""

from __future__ import annotations

import json
import math
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from geomap import geodesy
from geomap.errors import GazetteerError
from geomap.gazetteer.importers import columns
from geomap.gazetteer.importers.files import Packed, blocks, opened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from geomap.gazetteer.importers.base import Import
    from geomap.gazetteer.rows import SourceRow

MAX_DOCUMENT = 1 << 30
BATCH = 20_000  # features of a GeoPackage held at a time
SMALL_KM = 5.0  # of a shape up to this the middle is a good point
_MAX_COLUMNS = 300
# Names of the system that RFC 7946 prescribes; all are read as lon-lat.
_WGS84 = {"urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:OGC::CRS84", "OGC:CRS84",
          "urn:ogc:def:crs:EPSG::4326", "EPSG:4326", "urn:ogc:def:crs:EPSG:6.9:4326"}  # fmt: skip


def geojson_rows(
    packed: Packed, found: Import, mapping: Mapping[str, str] | None
) -> Iterator[SourceRow]:
    """Yield the features of a GeoJSON document; features are counted from 1."""
    with opened(packed) as stream:
        data = stream.read_all(MAX_DOCUMENT)
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise GazetteerError(
            f"{packed.path}: is not UTF-8 (byte {error.start + 1}): save it as UTF-8"
        ) from None
    except (ValueError, RecursionError) as error:
        raise GazetteerError(f"{packed.path}: is not valid JSON ({error})") from None
    del data
    kind = document.get("type") if isinstance(document, dict) else None
    features = document.get("features") if kind == "FeatureCollection" else [document]
    if kind not in ("FeatureCollection", "Feature") or not isinstance(features, list):
        raise GazetteerError(f"{packed.path}: is JSON, but no GeoJSON FeatureCollection")
    if not features:
        raise GazetteerError(f"{packed.path}: holds no features")
    project = _projection(packed.path, document.get("crs"))
    yield from _features(
        packed.path, found, enumerate(features, 1), _header(features), project, mapping
    )


def geojson_lines(
    packed: Packed, found: Import, mapping: Mapping[str, str] | None
) -> Iterator[SourceRow]:
    """Yield the features of a file with one a line (also with record separators, RFC 8142).

    The columns are those of the first 1,000 lines.
    """

    def parsed() -> Iterator[tuple[int, Any]]:
        for first, lines in blocks(packed, found):
            for number, line in enumerate(lines, first):
                text = line.strip().removeprefix("\x1e")
                if not text:
                    continue
                try:
                    yield number, json.loads(text)
                except (ValueError, RecursionError):
                    found.reject(number, "is not valid JSON", line)

    features = parsed()
    head = [item for _, item in zip(range(1000), features, strict=False)]
    header = _header([feature for _, feature in head])
    yield from _features(packed.path, found, head, header, None, mapping)
    yield from _features(packed.path, found, features, header, None, mapping)


def _header(features: list[Any]) -> list[str]:
    """Return the property names of features in their order."""
    titles: dict[str, None] = {}
    for feature in features:
        properties = feature.get("properties") if isinstance(feature, dict) else None
        if isinstance(properties, dict) and len(titles) < _MAX_COLUMNS:
            titles.update(dict.fromkeys(properties))
    return list(titles)


def _projection(path: Path, crs: Any) -> Any:
    """Return what takes a geometry to lon-lat degrees, None when it is in them already."""
    if crs is None:
        return None
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if name in _WGS84:
        return None
    from pyproj import CRS, Transformer
    from pyproj.exceptions import ProjError

    try:
        transformer = Transformer.from_crs(CRS.from_user_input(name), "EPSG:4326", always_xy=True)
    except (ProjError, TypeError):
        raise GazetteerError(
            f"{path}: its coordinate system {str(name)[:60]!r} is not known: save it in EPSG:4326"
        ) from None
    import shapely

    return lambda g: shapely.transform(g, transformer.transform, interleaved=False)


def _features(
    path: Path,
    found: Import,
    features: Any,
    header: list[str],
    project: Any,
    mapping: Mapping[str, str] | None,
) -> Iterator[SourceRow]:
    roles = columns.resolve(path, header, mapping, geometry=True)
    for number, feature in features:
        properties = feature.get("properties") if isinstance(feature, dict) else None
        if not isinstance(properties, dict):
            found.reject(number, "is no GeoJSON feature with properties", str(feature)[:200])
            continue
        cells = [properties.get(title) for title in header]
        try:
            geometry = _shape(feature.get("geometry"))
            geometry = project(geometry) if project and geometry is not None else geometry
        except Exception as error:  # whatever shapely makes of untrusted coordinates
            found.reject(number, f"has a broken geometry ({error})", str(properties)[:200])
            continue
        row = shaped_row(cells, roles, geometry)
        if isinstance(row, str):
            found.reject(number, row, str(properties)[:200])
            continue
        found.accepted += 1
        yield row


def _shape(geometry: Any) -> Any:
    if geometry is None:
        return None
    import shapely

    if isinstance(geometry, dict) and geometry.get("type") == "Point":
        x, y = geometry["coordinates"][:2]
        return shapely.Point(float(x), float(y))
    return shapely.from_geojson(json.dumps(geometry))


def geopackage_rows(
    packed: Packed, found: Import, mapping: Mapping[str, str] | None
) -> Iterator[SourceRow]:
    """Yield the features of all layers of a GeoPackage; features are counted from 1."""
    if packed.kind != "plain":
        raise GazetteerError(f"{packed.path}: unpack the GeoPackage first")
    _check_geopackage(packed.path)
    import pyogrio

    number = 0
    try:
        layers = [str(n) for n, kind in pyogrio.list_layers(packed.path) if kind is not None]
        if not layers:
            raise GazetteerError(f"{packed.path}: the GeoPackage has no layer with geometry")
        for layer in layers:
            header = [str(f) for f in pyogrio.read_info(packed.path, layer=layer)["fields"]]
            roles = columns.resolve(packed.path, header, mapping, geometry=True)
            start = 0
            while True:
                frame = pyogrio.read_dataframe(
                    packed.path, layer=layer, skip_features=start, max_features=BATCH
                )
                if frame.crs is not None and frame.crs != "EPSG:4326":
                    frame = frame.to_crs("EPSG:4326")
                yield from _frame(frame, header, roles, number, found)
                number += len(frame)
                start += len(frame)
                if len(frame) < BATCH:
                    break
    except (RuntimeError, ValueError) as error:  # pyogrio's errors are RuntimeErrors
        raise GazetteerError(f"{packed.path}: cannot be read as a GeoPackage ({error})") from None


def _check_geopackage(path: Path) -> None:
    """Raise when a file is no sound GeoPackage, in words plainer than GDAL's."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            database.execute("SELECT table_name FROM gpkg_contents").fetchall()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise GazetteerError(f"{path}: cannot be read as a GeoPackage ({error})") from None


def _frame(
    frame: Any, header: list[str], roles: columns.Columns, before: int, found: Import
) -> Iterator[SourceRow]:
    cells = zip(*(frame[title].tolist() for title in header), strict=True)
    for number, (row_cells, geometry) in enumerate(
        zip(cells, frame.geometry.values, strict=True), before + 1
    ):
        try:
            row = shaped_row(row_cells, roles, geometry)
        except Exception as error:  # whatever shapely makes of an untrusted geometry
            row = f"has a broken geometry ({error})"
        if isinstance(row, str):
            found.reject(number, row, str(row_cells)[:200])
            continue
        found.accepted += 1
        yield row


def shaped_row(cells: Sequence[Any], roles: columns.Columns, geometry: Any) -> SourceRow | str:
    """Return the row of a feature, or why it is none.

    A line or polygon is kept as it is; its point is the middle of its longest part, or one inside.
    """
    import shapely

    if geometry is None or geometry.is_empty:
        return "has no geometry"
    if geometry.geom_type == "Point":
        point = columns.check_point(geometry.y, geometry.x)
        return point if isinstance(point, str) else columns.row_of(cells, roles, *point)
    west, south, east, north = geometry.bounds
    for lat, lon in ((south, west), (north, east)):
        corner = columns.check_point(lat, lon)
        if isinstance(corner, str):
            return corner
    if geometry.geom_type in ("Polygon", "MultiPolygon") and not geometry.is_valid:
        geometry = shapely.make_valid(geometry)
    if geometry.geom_type == "GeometryCollection":
        return "is a mixed collection of geometries"
    geometry = shapely.force_2d(geometry)
    middle = middle_of(geometry)
    row = columns.row_of(cells, roles, middle[0], middle[1])
    return row if isinstance(row, str) else with_shape(row, geometry)


def middle_of(geometry: Any) -> tuple[float, float]:
    """Return (lat, lon) of a point on a geometry, near its middle."""
    import shapely

    if geometry.geom_type in ("LineString", "MultiLineString"):
        longest = max(shapely.get_parts(geometry), key=lambda part: part.length)
        point = longest.interpolate(0.5, normalized=True)
    else:
        point = geometry.representative_point()
    return round(point.y, 6), round(point.x, 6)


def with_shape(row: SourceRow, geometry: Any) -> SourceRow:
    """Return a row with its line or polygon and a radius that reaches to the shape's end."""
    import shapely

    west, south, east, north = geometry.bounds
    far = max(
        geodesy.distance_km(row.lat, row.lon, lat, lon)
        for lat in (south, north)
        for lon in (west, east)
    )
    radius = max(round(far, 2), 0.1)
    if geometry.geom_type == "MultiPoint":
        return replace(row, radius_km=radius)
    precision = row.precision
    if precision in ("exact", "estimated"):
        precision = "exact" if radius <= SMALL_KM else "estimated"
    if not math.isfinite(radius):
        radius = 0.1
    return replace(row, precision=precision, radius_km=radius, wkb=shapely.to_wkb(geometry))
