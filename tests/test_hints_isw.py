"""The hints of a real front report: brackets such as "(southeast of" a town ")"."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest

import geomap

BRACKET = re.compile(
    r"\((?P<every>all |both )?(?P<wind>(?:north|south)?(?:east|west)?)\s+of\s+(?P<name>[^()]+?)"
    r"(?: City)?\)"
)


@pytest.mark.shared
def test_brackets_of_a_report_have_their_anchor_and_direction(
    pipeline: geomap.Pipeline, shared: Path
) -> None:
    path = shared / "articles" / "isw" / "2026-02-21--isw.gold.jsonl"
    gold = json.loads(path.read_text(encoding="utf-8").splitlines()[0])
    text = gold["text"]
    report = pipeline.process(geomap.Article("a", text, date=dt.date(2026, 2, 21)))
    brackets = list(BRACKET.finditer(text))
    assert len(brackets) >= 25
    right = located = 0
    for bracket in brackets:
        wind = "".join(w[0] for w in re.findall("north|south|east|west", bracket["wind"])).upper()
        for hint in report.hints:
            start = hint.anchors[0].start
            if not (bracket.start() < hint.start < bracket.end() and start is not None):
                continue
            named = text.startswith(bracket["name"], start)
            right += hint.relation == "direction" and hint.direction == wind and named
            located += len(hint.locates_mentions) >= (2 if bracket["every"] else 1)
    assert right >= 0.95 * len(brackets)
    assert located >= 0.95 * len(brackets)
