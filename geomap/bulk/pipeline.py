"""A pipeline that finds its reports in a bulk folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geomap.errors import WorkspaceError
from geomap.kept_pipeline import engine_of
from geomap.models import Problem, Report
from geomap.pipeline import Pipeline
from geomap.workspace.stored_reports import unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from geomap.bulk.source import BulkFolder
    from geomap.models import Article, Span


def reader_of(pipeline: Pipeline) -> str:
    """Return a short hash of all that decides what is found in an article, and its claims."""
    return f"{engine_of(pipeline)}:{pipeline.corrections.digest()}"


class BulkPipeline(Pipeline):
    """A pipeline on the articles of a bulk folder: what was read there is not read again.

    A run with a line of contact, or with another gazetteer, theatre, recogniser or corrections
    than the folder was made with, reads anew.

    Parameters
    ----------
    folder : BulkFolder
    measured : bool
        Whether a line of contact is given.
    **more
        As `Pipeline`.
    """

    def __init__(self, folder: BulkFolder, *, measured: bool, **more: Any) -> None:
        super().__init__(**more)
        self._folder = folder
        self.fits = not measured and reader_of(self) == folder.engine

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What to say where it has to read anew."""
        if self.fits:
            return ()
        message = (
            "was made with another geomap, gazetteer, theatre, recogniser or corrections: its "
            "articles are read anew; run geomap bulk again, or give the same options"
        )
        return (Problem(self._folder.folder.url, message, "other-engine"),)

    def _begin(
        self, articles: list[Article], spans: Mapping[str, Sequence[Span]] | None
    ) -> Callable[[], list[Report | Problem]]:
        """Have the articles read that are not kept; kept reports are handed out as they are."""
        if spans is not None or not self.fits:
            return super()._begin(articles, spans)
        found: dict[str, Report | Problem] = {}
        for article in articles:
            report = self._kept(article)
            if report is not None:
                found[article.id] = report
        missing = [a for a in articles if a.id not in found]
        wait = super()._begin(missing, None) if missing else list

        def finish() -> list[Report | Problem]:
            found.update(zip((a.id for a in missing), wait(), strict=True))
            return [found[a.id] for a in articles]

        return finish

    def _kept(self, article: Article) -> Report | None:
        for data in self._folder.packed(article):
            try:
                return unpack(data, article)
            except WorkspaceError:  # of another article of that id, or damaged: read anew
                continue
        return None
