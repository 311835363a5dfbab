"""What a person types into or chooses from, each with its name and a hint."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from ui.desk import Desk
from ui.widgets import Button, text


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
