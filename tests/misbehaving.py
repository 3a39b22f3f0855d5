"""A server on loopback that says, byte for byte, what a test wants it to."""

from __future__ import annotations

import contextlib
import datetime as dt
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from geomap.fetching import Fetcher, Guard, Limits

Say = Callable[[bytes], None]
Answer = bytes | Callable[[Say], None] | list[Any]
NOW = dt.datetime(2023, 3, 15, 12, 0, tzinfo=dt.UTC)


def page(
    body: bytes | str, *headers: str, status: str = "200 OK", content_type: str = "text/html"
) -> bytes:
    """A well-formed answer."""
    data = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(data)}", f"Content-Type: {content_type}"]
    return "\r\n".join([*lines, *headers]).encode() + b"\r\n\r\n" + data


def moved(to: str) -> bytes:
    return page("", f"Location: {to}", status="302 Found")


@dataclass
class Web:
    """What the server says (`answers` by path; a list is used up from the front) and was asked."""

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    port: int = 0

    def url(self, path: str, host: str = "news.example") -> str:
        return f"http://{host}:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


class _Handler(socketserver.BaseRequestHandler):
    server: Any

    def handle(self) -> None:
        if self.server.tls is not None:
            try:
                self.request = self.server.tls.wrap_socket(self.request, server_side=True)
            except OSError:
                return
        head = b""
        while b"\r\n\r\n" not in head and (data := self.request.recv(65_536)):
            head += data
        if not head:
            return
        first, *lines = head.decode("latin-1").split("\r\n\r\n")[0].split("\r\n")
        path = first.split(" ")[1]
        web: Web = self.server.web
        web.asked.append((path, dict(line.split(": ", 1) for line in lines)))
        answer = web.answers.get(path, page("", status="404 Not Found"))
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        with contextlib.suppress(OSError):
            if isinstance(answer, bytes):
                self.request.sendall(answer)
            else:
                answer(self.request.sendall)
            self.request.shutdown(socket.SHUT_WR)
        self.request.close()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False


@contextlib.contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[Web]:
    with _Server(("127.0.0.1", 0), _Handler) as server:
        web = Web(port=server.server_address[1])
        server.tls = tls  # type: ignore[attr-defined]
        server.web = web  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield web
        server.shutdown()


@dataclass
class Time:
    """A clock that only sleeping moves."""

    seconds: float = 1_000.0
    slept: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


def fetcher(time: Time, **how: Any) -> Fetcher:
    """A fetcher that finds `*.example` on loopback and may ask it there."""
    limits = Limits(
        **{"connect_s": 2.0, "read_s": 2.0, "whole_s": 5.0, "retries": 2, **how.pop("limits", {})}
    )
    guard = Guard(("news.example", "other.example"), resolver=lambda *_: ["127.0.0.1"])
    return Fetcher(
        **{
            "guard": guard, "limits": limits, "robots": False, "clock": time.clock,
            "sleep": time.sleep, "draw": lambda *_: 1.0, "now": lambda: NOW, **how,
        }
    )  # fmt: skip
