"""What a page tells above what scrolls: a message, and work under way."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from ui.desk import Desk
from ui.errors import Told
from ui.widgets import Button, Card, announce, text


class Banner(Card):
    """A panel that a holder gives its room, while it is shown."""

    _holder: QWidget | None = None  # from the start: Qt may hide the panel while it is made

    def __init__(self) -> None:
        super().__init__("plain")

    def stands_in(self, holder: QWidget) -> None:
        """``holder`` is shown and hidden with it from now on."""
        self._holder = holder
        holder.setVisible(not self.isHidden())

    def setVisible(self, is_visible: bool) -> None:
        super().setVisible(is_visible)
        if self._holder is not None:
            self._holder.setVisible(is_visible)


class Message(Banner):
    """A calm panel for what a person must be told. It stays until it is closed or the page is left."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._words: Callable[[], Told] | None = None
        row = QHBoxLayout()
        row.setSpacing(12)
        self.inside.setContentsMargins(16, 12, 10, 12)
        self.inside.addLayout(row)
        column = QVBoxLayout()
        column.setSpacing(4)
        self.sentence = text("label", selectable=True)
        self.advice = text("body", selectable=True)
        column.addWidget(self.sentence)
        column.addWidget(self.advice)
        row.addLayout(column, 1)
        self.close_button = Button(desk, "text", "cross", is_alone=True)
        self.close_button.clicked.connect(self.forget)
        aside = QVBoxLayout()
        aside.addWidget(self.close_button)
        aside.addStretch(1)
        row.addLayout(aside)
        self.hide()

    def say(self, words: Callable[[], Told], *, kind: str = "") -> None:
        """Show what ``words`` returns; it is asked again when the language changes."""
        self._words = words
        told = words()
        self.become(kind or ("care" if told.is_problem else "plain"))
        self._fill(told)
        self.show()
        announce(self, f"{told.sentence} {told.advice}".strip())

    def forget(self) -> None:
        """Close it."""
        self._words = None
        had_focus = self.close_button.hasFocus()
        self.hide()
        if had_focus:
            self.focusNextChild()

    def retranslate(self) -> None:
        """Say the same in the language of the window."""
        t = self._desk.t
        self.close_button.setAccessibleName(t("Close this message"))
        self.close_button.setToolTip(t("Close this message"))
        if self._words is not None:
            self._fill(self._words())

    def _fill(self, told: Told) -> None:
        self.sentence.setText(told.sentence)
        self.advice.setText(told.advice)
        self.advice.setVisible(bool(told.advice))


class Working(Banner):
    """Shows that something runs, how far it is, and stops it."""

    stopped = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.label = text("label")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.stop = Button(desk)
        self.stop.clicked.connect(self._stop)
        row = QHBoxLayout()
        row.setSpacing(16)
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addWidget(self.label)
        column.addWidget(self.bar)
        row.addLayout(column, 1)
        row.addWidget(self.stop)
        self.inside.addLayout(row)
        self.hide()

    def begin(self, label: str, *, can_stop: bool) -> None:
        """Show it, not knowing yet how far the work is."""
        self.label.setText(label)
        self.bar.setAccessibleName(label)
        self.bar.setRange(0, 1000)
        self.bar.setValue(0)
        self.bar.hide()  # a bar that does not know how far it is would move to and fro: nothing here moves by itself
        self.stop.setVisible(can_stop)
        self.stop.setEnabled(True)
        self.show()
        announce(self, label)

    def move_to(self, share: float) -> None:
        """How far the work is, 0 to 1."""
        self.bar.show()
        self.bar.setValue(round(1000 * min(max(share, 0.0), 1.0)))

    def retranslate(self) -> None:
        """Name the button in the language of the window."""
        self.stop.setText(self._desk.t("Stop"))

    def _stop(self) -> None:
        self.stop.setEnabled(False)
        self.stopped.emit()
