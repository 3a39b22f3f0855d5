"""The made-up reports and lines of the gallery: all that a map can show is in them."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest
import shapely

from gallery import year
from gallery.course import Course, Push
from geomap import Pipeline
from geomap.articles import read_articles
from geomap.front.theatre import load_theatre
from geomap.output.front_layers import front_drawing
from geomap.output.lines import read_lines

if TYPE_CHECKING:
    from pathlib import Path

    from geomap.results import Results

DAYS = 60


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    year.write(folder, DAYS)
    return folder


@pytest.fixture(scope="module")
def results(made: Path) -> Results:
    lines = read_lines(made / year.LINES).lines
    return Pipeline(line=lines).run(read_articles([made / year.REPORTS]))


def test_every_report_says_that_it_was_made_up(made: Path) -> None:
    records = [json.loads(x) for x in (made / year.REPORTS).read_text("utf-8").splitlines()]
    assert len(records) > DAYS
    for record in records:
        assert record["title"].startswith("Exercise report: ")
        assert "exercise" in record["text"].split("\n")[0].lower()
        assert "(made)" in record["source"] or "exercise" in record["source"].lower()
        assert record["url"].startswith("https://example.org/")
        assert record.get("date", "2031").startswith("2031")
        assert "{" not in record["text"] + record["title"]
    assert len({r["source"] for r in records}) == 5
    texts = [r["text"] for r in records]
    assert len(set(texts)) == len(texts)


def test_days_with_none_one_and_many_reports_and_three_undated(results: Results) -> None:
    first = dt.date(2031, 1, 1)
    days = [r.article.date for r in results if r.article.date]
    counts = [days.count(first + dt.timedelta(days=n)) for n in range(DAYS)]
    assert min(counts) == 0
    assert max(counts) >= 4
    assert sum(r.article.date is None for r in results) == 3
    assert all(first <= day < first + dt.timedelta(days=DAYS) for day in days)


def test_all_that_a_map_shows_is_read_from_them(results: Results) -> None:
    statuses = {r.status for report in results for r in report.resolutions}
    assert {"resolved", "refused"} <= statuses
    kinds = {r.mention.kind for report in results for r in report.resolutions}
    assert {"literal", "associative"} <= kinds
    relations = {h.relation for report in results for h in report.hints if h.region}
    assert {"near", "distance_direction", "front_distance", "between", "along"} <= relations
    claims = [c for report in results for c in report.claims]
    assert {"Russia", "Ukraine"} <= {c.actor for c in claims}
    assert {"captured", "attacked", "repelled attack", "shelled"} <= {c.action for c in claims}
    assert {"stated", "claimed", "confirmed", "planned"} <= {c.modality for c in claims}
    assert any(c.event_date for c in claims)
    # One says that a place was taken, another denies it.
    taken = {c.place for c in claims if c.action in ("captured", "liberated") and not c.negated}
    denied = {c.place for c in claims if c.action in ("captured", "liberated") and c.negated}
    assert taken & denied


def test_the_line_of_each_fortnight_moves_and_is_drawn(made: Path) -> None:
    read = read_lines(made / year.LINES)
    assert not read.problems
    assert [line.date for line in read.lines] == year.line_days(DAYS)
    drawn = front_drawing(made / year.LINES, read.lines, load_theatre())
    assert drawn is not None
    statuses = {p["status"] for day in drawn["dates"] for p in day["pieces"]}
    assert "supported" in statuses
    assert len(statuses) >= 2
    assert all("band" in day and len(day["control"]) == 2 for day in drawn["dates"])
    assert drawn["evidence"]
    assert all("exercise" in (e["title"] + e["sentence"]).lower() for e in drawn["evidence"])
    assert sum(g["km2"] for m in drawn["movement"] for g in m["gains"]) > 20.0


def test_over_the_whole_year_both_sides_gain_and_lose() -> None:
    days = year.line_days()
    assert len(days) == 26
    assert (days[-1] - days[0]).days < year.DAYS
    depths = [push.depth_km for push in year.course().pushes]
    assert min(depths) < 0.0 < max(depths)


def test_evidence_bears_the_ids_of_the_claims(made: Path, results: Results) -> None:
    from geomap.feature_ids import claim_ids

    known = {identity for report in results for identity in claim_ids(report)}
    named = [e["id"] for e in json.loads((made / year.LINES).read_text("utf-8"))["evidence"]]
    assert named
    assert set(named) <= known


def test_the_same_bytes_twice(made: Path, tmp_path: Path) -> None:
    year.write(tmp_path, DAYS)
    for name in (year.REPORTS, year.LINES):
        assert (tmp_path / name).read_bytes() == (made / name).read_bytes()


def test_a_push_moves_its_own_stretch_only_and_side_a_lies_on_the_left() -> None:
    course = Course(
        ((34.0, 50.0), (34.0, 49.0)), (Push(55.0, 20.0, 6.0, 10, 20),), seed=1, step_km=1.0
    )
    before, after = course.strip(0), course.strip(30)
    moved = abs(before - after).max(axis=1)
    assert moved[abs(course.along_km - 55.0) > 20.5].max() == 0.0
    assert 5.9 < moved.max() <= 6.0
    # From north to south the left is the east; the push goes there.
    assert course.line(30).centroid.x > course.line(0).centroid.x
    ground = course.ground(0, 0.0, 40.0)
    assert ground.is_valid
    assert shapely.contains_xy(ground, 34.3, 49.5)
    assert not shapely.contains_xy(ground, 33.7, 49.5)
