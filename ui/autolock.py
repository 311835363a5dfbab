"""Notices that nothing was touched for a while, and where the keyboard is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from ui.leaving import LeaveKeys

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QWindow
    from PySide6.QtWidgets import QApplication, QWidget

WATCH_AFTER_MS = 150


class InputWatch(QObject):
    """Watches keys and mouse of the whole program; ``idle`` is sent once when nothing was touched for the set time.

    It looks at what the system gives to each window, and not at what windows give to their widgets: those are thousands
    of events for one page that is shown, and each would be turned into an object of Python first.
    """

    idle = Signal()
    started = Signal()

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self.is_by_keyboard = True
        self.leave_keys = LeaveKeys()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.idle)
        self._application, self.is_watching = application, False

    def start(self) -> None:
        """Watch in a moment, when the window that is being shown is drawn: what it takes costs the binding classes with
        their enumerations, and the first touch comes later."""
        QTimer.singleShot(WATCH_AFTER_MS, self, self._watch)

    def _watch(self) -> None:
        from PySide6.QtCore import QEvent

        self._touches = frozenset({
            QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.Wheel,
            QEvent.Type.TouchBegin, QEvent.Type.TabletPress,
        })  # fmt: skip
        self._application.focusWindowChanged.connect(self.follow)
        self._application.focusChanged.connect(self._follow_popup)
        for window in self._application.topLevelWindows():
            self.follow(window)
        self.is_watching = True
        self.started.emit()

    def follow(self, window: QWindow | None) -> None:
        """Watch this window too. Whatever has the keyboard is followed by itself; doing it again changes nothing."""
        if window is not None:
            window.installEventFilter(self)

    def _follow_popup(self, _old: QWidget | None, new: QWidget | None) -> None:
        """The list of a choice is a window of its own, and never the one that the system gives its keys to."""
        if new is not None:
            top = new.window()  # the binding takes the handle away with the last reference to its widget
            self.follow(top.windowHandle())

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

    def eventFilter(self, _window: QObject, event: QEvent) -> bool:
        """Every touch begins the count anew."""
        from PySide6.QtCore import QEvent
        from PySide6.QtGui import QKeyEvent

        kind = event.type()
        if kind in self._touches:
            if self._timer.isActive():
                self._timer.start()
            if kind == QEvent.Type.KeyPress:
                self.is_by_keyboard = True
                if isinstance(event, QKeyEvent):
                    return self.leave_keys.saw(event)
            elif kind == QEvent.Type.MouseButtonPress:
                self.is_by_keyboard = False
        return False
