"""Web pages: the main text by trafilatura, and what the page says about itself.

trafilatura is asked for the text only. Its guess of the date (by htmldate) takes a year from a
footer or a day from the body when nothing better is there; so the day is read here, from JSON-LD,
from `<meta>`, then from a `<time>` above the text, and from nowhere else.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geomap.articles._html_bounds import check_html
from geomap.articles.header import http_url, language_code
from geomap.articles.moments import parse_published
from geomap.errors import ArticleError

if TYPE_CHECKING:
    import datetime as dt

__all__ = ["Page", "read_page"]

# `property`, `name` or `itemprop` of a <meta>, in the order of trust.
_META_DATES = (
    "article:published_time",
    "og:article:published_time",
    "datepublished",
    "article.published",
    "parsely-pub-date",
    "sailthru.date",
    "dc.date.issued",
    "dcterms.issued",
    "dc.date",
    "dcterms.date",
    "citation_publication_date",
    "publication_date",
    "publish-date",
    "publishdate",
    "pubdate",
    "date",
)
_PAGE_TYPES = ("WebPage", "ItemPage")
# What is beside the report: other reports, the site's own years, readers' comments.
_ASIDE_TAGS = frozenset({"footer", "aside", "nav"})
_ASIDE_WORDS = ("footer", "related", "sidebar", "comment", "recommend", "teaser")
# A paragraph this long is the body of the report; a <time> after it is not its date line.
_BODY_CHARS = 80
_MAX_TITLE = 500
_HUGE_CHARS = 2_000_000
_MAX_NODES = 10_000

_quiet_lock = threading.Lock()
_quiet_depth = 0
_NULL = logging.NullHandler()


@dataclass(frozen=True, slots=True)
class Page:
    """What a web page holds: the text of its report and its own metadata.

    `published` is the time of its `date`, where the page tells one.
    """

    text: str
    title: str | None = None
    date: dt.date | None = None
    source: str | None = None
    url: str | None = None
    lang: str | None = None
    published: dt.datetime | None = None


def read_page(html: str) -> Page:
    """Read the report of a web page.

    Nothing on the page is run or fetched.

    Parameters
    ----------
    html : str
        The decoded page.

    Returns
    -------
    Page
        The text without menus, footers and comments. The date is the day as written there, in its
        own time zone, and None if the page does not say it in its metadata.

    Raises
    ------
    ArticleError
        If the page holds no report, or too many elements.

    Examples
    --------
    >>> text = "Shelling went on near Lyman and Siversk on Monday, officials said. " * 6
    >>> head = '<title>Lyman</title><meta name="date" content="2023-03-14">'
    >>> page = read_page(f"<html><head>{head}</head><body><p>{text}</p></body></html>")
    >>> page.title, str(page.date), page.text.startswith("Shelling went on near Lyman")
    ('Lyman', '2023-03-14', True)
    """
    check_html(html)
    with _quiet():
        from trafilatura import extract, load_html

        # Its second opinions on what the main text is cost 2 s per MB.
        is_huge = len(html) > _HUGE_CHARS
        try:
            # NUL characters end a document for libxml2, hiding what follows.
            tree: Any = load_html(html.replace("\0", " "))
            # `extract` prunes what it is given, so it gets a tree of its own.
            text = None if tree is None else extract(html, include_comments=False, fast=is_huge)
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise ArticleError(f"is not a readable web page ({type(error).__name__})") from error
    text = (text or "").strip()
    if tree is None or not text:
        raise ArticleError("is a web page without a report in it")
    meta = _metas(tree)
    nodes = _json_ld(tree)
    day, published = _date(tree, meta, nodes)
    return Page(
        text=text,
        title=_title(tree, meta, nodes),
        date=day,
        source=_source(meta, nodes),
        url=_url(tree, meta),
        lang=language_code(next(iter(tree.xpath("/html/@lang | /html/@xml:lang")), None)),
        published=published,
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep trafilatura's log to itself while it reads; geomap reports the page in its own words."""
    global _quiet_depth  # noqa: PLW0603 - several threads may read at once; the last one restores
    loggers = [logging.getLogger(name) for name in ("trafilatura", "htmldate", "justext")]
    with _quiet_lock:
        _quiet_depth += 1
        if _quiet_depth == 1:
            for logger in loggers:
                logger.addHandler(_NULL)
                logger.propagate = False
    try:
        yield
    finally:
        with _quiet_lock:
            _quiet_depth -= 1
            if _quiet_depth == 0:
                for logger in loggers:
                    logger.removeHandler(_NULL)
                    logger.propagate = True


def _metas(tree: Any) -> dict[str, list[str]]:
    """Collect the page's `<meta>` values by name, in lower case."""
    metas: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        content = (element.get("content") or "").strip()
        for attribute in ("property", "name", "itemprop"):
            name = (element.get(attribute) or "").strip().lower()
            if name and content:
                metas.setdefault(name, []).append(content)
    return metas


def _json_ld(tree: Any) -> list[dict[str, Any]]:
    """Return the objects of the page's JSON-LD that describe the page itself.

    Lists, `@graph` and `mainEntity` are followed; other keys are not, since "related reports" hang
    there with dates of their own. Broken JSON is skipped.
    """
    nodes: list[dict[str, Any]] = []
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        try:
            waiting = [json.loads((script.text or "").strip().rstrip(";"), strict=False)]
        except (ValueError, RecursionError):
            continue
        while waiting and len(nodes) < _MAX_NODES:
            item = waiting.pop()
            if isinstance(item, list):
                waiting.extend(reversed(item))
            elif isinstance(item, dict):
                nodes.append(item)
                waiting.extend(
                    item[key]
                    for key in ("mainEntity", "mainEntityOfPage", "@graph")
                    if isinstance(item.get(key), dict | list)
                )
    return nodes


def _types(node: dict[str, Any]) -> list[str]:
    """Return the `@type` of a JSON-LD node as a list of words."""
    value = node.get("@type")
    values = value if isinstance(value, list) else [value]
    return [v for v in values if isinstance(v, str)]


def _articles(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [n for n in nodes if any(t.endswith(("Article", "Posting")) for t in _types(n))]


_When = tuple["dt.date | None", "dt.datetime | None"]


def _date(tree: Any, meta: dict[str, list[str]], nodes: list[dict[str, Any]]) -> _When:
    """Return the day of publication, and its time, by JSON-LD, then `<meta>`, then `<time>`."""
    pages = [n for n in nodes if any(t in _PAGE_TYPES for t in _types(n))]
    for group in (_articles(nodes), pages):
        found = [
            parse_published(written)
            for node in group
            if isinstance(written := node.get("datePublished"), str)
        ]
        # Several reports on one page: their dates say nothing about this one.
        if (one := _agreed(found)) is not None:
            return one
    for name in _META_DATES:
        for written in meta.get(name, ()):
            when = parse_published(written)
            if when[0] is not None:
                return when
    return _time_element(tree)


def _agreed(found: list[_When]) -> _When | None:
    """Return the day that all tell who tell one, with its time if they agree on that too."""
    days = {day for day, _ in found if day is not None}
    if len(days) != 1:
        return None
    moments = {moment for _, moment in found if moment is not None}
    return days.pop(), moments.pop() if len(moments) == 1 else None


def _time_element(tree: Any) -> _When:
    """Return the day of a `<time>` that dates the report: marked so, or above its text."""
    above: _When = (None, None)
    marked: list[_When] = []
    in_body = False
    for element in tree.iter("time", "p"):
        if element.tag == "p":
            if not in_body and not _is_aside(element):
                in_body = sum(len(part) for part in element.itertext()) >= _BODY_CHARS
            continue
        when = parse_published(element.get("datetime") or "")
        if when[0] is None or _is_aside(element):
            continue
        role = (element.get("itemprop") or "").lower()
        if element.get("pubdate") is not None or role == "datepublished":
            marked.append(when)
        elif above[0] is None and not in_body and role != "datemodified":
            tags = {ancestor.tag for ancestor in element.iterancestors()}
            above = when if tags & {"article", "header"} else (None, None)
    return _agreed(marked) or above


def _is_aside(element: Any) -> bool:
    """Tell whether an element lies in a footer, a side column or a list of other reports."""
    for ancestor in element.iterancestors():
        if ancestor.tag in _ASIDE_TAGS:
            return True
        if ancestor.tag in {"html", "body"}:
            continue
        words = f"{ancestor.get('class') or ''} {ancestor.get('id') or ''}".lower()
        if any(word in words for word in _ASIDE_WORDS):
            return True
    return False


def _title(tree: Any, meta: dict[str, list[str]], nodes: list[dict[str, Any]]) -> str | None:
    """Return the headline; the page's `<title>`, which often adds the site's name, comes last."""
    headlines = [n.get("headline") for n in _articles(nodes)]
    candidates = [
        *meta.get("og:title", ()),
        *([headlines[0]] if len(headlines) == 1 else []),
        *("".join(h.itertext()) for h in tree.xpath("(//article//h1 | //h1)[1]")),
        *("".join(t.itertext()) for t in tree.xpath("(//head/title | //title)[1]")),
    ]
    return _first_words(candidates)


def _source(meta: dict[str, list[str]], nodes: list[dict[str, Any]]) -> str | None:
    publishers = [n.get("publisher") for n in nodes]
    names = [p.get("name") if isinstance(p, dict) else p for p in publishers]
    return _first_words([*meta.get("og:site_name", ()), *names, *meta.get("application-name", ())])


def _url(tree: Any, meta: dict[str, list[str]]) -> str | None:
    for link in tree.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split():
            url = http_url(link.get("href"))
            if url is not None:
                return url
    return next((url for u in meta.get("og:url", ()) if (url := http_url(u))), None)


def _first_words(values: list[Any]) -> str | None:
    """Return the first value that is words, on one line; other types are skipped."""
    for value in values:
        if isinstance(value, str) and (words := " ".join(value.split())):
            return words[:_MAX_TITLE]
    return None
