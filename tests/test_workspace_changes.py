"""What a workspace held before: changes since a day, and briefings on what came since the last."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from cli_errors import refused

from geomap.models import Article
from geomap.output.changes import changes
from geomap.output.layers import features_of
from geomap.output.schema import json_schema
from geomap.workspace.schema import MIGRATIONS, _statements
from geomap.workspace.store import Store
from geomap.workspace.workspace import Workspace, create

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli

    from geomap import Pipeline

MONDAY = dt.datetime(2026, 2, 2, 8, 0, tzinfo=dt.UTC)
SHELLED = "Date: 2026-02-01\nSource: {}\nURL: https://example.org/{}\n\n{}"
FIRST = "Russian forces captured Bakhmut, the ministry said."
LATER = "Shells fell 3 km west of Kreminna on Sunday."


class Clock:
    """A clock that stands where it is put."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of every store that is opened."""
    clock = Clock(MONDAY)
    opened = Store.__init__

    def told(self: Store, path: Path, **more: Any) -> None:
        opened(self, path, **more | {"now": clock})

    monkeypatch.setattr(Store, "__init__", told)
    return clock


@pytest.fixture
def desk(cli: Cli, tmp_path: Path, clock: Clock) -> Path:
    """A workspace with one report, added on Monday."""
    assert clock.now == MONDAY
    assert cli("init", tmp_path / "desk")[0] == 0
    put(cli, tmp_path / "desk", "one", FIRST)
    return tmp_path / "desk"


def put(cli: Cli, desk: Path, name: str, text: str) -> None:
    file = desk.parent / f"{name}.txt"
    file.write_text(SHELLED.format("News", name, text), encoding="utf-8")
    code, _, err = cli("add", file, "-w", desk)
    assert code == 0, err


def told(cli: Cli, desk: Path, since: str, *more: str) -> list[tuple[str, str, str | None]]:
    """Return what became of which words, and the ids they had."""
    rows = found(cli, desk, since, *more)
    return [(r["change"], r["text"] or r["name"], r["was_id"]) for r in rows]


def found(cli: Cli, desk: Path, since: str, *more: str) -> list[dict[str, Any]]:
    output = desk.parent / "changes.geojsonl"
    code, _, err = cli("export", desk, "--changes", since, "-o", output, *more)
    assert code == 0, err
    lines = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    judge = jsonschema.Draft202012Validator(json_schema())
    rows = [one for one in lines if one["type"] == "Feature"]
    for row in rows:
        judge.validate(row)
    return [row["properties"] | {"id": row["id"]} for row in rows]


def test_only_what_came_later_is_new(cli: Cli, desk: Path, clock: Clock) -> None:
    clock.now = MONDAY + dt.timedelta(days=1)
    put(cli, desk, "two", LATER)
    words = {text for _, text, _ in told(cli, desk, "2026-02-03T00:00Z")}
    assert "Kreminna" in words
    assert "Bakhmut" not in words
    assert {change for change, _, _ in told(cli, desk, "2026-02-02T00:00Z")} == {"new"}
    assert told(cli, desk, "2026-02-04T00:00Z") == []


def test_a_new_version_tells_what_it_adds_drops_and_moves(
    cli: Cli, desk: Path, clock: Clock
) -> None:
    clock.now = MONDAY + dt.timedelta(days=1)
    put(cli, desk, "one", f"Lyman was quiet. {FIRST}")
    rows = told(cli, desk, "2026-02-03T00:00Z")
    assert ("new", "Lyman", None) in rows
    moved = [(text, was) for change, text, was in rows if change == "changed"]
    assert ("Bakhmut", "one/mention/24-31") in moved
    assert "gone" not in {change for change, _, _ in rows}
    clock.now += dt.timedelta(days=1)
    put(cli, desk, "one", "Lyman was quiet.")
    rows = told(cli, desk, "2026-02-04T00:00Z")
    assert "new" not in {change for change, _, _ in rows}
    assert "Bakhmut" in {text for change, text, _ in rows if change == "gone"}


def test_a_correction_changes_what_it_corrects(cli: Cli, desk: Path, clock: Clock) -> None:
    clock.now = MONDAY + dt.timedelta(days=1)
    (desk / "corrections.toml").write_text(
        '[[correction]]\nname = "Bakhmut"\nnot_place = true\n', encoding="utf-8"
    )
    assert cli("reprocess", desk)[0] == 0
    rows = told(cli, desk, "2026-02-03T00:00Z")
    assert ("gone", "Bakhmut", None) in rows
    assert told(cli, desk, "2026-02-03T00:00Z", "--kind", "hint") == []


def test_what_is_removed_is_gone_without_its_words(cli: Cli, desk: Path, clock: Clock) -> None:
    clock.now = MONDAY + dt.timedelta(days=1)
    assert cli("remove", "one", "-w", desk)[0] == 0
    # Also of a workspace that holds nothing more.
    assert {change for change, *_ in told(cli, desk, "2026-02-03T00:00Z")} == {"gone"}
    put(cli, desk, "two", LATER)
    rows = [r for r in found(cli, desk, "2026-02-03T00:00Z") if r["change"] == "gone"]
    assert {"one"} == {r["article_id"] for r in rows}
    assert "Bakhmut" in {r["name"] for r in rows}
    assert {""} == {r["sentence"] for r in rows}
    assert FIRST.encode() not in (desk / "workspace.gpkg").read_bytes()
    elsewhere = told(cli, desk, "2026-02-03T00:00Z", "--region", "Luhansk Oblast")
    assert {change for change, *_ in elsewhere} == {"new"}
    # What was neither there then nor is now is nobody's matter.
    assert "gone" not in {c for c, *_ in told(cli, desk, "2026-02-01T00:00Z")}


def test_a_clock_that_jumps_hides_no_change(cli: Cli, desk: Path, clock: Clock) -> None:
    clock.now = MONDAY + dt.timedelta(days=9000)  # a dead battery, the other way round
    put(cli, desk, "two", LATER)
    clock.now = MONDAY - dt.timedelta(days=9000)
    put(cli, desk, "three", "Lyman was quiet.")
    clock.now = MONDAY + dt.timedelta(days=1)
    put(cli, desk, "four", "Vuhledar was quiet.")
    words = {text for _, text, _ in told(cli, desk, "2026-02-03T00:00Z")}
    assert {"Kreminna", "Lyman", "Vuhledar"} <= words
    assert "Bakhmut" not in words


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--changes", "yesterday"], "is no day or time"),
        (["--changes", "2026-02-02", "--split", "date"], "leave out --split"),
    ],
)
def test_slips_are_told(cli: Cli, desk: Path, options: list[str], said: str) -> None:
    refused(cli("export", desk, "-o", desk.parent / "x.geojson", *options), said)
    assert not (desk.parent / "x.geojson").exists()


def test_articles_alone_have_no_past(cli: Cli, examples: Path, tmp_path: Path) -> None:
    told = "needs a workspace"
    asked = ["-o", tmp_path / "x.geojson", "--changes", "2026-02-02"]
    refused(cli("export", examples, *asked), told)
    asked = ["-o", tmp_path / "x.md", "--since-last", "--region", "Donetsk Oblast"]
    refused(cli("brief", examples, *asked), told)


def test_a_briefing_tells_what_came_since_the_last(cli: Cli, desk: Path, clock: Clock) -> None:
    def brief(region: str = "Ukraine") -> dict[str, Any]:
        output = desk.parent / "brief.json"
        code, _, err = cli("brief", desk, "--region", region, "--since-last", "-o", output)
        assert code == 0, err
        made: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
        return made

    def names(made: dict[str, Any]) -> str:
        return json.dumps(made["sources"])

    first = brief()
    assert "Bakhmut" in names(first)
    assert first["period"]["text"].startswith("what came since the workspace was made")
    clock.now = MONDAY + dt.timedelta(hours=2)
    put(cli, desk, "two", LATER)
    second = brief()
    assert "Kreminna" in names(second)
    assert "Bakhmut" not in names(second)
    assert "2 February 2026" in second["period"]["text"]
    assert not brief()["sources"]
    assert "Bakhmut" in names(brief("Donetsk Oblast"))  # of which none was written yet


def test_offsets_alone_are_no_news(pipeline: Pipeline) -> None:
    before = features_of(pipeline.process(Article("a", f"{FIRST} {LATER}")))
    assert changes(before, before) == []
    told = changes(before, features_of(pipeline.process(Article("a", f"Well. {FIRST} {LATER}"))))
    assert {row.properties["change"] for row in told} == {"changed"}
    assert {row.properties["was_id"] for row in told} == {row.properties["id"] for row in before}


def test_a_store_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "workspace.gpkg"
    with sqlite3.connect(path) as old:
        for statement in _statements(MIGRATIONS[1]):
            old.execute(statement)
        old.execute("INSERT INTO meta VALUES ('store_version', '1')")
    old.close()
    with Store(path) as store:
        space = Workspace(tmp_path, store)
        assert [one.outcome for one in space.add([Article("a", FIRST)])] == ["new"]
        store.reports.keep("a", "engine", b"report")
        assert store.history.changed_since(0) == ["a"]


def test_reports_that_stay_the_same_are_no_change(tmp_path: Path) -> None:
    space = create(tmp_path / "w")
    with space.store as store:
        list(space.add([Article("a", FIRST)]))
        store.reports.keep("a", "one", b"report")
        then = store.history.latest()
        store.reports.keep("a", "another", b"report")
        assert store.history.changed_since(then) == []
        assert store.reports.waiting("another") == []
        store.reports.keep("a", "another", b"other")
        assert store.history.changed_since(then) == ["a"]
        assert store.history.report_at("a", then) == (1, b"report")
