"""What the commands do: read, run, filter, write, and say what was written."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.articles import read_articles
from geomap.articles.annotated import read_spans, spans_by_article
from geomap.errors import ArticleError, OutputError, SettingsError, StrictError
from geomap.front.dated import of_day
from geomap.front.theatre import load_theatre
from geomap.gazetteer.store import Gazetteer
from geomap.models import Problem
from geomap.output.files import check_destination, write_text
from geomap.pipeline import Pipeline, Results
from geomap.region_options import asked_filter, asked_scope, is_file, of_sources
from geomap.run_summary import Tally, count
from geomap.settings import Settings
from geomap.tables import read_bytes
from geomap.toponyms.corrections import Corrections
from geomap.toponyms.review_table import answers
from geomap.workspace.workspace import opened

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from geomap.articles import ReadResult
    from geomap.gazetteer.scope import Scope
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
    ) -> None:
        self.sources = sources
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
        own = self.workspace.corrections if self.workspace else None
        self.corrections = Corrections.load(*[p for p in (own, *corrections) if p is not None])
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
        if self.workspace is None:
            return Pipeline(**told)
        from geomap.kept_pipeline import KeptPipeline

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
        with self._bar(len(read)) as advance:
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
        if not read.articles:
            raise ArticleError(failed_line(read.problems) or "no articles given")
        if self.settings.sources:
            read = replace(read, articles=tuple(of_sources(read.articles, self.settings.sources)))
        return read

    def _sources(self) -> ReadResult:
        """Read the articles that are named, or those of the workspace that is."""
        if self.workspace is not None:
            return self.workspace.read(self.settings.since, self.settings.until)
        return read_articles(
            self.sources,
            article_date=self.article_date,
            max_article_mb=self.settings.max_article_mb,
        )

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
    def _bar(
        self, total: int | None, what: str = "articles"
    ) -> Iterator[Callable[[object], None] | None]:
        if not self.progress or (total is not None and total < PROGRESS_FROM):
            yield None
            return
        from rich.console import Console
        from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

        columns = (
            *Progress.get_default_columns()[:-1],
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(what, total=total)
            yield lambda _: bar.advance(task)

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
        if len(self.corrections):
            generator["corrections"] = self.corrections.digest()
        return collection(rows, generator, cores=cores)

    def _mark(self, results: Results, records: Sequence[dict[str, Any]]) -> None:
        """Add to records where they lie from the line given, if one was."""
        if not self.lines:
            return
        from geomap.output.front_places import mark

        mark(records, {r.article.id: self.pipeline.line_of(r.article) for r in results.reports})

    def review(self, output: Path, below: float) -> dict[str, Any]:
        """Write the table of doubtful readings; return the summary.

        Raises
        ------
        OutputError
            The file holds choices that a person has made.
        SettingsError
            `below` is not between 0 and 1.
        """
        from geomap.output.review import review_csv, review_rows

        if not 0.0 <= below <= 1.0:
            raise SettingsError(f"--below {below} is not between 0 and 1: write e.g. 0.7")
        self._ready(output)
        if output.exists() and (made := answers(read_bytes(output), str(output))):
            raise OutputError(
                f"{output} holds {count(made, 'choice')} that would be lost: give it with "
                "--corrections, and choose another -o"
            )
        results = self.results()
        rows = review_rows(
            results.reports,
            below=below,
            wanted=self.wanted(),
        )
        write_text(output, review_csv(rows))
        return summary(results, [(output, f"{count(len(rows), 'reading')} to review")],
                       records=len(rows))  # fmt: skip

    def _period(self, results: Results) -> str:
        days = results.dates
        since = self.settings.since or (days[0] if days else None)
        until = self.settings.until or (days[-1] if days else None)
        if since is None and until is None:
            return "undated reports"
        if since is None or until is None:
            return f"from {since}" if since else f"until {until}"
        return str(since) if since == until else f"{since} to {until}"

    def extract(
        self, output: Path, what: str, *, texts: Path | None = None, spans: Path | None = None
    ) -> dict[str, Any]:
        """Write records as JSON lines; return the summary.

        With `spans` the mentions are those given, and each of them is written.
        """
        from geomap.output.geojson import line
        from geomap.output.records import records, text_record

        to_stdout = str(output) == "-"
        self._ready(*[p for p in (None if to_stdout else output, texts) if p is not None])
        if spans is not None:
            asked = self.settings
            if self.scope is not None or asked.min_confidence > 0 or asked.parties or asked.only:
                raise SettingsError(
                    "--spans gives a line for every span: leave out --region, --bbox, --party, "
                    "--kind and --min-confidence"
                )
            if self.pipeline.corrected:
                raise SettingsError("--spans says itself what is a name: leave out --corrections")
            if spans.resolve() in self._outputs:
                raise SettingsError(f"{spans}: is read and would be replaced: choose another -o")
        results = self.results(spans)
        found: list[dict[str, Any]] = []
        wanted = self.wanted()
        for report in results.reports:
            found += records(report, what, wanted)
        if what != "hints":  # which lie in a region, not at a point
            self._mark(results, found)
        lines = [line(record) + "\n" for record in found]
        outputs = [(output, count(len(lines), what[:-1]))]
        if texts is not None:
            write_text(texts, "".join(line(text_record(r.article)) + "\n" for r in results.reports))
            outputs.append((texts, count(len(results), "text")))
        if to_stdout:
            sys.stdout.flush()
            sys.stdout.buffer.write("".join(lines).encode("utf-8"))  # whatever the console knows
            sys.stdout.buffer.flush()
        else:
            write_text(output, "".join(lines))
        return summary(results, outputs, records=len(lines))


def failed_line(problems: Sequence[Problem]) -> str:
    """Return the first problems as one line."""
    shown = "; ".join(str(p) for p in problems[:SHOWN])
    return shown + (f"; and {len(problems) - SHOWN} more" if len(problems) > SHOWN else "")


def summary(
    results: Results, outputs: Sequence[tuple[Path, str]], **written: int
) -> dict[str, Any]:
    """Return what was done, for people (`lines`) and for programs (see `Tally.summary`)."""
    return Tally.of(results.reports).summary(outputs, **written)
