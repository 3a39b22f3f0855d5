"""The figures of articles that the model had not seen: `python -m benchmarks crossvalidation DIR`.

DIR holds what `python -m geomap.toponyms.training --predictions DIR` writes: what five models found
in the fifth of the articles that each was not trained on (`folds`), and what models trained on one
corpus found in the other (`across`). Definitions are `geomap.evaluation`'s. The ceiling needs no
model: no choice among the gazetteer's candidates can do better.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geomap
from benchmarks.corpora import shared
from geomap.articles.annotated import GoldArticle, read_gold
from geomap.evaluation.figures import NEAR_KM, Figures, figures
from geomap.evaluation.judged import Judged, error_km, pair
from geomap.models import Mention, Resolution
from geomap.toponyms.pools import Pools

CORPORA = ("lgl", "gwn")
# How the articles were divided: by chance in five, or a whole corpus left out.
DIVISIONS = ("folds", "across")
HEADINGS = (
    "corpus", "trained", "exact F1", "overlap F1", "e2e F1@161", "spans acc@161", "spans AUC",
    "sure right", "sure right, all", "sure share", "ECE pairs", "ECE all", "ECE spans",
    "literal F1",
)  # fmt: skip


def _found(path: Path) -> dict[str, list[Resolution]]:
    """Return the predictions of a file by article, in its order."""
    found: dict[str, list[Resolution]] = defaultdict(list)
    for line in filter(None, path.read_text(encoding="utf-8").split("\n")):
        row: dict[str, Any] = json.loads(line)
        words = row["text"]
        mention = Mention(row["start"], row["end"], words, row["kind"], words)
        found[row["article_id"]].append(
            Resolution(mention, row["status"], row["confidence"], lat=row["lat"], lon=row["lon"])
        )
    return found


def _judged(gold: Sequence[GoldArticle], path: Path, *, given: bool = False) -> list[Judged]:
    """Pair predictions with the gold; of given spans each belongs to the gold mention it is of."""
    found = _found(path)
    judged = []
    for article in gold:
        own = tuple(found.pop(article.article.id, ()))
        if given:
            order = sorted(
                range(len(article.mentions)),
                key=lambda i: (article.mentions[i].start, article.mentions[i].end),
            )
            # They are written in the gold's order: spans that overlap keep their own.
            pairs = tuple((i, j) for j, i in enumerate(order))
            if len(own) != len(order):
                raise ValueError(f"{path}: {article.article.id} has not a line for each gold span")
        else:
            pairs = pair(article.mentions, [r.mention for r in own])
        judged.append(Judged(article, None, own, pairs))
    if found:
        raise ValueError(f"{path}: articles that the gold lacks, {sorted(found)[0]} the first")
    return judged


def _row(corpus: str, division: str, folder: Path, gold: Sequence[GoldArticle]) -> tuple[str, ...]:
    name = f"{corpus}-{division}"
    told: Figures = figures(_judged(gold, folder / f"{name}-mentions.jsonl"))
    spans = figures(_judged(gold, folder / f"{name}-spans.jsonl", given=True))
    sure = told.calibration
    others = [c for c in CORPORA if c != corpus]
    trained = "four fifths" if division == "folds" else f"{others[0]} + war"
    return (
        corpus, trained,
        *map(
            _share,
            (
                told.exact.f1, told.overlap.f1, told.end_to_end.f1, spans.resolution.acc161,
                spans.resolution.auc, sure.sure_right, told.calibration_all.sure_right,
                sure.sure / max(sure.n, 1), sure.ece,
                told.calibration_all.ece, spans.calibration.ece,
                told.kinds.literal.f1 if told.kinds else None,
            ),
        ),
    )  # fmt: skip


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _ceiling(gazetteer: geomap.Gazetteer, gold: Sequence[GoldArticle]) -> tuple[int, float, float]:
    """Return of the gold's spans with a point: how many, and the shares with a candidate near.

    The second share is that of the gold whose name has any candidate at all.
    """
    pools = Pools(gazetteer)
    n = near = known = 0
    for article in gold:
        for m in article.mentions:
            if m.lat is None:
                continue
            name = article.article.text[m.start : m.end]
            pool = pools.of(name)
            mention = Mention(m.start, m.end, name, "literal", name)
            n += 1
            known += len(pool) > 0
            near += any(
                (km := error_km(m, Resolution(mention, "resolved", 1.0, lat=lat, lon=lon)))
                is not None
                and km <= NEAR_KM
                for lat, lon in zip(
                    gazetteer.lat[pool.rows].tolist(),
                    gazetteer.lon[pool.rows].tolist(),
                    strict=True,
                )
            )
    return n, near / n, known / n


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows as lines of a Markdown table, in columns of equal width."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "| " + " | ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)) + " |" for r in rows
    ]
    rule = "|" + "|".join("-" * (w + 2) for w in widths) + "|"
    return [lines[0], rule, *lines[1:]]


def run(*arguments: str) -> int:
    folder = shared()
    if folder is None:
        print("skipped: no test corpora (set GEOMAP_SHARED)")
        return 0
    if len(arguments) != 1:
        print(
            "crossvalidation PREDICTIONS_DIR: what `geomap.toponyms.training --predictions` wrote"
        )
        return 1
    gold = {c: read_gold(folder / "corpora" / f"{c}.jsonl") for c in CORPORA}
    rows = [_row(c, d, Path(arguments[0]), gold[c]) for c in CORPORA for d in DIVISIONS]
    print("\n".join(table([HEADINGS, *rows])))
    gazetteer = geomap.Gazetteer.open()
    for corpus, articles in gold.items():
        n, near, known = _ceiling(gazetteer, articles)
        print(
            f"{corpus} ceiling: {near:.3f} of {n} spans have a candidate within {NEAR_KM:.0f} km, "
            f"{known:.3f} any"
        )
    return 0
