"""The formats of `geomap export`, by the ending of the file, and how one is written."""

from __future__ import annotations

import gc
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from geomap.errors import SettingsError
from geomap.output.files import atomic

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from geomap.models import Article
    from geomap.output.export_rows import About, Writer
    from geomap.output.layers import Feature

SUFFIXES = (".geojson", ".geojsonl", ".gpkg", ".parquet", ".csv")
BATCH = 2_000  # features that are held before they are written: more cost time, too


def check_format(output: Path, *, bom: bool = False) -> None:
    """Say early what is wrong with the ending of a file, or what it needs is missing.

    Raises
    ------
    SettingsError
        No format ends so, or `bom` is asked for in one that is not CSV.
    OutputError
        GeoParquet, and pyarrow is not installed.
    """
    suffix = output.suffix.lower()
    if suffix not in SUFFIXES:
        known = f"{', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}"
        raise SettingsError(f"-o {output}: give a file name that ends in {known}")
    if bom and suffix != ".csv":
        raise SettingsError("--bom is for .csv: leave it out, the other formats need none")
    if suffix == ".parquet":
        from geomap.output.export_parquet import check_pyarrow

        check_pyarrow()


def writer_of(suffix: str) -> type[Writer]:
    """Return what writes files of an ending (one of `SUFFIXES`)."""
    if suffix == ".gpkg":
        from geomap.output.export_gpkg import GeoPackageWriter

        return GeoPackageWriter
    if suffix == ".parquet":
        from geomap.output.export_parquet import ParquetWriter

        return ParquetWriter
    if suffix == ".csv":
        from geomap.output.export_csv import CsvWriter

        return CsvWriter
    from geomap.output import export_json

    return export_json.GeoJsonSeqWriter if suffix == ".geojsonl" else export_json.GeoJsonWriter


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Let the collector of cycles pass over what is there: it has no part in the rows that come."""
    first = gc.get_freeze_count() == 0
    if first:
        gc.freeze()
    try:
        yield
    finally:
        if first:
            gc.unfreeze()


class Export:
    """A file being written: takes features as they come, and is put in place when it is whole.

    A context manager: left by an exception, nothing is written. Memory does not grow with the
    number of features, but for GeoJSON's and GeoPackage's little per layer.

    Parameters
    ----------
    path : Path
        The file; its ending, one of `SUFFIXES`, says the format.
    about : About
        What it tells beside its rows.
    """

    def __init__(self, path: Path, about: About) -> None:
        self.path, self.about = path, about
        self.features = 0
        self._rows: list[Feature] = []
        self._reports: list[Feature] = []
        self._stack = ExitStack()

    def __enter__(self) -> Export:
        with ExitStack() as stack:
            stack.enter_context(_seldom_collected())
            temporary = stack.enter_context(atomic(self.path))
            self._writer = writer_of(self.path.suffix.lower())(temporary, self.about)
            self._stack = stack.pop_all()
        return self

    def add(self, article: Article, rows: Sequence[Feature], *, listed: bool = True) -> None:
        """Add the features of an article; `listed` says whether it is among the reports."""
        from geomap.output.export_rows import report_row

        if listed and self._writer.LISTS_REPORTS:
            self._reports.append(report_row(article, rows))
        self._rows += rows
        self.features += len(rows)
        if len(self._rows) >= BATCH or len(self._reports) >= BATCH:
            self._flush()

    def finish(self) -> None:
        """Write what is left: the file is whole, but not in its place yet."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        self._writer.write(self._rows, self._reports)
        self._rows, self._reports = [], []

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self._writer.drop()
        self._stack.__exit__(kind, error, where)
