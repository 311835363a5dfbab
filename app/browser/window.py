"""The browser's own window: the person sees the page, may log in, and says when it is to be recorded."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtGui import QCloseEvent, QCursor, QKeySequence, QShortcut
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from evidence.i18n import Texts

_LOOK_EVERY_MS = 5_000
_POINTS = 10.5


class BrowserWindow(QWidget):
    """One page, its address, and two ways on. ``answer`` is empty until the person chose ``keep`` or ``leave``."""

    def __init__(self, view: QWebEngineView, t: Texts, percent: int, touched: Callable[[], None]) -> None:
        super().__init__()
        self.answer = ""
        self.setWindowTitle("Holdfast")
        self._touched = touched
        self._last: tuple[object, ...] = ()
        self._view = view
        font = self.font()
        font.setPointSizeF(_POINTS * percent / 100)
        self.setFont(font)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 12)
        column.setSpacing(10)
        self.words = QLabel(
            t(
                "Look around, or log in. Nothing is recorded until you press the button; then the page is loaded once "
                "more and kept. What you type here stays in memory and is gone with this window."
            )
        )
        self.words.setWordWrap(True)
        column.addWidget(self.words)
        row = QHBoxLayout()
        self.address = QLineEdit()
        self.address.setReadOnly(True)
        self.address.setAccessibleName(t("Address of the page"))
        self.is_own = QCheckBox(t("I am &logged in here with an account of my own"))
        self.keep = QPushButton(t("&Record this page"))
        self.keep.setDefault(True)
        self.leave = QPushButton(t("&Close without recording"))
        row.addWidget(self.address, 1)
        column.addLayout(row)
        ways = QHBoxLayout()
        for control in (self.is_own, self.keep, self.leave):
            ways.addWidget(control)
        ways.addStretch(1)
        column.addLayout(ways)
        column.addWidget(view, 1)
        self.keep.clicked.connect(lambda: self._choose("keep"))
        self.leave.clicked.connect(lambda: self._choose("leave"))
        QShortcut(QKeySequence(Qt.Key.Key_F8), self, lambda: self._choose("keep"))
        view.urlChanged.connect(self._show_address)
        # No event filter: in the way of every event of the engine it is one thing more that can fail.
        self._clock = QTimer(self)
        self._clock.setInterval(_LOOK_EVERY_MS)
        self._clock.timeout.connect(self._look)
        self._clock.start()

    def begin(self) -> None:
        """Show the window; the keyboard is in the page."""
        self.resize(1280, 960)
        self.show()
        self.raise_()
        self.activateWindow()
        self._view.setFocus()

    def rest(self) -> None:
        """The page is being recorded: nothing can be pressed meanwhile."""
        for control in (self.is_own, self.keep, self.leave):
            control.setEnabled(False)

    def _look(self) -> None:
        """Say when something moved, so that the vault does not lock while somebody is here."""
        state = (QCursor.pos(), self._view.url(), self._view.page().scrollPosition(), self._view.title())
        if state != self._last and self.isActiveWindow():
            self._touched()
        self._last = state

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing the window is leaving it, while that can still be chosen."""
        if self.keep.isEnabled():
            self._choose("leave")
        event.accept()

    def _choose(self, answer: str) -> None:
        if not self.answer:
            self.answer = answer

    def _show_address(self, url: QUrl) -> None:
        self.address.setText(url.toDisplayString())
        self.address.setCursorPosition(0)
