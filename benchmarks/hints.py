"""Where hints put places: region scores on real sentences, cross-validated; regions a second.

The score, its "decades of area" and what a miss costs are those of the scorer in the shared folder,
which is run as it stands. Fitting the spreads anew for each fold needs scipy (the extra
`geomap[train]`); without it the shipped spreads alone are measured.
"""

from __future__ import annotations

import json
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.corpora import score, shared
from geomap.articles.cases import Case, read_cases
from geomap.hints import spreads
from geomap.hints.grammar import Reader
from geomap.hints.posterior import find
from geomap.hints.settlements import Settlements
from geomap.hints.shapes import Shapes
from geomap.locate_commands import record
from geomap.pipeline import Pipeline
from geomap.sentence_locator import SentenceLocator

FOLDS = 5
SAME_KM = 25.0
SHOWN = ("region_score", "containment", "median_km", "median_area_km2", "coverage")


def _score(folder: Path, records: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what the scorer says of some records against the development set."""
    return score("score_hints.py", folder / "hints" / "dev.jsonl", records, "--by-kind")


def _told(name: str, scores: dict[str, Any]) -> None:
    for kind, one in [("all kinds", scores), *sorted(scores["kinds"].items())]:
        figures = ", ".join(f"{key} {one[key]}" for key in SHOWN)
        print(f"{name}, {kind} ({one['n']}): {figures}")


def _crossvalidated(
    rows: list[dict[str, Any]], cases: list[Case], locators: dict[str, SentenceLocator],
    pipeline: Pipeline,
) -> dict[str, list[dict[str, Any]]]:  # fmt: skip
    """Return the records of each locator, every sentence by spreads fitted without it."""
    from geomap.hints import training

    fold = {case.id: i % FOLDS for i, case in enumerate(sorted(cases, key=lambda c: c.id))}
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in locators}
    for number in range(FOLDS):
        table = training.fit_all([r for r in rows if fold[r["id"]] != number], pipeline.gazetteer)
        table["settlements"] = training.SETTLEMENTS
        with spreads.using(table):
            for name, locator in locators.items():
                some = [c for c in cases if fold[c.id] == number]
                found[name] += [record(one) for one in locator.locate_many(some)]
    return found


def _anchors(rows: list[dict[str, Any]], records: list[dict[str, Any]]) -> None:
    """Print how often the first anchor is the gold's."""
    from geomap import geodesy

    gold = {row["id"]: row["anchors"][0] for row in rows}
    answered = right = 0
    for one in records:
        placed = [a for e in one["expressions"] for a in e["anchors"] if a["lat"] is not None]
        if one["region"] is None or one["id"] not in gold or not placed:
            continue
        answered += 1
        first, true = placed[0], gold[one["id"]]
        km = geodesy.distance_km(first["lat"], first["lon"], true["lat"], true["lon"])
        right += km <= SAME_KM
    told = f"{right / answered:.3f} of {answered}"
    print(f"sentence alone, first anchor within {SAME_KM:.0f} km: {told}")


def _rates(cases: list[Case], pipeline: Pipeline) -> None:
    """Print regions a second, with nothing remembered."""
    locator = SentenceLocator(pipeline)
    shapes, settlements = Shapes(pipeline.gazetteer.geometry), Settlements(pipeline.gazetteer)
    surfaces = []
    for case in cases[:600]:
        given = [locator._given(a, case.sentence, 0) for a in case.anchors or ()]
        for expression in Reader(case.sentence, given, ()).expressions():
            surface = shapes.surface(expression)
            if surface is not None:
                surfaces.append(surface)
    for name, known in (("surfaces", None), ("surfaces and known settlements", settlements)):
        for surface in surfaces[:50]:
            find.__wrapped__(surface, settlements=known)
        begun = time.perf_counter()
        for surface in surfaces:
            find.__wrapped__(surface, settlements=known)
        took = time.perf_counter() - begun
        print(f"regions of {name}: {len(surfaces) / took:.0f} a second ({len(surfaces)} hints)")


def run() -> int:
    folder = shared()
    if folder is None:
        print("no shared folder: set GEOMAP_SHARED")
        return 0
    pipeline = Pipeline()
    path = folder / "hints" / "dev.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    cases, _ = read_cases(str(path))
    locators = {
        "known settlements": SentenceLocator(pipeline),
        "smooth": SentenceLocator(pipeline, snap=False),
    }
    for name, locator in locators.items():
        _told(f"shipped, {name}", _score(folder, list(map(record, locator.locate_many(cases)))))
    if find_spec("scipy") is None:
        print("no scipy (the extra geomap[train]): not cross-validated")
    else:
        for name, records in _crossvalidated(rows, cases, locators, pipeline).items():
            _told(f"cross-validated, {name}", _score(folder, records))
    alone, _ = read_cases(str(folder / "hints" / "dev_e2e.jsonl"))
    records = [record(one) for one in locators["known settlements"].locate_many(alone)]
    _told("sentence alone", _score(folder, records))
    _anchors(rows, records)
    _rates(cases, pipeline)
    return 0
