"""Keep keys and content out of crash dumps: what is in memory while a vault is open must not reach the disk."""

from __future__ import annotations

import ctypes
import sys

_SYSTEM: str = sys.platform  # as text: what it is not may be checked too

_PR_SET_DUMPABLE = 4
_SEM_FAILCRITICALERRORS, _SEM_NOGPFAULTERRORBOX = 0x0001, 0x0002


def forbid_crash_dumps() -> bool:
    """Ask the system never to write this process's memory to a file; gives whether it agreed.

    POSIX: the limit on core files is zero. Linux besides: the process is not dumpable, so that no other program of the
    same user can attach to it either. Windows: no error report is made for it.
    """
    if _SYSTEM == "win32":
        kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined]
        kernel.SetErrorMode(_SEM_FAILCRITICALERRORS | _SEM_NOGPFAULTERRORBOX)
        return True
    try:
        import resource  # POSIX alone has it

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, OSError, ValueError):
        return False
    if _SYSTEM == "linux":
        try:
            return bool(ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0)
        except (OSError, AttributeError):  # a C library without prctl
            return False
    return True
