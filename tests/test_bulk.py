"""Bulk runs: the same rows however they are cut and wherever they are read, and none lost."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cli_errors import refused

from geomap.articles import iter_articles
from geomap.articles._options import ReadOptions
from geomap.bulk import run as bulk_run
from geomap.bulk.cluster import Here, Lost
from geomap.bulk.partitions import Partition, find_sources, halves, plan
from geomap.bulk.records import read_partition
from geomap.bulk.task import DiedError, process
from geomap.bulk_commands import BulkRun
from geomap.models import Article, Problem
from geomap.pipeline import Pipeline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from conftest import Cli

HOW = ReadOptions(None, dt.date(2030, 1, 1), 50_000)
TINY = "0.0003"  # MB: an article or two in a partition
_TEXTS = (
    "Russian forces captured Bakhmut on Wednesday.",
    "Shells fell 3 km west of Kupiansk, a medic said.",
    "Ukraine repelled attacks near Lyman in Donetsk Oblast.",
    "Kyiv denied that Avdiivka was lost.",
)


def _rows(number: int = 10) -> list[dict[str, Any]]:
    return [
        {"id": f"a{n}", "text": f"{_TEXTS[n % 4]} Report {n}.", "date": f"2023-03-0{1 + n % 3}",
         "title": f"Told {n}", "source": "Desk", "url": f"https://example.org/{n}"}
        for n in range(number)
    ]  # fmt: skip


def _lines(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    rows = _rows()
    rows[2]["date"] += "T08:30:00+02:00"
    rows[6]["published"] = f"{rows[6]['date']}T23:30:00+02:00"
    del rows[3]["date"]
    del rows[4]["id"], rows[5]["id"]
    path = _lines(tmp_path / "r.jsonl", rows)
    lines = path.read_text(encoding="utf-8").splitlines()
    lines.insert(6, '{"text": ')
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def features(folder: Path) -> list[dict[str, Any]]:
    """Return the rows of all features that a bulk folder has, by id."""
    tables = [pq.ParquetFile(p).read() for p in sorted(folder.glob("features/*/*.parquet"))]
    return sorted(pa.concat_tables(tables).to_pylist(), key=lambda row: row["id"])


def contents(folder: Path, *left_out: str) -> dict[str, bytes]:
    """Return the files of a folder by path."""
    files = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    return {name: p.read_bytes() for name, p in files.items() if name not in left_out}


def test_rows_are_those_of_an_export(cli: Cli, reports: Path, tmp_path: Path) -> None:
    folder, table = tmp_path / "bulk", tmp_path / "x.parquet"
    asked = ("--region", "Donetsk Oblast", "--min-confidence", "0.1")
    code, out, err = cli("bulk", reports, "-o", folder, "--part-mb", TINY, *asked)
    assert (code, "r.jsonl:7: is not JSON" in err) == (1, True)
    assert cli("export", reports, "-o", table, *asked)[0] == 1
    whole = pq.ParquetFile(table)
    assert features(folder) == sorted(whole.read().to_pylist(), key=lambda row: row["id"])
    one = pq.ParquetFile(next(folder.glob("features/date=2023-03-01/*.parquet")))
    assert one.schema_arrow.equals(whole.schema_arrow)
    assert one.metadata.metadata[b"generator"] == whole.metadata.metadata[b"generator"]
    told = json.loads((folder / "bulk.json").read_text())
    assert (told["counts"]["articles"], told["counts"]["undated"]) == (10, 1)
    assert told["partitions"] > 3
    assert "10 articles, 3 dates" in out
    kinds = [json.loads(x)["kind"] for x in (folder / "problems.jsonl").read_text().splitlines()]
    assert sorted(kinds) == ["broken-json", "undated"]


def test_workers_of_a_cluster_write_the_same_bytes(cli: Cli, reports: Path, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    cli("bulk", reports, "-o", tmp_path / "here", "--part-mb", TINY)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, protocol="tcp",
        dashboard_address="127.0.0.1:0",
        host="127.0.0.1", silence_logs=50,
    ) as cluster:  # fmt: skip
        code, _, err = cli("bulk", reports, "-o", tmp_path / "there", "--part-mb", TINY,
                           "--scheduler", cluster.scheduler_address)  # fmt: skip
    assert code == 1, err
    assert contents(tmp_path / "there") == contents(tmp_path / "here")


def test_a_stopped_run_goes_on(
    cli: Cli, reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("bulk", reports, "-o", tmp_path / "once", "--part-mb", TINY)
    work, done = bulk_run.process, []

    def stopping(job: Any, partition: Partition) -> Any:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(partition.id)
        return work(job, partition)

    monkeypatch.setattr(bulk_run, "process", stopping)
    folder = tmp_path / "twice"
    assert cli("bulk", reports, "-o", folder, "--part-mb", TINY)[0] == 130
    assert not json.loads((folder / "bulk.json").read_text())["done"]
    code, _, err = cli("export", folder, "-o", tmp_path / "part.csv")
    assert (code, "is not finished" in err) == (0, True)
    monkeypatch.setattr(bulk_run, "process", lambda j, p: done.append(p.id) or work(j, p))
    cli("bulk", reports, "-o", folder, "--part-mb", TINY)
    assert len(done) == len(set(done))
    assert contents(folder) == contents(tmp_path / "once")


class _Deadly(Here):
    """Workers that die of the partitions that hold a word."""

    def each(self, work: Callable[..., Any], items: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
        for item in items:
            if isinstance(item, Partition) and any(
                "Poison" in one.text for one in read_partition(item, HOW) if hasattr(one, "text")
            ):
                # A suspect is tried once more, by a process that finds that another died of it.
                yield item, (DiedError if work.keywords else Lost)("the worker died")  # type: ignore[attr-defined]
            else:
                yield from super().each(work, [item])


def test_what_kills_workers_is_left_out_alone(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = _rows()
    rows[6]["text"] = "Poison. Russian forces captured Bakhmut."
    path = _lines(tmp_path / "r.jsonl", rows)
    with monkeypatch.context() as patch:
        patch.setattr("geomap.bulk_commands.Here", _Deadly)
        code, _, err = cli("bulk", path, "-o", tmp_path / "bulk")
    assert (code, "r.jsonl:7: kills the process" in err) == (1, True)
    found = {row["article_id"] for row in features(tmp_path / "bulk")}
    assert found == {f"a{n}" for n in range(10) if n != 6}
    # What the halves gave is read, once, and the run is not begun again.
    code, out, _ = cli("export", tmp_path / "bulk", "-o", tmp_path / "x.csv")
    assert (code, "9 articles" in out) == (0, True)
    monkeypatch.setattr(bulk_run, "process", lambda *_: pytest.fail("done already"))
    assert "9 articles" in cli("bulk", path, "-o", tmp_path / "bulk")[1]


def test_a_suspect_is_tried_once(tmp_path: Path) -> None:
    path, folder = _lines(tmp_path / "r.jsonl", _rows(1)), tmp_path / "bulk"
    folder.mkdir()
    job = BulkRun([str(path)], {}, False)._job(str(folder), 16.0)
    (part,) = plan(find_sources([str(path)])[0]).partitions
    assert process(job, part, suspect=True).counts["articles"] == 1
    with pytest.raises(DiedError):
        process(job, part, suspect=True)


def test_another_run_does_not_mix_in(cli: Cli, tmp_path: Path) -> None:
    path, folder = _lines(tmp_path / "r.jsonl", _rows(2)), tmp_path / "bulk"
    note = tmp_path / "c.toml"
    note.write_text('[[correction]]\nname = "Bakhmut"\nnot_place = true\n', encoding="utf-8")
    assert cli("bulk", path, "-o", folder)[0] == 0
    refused(cli("bulk", path, "-o", folder, "--corrections", note), "another geomap")
    refused(cli("bulk", path, "-o", folder, "--since", "2023-03-02"), "other filters")
    _lines(path, _rows(3))
    refused(cli("bulk", path, "-o", folder), "they have changed")
    refused(cli("bulk", path, "-o", tmp_path), "holds other files")
    refused(cli("bulk", path, "-o", tmp_path / "b", "--source", "Desk"), "no --front")
    refused(cli("bulk", tmp_path / "*.warc", "-o", tmp_path / "b"), "no such file")
    refused(cli("bulk", note, "-o", tmp_path / "b"), "is none of .parquet")
    refused(cli("map", folder, path, "-o", tmp_path / "m.html"), "name it alone")


def test_other_commands_read_the_folder_and_no_article_again(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, folder = _lines(tmp_path / "r.jsonl", _rows()), tmp_path / "bulk"
    assert cli("bulk", path, "-o", folder, "--part-mb", TINY)[0] == 0
    words = ("--since", "2023-03-02", "--region", "Donetsk Oblast")
    cli("export", path, "-o", tmp_path / "a.gpkg", *words)
    for file in folder.glob("reports/date=2023-03-01/*"):  # of a day that is not asked for
        file.write_bytes(b"broken")
    monkeypatch.setattr(Pipeline, "_finish", lambda *_: pytest.fail("an article was read"))
    assert cli("export", folder, "-o", tmp_path / "b.gpkg", *words)[0] == 0
    assert (tmp_path / "a.gpkg").read_bytes() == (tmp_path / "b.gpkg").read_bytes()
    # A briefing reads the period before, too, and no more.
    brief = ("brief", folder, "--region", "Donetsk Oblast", "--no-line", "--no-picture", "-o",
             tmp_path / "b.json")  # fmt: skip
    assert cli(*brief, "--since", "2023-03-03", "--until", "2023-03-03")[0] == 0
    told = json.loads((tmp_path / "b.json").read_text(encoding="utf-8"))["period"]["previous"]
    assert told["since"] == "2023-03-02"
    refused(cli(*brief, "--since", "2023-03-02", "--until", "2023-03-02"), "cannot be read")
    refused(cli("export", folder, "-o", tmp_path / "c.csv"), "cannot be read")


def test_stores_that_are_no_folders(cli: Cli, tmp_path: Path) -> None:
    memory = pytest.importorskip("fsspec").filesystem("memory")
    path = _lines(tmp_path / "r.jsonl", _rows(4))
    memory.pipe_file("/news/r.jsonl", path.read_bytes())
    memory.pipe_file("/news/z.jsonl", b"")
    words = ("bulk", "memory://news/*.jsonl", "-o", "memory://out")
    told = cli(*words)
    assert (told[0], "memory:///news/z.jsonl: is empty" in told[2]) == (1, True)
    assert cli(*words) == told  # it is done, and says the same
    assert cli("bulk", path, "-o", tmp_path / "out")[0] == 0
    mine = contents(tmp_path / "out" / "features")
    assert {n: memory.cat_file(f"/out/features/{n}") for n in mine if n} == mine
    for name, source in (("a", path), ("b", "memory://out")):
        assert cli("export", source, "-o", tmp_path / f"{name}.csv")[0] == 0
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    refused(cli("bulk", "https://example.org/r.jsonl", "-o", tmp_path / "b"), "no web addresses")
    refused(cli("bulk", "nosuch://news/r.jsonl", "-o", tmp_path / "b"), "cannot be reached")


# ---- Partitions ----


def _articles(path: Path, part_bytes: int) -> tuple[list[Article], list[Problem], int]:
    (source,) = find_sources([str(path)])
    parts = plan(source, part_bytes).partitions
    found = [one for part in parts for one in read_partition(part, HOW)]
    articles = [one for one in found if isinstance(one, Article)]
    return articles, [one for one in found if isinstance(one, Problem)], len(parts)


@pytest.mark.parametrize("end", ["\n", ""])
def test_lines_are_the_same_however_they_are_cut(reports: Path, end: str) -> None:
    reports.write_text(reports.read_text(encoding="utf-8") + end, encoding="utf-8")
    whole = _articles(reports, 1 << 20)
    assert whole[2] == 1
    for size in (1, 150, 151, 152, 400):
        cut = _articles(reports, size)
        assert cut[:2] == whole[:2]
        assert cut[2] > 3
    assert whole[0][4].id == "r.jsonl#5"
    assert whole[1][1].line == 7


def test_rows_of_parquet_are_the_same_however_they_are_cut(tmp_path: Path) -> None:
    rows = _rows(200)
    for n, row in enumerate(rows):
        row["date"] = dt.datetime(2023, 3, 1, 23, 30) + dt.timedelta(days=n % 5)
    del rows[150]["id"]
    rows[7]["text"] = None
    path = tmp_path / "r.parquet"
    pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=70)
    whole, wrong, parts = _articles(path, 1 << 30)
    assert (len(whole), parts, whole[149].id) == (199, 3, "r.parquet#151")
    assert whole[1].date == dt.date(2023, 3, 2)
    assert whole[1].published == dt.datetime(2023, 3, 2, 23, 30)
    assert [(p.line, p.set_aside) for p in wrong] == [(8, True)]
    cut = _articles(path, 1000)
    assert (cut[0], cut[1]) == (whole, wrong)
    assert cut[2] > 3
    (source,) = find_sources([str(path)])
    (_, second, _) = plan(source, 1 << 30).partitions
    both = halves(second)
    assert both is not None
    assert [(p.first, p.last) for p in both] == [(70, 105), (105, 140)]


def test_halves_of_lines_are_cut_at_a_line(reports: Path) -> None:
    (source,) = find_sources([str(reports)])
    parts = [*plan(source, 1 << 20).partitions]
    single: list[Partition] = []
    while parts:
        part = parts.pop(0)
        both = halves(part)
        if both is None:
            single.append(part)
        else:
            assert both[0].last == both[1].first
            parts = [*both, *parts]
    assert [p.line for p in single] == list(range(1, 12))


def _record(number: int, status: str, kind: str, text: str) -> bytes:
    body = text.encode("cp1251")
    http = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    block = http.encode("ascii") + body
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Date: 2023-03-02T22:30:00Z\r\n"
        f"WARC-Target-URI: https://example.org/{number}\r\n"
        f"WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-{number:012}>\r\n"
        "Content-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    return gzip.compress(head.encode("ascii") + block + b"\r\n\r\n", mtime=0)


def _as_others_read(path: Path) -> tuple[list[Article], list[Problem]]:
    found = list(iter_articles([path], today=HOW.today, max_article_mb=HOW.max_bytes / 1e6))
    articles = [one.article for one in found if not isinstance(one, Problem)]
    return articles, [one for one in found if isinstance(one, Problem)]


def _singles(parts: Sequence[Partition]) -> list[Partition]:
    """Return partitions as they are after their workers died again and again."""
    for n, part in enumerate(parts):
        if (both := halves(part)) is not None:
            return [*parts[:n], *_singles(both), *_singles(parts[n + 1 :])]
    return [*parts]


def test_pages_of_a_warc_are_those_that_all_commands_read(tmp_path: Path) -> None:
    path = tmp_path / "w.warc.gz"
    more = "Nothing more was known by the evening, and the road stayed closed. " * 8
    page = "<html><head><title>T</title>{}</head><body><article><p>{}</p></article></body></html>"
    day = '<meta property="article:published_time" content="2023-03-01T21:00:00+02:00">'
    pages = (
        ("200 OK", "text/html; charset=windows-1251", page.format("", f"Обстріл Бахмута. {more}")),
        ("404 Not Found", "text/html", page.format("", f"Gone. {more}")),
        ("200 OK", "image/png", "x"),
        ("200 OK", "text/plain", "Shells fell near Lyman."),
        ("200 OK", "text/html", "<html><body></body></html>"),
        ("200 OK", "text/html", page.format(day, f"Lyman was shelled. {more}")),
    )
    path.write_bytes(b"".join(_record(n, *one) for n, one in enumerate(pages)))
    articles, problems, _ = _articles(path, 1)
    assert (articles, problems) == _as_others_read(path)
    assert [(a.id, a.url, str(a.date), a.date_source) for a in articles] == [
        (f"https://example.org/{n}", f"https://example.org/{n}", day, source)
        for n, day, source in (
            (0, "2023-03-02", "capture"), (3, "2023-03-02", "capture"),
            (5, "2023-03-01", "metadata"),
        )
    ]  # fmt: skip
    assert articles[0].text.startswith("Обстріл Бахмута.")
    assert [a.published is not None for a in articles] == [False, False, True]
    assert [p.kind for p in problems] == [
        "encoding", "capture-date", "capture-date", "no-text",
    ]  # fmt: skip
    path.write_bytes(path.read_bytes()[:-150])
    whole = _articles(path, 1)[:2]
    assert whole == _as_others_read(path)
    assert [p.kind for p in whole[1]][-1] == "broken-archive"
    (source,) = find_sources([str(path)])
    parts = _singles(plan(source).partitions)
    assert len(parts) == 6
    found = [one for part in parts for one in read_partition(part, HOW)]
    assert [one for one in found if isinstance(one, Article)] == whole[0]
    assert [one for one in found if isinstance(one, Problem)] == whole[1]


def test_lines_are_those_that_all_commands_read(tmp_path: Path) -> None:
    rows = _rows(9)
    rows[0]["published"] = "2023-03-01T23:30:00+02:00"
    rows[1] |= {"date": None, "published": "2023-03-04T01:00:00Z"}
    rows[2] |= {"date": "2031-01-01", "id": 7}
    rows[3] |= {"date": "3/4/2023", "published": "yes"}
    rows[4] |= {"date": "2023-03-05", "published": "2023-03-06T01:00:00Z"}  # of another day
    del rows[5]["id"], rows[5]["date"], rows[6]["text"]
    rows[7] |= {"id": "a\u202eb", "url": "ftp://example.org", "title": 5}
    rows[8]["text"] = "Calm. " * 9_000
    for name in ("2023-03-09-r.jsonl", "r.jsonl"):
        path = _lines(tmp_path / name, rows)
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes() + b'{"text": "Ky\xefv."}\n')
        found = _articles(path, 1 << 20)
        assert found[:2] == _as_others_read(path)
    blank = tmp_path / "blank.jsonl"
    blank.write_bytes(b" \n\n")
    assert _articles(blank, 1 << 20)[:2] == _as_others_read(blank)
    articles, problems, _ = found
    assert [a.published is not None for a in articles[:5]] == [True, True, False, False, False]
    assert len(articles) == 8
    assert {p.kind for p in problems} == {
        "bad-date", "bad-field", "bad-url", "encoding", "future-date", "no-text", "too-large",
        "undated",
    }  # fmt: skip


def test_what_is_damaged_is_told_and_what_stands_before_is_kept(tmp_path: Path) -> None:
    rows = [row | {"text": f"{row['text']} {n * 7919 % 1000}"} for n, row in enumerate(_rows(200))]
    zipped, table = tmp_path / "r.jsonl.gz", tmp_path / "r.parquet"
    zipped.write_bytes(gzip.compress(_lines(tmp_path / "r.jsonl", rows).read_bytes()))
    pq.write_table(pa.Table.from_pylist(rows), table, row_group_size=100)
    for path in (zipped, table):
        data = bytearray(path.read_bytes())
        at = len(data) // 2
        data[at : at + 40] = bytes(40)
        path.write_bytes(bytes(data))
        articles, problems, _ = _articles(path, 1 << 20)
        assert len(articles) < 200
        assert {p.kind for p in problems if p.set_aside} >= {"damaged"}
    zipped.unlink()
    with pytest.raises(FileNotFoundError):  # that is no fault of the file: it is tried again
        list(read_partition(Partition("0", str(zipped), "r", "lines"), HOW))


def test_files_of_one_name_keep_their_articles_apart(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        _lines(tmp_path / folder / "r.jsonl", [{"text": "Calm."}])
    _lines(tmp_path / "own.jsonl", [{"text": "Calm."}])
    found = find_sources([str(tmp_path / "**" / "*.jsonl"), str(tmp_path / "own.jsonl")])
    assert [s.name for s in found] == ["one/r.jsonl", "own.jsonl", "two/r.jsonl"]
