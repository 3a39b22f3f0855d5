"""What the commands do: read, run, filter, write, and say what was written."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.articles import read_articles
from geomap.articles.annotated import read_spans, spans_by_article
from geomap.bulk.pipeline import BulkPipeline
from geomap.bulk.source import bulk_source
from geomap.errors import ArticleError, SettingsError, StrictError
from geomap.front.dated import of_day
from geomap.front.theatre import load_theatre
from geomap.gazetteer.store import Gazetteer
from geomap.kept_pipeline import KeptPipeline
from geomap.models import Problem
from geomap.output.files import check_destination
from geomap.pipeline import Pipeline
from geomap.region_options import asked_filter, asked_scope, is_file, of_sources
from geomap.results import Results
from geomap.run_summary import Tally
from geomap.settings import Settings
from geomap.toponyms.corrections import Corrections
from geomap.workspace.workspace import opened

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from geomap.articles import ReadResult
    from geomap.gazetteer.scope import Scope
    from geomap.many.workers import Workers
    from geomap.models import Article, ContactLine
    from geomap.output.filters import Filter
    from geomap.output.layers import Feature
    from geomap.output.line_files import Rows

PROGRESS_FROM = 20  # articles; fewer are done before a bar would be read
SHOWN = 5  # problems named in an error; the rest is counted


class Run:
    """One command on some articles.

    Parameters
    ----------
    sources : sequence of str
        Files, folders, "-".
    options : dict
        The common options by name.
    progress : bool
        Whether a progress bar may be shown.
    front : Path, optional
        A line of contact.
    corrections : sequence of Path, optional
        Files of corrections.
    theatre : Path, optional
        A table of who fights; without it the embedded one.
    strict : bool
        Whether a warning stops the run.
    jobs : int, optional
        How many processes may read articles; all cores by default, where there is enough to read.
        1 reads in this process.
    """

    CORES = False  # whether the regions of hints need their cores

    def __init__(
        self,
        sources: Sequence[str],
        options: dict[str, Any],
        progress: bool,
        *,
        front: Path | None = None,
        corrections: Sequence[Path] = (),
        theatre: Path | None = None,
        strict: bool = False,
        jobs: int | None = None,
    ) -> None:
        self.sources = sources
        if jobs is not None and jobs < 1:
            raise SettingsError(f"--jobs {jobs} is less than 1")
        self.jobs = jobs
        self.article_date: dt.date | None = options.pop("article_date", None)
        given = {k: v for k, v in options.items() if v is not None}
        self.settings = Settings.from_mapping(given)
        self.strict = strict
        self.progress = progress
        self.gazetteer = Gazetteer.open()
        self.front_file = front
        self.front_rows: Rows | None = None
        self.problems: list[Problem] = []
        self.lines: tuple[ContactLine, ...] = ()
        if front is not None:
            from geomap.output.lines import read_lines

            read = read_lines(front, areas=self.gazetteer.areas)
            self.lines, self.problems = read.lines, list(read.problems)
            self.front_rows = read.read
        self.line = self.lines[-1] if self.lines else None
        self.theatre = load_theatre(theatre)
        self.scope = self._asked_scope()
        asked_filter(self.settings, self.theatre, None)  # a slip in it costs no time
        self.workspace = opened(sources)
        self.bulk_folder = bulk_source(sources)
        own = self.workspace.corrections if self.workspace else []
        self.corrections = Corrections.load(*own, *corrections)
        # A workspace keeps what is found; what changes the reading is for this run alone.
        self._as_kept = not (front or corrections or theatre)
        self.pipeline = self._pipeline()
        region = self.settings.region
        shapes = Path(region) if region is not None and is_file(region) else None
        read_too = (*corrections, front, theatre, shapes)
        self._inputs = {p.resolve() for p in read_too if p is not None}
        self._outputs: list[Path] = []

    def _pipeline(self) -> Pipeline:
        """Return what reads the articles; of a workspace, what has been read stays read."""
        told: dict[str, Any] = {
            "settings": self.settings, "gazetteer": self.gazetteer, "line": self.lines,
            "corrections": self.corrections, "theatre": self.theatre, "cores": self.CORES,
        }  # fmt: skip
        if self.bulk_folder is not None:
            bulk = BulkPipeline(
                self.bulk_folder, measured=bool(self.lines),
                **told | {"cores": self.CORES or not self.lines},
            )  # fmt: skip
            self.problems += bulk.problems if self._as_kept else ()
            return bulk
        if self.workspace is None:
            return Pipeline(**told)
        # Kept with cores: a map needs them, and what does not passes over them.
        cores = self.CORES or self._as_kept
        return KeptPipeline(self.workspace.store, own=self._as_kept, **told | {"cores": cores})

    def _asked_scope(self) -> Scope | None:
        until = self.settings.until
        line = of_day(self.lines, until) if until is not None else self.line
        return asked_scope(self.settings, self.gazetteer, line)

    def wanted(self) -> Filter:
        """Return what the options ask for of the features."""
        return asked_filter(self.settings, self.theatre, self.scope)

    @property
    def exit_code(self) -> int:
        """0, or 1 when an input was set aside."""
        return 1 if any(p.set_aside for p in self.problems) else 0

    def _ready(self, *outputs: Path) -> None:
        """Look at the outputs before the work, so that a slip costs no time.

        Raises
        ------
        OutputError
            One of them cannot be written.
        SettingsError
            Two of them are the same file.
        """
        for output in outputs:
            check_destination(output)
        self._outputs = [o.resolve() for o in outputs]
        for output in outputs:
            if output.resolve() in self._inputs:
                raise SettingsError(f"{output}: is read and would be replaced: choose another -o")
        if len(set(self._outputs)) < len(outputs):
            raise SettingsError(f"{outputs[0]}: is named for two outputs: give each its own file")

    def results(self, spans: Path | None = None) -> Results:
        """Read and process all articles.

        `spans` is a file of where their place names stand; without it they are looked for.

        Raises
        ------
        ArticleError
            Not one article could be used, an output would replace one, or a span is at fault.
        StrictError
            Something was warned of, under `strict`.
        """
        given = read_spans(spans) if spans is not None else []
        read = self._read()
        placed = spans_by_article(given, read, spans) if spans is not None else None
        with self._working(read), self._bar(len(read)) as advance:
            results = self.pipeline.run(read, spans=placed, on_article=advance)
        failed = [p for p in results.problems if p.set_aside]
        if failed and not results.reports:
            raise ArticleError(failed_line(failed))
        # The reader has named the undated ones already, with their lines.
        self.problems += [p for p in results.problems if p.kind != "undated"]
        if not results.reports:
            message = "no article of this period: the output is empty"
            self.problems.append(Problem(self._period(results), message, "empty-period"))
        self._heed()
        return results

    def _read(self) -> ReadResult:
        """Read the articles, and note their problems.

        Raises
        ------
        ArticleError
            Not one article could be used, or an output would replace one.
        StrictError
            Something was warned of, under `strict`.
        """
        read = self._sources()
        self._check_articles(read)
        self.problems += self._told(read.problems)
        self._heed()
        if not read.articles and not self._may_be_empty():
            raise ArticleError(failed_line(read.problems) or self._nothing())
        if self.settings.sources:
            read = replace(read, articles=tuple(of_sources(read.articles, self.settings.sources)))
        return read

    def _may_be_empty(self) -> bool:
        """Say whether no article is an answer: of a workspace, where the period has none."""
        return self.workspace is not None and bool(self.workspace.store.ids())

    def _nothing(self) -> str:
        if self.workspace is None:
            return "no articles given"
        return f"{self.workspace.folder}: holds no article yet: geomap add brings some"

    def _sources(self) -> ReadResult:
        """Read the articles that are named, or those of the workspace that is."""
        if self.workspace is not None:
            return self.workspace.read(*self._days_read())
        if self.bulk_folder is not None:
            return self.bulk_folder.read(*self._days_read())
        return read_articles(
            self.sources,
            article_date=self.article_date,
            max_article_mb=self.settings.max_article_mb,
        )

    def _days_read(self) -> tuple[dt.date | None, dt.date | None]:
        """Return the first and the last day of the articles that a kept source has to give."""
        return self.settings.since, self.settings.until

    def _check_articles(self, articles: Iterable[Article]) -> None:
        """Refuse to replace an article that is read.

        Raises
        ------
        ArticleError
            An output is one.
        """
        for article in articles:
            path = article.path
            if path and path != "-" and Path(path).resolve() in self._outputs:
                raise ArticleError(f"{path}: is read and would be replaced: choose another -o")

    def _told(self, problems: Sequence[Problem]) -> list[Problem]:
        """Return the reader's problems in the words of the command line."""
        problems = [
            replace(p, message=p.message.replace("max_article_mb", "--max-article-mb"))
            for p in problems
        ]
        # Under a period the undated articles are left out.
        if self.settings.since is None and self.settings.until is None:
            return problems
        message = "has no date: left out, since a period was asked for"
        return [replace(p, message=message) if p.kind == "undated" else p for p in problems]

    def _heed(self) -> None:
        if self.strict and self.problems:
            raise StrictError(f"{self.problems[0]} (--strict)")

    @contextmanager
    def _working(self, articles: Iterable[Article]) -> Iterator[None]:
        """Have articles read on all cores, where there is enough to read."""
        number = 1
        if self.jobs != 1:
            from geomap.many.workers import workers_for

            number = workers_for(self._to_read(articles), self.jobs)
        if number == 1:
            yield
            return
        with self._workers(number) as workers:
            self.pipeline.workers = workers
            try:
                yield
            finally:
                self.pipeline.workers = None

    def _workers(self, number: int) -> Workers:
        from geomap.many.recipe import Recipe
        from geomap.many.workers import Workers

        return Workers(Recipe.of(self.pipeline), number)

    def _to_read(self, articles: Iterable[Article]) -> int:
        """Return how many characters are to be read."""
        if self.workspace is not None and self._as_kept:
            assert isinstance(self.pipeline, KeptPipeline)
            waiting = set(self.workspace.store.reports.waiting(self.pipeline.engine))
            articles = [a for a in articles if a.id in waiting]
        if isinstance(self.pipeline, BulkPipeline) and self.pipeline.fits:
            return 0
        return sum(len(a.text) for a in articles)

    @contextmanager
    def _bar(
        self, total: int | None, what: str = "read"
    ) -> Iterator[Callable[[object], None] | None]:
        """Show how far it is, how fast, and how long it will take, where that is wanted."""
        if not self.progress or (total is not None and total < PROGRESS_FROM):
            yield None
            return
        from geomap.console import progress_bar

        with progress_bar(total, what) as advance:
            yield advance

    def features(self, results: Results) -> list[Feature]:
        """Return the features that the options ask for."""
        from geomap.output.layers import features

        return features(results.reports, self.wanted())

    def collection(self, rows: Sequence[Feature], *, cores: bool = False) -> dict[str, Any]:
        """Return the features as a GeoJSON object with what made it (`cores`: see `geojson`)."""
        import geomap
        from geomap.output.geojson import collection

        generator = {
            "name": "geomap",
            "version": geomap.__version__,
            "settings": self.settings.digest(),
            "gazetteer": self.gazetteer.stamp["versions"],
            "gazetteer_date": self.gazetteer.stamp["date"],
        }
        if self.line is not None:
            generator["front"] = self.line.source
            generator["front_date"] = self.line.date.isoformat() if self.line.date else None
        if self.corrections:
            generator["corrections"] = self.corrections.digest()
        return collection(rows, generator, cores=cores)

    def _mark(self, results: Results, records: Sequence[dict[str, Any]]) -> None:
        """Add to records where they lie from the line given, if one was."""
        if not self.lines:
            return
        from geomap.output.front_places import mark

        mark(records, {r.article.id: self.pipeline.line_of(r.article) for r in results.reports})

    def _period(self, results: Results) -> str:
        days = results.dates
        since = self.settings.since or (days[0] if days else None)
        until = self.settings.until or (days[-1] if days else None)
        if since is None and until is None:
            return "undated reports"
        if since is None or until is None:
            return f"from {since}" if since else f"until {until}"
        return str(since) if since == until else f"{since} to {until}"


def failed_line(problems: Sequence[Problem]) -> str:
    """Return the first problems as one line."""
    shown = "; ".join(str(p) for p in problems[:SHOWN])
    return shown + (f"; and {len(problems) - SHOWN} more" if len(problems) > SHOWN else "")


def summary(
    results: Results, outputs: Sequence[tuple[Path, str]], **written: int
) -> dict[str, Any]:
    """Return what was done, for people (`lines`) and for programs (see `Tally.summary`)."""
    return Tally.of(results.reports).summary(outputs, **written)
