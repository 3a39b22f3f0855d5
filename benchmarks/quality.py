"""Quality on the test corpora, by their own scorers."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import geomap
from benchmarks.corpora import score, shared
from geomap.gazetteer.importers import read_source
from geomap.gazetteer.merge import add_sources
from geomap.output.records import records

# lgl and gwn count adjectives ("American") as mentions, as `--kinds all` does; the others do not.
EVERY = ("literal", "associative", "demonym")
DEFAULT = EVERY[:2]
ADDED = "ua-settlements-osm.csv"


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
    got = score("score_geoparse.py", seed, _predict(pipeline, seed, DEFAULT))
    print(f"seed: {_told(got)}")
    print("lgl and gwn are what the model was trained on: these two are no measure of new text")
    for name in ("lgl", "gwn"):
        gold = folder / "corpora" / f"{name}.jsonl"
        found = _predict(pipeline, gold, EVERY)
        print(f"{name} (seen in training): {_told(score('score_geoparse.py', gold, found))}")
        if name == "gwn":
            got = score("score_kinds.py", gold, found)
            print(f"{name} kinds (seen in training): literal F1 {got['f1']}")
    isw = folder / "articles" / "isw" / "2026-02-21--isw.gold.jsonl"
    print(f"isw: {_isw(pipeline, isw)}")
    with tempfile.TemporaryDirectory() as name:
        source = read_source(folder / "geonames" / ADDED)
        add_sources(pipeline.gazetteer, [source], Path(name) / "g")
        wider = geomap.Pipeline(gazetteer=geomap.Gazetteer.open(Path(name) / "g"))
        print(f"isw with {ADDED}: {_isw(wider, isw)}")
    return 0


def _told(got: dict[str, Any]) -> str:
    return (
        f"end-to-end F1@161 {got['end_to_end']['f1']}, overlap F1 {got['overlap']['f1']}, exact "
        f"F1 {got['exact']['f1']}"
    )


def _isw(pipeline: geomap.Pipeline, gold: Path) -> str:
    return json.dumps(score("score_isw.py", gold, _predict(pipeline, gold, DEFAULT)))
