"""The visible focus: a ring around whatever the keyboard is on."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QWidget
from shiboken6 import isValid

from ui.desk import Desk

MOVES = frozenset({QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide})


class FocusRing(QWidget):
    """Drawn outside of the control, on what scrolls with it, so that no neighbour and no edge cuts it."""

    WIDTH = 2
    AWAY = 2

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._target: QWidget | None = None
        self._watched: list[QWidget] = []
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def follow(self, target: QWidget | None) -> None:
        """Surround ``target``, or nothing."""
        for widget in self._watched:
            if isValid(widget):
                widget.removeEventFilter(self)
        self._target, self._watched = target, []
        if target is None:
            self.hide()
            return
        host = target
        while (above := host.parentWidget()) is not None and not host.isWindow():
            if isinstance(above.parentWidget(), QAbstractScrollArea) and host is not target:
                break
            self._watched.append(host)
            host.installEventFilter(self)
            host = above
        self.setParent(host)
        self._surround()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep around the target when it, or what it stands in, moves or goes."""
        if event.type() in MOVES:
            self._surround()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._desk.theme.palette.focus), self.WIDTH))
        half = self.WIDTH / 2
        radius = self._desk.theme.px(8) + self.AWAY
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(half, half, -half, -half), radius, radius)
        painter.end()

    def _surround(self) -> None:
        target, host = self._target, self.parentWidget()
        if target is None or host is None or not isValid(target) or not target.isVisible():
            self.hide()
            return
        out = self.AWAY + self.WIDTH
        place = QRect(target.mapTo(host, QPoint(0, 0)), target.size())
        self.setGeometry(place.adjusted(-out, -out, out, out))
        self.show()
        self.raise_()
