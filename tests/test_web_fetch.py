"""Pages arrive whole or are told of in one line, whatever the server does."""

from __future__ import annotations

import gzip
import ssl
import threading
import time as real_time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from misbehaving import NOW, Time, Web, fetcher, moved, page, serving

from geomap.errors import FetchError, RefusedAddressError
from geomap.fetching import Guard
from geomap.fetching.robots import parse_rules

Say = Callable[[bytes], None]


@pytest.fixture(scope="module")
def server() -> Iterator[Web]:
    with serving() as web:
        yield web


@pytest.fixture
def web(server: Web) -> Web:
    server.answers.clear()
    server.asked.clear()
    return server


@pytest.fixture
def time() -> Time:
    return Time()


def drip(say: Say) -> None:
    say(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(200):
        say(b"x")
        real_time.sleep(0.02)


def drip_headers(say: Say) -> None:
    say(b"HTTP/1.1 200 OK\r\nX: ")
    for _ in range(200):
        say(b"x")
        real_time.sleep(0.02)


def silent(_: Say) -> None:
    real_time.sleep(0.6)


def endless(say: Say) -> None:
    say(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        say(b"x" * 65_536)


def endless_chunks(say: Say) -> None:
    say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        say(b"1;" + b"y" * 1_000 + b"\r\nx\r\n" * 1)


def endless_headers(say: Say) -> None:
    say(b"HTTP/1.1 200 OK\r\n")
    while True:
        say(b"X: " + b"y" * 60_000)


def endless_continue(say: Say) -> None:
    while True:
        say(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


def test_a_page_is_fetched_with_what_the_server_says_of_it(web: Web, time: Time) -> None:
    web.answers["/a?b=%D0%B1"] = page("hello", 'ETag: "1"', content_type="text/html; Charset=UTF-8")
    got = fetcher(time, agent="geomap/9").fetch(web.url("/a?b=б"))
    assert (got.status, got.body, got.etag, got.when) == (200, b"hello", '"1"', NOW)
    assert (got.content_type, got.charset) == ("text/html", "utf-8")
    assert got.final_url == web.url("/a?b=%D0%B1")
    [(_, headers)] = web.asked
    assert headers["Host"] == f"news.example:{web.port}"
    assert headers["User-Agent"] == "geomap/9"


def test_geomap_says_who_it_is(web: Web, time: Time) -> None:
    web.answers["/"] = page("x")
    fetcher(time).fetch(web.url("/"))
    assert web.asked[0][1]["User-Agent"].startswith("geomap/")


@pytest.mark.parametrize(
    ("answer", "why"),
    [(drip, "longer than 0.3 s"), (drip_headers, "longer than 0.3 s"), (silent, "stopped")],
    ids=lambda v: getattr(v, "__name__", ""),
)
def test_a_slow_server_is_given_up(web: Web, time: Time, answer: Say, why: str) -> None:
    web.answers["/"] = answer
    limits = {"whole_s": 0.3, "read_s": 0.2, "retries": 0}
    begun = real_time.monotonic()
    with pytest.raises(FetchError, match=why) as failed:
        fetcher(time, limits=limits).fetch(web.url("/"))
    assert real_time.monotonic() - begun < 2
    assert failed.value.passing


@pytest.mark.parametrize(
    "answer", [endless, endless_chunks, endless_headers, endless_continue], ids=lambda a: a.__name__
)
def test_what_does_not_end_is_cut_off(web: Web, time: Time, answer: Say) -> None:
    web.answers["/"] = answer
    with pytest.raises(FetchError, match=r"more than the 100,000 bytes|header line"):
        fetcher(time, limits={"max_bytes": 100_000}).fetch(web.url("/"))
    assert len(web.asked) == 1


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_bomb_is_not_unpacked(web: Web, time: Time, coding: str) -> None:
    import tracemalloc

    bomb = (gzip.compress if coding == "gzip" else zlib.compress)(b"\0" * 50_000_000)
    web.answers["/"] = page(bomb, f"Content-Encoding: {coding}")
    tracemalloc.start()
    try:
        with pytest.raises(FetchError, match="more than the 1,000,000 bytes"):
            fetcher(time, limits={"max_bytes": 1_000_000}).fetch(web.url("/"))
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


def test_packed_pages_are_unpacked(web: Web, time: Time) -> None:
    body = b"Lyman " * 10_000
    web.answers["/one"] = page(gzip.compress(body), "Content-Encoding: gzip")
    two = gzip.compress(body[:100]) + gzip.compress(body[100:]) + b"\0" * 9
    web.answers["/two"] = page(two, "Content-Encoding: x-gzip")
    web.answers["/exact"] = page(body)
    get = fetcher(time, limits={"max_bytes": len(body)})
    assert [get.fetch(web.url(p)).body == body for p in ("/one", "/two", "/exact")] == [True] * 3


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (page(b"\x1f\x8b\x08nonsense", "Content-Encoding: gzip"), "compression is broken"),
        (page(b"x", "Content-Encoding: br"), "not asked for"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "not usable"),
        (page(b"x", "X: " + "y" * 70_000), "not usable"),
        (page(b"x", *(f"X{i}: y" for i in range(200))), "not usable"),
        (page(b"x", status="204 No Content"), "unexpected answer"),
        (page(b"x", status="304 Not Modified"), "unexpected answer"),
        (page(b"x", status="404 Not Found"), "there is no such page"),
        (page(b"x", status="403 Forbidden"), "the server refuses"),
    ],
    ids=range(9),
)
def test_what_is_no_page_is_told_in_one_line(web: Web, time: Time, answer: bytes, why: str) -> None:
    web.answers["/"] = answer
    with pytest.raises(FetchError, match=why) as failed:
        fetcher(time).fetch(web.url("/"))
    assert not failed.value.passing
    assert str(failed.value).isprintable()
    assert len(web.asked) == 1


@pytest.mark.parametrize(
    "short",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nhalf",
        page(gzip.compress(b"Lyman" * 500)[:-12], "Content-Encoding: gzip"),
        b"",
    ],
    ids=["length", "chunk", "gzip", "nothing"],
)
def test_half_a_page_is_asked_for_again(web: Web, time: Time, short: bytes) -> None:
    web.answers["/"] = [short, page("whole")]
    assert fetcher(time).fetch(web.url("/")).body == b"whole"
    web.answers["/"] = short
    with pytest.raises(FetchError, match=r"\(3 attempts\): try again later") as failed:
        fetcher(time).fetch(web.url("/"))
    assert failed.value.passing


def test_a_busy_server_is_asked_again_with_growing_pauses(web: Web, time: Time) -> None:
    busy = page("", status="503 Service Unavailable")
    web.answers["/"] = [page("", status="500 Oops"), busy, page("done")]
    assert fetcher(time, limits={"pause_s": 0.0}).fetch(web.url("/")).body == b"done"
    assert time.slept == [1.0, 2.0]


def test_a_server_is_given_the_time_it_asks_for(web: Web, time: Time) -> None:
    many = "429 Too Many Requests"
    web.answers["/"] = [page("", "Retry-After: 17", status=many), page("done")]
    assert fetcher(time).fetch(web.url("/")).body == b"done"
    assert time.slept == [17.0]
    web.answers["/"] = page("", "Retry-After: 4000", status=many)
    web.asked.clear()
    with pytest.raises(FetchError, match="come back in 4000 s") as failed:
        fetcher(time).fetch(web.url("/"))
    assert (failed.value.status, failed.value.after_s, len(web.asked)) == (429, 4000.0, 1)
    web.answers["/"] = [page("", "Retry-After: 0", status=many), page("done")]
    time.slept.clear()
    fetcher(time).fetch(web.url("/"))
    assert time.slept == [1.0]


def test_what_has_not_changed_is_not_sent_again(web: Web, time: Time) -> None:
    web.answers["/"] = page("", 'ETag: "1"', status="304 Not Modified")
    got = fetcher(time).fetch(web.url("/"), etag='"1"', modified="Tue, 14 Mar 2023 10:00:00 GMT")
    assert (got.is_unchanged, got.body) == (True, b"")
    headers = web.asked[0][1]
    assert headers["If-None-Match"] == '"1"'
    assert headers["If-Modified-Since"] == "Tue, 14 Mar 2023 10:00:00 GMT"


def test_a_header_cannot_be_smuggled_in_a_validator(web: Web, time: Time) -> None:
    with pytest.raises(FetchError, match="not valid"):
        fetcher(time).fetch(web.url("/"), etag='"1"\r\nCookie: x')
    assert web.asked == []


def test_redirects_are_followed_five_times(web: Web, time: Time) -> None:
    for step in range(6):
        web.answers[f"/{step}"] = moved(f"{step + 1}")
    web.answers["/6"] = page("far")
    web.answers["/5x"] = moved(f"//other.example:{web.port}/6")
    assert fetcher(time).fetch(web.url("/1")).final_url == web.url("/6")
    assert fetcher(time).fetch(web.url("/5x")).final_url == web.url("/6", "other.example")
    with pytest.raises(FetchError, match="sends on and on"):
        fetcher(time).fetch(web.url("/0"))
    web.answers["/loop"] = moved("/loop")
    web.asked.clear()
    with pytest.raises(FetchError, match="sends on and on"):
        fetcher(time).fetch(web.url("/loop"))
    assert len(web.asked) == 6


@pytest.mark.parametrize(
    "to",
    [
        "http://127.0.0.1:{port}/secret", "http://[::1]:{port}/secret", "http://localhost/secret",
        "http://2130706433:{port}/secret", "file:///etc/passwd", "ftp://news.example/secret",
        "http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/", "//127.0.0.1:{port}/secret",
        "http://news.example@127.0.0.1:{port}/secret", "http://rebound.example:{port}/secret",
    ],
)  # fmt: skip
def test_a_redirect_into_this_network_is_refused(web: Web, time: Time, to: str) -> None:
    web.answers["/"] = moved(to.format(port=web.port))
    web.answers["/secret"] = page("secret")
    with pytest.raises(RefusedAddressError, match="sends on to") as refused:
        fetcher(time).fetch(web.url("/"))
    assert web.paths == ["/"]
    assert not refused.value.passing


def test_a_name_is_resolved_once_for_each_request(web: Web, time: Time) -> None:
    """The second answer of a rebinding server is never heard: the first was checked and is used."""
    answers = iter(["127.0.0.1", "10.0.0.1"])
    guard = Guard(("127.0.0.1",), resolver=lambda *_: [next(answers)])
    web.answers["/"] = page("first")
    get = fetcher(time, guard=guard)
    assert get.fetch(web.url("/")).body == b"first"
    with pytest.raises(RefusedAddressError, match=r"10\.0\.0\.1"):
        get.fetch(web.url("/"))


def test_a_host_with_a_dead_address_is_reached_by_its_next(web: Web, time: Time) -> None:
    guard = Guard(("127.0.0.1", "::1"), resolver=lambda *_: ["::1", "127.0.0.1"])
    web.answers["/"] = page("there")
    assert fetcher(time, guard=guard).fetch(web.url("/")).body == b"there"


def test_one_host_is_asked_once_a_second_and_others_meanwhile(web: Web, time: Time) -> None:
    web.answers["/"] = page("x")
    get = fetcher(time)
    get.fetch(web.url("/"))
    get.fetch(web.url("/", "other.example"))
    assert time.slept == []
    get.fetch(web.url("/"))
    time.seconds += 0.25
    get.fetch(web.url("/"))
    assert time.slept == [1.0, 0.75]


def test_threads_keep_the_pace_together(web: Web, time: Time) -> None:
    web.answers["/"] = page("x")
    waits: list[float] = []
    get = fetcher(time, sleep=waits.append)
    threads = [threading.Thread(target=get.fetch, args=(web.url("/"),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(waits) == [1.0, 2.0, 3.0]


def test_robots_are_asked_once_and_followed(web: Web, time: Time) -> None:
    rules = "User-agent: *\nDisallow: /\nUser-agent: geomap\nDisallow: /*?print\nCrawl-delay: 3"
    web.answers |= {"/robots.txt": page(rules), "/a": page("a"), "/a?print": page("never")}
    get = fetcher(time, robots=True)
    assert get.fetch(web.url("/a")).body == b"a"
    assert get.fetch(web.url("/a")).body == b"a"
    with pytest.raises(FetchError, match=r"robots.txt asks programs not to"):
        get.fetch(web.url("/a?print"))
    assert web.paths == ["/robots.txt", "/a", "/a"]
    assert time.slept == [1.0, 3.0]
    time.seconds += 90_000
    get.fetch(web.url("/a"))
    assert web.paths[3:] == ["/robots.txt", "/a"]


def test_robots_hold_where_a_redirect_leads(web: Web, time: Time) -> None:
    web.answers |= {"/robots.txt": page("User-agent: *\nDisallow: /b"), "/a": moved("/b")}
    web.answers["/b"] = page("never")
    with pytest.raises(FetchError, match=r"robots.txt asks"):
        fetcher(time, robots=True).fetch(web.url("/a"))
    assert "/b" not in web.paths


def test_without_a_robots_file_all_may_be_asked_but_not_when_it_fails(web: Web, time: Time) -> None:
    web.answers["/a"] = page("a")
    assert fetcher(time, robots=True).fetch(web.url("/a")).body == b"a"
    web.answers["/robots.txt"] = page("", status="500 Oops")
    get = fetcher(time, robots=True)
    web.asked.clear()
    for _ in range(2):
        with pytest.raises(FetchError, match="not fetched without leave") as failed:
            get.fetch(web.url("/a"))
        assert failed.value.passing
    assert web.paths == ["/robots.txt"] * 3
    time.seconds += 301
    web.answers["/robots.txt"] = page("User-agent: *\nDisallow:" + " \n#" * 300_000)
    assert get.fetch(web.url("/a")).body == b"a"


def test_a_robots_file_made_to_be_slow_is_not() -> None:
    names = "".join(f"User-agent: x{i}\n" for i in range(9_000))
    begun = real_time.process_time()
    rules = parse_rules((names + "Disallow: /a\n" * 9_000).encode(), "geomap/1")
    assert rules.may_ask("https://news.example/a")
    mine = parse_rules((names + "useragent: GeoMap\nDisallow: /a*b\n").encode(), "geomap/1")
    assert not mine.may_ask("https://news.example/axb")
    assert real_time.process_time() - begun < 2


def test_proxies_are_used_only_when_asked(
    web: Web, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxied = "http://news.example/a"
    web.answers |= {"/a": page("direct"), proxied: page("by proxy")}
    for name in ("http_proxy", "no_proxy"):
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{web.port}")
    monkeypatch.setenv("no_proxy", "other.example")
    assert fetcher(time).fetch(web.url("/a")).body == b"direct"
    get = fetcher(time, environment_proxies=True)
    assert get.fetch(proxied).body == b"by proxy"
    assert get.fetch(web.url("/a", "other.example")).body == b"direct"
    with pytest.raises(RefusedAddressError):
        get.fetch("http://10.0.0.1/")


def test_https_names_the_host_and_checks_its_certificate(time: Time, root: Path) -> None:
    """The connection goes to an address; the name still chooses and proves the site."""
    pem = root / "tests/data/web/news.example.pem"
    named: list[str] = []
    inside = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    inside.load_cert_chain(pem)
    inside.sni_callback = lambda _, name, __: named.append(name)
    trusting = ssl.create_default_context(cafile=str(pem))
    with serving(inside) as web:
        web.answers["/"] = page("safe")
        get = fetcher(time, context=trusting)
        assert get.fetch(f"https://news.example:{web.port}/").body == b"safe"
        assert named == ["news.example"]
        assert web.asked[0][1]["Host"] == f"news.example:{web.port}"
        with pytest.raises(FetchError, match="certificate is not valid"):
            get.fetch(f"https://other.example:{web.port}/")
        with pytest.raises(FetchError, match="certificate is not valid"):
            fetcher(time).fetch(f"https://news.example:{web.port}/")
