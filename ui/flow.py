"""A row that wraps: for buttons, which need room in every language and at every size of text."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Puts widgets side by side and begins a new row when the width is used up."""

    def __init__(self, parent: QWidget | None = None, gap: int = 8) -> None:
        super().__init__(parent)
        self._entries: list[QLayoutItem] = []
        self.setSpacing(gap)
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, entry: QLayoutItem) -> None:
        self._entries.append(entry)

    def count(self) -> int:
        return len(self._entries)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._entries[index] if 0 <= index < len(self._entries) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._entries.pop(index) if 0 <= index < len(self._entries) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        margins = self.contentsMargins()
        inside = self._place(QRect(0, 0, width - margins.left() - margins.right(), 0), move=False)
        return inside + margins.top() + margins.bottom()

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect.marginsRemoved(self.contentsMargins()), move=True)

    def sizeHint(self) -> QSize:
        shown = [entry.sizeHint() for entry in self._entries if not entry.isEmpty()]
        width = sum(size.width() for size in shown) + self.spacing() * max(0, len(shown) - 1)
        return QSize(width, max((size.height() for size in shown), default=0)).grownBy(self.contentsMargins())

    def minimumSize(self) -> QSize:
        size = QSize()
        for entry in self._entries:
            if not entry.isEmpty():
                size = size.expandedTo(entry.minimumSize())
        return size.grownBy(self.contentsMargins())

    def _place(self, rect: QRect, *, move: bool) -> int:
        x, y, row = rect.x(), rect.y(), 0
        beside: list[tuple[QLayoutItem, QRect]] = []

        def end_row() -> None:
            """What is lower than its neighbours stands in their middle."""
            for one, place in beside if move else ():
                one.setGeometry(place.translated(0, (row - place.height()) // 2))
            beside.clear()

        for entry in self._entries:
            if entry.isEmpty():
                continue
            hint = entry.sizeHint()
            width = min(hint.width(), max(rect.width(), entry.minimumSize().width()))
            if x > rect.x() and x + width > rect.right() + 1:
                end_row()
                x, y, row = rect.x(), y + row + self.spacing(), 0
            height = entry.heightForWidth(width) if entry.hasHeightForWidth() else hint.height()
            beside.append((entry, QRect(QPoint(x, y), QSize(width, height))))
            x += width + self.spacing()
            row = max(row, height)
        end_row()
        return y + row - rect.y()
