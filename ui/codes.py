"""The QR codes in a picture: read without showing it, and their links taken in if the person wants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from evidence.i18n import Texts
from evidence.model import Item
from ui import wording
from ui.flow import FlowLayout
from ui.widgets import Button, Card, text

if TYPE_CHECKING:
    from evidence.session import FoundCode
    from ui.page import Page


class CodesPart(QWidget):
    """A part of the exhibit's page, shown for pictures alone. Nothing that is found is opened."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self.item_id = ""
        self._found: Sequence[FoundCode] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        self.title = text("heading")
        column.addWidget(self.title)
        card = Card()
        self.words = text("body", selectable=True)
        card.inside.addWidget(self.words)
        row = FlowLayout(gap=8)
        self.read_button, self.take_button = Button(page.desk), Button(page.desk, "", "link")
        self.read_button.clicked.connect(self.read)
        self.take_button.clicked.connect(self.take)
        row.addWidget(self.read_button)
        row.addWidget(self.take_button)
        card.inside.addLayout(row)
        column.addWidget(card)
        self.hide()

    def retranslate(self, t: Texts) -> None:
        """Say its words in the language of ``t``."""
        self.title.setText(t("QR codes in the picture"))
        self.read_button.setText(t("Read &QR codes"))
        self._show()

    def enter(self, item_id: str, has_picture: bool) -> None:
        """Be there for this exhibit."""
        if item_id != self.item_id:
            self.forget()
        self.item_id = item_id
        self.setVisible(has_picture)

    def forget(self) -> None:
        """Drop what was read."""
        self.item_id, self._found = "", None
        self.hide()
        self._show()

    def read(self) -> None:
        """Read the codes; the picture is not shown for it."""
        session, item_id = self._page.desk.session, self.item_id

        def done(found: Sequence[FoundCode]) -> None:
            if item_id == self.item_id:
                self._found = found
                self._show()

        self._page.work(
            lambda _progress, cancelled: session.read_codes(item_id, cancelled=cancelled),
            done,
            label=self._page.desk.t("Reading QR codes. Nothing is shown or opened."),
        )

    def take(self) -> None:
        """Take in the links, each as an exhibit."""
        session, item_id, found = self._page.desk.session, self.item_id, list(self._found or ())

        def done(items: list[Item]) -> None:
            self._found = None
            self._show()
            numbers = ", ".join(item.number for item in items)
            self._page.say(lambda t: (t("Sealed as {numbers}.", numbers=numbers), ""))

        self._page.work(lambda _progress, _cancelled: session.add_codes(item_id, found), done, blocks=True)

    def _show(self) -> None:
        t, found = self._page.desk.t, self._found
        links = [code for code in found or () if code.link]
        if found is None:
            words = t("The link of a room is often only a code in a picture. It is read here, and not opened.")
        else:
            words = "\n".join(wording.safe(code.text) for code in found) or t("No QR code was found.")
        self.words.setText(words)
        self.take_button.setVisible(bool(links))
        self.take_button.setText(t.plural("Take in {n} link", "Take in {n} links", len(links)))
