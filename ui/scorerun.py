"""Looking for signs of manipulation in many exhibits, one after the other, while the window is used for other things.

The vault's lane is asked only to open an exhibit and to keep its score; what lies between runs beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from evidence.errors import CancelledError, EvidenceError
from evidence.model import ScoreReport
from ui.jobs import Job, Lane
from ui.page import Page

if TYPE_CHECKING:
    from evidence.session import ScoreTask

PASSED_OVER = ("guard.", "vault.not_kept", "vault.object_")
"""Codes of what one exhibit alone is refused for: the others go on."""


class ScoreRun(QObject):
    """One run at a time. ``moved`` when it began, when one more is done, and when it ended."""

    moved = Signal()
    scored = Signal(object)
    """A :class:`ScoreReport` that was kept."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._page = page
        self._left: list[str] = []
        self._job: Job | None = None
        self._turn = 0
        self.case_id = ""
        self.is_running = False
        self.was_stopped = False
        self.total = self.done = self.passed_over = 0

    def begin(self, case_id: str, item_ids: Sequence[str]) -> None:
        """Look at these exhibits of a case; a run that goes on is stopped first."""
        self.end()
        if not item_ids:
            return
        self.case_id, self._left = case_id, list(item_ids)
        self.total, self.done, self.passed_over = len(item_ids), 0, 0
        self.is_running, self.was_stopped = True, False
        self.moved.emit()
        self._next()

    def stop(self) -> None:
        """The person stops it. What is scored already stays."""
        if self.is_running:
            self.was_stopped = True
            self.end()

    def end(self) -> None:
        """Stop without a word."""
        self._turn += 1
        self._left = []
        if self._job is not None:
            self._job.cancel()
            self._job = None
        if self.is_running:
            self.is_running = False
            self.moved.emit()

    def _next(self) -> None:
        if not self._left:
            self.end()
            return
        session, item_id, turn = self._page.desk.session, self._left.pop(0), self._turn

        def open_one(_progress: object, _cancelled: object) -> ScoreTask | None:
            try:
                return session.scores.begin(item_id)
            except EvidenceError as problem:
                if problem.code.startswith(PASSED_OVER):
                    return None
                raise

        def opened(task: ScoreTask | None) -> None:
            if turn != self._turn:
                return
            if task is None:
                self._over(is_passed_over=True)
                return
            self._job = self._page.work(
                lambda _progress, cancelled: task.run(cancelled), lambda report: self._found(report, turn),
                lane=Lane.PARALLEL, failed=lambda problem: self._failed(problem, turn),
            )  # fmt: skip

        self._page.work(open_one, opened, failed=lambda problem: self._failed(problem, turn))

    def _found(self, report: ScoreReport, turn: int) -> None:
        self._job = None
        if turn != self._turn:
            return
        session = self._page.desk.session

        def keep(_progress: object, _cancelled: object) -> bool:
            try:
                session.scores.keep(report)
            except EvidenceError as problem:
                if problem.code.startswith(PASSED_OVER):
                    return False
                raise
            return True

        def kept(is_kept: bool) -> None:
            if is_kept:
                self.scored.emit(report)
            if turn == self._turn:
                self._over(is_passed_over=not is_kept)

        self._page.work(keep, kept, failed=lambda problem: self._failed(problem, turn))

    def _over(self, *, is_passed_over: bool) -> None:
        self.done += 1
        self.passed_over += is_passed_over
        self.moved.emit()
        self._next()

    def _failed(self, problem: BaseException, turn: int) -> None:
        if turn == self._turn and not isinstance(problem, CancelledError):
            self.was_stopped = True
            self.end()
