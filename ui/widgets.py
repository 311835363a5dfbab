"""Small widgets that every page is made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ui import early, icons
from ui.desk import Desk
from ui.errors import Told
from ui.theme import Theme

if TYPE_CHECKING:
    from PySide6.QtGui import QEnterEvent, QKeyEvent

_ICON_GAP, _STYLE_GAP = 7, 4
"""Pixels between icon and words at 100 %; Qt leaves the second of them at every size of text."""
_DOT = "•"


def text(kind: str = "body", *, selectable: bool = False) -> QLabel:
    """A label that wraps; ``kind``: title, heading, lead, body, quiet, small, label or mono."""
    made = QLabel()
    made.setProperty("kind", kind)
    made.setWordWrap(True)
    early.plain_text(made)
    if selectable:
        early.selectable(made)
    return made


class Button(QPushButton):
    """A push button with a drawn icon; ``kind``: empty, main, text, way (at the side) or choice (segment)."""

    def __init__(
        self, desk: Desk, kind: str = "", icon: str = "", *, is_late: bool = False, is_alone: bool = False
    ) -> None:
        """``is_late``: it will not be seen at first, and its icon is drawn when it is. ``is_alone``: its icon gets no
        words; all others get theirs before they are seen, so that their icon is drawn once."""
        super().__init__()
        self._desk = desk
        self._is_late = is_late
        self._kind = kind
        self._icon = icon
        self._drawn: tuple[object, ...] = ()
        self._has_words = not is_alone
        if kind:
            self.setProperty("kind", kind)
        self._is_current = False
        if kind == "choice":
            self.setCheckable(True)
        self.setAutoDefault(False)
        self.relook(desk.theme)

    def relook(self, theme: Theme) -> None:
        """Draw the icon again in the colours and size of the look."""
        if not self._icon or self._is_late:
            return
        p = theme.palette
        colour = {"main": p.on_accent, "text": p.accent}.get(self._kind, p.soft_ink if self._is_current else p.ink)
        side = theme.px(20 if self._kind == "way" else 18)
        pad = max(0, theme.px(_ICON_GAP) - _STYLE_GAP) if self._has_words else 0
        wanted = (colour, side, pad, p.soft_ink, p.quiet)
        if wanted == self._drawn:
            return
        self._drawn = wanted
        chosen = p.soft_ink if self.isCheckable() else ""
        self.setIcon(icons.icon(self._icon, colour, side, chosen=chosen, disabled=p.quiet, pad=pad))
        self.setIconSize(QSize(side + pad, side))

    def become_current(self, is_current: bool, words: str) -> None:
        """Whether what this way leads to is shown now. A screen reader hears ``words`` then: it would take for a check
        box what can be checked, and this is a button."""
        self.setAccessibleDescription(words if is_current else "")
        if is_current != self._is_current:
            self._is_current = is_current
            self.setProperty("current", is_current)
            self.style().unpolish(self)
            self.style().polish(self)
            self.relook(self._desk.theme)

    def setText(self, words: str) -> None:
        """Set the words; an icon that stands alone stands in the middle."""
        super().setText(words)
        if self._has_words != bool(words):
            self._has_words = bool(words)
            self.relook(self._desk.theme)

    def setVisible(self, is_visible: bool) -> None:
        """Draw the icon that waited for this. (An event of Qt's in Python would cost its start: :mod:`ui.early`.)"""
        if is_visible and self._is_late:
            self._is_late = False
            self.relook(self._desk.theme)
        super().setVisible(is_visible)

    def enterEvent(self, event: QEnterEvent) -> None:
        """The pointer says that something can be pressed."""
        from PySide6.QtCore import Qt  # ui.early

        self.setCursor(Qt.CursorShape.PointingHandCursor)
        super().enterEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses a button too: people expect it, and Qt alone only knows Space."""
        from PySide6.QtCore import Qt  # ui.early

        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.animateClick()
            return
        super().keyPressEvent(event)


class Icon(QLabel):
    """A drawn icon that only decorates: the words beside it say the same."""

    def __init__(self, desk: Desk, name: str, side: int, role: str = "ink") -> None:
        super().__init__()
        self._name, self._side, self._role = name, side, role
        self.relook(desk.theme)

    def relook(self, theme: Theme) -> None:
        """Draw it again in the colours and size of the look."""
        side = theme.px(self._side)
        ratio = self.devicePixelRatioF()
        self.setPixmap(icons.pixmap(self._name, str(getattr(theme.palette, self._role)), side, ratio))
        self.setFixedSize(side, side)


class Card(QFrame):
    """A surface that holds things that belong together; ``kind``: ``card``, ``care``, ``good`` or ``plain``."""

    def __init__(self, kind: str = "card") -> None:
        super().__init__()
        self.setProperty("kind", kind)
        self.inside = QVBoxLayout(self)
        self.inside.setContentsMargins(22, 20, 22, 20)
        self.inside.setSpacing(14)

    def become(self, kind: str) -> None:
        """Change the kind."""
        self.setProperty("kind", kind)
        self.style().unpolish(self)
        self.style().polish(self)
        for child in self.findChildren(QLabel):
            child.style().unpolish(child)
            child.style().polish(child)


class Question(QFrame):
    """Choices that belong together, under what is asked: screen readers say that on the way in."""

    def __init__(self, kind: str = "label") -> None:
        super().__init__()
        self.inside = QVBoxLayout(self)
        self.inside.setContentsMargins(0, 0, 0, 0)
        self.inside.setSpacing(14)
        self.label = text(kind)
        self.inside.addWidget(self.label)

    def ask(self, words: str) -> None:
        """Set what is asked."""
        self.label.setText(words)
        self.setAccessibleName(words)


class Lines(QWidget):
    """Short paragraphs below each other, with room between them."""

    def __init__(self, kind: str = "body") -> None:
        super().__init__()
        self._kind = kind
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)

    def show_lines(self, lines: Sequence[str]) -> None:
        """Show these."""
        while self._column.count() > len(lines):
            entry = self._column.takeAt(self._column.count() - 1)
            if entry is not None and (widget := entry.widget()) is not None:
                discard(widget)
        while self._column.count() < len(lines):
            self._column.addWidget(_Line(self._kind))
        for position, line in enumerate(lines):
            entry = self._column.itemAt(position)
            shown = entry.widget() if entry is not None else None
            assert isinstance(shown, _Line)
            shown.show_words(line)

    def text(self) -> str:
        """What is shown."""
        return "\n".join(line.words.text() for line in self.findChildren(_Line) if not line.isHidden())


class _Line(QWidget):
    """One of them; one that begins with a dot has the dot to itself, whatever number of rows the words take."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        from PySide6.QtCore import Qt  # ui.early

        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.mark, self.words = text(kind), text(kind, selectable=True)
        self.mark.setText(_DOT)
        row.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)

    def show_words(self, words: str) -> None:
        """Show this line."""
        self.mark.setVisible(words.startswith(_DOT))
        self.words.setText(words.removeprefix(_DOT).lstrip())


class Field(QWidget):
    """A named line to type into, with a hint below it."""

    def __init__(self, edit: QWidget | None = None) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        self.label = text("label")
        self.row = QHBoxLayout()
        self.row.setSpacing(8)
        self.edit = edit if edit is not None else QLineEdit()
        self.hint = text("small")
        self.hint.hide()
        self.label.setBuddy(self.edit)
        column.addWidget(self.label)
        column.addLayout(self.row)
        self.row.addWidget(self.edit, 1)
        column.addWidget(self.hint)

    @property
    def line(self) -> QLineEdit:
        """The edit of a field made without one of its own."""
        assert isinstance(self.edit, QLineEdit)
        return self.edit

    def name(self, label: str, hint: str = "") -> None:
        """Set the words of the label, of the hint and of the accessible name."""
        self.label.setText(label)
        self.edit.setAccessibleName(label.replace("&", ""))
        self.edit.setAccessibleDescription(hint)
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))


class Choice(Field):
    """A named choice out of ``count``."""

    def __init__(self, count: int) -> None:
        self.box = QComboBox()
        self.box.addItems([""] * count)
        # As wide as there is room, not as the longest of the words: those are seen when it opens.
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(8)
        super().__init__(self.box)


class TextField(Field):
    """A named place for a few lines. Tab leaves it."""

    def __init__(self) -> None:
        self._lines = QPlainTextEdit()
        self._lines.setTabChangesFocus(True)
        super().__init__(self._lines)

    def words(self) -> str:
        """What was typed."""
        return self._lines.toPlainText().strip()

    def set_words(self, words: str) -> None:
        """Replace what stands there."""
        self._lines.setPlainText(words)

    def forget(self) -> None:
        """Empty it, its undo history too."""
        self._lines.setPlainText("")

    def set_height(self, height: int) -> None:
        """How high the place is, in pixels."""
        self._lines.setFixedHeight(height)


class SecretField(Field):
    """A line for a passphrase; it can be pasted into, and shown."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.show_button = Button(desk, "choice", "eye")
        self.show_button.toggled.connect(self._show)
        self.row.addWidget(self.show_button)

    def _show(self, is_shown: bool) -> None:
        self.line.setEchoMode(QLineEdit.EchoMode.Normal if is_shown else QLineEdit.EchoMode.Password)

    def take(self) -> str:
        """What was typed; the line is empty afterwards."""
        typed = self.line.text()
        self.forget()
        return typed

    def forget(self) -> None:
        """Empty the line, its undo history too, and hide it again."""
        self.line.setText("")
        self.line.setModified(False)
        self.show_button.setChecked(False)


class Banner(Card):
    """A panel that a holder gives its room, while it is shown."""

    _holder: QWidget | None = None  # from the start: Qt may hide the panel while it is made

    def __init__(self) -> None:
        super().__init__("plain")

    def stands_in(self, holder: QWidget) -> None:
        """``holder`` is shown and hidden with it from now on."""
        self._holder = holder
        holder.setVisible(not self.isHidden())

    def setVisible(self, is_visible: bool) -> None:
        super().setVisible(is_visible)
        if self._holder is not None:
            self._holder.setVisible(is_visible)


class Message(Banner):
    """A calm panel for what a person must be told. It stays until it is closed or the page is left."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._words: Callable[[], Told] | None = None
        row = QHBoxLayout()
        row.setSpacing(12)
        self.inside.setContentsMargins(16, 12, 10, 12)
        self.inside.addLayout(row)
        column = QVBoxLayout()
        column.setSpacing(4)
        self.sentence = text("label", selectable=True)
        self.advice = text("body", selectable=True)
        column.addWidget(self.sentence)
        column.addWidget(self.advice)
        row.addLayout(column, 1)
        self.close_button = Button(desk, "text", "cross", is_alone=True)
        self.close_button.clicked.connect(self.forget)
        aside = QVBoxLayout()
        aside.addWidget(self.close_button)
        aside.addStretch(1)
        row.addLayout(aside)
        self.hide()

    def say(self, words: Callable[[], Told], *, kind: str = "") -> None:
        """Show what ``words`` returns; it is asked again when the language changes."""
        self._words = words
        told = words()
        self.become(kind or ("care" if told.is_problem else "plain"))
        self._fill(told)
        self.show()
        announce(self, f"{told.sentence} {told.advice}".strip())

    def forget(self) -> None:
        """Close it."""
        self._words = None
        had_focus = self.close_button.hasFocus()
        self.hide()
        if had_focus:
            self.focusNextChild()

    def retranslate(self) -> None:
        """Say the same in the language of the window."""
        t = self._desk.t
        self.close_button.setAccessibleName(t("Close this message"))
        self.close_button.setToolTip(t("Close this message"))
        if self._words is not None:
            self._fill(self._words())

    def _fill(self, told: Told) -> None:
        self.sentence.setText(told.sentence)
        self.advice.setText(told.advice)
        self.advice.setVisible(bool(told.advice))


class Working(Banner):
    """Shows that something runs, how far it is, and stops it."""

    stopped = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.label = text("label")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.stop = Button(desk)
        self.stop.clicked.connect(self._stop)
        row = QHBoxLayout()
        row.setSpacing(16)
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addWidget(self.label)
        column.addWidget(self.bar)
        row.addLayout(column, 1)
        row.addWidget(self.stop)
        self.inside.addLayout(row)
        self.hide()

    def begin(self, label: str, *, can_stop: bool) -> None:
        """Show it, not knowing yet how far the work is."""
        self.label.setText(label)
        self.bar.setAccessibleName(label)
        self.bar.setRange(0, 1000)
        self.bar.setValue(0)
        self.bar.hide()  # a bar that does not know how far it is would move to and fro: nothing here moves by itself
        self.stop.setVisible(can_stop)
        self.stop.setEnabled(True)
        self.show()
        announce(self, label)

    def move_to(self, share: float) -> None:
        """How far the work is, 0 to 1."""
        self.bar.show()
        self.bar.setValue(round(1000 * min(max(share, 0.0), 1.0)))

    def retranslate(self) -> None:
        """Name the button in the language of the window."""
        self.stop.setText(self._desk.t("Stop"))

    def _stop(self) -> None:
        self.stop.setEnabled(False)
        self.stopped.emit()


def announce(widget: QWidget, words: str) -> None:
    """Let a screen reader say ``words`` without moving the focus (WCAG 2.2, 4.1.3)."""
    from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

    if QAccessible.isActive() and words:
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, words))


def discard(widget: QWidget) -> None:
    """Take a widget away: unseen at once, deleted when nobody uses it any more."""
    widget.hide()
    widget.deleteLater()


def rule() -> QFrame:
    """A hair line."""
    made = QFrame()
    made.setProperty("kind", "rule")
    made.setFixedHeight(1)
    return made


def grows(widget: QWidget) -> QWidget:
    """Let a widget take what height is left."""
    widget.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
    return widget
