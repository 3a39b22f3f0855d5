"""RSS and Atom feeds, and the articles behind their entries.

feedparser reads the bytes; it is never given an address, which it would ask by itself. Before, they
are decoded here, so that a declaration of entities cannot hide in an odd encoding. A broken feed or
entry is a `Problem`: it never stops the others.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import hashlib
import io
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from geomap.articles._dating import date_problems, dated
from geomap.articles._ids import printable
from geomap.articles.decode import decode
from geomap.articles.header import http_url
from geomap.articles.moments import parse_published
from geomap.articles.web_page import fragment_text, read_fetched
from geomap.errors import ArticleError, FetchError
from geomap.models import Article, Problem

if TYPE_CHECKING:
    from geomap.fetching import Fetched, Fetcher

__all__ = ["Entry", "EntryArticle", "Feed", "articles_of_feed", "fetch_feed", "read_feed"]

logger = logging.getLogger(__name__)

_MAX_FEED_BYTES = 5_000_000
# feedparser takes up to 0.06 ms for each; 5,000 entries have half as many.
_MAX_TAGS = 200_000
_MAX_ENTRIES = 5_000
_MAX_TITLE = 500
_YEARS = range(1990, 2101)
# What stands before the first element says nothing that is used, and feedparser takes time with
# the square of its lines.
_ELEMENT = re.compile(r"<\w")
# The entry's own text is taken when the page has much less: a wall of consent, a teaser.
_MUCH_MORE = 2


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed.

    `published` has the zone that the feed writes, or none when it writes none, and is None when
    it tells no time; `day` is the day in that zone. `summary` and `content` are plain text, a line
    for each paragraph.
    """

    id: str
    url: str | None = None
    title: str | None = None
    published: dt.datetime | None = None
    day: dt.date | None = None
    summary: str = ""
    content: str = ""

    @property
    def text(self) -> str:
        """The longer of its two texts."""
        return max(self.content, self.summary, key=len)


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed holds, in its own order; `fetched` is what the server gave, if it gave it.

    `after_s` is how long a server that gave nothing asks to wait, if it says so.
    """

    url: str
    title: str | None = None
    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()
    fetched: Fetched | None = None
    after_s: float | None = None


@dataclass(frozen=True, slots=True)
class EntryArticle:
    """An entry and its article; `page` is what the server gave, None if the feed's text is used.

    `retry_later` tells that the page could not be had for a passing reason.
    """

    entry: Entry
    article: Article | None
    page: Fetched | None = None
    problems: tuple[Problem, ...] = ()
    retry_later: bool = False


def fetch_feed(
    url: str, fetcher: Fetcher, *, etag: str | None = None, modified: str | None = None
) -> Feed:
    """Get a feed and read it; whatever goes wrong is among its problems.

    Parameters
    ----------
    url : str
        Its address.
    fetcher : Fetcher
        Asks for it.
    etag, modified : str | None
        Of the last time; `feed.fetched.is_unchanged` is True if it is still the same.
    """
    try:
        fetched = fetcher.fetch(url, etag=etag, modified=modified)
    except FetchError as error:
        message = str(error).removeprefix(f"{url}: ")
        problem = Problem(url, message, "fetch", set_aside=True)
        return Feed(url, problems=(problem,), after_s=error.after_s)
    if fetched.is_unchanged:
        return Feed(url, fetched=fetched)
    try:
        feed = read_feed(fetched.body, fetched.final_url, charset=fetched.charset)
    except ArticleError as error:
        problem = Problem(url, str(error), "broken-feed", set_aside=True)
        return Feed(url, problems=(problem,), fetched=fetched)
    return Feed(url, feed.title, feed.entries, feed.problems, fetched)


def read_feed(body: bytes, url: str, *, charset: str | None = None) -> Feed:
    r"""Read an RSS or Atom feed.

    Parameters
    ----------
    body : bytes
        The feed.
    url : str
        Where it was, for its relative links.
    charset : str | None
        The encoding that the server names.

    Raises
    ------
    ArticleError
        If it is no feed, declares entities (as "a billion laughs" does), or is too large.

    Examples
    --------
    >>> feed = read_feed(
    ...     b"<rss version='2.0'><channel><title>News</title><item><title>Lyman held</title>"
    ...     b"<link>/a</link><pubDate>Tue, 14 Mar 2023 23:30:00 +0200</pubDate></item>"
    ...     b"</channel></rss>", "https://example.org/feed")
    >>> feed.entries[0].url, str(feed.entries[0].day), str(feed.entries[0].published)
    ('https://example.org/a', '2023-03-14', '2023-03-14 23:30:00+02:00')
    """
    if len(body) > _MAX_FEED_BYTES:
        raise ArticleError(f"is a feed of more than {_MAX_FEED_BYTES / 1e6:g} MB")
    text, note = decode(body, charset)
    if "<!entity" in text.lower():
        raise ArticleError("is a feed that declares entities of its own: refused")
    if text.count("<") > _MAX_TAGS:
        raise ArticleError(f"is a feed of more than {_MAX_TAGS:,} tags")
    problems = [Problem(url, note, "encoding")] if note else []
    root = _ELEMENT.search(text)
    if root is None:
        raise ArticleError("is no RSS or Atom feed")
    parsed = _parse(text[root.start() :])
    raw = parsed["entries"]
    if not raw and not parsed.get("version"):
        raise ArticleError("is no RSS or Atom feed")
    if parsed.get("bozo"):
        why = " ".join(str(parsed.get("bozo_exception")).split())[:120]
        message = f"is not well-formed ({printable(why)}); {len(raw)} entries could be read"
        problems.append(Problem(url, message, "broken-feed"))
    if len(raw) > _MAX_ENTRIES:
        message = f"has {len(raw)} entries; the first {_MAX_ENTRIES} are read"
        problems.append(Problem(url, message, "too-large"))
    entries: dict[str, Entry] = {}
    for number, item in enumerate(raw[:_MAX_ENTRIES], start=1):
        try:
            entry = _entry(item, url)
        except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
            message = f"its entry {number} cannot be read ({type(error).__name__})"
            problems.append(Problem(url, message, "broken-entry", set_aside=True))
            continue
        if entry is None:
            message = f"its entry {number} has neither a link nor a text"
            problems.append(Problem(url, message, "broken-entry", set_aside=True))
        else:
            entries.setdefault(entry.id, entry)
    title = _line(dict.get(parsed["feed"], "title"))
    return Feed(url, title, tuple(entries.values()), tuple(problems))


def articles_of_feed(
    feed: Feed,
    fetcher: Fetcher,
    *,
    is_known: Callable[[Entry], bool] = lambda _: False,
    article_date: dt.date | None = None,
    today: dt.date | None = None,
) -> Iterator[EntryArticle]:
    """Yield the article of each entry that is not known yet, in the feed's order.

    The entry's page is fetched and read. The feed's own text counts where the page cannot be had,
    holds no report, or has less than half of it.

    Parameters
    ----------
    feed : Feed
        As `read_feed` or `fetch_feed` gives it.
    fetcher : Fetcher
        Asks for the pages.
    is_known : callable
        Tells which entries to skip; asked just before each is fetched.
    article_date, today : datetime.date | None
        As in `read_fetched`.
    """
    for entry in feed.entries:
        if is_known(entry):
            continue
        found = _entry_article(entry, feed, fetcher, article_date, today or dt.date.today())
        logger.info("entry=%s article=%s", entry.id, found.article is not None)
        yield found


def _entry_article(
    entry: Entry, feed: Feed, fetcher: Fetcher, article_date: dt.date | None, today: dt.date
) -> EntryArticle:
    article, page, later = None, None, False
    problems: list[Problem] = []
    shown = entry.url or feed.url
    if entry.url is not None:
        try:
            page = fetcher.fetch(entry.url)
        except FetchError as error:
            later = error.passing
            message = str(error).removeprefix(f"{entry.url}: ")
            problems.append(Problem(shown, message, "fetch", set_aside=not entry.text))
        else:
            article, found = read_fetched(
                page,
                stated=entry.day,
                published=entry.published,
                title=entry.title,
                source=feed.title,
                article_date=article_date,
                today=today,
            )
            problems.extend(
                Problem(p.path, p.message, p.kind, p.line, p.set_aside and not entry.text)
                for p in found
            )
    if article is not None and len(entry.text) < _MUCH_MORE * len(article.text):
        return EntryArticle(entry, article, page, tuple(problems), later)
    if not entry.text:
        if not problems:
            problems.append(Problem(shown, "has no text", "empty", set_aside=True))
        return EntryArticle(entry, None, None, tuple(problems), later)
    if entry.url is not None:
        message = "the feed's own text is used, since the page gives no more"
        problems.append(Problem(shown, message, "feed-text"))
    stated = article.date if article is not None else None
    own = Article(
        id=entry.url or entry.id,
        text=entry.text,
        title=entry.title,
        source=feed.title,
        url=entry.url,
        published=article.published if article else None,
    )
    own = dated(
        own, None, stated or entry.day, article_date=article_date, published=entry.published
    )
    problems.extend(p for p in date_problems(own, shown, today) if p not in problems)
    return EntryArticle(entry, own, None, tuple(problems), later)


def _parse(text: str) -> dict[str, Any]:
    import feedparser

    # What it is told to trust is the encoding that it is given; a bare string could be taken for
    # an address or a file's name.
    try:
        parsed: dict[str, Any] = feedparser.parse(
            io.BytesIO(text.encode("utf-8", "replace")),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
        raise ArticleError(f"is no readable feed ({type(error).__name__})") from error
    return parsed


def _entry(item: Any, base: str) -> Entry | None:
    """Return an entry, None if there is nothing to it.

    The keys are read as they are: feedparser's own `get` gives "published" for "updated" too.
    """
    link = str(dict.get(item, "link") or "").strip()
    url = http_url(_joined(base, link)) if link else None
    title = _line(dict.get(item, "title"))
    summary = _text(dict.get(item, "summary_detail") or {"value": dict.get(item, "summary")})
    contents = [_text(part) for part in dict.get(item, "content") or ()]
    content = max(contents, key=len, default="")
    if url is None and not summary and not content:
        return None
    published, day = None, None
    # RSS 1.0 has only dc:date, which feedparser calls "updated", and many an Atom feed too.
    for key in ("published", "created", "updated"):
        published, day = _when(str(dict.get(item, key) or ""))
        if day is not None:
            break
    named = str(dict.get(item, "id") or "").strip()[:2_000] or url
    if named is None:
        named = hashlib.sha256(f"{title}\n{content or summary}".encode()).hexdigest()[:32]
    return Entry(printable(named), url, title, published, day, summary, content)


def _when(written: str) -> tuple[dt.datetime | None, dt.date | None]:
    """Return a moment, if a time is told, and the day there."""
    written = written.strip()[:80]
    day, moment = parse_published(written)
    if day is None:  # two digits of a year, and other forms of mail
        for parse in (dt.datetime.fromisoformat, email.utils.parsedate_to_datetime):
            try:
                found = parse(written)
            except (ValueError, TypeError, OverflowError):
                continue
            day = found.date()
            # Without a zone it may be a day alone, which is no midnight.
            moment = None if found.tzinfo is None else found.replace(microsecond=0)
            break
    if day is None or day.year not in _YEARS:  # such as 1970, of a clock that was never set
        return None, None
    return moment, day


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link)
    except ValueError:
        return ""


def _line(value: object) -> str | None:
    words = " ".join(fragment_text(str(value)).split()) if value else ""
    return words[:_MAX_TITLE] or None


def _text(part: Any) -> str:
    """Return the text of what feedparser calls a detail."""
    value = str(dict.get(part, "value") or "")
    if dict.get(part, "type") == "text/plain":
        return "\n".join(line for raw in value.splitlines() if (line := " ".join(raw.split())))
    return fragment_text(value)
