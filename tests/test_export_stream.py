"""Exports are written as reports come: in the same order, with memory that does not grow."""

from __future__ import annotations

import datetime as dt
import json
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest
import shapely

import geomap
from geomap.models import Problem, Report
from geomap.output import export_parquet, exports
from geomap.output.export_rows import About, settled
from geomap.output.exports import Export
from geomap.output.geojson import geometry_json
from geomap.output.layers import features_of

TEXT = "Russian forces captured Chasiv Yar, 12 km west of Bakhmut. Shells fell near Kreminna."


def test_a_stream_is_what_a_run_gathers(pipeline: geomap.Pipeline) -> None:
    articles = [geomap.Article(f"a{n}", TEXT, date=dt.date(2023, 3, 1 + n)) for n in range(5)]
    seen: list[str] = []
    found = list(pipeline.stream(articles, on_article=lambda a: seen.append(a.id)))
    assert found == list(pipeline.run(articles))
    assert seen == [a.id for a in articles]


def test_a_stream_answers_for_each_article(gazetteer: geomap.Gazetteer) -> None:
    settings = geomap.Settings(since=dt.date(2023, 3, 2))
    pipeline = geomap.Pipeline(settings, gazetteer=gazetteer)
    days = (dt.date(2023, 3, 1), None, dt.date(2023, 3, 2))
    early, undated, wanted = pipeline.stream(
        geomap.Article(str(n), TEXT, date=day) for n, day in enumerate(days)
    )
    assert early is None
    assert isinstance(undated, Problem)
    assert undated.kind == "undated"
    assert isinstance(wanted, Report)


@pytest.mark.parametrize("suffix", [".geojsonl", ".parquet", ".csv"])
def test_memory_does_not_grow_with_the_reports(
    pipeline: geomap.Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    monkeypatch.setattr(exports, "BATCH", 100)
    monkeypatch.setattr(export_parquet, "ROW_GROUP", 200)
    report = pipeline.process(geomap.Article("a", TEXT))

    def peak(number: int) -> int:
        tracemalloc.start()
        with Export(tmp_path / f"{number}{suffix}", About({"name": "geomap"})) as export:
            for n in range(number):
                article = replace(report.article, id=f"a{n}")
                export.add(article, features_of(replace(report, article=article)))
            export.finish()
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(20)  # imports, and what they keep
    assert peak(480) < 1.25 * peak(120)


def test_geometry_is_settled_as_geojson_has_it() -> None:
    clockwise = shapely.Polygon([(0, 0), (0, 9), (9, 9), (9, 0)])
    # Two parts that touch once they are rounded.
    narrow = shapely.Polygon(
        [(0, 0), (4, 0), (4, 1), (2.000001, 1), (2.000001, 0.5), (1.999999, 0.5), (1.999999, 1),
         (0, 1)]
    )  # fmt: skip
    given = [clockwise, None, shapely.Point(1.123456789, 2), shapely.Polygon(), narrow]
    made = settled(given)
    assert made[1] is made[3] is None
    for one, before in ((made[0], clockwise), (made[2], given[2]), (made[4], narrow)):
        assert json.loads(shapely.to_geojson(one)) == geometry_json(before)
        assert one.is_valid
