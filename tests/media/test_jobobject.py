"""The job object that bounds a child on Windows: its structures, and what is asked of a stand-in for kernel32.

No Windows is at hand where these tests were written: that Windows does what is asked is not shown here.
"""

from __future__ import annotations

import ctypes
import logging
import struct

import pytest

from evidence.media.jobobject import ExtendedLimits, Job, bound, kernel32


class Kernel:
    """Answers as kernel32 does, and remembers; ``refuses`` names a call that fails."""

    def __init__(self, refuses: str = "") -> None:
        self.refuses, self.calls, self.limits = refuses, [], []  # type: ignore[var-annotated]

    def CreateJobObjectW(self, _security: object, _name: object) -> int:
        return 0 if self.refuses == "create" else 77

    def SetInformationJobObject(self, handle: int, kind: int, value: object, size: int) -> int:
        self.calls.append((handle, kind, size))
        if kind == 9:
            self.limits.append(ctypes.cast(value, ctypes.POINTER(ExtendedLimits)).contents.process_memory_limit)
        return self.refuses != "set"

    def AssignProcessToJobObject(self, handle: int, process: int) -> int:
        self.calls.append((handle, "assign", process))
        return self.refuses != "assign"

    def CloseHandle(self, handle: int) -> int:
        self.calls.append((handle, "close"))
        return 1


@pytest.mark.skipif(struct.calcsize("P") != 8, reason="sizes of 64-bit Windows")
def test_the_structure_is_as_long_as_windows_says() -> None:
    assert ctypes.sizeof(ExtendedLimits) == 144


def test_limits_are_set_before_the_process_is_in() -> None:
    kernel = Kernel()
    job = Job(kernel, 5, 1 << 30)
    assert [call[1] for call in kernel.calls] == [9, 4, "assign"]
    job.limit(1 << 20)
    job.close()
    job.close()
    assert kernel.limits == [1 << 30, 1 << 20]
    assert [call for call in kernel.calls if call[1] == "close"] == [(77, "close")]


@pytest.mark.parametrize("refuses", ["create", "set", "assign"])
def test_a_refusal_is_said_and_leaves_nothing_open(refuses: str, caplog: pytest.LogCaptureFixture) -> None:
    kernel = Kernel(refuses)
    with caplog.at_level(logging.WARNING):
        assert bound(5, 1 << 30, kernel) is None
    assert "no job object" in caplog.text
    assert (77, "close") in kernel.calls or refuses == "create"


def test_elsewhere_there_is_none() -> None:
    assert kernel32() is None or isinstance(kernel32(), object)
    assert bound(0, 1, None) is None or kernel32() is not None
