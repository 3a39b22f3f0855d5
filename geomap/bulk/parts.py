"""What a partition gives: features and reports, a file of each for a date."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from geomap.errors import WorkspaceError
from geomap.output.exports import Export
from geomap.workspace.stored_reports import pack

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable
    from pathlib import Path

    from geomap.bulk.storage import Folder
    from geomap.models import Report
    from geomap.output.export_rows import About
    from geomap.output.layers import Feature

FEATURES, REPORTS = "features", "reports"
UNDATED = "undated"
TEXTS = (
    "article_id", "title", "date_source", "source", "url", "lang", "path", "text",
)  # fmt: skip
_ROWS = 500  # reports of a row group: some megabytes


def folder_of(kind: str, day: dt.date | None) -> str:
    """Return the folder of a date.

    Examples
    --------
    >>> folder_of("features", None)
    'features/date=undated'
    """
    return f"{kind}/date={day.isoformat() if day else UNDATED}"


def path_of(kind: str, day: dt.date | None, name: str) -> str:
    """Return the path of a part in the folder of a bulk run."""
    return f"{folder_of(kind, day)}/part-{name}.parquet"


def partition_of(file: str) -> str:
    """Return the id of the partition that a part is of.

    Examples
    --------
    >>> partition_of("part-00000-00002.1_3.parquet")
    '00000-00002.1'
    """
    return file.removeprefix("part-").removesuffix(".parquet").partition("_")[0]


def write_day(
    folder: Folder,
    day: dt.date | None,
    name: str,
    found: Iterable[tuple[Report, list[Feature]]],
    about: About,
) -> int:
    """Write the reports of a day and their features, a few at a time; return how many features.

    Parameters
    ----------
    folder : Folder
    day : datetime.date or None
    name : str
        Of the part.
    found : iterable of (Report, list of Feature)
        Reports by id, and what of their features is wanted; they are taken as they are needed.
    about : About
        What the file of features tells beside its rows.

    Raises
    ------
    OutputError
        A file cannot be written.
    """
    with (
        folder.placed(path_of(REPORTS, day, name)) as reports_file,
        folder.placed(path_of(FEATURES, day, name)) as features_file,
        Export(features_file, about) as export,
        closing(_ReportsFile(reports_file)) as kept,
    ):
        for report, rows in found:
            export.add(report.article, rows)
            kept.add(report)
        export.finish()
    return export.features


class _ReportsFile:
    """A Parquet file of articles with their packed reports."""

    def __init__(self, path: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        texts = [pa.field(name, pa.string()) for name in TEXTS]
        own = [("date", pa.date32()), ("published", pa.string()), ("report", pa.binary())]
        self._schema = pa.schema([*texts, *own])
        self._file = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._rows: list[dict[str, Any]] = []

    def add(self, report: Report) -> None:
        article = report.article
        try:
            packed = pack(report)
        except WorkspaceError:  # larger than any report is: read anew each time
            packed = None
        row: dict[str, Any] = {name: _holdable(getattr(article, name)) for name in TEXTS[1:]}
        row |= {"article_id": _holdable(article.id), "date": article.date, "report": packed}
        row["published"] = article.published.isoformat() if article.published else None
        self._rows.append(row)
        if len(self._rows) >= _ROWS:
            self._group()

    def _group(self) -> None:
        import pyarrow as pa

        if self._rows:
            self._file.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
            self._rows = []

    def close(self) -> None:
        self._group()
        self._file.close()


def _holdable(text: str | None) -> str | None:
    """Return a text without half surrogate pairs, which UTF-8 cannot hold."""
    return None if text is None else text.encode("utf-8", "replace").decode("utf-8")
