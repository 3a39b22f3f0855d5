"""A table of sentences and the hints a careful reader finds in them; and traps that have none."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import pytest

import geomap

DAY = dt.date(2024, 5, 1)
TABLE: dict[str, list[dict[str, Any]]] = tomllib.loads(
    (Path(__file__).parent / "data" / "hint_sentences.toml").read_text(encoding="utf-8")
)
TRAPS = [entry["text"] for entry in TABLE["trap"]]
SENTENCES = [
    pytest.param(entry["text"], entry["hints"], id=f"{construct}-{number}")
    for construct, entries in TABLE.items()
    if construct != "trap"
    for number, entry in enumerate(entries, 1)
]
TIMES = ("drive", "walk", "travel")
KEYS = {
    "relation", "anchors", "km", "range_km", "approximate", "bound", "direction", "measure",
    "by_road", "share", "locates",
}  # fmt: skip


def read(pipeline: geomap.Pipeline, text: str) -> tuple[geomap.Hint, ...]:
    return pipeline.process(geomap.Article("a", text, date=DAY)).hints


def anchor_words(hint: geomap.Hint, text: str) -> list[str]:
    """Return what a hint is measured from, in the words of the text where they stand there."""
    return [a.name if a.start is None else text[a.start : a.end] for a in hint.anchors]


def figures(hint: geomap.Hint) -> dict[str, Any]:
    """Return what a hint says beside its relation and anchors, by the keys of the table."""
    return {
        "km": hint.distance_km,
        "range_km": list(hint.range_km) if hint.range_km else None,
        "approximate": hint.approximate,
        "bound": hint.bound,
        "direction": hint.direction,
        "measure": hint.measure,
        "by_road": hint.by_road,
        "share": hint.share,
        "locates": hint.locates or "",
    }


def expected_figures(expected: dict[str, Any]) -> dict[str, Any]:
    """Return what is to be compared: all that is given, and that the rest was not found.

    A time is as exact and as much by road as its reader likes, unless the table says.
    """
    measure = expected.get("measure", "metric" if "km" in expected else None)
    wanted: dict[str, Any] = dict.fromkeys(("km", "range_km", "bound", "direction", "share"))
    wanted["measure"] = measure
    if measure not in TIMES:
        wanted |= {"approximate": False, "by_road": False}
    wanted |= {k: v for k, v in expected.items() if k not in ("relation", "anchors")}
    return {k: v for k, v in wanted.items() if v != "any"}


def same(key: str, found: Any, wanted: Any) -> bool:
    if key == "locates":
        return found in wanted.split("|")
    if isinstance(wanted, int | float | list) and not isinstance(wanted, bool):
        return found is not None and found == pytest.approx(wanted, rel=0.01)
    return bool(found == wanted)


def bare(words: str) -> str:
    return words.casefold().removeprefix("the ")


def anchors_agree(found: list[str], wanted: list[str]) -> bool:
    return len(found) == len(wanted) and all(
        bare(f) in [bare(w) for w in ws.split("|")] for f, ws in zip(found, wanted, strict=True)
    )


def differences(hint: geomap.Hint, expected: dict[str, Any], text: str) -> list[str]:
    told = []
    if hint.relation != expected["relation"]:
        told.append(f"relation: {hint.relation}, expected {expected['relation']}")
    anchors = anchor_words(hint, text)
    if not anchors_agree(anchors, expected["anchors"]):
        told.append(f"anchors: {anchors}, expected {expected['anchors']}")
    found = figures(hint)
    told += [
        f"{key}: {found[key]!r}, expected {value!r}"
        for key, value in expected_figures(expected).items()
        if not same(key, found[key], value)
    ]
    return told


@pytest.mark.parametrize(("text", "hints"), SENTENCES)
def test_a_sentence_gives_the_hints_of_the_table(
    pipeline: geomap.Pipeline, text: str, hints: list[dict[str, Any]]
) -> None:
    found = read(pipeline, text)
    told = [f"{h.relation} {h.text!r}" for h in found]
    assert len(found) == len(hints), f"{text}\nfound {told}, expected {len(hints)}"
    for hint, expected in zip(found, hints, strict=True):
        wrong = differences(hint, expected, text)
        assert not wrong, "\n".join([text, f"in {hint.text!r}:", *wrong])


@pytest.mark.parametrize("text", TRAPS)
def test_a_trap_gives_no_hint(pipeline: geomap.Pipeline, text: str) -> None:
    assert [f"{h.relation} {h.text!r}" for h in read(pipeline, text)] == []


def test_the_table_is_large_and_sound() -> None:
    assert len(SENTENCES) >= 150
    assert len(TRAPS) >= 40
    texts = [entry["text"] for entries in TABLE.values() for entry in entries]
    assert len(texts) == len(set(texts))
    for construct, entries in TABLE.items():
        for entry in entries:
            assert entry.keys() == ({"text"} if construct == "trap" else {"text", "hints"})
            for hint in entry.get("hints", []):
                assert hint.keys() <= KEYS, entry["text"]
                assert {"relation", "anchors"} <= hint.keys(), entry["text"]
    hints = [h for c, es in TABLE.items() if c != "trap" for e in es for h in e["hints"]]
    assert {h["relation"] for h in hints} == set(geomap.models.Relation.__args__)
