"""Leave at once: a key chord and a button cover the window, lock the vault and bring a plain notes page forward.

The pattern and its limits: GOV.UK Design System, *Exit a page quickly*. It helps against someone who looks over the
shoulder, not against a program that watches the computer; the help page says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from evidence.i18n import Texts

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QWindow

    from ui.main_window import MainWindow
    from ui.notes import NotesWindow

TIMES = 3
"""How often Escape is pressed."""
WITHIN_MS = 1500
"""Milliseconds from the first of them to the last."""
READY_AFTER_MS = 1200
"""The notes page is made when the window has come to rest, so that leaving does not wait for it."""


def keys_in_words(t: Texts, leave_keys: str) -> str:
    """The keys that leave, as they are told to a person."""
    return {"f9": t("F9"), "ctrl_shift_x": t("Ctrl+Shift+X")}.get(leave_keys, t("Esc three times"))


class LeaveKeys(QObject):
    """Counts Escapes and knows the chord. ``left``: leave now; ``came_back``: Shift and Escape, three times."""

    left = Signal()
    came_back = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.chosen = "escape3"
        self._escapes: list[tuple[int, bool]] = []

    def saw(self, event: QKeyEvent) -> bool:
        """One real key press, as the system gave it to a window. Gives whether nobody else may have it."""
        from PySide6.QtCore import Qt  # ui.early

        Key, Modifier = Qt.Key, Qt.KeyboardModifier
        if event.isAutoRepeat():
            return False
        control_shift = Modifier.ControlModifier | Modifier.ShiftModifier
        held = event.modifiers() & (control_shift | Modifier.AltModifier | Modifier.MetaModifier)
        chord = {"f9": (Key.Key_F9, Modifier.NoModifier), "ctrl_shift_x": (Key.Key_X, control_shift)}.get(self.chosen)
        if (event.key(), held) == chord:
            self.left.emit()
            return True
        if event.key() == Key.Key_Shift:  # it may be let go and pressed again between two Escapes
            return False
        is_back = held == Modifier.ShiftModifier
        if event.key() != Key.Key_Escape or held not in (Modifier.NoModifier, Modifier.ShiftModifier):
            self._escapes.clear()
            return False
        now = event.timestamp()
        self._escapes = [(at, was) for at, was in self._escapes if now - at <= WITHIN_MS and was == is_back]
        self._escapes.append((now, is_back))
        if len(self._escapes) < TIMES:
            return False
        self._escapes.clear()
        if is_back:
            self.came_back.emit()
        elif self.chosen == "escape3":
            self.left.emit()
        else:
            return False
        return True


class Exit(QObject):
    """The way out of ``window`` and back; it owns the notes page."""

    def __init__(self, window: MainWindow, keys: LeaveKeys, follow: Callable[[QWindow | None], None]) -> None:
        """``follow``: lets the keys of a window count (:meth:`ui.autolock.InputWatch.follow`)."""
        super().__init__(window)
        self._follow = follow
        self.is_away = False
        self._window = window
        self._shown_name = ""
        self._notes: NotesWindow | None = None
        keys.left.connect(self.leave)
        keys.came_back.connect(self.come_back)
        QTimer.singleShot(READY_AFTER_MS, self, self.make_ready)

    @property
    def notes(self) -> NotesWindow:
        """The notes page, made at its first use."""
        if self._notes is None:
            from ui.notes import NotesWindow  # not needed before the window is there

            self._notes = NotesWindow(self._window.desk)
            self._notes.closed.connect(self._window.close)
            self._window.destroyed.connect(self._notes.deleteLater)
            self._notes.winId()  # its native window: the keys that come back are seen from its first moment on
            self._follow(self._notes.windowHandle())
        return self._notes

    def make_ready(self) -> None:
        """Make the notes page, its native window too, before it is needed."""
        assert self.notes.windowHandle() is not None

    def leave(self) -> None:
        """Cover, then lock. What could be seen goes first; everything else comes after it."""
        window = self._window
        if self.is_away:
            return
        self.is_away = True
        was_large, place = window.isMaximized() or window.isFullScreen(), window.geometry()
        window.hide()
        for other in QApplication.topLevelWidgets():
            if other is not self._notes and other.isVisible():
                other.hide()
        _hide_tip()
        self._shown_name = QGuiApplication.applicationDisplayName()
        QGuiApplication.setApplicationDisplayName("")  # some systems write it behind every title
        notes = self.notes
        notes.setGeometry(place)
        if was_large:
            notes.showMaximized()
        else:
            notes.showNormal()
        _bring_forward(notes)
        notes.repaint()
        empty_clipboard()
        window.desk.jobs.cancel_all()
        if window.desk.is_open or window.pending is not None:
            window.lock()
        else:  # a package that is being checked, a path that was typed
            window.desk.take(None)
            for page in window.pages:
                page.forget()

    def come_back(self) -> None:
        """Show the window again; the vault stays locked until it is opened."""
        if not self.is_away:
            return
        self.is_away = False
        QGuiApplication.setApplicationDisplayName(self._shown_name)
        window = self._window
        window.setGeometry(self.notes.geometry())
        window.show()
        _bring_forward(window)
        self.notes.hide()
        window.show_start()

    def close(self) -> None:
        """The program ends."""
        if self._notes is not None:
            self._notes.discard()


def empty_clipboard() -> None:
    """Whatever was copied last is forgotten, from wherever it came: a link for Holdfast tells as much as one out of it.

    What a clipboard manager keeps for itself cannot be reached.
    """
    from PySide6.QtGui import QClipboard

    clipboard = QApplication.clipboard()
    clipboard.clear(QClipboard.Mode.Clipboard)
    if clipboard.supportsSelection():
        clipboard.clear(QClipboard.Mode.Selection)


def _hide_tip() -> None:
    from PySide6.QtWidgets import QToolTip

    QToolTip.hideText()


def _bring_forward(window: QWidget) -> None:
    window.raise_()
    window.activateWindow()
