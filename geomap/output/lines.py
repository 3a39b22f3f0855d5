"""Reading lines of contact that a user gives."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.errors import FrontError
from geomap.models import ContactLine

if TYPE_CHECKING:
    import os

# How the names of coordinate systems in degrees end, in GeoJSON of before RFC 7946.
_DEGREES = ("CRS84", "EPSG::4326", "EPSG:4326")


def read_contact_line(path: str | os.PathLike[str]) -> ContactLine:
    """Read a line of contact from a GeoJSON file.

    Features whose `kind` is `contact_line` are the line; in a file without any, every line is. Of
    several dates the latest counts, and lines of other dates are left out. A file that says no
    date has that of an ISO date in its name, else None.

    Raises
    ------
    FrontError
        The file cannot be read, is not GeoJSON, or holds no line in degrees.
    """
    import shapely
    from shapely.errors import ShapelyError
    from shapely.geometry import shape

    file = Path(path)
    try:
        data = json.loads(file.read_text(encoding="utf-8-sig"), parse_constant=_no_number)
    except OSError as error:
        raise FrontError(f"{file}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise FrontError(f"{file}: is not JSON: it is not UTF-8 text") from error
    except (ValueError, RecursionError) as error:
        raise FrontError(f"{file}: is not JSON: {error}") from error
    rows = data.get("features", [data]) if isinstance(data, dict) else None
    if not isinstance(rows, list) or not all(isinstance(r, dict) for r in rows):
        raise FrontError(f"{file}: is not a GeoJSON FeatureCollection")
    crs = str(_property(data.get("crs") or {}, "name") or "CRS84")
    if not crs.endswith(_DEGREES):
        raise FrontError(f"{file}: is in {crs}, not in degrees (EPSG:4326): convert it first")
    rows = [r for r in rows if _property(r, "kind") == "contact_line"] or rows
    date = max((d for r in rows if (d := _day(_property(r, "date")))), default=None)
    parts: list[Any] = []
    for row in rows:
        if date is not None and _day(_property(row, "date")) not in (None, date):
            continue
        try:
            geometry = shape(row.get("geometry", row))
        except (ShapelyError, ValueError, TypeError, KeyError, AttributeError):
            continue
        parts += [
            p for p in shapely.get_parts(geometry) if p.geom_type == "LineString" and not p.is_empty
        ]
    if not parts:
        raise FrontError(
            f"{file}: holds no line: give a GeoJSON LineString with kind = contact_line"
        )
    lines = shapely.multilinestrings(parts)
    west, south, east, north = lines.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise FrontError(f"{file}: is not in degrees (EPSG:4326): convert it first")
    return ContactLine(lines, date or _day_in_name(file), file.name)


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is not a number of JSON")


def _property(row: Any, name: str) -> Any:
    properties = row.get("properties") if isinstance(row, dict) else None
    return properties.get(name) if isinstance(properties, dict) else None


def _day(value: Any) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _day_in_name(file: Path) -> dt.date | None:
    named = re.search(r"\d{4}-\d{2}-\d{2}", file.name)
    return _day(named.group()) if named else None
