"""The annotated articles that the model is trained on; they are named here, not shipped."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geomap.articles import read_articles, split_sentences

if TYPE_CHECKING:
    from pathlib import Path

    from geomap.models import Span

# Types of GeoWebNews (Gritta et al., 2018) that mean the place itself.
LITERAL = frozenset({"literal", "literal_modifier", "embedded_literal", "mixed", "coercion"})


@dataclass(frozen=True, slots=True)
class Gold:
    """An annotated mention; `literal` is None where the corpus does not say it."""

    start: int
    end: int
    literal: bool | None
    lat: float | None = None
    lon: float | None = None
    geonameid: int | None = None
    area: bool | None = None  # it is a country or division, not a settlement; None: not said


@dataclass(frozen=True, slots=True)
class Annotated:
    """An article with its mentions, in order."""

    corpus: str
    id: str
    text: str
    sentences: tuple[Span, ...]
    gold: tuple[Gold, ...]


def read_corpora(shared: Path, war_news: Path) -> list[Annotated]:
    """Return the articles of all training corpora.

    Parameters
    ----------
    shared : Path
        Folder with `corpora/lgl.jsonl` (Local-Global Lexicon, Lieberman et al., 2010),
        `corpora/gwn.jsonl` (GeoWebNews, Gritta et al., 2018) and `articles/`.
    war_news : Path
        Our own annotation of war news in `articles/`: offsets, kinds and points, no text
        (`training/war_news.jsonl`).

    Raises
    ------
    ValueError
        A text is not the one that was annotated.
    """
    articles = []
    for corpus in ("lgl", "gwn"):
        with (shared / "corpora" / f"{corpus}.jsonl").open(encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                gold = sorted(
                    (
                        Gold(
                            m["start"],
                            m["end"],
                            None if m["type"] is None else m["type"] in LITERAL,
                            m["lat"],
                            m["lon"],
                            m["geonameid"],
                        )
                        for m in row["mentions"]
                    ),
                    key=lambda g: (g.start, g.end),
                )
                text = row["text"]
                articles.append(
                    Annotated(corpus, row["id"], text, split_sentences(text), tuple(gold))
                )
    with war_news.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            (article,) = read_articles([str(shared / "articles" / row["file"])])
            if hashlib.sha256(article.text.encode()).hexdigest() != row["sha256"]:
                raise ValueError(f"{row['file']}: not the text that was annotated")
            text = article.text[: row["limit"]]
            gold = [_war_gold(*mention) for mention in row["mentions"]]
            articles.append(Annotated("war", row["id"], text, split_sentences(text), tuple(gold)))
    return articles


def _war_gold(
    start: int,
    end: int,
    kind: str,
    lat: float | None = None,
    lon: float | None = None,
    feature_class: str | None = None,
) -> Gold:
    area = feature_class == "A" if feature_class in ("A", "P") else None
    return Gold(start, end, kind == "literal", lat, lon, area=area)
