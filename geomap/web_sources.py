"""Articles from addresses: a page, or all that a feed lists and is not known yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geomap.articles.feeds import Feed, articles_of_feed, read_feed
from geomap.articles.web_page import is_feed, read_fetched
from geomap.errors import ArticleError, FetchError
from geomap.models import Problem

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator

    from geomap.fetching.fetch import Fetched, Fetcher
    from geomap.models import Article


def is_address(source: str) -> bool:
    """Say whether a source is to be asked for on the web."""
    return source.lower().startswith(("http://", "https://"))


def read_address(
    url: str,
    fetcher: Fetcher,
    *,
    knows: Callable[[str], bool],
    article_date: dt.date | None = None,
) -> Iterator[tuple[Article, bytes | None] | Problem]:
    """Yield the article of a page with the page as it came, or those of a feed; and problems.

    Parameters
    ----------
    url : str
    fetcher : Fetcher
    knows : callable
        Says of an address whether it is known: pages that a feed lists again are not asked for. A
        page that is named is asked for always, and may be a new version.
    article_date : datetime.date, optional
        The day of what has no date.
    """
    try:
        page = fetcher.fetch(url)
    except FetchError as error:
        yield Problem(url, str(error).removeprefix(f"{url}: "), "fetch", set_aside=True)
        return
    if is_feed(page.body, page.content_type):
        yield from _read_feed(page, fetcher, knows, article_date)
        return
    article, problems = read_fetched(page, article_date=article_date)
    yield from problems
    if article is not None:
        yield article, page.body


def _read_feed(
    page: Fetched,
    fetcher: Fetcher,
    knows: Callable[[str], bool],
    article_date: dt.date | None,
) -> Iterator[tuple[Article, bytes | None] | Problem]:
    try:
        feed = read_feed(page.body, page.final_url, charset=page.charset)
    except ArticleError as error:
        yield Problem(page.url, str(error), "broken-feed", set_aside=True)
        return
    yield from feed.problems
    whole = Feed(page.url, feed.title, feed.entries, feed.problems, page)
    for found in articles_of_feed(
        whole,
        fetcher,
        is_known=lambda entry: knows(entry.url or entry.id),
        article_date=article_date,
    ):
        yield from found.problems
        if found.article is not None:
            yield found.article, found.page.body if found.page else None
