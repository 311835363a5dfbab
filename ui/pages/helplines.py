"""People and authorities to turn to. Nothing is called or opened from here: it can be read, and copied by hand."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from evidence.directory import COUNTRIES, HelpLine, help_lines
from evidence.i18n import Texts
from ui.desk import Desk
from ui.fields import Choice
from ui.page import Page, spread
from ui.widgets import Card, text

AT_ONCE = 4


class HelpLinesSheet(Page):
    """The directory, the entries of one's own country first; it lies over the page that asked."""

    HELP = "general"

    def __init__(self, desk: Desk, today: date) -> None:
        super().__init__(desk, has_back=True)
        self._today = today
        self.back.clicked.connect(lambda: self.desk.go.close_sheet())
        self.lead = text()
        self.body.addWidget(self.lead)
        self.country = Choice(1 + len(COUNTRIES))
        self.country.box.currentIndexChanged.connect(lambda _index: self._show())
        self.body.addWidget(self.country)
        self.cards: list[_Entry] = []
        self.entries = QVBoxLayout()
        self.entries.setSpacing(16)
        self.body.addLayout(self.entries)
        self.body.addStretch(1)
        self.speak()

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.back.setText(t("&Back"))
        self.say_title(t("People and places that help"))
        self.lead.setText(
            t("You decide whether and when to turn to anyone. If you are in danger now, call the emergency number.")
        )
        self.country.name(t("Countr&y"))
        self.country.box.setItemText(0, t("All of them"))
        for position, country in enumerate(COUNTRIES, 1):
            self.country.box.setItemText(position, t.code("name", f"country.{country}"))
        self._show()

    def first_focus(self) -> QWidget:
        return self.back

    def _show(self) -> None:
        position = self.country.box.currentIndex()
        found = help_lines(self.desk.language, COUNTRIES[position - 1] if position > 0 else "")
        for number, card in enumerate(self.cards):
            card.setVisible(number < len(found))
            if number < len(found):
                card.show_line(self.desk.t, found[number], self._today)
        if len(self.cards) < len(found):  # a few at a time, so that the window answers meanwhile
            for line in found[len(self.cards) : len(self.cards) + AT_ONCE]:
                card = _Entry()
                card.show_line(self.desk.t, line, self._today)
                spread(card.inside, self.desk.theme)
                self.cards.append(card)
                self.entries.addWidget(card)
            QTimer.singleShot(0, self, self._show)


class _Entry(Card):
    """One entry: its name, how to reach it, and how sure that is."""

    def __init__(self) -> None:
        super().__init__()
        self.inside.setSpacing(6)
        self.name, self.reach, self.about = text("label"), text("lead", selectable=True), text()
        self.warning, self.source = text("label"), text("small")
        for part in (self.name, self.warning, self.reach, self.about, self.source):
            self.inside.addWidget(part)

    def show_line(self, t: Texts, line: HelpLine, today: date) -> None:
        """Say one entry in the language of ``t``."""
        kinds = ", ".join(t.code("name", f"help_line.{kind}") for kind in line.kinds)
        self.name.setText(line.name[t.language])
        reach = "\n".join(contact.removeprefix("tel:") for contact in line.contacts)
        self.reach.setText(reach or t("No number could be verified: look for it under this name."))
        self.reach.setAccessibleName(f"{line.name[t.language]}: {reach}")
        place = t.code("name", f"country.{line.country}")
        words = [f"{place} · {kinds}", *(said[t.language] for said in (line.hours, line.note) if said)]
        self.about.setText("\n".join(words))
        self.warning.setText(t("Check before calling."))
        must_be_checked = line.must_be_checked(today)
        self.warning.setVisible(must_be_checked)
        self.become("care" if must_be_checked else "card")
        day = t.date(line.checked_on)
        self.source.setText(t("Source: {address} ({day})", address=breakable(line.source), day=day))
        self.source.setVisible(bool(line.source))


def breakable(address: str) -> str:
    """An address that may break after each of its parts: with no blank in it, it would be wider than the page."""
    return "".join(f"{sign}\u200b" if sign in "/?=&._" else sign for sign in address)
