"""What the system shows of the program to others is neutral, or said to be impossible."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app import discretion


@pytest.mark.skipif(sys.platform != "linux", reason="the name of a process can be set on Linux alone")
def test_the_process_has_a_neutral_name(repository: Path) -> None:
    code = "from app.discretion import name_process; assert name_process(); print(open('/proc/self/comm').read())"
    said = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "notes"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows can")
def test_a_system_that_cannot_hide_a_window_is_not_said_to(monkeypatch: pytest.MonkeyPatch) -> None:
    assert discretion.leave_out_of_screens(1) is False


def test_windows_is_asked_to_leave_the_window_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The call as Windows documents it: a handle and WDA_EXCLUDEFROMCAPTURE."""
    asked: list[tuple[int | None, int]] = []

    class User:
        @staticmethod
        def SetWindowDisplayAffinity(handle: object, affinity: int) -> int:
            asked.append((handle.value, affinity))  # type: ignore[attr-defined]
            return 1

    monkeypatch.setattr(discretion, "_SYSTEM", "win32")
    monkeypatch.setattr(discretion.ctypes, "WinDLL", lambda _name: User, raising=False)
    assert discretion.leave_out_of_screens(77) is True
    assert asked == [(77, 0x11)]
