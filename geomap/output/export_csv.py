"""All features as one table of text, safe to open in a spreadsheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geomap.output.csv_text import safe
from geomap.output.export_rows import columns, settled, table, values
from geomap.output.geojson import ATTRIBUTION, DECIMALS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geomap.output.export_rows import About
    from geomap.output.layers import Feature
    from geomap.output.schema import Field

# After the fields of the table. The last two say the same in each row, so that neither sorting nor
# filtering parts the rows from their licence; a comment at the top would break readers of CSV.
OWN_COLUMNS = ("wkt", "generator", "credit")


class CsvWriter:
    """Comma-separated UTF-8: the fields of the schema, geometry as WKT, generator and credit."""

    LISTS_REPORTS = False

    def __init__(self, path: Path, about: About) -> None:
        self.fields = table(about)
        coding = "utf-8-sig" if about.bom else "utf-8"
        self.stream = path.open("w", encoding=coding, newline="")
        self.stream.write(",".join([*(f.name for f in self.fields), *OWN_COLUMNS]) + "\n")
        self.tail = f",{_quoted(safe(about.maker))},{_quoted(safe(ATTRIBUTION))}\n"

    def write(self, rows: Sequence[Feature], reports: Sequence[Feature]) -> None:  # noqa: ARG002
        """Add features (see `Writer`)."""
        import shapely

        known: dict[str, str] = {}  # a sentence stands in many rows
        told = zip(self.fields, columns(self.fields, rows), strict=True)
        cells = [_cells(field, column, known) for field, column in told]
        geometries = settled([row.geometry for row in rows])
        shapes = shapely.to_wkt(geometries, rounding_precision=DECIMALS, trim=True)
        wkt = ["" if shape is None else _quoted(shape) for shape in shapes]
        lines = map(",".join, zip(*cells, wkt, strict=True))
        self.stream.writelines(one + self.tail for one in lines)

    def close(self) -> None:
        """Make the file whole."""
        self.stream.close()

    def drop(self) -> None:
        """Let go of the file."""
        self.stream.close()


def _cells(field: Field, column: Sequence[Any], known: dict[str, str]) -> list[str]:
    """Return a column as cells: text that no spreadsheet runs, ISO days, true and false."""
    if field.type == "date":
        return [day or "" for day in column]
    if field.type != "text":
        column = values(field, column)
    if field.type == "boolean":
        return ["" if v is None else "true" if v else "false" for v in column]
    if field.type in ("integer", "real"):
        return ["" if v is None else repr(v) for v in column]
    for text in {*column} - known.keys() - {None}:
        known[text] = _quoted(safe(text))
    return ["" if text is None else known[text] for text in column]


def _quoted(text: str) -> str:
    """Return a cell as RFC 4180 has it; `safe` has left no line ends.

    The standard library's writer looks at each letter of each row, which takes as long as all the
    rest; here each text is looked at once.
    """
    return '"' + text.replace('"', '""') + '"' if '"' in text or "," in text else text
