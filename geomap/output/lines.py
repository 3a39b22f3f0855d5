"""Reading lines of contact that a user gives."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.errors import FrontError
from geomap.models import ContactLine

if TYPE_CHECKING:
    import os

_MAX_DEGREES = (180.0, 90.0)


def read_contact_line(path: str | os.PathLike[str]) -> ContactLine:
    """Read a line of contact from a GeoJSON file.

    Features whose `kind` is `contact_line` are the line; in a file without any, every line is.
    The date is that of the features (the latest), else an ISO date in the file's name, else None.

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
        data = json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise FrontError(f"{file}: cannot be read ({error})") from error
    except ValueError as error:
        raise FrontError(f"{file}: is not JSON ({error})") from error
    rows = data.get("features", [data]) if isinstance(data, dict) else None
    if not isinstance(rows, list) or not all(isinstance(r, dict) for r in rows):
        raise FrontError(f"{file}: is not a GeoJSON FeatureCollection")
    marked = [r for r in rows if (r.get("properties") or {}).get("kind") == "contact_line"]
    parts: list[Any] = []
    for row in marked or rows:
        try:
            geometry = shape(row.get("geometry", row))
        except (ShapelyError, ValueError, TypeError, KeyError, AttributeError):
            continue
        parts += [p for p in shapely.get_parts(geometry) if p.geom_type == "LineString"]
    if not parts:
        raise FrontError(
            f"{file}: holds no line: give a GeoJSON LineString with kind = contact_line"
        )
    lines = shapely.multilinestrings(parts)
    west, south, east, north = lines.bounds
    if max(abs(west), abs(east)) > _MAX_DEGREES[0] or max(abs(south), abs(north)) > _MAX_DEGREES[1]:
        raise FrontError(f"{file}: is not in degrees (EPSG:4326): convert it first")
    return ContactLine(lines, _date(marked or rows, file), file.name)


def _date(rows: list[dict[str, Any]], file: Path) -> dt.date | None:
    dates = []
    for row in rows:
        value = (row.get("properties") or {}).get("date")
        try:
            dates.append(dt.date.fromisoformat(str(value)[:10]))
        except ValueError:
            continue
    if dates:
        return max(dates)
    import re

    named = re.search(r"\d{4}-\d{2}-\d{2}", file.name)
    try:
        return dt.date.fromisoformat(named.group()) if named else None
    except ValueError:
        return None
