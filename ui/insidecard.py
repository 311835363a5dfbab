"""What the files of an exhibit say about themselves: read when asked for, and kept as a report of its own if wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from evidence.i18n import Texts
from evidence.model import Exhibit, Item
from ui import wording
from ui.flow import FlowLayout
from ui.page import Page
from ui.widgets import Button, Card, text

MOST_LINES = 80
LONGEST = 400


class InsideCard(QWidget):
    """A part of the page of an exhibit. ``kept`` is told the report once it is sealed."""

    def __init__(self, page: Page, kept: Callable[[Item], None]) -> None:
        super().__init__()
        self._page, self._kept = page, kept
        self.item_id = ""
        self.found: list[dict[str, Any]] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        self.title = text("heading")
        column.addWidget(self.title)
        card = Card()
        column.addWidget(card)
        self.lead = text()
        card.inside.addWidget(self.lead)
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(20)
        self.grid.setVerticalSpacing(6)
        self.grid.setColumnStretch(0, 2)
        self.grid.setColumnStretch(1, 3)
        card.inside.addLayout(self.grid)
        self.place = text("label")
        card.inside.addWidget(self.place)
        row = FlowLayout(gap=8)
        self.read_button = Button(page.desk, "", "file")
        self.read_button.clicked.connect(self.read)
        self.keep_button = Button(page.desk, "", "check")
        self.keep_button.clicked.connect(self.keep)
        row.addWidget(self.read_button)
        row.addWidget(self.keep_button)
        card.inside.addLayout(row)
        self._fill()

    def retranslate(self, t: Texts) -> None:
        """Say every word in the language of ``t``."""
        self.title.setText(t("Details inside the file"))
        self.lead.setText(
            t("Cameras and programs write into files when, with what and sometimes where they were made. Whoever made "
              "a file could write anything there: it supports, it proves nothing.")
        )  # fmt: skip
        self.read_button.setText(t("Read it"))
        self.keep_button.setText(t("Keep it as a report"))
        self.place.setText(t("It tells a place. Think of that before you hand it over."))
        self._fill()

    def enter(self, exhibit: Exhibit) -> None:
        """Show it for this exhibit; only pictures and films say something."""
        if exhibit.item.id != self.item_id:
            self.item_id, self.found = exhibit.item.id, None
        self.setVisible(any(file.media_type.startswith(("image/", "video/")) for file in exhibit.item.files))
        self._fill()

    def forget(self) -> None:
        """Drop what was read."""
        self.item_id, self.found = "", None
        self._fill()

    def read(self) -> None:
        """Let the child process look into the files."""
        session, item_id = self._page.desk.session, self.item_id

        def done(found: list[dict[str, Any]]) -> None:
            if item_id == self.item_id:
                self.found = found
                self._fill()

        self._page.work(
            lambda _progress, cancelled: session.metadata(item_id, cancelled=cancelled), done, blocks=True
        )  # fmt: skip

    def keep(self) -> None:
        """Seal it as a report that is derived from the exhibit."""
        session, item_id = self._page.desk.session, self.item_id
        self._page.work(
            lambda _progress, cancelled: session.keep_metadata(item_id, cancelled=cancelled), self._kept, blocks=True
        )  # fmt: skip

    def _fill(self) -> None:
        t = self._page.desk.t
        while (entry := self.grid.takeAt(0)) is not None:
            if (widget := entry.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        found = self.found
        self.read_button.setVisible(found is None)
        self.keep_button.setVisible(bool(found))
        self.place.setVisible(any(file["tells_place"] for file in found or ()))
        for row, (name, value) in enumerate(_lines(t, found or [])):
            label, shown = text("quiet"), text("body", selectable=True)
            label.setText(name)
            shown.setText(value)
            shown.setAccessibleName(f"{name}: {value}")
            self.grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            self.grid.addWidget(shown, row, 1, Qt.AlignmentFlag.AlignTop)


def _lines(t: Texts, found: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Names and values; what a file wrote is shown as it stands, made visible and cut."""
    lines: list[tuple[str, str]] = []
    for file in found:
        lines.append((t("File"), f"{wording.safe(file['name'])} · {file['media_type']}"))
        if "width" in file:
            lines.append((t("Size in pixels"), f"{file['width']} × {file['height']}"))
        if "duration_ms" in file:
            lines.append((t("Length"), t("{n} s", n=f"{file['duration_ms'] / 1000:.1f}")))
        if "error" in file:
            lines.append((t("It could not be read"), file["error"]))
        elif not file["metadata"]:
            lines.append(("", t("It says nothing further.")))
        for name, value in sorted(file["metadata"].items()):
            shown = wording.safe(str(value))
            lines.append((wording.safe(name), shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"))
    if len(lines) > MOST_LINES:
        more = len(lines) - MOST_LINES
        lines = [*lines[:MOST_LINES], ("", t("{n} more lines are in the report.", n=more))]
    return lines
