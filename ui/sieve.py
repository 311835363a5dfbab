"""Which exhibits of a case the list shows: words, and behind a button what they are and how they came in."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from evidence.i18n import Texts
from evidence.model import AcquisitionMethod, Band, Filter, Kind, Standing
from ui import wording
from ui.desk import Desk
from ui.fields import Choice, Field
from ui.flow import FlowLayout
from ui.widgets import Button

NOT_SCORED = "not_scored"
WAIT_MS = 250
"""After the last key, before it is searched."""


class Sieve(QWidget):
    """The field for words is always there; the choices are shown when they are asked for, or when one is set."""

    def __init__(self, desk: Desk, search: Callable[[], None]) -> None:
        super().__init__()
        self._desk = desk
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        self.words = Field()
        self.empty_button = Button(desk, "text", "cross", is_alone=True)  # Qt's own is too small to hit, and fades
        self.empty_button.clicked.connect(self._empty)
        self.words.row.addWidget(self.empty_button)
        self.words.line.textChanged.connect(lambda words: self.empty_button.setVisible(bool(words)))
        self.empty_button.hide()
        self.wait = QTimer(self)
        self.wait.setSingleShot(True)
        self.wait.setInterval(WAIT_MS)
        self.wait.timeout.connect(search)
        self.words.line.textChanged.connect(lambda _words: self.wait.start())
        self.words.line.returnPressed.connect(search)
        self.more_button = Button(desk, "choice", "settings")
        self.more_button.toggled.connect(lambda _is_on: self._show_choices())
        self.words.row.addWidget(self.more_button)
        column.addWidget(self.words)
        self.tag, self.kind, self.method = Choice(1), Choice(1 + len(Kind)), Choice(1 + len(AcquisitionMethod))
        self.band, self.standing = Choice(2 + len(Band)), Choice(1 + len(Standing))
        self.choices = QWidget()
        grid = QGridLayout(self.choices)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(12)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        for number, choice in enumerate((self.kind, self.method, self.band, self.standing, self.tag)):
            choice.box.activated.connect(lambda _position: search())
            grid.addWidget(choice, number // 2, number % 2)
        self.all_button = Button(desk)
        self.all_button.clicked.connect(lambda: self._clear(search))
        row = FlowLayout(gap=8)
        row.addWidget(self.all_button)
        grid.addLayout(row, 3, 0, 1, 2)
        column.addWidget(self.choices)
        self._show_choices()

    def retranslate(self, t: Texts) -> None:
        """Say every word in the language of ``t``."""
        # Below the field: inside of it the words would be cut at large text, and gone as soon as something is typed.
        self.words.name(t("Searc&h"), t("Titles, notes, links, file names, tags; parts of words too"))
        self.empty_button.setAccessibleName(t("Empty the search"))
        self.empty_button.setToolTip(t("Empty the search"))
        self.more_button.setText(t("F&ilters"))
        self.tag.name(t("Tag"))
        self.kind.name(t("Kind of exhibit"))
        self.method.name(t("How it came in"))
        self.band.name(t("Signs of manipulation"))
        self.standing.name(t("Held back or failed"))
        for choice, names in (
            (self.kind, [t.code("name", f"kind.{kind}") for kind in Kind]),
            (self.method, [t.code("name", f"method.{method}") for method in AcquisitionMethod]),
            (self.band, [t("not looked at yet"), *(t.code("name", f"band.{band}") for band in Band)]),
            (self.standing, [t.code("name", f"standing.{standing}") for standing in Standing]),
        ):
            for position, name in enumerate([t("all"), *names]):
                choice.box.setItemText(position, wording.begun(name))
        self.all_button.setText(t("Show all again"))

    def wanted(self) -> Filter:
        """What is asked for."""
        kind, method, band, standing = (
            choice.box.currentIndex() for choice in (self.kind, self.method, self.band, self.standing)
        )
        tag = self.tag.box.currentData() if self.tag.box.currentIndex() > 0 else ""
        return Filter(
            self.words.line.text().strip(),
            str(tag or ""),
            list(AcquisitionMethod)[method - 1] if method > 0 else "",
            False if band == 1 else None,
            list(Kind)[kind - 1] if kind > 0 else None,
            list(Band)[band - 2] if band > 1 else None,
            list(Standing)[standing - 1] if standing > 0 else None,
        )

    def show_tags(self, tags: Mapping[str, int]) -> None:
        """Offer these tags, with how many exhibits have each; what was chosen stays chosen."""
        t, box = self._desk.t, self.tag.box
        chosen = box.currentData() if box.currentIndex() > 0 else None
        box.clear()
        box.addItem(wording.begun(t("all")), "")
        for tag, count in tags.items():
            box.addItem(f"{wording.safe(tag)} ({t.number(count)})", tag)
        box.setCurrentIndex(max(box.findData(chosen), 0) if chosen else 0)
        self.tag.setVisible(bool(tags))

    def forget(self) -> None:
        """Ask for nothing, and drop every word."""
        self.wait.stop()
        self.words.line.setText("")
        self.wait.stop()
        for choice in (self.tag, self.kind, self.method, self.band, self.standing):
            choice.box.setCurrentIndex(0)
        self.more_button.setChecked(False)

    def _empty(self) -> None:
        self.words.line.setText("")
        self.words.line.setFocus()

    def _clear(self, search: Callable[[], None]) -> None:
        is_open = self.more_button.isChecked()
        self.forget()
        self.more_button.setChecked(is_open)
        search()

    def _show_choices(self) -> None:
        self.choices.setVisible(self.more_button.isChecked())
