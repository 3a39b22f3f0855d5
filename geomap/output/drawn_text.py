"""Geometry and tables as short text for the page: lines as letters, large tables deflated.

A line is written as Google's encoded polylines are (each vertex as its step from the one before, in
base 32 with an offset of 63), but with longitude first and four decimals: 11 m, less than a line is
wide where all of it is seen. None of its letters ends a script or begins a tag.
"""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING, Any

from geomap.output import assets

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

DECIMALS = 4
PLAIN_UP_TO = 60_000  # bytes; a smaller table stays readable in the page's source
_DEFLATED = "deflated "


def line_text(positions: Iterable[Sequence[float]]) -> str:
    """Return a line or ring as text.

    Parameters
    ----------
    positions : iterable of (lon, lat)
        EPSG:4326, degrees.

    Examples
    --------
    >>> line_text([(38.0, 48.595), (38.001, 48.5951)])
    '_~cVsrd\\\\SA'
    """
    letters: list[str] = []
    last_x = last_y = 0
    scale = 10**DECIMALS
    for position in positions:
        x, y = round(position[0] * scale), round(position[1] * scale)
        if letters and x == last_x and y == last_y:
            continue
        for step in (x - last_x, y - last_y):
            value = ~(step << 1) if step < 0 else step << 1
            while value >= 0x20:
                letters.append(chr((0x20 | (value & 0x1F)) + 63))
                value >>= 5
            letters.append(chr(value + 63))
        last_x, last_y = x, y
    return "".join(letters)


def geometry_text(geometry: Mapping[str, Any] | None, share: float = 0.0) -> str:
    """Return a GeoJSON line or polygon as text: rings apart by a space, polygons by a comma.

    Lines of a MultiLineString are apart by a comma. Other types and None give an empty text. With
    `share` the edge may move by so much of the width, which spares most of its vertices.
    """
    if not geometry:
        return ""
    if share:
        import shapely

        shape = shapely.geometry.shape(geometry)
        west, south, east, north = shape.bounds
        geometry = shapely.geometry.mapping(shape.simplify(share * max(east - west, north - south)))
    coordinates, kind = geometry["coordinates"], geometry["type"]
    if kind == "LineString":
        return line_text(coordinates)
    if kind == "MultiLineString":
        return ",".join(map(line_text, coordinates))
    if kind == "Polygon":
        return " ".join(map(line_text, coordinates))
    if kind == "MultiPolygon":
        return ",".join(" ".join(map(line_text, rings)) for rings in coordinates)
    return ""


def table_text(data: Any) -> str:
    """Return a table for a block of the page that is never run: JSON, or a long one deflated.

    Deflated text is the word "deflated", a space, and the base64 of zlib's bytes; browsers undo it
    with what they have of their own (`DecompressionStream`). The same data gives the same text.
    """
    text = assets.json_block(data)
    raw = text.encode("utf-8")
    if len(raw) <= PLAIN_UP_TO:
        return text
    return _DEFLATED + base64.b64encode(zlib.compress(raw, 9)).decode("ascii")


def read_table(text: str) -> Any:
    """Return what `table_text` wrote."""
    import json

    if text.startswith(_DEFLATED):
        return json.loads(zlib.decompress(base64.b64decode(text[len(_DEFLATED) :])))
    return json.loads(text)
