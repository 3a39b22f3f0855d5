"""The articles of a partition, one at a time, each with an id that no cut changes."""

from __future__ import annotations

import datetime as dt
import io
import re
import zlib
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO

from geomap.articles._ids import printable
from geomap.articles.dates import future_problem, publication_day
from geomap.articles.jsonl import JsonReport, read_json_lines, read_record
from geomap.articles.moments import published_on
from geomap.bulk.storage import file_system
from geomap.models import Article, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geomap.bulk.partitions import Partition

COLUMNS = ("id", "title", "text", "date", "published", "source", "url")
_ROWS = 16  # of Parquet, held at a time: a text may be of megabytes
_SUFFIX = re.compile(r"\.(?:gz|jsonl|ndjson|parquet|pq|warc)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """How articles are read: the day of what has none, the day it is, the largest in bytes."""

    article_date: dt.date | None
    today: dt.date
    max_bytes: int


def read_partition(partition: Partition, how: Reading) -> Iterator[Article | Problem]:
    """Yield the articles of a partition and what is wrong with its lines, in their order.

    An article that has no `id` is called by its file and its line, row or record, from 1.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    if partition.kind == "warc":
        from geomap.bulk.warc import read_warc

        yield from read_warc(partition, how)
        return
    rows = _rows(partition, how) if partition.kind == "parquet" else _lines(partition, how)
    for row in rows:
        if isinstance(row, Problem):
            yield row
            continue
        yield from row.problems
        yield from dated(_article(row, partition), _stem(partition), how, row.line, row.date)


def count_of(partition: Partition) -> int:
    """Return how many lines or records a file has."""
    if partition.kind == "warc":
        from geomap.bulk.warc import count_records

        return count_records(partition)
    with _opened(partition) as stream:
        count = 1
        while chunk := stream.read(1 << 20):
            count += int(chunk.count(b"\n"))
        return count


def dated(
    article: Article,
    stem: str | None,
    how: Reading,
    line: int,
    stated: dt.date | None,
    *,
    retrieved: dt.date | None = None,
) -> Iterator[Article | Problem]:
    """Yield an article with its day, and what is odd about that.

    `retrieved`, when it was fetched, is its day where nothing else says one.
    """
    day, source = publication_day(
        stem, article.text, stated=stated, stated_source="metadata",
        article_date=retrieved or how.article_date,
    )  # fmt: skip
    if retrieved is not None and source == "option":
        source = "metadata"
    published = published_on(day, article.published)
    yield replace(article, date=day, date_source=source, published=published)
    path = article.path or article.id
    if day is None:
        message = "has no date: add one, or give --article-date; it goes to the undated layer"
        yield Problem(path, message, "undated", line)
    problem = future_problem(day, how.today, path, line)
    if problem is not None:
        yield problem


def name_of(partition: Partition, line: int) -> str:
    """Return the id of an article that has none of its own."""
    return printable(f"{partition.name}#{line}")


def _article(row: JsonReport, partition: Partition) -> Article:
    return Article(
        id=printable(row.id) if row.id else name_of(partition, row.line),
        text=row.text,
        title=row.title,
        source=row.source,
        url=row.url,
        published=row.published,
        path=printable(partition.url),
    )


def _stem(partition: Partition) -> str:
    """Return the name of a file without its endings, which may hold a day."""
    name = PurePosixPath(partition.url).name
    while (shorter := _SUFFIX.sub("", name)) != name:
        name = shorter
    return name


def damaged(partition: Partition, error: Exception) -> Problem:
    """Return what to say of a file that is not whole."""
    told = " ".join(str(error).split())[:200]
    message = f"is damaged, what stands before is read: {told}"
    return Problem(printable(partition.url), message, "damaged", set_aside=True)


def _of_the_system(error: Exception) -> bool:
    """Say whether a file could not be read, rather than that it holds what it may not."""
    return isinstance(error, OSError) and error.errno is not None


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


def _lines(partition: Partition, how: Reading) -> Iterator[JsonReport | Problem]:
    with _opened(partition) as stream:
        part: Any = stream
        shift = 0
        if partition.kind == "jsonl":
            assert partition.last is not None
            stream.seek(partition.first)
            part = _Stretch(stream, partition.last - partition.first)
            shift = partition.line - 1
        found = read_json_lines(part, printable(partition.url), max_line_bytes=how.max_bytes)
        try:
            for row in found:
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
            yield damaged(partition, error)


def _shifted(row: JsonReport | Problem, shift: int) -> JsonReport | Problem:
    """Return a row with the number of its line in the whole file."""
    if not shift:
        return row
    if isinstance(row, Problem):
        return replace(row, line=(row.line or 1) + shift)
    told = tuple(replace(p, line=(p.line or 1) + shift) for p in row.problems)
    return replace(row, line=row.line + shift, problems=told)


# ---- Parquet ----


def _rows(partition: Partition, how: Reading) -> Iterator[JsonReport | Problem]:
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
            yield damaged(partition, error)


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


def _row(item: dict[str, Any], shown: str, number: int, how: Reading) -> JsonReport | Problem:
    for name in ("date", "published"):
        value = item.get(name)
        if isinstance(value, dt.date):
            # A moment with a zone: the day is the day there. Midnight is a day alone.
            alone = not isinstance(value, dt.datetime) or value.time() == dt.time()
            item[name] = value.isoformat()[:10] if alone else value.isoformat()
    text = item.get("text")
    if isinstance(text, str) and len(text) > how.max_bytes:
        message = f"is larger than {how.max_bytes / 1e6:g} MB; raise the limit with max_article_mb"
        return Problem(shown, message, "too-large", number, set_aside=True)
    return read_record(item, shown, number)
