"""JSON Lines: a report on each line.

Lines are read one at a time, so that a file may be far larger than memory. A line at fault is
named and left out; the rest goes on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from geomap.articles._options import too_large
from geomap.articles._streams import Readable
from geomap.articles.decode import decode
from geomap.articles.header import http_url
from geomap.articles.moments import parse_published, published_on
from geomap.errors import ArticleError
from geomap.models import Article, Problem

if TYPE_CHECKING:
    import datetime as dt

__all__ = ["JSON_ADVICE", "JsonReport", "read_json_lines", "read_record"]

JSON_ADVICE = "add a `date`, or "  # to who has an article without one
_CHUNK_BYTES = 1 << 18
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
# What UTF-16 begins with; JSON is UTF-8 by RFC 8259, and its lines cannot be told apart otherwise.
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class JsonReport:
    """A line of a `.jsonl` file. `line` counts from 1; `text` is as it stands.

    `published` is the time of its `date`, where it tells one.
    """

    line: int
    text: str
    id: str | None = None
    title: str | None = None
    date: dt.date | None = None
    source: str | None = None
    url: str | None = None
    published: dt.datetime | None = None
    problems: tuple[Problem, ...] = field(default=())

    def article(self, path: str | None) -> Article:
        """Return the article that it tells, without a day (`_dating.dated` gives it one)."""
        return Article(
            id=self.id or "",
            text=self.text,
            title=self.title,
            source=self.source,
            url=self.url,
            path=path,
            published=self.published,
        )


def read_json_lines(
    stream: Readable, path: str, *, max_line_bytes: int = 20_000_000, head: bytes = b""
) -> Iterator[JsonReport | Problem]:
    r"""Read the reports of a JSON Lines stream.

    Parameters
    ----------
    stream : Readable
        Where the lines come from; it is not closed.
    path : str
        What problems call the input.
    max_line_bytes : int
        A longer line is set aside without being kept in memory.
    head : bytes
        What was already read from the stream.

    Yields
    ------
    JsonReport | Problem
        A report for each good line, a problem with `set_aside` for each bad one, in order. Blank
        lines are skipped.

    Examples
    --------
    >>> from io import BytesIO
    >>> lines = b'{"id": 7, "text": "Lyman is quiet.", "date": "2023-03-14"}\n{"text": \n'
    >>> report, problem = read_json_lines(BytesIO(lines), "a.jsonl")
    >>> report.id, str(report.date), report.text
    ('7', '2023-03-14', 'Lyman is quiet.')
    >>> print(problem)
    a.jsonl:2: is not JSON: Expecting value (column 10); the line was left out
    """
    noted = False
    for number, raw in _lines(stream, max_line_bytes, head):
        if raw is None:
            yield _set_aside(path, number, too_large(max_line_bytes), "too-large")
            continue
        if number == 1 and raw.startswith(_WIDE_MARKS):
            yield _set_aside(path, 1, "is UTF-16, but JSON Lines are UTF-8; convert it", "encoding")
            return
        if not raw.strip(b" \t\r\n\xef\xbb\xbf"):
            continue
        try:
            line, note = decode(raw)
            item = _parse(line)
            report = _report(item, path, number)
        except ArticleError as error:
            kind = "broken-json" if not isinstance(error, _FieldError) else error.kind
            yield _set_aside(path, number, f"{error}; the line was left out", kind)
            continue
        yield report
        if note is not None and not noted:
            noted = True  # once for a file: its other lines are of the same encoding
            yield Problem(path, note, "encoding", number)


def read_record(item: dict[str, Any], path: str, number: int) -> JsonReport | Problem:
    """Read the fields of a report that came in another form (a row of Parquet), as those of a line.

    Parameters
    ----------
    item : dict
        `text`, and maybe `id`, `title`, `date`, `source`, `url`; None is as if it were not there.
    path : str
        What problems call the input.
    number : int
        The number of the row, from 1.
    """
    try:
        return _report(item, path, number)
    except _FieldError as error:
        return _set_aside(path, number, f"{error}; the row was left out", error.kind)


class _FieldError(ArticleError):
    """A line that is JSON but no report."""

    def __init__(self, message: str, kind: str) -> None:
        super().__init__(message)
        self.kind = kind


def _lines(stream: Readable, limit: int, head: bytes) -> Iterator[tuple[int, bytes | None]]:
    """Yield each line with its number, None for one longer than `limit` bytes."""
    number = 1
    parts: list[bytes] = []
    size = 0
    chunk = head or stream.read(_CHUNK_BYTES)
    while chunk:
        pieces = chunk.split(b"\n")
        for index, piece in enumerate(pieces):
            size += len(piece)
            if size <= limit:
                parts.append(piece)
            else:
                parts.clear()
            if index < len(pieces) - 1:
                yield number, b"".join(parts) if size <= limit else None
                number += 1
                parts, size = [], 0
        chunk = stream.read(_CHUNK_BYTES)
    if size:
        yield number, b"".join(parts) if size <= limit else None


def _parse(line: str) -> dict[str, Any]:
    try:
        item = json.loads(line)
    except json.JSONDecodeError as error:
        raise ArticleError(f"is not JSON: {error.msg} (column {error.colno})") from None
    except RecursionError:
        raise ArticleError("is not JSON that can be read: nested too deeply") from None
    except ValueError as error:  # a number of thousands of digits
        raise ArticleError(f"is not JSON that can be read: {error}") from None
    if not isinstance(item, dict):
        raise ArticleError(f"is JSON, but {_kind_of(item)} rather than an object")
    return item


def _report(item: dict[str, Any], path: str, number: int) -> JsonReport:
    """Make a report of a JSON object; wrong optional values are left out with a warning."""
    text = item.get("text")
    if text is None:
        raise _FieldError("has no `text`", "no-text")
    if not isinstance(text, str):
        raise _FieldError(f"has a `text` that is {_kind_of(text)}, not a string", "bad-field")
    if not text.strip():
        raise _FieldError("has an empty `text`", "empty")
    problems: list[Problem] = []

    def warn(message: str, kind: str) -> None:
        problems.append(Problem(path, message, kind, number))

    values: dict[str, str] = {}
    for key in ("id", "title", "date", "source", "url"):
        value = item.get(key)
        if key == "id" and isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str):
            values[key] = _LONE_SURROGATE.sub("\ufffd", value)
        elif value is not None:
            warn(f"has a `{key}` that is {_kind_of(value)}, not a string; left out", "bad-field")
    if _LONE_SURROGATE.search(text):
        # Half a pair is no character and could not be written to any file; offsets stay.
        text = _LONE_SURROGATE.sub("\ufffd", text)
        warn("has half a surrogate pair in its text; replaced with U+FFFD", "encoding")
    written = values.get("date", "").strip()
    date, time = parse_published(written)
    if written and date is None:
        warn(
            f"has a date that cannot be read or could mean two days: {written[:60]!r}; "
            "write it as YYYY-MM-DD",
            "bad-date",
        )
    # Beside `date` it may tell the time; some write it alone. Others mean a state by it ("yes").
    told = item.get("published")
    told_day, told_time = parse_published(told) if isinstance(told, str) else (None, None)
    date = date or told_day
    written = values.get("url", "").strip()
    url = http_url(written)
    if written and url is None:
        warn(f"has a URL that is not an http or https address: {written[:60]!r}", "bad-url")
    return JsonReport(
        line=number,
        text=text,
        id=values.get("id", "").strip() or None,
        title=values.get("title", "").strip() or None,
        date=date,
        source=values.get("source", "").strip() or None,
        url=url,
        published=published_on(date, time, told_time),
        problems=tuple(problems),
    )


def _set_aside(path: str, line: int, message: str, kind: str) -> Problem:
    return Problem(path, message, kind, line, set_aside=True)


def _kind_of(value: object) -> str:
    """Return what JSON calls a value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a string"
    return "a list" if isinstance(value, list) else "an object"
