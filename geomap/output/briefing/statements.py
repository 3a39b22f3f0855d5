"""Statements: sentences of a briefing, each with the evidence that it rests on.

Their wordings are templates (`sentences.toml`); what is filled in comes from the data.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from geomap.errors import TableError
from geomap.output.briefing.words import and_more, capital, clean, count, km, km2, listed, verb
from geomap.tables import load_table

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

Properties = dict[str, Any]
WHERE = "output/briefing/sentences.toml"


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence (or a few) and what it rests on.

    Attributes
    ----------
    text : str
        Plain text, never markup.
    cites : tuple of dict
        The features (`layers.features`) whose sentences say it.
    lines : tuple of datetime.date
        The lines of contact that say it, by their days.
    articles : tuple of str
        The articles that it counts; their cited sentences stand for them.
    single : bool
        Whether one source alone says it, where the briefing has several.
    low : bool
        Whether it was read with low confidence.

    Raises
    ------
    ValueError
        It rests on nothing.
    """

    text: str
    cites: tuple[Properties, ...] = ()
    lines: tuple[dt.date | None, ...] = ()
    articles: tuple[str, ...] = ()
    single: bool = False
    low: bool = False

    def __post_init__(self) -> None:
        if not (self.cites or self.lines or self.articles):
            raise ValueError(f"a statement without evidence: {self.text!r}")


def say(  # every part is told by name
    key: str,
    facts: Mapping[str, Any],
    *,
    cites: Iterable[Properties] = (),
    lines: Iterable[dt.date | None] = (),
    articles: Iterable[str] = (),
    single: bool = False,
    low: bool = False,
) -> Statement:
    """Return a statement by the name of its wording.

    Parameters
    ----------
    key : str
        Of `sentences.toml`.
    facts : mapping
        What its template fills in; text is put on one line (a space before it stays).
    cites, lines, articles, single, low
        See `Statement`.

    Raises
    ------
    ValueError
        It rests on nothing.
    """
    filled = {k: _on_one_line(v) if isinstance(v, str) else v for k, v in facts.items()}
    text = " ".join(wordings()[key].render(filled).split())
    return Statement(capital(text), tuple(cites), tuple(lines), tuple(articles), single, low)


def _on_one_line(text: str) -> str:
    return f" {clean(text)}" if text.startswith(" ") else clean(text)


@cache
def wordings() -> dict[str, Any]:
    """Return the wordings by name, as jinja2 templates.

    Raises
    ------
    TableError
        The table is not valid; the message names the entry.
    """
    from jinja2 import Environment, StrictUndefined, TemplateSyntaxError

    # Plain text: what writes a page or Markdown escapes it.
    environment = Environment(undefined=StrictUndefined)
    environment.filters |= {
        "count": count, "listed": listed, "and_more": and_more, "km": km, "km2": km2, "verb": verb,
    }  # fmt: skip
    found = {}
    for section, entries in load_table("geomap.output.briefing", "sentences.toml").items():
        if not isinstance(entries, dict):
            raise TableError(f"{WHERE}: [{section}] is not a table")
        for name, wording in entries.items():
            key = f"{section}.{name}"
            if not isinstance(wording, str) or not wording.strip():
                raise TableError(f"{WHERE}: {key} is not a sentence")
            try:
                found[key] = environment.from_string(wording)
            except TemplateSyntaxError as error:
                raise TableError(f"{WHERE}: {key}: {error}") from error
    return found
