"""What Windows tells about windows: title, program and place (user32, kernel32 and dwmapi, by ctypes).

The list of windows was written by its documentation and not run on Windows.
"""

from __future__ import annotations

import ctypes
import ntpath
from contextlib import suppress
from typing import Any

_LONGEST = 4096
_FRAME_BOUNDS, _CLOAKED = 9, 14
"""Attributes of a window (dwmapi.h): its frame without the shadow, and whether it is kept from being seen."""
_MOST_WINDOWS = 500
_Edges = ctypes.c_int32 * 4
_QUERY_LIMITED_INFORMATION = 0x1000


def window_facts(user32: Any = None, kernel32: Any = None) -> dict[str, str]:
    """``window_title`` and ``window_program`` of the active window, as far as the system tells them; never raises.

    The libraries are handed in by tests; otherwise they are the system's own.
    """
    with suppress(OSError, AttributeError, ValueError, ctypes.ArgumentError):
        user32 = user32 or getattr(ctypes, "WinDLL")("user32")  # noqa: B009 - only there on Windows
        kernel32 = kernel32 or getattr(ctypes, "WinDLL")("kernel32")  # noqa: B009
        return {name: value for name, value in _facts(user32, kernel32).items() if value}
    return {}


def windows(
    user32: Any = None, kernel32: Any = None, dwmapi: Any = None
) -> tuple[tuple[str, str, int, int, int, int], ...]:  # fmt: skip
    """Title, program, left, top, width and height in pixels of each window with a title that can be seen, topmost
    first; none where the system does not tell. Never raises. The libraries as in :func:`window_facts`."""
    with suppress(OSError, AttributeError, ValueError, ctypes.ArgumentError):
        load = ctypes.CDLL if user32 is not None else getattr(ctypes, "WinDLL")  # noqa: B009 - only there on Windows
        return tuple(_windows(user32 or load("user32"), kernel32 or load("kernel32"), dwmapi or load("dwmapi")))
    return ()


def _windows(user32: Any, kernel32: Any, dwmapi: Any) -> list[tuple[str, str, int, int, int, int]]:
    pointer, number = ctypes.c_void_p, ctypes.c_uint32
    _declare(user32, kernel32)
    make = getattr(ctypes, "WINFUNCTYPE", ctypes.CFUNCTYPE)
    visit_type = make(ctypes.c_int, pointer, pointer)
    user32.EnumWindows.argtypes = [visit_type, pointer]
    for function in (user32.IsWindowVisible, user32.IsIconic):
        function.argtypes = [pointer]
    user32.GetWindowRect.argtypes = [pointer, pointer]
    dwmapi.DwmGetWindowAttribute.argtypes = [pointer, number, pointer, number]
    found: list[int] = []

    def visit(window: int | None, _more: int | None) -> int:
        found.append(window or 0)
        return int(len(found) < _MOST_WINDOWS)

    user32.EnumWindows(visit_type(visit), None)
    told = []
    for window in found:
        if not user32.IsWindowVisible(window) or user32.IsIconic(window) or _is_cloaked(dwmapi, window):
            continue
        facts, place = _named(user32, kernel32, window), _place(user32, dwmapi, window)
        if facts["window_title"] and place is not None:
            told.append((facts["window_title"], facts["window_program"], *place))
    return told


def _is_cloaked(dwmapi: Any, window: int) -> bool:
    """Windows of the store's programs, and those of another virtual desktop, are there and cannot be seen."""
    value = ctypes.c_uint32()
    is_told = dwmapi.DwmGetWindowAttribute(window, _CLOAKED, ctypes.byref(value), ctypes.sizeof(value)) == 0
    return is_told and value.value != 0


def _place(user32: Any, dwmapi: Any, window: int) -> tuple[int, int, int, int] | None:
    edges = _Edges()
    if dwmapi.DwmGetWindowAttribute(window, _FRAME_BOUNDS, ctypes.byref(edges), ctypes.sizeof(edges)) != 0 and (
        not user32.GetWindowRect(window, ctypes.byref(edges))
    ):
        return None
    left, top, right, bottom = edges
    return (left, top, right - left, bottom - top) if right > left and bottom > top else None


def _facts(user32: Any, kernel32: Any) -> dict[str, str]:
    _declare(user32, kernel32)
    window = user32.GetForegroundWindow()
    return _named(user32, kernel32, window) if window else {}


def _declare(user32: Any, kernel32: Any) -> None:
    # A handle is as wide as a pointer: without these, ctypes would cut it to 32 bits.
    pointer, number = ctypes.c_void_p, ctypes.c_uint32
    user32.GetForegroundWindow.restype = pointer
    user32.GetWindowTextW.argtypes = [pointer, ctypes.c_wchar_p, ctypes.c_int]
    user32.GetWindowThreadProcessId.argtypes = [pointer, pointer]
    kernel32.OpenProcess.restype = pointer
    kernel32.OpenProcess.argtypes = [number, ctypes.c_int, number]
    kernel32.QueryFullProcessImageNameW.argtypes = [pointer, number, ctypes.c_wchar_p, pointer]
    kernel32.CloseHandle.argtypes = [pointer]


def _named(user32: Any, kernel32: Any, window: int) -> dict[str, str]:
    title = ctypes.create_unicode_buffer(_LONGEST)
    user32.GetWindowTextW(window, title, _LONGEST)
    process_id = ctypes.c_uint32()
    user32.GetWindowThreadProcessId(window, ctypes.byref(process_id))
    return {"window_title": title.value, "window_program": _program(kernel32, process_id.value)}


def _program(kernel32: Any, process_id: int) -> str:
    """The name of the program's file, never its folder: that may hold a person's name."""
    process = kernel32.OpenProcess(_QUERY_LIMITED_INFORMATION, False, process_id) if process_id else None
    if not process:
        return ""
    try:
        path, size = ctypes.create_unicode_buffer(_LONGEST), ctypes.c_uint32(_LONGEST)
        if not kernel32.QueryFullProcessImageNameW(process, 0, path, ctypes.byref(size)):
            return ""
        return ntpath.basename(path.value)
    finally:
        kernel32.CloseHandle(process)
