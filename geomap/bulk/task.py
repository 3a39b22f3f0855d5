"""The work on one partition: read it, process its articles, write what they give, say it is done.

It runs in the one process of a plain run and in the workers of a cluster alike. Nothing but counts
goes back.
"""

from __future__ import annotations

import faulthandler
import json
import math
import sys
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import chain, groupby
from threading import Lock
from typing import TYPE_CHECKING, Any

from geomap.articles._options import ReadOptions
from geomap.bulk.parts import write_day
from geomap.bulk.pipeline import reader_of
from geomap.bulk.records import read_partition
from geomap.bulk.storage import Folder
from geomap.errors import GeomapError
from geomap.models import Article, Problem, Report
from geomap.output.layers import features_of
from geomap.pipeline import Pipeline
from geomap.toponyms.reader import batches

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    from geomap.bulk.partitions import Partition
    from geomap.front.theatre import Theatre
    from geomap.output.filters import Filter
    from geomap.output.layers import Feature
    from geomap.pipeline import ReadsElsewhere
    from geomap.settings import Settings
    from geomap.toponyms.corrections import Corrections

DONE, TRIED = "_done", "_tried"
COUNTS = ("articles", "undated", "places", "refused", "hints", "claims", "mentions", "features")
HELD_CHARACTERS = 32_000_000  # of text; a partition with more is written in several parts


@dataclass(frozen=True)
class Job:
    """What all partitions of a run share; it is sent to the workers.

    `engine` is what has to read the articles (`pipeline.reader_of`): a worker with another
    geomap or gazetteer refuses. `limit_s` is how long an article may take on a worker.
    """

    folder: str
    settings: Settings
    wanted: Filter
    corrections: Corrections
    theatre: Theatre
    reading: ReadOptions
    generator: Mapping[str, Any]
    engine: str
    limit_s: float = 300.0
    held_characters: int = HELD_CHARACTERS


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a partition: counts (`COUNTS`), days, and how many problems are noted."""

    partition: str
    counts: dict[str, int]
    problems: int


_LOCK = Lock()  # a process reads one partition at a time, however many threads a worker has
_PIPELINES: dict[str, Pipeline] = {}


class DiedError(Exception):
    """The process that was at a partition before has died of it."""


def process(
    job: Job,
    partition: Partition,
    workers: ReadsElsewhere | None = None,
    *,
    suspect: bool = False,
) -> Done:
    """Read a partition and write what it gives; its marker, last, says that all of it is there.

    Parameters
    ----------
    job : Job
    partition : Partition
    workers : ReadsElsewhere, optional
        Processes of this machine that read the articles.
    suspect : bool
        Whether the partition may have killed its workers: it is tried once.

    Raises
    ------
    GeomapError
        This process has another geomap or gazetteer than the run, or the folder cannot be written.
    OSError
        The input cannot be read.
    DiedError
        A suspect has been tried before, and nothing came of it.
    """
    with _LOCK:
        if suspect:
            _try_once(Folder(job.folder), partition)
        pipeline = _pipeline(job)
        pipeline.workers = workers
        try:
            return _Work(job, partition, pipeline).done()
        finally:
            pipeline.workers = None


def _try_once(folder: Folder, partition: Partition) -> None:
    """Note that a partition is tried; the scheduler would try it on four workers."""
    tried = f"{TRIED}/{partition.id}"
    if folder.holds(tried):
        raise DiedError(f"the process that read partition {partition.id} died")
    folder.write(tried, b"")


def _pipeline(job: Job) -> Pipeline:
    """Return what reads the articles, the same for all partitions of a process."""
    if job.engine not in _PIPELINES:
        pipeline = Pipeline(
            job.settings, corrections=job.corrections, theatre=job.theatre, cores=True
        )
        if reader_of(pipeline) != job.engine:
            raise GeomapError(
                "a worker has another geomap or gazetteer than this process: install the same on "
                "all machines"
            )
        _PIPELINES.clear()
        _PIPELINES[job.engine] = pipeline
    return _PIPELINES[job.engine]


class _Work:
    """A partition in work."""

    def __init__(self, job: Job, partition: Partition, pipeline: Pipeline) -> None:
        self.job, self.partition, self.pipeline = job, partition, pipeline
        self.folder = Folder(job.folder)
        self.problems: list[Problem] = []
        self.counts = dict.fromkeys(COUNTS, 0)
        self.days: set[dt.date] = set()
        self.used: set[int] = set()  # corrections

    def done(self) -> Done:
        # So many at once as may be held: a file may be of any size.
        held = batches(
            self._articles(), most_articles=math.inf, most_characters=self.job.held_characters
        )
        for n, articles in enumerate(held):
            self._write(articles, self.partition.id + (f"_{n}" if n else ""))
        marker = {
            "partition": self.partition.plain(),
            "counts": self.counts,
            "days": [d.isoformat() for d in sorted(self.days)],
            "corrections": sorted(self.used),
            "problems": [asdict(p) for p in self.problems],
        }
        write_marker(self.folder, self.partition, marker)
        return Done(self.partition.id, self.counts, len(self.problems))

    def _articles(self) -> Iterator[Article]:
        """Yield the articles, and note what is wrong with the others."""
        for one in read_partition(self.partition, self.job.reading):
            if isinstance(one, Problem):
                self.problems.append(one)
            else:
                yield one

    def _write(self, articles: Sequence[Article], name: str) -> None:
        """Write some articles, day by day, each by id."""
        from geomap.output.export_rows import About

        about = About(self.job.generator, parties=self.job.theatre.parties)
        ordered = sorted(articles, key=lambda a: (str(a.date or "9"), a.id))
        for day, group in groupby(ordered, key=lambda a: a.date):
            found = self._found(list(group))
            first = next(found, None)
            if first is not None:  # else none of that day is wanted
                rows = write_day(self.folder, day, name, chain([first], found), about)
                self.counts["features"] += rows

    def _found(self, articles: list[Article]) -> Iterator[tuple[Report, list[Feature]]]:
        """Yield the reports and their features, and note what failed."""
        with _watched(self.job.limit_s) as tick:
            for result in self.pipeline.stream(articles, on_article=tick):
                if isinstance(result, Report):
                    try:
                        rows = features_of(result, self.job.wanted)
                    except Exception as error:
                        self.problems.append(_failed(result.article, error))
                        continue
                    self._count(result)
                    self.problems += [p for p in result.problems if p.kind != "undated"]
                    yield result, rows
                elif result is not None and result.kind != "undated":  # the reader named those
                    self.problems.append(result)

    def _count(self, report: Report) -> None:
        counts = self.counts
        counts["articles"] += 1
        if report.article.date is None:
            counts["undated"] += 1
        else:
            self.days.add(report.article.date)
        counts["mentions"] += len(report.resolutions)
        for resolution in report.resolutions:
            counts["places"] += resolution.status == "resolved" and resolution.lat is not None
            counts["refused"] += resolution.status == "refused"
        counts["hints"] += len(report.hints)
        counts["claims"] += len(report.claims)
        self.used.update(report.corrections)


def _failed(article: Article, error: Exception) -> Problem:
    told = f"could not be written ({type(error).__name__}: {error})"
    return Problem(article.path or article.id, f"{article.id}: {told}", "internal", set_aside=True)


def write_marker(folder: Folder, partition: Partition, marker: Mapping[str, Any]) -> None:
    """Write what says that a partition is done."""
    text = json.dumps(marker, ensure_ascii=True, sort_keys=True, default=str)
    folder.write(f"{DONE}/{partition.id}.json", text.encode("ascii"))


@contextmanager
def _watched(limit_s: float) -> Iterator[Any]:
    """End this process when an article takes too long, where a nanny starts another in its place.

    The scheduler then gives the partition to another worker, and at last the run finds the article
    by halving. A plain run has nobody who could go on.
    """
    if not _has_nanny():
        yield None
        return

    def tick(_: object) -> None:
        faulthandler.dump_traceback_later(limit_s, exit=True, file=2)

    tick(None)
    try:
        yield tick
    finally:
        faulthandler.cancel_dump_traceback_later()


def _has_nanny() -> bool:
    if "distributed" not in sys.modules:
        return False
    from distributed import get_worker

    try:
        return bool(get_worker().nanny)
    except ValueError:  # not on a worker
        return False
