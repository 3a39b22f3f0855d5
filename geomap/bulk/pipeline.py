"""A pipeline that finds its reports in a bulk folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geomap.errors import WorkspaceError
from geomap.kept_pipeline import engine_of
from geomap.models import Problem, Report
from geomap.pipeline import Pipeline
from geomap.workspace.stored_reports import unpack

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geomap.bulk.source import BulkFolder
    from geomap.models import Article, Span


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
        self.fits = not measured and engine_of(self) == folder.engine

    def _run_together(
        self, articles: list[Article], spans: Mapping[str, Sequence[Span]] | None
    ) -> list[Report | Problem]:
        """Return a report for each article, or what went wrong with it; kept ones as they are."""
        if spans is not None or not self.fits:
            return super()._run_together(articles, spans)
        found = {a.id: report for a in articles if (report := self._kept(a)) is not None}
        missing = [a for a in articles if a.id not in found]
        anew = super()._run_together(missing, None) if missing else []
        done = dict(zip((a.id for a in missing), anew, strict=True))
        return [found.get(a.id) or done[a.id] for a in articles]

    def _kept(self, article: Article) -> Report | None:
        for data in self._folder.packed(article):
            try:
                return unpack(data, article)
            except WorkspaceError:  # of another article of that id, or damaged: read anew
                continue
        return None
