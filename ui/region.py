"""Choose a part of a screen: by dragging, or with the arrow keys.

It covers each screen with a still of what was on it, dimmed, because not every system can show a see-through window.
The still lives in memory and is dropped at once; what is sealed is captured afterwards, from the screen itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QScreen
from PySide6.QtWidgets import QWidget

from ui.desk import Desk

if TYPE_CHECKING:
    from ui.shapes import Monitor

STEP = 10
LEAST = 8


class RegionCover(QWidget):
    """Covers one screen. ``chosen`` carries x, y, width and height in pixels of the whole desktop."""

    chosen = Signal(tuple)
    left = Signal()

    def __init__(self, desk: Desk, screen: QScreen, origin: QPoint, ratio: float) -> None:
        super().__init__(None, Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        # The main window is hidden while this one is up: closing the last visible window must not end the program.
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
        self._desk = desk
        self._origin, self._ratio = origin, ratio
        self._still = screen.grabWindow(0)
        self._start: QPoint | None = None
        area = screen.geometry()
        self._box = QRect(area.width() // 4, area.height() // 4, area.width() // 2, area.height() // 2)
        self.setScreen(screen)
        self.setGeometry(area)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        t = desk.t
        self.setWindowTitle("Holdfast")
        self._words = t(
            "Drag over the part; or the arrow keys move it, with Shift they size it. Enter takes it, Esc leaves."
        )
        self.setAccessibleName(t("A part of the screen"))
        self.setAccessibleDescription(self._words)

    def region(self) -> tuple[int, int, int, int]:
        """The chosen part in pixels of the whole desktop."""
        box = self._box.intersected(self.rect())
        return (
            self._origin.x() + round(box.x() * self._ratio),
            self._origin.y() + round(box.y() * self._ratio),
            max(1, round(box.width() * self._ratio)),
            max(1, round(box.height() * self._ratio)),
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._start = event.position().toPoint()
            self._box = QRect(self._start, self._start)
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._start is not None:
            self._box = self._between(self._start, event.position().toPoint())
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._start is None:
            return
        self._box = self._between(self._start, event.position().toPoint())
        self._start = None
        self.update()
        if self._box.width() >= LEAST and self._box.height() >= LEAST:
            self.chosen.emit(self.region())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {
            Qt.Key.Key_Left: (-STEP, 0), Qt.Key.Key_Right: (STEP, 0),
            Qt.Key.Key_Up: (0, -STEP), Qt.Key.Key_Down: (0, STEP),
        }  # fmt: skip
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(self.region())
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        elif key in moves:
            dx, dy = moves[key]
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                dx, dy = dx // STEP, dy // STEP
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self._box.setWidth(max(LEAST, self._box.width() + dx))
                self._box.setHeight(max(LEAST, self._box.height() + dy))
            else:
                self._box.translate(dx, dy)
            self.update()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._desk.theme
        painter = QPainter(self)
        painter.drawPixmap(self.rect(), self._still)
        painter.fillRect(self.rect(), QColor(20, 20, 18, 150))
        box = self._box.intersected(self.rect())
        if box.width() > 1 and box.height() > 1:
            source = QRect(box.topLeft() * self._still.devicePixelRatio(), box.size() * self._still.devicePixelRatio())
            painter.drawPixmap(box, self._still, source)
        painter.setPen(QPen(QColor("#FFFFFF"), 2))
        painter.drawRect(box)
        font = theme.font("lead")
        painter.setFont(font)
        room = QRect(0, 0, min(self.width() - 80, theme.px(760)), self.height() // 2)
        words = painter.boundingRect(room, int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignHCenter), self._words)
        words.moveCenter(QPoint(self.width() // 2, words.height() // 2 + theme.px(44)))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(25, 24, 22, 235))
        painter.drawRoundedRect(words.adjusted(-18, -12, 18, 12), 10, 10)
        painter.setPen(QColor("#FFFFFF"))
        painter.drawText(words, int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignHCenter), self._words)
        painter.end()

    def _between(self, first: QPoint, second: QPoint) -> QRect:
        left, right = sorted((first.x(), second.x()))
        top, bottom = sorted((first.y(), second.y()))
        return QRect(left, top, right - left, bottom - top).intersected(self.rect())


class RegionChoice:
    """One cover on every screen; the first answer closes all."""

    def __init__(self, desk: Desk, screens: Sequence[Monitor]) -> None:
        """``screens``: the monitors as the session names them, with x, y, width, height in pixels of the desktop."""
        self.covers: list[RegionCover] = []
        for position, screen in enumerate(QGuiApplication.screens()):
            area = screen.geometry()
            same = [one for one in screens if (one.region.left, one.region.top) == (area.x(), area.y())]
            match = same[0] if same else screens[position] if position < len(screens) else None
            origin = QPoint(match.region.left, match.region.top) if match is not None else area.topLeft()
            ratio = match.region.width / area.width() if match is not None else screen.devicePixelRatio()
            self.covers.append(RegionCover(desk, screen, origin, ratio))

    def show(self) -> None:
        """Cover the screens; the keyboard is on the first one."""
        for cover in self.covers:
            cover.showFullScreen()
        if self.covers:
            self.covers[0].raise_()
            self.covers[0].activateWindow()
            self.covers[0].setFocus()

    def close(self) -> None:
        """Uncover the screens."""
        for cover in self.covers:
            cover.close()
        self.covers.clear()
