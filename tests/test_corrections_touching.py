"""Which corrections can change how an article is read: all that could, and few that could not."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import geomap
from geomap.kept_pipeline import engine_of
from geomap.pipeline import Pipeline
from geomap.toponyms.correcting import Corrector
from geomap.toponyms.corrections import Correction, Corrections, PlaceChoice, words_key
from geomap.toponyms.occurrences import Words
from geomap.toponyms.occurring import OccurringNames

if TYPE_CHECKING:
    from geomap.gazetteer.store import Gazetteer


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("Lyman", "Shells hit Lyman.", True),
        ("LYMAN", "Удари по селу Лиман", True),
        ("Lyman", "Lymanske is another town", False),
        ("Lyman", "the end.Lyman's mayor", True),
        ("Niu-York", "in Niu York", True),
        ("Niu York", "in Niu-\nYork", True),
        ("Niu-York", "in Niu, then York City", False),
        ("Slov'yans'k", "near Slovyansk", True),
        ("Slovyansk", "near Slov’yans’k", True),
        ("St. Petersburg", "from St.Petersburg", False),  # "stpetersburg" is another key
        ("A/B", "A B", True),
        ("Kharkiv Rights Group", "the Kharkiv Rights\u00a0Group said", True),
        ("Kharkiv Rights Group", "the Kharkiv Rights movement", False),
        ("Киї\u0308в", "Київ", True),
        ("Київ", "Киї\u0308в", True),
        ("x", "", False),
    ],
)
def test_a_name_is_found_as_it_is_compared(name: str, text: str, found: bool) -> None:
    assert bool(OccurringNames([(0, name)]).within(text)) == found


LETTERS = st.text(st.sampled_from("aAbß.'’ -_/\u00ad\u0306\u0301йиї\n"), max_size=12)


@given(text=LETTERS, name=LETTERS)
@example(text="Нови\u0306", name="Нови")
@example(text="a.b", name="a b")
@settings(max_examples=300, deadline=None)
def test_no_occurrence_is_missed(text: str, name: str) -> None:
    if not words_key(name):
        return
    words = Words(text)
    stands = bool(words.spans({name}))
    ends = [start for start, _ in words._spans], [end for _, end in words._spans]
    same = any(
        words_key(text[start:end]) == words_key(name)
        for start in ends[0]
        for end in ends[1]
        if start < end
    )
    if stands or same:
        assert OccurringNames([(7, name)]).within(text) == {7}


def test_many_names_and_marks_take_no_longer() -> None:
    text = "a" + "'" * 50 + " a.a-a" * 20_000
    begun = time.process_time()
    OccurringNames([(0, "a" * 5000), (1, "a a a a b")]).within(text)
    assert time.process_time() - begun < 5


def test_what_touches_an_article(gazetteer: Gazetteer) -> None:
    entries = [
        Correction("Kyiv", "not_place"),
        Correction("Lyman", "not_place", article="other"),
        Correction("Lyman", "not_place", source="Reuters"),
        Correction("Lyman", "not_place", article="a", start=999),
    ]
    corrector = Corrector(Corrections(entries), gazetteer)
    article = geomap.Article("a", "Lyman was quiet.", source="REUTERS")
    assert corrector.touching(article) == (2, 3)
    assert corrector.touching(geomap.Article("b", "Lyman was quiet.")) == ()
    assert corrector.mark(geomap.Article("b", "Lyman was quiet.")) == ""
    # Its mark says what they say, not where they stand.
    moved = Corrector(Corrections([*entries[2:], *entries[:2]]), gazetteer)
    assert moved.mark(article) == corrector.mark(article) != ""
    noted = Corrector(
        Corrections([Correction("Lyman", "not_place", source="Reuters", note="x"), entries[3]]),
        gazetteer,
    )
    assert noted.mark(article) != corrector.mark(article)


def test_what_does_not_touch_an_article_changes_nothing_in_it(
    gazetteer: Gazetteer, pipeline: Pipeline
) -> None:
    article = geomap.Article(
        "a", "The Donetsk region was quiet. Shells hit the town of Lyman, 5 km from Torske."
    )
    pin = Correction("Kyiv", "place", PlaceChoice(geonameid=703448))
    corrected = Pipeline(gazetteer=gazetteer, corrections=Corrections([pin]))
    assert corrected.process(article) == pipeline.process(article)


def test_an_addition_to_the_gazetteer_is_another_engine(
    gazetteer: Gazetteer, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = engine_of(pipeline)
    assert engine_of(Pipeline(gazetteer=gazetteer)) == before
    monkeypatch.setitem(gazetteer.stamp, "added", ["my villages"])
    assert engine_of(Pipeline(gazetteer=gazetteer)) != before
    used: Any = Correction("Kyiv", "not_place")
    monkeypatch.undo()
    # What corrections say of names counts article by article.
    assert engine_of(Pipeline(gazetteer=gazetteer, corrections=Corrections([used]))) == before
