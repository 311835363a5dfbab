"""The browser's one way out: what it lets through, what it refuses, and what it writes down."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator

import pytest
from support.websites import Answer, Site

from app.browser.proxy import Relay, is_local
from app.browser.sitting import is_literal_local

LOCAL = (
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.1", "169.254.169.254",
    "100.64.0.1", "192.0.0.8", "198.18.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0",
    "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:192.168.1.1", "64:ff9b::7f00:1", "2002:7f00:1::",
    "not an address",
)  # fmt: skip
PUBLIC = ("93.184.216.34", "8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8")


@pytest.mark.parametrize("address", LOCAL)
def test_a_local_address_is_known(address):
    assert is_local(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_let_through(address):
    assert not is_local(address)


def test_hosts_that_are_local_by_their_words():
    assert all(map(is_literal_local, ("localhost", "a.localhost", "printer.local", "127.1.1.1", "[::1]", "LOCALHOST.")))
    assert not any(map(is_literal_local, ("t.me", "example.org", "localhost.example.org", "8.8.8.8")))


@pytest.fixture
def site() -> Iterator[Site]:
    with Site({"/": "hello", "/much": Answer(b"x" * 400_000)}) as running:
        yield running


def ask(relay: Relay, host: str, port: int, path: str = "/") -> tuple[int, bytes]:
    """The relay's answer (RFC 1928) and what came through it."""
    with socket.create_connection(("127.0.0.1", relay.port), timeout=10) as line:
        line.sendall(b"\x05\x01\x00")
        assert line.recv(2) == b"\x05\x00"
        line.sendall(b"\x05\x01\x00\x03" + bytes([len(host)]) + host.encode() + struct.pack(">H", port))
        code = line.recv(10)[1]
        if code:
            return code, b""
        line.sendall(f"GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
        came = b""
        while piece := line.recv(65536):
            came += piece
        return code, came


def test_local_names_are_refused_unless_they_were_named(site):
    with Relay([], 1 << 20) as relay:
        assert ask(relay, "localhost", site.port)[0] == 2
        assert ask(relay, "127.0.0.1", site.port)[0] == 2
        assert relay.traffic.refused == {"localhost", "127.0.0.1"}
        assert relay.traffic.dns["localhost"]
    assert site.asked == []
    with Relay(["localhost"], 1 << 20) as relay:
        code, came = ask(relay, "localhost", site.port)
        assert code == 0 and came.endswith(b"hello")
        assert relay.traffic.servers == {f"localhost:{site.port}": "127.0.0.1"}
        assert relay.traffic.received == len(came)


def test_after_the_limit_nothing_more_comes_in(site):
    with Relay(["127.0.0.1"], 100_000) as relay:
        _code, came = ask(relay, "127.0.0.1", site.port, "/much")
        assert relay.traffic.is_over_limit
        assert len(came) <= 200_000
        relay.forget()
        assert not relay.traffic.is_over_limit


def test_what_is_no_connection_is_refused(site):
    with Relay(["127.0.0.1"], 1 << 20) as relay:
        with socket.create_connection(("127.0.0.1", relay.port), timeout=10) as line:
            line.sendall(b"GET / HTTP/1.1\r\n\r\n" * 4)
            assert line.recv(10) == b""
        with socket.create_connection(("127.0.0.1", relay.port), timeout=10) as line:
            line.sendall(b"\x05\x01\x00")
            line.recv(2)
            line.sendall(b"\x05\x03\x00\x01\x7f\x00\x00\x01\x00\x50")
            assert line.recv(10)[1] == 7, "no datagrams"
        assert ask(relay, "no-such-name.invalid", 80)[0] == 4
