"""Waiting for a state, however slow the computer is: no test sleeps and hopes."""

from __future__ import annotations

import time
from collections.abc import Callable

LIMIT_S = 120.0
"""After so long it never comes."""


def until(claim: Callable[[], object], limit_s: float = LIMIT_S) -> None:
    """Return as soon as ``claim`` holds. Raises ``AssertionError`` when it never does."""
    deadline = time.monotonic() + limit_s
    while not claim():
        assert time.monotonic() < deadline, "what the test waits for never came"
        time.sleep(0.005)


class QuickTime:
    """Stands in for the module ``time`` of what waits: an hour is over as soon as somebody sleeps for one."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        """Seconds that were slept."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """The time passes."""
        self.now += seconds
