"""How many hints of real sentences are parsed, by the benchmark of the same name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

hints_parse = pytest.importorskip("benchmarks.hints_parse")


@pytest.mark.shared
def test_the_hints_of_real_sentences_are_parsed(shared: Path) -> None:
    lines = (shared / "hints" / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    kinds = set(hints_parse.RELATIONS)
    gold = sum(h["kind"] in kinds for r in rows for h in r["hints"])
    assert len(hints_parse.misses(rows)) <= 0.02 * gold
    found = sum(len(hints_parse.read(r)[1]) for r in rows)
    assert len(hints_parse.extras(rows)) <= 0.03 * found
