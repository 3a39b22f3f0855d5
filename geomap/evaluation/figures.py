"""The figures of an evaluation; `docs/evaluation.md` says what each means.

All counts are over mentions, of all articles together. Definitions are those of the geoparsing
literature (Gritta et al., "A pragmatic guide to geoparsing evaluation").
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from statistics import fmean, median
from typing import TYPE_CHECKING

from geomap.evaluation.judged import error_km

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geomap.articles.annotated import GoldMention
    from geomap.evaluation.judged import Judged
    from geomap.models import Resolution

NEAR_KM, CLOSE_KM = 161.0, 20.0  # 161 km, a hundred miles, is the field's custom
FARTHEST_KM = 20038.0  # half the way round the Earth: what is not placed is this far off
BINS = 10
SURE = 0.7
# What GeoWebNews counts as the place itself; a type that is not here is not literal.
LITERAL_TYPES = frozenset({"literal", "literal_modifier", "embedded_literal", "mixed", "coercion"})


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and their harmonic mean, 0 to 1; 0 when there is nothing to count."""

    p: float
    r: float
    f1: float


@dataclass(frozen=True, slots=True)
class ResolutionScore:
    """How near the places of `n` mentions lie to the gold's; None when there is nothing to count.

    `resolved` of them have a place. `acc161`, `acc20`: the share of `n` within so many kilometres.
    `auc`: the area under the log error curve, 0 (all right) to 1, what is not placed counting as
    20,038 km off. `mean_km`, `median_km`, `acc161_resolved` are over the resolved. `exact_id`: the
    share of the `id_n` with a geonameid on both sides that agree.
    """

    n: int
    resolved: int
    acc161: float | None
    acc20: float | None
    auc: float | None
    mean_km: float | None
    median_km: float | None
    acc161_resolved: float | None
    exact_id: float | None
    id_n: int


@dataclass(frozen=True, slots=True)
class Bin:
    """Mentions of like confidence: how many, their mean confidence, the share that is right."""

    n: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Whether confidence is the share that is right.

    `ece` is the expected calibration error over `bins` (of width 0.1; empty ones are left out):
    the mean of |confidence - right|, weighted by `n`. `sure` counts those with confidence of 0.7
    and more, `sure_right` is the share of them that is right.
    """

    n: int
    ece: float | None
    sure: int
    sure_right: float | None
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class KindScore:
    """Literal or not, over the gold mentions that have a type and were found (`n`)."""

    n: int
    literal: Score
    accuracy: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of an evaluation; `kinds` is None when the gold has no types."""

    articles: int
    gold: int
    gold_with_coordinates: int
    predictions: int
    statuses: dict[str, int]
    exact: Score
    overlap: Score
    resolution: ResolutionScore
    end_to_end: Score
    calibration: Calibration
    calibration_all: Calibration
    kinds: KindScore | None


def figures(judged: Sequence[Judged], within_km: float = NEAR_KM) -> Figures:
    """Return the figures of some articles.

    Parameters
    ----------
    judged : sequence of Judged
    within_km : float
        How near a place must lie to count as right, end to end and for calibration.
    """
    gold = [m for j in judged for m in j.gold.mentions]
    found = [r for j in judged for r in j.found]
    paired = [(j.gold.mentions[a], j.found[b]) for j in judged for a, b in j.pairs]
    judgements, spurious = _judgements(judged, within_km)
    located = sum(m.lat is not None for m in gold)
    right = sum(is_right for _, is_right in judgements)
    statuses = Counter(r.status for r in found)
    return Figures(
        articles=len(judged),
        gold=len(gold),
        gold_with_coordinates=located,
        predictions=len(found),
        statuses={s: statuses[s] for s in ("resolved", "hinted", "refused")},
        exact=_score(sum(_identical(j) for j in judged), len(found), len(gold)),
        overlap=_score(len(paired), len(found), len(gold)),
        resolution=resolution_score(paired),
        end_to_end=_score(right, len(judgements) + len(spurious), located),
        calibration=calibration(judgements),
        calibration_all=calibration([*judgements, *spurious]),
        kinds=_kinds(judged),
    )


def _identical(judged: Judged) -> int:
    """Count the spans that are equal; one that is given twice counts once."""
    gold = {(m.start, m.end) for m in judged.gold.mentions}
    return len(gold & {(r.mention.start, r.mention.end) for r in judged.found})


def _judgements(
    judged: Sequence[Judged], within_km: float
) -> tuple[list[tuple[float, bool]], list[tuple[float, bool]]]:
    """Return (confidence, whether right) of the placed mentions, paired ones and spurious ones.

    What is paired with a gold mention without coordinates cannot be judged and is left out.
    """
    paired: list[tuple[float, bool]] = []
    spurious: list[tuple[float, bool]] = []
    for article in judged:
        alone = set(range(len(article.found)))
        for i, j in article.pairs:
            alone.remove(j)
            km = error_km(article.gold.mentions[i], article.found[j])
            if km is not None:
                paired.append((article.found[j].confidence, km <= within_km))
        spurious += [
            (article.found[j].confidence, False)
            for j in sorted(alone)
            if article.found[j].lat is not None
        ]
    return paired, spurious


def _score(right: int, predicted: int, gold: int) -> Score:
    p, r = right / predicted if predicted else 0.0, right / gold if gold else 0.0
    return Score(p, r, 2 * p * r / (p + r) if p + r else 0.0)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def resolution_score(pairs: Iterable[tuple[GoldMention, Resolution | None]]) -> ResolutionScore:
    """Return how near the places found lie to the gold's, over the gold mentions that have one.

    Parameters
    ----------
    pairs : iterable of tuple
        A gold mention and what was found for it; None counts as not placed.
    """
    errors: list[float] = []
    unplaced = ids = same = 0
    for gold, found in pairs:
        place = found.place if found is not None else None
        if gold.geonameid and place is not None and place.geonameid:
            ids += 1
            same += gold.geonameid == place.geonameid
        if gold.lat is None:
            continue
        km = error_km(gold, found) if found is not None else None
        if km is None:
            unplaced += 1
        else:
            errors.append(km)
    n, near = len(errors) + unplaced, sum(e <= NEAR_KM for e in errors)
    return ResolutionScore(
        n=n,
        resolved=len(errors),
        acc161=_share(near, n),
        acc20=_share(sum(e <= CLOSE_KM for e in errors), n),
        auc=_area([*errors, *[FARTHEST_KM] * unplaced]),
        mean_km=fmean(errors) if errors else None,
        median_km=median(errors) if errors else None,
        acc161_resolved=_share(near, len(errors)),
        exact_id=_share(same, ids),
        id_n=ids,
    )


def _area(errors: list[float]) -> float | None:
    """Return the area under the sorted log errors (trapezoids), as a share of the largest."""
    if not errors:
        return None
    whole = math.log(FARTHEST_KM + 1)
    logs = sorted(math.log(e + 1) for e in errors)
    if len(logs) == 1:
        return logs[0] / whole
    area = math.fsum(logs) - (logs[0] + logs[-1]) / 2
    return area / ((len(logs) - 1) * whole)


def calibration(judgements: Sequence[tuple[float, bool]]) -> Calibration:
    """Return how well confidences (0 to 1) tell the share that is right.

    Examples
    --------
    >>> told = calibration([(0.9, True), (0.9, False), (0.2, False), (0.2, False)])
    >>> told.n, round(told.ece, 2), told.sure, told.sure_right
    (4, 0.3, 2, 0.5)
    """
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for confidence, right in judgements:
        bins[min(int(confidence * BINS), BINS - 1)].append((confidence, right))
    told = tuple(Bin(len(b), fmean(c for c, _ in b), fmean(r for _, r in b)) for b in bins if b)
    n = len(judgements)
    sure = [right for confidence, right in judgements if confidence >= SURE]
    return Calibration(
        n=n,
        ece=math.fsum(b.n * abs(b.confidence - b.right) for b in told) / n if n else None,
        sure=len(sure),
        sure_right=_share(sum(sure), len(sure)),
        bins=told,
    )


def _kinds(judged: Sequence[Judged]) -> KindScore | None:
    """Return how well literal mentions are told from others; None when the gold has no types.

    A gold mention is judged by the one found that overlaps it and is nearest in extent.
    """
    if all(m.type is None for j in judged for m in j.gold.mentions):
        return None
    told: Counter[tuple[bool, bool]] = Counter()
    for article in judged:
        for m in article.gold.mentions:
            over = [
                r for r in article.found
                if m.type is not None and r.mention.start < m.end and r.mention.end > m.start
            ]  # fmt: skip
            if over:
                nearest = min(
                    over,
                    key=lambda r: abs(r.mention.start - m.start) + abs(r.mention.end - m.end),
                )
                told[m.type in LITERAL_TYPES, nearest.mention.kind == "literal"] += 1
    n, right = told.total(), told[True, True]
    literal = _score(right, right + told[False, True], right + told[True, False])
    return KindScore(n, literal, _share(right + told[False, False], n))
