"""A desktop's portals of the tests' own, on a message bus of the tests' own: real D-Bus, real files.

Requests have objects and ``Response`` signals as xdg-desktop-portal's have, and options are checked as it checks them.
``answers`` says how each request ends; tests of hostile answers put their own words there.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from evidence.bus import BusError, Connection, Message, Variant
from evidence.bus.connection import CALL
from evidence.bus.libdbus import library
from evidence.bus.portal import PATH, REQUEST, SERVICE, SESSION
from evidence.capture.portal import PortalGrabber

RETURN, ERROR, SIGNAL = 2, 3, 4
SCREENSHOT = "org.freedesktop.portal.Screenshot"
SHORTCUTS = "org.freedesktop.portal.GlobalShortcuts"
CAST = "org.freedesktop.portal.ScreenCast"
SIGNATURES = {
    (SCREENSHOT, "Screenshot"): "sa{sv}", (SHORTCUTS, "CreateSession"): "a{sv}",
    (SHORTCUTS, "BindShortcuts"): "oa(sa{sv})sa{sv}", (CAST, "CreateSession"): "a{sv}",
    (CAST, "SelectSources"): "oa{sv}", (CAST, "Start"): "osa{sv}", (CAST, "OpenPipeWireRemote"): "oa{sv}",
    (REQUEST, "Close"): "", (SESSION, "Close"): "",
}  # fmt: skip
Answer = tuple[int, dict[str, Variant]]
Monitor = tuple[int, int, int, int, int, str]
MONITORS = ((0, 0, 200, 100, 2, "DP-1"), (-150, -20, 150, 120, 2, "eDP-1"))
"""The desktop spans 350 x 120 logical pixels from -150,-20, and is pictured at twice that."""


@contextmanager
def private_bus() -> Iterator[str]:
    """A message bus of this test's own; its address."""
    daemon = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address", "--nopidfile"], stdout=subprocess.PIPE, text=True
    )
    assert daemon.stdout is not None
    try:
        yield daemon.stdout.readline().strip()
    finally:
        daemon.terminate()
        daemon.wait(20)
        daemon.stdout.close()


class Speaker:
    """Sends messages that :class:`evidence.bus.Connection` has no need for: answers, errors and signals."""

    def __init__(self, address: str) -> None:
        self.connection = Connection(address)
        self._dbus = library()
        for name, arguments in (
            ("dbus_message_new", [ctypes.c_int]), ("dbus_message_new_signal", [ctypes.c_char_p] * 3),
        ):  # fmt: skip
            getattr(self._dbus, name).restype, getattr(self._dbus, name).argtypes = ctypes.c_void_p, arguments
        for name in ("dbus_message_set_destination", "dbus_message_set_error_name"):
            getattr(self._dbus, name).argtypes = [ctypes.c_void_p, ctypes.c_char_p]
        self._dbus.dbus_message_set_reply_serial.argtypes = [ctypes.c_void_p, ctypes.c_uint32]

    def answer(self, call: Message, signature: str = "", values: Sequence[Any] = ()) -> None:
        self._reply(RETURN, call, signature, values)

    def refuse(self, call: Message, name: str) -> None:
        self._reply(ERROR, call, "s", ["no"], name)

    def signal(self, to: str, path: str, interface: str, name: str, signature: str, values: Sequence[Any]) -> None:
        message = self._dbus.dbus_message_new_signal(path.encode(), interface.encode(), name.encode())
        self._dbus.dbus_message_set_destination(message, to.encode())
        self.connection._send(message, signature, values)

    def _reply(self, kind: int, call: Message, signature: str, values: Sequence[Any], error: str = "") -> None:
        message = self._dbus.dbus_message_new(kind)
        self._dbus.dbus_message_set_reply_serial(message, call.serial)
        self._dbus.dbus_message_set_destination(message, call.sender.encode())
        if error:
            self._dbus.dbus_message_set_error_name(message, error.encode())
        self.connection._send(message, signature, values)


@dataclass
class FakePortals:
    """The portals. ``answers[member]`` gives code and results from the call's arguments; none: no answer ever comes."""

    address: str
    answers: dict[str, Callable[[list[Any]], Answer | None]] = field(default_factory=dict)
    refusals: dict[str, str] = field(default_factory=dict)
    """Errors in the place of a handle, by member."""
    versions: dict[str, int] = field(default_factory=lambda: {SCREENSHOT: 2, SHORTCUTS: 1, CAST: 4})
    calls: list[tuple[str, list[Any]]] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    handle_of: Callable[[str], str] = lambda handle: handle
    """Portals before 0.9 chose the request's path themselves."""
    speaks_for: Callable[[Speaker], Speaker] = lambda speaker: speaker
    """Who sends the ``Response``."""
    pipewire: Path | None = None
    """Where PipeWire listens; without it, the connection that is handed over leads nowhere."""
    response_path: Callable[[str], str] = lambda handle: handle

    def __post_init__(self) -> None:
        self._speaker = Speaker(self.address)
        self._ends = threading.Event()
        self.sessions: dict[str, str] = {}
        (got,) = self._speaker.connection.call_bus("RequestName", "su", [SERVICE, 0])
        assert got == 1
        self._thread = threading.Thread(target=self._serve, name="portals", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Go away, as a service that ends."""
        self._ends.set()
        self._thread.join()
        self._speaker.connection.close()

    def wait_closed(self) -> list[str]:
        """Wait until something was closed; which paths."""
        until = time.monotonic() + 60
        while not self.closed and time.monotonic() < until:
            time.sleep(0.01)
        return self.closed

    def emit(self, path: str, interface: str, name: str, signature: str, values: Sequence[Any], to: str) -> None:
        self._speaker.signal(to, path, interface, name, signature, values)

    def _serve(self) -> None:
        while not self._ends.is_set():
            with suppress(BusError):
                call = self._speaker.connection.next(time.monotonic() + 0.1, self._ends.is_set)
                if call.type == CALL:
                    self._take(call)

    def _take(self, call: Message) -> None:
        speaker, options = self._speaker, call.arguments[-1] if call.arguments else {}
        if call.interface == "org.freedesktop.DBus.Properties" and call.member == "Get":
            version = self.versions.get(call.arguments[0])
            if version is None:
                speaker.refuse(call, "org.freedesktop.DBus.Error.InvalidArgs")
            else:
                speaker.answer(call, "v", [Variant("u", version)])
            return
        expected = SIGNATURES.get((call.interface, call.member))
        if expected is None or (call.interface not in (REQUEST, SESSION) and call.interface not in self.versions):
            speaker.refuse(call, "org.freedesktop.DBus.Error.UnknownMethod")
            return
        if call.signature != expected:
            speaker.refuse(call, "org.freedesktop.DBus.Error.InvalidArgs")
            return
        if call.member == "Close":
            self.closed.append(call.path)
            speaker.answer(call)
            return
        self.calls.append((call.member, call.arguments))
        if call.member in self.refusals:
            speaker.refuse(call, self.refusals[call.member])
            return
        if call.member == "OpenPipeWireRemote":
            if self.pipewire is not None:
                with socket.socket(socket.AF_UNIX) as line:
                    line.connect(os.fspath(self.pipewire))
                    speaker.answer(call, "h", [line.fileno()])
                return
            ours, theirs = socket.socketpair()
            with ours, theirs:
                speaker.answer(call, "h", [theirs.fileno()])
            return
        sender = call.sender.lstrip(":").replace(".", "_")
        handle = self.handle_of(f"{PATH}/request/{sender}/{options.get('handle_token', f't{len(self.calls)}')}")
        speaker.answer(call, "o", [handle])
        if call.member == "CreateSession":
            made = f"{PATH}/session/{sender}/{options['session_handle_token']}"
            self.sessions[made] = call.sender
            self._answer(call, handle, (0, {"session_handle": Variant("s", made)}))
        else:
            found = self.answers.get(call.member, lambda _arguments: (2, {}))(call.arguments)
            if found is not None:
                self._answer(call, handle, found)

    def _answer(self, call: Message, handle: str, found: Answer) -> None:
        who = self.speaks_for(self._speaker)
        who.signal(call.sender, self.response_path(handle), REQUEST, "Response", "ua{sv}", list(found))


class FakeCompositor:
    """Tells its monitors in the words of Wayland, and nothing else. ``outputs``: left, top, width, height, scale, name.

    Sizes are logical; the mode is as many times larger as the scale says.
    """

    def __init__(
        self, folder: Path, outputs: Sequence[tuple[int, int, int, int, int, str]], *, xdg: bool = True
    ) -> None:
        self._outputs, self._xdg = outputs, xdg
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(os.fspath(folder / "wayland-7"))
        self._server.listen()
        self.environ = {"XDG_RUNTIME_DIR": os.fspath(folder), "WAYLAND_DISPLAY": "wayland-7"}
        self._thread = threading.Thread(target=self._serve, name="compositor", daemon=True)
        self._thread.start()

    def close(self) -> None:
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                line, _address = self._server.accept()
            except OSError:
                return
            with line, suppress(OSError, struct.error):
                self._talk(line)

    def _talk(self, line: socket.socket) -> None:
        bound: dict[int, tuple[int, int]] = {}
        manager = 0
        stream = line.makefile("rb")
        with stream:
            while len(head := stream.read(8)) == 8:
                number, word = struct.unpack("=II", head)
                body, opcode = stream.read((word >> 16) - 8), word & 0xFFFF
                if number == 1 and opcode == 1:  # get_registry
                    (registry,) = struct.unpack("=I", body)
                    for name in range(len(self._outputs)):
                        _tell(line, registry, 0, struct.pack("=I", name) + _string("wl_output") + struct.pack("=I", 4))
                    if self._xdg:
                        words = _string("zxdg_output_manager_v1")
                        _tell(line, registry, 0, struct.pack("=I", 99) + words + struct.pack("=I", 3))
                elif number == 1:  # sync
                    (callback,) = struct.unpack("=I", body)
                    _tell(line, callback, 0, struct.pack("=I", 0))
                elif opcode == 0 and number == 2:  # bind
                    (name,) = struct.unpack_from("=I", body)
                    version, made = struct.unpack("=II", body[-8:])
                    if name == 99:
                        manager = made
                        continue
                    bound[made] = (name, version)
                    self._tell_output(line, made, name)
                elif number == manager and opcode == 1:  # get_xdg_output
                    made, output = struct.unpack("=II", body)
                    left, top, width, height, _scale, _name = self._outputs[bound[output][0]]
                    _tell(line, made, 0, struct.pack("=ii", left, top))
                    _tell(line, made, 1, struct.pack("=ii", width, height))
                    _tell(line, made, 2, b"")

    def _tell_output(self, line: socket.socket, made: int, name: int) -> None:
        left, top, width, height, scale, words = self._outputs[name]
        facts = struct.pack("=iiiii", left, top, 500, 300, 0) + _string("Maker") + _string("Model")
        _tell(line, made, 0, facts + struct.pack("=i", 0))
        _tell(line, made, 1, struct.pack("=Iiii", 0, 640, 480, 60000))  # a mode that is not in use
        _tell(line, made, 1, struct.pack("=Iiii", 3, width * scale, height * scale, 60000))
        _tell(line, made, 3, struct.pack("=i", scale))
        _tell(line, made, 4, _string(words))
        _tell(line, made, 2, b"")


def _tell(line: socket.socket, number: int, opcode: int, body: bytes) -> None:
    line.sendall(struct.pack("=II", number, (8 + len(body)) << 16 | opcode) + body)


def _string(text: str) -> bytes:
    data = text.encode() + b"\0"
    return struct.pack("=I", len(data)) + data.ljust(-(-len(data) // 4) * 4, b"\0")


def drawn() -> np.ndarray[Any, np.dtype[np.uint8]]:
    """The desktop's pixels: their colours tell where they lie."""
    rows, columns = np.mgrid[0:240, 0:700]
    return np.stack([columns % 251, rows % 241, (columns + rows) % 239], axis=-1).astype(np.uint8)


class Desktop:
    """A desktop whose portals write pictures into a folder like a person's own."""

    def __init__(self, address: str, folder: Path) -> None:
        self.pictures = folder / "My Pictures"
        self.pictures.mkdir()
        self.compositor = FakeCompositor(folder, MONITORS)
        self.portals = FakePortals(address, answers={"Screenshot": self.shoot})
        self.environ = {**self.compositor.environ, "DBUS_SESSION_BUS_ADDRESS": address}
        self.count = 0

    def shoot(self, _arguments: list[Any]) -> Answer:
        self.count += 1
        path = self.pictures / f"Screenshot {self.count}.png"
        Image.fromarray(drawn()).save(path)
        return self.named(path)

    def named(self, path: Path) -> Answer:
        return 0, {"uri": Variant("s", path.as_uri())}

    def answer(self, found: Answer | None) -> None:
        self.portals.answers["Screenshot"] = lambda _arguments: found

    def left(self) -> list[str]:
        return sorted(path.name for path in self.pictures.iterdir())

    def grabber(self, answer_s: float = 120.0) -> PortalGrabber:
        return PortalGrabber(self.environ, answer_s=answer_s)

    def close(self) -> None:
        self.compositor.close()
        self.portals.close()


def cast_child(words: str) -> list[str]:
    """A child that says something else than it should. ``tell`` sends one message, ``wait`` reads one."""
    root = Path(__file__).parents[2]
    begin = (
        f"import sys,time;sys.path.insert(0,{str(root)!r});from evidence.media.wire import send,receive\n"
        "tell=lambda m,b=b'':send(sys.stdout.buffer,m,[b] if b else [])\n"
        "wait=lambda:receive(sys.stdin.buffer,0)\n"
    )
    return [sys.executable, "-c", f"{begin}{words}"]
