"""Keys that are heard while another program has the keyboard.

One port, :class:`Hotkeys`; behind it X11 (through libxcb, which answers a refused grab with an error reply; libX11
would end the process), the portal of a Wayland desktop, and Windows (:mod:`ui.hotkeys_asked`). Elsewhere honestly none.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, QSocketNotifier, Signal

CONTROL, ALT = 4, 8
_LOCKS = (0, 2, 16, 18)
"""Caps Lock and Num Lock, on or off: each is a different key to the server."""
_KEY_PRESS = 2
_ASYNC = 1


class _Cookie(ctypes.Structure):
    _fields_ = [("sequence", ctypes.c_uint)]


class _Setup(ctypes.Structure):
    _fields_ = [("before", ctypes.c_uint8 * 34), ("min_keycode", ctypes.c_uint8), ("max_keycode", ctypes.c_uint8)]


class _Screen(ctypes.Structure):
    _fields_ = [("root", ctypes.c_uint32)]


class _ScreenIterator(ctypes.Structure):
    _fields_ = [("data", ctypes.POINTER(_Screen)), ("rem", ctypes.c_int), ("index", ctypes.c_int)]


class _MappingReply(ctypes.Structure):
    _fields_ = [("response", ctypes.c_uint8), ("per_keycode", ctypes.c_uint8)]


class _Event(ctypes.Structure):
    _fields_ = [("response", ctypes.c_uint8), ("detail", ctypes.c_uint8)]


class Hotkeys(QObject):
    """Listens for Control, Alt and a letter, whoever has the keyboard. ``pressed`` carries the letter.

    ``heard`` are the letters that could be had, and ``words`` what the system calls their keys where it chose others.
    ``changed`` says that they are others now. This class hears nothing, as on a system that offers no such thing.
    """

    pressed = Signal(str)
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.heard = ""
        self.words: dict[str, str] = {}
        self.is_asking = False
        """Whether the system has not answered yet; ``changed`` follows."""

    def close(self) -> None:
        """Hear no more; the keys are free again."""
        self.heard = ""


class X11Hotkeys(Hotkeys):
    """``heard`` is empty where there is no X server, or another program has the keys already."""

    def __init__(self, letters: str, environ: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self._keycodes: dict[int, str] = {}
        self._library: Any = None
        self._connection: Any = None
        self._notifier: QSocketNotifier | None = None
        self._free: Any = None
        display = (os.environ if environ is None else environ).get("DISPLAY", "")
        wayland = (os.environ if environ is None else environ).get("WAYLAND_DISPLAY", "")
        if sys.platform == "linux" and display and not wayland:
            self._open(display, letters)

    def close(self) -> None:
        """Hear no more; the keys are free again."""
        if self._notifier is not None:
            self._notifier.setEnabled(False)
            self._notifier.deleteLater()
            self._notifier = None
        if self._connection:
            self._library.xcb_disconnect(self._connection)  # the server gives the keys back
            self._connection = None
        self.heard = ""

    def _open(self, display: str, letters: str) -> None:
        try:
            library = ctypes.CDLL("libxcb.so.1")
            free = ctypes.CDLL(None).free
        except (OSError, AttributeError):
            return
        free.argtypes = [ctypes.c_void_p]
        self._free = free
        pointer, number = ctypes.c_void_p, ctypes.c_uint32
        for name, result, arguments in (
            ("xcb_connect", pointer, [ctypes.c_char_p, pointer]),
            ("xcb_disconnect", None, [pointer]),
            ("xcb_connection_has_error", ctypes.c_int, [pointer]),
            ("xcb_get_setup", ctypes.POINTER(_Setup), [pointer]),
            ("xcb_setup_roots_iterator", _ScreenIterator, [ctypes.POINTER(_Setup)]),
            ("xcb_get_keyboard_mapping", _Cookie, [pointer, ctypes.c_uint8, ctypes.c_uint8]),
            ("xcb_get_keyboard_mapping_reply", ctypes.POINTER(_MappingReply), [pointer, _Cookie, pointer]),
            ("xcb_get_keyboard_mapping_keysyms", ctypes.POINTER(number), [ctypes.POINTER(_MappingReply)]),
            ("xcb_get_keyboard_mapping_keysyms_length", ctypes.c_int, [ctypes.POINTER(_MappingReply)]),
            ("xcb_grab_key_checked", _Cookie,
             [pointer, ctypes.c_uint8, number, ctypes.c_uint16, ctypes.c_uint8, ctypes.c_uint8, ctypes.c_uint8]),
            ("xcb_request_check", pointer, [pointer, _Cookie]),
            ("xcb_poll_for_event", ctypes.POINTER(_Event), [pointer]),
            ("xcb_get_file_descriptor", ctypes.c_int, [pointer]),
        ):  # fmt: skip
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
        self._library = library
        connection = library.xcb_connect(display.encode("utf-8", "replace"), None)
        if library.xcb_connection_has_error(connection):
            library.xcb_disconnect(connection)
            return
        self._connection = connection
        setup = library.xcb_get_setup(connection)
        screen = library.xcb_setup_roots_iterator(setup)
        if screen.rem > 0:
            keycodes = self._keycodes_of(letters, setup.contents.min_keycode, setup.contents.max_keycode)
            for letter in letters:
                keycode = keycodes.get(letter, 0)
                if keycode and self._grab(screen.data.contents.root, keycode):
                    self._keycodes[keycode] = letter
                    self.heard += letter
        if not self.heard:
            self.close()
            return
        self._notifier = QSocketNotifier(library.xcb_get_file_descriptor(connection), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._take)

    def _keycodes_of(self, letters: str, first: int, last: int) -> dict[str, int]:
        """The keys that these letters lie on, by the server's map."""
        library = self._library
        cookie = library.xcb_get_keyboard_mapping(self._connection, first, last - first + 1)
        reply = library.xcb_get_keyboard_mapping_reply(self._connection, cookie, None)
        if not reply:
            return {}
        keysyms, each = library.xcb_get_keyboard_mapping_keysyms(reply), reply.contents.per_keycode
        count = library.xcb_get_keyboard_mapping_keysyms_length(reply)
        found: dict[str, int] = {}
        for place in range(count):
            # The symbols of Latin letters are their codes in Latin 1.
            for letter in letters:
                if keysyms[place] == ord(letter.lower()) and each:
                    found.setdefault(letter, first + place // each)
        self._free(reply)
        return found

    def _grab(self, root: int, keycode: int) -> bool:
        for locks in _LOCKS:
            cookie = self._library.xcb_grab_key_checked(
                self._connection, 1, root, CONTROL | ALT | locks, keycode, _ASYNC, _ASYNC
            )
            problem = self._library.xcb_request_check(self._connection, cookie)
            if problem:
                self._free(problem)
                return False
        return True

    def _take(self) -> None:
        while self._connection and (event := self._library.xcb_poll_for_event(self._connection)):
            kind, detail = event.contents.response & 0x7F, event.contents.detail
            self._free(event)
            if kind == _KEY_PRESS and (letter := self._keycodes.get(detail)):
                self.pressed.emit(letter)
        if self._connection and self._library.xcb_connection_has_error(self._connection):
            self.close()
            self.changed.emit()
