"""Reading articles: files to records, dates, days, sentences."""

from geomap.articles.days import find_days
from geomap.articles.read import ReadResult, read_articles
from geomap.articles.sentences import split_sentences

__all__ = ["ReadResult", "find_days", "read_articles", "split_sentences"]
