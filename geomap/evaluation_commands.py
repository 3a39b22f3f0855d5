"""What `geomap evaluate` does: read the gold, run, measure, write, and say what came out."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from geomap.articles.annotated import gold_spans, read_gold
from geomap.commands import Run
from geomap.errors import ArticleError, SettingsError
from geomap.evaluation.figures import figures, resolution_score
from geomap.evaluation.judged import judge
from geomap.evaluation.mistakes import COLUMNS, mistakes
from geomap.output.files import write_text
from geomap.pipeline import Pipeline
from geomap.run_summary import count

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geomap.articles.annotated import GoldArticle
    from geomap.evaluation.figures import Calibration, Figures, ResolutionScore, Score
    from geomap.evaluation.judged import Judged
    from geomap.models import Report

KM_DECIMALS = {"mean_km": 1, "median_km": 2}
DECIMALS = 4


class EvaluationRun(Run):
    """`geomap evaluate`: the articles are those of the gold."""

    def evaluate(
        self,
        gold_path: Path,
        *,
        within_km: float,
        given: bool = False,
        predictions: Path | None = None,
        errors: Path | None = None,
    ) -> dict[str, Any]:
        """Measure against annotated articles; return the figures, for programs and for people.

        Parameters
        ----------
        gold_path : Path
            Annotated articles (`articles.annotated.read_gold`).
        within_km : float
            How near a place must lie to count as right.
        given : bool
            Also resolve the gold's own spans.
        predictions, errors : Path, optional
            Where to write the mentions found, and a table of mistakes.

        Raises
        ------
        ArticleError
            The gold is at fault, or none of its articles could be processed.
        """
        if not 0.0 < within_km < math.inf:
            raise SettingsError(f"--within-km {within_km} is not a positive number: write e.g. 161")
        self._ready(*[p for p in (predictions, errors) if p is not None])
        if gold_path.resolve() in self._outputs:
            raise SettingsError(f"{gold_path}: is read and would be replaced: name another file")
        gold = read_gold(gold_path)
        pipeline = Pipeline(self.settings, gazetteer=self.gazetteer, line=self.line)
        reports = self._reports(pipeline, gold)
        judged = [
            judge(g, reports.get(g.article.id), self.settings.kinds, self.settings.min_confidence)
            for g in gold
        ]
        told = figures(judged, within_km)
        by_span = self._by_span(pipeline, gold) if given else None
        outputs = []
        if predictions is not None:
            outputs.append((predictions, self._write_predictions(predictions, judged)))
        if errors is not None:
            outputs.append((errors, _write_mistakes(errors, judged, within_km)))
        summary: dict[str, Any] = _rounded(asdict(told)) | {"within_km": within_km}
        summary["given_spans"] = None if by_span is None else _rounded(asdict(by_span))
        lines = _lines(told, by_span, within_km)
        lines += [f"{path}: {what}" for path, what in outputs]
        return summary | {"outputs": [str(p) for p, _ in outputs], "lines": lines}

    def _reports(self, pipeline: Pipeline, gold: Sequence[GoldArticle]) -> dict[str, Report]:
        with self._bar(len(gold)) as advance:
            results = pipeline.run([g.article for g in gold], on_article=advance)
        if not results.reports:
            raise ArticleError(str(results.problems[0]))
        self.problems += [p for p in results.problems if p.set_aside]
        return {r.article.id: r for r in results}

    def _by_span(self, pipeline: Pipeline, gold: Sequence[GoldArticle]) -> ResolutionScore:
        """Resolve the gold's own spans: what is left is the error of resolution alone."""
        with self._bar(len(gold)) as advance:
            results = pipeline.run(
                [g.article for g in gold], spans=gold_spans(gold), on_article=advance
            )
        found = {r.article.id: r.resolutions for r in results}
        pairs = []
        for g in gold:
            mentions = sorted(g.mentions, key=lambda m: (m.start, m.end))
            placed = found.get(g.article.id, (None,) * len(mentions))
            pairs += list(zip(mentions, placed, strict=True))
        return resolution_score(pairs)

    def _write_predictions(self, path: Path, judged: Sequence[Judged]) -> str:
        from geomap.output.geojson import line
        from geomap.output.records import records

        wanted = self.wanted()
        lines = [
            line(record) + "\n"
            for j in judged if j.report is not None
            for record in records(j.report, "mentions", wanted)
        ]  # fmt: skip
        write_text(path, "".join(lines))
        return count(len(lines), "mention")


def _write_mistakes(path: Path, judged: Sequence[Judged], within_km: float) -> str:
    from geomap.output.csv_text import csv_text

    rows = [row for j in judged for row in mistakes(j, within_km)]
    write_text(path, csv_text(COLUMNS, rows))
    return count(len(rows), "mistake")


def _rounded(value: Any, key: str = "") -> Any:
    """Return figures with four decimals, kilometres with fewer."""
    if isinstance(value, dict):
        return {k: _rounded(v, k) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(v, key) for v in value]
    return round(value, KM_DECIMALS.get(key, DECIMALS)) if isinstance(value, float) else value


def _figure(value: float | None, decimals: int = 3) -> str:
    return "-" if value is None else f"{value:.{decimals}f}"


def _lines(told: Figures, by_span: ResolutionScore | None, within_km: float) -> list[str]:
    """Return the figures as a table for people."""
    near = f"{within_km:g} km"
    rows = [
        (f"recognition, same span ({told.gold} gold, {told.predictions} found)", told.exact),
        ("recognition, overlapping span", told.overlap),
        (f"end to end, within {near}", told.end_to_end),
    ]
    if told.kinds is not None:
        rows.append((f"literal or not ({told.kinds.n} found with a type)", told.kinds.literal))
    width = max(len(name) for name, _ in rows) + 2
    status = ", ".join(f"{n} {name}" for name, n in told.statuses.items())
    lines = [
        f"{count(told.articles, 'article')}, {count(told.gold, 'gold mention')} "
        f"({told.gold_with_coordinates} with a place); found {told.predictions}: {status}",
        f"{'':{width}}precision  recall     F1",
    ]
    lines += [f"{name:{width}}{_score(score)}" for name, score in rows]
    lines += _places("places of the mentions found", told.resolution)
    if by_span is not None:
        lines += _places("places of the gold's own spans", by_span)
    lines.append(f"confidence against right within {near}")
    lines.append(_confidence("of the mentions found that the gold has", told.calibration))
    lines.append(_confidence("of all, spurious ones counted wrong", told.calibration_all))
    return lines


def _score(score: Score) -> str:
    return f"{score.p:9.3f}{score.r:8.3f}{score.f1:7.3f}"


def _places(what: str, score: ResolutionScore) -> list[str]:
    same = f", same geonameid {_figure(score.exact_id)} of {score.id_n}" if score.id_n else ""
    return [
        f"{what} ({score.n} with a place in the gold, {score.resolved} placed)",
        f"  within 161 km {_figure(score.acc161)}, within 20 km {_figure(score.acc20)}, log error "
        f"area {_figure(score.auc)} (lower is better){same}",
        f"  of those placed: mean {_figure(score.mean_km, 1)} km off, median "
        f"{_figure(score.median_km, 2)} km, within 161 km {_figure(score.acc161_resolved)}",
    ]


def _confidence(what: str, told: Calibration) -> str:
    return (
        f"  {what} ({told.n}): calibration error {_figure(told.ece)}; at least 0.7 sure "
        f"{told.sure}, right {_figure(told.sure_right)}"
    )
