"""The tables that people may change: what is wrong with one is said in one line."""

from __future__ import annotations

import copy
import tomllib
from dataclasses import fields
from typing import Any

import pytest

from geomap.errors import TableError, UnknownRelationError
from geomap.front import vocabulary as front
from geomap.hints import relations as hints
from geomap.hints import spreads
from geomap.tables import load_table, parse_toml, word_sets
from geomap.toponyms.cues import Cues, cues


def table(package: str, file: str) -> dict[str, Any]:
    return copy.deepcopy(load_table(package, file))


@pytest.fixture
def relations() -> dict[str, Any]:
    return table("geomap.hints", "relations.toml")


@pytest.fixture
def actions() -> dict[str, Any]:
    return table("geomap.front", "actions.toml")


def test_the_tables_that_ship_are_sound(relations: dict[str, Any], actions: dict[str, Any]):
    assert hints.check(relations).figure("near", "confidence") > 0
    assert "captured" in {v.action for vs in front.check_actions(actions)[0].values() for v in vs}
    assert all(getattr(cues(), f.name) for f in fields(Cues))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t["words"].pop("near"), r"\[words\] near must be a list"),
        (lambda t: t["words"].update(near=[]), r"\[words\] near must be a list"),
        (lambda t: t["words"].update(near=["Near"]), r"\[words\] near must be .*lower-case"),
        (lambda t: t["words"].update(near=[1]), r"\[words\] near"),
        (lambda t: t["words"].update(near="near"), r"\[words\] near must be a list"),
        (lambda t: t["words"].pop("numbers"), r"\[words\] numbers"),
        (lambda t: t["words"]["numbers"].update(ten="10"), r"numbers.* ten = '10'"),
        (lambda t: t["words"]["directions"].pop("north"), r"directions must name all of N, NNE"),
        (lambda t: t["words"]["directions"].update(up="UP"), r"directions must name all"),
        (lambda t: t.pop("between"), r"relations must be exactly near, in_or_near"),
        (lambda t: t.update(beyond={"km": 1}), r"relations must be exactly"),
        (lambda t: t["near"].update(confidence=-1), r"\[near\] confidence = -1 is not a positive"),
        (lambda t: t["near"].update(confidence="6"), r"\[near\] confidence = '6'"),
        (lambda t: t["near"].update(confidence=True), r"\[near\] confidence = True"),
        (lambda t: t["near"].pop("confidence"), r"\[near\] lacks confidence"),
        (lambda t: t["near"].update(confidence=1.5), r"\[near\] confidence = 1.5"),
        (lambda t: t["front_distance"].pop("context_km"), r"\[front_distance\] lacks context_km"),
        (lambda t: t["units"].update(km=0), r"\[units\] km = 0"),
        (lambda t: t.pop("units"), r"\[units\] is missing"),
        (lambda t: t.pop("words"), r"\[words\]"),
        (lambda t: t.update(near=3), r"\[near\]"),
    ],
)
def test_a_broken_table_of_relations(relations: dict[str, Any], change: Any, message: str):
    change(relations)
    with pytest.raises(TableError, match=r"^hints/relations\.toml: .*" + message):
        hints.check(relations)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.pop("near"), r"\[near\] is missing"),
        (lambda t: t.update(near=3), r"\[near\] is missing"),
        (lambda t: t["near"].pop("middle"), r"\[near\] middle must hold 2 numbers"),
        (lambda t: t["near"].update(below=[1.0]), r"\[near\] below must hold 2 numbers"),
        (lambda t: t["near"].update(above=["1", 2]), r"\[near\] above must hold 2 numbers"),
        (lambda t: t["near"].update(wide_share=True), r"\[near\] wide_share must hold 1 numbers"),
        (lambda t: t.pop("settlements"), r"\[settlements\] per_km2 must be a number"),
    ],
)
def test_a_broken_table_of_spreads(change: Any, message: str):
    spread = table("geomap.hints", "spreads.toml")
    assert spreads.check(spread)
    change(spread)
    with pytest.raises(TableError, match=r"^hints/spreads\.toml: .*" + message):
        spreads.check(spread)


def test_an_unknown_figure_names_the_relations():
    with pytest.raises(UnknownRelationError, match=r"'miles' for relation 'beyond' \(relations: a"):
        hints.relations().figure("beyond", "miles")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t["words"].pop("speech"), r"\[words\] must have exactly analysts"),
        (lambda t: t["words"].update(more=["x"]), r"\[words\] must have exactly"),
        (lambda t: t["words"].update(speech=["Said"]), r"\[words\] speech: 'Said'"),
        (lambda t: t["words"].update(speech=[]), r"\[words\] speech"),
        (lambda t: t["captured"].update(takes="men"), r"\[captured\] takes must be 'object'"),
        (lambda t: t["captured"].pop("takes"), r"\[captured\] takes must be"),
        (lambda t: t["captured"].update(verbs=[["take"]]), r"\[captured\] \['take'\] must be five"),
        (lambda t: t["captured"].update(verbs=[["A"] * 5]), r"\[captured\] .*'A'.* lower case"),
        (lambda t: t["captured"].update(verbs=[]), r"\[captured\] .*five forms"),
        (lambda t: t.update(captured=3), r"\[captured\]"),
    ],
)
def test_a_broken_table_of_actions(actions: dict[str, Any], change: Any, message: str):
    change(actions)
    with pytest.raises(TableError, match=r"^front/actions\.toml: .*" + message):
        front.check_actions(actions)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"one": ["a"]}, r"missing \['two'\]"),
        ({"one": ["a"], "two": ["b"], "three": ["c"]}, r"unknown \['three'\]"),
        ({"one": ["A"], "two": ["b"]}, r"one: 'A' is not a lower-case word"),
        ({"one": [" "], "two": ["b"]}, r"one: ' ' is not"),
        ({"one": [1], "two": ["b"]}, r"one: 1 is not"),
    ],
)
def test_a_broken_table_of_cues(words: dict[str, Any], message: str):
    with pytest.raises(TableError, match=r"^cues\.toml: .*" + message):
        word_sets(words, "cues.toml", {"one", "two"})


def test_a_table_that_is_missing_is_named():
    with pytest.raises(TableError, match=r"geomap\.hints/nothing\.toml"):
        load_table("geomap.hints", "nothing.toml")


@pytest.mark.parametrize("key", ["a." * 50_000 + "a", '"a" . ' * 50_000 + "a", "[" + "a." * 50_000])
def test_toml_with_a_key_without_end_is_refused_at_once(key: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError, match=r"more than 50 parts \(at line 2\)"):
        parse_toml(f"x = 1\n{key} = 1\n")


def test_toml_that_is_nested_without_end_is_refused() -> None:
    with pytest.raises(tomllib.TOMLDecodeError, match="nested too deeply"):
        parse_toml("a = " + "[" * 100_000)
    with pytest.raises(tomllib.TOMLDecodeError, match="too many digits"):
        parse_toml("a = " + "9" * 5_000)
    assert parse_toml('note = "U. S. forces"\n[a.b."c.d"]\ne = 1')["a"] == {"b": {"c.d": {"e": 1}}}
