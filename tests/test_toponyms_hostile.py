"""Texts that no newsroom writes: no crash, and no more than linear time."""

from __future__ import annotations

import datetime as dt
import itertools
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import geomap

DAY = dt.date(2023, 3, 14)


def article(text: str) -> geomap.Article:
    return geomap.Article("a", text, date=DAY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        " \t\n\u00a0\u2003",
        "\x00",
        "Near\x00 Bakhmut\x00, 5\x00 km west of Lyman.",
        "Near Bakhmut \ud800 5 km \udfff west of Lyman\ud83d.",
        "\u202eNear Bakhmut\u202c, \u200f5 km\u200e north of \u2066Lyman\u2069.",
        "🔥Near 🔥Bakhmut🔥, 5 km 🔥 west of Lyman🔥.",
        "Ба\u0301хмут near Bakhmu\u0301t, 5 km west of Lyma\u0301n.",
        "(" * 20_000 + "near Bakhmut" + ")" * 20_000,
        "A" * 200_000,
        "KREMINNA ATTACK " * 12_500,
        "٥ km west of Bakhmut, ５ km west of Bakhmut, ½ km west of Bakhmut, ² km west of Bakhmut",
        "0 km west of Bakhmut. -5 km west of Bakhmut. 5. km west of Bakhmut. 5,5,5 km west of it.",
        "9" * 400 + " km west of Bakhmut",
        "99,999,999 km west of Bakhmut. 30,000 km from it. 20000 miles from the front, Bakhmut.",
        "between between between Bakhmut and and and between",
        "’s east, the city’s east of the city’s east",
        "said said: “” said, Russia said",
    ],
)
def test_odd_texts_are_read(pipeline: geomap.Pipeline, text: str):
    report = pipeline.process(article(text))
    for resolution in report.resolutions:
        mention = resolution.mention
        assert text[mention.start : mention.end] == mention.text
    for hint in report.hints:
        assert text[hint.start : hint.end] == hint.text
        if hint.region is not None:
            assert not hint.region.geometry.is_empty


def test_blank_texts_hold_nothing(pipeline: geomap.Pipeline):
    for text in ("", "   ", "\n\n\t"):
        report = pipeline.process(article(text))
        assert (report.resolutions, report.hints, report.claims) == ((), (), ())


WORDS = st.sampled_from([
    "Russian", "Ukrainian", "forces", "troops", "captured", "shelled", "said", "denied", "not",
    "near", "in", "and", "around", "between", "the", "city", "’s", "east", "north-east", "of",
    "from", "front", "5", "km", "miles", "(", ")", ",", ".", "\n", "all", "to", "Bakhmut",
    "Lyman", "Donetsk", "region", "Oblast", "Kyiv", "Russia", "KREMINNA", "Hai", "Zzyz", "“", "”",
    "half", "a", "10-15", "on", "Monday", "road", "-", "\x00", "\ud800", "🔥", "western", "it",
])  # fmt: skip


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(WORDS, max_size=40).map(" ".join))
def test_any_order_of_words_is_read(pipeline: geomap.Pipeline, text: str):
    report = pipeline.process(article(text))
    spans = sorted((r.mention.start, r.mention.end) for r in report.resolutions)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))
    assert all(0.0 <= h.confidence <= 1.0 for h in report.hints)
    assert all(0.0 <= c.confidence <= 1.0 for c in report.claims)
    assert pipeline.process(article(text)) == report


@pytest.mark.parametrize(
    "words",
    [
        "Russian forces attacked near Kreminna, 5 km west of Bakhmut, on Monday. ",
        "Russian forces said they captured Bakhmut, Ukrainian troops held Lyman and ",
        "Bakhmut Donetsk Kreminna ",
        "KREMINNA BAKHMUT ATTACK ",
        "Bakhmut and ",
        "Solone (all ",
        "between Bakhmut and ",
        "8 km from the front, ",
        "to the north ",
        "the city's east of ",
        "said ",
        "was not also later ",
        "“said” ",
        "some about around ",
        "1,234 ",
        "A-",
        "(",
        " ",
    ],
)
def test_time_grows_with_the_length_only(pipeline: geomap.Pipeline, words: str):
    def seconds(length: int) -> float:
        text = (words * (length // len(words) + 1))[:length]
        started = time.process_time()
        pipeline.process(article(text))
        return time.process_time() - started

    short = min(seconds(40_000) for _ in range(2))
    # Four times the text; a quadratic step would take sixteen times as long.
    assert seconds(160_000) < 12 * max(short, 0.04)
