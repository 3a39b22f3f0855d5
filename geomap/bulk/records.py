"""The articles of a partition, one at a time, each with an id that no cut changes."""

from __future__ import annotations

import datetime as dt
import io
import re
import zlib
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO

from geomap.articles._dating import date_problems, dated
from geomap.articles._ids import printable
from geomap.articles._options import ReadOptions
from geomap.articles.jsonl import JSON_ADVICE, JsonReport, read_json_lines, read_record
from geomap.articles.warc import count_records, read_warc
from geomap.bulk.storage import file_system
from geomap.models import Article, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geomap.bulk.partitions import Partition

COLUMNS = ("id", "title", "text", "date", "published", "source", "url")
_ROWS = 16  # of Parquet, held at a time: a text may be of megabytes
_SUFFIX = re.compile(r"\.(?:gz|jsonl|ndjson|parquet|pq|warc)$", re.IGNORECASE)


def read_partition(partition: Partition, how: ReadOptions) -> Iterator[Article | Problem]:
    """Yield the articles of a partition and what is wrong with its lines, in their order.

    An article that has no `id` is called by its file and its line or row, from 1; a page by its
    address.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    if partition.kind == "warc":
        yield from _pages(partition, how)
        return
    rows = _rows(partition, how) if partition.kind == "parquet" else _lines(partition, how)
    for row in rows:
        if isinstance(row, Problem):
            yield row
            continue
        yield from row.problems
        article = replace(
            row.article(printable(partition.url)),
            id=printable(row.id or f"{partition.name}#{row.line}"),
        )
        article = dated(article, _stem(partition), row.date, article_date=how.article_date)
        yield article
        shown = article.path or article.id
        yield from date_problems(article, shown, how.today, advice=JSON_ADVICE, line=row.line)


def count_of(partition: Partition) -> int:
    """Return how many lines or records a file has, up to where it is damaged."""
    with _opened(partition) as stream:
        if partition.kind == "warc":
            return count_records(stream)
        count = 1
        try:
            while chunk := stream.read(1 << 20):
                count += int(chunk.count(b"\n"))
        except (EOFError, OSError, zlib.error) as error:
            if _of_the_system(error):
                raise
        return count


def _stem(partition: Partition) -> str:
    """Return the name of a file without its endings, which may hold a day."""
    name = PurePosixPath(partition.url).name
    while (shorter := _SUFFIX.sub("", name)) != name:
        name = shorter
    return name


def _damaged(partition: Partition, error: Exception) -> Problem:
    """Return what to say of a file that is not whole."""
    told = " ".join(str(error).split())[:200]
    message = f"is damaged, what stands before is read: {told}"
    return Problem(printable(partition.url), message, "damaged", set_aside=True)


def _of_the_system(error: Exception) -> bool:
    """Say whether a file could not be read, rather than that it holds what it may not."""
    return isinstance(error, OSError) and error.errno is not None


# ---- Web archives ----


def _pages(partition: Partition, how: ReadOptions) -> Iterator[Article | Problem]:
    system, path = file_system(partition.url)
    shown = printable(partition.url)
    with _opened(partition) as stream:
        for found in read_warc(
            stream,
            shown,
            how,
            packed_bytes=system.size(path),
            first=partition.first,
            last=partition.last,
        ):
            if isinstance(found, Problem):
                yield found
            else:
                article, _ = found
                yield replace(article, id=printable(article.id), path=shown)


# ---- JSON Lines ----


class _Stretch(io.RawIOBase):
    """So many bytes of a stream, from where it stands."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream, self._left = stream, size

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        data = self._stream.read(wanted) if wanted else b""
        self._left -= len(data)
        return data


def _opened(partition: Partition) -> Any:
    system, path = file_system(partition.url)
    compression = "gzip" if partition.kind == "lines" else None
    return system.open(path, "rb", compression=compression)


def _lines(partition: Partition, how: ReadOptions) -> Iterator[JsonReport | Problem]:
    with _opened(partition) as stream:
        part: Any = stream
        shift = 0
        if partition.kind == "jsonl":
            assert partition.last is not None
            stream.seek(partition.first)
            part = _Stretch(stream, partition.last - partition.first)
            shift = partition.line - 1
        shown = printable(partition.url)
        found = read_json_lines(part, shown, max_line_bytes=how.max_bytes)
        read_any = False
        try:
            for row in found:
                read_any = True
                at = row.line or 1
                if partition.kind == "lines":
                    if at <= partition.first:
                        continue
                    if partition.last is not None and at > partition.last:
                        return
                yield _shifted(row, shift)
        except (EOFError, OSError, zlib.error) as error:
            if _of_the_system(error):
                raise
            yield _damaged(partition, error)
            return
        if not read_any and _is_whole(partition):
            yield Problem(shown, "is empty", "empty", set_aside=True)


def _is_whole(partition: Partition) -> bool:
    system, path = file_system(partition.url)
    return partition.first == 0 and partition.last in (None, system.size(path))


def _shifted(row: JsonReport | Problem, shift: int) -> JsonReport | Problem:
    """Return a row with the number of its line in the whole file."""
    if not shift:
        return row
    if isinstance(row, Problem):
        return replace(row, line=(row.line or 1) + shift)
    told = tuple(replace(p, line=(p.line or 1) + shift) for p in row.problems)
    return replace(row, line=row.line + shift, problems=told)


# ---- Parquet ----


def _rows(partition: Partition, how: ReadOptions) -> Iterator[JsonReport | Problem]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    shown = printable(partition.url)
    with _opened(partition) as stream:
        try:
            file = pq.ParquetFile(stream)
            names = [n for n in COLUMNS if n in file.schema_arrow.names]
            if "text" not in names:
                yield Problem(shown, "has no column `text`", "no-text", set_aside=True)
                return
            for at, batch in _batches(file, partition, names):
                for n, item in enumerate(batch.to_pylist(), at):
                    yield _row(item, shown, n + 1, how)
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            if _of_the_system(error):
                raise
            yield _damaged(partition, error)


def _batches(file: Any, partition: Partition, names: list[str]) -> Iterator[tuple[int, Any]]:
    """Yield the rows of a partition, some at a time, with the number of the first of them."""
    begin = 0
    last = partition.last if partition.last is not None else file.metadata.num_rows
    for group in range(file.metadata.num_row_groups):
        end = begin + file.metadata.row_group(group).num_rows
        if begin < last and end > partition.first:
            at = begin
            for batch in file.iter_batches(_ROWS, row_groups=[group], columns=names,
                                           use_threads=False):  # fmt: skip
                first, stop = max(partition.first - at, 0), min(last - at, len(batch))
                if first < stop:
                    yield at + first, batch.slice(first, stop - first)
                at += len(batch)
                if at >= last:
                    return
        begin = end


def _row(item: dict[str, Any], shown: str, number: int, how: ReadOptions) -> JsonReport | Problem:
    for name in ("date", "published"):
        value = item.get(name)
        if isinstance(value, dt.date):
            # A moment with a zone: the day is the day there. Midnight is a day alone.
            alone = not isinstance(value, dt.datetime) or value.time() == dt.time()
            item[name] = value.isoformat()[:10] if alone else value.isoformat()
    text = item.get("text")
    if isinstance(text, str) and len(text) > how.max_bytes:
        return Problem(shown, how.too_large, "too-large", number, set_aside=True)
    return read_record(item, shown, number)
