"""Tables of places as text: CSV and TSV with a header."""

from __future__ import annotations

import csv
from collections import deque
from typing import TYPE_CHECKING

from geomap.errors import GazetteerError
from geomap.gazetteer.importers import columns
from geomap.gazetteer.importers.files import Packed, blocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from geomap.gazetteer.importers.base import Import
    from geomap.gazetteer.rows import SourceRow

MAX_RECORD_LINES = 20  # a quoted cell may run over lines; a stray quote must not eat the file
DELIMITERS = "\t;,|"


def delimiter_of(header: str) -> str:
    """Return the sign that parts the columns of a header."""
    return max(DELIMITERS, key=header.count)


def table_rows(
    packed: Packed, found: Import, delimiter: str, mapping: Mapping[str, str] | None
) -> Iterator[SourceRow]:
    """Yield the places of a table with a header line."""
    roles: columns.Columns | None = None
    width = 0
    for number, line, cells in _records(packed, found, delimiter):
        if roles is None:
            if cells is None:
                raise GazetteerError(f"{packed.path}: its header line cannot be read")
            header = [c.strip() for c in cells]
            roles = columns.resolve(packed.path, header, mapping, geometry=False)
            width = len(header)
            continue
        row = _row(cells, roles, width)
        if isinstance(row, str):
            found.reject(number, row, line)
            continue
        found.accepted += 1
        yield row


def _row(cells: list[str] | None, roles: columns.Columns, width: int) -> SourceRow | str:
    if cells is None:
        return "has a quote that does not end"
    if len(cells) != width:
        return f"has {len(cells)} columns instead of {width}"
    assert roles.lat is not None
    assert roles.lon is not None
    point = columns.point_of(cells[roles.lat], cells[roles.lon])
    return point if isinstance(point, str) else columns.row_of(cells, roles, *point)


def _records(
    packed: Packed, found: Import, delimiter: str
) -> Iterator[tuple[int, str, list[str] | None]]:
    """Yield records: the number of the first line, its text, and the cells (None: unreadable).

    A quoted cell may run over several lines. Where the lines so joined do not make a record of
    the table's width, the first line alone is the broken one and the others stand for themselves.
    """
    waiting: deque[tuple[int, str]] = deque()
    source = (
        (number, line)
        for first, lines in blocks(packed, found)
        for number, line in enumerate(lines, first)
    )
    width = 0
    while (item := waiting.popleft() if waiting else next(source, None)) is not None:
        number, line = item
        if not line or line.isspace():
            continue
        cells = _cells(line, delimiter)
        held: list[tuple[int, str]] = []
        while cells is None and len(held) < MAX_RECORD_LINES:
            more = waiting.popleft() if waiting else next(source, None)
            if more is None:
                break
            held.append(more)
            cells = _cells("\n".join((line, *(text for _, text in held))), delimiter)
        if held and (cells is None or (width and len(cells) != width)):
            cells = None
            waiting.extendleft(reversed(held))
        width = width or len(cells or ())
        yield number, line, cells


def _cells(line: str, delimiter: str) -> list[str] | None:
    if '"' not in line:
        return line.split(delimiter)
    try:
        rows = list(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None
