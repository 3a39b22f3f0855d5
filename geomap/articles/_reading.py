"""What a stream holds, by its kind: texts, pages, lines of JSON, archives of them."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import replace

from geomap.articles._dating import date_problems, dated
from geomap.articles._ids import Draft
from geomap.articles._inputs import Input, kind_by_name
from geomap.articles._options import ReadOptions
from geomap.articles._streams import Readable, Rejoined, read_at_most
from geomap.articles.decode import decode
from geomap.articles.header import split_header
from geomap.articles.jsonl import JSON_ADVICE, read_json_lines
from geomap.errors import ArticleError
from geomap.models import Article, Problem

__all__ = [
    "HEAD_BYTES",
    "is_bounded",
    "read_stream",
    "read_zip",
    "set_aside",
    "sniff",
]

HEAD_BYTES = 4_096
_SPACE = b" \t\r\n\xef\xbb\xbf"
_TAG = re.compile(rb"<(?:[a-z]|!doctype|!--|\?xml)", re.IGNORECASE)
_JSON_OBJECT = re.compile(rb"\{\s*[\"}]")
_MESSAGES = re.compile(rb"\"messages\"\s*:\s*\[")
_WARC = b"WARC/"
_GZIP = b"\x1f\x8b"


def is_bounded(kind: str) -> bool:
    """Say whether a file of this kind is one article, which may not be larger than one may."""
    return kind in ("text", "html")


def read_stream(
    stream: Readable,
    head: bytes,
    kind: str,
    item: Input,
    options: ReadOptions,
    *,
    packed_bytes: int | None = None,
) -> Iterator[Draft | Problem]:
    """Read what a stream holds, as the given kind.

    Parameters
    ----------
    stream : Readable
        Its beginning, `head`, was taken from it already.
    kind : str
        As `kind_by_name` or `sniff` tells it, but no "zip", which is read from a file.
    packed_bytes : int, optional
        The size of the file that the stream is of; what is unpacked from it is measured by that.
    """
    if not head:
        yield set_aside(item.shown, "is empty", "empty")
    elif kind == "jsonl":
        yield from _read_jsonl(stream, head, item, options)
    elif kind == "warc":
        yield from _read_warc(Rejoined(head, stream), item, options, packed_bytes)
    elif kind == "telegram":
        yield from _read_telegram(Rejoined(head, stream), item, options)
    else:
        yield from _read_single(stream, head, kind, item, options)


def _read_single(
    stream: Readable, head: bytes, kind: str, item: Input, options: ReadOptions
) -> Iterator[Draft | Problem]:
    data = head + read_at_most(stream, options.max_bytes + 1 - len(head))
    if len(data) > options.max_bytes:
        yield set_aside(item.shown, options.too_large, "too-large")
        return
    try:
        text, note = decode(data)
    except ArticleError as error:
        yield set_aside(item.shown, str(error), "binary")
        return
    if note is not None:
        yield Problem(item.shown, note, "encoding")
    if not text.strip():
        yield set_aside(item.shown, "is empty", "empty")
    elif kind == "html":
        yield from _read_html(text, data, item, options)
    else:
        yield from _read_text(text, item, options)


def _read_text(text: str, item: Input, options: ReadOptions) -> Iterator[Draft | Problem]:
    header = split_header(text, item.shown)
    yield from header.problems
    body = text[header.body :].strip()
    if not body:
        yield set_aside(item.shown, "has a header but no text after it", "empty")
        return
    article = Article(
        id="",
        text=body,
        title=header.title,
        source=header.source,
        url=header.url,
        lang=header.lang,
        path=item.path_text,
        published=header.published,
    )
    article = dated(
        article,
        item.stem,
        header.date,
        stated_source="header",
        article_date=options.article_date,
    )
    advice = "put `Date: YYYY-MM-DD` at its top, or "
    draft = Draft(article, item.relative, item.full, wanted=item.wanted)
    yield from _with_warnings(draft, options, advice)


def _read_html(
    text: str, raw: bytes, item: Input, options: ReadOptions
) -> Iterator[Draft | Problem]:
    from geomap.articles.html import read_page

    try:
        page = read_page(text)
    except ArticleError as error:
        yield set_aside(item.shown, str(error), "no-text")
        return
    article = Article(
        id="",
        text=page.text,
        title=page.title,
        source=page.source,
        url=page.url,
        lang=page.lang,
        path=item.path_text,
        published=page.published,
    )
    article = dated(article, item.stem, page.date, article_date=options.article_date)
    draft = Draft(article, item.relative, item.full, raw=raw, wanted=item.wanted)
    yield from _with_warnings(draft, options, "")


def _read_jsonl(
    stream: Readable, head: bytes, item: Input, options: ReadOptions
) -> Iterator[Draft | Problem]:
    read_any = False
    lines = read_json_lines(stream, item.shown, max_line_bytes=options.max_bytes, head=head)
    for line in lines:
        read_any = True
        if isinstance(line, Problem):
            yield line
            continue
        yield from line.problems
        article = line.article(item.path_text)
        article = dated(article, item.stem, line.date, article_date=options.article_date)
        draft = Draft(article, item.relative, item.full, line.line)
        yield from _with_warnings(draft, options, JSON_ADVICE)
    if not read_any:
        yield set_aside(item.shown, "is empty", "empty")


def _with_warnings(draft: Draft, options: ReadOptions, advice: str) -> Iterator[Draft | Problem]:
    """Yield an article and what is odd about its date; `advice` says where to write it."""
    yield draft
    shown = draft.article.path or "stdin"
    yield from date_problems(draft.article, shown, options.today, advice=advice, line=draft.line)


def _read_warc(
    stream: Readable, item: Input, options: ReadOptions, packed_bytes: int | None
) -> Iterator[Draft | Problem]:
    from geomap.articles.warc import read_warc

    for found in read_warc(stream, item.shown, options, packed_bytes=packed_bytes):
        if isinstance(found, Problem):
            yield found
        else:
            article, raw = found
            article = replace(article, path=item.path_text)
            yield Draft(article, item.relative, item.full, raw=raw)


def _read_telegram(
    stream: Readable, item: Input, options: ReadOptions
) -> Iterator[Draft | Problem]:
    from geomap.articles.telegram import read_telegram

    for found in read_telegram(stream, item.shown, max_bytes=options.max_bytes):
        if isinstance(found, Problem):
            yield found
            continue
        article = Article(
            id=found.id,
            text=found.text,
            source=found.channel,
            url=found.url,
            path=item.path_text,
            published=found.published,
        )
        article = dated(article, None, found.date, article_date=options.article_date)
        yield from _with_warnings(Draft(article, item.relative, item.full), options, "")


def read_zip(item: Input, options: ReadOptions) -> Iterator[Draft | Problem]:
    """Read the files of a ZIP archive, by their names.

    Raises
    ------
    OSError
        The archive cannot be read.
    """
    from geomap.articles.zipped import Member, zip_members

    assert item.path is not None
    with item.path.open("rb") as file:
        for member in zip_members(file, item, options):
            if not isinstance(member, Member):
                yield member
                continue
            kind = kind_by_name(member.item.name) or "text"
            try:
                with member.opened() as stream:
                    head = read_at_most(stream, HEAD_BYTES)
                    size = member.packed_bytes
                    yield from read_stream(
                        stream, head, kind, member.item, options, packed_bytes=size
                    )
            except ArticleError as error:
                yield set_aside(member.item.shown, str(error), "broken-archive")
                if member.budget_spent:
                    return


def sniff(head: bytes) -> str:
    """Tell from the first bytes what an input without a known suffix is."""
    start = head.lstrip(_SPACE)
    if start.startswith(_WARC) or _packed_head(head).startswith(_WARC):
        return "warc"
    if _TAG.match(start):
        return "html"
    if not _JSON_OBJECT.match(start):
        return "text"
    return "telegram" if _is_json_document(start) else "jsonl"


def _is_json_document(start: bytes) -> bool:
    """Tell a document of JSON, which goes over lines, from a line of JSON Lines."""
    line, ended, _ = start.partition(b"\n")
    if not ended:
        return _MESSAGES.search(start) is not None
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return line.strip() == b"{" or _MESSAGES.search(line) is not None
    return False


def _packed_head(head: bytes) -> bytes:
    """Return the first bytes of what is packed with gzip, none of what is not."""
    if not head.startswith(_GZIP):
        return b""
    try:
        return zlib.decompressobj(wbits=31).decompress(head, len(_WARC))
    except zlib.error:
        return b""


def set_aside(shown: str, message: str, kind: str) -> Problem:
    """Return the problem of an input that was not used."""
    return Problem(shown, message, kind, set_aside=True)
