"""The pages of a WARC file."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from geomap.articles._ids import printable
from geomap.articles.decode import decode
from geomap.articles.header import http_url
from geomap.articles.html import read_page
from geomap.bulk.records import Reading, damaged, dated, name_of
from geomap.bulk.storage import file_system
from geomap.errors import ArticleError, GeomapError, OutputError
from geomap.models import Article, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geomap.bulk.partitions import Partition

_TYPES = ("text/html", "application/xhtml+xml", "text/plain")


def read_warc(partition: Partition, how: Reading) -> Iterator[Article | Problem]:
    """Yield the articles of a WARC file: answers with status 200 that are pages or plain text.

    The day is the page's own, else that of its retrieval (`WARC-Date`). Of a damaged file what
    stands before the damage is read.
    """
    try:
        for number, record in _records(partition):
            if number <= partition.first or _type(record) not in _TYPES:
                continue
            yield from _article(record, number, partition, how)
    except (GeomapError, OSError):
        raise
    except Exception as error:  # warcio stumbles over damage in many ways
        yield damaged(partition, error)


def count_records(partition: Partition) -> int:
    """Return how many records a WARC file has."""
    return sum(1 for _ in _records(partition))


def _records(partition: Partition) -> Iterator[tuple[int, Any]]:
    """Yield records with their number, from 1, up to the end of the partition."""
    try:
        from warcio.archiveiterator import ArchiveIterator
    except ImportError as error:
        raise OutputError("WARC files need warcio: pip install 'geomap[cluster]'") from error
    system, path = file_system(partition.url)
    with system.open(path, "rb") as stream:
        found = ArchiveIterator(stream)
        found.INC_RECORD = ""  # it would print what stands between records
        for number, record in enumerate(found, 1):
            if partition.last is not None and number > partition.last:
                return
            yield number, record


def _type(record: Any) -> str | None:
    """Return the type of a page that was answered, None for every other record."""
    if record.rec_type != "response" or record.http_headers is None:
        return None
    if record.http_headers.get_statuscode() != "200":
        return None
    told: str = record.http_headers.get_header("Content-Type") or ""
    return told.partition(";")[0].strip().lower()


def _article(
    record: Any, number: int, partition: Partition, how: Reading
) -> Iterator[Article | Problem]:
    shown = printable(partition.url)
    data = record.content_stream().read(how.max_bytes + 1)
    try:
        if len(data) > how.max_bytes:
            raise ArticleError(
                f"is larger than {how.max_bytes / 1e6:g} MB; raise the limit with max_article_mb"
            )
        text = _decoded(data, record.http_headers.get_header("Content-Type") or "")
        url = http_url(record.rec_headers.get_header("WARC-Target-URI"))
        article = Article(name_of(partition, number), text.strip(), url=url, path=shown)
        stated = None
        if _type(record) != "text/plain":
            page = read_page(text)
            stated = page.date
            article = Article(
                article.id, page.text, title=page.title, source=page.source,
                url=page.url or url, lang=page.lang, path=shown, published=page.published,
            )  # fmt: skip
        if not article.text:
            raise ArticleError("is empty")
    except ArticleError as error:
        yield Problem(shown, f"record {number}: {error}", "no-text", number, set_aside=True)
        return
    yield from dated(article, None, how, number, stated, retrieved=_retrieved(record))


def _decoded(data: bytes, content_type: str) -> str:
    """Return a page as text: by the charset that its server told, else by what it looks like."""
    _, _, charset = content_type.lower().partition("charset=")
    name = charset.partition(";")[0].strip(" \"'")
    if name:
        try:
            return data.decode(name)
        except (LookupError, UnicodeDecodeError, ValueError):
            pass  # a server may tell anything
    return decode(data)[0]


def _retrieved(record: Any) -> dt.date | None:
    told = record.rec_headers.get_header("WARC-Date") or ""
    try:
        return dt.date.fromisoformat(told[:10])
    except ValueError:
        return None
