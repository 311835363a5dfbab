"""Lists of rows with a title and a second line: cases, exhibits, what goes into a package."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ui import icons
from ui.desk import Desk

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Row:
    """One row. ``key`` says what it is; ``tag`` is a short word at the right."""

    key: str
    title: str
    detail: str = ""
    tag: str = ""
    icon: str = ""


class RowModel(QAbstractListModel):
    """Rows, with a tick for each if ``is_checkable``."""

    ticked = Signal()

    def __init__(self, *, is_checkable: bool = False) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self.is_checkable = is_checkable
        self.checked: set[str] = set()

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Replace all rows; ticks of rows that stay are kept."""
        self.beginResetModel()
        self.rows = list(rows)
        self.checked &= {row.key for row in rows}
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (row.title, row.detail, row.tag) if part)
        if role == Qt.ItemDataRole.ToolTipRole:
            # A tool tip that looks like HTML would be shown as such: a title from outside must never be.
            return "<br>".join(escape(part) for part in (row.title, row.detail) if part).join(("<qt>", "</qt>"))
        if role == Qt.ItemDataRole.UserRole:
            return row
        if role == Qt.ItemDataRole.CheckStateRole and self.is_checkable:
            return Qt.CheckState.Checked if row.key in self.checked else Qt.CheckState.Unchecked
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or not self.is_checkable:
            return False
        key = self.rows[index.row()].key
        if Qt.CheckState(value) == Qt.CheckState.Checked:
            self.checked.add(key)
        else:
            self.checked.discard(key)
        self.dataChanged.emit(index, index, [role])
        self.ticked.emit()
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        found = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return found | Qt.ItemFlag.ItemIsUserCheckable if self.is_checkable else found


class RowDelegate(QStyledItemDelegate):
    """Draws a row: icon or tick, title, second line, tag. Long words end in an ellipsis; the tool tip has them all."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        theme = self._desk.theme
        title = QFontMetrics(theme.font("body", bold=True)).height()
        row: Row | None = index.data(Qt.ItemDataRole.UserRole)
        second = QFontMetrics(theme.font("small")).height() + theme.px(3) if row is not None and row.detail else 0
        return QSize(theme.px(160), title + second + 2 * theme.px(10))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, row = self._desk.theme, index.data(Qt.ItemDataRole.UserRole)
        if row is None:
            return
        p = theme.palette
        state: Any = option.state
        box: QRect = option.rect
        box = box.adjusted(2, 2, -2, -2)
        is_chosen = bool(state & QStyle.StateFlag.State_Selected)
        has_focus = bool(state & QStyle.StateFlag.State_HasFocus)
        is_under_mouse = bool(state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if is_chosen or is_under_mouse or has_focus:
            painter.setPen(QColor(p.focus) if has_focus else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(p.soft) if is_chosen or is_under_mouse else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, theme.px(7), theme.px(7))
        ink = QColor(p.soft_ink if is_chosen or is_under_mouse else p.ink)
        second = QColor(p.soft_ink if is_chosen or is_under_mouse else p.quiet)
        inner = box.adjusted(theme.px(10), 0, -theme.px(12), 0)
        side = theme.px(20)
        middle = box.center().y() - side // 2 + 1
        tick = index.data(Qt.ItemDataRole.CheckStateRole)
        if tick is not None:
            self._tick(painter, QRect(inner.left(), middle, side, side), tick == Qt.CheckState.Checked)
            inner.setLeft(inner.left() + side + theme.px(10))
        if row.icon:
            painter.drawPixmap(inner.left(), middle, icons.pixmap(row.icon, ink.name(), side))
            inner.setLeft(inner.left() + side + theme.px(12))
        if row.tag:
            small = theme.font("small")
            width = min(QFontMetrics(small).horizontalAdvance(row.tag), inner.width() // 2)
            painter.setFont(small)
            painter.setPen(second)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(inner, right, QFontMetrics(small).elidedText(row.tag, Qt.TextElideMode.ElideRight, width))
            inner.setRight(inner.right() - width - theme.px(12))
        bold, small = theme.font("body", bold=True), theme.font("small")
        heights = QFontMetrics(bold).height(), QFontMetrics(small).height()
        total = heights[0] + (heights[1] + theme.px(3) if row.detail else 0)
        top = box.center().y() - total // 2 + 1
        elide = Qt.TextElideMode.ElideRight
        painter.setFont(bold)
        painter.setPen(ink)
        line = QRect(inner.left(), top, inner.width(), heights[0])
        painter.drawText(
            line, Qt.AlignmentFlag.AlignVCenter, QFontMetrics(bold).elidedText(row.title, elide, line.width())
        )
        if row.detail:
            painter.setFont(small)
            painter.setPen(second)
            line = QRect(inner.left(), top + heights[0] + theme.px(3), inner.width(), heights[1])
            painter.drawText(
                line, Qt.AlignmentFlag.AlignVCenter, QFontMetrics(small).elidedText(row.detail, elide, line.width())
            )
        painter.restore()

    def _tick(self, painter: QPainter, box: QRect, is_ticked: bool) -> None:
        theme = self._desk.theme
        p = theme.palette
        painter.save()
        painter.setPen(QColor(p.accent if is_ticked else p.edge))
        painter.setBrush(QColor(p.accent if is_ticked else p.surface))
        painter.drawRoundedRect(box, theme.px(5), theme.px(5))
        painter.restore()
        if is_ticked:
            painter.drawPixmap(box.topLeft(), icons.pixmap("check", p.on_accent, box.width()))


class RowList(QListView):
    """A list of rows. Enter or a double click opens; Space ticks where rows have ticks."""

    opened = Signal(str)

    def __init__(self, desk: Desk, *, is_checkable: bool = False) -> None:
        super().__init__()
        self._rows = RowModel(is_checkable=is_checkable)
        self._paint = RowDelegate(desk)
        self.setModel(self._rows)
        self.setItemDelegate(self._paint)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.doubleClicked.connect(lambda index: self.opened.emit(self._rows.rows[index.row()].key))
        if is_checkable:
            self.clicked.connect(self._toggle)

    @property
    def rows(self) -> RowModel:
        """The rows."""
        return self._rows

    def current_key(self) -> str:
        """The key of the row that the keyboard is on, or an empty string."""
        row = self.currentIndex().row()
        return self._rows.rows[row].key if 0 <= row < len(self._rows.rows) else ""

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Replace the rows; the keyboard stays on the row it was on."""
        key = self.current_key()
        self._rows.show_rows(rows)
        keys = [row.key for row in rows]
        if keys:
            self.setCurrentIndex(self._rows.index(keys.index(key) if key in keys else 0))
        self.updateGeometry()

    def fit(self, at_least: int, at_most: int) -> None:
        """Be as high as the rows, within these numbers of rows."""
        height = max(self.sizeHintForRow(0), 40)
        shown = min(max(len(self._rows.rows), at_least), at_most)
        self.setMinimumHeight(shown * height + 2 * self.frameWidth() + 10)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, Space ticks."""
        key = self.current_key()
        if key and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(key)
        elif key and event.key() == Qt.Key.Key_Space and self._rows.is_checkable:
            self._toggle(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _toggle(self, index: Index) -> None:
        is_on = index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
        state = Qt.CheckState.Unchecked if is_on else Qt.CheckState.Checked
        self._rows.setData(index, state, Qt.ItemDataRole.CheckStateRole)
