"""A calm end, whoever asks for it: Ctrl+C, a terminal that closes, a computer that shuts down.

A signal comes between any two instructions. Outside of the long acts every one of them is what Ctrl+C is: an interrupt
that unwinds, so that private folders are emptied, other processes ended and the vault locked (:func:`unwinding`).
During a long act it is only noted, and the act ends at its next safe place: what was recorded is sealed
(:class:`CalmEnd`).
"""

from __future__ import annotations

import errno
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType, TracebackType
from typing import Any, TypeVar

T = TypeVar("T")


class _Now(Exception):
    """Nobody waits any more."""


class CalmEnd:
    """While it is entered, a signal that would end the program only says that the act should end.

    Ctrl+C counts even where whoever started the program had it ignored, as shells do for what runs in the background. A
    hang-up that was ignored stays ignored: ``nohup`` asks for that. Ctrl+C a second time interrupts at once. Signals
    belong to the main thread; on any other nothing is noted.
    """

    def __init__(self) -> None:
        self.is_asked = False
        self.ended_by = "person"
        """Who asked: ``person`` (Ctrl+C), or ``system`` (a terminal that closed, the end of the desktop's session)."""
        self._is_waiting = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> CalmEnd:
        for number in _numbers("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
            if not (_is_hang_up(number) and signal.getsignal(number) is signal.SIG_IGN):
                self._before[number] = signal.signal(number, self._ask)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _restore(self._before)

    def wait(self, seconds: float) -> bool:
        """Let so much time pass; gives whether the act may go on."""
        self.waiting_for(lambda: time.sleep(max(0.0, seconds)))
        return not self.is_asked

    def waiting_for(self, what: Callable[[], T]) -> T | None:
        """What ``what`` gives, which only waits; None when the end is asked for meanwhile, or was before."""
        try:
            try:
                self._is_waiting = True
                return None if self.is_asked else what()
            finally:
                self._is_waiting = False
        except _Now:
            return None

    def _ask(self, number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGINT and self.is_asked:
            raise KeyboardInterrupt
        if not self.is_asked:
            self.is_asked = True
            self.ended_by = "person" if number == signal.SIGINT else "system"
        if _is_hang_up(number):
            _let_go_of_terminal()
        if self._is_waiting:
            self._is_waiting = False
            raise _Now


@contextmanager
def unwinding() -> Iterator[None]:
    """Inside, the first signal that would end the program at once interrupts it as Ctrl+C does; the next are too late.
    What whoever started the program had ignored, stays ignored."""
    before: dict[int, Any] = {}
    is_asked = False

    def interrupt(number: int, _frame: FrameType | None) -> None:
        nonlocal is_asked
        if _is_hang_up(number):
            _let_go_of_terminal()
        if not is_asked:
            is_asked = True
            raise KeyboardInterrupt

    for number in _numbers("SIGTERM", "SIGHUP", "SIGBREAK"):
        if signal.getsignal(number) is signal.SIG_DFL:
            before[number] = signal.signal(number, interrupt)
    try:
        yield
    finally:
        _restore(before)


def _numbers(*names: str) -> list[int]:
    """Those of the signals that this system has; none on a thread that hears none."""
    if threading.current_thread() is not threading.main_thread():
        return []
    return [int(getattr(signal, name)) for name in names if hasattr(signal, name)]


def _is_hang_up(number: int) -> bool:
    return number == getattr(signal, "SIGHUP", None)


def _restore(before: dict[int, Any]) -> None:
    for number, handler in before.items():
        signal.signal(number, signal.SIG_DFL if handler is None else handler)
    before.clear()


def _let_go_of_terminal() -> None:
    """Whatever is still said goes nowhere: a terminal that closed answers each word with an error."""
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            if _is_closed(descriptor):
                os.dup2(nowhere, descriptor)
        os.close(nowhere)


def _is_closed(descriptor: int) -> bool:
    try:
        os.get_terminal_size(descriptor)
    except OSError as problem:
        return problem.errno == errno.EIO  # a file or a pipe says ENOTTY
    return False
