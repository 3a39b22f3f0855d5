"""The day of an article that was read, whatever it was read from, and what is odd about it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geomap.articles.dates import future_problem, publication_day
from geomap.articles.moments import published_on
from geomap.models import Problem

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from geomap.models import Article, DateSource

__all__ = ["date_problems", "dated"]


def dated(
    article: Article,
    stem: str | None,
    stated: dt.date | None,
    *,
    stated_source: DateSource = "metadata",
    article_date: dt.date | None = None,
    published: dt.datetime | None = None,
) -> Article:
    """Return an article with its day of publication, and the moment where that is of the day.

    Parameters
    ----------
    article : Article
        Its `published` is the moment that it tells of itself, of whatever day.
    stem : str | None
        The name of its file; None for what has none.
    stated : datetime.date | None
        The day that its header or its metadata says.
    stated_source : str
        Which of the two said it.
    article_date : datetime.date | None
        The day for an article that does not say its own.
    published : datetime.datetime | None
        The moment that somebody else tells, for an article that tells none of its day.
    """
    day, source = publication_day(
        stem, article.text, stated=stated, stated_source=stated_source, article_date=article_date
    )
    moment = published_on(day, article.published, published)
    return replace(article, date=day, date_source=source, published=moment)


def date_problems(
    article: Article, shown: str, today: dt.date, *, advice: str = "", line: int | None = None
) -> Iterator[Problem]:
    """Yield what is odd about an article's day; `advice` says where to write one."""
    if article.date is None:
        message = f"has no date: {advice}give --article-date; it goes to the undated layer"
        yield Problem(shown, message, "undated", line)
    future = future_problem(article.date, today, shown, line)
    if future is not None:
        yield future
