"""Asking a portal of the desktop for something: requests that a person may have to allow, and sessions.

xdg-desktop-portal, *Request* and *Session*: a request has an object of its own, whose path follows from the caller's
name and a token; its ``Response`` carries 0 (granted), 1 (the person cancelled) or 2 (it ended in some other way).
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from evidence.bus.connection import (
    BUS,
    BUS_PATH,
    CANCELLED,
    DISCONNECTED,
    NO_REPLY,
    SIGNAL,
    BusError,
    Connection,
    Message,
)
from evidence.bus.values import Variant, close_descriptors
from evidence.errors import CancelledError

SERVICE, PATH = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
REQUEST, SESSION = "org.freedesktop.portal.Request", "org.freedesktop.portal.Session"
_MISSING = (
    "org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner",
    "org.freedesktop.DBus.Error.UnknownMethod", "org.freedesktop.DBus.Error.UnknownInterface",
    "org.freedesktop.DBus.Error.UnknownObject", "org.freedesktop.DBus.Error.InvalidArgs",
    "org.freedesktop.DBus.Error.NotSupported", "org.freedesktop.DBus.Error.NoServer",
    "org.freedesktop.DBus.Error.FileNotFound", "org.freedesktop.DBus.Error.BadAddress",
    "org.freedesktop.DBus.Error.NoNetwork", "org.freedesktop.DBus.Error.AuthFailed",
)  # fmt: skip
_DENIED = (
    "org.freedesktop.DBus.Error.AccessDenied", "org.freedesktop.portal.Error.NotAllowed",
    "org.freedesktop.portal.Error.Cancelled",
)  # fmt: skip


class PortalEnded(Exception):
    """A portal did not give what it was asked for.

    ``how``: ``missing`` (there is no such portal here), ``denied``, ``cancelled`` (by the person, in the system's own
    window), ``failed``, ``time``, ``gone`` (the service or the bus went away) or ``answer`` (an answer of no use).
    """

    def __init__(self, how: str) -> None:
        super().__init__(how)
        self.how = how


class Portal:
    """The desktop's portals, over a connection that is theirs alone."""

    def __init__(self, address: str, *, start_s: float = 25.0) -> None:
        """Connect, and have the bus start the portals if they do not run yet. Raises :class:`PortalEnded`."""
        if not address:
            raise PortalEnded("missing")
        try:
            self.connection = Connection(address)
        except BusError as problem:
            raise PortalEnded("missing") from problem
        try:
            with _ending():
                self._start(start_s)
        except PortalEnded:
            self.connection.close()
            raise

    def _start(self, start_s: float) -> None:
        self.connection.listen(type="signal", sender=BUS, interface=BUS, member="NameOwnerChanged", arg0=SERVICE)
        try:
            (self.owner,) = self.connection.call_bus("GetNameOwner", "s", [SERVICE])
        except BusError:
            self.connection.call(BUS, BUS_PATH, BUS, "StartServiceByName", "su", [SERVICE, 0], limit_s=start_s)
            (self.owner,) = self.connection.call_bus("GetNameOwner", "s", [SERVICE])

    def close(self) -> None:
        """Hang up: what the portals hold for this connection ends with it."""
        self.connection.close()

    def version(self, interface: str) -> int:
        """The version of a portal; 0 where there is none."""
        with suppress(BusError):
            (number,) = self.connection.call(
                SERVICE, PATH, "org.freedesktop.DBus.Properties", "Get", "ss", [interface, "version"]
            )
            return number if isinstance(number, int) else 0
        return 0

    def request(
        self, interface: str, method: str, signature: str, arguments: Sequence[Any], options: dict[str, Variant], *,
        limit_s: float, cancelled: Callable[[], bool] = lambda: False,
    ) -> dict[str, Any]:  # fmt: skip
        """Ask, wait until it is granted, and give the results. The method's last argument is its options.

        A request that is not wanted any more is closed. Raises :class:`PortalEnded` and :class:`CancelledError`.
        """
        token = _token()
        handle = f"{PATH}/request/{self.connection.name.lstrip(':').replace('.', '_')}/{token}"
        until = time.monotonic() + limit_s
        with _ending():
            self._listen(handle)
            given = {**options, "handle_token": Variant("s", token)}
            try:
                answer = self.connection.call(
                    SERVICE, PATH, interface, method, f"{signature}a{{sv}}", [*arguments, given], limit_s=limit_s,
                    cancelled=cancelled,
                )  # fmt: skip
                if len(answer) != 1 or not isinstance(answer[0], str):
                    raise PortalEnded("answer")
                if answer[0] != handle:  # portals before version 0.9 choose the path themselves
                    handle = answer[0]
                    if not handle.startswith(f"{PATH}/request/"):
                        raise PortalEnded("answer")
                    self._listen(handle)
                return self._response(handle, until, cancelled)
            except BusError as problem:
                if problem.name in (CANCELLED, NO_REPLY):  # nobody waits for it any more
                    with suppress(BusError, ValueError):
                        self.connection.call(SERVICE, handle, REQUEST, "Close", limit_s=2.0)
                raise

    def session(
        self, interface: str, *, limit_s: float, cancelled: Callable[[], bool] = lambda: False
    ) -> PortalSession:
        """Begin a session. Raises as :meth:`request`."""
        token = _token()
        result = self.request(
            interface, "CreateSession", "", [], {"session_handle_token": Variant("s", token)}, limit_s=limit_s,
            cancelled=cancelled,
        )  # fmt: skip
        expected = f"{PATH}/session/{self.connection.name.lstrip(':').replace('.', '_')}/{token}"
        if result.get("session_handle") != expected:
            raise PortalEnded("answer")
        with _ending():
            self.connection.listen(type="signal", sender=SERVICE, path=expected, interface=SESSION, member="Closed")
        return PortalSession(self, expected)

    def check(self, message: Message) -> None:
        """Raises :class:`PortalEnded` ``gone`` when ``message`` says that the portals went away."""
        told = message.arguments[:2] if message.sender == BUS and message.member == "NameOwnerChanged" else []
        if told == [SERVICE, self.owner]:
            raise PortalEnded("gone")

    def is_signal(self, message: Message, interface: str, name: str) -> bool:
        """Whether this is a signal of the portals themselves; anybody may send one that looks like it."""
        return (
            message.type == SIGNAL
            and message.sender == self.owner
            and message.interface == interface
            and message.member == name
        )

    def _listen(self, handle: str) -> None:
        self.connection.listen(type="signal", sender=SERVICE, path=handle, interface=REQUEST, member="Response")

    def _response(self, handle: str, until: float, cancelled: Callable[[], bool]) -> dict[str, Any]:
        while True:
            came = self.connection.next(until, cancelled)
            self.check(came)
            if not self.is_signal(came, REQUEST, "Response") or came.path != handle:
                close_descriptors(came.arguments)
                continue
            if came.signature != "ua{sv}":
                raise PortalEnded("answer")
            code, results = came.arguments
            if code:
                raise PortalEnded("cancelled" if code == 1 else "failed")
            return dict(results)


class PortalSession:
    """What was granted for a while. Closing it, or the connection, ends it."""

    def __init__(self, portal: Portal, handle: str) -> None:
        self.portal = portal
        self.handle = handle

    def is_closed_by(self, message: Message) -> bool:
        """Whether ``message`` says that the desktop ended the session."""
        return self.portal.is_signal(message, SESSION, "Closed") and message.path == self.handle

    def close(self) -> None:
        """End it; never raises."""
        with suppress(BusError):
            self.portal.connection.call(SERVICE, self.handle, SESSION, "Close", limit_s=1.0)


class _ending:
    """Turns errors of the bus into how a request ended."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, problem: BaseException | None, _trace: object) -> None:
        if not isinstance(problem, BusError):
            return
        if problem.name == CANCELLED:
            raise CancelledError from problem
        if problem.name in _MISSING or ".Spawn." in problem.name:
            raise PortalEnded("missing") from problem
        if problem.name in _DENIED:
            raise PortalEnded("denied") from problem
        how = {NO_REPLY: "time", DISCONNECTED: "gone"}
        raise PortalEnded(how.get(problem.name, "failed")) from problem


def _token() -> str:
    return f"t{secrets.token_hex(8)}"
