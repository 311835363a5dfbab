"""A picture that is blurred, and shown only while someone holds it."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from ui import icons
from ui.desk import Desk


class HeldPicture(QWidget):
    """Blurred; while the mouse button or Space is held down, what ``wanted`` asks for is shown. Never a toggle."""

    wanted = Signal()
    let_go = Signal()
    """It was held, and is no more."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._blurred = QPixmap()
        self._revealed = QPixmap()
        self._words = ""
        self.is_held = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(desk.theme.px(240), desk.theme.px(180))

    def show_blurred(self, data: bytes | None, words: str) -> None:
        """Show these bytes (PNG or JPEG, already blurred), or only ``words`` when there is no picture."""
        self._blurred = _pixmap(data)
        self._revealed = QPixmap()
        self._words = words
        self.setAccessibleName(words)
        self.update()

    def show_revealed(self, data: bytes | None) -> None:
        """The picture that was asked for; dropped at once if nobody holds it any more."""
        if self.is_held:
            self._revealed = _pixmap(data)
            self.update()

    def forget(self) -> None:
        """Drop every picture."""
        self.is_held = False
        self._blurred = QPixmap()
        self._revealed = QPixmap()
        self.update()

    @property
    def is_revealed(self) -> bool:
        """Whether the picture is shown without blur right now."""
        return not self._revealed.isNull()

    @property
    def has_picture(self) -> bool:
        """Whether there is anything to hold."""
        return not self._blurred.isNull()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._hold()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._let_go()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._hold()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._let_go()
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._let_go()
        super().focusOutEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        p = self._desk.theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(QColor(p.line))
        painter.setBrush(QColor(p.side))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 10, 10)
        shown = self._revealed if self.is_revealed else self._blurred
        if shown.isNull():
            side = self._desk.theme.px(44)
            image = icons.pixmap("file", p.quiet, side, self.devicePixelRatioF())
            painter.drawPixmap((self.width() - side) // 2, (self.height() - side) // 2, image)
        else:
            room = self.rect().adjusted(8, 8, -8, -8)
            size = shown.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
            size = size.boundedTo(shown.size()) if self.is_revealed else size
            place = QRect(room.topLeft(), size)
            place.moveCenter(room.center())
            painter.drawPixmap(place, shown)
        painter.end()

    def _hold(self) -> None:
        if self.has_picture and not self.is_held:
            self.is_held = True
            self.wanted.emit()

    def _let_go(self) -> None:
        was_held, self.is_held = self.is_held, False
        if was_held:
            self.let_go.emit()
        if self.is_revealed:
            self._revealed = QPixmap()
            self.update()


def _pixmap(data: bytes | None) -> QPixmap:
    made = QPixmap()
    if data:
        made.loadFromData(data)
    return made
