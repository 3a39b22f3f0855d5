"""Files, folders and standard input to articles, each with its day and a name of its own.

Nothing about an input is an exception: what cannot be used is a `Problem` that is set aside, what
deserves a look is a warning, and the rest goes on.
"""

from __future__ import annotations

import datetime as dt
import io
import logging
import math
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from geomap.articles._ids import Draft, name_articles
from geomap.articles._inputs import SUFFIXES, Input, find_inputs, os_reason
from geomap.articles.dates import future_problem, publication_day
from geomap.articles.decode import decode
from geomap.articles.header import split_header
from geomap.articles.jsonl import JsonReport, read_json_lines
from geomap.articles.moments import published_on
from geomap.errors import ArticleError, SettingsError
from geomap.models import Article, Problem

__all__ = ["ReadResult", "read_articles"]

logger = logging.getLogger(__name__)

_HEAD_BYTES = 4_096
_SPACE = b" \t\r\n\xef\xbb\xbf"
_TAG = re.compile(rb"<(?:[a-z]|!doctype|!--|\?xml)", re.IGNORECASE)
_JSON_OBJECT = re.compile(rb"\{\s*[\"}]")


@dataclass(frozen=True, slots=True)
class ReadResult:
    """The articles that were read and what their owner should know about the inputs.

    Iterating gives the articles; `len` counts them.
    """

    articles: tuple[Article, ...]
    problems: tuple[Problem, ...]

    def __iter__(self) -> Iterator[Article]:
        return iter(self.articles)

    def __len__(self) -> int:
        return len(self.articles)

    @property
    def set_aside(self) -> tuple[Problem, ...]:
        """The problems of inputs (or lines of them) that were not used."""
        return tuple(p for p in self.problems if p.set_aside)


@dataclass(frozen=True, slots=True)
class _Options:
    article_date: dt.date | None
    today: dt.date
    max_bytes: int
    max_mb: float


def read_articles(
    sources: Iterable[str | os.PathLike[str]] | str | os.PathLike[str],
    *,
    article_date: dt.date | None = None,
    today: dt.date | None = None,
    max_article_mb: float = 20.0,
    stdin: BinaryIO | None = None,
    on_progress: Callable[[str], None] | None = None,
) -> ReadResult:
    r"""Read articles from files, folders and standard input.

    Parameters
    ----------
    sources : iterable of str or PathLike
        Files (`.txt`, `.md`, `.html`, `.htm`, `.jsonl`; others are told by their first
        characters), folders (read with their folders; hidden and other files are skipped), and
        `-` for standard input. A file that is given twice is read once.
    article_date : datetime.date | None
        The day for articles that do not say theirs.
    today : datetime.date | None
        Later dates are warned of; None takes the clock's day.
    max_article_mb : float
        Larger articles (files, or lines of `.jsonl`) are set aside; in megabytes of 10^6 bytes.
    stdin : BinaryIO | None
        What `-` reads; None takes the process's own.
    on_progress : callable | None
        Called with the name of each file before it is read.

    Returns
    -------
    ReadResult
        Articles and problems in the order of the sources, in a folder by path, in a file by line.

    Raises
    ------
    SettingsError
        If `max_article_mb` is not a positive number. Inputs never raise.

    Examples
    --------
    >>> from io import BytesIO
    >>> result = read_articles(["-"], stdin=BytesIO(b"Date: 2023-03-14" + b"\n\nAll calm."))
    >>> [(a.id, str(a.date), a.text) for a in result]
    [('stdin', '2023-03-14', 'All calm.')]
    >>> [str(p) for p in read_articles(["missing.txt"]).set_aside]
    ['missing.txt: no such file or folder']
    """
    if not (math.isfinite(max_article_mb) and max_article_mb > 0):
        raise SettingsError(f"max_article_mb must be a positive number, not {max_article_mb}")
    options = _Options(
        article_date, today or dt.date.today(), int(max_article_mb * 1e6), max_article_mb
    )
    # A single path is an easy slip, and would otherwise be read letter by letter.
    listed = [sources] if isinstance(sources, str | os.PathLike) else list(sources)
    found: list[Draft | Problem] = []
    for item in find_inputs(listed):
        if isinstance(item, Problem):
            found.append(item)
            continue
        if on_progress is not None:
            on_progress(item.shown)
        found.extend(
            _read_stdin(stdin, item, options) if item.path is None else _read_file(item, options)
        )
    articles, problems = name_articles(found)
    logger.info("articles=%d problems=%d", len(articles), len(problems))
    return ReadResult(articles, problems)


def _read_stdin(
    stdin: BinaryIO | None, item: Input, options: _Options
) -> Iterator[Draft | Problem]:
    stream = stdin if stdin is not None else sys.stdin.buffer
    try:
        head = _read_at_most(stream, _HEAD_BYTES)
        yield from _read_stream(stream, head, _sniff(head), item, options)
    except OSError as error:
        yield _set_aside("stdin", f"cannot be read: {os_reason(error)}", "unreadable")


def _read_file(item: Input, options: _Options) -> Iterator[Draft | Problem]:
    path = item.path or Path()
    try:
        with path.open("rb") as stream:
            head = _read_at_most(stream, _HEAD_BYTES)
            kind = SUFFIXES.get(path.suffix.lower()) or _sniff(head)
            # Looked at before reading: a huge file must not be loaded to be refused.
            size = os.fstat(stream.fileno()).st_size
            if kind != "jsonl" and size > options.max_bytes:
                yield _too_large(item.shown, options)
                return
            yield from _read_stream(stream, head, kind, item, options)
    except OSError as error:
        yield _set_aside(item.shown, f"cannot be read: {os_reason(error)}", "unreadable")


def _read_stream(
    stream: BinaryIO, head: bytes, kind: str, item: Input, options: _Options
) -> Iterator[Draft | Problem]:
    """Read what a stream holds, as the given kind; `head` was already taken from it."""
    if not head:
        yield _set_aside(item.shown, "is empty", "empty")
        return
    if kind == "jsonl":
        yield from _read_jsonl(stream, head, item, options)
        return
    data = head + _read_at_most(stream, options.max_bytes + 1 - len(head))
    if len(data) > options.max_bytes:
        yield _too_large(item.shown, options)
        return
    try:
        text, note = decode(data)
    except ArticleError as error:
        yield _set_aside(item.shown, str(error), "binary")
        return
    if note is not None:
        yield Problem(item.shown, note, "encoding")
    if not text.strip():
        yield _set_aside(item.shown, "is empty", "empty")
    elif kind == "html":
        yield from _read_html(text, item, options)
    else:
        yield from _read_text(text, item, options)


def _read_text(text: str, item: Input, options: _Options) -> Iterator[Draft | Problem]:
    header = split_header(text, item.shown)
    yield from header.problems
    body = text[header.body :].strip()
    if not body:
        yield _set_aside(item.shown, "has a header but no text after it", "empty")
        return
    day, source = publication_day(
        item.stem,
        body,
        stated=header.date,
        stated_source="header",
        article_date=options.article_date,
    )
    article = Article(
        id="",
        text=body,
        title=header.title,
        date=day,
        date_source=source,
        source=header.source,
        url=header.url,
        lang=header.lang,
        path=item.path_text,
        published=published_on(day, header.published),
    )
    advice = "put `Date: YYYY-MM-DD` at its top, or "
    yield from _with_warnings(Draft(article, item.relative, item.full), options, advice)


def _read_html(text: str, item: Input, options: _Options) -> Iterator[Draft | Problem]:
    from geomap.articles.html import read_page

    try:
        page = read_page(text)
    except ArticleError as error:
        yield _set_aside(item.shown, str(error), "no-text")
        return
    day, source = publication_day(
        item.stem,
        page.text,
        stated=page.date,
        stated_source="metadata",
        article_date=options.article_date,
    )
    article = Article(
        id="",
        text=page.text,
        title=page.title,
        date=day,
        date_source=source,
        source=page.source,
        url=page.url,
        lang=page.lang,
        path=item.path_text,
        published=published_on(day, page.published),
    )
    yield from _with_warnings(Draft(article, item.relative, item.full), options, "")


def _read_jsonl(
    stream: BinaryIO, head: bytes, item: Input, options: _Options
) -> Iterator[Draft | Problem]:
    read_any = False
    lines = read_json_lines(stream, item.shown, max_line_bytes=options.max_bytes, head=head)
    for line in lines:
        read_any = True
        if isinstance(line, Problem):
            yield line
            continue
        yield from line.problems
        yield from _with_warnings(_json_draft(line, item, options), options, "add a `date`, or ")
    if not read_any:
        yield _set_aside(item.shown, "is empty", "empty")


def _json_draft(line: JsonReport, item: Input, options: _Options) -> Draft:
    day, source = publication_day(
        item.stem,
        line.text,
        stated=line.date,
        stated_source="metadata",
        article_date=options.article_date,
    )
    article = Article(
        id=line.id or "",
        text=line.text,
        title=line.title,
        date=day,
        date_source=source,
        source=line.source,
        url=line.url,
        path=item.path_text,
        published=published_on(day, line.published),
    )
    return Draft(article, item.relative, item.full, line.line)


def _with_warnings(draft: Draft, options: _Options, advice: str) -> Iterator[Draft | Problem]:
    """Yield an article and what is odd about its date; `advice` says where to write it."""
    yield draft
    shown = draft.article.path or "stdin"
    if draft.article.date is None:
        message = f"has no date: {advice}give --article-date; it goes to the undated layer"
        yield Problem(shown, message, "undated", draft.line)
    problem = future_problem(draft.article.date, options.today, shown, draft.line)
    if problem is not None:
        yield problem


def _sniff(head: bytes) -> str:
    """Tell from the first bytes what an input without a known suffix is."""
    start = head.lstrip(_SPACE)
    if _TAG.match(start):
        return "html"
    return "jsonl" if _JSON_OBJECT.match(start) else "text"


def _read_at_most(stream: BinaryIO, count: int) -> bytes:
    """Read up to `count` bytes; a pipe may give fewer at a time than asked for."""
    buffer = io.BytesIO()
    while (missing := count - buffer.tell()) > 0 and (chunk := stream.read(min(missing, 1 << 20))):
        buffer.write(chunk)
    return buffer.getvalue()


def _too_large(shown: str, options: _Options) -> Problem:
    message = f"is larger than {options.max_mb:g} MB; raise the limit with max_article_mb"
    return _set_aside(shown, message, "too-large")


def _set_aside(shown: str, message: str, kind: str) -> Problem:
    return Problem(shown, message, kind, set_aside=True)
