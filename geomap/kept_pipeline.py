"""A pipeline that keeps what it finds in the store of a workspace, and finds it there again."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any

from geomap.errors import WorkspaceError
from geomap.models import Problem, Report
from geomap.pipeline import Pipeline
from geomap.toponyms.reader import batches
from geomap.toponyms.renumbering import renumbered
from geomap.workspace.adoption import adopt
from geomap.workspace.stored_reports import FORMAT, Packed, unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from geomap.models import Article, Span
    from geomap.toponyms.renumbering import Standing
    from geomap.workspace.store import Store


class KeptPipeline(Pipeline):
    """A pipeline on the articles of a store: each is read once, until what reads it changes.

    A run with a line of contact, another recogniser or other corrections than the workspace's own
    reads anew and keeps nothing.

    Parameters
    ----------
    store : Store
    own : bool
        Whether it reads as the workspace does: then what it finds is kept.
    **more
        As `Pipeline`.
    """

    def __init__(self, store: Store, *, own: bool, **more: Any) -> None:
        super().__init__(**more)
        self._store, self._own = store, own
        family = engine_of(self)
        self.engine = f"{family}:{self.corrections.names_digest()}"
        if own:
            # After a change of corrections only what it touches is read again.
            adopt(store, self.engine, f"{family}:", self._fits)

    def _begin(
        self, articles: list[Article], spans: Mapping[str, Sequence[Span]] | None
    ) -> Callable[[], list[Report | Problem]]:
        """Have the articles read that are not kept; kept reports are handed out as they are."""
        if spans is not None or not self._own:
            return super()._begin(articles, spans)
        found = {a.id: kept for a in articles if (kept := self._kept(a)) is not None}
        missing = [a for a in articles if a.id not in found]
        wait = super()._begin(missing, None) if missing else list

        def finish() -> list[Report | Problem]:
            for article, result in zip(missing, wait(), strict=True):
                found[article.id] = result
                self._keep(article, result)
            return [found[a.id] for a in articles]

        return finish

    def read_and_keep(
        self, articles: Iterable[Article]
    ) -> Iterator[tuple[Article, tuple[Problem, ...], bool]]:
        """Read articles, whether or not they are kept, and keep what is found.

        What workers hand back is kept as it is, so that no report is opened here.

        Parameters
        ----------
        articles : iterable of Article

        Yields
        ------
        tuple of Article, tuple of Problem, bool
            Each article in turn, what its owner should know, and whether it could be read.
        """
        under_way: deque[tuple[list[Article], Callable[[], Sequence[Packed | Report | Problem]]]]
        under_way = deque()
        ahead = self.workers.ahead if self.workers is not None else 0
        for group in batches(articles):
            begin = self.workers.begin if self.workers is not None else self._here
            under_way.append((group, begin(group)))
            if len(under_way) > ahead:
                yield from self._kept_each(*under_way.popleft())
        while under_way:
            yield from self._kept_each(*under_way.popleft())

    def _here(self, articles: list[Article]) -> Callable[[], Sequence[Packed | Report | Problem]]:
        return partial(self._run_together, articles, None)

    def _kept_each(
        self, group: list[Article], wait: Callable[[], Sequence[Packed | Report | Problem]]
    ) -> Iterator[tuple[Article, tuple[Problem, ...], bool]]:
        for article, result in zip(group, wait(), strict=True):
            self._keep(article, result)
            read = not isinstance(result, Problem)
            yield article, (result.problems if not isinstance(result, Problem) else (result,)), read

    def _kept(self, article: Article) -> Report | Problem | None:
        kept = self._store.reports.found(article.id, self.engine)
        if kept is None:
            return None
        data, problem = kept
        if problem is not None:
            return Problem(article.path or article.id, problem, "internal", set_aside=True)
        try:
            return None if data is None else self._renumbered(unpack(data, article))
        except WorkspaceError:  # damaged, or of another format: read anew
            return None

    def _keep(self, article: Article, result: Packed | Report | Problem) -> None:
        if isinstance(result, Problem):
            self._store.reports.keep(
                article.id, self.engine, None, result.message, mark=self._mark(article)
            )
            return
        try:
            kept = Packed.of(result) if isinstance(result, Report) else result
        except WorkspaceError:  # larger than any report is: read anew each time
            return
        self._store.reports.keep(
            article.id, self.engine, kept.data, mark=self._mark(article), places=kept.places
        )

    def unused_corrections(
        self, reports: Iterable[Report], left_out: Iterable[str] = ()
    ) -> Iterator[Problem]:
        """Yield a warning for each correction that found nothing to correct (see `Pipeline`).

        What is said of articles that the store holds, but this run did not ask for, is no slip.
        """
        seen = list(reports)
        asked = {report.article.id for report in seen}.union(left_out)
        others = [name for name in self._store.ids() if name not in asked]
        yield from self._corrector.unused(seen, [*left_out, *others], whole=not others)

    def _mark(self, article: Article) -> str:
        """Return what the corrections that touch an article say, and where they stand."""
        stand = self._standing(article)
        return f"{self._corrector.mark(article)} {json.dumps(stand)}" if stand else ""

    def _standing(self, article: Article) -> list[Standing]:
        entries = self.corrections.entries
        return [(n, entries[n].entry.short) for n in self._corrector.touching(article)]

    def _fits(self, article: Article, mark: str) -> bool:
        """Say whether an article that was read with a mark would be read so now."""
        return mark.partition(" ")[0] == self._corrector.mark(article)

    def _renumbered(self, report: Report) -> Report:
        """Return a kept report that names the corrections as they stand now."""
        if not report.corrections:
            return report
        told = self._store.reports.mark(report.article.id).partition(" ")[2]
        try:
            before = [(int(number), str(name)) for number, name in json.loads(told)]
            return renumbered(report, before, self._standing(report.article))
        except (TypeError, ValueError) as error:
            raise WorkspaceError(f"{report.article.id}: its mark is damaged") from error


def engine_of(pipeline: Pipeline) -> str:
    """Return a short hash of all that decides what is found in an article, but for corrections.

    The version of geomap stands for its code and its model; the gazetteer is told by its stamp
    (sources, and numbers of places and names) and the lengths of its files. After any change of it
    all is read again: reports number its rows, hints weigh the settlements round a place, and what
    is a name at all hangs on the others.
    """
    import geomap

    gazetteer = pipeline.gazetteer
    told = {
        "geomap": geomap.__version__,
        "format": FORMAT,
        "gazetteer": gazetteer.stamp,
        "lengths": sorted(
            (f.name, f.stat().st_size) for f in gazetteer.path.iterdir() if f.is_file()
        ),
        "recogniser": pipeline.settings.recogniser,
        "hint_passes": pipeline.settings.hint_passes,
        "theatre": repr(pipeline.theatre),
        "cores": pipeline.cores,
    }
    text = json.dumps(told, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:16]
