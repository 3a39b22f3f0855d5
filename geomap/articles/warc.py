"""Web archives (WARC): the pages that servers answered with, one at a time."""

from __future__ import annotations

import datetime as dt
import sys
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from geomap.articles._ids import printable
from geomap.articles._options import ReadOptions, too_large
from geomap.articles._streams import Inflated, Metered, Readable, Rejoined, read_at_most
from geomap.articles.dates import future_problem, parse_day
from geomap.articles.header import http_url
from geomap.articles.web_page import read_fetched
from geomap.errors import ArticleError
from geomap.models import Article, Problem

if TYPE_CHECKING:
    from warcio.statusandheaders import StatusAndHeaders

__all__ = ["count_records", "read_warc"]

_PAGES = frozenset({"text/html", "application/xhtml+xml", "text/plain"})
_MOST_HEADER_BYTES = 1_000_000
_GZIP = b"\x1f\x8b"
# Many pages of an archive are lists of links or shops; so many are told, then they are counted.
_TOLD = 20


def read_warc(
    stream: Readable,
    path: str,
    options: ReadOptions,
    *,
    packed_bytes: int | None = None,
    first: int = 0,
    last: int | None = None,
) -> Iterator[tuple[Article, bytes] | Problem]:
    """Read the articles of a web archive.

    Parameters
    ----------
    stream : Readable
        The archive, packed with gzip (by record or as a whole) or not.
    path : str
        What problems call it.
    options : ReadOptions
        A page larger than they allow is set aside.
    packed_bytes : int, optional
        The size of the archive; what is unpacked from it is measured by that.
    first, last : int
        Only the records from `first` on (from 0, of all kinds) up to `last`, exclusive; None is
        to the end.

    Yields
    ------
    tuple[Article, bytes] | Problem
        An article with its page as it came, without the compression of its transfer. Of the
        records only `response`s count that are pages or texts, with status 200. What does not
        say its day and is not given one has that of its capture (`date_source` "capture"), with
        a warning. What stands before a damaged place is given, then a problem.
    """
    unpacked = _unpacked(stream, options.most_unpacked(packed_bytes))
    records = _Records(unpacked, options.max_bytes, first, last)
    told: dict[str, int] = {}
    pages = 0
    try:
        for url, captured, header, body in records:
            pages += 1
            shown = f"{path}: {printable(url)[:300]}"
            if isinstance(body, ArticleError):
                yield Problem(shown, str(body), "broken-archive", set_aside=True)
                continue
            article, problems = read_fetched(
                _page(url, header, body, captured),
                article_date=options.article_date,
                today=options.today,
            )
            for problem in _with_capture(article, captured, problems):
                told[problem.kind] = told.get(problem.kind, 0) + 1
                if told[problem.kind] <= _TOLD:
                    yield replace(problem, path=shown)
            if article is None:
                continue
            if article.date is None and captured is not None:
                article = replace(article, date=captured, date_source="capture")
                future = future_problem(captured, options.today, shown)
                if future is not None:
                    yield future
            yield article, body
    except ArticleError as error:
        more = "; what stands before was read" if records.number > 1 else ""
        yield Problem(path, f"{error}{more}", "broken-archive", set_aside=True)
        pages = pages or 1
    for kind, count in told.items():
        if count > _TOLD:
            message = f"{count - _TOLD} more of its pages are told alike ({kind})"
            yield Problem(path, message, kind, set_aside=kind == "no-text")
    if pages or first or last is not None:  # a part may have none
        return
    if not records.number:
        yield Problem(path, "is no WARC, or is empty", "empty", set_aside=True)
    else:
        yield Problem(path, "has no page in it that was answered", "empty", set_aside=True)


def count_records(stream: Readable) -> int:
    """Return how many records a web archive has, of all kinds, up to where it is damaged."""
    records = _Records(_unpacked(stream, None), 0, sys.maxsize, None)
    with suppress(ArticleError):
        for _ in records:
            pass
    return records.number


def _unpacked(stream: Readable, most_bytes: int | None) -> Readable:
    """Return an archive without its compression; it may hold so many bytes."""
    head = read_at_most(stream, len(_GZIP))
    stream = Rejoined(head, stream)
    if head != _GZIP:
        return stream
    if most_bytes is None:
        return Inflated(stream)
    message = f"holds more than {most_bytes / 1e6:,.0f} MB; raise the limit with max_article_mb"
    return Metered(Inflated(stream), message, most=most_bytes)


class _Records:
    """The records of an archive that hold pages: address, day of capture, header, body.

    `number` is that of the last record that was begun, of all kinds, from 1.
    """

    def __init__(self, stream: Readable, max_bytes: int, first: int, last: int | None) -> None:
        self._stream = stream
        self._max_bytes = max_bytes
        self._first, self._last = first, last
        self.number = 0

    def __iter__(
        self,
    ) -> Iterator[tuple[str, dt.date | None, StatusAndHeaders, bytes | ArticleError]]:
        from warcio.bufferedreaders import BufferedReader
        from warcio.limitreader import LimitReader
        from warcio.statusandheaders import StatusAndHeadersParser

        reader = _bounded(BufferedReader)(self._stream)
        parser = StatusAndHeadersParser(["WARC/1.0", "WARC/1.1", "WARC/0.17", "WARC/0.18"])
        answers = StatusAndHeadersParser(["HTTP/1.0", "HTTP/1.1", "HTTP/2", "HTTP/2.0"], False)
        while True:
            reader.header_bytes = 0
            line = b"\n"
            while line and not line.strip():
                reader.header_bytes = 0
                line = reader.readline()
            if not line:
                return
            if self._last is not None and self.number >= self._last:
                return
            header = _parsed(parser, reader, line)
            self.number += 1
            length = _length(header)
            body = LimitReader(reader, length)
            url = (header.get_header("WARC-Target-URI") or "").strip("<> ")
            kind = (header.get_header("WARC-Type") or "").lower()
            wanted = self.number > self._first and kind == "response"
            if wanted and http_url(url) is not None:
                reader.header_bytes = 0
                if length > self._max_bytes + _MOST_HEADER_BYTES:
                    yield url, None, header, self._too_large()
                else:
                    answer = _parsed(answers, body, None)
                    if _is_page(answer, url):
                        yield url, _captured(header), answer, self._body(answer, body)
            while body.limit > 0:
                if not body.read(1 << 16):
                    raise ArticleError("is cut short: its last record is not whole")

    def _body(self, answer: StatusAndHeaders, stream: Any) -> bytes | ArticleError:
        from warcio.bufferedreaders import ChunkedDataReader

        if "chunked" in (answer.get_header("Transfer-Encoding") or "").lower():
            stream_of_body: Any = ChunkedDataReader(stream)
        else:
            stream_of_body = stream
        data = read_at_most(stream_of_body, self._max_bytes + 1)
        if stream.limit > 0 and len(data) <= self._max_bytes and not stream.read(1):
            raise ArticleError("is cut short: its last record is not whole")
        coding = (answer.get_header("Content-Encoding") or "").strip().lower()
        try:
            return self._unpacked(data, coding)
        except ArticleError as error:
            return error

    def _unpacked(self, data: bytes, coding: str) -> bytes:
        """Return a body without its compression; some archives keep it so and say otherwise."""
        if coding in ("gzip", "x-gzip", "deflate"):
            for bits in (47, -15):
                unpacker = zlib.decompressobj(wbits=bits)
                try:
                    body = unpacker.decompress(data, self._max_bytes + 1)
                except zlib.error:
                    continue
                data = body
                break
            else:
                if data.startswith(b"\x1f\x8b"):
                    raise ArticleError("is damaged: its compression is broken")
        elif coding not in ("", "identity", "utf-8", "none") and not data.lstrip().startswith(b"<"):
            raise ArticleError(f"is compressed in a way that is not read here ({coding[:20]!r})")
        if len(data) > self._max_bytes:
            raise self._too_large()
        return data

    def _too_large(self) -> ArticleError:
        return ArticleError(too_large(self._max_bytes))


def _bounded(reader: type[Any]) -> type[Any]:
    """Return warcio's reader with a bound on what lines may hold until `header_bytes` is reset."""

    class Bounded(reader):  # type: ignore[misc]
        header_bytes = 0

        def readline(self, length: int | None = None) -> bytes:
            most = _MOST_HEADER_BYTES + 1 - self.header_bytes
            line: bytes = super().readline(most if length is None else min(length, most))
            self.header_bytes += len(line)
            if self.header_bytes > _MOST_HEADER_BYTES:
                raise ArticleError("is no WARC, or is damaged: the header of a record has no end")
            return line

    return Bounded


def _parsed(parser: Any, stream: Any, line: bytes | None) -> StatusAndHeaders:
    from warcio.statusandheaders import StatusAndHeadersParserException

    try:
        header: StatusAndHeaders = parser.parse(stream, line)
    except EOFError:
        raise ArticleError("is cut short: its last record is not whole") from None
    except ArticleError:
        raise
    except (StatusAndHeadersParserException, ValueError, IndexError) as error:
        raise ArticleError("is no WARC, or is damaged: a record does not begin as one") from error
    return header


def _length(header: StatusAndHeaders) -> int:
    written = (header.get_header("Content-Length") or "").strip()
    if not (written.isascii() and written.isdecimal() and len(written) <= 15):
        raise ArticleError("is damaged: a record does not say its length")
    return int(written)


def _is_page(answer: StatusAndHeaders, url: str) -> bool:
    if (answer.statusline or "").split(" ")[0] != "200" or url.endswith("/robots.txt"):
        return False
    written = answer.get_header("Content-Type") or ""
    return written.partition(";")[0].strip().lower() in _PAGES


def _captured(header: StatusAndHeaders) -> dt.date | None:
    return parse_day((header.get_header("WARC-Date") or "").strip())


def _page(url: str, answer: StatusAndHeaders, body: bytes, captured: dt.date | None) -> Any:
    from geomap.fetching.fetch import Fetched

    headers = {str(name).lower(): str(value) for name, value in answer.headers}
    when = dt.datetime.combine(captured or dt.date(1970, 1, 1), dt.time(), dt.UTC)
    return Fetched(url, url, 200, headers, body, when)


def _with_capture(
    article: Article | None, captured: dt.date | None, problems: tuple[Problem, ...]
) -> Iterator[Problem]:
    """Yield a page's problems; that it has no date is told with the day it is given."""
    for problem in problems:
        if problem.kind == "undated" and article is not None and captured is not None:
            message = f"has no date: taken as of {captured}, when it was archived"
            yield replace(problem, message=message, kind="capture-date")
        else:
            yield problem
