"""What the fuzzer reads: small real inputs, and the readers that take them."""

from __future__ import annotations

import gzip
import io
import json
import sqlite3
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
_SEALED = 12  # bytes before the content of a stored report: mark, format, digest


@dataclass(frozen=True)
class Reader:
    """A reader, the suffix of its files, and inputs that it can use."""

    suffix: str
    read: Callable[[Path], Any]
    seeds: tuple[bytes, ...]


def readers(folder: Path) -> dict[str, Reader]:
    """Return the readers by name; `folder` is for what they need."""
    from geomap import Gazetteer
    from geomap.articles import iter_articles, read_articles
    from geomap.articles.annotated import read_gold, read_spans
    from geomap.articles.cases import read_cases
    from geomap.articles.feeds import read_feed
    from geomap.front.theatre import load_theatre
    from geomap.output.lines import read_lines
    from geomap.output.region_files import read_region
    from geomap.toponyms.corrections import Corrections

    areas = Gazetteer.open().areas
    examples = ROOT / "examples"
    texts = tuple(p.read_bytes() for p in sorted(examples.glob("*.txt"))[:4])
    pages = tuple(p.read_bytes() for p in sorted(examples.glob("*.html")))
    lines = (b"\n".join((examples / "2024-12-12--wires.jsonl").read_bytes().split(b"\n")[:3]),)

    def articles(path: Path) -> None:
        read_articles([path], max_article_mb=1)
        for _ in iter_articles([path], max_article_mb=1):
            pass

    def feed(path: Path) -> None:
        for entry in read_feed(path.read_bytes(), "https://news.example/rss").entries:
            str(entry)

    warcs = _warc(pages)
    telegram = _telegram()
    packed = _zip(texts, pages, lines, warcs[0], telegram)
    review, corrections = _reviews(), (examples / "corrections.toml").read_bytes()
    theatre = (ROOT / "geomap" / "front" / "ukraine.toml").read_bytes()
    reports, unpack = _reports()
    return {
        "text": Reader(".txt", articles, texts),
        "markdown": Reader(".md", articles, tuple(p.read_bytes() for p in examples.glob("*.md"))),
        "html": Reader(".html", articles, pages),
        "jsonl": Reader(".jsonl", articles, lines),
        "sniffed": Reader("", articles, (*texts[:1], *pages, *lines, *warcs, telegram, packed)),
        "zip": Reader(".zip", articles, (packed,)),
        "warc": Reader(".warc", articles, (warcs[0],)),
        "warc.gz": Reader(".warc.gz", articles, (warcs[1],)),
        "telegram": Reader(".json", articles, (telegram,)),
        "spans": Reader(".jsonl", read_spans, (_spans(),)),
        "gold": Reader(".jsonl", read_gold, (_gold(),)),
        "cases": Reader(".jsonl", lambda path: read_cases(str(path)), (_cases(),)),
        "feeds": Reader(".xml", feed, _feeds()),
        "corrections": Reader(".toml", Corrections.load, (corrections,)),
        "reviews": Reader(".csv", Corrections.load, (review,)),
        "lines": Reader(".geojson", lambda path: read_lines(path, areas=areas), (_line(),)),
        "regions": Reader(".geojson", read_region, (_region(),)),
        "theatre": Reader(".toml", load_theatre, (theatre,)),
        "reports": Reader(".bin", unpack, reports),
        "workspace": Reader(".gpkg", _read_store, (_store(folder, reports[0]),)),
    }


def _warc(pages: tuple[bytes, ...]) -> tuple[bytes, bytes]:
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    made = []
    for packed in (False, True):
        out = io.BytesIO()
        writer = WARCWriter(out, gzip=packed)
        for number, (body, coding) in enumerate(
            [(pages[0], ""), (gzip.compress(pages[0], mtime=0), "gzip"), (b"Calm in Lyman.", "")]
        ):
            headers = [
                ("Content-Type", "text/plain" if number == 2 else "text/html; charset=utf-8")
            ]
            if coding:
                headers.append(("Content-Encoding", coding))
            else:
                headers.append(("Transfer-Encoding", "chunked"))
                body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)  # noqa: PLW2901
            record = writer.create_warc_record(
                f"https://news.example/{number}",
                "response",
                payload=io.BytesIO(body),
                http_headers=StatusAndHeaders("200 OK", headers, protocol="HTTP/1.1"),
                warc_headers_dict={"WARC-Date": "2023-03-20T10:00:00Z"},
            )
            writer.write_record(record)
        made.append(out.getvalue())
    return made[0], made[1]


def _telegram() -> bytes:
    messages = [
        {"id": 1, "type": "message", "date": "2023-03-14T23:50:00", "date_unixtime": "1678830600",
         "from": "Front", "from_id": "channel77", "text": "Calm in Lyman.", "text_entities": []},
        {"id": 2, "type": "service", "action": "pin_message", "text": ""},
        {"id": 3, "type": "message", "date_unixtime": "1678830600", "forwarded_from": "Other",
         "text": ["Shells fell on ", {"type": "bold", "text": "Siversk"}, "."]},
    ]  # fmt: skip
    chat = {"name": "Front", "type": "public_channel", "id": 77, "username": "front_news"}
    return json.dumps(
        {"chats": {"list": [chat | {"messages": messages}]}} | chat, indent=1
    ).encode()


def _zip(*parts: Any) -> bytes:
    texts, pages, lines, warc, telegram = parts
    out = io.BytesIO()
    files = {"a/x.txt": texts[0], "b.html": pages[0], "c.jsonl": lines[0], "d.warc": warc,
             "e/result.json": telegram, "f.warc.gz": gzip.compress(warc, mtime=0)}  # fmt: skip
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _spans() -> bytes:
    return b"".join(
        json.dumps({"article_id": "a", "start": n, "end": n + 5}).encode() + b"\n" for n in range(4)
    )


def _gold() -> bytes:
    text = "Shells fell on Siversk."
    mention = {"start": 15, "end": 22, "lat": 48.86, "lon": 38.1, "geonameid": 692818,
               "text": "Siversk"}  # fmt: skip
    row = {"id": "a", "text": text, "date": "2023-03-14", "mentions": [mention]}
    return json.dumps(row).encode() + b"\n"


def _cases() -> bytes:
    anchor = {"name": "Lyman", "lat": 48.98, "lon": 37.8, "start": 22, "end": 27}
    row = {"id": 1, "sentence": "[PLACE], 5 km north of Lyman, was shelled.", "anchors": [anchor],
           "context": "War."}  # fmt: skip
    return json.dumps(row).encode() + b"\n"


def _feeds() -> tuple[bytes, bytes]:
    rss = b"""<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>News</title>
<item><title>One</title><link>https://news.example/1</link><guid>a</guid>
<pubDate>Thu, 02 Mar 2023 22:30:00 -0500</pubDate>
<description>&lt;p&gt;Calm.&lt;/p&gt;</description>
</item><item><title>Two</title><link>/2</link></item></channel></rss>"""
    atom = b"""<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>News</title>
<entry><id>urn:1</id><title>One</title><link href="https://news.example/1"/>
<updated>2023-03-02T22:30:00+02:00</updated><content type="html">&lt;b&gt;Calm&lt;/b&gt;</content>
</entry></feed>"""
    return rss, atom


def _feature(shape: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties,
            "geometry": {"type": shape, "coordinates": coordinates}}  # fmt: skip


def _collection(*features: dict[str, Any]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def _line() -> bytes:
    line = [[37.0, 47.5], [37.5, 48.2], [38.0, 48.8], [38.2, 49.4]]
    held = [[*line, [39.5, 49.4], [39.5, 47.5], [37.0, 47.5]]]
    return _collection(
        _feature("LineString", line, kind="contact_line", date="2023-03-14"),
        _feature("Polygon", held, kind="control", side="Russia", date="2023-03-14"),
        _feature("LineString", line[:2], kind="uncertainty", date="2023-03-15", band_km=4),
    )


def _region() -> bytes:
    ring = [[37.0, 48.0], [38.0, 48.0], [38.0, 49.0], [37.0, 49.0], [37.0, 48.0]]
    return _collection(_feature("Polygon", [ring], name="Box"))


def _pipeline() -> Any:
    from geomap import Pipeline

    return Pipeline()


def _reviews() -> bytes:
    import geomap
    from geomap.output.review import review_csv, review_rows

    results = _pipeline().run(geomap.read_articles([ROOT / "examples"]))
    rows = review_csv(review_rows(results.reports, below=0.9))
    data = rows if isinstance(rows, bytes) else rows.encode()
    return b"\n".join(data.split(b"\n")[:12]) + b"\n"


def _report_article() -> Any:
    import geomap

    path = ROOT / "examples" / "2023-03-02--kreminna-forest.md"
    return geomap.read_articles([path]).articles[0]


def _reports() -> tuple[tuple[bytes, ...], Callable[[Path], Any]]:
    """Return packed reports, and what unpacks them: as they are, and sealed anew."""
    from geomap.workspace.stored_reports import pack, unpack

    article = _report_article()
    data = pack(_pipeline().run([article]).reports[0])
    inner = zlib.decompress(data[_SEALED:])

    def read(path: Path) -> None:
        given = path.read_bytes()
        if given[:3] != b"GMR":  # a changed content, under a right digest
            body = zlib.compress(given, 1)
            begin = data[:4]
            seal = blake2b(begin + body, digest_size=_SEALED - len(begin))
            given = begin + seal.digest() + body
        unpack(given, article)

    return (data, inner), read


def _store(folder: Path, report: bytes) -> bytes:
    import datetime as dt

    from geomap.models import Article
    from geomap.workspace.store import Store

    path = folder / "seed.gpkg"
    when = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    with Store(path, create=True) as store:
        first = _report_article()
        for article in (first, Article("b", "Calm in Lyman.", url="https://news.example/1")):
            store.add(article, origin="x", when=when, raw=b"<p>x")
        store.reports.keep(first.id, "engine", report)
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.execute("PRAGMA journal_mode = DELETE")
    db.close()
    return path.read_bytes()


def _read_store(path: Path) -> None:
    import datetime as dt

    from geomap.models import Article
    from geomap.workspace.store import Store
    from geomap.workspace.stored_reports import unpack

    for rest in ("-wal", "-shm"):
        path.with_name(path.name + rest).unlink(missing_ok=True)
    with Store(path) as store:
        store.counts("engine")
        store.faults()
        for one in store.articles():
            found = store.reports.found(one.article.id, "engine")
            if found is not None and found[0] is not None:
                unpack(found[0], one.article)
        store.reports.waiting("engine")
        store.copies()
        when = dt.datetime(2024, 1, 2, tzinfo=dt.UTC)
        store.add(Article("c", "New.", url="https://news.example/1"), origin="x", when=when)
        store.remove("b")
