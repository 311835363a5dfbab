"""Notices that the computer is left: screen locked, suspended, lid closed. The vault locks then too.

One port, :class:`SystemWatch`; behind it what the system tells. Linux: logind and the desktops' screen savers over
D-Bus. Windows: the session and power messages that every window gets. Where nothing tells, the idle time remains.
"""

from __future__ import annotations

import ctypes
import platform
from typing import Any

from PySide6.QtCore import SLOT, QAbstractNativeEventFilter, QByteArray, QObject, Signal, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher, QDBusVariant
from PySide6.QtWidgets import QApplication

LOGIND = "org.freedesktop.login1"
LOGIND_PATH = "/org/freedesktop/login1"
PROPERTIES = "org.freedesktop.DBus.Properties"
ANSWER_MS = 2000
SCREEN_SAVERS = (
    ("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver"),
    ("org.freedesktop.ScreenSaver", "/ScreenSaver"),
    ("org.gnome.ScreenSaver", "/org/gnome/ScreenSaver"),
    ("org.cinnamon.ScreenSaver", "/org/cinnamon/ScreenSaver"),
    ("org.mate.ScreenSaver", "/org/mate/ScreenSaver"),
    ("org.xfce.ScreenSaver", "/org/xfce/ScreenSaver"),
)

_WM_POWERBROADCAST, _PBT_APMSUSPEND = 0x0218, 0x0004
_WM_WTSSESSION_CHANGE, _WTS_SESSION_LOCK = 0x02B1, 0x0007
_WM_QUERYENDSESSION = 0x0011


class SystemWatch(QObject):
    """``left`` is sent each time the system says that nobody is there any more."""

    left = Signal()

    def is_told(self) -> bool:
        """Whether this system tells at all; when it does not, only the idle time locks."""
        return False


class LinuxWatch(SystemWatch):
    """logind's sleep, lock and lid signals (system bus), and the screen savers' (session bus)."""

    def __init__(self, parent: QObject, system_bus: QDBusConnection, session_bus: QDBusConnection) -> None:
        super().__init__(parent)
        self._is_told = False
        self._system_bus = system_bus
        self._listen(system_bus, LOGIND, LOGIND_PATH, f"{LOGIND}.Manager", "PrepareForSleep", "_when_true")
        self._listen(system_bus, LOGIND, LOGIND_PATH, f"{LOGIND}.Manager", "PrepareForShutdown", "_when_true")
        # An empty path: the session's own object, whatever its number is.
        self._listen(system_bus, LOGIND, "", f"{LOGIND}.Session", "Lock", "_at_once")
        self._listen(system_bus, LOGIND, LOGIND_PATH, PROPERTIES, "PropertiesChanged", "_property")
        for service, path in SCREEN_SAVERS:
            self._listen(session_bus, service, path, service, "ActiveChanged", "_when_true")

    def is_told(self) -> bool:
        """Whether at least one of the buses is there."""
        return self._is_told

    def _listen(self, bus: QDBusConnection, service: str, path: str, interface: str, name: str, slot: str) -> None:
        # PySide6 wants what SLOT gives, which is text, where its own annotations say bytes.
        if bus.isConnected() and bus.connect(service, path, interface, name, self, SLOT(f"{slot}(QDBusMessage)")):  # type: ignore[call-overload]
            self._is_told = True

    @Slot(QDBusMessage)
    def _when_true(self, message: QDBusMessage) -> None:
        if message.arguments()[:1] == [True]:
            self.left.emit()

    @Slot(QDBusMessage)
    def _at_once(self, _message: QDBusMessage) -> None:
        self.left.emit()

    @Slot(QDBusMessage)
    def _property(self, _message: QDBusMessage) -> None:
        """Something about the machine changed: ask whether the lid is closed. (The signal carries the values too, but
        PySide6 cannot read a map of variants out of it.)"""
        question = QDBusMessage.createMethodCall(LOGIND, LOGIND_PATH, PROPERTIES, "Get")
        question.setArguments([f"{LOGIND}.Manager", "LidClosed"])
        waiting = QDBusPendingCallWatcher(self._system_bus.asyncCall(question, ANSWER_MS), self)
        waiting.finished.connect(self._lid)

    @Slot(QDBusPendingCallWatcher)
    def _lid(self, waiting: QDBusPendingCallWatcher) -> None:
        answer = waiting.reply().arguments()
        waiting.deleteLater()
        value = answer[0] if answer else None
        if (value.variant() if isinstance(value, QDBusVariant) else value) is True:
            self.left.emit()


class WindowsWatch(SystemWatch):
    """The messages that Windows sends to every window: suspend, end of session, and the lock of this session."""

    def __init__(self, parent: QObject, application: QApplication) -> None:
        super().__init__(parent)
        self._filter = _WindowsFilter(self)
        application.installNativeEventFilter(self._filter)

    def is_told(self) -> bool:
        """Always."""
        return True


class _WindowsFilter(QAbstractNativeEventFilter):
    def __init__(self, watch: SystemWatch) -> None:
        super().__init__()
        self._watch = watch

    def nativeEventFilter(self, kind: QByteArray | bytes | bytearray | memoryview, message: int) -> Any:
        """Look at one message of Windows and let it pass."""
        if QByteArray(kind).data() == b"windows_generic_MSG":
            from ctypes import wintypes  # there on every system, but of use on Windows alone

            told = wintypes.MSG.from_address(int(message))
            if is_leaving(told.message, told.wParam):
                self._watch.left.emit()
        return False, 0


def is_leaving(message: int, parameter: int) -> bool:
    """Whether a Windows message says that the computer suspends, the session is locked, or the session ends."""
    return (
        (message == _WM_POWERBROADCAST and parameter == _PBT_APMSUSPEND)
        or (message == _WM_WTSSESSION_CHANGE and parameter == _WTS_SESSION_LOCK)
        or message == _WM_QUERYENDSESSION
    )


def watch_system(application: QApplication, window: int | None = None) -> SystemWatch:
    """The watch of this system. ``window``: the handle that asks Windows for the messages about its session."""
    system = platform.system()
    if system == "Linux":
        return LinuxWatch(application, QDBusConnection.systemBus(), QDBusConnection.sessionBus())
    if system == "Windows":
        if window is not None:
            ctypes.WinDLL("wtsapi32").WTSRegisterSessionNotification(window, 0)  # type: ignore[attr-defined]
        return WindowsWatch(application, application)
    return SystemWatch(application)
