"""Made-up reports and lines of any number, over a course of 1,200 km (`gallery`)."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import pickle
import random
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from gallery.course import Course, Push
from gallery.lines import lines
from gallery.reports import Newsroom, towns_along
from gallery.year import articles
from geomap.models import ContactLine
from geomap.output.files import atomic, write_text
from geomap.output.geojson import dumps
from geomap.output.layers import features
from geomap.pipeline import Pipeline

FIRST = dt.date(2031, 1, 1)
SEED = 7
# A course where no line runs, bent so that 1,200 km of line find room.
_WAYPOINTS = (
    (33.4, 52.3), (33.9, 50.4), (33.7, 49.2), (32.4, 48.4), (30.6, 48.6), (29.0, 48.2),
    (27.7, 49.1), (26.6, 50.5),
)  # fmt: skip
_PUSHES_PER_YEAR = 26
_ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Made:
    """So many reports over so many days with so many lines, in a folder.

    What takes minutes is kept there, and made again when the code that made it has changed.
    """

    folder: Path
    reports: int
    days: int
    line_count: int
    evidence: bool

    @property
    def articles_path(self) -> Path:
        """The reports, JSON Lines."""
        return self.folder / "reports.jsonl"

    @property
    def lines_path(self) -> Path:
        """The lines, as `geomap front` writes them."""
        return self.folder / "lines.geojson"

    @cached_property
    def course(self) -> Course:
        """The line through time: some stretches move from each date to the next, others do not."""
        chance = random.Random(SEED)
        pushes = []
        for _ in range(round(_PUSHES_PER_YEAR * self.days / 365)):
            first = chance.uniform(-60.0, self.days)
            depth = chance.choice((-1.0, 1.0)) * chance.uniform(3.0, 12.0)
            pushes.append(
                Push(chance.uniform(0.0, 1000.0), chance.uniform(12.0, 40.0), depth,
                     first, first + chance.uniform(20.0, 120.0))
            )  # fmt: skip
        return Course(_WAYPOINTS, pushes, seed=SEED, step_km=0.45)

    @property
    def line_days(self) -> list[dt.date]:
        """The days that have a line."""
        step = self.days / self.line_count
        return [FIRST + dt.timedelta(days=int(n * step)) for n in range(self.line_count)]

    def rows(self) -> tuple[list[Any], float]:
        """Return the features of all reports, and the seconds that reading took when it was done.

        The files are there afterwards.
        """
        kept = self.folder / "features.pickle"
        stamp = self._stamp()
        if kept.exists():
            with kept.open("rb") as file:
                known, rows, seconds = pickle.load(file)
            if known == stamp:
                return rows, seconds
        self.folder.mkdir(parents=True, exist_ok=True)
        rows, seconds = self._make()
        with atomic(kept) as path, path.open("wb") as file:
            pickle.dump((stamp, rows, seconds), file, pickle.HIGHEST_PROTOCOL)
        return rows, seconds

    def _make(self) -> tuple[list[Any], float]:
        plain = Pipeline()
        newsroom = Newsroom(
            self.course, towns_along(self.course, plain.gazetteer), FIRST, self.days, SEED
        )
        records = [
            {"id": f"made-{n:06d}", "url": f"https://example.org/made/{n:06d}"} | record
            for n, record in enumerate(newsroom.write(self.counts()), 1)
        ]
        write_text(self.articles_path, "".join(json.dumps(r) + "\n" for r in records))
        given = [
            ContactLine(self.course.line((day - FIRST).days), day, "made up")
            for day in self.line_days
        ]
        began = time.perf_counter()
        found = (
            Pipeline(line=given, gazetteer=plain.gazetteer, cores=True)
            .run(articles(records))
            .reports
        )
        rows = features(found)
        seconds = time.perf_counter() - began
        drawn = lines(
            self.course, self.line_days, first=FIRST, reports=found, theatre=plain.theatre
        )
        if not self.evidence:
            drawn["evidence"] = []
        write_text(self.lines_path, dumps(drawn))
        return rows, seconds

    def counts(self) -> list[int]:
        """Return how many reports each day has: at least one, and now and then many."""
        chance = random.Random(SEED)
        counts = [1] * self.days
        weights = [chance.choice((0.3, 1.0, 1.0, 2.0, 4.0)) for _ in range(self.days)]
        for day in chance.choices(range(self.days), weights, k=self.reports - self.days):
            counts[day] += 1
        return counts

    def _stamp(self) -> str:
        """Return a digest of what was asked for and of the code that answers it."""
        asked = (self.reports, self.days, self.line_count, self.evidence)
        digest = hashlib.sha256(repr(asked).encode())
        own = [*(_ROOT / "gallery").iterdir(), Path(__file__)]
        for path in sorted([*own, *(_ROOT / "geomap").rglob("*.py")]):
            # What only draws the page changes nothing of what was read.
            if path.is_file() and path.parent.name != "output":
                digest.update(path.read_bytes())
        return digest.hexdigest()
