"""How many of a front report's names the gazetteer knows, and whether it knows the right place."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

from benchmarks.corpora import shared
from geomap.gazetteer.importers import read_source
from geomap.gazetteer.merge import add_sources
from geomap.gazetteer.names import fold, spelling_key
from geomap.gazetteer.schema import NameKind
from geomap.gazetteer.store import DEFAULT_DIR, Gazetteer
from geomap.geodesy import distance_km


def _rows(gazetteer: Gazetteer, name: str) -> set[int]:
    named = gazetteer.rows(fold(name)) + gazetteer.spelling_rows(spelling_key(name))
    return {n.row for n in named if n.kind != NameKind.DEMONYM}


def _measure(gazetteer: Gazetteer, mentions: list[dict[str, float]], what: str) -> None:
    names = {str(m["text"]) for m in mentions}
    known = {n for n in names if _rows(gazetteer, n)}
    exact = {n for n in names if gazetteer.rows(fold(n))}
    near = {5.0: 0, 20.0: 0}
    for m in mentions:
        km = min(
            (
                distance_km(float(gazetteer.lat[r]), float(gazetteer.lon[r]), m["lat"], m["lon"])
                for r in _rows(gazetteer, str(m["text"]))
            ),
            default=9e9,
        )
        for limit in near:
            near[limit] += km <= limit
    print(
        f"{what}: {len(known)}/{len(names)} names known ({len(exact)} as spelt); the right place "
        f"is a candidate within 5 km for {near[5.0] / len(mentions):.3f}, within 20 km for "
        f"{near[20.0] / len(mentions):.3f} of {len(mentions)} mentions"
    )
    missing = sorted(names - known)
    if missing:
        print(f"  unknown: {', '.join(missing)}")


def run() -> int:
    folder = shared()
    if folder is None:
        print("skipped: no test corpora (set GEOMAP_SHARED)")
        return 0
    gold = folder / "articles" / "isw" / "2026-02-21--isw.gold.jsonl"
    mentions = [
        m for line in gold.read_text(encoding="utf-8").split("\n") if line
        for m in json.loads(line)["mentions"]
    ]  # fmt: skip
    base = Gazetteer.open(DEFAULT_DIR)
    _measure(base, mentions, "default")
    for files in (["ua-settlements-osm.csv"], ["UA-postal.txt"]):
        with tempfile.TemporaryDirectory() as name:
            begun = time.perf_counter()
            sources = [read_source(folder / "geonames" / f) for f in files]
            summary = add_sources(base, sources, Path(name) / "g")
            took = time.perf_counter() - begun
            for s in summary.sources:
                print(
                    f"{s.name}: {s.accepted} rows, {s.merged} already there, {s.new} new, "
                    f"{s.rejected} rejected, {took:.0f} s"
                )
            _measure(Gazetteer.open(Path(name) / "g"), mentions, "with " + ", ".join(files))
    return 0
