"""Which addresses may be asked: nothing in a feed or a page makes this machine ask its network."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from geomap.errors import FetchError, RefusedAddressError
from geomap.fetching import Guard


def guard(*addresses: str, allow: tuple[str, ...] = ()) -> Guard:
    return Guard(allow, resolver=lambda *_: addresses)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "203.0.113.9",
        "192.88.99.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "::1",
        "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::7f00:1", "64:ff9b::7f00:1", "64:ff9b::a00:1",
        "64:ff9b:1::1", "fe80::1", "fe80::1%lo", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1",
        "2001:db8::1", "2001::1", "2002:7f00:1::", "100::1", "not an address",
    ],
)  # fmt: skip
def test_a_name_that_means_no_public_machine_is_refused(address: str) -> None:
    with pytest.raises(RefusedAddressError, match="not a public address"):
        guard(address).check("http://news.example/")
    with pytest.raises(RefusedAddressError, match="not a public address"):
        guard("8.8.8.8", address).check("http://news.example/")


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.215.14", "2606:4700::1111", "64:ff9b::808:808"]
)
def test_a_public_machine_may_be_asked(address: str) -> None:
    assert guard(address).check("https://news.example/a").addresses == (address,)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "FILE:///etc/passwd", "ftp://news.example/", "gopher://news.example/",
        "javascript:alert(1)", "data:text/html,x", "//news.example/a", "/etc/passwd", "", "http://",
        "http:///a", "http://[::1", "http://news.example:99999/", "http://news.example:port/",
        "http://user:word@news.example/", "http://news.example@127.0.0.1/", "http://a\\@b/",
        "http://news.example/\r\nHost: x", "http://news.example/\0", "http://localhost/",
        "http://LOCALHOST./", "http://a.localhost/", "http://printer.local/", "http://router.lan/",
        "http://router/", "http://metadata.google.internal/", "http://2130706433/", "http://127.1/",
        "http://0x7f.0.0.1/", "http://0177.0.0.1/", "http://127.0.0.1./", "http://[::1]/",
        "http://[::ffff:127.0.0.1]/", "http://①②⑦.0.0.1/", "http://a..b.example/",
        "http://news.example:22/", "http://news.example:25/", "http://" + "a" * 300 + ".example/",
        "http://news.example/" + "a" * 5_000, "http://%31%32%37.0.0.1/", "http://exa mple.org/",
    ],
)  # fmt: skip
def test_what_is_no_public_address_of_the_web_is_refused_unresolved(url: str) -> None:
    def resolver(host: str, _: int) -> list[str]:
        pytest.fail(f"{host} was looked up")

    with pytest.raises(RefusedAddressError) as refused:
        Guard(resolver=resolver).check(url)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 400


def test_no_connection_is_made_to_what_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_: Any) -> None:
        pytest.fail("a connection was made")

    monkeypatch.setattr(socket.socket, "connect", connect)
    from geomap.fetching import Fetcher

    with pytest.raises(RefusedAddressError):
        Fetcher(guard("10.0.0.1")).fetch("http://news.example/")


def test_the_user_may_allow_hosts_addresses_and_networks() -> None:
    assert guard("10.1.2.3", allow=("10.1.0.0/16",)).check("http://news.example/").host
    assert guard("10.1.2.3", allow=("Wiki.Lan.",)).check("http://wiki.lan:8080/").port == 8080
    assert guard(allow=("127.0.0.1",)).check("http://127.0.0.1:1234/").addresses == ("127.0.0.1",)
    assert guard(allow=("::1",)).check("http://[::1]:1234/").authority == "[::1]:1234"
    with pytest.raises(RefusedAddressError):
        guard("10.2.2.3", allow=("10.1.0.0/16", "wiki.lan")).check("http://news.example/")


def test_an_address_is_written_as_servers_take_it() -> None:
    target = guard("8.8.8.8").check(" HTTPS://Новини.example:443/Ліман ?q=бій&x=%20#part ")
    assert target.url == (
        "https://xn--b1amarcd.example/%D0%9B%D1%96%D0%BC%D0%B0%D0%BD%20?q=%D0%B1%D1%96%D0%B9&x=%20"
    )
    assert target.authority == "xn--b1amarcd.example"
    assert guard("8.8.8.8").check("../c?d", "http://news.example:8080/a/b").url == (
        "http://news.example:8080/c?d"
    )


def test_a_name_that_is_not_found_may_be_found_later() -> None:
    def resolver(*_: object) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(FetchError, match="no network, or no such server") as failed:
        Guard(resolver=resolver).check("http://news.example/")
    assert failed.value.passing
