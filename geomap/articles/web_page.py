"""An article from a page that a server gave."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from geomap.articles._dating import date_problems, dated
from geomap.articles._html_bounds import check_html
from geomap.articles.decode import decode
from geomap.articles.header import split_header
from geomap.errors import ArticleError
from geomap.models import Article, Problem

if TYPE_CHECKING:
    from geomap.fetching import Fetched

__all__ = ["fragment_text", "is_feed", "read_fetched"]

_FEED = re.compile(r"(?:<\?[^>]{0,500}>|<![^>]{0,500}>|\s)*<(?:rss|feed|rdf:RDF)[\s>]")
_FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/rdf+xml"})
_HEAD_BYTES = 4_096
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BLOCKS = frozenset(
    ("address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "h1", "h2",
     "h3", "h4", "h5", "h6", "header", "hr", "li", "ol", "p", "pre", "section", "table", "td",
     "th", "tr", "ul")
)  # fmt: skip
_UNSEEN = ("script", "style", "noscript", "template", "iframe", "svg", "head", "object", "form")


def is_feed(body: bytes, content_type: str = "") -> bool:
    """Tell whether what a server gave is an RSS or Atom feed.

    Examples
    --------
    >>> is_feed(b'<?xml version="1.0"?><rss version="2.0">'), is_feed(b"<html><p>rss</p>")
    (True, False)
    """
    head = body[:_HEAD_BYTES].replace(b"\0", b"").decode("latin-1").lstrip("þÿ\xef\xbb\xbf")
    return content_type in _FEED_TYPES or _FEED.match(head) is not None


def read_fetched(
    page: Fetched,
    *,
    stated: dt.date | None = None,
    published: dt.datetime | None = None,
    title: str | None = None,
    source: str | None = None,
    article_date: dt.date | None = None,
    today: dt.date | None = None,
) -> tuple[Article | None, tuple[Problem, ...]]:
    """Read the article of a page.

    Parameters
    ----------
    page : Fetched
        A web page or a plain text.
    stated : datetime.date | None
        The day of publication as a feed says it; what the page says of itself comes first.
    published : datetime.datetime | None
        The moment as a feed says it: it counts where the page tells no time of its own, and the
        same day.
    title, source : str | None
        For a page that does not name its own.
    article_date : datetime.date | None
        The day for a page that nothing dates.
    today : datetime.date | None
        Later dates are warned of; None takes the clock's day.

    Returns
    -------
    tuple[Article | None, tuple[Problem, ...]]
        None, with a problem that is set aside, if there is no article in it. The article's `id`
        is the address that was asked, its `url` the one the page gives itself if that is of the
        same site.
    """
    from geomap.articles.html import read_page

    shown, problems = page.url, []
    try:
        text, note = decode(page.body, page.charset)
        if note is not None:
            problems.append(Problem(shown, note, "encoding"))
        if not text.strip():
            raise ArticleError("is empty")
        if is_feed(page.body, page.content_type):
            raise ArticleError("is a feed, not an article")
        if page.content_type.endswith("json"):
            raise ArticleError("is JSON, not a page")
        if page.content_type == "text/plain" or not text.lstrip("\ufeff \t\r\n").startswith("<"):
            header = split_header(text, shown)
            problems.extend(header.problems)
            body, own_title, own_day = text[header.body :].strip(), header.title, header.date
            own_source, lang, url = header.source, header.lang, None
            own_time = header.published
            if not body:
                raise ArticleError("has a header but no text after it")
        else:
            read = read_page(text)
            body, own_title, own_day = read.text, read.title, read.date
            own_source, lang, url = read.source, read.lang, read.url
            own_time = read.published
    except ArticleError as error:
        return None, (*problems, Problem(shown, str(error), "no-text", set_aside=True))
    article = Article(
        id=page.url,
        text=body,
        title=own_title or title,
        source=own_source or source,
        # A page may call itself by any address; another site's would make it that site's report.
        url=url if url and _site(url) == _site(page.final_url) else page.final_url,
        lang=lang,
        published=own_time,
    )
    article = dated(
        article, None, own_day or stated, article_date=article_date, published=published
    )
    return article, (*problems, *date_problems(article, shown, today or dt.date.today()))


def fragment_text(fragment: str) -> str:
    r"""Return the text of a piece of HTML, a line for each paragraph; nothing of it is run.

    Examples
    --------
    >>> fragment_text("<p>Lyman <b>held</b>.</p><script>x()</script><p>Siversk &amp; more</p>")
    'Lyman held.\nSiversk & more'
    """
    from lxml import etree, html

    try:
        check_html(fragment)
        tree = html.fromstring(f"<div>{fragment}</div>".replace("\0", " "))
    except (etree.LxmlError, ValueError, AssertionError):
        return ""
    etree.strip_elements(
        tree, *_UNSEEN, etree.Comment, etree.ProcessingInstruction, with_tail=False
    )
    pieces: list[str] = []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if element.tag in _BLOCKS:
            pieces.append("\n")
        if event == "start":
            pieces.append(element.text or "")
        elif element is not tree:
            pieces.append(element.tail or "")
    text = _CONTROL.sub(" ", "".join(pieces))
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def _site(url: str) -> str:
    return (urlsplit(url).hostname or "").lower().removeprefix("www.")
