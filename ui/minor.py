"""The question before media comes in: does it show, or could it show, someone under age?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from evidence.directory import FIRST, HelpLine, help_lines
from evidence.i18n import Texts
from evidence.model import MinorAnswer
from ui.desk import Desk
from ui.lines import Lines
from ui.page import Page
from ui.widgets import Button, Card, discard, text

TURN_TO = frozenset({"police", "report-csam"})
"""The kinds of the directory that may take what no one else may hold."""


class MinorSheet(Page):
    """Three answers of equal weight, and *Not now*. Only *No* goes on; the others lead to a record without media."""

    HELP = "minor"

    def __init__(self, desk: Desk, case_id: str, go_on: Callable[[], None], *, address: str = "") -> None:
        super().__init__(desk, has_back=True)
        self._case_id, self._go_on, self._address = case_id, go_on, address
        self.back.clicked.connect(lambda: self.desk.go.close_sheet())
        self.lead = text()
        self.body.addWidget(self.lead)
        card = Card()
        self.answers: dict[MinorAnswer, Button] = {}
        for answer in MinorAnswer:
            button = Button(desk)
            button.clicked.connect(lambda _checked=False, said=answer: self.answer(said))
            self.answers[answer] = button
            card.inside.addWidget(button)
        self.body.addWidget(card)
        self.why = text("small")
        self.body.addWidget(self.why)
        self.body.addStretch(1)
        self.speak()

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.back.setText(t("N&ot now"))
        self.say_title(t("Is someone under age in it, or could it be?"))
        self.lead.setText(
            t("You need not look at it to answer. When in doubt, say that you are not sure: that is a good answer.")
        )
        self.answers[MinorAnswer.NO].setText(t("&No: everyone in it is an adult, or nobody is in it"))
        self.answers[MinorAnswer.UNSURE].setText(t("I am not &sure"))
        self.answers[MinorAnswer.YES].setText(t("&Yes, or they look under age"))
        self.why.setText(
            t(
                "With the last two answers nothing is opened and no picture is taken: pictures of people under age may "
                "not be copied, not even as evidence. Address, accounts and time can be noted, and the police secure "
                "the rest."
            )
        )

    def first_focus(self) -> QWidget:
        return self.back

    def answer(self, said: MinorAnswer) -> None:
        """Go on, or note what may be noted."""
        self.desk.go.close_sheet()
        if said is MinorAnswer.NO:
            self._go_on()
        else:
            self.desk.go.show_without_media(self._case_id, said, address=self._address)


def ask_minor(desk: Desk, case_id: str, go_on: Callable[[], None], *, address: str = "") -> None:
    """Ask; ``go_on`` is called once it was answered that nobody under age could be shown."""
    desk.go.show_sheet(MinorSheet(desk, case_id, go_on, address=address))


class TurnTo(Card):
    """What not to do with such material, and whom to turn to. Entries that must be checked say so."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("care")
        self._desk = desk
        self.title, self.words = text("label"), Lines()
        self.inside.addWidget(self.title)
        self.inside.addWidget(self.words)
        self.lines = QVBoxLayout()
        self.lines.setSpacing(8)
        self.inside.addLayout(self.lines)
        self.all_button = Button(desk, "text", "people")
        self.all_button.clicked.connect(lambda: desk.go.show_help_lines())
        self.inside.addWidget(self.all_button, 0, Qt.AlignmentFlag.AlignLeft)

    def retranslate(self, t: Texts) -> None:
        """Say it in the language of ``t``."""
        self.title.setText(t("What to do, and what not"))
        self.words.show_lines(
            (
                t("Do not copy, send or upload the picture or file, not even to report it. Leave it where it is."),
                t("Tell the police the number of this record, or have a counsellor do it with you."),
                t("If you are under age yourself: an adult you trust, or a centre, can do this with you."),
            )
        )
        self.all_button.setText(t("All people and places"))
        while self.lines.count():
            entry = self.lines.takeAt(0)
            widget = entry.widget() if entry is not None else None
            if widget is not None:
                discard(widget)
        today = datetime.now(UTC).date()
        taking = [line for line in help_lines(t.language) if line.contacts and TURN_TO.intersection(line.kinds)]
        sure = [line for line in taking if not line.must_be_checked(today)]
        own = FIRST.get(t.language, "")
        if not any(line.country == own for line in sure):  # abroad nobody may be able to do anything
            sure = [line for line in taking if line in sure or line.country == own]
        for line in sure:
            shown = text("body", selectable=True)
            warning = f" · {t('Check before calling.')}" if line.must_be_checked(today) else ""
            shown.setText(_line(t, line) + warning)
            shown.setAccessibleName(shown.text())
            self.lines.addWidget(shown)


def _line(t: Texts, line: HelpLine) -> str:
    reach = ", ".join(contact.removeprefix("tel:") for contact in line.contacts)
    place = t.code("name", f"country.{line.country}")
    return t("{where}: {words}", where=f"{line.name[t.language]} ({place})", words=reach)
