"""What `geomap export` does: read articles by date, write their features as they come."""

from __future__ import annotations

import datetime as dt
import logging
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.commands import Run, failed_line
from geomap.errors import ArticleError
from geomap.models import Problem, Report
from geomap.output.exports import Export, check_format
from geomap.output.filters import Filter
from geomap.output.layers import features_of
from geomap.results import Results
from geomap.run_summary import Tally, count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from geomap.models import Article
    from geomap.output.export_rows import About
    from geomap.output.layers import Feature

logger = logging.getLogger(__name__)

NAMED = 12  # files that the summary names one by one
_MARKED = 2_000  # features that are measured from a line at once


def dated_path(output: Path, day: dt.date | None) -> Path:
    """Return the file of a date under `--split date`.

    Examples
    --------
    >>> dated_path(Path("out/all.gpkg"), dt.date(2024, 2, 15)).name
    'all-2024-02-15.gpkg'
    >>> dated_path(Path("out/all.gpkg"), None).name
    'all-undated.gpkg'
    """
    return output.with_name(f"{output.stem}-{day or 'undated'}{output.suffix}")


class ExportRun(Run):
    """`geomap export`: the features of some articles as a file that others read."""

    def export(self, output: Path, *, by_date: bool = False, bom: bool = False) -> dict[str, Any]:
        """Write the features; return the summary.

        Articles are taken by date (undated last) and id, a few at a time, and their features
        written as they come.

        Parameters
        ----------
        output : Path
            The file; its ending says the format (`geomap.output.exports`).
        by_date : bool
            Whether to write a file for each date (`dated_path`), and one for what has none.
        bom : bool
            Whether a .csv begins with a byte order mark, by which Excel knows that it is UTF-8.

        Raises
        ------
        SettingsError
            The ending is of no format, or an output is an input.
        OutputError
            A file cannot be written.
        ArticleError
            Not one article could be used, or an output would replace one.
        """
        check_format(output, bom=bom)
        self._ready(output)
        read = self._read()
        articles = sorted(read, key=lambda a: (a.date is None, a.date or dt.date.min, a.id))
        if by_date:
            self._check_dated(output, articles)
        about = self._about(bom=bom)
        tally = Tally()
        files: list[tuple[dt.date | None, Export]] = []
        with ExitStack() as stack:
            for article, rows in self._found(
                articles, {a.id: n for n, a in enumerate(read)}, tally
            ):
                day = article.date if by_date else None
                if not files or files[-1][0] != day:
                    if files:
                        files[-1][1].finish()
                    path = dated_path(output, day) if by_date else output
                    told = self._about_day(about, article) if by_date else about
                    files.append((day, stack.enter_context(Export(path, told))))
                files[-1][1].add(article, rows, listed=bool(rows) or self._all_wanted())
            if not files and not by_date:
                files.append((None, stack.enter_context(Export(output, about))))
            if files:
                files[-1][1].finish()
        return self._summary(tally, output, files, by_date=by_date)

    def _check_dated(self, output: Path, articles: Iterable[Article]) -> None:
        """Look at the files of all dates before the work.

        Raises
        ------
        SettingsError, OutputError, ArticleError
            One of them is read, or cannot be written.
        """
        days = dict.fromkeys(a.date for a in articles)
        self._ready(*(dated_path(output, day) for day in days))
        self._check_articles(articles)

    def _found(
        self, articles: Sequence[Article], places: dict[str, int], tally: Tally
    ) -> Iterator[tuple[Article, list[Feature]]]:
        """Yield each article with its wanted features, marked; gather the problems at the end.

        `places` is where each article stands among the inputs: problems are told in that order.
        """
        problems: list[tuple[int, Problem]] = []
        bare: list[Report] = []  # what corrections need to know of the articles
        left_out: set[str] = set()
        wanted = self.wanted()
        waiting: list[tuple[Article, list[Feature]]] = []
        with self._working(articles), self._bar(len(articles)) as advance:
            found = self.pipeline.stream(articles, on_article=advance)
            for article, result in zip(articles, found, strict=True):
                if isinstance(result, Report):
                    tally.add(result)
                    self._note(problems, places[article.id], result.problems)
                    if self.pipeline.corrected:
                        text_free = replace(article, text="")
                        bare.append(Report(text_free, corrections=result.corrections))
                    waiting.append((article, features_of(result, wanted)))
                    if not self.lines or sum(len(rows) for _, rows in waiting) >= _MARKED:
                        yield from self._marked(waiting)
                        waiting = []
                else:
                    left_out.add(article.id)
                    if result is not None and result.kind != "undated":  # the reader named those
                        self._note(problems, places[article.id], [result])
        yield from self._marked(waiting)
        told = [p for _, p in sorted(problems, key=lambda pair: pair[0])]
        if any(p.set_aside for p in told) and not tally.articles:
            raise ArticleError(failed_line([p for p in told if p.set_aside]))
        self.problems += [*self.pipeline.corrections.problems, *told]
        self.problems += self.pipeline.unused_corrections(bare, left_out)
        if not tally.articles:
            message = "no article of this period: the output is empty"
            self.problems.append(Problem(self._period(Results(())), message, "empty-period"))
        self._heed()
        logger.info(
            "articles=%d mentions=%d hints=%d claims=%d",
            tally.articles, tally.mentions, tally.hints, tally.claims,
        )  # fmt: skip

    def _note(
        self, problems: list[tuple[int, Problem]], place: int, found: Iterable[Problem]
    ) -> None:
        """Note problems; under --strict the first stops the run."""
        for problem in found:
            problems.append((place, problem))
            if self.strict and not problem.set_aside:
                self.problems.append(problem)
                self._heed()

    def _marked(
        self, waiting: Sequence[tuple[Article, list[Feature]]]
    ) -> Sequence[tuple[Article, list[Feature]]]:
        """Return articles with features that say where they lie from the line, if one was given."""
        if self.lines and waiting:
            from geomap.output.front_places import mark

            lines = {article.id: self.pipeline.line_of(article) for article, _ in waiting}
            mark([row.properties for _, rows in waiting for row in rows], lines)
        return waiting

    def _all_wanted(self) -> bool:
        """Say whether nothing is filtered: then reports in which nothing was found count, too."""
        return self.wanted() == Filter(kinds=self.settings.kinds)

    def _about(self, *, bom: bool) -> About:
        from geomap.output.export_rows import About
        from geomap.output.front_rows import front_rows

        front: list[Feature] = []
        if self.front_rows is not None:
            front = front_rows(
                self.front_rows, self.lines, self.theatre,
                since=self.settings.since, until=self.settings.until,
            )  # fmt: skip
        return About(
            self.collection([])["generator"], marked=bool(self.lines), bom=bom,
            parties=self.theatre.parties, front=front,
        )  # fmt: skip

    def _about_day(self, about: About, article: Article) -> About:
        """Return what the file of a date tells: of the lines the one that counts that day."""
        from geomap.output.front_rows import of_line

        return replace(about, front=of_line(about.front, self.pipeline.line_of(article)))

    def _summary(
        self, tally: Tally, output: Path, files: Sequence[tuple[dt.date | None, Export]],
        *, by_date: bool,
    ) -> dict[str, Any]:  # fmt: skip
        features = sum(file.features for _, file in files)
        told = [(file.path, count(file.features, "feature")) for _, file in files]
        if not by_date:
            return tally.summary(told, features=features)
        index = [
            {
                "path": str(file.path),
                "date": day.isoformat() if day else None,
                "features": file.features,
            }
            for day, file in files
        ]
        if len(told) > NAMED:
            pattern = output.with_name(f"{output.stem}-DATE{output.suffix}")
            told = [(pattern, f"{len(files)} files, {count(features, 'feature')}")]
        summary = tally.summary(told, features=features, files=index)
        return summary | {"outputs": [one["path"] for one in index]}
