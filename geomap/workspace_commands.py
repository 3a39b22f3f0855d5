"""What the commands on a workspace do: add, tell, remove, read again, check."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from geomap.articles import iter_articles
from geomap.commands import Run, failed_line
from geomap.errors import ArticleError, CorrectionError, OutputError, WorkspaceError
from geomap.kept_pipeline import KeptPipeline
from geomap.models import Problem, Report
from geomap.run_summary import count
from geomap.web_sources import is_address
from geomap.workspace.workspace import is_workspace, none_in

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from geomap.fetching.fetch import Fetcher
    from geomap.workspace.store import Counts
    from geomap.workspace.workspace import Workspace


class WorkspaceRun(Run):
    """A command on a workspace.

    Parameters
    ----------
    folder : Path
    progress : bool
        Whether a progress bar may be shown.
    jobs : int, optional
        As of `Run`.

    Raises
    ------
    WorkspaceError
        There is none, or it cannot be used.
    """

    CORES = True

    def __init__(
        self, folder: Path, progress: bool, *, jobs: int | None = None, **options: Any
    ) -> None:
        if not is_workspace(folder):
            raise none_in(folder)
        # Slips in the corrections must not keep articles out: feeds forget what they listed.
        self._slip: CorrectionError | None = None
        try:
            super().__init__([str(folder)], options, progress, jobs=jobs)
        except CorrectionError as error:
            self._slip = error

    @property
    def space(self) -> Workspace:
        """The workspace."""
        assert self.workspace is not None
        return self.workspace

    @property
    def engine(self) -> str:
        """What reads the articles now.

        Raises
        ------
        CorrectionError
            The workspace's corrections cannot be used, so that nothing can be read.
        """
        if self._slip is not None:
            raise self._slip
        assert isinstance(self.pipeline, KeptPipeline)
        return self.pipeline.engine

    def add(
        self,
        sources: Sequence[str],
        article_date: dt.date | None = None,
        *,
        allow: Sequence[str] = (),
    ) -> dict[str, Any]:
        """Keep articles, then read what has not been read; return the summary.

        Parameters
        ----------
        sources : sequence of str
            Files, folders, "-"; addresses of pages and feeds.
        article_date : datetime.date, optional
            The day of what has no date.
        allow : sequence of str
            Hosts and networks of the user's own that may be asked (`fetching.guard`).

        Raises
        ------
        ArticleError
            Not one article could be used, and none was known.
        CorrectionError
            The workspace's corrections cannot be used: the articles are kept, but not read.
        """
        outcomes = {"new": 0, "known": 0, "version": 0}
        addresses = [source for source in sources if is_address(source)]
        files = [source for source in sources if not is_address(source)]
        asked = self._keep_files(files, article_date, outcomes) if files else 0
        if addresses:
            asked += self._keep_addresses(addresses, article_date, outcomes, allow)
        aside = [p for p in self.problems if p.set_aside]
        if not asked and aside:
            raise ArticleError(failed_line(aside))
        told = (
            f"{count(outcomes['new'], 'new article')}, {outcomes['known']} known already, "
            f"{count(outcomes['version'], 'new version')}"
        )
        if self._slip is not None:
            raise CorrectionError(f"{self._slip}; kept, but not read before that is mended: {told}")
        return self._read_waiting([told], **outcomes)

    def _keep_files(
        self, files: Sequence[str], article_date: dt.date | None, outcomes: dict[str, int]
    ) -> int:
        """Keep the articles of files as they are read; return how many there were."""
        found = iter_articles(
            files, article_date=article_date, max_article_mb=self.settings.max_article_mb
        )
        kept = 0
        with self._bar(None, "kept") as advance:
            for one in found:
                if isinstance(one, Problem):
                    self.problems += self._told([one])
                    continue
                outcomes[self.space.keep(one.article, raw=one.raw).outcome] += 1
                kept += 1
                if advance is not None:
                    advance(one)
        return kept

    def _keep_addresses(
        self,
        addresses: Sequence[str],
        article_date: dt.date | None,
        outcomes: dict[str, int],
        allow: Sequence[str],
    ) -> int:
        """Keep the articles of pages and feeds as they come; return how many were asked for."""
        from geomap.web_sources import read_address

        fetcher = self._fetcher(allow)
        asked = 0
        for url in addresses:
            answered = True
            for found in read_address(
                url, fetcher, knows=self.space.store.knows, article_date=article_date
            ):
                if isinstance(found, Problem):
                    self.problems.append(found)
                    answered = answered and not (found.set_aside and found.path == url)
                else:
                    article, raw = found
                    outcomes[self.space.keep(article, raw=raw).outcome] += 1
            asked += answered
        return asked

    def _fetcher(self, allow: Sequence[str]) -> Fetcher:
        from geomap.fetching.fetch import Fetcher, Limits
        from geomap.fetching.guard import Guard

        limits = Limits(max_bytes=int(self.settings.max_article_mb * 1e6))
        return Fetcher(guard=Guard(allow=tuple(allow)), limits=limits)

    def reprocess(self) -> dict[str, Any]:
        """Read again what was read by another geomap, gazetteer or corrections."""
        return self._read_waiting([])

    def _read_waiting(self, lines: list[str], **told: int) -> dict[str, Any]:
        """Read the articles that were not read (or otherwise); return the summary."""
        store = self.space.store
        done = failed = 0
        waiting = store.reports.waiting(self.engine)
        assert isinstance(self.pipeline, KeptPipeline)
        with self._guarded(), self._bar(len(waiting)) as advance:
            for article, problems, read in self.pipeline.read_and_keep(store.latest(waiting)):
                done += read
                failed += not read
                self.problems += [p for p in problems if p.kind != "undated"]
                if advance is not None:
                    advance(article)
        counts = store.counts(self.engine)
        lines = [
            *lines,
            f"{count(done, 'article')} read" + (f", {failed} set aside" if failed else ""),
        ]
        return {"read": done, "failed": failed, **told, **_numbers(counts),
                "lines": [*lines, *_lines(counts)]}  # fmt: skip

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Read in other processes, however little there is: a workspace must outlive any article.

        With `--jobs 1` articles are read in this one.
        """
        if self.jobs == 1:
            yield
            return
        from geomap.many.workers import workers_for

        characters = self.space.store.reports.to_read(self.engine)
        with self._workers(workers_for(characters, self.jobs)) as workers:
            self.pipeline.workers = workers
            yield

    def status(self, output: Path | None = None) -> dict[str, Any]:
        """Return how much the workspace holds; list its articles in a file of CSV, where asked.

        Raises
        ------
        OutputError
            The file's name does not end in .csv, or it cannot be written.
        """
        from geomap.workspace.listing import set_aside, write_listing

        store = self.space.store
        counts = store.counts(self.engine)
        lines = _lines(counts, set_aside(store, self.engine))
        if output is not None:
            if output.suffix.lower() != ".csv":
                raise OutputError(f"{output}: the list of articles is CSV: write -o NAME.csv")
            self._ready(output)
            lines.append(f"{output}: {count(write_listing(store, self.engine, output), 'article')}")
        return _numbers(counts) | {"lines": lines}

    def remove(self, ids: Sequence[str]) -> dict[str, Any]:
        """Remove articles, all versions of them; return the summary.

        Raises
        ------
        WorkspaceError
            One of them is not there: nothing is removed then.
        CorrectionError
            The workspace's corrections cannot be used.
        """
        engine = self.engine
        ids = list(dict.fromkeys(ids))  # a name given twice is one article
        known = set(self.space.store.ids())
        missing = [i for i in ids if i not in known]
        if missing:
            raise WorkspaceError(
                f"no article {missing[0]!r} in {self.space.folder}: nothing removed"
            )
        versions = sum(self.space.store.remove(i, self._noted(i)) for i in ids)
        counts = self.space.store.counts(engine)
        lines = [f"{count(len(ids), 'article')} removed ({count(versions, 'version')})"]
        return {"removed": len(ids), "versions_removed": versions, **_numbers(counts),
                "lines": [*lines, *_lines(counts)]}  # fmt: skip

    def _noted(self, article_id: str) -> bytes:
        """Return what is kept of an article's features: `export --changes` tells that they went."""
        from geomap.output.changes import noted
        from geomap.output.filters import Filter
        from geomap.output.layers import features_of

        (article,) = self.space.store.latest([article_id])
        (report,) = self.pipeline.stream([article])
        every = Filter(kinds=("literal", "associative", "demonym"))
        return noted(features_of(report, every)) if isinstance(report, Report) else noted(())

    def verify(self) -> dict[str, Any]:
        """Check that the store is whole; return the summary.

        Raises
        ------
        WorkspaceError
            It is not; the message names the first fault.
        """
        faults = self.space.store.faults()
        if faults:
            more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
            raise WorkspaceError(f"{self.space.store.path}: {faults[0]}{more}")
        if self._slip is not None:
            raise CorrectionError(f"{self._slip}; the store itself is whole")
        counts = self.space.store.counts(self.engine)
        return _numbers(counts) | {"lines": ["whole", *_lines(counts)]}


def _numbers(counts: Counts) -> dict[str, Any]:
    return {
        "articles": counts.articles, "stored_versions": counts.versions, "copies": counts.copies,
        "undated": counts.undated, "waiting": counts.waiting, "set_aside": counts.set_aside,
        "first": counts.first, "last": counts.last, "size_bytes": counts.size_bytes,
    }  # fmt: skip


def _lines(counts: Counts, set_aside: Sequence[str] = ()) -> list[str]:
    days = "no dates" if counts.first is None else f"{counts.first} to {counts.last}"
    told = f"{count(counts.articles, 'article')} ({days})"
    if counts.undated:
        told += f", {counts.undated} undated"
    if counts.copies:
        told += f", {count(counts.copies, 'copy')} of others".replace("copys", "copies")
    if counts.versions > counts.articles:
        told += f", {count(counts.versions - counts.articles, 'earlier version')} kept"
    lines = [told]
    if counts.waiting:
        lines.append(
            f"{count(counts.waiting, 'article')} not read yet: geomap reprocess reads them"
        )
    if counts.set_aside:
        lines.append(f"{count(counts.set_aside, 'article')} set aside, since reading failed")
        lines += set_aside
        if set_aside and counts.set_aside > len(set_aside):
            lines.append(f"  and {counts.set_aside - len(set_aside)} more: -o NAME.csv lists all")
    return [*lines, f"{counts.size_bytes / 1e6:,.1f} MB"]
