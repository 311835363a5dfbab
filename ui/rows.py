"""Lists of rows with a title and a second line: cases, exhibits, what goes into a package."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ui import icons
from ui.desk import Desk
from ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
MIDDLE = Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Row:
    """One row. ``key`` says what it is; ``tag`` is a short word at the right. In a list with ticks it has one, too,
    unless it is not ``is_tickable``."""

    key: str
    title: str
    detail: str = ""
    tag: str = ""
    icon: str = ""
    is_tickable: bool = True


LARGE = 150
"""Percent of text from which on the second line of a row may take two."""
PENDING = Row("", "…")
"""Stands in the place of a row that is not read yet."""


class RowModel(QAbstractListModel):
    """Rows, with a tick for each if ``is_checkable``. A row that is not read yet is ``wanted`` when it is looked at."""

    ticked = Signal()
    wanted = Signal(int)

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

    def fill(self, start: int, rows: Sequence[Row]) -> None:
        """Rows that were not there yet, from ``start`` on."""
        self.rows[start : start + len(rows)] = rows
        if rows:
            self.dataChanged.emit(self.index(start), self.index(start + len(rows) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        if row is PENDING:
            self.wanted.emit(index.row())
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (row.title, row.detail, row.tag) if part)
        if role == Qt.ItemDataRole.ToolTipRole:
            # A tool tip that looks like HTML would be shown as such: a title from outside must never be.
            return "<br>".join(escape(part) for part in (row.title, row.detail) if part).join(("<qt>", "</qt>"))
        if role == Qt.ItemDataRole.UserRole:
            return row
        if role == Qt.ItemDataRole.CheckStateRole and self.is_checkable and row.is_tickable:
            return Qt.CheckState.Checked if row.key in self.checked else Qt.CheckState.Unchecked
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or not self.is_checkable or not self.rows[index.row()].is_tickable:
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
        is_tickable = self.is_checkable and self.rows[index.row()].is_tickable
        return found | Qt.ItemFlag.ItemIsUserCheckable if is_tickable else found


def elided(metrics: QFontMetrics, words: str, room: QSize) -> str:
    """``words`` as far as ``room`` holds them in whole lines, and an ellipsis if that is not all."""
    wraps = int(Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)

    def has_room(part: str) -> bool:
        needed = metrics.boundingRect(QRect(0, 0, room.width(), 10_000), wraps, part).height()
        return needed < room.height() + metrics.lineSpacing() // 2  # heights of lines are rounded, one by one

    if not words or has_room(words):
        return words
    fits = bisect_left(range(len(words)), True, key=lambda length: not has_room(words[:length].rstrip() + "…"))
    return words[: max(fits - 1, 0)].rstrip() + "…"


class RowDelegate(QStyledItemDelegate):
    """Draws a row: icon or tick, title, second line, tag. A title that is too long ends in an ellipsis; the tool tip
    and the page of the thing have it whole. With large text the second line may take two."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.is_grid = False

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        theme = self._desk.theme
        row: Row | None = index.data(Qt.ItemDataRole.UserRole)
        title, second = self._heights(theme, row)
        return QSize(theme.px(330 if self.is_grid else 160), title + second + 2 * theme.gap(11))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, row = self._desk.theme, index.data(Qt.ItemDataRole.UserRole)
        if row is None:
            return
        p = theme.palette
        state: Any = option.state
        whole: QRect = option.rect
        box = whole.adjusted(2, 2, -2, -2)
        is_lit = bool(state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver))
        has_focus = bool(state & QStyle.StateFlag.State_HasFocus)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if is_lit or has_focus:
            painter.setPen(QColor(p.focus if has_focus else p.soft_edge))
            painter.setBrush(QColor(p.soft) if is_lit else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, theme.px(7), theme.px(7))
        ink, quiet = (QColor(p.soft_ink), QColor(p.soft_ink)) if is_lit else (QColor(p.ink), QColor(p.quiet))
        inner = box.adjusted(theme.px(10), 0, -theme.px(12), 0)
        side = theme.px(20)
        middle = box.center().y() - side // 2 + 1
        tick = index.data(Qt.ItemDataRole.CheckStateRole)
        if tick is not None:
            self._tick(painter, QRect(inner.left(), middle, side, side), tick == Qt.CheckState.Checked)
        if tick is not None or not row.is_tickable:  # what has no tick leaves its place free
            inner.setLeft(inner.left() + side + theme.px(10))
        if row.icon:
            painter.drawPixmap(inner.left(), middle, icons.pixmap(row.icon, ink.name(), side))
            inner.setLeft(inner.left() + side + theme.px(12))
        if row.tag:
            inner = self._tag(painter, inner, row.tag, quiet)
        self._words(painter, inner, row, ink, quiet)
        painter.restore()

    def _heights(self, theme: Theme, row: Row | None) -> tuple[int, int]:
        """Heights of the title and of what stands below it."""
        title = QFontMetrics(theme.font("body", bold=True)).height()
        if row is None or not row.detail:
            return title, 0
        lines = 2 if theme.percent >= LARGE else 1
        return title, lines * QFontMetrics(theme.font("small")).lineSpacing() + theme.px(3)

    def _tag(self, painter: QPainter, inner: QRect, words: str, colour: QColor) -> QRect:
        """Draw the tag at the right; what is left of the row."""
        theme = self._desk.theme
        font = theme.font("small")
        metrics = QFontMetrics(font)
        width = min(metrics.horizontalAdvance(words) + 1, inner.width() // 2)
        painter.setFont(font)
        painter.setPen(colour)
        place = QRect(inner.right() - width, inner.top(), width, inner.height())
        painter.drawText(place, MIDDLE, metrics.elidedText(words, Qt.TextElideMode.ElideRight, width))
        return inner.adjusted(0, 0, -width - theme.px(12), 0)

    def _words(self, painter: QPainter, inner: QRect, row: Row, ink: QColor, quiet: QColor) -> None:
        """Draw the title and what stands below it, together in the middle of the height."""
        theme = self._desk.theme
        title, second = self._heights(theme, row)
        bold, small = theme.font("body", bold=True), theme.font("small")
        bold_metrics, small_metrics = QFontMetrics(bold), QFontMetrics(small)
        wraps, gap = int(Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap), theme.px(3)
        detail = row.detail.replace(" · ", "\u00a0· ")  # no line begins with a dot
        if theme.percent < LARGE:
            detail = small_metrics.elidedText(detail, Qt.TextElideMode.ElideRight, inner.width())
        if detail:
            needed = small_metrics.boundingRect(QRect(0, 0, inner.width(), 10_000), wraps, detail).height()
            second = min(second, needed + gap)
            detail = elided(small_metrics, detail, QSize(inner.width(), second - gap))
        line = QRect(inner.left(), inner.center().y() - (title + second) // 2 + 1, inner.width(), title)
        painter.setFont(bold)
        painter.setPen(ink)
        painter.drawText(
            line, MIDDLE, bold_metrics.elidedText(row.title, Qt.TextElideMode.ElideRight, line.width())
        )
        if detail:
            painter.setFont(small)
            painter.setPen(quiet)
            painter.drawText(QRect(line.left(), line.bottom() + 1 + gap, line.width(), second - gap), wraps, detail)

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


LONG = 1000
"""Rows from which on a list is laid out in pieces, so that no step of it takes long."""


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
        self.doubleClicked.connect(lambda index: self._open(self._rows.rows[index.row()].key))
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
        is_long = len(rows) > LONG
        self.setLayoutMode(QListView.LayoutMode.Batched if is_long else QListView.LayoutMode.SinglePass)
        self.setBatchSize(LONG)
        self._rows.show_rows(rows)
        if rows:
            at = next((position for position, row in enumerate(rows) if row.key == key), 0) if key else 0
            self.setCurrentIndex(self._rows.index(at))
        self.updateGeometry()

    def fit(self, at_least: int, at_most: int) -> None:
        """Be as high as the rows, within these numbers of rows."""
        height = max(self.sizeHintForRow(0), 40)
        shown = min(max(len(self._rows.rows), at_least), at_most)
        self.setMinimumHeight(shown * height + 2 * self.frameWidth() + 10)

    def become(self, *, is_grid: bool) -> None:
        """Stand below each other, or beside each other too; the words are the same."""
        self.setFlow(QListView.Flow.LeftToRight if is_grid else QListView.Flow.TopToBottom)
        self.setWrapping(is_grid)
        self.setResizeMode(QListView.ResizeMode.Adjust if is_grid else QListView.ResizeMode.Fixed)
        self._paint.is_grid = is_grid
        self.scheduleDelayedItemsLayout()

    def _open(self, key: str) -> None:
        if key:
            self.opened.emit(key)

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
