"""Getting one page or feed: checked, paced, within limits, tried again when that may help."""

from __future__ import annotations

import datetime as dt
import http.client
import logging
import random
import socket
import ssl
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from geomap.errors import FetchError, RefusedAddressError
from geomap.fetching.connection import Budget, BudgetError, TooLongError, ask, read_body
from geomap.fetching.guard import Guard, Target
from geomap.fetching.robots import ROBOTS_BYTES, Rules, parse_rules
from geomap.fetching.trouble import PASSING, back_off_s, in_words, retry_after_s

__all__ = ["Fetched", "Fetcher", "Limits", "fetch", "user_agent"]

logger = logging.getLogger(__name__)

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ROBOTS_KEPT_S = 86_400.0
_ROBOTS_FAILED_S = 300.0
_ALL_MAY = Rules(lambda _: True)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one fetch may take.

    Parameters
    ----------
    max_bytes : int
        Of the body, after decompression.
    connect_s, read_s, whole_s : float
        Seconds for a connection, from byte to byte, and for an answer with its redirects; waits
        for the sake of the server are not counted.
    redirects, retries : int
        How many are followed, and how often a passing trouble is met with another try.
    longest_wait_s : float
        A server that asks to wait longer before the next try is left alone.
    pause_s : float
        Between two requests to one host.
    """

    max_bytes: int = 20_000_000
    connect_s: float = 10.0
    read_s: float = 20.0
    whole_s: float = 60.0
    redirects: int = 5
    retries: int = 3
    longest_wait_s: float = 120.0
    pause_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server answered.

    `final_url` is where the redirects led. `status` is 200, or 304 when nothing changed since the
    validators that were sent (`body` is empty then). `headers` have names in lower case. `when`
    is the moment of the answer, in UTC.
    """

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    when: dt.datetime

    @property
    def is_unchanged(self) -> bool:
        """Whether the server has nothing newer."""
        return self.status == 304

    @property
    def etag(self) -> str | None:
        """To be sent along the next time."""
        return self.headers.get("etag")

    @property
    def modified(self) -> str | None:
        """To be sent along the next time: the Last-Modified header."""
        return self.headers.get("last-modified")

    @property
    def content_type(self) -> str:
        """Such as "text/html", in lower case; "" if the server does not say it."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str | None:
        """The encoding that the server names, in lower case."""
        for part in self.headers.get("content-type", "").split(";")[1:]:
            name, _, value = part.partition("=")
            if name.strip().lower() == "charset":
                return value.strip().strip("\"'").lower() or None
        return None


class _PassingError(Exception):
    """What may go better when tried again at once."""

    def __init__(self, why: str, status: int | None = None, after_s: float | None = None) -> None:
        super().__init__(why)
        self.status, self.after_s = status, after_s


@dataclass(frozen=True, slots=True)
class _Order:
    """What is asked for: `cut` takes the beginning of what is too long."""

    url: str
    headers: Mapping[str, str]
    max_bytes: int
    robots: bool
    cut: bool = False


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def user_agent() -> str:
    """Return how geomap names itself to servers, with the project's address if it has one."""
    import importlib.metadata

    import geomap

    try:
        listed = importlib.metadata.metadata("geomap").get_all("Project-URL") or []
    except importlib.metadata.PackageNotFoundError:
        listed = []
    urls = [item.partition(",")[2].strip() for item in listed]
    known = next((f" (+{url})" for url in urls if url.startswith("https://")), "")
    return f"geomap/{geomap.__version__}{known}"


@dataclass(slots=True)
class Fetcher:
    """Gets pages and feeds; keeps what it knows of each host, so one is made for many pages.

    Several threads may use one.

    Parameters
    ----------
    guard : Guard
        Which addresses may be asked.
    limits : Limits
        What each may take.
    agent : str
        The User-Agent; "" takes `user_agent()`.
    robots : bool
        Whether robots.txt is asked for and followed.
    environment_proxies : bool
        Whether HTTP_PROXY, HTTPS_PROXY and NO_PROXY count. The proxy resolves names itself, so
        the guard's check is then only of what this machine takes the name for.
    context : ssl.SSLContext | None
        None takes this machine's certificates.
    clock, sleep, draw, now : callable
        Seconds that only grow, waiting, a random number between two, and the time in UTC.
    """

    guard: Guard = field(default_factory=Guard)
    limits: Limits = field(default_factory=Limits)
    agent: str = ""
    robots: bool = True
    environment_proxies: bool = False
    context: ssl.SSLContext | None = None
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    draw: Callable[[float, float], float] = random.uniform
    now: Callable[[], dt.datetime] = _utc_now
    _lock: Any = field(default_factory=threading.Lock, init=False, repr=False)
    _free_at: dict[str, float] = field(default_factory=dict, init=False, repr=False)
    _rules: dict[str, tuple[float, Rules | str]] = field(
        default_factory=dict, init=False, repr=False
    )

    def fetch(self, url: str, *, etag: str | None = None, modified: str | None = None) -> Fetched:
        """Get a page or feed.

        Parameters
        ----------
        url : str
            http or https.
        etag, modified : str | None
            What the server said of it the last time: it may then answer that nothing changed.

        Raises
        ------
        RefusedAddressError
            It, or where it sends on to, may not be asked.
        FetchError
            It cannot be had: the message says why.
        """
        headers = {}
        if etag:
            headers["If-None-Match"] = etag
        if modified:
            headers["If-Modified-Since"] = modified
        fetched = self._with_retries(_Order(url, headers, self.limits.max_bytes, self.robots))
        logger.info("url=%s status=%d bytes=%d", url, fetched.status, len(fetched.body))
        return fetched

    def _with_retries(self, order: _Order) -> Fetched:
        failures = 0
        while True:
            try:
                return self._follow(order)
            except _PassingError as trouble:
                failures += 1
                wait = trouble.after_s
                too_long = wait is not None and wait > self.limits.longest_wait_s
                if failures > self.limits.retries or too_long:
                    tried = f" ({failures} attempts)" if failures > 1 else ""
                    later = f"; it asks to come back in {wait:.0f} s" if wait else ""
                    raise FetchError(
                        f"{order.url}: {trouble}{tried}: try again later{later}",
                        status=trouble.status,
                        passing=True,
                        after_s=wait,
                    ) from trouble
                # A server that says "now" too often is still not to be asked at once.
                wait = max(wait or 0.0, back_off_s(failures, self.draw))
                logger.info("%s: %s; again in %.1f s", order.url, trouble, wait)
                self.sleep(wait)

    def _follow(self, order: _Order) -> Fetched:
        """Make one attempt, through its redirects."""
        limits = self.limits
        budget = Budget(limits.connect_s, limits.read_s, limits.whole_s)
        target = self.guard.check(order.url)
        for _ in range(limits.redirects + 1):
            with budget.paused():
                delay_s = self._ask_leave(target) if order.robots else 0.0
                self._pace(target.host, max(limits.pause_s, delay_s))
            answer = self._ask(order, target, budget)
            if isinstance(answer, Fetched):
                return answer
            with budget.paused():
                target = self._next(order.url, answer, target)
        raise FetchError(f"{order.url}: sends on and on (more than {limits.redirects} times)")

    def _next(self, url: str, location: str, target: Target) -> Target:
        """Return where a redirect leads, checked as if the user had given it."""
        try:
            return self.guard.check(location, target.url)
        except RefusedAddressError as error:
            raise RefusedAddressError(f"{url}: sends on to {error}") from error
        except FetchError as error:
            raise FetchError(f"{url}: sends on to {error}", passing=error.passing) from error

    def _ask(self, order: _Order, target: Target, budget: Budget) -> Fetched | str:
        """Return an answer, or where it sends on to; all else raises."""
        sent = {
            "User-Agent": self.agent or user_agent(),
            "Accept": "text/html, application/xhtml+xml, application/atom+xml, "
            "application/rss+xml, application/xml;q=0.9, */*;q=0.5",
            "Accept-Encoding": "gzip",
            **order.headers,
        }
        url, max_bytes = order.url, order.max_bytes
        try:
            with ask(
                target,
                sent,
                budget,
                max_bytes=max_bytes,
                context=self.context,
                proxy=self._proxy(target),
            ) as response:
                status = response.status
                location = response.headers.get("Location")
                if status in _REDIRECTS and location:
                    return location
                asked_if_newer = status == 304 and bool(order.headers)
                if status != 200 and not asked_if_newer:
                    _raise_status(url, status, response.headers.get("Retry-After"))
                body, whole = b"", True
                if status == 200:
                    body, whole = read_body(response, max_bytes, cut=order.cut)
                if not whole:
                    raise _PassingError("the connection ended before the page")
                got = {name.lower(): _header(value) for name, value in response.headers.items()}
                return Fetched(url, target.url, status, got, body, self.now())
        except TooLongError as error:
            raise FetchError(f"{url}: more than the {max_bytes:,} bytes allowed") from error
        except (ssl.SSLCertVerificationError, ssl.CertificateError) as error:
            why = getattr(error, "verify_message", "") or str(error)
            raise FetchError(
                f"{url}: its certificate is not valid ({why}): check this computer's clock"
            ) from error
        except BudgetError as error:
            raise _PassingError(str(error)) from error
        except (http.client.RemoteDisconnected, http.client.IncompleteRead) as error:
            raise _PassingError(in_words(error)) from error
        except (http.client.HTTPException, ValueError) as error:
            raise FetchError(f"{url}: its answer is not usable ({_short(error)})") from error
        except socket.gaierror as error:  # of a proxy
            raise FetchError(f"{url}: the proxy cannot be found", passing=True) from error
        except OSError as error:
            raise _PassingError(in_words(error)) from error

    def _proxy(self, target: Target) -> str | None:
        if not self.environment_proxies:
            return None
        if urllib.request.proxy_bypass(target.host):
            return None
        return urllib.request.getproxies_environment().get(target.scheme)

    def _pace(self, host: str, pause_s: float) -> None:
        """Wait until a host may be asked again, and take that moment."""
        with self._lock:
            begun = self.clock()
            start = max(begun, self._free_at.get(host, begun))
            self._free_at[host] = start + pause_s
        if start > begun:
            self.sleep(start - begun)

    def _ask_leave(self, target: Target) -> float:
        """Return the pause a site asks for.

        Raises
        ------
        FetchError
            Its robots.txt asks not to fetch this, or cannot be had: that is no leave either.
        """
        with self._lock:
            until, rules = self._rules.get(target.origin, (0.0, ""))
        if not rules or self.clock() >= until:
            rules, kept_s = self._get_rules(target)
            with self._lock:
                self._rules[target.origin] = (self.clock() + kept_s, rules)
        if isinstance(rules, str):
            raise FetchError(f"{target.url}: {rules}", passing=True)
        if not rules.may_ask(target.url):
            raise FetchError(f"{target.url}: the site's robots.txt asks programs not to fetch it")
        return rules.delay_s

    def _get_rules(self, target: Target) -> tuple[Rules | str, float]:
        """Return a site's rules, or why they cannot be had, and how long that counts (s)."""
        agent = self.agent or user_agent()
        try:
            url = f"{target.origin}/robots.txt"
            fetched = self._with_retries(_Order(url, {}, ROBOTS_BYTES, robots=False, cut=True))
        except FetchError as error:
            if error.status is not None and 400 <= error.status < 500 and not error.passing:
                return _ALL_MAY, _ROBOTS_KEPT_S
            return f"is not fetched without leave: {error}", _ROBOTS_FAILED_S
        return parse_rules(fetched.body, agent), _ROBOTS_KEPT_S


def fetch(url: str, *, allow: tuple[str, ...] = ()) -> Fetched:
    """Get one page with the usual limits; `Fetcher` is for more than one.

    Raises
    ------
    FetchError
        It cannot be had.
    """
    return Fetcher(Guard(allow)).fetch(url)


def _raise_status(url: str, status: int, retry_after: str | None) -> None:
    """Raise what an answer that is not the page means."""
    if status in PASSING:
        why = f"the server is busy or broken (HTTP {status})"
        raise _PassingError(why, status, retry_after_s(retry_after))
    if status in (404, 410):
        raise FetchError(f"{url}: there is no such page (HTTP {status})", status=status)
    if 400 <= status < 500:
        raise FetchError(f"{url}: the server refuses (HTTP {status})", status=status)
    raise FetchError(f"{url}: unexpected answer (HTTP {status})", status=status)


def _header(value: object) -> str:
    """Return a header's value on one line."""
    return " ".join(str(value).split())


def _short(error: object) -> str:
    text = _header(error) or type(error).__name__
    return "".join(c if c.isprintable() else "?" for c in text)[:120]
