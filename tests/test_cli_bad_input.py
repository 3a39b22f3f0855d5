"""What the command line does with bad input, bad options and hostile text."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cli_errors import refused

if TYPE_CHECKING:
    from conftest import Cli


ROOT = Path(__file__).parents[1]


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "2023-03-02--one.txt"
    path.write_text("Shells fell 3 km west of Bakhmut.", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["bogus"], "No such command 'bogus'"),
        (["map"], "Missing argument"),
        (["map", "REPORT"], "Missing option '-o'"),
        (["map", "REPORT", "-o", "x.pdf"], ".html"),
        (["map", "REPORT", "-o", "x.html", "--geojson", "x.txt"], ".geojson"),
        (["export", "REPORT", "-o", "x.html"], ".geojson"),
        (["brief", "REPORT", "-o", "x.md"], "--region"),
        (["brief", "REPORT", "-o", "x.md", "--region", " "], "--region is empty"),
        (["brief", "REPORT", "-o", "x.md", "--region", "Donetsk Oblst"], "mean 'Donetsk Oblast'"),
        (["export", "REPORT", "-o", "x.geojson", "--region", "Xyzzyq"], "no region 'Xyzzyq'"),
        (["export", "REPORT", "-o", "x.geojson", "--region", "Europe"], "no borders"),
        (["export", "REPORT", "-o", "x.geojson", "--since", "2024-99-01"], "YYYY-MM-DD"),
        (["export", "REPORT", "-o", "x.geojson", "--article-date", "today"], "YYYY-MM-DD"),
        (
            ["export", "REPORT", "-o", "x.geojson", "--since=2024-02-01", "--until=2024-01-01"],
            "after",
        ),
        (["export", "REPORT", "-o", "x.geojson", "--min-confidence", "1.5"], "between 0 and 1"),
        (["export", "REPORT", "-o", "x.geojson", "--min-confidence", "nan"], "between 0 and 1"),
        (["export", "REPORT", "-o", "x.geojson", "--max-article-mb", "0"], "positive"),
        (["extract", "REPORT", "-o", "x.jsonl", "--kinds", "literals"], "unknown kind 'literals'"),
        (["extract", "REPORT", "-o", "x.jsonl", "--kinds", ","], "kinds is empty"),
        (["extract", "REPORT", "-o", "x.jsonl", "--what", "news"], "--what"),
        (["map", "REPORT", "-o", "x.html", "--front", "none.geojson"], "none.geojson"),
        (["map", "REPORT", "-o", "x.html", "--tiles", "http://tiles.example/{z}/{x}/{y}"], "https"),
    ],
    ids=lambda value: " ".join(value[:1] + value[-2:]) if isinstance(value, list) else "",
)  # fmt: skip
def test_a_wrong_option_is_one_line(
    cli: Cli, report: Path, words: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(report.parent)
    refused(cli(*[report.name if w == "REPORT" else w for w in words]), said)
    assert [p.name for p in report.parent.iterdir()] == [report.name]


def test_no_command_shows_help(cli: Cli) -> None:
    code, out, err = cli()
    assert code == 2
    assert "Usage" in out + err
    assert "error" not in err


def test_no_such_file(cli: Cli, tmp_path: Path) -> None:
    refused(cli("map", tmp_path / "no.txt", "-o", tmp_path / "x.html"), "no.txt: no such file")
    assert list(tmp_path.iterdir()) == []


def test_debug_shows_the_trace_and_keeps_the_line_and_the_code(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "geomap.cli", "map", "no.txt", "-o", "x.html"]
    plain = subprocess.run(words, capture_output=True, text=True, check=False, cwd=tmp_path,
                           env=os.environ | {"PYTHONPATH": str(ROOT)})  # fmt: skip
    assert (plain.returncode, plain.stderr) == (
        2, "geomap: error: no.txt: no such file or folder\n",
    )  # fmt: skip
    debug = subprocess.run([*words, "--debug"], capture_output=True, text=True, check=False,
                           cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)})  # fmt: skip
    assert debug.returncode == 2
    assert "Traceback" in debug.stderr
    assert debug.stderr.endswith("geomap: error: no.txt: no such file or folder\n")


def test_what_cannot_be_used_is_named_and_the_rest_goes_on(
    cli: Cli, report: Path, tmp_path: Path
) -> None:
    empty, binary, broken = (tmp_path / n for n in ("empty.txt", "image.txt", "wires.jsonl"))
    empty.write_bytes(b"")
    binary.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 8)
    good = json.dumps({"id": "good", "text": "Fighting near Lyman.", "date": "2023-03-03"})
    broken.write_text(f'{good}\n{{"id": "bad", "text": \n{good.replace("good", "too")}\n')
    out = tmp_path / "o.geojson"
    code, told, err = cli("export", report, empty, binary, broken, "missing.txt", "-o", out)
    assert code == 1
    assert "3 articles" in told
    aside = [line for line in err.splitlines() if line.startswith("geomap: set aside: ")]
    assert len(aside) == len(err.splitlines()) == 4
    assert "empty.txt: is empty" in err
    assert "image.txt: " in err
    assert "wires.jsonl:2: " in err
    assert "missing.txt: no such file" in err
    ids = {f["properties"]["article_id"] for f in json.loads(out.read_text())["features"]}
    assert ids == {"2023-03-02--one", "good", "too"}


@pytest.mark.parametrize("data", [b"", b" \n\t", b"\x00\x01\x02\x03" * 100], ids=repr)
def test_only_useless_input_is_nothing_done(cli: Cli, tmp_path: Path, data: bytes) -> None:
    source, out = tmp_path / "a.txt", tmp_path / "o.html"
    source.write_bytes(data)
    refused(cli("map", source, "-o", out), "a.txt: ")
    assert not out.exists()


def test_an_empty_folder_is_nothing_done(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    refused(cli("map", tmp_path / "in", "-o", tmp_path / "o.html"), "in: ")


def test_many_useless_inputs_are_still_one_line(cli: Cli, tmp_path: Path) -> None:
    named = [f"no{i}.txt" for i in range(20)]
    refused(cli("map", *named, "-o", tmp_path / "o.html"), "no0.txt", "and 15 more")


def test_bad_utf8_is_decoded_with_a_warning(cli: Cli, tmp_path: Path) -> None:
    source = tmp_path / "2023-03-02--cp1251.txt"
    text = (
        "Російські війська обстріляли місто Бахмут. Бої тривають на сході міста, кажуть військові."
    )
    source.write_bytes(text.encode("cp1251"))
    code, _, err = cli(
        "extract", source, "-o", tmp_path / "o.jsonl", "--texts", tmp_path / "t.jsonl"
    )
    assert code == 0
    assert err.startswith("geomap: warning: ")
    assert "UTF-8" in err
    assert "Бахмут" in json.loads((tmp_path / "t.jsonl").read_text(encoding="utf-8"))["text"]


def test_a_date_in_the_future_is_warned_of(cli: Cli, tmp_path: Path) -> None:
    day = dt.date.today() + dt.timedelta(days=400)
    source = tmp_path / f"{day}--later.txt"
    source.write_text("Shells fell near Bakhmut.", encoding="utf-8")
    code, told, err = cli("export", source, "-o", tmp_path / "o.geojson")
    assert code == 0
    assert "future" in err
    assert str(day) in told


def test_a_50_mb_article_is_set_aside_by_default(cli: Cli, report: Path, tmp_path: Path) -> None:
    source = tmp_path / "2023-03-03--huge.txt"
    with source.open("wb") as stream:
        stream.writelines(b"Nothing happened here at all today. " * 1_000 for _ in range(1_400))
    assert source.stat().st_size > 50e6
    code, _, err = cli("export", source, report, "-o", tmp_path / "o.geojson")
    assert code == 1
    assert "huge.txt: is larger than 20 MB" in err
    assert "--max-article-mb" in err


# Outputs


def test_a_folder_that_does_not_exist_is_not_made(cli: Cli, report: Path, tmp_path: Path) -> None:
    refused(cli("map", report, "-o", tmp_path / "no" / "x.html"), "does not exist")
    assert not (tmp_path / "no").exists()


def test_the_output_is_looked_at_before_the_work(
    cli: Cli, report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unused(*_: object, **__: object) -> None:
        raise AssertionError("the articles were read first")

    monkeypatch.setattr("geomap.commands.read_articles", unused)
    for command in ("map", "export", "extract", "brief"):
        suffix = {"map": "html", "export": "geojson", "extract": "jsonl", "brief": "md"}[command]
        more = ["--region", "Donetsk Oblast"] if command == "brief" else []
        refused(cli(command, report, "-o", tmp_path / "no" / f"x.{suffix}", *more))


def test_a_folder_as_output(cli: Cli, report: Path, tmp_path: Path) -> None:
    (tmp_path / "x.html").mkdir()
    refused(cli("map", report, "-o", tmp_path / "x.html"), "is a folder")


@pytest.mark.skipif(
    sys.platform == "win32" or not hasattr(os, "geteuid") or os.geteuid() == 0,
    reason="needs a user whom permissions hold",
)
def test_a_folder_that_is_not_writable(cli: Cli, report: Path, tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    refused(cli("map", report, "-o", folder / "x.html"), "cannot be written")


def test_a_folder_that_cannot_be_written_to(
    cli: Cli, report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkdtemp", full)
    refused(cli("map", report, "-o", tmp_path / "x.html"), "cannot be written: Permission denied")


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_an_error_in_the_middle_leaves_the_old_file(
    cli: Cli, report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    out = tmp_path / "x.geojson"
    out.write_text("old")

    def fails(_: int) -> None:
        raise error

    monkeypatch.setattr("os.fsync", fails)
    code, told, err = cli("export", report, "-o", out)
    assert code == (2 if isinstance(error, OSError) else 130)
    assert told == ""
    assert err.count("\n") == 1
    assert out.read_text() == "old"
    assert {p.name for p in tmp_path.iterdir()} == {out.name, report.name}


def test_a_bug_inside_is_one_line_and_nothing_written(
    cli: Cli, report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("geomap.output.map.render_map", fails)
    refused(cli("map", report, "-o", tmp_path / "x.html"), "ZeroDivisionError: a bug", "--debug")
    code, _, err = cli("map", report, "-o", tmp_path / "x.html", "--debug")
    assert code == 2
    assert "Traceback" in err
    assert [p.name for p in tmp_path.iterdir()] == [report.name]


def test_an_article_that_fails_does_not_cost_the_others(
    cli: Cli, report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from geomap.toponyms.reader import ToponymReader

    read = ToponymReader.read

    def fails(self: ToponymReader, articles: list[Any], spans: Any = None) -> Any:
        if any("boom" in a.text for a in articles):
            raise ZeroDivisionError("a bug")
        return read(self, articles, spans)

    monkeypatch.setattr(ToponymReader, "read", fails)
    bad = tmp_path / "2023-03-02--bad.txt"
    bad.write_text("boom near Bakhmut")
    code, told, err = cli("export", report, bad, "-o", tmp_path / "o.geojson")
    assert code == 1
    assert "1 article," in told
    assert "bad.txt: could not be processed (ZeroDivisionError: a bug)" in err
    refused(cli("export", bad, "-o", tmp_path / "o2.geojson"), "bad.txt: could not be processed")
    assert not (tmp_path / "o2.geojson").exists()


def test_an_input_is_never_replaced(cli: Cli, tmp_path: Path) -> None:
    source = tmp_path / "a.jsonl"
    line = json.dumps({"text": "Shells fell near Bakhmut.", "date": "2023-03-02"})
    source.write_text(line)
    refused(cli("extract", source, "-o", source), "would be replaced")
    refused(cli("extract", tmp_path, "-o", tmp_path / ".." / tmp_path.name / "a.jsonl"), "replaced")
    assert source.read_text() == line


def test_two_outputs_need_two_files(cli: Cli, report: Path, tmp_path: Path) -> None:
    out = tmp_path / "o.jsonl"
    refused(cli("extract", report, "-o", out, "--texts", out), "two outputs")
    assert not out.exists()


# Hostile text


def test_nothing_from_outside_steers_the_terminal(cli: Cli, tmp_path: Path) -> None:
    evil = "\x1b]0;pwned\x07\x1b[2J\u202etxt"
    source = tmp_path / "a.jsonl"
    record = {
        "id": evil,
        "title": evil,
        "text": f"{evil} Shells fell near Bakhmut.",
        "source": evil,
    }
    source.write_text(json.dumps(record) + "\n" + json.dumps({"id": evil}) + "\n")
    for words in (
        ["export", source, "-o", tmp_path / "o.geojson", "--verbose"],
        ["extract", source, "-o", "-"],
        ["extract", evil, source, "-o", tmp_path / "o.jsonl", "--debug"],
        ["extract", evil, "-o", tmp_path / "o.jsonl", "--debug"],
        ["export", source, "-o", tmp_path / "o.geojson", "--region", evil],
        ["gazetteer", "lookup", evil],
        [evil],
        ["export", source, "-o", tmp_path / f"{evil}.geojson"],
        ["export", source, "-o", tmp_path / "o.geojson", "--json"],
    ):
        _, out, err = cli(*words)
        seen = out + err
        assert seen
        assert not any(c in seen for c in "\x1b\x07\x9b\u202e"), words
    written = (tmp_path / "o.geojson").read_text(encoding="utf-8")
    assert not any(c in written for c in "\x1b\x07\x9b\u202e")


def test_the_hostile_example_goes_through_every_command(
    cli: Cli, examples: Path, tmp_path: Path
) -> None:
    (source,) = examples.glob("*hostile*")
    for command, name in (
        ("map", "o.html"), ("export", "o.geojson"), ("extract", "o.jsonl"), ("brief", "o.md"),
    ):  # fmt: skip
        more = ["--region", "Donetsk Oblast"] if command == "brief" else []
        code, out, err = cli(command, source, "-o", tmp_path / name, *more)
        assert code == 0
        assert not any(c in out + err for c in "\u202e\u2066\u2069\x1b")
    assert "<script>alert" not in (tmp_path / "o.html").read_text(encoding="utf-8")
