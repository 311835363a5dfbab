"""What macOS tells about windows: program and place, and the title where recording the screen was allowed.

``CGWindowListCopyWindowInfo`` (Quartz Window Services) by ctypes. Written by its documentation, not run on macOS.
"""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress
from typing import Any

_GRAPHICS = "/System/Library/Frameworks/CoreGraphics.framework/CoreGraphics"
_FOUNDATION = "/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation"
_ON_SCREEN, _NO_DESKTOP = 1, 16
_UTF8, _INT64 = 0x08000100, 4
_MOST_WINDOWS = 500
_LONGEST = 4096


def window_facts(graphics: Any = None, foundation: Any = None) -> dict[str, str]:
    """``window_title`` and ``window_program`` of the window in front, as far as the system tells them; never raises.

    The libraries are handed in by tests; otherwise they are the system's own.
    """
    with suppress(OSError, AttributeError, ValueError, ctypes.ArgumentError):
        quartz, core = graphics or ctypes.CDLL(_GRAPHICS), foundation or ctypes.CDLL(_FOUNDATION)
        return {name: value for name, value in _facts(quartz, core).items() if value}
    return {}


def windows(
    graphics: Any = None, foundation: Any = None
) -> tuple[tuple[str, str, int, int, int, int], ...]:  # fmt: skip
    """Title, program, left, top, width and height in points of each window with a title, topmost first; none where the
    system does not tell. Never raises. The libraries as in :func:`window_facts`."""
    with suppress(OSError, AttributeError, ValueError, ctypes.ArgumentError):
        quartz, core = graphics or ctypes.CDLL(_GRAPHICS), foundation or ctypes.CDLL(_FOUNDATION)
        return tuple(
            (title, program, *place) for title, program, place in _listed(quartz, core) if title and place is not None
        )
    return ()


def _facts(quartz: Any, core: Any) -> dict[str, str]:
    for title, program, _place in _listed(quartz, core):
        return {"window_title": title, "window_program": program}
    return {}


def _listed(quartz: Any, core: Any) -> list[tuple[str, str, tuple[int, int, int, int] | None]]:
    """Title, program and place of the windows of other programs, from the front."""
    # A reference is as wide as a pointer: without these, ctypes would cut it to 32 bits.
    pointer, whole, size = ctypes.c_void_p, ctypes.c_uint32, ctypes.c_long
    for function, result, arguments in (
        (quartz.CGWindowListCopyWindowInfo, pointer, [whole, whole]),
        (core.CFArrayGetCount, size, [pointer]),
        (core.CFArrayGetValueAtIndex, pointer, [pointer, size]),
        (core.CFDictionaryGetValue, pointer, [pointer, pointer]),
        (core.CFStringCreateWithCString, pointer, [pointer, ctypes.c_char_p, whole]),
        (core.CFStringGetCString, ctypes.c_ubyte, [pointer, ctypes.c_char_p, size, whole]),
        (core.CFNumberGetValue, ctypes.c_ubyte, [pointer, size, pointer]),
        (core.CFRelease, None, [pointer]),
        (quartz.CGRectMakeWithDictionaryRepresentation, ctypes.c_ubyte, [pointer, pointer]),
    ):
        function.restype, function.argtypes = result, arguments
    names = {
        name: core.CFStringCreateWithCString(None, name.encode("ascii"), _UTF8)
        for name in ("kCGWindowLayer", "kCGWindowOwnerPID", "kCGWindowOwnerName", "kCGWindowName", "kCGWindowBounds")
    }
    listed = quartz.CGWindowListCopyWindowInfo(_ON_SCREEN | _NO_DESKTOP, 0)
    found = []
    try:
        for place in range(min(core.CFArrayGetCount(listed), _MOST_WINDOWS) if listed else 0):  # from the front
            window = core.CFArrayGetValueAtIndex(listed, place)
            layer = _number(core, core.CFDictionaryGetValue(window, names["kCGWindowLayer"]))
            owner = _number(core, core.CFDictionaryGetValue(window, names["kCGWindowOwnerPID"]))
            if layer == 0 and owner != os.getpid():  # other layers: the menu bar, the dock, notes of the system
                found.append((
                    _text(core, core.CFDictionaryGetValue(window, names["kCGWindowName"])),
                    _text(core, core.CFDictionaryGetValue(window, names["kCGWindowOwnerName"])),
                    _bounds(quartz, core.CFDictionaryGetValue(window, names["kCGWindowBounds"])),
                ))  # fmt: skip
    finally:
        for reference in (listed, *names.values()):
            if reference:
                core.CFRelease(reference)
    return found


def _bounds(quartz: Any, reference: Any) -> tuple[int, int, int, int] | None:
    rectangle = (ctypes.c_double * 4)()  # CGRect: x, y, width, height
    if not reference or not quartz.CGRectMakeWithDictionaryRepresentation(reference, ctypes.byref(rectangle)):
        return None
    left, top, width, height = (round(value) for value in rectangle)
    return (left, top, width, height) if width > 0 and height > 0 else None


def _number(core: Any, reference: Any) -> int | None:
    value = ctypes.c_int64()
    if not reference or not core.CFNumberGetValue(reference, _INT64, ctypes.byref(value)):
        return None
    return value.value


def _text(core: Any, reference: Any) -> str:
    words = ctypes.create_string_buffer(_LONGEST)
    if not reference or not core.CFStringGetCString(reference, words, _LONGEST, _UTF8):
        return ""
    return words.value.decode("utf-8", "replace").strip()
