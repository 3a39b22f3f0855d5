"""What `geomap bulk` does: many articles, in partitions, into a folder."""

from __future__ import annotations

import datetime as dt
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from geomap.articles._options import ReadOptions
from geomap.bulk import manifest
from geomap.bulk.cluster import Cluster, Here
from geomap.bulk.pipeline import reader_of
from geomap.bulk.run import Bulk
from geomap.bulk.storage import Folder, check_installed
from geomap.bulk.task import HELD_CHARACTERS, Job
from geomap.commands import SHOWN, Run
from geomap.errors import ArticleError, SettingsError
from geomap.models import Article, Problem, Report
from geomap.run_summary import count

if TYPE_CHECKING:
    from geomap.bulk.cluster import Executor
    from geomap.bulk.manifest import Totals
    from geomap.many.workers import Workers


class BulkRun(Run):
    """`geomap bulk`: articles of any number, by the workers of a cluster or here."""

    CORES = True  # a map that is drawn from the folder needs them

    def bulk(
        self, output: str, *, scheduler: str | None = None, part_mb: float = 16.0
    ) -> dict[str, Any]:
        """Read the articles and write what they give into a folder; return the summary.

        Parameters
        ----------
        output : str
            The folder, of this machine or of what fsspec reaches.
        scheduler : str, optional
            The address of a dask.distributed scheduler; without it this process does all.
        part_mb : float
            How large partitions of JSON Lines and Parquet are, about; in megabytes of 10^6 bytes.

        Raises
        ------
        SettingsError
            An option does not go with it.
        ArticleError
            There is nothing to read, or not one article could be used.
        WorkspaceError
            The folder holds something else, or a run on something else.
        OutputError
            The folder cannot be written, or a package is missing.
        GeomapError
            The cluster cannot be used.
        """
        check_installed()
        self._check_options(part_mb)
        # The workers of a cluster stand elsewhere: a path must say all.
        job = self._job(Folder(output).root if "://" not in output else output, part_mb)
        executor: Executor = Here() if scheduler is None else Cluster(scheduler)
        try:
            asked = {
                "engine": job.engine, "geomap": job.generator["version"],
                "settings": self._asked(),
            }  # fmt: skip
            run = Bulk(job, executor, asked, part_bytes=int(part_mb * 1e6))
            partitions = run.plan(self.sources)
            with ExitStack() as stack:
                if scheduler is None:
                    run.workers = self._reading(run, stack)
                advance = stack.enter_context(self._bar(len(partitions), "partitions"))
                totals = run.run(partitions, advance)
        finally:
            executor.close()
        self._tell(run, totals, output)
        return _summary(totals, output)

    def _reading(self, run: Bulk, stack: ExitStack) -> Workers | None:
        """Return processes that read on all cores, where there is enough to read."""
        from geomap.many.workers import workers_for

        number = workers_for(sum(one["size_bytes"] for one in run.asked["inputs"]), self.jobs)
        return stack.enter_context(self._workers(number)) if number > 1 else None

    def _check_options(self, part_mb: float) -> None:
        if self.lines or self.settings.sources or self.strict:
            raise SettingsError(
                "bulk takes no --front, --source or --strict: give them to the command that reads "
                "its folder"
            )
        if self.workspace is not None:
            raise SettingsError("bulk reads files: name .parquet, .jsonl or .warc files")
        if not 0.0 < part_mb < 10_000.0:
            raise SettingsError(f"--part-mb {part_mb:g} is not between 0 and 10000")

    def _job(self, folder: str, part_mb: float) -> Job:
        settings = self.settings
        return Job(
            folder=folder,
            settings=settings,
            wanted=self.wanted(),
            corrections=self.corrections,
            theatre=self.theatre,
            reading=ReadOptions(
                self.article_date, dt.date.today(), int(settings.max_article_mb * 1e6)
            ),
            generator=self.collection([])["generator"],
            engine=reader_of(self.pipeline),
            held_characters=max(HELD_CHARACTERS, int(2 * part_mb * 1e6)),
        )  # fmt: skip

    def _asked(self) -> str:
        """Return a digest of the options, the day of what has no date with them."""
        day = f"+{self.article_date}" if self.article_date else ""
        return self.settings.digest() + day

    def _tell(self, run: Bulk, totals: Totals, output: str) -> None:
        """Note what went wrong: of articles the first, for the others the file."""
        self.problems += [p for p in run.problems if p.kind == "partition"]
        self.problems += self._told(list(run.told(SHOWN)))
        if (more := totals.problems - SHOWN) > 0:
            message = f"{count(more, 'more problem')} of articles ({totals.set_aside} set aside)"
            self.problems.append(
                Problem(f"{output}/{manifest.PROBLEMS}", message, "more",
                        set_aside=totals.set_aside > 0)
            )  # fmt: skip
        if not totals.counts["articles"]:
            raise ArticleError(
                str(self.problems[0]) if self.problems else "no article of this period"
            )
        used = Report(Article("", ""), corrections=tuple(sorted(totals.corrections)))
        self.problems += self.pipeline.corrections.problems
        if self.pipeline.corrected:
            # Which articles there were is not known here: only what no article used is told.
            self.problems += self.pipeline.unused_corrections([used])


def _summary(totals: Totals, output: str) -> dict[str, Any]:
    counts = totals.counts
    days = sorted(totals.days)
    span = "no dates" if not days else days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    text = f"{count(counts['articles'], 'article')}, {count(len(days), 'date')} ({span})"
    if counts["undated"]:
        text += f", {counts['undated']} undated"
    lines = [
        text,
        f"{count(counts['places'], 'mention')} placed, {counts['refused']} refused, "
        f"{count(counts['hints'], 'hint')}, {count(counts['claims'], 'claim')}",
        f"{output}: {count(totals.partitions, 'partition')}, "
        f"{count(counts['features'], 'feature')}, {count(totals.problems, 'problem')}",
    ]
    return counts | {
        "dates": len(days), "partitions": totals.partitions, "problems": totals.problems,
        "set_aside": totals.set_aside, "outputs": [output], "lines": lines,
    }  # fmt: skip
