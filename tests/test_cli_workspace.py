"""Commands on a workspace: added once, read once, and the same outputs as from the articles."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cli_errors import refused

from geomap.pipeline import Pipeline

if TYPE_CHECKING:
    from conftest import Cli


@pytest.fixture
def desk(cli: Cli, examples: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "desk"
    assert cli("init", folder)[0] == 0
    assert cli("add", examples, "-w", folder)[0] == 0
    return folder


def status(cli: Cli, folder: Path) -> dict[str, Any]:
    code, out, err = cli("status", folder, "--json")
    assert code == 0, err
    found: dict[str, Any] = json.loads(out)
    return found


def test_it_is_added_and_read_once(cli: Cli, desk: Path, examples: Path) -> None:
    before = status(cli, desk)
    assert (before["articles"], before["waiting"], before["undated"]) == (10, 0, 1)
    code, out, _ = cli("add", examples, "-w", desk)
    assert code == 0
    assert out.startswith("0 new articles, 10 known already, 0 new versions\n0 articles read")
    assert status(cli, desk)["articles"] == 10


@pytest.mark.parametrize("name", ["o.geojson", "o.gpkg", "o.csv"])
def test_exports_are_those_of_the_articles(
    cli: Cli, desk: Path, examples: Path, tmp_path: Path, name: str
) -> None:
    assert cli("export", examples, "-o", tmp_path / name)[0] == 0
    whole = (tmp_path / name).read_bytes()
    assert cli("export", desk, "-o", tmp_path / name)[0] == 0
    assert (tmp_path / name).read_bytes() == whole


def test_what_was_read_is_not_read_again(
    cli: Cli, desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Pipeline, "_finish", lambda *_: pytest.fail("an article was read"))
    for words in (
        ("map", desk, "-o", tmp_path / "m.html"),
        ("brief", desk, "--region", "Donetsk Oblast", "--no-picture", "--no-line", "-o",
         tmp_path / "b.md"),
        ("extract", desk, "--what", "claims", "-o", tmp_path / "c.jsonl"),
    ):  # fmt: skip
        code, _, err = cli(*words)
        assert code == 0, err


def test_a_correction_is_applied_by_reading_again(cli: Cli, desk: Path, tmp_path: Path) -> None:
    (desk / "corrections.toml").write_text(
        '[[correction]]\nname = "Avdiivka"\nnot_place = true\n', encoding="utf-8"
    )
    assert status(cli, desk)["waiting"] == 10
    code, out, _ = cli("reprocess", desk)
    assert code == 0
    assert "10 articles read" in out
    assert status(cli, desk)["waiting"] == 0
    cli("extract", desk, "-o", tmp_path / "m.jsonl")
    names = [json.loads(line) for line in (tmp_path / "m.jsonl").read_text().splitlines()]
    assert not [n for n in names if n["name"] == "Avdiivka" and n["status"] == "resolved"]


def test_a_new_version_counts_from_then_on(cli: Cli, tmp_path: Path) -> None:
    folder, report = tmp_path / "desk", tmp_path / "r.txt"
    cli("init", folder)
    head = "Date: 2024-01-02\nURL: https://example.org/1\n\n"
    report.write_text(f"{head}Shells fell on Bakhmut.")
    cli("add", report, "-w", folder)
    report.write_text(f"{head}Shells fell on Kupiansk.")
    _, out, _ = cli("add", report, "-w", folder)
    assert "1 new version\n1 article read" in out
    cli("extract", folder, "-o", tmp_path / "m.jsonl")
    assert "Kupiansk" in (tmp_path / "m.jsonl").read_text()
    assert "Bakhmut" not in (tmp_path / "m.jsonl").read_text()


def test_removed_articles_are_gone(cli: Cli, desk: Path) -> None:
    code, out, _ = cli("remove", "2024-02-15--avdiivka", "-w", desk)
    assert code == 0
    assert out.startswith("1 article removed")
    assert status(cli, desk)["articles"] == 9
    refused(cli("remove", "nothing", "-w", desk), "nothing removed")


def test_a_whole_workspace_is_verified_and_a_damaged_one_is_not(cli: Cli, desk: Path) -> None:
    assert cli("verify", desk)[1].startswith("whole\n")
    store = desk / "workspace.gpkg"
    data = bytearray(store.read_bytes())
    half = len(data) // 2
    data[half : half + 4096] = b"\xff" * 4096
    store.write_bytes(bytes(data))
    refused(cli("verify", desk), "workspace.gpkg")


def test_what_cannot_be_is_one_line(
    cli: Cli, desk: Path, examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused(cli("init", desk), "is there already")
    refused(cli("init", tmp_path / "no" / "folder"), "cannot be made")
    refused(cli("status", tmp_path), "geomap init")
    refused(cli("add", tmp_path / "none.txt", "-w", desk), "no such file")
    refused(cli("map", desk, examples, "-o", tmp_path / "m.html"), "name it alone")
    monkeypatch.chdir(tmp_path)
    refused(cli("add", examples), "holds no workspace")
    shutil.rmtree(desk)
    refused(cli("status", desk), "geomap init")
