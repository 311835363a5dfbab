"""Waiting for a key that is pressed while another program has the keyboard: then the screen is as it should be."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from ui.desk import Desk
from ui.hotkeys_asked import open_hotkeys

TAKE, BACK = "C", "H"


class KeyWait(QObject):
    """Control, Alt and C takes the picture, with H the window comes back. Ends with the first of its signals.

    ``ready``: the keys are heard from now on, and the window may hide. ``pressed``: take it now. ``left``: the person
    does not want it any more, or (True) no key can be had here.
    """

    ready = Signal()
    pressed = Signal()
    left = Signal(bool)

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._is_ready = self._is_over = False
        names = {TAKE: desk.t("Capture the screen now"), BACK: desk.t("Show or hide the window")}
        self._keys = open_hotkeys(desk.jobs, names)
        self._keys.changed.connect(self._look)
        self._keys.pressed.connect(self._heard)
        QTimer.singleShot(0, self, self._look)

    def close(self) -> None:
        """Wait no more; the keys are free again."""
        if not self._is_over:
            self._is_over = True
            self._keys.close()
            self.deleteLater()

    def _look(self) -> None:
        """The system said which keys it hears."""
        if self._is_over or self._keys.is_asking:
            return
        if TAKE in self._keys.heard and BACK in self._keys.heard:
            if not self._is_ready:
                self._is_ready = True
                self.ready.emit()
            return
        self.close()
        self.left.emit(True)

    def _heard(self, letter: str) -> None:
        if self._is_over or not self._is_ready:
            return
        self.close()
        if letter == TAKE:
            self.pressed.emit()
        else:
            self.left.emit(False)
