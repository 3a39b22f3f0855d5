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
from geomap.workspace.stored_reports import FORMAT, pack, unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from geomap.models import Article, Span
    from geomap.workspace.store import Store
    from geomap.workspace.stored_reports import Packed


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
        self.engine = engine_of(self)

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
        kept = self._store.found(article.id, self.engine)
        if kept is None:
            return None
        data, problem = kept
        if problem is not None:
            return Problem(article.path or article.id, problem, "internal", set_aside=True)
        try:
            return None if data is None else unpack(data, article)
        except WorkspaceError:  # damaged, or of another format: read anew
            return None

    def _keep(self, article: Article, result: Packed | Report | Problem) -> None:
        if isinstance(result, Problem):
            self._store.keep(article.id, self.engine, None, result.message)
            return
        try:
            data = pack(result) if isinstance(result, Report) else result.data
        except WorkspaceError:  # larger than any report is: read anew each time
            return
        self._store.keep(article.id, self.engine, data)


def engine_of(pipeline: Pipeline) -> str:
    """Return a short hash of all that decides what is found in an article.

    The version of geomap stands for its code and its model.
    """
    import geomap

    stamp = pipeline.gazetteer.stamp
    told = {
        "geomap": geomap.__version__,
        "format": FORMAT,
        "gazetteer": [stamp["date"], stamp["versions"]],
        "recogniser": pipeline.settings.recogniser,
        "hint_passes": pipeline.settings.hint_passes,
        "corrections": pipeline.corrections.digest(),
        "theatre": repr(pipeline.theatre),
        "cores": pipeline.cores,
    }
    text = json.dumps(told, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:16]
