"""One article, and many, through all rooms."""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from geomap.articles import find_days
from geomap.errors import RecogniserError
from geomap.front.claim_marks import ClaimMarks
from geomap.front.claims import ClaimReader
from geomap.front.dated import of_day
from geomap.front.theatre import load_theatre
from geomap.gazetteer.store import Gazetteer
from geomap.hints.locate import Locator, evidence
from geomap.hints.settlements import Settlements
from geomap.models import ContactLine, Problem, Report
from geomap.results import Results
from geomap.settings import Settings
from geomap.toponyms.correcting import Corrector
from geomap.toponyms.corrections import Corrections
from geomap.toponyms.reader import ToponymReader, batches
from geomap.toponyms.seam import recogniser_named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from geomap.front.theatre import Theatre
    from geomap.models import Article, Span
    from geomap.toponyms.reader import ReadArticle
    from geomap.toponyms.seam import MentionRecogniser
    from geomap.workspace.stored_reports import Packed

logger = logging.getLogger(__name__)

LINE_AGE_DAYS = 30  # a line of contact further from an article than this is warned of


class ReadsElsewhere(Protocol):
    """What reads articles in other processes (`geomap.many.workers.Workers`)."""

    @property
    def ahead(self) -> int:
        """How many groups may be under way while the first is waited for."""

    def begin(self, articles: Sequence[Article]) -> Callable[[], list[Packed | Report | Problem]]:
        """Have articles read; what is returned waits for them and gives one answer for each."""


class Pipeline:
    """Takes articles through all rooms; make one and use it for many articles.

    Parameters
    ----------
    settings : Settings, optional
        What to look for.
    gazetteer : Gazetteer, optional
        The embedded one by default.
    line : ContactLine or sequence of ContactLine, optional
        Lines of contact that distances from the front are measured from: for an article the latest
        of its day or before, else the first after it.
    corrections : Corrections, optional
        What a person says that names mean, and of claims; it wins over everything.
    recogniser : MentionRecogniser, optional
        What finds the place names (`docs/recognisers.md`), in place of the one of the settings.
    theatre : Theatre, optional
        Who fights (`docs/theatres.md`); the Russo-Ukrainian war by default.
    cores : bool
        Whether the regions of hints get their `core` (50 %) too, which a map draws; it takes a
        sixth longer.

    Raises
    ------
    CorrectionError
        A correction names a place that is not known or could be several, a party or an action that
        is none, or two contradict.

    Examples
    --------
    >>> import datetime as dt
    >>> import geomap
    >>> article = geomap.Article("a", "Shells fell 3 km west of Bakhmut.", date=dt.date(2023, 3, 2))
    >>> report = geomap.Pipeline().process(article)
    >>> [(r.mention.text, r.place.admin1_name) for r in report.resolutions]
    [('Bakhmut', 'Donetsk Oblast')]
    >>> [(h.relation, h.distance_km, h.direction) for h in report.hints]
    [('distance_direction', 3.0, 'W')]
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        gazetteer: Gazetteer | None = None,
        line: ContactLine | Sequence[ContactLine] | None = None,
        corrections: Corrections | None = None,
        recogniser: MentionRecogniser | None = None,
        theatre: Theatre | None = None,
        cores: bool = False,
    ) -> None:
        self.theatre = theatre or load_theatre()
        self.cores = cores
        self.settings = settings or Settings()
        self.gazetteer = gazetteer or Gazetteer.open()
        self.workers: ReadsElsewhere | None = None  # this process, unless `stream` is given some
        self._lines = _by_date(line)
        self._corrector = Corrector(
            Corrections(()) if corrections is None else corrections, self.gazetteer
        )
        told = self._corrector.corrections
        self._claim_marks = ClaimMarks(told.claims, self.theatre, first=len(told))
        self.settlements = Settlements(self.gazetteer)
        self._reader = ToponymReader(
            self.gazetteer,
            recogniser or recogniser_named(self.settings.recogniser, self.gazetteer),
            self._corrector,
            self.line_of if self._lines else None,
        )

    @property
    def lines(self) -> tuple[ContactLine, ...]:
        """The lines of contact by date."""
        return self._lines

    @property
    def line(self) -> ContactLine | None:
        """The latest line of contact, which counts for what has no date."""
        return self._lines[-1] if self._lines else None

    def line_of(self, article: Article) -> ContactLine | None:
        """Return the line of contact that counts for an article."""
        if article.date is None:
            return self.line
        return of_day(self._lines, article.date)

    @property
    def corrected(self) -> bool:
        """Whether there are corrections."""
        return bool(self._corrector.corrections)

    @property
    def corrections(self) -> Corrections:
        """What a person says that names mean; `Report.corrections` numbers its entries."""
        return self._corrector.corrections

    @property
    def toponyms(self) -> ToponymReader:
        """What reads the names: its recogniser and its resolver."""
        return self._reader

    def process(self, article: Article, spans: Sequence[Span] | None = None) -> Report:
        """Return everything found in one article.

        Parameters
        ----------
        article : Article
        spans : sequence of Span, optional
            Where its place names stand (they may overlap): each is resolved, in order, and no
            others are looked for.

        Raises
        ------
        RecogniserError
            The recogniser cannot be used.
        """
        (read,) = self._reader.read([article], [spans])
        return self.with_claims_marked(self._finish(read))

    def examine(self, article: Article) -> tuple[Report, ReadArticle]:
        """Return everything found in one article, and the weighed names that it rests on.

        Raises
        ------
        RecogniserError
            The recogniser cannot be used.
        """
        (read,) = self._reader.read([article])
        return self.with_claims_marked(self._finish(read)), read

    def _finish(self, read: ReadArticle) -> Report:
        """Return everything found in an article whose toponyms are read."""
        article, sentences = read.article, read.sentences
        text = article.text
        resolutions = read.resolutions
        hints = self._hints(article, resolutions, sentences)
        if self.settings.hint_passes and (learned := evidence(hints)):
            again = read.rerank(learned)
            if again != resolutions:
                resolutions = again
                hints = self._hints(article, resolutions, sentences)
        report = Report(
            article=article,
            sentences=sentences,
            days=tuple(find_days(text, article.date)),
            resolutions=tuple(resolutions),
            hints=tuple(hints),
            problems=tuple(self._line_problems(article, hints)),
            corrections=read.corrections.used,
        )
        reader = ClaimReader(text, resolutions, hints, self.theatre)
        claims = [c for s in sentences for c in reader.claims(s, report.event_date)]
        return replace(report, claims=tuple(claims))

    def _hints(self, article: Article, resolutions: Any, sentences: Any) -> list[Any]:
        return Locator(
            article.text,
            resolutions,
            sentences,
            line=self.line_of(article),
            area_geometry=self.gazetteer.geometry,
            settlements=self.settlements,
            cored=self.cores,
        ).hints()

    def _line_problems(self, article: Article, hints: Sequence[Any]) -> list[Problem]:
        """Warn of a line of contact that is far in time from an article that uses it."""
        line = self.line_of(article)
        if line is None or line.date is None or article.date is None:
            return []
        used = any(h.relation == "front_distance" for h in hints)
        days = abs((article.date - line.date).days)
        if not used or days <= LINE_AGE_DAYS:
            return []
        message = (
            f"measures from the line of contact of {line.date}, {days} days from the article's "
            f"date {article.date}: give a nearer one"
        )
        return [Problem(article.path or article.id, message, "old-line")]

    def run(
        self,
        articles: Iterable[Article],
        *,
        spans: Mapping[str, Sequence[Span]] | None = None,
        on_article: Callable[[Article], None] | None = None,
    ) -> Results:
        """Return what was found in all articles; one that fails does not stop the others.

        Parameters
        ----------
        articles : iterable of Article
        spans : mapping, optional
            Where the place names of each article stand, by its id; an article that is not in it
            has none. None: they are looked for.
        on_article : callable, optional
            Called after each article (for a progress bar).
        """
        reports: list[Report] = []
        problems: list[Problem] = [*self.corrections.problems]
        left_out: set[str] = set()
        given = [*articles]
        found = self.stream(given, spans=spans, on_article=on_article)
        for article, result in zip(given, found, strict=True):
            if isinstance(result, Report):
                reports.append(result)
                problems.extend(result.problems)
            else:
                left_out.add(article.id)
                if result is not None:
                    problems.append(result)
        problems.extend(self.unused_corrections(reports, left_out))
        logger.info(
            "articles=%d mentions=%d hints=%d claims=%d",
            len(reports),
            sum(len(r.resolutions) for r in reports),
            sum(len(r.hints) for r in reports),
            sum(len(r.claims) for r in reports),
        )
        return Results(tuple(reports), tuple(problems))

    def stream(
        self,
        articles: Iterable[Article],
        *,
        spans: Mapping[str, Sequence[Span]] | None = None,
        on_article: Callable[[Article], None] | None = None,
    ) -> Iterator[Report | Problem | None]:
        """Yield what was found in each article, in their order; `run` gathers it.

        Few reports are held at a time, however many articles there are. `Corrections.problems` and
        `unused_corrections` are for the caller to tell.

        Parameters
        ----------
        articles : iterable of Article
        spans, on_article : optional
            As of `run`.

        Yields
        ------
        Report or Problem or None
            One for each article: a problem when it failed or, under a period, has no date; None
            when it is of another period.
        """
        under_way: deque[tuple[list[Article], list[bool], Callable[[], list[Report | Problem]]]]
        under_way = deque()
        ahead = self.workers.ahead if self.workers is not None else 0
        for group in batches(articles):
            asked = [self.settings.in_period(a.date) for a in group]
            wanted = [a for a, ask in zip(group, asked, strict=True) if ask]
            under_way.append((group, asked, self._begin(wanted, spans) if wanted else list))
            if len(under_way) > ahead:
                yield from self._answers(*under_way.popleft(), on_article)
        while under_way:
            yield from self._answers(*under_way.popleft(), on_article)

    def unused_corrections(
        self, reports: Iterable[Report], left_out: Iterable[str] = ()
    ) -> Iterator[Problem]:
        """Yield a warning for each correction that found nothing to correct.

        Parameters
        ----------
        reports : iterable of Report
            All of a run.
        left_out : iterable of str
            Ids of articles that were left out or failed.
        """
        return self._corrector.unused(reports, left_out)

    def _begin(
        self, articles: list[Article], spans: Mapping[str, Sequence[Span]] | None
    ) -> Callable[[], list[Report | Problem]]:
        """Have articles read, here or elsewhere; what is returned gives the answers."""
        if self.workers is None or spans is not None:
            return partial(self._run_together, articles, spans)
        return partial(_unpacked, self.workers.begin(articles))

    def _answers(
        self,
        group: Sequence[Article],
        asked: Sequence[bool],
        done: Callable[[], list[Report | Problem]],
        on_article: Callable[[Article], None] | None,
    ) -> Iterator[Report | Problem | None]:
        """Yield what was found in each article of a group, or why it was not read."""
        found = iter(done())
        for article, ask in zip(group, asked, strict=True):
            if on_article is not None:
                on_article(article)
            if ask:
                result = next(found)
                yield self.with_claims_marked(result) if isinstance(result, Report) else result
            elif article.date is None:
                message = "has no date: left out, since a period was asked for"
                yield Problem(article.path or article.id, message, "undated")
            else:
                yield None

    def with_claims_marked(self, report: Report) -> Report:
        """Return a report with what the corrections say of its claims (`ClaimMarks`)."""
        return self._claim_marks.on(report)

    def _run_together(
        self, articles: list[Article], spans: Mapping[str, Sequence[Span]] | None
    ) -> list[Report | Problem]:
        """Return a report for each article, or what went wrong with it; no claim is marked yet."""
        given = [None if spans is None else spans.get(a.id, ()) for a in articles]
        try:
            read = self._reader.read(articles, given)
        except RecogniserError:
            raise  # it would fail with every article, and its user can mend it
        except Exception as error:
            if len(articles) == 1:
                return [_failed(articles[0], error)]
            # One of them is to blame: the others must not pay for it.
            return [r for a in articles for r in self._run_together([a], spans)]
        results: list[Report | Problem] = []
        for one in read:
            try:
                results.append(self._finish(one))
            except Exception as error:
                results.append(_failed(one.article, error))
        return results


def _unpacked(wait: Callable[[], list[Packed | Report | Problem]]) -> list[Report | Problem]:
    found = wait()
    return [one if isinstance(one, Report | Problem) else one.report() for one in found]


def _by_date(line: ContactLine | Sequence[ContactLine] | None) -> tuple[ContactLine, ...]:
    """Return lines by date, what has none before all others."""
    lines = () if line is None else (line,) if isinstance(line, ContactLine) else tuple(line)
    return tuple(sorted(lines, key=lambda one: str(one.date or "")))


def _failed(article: Article, error: Exception) -> Problem:
    """Say that an article could not be processed; one article must never cost the others."""
    logger.debug("article %s failed", article.id, exc_info=error)
    message = (
        f"could not be processed ({type(error).__name__}: {error}); please report it with "
        "--debug's trace"
    )
    return Problem(article.path or article.id, message, "internal", set_aside=True)
