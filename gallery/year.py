"""Make the reports and the lines of the gallery's year: `python -m gallery.year OUT_DIR`.

Real places, and nothing else that is real: a course where no line runs, in a year to come, by
publishers that do not exist. Every title and every text says that it is an exercise.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gallery.course import Course, Push
from gallery.lines import lines
from gallery.reports import Newsroom, towns_along
from geomap.models import Article
from geomap.output.files import write_text
from geomap.output.geojson import dumps
from geomap.pipeline import Pipeline

if TYPE_CHECKING:
    from collections.abc import Sequence

FIRST = dt.date(2031, 1, 1)
DAYS = 365
EACH_DAYS = 14  # a line each fortnight
SEED = 2031
REPORTS, LINES = "reports.jsonl", "lines.geojson"
_COUNTS, _COUNT_WEIGHTS = (0, 1, 2, 3, 4, 8), (14, 28, 27, 18, 11, 2)  # reports a day
_UNDATED = (0.2, 0.5, 0.8)  # which reports lose their date, as shares of the whole
# From north to south, so that Russia (side A) lies to its left.
_WAYPOINTS = (
    (33.78, 50.62),
    (34.05, 50.2),
    (33.9, 49.8),
    (34.02, 49.45),
    (33.88, 49.1),
    (33.7, 48.75),
)
# The line moves a few kilometres and back, at some places only.
_PUSHES = (
    Push(30.0, 30.0, -9.0, 20, 75),
    Push(62.0, 26.0, -12.0, 60, 150),
    Push(62.0, 24.0, 9.0, 215, 290),
    Push(96.0, 30.0, 10.0, 110, 190),
    Push(128.0, 30.0, -14.0, 30, 170),
    Push(128.0, 24.0, 8.0, 250, 330),
    Push(168.0, 30.0, 12.0, 160, 240),
    Push(196.0, 22.0, -8.0, 260, 345),
)


def course() -> Course:
    """Return the year's line."""
    return Course(_WAYPOINTS, _PUSHES, seed=SEED, step_km=0.8)


def reports(pipeline: Pipeline, days: int = DAYS) -> list[dict[str, Any]]:
    """Return the records of the reports of the year's first days, by date, undated ones last."""
    way = course()
    newsroom = Newsroom(way, towns_along(way, pipeline.gazetteer), FIRST, days, SEED)
    counts = newsroom.chance.choices(_COUNTS, _COUNT_WEIGHTS, k=days)
    records = list(newsroom.write(counts))
    for share in _UNDATED:
        del records[int(share * len(records))]["date"]
    records.sort(key=lambda r: r.get("date", "9999"))
    named = [{"id": f"exercise-{n:04d}"} | r for n, r in enumerate(records, 1)]
    return [r | {"url": f"https://example.org/exercise/{r['id']}"} for r in named]


def line_days(days: int = DAYS) -> list[dt.date]:
    """Return the days on which the line is drawn."""
    return [FIRST + dt.timedelta(days=n) for n in range(0, min(days, 26 * EACH_DAYS), EACH_DAYS)]


def articles(records: Sequence[dict[str, Any]]) -> list[Article]:
    """Return the articles of some records."""
    return [
        Article(
            r["id"], r["text"], title=r["title"], source=r["source"], url=r["url"],
            date=dt.date.fromisoformat(r["date"]) if "date" in r else None,
        )
        for r in records
    ]  # fmt: skip


def write(folder: Path, days: int = DAYS) -> None:
    """Write the reports and the lines into a folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    pipeline = Pipeline()
    records = reports(pipeline, days)
    found = pipeline.run(articles(records)).reports
    drawn = lines(course(), line_days(days), first=FIRST, reports=found, theatre=pipeline.theatre)
    rows = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records)
    write_text(folder / REPORTS, rows)
    write_text(folder / LINES, dumps(drawn))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("python -m gallery.year OUT_DIR")
    write(Path(sys.argv[1]))
