"""Small widgets that every page is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from ui import early, icons
from ui.desk import Desk
from ui.theme import Theme

if TYPE_CHECKING:
    from PySide6.QtGui import QEnterEvent, QKeyEvent

_ICON_GAP, _STYLE_GAP = 7, 4
"""Pixels between icon and words at 100 %; Qt leaves the second of them at every size of text."""


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
