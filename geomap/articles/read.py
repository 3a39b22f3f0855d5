"""Files, folders and standard input to articles, each with its day and a name of its own.

Nothing about an input is an exception: what cannot be used is a `Problem` that is set aside, what
deserves a look is a warning, and the rest goes on.
"""

from __future__ import annotations

import datetime as dt
import logging
import math
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from geomap.articles._ids import Draft, name_articles
from geomap.articles._inputs import Input, find_inputs, kind_by_name, os_reason, with_ids
from geomap.articles._options import ReadOptions
from geomap.articles._reading import (
    HEAD_BYTES,
    is_bounded,
    read_stream,
    read_zip,
    set_aside,
    sniff,
)
from geomap.articles._streams import read_at_most
from geomap.errors import ArticleError, SettingsError
from geomap.models import Article, Problem

__all__ = ["ReadArticle", "ReadResult", "iter_articles", "read_articles"]

logger = logging.getLogger(__name__)


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
class ReadArticle:
    """An article, and the page that it was read from as it came (None for what is no page)."""

    article: Article
    raw: bytes | None = None


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
        Files (`.txt`, `.md`, `.html`, `.htm`, `.jsonl`, `.warc`, `.warc.gz`, Telegram's
        `result.json`, a `.zip` of such; others are told by their first characters), folders (read
        with their folders; hidden and other files are skipped), and `-` for standard input. A file
        that is given twice is read once.
    article_date : datetime.date | None
        The day for articles that do not say theirs.
    today : datetime.date | None
        Later dates are warned of; None takes the clock's day.
    max_article_mb : float
        Larger articles (files, or lines of `.jsonl`, ...) are set aside; in megabytes of 10^6
        bytes. Archives may hold 50 times as much, or 100 times their own size.
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
    found: list[Draft | Problem] = []
    for item in _found(sources, _options(article_date, today, max_article_mb), stdin, on_progress):
        found.append(item if isinstance(item, Problem) else replace(item, raw=None))
    articles, problems = name_articles(found)
    logger.info("articles=%d problems=%d", len(articles), len(problems))
    return ReadResult(articles, problems)


def iter_articles(
    sources: Iterable[str | os.PathLike[str]] | str | os.PathLike[str],
    *,
    article_date: dt.date | None = None,
    today: dt.date | None = None,
    max_article_mb: float = 20.0,
    stdin: BinaryIO | None = None,
    on_progress: Callable[[str], None] | None = None,
) -> Iterator[ReadArticle | Problem]:
    r"""Read articles one at a time, as `read_articles` does, and hold no more than one.

    Parameters
    ----------
    sources, article_date, today, max_article_mb, stdin, on_progress
        As of `read_articles`.

    Yields
    ------
    ReadArticle | Problem
        Articles and problems in the order of the sources. An article's id is the one that
        `read_articles` gives it, as far as that can be told without the articles after it: an id
        that two articles say of themselves is both of theirs, and lines of a `.jsonl` file that
        have none are called by their number. It does not depend on the order of the sources.

    Raises
    ------
    SettingsError
        If `max_article_mb` is not a positive number. Inputs never raise.

    Examples
    --------
    >>> from io import BytesIO
    >>> lines = BytesIO(b'{"id": "a", "text": "Calm."}\n{"id": "a", "text": "Not calm."}\n')
    >>> found = list(iter_articles(["-"], stdin=lines))
    >>> [(one.article.id, one.article.text) for one in found if isinstance(one, ReadArticle)]
    [('a', 'Calm.'), ('a', 'Not calm.')]
    """
    options = _options(article_date, today, max_article_mb)
    for item in _with_early_ids(_found(sources, options, stdin, on_progress)):
        yield item if isinstance(item, Problem) else ReadArticle(item.article, item.raw)


def _with_early_ids(found: Iterator[Draft | Problem]) -> Iterator[Draft | Problem]:
    """Give each draft the id that can be told now.

    The first line of a file is held back until the second: the only line is called by the file.
    """
    held: list[Draft | Problem] = []
    file: str | None = None
    for item in found:
        if isinstance(item, Problem):
            if held:
                held.append(item)
            else:
                yield item
            continue
        yield from _released(held, only=file != item.full)
        held = []
        first = item.full != file
        file = item.full
        if first and item.line is not None and not item.article.id:
            held = [item]
        else:
            yield _early(item, item.early_id)
    yield from _released(held, only=True)


def _released(held: list[Draft | Problem], *, only: bool) -> Iterator[Draft | Problem]:
    for item in held:
        if isinstance(item, Problem):
            yield item
        else:
            yield _early(item, item.stem if only else item.early_id)


def _early(draft: Draft, name: str) -> Draft:
    return replace(draft, article=replace(draft.article, id=name))


def _options(
    article_date: dt.date | None, today: dt.date | None, max_article_mb: float
) -> ReadOptions:
    if not (math.isfinite(max_article_mb) and max_article_mb > 0):
        raise SettingsError(f"max_article_mb must be a positive number, not {max_article_mb}")
    return ReadOptions(article_date, today or dt.date.today(), int(max_article_mb * 1e6))


def _found(
    sources: Iterable[str | os.PathLike[str]] | str | os.PathLike[str],
    options: ReadOptions,
    stdin: BinaryIO | None,
    on_progress: Callable[[str], None] | None,
) -> Iterator[Draft | Problem]:
    """Yield what the sources hold, without names."""
    # A single path is an easy slip, and would otherwise be read letter by letter.
    listed = [sources] if isinstance(sources, str | os.PathLike) else list(sources)
    inputs = find_inputs(listed)
    named = iter(with_ids([item for item in inputs if isinstance(item, Input)]))
    for one in inputs:
        if isinstance(one, Problem):
            yield one
            continue
        item = next(named)
        if on_progress is not None:
            on_progress(item.shown)
        try:
            if item.path is None:
                yield from _read_stdin(stdin, item, options)
            else:
                yield from _read_file(item.path, item, options)
        except ArticleError as error:  # of an archive that ends where it should not
            yield set_aside(item.shown, str(error), "broken-archive")
        except OSError as error:
            yield set_aside(item.shown, f"cannot be read: {os_reason(error)}", "unreadable")


def _read_stdin(
    stdin: BinaryIO | None, item: Input, options: ReadOptions
) -> Iterator[Draft | Problem]:
    stream = stdin if stdin is not None else sys.stdin.buffer
    head = read_at_most(stream, HEAD_BYTES)
    yield from read_stream(stream, head, sniff(head), item, options)


def _read_file(path: Path, item: Input, options: ReadOptions) -> Iterator[Draft | Problem]:
    kind = kind_by_name(item.name)
    if kind == "zip":
        yield from read_zip(item, options)
        return
    with path.open("rb") as stream:
        head = read_at_most(stream, HEAD_BYTES)
        kind = kind or sniff(head)
        # Looked at before reading: a huge file must not be loaded to be refused.
        size = os.fstat(stream.fileno()).st_size
        if is_bounded(kind) and size > options.max_bytes:
            yield set_aside(item.shown, options.too_large, "too-large")
            return
        yield from read_stream(stream, head, kind, item, options, packed_bytes=size)
