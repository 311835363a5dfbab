"""A picture, blurred, on which parts are marked to be covered: with the mouse or with the keyboard."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from evidence.model import Fill, MarkedArea
from ui.desk import Desk

LEAST = 4
"""A box with a shorter side, in pixels of the screen, is a press and not a mark."""
GREY = QColor(150, 150, 150)


class MarkPicture(QWidget):
    """Blurred; while the mouse button or Space is held down, what ``wanted`` asks for is shown, with the marked areas
    covered as they will be. Dragging marks a part; so do the arrow keys (with Shift they size) and Enter."""

    wanted = Signal()
    marked = Signal(tuple)
    """x, y, width and height in pixels of the upright picture."""
    moved = Signal(tuple)
    """The box that Enter would mark, in the same pixels."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._blurred, self._revealed = QPixmap(), QPixmap()
        self._width = self._height = 0
        self._areas: Sequence[MarkedArea] = ()
        self._start: QPoint | None = None
        self.box = QRect()
        """In pixels of the picture."""
        self.is_held = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(desk.theme.px(240), desk.theme.px(220))

    def show_blurred(self, data: bytes | None, size: tuple[int, int]) -> None:
        """Show these bytes (PNG or JPEG, already blurred) of a picture of that size."""
        self._blurred, self._revealed = _pixmap(data), QPixmap()
        self._width, self._height = size
        side = max(1, min(size) // 4)
        self.set_box(QRect((size[0] - side) // 2, (size[1] - side) // 2, side, side))

    def show_revealed(self, data: bytes | None) -> None:
        """The picture that was asked for; dropped at once if nobody holds it any more."""
        if self.is_held:
            self._revealed = _pixmap(data)
            self.update()

    def show_areas(self, areas: Sequence[MarkedArea]) -> None:
        """The areas that will be covered."""
        self._areas = areas
        self.update()

    def set_box(self, box: QRect) -> None:
        """The box that Enter would mark, kept inside the picture."""
        whole = QRect(0, 0, self._width, self._height)
        if whole.isEmpty():
            return
        width, height = (min(max(1, box.width()), self._width), min(max(1, box.height()), self._height))
        left = min(max(0, box.x()), self._width - width)
        top = min(max(0, box.y()), self._height - height)
        self.box = QRect(left, top, width, height)
        self.moved.emit((left, top, width, height))
        self.update()

    def type_box(self, x: int, y: int, width: int, height: int) -> None:
        """The box as it was typed: the corner counts, and what does not fit is cut off."""
        x, y = min(x, max(0, self._width - 1)), min(y, max(0, self._height - 1))
        self.set_box(QRect(x, y, min(width, self._width - x), min(height, self._height - y)))

    def forget(self) -> None:
        """Drop every picture and mark."""
        self._let_go()
        self._blurred, self._areas, self._start = QPixmap(), (), None
        self._width = self._height = 0
        self.box = QRect()
        self.update()

    @property
    def is_revealed(self) -> bool:
        """Whether the picture is shown without blur right now."""
        return not self._revealed.isNull()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._width:
            self._start = event.position().toPoint()
            self._hold()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._start is not None:
            self._drag(event.position().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._start is None:
            return
        end = event.position().toPoint()
        is_mark = abs(end.x() - self._start.x()) >= LEAST and abs(end.y() - self._start.y()) >= LEAST
        if is_mark:
            self._drag(end)
        self._start = None
        self._let_go()
        if is_mark:
            self._mark()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = 1 if event.modifiers() & Qt.KeyboardModifier.ControlModifier else max(1, self._width // 50)
        moves = {
            Qt.Key.Key_Left: (-step, 0), Qt.Key.Key_Right: (step, 0),
            Qt.Key.Key_Up: (0, -step), Qt.Key.Key_Down: (0, step),
        }  # fmt: skip
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._hold()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._mark()
        elif key in moves:
            dx, dy = moves[key]
            is_sizing = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self.set_box(self.box.adjusted(0, 0, dx, dy) if is_sizing else self.box.translated(dx, dy))
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
        if not shown.isNull() and self._width:
            place = self.place()
            painter.drawPixmap(place, shown, shown.rect().toRectF())
            painter.setPen(QPen(QColor(p.surface), 1))
            for area in self._areas:
                left, top, right, bottom = area.widened(self._width, self._height)
                painter.setBrush(QColor(Qt.GlobalColor.black) if area.fill is Fill.BLACK else GREY)
                painter.drawRect(self._on_screen(QRect(left, top, right - left, bottom - top)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            box = self._on_screen(self.box)
            painter.setPen(QPen(QColor(p.surface), 3))
            painter.drawRect(box)
            pen = QPen(QColor(p.focus if self.hasFocus() else p.ink), 2, Qt.PenStyle.DashLine)
            painter.setPen(pen)
            painter.drawRect(box)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(p.focus), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -2, -2), 10, 10)
        painter.end()

    def place(self) -> QRectF:
        """Where the picture stands in the widget."""
        room = QRectF(self.rect().adjusted(8, 8, -8, -8))
        scale = min(room.width() / self._width, room.height() / self._height)
        width, height = self._width * scale, self._height * scale
        return QRectF(
            room.x() + (room.width() - width) / 2, room.y() + (room.height() - height) / 2, width, height
        )  # fmt: skip

    def _on_screen(self, area: QRect) -> QRectF:
        place = self.place()
        scale = place.width() / self._width
        return QRectF(
            place.x() + area.x() * scale, place.y() + area.y() * scale, area.width() * scale, area.height() * scale
        )  # fmt: skip

    def _in_picture(self, point: QPoint) -> QPoint:
        place = self.place()
        scale = self._width / place.width()
        x, y = (point.x() - place.x()) * scale, (point.y() - place.y()) * scale
        return QPoint(round(min(max(0.0, x), self._width)), round(min(max(0.0, y), self._height)))

    def _drag(self, end: QPoint) -> None:
        assert self._start is not None
        one, other = self._in_picture(self._start), self._in_picture(end)
        left, right = sorted((one.x(), other.x()))
        top, bottom = sorted((one.y(), other.y()))
        self.set_box(QRect(left, top, right - left, bottom - top))

    def _mark(self) -> None:
        if self._width:
            self.marked.emit((self.box.x(), self.box.y(), self.box.width(), self.box.height()))

    def _hold(self) -> None:
        if self._width and not self.is_held:
            self.is_held = True
            self.wanted.emit()

    def _let_go(self) -> None:
        self.is_held = False
        if self.is_revealed:
            self._revealed = QPixmap()
            self.update()


def _pixmap(data: bytes | None) -> QPixmap:
    made = QPixmap()
    if data:
        made.loadFromData(data)
    return made
