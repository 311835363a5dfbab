"""A connection to the message bus of the person's session. Belongs to one thread at a time."""

from __future__ import annotations

import ctypes
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from evidence.bus import values
from evidence.bus.libdbus import Problem, library

BUS, BUS_PATH = "org.freedesktop.DBus", "/org/freedesktop/DBus"
CALL, RETURN, ERROR, SIGNAL = 1, 2, 3, 4
DISCONNECTED = "org.freedesktop.DBus.Error.Disconnected"
NO_REPLY = "org.freedesktop.DBus.Error.NoReply"
CANCELLED = "cancelled"
_LOOK_S = 0.1
_MOST_BYTES = 1 << 20
"""Of one message: an answer of a portal has some hundred."""


class BusError(Exception):
    """The bus, or who was called, answers with an error; ``name`` is D-Bus's name for it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it came."""

    type: int
    sender: str
    path: str
    interface: str
    member: str
    error: str
    serial: int
    reply_serial: int
    signature: str
    arguments: list[Any]


class Connection:
    """Use as a context manager, or call :meth:`close`."""

    def __init__(self, address: str) -> None:
        """Connect to the bus at ``address``. Raises :class:`BusError`."""
        dbus = library()
        if dbus is None:
            raise BusError("org.freedesktop.DBus.Error.NotSupported")
        self._dbus = dbus
        self._handle: Any = _checked(lambda problem: dbus.dbus_connection_open_private(address.encode(), problem))
        dbus.dbus_connection_set_exit_on_disconnect(self._handle, 0)
        dbus.dbus_connection_set_max_message_size(self._handle, _MOST_BYTES)
        dbus.dbus_connection_set_max_message_unix_fds(self._handle, 4)
        self._waiting: deque[Message] = deque()
        try:
            _checked(lambda problem: dbus.dbus_bus_register(self._handle, problem))
        except BusError:
            self.close()
            raise
        self.name = str(dbus.dbus_bus_get_unique_name(self._handle).decode("ascii"))
        """This connection's unique name, ``:1.42``."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        handle, self._handle = self._handle, None
        if handle:
            self._dbus.dbus_connection_close(handle)
            self._dbus.dbus_connection_unref(handle)

    def descriptor(self) -> int:
        """What becomes readable when something came, or -1."""
        number = ctypes.c_int(-1)
        self._dbus.dbus_connection_get_unix_fd(self._handle, ctypes.byref(number))
        return number.value

    def is_connected(self) -> bool:
        """Whether the bus is still there."""
        return bool(self._handle and self._dbus.dbus_connection_get_is_connected(self._handle))

    def call(
        self, service: str, path: str, interface: str, method: str, signature: str = "",
        arguments: Sequence[Any] = (), *, limit_s: float = 25.0, cancelled: Callable[[], bool] = lambda: False,
    ) -> list[Any]:  # fmt: skip
        """Call a method and wait for its answer. Raises :class:`BusError`, ``ValueError`` for arguments that do not
        fit."""
        message = self._dbus.dbus_message_new_method_call(
            service.encode(), path.encode(), interface.encode(), method.encode()
        )
        serial = self._send(message, signature, arguments)
        until = time.monotonic() + limit_s
        aside: list[Message] = []
        try:
            while True:
                came = self.next(until, cancelled)
                if came.reply_serial == serial and came.type == RETURN:
                    return came.arguments
                if came.reply_serial == serial and came.type == ERROR:
                    raise BusError(came.error)
                aside.append(came)
        finally:
            self._waiting.extendleft(reversed(aside))

    def call_bus(self, method: str, signature: str, arguments: Sequence[Any]) -> list[Any]:
        """Call a method of the bus itself. Raises :class:`BusError`."""
        return self.call(BUS, BUS_PATH, BUS, method, signature, arguments)

    def listen(self, **rule: str) -> None:
        """Have the bus hand on what fits ``rule`` (type, sender, path, interface, member, arg0 …)."""
        self.call_bus("AddMatch", "s", [",".join(f"{name}='{value}'" for name, value in rule.items())])

    def next(self, until: float, cancelled: Callable[[], bool] = lambda: False) -> Message:
        """The next message. ``until``: by the monotonic clock.

        Raises :class:`BusError` ``…NoReply`` when the time is over, ``…Disconnected`` when the bus is gone, and
        ``cancelled``.
        """
        while True:
            if (came := self.take()) is not None:
                return came
            if cancelled():
                raise BusError(CANCELLED)
            if not self.is_connected():
                raise BusError(DISCONNECTED)
            if (left_s := until - time.monotonic()) <= 0:
                raise BusError(NO_REPLY)
            self._dbus.dbus_connection_read_write(self._handle, round(min(left_s, _LOOK_S) * 1000) or 1)

    def take(self) -> Message | None:
        """A message that is there already, or None. Does not wait."""
        if self._waiting:
            return self._waiting.popleft()
        if not self._handle:
            return None
        handle = self._dbus.dbus_connection_pop_message(self._handle)
        if not handle:
            self._dbus.dbus_connection_read_write(self._handle, 0)
            handle = self._dbus.dbus_connection_pop_message(self._handle)
        if not handle:
            return None
        try:
            return self._read(handle)
        finally:
            self._dbus.dbus_message_unref(handle)

    def _read(self, handle: Any) -> Message:
        dbus = self._dbus

        def text(get: Any) -> str:
            return (get(handle) or b"").decode("utf-8", "replace")

        return Message(
            type=dbus.dbus_message_get_type(handle),
            sender=text(dbus.dbus_message_get_sender),
            path=text(dbus.dbus_message_get_path),
            interface=text(dbus.dbus_message_get_interface),
            member=text(dbus.dbus_message_get_member),
            error=text(dbus.dbus_message_get_error_name),
            serial=dbus.dbus_message_get_serial(handle),
            reply_serial=dbus.dbus_message_get_reply_serial(handle),
            signature=text(dbus.dbus_message_get_signature),
            arguments=values.read(handle),
        )

    def _send(self, message: Any, signature: str, arguments: Sequence[Any]) -> int:
        """Write the arguments, send, and give back the serial number."""
        serial = ctypes.c_uint32()
        try:
            if not self._handle or not self.is_connected():
                raise BusError(DISCONNECTED)
            values.write(message, signature, arguments)
            if not self._dbus.dbus_connection_send(self._handle, message, ctypes.byref(serial)):
                raise MemoryError
            self._dbus.dbus_connection_flush(self._handle)
        finally:
            self._dbus.dbus_message_unref(message)
        return serial.value


def session_address(environ: Mapping[str, str]) -> str:
    """Where the session's bus is, or an empty string. One that is reached over a network does not count."""
    if told := environ.get("DBUS_SESSION_BUS_ADDRESS", ""):
        return ";".join(each for each in told.split(";") if each.startswith("unix:"))
    place = Path(environ.get("XDG_RUNTIME_DIR") or "/nowhere") / "bus"
    with suppress(OSError):
        if place.is_socket():
            return f"unix:path={place}"
    return ""


def _checked(act: Callable[[Any], Any]) -> Any:
    """Do what may fail with a ``DBusError``. Raises :class:`BusError`."""
    dbus, problem = library(), Problem()
    dbus.dbus_error_init(ctypes.byref(problem))
    result = act(ctypes.byref(problem))
    if problem.name:
        name = problem.name.decode("utf-8", "replace")
        dbus.dbus_error_free(ctypes.byref(problem))
        raise BusError(name)
    if not result:
        raise MemoryError
    return result
