"""How an exhibit is found again: its title, its tags, and the time that was shown; all of it can be undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from evidence.i18n import Texts
from evidence.model import TimelineEntry
from ui.fields import Field
from ui.flow import FlowLayout
from ui.widgets import Button, Card, text

if TYPE_CHECKING:
    from ui.page import Page

Known = tuple[str, tuple[str, ...], TimelineEntry | None, str]


class ShelfCard(QWidget):
    """A part of the exhibit's page; it works through the page, and says ``done`` when something was changed."""

    def __init__(self, page: Page, done: Callable[[], None]) -> None:
        super().__init__()
        self._page, self._done = page, done
        self.item_id, self.case_id = "", ""
        self._known: Known = ("", (), None, "")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        self.title = text("heading")
        column.addWidget(self.title)
        card = Card()
        self.name, self.tags, self.shown, self.zone = Field(), Field(), Field(), Field()
        for part in (self.name, self.tags, self.shown, self.zone):
            card.inside.addWidget(part)
        self.keep_button, self.undo_button = Button(page.desk), Button(page.desk)
        self.keep_button.clicked.connect(self.keep)
        self.undo_button.clicked.connect(self.undo)
        row = FlowLayout(gap=8)
        row.addWidget(self.keep_button)
        row.addWidget(self.undo_button)
        card.inside.addLayout(row)
        column.addWidget(card)
        self.undo_button.hide()

    def retranslate(self, t: Texts) -> None:
        """Say every word in the language of ``t``."""
        self.title.setText(t("To find it again"))
        self.name.name(t("Title"))
        self.tags.name(t("Tags"), t("Words of your own, with commas between them."))
        self.shown.name(
            t("Time that the platform showed"),
            t("As far as it was shown: 2026-10-03 21:14, 2026-10-03, 2026-10. The log keeps when you wrote it."),
        )
        self.zone.name(t("Its time zone"), t("Asia/Seoul or +09:00, for example. Empty: nobody knows."))
        self.keep_button.setText(t("Keep these words"))
        self.undo_button.setText(t("Take the last change back"))

    def enter(self, case_id: str, item_id: str) -> None:
        """Find out what is known of this exhibit."""
        self.case_id, self.item_id = case_id, item_id
        session = self._page.desk.session

        def read(_progress: object, _cancelled: object) -> Known:
            place = session.place
            title = session.exhibit(item_id).item.title
            return title, place.tags(item_id), place.shown_time(item_id), place.can_undo(case_id)

        def done(found: Known) -> None:
            if item_id == self.item_id:
                self._known = found
                self._fill()

        self._page.work(read, done)

    def forget(self) -> None:
        """Drop what is known of the exhibit."""
        self.item_id, self.case_id, self._known = "", "", ("", (), None, "")
        self._fill()

    def keep(self) -> None:
        """Keep what was changed."""
        session, item_id, known = self._page.desk.session, self.item_id, self._known
        title, shown, zone = self.name.line.text(), self.shown.line.text().strip(), self.zone.line.text().strip()
        tags = self.tags.line.text().split(",")

        def write(_progress: object, _cancelled: object) -> None:
            place, before = session.place, known[2]
            if title != known[0]:
                place.rename(item_id, title)
            place.set_tags(item_id, tags)
            if shown != (before.shown if before else "") or zone:
                place.set_shown_time(item_id, shown, zone)

        def done(_nothing: object) -> None:
            self._page.say(lambda t: (t("It is kept."), ""))
            self._done()

        self._page.work(write, done, blocks=True)

    def undo(self) -> None:
        """Take the last change of the case back."""
        session, case_id = self._page.desk.session, self.case_id

        def done(kind: str) -> None:
            self._page.say(lambda t: (t.code("name", f"undone.{kind}"), ""))
            self._done()

        self._page.work(lambda _progress, _cancelled: session.place.undo(case_id), done, blocks=True)

    def _fill(self) -> None:
        title, tags, entry, undo = self._known
        self.name.line.setText(title)
        self.tags.line.setText(", ".join(tags))
        self.shown.line.setText(entry.shown if entry else "")
        self.zone.line.setText("")
        self.undo_button.setVisible(bool(undo))
