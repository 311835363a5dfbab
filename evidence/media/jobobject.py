"""Limits for a child process on Windows: a job object bounds its memory, lets it start nothing, and ends it with us.

Windows has no ``setrlimit``. A job object (Win32, ``CreateJobObjectW``) bounds what the processes in it may do; the
parent holds it, and when the last handle is closed, also because the parent died, everything in it ends. That a child
writes no file is not bounded here: it is handed no path. Elsewhere :func:`bound` does nothing: the child bounds itself.
"""

from __future__ import annotations

import ctypes
import logging
import sys
from typing import Any

LOG = logging.getLogger(__name__)

KILL_ON_CLOSE, DIE_ON_EXCEPTION, PROCESS_MEMORY, ACTIVE_PROCESSES = 0x2000, 0x400, 0x100, 0x8
_EXTENDED_LIMITS, _UI_RESTRICTIONS = 9, 4
NO_UI = 0xFF
"""No handles of other windows, no clipboard, no global atoms, no change of display, no ending of Windows."""


class BasicLimits(ctypes.Structure):
    """``JOBOBJECT_BASIC_LIMIT_INFORMATION``."""

    _fields_ = (
        ("per_process_user_time", ctypes.c_int64),
        ("per_job_user_time", ctypes.c_int64),
        ("limit_flags", ctypes.c_uint32),
        ("minimum_working_set", ctypes.c_size_t),
        ("maximum_working_set", ctypes.c_size_t),
        ("active_process_limit", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority_class", ctypes.c_uint32),
        ("scheduling_class", ctypes.c_uint32),
    )


class ExtendedLimits(ctypes.Structure):
    """``JOBOBJECT_EXTENDED_LIMIT_INFORMATION``."""

    _fields_ = (
        ("basic", BasicLimits),
        ("io_counters", ctypes.c_uint64 * 6),
        ("process_memory_limit", ctypes.c_size_t),
        ("job_memory_limit", ctypes.c_size_t),
        ("peak_process_memory", ctypes.c_size_t),
        ("peak_job_memory", ctypes.c_size_t),
    )


class Job:
    """A job object with one process in it. Close it when the process is gone; closing ends what is still in it."""

    def __init__(self, kernel: Any, process_handle: int, memory_bytes: int, processes: int = 1) -> None:
        """``kernel`` is kernel32; so many ``processes`` may be in it. Raises ``OSError`` when a limit cannot be set."""
        self._kernel = kernel
        self._processes = processes
        self._handle = kernel.CreateJobObjectW(None, None)
        if not self._handle:
            raise OSError("CreateJobObjectW")
        try:
            self.limit(memory_bytes)
            surface = ctypes.c_uint32(NO_UI)
            self._set(_UI_RESTRICTIONS, surface)
            if not kernel.AssignProcessToJobObject(self._handle, process_handle):
                raise OSError("AssignProcessToJobObject")
        except OSError:
            self.close()
            raise

    def limit(self, memory_bytes: int) -> None:
        """Bound the memory that a process may commit, in bytes, also while it runs. Raises ``OSError``."""
        limits = ExtendedLimits()
        limits.basic.limit_flags = KILL_ON_CLOSE | DIE_ON_EXCEPTION | PROCESS_MEMORY | ACTIVE_PROCESSES
        limits.basic.active_process_limit = self._processes
        limits.process_memory_limit = memory_bytes
        self._set(_EXTENDED_LIMITS, limits)

    def close(self) -> None:
        """Let go of it; a process that is still in it ends."""
        if self._handle:
            self._kernel.CloseHandle(self._handle)
            self._handle = 0

    def _set(self, kind: int, value: ctypes.Structure | ctypes.c_uint32) -> None:
        if not self._kernel.SetInformationJobObject(self._handle, kind, ctypes.byref(value), ctypes.sizeof(value)):
            raise OSError("SetInformationJobObject")


def bound(process_handle: int, memory_bytes: int, kernel: Any = None) -> Job | None:
    """Put a process into a job of its own; None where there are no job objects, or where one was refused: then time
    alone bounds the child, as it did before, and the log says so."""
    kernel = kernel or kernel32()
    if kernel is None:
        return None
    # From a checkout, the launcher of a virtual environment starts the interpreter as a second process.
    processes = 1 if getattr(sys, "frozen", False) or sys.prefix == sys.base_prefix else 2
    try:
        return Job(kernel, process_handle, memory_bytes, processes)
    except OSError as problem:
        LOG.warning("no job object for the child: %s", problem)
        return None


def kernel32() -> Any:
    """Windows' kernel32 with the types of what is called; None elsewhere."""
    load = getattr(ctypes, "WinDLL", None)
    if load is None:
        return None
    kernel = load("kernel32", use_last_error=True)
    kernel.CreateJobObjectW.restype = ctypes.c_void_p
    kernel.CreateJobObjectW.argtypes = (ctypes.c_void_p, ctypes.c_wchar_p)
    kernel.SetInformationJobObject.argtypes = (ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_uint32)
    kernel.AssignProcessToJobObject.argtypes = (ctypes.c_void_p, ctypes.c_void_p)
    kernel.CloseHandle.argtypes = (ctypes.c_void_p,)
    return kernel
