"""Work off the window's thread: one runner, two lanes.

An operation is a plain callable ``op(progress, cancelled) -> value``. The serial lane is one thread, for all that
touches the vault (its database belongs to that thread); the parallel lane is for the rest. Value or exception arrive on
the window's thread. Widgets create no threads.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Signal, Slot

from evidence.errors import CancelledError

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

Value = TypeVar("Value")
Progress = Callable[[float, str], None]
Cancelled = Callable[[], bool]
Operation = Callable[[Progress, Cancelled], Value]

TURN_S = 0.0002
"""Seconds for which a lane may go on when the window's thread wants its turn at the interpreter. Drawing one part of a
page takes dozens of turns; Python's own 5 ms each made a tenth of a second of that while a lane was computing."""
#: Seconds between two reports of progress: more would only keep the window busy.
REPORT_EVERY_S = 0.05


class Lane(Enum):
    """Where an operation runs."""

    SERIAL = "serial"
    PARALLEL = "parallel"


WIDTHS = {Lane.SERIAL: 1, Lane.PARALLEL: 3}
"""How many operations run at once."""


class Job:
    """One running operation; ``cancel()`` asks it to stop at its next safe place."""

    def __init__(self, done: Callable[[Any], None], failed: Callable[[BaseException], None]) -> None:
        self.done = done
        self.failed = failed
        self.on_progress: Callable[[float, str], None] | None = None
        self.is_over = False
        self._stop = threading.Event()

    def cancel(self) -> None:
        """Ask the operation to stop. Its outcome still arrives, as a value or as ``CancelledError``."""
        self._stop.set()

    def is_cancelled(self) -> bool:
        """Whether it was asked to stop."""
        return self._stop.is_set()


class Jobs(QObject):
    """The runner. Make one, on the window's thread; ``close()`` it before the program ends."""

    busy_changed = Signal(bool)
    _arrived = Signal(object, object, object)
    _moved = Signal(object, float, str)

    def __init__(self) -> None:
        super().__init__()
        sys.setswitchinterval(TURN_S)
        self._lanes: dict[Lane, ThreadPoolExecutor] = {}
        self._running: list[Job] = []
        self.is_closed = False

    @property
    def is_busy(self) -> bool:
        """Whether anything runs or waits."""
        return bool(self._running)

    def start(
        self,
        op: Operation[Value],
        done: Callable[[Value], None],
        failed: Callable[[BaseException], None],
        *,
        progress: Progress | None = None,
        lane: Lane = Lane.SERIAL,
    ) -> Job:
        """Run ``op``; then call ``done`` or ``failed`` on the window's thread, exactly one of them, once."""
        job = Job(done, failed)
        job.on_progress = progress
        self._running.append(job)
        if len(self._running) == 1:
            self.busy_changed.emit(True)
        self._threads(lane).submit(self._work, op, job)
        return job

    def _threads(self, lane: Lane) -> ThreadPoolExecutor:
        """The threads of a lane, made for its first operation."""
        if lane not in self._lanes:
            from concurrent.futures import ThreadPoolExecutor

            if not self._lanes:
                from PySide6.QtCore import Qt  # ui.early

                self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
                self._moved.connect(self._report, Qt.ConnectionType.QueuedConnection)
            self._lanes[lane] = ThreadPoolExecutor(WIDTHS[lane], thread_name_prefix=lane.value)
        return self._lanes[lane]

    def cancel_all(self) -> None:
        """Ask everything that runs or waits to stop."""
        for job in self._running:
            job.cancel()

    def wait_for_vault(self) -> None:
        """Wait until all that was begun on the serial lane is over; the outcomes arrive later, as they always do."""
        if Lane.SERIAL in self._lanes and not self.is_closed:
            self._lanes[Lane.SERIAL].submit(lambda: None).result()

    def close(self) -> None:
        """Wait for the threads to end; what was not told to stop is finished, outcomes still under way are dropped."""
        self.is_closed = True
        for lane in self._lanes.values():
            lane.shutdown(wait=True)
        self._running.clear()

    def _work(self, op: Operation[Any], job: Job) -> None:
        """Runs on a lane's thread."""
        last = 0.0

        def progress(share: float, step: str = "") -> None:
            nonlocal last
            now = time.monotonic()
            if job.on_progress is not None and (now - last >= REPORT_EVERY_S or share >= 1):
                last = now
                self._moved.emit(job, float(share), step)

        try:
            if job.is_cancelled():
                raise CancelledError
            value = op(progress, job.is_cancelled)
        except BaseException as problem:  # noqa: BLE001 - a lane hands every outcome to the window, which tells them apart
            self._arrived.emit(job, None, problem)
        else:
            self._arrived.emit(job, value, None)

    @Slot(object, object, object)
    def _deliver(self, job: Job, value: Any, problem: BaseException | None) -> None:
        if job not in self._running:
            return
        self._running.remove(job)
        job.is_over = True
        if not self._running:
            self.busy_changed.emit(False)
        if problem is None:
            job.done(value)
        else:
            job.failed(problem)

    @Slot(object, float, str)
    def _report(self, job: Job, share: float, step: str) -> None:
        if not job.is_over and job.on_progress is not None:
            job.on_progress(share, step)
