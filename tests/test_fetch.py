"""Downloads arrive whole or not at all, whatever the server does."""

from __future__ import annotations

import contextlib
import hashlib
import io
import itertools
import json
import shutil
import threading
import time
import urllib.request
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from geomap.errors import GazetteerError, SettingsError
from geomap.gazetteer import download
from geomap.gazetteer.download import Downloader
from geomap.gazetteer.fetch import fetch, geofabrik_paths, user_data_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Answer = Callable[["Handler"], None]

DATE = "Wed, 19 Nov 2025 03:00:00 GMT"


def zipped(member: str, size: int = 300_000) -> bytes:
    """A zip of text that does not pack."""
    line = hashlib.sha256(member.encode()).hexdigest()
    body = "".join(
        f"{hashlib.sha256(f'{line}{i}'.encode()).hexdigest()}\n" for i in range(size // 65)
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, body)
    return out.getvalue()


UA, ALTERNATE = zipped("UA.txt"), zipped("UA.txt", 90_000)
ADMIN1 = b"UA.05\tDonetsk\tDonetsk\t709716\nUA.14\tLuhansk\tLuhansk\t702657\n"
PBF = b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18\x10" + hashlib.sha256(b"osm").digest() * 4000


class Handler(BaseHTTPRequestHandler):
    """Serves files well (ranges, ETags), unless `misdeeds` holds something else for a path."""

    protocol_version = "HTTP/1.1"
    server: Any

    def do_GET(self) -> None:
        web = self.server.web
        web.requests.append((self.path, dict(self.headers)))
        misdeeds = web.misdeeds.get(self.path)
        if misdeeds:
            misdeeds.pop(0)(self)
        else:
            self.well()

    def well(self) -> None:
        web = self.server.web
        body = web.files.get(self.path)
        if body is None:
            self.say(404, b"<html>not here</html>", {"Content-Type": "text/html"})
            return
        etag = web.etags.get(self.path, f'"{hashlib.sha256(body).hexdigest()[:12]}"')
        headers = {"ETag": etag, "Last-Modified": DATE, "Accept-Ranges": "bytes"}
        if self.headers.get("If-None-Match") == etag:
            self.say(304, b"", headers)
            return
        wanted = self.headers.get("Range")
        if wanted and self.headers.get("If-Range") in (None, etag, DATE):
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            if start >= len(body):
                self.say(416, b"", headers | {"Content-Range": f"bytes */{len(body)}"})
                return
            rest = f"bytes {start}-{len(body) - 1}/{len(body)}"
            self.say(206, body[start:], headers | {"Content-Range": rest})
            return
        self.say(200, body, headers)

    def say(self, code: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(code)
        for name, value in ({"Content-Length": str(len(body))} | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        pass


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A server on this machine, and what happens at it."""
    monkeypatch.setenv("no_proxy", "*")
    server = Quiet(("127.0.0.1", 0), Handler)
    url = f"http://127.0.0.1:{server.server_port}"
    it = SimpleNamespace(
        url=url,
        files={
            "/UA.zip": UA,
            "/alternatenames/UA.zip": ALTERNATE,
            "/admin1CodesASCII.txt": ADMIN1,
            "/europe/ukraine-latest.osm.pbf": PBF,
            "/europe/ukraine-latest.osm.pbf.md5": (
                hashlib.md5(PBF).hexdigest().encode() + b"  ukraine-latest.osm.pbf\n"
            ),
        },
        etags={},
        misdeeds={},
        requests=[],
        slept=[],
    )
    server.web = it  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield it
    server.shutdown()
    server.server_close()


def get(web: Any, folder: Path, **options: Any) -> list[Any]:
    urls = {"geonames": web.url + "/", "osm": web.url}
    return fetch(["ua"], folder=folder, base_urls=urls, sleep=web.slept.append, **options)


def ranges(web: Any, path: str = "/UA.zip") -> list[str | None]:
    return [headers.get("Range") for asked, headers in web.requests if asked == path]


def cut_after(count: int) -> Answer:
    """Promise the whole file and hang up early."""

    def misdeed(handler: Handler) -> None:
        whole = handler.server.web.files[handler.path]
        start = int(handler.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        code = 206 if start else 200
        handler.send_response(code)
        handler.send_header("Content-Length", str(len(whole) - start))
        if start:
            handler.send_header("Content-Range", f"bytes {start}-{len(whole) - 1}/{len(whole)}")
        handler.send_header("ETag", f'"{hashlib.sha256(whole).hexdigest()[:12]}"')
        handler.end_headers()
        handler.wfile.write(whole[start : start + count])
        handler.close_connection = True

    return misdeed


def answer(code: int, body: bytes = b"", **headers: str) -> Answer:
    named = {k.replace("_", "-"): v for k, v in headers.items()}
    return lambda handler: handler.say(code, body, named)


def test_a_country_comes_with_its_names_and_divisions(web: Any, tmp_path: Path) -> None:
    seen: list[tuple[str, int, int | None]] = []
    fetched = get(web, tmp_path / "new", on_progress=lambda *step: seen.append(step))
    assert [f.path.relative_to(tmp_path / "new").as_posix() for f in fetched] == [
        "geonames/UA.zip",
        "geonames/alternatenames/UA.zip",
        "geonames/admin1CodesASCII.txt",
    ]
    assert [f.path.read_bytes() for f in fetched] == [UA, ALTERNATE, ADMIN1]
    assert {f.status for f in fetched} == {"downloaded"}
    assert fetched[0].sha256 == hashlib.sha256(UA).hexdigest()
    assert (fetched[0].size, fetched[0].modified) == (len(UA), DATE)
    assert seen[-1] == ("admin1CodesASCII.txt", len(ADMIN1), len(ADMIN1))
    assert not list(tmp_path.rglob("*.part*"))
    assert web.slept == []
    assert web.requests[0][1]["User-Agent"].startswith("geomap/")


def test_an_extract_is_checked_by_its_md5(web: Any, tmp_path: Path) -> None:
    (got,) = get(web, tmp_path, source="osm")
    assert got.path == tmp_path / "osm" / "europe" / "ukraine-latest.osm.pbf"
    assert got.path.read_bytes() == PBF
    web.files["/europe/ukraine-latest.osm.pbf"] = PBF + b"!"
    with pytest.raises(GazetteerError, match="md5"):
        get(web, tmp_path, source="osm")
    assert got.path.read_bytes() == PBF


def test_what_has_not_changed_is_left(web: Any, tmp_path: Path) -> None:
    first = get(web, tmp_path)
    again = get(web, tmp_path)
    assert {f.status for f in again} == {"unchanged"}
    assert [f.sha256 for f in again] == [f.sha256 for f in first]
    web.files["/UA.zip"] = zipped("UA.txt", 120_000)
    assert [f.status for f in get(web, tmp_path)] == ["downloaded", "unchanged", "unchanged"]
    assert first[0].path.read_bytes() == web.files["/UA.zip"]


def test_a_file_that_was_changed_by_hand_is_fetched_anew(web: Any, tmp_path: Path) -> None:
    get(web, tmp_path)[0].path.write_bytes(b"gone")
    assert get(web, tmp_path)[0].status == "downloaded"


def test_a_cut_connection_is_resumed(web: Any, tmp_path: Path) -> None:
    web.misdeeds["/UA.zip"] = [cut_after(50_000), cut_after(60_000)]
    got = get(web, tmp_path)[0]
    assert (got.status, got.path.read_bytes()) == ("resumed", UA)
    assert ranges(web) == [None, "bytes=50000-", "bytes=110000-"]
    assert len(web.slept) == 2


def test_waits_grow_and_end(web: Any, tmp_path: Path) -> None:
    web.misdeeds["/UA.zip"] = [answer(503)] * 9
    with pytest.raises(GazetteerError, match=r"HTTP 503\) \(5 attempts\): try again later") as info:
        get(web, tmp_path)
    assert f"{web.url}/UA.zip" in str(info.value)
    assert "\n" not in str(info.value)
    for number, slept in enumerate(web.slept):
        assert 0.5 * 2**number <= slept <= 1.5 * 2**number
    assert len(web.slept) == 4


def test_retry_after_is_honoured(web: Any, tmp_path: Path) -> None:
    web.misdeeds["/UA.zip"] = [answer(503, Retry_After="7"), answer(429, Retry_After="3")]
    assert get(web, tmp_path)[0].path.read_bytes() == UA
    assert web.slept == [7.0, 3.0]
    moment = time.time() + 3600
    date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(moment))
    web.misdeeds["/UA.zip"] = [answer(503, Retry_After=date)]
    with pytest.raises(GazetteerError, match="come back in 60 minutes"):
        get(web, tmp_path)


def test_a_server_without_ranges_sends_it_all_again(web: Any, tmp_path: Path) -> None:
    whole = answer(200, UA, ETag='"x"')
    web.etags["/UA.zip"] = '"x"'
    web.misdeeds["/UA.zip"] = [cut_after(50_000), whole]
    got = get(web, tmp_path)[0]
    assert (got.status, got.path.read_bytes()) == ("downloaded", UA)


def test_pieces_of_two_versions_are_never_joined(web: Any, tmp_path: Path) -> None:
    newer = zipped("UA.txt", 310_000)

    def change(handler: Handler) -> None:
        cut_after(50_000)(handler)
        handler.server.web.files["/UA.zip"] = newer

    web.misdeeds["/UA.zip"] = [change]
    assert get(web, tmp_path)[0].path.read_bytes() == newer
    assert ranges(web) == [None, "bytes=50000-"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Content_Range": "bytes 0-9/10"},
        {"Content_Range": "nonsense"},
        {},
        {"Content_Range": f"bytes 50000-{len(UA)}/{len(UA) + 1}"},
        {"Content_Range": f"bytes 50000-{len(UA) - 1}/{len(UA)}", "ETag": '"other"'},
    ],
)
def test_a_wrong_piece_starts_the_file_anew(
    web: Any, tmp_path: Path, headers: dict[str, str]
) -> None:
    web.misdeeds["/UA.zip"] = [cut_after(50_000), answer(206, UA[50_000:], **headers)]
    assert get(web, tmp_path)[0].path.read_bytes() == UA
    assert ranges(web) == [None, "bytes=50000-", None]


def test_a_lie_that_spoils_a_resumed_file_is_mended(web: Any, tmp_path: Path) -> None:
    etag = f'"{hashlib.sha256(UA).hexdigest()[:12]}"'
    lie = answer(206, bytes(len(UA) - 50_000), ETag=etag,
                 Content_Range=f"bytes 50000-{len(UA) - 1}/{len(UA)}")  # fmt: skip
    web.misdeeds["/UA.zip"] = [cut_after(50_000), lie]
    assert get(web, tmp_path)[0].path.read_bytes() == UA


def test_a_file_without_a_length_is_read_to_its_end(web: Any, tmp_path: Path) -> None:
    def unsized(handler: Handler, count: int) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(UA[:count])
        handler.close_connection = True

    web.misdeeds["/UA.zip"] = [lambda h: unsized(h, 70_000), lambda h: unsized(h, len(UA))]
    assert get(web, tmp_path)[0].path.read_bytes() == UA


def test_chunks_that_end_early_are_seen(web: Any, tmp_path: Path) -> None:
    def chunked(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"2000\r\n" + UA[:100])
        handler.close_connection = True

    web.misdeeds["/UA.zip"] = [chunked]
    assert get(web, tmp_path)[0].path.read_bytes() == UA


@pytest.mark.parametrize(
    ("body", "headers", "message"),
    [
        (b"<!DOCTYPE html><title>Log in</title>", {}, "a web page came instead"),
        (b"<html>", {"Content_Type": "text/html; charset=utf-8"}, "a web page came instead"),
        (b"", {}, "an empty file"),
        (b"plain words", {}, "not a zip"),
        (UA[: len(UA) // 2], {}, "a damaged zip"),
        (UA[:1000] + b"\0\0\0\0" + UA[1004:], {}, "a damaged zip"),
        (zipped("readme.txt", 700), {}, "holds no UA.txt"),
    ],
)
def test_what_is_not_the_file_is_refused_and_the_old_one_stays(
    web: Any, tmp_path: Path, body: bytes, headers: dict[str, str], message: str
) -> None:
    old = get(web, tmp_path)[0]
    web.misdeeds["/UA.zip"] = [answer(200, body, **headers)]
    with pytest.raises(GazetteerError, match=message) as info:
        get(web, tmp_path)
    assert str(info.value).startswith(f"{web.url}/UA.zip: ")
    assert old.path.read_bytes() == UA
    assert not list(tmp_path.rglob("*.part*"))
    assert web.slept == []
    assert {f.status for f in get(web, tmp_path)} == {"unchanged"}


def test_a_zip_bomb_is_not_unpacked(web: Any, tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("UA.txt", bytes(50_000_000))
    web.files["/UA.zip"] = out.getvalue()
    with pytest.raises(GazetteerError, match="would unpack to 50,000,000 bytes"):
        get(web, tmp_path)


def test_a_table_that_was_cut_is_refused(web: Any, tmp_path: Path) -> None:
    web.files["/admin1CodesASCII.txt"] = ADMIN1[:-20]
    with pytest.raises(GazetteerError, match="line 2 is not one of admin1CodesASCII"):
        get(web, tmp_path)


@pytest.mark.parametrize(
    ("code", "message"),
    [(404, "no such file .* check the country code"), (403, "refuses"), (204, "unexpected answer")],
)
def test_a_refusal_is_final(web: Any, tmp_path: Path, code: int, message: str) -> None:
    web.misdeeds["/UA.zip"] = [answer(code)]
    with pytest.raises(GazetteerError, match=message):
        get(web, tmp_path)
    assert (len(web.requests), web.slept) == (1, [])


def test_redirects_are_followed_and_bounded(web: Any, tmp_path: Path) -> None:
    web.files["/moved/UA.zip"] = UA
    web.misdeeds["/UA.zip"] = [answer(302, Location="/moved/UA.zip")]
    assert get(web, tmp_path)[0].path.read_bytes() == UA
    there_and_back = [answer(302, Location="/UA.zip")] * 20
    web.misdeeds["/UA.zip"] = there_and_back
    with pytest.raises(GazetteerError, match="sends on and on"):
        get(web, tmp_path / "loop")
    web.misdeeds |= {f"/{i}": [answer(302, Location=f"/{i + 1}")] for i in range(30)}
    web.misdeeds["/UA.zip"] = [answer(302, Location="/0")]
    before = len(web.requests)
    with pytest.raises(GazetteerError, match="sends on and on"):
        get(web, tmp_path / "long")
    assert len(web.requests) - before <= 7


@pytest.mark.parametrize("to", ["http://example.org/UA.zip", "ftp://example.org/UA.zip"])
def test_an_encrypted_address_never_sends_on_to_a_plain_one(to: str) -> None:
    request = urllib.request.Request("https://download.geonames.org/export/dump/UA.zip")
    with pytest.raises(GazetteerError, match="not encrypted"):
        download._Redirects().redirect_request(request, None, 302, "Found", {}, to)


def test_a_trickle_is_given_up_and_resumed(web: Any, tmp_path: Path) -> None:
    def trickle(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(UA)))
        handler.send_header("ETag", f'"{hashlib.sha256(UA).hexdigest()[:12]}"')
        handler.end_headers()
        for i in range(200):
            handler.wfile.write(UA[i * 10 : i * 10 + 10])
            time.sleep(0.01)

    web.misdeeds["/UA.zip"] = [trickle]
    loader = Downloader(sleep=web.slept.append, slow_s=0.1, slow_bytes=5_000)
    got = loader.get(f"{web.url}/UA.zip", tmp_path / "UA.zip")
    assert (got.status, got.path.read_bytes()) == ("resumed", UA)
    assert len(web.slept) == 1


def test_silence_is_given_up(web: Any, tmp_path: Path) -> None:
    done = threading.Event()

    def silent(_: Handler) -> None:
        done.wait(5)

    web.misdeeds["/UA.zip"] = [silent]
    started = time.monotonic()
    assert get(web, tmp_path, timeout_s=0.2)[0].path.read_bytes() == UA
    done.set()
    assert time.monotonic() - started < 3


def test_a_long_download_may_fail_often_as_long_as_it_gets_on(web: Any, tmp_path: Path) -> None:
    big = hashlib.sha256(b"big").digest() * (12 << 15)
    web.files["/big"] = big
    web.misdeeds["/big"] = [cut_after((1 << 20) + 5)] * 11
    loader = Downloader(retries=2, sleep=web.slept.append)
    assert loader.get(f"{web.url}/big", tmp_path / "big").path.read_bytes() == big
    assert len(web.slept) == 11


def test_ctrl_c_leaves_the_beginning_to_go_on_with(web: Any, tmp_path: Path) -> None:
    def stop(_: str, done: int, __: int | None) -> None:
        if done > 60_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        get(web, tmp_path, on_progress=stop)
    part = tmp_path / "geonames" / "UA.zip.part"
    begun = part.stat().st_size
    assert 60_000 < begun < len(UA)
    assert part.read_bytes() == UA[:begun]
    got = get(web, tmp_path)[0]
    assert (got.status, got.path.read_bytes()) == ("resumed", UA)
    assert ranges(web) == [None, f"bytes={begun}-"]


def test_a_beginning_that_is_whole_is_only_checked(web: Any, tmp_path: Path) -> None:
    got = get(web, tmp_path)[0].path
    got.replace(got.with_name("UA.zip.part"))
    got.with_name("UA.zip.source.json").replace(got.with_name("UA.zip.part.source.json"))
    again = get(web, tmp_path)[0]
    assert (again.status, again.path.read_bytes()) == ("resumed", UA)


@pytest.mark.parametrize("mark", [None, b"", b"{}", b"[]", b"\xff", b'{"url": 5}'])
def test_a_beginning_of_unknown_origin_is_not_used(
    web: Any, tmp_path: Path, mark: bytes | None
) -> None:
    folder = tmp_path / "geonames"
    folder.mkdir()
    (folder / "UA.zip.part").write_bytes(b"what is this")
    if mark is not None:
        (folder / "UA.zip.part.source.json").write_bytes(mark)
    assert get(web, tmp_path)[0].path.read_bytes() == UA
    assert ranges(web) == [None]


def test_another_mirror_does_not_go_on_with_the_first_ones_file(web: Any, tmp_path: Path) -> None:
    web.misdeeds["/UA.zip"] = [cut_after(50_000)]
    with pytest.raises(GazetteerError, match="50,000 bytes are kept"):
        get(web, tmp_path, retries=0)
    mark = tmp_path / "geonames" / "UA.zip.part.source.json"
    told = json.loads(mark.read_text()) | {"url": "https://elsewhere.example/UA.zip"}
    mark.write_text(json.dumps(told))
    assert get(web, tmp_path)[0].status == "downloaded"


def test_too_large_a_file_is_refused(web: Any, tmp_path: Path) -> None:
    loader = Downloader(max_bytes=1000)
    with pytest.raises(GazetteerError, match="more than the 1,000 allowed"):
        loader.get(f"{web.url}/UA.zip", tmp_path / "UA.zip")
    assert not list(tmp_path.iterdir())


def test_too_little_room_is_said_before(
    web: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = SimpleNamespace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(GazetteerError, match=r"1,000 bytes left, .* needed: make room"):
        get(web, tmp_path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk_leaves_the_old_file(
    web: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = get(web, tmp_path)[0]
    web.files["/UA.zip"] = zipped("UA.txt", 310_000)
    opened = Path.open

    def full(self: Path, *args: Any, **options: Any) -> Any:
        real = Path("/dev/full") if self.name == "UA.zip.part" else self
        return opened(real, *args, **options)

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(GazetteerError, match=r"No space left on device.*make room"):
        get(web, tmp_path)
    monkeypatch.undo()
    assert old.path.read_bytes() == UA


def test_a_folder_that_is_a_file_is_said(web: Any, tmp_path: Path) -> None:
    (tmp_path / "geonames").write_text("a file")
    with pytest.raises(GazetteerError, match="cannot be written"):
        get(web, tmp_path)


def test_no_server_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    urls = {"geonames": "http://127.0.0.1:9"}
    with pytest.raises(GazetteerError, match=r"refused the connection .*try again later$") as info:
        fetch(["UA"], folder=tmp_path, base_urls=urls, retries=1, sleep=lambda _: None)
    assert "\n" not in str(info.value)


def test_no_network_is_said_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    slept: list[float] = []
    urls = {"geonames": "http://no-such-host.invalid"}
    with pytest.raises(GazetteerError, match="no network, or no such server: connect") as info:
        fetch(["UA"], folder=tmp_path, base_urls=urls, sleep=slept.append)
    assert slept == []
    assert "\n" not in str(info.value)


@pytest.mark.parametrize(
    ("codes", "options", "message"),
    [
        ([], {}, "no country to fetch"),
        (["UKR"], {}, "two letters"),
        (["../x"], {}, "two letters"),
        (["uk"], {}, "GB"),
        (["UA"], {"source": "bing"}, "geonames, osm"),
        (["UA"], {"base_urls": {"osn": "https://x"}}, "geonames, osm"),
        (["ZZ", "UA"], {"source": "osm"}, r"known for ZZ; known are AD, AE,.*ZW"),
    ],
)
def test_wrong_requests_are_refused(
    tmp_path: Path, codes: list[str], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(SettingsError, match=message):
        fetch(codes, folder=tmp_path, **options)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://host/x", "UA.zip"])
def test_only_the_web_is_read(tmp_path: Path, url: str) -> None:
    with pytest.raises(GazetteerError, match="not an http"):
        Downloader().get(url, tmp_path / "x")


def test_the_table_of_extracts() -> None:
    paths = geofabrik_paths()
    assert paths["UA"] == "europe/ukraine"
    assert paths["RU"] == "russia"
    assert paths["PS"] == paths["IL"] == "asia/israel-and-palestine"
    assert paths["CD"] == "africa/congo-democratic-republic"
    assert all(len(code) == 2 and code.isupper() for code in paths)
    assert len(paths) > 100


def test_countries_that_share_an_extract_fetch_it_once(web: Any, tmp_path: Path) -> None:
    name = "/asia/israel-and-palestine-latest.osm.pbf"
    web.files[name] = PBF
    web.files[name + ".md5"] = hashlib.md5(PBF).hexdigest().encode()
    got = fetch(["IL", "PS", "il"], source="osm", folder=tmp_path, base_urls={"osm": web.url})
    assert len(got) == 1
    assert [path for path, _ in web.requests] == [name, name + ".md5"]


def test_the_users_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOMAP_DATA", str(tmp_path))
    assert user_data_folder() == tmp_path
    monkeypatch.setenv("GEOMAP_DATA", "  ")
    assert user_data_folder().name == "geomap"
    assert user_data_folder().is_absolute()
    assert not set(itertools.islice(tmp_path.iterdir(), 1))
