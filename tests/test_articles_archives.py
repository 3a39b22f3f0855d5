"""Archives of reports: ZIP, WARC, Telegram's exports, and articles read one at a time."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import sqlite3
import tracemalloc
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from geomap.articles import ReadArticle, ReadResult, iter_articles, read_articles
from geomap.models import Problem

if TYPE_CHECKING:
    from conftest import Cli

# warcio's writer leaves its temporary files to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:Unclosed file <tempfile.Spooled:ResourceWarning")

DAY = dt.date(2023, 3, 14)
WORDS = "Shelling went on near Lyman and Siversk on Monday, officials said in the evening. "


def page(words: str = WORDS * 6, head: str = "") -> bytes:
    return f"<html><head><title>A</title>{head}</head><body><p>{words}</p></body></html>".encode()


DATED = '<meta name="date" content="2023-03-14">'


def aside(result: ReadResult) -> list[str]:
    return [str(p).removeprefix(p.path + ": ") for p in result.set_aside]


def zipped(path: Path, files: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, how)
    return path


# ---- ZIP ----


def test_zip_holds_whatever_files_are_read(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "desk.zip",
        {
            "b/2023-03-14--x.txt": b"Calm in Lyman.",
            "a/deep/er/page.html": page(head=DATED),
            "wires.jsonl": b'{"id": "w1", "text": "One."}\n{"id": "w2", "text": "Two."}\n',
            "crawl.warc.gz": warc((page(head=DATED), {})),
            "export/result.json": json.dumps(CHAT | {"messages": CHAT["messages"][:4]}).encode(),
            "photos/1.jpg": b"\xff\xd8\xff",
            "__MACOSX/b/._x.txt": b"junk",
            ".hidden.txt": b"junk",
        },
    )
    result = read_articles([path])
    assert [a.id for a in result] == [
        "page", "2023-03-14--x", "https://news.example/1", "telegram-77-1", "telegram-77-3", "w1",
        "w2",
    ]  # fmt: skip
    assert {a.path for a in result} >= {
        f"{path}/a/deep/er/page.html", f"{path}/b/2023-03-14--x.txt",
    }  # fmt: skip
    assert [a.date for a in result][:3] == [DAY] * 3
    assert result.set_aside == ()
    (article,) = [
        one
        for one in iter_articles([path])
        if isinstance(one, ReadArticle) and one.article.id == "page"
    ]
    assert article.raw == page(head=DATED)


def test_names_in_a_zip_are_shown_and_never_opened(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret.txt").write_text("Secret.")
    path = zipped(
        inside / "a.zip",
        {"../secret.txt": b"One.", "/etc/\x1b[31mb.txt": b"Two.", "..\\..\\c.txt": b"Three."},
    )
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "../secret.txt")
    result = read_articles([path])
    assert sorted(a.text for a in result) == ["One.", "Three.", "Two."]
    assert {a.path for a in result} == {
        f"{path}/secret.txt", f"{path}/etc/\\x1b[31mb.txt", f"{path}/c.txt",
    }  # fmt: skip
    assert sorted(p.name for p in tmp_path.rglob("*.txt")) == ["secret.txt"]


def test_a_zip_that_unpacks_without_end_is_bounded(tmp_path: Path) -> None:
    zeros = bytes(15_000_000)
    path = zipped(tmp_path / "a.zip", {"a.txt": zeros, "b.jsonl": zeros, "c.txt": b"Calm."})
    with zipfile.ZipFile(path) as archive:  # its directory says that they are small
        sizes = [i.file_size for i in archive.infolist()]
    data = path.read_bytes().replace(sizes[0].to_bytes(4, "little"), (5).to_bytes(4, "little"))
    path.write_bytes(data)
    tracemalloc.start()
    result = read_articles([path], max_article_mb=1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12e6
    assert [a.text for a in result] == ["Calm."]
    assert len(result.set_aside) == 2


def test_a_zip_that_holds_too_much_in_all_is_left(tmp_path: Path) -> None:
    line = json.dumps({"id": "a", "text": "Calm."}).encode() + b"\n"
    files = {"a.jsonl": line + b" " * 6_000_000, "b.txt": b"Calm."}
    result = read_articles([zipped(tmp_path / "a.zip", files)], max_article_mb=0.1)
    assert [a.id for a in result] == ["a"]
    (message,) = aside(result)
    assert "holds more than" in message
    assert "max_article_mb" in message


def _encrypted(data: bytes) -> bytes:
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.index(mark) + at
        data = data[:place] + b"\x01" + data[place + 1 :]
    return data


def _corrupt(data: bytes) -> bytes:
    middle = data.index(b"\x01" * 8) if b"\x01" * 8 in data else 60
    return data[:middle] + bytes(b ^ 0xFF for b in data[middle : middle + 4]) + data[middle + 4 :]


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (_encrypted, "is encrypted: unpack it"),
        (_corrupt, "is damaged: "),
        (lambda data: data[:-30], "is no ZIP archive, or is damaged: "),
        (lambda _: b"PK\x03\x04", "is no ZIP archive, or is damaged: "),
        (lambda _: b"", "is no ZIP archive, or is damaged: "),
    ],
)
def test_broken_zips_are_one_line(tmp_path: Path, make: Any, told: str) -> None:
    path = zipped(tmp_path / "a.zip", {"a.txt": bytes(range(1, 200)) * 40})
    path.write_bytes(make(path.read_bytes()))
    result = read_articles([path])
    assert len(result) == 0
    (message,) = aside(result)
    assert message.startswith(told)


def test_odd_zips_are_set_aside_with_a_reason(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.txt": b"Calm." * 99}, zipfile.ZIP_LZMA)
    assert aside(read_articles([path])) == [
        "is compressed in a way that is not read here: pack it with deflate"
    ]
    inner = zipped(tmp_path / "b.zip", {"a.txt": b"Calm."}).read_bytes()
    outer = zipped(tmp_path / "c.zip", {"b.zip": inner, "ok.txt": b"Calm."})
    result = read_articles([outer])
    assert aside(result) == ["is an archive in an archive: unpack it"]
    assert [a.id for a in result] == ["ok"]
    nothing = zipped(tmp_path / "d.zip", {"a.png": b"x"})
    assert aside(read_articles([nothing])) == ["is a ZIP archive with nothing to read in it"]


def test_a_zip_with_a_directory_too_large_to_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geomap.articles.zipped._MOST_AT_ONCE", 5_000)
    path = zipped(tmp_path / "a.zip", {f"{n}.txt": b"x" for n in range(200)})
    assert aside(read_articles([path])) == ["has more than 200,000 files in it: unpack it"]


# ---- WARC ----


def warc(*answers: tuple[bytes, dict[str, Any]], packed: bool = True) -> bytes:
    """Return a web archive; of each answer its body, and what is unlike the others."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=packed)
    writer.write_record(writer.create_warcinfo_record("a.warc", {"software": "x"}))
    for number, (body, unlike) in enumerate(answers, 1):
        header = {"Content-Type": "text/html; charset=utf-8"} | unlike.get("header", {})
        answer = StatusAndHeaders(
            unlike.get("status", "200 OK"), list(header.items()), protocol="HTTP/1.1"
        )
        record = writer.create_warc_record(
            unlike.get("url", f"https://news.example/{number}"),
            unlike.get("type", "response"),
            payload=io.BytesIO(body),
            http_headers=answer,
            warc_headers_dict={"WARC-Date": "2023-03-20T10:00:00Z"},
        )
        writer.write_record(record)
    return out.getvalue()


def chunks(body: bytes) -> bytes:
    pieces = [body[at : at + 100] for at in range(0, len(body), 100)]
    return b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"


@pytest.mark.parametrize("packed", [True, False])
def test_pages_of_a_web_archive(tmp_path: Path, packed: bool) -> None:
    cyrillic = "Бої тривали біля Кремінної та Бахмута, повідомив Генеральний штаб. " * 6
    answers = [
        (page(head=DATED), {}),
        (gzip.compress(page(WORDS * 7, DATED)), {"header": {"Content-Encoding": "gzip"}}),
        (
            chunks(zlib.compress(page(WORDS * 8, DATED))),
            {"header": {"Content-Encoding": "deflate", "Transfer-Encoding": "chunked"}},
        ),
        (
            page(head=DATED).replace(WORDS.encode() * 6, cyrillic.encode("cp1251")),
            {"header": {"Content-Type": "text/html; charset=windows-1251"}},
        ),
        (b"Plain words on Lyman.", {"header": {"Content-Type": "text/plain"}}),
        (page(), {"status": "404 Not Found"}),
        (page(), {"type": "revisit"}),
        (b"GIF89a", {"header": {"Content-Type": "image/gif"}}),
        (b"User-agent: *", {"header": {"Content-Type": "text/plain"},
                            "url": "https://news.example/robots.txt"}),
        (page(head=DATED), {"header": {"Content-Encoding": "gzip"}}),  # kept unpacked
    ]  # fmt: skip
    path = tmp_path / ("a.warc.gz" if packed else "a.warc")
    path.write_bytes(warc(*answers, packed=packed))
    result = read_articles([path])
    assert [a.url for a in result] == [f"https://news.example/{n}" for n in (1, 2, 3, 4, 5, 10)]
    assert [a.id for a in result] == [a.url for a in result]
    assert [a.text.count("Shelling") for a in result] == [6, 7, 8, 0, 0, 6]
    assert result.articles[3].text == cyrillic.strip()
    assert [a.date for a in result if a.date_source == "metadata"] == [DAY] * 5
    assert {a.path for a in result} == {str(path)}
    last = result.articles[4]
    assert (last.date, last.date_source) == (dt.date(2023, 3, 20), "capture")
    assert [str(p) for p in result.problems if p.kind == "capture-date"] == [
        f"{path}: https://news.example/5: has no date: taken as of 2023-03-20, when it was archived"
    ]
    assert result.set_aside == ()
    given = read_articles([path], article_date=DAY)
    assert [(a.date, a.date_source) for a in given][4] == (DAY, "option")
    raws = [one.raw for one in iter_articles([path]) if isinstance(one, ReadArticle)]
    assert raws[:2] == [page(head=DATED), page(WORDS * 7, DATED)]
    whole = read_articles(["-"], stdin=io.BytesIO(path.read_bytes()))
    assert [a.text for a in whole] == [a.text for a in result]


def test_a_warc_packed_as_a_whole_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(
        gzip.compress(warc((page(head=DATED), {}), (page(head=DATED), {}), packed=False))
    )
    assert len(read_articles([path])) == 2


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("harm", ["cut", "damage"])
def test_what_stands_before_the_damage_is_kept(tmp_path: Path, packed: bool, harm: str) -> None:
    data = warc(*[(page(head=DATED), {})] * 5, packed=packed)
    at = len(data) * 8 // 10
    data = data[:at] + (b"" if harm == "cut" else b"\xff" * 400 + data[at + 400 :])
    path = tmp_path / ("a.warc.gz" if packed else "a.warc")
    path.write_bytes(data)
    result = read_articles([path])
    assert 2 <= len({a.id for a in result}) < 5
    (message,) = aside(result)
    assert message.startswith("is ")
    assert message.endswith("; what stands before was read")


def test_bombs_in_a_warc_are_bounded(tmp_path: Path) -> None:
    bomb = gzip.compress(page(WORDS) + bytes(20_000_000))
    path = tmp_path / "a.warc.gz"
    path.write_bytes(warc((bomb, {"header": {"Content-Encoding": "gzip"}}), (page(head=DATED), {})))
    tracemalloc.start()
    result = read_articles([path], max_article_mb=1)
    assert tracemalloc.get_traced_memory()[1] < 12e6
    tracemalloc.stop()
    assert [a.id for a in result] == ["https://news.example/2"]
    assert aside(result) == ["is larger than 1 MB; raise the limit with max_article_mb"]
    path.write_bytes(gzip.compress(b"WARC/1.0\r\n" + b"A: " + b"x" * 5_000_000))
    (message,) = aside(read_articles([path]))
    assert "the header of a record has no end" in message


@pytest.mark.parametrize(
    "data",
    [
        b"<html>", b"WARC/1.0\r\n", b"WARC/1.0\r\n\r\n", b"WARC/1.0\r\nContent-Length: -4\r\n\r\n",
        b"WARC/1.0\r\nContent-Length: 9\r\nWARC-Type: response\r\n\r\nHTTP/1.1 2",
        b"WARC/1.0\r\nContent-Length: 9\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.b/\r\n"
        b"\r\nHTTP/1.1 ", b"\x1f\x8b\x08\x00", b"\n\n",
    ],
)  # fmt: skip
def test_what_is_no_warc_is_one_line(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(data)
    result = read_articles([path])
    assert len(result) == 0
    assert len(result.set_aside) == 1


def test_many_pages_without_a_report_are_told_in_short(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(warc(*[(b"<html><body></body></html>", {})] * 30, packed=False))
    result = read_articles([path])
    assert len(result.set_aside) == 21
    assert "10 more of its pages are told alike (no-text)" in str(result.set_aside[-1])


# ---- Telegram ----

CHAT: dict[str, Any] = {
    "name": "Front\u202e line", "type": "public_channel", "id": 77,
    "messages": [
        {"id": 1, "type": "message", "date": "2023-03-14T23:50:00", "date_unixtime": "1678830600",
         "from": "Front", "from_id": "channel77", "text": "Calm in Lyman.", "text_entities": []},
        {"id": 2, "type": "service", "date": "2023-03-14T23:51:00", "action": "pin_message",
         "text": ""},
        {"id": 3, "type": "message", "date_unixtime": "1678830600", "forwarded_from": "Other",
         "text": ["Shells fell on ", {"type": "bold", "text": "Siversk"}, "."]},
        {"id": 4, "type": "message", "date": "2023-03-15T01:00:00", "photo": "x.jpg", "text": ""},
        {"id": 5, "type": "message", "date": "2023-03-15T01:00:00", "text": {"no": 1}},
    ],
}  # fmt: skip


def test_messages_of_a_channel(tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    path.write_text(json.dumps(CHAT, indent=1), encoding="utf-8-sig")
    result = read_articles([path])
    assert [(a.id, a.text, a.date) for a in result] == [
        ("telegram-77-1", "Calm in Lyman.", DAY),
        ("telegram-77-3", "Shells fell on Siversk.", DAY),
    ]
    assert {(a.source, a.url, a.date_source) for a in result} == {
        ("Front\u202e line", None, "metadata")
    }
    assert aside(result) == [
        "message 5 has a text that is neither words nor a list of them; it was left out"
    ]
    named = read_articles(
        ["-"], stdin=io.BytesIO(json.dumps(CHAT | {"username": "fl_news"}).encode())
    )
    assert [a.url for a in named] == [None, None]  # said after the messages: too late
    first = {"username": "fl_news"} | CHAT
    named = read_articles(["-"], stdin=io.BytesIO(json.dumps(first, indent=1).encode()))
    assert [a.url for a in named] == ["https://t.me/fl_news/1", "https://t.me/fl_news/3"]


def test_channels_of_an_account_and_nobody_s_letters(tmp_path: Path) -> None:
    letters = CHAT | {"type": "personal_chat", "id": 5}
    other = CHAT | {"name": "Other", "id": 8}
    account = {"about": "x", "chats": {"about": "y", "list": [CHAT, letters, other]}}
    path = tmp_path / "result.json"
    path.write_text(json.dumps(account))
    result = read_articles([tmp_path])
    assert [a.id for a in result] == [f"telegram-{c}-{m}" for c in (77, 8) for m in (1, 3)]
    assert [p.kind for p in result.problems if not p.set_aside] == ["personal-chat"]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"{}", "is JSON, but no Telegram export"),
        (b'{"messages": []}', "has no message with a text"),
        (b"[" * 100_000, "is nested too deeply"),
        (json.dumps(CHAT).encode()[:-200], "what stands before was read"),
        (json.dumps(CHAT).encode() + b"}", "what stands before was read"),
        (b'{"messages": [{"text": "\xff\xfe"}]}', "is no JSON"),
        (b'{"messages": [' + b"9" * 5_000 + b"]}", "is no JSON"),
    ],
)
def test_broken_exports_are_one_line(tmp_path: Path, data: bytes, told: str) -> None:
    path = tmp_path / "result.json"
    path.write_bytes(data)
    messages = aside(read_articles([path]))
    assert told in messages[-1]
    assert all("\n" not in message for message in messages)


def test_a_message_that_is_too_large_is_left_out(tmp_path: Path) -> None:
    long = {"id": 9, "type": "message", "date": "2023-03-14", "text": ["ab cd "] * 60_000}
    chat = CHAT | {"messages": [long, CHAT["messages"][0]]}
    path = tmp_path / "result.json"
    path.write_text(json.dumps(chat))
    result = read_articles([path], max_article_mb=0.1)
    assert [a.id for a in result] == ["telegram-77-1"]
    assert "a message is larger than 0.1 MB" in aside(result)[0]
    path.write_text(json.dumps(CHAT | {"about": "x" * 1_000_000}))
    assert (
        "holds a text of more than 0.2 MB" in aside(read_articles([path], max_article_mb=0.1))[-1]
    )


# ---- One at a time ----


def found(*sources: Path, **options: Any) -> list[tuple[str, str]]:
    return [
        (one.article.id, one.article.text)
        for one in iter_articles(sources, **options)
        if isinstance(one, ReadArticle)
    ]


def test_one_at_a_time_gives_the_same(tmp_path: Path, examples: Path) -> None:
    for name in ["a/x.txt", "b/x.txt", "b/x.md", "b/y.txt", "c.txt"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"Calm in {name}.")
    (tmp_path / "one.jsonl").write_text('{"text": "One."}\n')
    (tmp_path / "two.jsonl").write_text(
        '{"text": "One."}\n\n{"text": "Two."}\n{"id": "z", "text": "T"}'
    )
    zipped(tmp_path / "d.zip", {"e/f.txt": b"One.", "g/f.txt": b"Two.", "h.txt": b"Three."})
    for sources in ([tmp_path], [tmp_path / "a", tmp_path / "b"], [examples]):
        read = read_articles(sources)
        assert found(*sources) == [(a.id, a.text) for a in read]
        problems = [p for p in iter_articles(sources) if isinstance(p, Problem)]
        assert problems == list(read.problems)


def test_one_at_a_time_the_same_id_stays_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "x", "text": "One."}\n{"id": "x", "text": "Two."}\n')
    assert found(path) == [("x", "One."), ("x", "Two.")]
    assert [a.id for a in read_articles([path])] == ["x", "x#2"]


def test_memory_does_not_grow_with_the_articles_nor_with_a_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    line = json.dumps({"text": WORDS * 40}).encode() + b"\n"
    path.write_bytes(line * 1_500 + b'{"text": "' + b"x" * 15_000_000 + b'"}\n' + line)
    tracemalloc.start()
    kept = sum(isinstance(one, ReadArticle) for one in iter_articles([path], max_article_mb=1))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert kept == 1_501
    assert peak < 4e6


# ---- In a workspace ----


def test_archives_are_added_once_with_their_pages(cli: Cli, tmp_path: Path) -> None:
    reports, desk = tmp_path / "reports", tmp_path / "desk"
    reports.mkdir()
    zipped(reports / "a.zip", {"2023-03-14--x.txt": b"Calm.", "y.html": page(head=DATED)})
    (reports / "b.warc.gz").write_bytes(warc((page(WORDS * 7, DATED), {})))
    (reports / "result.json").write_text(json.dumps(CHAT | {"messages": CHAT["messages"][:3]}))
    (reports / "x.jsonl").write_text('{"id": "y", "text": "Another y.", "date": "2023-03-14"}\n')
    cli("init", desk)
    for told in ("6 new articles, 0 known already", "0 new articles, 6 known already"):
        code, out, err = cli("add", reports, "-w", desk)
        assert (code, out.split(", 0 new v")[0]) == (0, told), err
    with sqlite3.connect(desk / "workspace.gpkg") as db:
        rows = db.execute("SELECT article_id, raw FROM articles").fetchall()
    db.close()
    raws = {name: zlib.decompress(raw) if raw else None for name, raw in rows}
    assert raws == {
        "2023-03-14--x": None, "y": page(head=DATED), "y~2": None, "telegram-77-1": None,
        "telegram-77-3": None, "https://news.example/1": page(WORDS * 7, DATED),
    }  # fmt: skip
    code, _, err = cli("add", tmp_path / "none.zip", "-w", desk)
    assert (code, "no such file" in err) == (2, True)
