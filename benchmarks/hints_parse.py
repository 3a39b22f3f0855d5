"""How many of the hints of real sentences are parsed, and how fast; anchors are given."""

from __future__ import annotations

import json
import time
from collections import Counter
from typing import Any

from benchmarks.corpora import shared
from geomap.hints.attachment import subject_expressions
from geomap.hints.expressions import Expression
from geomap.hints.grammar import Reader
from geomap.models import Mention, Place, Resolution, Span

RELATIONS = {
    "distance": ("distance",),
    "distance+direction": ("distance_direction",),
    "direction": ("direction",),
    "near": ("near",),
    # "on the road between X and Y" is the road.
    "between": ("between", "along"),
}


def resolutions(row: dict[str, Any]) -> list[Resolution]:
    """Return the anchors of a sentence as resolved mentions."""
    found = []
    for number, anchor in enumerate(row["anchors"]):
        text = row["sentence"][anchor["start"] : anchor["end"]]
        place = Place(number, anchor["name"], anchor["lat"], anchor["lon"], "P", "settlement", 2.0)
        mention = Mention(anchor["start"], anchor["end"], text, "literal", text)
        found.append(Resolution(mention, "resolved", 0.9, place, place.lat, place.lon))
    return found


def read(row: dict[str, Any]) -> tuple[Reader, list[Expression]]:
    """Return the reader of a sentence and its expressions."""
    text = row["sentence"]
    reader = Reader(text, resolutions(row), [Span(0, len(text))])
    return reader, reader.expressions()


def _same(hint: dict[str, Any], expression: Expression, row: dict[str, Any]) -> bool:
    """Say whether an expression is a gold hint: relation, distance, wind and first anchor."""
    first = row["anchors"][hint["anchors"][0]]
    anchor = expression.anchors[0]
    if expression.relation not in RELATIONS[hint["kind"]] or anchor.start != first["start"]:
        return False
    if hint["km"] is not None and not (
        expression.distance_km is not None
        and abs(expression.distance_km - hint["km"]) <= 0.01 * hint["km"] + 0.002
    ):
        return False
    return bool(hint["dir"] == expression.direction)


def misses(rows: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any], list[Expression]]]:
    """Return the gold hints that no expression matches."""
    found = []
    for row in rows:
        _, expressions = read(row)
        for hint in row["hints"]:
            if hint["kind"] in RELATIONS and not any(_same(hint, e, row) for e in expressions):
                found.append((row["sentence"], hint, expressions))
    return found


def extras(rows: list[dict[str, Any]]) -> list[tuple[str, Expression]]:
    """Return the expressions whose words no gold hint shares."""
    found = []
    for row in rows:
        _, expressions = read(row)
        for e in expressions:
            if not any(h["start"] < e.end and e.start < h["end"] for h in row["hints"]):
                found.append((row["sentence"], e))
    return found


def run() -> int:
    """Print the figures."""
    folder = shared()
    path = folder / "hints" / "dev.jsonl" if folder else None
    if path is None or not path.is_file():
        print("the development sentences are not there: skipped")
        return 0
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    gold = Counter(h["kind"] for r in rows for h in r["hints"])
    missed = Counter(h["kind"] for _, h, _ in misses(rows))
    for kind in RELATIONS:
        print(f"recall {kind}: {1 - missed[kind] / gold[kind]:.3f} of {gold[kind]}")
    total = sum(gold[k] for k in RELATIONS)
    print(f"recall: {1 - sum(missed.values()) / total:.3f} of {total}")
    read_all = [read(row) for row in rows]
    count = sum(len(e) for _, e in read_all)
    print(f"on gold words: {1 - len(extras(rows)) / count:.3f} of {count}")
    located = sum(bool(subject_expressions(reader, e)) for reader, e in read_all)
    print(f"sentences whose subject is located: {located / len(rows):.3f}")
    given = [(r["sentence"], resolutions(r), [Span(0, len(r["sentence"]))]) for r in rows]
    start = time.perf_counter()
    for text, found, sentences in given:
        Reader(text, found, sentences).expressions()
    print(f"sentences a second: {len(given) / (time.perf_counter() - start):.0f}")
    return 0
