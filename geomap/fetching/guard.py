"""Which addresses may be asked: those of the public internet, and what the user allows by name.

An address in a feed, a page or a redirect is anybody's choice. It must not make this machine ask
its own network: a router, a cloud's metadata service, a database on loopback. So a host is resolved
first, every address it has is looked at, and the connection is made to an address that was looked
at, not to the name again, which could mean another machine by then (DNS rebinding).
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urljoin, urlsplit

from geomap.errors import FetchError, RefusedAddressError

__all__ = ["Guard", "Resolver", "Target", "resolve"]

Resolver = Callable[[str, int], Sequence[str]]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_PORTS = {"http": 80, "https": 443}
_MAX_URL = 4_000
_MAX_HOST = 253
_MAX_ADDRESSES = 4
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")
# Names that mean a machine of this network, whatever a resolver says (RFC 6761, 6762, 8375 ...).
_LOCAL_NAMES = (
    "localhost", "localdomain", "local", "internal", "intranet", "private", "corp", "home", "lan",
    "home.arpa", "onion", "invalid",
)  # fmt: skip
# What Python before 3.13 takes for public, though no site has such an address.
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(n)
    for n in ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2001:db8::/32", "2002::/16",
              "3fff::/20")
)  # fmt: skip
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_ALLOW = "(a host of your own network needs --allow, or allow in feeds.toml)"
_SAFE = "/%:@!$&'()*+,;=~-._"


@dataclass(frozen=True, slots=True)
class Target:
    """An address of the web that may be asked, and the machines it was found to mean.

    `url` is the whole address in ASCII and without a fragment, `host` its name in ASCII (IPv6
    without brackets), `path` what follows the host, `addresses` the IP addresses that were
    checked, in the resolver's order.
    """

    url: str
    scheme: str
    host: str
    port: int
    path: str
    addresses: tuple[str, ...]

    @property
    def authority(self) -> str:
        """The host as a Host header names it: with its port if that is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"{self.scheme}://{self.authority}"


def resolve(host: str, port: int) -> list[str]:
    """Return the IP addresses of a host by this machine's resolver.

    Raises
    ------
    OSError
        There is no network, or no such host.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(item[4][0]) for item in found))


@dataclass(frozen=True, slots=True)
class Guard:
    """Decides which addresses may be asked.

    Parameters
    ----------
    allow : iterable of str
        Hosts ("wiki.example.lan"), IP addresses ("127.0.0.1") and networks ("10.1.0.0/16") that
        may be asked though they are not public.
    resolver : callable
        (host, port) to IP addresses; raises OSError.

    Examples
    --------
    >>> guard = Guard(resolver=lambda host, port: ["93.184.215.14"])
    >>> guard.check("https://Example.org/a b").url
    'https://example.org/a%20b'
    >>> guard.check("http://127.0.0.1/")
    Traceback (most recent call last):
    geomap.errors.RefusedAddressError: http://127.0.0.1/: refused: 127.0.0.1 is not a public \
address (a host of your own network needs --allow, or allow in feeds.toml)
    """

    allow: Sequence[str] = ()
    resolver: Resolver = resolve
    _hosts: frozenset[str] = field(init=False, repr=False)
    _networks: tuple[Network, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        hosts, networks = set(), []
        for item in self.allow:
            try:
                networks.append(ipaddress.ip_network(item.strip("[]"), strict=False))
            except ValueError:
                hosts.add(item.lower().rstrip("."))
        object.__setattr__(self, "_hosts", frozenset(hosts))
        object.__setattr__(self, "_networks", tuple(networks))

    def check(self, url: str, base: str | None = None) -> Target:
        """Return where an address leads, after every machine it means was looked at.

        Parameters
        ----------
        url : str
            An http or https address; with letters outside ASCII and with spaces too.
        base : str | None
            The address it was found at, if it may be relative to it (a redirect).

        Raises
        ------
        RefusedAddressError
            It may not be asked.
        FetchError
            The host cannot be found (`passing` is True: perhaps there is no network now).
        """
        shown = _shown(url)
        scheme, host, port, path = self._parts(url.strip(), base, shown)
        addresses = self._addresses(host, port, shown)
        found = Target("", scheme, host, port, path, addresses)
        return Target(f"{found.origin}{path}", scheme, host, port, path, addresses)

    def _parts(self, url: str, base: str | None, shown: str) -> tuple[str, str, int, str]:
        if len(url) > _MAX_URL or not url.isprintable() or "\\" in url:
            raise _refused(shown, "it is no well-formed address")
        try:
            parts = urlsplit(urljoin(base, url) if base else url)
            scheme, port = parts.scheme.lower(), parts.port
        except ValueError as error:  # a broken IPv6 address, a port that is none
            raise _refused(shown, "it is no well-formed address") from error
        if scheme not in _PORTS:
            raise _refused(shown, "only http and https addresses are asked")
        if parts.username is not None or parts.password is not None:
            raise _refused(shown, "it holds a user name or a password")
        host = self._host(parts.hostname or "", shown)
        port = _PORTS[scheme] if port is None else port
        if port < 1024 and port not in _PORTS.values() and host not in self._hosts:
            raise _refused(shown, f"port {port} is no web server's")
        path = quote(parts.path or "/", safe=_SAFE)
        if parts.query:
            path += "?" + quote(parts.query, safe=_SAFE + "?")
        return scheme, host, port, path

    def _host(self, written: str, shown: str) -> str:
        """Return a host's name in ASCII; refuse those that mean this network by name alone."""
        if ":" in written:
            return written
        try:
            host = written.encode("idna").decode("ascii").lower() if written else ""
        except UnicodeError as error:
            raise _refused(shown, "it has no valid host") from error
        host = host.rstrip(".")
        if not _HOST.fullmatch(host) or len(host) > _MAX_HOST:
            raise _refused(shown, "it has no valid host")
        if host in self._hosts:
            return host
        last = host.rpartition(".")[2]
        if last.isdigit() or last.startswith("0x"):
            try:
                ipaddress.IPv4Address(host)
            except ValueError as error:  # "2130706433", "127.1", "0x7f.1": read as 127.0.0.1
                raise _refused(shown, "its host is an oddly written number") from error
        elif "." not in host or any(host == n or host.endswith(f".{n}") for n in _LOCAL_NAMES):
            raise _refused(shown, f"{host} is a name of a local network {_ALLOW}")
        return host

    def _addresses(self, host: str, port: int, shown: str) -> tuple[str, ...]:
        try:
            found = [str(ipaddress.ip_address(host))]
        except ValueError:
            try:
                found = list(self.resolver(host, port))
            except (OSError, UnicodeError) as error:
                why = "no network, or no such server"
                raise FetchError(f"{shown}: {why}", passing=True) from error
        if not found:
            raise FetchError(f"{shown}: no such server", passing=True)
        # One address that is not public refuses all: an honest public name has none.
        for written in found:
            if not self._may_ask(host, written):
                means = "is" if written == host else f"means {written}, which is"
                raise _refused(shown, f"{host} {means} not a public address {_ALLOW}")
        return tuple(found[:_MAX_ADDRESSES])

    def _may_ask(self, host: str, written: str) -> bool:
        try:
            address = ipaddress.ip_address(written)
        except ValueError:
            return False
        if host in self._hosts or any(address in network for network in self._networks):
            return True
        return _is_public(address)


def _is_public(address: Address) -> bool:
    """Tell whether an address is one of the public internet's single machines."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:  # how a network of IPv6 only writes the addresses of IPv4
            return _is_public(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
        # Mapped, compatible and site-local addresses, and those of one link, lie outside.
        if address not in _GLOBAL_UNICAST or address.scope_id is not None:
            return False
    if address.is_multicast or address.is_reserved or any(address in n for n in _NOT_PUBLIC):
        return False
    return address.is_global


def _shown(url: str) -> str:
    """Return an address as a message may show it: short, and with nothing that moves a cursor."""
    text = url.strip()[:200]
    return "".join(c if c.isprintable() else "?" for c in text) or "(no address)"


def _refused(shown: str, why: str) -> RefusedAddressError:
    return RefusedAddressError(f"{shown}: refused: {why}")
