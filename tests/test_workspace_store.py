"""The store of a workspace: nothing is lost, nothing is there twice, and damage is told."""

from __future__ import annotations

import datetime as dt
import os
import re
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomap.errors import WorkspaceError
from geomap.models import Article
from geomap.workspace.copies import are_copies, bands, shingles
from geomap.workspace.store import Store
from geomap.workspace.texts import packed, unpacked
from geomap.workspace.workspace import Workspace, create, open_workspace

if TYPE_CHECKING:
    from geomap.workspace.store import Added

NOW = dt.datetime(2026, 3, 1, 7, 30, tzinfo=dt.UTC)
LONG = (
    "Shells fell near the town on Monday, officials said, and a market that was full of people "
    "was hit. Two were killed and seven wounded, the mayor told reporters at the scene, where "
    "rescuers went on with their work until late in the evening."
)


def article(name: str, text: str, **more: object) -> Article:
    return Article(name, text, date=dt.date(2026, 2, 21), **more)  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create(tmp_path / "w").store.close()
    return tmp_path / "w"


def add(folder: Path, *articles: Article) -> list[Added]:
    space = open_workspace(folder)
    with space.store:
        return list(space.add(articles, NOW))


def held(folder: Path) -> list[tuple[str, int, str]]:
    space = open_workspace(folder)
    with space.store:
        return [(s.article.id, s.version, s.article.text) for s in space.store.articles()]


def test_the_same_article_is_there_once(folder: Path) -> None:
    one = article("a", "Shells fell near Bakhmut.", url="https://example.org/1", source="News")
    assert [a.outcome for a in add(folder, one, one)] == ["new", "known"]
    assert [a.outcome for a in add(folder, one)] == ["known"]
    assert held(folder) == [("a", 1, "Shells fell near Bakhmut.")]


def test_the_same_address_with_another_text_is_a_new_version(folder: Path) -> None:
    first = article("a", "Ten were hurt.", url="https://example.org/1")
    second = article("other name", "Twelve were hurt.", url="https://example.org/1")
    assert [a.outcome for a in add(folder, first, second)] == ["new", "version"]
    assert held(folder) == [("a", 2, "Twelve were hurt.")]
    with Store(folder / "workspace.gpkg") as store:
        counts = store.counts("none")
    assert (counts.articles, counts.versions) == (1, 2)
    # The text of before is a version like any other: what is known stays known.
    assert add(folder, first)[0].outcome == "known"
    assert held(folder) == [("a", 2, "Twelve were hurt.")]


def test_an_edited_message_is_a_new_version(folder: Path) -> None:
    texts = [("telegram-7-1", "Two hurt."), ("telegram-7-2", "One."), ("telegram-8-1", "Quiet.")]
    add(folder, *(article(name, text, source="Front") for name, text in texts))
    [edited] = add(folder, article("telegram-7-1", "Three hurt.", source="Front"))
    assert edited.outcome == "version"
    assert held(folder)[0] == ("telegram-7-1", 2, "Three hurt.")
    assert len(held(folder)) == 3


def test_an_article_that_gets_its_date_is_a_new_version(folder: Path) -> None:
    day = dt.date(2023, 3, 2)
    undated, dated = Article("a", "One."), Article("a", "One.", date=day)
    named = Article("a", "One.", date=day, source="Wire")
    other = Article("a", "One.", date=dt.date(2023, 3, 3), source="Wire")
    added = add(folder, undated, dated, undated, named, other)
    assert [a.outcome for a in added] == ["new", "version", "known", "version", "new"]
    assert held(folder) == [("a", 3, "One."), ("a~2", 1, "One.")]


def test_ids_of_different_articles_are_different(folder: Path) -> None:
    names = [a.article_id for a in add(folder, article("a", "One."), article("a", "Two."))]
    assert names == ["a", "a~2"]
    assert [row[2] for row in held(folder)] == ["One.", "Two."]


def test_copies_are_linked_to_the_first(folder: Path) -> None:
    add(
        folder,
        article("a", LONG, source="Agency"),
        article("b", f"{LONG} Reporting by A. B.; editing by C. D.", source="Paper"),
        article("c", "Another story altogether, of a bridge over the river. " * 6, source="Paper"),
    )
    with Store(folder / "workspace.gpkg") as store:
        assert store.counts("none").copies == 1
    rows = sqlite3.connect(folder / "workspace.gpkg").execute(
        "SELECT article_id, (SELECT o.article_id FROM articles o WHERE o.id = a.copy_of) "
        "FROM articles a ORDER BY id"
    )
    assert list(rows) == [("a", None), ("b", "a"), ("c", None)]


def test_a_new_version_is_no_copy_of_the_earlier(folder: Path) -> None:
    url = "https://example.org/1"
    add(
        folder,
        article("a", LONG, source="Agency", url=url),
        article("b", f"{LONG} Reporting by A. B.", source="Paper"),
        article("a", f"{LONG} Corrects the number.", source="Agency", url=url),
    )
    with Store(folder / "workspace.gpkg") as store:
        assert store.copies() == {"b": "Agency"}


def test_short_texts_are_no_copies() -> None:
    assert bands(shingles("Shells fell near Bakhmut.")) == []
    assert not are_copies(shingles("Shells fell."), shingles("Shells fell."))


@given(st.text(max_size=2000))
def test_texts_come_back_as_they_were(text: str) -> None:
    assert unpacked(packed(text), "") == text


@pytest.mark.parametrize("text", ["\ud800 half of a pair", "\x00", "", "é" * 10_000])
def test_odd_texts_are_kept_whole(folder: Path, text: str) -> None:
    add(folder, article("odd", text))
    assert held(folder) == [("odd", 1, text)]


def test_odd_names_do_not_stop_it(folder: Path) -> None:
    odd = article("\udce9t\udce9", "Text.", title="\ud800", source="A\x00B", path="/tmp/\udcff.txt")
    assert [a.outcome for a in add(folder, odd, odd)] == ["new", "known"]
    assert held(folder) == [("\ufffdt\ufffd", 1, "Text.")]


def test_articles_come_by_date_and_undated_last(folder: Path) -> None:
    days = ("2026-02-03", None, "2026-02-01", "2026-02-02")
    articles = [
        Article(f"n{n}", f"Text {n}.", date=dt.date.fromisoformat(d) if d else None)
        for n, d in enumerate(days)
    ]
    add(folder, *articles)
    assert [row[0] for row in held(folder)] == ["n2", "n3", "n0", "n1"]
    space = open_workspace(folder)
    some = space.read(dt.date(2026, 2, 2), dt.date(2026, 2, 3))
    assert [a.id for a in some] == ["n3", "n0"]
    space.store.close()


def test_what_is_removed_is_gone_with_its_versions(folder: Path) -> None:
    url = "https://example.org/1"
    add(folder, article("a", LONG, url=url), article("a", f"{LONG} More.", url=url),
        article("b", f"{LONG} By X."))  # fmt: skip
    with Store(folder / "workspace.gpkg") as store:
        assert store.remove("a") == 2
        assert store.remove("a") == 0
        assert store.faults() == []
    assert [row[0] for row in held(folder)] == ["b"]


def test_gis_programs_open_it(folder: Path) -> None:
    import pyogrio

    add(folder, article("a", "Shells fell."))
    assert {name for name, _ in pyogrio.list_layers(folder / "workspace.gpkg")} >= {"articles"}


def test_damage_is_told(folder: Path) -> None:
    add(folder, *(article(f"a{n}", f"Report {n}. {LONG}" * 20) for n in range(20)))
    path = folder / "workspace.gpkg"
    whole = path.read_bytes()
    with Store(path) as store:
        assert store.faults() == []
    db = sqlite3.connect(path)
    db.execute("UPDATE articles SET text = X'00' WHERE article_id = 'a3'")
    db.commit()
    db.close()
    with Store(path) as store:
        assert store.faults() == ["article a3, version 1: its text is damaged"]
    path.write_bytes(whole[: len(whole) // 2])
    for side in ("-wal", "-shm"):
        path.with_name(path.name + side).unlink(missing_ok=True)
    with pytest.raises(WorkspaceError, match=r"workspace\.gpkg"), Store(path) as store:
        raise WorkspaceError(f"{path}: {store.faults()[0]}")


def test_what_is_no_store_is_told(tmp_path: Path) -> None:
    path = tmp_path / "workspace.gpkg"
    path.write_bytes(b"not a database at all, " * 100)
    with pytest.raises(WorkspaceError, match="damaged"):
        Store(path)
    path.unlink()
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE t (x)")
    other.commit()
    other.close()
    with pytest.raises(WorkspaceError, match="no store of geomap's"):
        Store(path)
    with pytest.raises(WorkspaceError, match="geomap init"):
        open_workspace(tmp_path / "none")


def test_a_newer_store_is_not_touched(folder: Path) -> None:
    path = folder / "workspace.gpkg"
    db = sqlite3.connect(path)
    db.execute("UPDATE meta SET value = '99' WHERE key = 'store_version'")
    db.commit()
    db.close()
    with pytest.raises(WorkspaceError, match="newer geomap"):
        Store(path)


_WRITER = """
import sys, datetime as dt
from pathlib import Path
from geomap.models import Article
from geomap.workspace.workspace import open_workspace
folder, name, number = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
space = open_workspace(folder)
articles = (Article(f"{name}{n}", f"Report {name} {n}: shells fell.") for n in range(number))
for added in space.add(articles):
    print(added.article_id, flush=True)
"""


def writer(folder: Path, name: str, number: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(folder), name, str(number)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )


def test_two_processes_add_at_once(folder: Path) -> None:
    both = [writer(folder, name, 40) for name in "ab"]
    for process in both:
        process.communicate(timeout=60)
        assert process.returncode == 0
    assert len(held(folder)) == 80


def test_a_killed_writer_loses_nothing_that_it_told_of(folder: Path) -> None:
    for turn in range(3):
        process = writer(folder, f"t{turn}-", 2000)
        assert process.stdout is not None
        told = [process.stdout.readline().strip() for _ in range(20 + 30 * turn)]
        process.send_signal(signal.SIGKILL)
        told += process.communicate(timeout=60)[0].split()
        names = {row[0] for row in held(folder)}
        assert set(told[:-1]) <= names  # the last line may be cut
    with Store(folder / "workspace.gpkg") as store:
        assert store.faults() == []


@pytest.mark.skipif(
    os.name != "posix" or os.geteuid() == 0, reason="needs a user whom permissions hold"
)
def test_a_read_only_workspace_is_told(folder: Path) -> None:
    for path in (*folder.iterdir(), folder):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        with pytest.raises(WorkspaceError):
            add(folder, article("a", "Text."))
    finally:
        folder.chmod(0o755)


def test_a_full_store_is_told_and_stays_whole(folder: Path) -> None:
    add(folder, article("a", "First."))
    with Store(folder / "workspace.gpkg") as store:
        pages = store._db.execute("PRAGMA page_count").fetchone()[0]
        store._db.execute(f"PRAGMA max_page_count = {pages + 2}")
        big = article("big", os.urandom(60_000).hex())
        with pytest.raises(WorkspaceError, match="disk is full"):
            store.add(big, origin="test", when=NOW)
    assert [row[0] for row in held(folder)] == ["a"]
    with Store(folder / "workspace.gpkg") as store:
        assert store.faults() == []


def test_a_file_that_cannot_be_opened_is_let_go(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the fuzzer found: a lock that stayed, and a message that was no text."""
    store = folder / "workspace.gpkg"
    with sqlite3.connect(store) as db:
        db.execute("PRAGMA journal_mode = DELETE")
    db.close()
    store.write_bytes(store.read_bytes().replace(b"tablemeta", b"table\xff\xff\xff\xff"))
    opened: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def noted(*given: object, **more: object) -> sqlite3.Connection:
        opened.append(connect(*given, **more))  # type: ignore[call-overload]
        return opened[-1]

    monkeypatch.setattr(sqlite3, "connect", noted)
    with pytest.raises(WorkspaceError, match="is damaged"):
        open_workspace(folder)
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        opened[0].execute("SELECT 1")


def test_no_lookup_of_an_article_goes_through_all(tmp_path: Path) -> None:
    # What takes a millisecond in a test takes hours in a workspace of 100,000 articles.
    asked: list[str] = []
    with create(tmp_path / "w").store as store:
        store.file.db.set_trace_callback(asked.append)
        one = article("a", LONG, url="https://example.org/1", source="News")
        Workspace(tmp_path / "w", store).keep(one)
        store.reports.keep("a", "engine", b"report")
        store.reports.found("a", "engine")
        store.reports.mark("a")
        store.history.report_at("a", 9)
        list(store.latest(["a", "b"]))
        store.knows("https://example.org/1")
        store.remove("a")
        store.file.db.set_trace_callback(None)
        told = [sql for sql in asked if re.match(r"SELECT|UPDATE|DELETE", sql.lstrip("- "))]
        assert len(told) > 10
        for sql in told:
            for row in store.file.db.execute(f"EXPLAIN QUERY PLAN {sql}"):
                table = re.match(r"SCAN (articles|reports|past_reports|shingles|a|r|p)\b", row[3])
                through_all = table or "(latest" in row[3]
                assert not through_all, f"{sql}: {row[3]}"


def test_bytes_that_are_no_text_are_damage_told_in_one_line(folder: Path) -> None:
    add(folder, article("a", LONG))
    with open_workspace(folder).store as store:
        store.file.db.execute("UPDATE articles SET text_sha256 = CAST(X'FF0D0A1B' AS TEXT)")
        with pytest.raises(WorkspaceError) as told:
            store.faults()
    assert str(told.value).endswith("is damaged: take a copy of it, then restore a backup")
    assert str(told.value).isprintable()
