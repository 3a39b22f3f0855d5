"""Quality on the test corpora, by their own scorers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geomap
from benchmarks.corpora import score, shared
from geomap.output.records import records

EVERY = ("literal", "associative", "demonym")


def _predict(pipeline: geomap.Pipeline, gold: Path, kinds: tuple[str, ...]) -> list[dict[str, Any]]:
    found = []
    for line in filter(None, gold.read_text(encoding="utf-8").split("\n")):
        row = json.loads(line)
        report = pipeline.process(geomap.Article(row["id"], row["text"]))
        found += list(records(report, "mentions", kinds))
    return found


def run() -> int:
    folder = shared()
    if folder is None:
        print("skipped: no test corpora (set GEOMAP_SHARED)")
        return 0
    pipeline = geomap.Pipeline()
    seed = folder / "articles" / "seed" / "kreminna-bakhmut.gold.jsonl"
    isw = folder / "articles" / "isw" / "2026-02-21--isw.gold.jsonl"
    got = score("score_geoparse.py", seed, _predict(pipeline, seed, EVERY[:2]))
    print(f"seed end-to-end F1@161 {got['end_to_end']['f1']}, overlap F1 {got['overlap']['f1']}")
    for name in ("lgl", "gwn"):
        gold = folder / "corpora" / f"{name}.jsonl"
        found = _predict(pipeline, gold, EVERY)
        got = score("score_geoparse.py", gold, found)
        print(
            f"{name} overlap F1 {got['overlap']['f1']}, end-to-end F1@161 {got['end_to_end']['f1']}"
        )
        if name == "gwn":
            print(f"{name} kinds: literal F1 {score('score_kinds.py', gold, found)['f1']}")
    print(f"isw {json.dumps(score('score_isw.py', isw, _predict(pipeline, isw, EVERY[:2])))}")
    return 0
