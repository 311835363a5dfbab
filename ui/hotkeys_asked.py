"""Keys that a system hears for us when it is asked: the portal of a Wayland desktop, and Windows.

The part for Windows follows its documentation (``RegisterHotKey``) and was not run there.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QAbstractNativeEventFilter, QByteArray, QCoreApplication, QSocketNotifier

from evidence.bus import Shortcuts, bind_shortcuts, session_address
from ui.hotkey import Hotkeys, X11Hotkeys
from ui.jobs import Job, Jobs, Lane

ANSWER_S = 120.0
"""How long the person may think about the desktop's question."""
_WM_HOTKEY = 0x0312
_MOD_ALT, _MOD_CONTROL, _MOD_NOREPEAT = 0x0001, 0x0002, 0x4000
_FIRST_ID = 0x4800
"""Programs may use identifiers up to 0xBFFF."""


class PortalHotkeys(Hotkeys):
    """Asks ``org.freedesktop.portal.GlobalShortcuts`` on a lane; nothing is heard before the person agreed."""

    def __init__(self, jobs: Jobs, names: Mapping[str, str], address: str) -> None:
        """``names``: what each letter's key does, in the person's language."""
        super().__init__()
        self._shortcuts: Shortcuts | None = None
        self._notifier: QSocketNotifier | None = None
        self._is_closed, self.is_asking = False, True
        wanted = {letter: (name, f"CTRL+ALT+{letter.lower()}") for letter, name in names.items()}
        self._job: Job = jobs.start(
            lambda _progress, cancelled: bind_shortcuts(address, wanted, limit_s=ANSWER_S, cancelled=cancelled),
            self._take, self._refused, lane=Lane.PARALLEL,
        )  # fmt: skip

    def close(self) -> None:
        """Hear no more; the keys are free again."""
        self._is_closed = True
        self._job.cancel()
        self._stop()

    def _take(self, shortcuts: Shortcuts) -> None:
        if self._is_closed:
            shortcuts.close()
            return
        self._shortcuts, self.is_asking = shortcuts, False
        self.heard, self.words = "".join(shortcuts.triggers), shortcuts.triggers
        self._notifier = QSocketNotifier(shortcuts.descriptor(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._hear)
        self.changed.emit()
        self._hear()  # what came with the answer is read already

    def _refused(self, _problem: BaseException) -> None:
        self.is_asking = False
        if not self._is_closed:
            self.changed.emit()

    def _hear(self) -> None:
        if self._shortcuts is None:
            return
        for letter in self._shortcuts.pressed():
            self.pressed.emit(letter)
        if self._shortcuts is not None and self._shortcuts.is_over:
            self._stop()
            self.changed.emit()

    def _stop(self) -> None:
        if self._notifier is not None:
            self._notifier.setEnabled(False)
            self._notifier.deleteLater()
            self._notifier = None
        shortcuts, self._shortcuts = self._shortcuts, None
        if shortcuts is not None:
            shortcuts.close()
        self.heard, self.words = "", {}


class WindowsHotkeys(Hotkeys):
    """``RegisterHotKey`` for the window's thread; its messages come through Qt's own loop."""

    def __init__(self, letters: str, user32: Any = None) -> None:
        """``user32`` is handed in by tests; otherwise it is the system's own."""
        super().__init__()
        self._user32 = user32 or getattr(ctypes, "WinDLL")("user32")  # noqa: B009 - only there on Windows
        self._ids: dict[int, str] = {}
        register, pointer, number = self._user32.RegisterHotKey, ctypes.c_void_p, ctypes.c_uint
        register.argtypes, register.restype = [pointer, ctypes.c_int, number, number], ctypes.c_int
        self._user32.UnregisterHotKey.argtypes = [pointer, ctypes.c_int]
        for place, letter in enumerate(letters):
            key = _FIRST_ID + place
            if register(None, key, _MOD_CONTROL | _MOD_ALT | _MOD_NOREPEAT, ord(letter.upper())):
                self._ids[key] = letter
                self.heard += letter
        self._filter = _HotkeyFilter(self)
        if (application := QCoreApplication.instance()) is not None:
            application.installNativeEventFilter(self._filter)

    def close(self) -> None:
        """Hear no more; the keys are free again."""
        for key in self._ids:
            self._user32.UnregisterHotKey(None, key)
        self._ids = {}
        self.heard = ""
        if (application := QCoreApplication.instance()) is not None:
            application.removeNativeEventFilter(self._filter)

    def take(self, message: int, parameter: int) -> bool:
        """Hear one message of Windows; whether it was one of ours."""
        letter = self._ids.get(parameter) if message == _WM_HOTKEY else None
        if letter is not None:
            self.pressed.emit(letter)
        return letter is not None


class _HotkeyFilter(QAbstractNativeEventFilter):
    def __init__(self, keys: WindowsHotkeys) -> None:
        super().__init__()
        self._keys = keys

    def nativeEventFilter(self, kind: QByteArray | bytes | bytearray | memoryview, message: int) -> Any:
        """Look at one message of Windows, and let those of others pass."""
        if QByteArray(kind).data() in (b"windows_generic_MSG", b"windows_dispatcher_MSG"):
            from ctypes import wintypes  # there on every system, but of use on Windows alone

            told = wintypes.MSG.from_address(int(message))
            return self._keys.take(told.message, told.wParam), 0
        return False, 0


def open_hotkeys(
    jobs: Jobs, names: Mapping[str, str], environ: Mapping[str, str] | None = None, *, platform: str = sys.platform
) -> Hotkeys:
    """The keys of this system: Control, Alt and each letter of ``names``, which say what it does."""
    environ = os.environ if environ is None else environ
    letters = "".join(names)
    if platform == "win32":
        return WindowsHotkeys(letters)
    if platform != "linux":
        return Hotkeys()
    if environ.get("WAYLAND_DISPLAY") or environ.get("XDG_SESSION_TYPE") == "wayland":
        return PortalHotkeys(jobs, names, session_address(environ))
    return X11Hotkeys(letters, environ)
