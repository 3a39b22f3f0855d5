"""Annotations of articles: spans that are given, and gold mentions to be measured against.

Both are JSON Lines that a person or a program made for geomap, so that a line at fault is an error
with its number: leaving it out would quietly change what is asked, or the figures.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.articles.dates import parse_day
from geomap.errors import ArticleError
from geomap.models import Article, Span

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Sequence

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class GivenSpan:
    """Where a place name stands; `line` is that of the file, from 1."""

    article_id: str
    start: int
    end: int
    line: int


@dataclass(frozen=True, slots=True)
class GoldMention:
    """A place name as an annotator marked it.

    `lat` and `lon` are both None when it has no place. `type` is the annotator's word for what it
    stands for.
    """

    start: int
    end: int
    lat: float | None = None
    lon: float | None = None
    geonameid: int | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class GoldArticle:
    """An article with its gold mentions, in the order of its line."""

    article: Article
    mentions: tuple[GoldMention, ...]


def read_spans(path: str | os.PathLike[str]) -> list[GivenSpan]:
    r"""Read given spans, one JSON object a line: `article_id`, `start`, `end`.

    Parameters
    ----------
    path : str or os.PathLike
        A JSON Lines file in UTF-8; blank lines are skipped, other keys are ignored.

    Returns
    -------
    list of GivenSpan
        In the order of the file; offsets are code points, end exclusive, `0 <= start < end`.

    Raises
    ------
    ArticleError
        The file cannot be read, or a line is no span; the message names file and line.
    """
    file = Path(path)
    spans = []
    for number, row in _objects(file):
        where = f"{file}:{number}"
        start, end = _offsets(row, where)
        spans.append(GivenSpan(_text_id(row, "article_id", where), start, end, number))
    return spans


def spans_by_article(
    spans: Iterable[GivenSpan], articles: Iterable[Article], path: str | os.PathLike[str]
) -> dict[str, list[Span]]:
    """Return the spans of each article, by its id.

    Parameters
    ----------
    spans : iterable of GivenSpan
    articles : iterable of Article
        Those that the spans are of; one without spans is left out of the answer.
    path : str or os.PathLike
        What messages call the spans' file.

    Returns
    -------
    dict
        Of each article the spans in the order given, duplicates too.

    Raises
    ------
    ArticleError
        A span is of no such article, or reaches beyond its text.
    """
    lengths = {a.id: len(a.text) for a in articles}
    found: dict[str, list[Span]] = {}
    for span in spans:
        where = f"{Path(path)}:{span.line}"
        length = lengths.get(span.article_id)
        if length is None:
            some = ", ".join(map(repr, list(lengths)[:3]))
            more = f" and {len(lengths) - 3} more" if len(lengths) > 3 else ""
            raise ArticleError(
                f"{where}: no article {span.article_id!r} was read, but {some}{more}: give its "
                "`id`, or its file's name without the suffix"
            )
        if span.end > length:
            raise ArticleError(
                f"{where}: {span.start}-{span.end} lies outside the text of {span.article_id!r}, "
                f"{length} characters long: count code points (extract --texts writes the text)"
            )
        found.setdefault(span.article_id, []).append(Span(span.start, span.end))
    return found


def read_gold(path: str | os.PathLike[str]) -> list[GoldArticle]:
    r"""Read annotated articles, one JSON object a line.

    Parameters
    ----------
    path : str or os.PathLike
        A JSON Lines file in UTF-8. A line has `id`, `text` and `mentions`; `title`, `date`,
        `source` and `url` if known. A mention has `start` and `end` (code points of `text`, end
        exclusive), `lat` and `lon` (degrees, WGS84; null or absent: no place), and may have
        `text`, `geonameid` and `type`. Other keys are ignored.

    Returns
    -------
    list of GoldArticle
        In the order of the file.

    Raises
    ------
    ArticleError
        The file cannot be read, holds no article, or a line is not as above; the message names
        file and line.
    """
    file = Path(path)
    articles: list[GoldArticle] = []
    lines: dict[str, int] = {}
    for number, row in _objects(file):
        where = f"{file}:{number}"
        article = _article(row, where)
        if article.id in lines:
            raise ArticleError(
                f"{where}: the id {article.id!r} is that of line {lines[article.id]}: give each "
                "article its own"
            )
        lines[article.id] = number
        marked = row.get("mentions")
        if not isinstance(marked, list):
            raise ArticleError(f"{where}: has no list of `mentions` (an empty one is fine)")
        mentions = tuple(
            _mention(m, article.text, f"{where}: mention {i}") for i, m in enumerate(marked, 1)
        )
        articles.append(GoldArticle(article, mentions))
    if not articles:
        raise ArticleError(f"{file}: holds no article: write one a line (docs/evaluation.md)")
    return articles


def _objects(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the number and the object of each line that is not blank."""
    try:
        with file.open("rb") as stream:
            for number, raw in enumerate(stream, 1):
                row = _object(raw, f"{file}:{number}", first=number == 1)
                if row is not None:
                    yield number, row
    except OSError as error:
        raise ArticleError(f"{file}: cannot be read: {error.strerror or error}") from error


def _object(raw: bytes, where: str, *, first: bool) -> dict[str, Any] | None:
    try:
        line = raw.decode("utf-8-sig" if first else "utf-8")
        row = json.loads(line, parse_constant=_no_number) if line.strip() else None
    except UnicodeDecodeError:
        raise ArticleError(f"{where}: is not UTF-8 text: convert the file") from None
    except json.JSONDecodeError as error:
        raise ArticleError(f"{where}: is not JSON: {error.msg} (column {error.colno})") from None
    except (ValueError, RecursionError) as error:
        raise ArticleError(f"{where}: is not JSON that can be read: {error}") from None
    if row is not None and not isinstance(row, dict):
        raise ArticleError(f"{where}: is JSON, but not an object: write one {{...}} a line")
    return row


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is not a number of JSON")


def _text_id(row: dict[str, Any], key: str, where: str) -> str:
    """Return an article's id as `read_articles` gives it: a number is its digits."""
    value = row.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip():
        raise ArticleError(f"{where}: has no `{key}`: give the article's id as a string")
    return _LONE_SURROGATE.sub("\ufffd", value.strip())


def _offsets(row: dict[str, Any], where: str) -> tuple[int, int]:
    for key in ("start", "end"):
        if type(row.get(key)) is not int:
            raise ArticleError(f"{where}: has no `{key}` that is a whole number")
    start, end = row["start"], row["end"]
    if start < 0:
        raise ArticleError(f"{where}: `start` {start} is before the text: offsets count from 0")
    if start >= end:
        raise ArticleError(f"{where}: `start` {start} is not before `end` {end} (end exclusive)")
    return start, end


def _optional(row: dict[str, Any], key: str, where: str) -> str | None:
    value = row.get(key)
    if value is not None and not isinstance(value, str):
        raise ArticleError(f"{where}: its `{key}` is not a string")
    return _LONE_SURROGATE.sub("\ufffd", value).strip() or None if value else None


def _article(row: dict[str, Any], where: str) -> Article:
    text = row.get("text")
    if not isinstance(text, str) or not text.strip():
        raise ArticleError(f"{where}: has no `text`")
    written = _optional(row, "date", where)
    date = parse_day(written) if written else None
    if written and date is None:
        raise ArticleError(f"{where}: its `date` {written[:40]!r} is no day: write YYYY-MM-DD")
    return Article(
        id=_text_id(row, "id", where),
        text=_LONE_SURROGATE.sub("\ufffd", text),  # as read_articles: offsets stay
        title=_optional(row, "title", where),
        date=date,
        date_source="metadata" if date else None,
        source=_optional(row, "source", where),
        url=_optional(row, "url", where),
    )


def _mention(row: Any, text: str, where: str) -> GoldMention:
    if not isinstance(row, dict):
        raise ArticleError(f"{where} is not an object")
    start, end = _offsets(row, where)
    if end > len(text):
        raise ArticleError(
            f"{where}: {start}-{end} lies outside the text of {len(text)} characters: count code "
            "points, not bytes"
        )
    words = row.get("text")
    if isinstance(words, str) and _LONE_SURROGATE.sub("\ufffd", words) != text[start:end]:
        raise ArticleError(
            f"{where}: its `text` is {words[:60]!r}, but at {start}-{end} stands "
            f"{text[start:end][:60]!r}: count code points, end exclusive"
        )
    lat, lon = (_degrees(row, key, limit, where) for key, limit in (("lat", 90), ("lon", 180)))
    if (lat is None) != (lon is None):
        raise ArticleError(f"{where}: has only one of `lat` and `lon`")
    return GoldMention(start, end, lat, lon, _geonameid(row, where), _optional(row, "type", where))


def _degrees(row: dict[str, Any], key: str, limit: int, where: str) -> float | None:
    value = row.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ArticleError(f"{where}: its `{key}` is not a number")
    if abs(value) > limit:
        raise ArticleError(f"{where}: its `{key}` {str(value)[:20]} is beyond {limit} degrees")
    return float(value)


def _geonameid(row: dict[str, Any], where: str) -> int | None:
    value = row.get("geonameid")
    if value is None or value == "":
        return None
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,12}", value):
        value = int(value)
    if type(value) is not int:
        raise ArticleError(f"{where}: its `geonameid` is not a whole number")
    return value


def gold_spans(gold: Sequence[GoldArticle]) -> dict[str, list[Span]]:
    """Return the spans of all gold mentions, by the articles' ids."""
    return {g.article.id: [Span(m.start, m.end) for m in g.mentions] for g in gold}
