"""A bulk run: plan, do what is not done yet, go on without what kills its workers, sum up."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from geomap.bulk import manifest
from geomap.bulk.cluster import Lost
from geomap.bulk.manifest import Totals
from geomap.bulk.partitions import PART_BYTES, Partition, find_sources, halves, look, plan
from geomap.bulk.parts import FEATURES, REPORTS, partition_of
from geomap.bulk.storage import Folder
from geomap.bulk.task import COUNTS, TRIED, DiedError, Done, Job, process, write_marker
from geomap.errors import ArticleError, GeomapError
from geomap.models import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from geomap.bulk.cluster import Executor
    from geomap.bulk.partitions import Planned, Source
    from geomap.pipeline import ReadsElsewhere


@dataclass(slots=True)
class Bulk:
    """A run into a folder.

    Parameters
    ----------
    job : Job
    executor : Executor
    asked : mapping
        What a run that goes on must ask for alike: `engine`, `settings`.
    part_bytes : int
        How large partitions are, about.
    workers : ReadsElsewhere, optional
        Processes of this machine that read the articles, where no cluster does.

    Attributes
    ----------
    problems : list of Problem
        What concerns whole files and partitions; that of articles stands in `problems.jsonl`.
    """

    job: Job
    executor: Executor
    asked: Mapping[str, Any]
    part_bytes: int = PART_BYTES
    workers: ReadsElsewhere | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def folder(self) -> Folder:
        """Where it is written."""
        return Folder(self.job.folder)

    def plan(self, inputs: Sequence[str]) -> list[Partition]:
        """Return the partitions of some inputs, those of the run that the folder holds if any.

        Raises
        ------
        ArticleError
            There is nothing to read.
        WorkspaceError
            The folder holds a run on something else.
        OutputError
            The folder cannot be made.
        """
        folder = self.folder
        folder.make()
        sources = find_sources(inputs)
        found = self._looked(look, sources)
        asked = {
            **self.asked, "format": manifest.FORMAT, "inputs": [one.told for one in found],
        }  # fmt: skip
        self.asked = asked
        known = manifest.begin(folder, asked)
        if known is not None:
            partitions, self.problems = known
            return partitions
        planned = self._looked(partial(plan, part_bytes=self.part_bytes), sources)
        self.problems = [one.problem for one in planned if one.problem is not None]
        partitions = [part for one in planned for part in one.partitions]
        if not partitions:
            raise ArticleError(str(self.problems[0]))
        manifest.write(folder, asked, None)
        manifest.write_plan(folder, partitions, self.problems)
        return partitions

    def _looked(
        self, work: Callable[[Source], Planned], sources: Sequence[Source]
    ) -> list[Planned]:
        """Return all files looked at, in order; on a cluster its workers look."""
        found = []
        for source, told in self.executor.each(work, sources):
            if isinstance(told, GeomapError):
                raise told
            if isinstance(told, Exception | Lost):
                raise ArticleError(f"{source.url}: cannot be read: {told}")
            found.append(told)
        return sorted(found, key=lambda one: one.source.number)

    def run(
        self, partitions: Sequence[Partition], on_done: Callable[[Done], None] | None = None
    ) -> Totals:
        """Do all partitions that are not done, and write what the whole gave.

        Raises
        ------
        GeomapError
            The folder cannot be written, or a worker is not like this process.
        """
        folder = self.folder
        done = manifest.done_ids(folder)
        waiting = [p for p in manifest.leaves(folder, partitions) if p.id not in done]
        suspects: deque[Partition] = deque()
        work = partial(process, self.job)
        if self.workers is not None:
            work = partial(process, self.job, workers=self.workers)
        for partition, outcome in self.executor.each(work, waiting):
            if isinstance(outcome, Lost):
                suspects.append(partition)
            else:
                self._heed(partition, outcome, on_done)
        self._forget_tries()
        # One at a time, so that none dies of its neighbour on a worker.
        while suspects:
            partition = suspects.popleft()
            ((_, outcome),) = self.executor.each(partial(work, suspect=True), [partition])
            if isinstance(outcome, Lost | DiedError):
                suspects.extendleft(reversed(self._halved(partition, str(outcome))))
            else:
                self._heed(partition, outcome, on_done)
        self._forget_tries()
        folder.clear()
        return self._sum(partitions)

    def _forget_tries(self) -> None:
        for name in self.folder.names(TRIED):
            self.folder.remove(f"{TRIED}/{name}")

    def _heed(
        self, partition: Partition, outcome: Done | Exception,
        on_done: Callable[[Done], None] | None,
    ) -> None:  # fmt: skip
        if isinstance(outcome, GeomapError):
            raise outcome
        if isinstance(outcome, Exception):
            told = " ".join(f"{type(outcome).__name__}: {outcome}".split())[:300]
            message = f"partition {partition.id} failed ({told}): run again to try it again"
            self.problems.append(Problem(partition.url, message, "partition", set_aside=True))
        elif on_done is not None:
            on_done(outcome)

    def _halved(self, partition: Partition, reason: str) -> Sequence[Partition]:
        """Return the halves of a partition that kills its workers; a single article is left out."""
        folder = self.folder
        for kind in (FEATURES, REPORTS):
            for day in folder.names(kind):
                for file in folder.names(f"{kind}/{day}"):
                    if partition_of(file) == partition.id:
                        folder.remove(f"{kind}/{day}/{file}")
        parts = halves(partition)
        if parts is not None:
            manifest.mark_halved(folder, partition, parts)
            return parts
        at = partition.line if partition.kind == "jsonl" else partition.first + 1
        message = f"kills the process that reads it, it was left out ({reason})"
        problem = Problem(partition.url, message, "killed", at, set_aside=True)
        marker = {
            "partition": partition.plain(), "counts": dict.fromkeys(COUNTS, 0), "days": [],
            "corrections": [], "problems": [asdict(problem)],
        }  # fmt: skip
        write_marker(folder, partition, marker)
        return ()

    def _sum(self, partitions: Sequence[Partition]) -> Totals:
        """Write the problems of all partitions and the manifest; return what all gave."""
        folder, totals = self.folder, Totals()
        with folder.placed(manifest.PROBLEMS) as path, path.open("wb") as file:
            for problem in self.problems:
                if problem.kind != "partition":  # it is tried again
                    file.write(_line(asdict(problem)))
            for marker in manifest.markers(folder, partitions):
                totals.add(marker)
                file.writelines(_line(row) for row in marker["problems"])
        whole = not any(p.kind == "partition" for p in self.problems)
        manifest.write(folder, self.asked, totals if whole else None)
        return totals

    def told(self, limit: int) -> Iterator[Problem]:
        """Yield the first problems of articles, as `problems.jsonl` has them."""
        data = self.folder.read(manifest.PROBLEMS) or b""
        for line in data.splitlines()[:limit]:
            yield Problem(**json.loads(line))


def _line(row: Mapping[str, Any]) -> bytes:
    return (json.dumps(row, ensure_ascii=True) + "\n").encode("ascii")
