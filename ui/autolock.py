"""Notices that nothing was touched for a while, and where the keyboard is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from ui.leaving import LeaveKeys

TOUCHES = frozenset({
    QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.Wheel,
    QEvent.Type.TouchBegin, QEvent.Type.TabletPress,
})  # fmt: skip
WATCH_AFTER_MS = 150


class InputWatch(QObject):
    """Watches keys and mouse of the whole program; ``idle`` is sent once when nothing was touched for the set time."""

    idle = Signal()
    started = Signal()

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self.is_by_keyboard = True
        self.leave_keys = LeaveKeys()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.idle)
        # Once the window is drawn: thousands of events come by before the first touch can, and each of their kinds
        # costs the binding a class with its enumerations.
        self._application, self.is_watching = application, False
        QTimer.singleShot(WATCH_AFTER_MS, self, self._watch)

    def _watch(self) -> None:
        self._application.installEventFilter(self)
        self.is_watching = True
        self.started.emit()

    def begin(self, minutes: float) -> None:
        """Count from now."""
        self._timer.start(round(minutes * 60_000))

    def touch(self) -> None:
        """Somebody is there, in another window of the program: the count begins anew."""
        if self._timer.isActive():
            self._timer.start()

    def end(self) -> None:
        """Do not count."""
        self._timer.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Every touch begins the count anew."""
        kind = event.type()
        if kind in TOUCHES:
            if self._timer.isActive():
                self._timer.start()
            if kind == QEvent.Type.KeyPress:
                self.is_by_keyboard = True
                # What the system gives to a window comes by here once; what windows give to their widgets, often.
                if watched.isWindowType() and isinstance(event, QKeyEvent):
                    return self.leave_keys.saw(event)
            elif kind == QEvent.Type.MouseButtonPress:
                self.is_by_keyboard = False
        return False
