"""One question to one server, within limits of time and bytes that the server cannot stretch.

A time limit on a socket counts from the last byte, so a server that drips one byte a second holds
it open for ever; a length that a server states is only its word. Here every byte is counted as it
comes, headers and what is left out of chunks included, and every wait ends at the latest when the
time of the whole is over.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

    from geomap.fetching.guard import Target

__all__ = ["Budget", "BudgetError", "TooLongError", "ask", "read_body"]

_CHUNK = 1 << 16
_HEADER_BYTES = 256_000
# Each HTTP chunk and each gzip member may hold one byte: what they cost beside it is bounded too.
_WRAPPING = 2


class BudgetError(Exception):
    """The server takes longer than it may."""


class TooLongError(Exception):
    """More bytes come than may."""


@dataclass(slots=True)
class Budget:
    """What one answer may take.

    Parameters
    ----------
    connect_s, read_s : float
        Seconds for a connection, and from byte to byte.
    whole_s : float
        Seconds for everything from now on, redirects included.
    """

    connect_s: float
    read_s: float
    whole_s: float
    deadline: float = field(init=False)

    def __post_init__(self) -> None:
        self.deadline = time.monotonic() + self.whole_s

    def left_s(self, at_most: float) -> float:
        """Return how long the next wait may be.

        Raises
        ------
        BudgetError
            The time is over.
        """
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise self.over()
        return min(left, at_most)

    def over(self) -> BudgetError:
        """Return the error of a time that is over."""
        return BudgetError(f"the answer took longer than {self.whole_s:g} s")

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Do not count what happens within."""
        begun = time.monotonic()
        try:
            yield
        finally:
            self.deadline += time.monotonic() - begun


class _CountedReader(io.RawIOBase):
    """What a server sends, within its budget."""

    def __init__(self, sock: socket.socket, budget: Budget, max_bytes: int) -> None:
        self.sock, self.budget, self.left = sock, budget, max_bytes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        wait_s = self.budget.left_s(self.budget.read_s)
        self.sock.settimeout(wait_s)
        try:
            count = self.sock.recv_into(buffer)
        except TimeoutError as error:
            if wait_s < self.budget.read_s:
                raise self.budget.over() from error
            raise
        self.left -= count
        if self.left < 0:
            raise TooLongError
        return count


class _Answering:
    """The little of a socket that `http.client.HTTPResponse` asks for."""

    def __init__(self, reader: _CountedReader) -> None:
        self.reader = reader

    def makefile(self, *_: object, **__: object) -> io.BufferedReader:
        return io.BufferedReader(self.reader, _CHUNK)


@contextmanager
def ask(
    target: Target,
    headers: Mapping[str, str],
    budget: Budget,
    *,
    max_bytes: int,
    context: ssl.SSLContext | None = None,
    proxy: str | None = None,
) -> Iterator[http.client.HTTPResponse]:
    """Send one GET to a checked target; give the answer with its headers read.

    Parameters
    ----------
    target : Target
        What the guard let pass; the connection goes to one of its addresses, never to its name.
    headers : mapping
        Beside Host and Connection.
    budget : Budget
        The time.
    max_bytes : int
        Of the body; about twice as many may come over the wire for it.
    context : ssl.SSLContext | None
        None takes this machine's certificates.
    proxy : str | None
        `http://host:port`; the proxy is then asked for the target by its name.

    Raises
    ------
    BudgetError, TooLongError, OSError, http.client.HTTPException
        It failed.
    """
    sock = _connect(target, budget, proxy)
    try:
        through_proxy = proxy is not None
        if target.scheme == "https":
            if through_proxy:
                _tunnel(sock, target, budget)
                through_proxy = False
            sock.settimeout(budget.left_s(budget.connect_s))
            context = context or ssl.create_default_context()
            sock = context.wrap_socket(sock, server_hostname=target.host)
        sent = {"Host": target.authority, "Connection": "close", **headers}
        if any(c in value for value in sent.values() for c in "\r\n\0"):
            raise http.client.HTTPException("a header that is asked with is not valid")
        path = target.url if through_proxy else target.path
        lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items())]
        sock.settimeout(budget.left_s(budget.read_s))
        sock.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace"))
        yield _answer(sock, budget, "GET", max_bytes * _WRAPPING + _HEADER_BYTES)
    finally:
        sock.close()


def read_body(
    response: http.client.HTTPResponse, max_bytes: int, *, cut: bool = False
) -> tuple[bytes, bool]:
    """Read an answer's body, decompressed, and tell whether all of it came.

    Parameters
    ----------
    response : http.client.HTTPResponse
        As `ask` gives it.
    max_bytes : int
        The limit, after decompression.
    cut : bool
        Take the beginning of what is longer.

    Raises
    ------
    TooLongError
        It is longer.
    http.client.HTTPException
        It is compressed in a way that was not asked for, or its compression is broken.
    """
    coding = response.headers.get("Content-Encoding", "").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise http.client.HTTPException(f"a compression that was not asked for ({coding[:20]!r})")
    packed = coding not in ("", "identity")
    unpacker = zlib.decompressobj(wbits=47) if packed else None
    expected, arrived = response.length, 0
    body = bytearray()
    while chunk := response.read1(_CHUNK):
        arrived += len(chunk)
        if unpacker is None:
            body += chunk
        else:
            unpacker = _unpack(unpacker, chunk, body, max_bytes)
        if len(body) > max_bytes:
            if cut:
                return bytes(body[:max_bytes]), True
            raise TooLongError
    whole = expected is None or arrived >= expected
    return bytes(body), whole and (unpacker is None or unpacker.eof or not arrived)


def _unpack(unpacker: Any, chunk: bytes, body: bytearray, max_bytes: int) -> Any:
    """Append what a compressed chunk holds, at most a byte over the limit; return the unpacker."""
    try:
        while chunk:
            if unpacker.eof:  # a file of several members; zeros after the last are padding
                chunk = chunk.lstrip(b"\0")
                if not chunk:
                    break
                unpacker = zlib.decompressobj(wbits=47)
            body += unpacker.decompress(chunk, max(1, max_bytes + 1 - len(body)))
            if len(body) > max_bytes:
                break
            chunk = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
    except zlib.error as error:
        raise http.client.HTTPException("its compression is broken") from error
    return unpacker


def _connect(target: Target, budget: Budget, proxy: str | None) -> socket.socket:
    """Connect to the first of the checked addresses that answers, or to the user's proxy."""
    if proxy is not None:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        host, port = parts.hostname or "", parts.port or 80
        return socket.create_connection((host, port), budget.left_s(budget.connect_s))
    failure: OSError | None = None
    for address in target.addresses:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(budget.left_s(budget.connect_s))
            sock.connect((address, target.port))
        except OSError as error:
            sock.close()
            failure = error
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise failure or OSError("no address to connect to")


def _tunnel(sock: socket.socket, target: Target, budget: Budget) -> None:
    """Ask a proxy for a connection through it."""
    name = f"[{target.host}]" if ":" in target.host else target.host
    where = f"{name}:{target.port}"
    sock.settimeout(budget.left_s(budget.connect_s))
    sock.sendall(f"CONNECT {where} HTTP/1.1\r\nHost: {where}\r\n\r\n".encode("ascii"))
    answer = _answer(sock, budget, "CONNECT", _HEADER_BYTES)
    if answer.status != 200:
        raise http.client.HTTPException(f"the proxy refuses (HTTP {answer.status})")


def _answer(
    sock: socket.socket, budget: Budget, method: str, max_bytes: int
) -> http.client.HTTPResponse:
    asked: Any = _Answering(_CountedReader(sock, budget, max_bytes))
    response = http.client.HTTPResponse(asked, method=method)
    response.begin()
    return response
