"""Tables as CSV that a spreadsheet shows and does not run."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# What spreadsheets take for the beginning of a formula, full-width forms too.
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[str | float | None]]) -> str:
    r"""Return a table as CSV (RFC 4180, but lines end in ``\n``), the columns' names first.

    Text that a spreadsheet would run as a formula gets an apostrophe before it. Runs of white space
    become one space, and what cannot be seen (controls, direction marks) is written as an escape:
    a record is a line. None is an empty cell.

    Parameters
    ----------
    columns : sequence of str
    rows : iterable of sequence
        Each as long as `columns`.

    Examples
    --------
    >>> print(csv_text(["text", "lat"], [["=1+1", -33.5], ["a\nb", None]]), end="")
    text,lat
    '=1+1,-33.5
    a b,
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([safe(c) if isinstance(c, str) else c for c in row])
    return stream.getvalue()


def safe(text: str) -> str:
    """Return a text as a cell of one line that no spreadsheet runs as a formula (`csv_text`)."""
    plain = " ".join(text.split())
    if not plain.isprintable():
        plain = "".join(
            c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in plain
        )
    return f"'{plain}" if _FORMULA.match(plain) else plain
