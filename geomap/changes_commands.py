"""What `geomap export --changes` does: what is new, changed or gone in a workspace since then."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from geomap.errors import SettingsError, WorkspaceError
from geomap.export_commands import ExportRun
from geomap.kept_pipeline import KeptPipeline
from geomap.models import Article, Problem, Report
from geomap.region_options import of_sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from geomap.output.export_rows import About
    from geomap.output.layers import Feature
    from geomap.run_summary import Tally


class ChangesRun(ExportRun):
    """`geomap export --changes`, on a workspace."""

    def changes(self, output: Path, since: dt.datetime, *, bom: bool = False) -> dict[str, Any]:
        """Write the features that are new, changed or gone since a moment; return the summary.

        Raises
        ------
        SettingsError
            The sources are no workspace, or are read otherwise than it does.
        """
        if self.workspace is None:
            raise SettingsError(
                "--changes needs a workspace, which knows what was there before (geomap init)"
            )
        if not self._as_kept:
            raise SettingsError(
                "--changes compares what the workspace keeps: leave out --front, --corrections "
                "and --theatre"
            )
        self._since = self.workspace.store.history.before(since)
        self._counts = {"new": 0, "changed": 0, "gone": 0}
        summary = self.export(output, bom=bom)
        told = ", ".join(f"{number} {what}" for what, number in self._counts.items())
        lines = [*summary["lines"][:-1], f"since {since.isoformat(timespec='minutes')}: {told}"]
        return summary | self._counts | {"lines": [*lines, summary["lines"][-1]]}

    def _may_be_empty(self) -> bool:
        return True  # all of it may be gone

    def _about(self, *, bom: bool) -> About:
        return replace(super()._about(bom=bom), changes=True)

    def _found(
        self,
        articles: Sequence[Article],
        places: dict[str, int],  # noqa: ARG002
        tally: Tally,
    ) -> Iterator[tuple[Article, list[Feature]]]:
        """Yield each article of which something changed, and last what was removed."""
        from geomap.output import changes
        from geomap.output.layers import features_of

        assert self.workspace is not None
        assert isinstance(self.pipeline, KeptPipeline)
        store = self.workspace.store
        waiting = store.reports.waiting(self.pipeline.engine)
        with self._working(articles), self._bar(len(waiting)) as advance:
            for article, problems, _ in self.pipeline.read_and_keep(store.latest(waiting)):
                self.problems += [p for p in problems if p.kind != "undated"]
                if advance is not None:
                    advance(article)
        self._heed()
        changed = set(store.history.changed_since(self._since))
        wanted = self.wanted()
        asked = [a for a in articles if a.id in changed]
        found = self.pipeline.stream(asked)
        for article, result in zip(asked, found, strict=True):
            if not isinstance(result, Report):
                continue
            tally.add(result)
            before = self._before(article)
            rows = changes.changes(
                [] if before is None else features_of(before, wanted),
                features_of(result, wanted),
            )
            if rows:
                yield article, self._counted(rows)
        yield from self._removed()

    def _before(self, article: Article) -> Report | None:
        """Return the report of an article as it was."""
        from geomap.workspace.stored_reports import unpack

        assert self.workspace is not None
        found = self.workspace.store.history.report_at(article.id, self._since)
        if found is None:
            return None
        row, data = found
        earlier = self.workspace.store.version(row)
        try:
            # What the user says of claims is no change of the reports.
            return self.pipeline.with_claims_marked(unpack(data, earlier))
        except WorkspaceError:
            message = "what was found in it before cannot be read by this geomap: told as new"
            self.problems.append(Problem(article.path or article.id, message, "old-report"))
            return None

    def _removed(self) -> Iterator[tuple[Article, list[Feature]]]:
        """Yield what is gone with its report, as far as the filters can tell."""
        from geomap.output import changes

        assert self.workspace is not None
        there = {one.article.id for one in self.workspace.store.articles()}
        since, until, sources = self.settings.since, self.settings.until, self.settings.sources
        for article_id, data in self.workspace.store.history.removed_since(self._since):
            rows = [] if article_id in there else self.wanted().of_report(changes.gone(data))
            if not rows:
                continue
            told = rows[0].properties
            day = dt.date.fromisoformat(told["date"]) if told["date"] else None
            stub = Article(article_id, "", date=day, source=told["source"], url=told["url"])
            early, late = (
                since and (day is None or day < since),
                until and (day is None or day > until),
            )
            if not early and not late and (not sources or of_sources([stub], sources)):
                yield stub, self._counted(rows)

    def _counted(self, rows: list[Feature]) -> list[Feature]:
        for row in rows:
            self._counts[row.properties["change"]] += 1
        return rows
