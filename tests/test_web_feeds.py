"""Feeds give articles; what is broken in one is told of and never stops the others."""

from __future__ import annotations

import datetime as dt
import time as real_time
from collections.abc import Iterator

import pytest
from misbehaving import Time, Web, fetcher, page, serving

from geomap.articles.feeds import Entry, articles_of_feed, fetch_feed, read_feed
from geomap.articles.web_page import is_feed, read_fetched
from geomap.errors import ArticleError

TODAY = dt.date(2023, 3, 20)
BODY = "Ukrainian troops repelled attacks near Lyman and Siversk on Monday, the staff said. " * 5
REPORT = (
    "<html lang='en'><head><title>{title}</title>{meta}</head><body><article>"
    f"<p>{BODY}</p></article></body></html>"
)


def report(title: str = "Report", meta: str = "") -> str:
    return REPORT.format(title=title, meta=meta)


def rss(*items: str, head: str = "") -> str:
    inner = "".join(f"<item>{item}</item>" for item in items)
    return (
        f'<?xml version="1.0"?>{head}<rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<channel><title>Example News</title>{inner}</channel></rss>"
    )


def entries(feed: str | bytes, **how: str) -> tuple[Entry, ...]:
    body = feed.encode() if isinstance(feed, str) else feed
    return read_feed(body, "https://news.example/feed.xml", **how).entries


@pytest.fixture(scope="module")
def server() -> Iterator[Web]:
    with serving() as web:
        yield web


@pytest.fixture
def web(server: Web) -> Web:
    server.answers.clear()
    server.asked.clear()
    return server


def test_an_atom_feed() -> None:
    feed = """<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">
      <title>Штаб</title><entry><id>urn:1</id><title type="html">Бої &lt;b&gt;під&lt;/b&gt; Лиманом
      </title><link rel="alternate" href="/a/1"/><published>2023-03-14T23:30:00-05:00</published>
      <updated>2023-03-16T00:00:00Z</updated><summary>Коротко.</summary>
      <content type="html">&lt;p&gt;Перше.&lt;/p&gt;&lt;p&gt;Друге &amp;amp; третє.&lt;/p&gt;
      &lt;script&gt;x()&lt;/script&gt;</content></entry></feed>"""
    read = read_feed(feed.encode(), "https://news.example/feed.xml")
    assert (read.title, read.problems) == ("Штаб", ())
    [entry] = read.entries
    assert (entry.id, entry.url) == ("urn:1", "https://news.example/a/1")
    assert entry.title == "Бої під Лиманом"
    assert (entry.day, entry.published.utcoffset()) == (
        dt.date(2023, 3, 14),
        -dt.timedelta(hours=5),
    )
    assert (entry.content, entry.summary) == ("Перше.\nДруге & третє.", "Коротко.")


@pytest.mark.parametrize(
    ("written", "day", "offset_h"),
    [
        ("<pubDate>Tue, 14 Mar 2023 23:30:00 +0200</pubDate>", "2023-03-14", 2),
        ("<pubDate>Wed, 15 Mar 2023 00:30:00 +0300</pubDate>", "2023-03-15", 3),
        ("<pubDate>Tue, 14 Mar 2023 22:30:00 GMT</pubDate>", "2023-03-14", 0),
        ("<pubDate>14 Mar 23 22:30 EST</pubDate>", "2023-03-14", -5),
        ("<pubDate>Tue, 14 Mar 2023 22:30:00</pubDate>", "2023-03-14", None),
        ("<dc:date>2023-03-14T23:30:00+02:00</dc:date>", "2023-03-14", 2),
        ("<pubDate>2023-03-14 23:30</pubDate>", "2023-03-14", None),
        ("<pubDate>14 березня 2023</pubDate>", "2023-03-14", None),
        ("<pubDate>03/04/2023</pubDate>", None, None),
        ("<pubDate>yesterday</pubDate>", None, None),
        ("<pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate>", None, None),
        ("<pubDate>Tue, 99 Foo 99999999999 99:99:99 +9999</pubDate>", None, None),
        ("", None, None),
    ],
)
def test_the_day_is_the_day_there(written: str, day: str | None, offset_h: int | None) -> None:
    [entry] = entries(rss(f"<link>https://news.example/1</link>{written}"))
    assert (entry.day and entry.day.isoformat()) == day
    offset = entry.published.utcoffset() if entry.published else None
    assert offset == (None if offset_h is None else dt.timedelta(hours=offset_h))


def test_links_that_are_no_web_addresses_are_left_out() -> None:
    links = ("javascript:alert(1)", "file:///etc/passwd", "http://[", "/ok", "https://x.example/ok")
    text = "<description>Text.</description>"
    found = entries(rss(*(f"<link>{link}</link><guid>{link}</guid>{text}" for link in links)))
    assert [e.url for e in found] == [
        None, None, None, "https://news.example/ok", "https://x.example/ok",
    ]  # fmt: skip


def test_entries_without_names_are_told_apart_and_doubles_are_not_kept() -> None:
    one, two = "<description>One.</description>", "<description>Two.</description>"
    found = entries(rss(one, two, one))
    assert [e.summary for e in found] == ["One.", "Two."]
    assert len({e.id for e in found}) == 2


LAUGHS = "<!DOCTYPE x [" + "".join(
    f'<!ENTITY a{i} "{f"&a{i - 1};" * 10 if i else "ha"}">' for i in range(12)
) + "]>"  # fmt: skip
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("head", [LAUGHS, OUTSIDE], ids=["laughs", "outside"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-32", "utf-7"])
def test_declared_entities_are_refused(head: str, encoding: str) -> None:
    feed = rss("<title>&a11;&a;</title><link>https://news.example/1</link>", head=head)
    if encoding == "utf-7":
        feed = feed.replace('version="1.0"', 'version="1.0" encoding="utf-7"')
        feed = feed[:40] + feed[40:].replace("<!", "+ADwAIQ-")
    begun = real_time.process_time()
    try:
        found = entries(feed.encode(encoding), charset="utf-7")
    except ArticleError:
        found = ()
    assert real_time.process_time() - begun < 2
    assert all("haha" not in (e.title or "") and "root:" not in (e.title or "") for e in found)
    if encoding in ("utf-8", "utf-16"):
        with pytest.raises(ArticleError, match="entities"):
            entries(feed.encode(encoding))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"<html><body><p>News</p></body></html>", "no RSS or Atom feed"),
        (b'{"version": "https://jsonfeed.org/version/1"}', "no RSS or Atom feed"),
        (b"", "no RSS or Atom feed"),
        (b"%PDF-1.7", "a PDF"),
        (b"<rss>" + b" " * 5_000_000, "more than 5 MB"),
        (b"/etc/passwd", "no RSS or Atom feed"),
        (b"http://127.0.0.1:1/", "no RSS or Atom feed"),
    ],
)
def test_what_is_no_feed_is_told_of(body: bytes, why: str) -> None:
    with pytest.raises(ArticleError, match=why):
        entries(body)


def test_a_broken_feed_gives_what_it_holds() -> None:
    feed = rss(
        "<title>A & B</title><link>https://news.example/1</link>",
        "<title>Two<link>https://news.example/2</link>",
    )[:-40]
    read = read_feed(feed.encode(), "https://news.example/feed.xml")
    assert read.entries[0].url == "https://news.example/1"
    problem = read.problems[0]
    assert "is not well-formed" in problem.message
    assert not problem.set_aside


def test_control_characters_are_left_out() -> None:
    feed = rss(
        "<title>A\x07 &#7;B</title><description>&lt;p&gt;C\x01 &amp;#2; D&lt;/p&gt;</description>"
    )
    [entry] = entries(feed)
    assert entry.summary.replace("&#2;", "").split() == ["C", "D"]
    assert (entry.title or "").isprintable()


def test_encodings_of_feeds() -> None:
    feed = rss("<title>Бої під Лиманом</title><link>https://news.example/1</link>")
    declared = feed.replace("?>", ' encoding="windows-1251"?>', 1).encode("cp1251")
    for body, charset in [
        (feed.encode(), "windows-1251"), (feed.encode("utf-16"), None), (declared, None),
        (feed.encode("cp1251"), "windows-1251"), (feed.encode("cp1251"), "no-such-charset"),
        (b"\xef\xbb\xbf" + feed.encode(), None),
    ]:  # fmt: skip
        assert entries(body, charset=charset)[0].title == "Бої під Лиманом"
        assert is_feed(body)


def test_the_pages_of_a_feed_are_read(web: Web) -> None:
    zone = '<meta property="article:published_time" content="2023-03-15T00:30:00+02:00">'
    date = "<pubDate>Tue, 14 Mar 2023 22:30:00 GMT</pubDate>"
    web.answers = {
        "/feed": page(
            rss(
                f"<link>{web.url('/dated')}</link>{date}",
                f"<link>{web.url('/undated')}</link>{date}<title>From the feed</title>",
                f"<link>{web.url('/known')}</link>",
            ),
            'ETag: "7"',
            content_type="application/rss+xml",
        ),
        "/dated": page(report("Dated", zone)),
        "/undated": page(report("Undated")),
    }
    get = fetcher(Time())
    feed = fetch_feed(web.url("/feed"), get)
    assert (feed.title, feed.problems, feed.fetched.etag) == ("Example News", (), '"7"')
    found = list(articles_of_feed(feed, get, is_known=lambda e: "known" in str(e.url), today=TODAY))
    assert web.paths == ["/feed", "/dated", "/undated"]
    assert [f.problems for f in found] == [(), ()]
    dated, undated = (f.article for f in found)
    assert (dated.date, dated.date_source) == (dt.date(2023, 3, 15), "metadata")
    assert (undated.date, undated.date_source) == (dt.date(2023, 3, 14), "metadata")
    assert dated.text.startswith("Ukrainian troops")
    assert (dated.source, dated.url) == ("Example News", web.url("/dated"))
    assert found[0].page.body == report("Dated", zone).encode()


def test_a_page_that_cannot_be_had_does_not_stop_the_others(web: Web) -> None:
    web.answers = {
        "/gone": page("", status="404 Not Found"),
        "/busy": page("", status="503 Service Unavailable"),
        "/picture": page(b"\x89PNG\0", content_type="image/png"),
        "/menu": page("<html><body><img src='/menu.png'></body></html>"),
        "/wall": page(report().replace(BODY, BODY[:84])),
        "/good": page(report("Good")),
        "/feed": page(
            rss(
                f"<link>{web.url('/gone')}</link><description>Lost.</description>",
                f"<link>{web.url('/busy')}</link>",
                f"<link>{web.url('/picture')}</link><description>Seen.</description>",
                f"<link>{web.url('/menu')}</link>",
                f"<link>{web.url('/wall')}</link><content:encoded>{BODY}</content:encoded>",
                "<link>http://127.0.0.1:8080/</link>",
                "<description>Only a text.</description>",
                "<title>Nothing</title>",
                f"<link>{web.url('/good')}</link>",
            )
        ),
    }
    get = fetcher(Time(), limits={"retries": 0})
    feed = fetch_feed(web.url("/feed"), get)
    assert [p.kind for p in feed.problems] == ["broken-entry"]
    found = list(articles_of_feed(feed, get, today=TODAY, article_date=TODAY))
    texts = [f.article.text if f.article else None for f in found]
    assert texts == ["Lost.", None, "Seen.", None, BODY.strip(), None, "Only a text.", BODY.strip()]
    assert [f.retry_later for f in found] == [False, True] + [False] * 6
    aside = [any(p.set_aside for p in f.problems) for f in found]
    assert aside == [f.article is None for f in found]
    assert all(f.problems for f in found[:6])
    assert "not a public address" in found[5].problems[0].message


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (page("", status="404 Not Found"), "fetch"),
        (page("<html><p>Hello</p></html>"), "broken-feed"),
        (page(rss("", head=LAUGHS)), "broken-feed"),
    ],
    ids=["gone", "page", "bomb"],
)
def test_a_feed_that_cannot_be_had_is_a_problem(web: Web, answer: bytes, kind: str) -> None:
    web.answers["/feed"] = answer
    feed = fetch_feed(web.url("/feed"), fetcher(Time()))
    assert [(p.kind, p.set_aside, p.path) for p in feed.problems] == [
        (kind, True, web.url("/feed"))
    ]
    assert feed.entries == ()


def test_a_feed_that_has_not_changed_is_empty(web: Web) -> None:
    web.answers["/feed"] = page("", status="304 Not Modified")
    feed = fetch_feed(web.url("/feed"), fetcher(Time()), etag='"7"')
    assert feed.fetched.is_unchanged
    assert (feed.entries, feed.problems) == ((), ())


def test_pages_in_odd_clothes(web: Web) -> None:
    ua = f"<html><head><title>Т</title></head><body><article><p>{'Бої під Лиманом тривають. ' * 20}"
    web.answers = {
        "/1251": page(ua.encode("cp1251"), content_type="text/html; charset=windows-1251"),
        "/lie": page(ua.encode(), content_type="text/html; charset=windows-1251"),
        "/latin": page(ua.encode("cp1251"), content_type="text/html; charset=iso-8859-1"),
        "/type": page(ua, content_type="application/octet-stream"),
        "/plain": page("Title: One\nDate: 2023-03-14\n\nAll calm.", content_type="text/plain"),
        "/json": page('{"a": 1}', content_type="application/json"),
        "/feed": page(rss("<title>x</title>")),
        "/empty": page(""),
        "/theft": page(report("X", '<link rel="canonical" href="https://other.org/x">')),
        "/own": page(report("X", f'<link rel="canonical" href="{web.url("/canonical")}">')),
    }
    get = fetcher(Time())
    read = {p: read_fetched(get.fetch(web.url(p)), today=TODAY) for p in web.answers}
    for path in ("/1251", "/lie", "/latin", "/type"):
        assert read[path][0].text.startswith("Бої під Лиманом"), path
        assert [p.kind for p in read[path][1] if p.set_aside] == []
    plain = read["/plain"][0]
    assert (plain.title, plain.date, plain.text) == ("One", dt.date(2023, 3, 14), "All calm.")
    for path in ("/json", "/feed", "/empty"):
        assert read[path][0] is None
        assert [p.set_aside for p in read[path][1]] == [True]
    assert read["/theft"][0].url == web.url("/theft")
    assert read["/own"][0].url == web.url("/canonical")
    assert "undated" in [p.kind for p in read["/own"][1]]


@pytest.mark.parametrize(
    "piece", ["<a>", "<![CDATA[", "&", "<!--", "<item>", '<a b="', "<?", "<!x ", "&#x", "\t"]
)
def test_feeds_made_to_be_slow_are_not(piece: str) -> None:
    feed = (
        rss()[:-16]
        + "<item><title>x</title><link>/1</link></item>"
        + piece * (30_000 // len(piece))
    )
    begun = real_time.process_time()
    read_feed(feed.encode(), "https://news.example/feed.xml")
    assert real_time.process_time() - begun < 3


def test_feeds_that_would_take_minutes_are_refused_at_once() -> None:
    with pytest.raises(ArticleError, match="more than 200,000 tags"):
        read_feed(b"<rss><channel>" + b"<p>" * 200_001, "https://news.example/rss")
    with pytest.raises(ArticleError, match="no RSS or Atom feed"):
        read_feed(b"<?xml" + b" " * 200_000, "https://news.example/rss")
    item = b"<rss><channel><item><title>A</title><link>https://a.example/1</link></item>"
    for head in (
        b"<?" + b"\n" * 200_000,
        b"<!DOCTYPE\n" * 50_000,
        b"<?a" + b" encoding='a'" * 20_000,
    ):
        assert len(read_feed(head + item, "https://news.example/rss").entries) == 1
