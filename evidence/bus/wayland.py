"""The monitors of a Wayland desktop, as its compositor tells every program: place, size, scale and name.

Asked over the compositor's socket with the few messages that this takes (wayland.xml: wl_registry, wl_output;
xdg-output-unstable-v1). A compositor shows no program the pixels of another, nor whose windows there are.
"""

from __future__ import annotations

import os
import socket
import struct
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_LIMIT_S = 5.0
_MOST_BYTES = 1 << 20
_MOST_OUTPUTS = 64
_DISPLAY, _REGISTRY = 1, 2
_OUTPUT, _MANAGER = b"wl_output", b"zxdg_output_manager_v1"


@dataclass(slots=True)
class Output:
    """One monitor, in the units in which the compositor places windows (its *logical* space)."""

    left: int = 0
    top: int = 0
    width: int = 0
    height: int = 0
    name: str = ""
    scale: int = 1
    transform: int = 0
    pixels: tuple[int, int] = (0, 0)

    def settle(self) -> None:
        """Without xdg-output, the size follows from the mode, the scale and the turn of the picture."""
        if not self.width:
            wide, high = self.pixels if self.transform % 2 == 0 else self.pixels[::-1]
            self.width, self.height = wide // max(self.scale, 1), high // max(self.scale, 1)


def socket_path(environ: Mapping[str, str]) -> Path:
    """Where the compositor listens."""
    return Path(environ.get("XDG_RUNTIME_DIR") or "/nowhere") / (environ.get("WAYLAND_DISPLAY") or "wayland-0")


def outputs(environ: Mapping[str, str], *, limit_s: float = _LIMIT_S) -> list[Output]:
    """The monitors; empty where no compositor answers, or not in the words of Wayland. Never raises."""
    with (
        suppress(OSError, struct.error, ValueError, IndexError),
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line,
    ):
        line.settimeout(limit_s)
        line.connect(os.fspath(socket_path(environ)))
        return _Asking(line, time.monotonic() + limit_s).outputs()
    return []


class _Asking:
    def __init__(self, line: socket.socket, until: float) -> None:
        self._line = line
        self._until = until
        self._next_id = _REGISTRY
        self._data = bytearray()
        self._taken = 0

    def outputs(self) -> list[Output]:
        registry = self._new_id()
        self._send(_DISPLAY, 1, struct.pack("=I", registry))
        found: dict[int, Output] = {}
        manager, logical = 0, dict[int, Output]()
        for _object, opcode, body in self._until_done():
            if _object != registry or opcode != 0:
                continue
            (name,), (interface, rest) = struct.unpack_from("=I", body), _text(body[4:])
            (version,) = struct.unpack_from("=I", rest)
            if interface == _OUTPUT and len(found) < _MOST_OUTPUTS:
                found[self._bind(registry, name, interface, min(version, 4))] = Output()
            elif interface == _MANAGER and not manager:
                manager = self._bind(registry, name, interface, min(version, 3))
        if manager:
            for number, output in found.items():
                each = self._new_id()
                self._send(manager, 1, struct.pack("=II", each, number))
                logical[each] = output
        for number, opcode, body in self._until_done():
            if number in found:
                _tell_output(found[number], opcode, body)
            elif number in logical:
                _tell_logical(logical[number], opcode, body)
        for output in found.values():
            output.settle()
        return [output for output in found.values() if output.width > 0 and output.height > 0]

    def _new_id(self) -> int:
        number, self._next_id = self._next_id, self._next_id + 1
        return number

    def _bind(self, registry: int, name: int, interface: bytes, version: int) -> int:
        number, size = self._new_id(), len(interface) + 1
        words = interface.ljust(-(-size // 4) * 4, b"\0")
        self._send(registry, 0, struct.pack("=II", name, size) + words + struct.pack("=II", version, number))
        return number

    def _send(self, number: int, opcode: int, body: bytes) -> None:
        self._line.sendall(struct.pack("=II", number, (8 + len(body)) << 16 | opcode) + body)

    def _until_done(self) -> Iterator[tuple[int, int, bytes]]:
        """Everything that the compositor has to say by now. Raises ``ValueError`` when it ends the talk."""
        callback = self._new_id()
        self._send(_DISPLAY, 0, struct.pack("=I", callback))
        while True:
            number, opcode, body = self._message()
            if number == callback:
                return
            if number == _DISPLAY and opcode == 0:
                raise ValueError("the compositor refused")
            yield number, opcode, body

    def _message(self) -> tuple[int, int, bytes]:
        head = self._exactly(8)
        number, word = struct.unpack("=II", head)
        size, opcode = word >> 16, word & 0xFFFF
        if size < 8:
            raise ValueError("not in the words of Wayland")
        return number, opcode, self._exactly(size - 8)

    def _exactly(self, size: int) -> bytes:
        while len(self._data) < size:
            left_s = self._until - time.monotonic()
            if left_s <= 0 or self._taken > _MOST_BYTES:
                raise ValueError("too long")
            self._line.settimeout(left_s)
            piece = self._line.recv(65536)
            if not piece:
                raise ValueError("closed")
            self._taken += len(piece)
            self._data += piece
        taken = bytes(self._data[:size])
        del self._data[:size]
        return taken


def _text(body: bytes) -> tuple[bytes, bytes]:
    """A string, and what follows it."""
    (size,) = struct.unpack_from("=I", body)
    end = 4 + -(-size // 4) * 4
    if size < 1 or end > len(body):
        raise ValueError("not in the words of Wayland")
    return body[4 : 4 + size - 1], body[end:]


def _tell_output(output: Output, opcode: int, body: bytes) -> None:
    if opcode == 0:
        output.left, output.top = struct.unpack_from("=ii", body)
        _make, rest = _text(body[20:])
        _model, rest = _text(rest)
        (output.transform,) = struct.unpack_from("=i", rest)
    elif opcode == 1:
        flags, wide, high = struct.unpack_from("=Iii", body)
        if flags & 1:  # the mode that is in use
            output.pixels = (wide, high)
    elif opcode == 3:
        (output.scale,) = struct.unpack_from("=i", body)
    elif opcode == 4:
        output.name = _text(body)[0].decode("utf-8", "replace")


def _tell_logical(output: Output, opcode: int, body: bytes) -> None:
    if opcode == 0:
        output.left, output.top = struct.unpack_from("=ii", body)
    elif opcode == 1:
        output.width, output.height = struct.unpack_from("=ii", body)
    elif opcode == 3 and not output.name:
        output.name = _text(body)[0].decode("utf-8", "replace")
