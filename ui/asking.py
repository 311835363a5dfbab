"""Sheets that ask one thing, with answers of equal weight: a consent that is missing, one look more than was wanted."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from evidence.i18n import Texts
from evidence.model import Purpose
from ui.desk import Desk
from ui.page import Page
from ui.widgets import Button, Card, text


class AskSheet(Page):
    """A heading, a few words, *yes* in its own words, and *Not now*, which changes nothing."""

    def __init__(self, desk: Desk, words: Callable[[Texts], tuple[str, str, str]], yes: Callable[[], None]) -> None:
        super().__init__(desk, has_back=True)
        self._words, self._yes = words, yes
        self.back.clicked.connect(lambda: self.desk.go.close_sheet())
        card = Card()
        self.lead = text()
        card.inside.addWidget(self.lead)
        self.yes_button, self.no_button = Button(desk), Button(desk)
        self.yes_button.clicked.connect(self._agree)
        self.no_button.clicked.connect(lambda: self.desk.go.close_sheet())
        card.inside.addWidget(self.yes_button)
        card.inside.addWidget(self.no_button)
        self.body.addWidget(card)
        self.body.addStretch(1)
        self.speak()

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        heading, lead, yes = self._words(t)
        self.back.setText(t("&Back"))
        self.say_title(heading)
        self.lead.setText(lead)
        self.yes_button.setText(yes)
        self.no_button.setText(t("Not now"))

    def first_focus(self) -> QWidget:
        return self.no_button

    def _agree(self) -> None:
        self.desk.go.close_sheet()
        self._yes()


def ask_consent(desk: Desk, purpose: Purpose, yes: Callable[[], None]) -> None:
    """Ask for one consent; it can be taken back in the room of consents."""

    def words(t: Texts) -> tuple[str, str, str]:
        return (
            t.code("name", f"purpose.{purpose}"),
            t("This was not agreed to yet. It is noted with its time, and can be taken back at any time."),
            t("Agree"),
        )

    desk.go.show_sheet(AskSheet(desk, words, yes))


def ask_one_more(desk: Desk, yes: Callable[[], None]) -> None:
    """As many originals were looked at today as were wanted at most: ask before the next one."""

    def words(t: Texts) -> tuple[str, str, str]:
        return (
            t("As many as you wanted for today"),
            t("A pause may be good. Scores, notes and packages work without looking."),
            t("Look all the same: hold the picture again"),
        )

    desk.go.show_sheet(AskSheet(desk, words, yes))
