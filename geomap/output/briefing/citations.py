"""Numbers for the sentences that a briefing cites, and the list of sources with their quotes."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from geomap.output.briefing.words import Days, clean

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from geomap.output.briefing.statements import Properties, Statement

QUOTE_WORDS = 40  # a quote longer than this is cut
LEAD_WORDS = 10  # ... and then begins this many words before what is cited
TITLE_WORDS = 20
MOST_RUNS = 20  # of more numbers the rest is counted: nobody follows hundreds

_Key = tuple[str, int]


class Citations:
    """Numbers the cited sentences, article by article in the order of their dates.

    Parameters
    ----------
    statements : iterable of Statement
        All of a briefing.
    line_texts : mapping
        What is told of each line of contact, by its day.
    """

    def __init__(
        self, statements: Iterable[Statement], line_texts: Mapping[dt.date | None, str]
    ) -> None:
        told = list(statements)
        cited: dict[_Key, list[Properties]] = defaultdict(list)
        for statement in told:
            for p in statement.cites:
                cited[_key(p)].append(p)
        self._sentences = dict(sorted(cited.items(), key=lambda item: _order(item[1][0])))
        self._numbers = {key: n for n, key in enumerate(self._sentences, start=1)}
        self._by_article: dict[str, list[int]] = defaultdict(list)
        for (article, _), number in self._numbers.items():
            self._by_article[article].append(number)
        used = {day for s in told for day in s.lines}
        days = sorted((d for d in line_texts if d in used), key=lambda d: str(d or ""))
        self._lines = {day: len(self._numbers) + n for n, day in enumerate(days, start=1)}
        self._line_texts = line_texts

    def numbers(self, statement: Statement) -> list[int]:
        """Return the numbers of what a statement rests on, in order."""
        found = {self._numbers[_key(p)] for p in statement.cites}
        found |= {self._lines[day] for day in statement.lines if day in self._lines}
        found |= {n for article in statement.articles for n in self._by_article.get(article, ())}
        return sorted(found)

    def told(self, statement: Statement) -> dict[str, Any]:
        """Return a statement as pages and JSON have it."""
        numbers = self.numbers(statement)
        return {
            "text": statement.text,
            "cites": numbers,
            "marks": marks(numbers),
            "single": statement.single,
            "low": statement.low,
        }

    def sources(self) -> list[dict[str, Any]]:
        """Return the cited articles, each with its numbered quotes."""
        articles: dict[str, dict[str, Any]] = {}
        for key, number in self._numbers.items():
            rows = self._sentences[key]
            start = min(p["start"] for p in rows)
            article = articles.setdefault(rows[0]["article_id"], about(rows[0]) | {"quotes": []})
            article["quotes"].append({
                "number": number,
                "quote": quote(rows[0], start),
                "start": rows[0]["sentence_start"],
                "ids": sorted({p["id"] for p in rows}),
            })  # fmt: skip
        return list(articles.values())

    def lines(self) -> list[dict[str, Any]]:
        """Return the cited lines of contact with their numbers."""
        return [{"number": n, "text": self._line_texts[day]} for day, n in self._lines.items()]


def _key(p: Properties) -> _Key:
    return (p["article_id"], p["sentence_start"])


def _order(p: Properties) -> tuple[bool, str, str, int]:
    return (p["date"] is None, p["date"] or "", p["article_id"], p["sentence_start"])


def marks(numbers: list[int]) -> str:
    """Return numbers as they stand after a sentence.

    Examples
    --------
    >>> marks([3, 5, 6, 7]), marks([1, 2]), marks([])
    ('[3, 5–7]', '[1, 2]', '')
    >>> marks([*range(2, 100, 2)])
    '[2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40 and 29 more]'
    """
    if not numbers:
        return ""
    runs: list[list[int]] = [[numbers[0]]]
    for before, this in pairwise(numbers):
        if this == before + 1:
            runs[-1].append(this)
        else:
            runs.append([this])
    told = [
        f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(str(n) for n in run) for run in runs
    ]
    more = sum(len(run) for run in runs[MOST_RUNS:])
    if more:
        return f"[{', '.join(told[:MOST_RUNS])} and {more:,} more]"
    return f"[{', '.join(told)}]"


def about(p: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is told of an article: `article_id`, `title`, `source`, `date`, `url`."""
    words = clean(p["title"] or p["article_id"]).split() or ["(no title)"]
    title = " ".join(words[:TITLE_WORDS]) + (" …" if len(words) > TITLE_WORDS else "")
    url = p["url"] or ""
    linked = re.fullmatch(r"https?://[^\s<>\\]+", url) and url.isprintable()
    return {
        "article_id": p["article_id"],
        "title": title,
        "source": clean(p["source"]) if p["source"] else None,
        "date": Days().day(p["date"]) if p["date"] else None,
        "day": p["date"],
        "url": url if linked else None,
    }


def quote(p: Properties, start: int) -> str:
    """Return a sentence in quotation marks; of a long one the words round an offset."""
    words = clean(p["sentence"]).split()
    before = len(clean(p["sentence"][: max(0, start - p["sentence_start"])]).split())
    first = max(0, min(before - LEAD_WORDS, len(words) - QUOTE_WORDS))
    cut = " ".join(words[first : first + QUOTE_WORDS])
    more = " …" if first + QUOTE_WORDS < len(words) else ""
    return f"“{'… ' if first else ''}{cut}{more}”"
