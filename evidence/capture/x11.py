"""What the X server tells about windows: which is active, where each stands, their titles and programs.

EWMH 1.5; ICCCM 4.1.2.5.

Asked through libxcb, which answers a wrong window with an empty reply; libX11 would end the process.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

_ANY: Literal[0] = 0
_LONGEST = 4096
"""Bytes of a property that are read: a title that is longer is cut."""


class _Cookie(ctypes.Structure):
    _fields_ = [("sequence", ctypes.c_uint)]


class _AtomReply(ctypes.Structure):
    _fields_ = [("type", ctypes.c_uint8), ("pad", ctypes.c_uint8), ("sequence", ctypes.c_uint16),
                ("length", ctypes.c_uint32), ("atom", ctypes.c_uint32)]  # fmt: skip


class _PropertyReply(ctypes.Structure):
    _fields_ = [("response", ctypes.c_uint8), ("format", ctypes.c_uint8), ("sequence", ctypes.c_uint16),
                ("length", ctypes.c_uint32), ("type", ctypes.c_uint32), ("bytes_after", ctypes.c_uint32),
                ("value_length", ctypes.c_uint32), ("pad", ctypes.c_uint8 * 12)]  # fmt: skip


class _Screen(ctypes.Structure):
    _fields_ = [("root", ctypes.c_uint32)]


class _ScreenIterator(ctypes.Structure):
    _fields_ = [("data", ctypes.POINTER(_Screen)), ("rem", ctypes.c_int), ("index", ctypes.c_int)]


class _GeometryReply(ctypes.Structure):
    _fields_ = [("response", ctypes.c_uint8), ("depth", ctypes.c_uint8), ("sequence", ctypes.c_uint16),
                ("length", ctypes.c_uint32), ("root", ctypes.c_uint32), ("x", ctypes.c_int16), ("y", ctypes.c_int16),
                ("width", ctypes.c_uint16), ("height", ctypes.c_uint16), ("border", ctypes.c_uint16),
                ("pad", ctypes.c_uint8 * 2)]  # fmt: skip


class _TranslateReply(ctypes.Structure):
    _fields_ = [("response", ctypes.c_uint8), ("same_screen", ctypes.c_uint8), ("sequence", ctypes.c_uint16),
                ("length", ctypes.c_uint32), ("child", ctypes.c_uint32), ("x", ctypes.c_int16),
                ("y", ctypes.c_int16)]  # fmt: skip


class _PointerReply(ctypes.Structure):
    _fields_ = [("response", ctypes.c_uint8), ("same_screen", ctypes.c_uint8), ("sequence", ctypes.c_uint16),
                ("length", ctypes.c_uint32), ("root", ctypes.c_uint32), ("child", ctypes.c_uint32),
                ("root_x", ctypes.c_int16), ("root_y", ctypes.c_int16)]  # fmt: skip


class _ExtensionReply(ctypes.Structure):
    _fields_ = [("response", ctypes.c_uint8), ("pad", ctypes.c_uint8), ("sequence", ctypes.c_uint16),
                ("length", ctypes.c_uint32), ("present", ctypes.c_uint8), ("major_opcode", ctypes.c_uint8),
                ("first_event", ctypes.c_uint8), ("first_error", ctypes.c_uint8)]  # fmt: skip


@dataclass(frozen=True, slots=True)
class WindowPlace:
    """A window as the server describes it: its inside, without the frame that a window manager draws around it."""

    id: int
    title: str
    program: str
    left: int
    top: int
    width: int
    height: int


def windows(display: str) -> tuple[WindowPlace, ...]:
    """The windows that the window manager lists, topmost first; empty where none tells."""
    with _connected(display) as connection:
        return connection.windows() if connection else ()


def has_extension(display: str, name: str) -> bool:
    """Whether the X server has the extension ``name``; False where there is no server to ask."""
    with _connected(display) as connection:
        return connection is not None and connection.has_extension(name)


def window_facts(display: str) -> dict[str, str]:
    """``window_title``, ``window_program``, ``display_dpi`` and ``cursor_position``, as far as X tells them.

    No window manager, no library or no display gives no fact, never an error: these facts support, they are not needed.
    """
    with _connected(display) as connection:
        return connection.window_facts() if connection else {}


class _Connection:
    def __init__(self, library: ctypes.CDLL, free: Callable[[Any], None], handle: Any, root: int) -> None:
        self._library = library
        self._free = free
        self._handle = handle
        self._root = root

    def window_facts(self) -> dict[str, str]:
        active = self._property(self._root, "_NET_ACTIVE_WINDOW")
        window = int.from_bytes(active[:4], sys.byteorder) if len(active) >= 4 else 0
        facts: dict[str, str] = {}
        if window:
            facts["window_title"], facts["window_program"] = self._named(window)
        for line in _text(self._property(self._root, "RESOURCE_MANAGER")).splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "Xft.dpi":
                facts["display_dpi"] = value.strip()
        facts["cursor_position"] = self._pointer()
        return {name: value for name, value in facts.items() if value}

    def has_extension(self, name: str) -> bool:
        """Whether the server has the extension ``name``."""
        data = name.encode("ascii")
        cookie = self._library.xcb_query_extension(self._handle, len(data), data)
        reply = self._library.xcb_query_extension_reply(self._handle, cookie, None)
        if not reply:
            return False
        is_present = bool(reply.contents.present)
        self._free(reply)
        return is_present

    def windows(self) -> tuple[WindowPlace, ...]:
        """The windows of the window manager's list, topmost first."""
        listed = self._property(self._root, "_NET_CLIENT_LIST_STACKING") or self._property(
            self._root, "_NET_CLIENT_LIST"
        )
        found: list[WindowPlace] = []
        for start in range(len(listed) - len(listed) % 4 - 4, -1, -4):
            window = int.from_bytes(listed[start : start + 4], sys.byteorder)
            if place := self._place(window):
                title, program = self._named(window)
                found.append(WindowPlace(window, title, program, *place))
        return tuple(found)

    def _named(self, window: int) -> tuple[str, str]:
        """Title and program of a window."""
        title = self._property(window, "_NET_WM_NAME") or self._property(window, "WM_NAME")
        program = self._property(window, "WM_CLASS")
        return _text(title), _text(program.rstrip(b"\0").rpartition(b"\0")[2])

    def _pointer(self) -> str:
        """Where the pointer stands on the desktop, ``x,y``; empty when it is on a screen of its own."""
        cookie = self._library.xcb_query_pointer(self._handle, self._root)
        reply = self._library.xcb_query_pointer_reply(self._handle, cookie, None)
        if not reply:
            return ""
        place = f"{reply.contents.root_x},{reply.contents.root_y}" if reply.contents.same_screen else ""
        self._free(reply)
        return place

    def _place(self, window: int) -> tuple[int, int, int, int] | None:
        """Left, top, width and height on the desktop, or None for a window that is gone."""
        cookie = self._library.xcb_get_geometry(self._handle, window)
        geometry = self._library.xcb_get_geometry_reply(self._handle, cookie, None)
        if not geometry:
            return None
        size = int(geometry.contents.width), int(geometry.contents.height)
        self._free(geometry)
        cookie = self._library.xcb_translate_coordinates(self._handle, window, self._root, 0, 0)
        corner = self._library.xcb_translate_coordinates_reply(self._handle, cookie, None)
        if not corner:
            return None
        place = int(corner.contents.x), int(corner.contents.y), *size
        self._free(corner)
        return place

    def _property(self, window: int, name: str) -> bytes:
        atom = self._atom(name)
        if not atom:
            return b""
        cookie = self._library.xcb_get_property(self._handle, 0, window, atom, _ANY, 0, _LONGEST // 4)
        reply = self._library.xcb_get_property_reply(self._handle, cookie, None)
        if not reply:
            return b""
        try:
            size = self._library.xcb_get_property_value_length(reply)
            start = self._library.xcb_get_property_value(reply)
            return ctypes.string_at(start, size) if size > 0 else b""
        finally:
            self._free(reply)

    def _atom(self, name: str) -> int:
        data = name.encode("ascii")
        cookie = self._library.xcb_intern_atom(self._handle, 1, len(data), data)
        reply = self._library.xcb_intern_atom_reply(self._handle, cookie, None)
        if not reply:
            return 0
        try:
            return int(reply.contents.atom)
        finally:
            self._free(reply)


@contextmanager
def _connected(display: str) -> Iterator[_Connection | None]:
    found = _library()
    if found is None or not display:
        yield None
        return
    library, free = found
    number = ctypes.c_int()
    handle = library.xcb_connect(display.encode(), ctypes.byref(number))
    try:
        if library.xcb_connection_has_error(handle):
            yield None
            return
        roots = library.xcb_setup_roots_iterator(library.xcb_get_setup(handle))
        for _ in range(number.value):
            library.xcb_screen_next(ctypes.byref(roots))
        yield _Connection(library, free, handle, int(roots.data.contents.root))
    finally:
        library.xcb_disconnect(handle)


def _text(value: bytes) -> str:
    """A property as text. Titles are UTF-8 by EWMH and Latin-1 by ICCCM."""
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        # A title that was cut in the middle of a character, or one in the older encoding.
        text = value.decode("utf-8", "replace") if len(value) >= _LONGEST else value.decode("latin-1")
    return text.replace("\0", " ").strip()


@lru_cache(maxsize=1)
def _library() -> tuple[ctypes.CDLL, Callable[[Any], None]] | None:
    """libxcb with its signatures declared, and the function that frees its replies; None where it is not."""
    try:
        library = ctypes.CDLL("libxcb.so.1")
        libc = ctypes.CDLL(None)
    except OSError:
        return None
    connection, number, text = ctypes.c_void_p, ctypes.c_uint32, ctypes.c_char_p
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "xcb_connect": (connection, [text, ctypes.POINTER(ctypes.c_int)]),
        "xcb_connection_has_error": (ctypes.c_int, [connection]),
        "xcb_disconnect": (None, [connection]),
        "xcb_get_setup": (ctypes.c_void_p, [connection]),
        "xcb_setup_roots_iterator": (_ScreenIterator, [ctypes.c_void_p]),
        "xcb_screen_next": (None, [ctypes.POINTER(_ScreenIterator)]),
        "xcb_intern_atom": (_Cookie, [connection, ctypes.c_uint8, ctypes.c_uint16, text]),
        "xcb_intern_atom_reply": (ctypes.POINTER(_AtomReply), [connection, _Cookie, ctypes.c_void_p]),
        "xcb_get_property": (
            _Cookie, [connection, ctypes.c_uint8, number, number, number, number, number]
        ),
        "xcb_get_property_reply": (ctypes.POINTER(_PropertyReply), [connection, _Cookie, ctypes.c_void_p]),
        "xcb_query_extension": (_Cookie, [connection, ctypes.c_uint16, text]),
        "xcb_query_extension_reply": (ctypes.POINTER(_ExtensionReply), [connection, _Cookie, ctypes.c_void_p]),
        "xcb_query_pointer": (_Cookie, [connection, number]),
        "xcb_query_pointer_reply": (ctypes.POINTER(_PointerReply), [connection, _Cookie, ctypes.c_void_p]),
        "xcb_get_geometry": (_Cookie, [connection, number]),
        "xcb_get_geometry_reply": (ctypes.POINTER(_GeometryReply), [connection, _Cookie, ctypes.c_void_p]),
        "xcb_translate_coordinates": (
            _Cookie, [connection, number, number, ctypes.c_int16, ctypes.c_int16]
        ),
        "xcb_translate_coordinates_reply": (
            ctypes.POINTER(_TranslateReply), [connection, _Cookie, ctypes.c_void_p]
        ),
        "xcb_get_property_value": (ctypes.c_void_p, [ctypes.POINTER(_PropertyReply)]),
        "xcb_get_property_value_length": (ctypes.c_int, [ctypes.POINTER(_PropertyReply)]),
    }  # fmt: skip
    for name, (result, arguments) in signatures.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    libc.free.restype, libc.free.argtypes = None, [ctypes.c_void_p]
    return library, libc.free
