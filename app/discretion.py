"""What the system shows of the program to others: the name of the process, and the window in a shared screen."""

from __future__ import annotations

import ctypes
import sys

_SYSTEM: str = sys.platform  # as text: what it is not may be checked too

_PR_SET_NAME = 15
_WDA_EXCLUDEFROMCAPTURE = 0x11
NEUTRAL_NAME = "Notes"
"""What lists of windows and of running programs call it."""


def name_process() -> bool:
    """Let lists of processes say a neutral name; gives whether the system took it (Linux alone has a way)."""
    if _SYSTEM != "linux":
        return False
    try:
        return bool(ctypes.CDLL(None).prctl(_PR_SET_NAME, NEUTRAL_NAME.lower().encode(), 0, 0, 0) == 0)
    except (OSError, AttributeError):  # a C library without prctl
        return False


def leave_out_of_screens(window: int) -> bool:
    """Leave the window with this handle out of screens that are shared or recorded; gives whether the system does.

    Windows 10 (2004) and later do (``SetWindowDisplayAffinity``). X11 and Wayland have no such request, and macOS no
    longer heeds its own since version 15: there the answer is False, and the settings page says so.
    """
    if _SYSTEM != "win32":
        return False
    try:
        user = ctypes.WinDLL("user32")  # type: ignore[attr-defined]
        return bool(user.SetWindowDisplayAffinity(ctypes.c_void_p(window), _WDA_EXCLUDEFROMCAPTURE))
    except (OSError, AttributeError):
        return False
