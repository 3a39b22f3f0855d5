"""The features of a user's file of front lines: GeoJSON, or whatever GDAL reads; EPSG:4326."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.errors import FrontError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# How the names of coordinate systems in degrees end, in GeoJSON of before RFC 7946.
_DEGREES = ("CRS84", "EPSG::4326", "EPSG:4326")
_JSON = (".geojson", ".json")
_LATER_THAN = 10_000_000_000  # as seconds the year 2286: larger numbers of time are milliseconds
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# 2025-02-05, 20250205 (DeepState's mirrors), 05FEB2025 (ISW's shapefiles).
_ISO_DAY = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_PLAIN_DAY = re.compile(r"(?<!\d)((?:19|20)\d{2})(\d{2})(\d{2})(?!\d)")
_NAMED_DAY = re.compile(rf"(?<!\d)(\d{{1,2}})({'|'.join(_MONTHS)})[a-z]*(\d{{4}})(?!\d)", re.I)


@dataclass(frozen=True, slots=True)
class Row:
    """A feature: its number in the file from 1, properties by lower-case name, 2D geometry.

    `geometry` is None when there is none, `broken` says why one cannot be used.
    """

    number: int
    properties: dict[str, Any]
    geometry: Any
    layer: str = ""
    broken: str | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """The features of a file, in its order, and the day that the file as a whole gives.

    `evidence` are the records that a file of `geomap front` holds beside its features.
    """

    rows: tuple[Row, ...]
    day: dt.date | None = None
    evidence: tuple[dict[str, Any], ...] = ()


def read_rows(file: Path) -> Rows:
    """Read the features of a file.

    ``.geojson`` and ``.json`` are read strictly, as RFC 7946 has them; all else by pyogrio
    (GeoPackage, FlatGeobuf, KML, shapefiles, also zipped), every layer, brought to EPSG:4326.

    Raises
    ------
    FrontError
        The file cannot be read, or is in a coordinate system that is not known.
    """
    return _read_json(file) if file.suffix.lower() in _JSON else _read_vector(file)


# ---- GeoJSON ----


def _read_json(file: Path) -> Rows:
    try:
        data = json.loads(file.read_text(encoding="utf-8-sig"), parse_constant=_no_number)
    except UnicodeDecodeError as error:
        raise FrontError(f"{file}: is not JSON: it is not UTF-8 text") from error
    except OSError as error:
        raise FrontError(f"{file}: cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise FrontError(f"{file}: is not JSON: {error}") from error
    day = None
    if isinstance(data, dict) and isinstance(data.get("map"), dict):
        # DeepState's answers wrap the collection; their `id` is when it was published.
        day = day_of(data.get("id"))
        data = data["map"]
    found = data.get("features", [data]) if isinstance(data, dict) else None
    if not isinstance(found, list) or not all(isinstance(r, dict) for r in found):
        raise FrontError(f"{file}: is not a GeoJSON FeatureCollection")
    crs = str((_mapping(data, "crs").get("properties") or {}).get("name") or "CRS84")
    if not crs.endswith(_DEGREES):
        raise FrontError(f"{file}: is in {crs}, not in degrees (EPSG:4326): convert it first")
    day = day or day_of(data.get("date"))
    beside = data.get("evidence")
    evidence = [e for e in beside if isinstance(e, dict)] if isinstance(beside, list) else []
    return Rows(tuple(_json_row(n, r) for n, r in enumerate(found, 1)), day, tuple(evidence))


def _json_row(number: int, row: dict[str, Any]) -> Row:
    from shapely.errors import ShapelyError
    from shapely.geometry import shape

    properties = {str(k).casefold(): v for k, v in _mapping(row, "properties").items()}
    plain = row.get("geometry", row if "coordinates" in row else None)
    if plain is None:
        return Row(number, properties, None)
    try:
        return _row(number, properties, shape(plain))
    except (ShapelyError, ValueError, TypeError, KeyError, AttributeError) as error:
        told = str(error).splitlines()
        return Row(number, properties, None, broken=told[0][:100] if told else "is no geometry")


def _row(number: int, properties: dict[str, Any], geometry: Any, layer: str = "") -> Row:
    import shapely

    if geometry is None or geometry.is_empty:
        return Row(number, properties, None, layer)
    flat = shapely.force_2d(geometry)
    if not all(map(math.isfinite, flat.bounds)) or not _finite(flat):
        return Row(number, properties, None, layer, "its coordinates are no numbers")
    return Row(number, properties, flat, layer)


def _finite(geometry: Any) -> bool:
    import numpy as np
    import shapely

    return bool(np.isfinite(shapely.get_coordinates(geometry)).all())


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is not a number of JSON")


def _mapping(row: Any, name: str) -> dict[str, Any]:
    found = row.get(name) if isinstance(row, dict) else None
    return found if isinstance(found, dict) else {}


# ---- Other vector files ----


def _read_vector(file: Path) -> Rows:
    """Read every layer of a file that GDAL knows."""
    try:
        with file.open("rb") as stream:  # GDAL's own words for a missing file say less
            head = stream.read(4096)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise FrontError(f"{file}: cannot be read: {why}") from error
    if b"<OGRVRT" in head:  # it would lead GDAL to other files, and to the network
        raise FrontError(f"{file}: only points to other files: give the file with the lines itself")
    import pyogrio
    from pyogrio.errors import DataLayerError, DataSourceError

    try:
        layers = [str(name) for name, _ in pyogrio.list_layers(file)]
        rows = [row for layer in layers for row in _layer_rows(file, layer)]
    except (DataSourceError, DataLayerError, ValueError, RuntimeError, OSError) as error:
        told = (str(error).splitlines() or [""])[0].replace(str(file), "it")[:120]
        raise FrontError(
            f"{file}: cannot be read as lines ({told}): give .geojson, .gpkg or a zipped shapefile"
        ) from error
    return Rows(_numbered(rows))


def _layer_rows(file: Path, layer: str) -> Iterator[Row]:
    import geopandas as gpd
    import numpy as np
    from pyproj.exceptions import ProjError

    frame = gpd.read_file(file, layer=layer, engine="pyogrio")
    if not isinstance(frame, gpd.GeoDataFrame):  # a table without shapes
        return
    if frame.crs is not None:
        try:
            frame = frame.to_crs("EPSG:4326")
        except ProjError as error:
            raise FrontError(
                f"{file}: its coordinate system {frame.crs.name!r} cannot be brought to degrees: "
                "save it in EPSG:4326"
            ) from error
    names = [c for c in frame.columns if c != frame.geometry.name]
    columns = [(str(c).casefold(), frame[c].astype(object).to_numpy()) for c in names]
    for at, geometry in enumerate(np.asarray(frame.geometry)):
        yield _row(0, {name: cells[at] for name, cells in columns}, geometry, layer)


def _numbered(rows: Iterable[Row]) -> tuple[Row, ...]:
    return tuple(Row(n, r.properties, r.geometry, r.layer, r.broken) for n, r in enumerate(rows, 1))


# ---- Days ----


def day_of(value: Any) -> dt.date | None:
    """Return the day that a property gives, None when it is none.

    ISO days and times, dates, and times as numbers of seconds or milliseconds since 1970 (UTC).

    Examples
    --------
    >>> day_of("2025-02-05T10:00:00Z"), day_of(1738749600000), day_of("5 Feb")
    (datetime.date(2025, 2, 5), datetime.date(2025, 2, 5), None)
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, dt.date):  # a datetime, and so a pandas Timestamp and NaT, is one too
        value = value.isoformat()
    if isinstance(value, int | float) or hasattr(value, "item"):
        return _epoch_day(float(value))
    if not isinstance(value, str):
        return None
    text = value.strip()
    if text.isdigit() and len(text) in (10, 13):
        return _epoch_day(float(text))
    found = re.match(r"(\d{4})-(\d{2})-(\d{2})(?!\d)", text) or re.fullmatch(_PLAIN_DAY, text)
    return _day(*map(int, found.groups())) if found else None


def _epoch_day(number: float) -> dt.date | None:
    if not math.isfinite(number) or number < 100_000_000:  # before 1973: a count, not a time
        return None
    seconds = number / 1000 if number > _LATER_THAN else number
    try:
        return dt.datetime.fromtimestamp(seconds, dt.UTC).date()
    except (OverflowError, ValueError, OSError):
        return None


def day_in_name(name: str) -> dt.date | None:
    """Return the day that a file's name holds.

    Examples
    --------
    >>> day_in_name("front-2025-02-05.geojson"), day_in_name("UkraineControlMapAO05FEB2025.zip")
    (datetime.date(2025, 2, 5), datetime.date(2025, 2, 5))
    """
    for pattern in (_ISO_DAY, _PLAIN_DAY):
        for found in pattern.finditer(name):
            if (day := _day(*map(int, found.groups()))) is not None:
                return day
    for found in _NAMED_DAY.finditer(name):
        number, month, year = found.groups()
        if (day := _day(int(year), _MONTHS.index(month.lower()) + 1, int(number))) is not None:
            return day
    return None


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
