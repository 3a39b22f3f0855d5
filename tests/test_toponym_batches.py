"""An article reads the same by itself, among others, and in any order."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import geomap
from geomap.models import Span

if TYPE_CHECKING:
    from pathlib import Path

    from geomap import Pipeline

DAY = dt.date(2023, 3, 14)
ODD = (
    "", " ", "\n\n\t \u00a0\u2003", "A", "a", "7", "(", "’", "\x00", "\ud800", "\u0301", "Kyiv",
    "KREMINNA ATTACK GOES ON NEAR BAKHMUT",
    "🔥🔥 Near 🔥Bakhmut🔥 — і в Україні",
    "هاجمت القوات Bakhmut قرب Lyman \u202eLyman\u202c",
    "Near Bakhmut", "near Lyman, and", "of Kharkiv", "West of Lyman it was calm. Then", "km west.",
    # What is left open at an end must not reach into the next.
    "They held Zhabyne Ozero (", "They held Zhabyne Ozero,", "They held Zhabyne Ozero (all",
    "Shells fell in Bakhmut, Chasiv Yar and", "Shells fell northwest of", "in the village of",
    "Lyman (north of", "Lyman", "Paris, ", "Texas is big.", "Paris is in France.",
    "Kyiv’", "s war", "U.S", ". Steel", "“Near", "President", "Lincoln spoke.", "Moscow",
    "Oleksandrivka (northwest of Orestopil)", "Oleksandrivka", "the West", "the",
)  # fmt: skip


@pytest.fixture(scope="module")
def texts(examples: Path) -> list[str]:
    return [p.read_text(encoding="utf-8") for p in sorted(examples.iterdir()) if p.is_file()]


def told(pipeline: Pipeline, texts: list[str]) -> list[Any]:
    """Return the resolutions of texts that are read together."""
    articles = [geomap.Article(str(i), t, date=DAY) for i, t in enumerate(texts)]
    results = pipeline.run(articles)
    assert not [p for p in results.problems if p.kind == "internal"]
    return [r.resolutions for r in results]


def alone(pipeline: Pipeline, text: str) -> Any:
    return pipeline.process(geomap.Article("a", text, date=DAY)).resolutions


def sound(text: str, resolutions: Any) -> None:
    mentions = [r.mention for r in resolutions]
    for mention in mentions:
        assert 0 <= mention.start < mention.end <= len(text)
        assert text[mention.start : mention.end] == mention.text
    assert all(a.end <= b.start for a, b in itertools.pairwise(mentions))


def test_each_reads_as_by_itself(pipeline: Pipeline, texts: list[str]):
    every = [*texts, *ODD]
    for text, found in zip(every, told(pipeline, every), strict=True):
        assert found == alone(pipeline, text)
        sound(text, found)
    assert sum(len(f) for f in told(pipeline, texts)) > 60


@pytest.mark.parametrize("seed", range(4))
def test_any_order_reads_the_same(pipeline: Pipeline, texts: list[str], seed: int):
    every = [*texts, *ODD]
    by_text = dict(zip(every, told(pipeline, every), strict=True))
    random.Random(seed).shuffle(every)
    assert dict(zip(every, told(pipeline, every), strict=True)) == by_text


@settings(
    deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.sampled_from(ODD), min_size=2, max_size=8))
def test_neighbours_say_nothing(pipeline: Pipeline, chosen: list[str]):
    for text, found in zip(chosen, told(pipeline, chosen), strict=True):
        assert found == alone(pipeline, text)


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.text(st.characters(codec=None), max_size=30), max_size=5), st.text(max_size=20))
def test_any_characters_around_a_name(pipeline: Pipeline, texts: list[str], before: str):
    every = [*texts, f"{before} Near Bakhmut and Lyman.", *texts]
    for text, found in zip(every, told(pipeline, every), strict=True):
        assert found == alone(pipeline, text)
        sound(text, found)


def test_the_same_article_many_times(pipeline: Pipeline):
    text = "Shells fell on Oleksandrivka (northwest of Orestopil) and Paris, Texas."
    first, *others = told(pipeline, [text] * 70)  # more than one batch
    assert len(first) == 4
    assert all(o == first for o in others)


def test_spans_given_to_some_do_not_touch_the_others(pipeline: Pipeline):
    articles = [
        geomap.Article(str(i), t, date=DAY)
        for i, t in enumerate(("Near Bakhmut.", "Near Lyman.", "Near Kyiv."))
    ]
    spans = {"0": [Span(5, 12)], "1": [], "2": [Span(0, 4), Span(5, 9)]}
    found = [
        [r.mention.text for r in rep.resolutions] for rep in pipeline.run(articles, spans=spans)
    ]
    assert found == [["Bakhmut"], [], ["Near", "Kyiv"]]
    for article in articles:
        by_itself = pipeline.process(article, spans[article.id])
        (together,) = (r for r in pipeline.run(articles, spans=spans) if r.article == article)
        assert together.resolutions == by_itself.resolutions
