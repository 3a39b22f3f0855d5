"""Getting a file from a server that may fail: resumed, checked, and put in place whole.

A file arrives as `NAME.part`, is resumed after any interruption, checked, and only then takes its
place; whatever goes wrong, the file of last time stays. `NAME.source.json` beside it says where it
came from.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import logging
import os
import re
import shutil
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn

import geomap
from geomap.errors import GazetteerError
from geomap.fetching.trouble import PASSING, back_off_s, in_words, retry_after_s

if TYPE_CHECKING:
    from collections.abc import Mapping

logger = logging.getLogger(__name__)

Progress = Callable[[str, int, int | None], None]
Check = Callable[["Downloader", Path, str], None]

_CHUNK = 1 << 16
_PROGRESS = 1 << 20  # so much more of a file than ever before starts the count of retries anew
_LONGEST_WAIT_S = 300.0
ADD = "or add files you have with 'geomap gazetteer add FILE...'"
NOT_HTML = (
    "a web page came instead of the file: an error page, or the login page of this network; open "
    "the address in a browser to see it"
)


class _RetryError(Exception):
    """What may go better next time."""

    def __init__(self, why: str, after_s: float | None = None, *, offline: bool = False) -> None:
        super().__init__(why)
        self.after_s = after_s
        self.offline = offline


class DamagedError(Exception):
    """A whole file arrived and is not what it should be."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file in the user's folder, and where it came from.

    `status` is "unchanged" when the server had nothing newer. `etag` and `modified` are what the
    server said of the file (`modified` is its Last-Modified header: the date of the data).
    """

    path: Path
    url: str
    size: int
    status: Literal["downloaded", "resumed", "unchanged"]
    sha256: str
    etag: str | None = None
    modified: str | None = None


@dataclass(frozen=True, slots=True)
class _Mark:
    """What is known of a file (or of the beginning of one), kept beside it."""

    url: str
    etag: str | None
    modified: str | None
    size: int | None
    sha256: str = ""

    @property
    def validator(self) -> str | None:
        """What If-Range takes: a strong ETag, or a date."""
        strong = self.etag if self.etag and not self.etag.startswith("W/") else None
        return strong or self.modified


@dataclass(frozen=True, slots=True)
class Downloader:
    """Gets single files; `fetch` knows which.

    Parameters
    ----------
    retries, timeout_s, on_progress, sleep
        As in `fetch`.
    max_bytes : int
        Larger files are refused.
    slow_s, slow_bytes : float, int
        A connection that brings fewer bytes in so many seconds is given up and made anew.
    """

    retries: int = 4
    timeout_s: float = 30.0
    on_progress: Progress | None = None
    sleep: Callable[[float], None] = time.sleep
    max_bytes: int = 16 << 30
    slow_s: float = 60.0
    slow_bytes: int = 20_000

    def get(self, url: str, path: Path, check: Check | None = None) -> Fetched:
        """Download a file, or go on with it, or leave it when the server has nothing newer.

        Parameters
        ----------
        url : str
            http or https.
        path : Path
            Where it will lie; its folder is made.
        check : callable, optional
            Called with (self, the file, url) before the file takes its place; raises when it is
            not what it should be.

        Raises
        ------
        GazetteerError
            It cannot be had; the message says why, and what to do.
        """
        if not url.startswith(("http://", "https://")):
            raise GazetteerError(f"{url}: not an http or https address")
        part, failures, most = _beside(path, ".part"), 0, -1
        while True:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                fetched = self._attempt(url, path, part, check)
            except _RetryError as trouble:
                got = _size(part)
                if most >= 0 and got >= most + _PROGRESS:
                    failures = 0
                kept = f"; {got:,} bytes are kept to go on with" if got else ""
                if trouble.offline and most < 0:
                    raise GazetteerError(f"{url}: {trouble}: connect, {ADD}") from trouble
                if failures >= self.retries:
                    raise GazetteerError(
                        f"{url}: {trouble} ({failures + 1} attempts): try again later{kept}"
                    ) from trouble
                most, failures = max(most, got), failures + 1
                delay = back_off_s(failures)
                wait = delay if trouble.after_s is None else trouble.after_s
                logger.info("%s: %s; again in %.1f s", url, trouble, wait)
                self.sleep(wait)
            except OSError as error:
                raise GazetteerError(
                    f"{error.filename or path}: cannot be written "
                    f"({error.strerror or error}): make room or choose another folder; what was "
                    "there before is unchanged"
                ) from error
            else:
                logger.info("url=%s status=%s bytes=%d", url, fetched.status, fetched.size)
                return fetched

    def _attempt(self, url: str, path: Path, part: Path, check: Check | None) -> Fetched:
        begun, old = _read_mark(part, url), _read_mark(path, url)
        offset = _size(part) if begun and begun.validator else 0
        headers: dict[str, str | None] = {}
        if begun and offset:
            headers = {"Range": f"bytes={offset}-", "If-Range": str(begun.validator)}
        elif old and old.size == _size(path):
            headers = {"If-None-Match": old.etag, "If-Modified-Since": old.modified}
        with self._open(url, headers) as response:
            if response.status == 304 and old and not offset:
                was = old.sha256, old.etag, old.modified
                return Fetched(path, url, _size(path), "unchanged", *was)
            mark = _mark_of(response, url)
            if response.status == 416 and begun:
                mark = begun
                if begun.size != offset:
                    _start_anew(part, "the server cannot go on with it")
            elif response.status == 206 and begun and offset:
                start, total = _content_range(response.headers.get("Content-Range"))
                same = mark.validator in (None, begun.validator)
                sizes = {total, begun.size} - {None}
                if start != offset or not same or len(sizes) > 1:
                    _start_anew(part, "the file changed on the server meanwhile")
                mark = _Mark(url, begun.etag, begun.modified, total)
                self._receive(response, part, offset, total)
            elif response.status == 200:
                offset = 0
                if "html" in response.headers.get("Content-Type", "").lower():
                    raise GazetteerError(f"{url}: {NOT_HTML}")
                _remove(part)
                _write_mark(part, mark)
                self._receive(response, part, 0, mark.size)
            else:
                raise GazetteerError(f"{url}: unexpected answer (HTTP {response.status})")
        try:
            if check is not None:
                check(self, part, url)
        except DamagedError as error:
            _remove(part)
            if offset or mark.size is None:  # put together of pieces, or perhaps cut short
                raise _RetryError(str(error)) from error
            raise GazetteerError(f"{url}: {error}") from error
        return _put(url, path, part, mark, resumed=offset > 0)

    def text(self, url: str, limit: int = 4096) -> str:
        """Return a small text from a server (a checksum)."""
        with self._open(url, {}) as response:
            try:
                body: bytes = response.read(limit)
            except (OSError, http.client.HTTPException) as error:
                raise _RetryError(in_words(error)) from error
            return body.decode("utf-8", "replace")

    def _open(self, url: str, headers: Mapping[str, str | None]) -> Any:
        """Return the answer: 2xx, 304 or 416; everything else raises."""
        sent = {"User-Agent": f"geomap/{geomap.__version__}", "Accept-Encoding": "identity"}
        request = urllib.request.Request(
            url, headers=sent | {k: v for k, v in headers.items() if v is not None}
        )
        try:
            opener = urllib.request.build_opener(_Redirects())
            return opener.open(request, timeout=self.timeout_s)
        except urllib.error.HTTPError as error:
            if error.code in (304, 416):
                return error
            with error:
                _refused(url, error.code, error.headers.get("Retry-After"))
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            if isinstance(reason, ssl.SSLCertVerificationError):
                raise GazetteerError(
                    f"{url}: its certificate is not valid ({reason.verify_message}): check this "
                    "computer's clock and proxy"
                ) from error
            offline = isinstance(reason, socket.gaierror)
            why = "no network, or no such server" if offline else in_words(reason)
            raise _RetryError(why, offline=offline) from error

    def _receive(self, response: Any, part: Path, offset: int, total: int | None) -> None:
        """Append an answer's body to a file."""
        if (total or 0) > self.max_bytes:
            self._too_large(part, total)
        free = shutil.disk_usage(part.parent).free
        if total is not None and total - offset > free:
            raise GazetteerError(
                f"{part}: the disk has {free:,} bytes left, {total - offset:,} are needed: make "
                "room or choose another folder; what was there before is unchanged"
            )
        done, window_start, window_bytes = offset, time.monotonic(), 0
        with part.open("ab" if offset else "wb") as out:
            while True:
                try:
                    chunk = response.read1(_CHUNK)
                except (OSError, http.client.HTTPException) as error:
                    raise _RetryError(in_words(error)) from error
                if not chunk:
                    break
                out.write(chunk)
                done += len(chunk)
                window_bytes += len(chunk)
                if done > self.max_bytes:
                    self._too_large(part, done)
                if self.on_progress is not None:
                    self.on_progress(part.name.removesuffix(".part"), done, total)
                if time.monotonic() - window_start > self.slow_s:
                    if window_bytes < self.slow_bytes:
                        raise _RetryError(f"{window_bytes} bytes in {self.slow_s:g} s")
                    window_start, window_bytes = time.monotonic(), 0
            out.flush()
            os.fsync(out.fileno())
        if total is not None and done != total:
            raise _RetryError(f"the connection ended after {done:,} of {total:,} bytes")

    def _too_large(self, part: Path, size: int | None) -> NoReturn:
        _remove(part)
        raise GazetteerError(f"{part}: {size:,} bytes, more than the {self.max_bytes:,} allowed")


class _Redirects(urllib.request.HTTPRedirectHandler):
    max_redirections = 5
    max_repeats = 2

    def redirect_request(  # the signature is urllib's
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        if req.full_url.startswith("https:") and not newurl.startswith("https:"):
            raise GazetteerError(
                f"{req.full_url}: sends on to {newurl}, which is not encrypted: refused"
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _refused(url: str, code: int, retry_after: str | None) -> NoReturn:
    """Raise what an answer that is not the file means."""
    if code in PASSING:
        wait = retry_after_s(retry_after)
        if wait is not None and wait > _LONGEST_WAIT_S:
            raise GazetteerError(
                f"{url}: the server asks to come back in {wait / 60:.0f} minutes (HTTP {code})"
            )
        raise _RetryError(f"the server is busy or broken (HTTP {code})", wait)
    if 300 <= code < 400:
        raise GazetteerError(f"{url}: the server sends on and on (HTTP {code}): try another mirror")
    if code in (404, 410):
        raise GazetteerError(
            f"{url}: there is no such file (HTTP {code}): check the country code, {ADD}"
        )
    raise GazetteerError(f"{url}: the server refuses (HTTP {code}): try another mirror, {ADD}")


def _content_range(header: str | None) -> tuple[int, int | None]:
    found = re.fullmatch(r"bytes (\d+)-\d+/(?:(\d+)|\*)", (header or "").strip())
    return (int(found[1]), int(found[2]) if found[2] else None) if found else (-1, None)


def _mark_of(response: Any, url: str) -> _Mark:
    length = str(response.headers.get("Content-Length", ""))
    size = int(length) if length.isascii() and length.isdigit() else None
    return _Mark(url, response.headers.get("ETag"), response.headers.get("Last-Modified"), size)


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _read_mark(path: Path, url: str) -> _Mark | None:
    """Return what is known of a file from this address; None when that is nothing, or unclear."""
    try:
        mark = _Mark(**json.loads(_beside(path, ".source.json").read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
    return mark if mark.url == url and path.is_file() else None


def _write_mark(path: Path, mark: _Mark) -> None:
    target = _beside(path, ".source.json")
    _beside(target, ".new").write_text(json.dumps(asdict(mark), indent=1), encoding="utf-8")
    _beside(target, ".new").replace(target)


def _remove(path: Path) -> None:
    _beside(path, ".source.json").unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def _start_anew(part: Path, why: str) -> NoReturn:
    _remove(part)
    raise _RetryError(why, 0.0)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _put(url: str, path: Path, part: Path, mark: _Mark, *, resumed: bool) -> Fetched:
    """Move a checked file to its place, and its mark beside it."""
    with part.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    size = _size(part)
    # The old mark goes first: a file must never stand beside the mark of another.
    _beside(path, ".source.json").unlink(missing_ok=True)
    part.replace(path)
    _beside(part, ".source.json").unlink(missing_ok=True)
    _write_mark(path, _Mark(url, mark.etag, mark.modified, size, digest))
    status: Literal["downloaded", "resumed"] = "resumed" if resumed else "downloaded"
    return Fetched(path, url, size, status, digest, mark.etag, mark.modified)
