"""Short paragraphs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.widgets import discard, text

_DOT = "•"


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
