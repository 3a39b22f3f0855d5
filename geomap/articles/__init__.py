"""Reading articles: files to records, dates, days, sentences."""

from geomap.articles.days import find_days
from geomap.articles.read import ReadArticle, ReadResult, iter_articles, read_articles
from geomap.articles.sentences import split_sentences

__all__ = [
    "ReadArticle",
    "ReadResult",
    "find_days",
    "iter_articles",
    "read_articles",
    "split_sentences",
]
