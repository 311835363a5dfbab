"""Speaking over a real message bus: values there and back, errors, and ends that come from the other side."""

from __future__ import annotations

import os
import subprocess
import threading
import time

import pytest
from support.portal import SCREENSHOT, SHORTCUTS, FakePortals, Speaker

from evidence.bus import (
    BusError,
    Connection,
    Descriptor,
    Portal,
    PortalEnded,
    Variant,
    close_descriptors,
    session_address,
)
from evidence.bus.connection import BUS, BUS_PATH, CALL
from evidence.bus.values import types
from evidence.errors import CancelledError

VALUES = [
    ("s", "친구 “x”"), ("b", True), ("y", 255), ("n", -3), ("q", 3), ("i", -70000), ("u", 70000), ("x", -(1 << 40)),
    ("t", 1 << 40), ("d", 0.5), ("o", "/a/b"), ("g", "a{sv}"), ("as", ["a", ""]), ("ai", []), ("(si)", ("a", 1)),
    ("a{sv}", {"one": Variant("u", 1), "two": Variant("(ii)", (3, 4))}),
    ("a(sa{sv})", [("mark", {"description": Variant("s", "표시")})]), ("v", Variant("as", ["x"])),
]  # fmt: skip
READ = {"a{sv}": {"one": 1, "two": (3, 4)}, "a(sa{sv})": [("mark", {"description": "표시"})], "v": ["x"]}


class Echo(threading.Thread):
    """Answers every call with what it was given."""

    def __init__(self, address: str) -> None:
        super().__init__(daemon=True)
        self.speaker = Speaker(address)
        self.ends = False

    def run(self) -> None:
        while not self.ends:
            try:
                call = self.speaker.connection.next(time.monotonic() + 0.1)
            except BusError:
                continue
            if call.type == CALL and call.member == "Echo":
                sent = dict(VALUES)[call.signature]
                self.speaker.answer(call, call.signature, [sent])
            elif call.type == CALL:
                self.speaker.refuse(call, "org.example.Error.No")


def test_values_go_there_and_back(bus_address: str) -> None:
    echo = Echo(bus_address)
    echo.start()
    with Connection(bus_address) as connection:
        for signature, value in VALUES:
            came = connection.call(echo.speaker.connection.name, "/", "org.example.E", "Echo", signature, [value])
            assert came == [READ.get(signature, value)]
        with pytest.raises(BusError, match="No"):
            connection.call(echo.speaker.connection.name, "/", "org.example.E", "Other")
    echo.ends = True
    echo.join()
    echo.speaker.connection.close()


def test_gdbus_reads_what_we_send(bus_address: str) -> None:
    """A reader that is not ours: the bus's own tool asks our connection's name."""
    with Connection(bus_address) as connection:
        words = ["gdbus", "call", "--address", bus_address, "--dest", BUS, "--object-path", BUS_PATH, "--method",
                 f"{BUS}.GetConnectionUnixProcessID", connection.name]  # fmt: skip
        said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        assert str(os.getpid()) in said


@pytest.mark.parametrize(("signature", "value"), [("o", "no path"), ("s", "a\0b"), ("s", "\ud800")])
def test_what_does_not_fit_is_not_sent(bus_address: str, signature: str, value: object) -> None:
    with Connection(bus_address) as connection, pytest.raises(ValueError):
        connection.call(BUS, BUS_PATH, BUS, "GetNameOwner", signature, [value])


@pytest.mark.parametrize("signature", ["(s", "{", "a", "z", "a(s"])
def test_signatures_that_are_none(signature: str) -> None:
    with pytest.raises(ValueError):
        types(signature)


@pytest.mark.parametrize("address", ["unix:path=/nonexistent", "nonsense", "unix:path=/dev/null"])
def test_no_bus(address: str) -> None:
    with pytest.raises(BusError):
        Connection(address)


def test_where_the_bus_is(home: object) -> None:
    assert session_address({"DBUS_SESSION_BUS_ADDRESS": "unix:path=/x"}) == "unix:path=/x"
    assert session_address({"DBUS_SESSION_BUS_ADDRESS": "tcp:host=a,port=1;unix:path=/x"}) == "unix:path=/x"
    assert session_address({"DBUS_SESSION_BUS_ADDRESS": "unixexec:path=/bin/sh"}) == ""
    assert session_address({"XDG_RUNTIME_DIR": "/nonexistent"}) == ""
    assert session_address({}) == ""


def test_descriptors_are_closed() -> None:
    read_end, write_end = os.pipe()
    close_descriptors([{"a": (Descriptor(read_end), 3)}, [Descriptor(write_end)]])
    for each in (read_end, write_end):
        with pytest.raises(OSError):
            os.fstat(each)


class TestPortals:
    def test_none_here(self, bus_address: str) -> None:
        with pytest.raises(PortalEnded, match="missing"):
            Portal(bus_address)
        with pytest.raises(PortalEnded, match="missing"):
            Portal("")

    def test_versions(self, bus_address: str) -> None:
        service = FakePortals(bus_address)
        portal = Portal(bus_address)
        assert portal.version(SCREENSHOT) == 2
        assert portal.version("org.freedesktop.portal.Nothing") == 0
        portal.close()
        service.close()

    def test_a_session_is_closed(self, bus_address: str) -> None:
        service = FakePortals(bus_address)
        portal = Portal(bus_address)
        session = portal.session(SHORTCUTS, limit_s=60)
        assert list(service.sessions) == [session.handle]
        session.close()
        assert service.wait_closed() == [session.handle]
        portal.close()
        service.close()

    def test_waiting_can_be_cancelled_and_the_request_is_closed(self, bus_address: str) -> None:
        service = FakePortals(bus_address, answers={"Screenshot": lambda _arguments: None})
        portal = Portal(bus_address)
        with pytest.raises(CancelledError):
            portal.request(
                SCREENSHOT, "Screenshot", "s", [""], {}, limit_s=60, cancelled=lambda: bool(service.calls)
            )  # fmt: skip
        assert [path.rsplit("/", 1)[0] for path in service.wait_closed()] == [
            f"/org/freedesktop/portal/desktop/request/{portal.connection.name[1:].replace('.', '_')}"
        ]
        portal.close()
        service.close()
