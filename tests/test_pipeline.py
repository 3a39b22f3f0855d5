"""Articles through all rooms."""

from __future__ import annotations

import datetime as dt
import gc
import weakref
from pathlib import Path
from typing import Any

import pytest

import geomap
from geomap.models import Article, ContactLine
from geomap.toponyms.reader import ToponymReader


def test_results_keep_the_order_of_the_articles(pipeline: geomap.Pipeline) -> None:
    days = [dt.date(2023, 3, n) for n in (9, 2, 5)]
    articles = [Article(str(d), "Shells fell near Bakhmut.", date=d) for d in days]
    results = pipeline.run(articles)
    assert [r.article.date for r in results] == days
    assert list(results.dates) == sorted(days)


def test_one_failing_article_does_not_stop_the_others(
    pipeline: geomap.Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = ToponymReader.read

    def fails(self: ToponymReader, articles: list[Article], spans: Any = None) -> Any:
        if any(a.id == "bad" for a in articles):
            raise RuntimeError("boom")
        return whole(self, articles, spans)

    monkeypatch.setattr(ToponymReader, "read", fails)
    results = pipeline.run([Article(i, "Fighting in Bakhmut.") for i in ("a", "bad", "c")])
    assert [r.article.id for r in results] == ["a", "c"]
    assert [(p.path, p.set_aside) for p in results.problems] == [("bad", True)]


def test_order_of_articles_does_not_change_what_is_found(
    pipeline: geomap.Pipeline, examples: Path
) -> None:
    articles = list(geomap.read_articles([examples]))
    forward = {r.article.id: r for r in pipeline.run(articles)}
    backward = {r.article.id: r for r in pipeline.run(articles[::-1])}
    assert forward == backward


def test_relative_days_are_kept_on_the_report(pipeline: geomap.Pipeline) -> None:
    text = "Troops entered Orikhiv late on Monday. Last week they were near Tokmak."
    report = pipeline.process(Article("a", text, date=dt.date(2023, 3, 14)))
    assert [(d.text, d.first, d.last) for d in report.days] == [
        ("late on Monday", dt.date(2023, 3, 13), dt.date(2023, 3, 13)),
        ("Last week", dt.date(2023, 3, 6), dt.date(2023, 3, 12)),
    ]
    assert [c.event_date for c in report.claims] == [dt.date(2023, 3, 13)]


def test_an_old_line_of_contact_is_warned_of(gazetteer: geomap.Gazetteer) -> None:
    from shapely.geometry import LineString

    line = ContactLine(LineString([(38.2, 48.9), (38.1, 48.4)]), dt.date(2022, 12, 1))
    pipeline = geomap.Pipeline(gazetteer=gazetteer, line=line)
    text = "In a wood near Bakhmut, 4 km from the front, guns fired."
    report = pipeline.process(Article("a", text, date=dt.date(2023, 3, 14)))
    assert [p.kind for p in report.problems] == ["old-line"]
    assert "103 days" in report.problems[0].message
    near = pipeline.process(Article("b", text, date=dt.date(2022, 12, 20)))
    assert not near.problems


def test_all_shared_news_and_the_isw_report_run(pipeline: geomap.Pipeline, shared: Path) -> None:
    sources = [shared / "articles" / "news", shared / "articles" / "isw" / "2026-02-21--isw.txt"]
    read = geomap.read_articles(sources)
    assert not read.set_aside
    results = pipeline.run(read)
    assert len(results) == 15
    assert not [p for p in results.problems if p.set_aside]
    assert all(r.resolutions for r in results)


def test_the_undated_seed_stays_undated(pipeline: geomap.Pipeline, shared: Path) -> None:
    read = geomap.read_articles([shared / "articles" / "seed" / "kreminna-bakhmut-undated.txt"])
    assert [p.kind for p in read.problems] == ["undated"]
    frame = pipeline.run(read).to_geodataframe()
    assert len(frame) > 40
    assert frame["date"].isna().all()


def test_every_quote_is_where_it_says(pipeline: geomap.Pipeline, examples: Path) -> None:
    for report in pipeline.run(geomap.read_articles([examples])):
        text = report.article.text
        for found in (*(r.mention for r in report.resolutions), *report.hints, *report.claims):
            assert text[found.start : found.end] == found.text


def test_a_pipeline_that_is_done_with_is_let_go_of() -> None:
    # A process that makes one after the other (watch, tests) would fill its memory.
    alive = []
    for _ in range(3):
        gazetteer = geomap.Gazetteer.open()
        pipeline = geomap.Pipeline(gazetteer=gazetteer)
        assert pipeline.process(Article("a", "They took a village 3 km west of Bakhmut.")).hints
        alive.append(weakref.ref(gazetteer))
        del pipeline, gazetteer
    gc.collect()
    assert sum(one() is not None for one in alive) <= 1  # whose figures are remembered
