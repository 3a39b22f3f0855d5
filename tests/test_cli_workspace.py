"""Commands on a workspace: added once, read once, and the same outputs as from the articles."""

from __future__ import annotations

import contextlib
import csv
import json
import shutil
import sqlite3
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cli_errors import refused
from misbehaving import Time, Web, fetcher, page, serving

from geomap.pipeline import Pipeline
from geomap.workspace_commands import WorkspaceRun

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Cli


EXAMPLES = Path(__file__).parents[1] / "examples"


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


def corrected(desk: Path, *entries: str, head: str = "correction") -> None:
    """Write a desk's corrections."""
    text = "".join(f"[[{head}]]\n{entry}\n" for entry in entries)
    (desk / "corrections.toml").write_text(text, encoding="utf-8")


def mentions(cli: Cli, desk: Path) -> list[dict[str, Any]]:
    out = desk.parent / "mentions.jsonl"
    assert cli("extract", desk, "-o", out)[0] == 0
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


def test_only_what_a_correction_touches_is_read_again(cli: Cli, desk: Path) -> None:
    named = [p.name for p in EXAMPLES.glob("*") if "Avdiivka" in p.read_text(encoding="utf-8")]
    assert 0 < len(named) < 10
    for entries, waits in (
        (['name = "Avdiivka"\nnot_place = true'], len(named)),
        # An article that is not there, a source that nothing is of, a name that nobody says.
        (['name = "Avdiivka"\narticle = "none"\nnot_place = true',
          'name = "Avdiivka"\nsource = "No Such News"\nnot_place = true',
          'name = "Nowhere-on-Sea"\nnot_place = true'], len(named)),
        ([], 0),
    ):  # fmt: skip
        corrected(desk, *entries)
        assert status(cli, desk)["waiting"] == waits
        _, out, _ = cli("reprocess", desk)
        assert out.startswith(f"{waits} article")
        assert status(cli, desk)["waiting"] == 0
        found = [m for m in mentions(cli, desk) if m["name"] == "Avdiivka"]
        assert bool(found) == ("No Such" in str(entries) or not entries)


def test_an_entry_above_does_not_upset_those_below(
    cli: Cli, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pin = 'name = "Kreminna"\nplace = {geonameid = 704138}\nnote = "(entry 7)"'
    corrected(desk, pin)
    cli("reprocess", desk)
    once = [m for m in mentions(cli, desk) if m["geonameid"] == 704138]
    assert once[0]["reasons"][0] == "corrected: (entry 7) (corrections.toml, entry 1)"
    corrected(desk, 'name = "Nowhere"\nnot_place = true', pin)
    monkeypatch.setattr(Pipeline, "_finish", lambda *_: pytest.fail("an article was read"))
    again = [m for m in mentions(cli, desk) if m["geonameid"] == 704138]
    assert again[0]["reasons"][0] == "corrected: (entry 7) (corrections.toml, entry 2)"
    assert len(again) == len(once)
    _, _, err = cli("export", desk, "-o", desk.parent / "o.csv")
    assert "entry 1 ('Nowhere'): corrects nothing" in err
    assert "entry 2" not in err


def test_a_slip_in_the_corrections_keeps_no_article_out(
    cli: Cli, desk: Path, tmp_path: Path
) -> None:
    late = tmp_path / "late.txt"
    late.write_text("Date: 2024-12-20\n\nShells fell near Bakhmut.", encoding="utf-8")
    (desk / "corrections.toml").write_text("[[correction]\n", encoding="utf-8")
    refused(cli("add", late, "-w", desk), "is not TOML", "1 new article")
    for command in ("status", "reprocess", "remove"):
        words = (command, "late", "-w", desk) if command == "remove" else (command, desk)
        refused(cli(*words), "is not TOML")
    refused(cli("verify", desk), "is not TOML", "the store itself is whole")
    (desk / "corrections.toml").unlink()
    assert cli("reprocess", desk)[1].startswith("1 article read\n11 articles")


def test_a_filled_in_review_in_the_folder_counts(cli: Cli, desk: Path) -> None:
    review = desk / "review.csv"
    assert cli("review", desk, "-o", review)[0] == 0
    assert status(cli, desk)["waiting"] == 0  # nothing is filled in yet
    with review.open(encoding="utf-8-sig", newline="") as stream:
        head, first, *rest = csv.reader(stream)
    answer = dict(zip(head, first, strict=True)) | {"choice": "none", "note": "a farm"}
    with review.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([head, list(answer.values()), *rest])
    assert status(cli, desk)["waiting"] == 1
    corrected(desk, 'name = "Nowhere"\nnot_place = true')  # stands before it
    words = (answer["article_id"], answer["name"])
    assert words not in [(m["article_id"], m["text"]) for m in mentions(cli, desk)]
    # It is asked no more, and what was answered is not lost.
    refused(cli("review", desk, "-o", review), "1 choice that would be lost")


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


def test_what_geomap_made_is_not_added_as_reports(cli: Cli, desk: Path, tmp_path: Path) -> None:
    (tmp_path / "news.txt").write_text("Date: 2024-01-01\n\nShells fell near Bakhmut.")
    (desk / "map.html").write_text("<p>Shells fell near Lyman.</p>")
    code, out, err = cli("add", tmp_path, "-w", desk)
    assert code == 0
    assert f"geomap: warning: {desk}: is a workspace: left out" in err
    assert out.startswith("1 new article, 0 known already")
    refused(cli("add", desk, "-w", desk), "is a workspace, which holds")


def test_an_article_named_twice_is_removed_once(cli: Cli, desk: Path) -> None:
    name = "2023-01-19--soledar-salt-mines"
    code, out, err = cli("remove", name, name, "-w", desk)
    assert (code, err) == (0, "")
    assert out.startswith("1 article removed (1 version)\n9 articles")


def test_removed_articles_are_gone(cli: Cli, desk: Path) -> None:
    code, out, _ = cli("remove", "2024-02-15--avdiivka", "-w", desk)
    assert code == 0
    assert out.startswith("1 article removed")
    assert status(cli, desk)["articles"] == 9
    refused(cli("remove", "nothing", "-w", desk), "nothing removed")


def test_its_articles_are_listed_with_what_could_not_be_read(
    cli: Cli, desk: Path, tmp_path: Path
) -> None:
    before = status(cli, desk)
    assert before["size_bytes"] > 100_000  # also while it stands in the log
    with contextlib.closing(sqlite3.connect(desk / "workspace.gpkg")) as db, db:
        row = "SELECT id FROM articles WHERE article_id = '2024-02-15--avdiivka'"
        db.execute(f"UPDATE reports SET report = NULL, problem = 'hung' WHERE article = ({row})")
    code, out, _ = cli("status", desk, "-o", tmp_path / "list.csv")
    assert code == 0
    assert "1 article set aside, since reading failed\n  2024-02-15--avdiivka: hung\n" in out
    rows = list(csv.DictReader((tmp_path / "list.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) == before["articles"]
    assert {r["article_id"]: r["problem"] for r in rows if r["state"] != "read"} == {
        "2024-02-15--avdiivka": "hung"
    }
    assert rows[-1]["date"] == ""
    refused(cli("status", desk, "-o", tmp_path / "list.txt"), "NAME.csv")


def test_a_whole_workspace_is_verified_and_a_damaged_one_is_not(cli: Cli, desk: Path) -> None:
    assert cli("verify", desk)[1].startswith("whole\n")
    store = desk / "workspace.gpkg"
    with contextlib.closing(sqlite3.connect(store)) as db:  # what the log has would hide the damage
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
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
    refused(cli("verify", desk / "workspace.gpkg"), "name the folder")
    refused(cli("map", desk / "workspace.gpkg", "-o", tmp_path / "m.html"), "name the folder")
    refused(cli("status", examples / "kupiansk-undated.txt"), "a workspace is a folder")
    refused(cli("add", tmp_path / "none.txt", "-w", desk), "no such file")
    refused(cli("add", "ftp://example.org/a", "-w", desk), "only http:// and https://")
    refused(cli("map", "https://example.org/a", "-o", tmp_path / "m.html"), "geomap add")
    refused(cli("map", desk, examples, "-o", tmp_path / "m.html"), "name it alone")
    monkeypatch.chdir(tmp_path)
    refused(cli("add", examples), "holds no workspace")
    shutil.rmtree(desk)
    refused(cli("status", desk), "geomap init")


_FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Example News</title>
<item><title>One</title><link>{one}</link><pubDate>Thu, 02 Mar 2023 22:30:00 -0500</pubDate></item>
<item><title>Two</title><link>{two}</link><pubDate>Fri, 03 Mar 2023 08:00:00 +0200</pubDate></item>
<item><title>Gone</title><link>{gone}</link></item>
</channel></rss>"""


def _story(words: str) -> str:
    more = "Nothing more was known by the evening, and the road stayed closed to all traffic. " * 6
    body = f"<article><p>{words}</p><p>{more}</p></article>"
    return f"<html><head><title>A story</title></head><body>{body}</body></html>"


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """A server that the command finds as `news.example`, with a clock that does not wait."""
    moment = Time()
    monkeypatch.setattr(WorkspaceRun, "_fetcher", lambda *_: fetcher(moment))
    with serving() as server:
        yield server


def test_a_feed_is_added_page_by_page_and_asked_for_once(
    cli: Cli, tmp_path: Path, web: Web
) -> None:
    pages = {n: web.url(f"/{n}") for n in ("one", "two", "gone")}
    web.answers = {
        "/feed": page(_FEED.format(**pages), content_type="application/rss+xml"),
        "/one": page(_story("Shells fell near Bakhmut.")),
        "/two": page(_story("Ukrainian forces held Kupiansk.")),
    }
    folder = tmp_path / "desk"
    cli("init", folder)
    code, out, err = cli("add", web.url("/feed"), "-w", folder)
    assert code == 1  # a page that the feed lists is gone, and named
    assert out.startswith("2 new articles")
    assert pages["gone"] in err
    cli("extract", folder, "-o", tmp_path / "m.jsonl", "--texts", tmp_path / "t.jsonl")
    names = {json.loads(line)["name"] for line in (tmp_path / "m.jsonl").read_text().splitlines()}
    assert {"Bakhmut", "Kupiansk"} <= names
    assert (status(cli, folder)["first"], status(cli, folder)["last"]) == (
        "2023-03-02", "2023-03-03",
    )  # the day is the day there  # fmt: skip
    web.asked.clear()
    _, out, _ = cli("add", web.url("/feed"), "-w", folder)
    assert out.startswith("0 new articles")
    assert web.paths == ["/feed", "/gone"]


def test_a_page_that_changed_is_a_new_version_with_its_raw_bytes(
    cli: Cli, tmp_path: Path, web: Web
) -> None:
    web.answers = {"/one": [page(_story("Ten were hurt near Bakhmut.")),
                            page(_story("Twelve were hurt near Bakhmut."))]}  # fmt: skip
    folder = tmp_path / "desk"
    cli("init", folder)
    for said in ("1 new article, 0 known", "0 new articles, 0 known already, 1 new version"):
        code, out, _ = cli("add", web.url("/one"), "-w", folder, "--article-date", "2023-03-02")
        assert code == 0
        assert out.startswith(said)
    raw = sqlite3.connect(folder / "workspace.gpkg").execute(
        "SELECT raw FROM articles ORDER BY version"
    )
    assert [b"<article>" in zlib.decompress(row[0]) for row in raw] == [True, True]


def test_addresses_of_ones_own_network_are_refused(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    cli("init", folder)
    for url in ("http://127.0.0.1:8000/x", "http://localhost/", "http://169.254.169.254/latest"):
        refused(cli("add", url, "-w", folder), "refused")


def test_copies_are_one_source_in_a_briefing(cli: Cli, tmp_path: Path) -> None:
    text = "Russian forces captured Bakhmut on Wednesday. " + "Little else was known by night. " * 8
    rows = [
        {"id": f"c{n}", "date": "2023-03-03", "source": f"Paper {n}", "text": text + f"By A. {n}."}
        for n in range(3)
    ]
    rows.append({"id": "own", "date": "2023-03-03", "source": "Desk", "text": "Shells hit Lyman."})
    (tmp_path / "r.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    folder = tmp_path / "desk"
    cli("init", folder)
    cli("add", tmp_path / "r.jsonl", "-w", folder)
    told = {}
    for name, source in (("files", tmp_path / "r.jsonl"), ("desk", folder)):
        out = tmp_path / f"{name}.json"
        assert cli("brief", source, "--region", "Ukraine", "--no-line", "-o", out)[0] == 0
        doc = json.loads(out.read_text(encoding="utf-8"))
        sources = {n["what"]: n["now"] for n in doc["numbers"]}["Sources"]
        (captured,) = doc["claims"]["places"][0]["cells"][0]
        told[name] = (sources, captured["single"], len(captured["cites"]))
    assert told == {"files": (4, False, 3), "desk": (2, True, 3)}


def test_warnings_that_repeat_themselves_are_counted(cli: Cli, desk: Path, tmp_path: Path) -> None:
    many = tmp_path / "many.jsonl"
    lines = [json.dumps({"id": f"n{i}", "text": f"Shells fell, {i}."}) for i in range(30)]
    many.write_text("\n".join([*lines, "{", "{"]), encoding="utf-8")
    code, _, err = cli("add", many, "-w", desk)
    told = err.splitlines()
    assert code == 1
    assert sum("has no date" in line for line in told) == 20
    assert sum("geomap: set aside" in line for line in told) == 2
    assert told[-1] == "geomap: warning: 10 more of the same (undated): --verbose names them"
    assert cli("add", many, "-w", desk, "--verbose")[2].count("has no date") == 30


def test_what_holds_nothing_of_a_period_says_so(cli: Cli, desk: Path, tmp_path: Path) -> None:
    late = ("--since", "2030-01-01")
    for words in (
        ("map", desk, "-o", tmp_path / "m.html"),
        ("export", desk, "-o", tmp_path / "o.csv"),
        ("brief", desk, "--region", "Donetsk Oblast", "--no-picture", "-o", tmp_path / "b.md"),
        ("extract", desk, "-o", tmp_path / "e.jsonl"),
    ):
        code, _, err = cli(*words, *late)
        assert code == 0, err
        assert "no article of this period" in err
    assert cli("init", tmp_path / "bare")[0] == 0
    refused(cli("map", tmp_path / "bare", "-o", tmp_path / "m.html"), "holds no article yet")
