"""A row that wraps: for buttons, which need room in every language and at every size of text."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtWidgets import QHBoxLayout, QLayout, QLayoutItem, QWidget


class FlowLayout(QHBoxLayout):
    """Puts widgets side by side and begins a new row when the width is used up.

    Qt's own row keeps the entries; where they go is decided here.
    """

    def __init__(self, parent: QWidget | None = None, gap: int = 8) -> None:
        self._heights: dict[int, int] = {}
        """What was found for a width holds until something in the row changes: it is asked for many times."""
        if parent is None:
            super().__init__()
        else:
            super().__init__(parent)
        self.setSpacing(gap)
        self.setContentsMargins(0, 0, 0, 0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if width not in self._heights:
            margins = self.contentsMargins()
            inside = self._place(QRect(0, 0, width - margins.left() - margins.right(), 0), move=False)
            self._heights[width] = inside + margins.top() + margins.bottom()
        return self._heights[width]

    def invalidate(self) -> None:
        self._heights.clear()
        super().invalidate()

    def minimumHeightForWidth(self, width: int) -> int:
        return self.heightForWidth(width)

    def setGeometry(self, rect: QRect) -> None:
        QLayout.setGeometry(self, rect)  # not that of a row
        self._place(rect.marginsRemoved(self.contentsMargins()), move=True)

    def sizeHint(self) -> QSize:
        shown = [entry.sizeHint() for entry in self._shown()]
        width = sum(size.width() for size in shown) + self.spacing() * max(0, len(shown) - 1)
        return QSize(width, max((size.height() for size in shown), default=0)).grownBy(self.contentsMargins())

    def minimumSize(self) -> QSize:
        size = QSize()
        for entry in self._shown():
            size = size.expandedTo(entry.minimumSize())
        return size.grownBy(self.contentsMargins())

    def _shown(self) -> Iterator[QLayoutItem]:
        for index in range(self.count()):
            entry = self.itemAt(index)
            if entry is not None and not entry.isEmpty():
                yield entry

    def _place(self, rect: QRect, *, move: bool) -> int:
        x, y, row = rect.x(), rect.y(), 0
        beside: list[tuple[QLayoutItem, QRect]] = []

        def end_row() -> None:
            """What is lower than its neighbours stands in their middle."""
            for one, place in beside if move else ():
                one.setGeometry(place.translated(0, (row - place.height()) // 2))
            beside.clear()

        for entry in self._shown():
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
