"""What Windows tells about the active window: its title and its program (user32 and kernel32, by ctypes)."""

from __future__ import annotations

import ctypes
import ntpath
from contextlib import suppress
from typing import Any

_LONGEST = 4096
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


def _facts(user32: Any, kernel32: Any) -> dict[str, str]:
    # A handle is as wide as a pointer: without these, ctypes would cut it to 32 bits.
    pointer, number = ctypes.c_void_p, ctypes.c_uint32
    user32.GetForegroundWindow.restype = pointer
    user32.GetWindowTextW.argtypes = [pointer, ctypes.c_wchar_p, ctypes.c_int]
    user32.GetWindowThreadProcessId.argtypes = [pointer, pointer]
    kernel32.OpenProcess.restype = pointer
    kernel32.OpenProcess.argtypes = [number, ctypes.c_int, number]
    kernel32.QueryFullProcessImageNameW.argtypes = [pointer, number, ctypes.c_wchar_p, pointer]
    kernel32.CloseHandle.argtypes = [pointer]
    window = user32.GetForegroundWindow()
    if not window:
        return {}
    title = ctypes.create_unicode_buffer(_LONGEST)
    user32.GetWindowTextW(window, title, _LONGEST)
    process_id = number()
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
