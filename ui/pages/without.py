"""Note address, accounts and time of something of which no picture and no file may be taken."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from evidence.i18n import Texts
from evidence.model import Item, MinorAnswer, WithoutMedia
from ui.desk import Desk
from ui.fields import Field, TextField
from ui.flow import FlowLayout
from ui.minor import TurnTo
from ui.page import Page
from ui.theme import Theme
from ui.widgets import Button, Card, text


class WithoutMediaPage(Page):
    """Four places to write into, all optional but one; and whom to turn to."""

    WAY = "cases"
    HELP = "minor"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, has_back=True)
        self.case_id = ""
        self.said = MinorAnswer.UNSURE
        self.back.clicked.connect(self._leave_for_case)
        self.lead = text()
        self.body.addWidget(self.lead)
        card = Card()
        self.address, self.accounts, self.seen, self.access = Field(), Field(), Field(), Field()
        self.description = TextField()
        for part in (self.address, self.accounts, self.seen, self.description, self.access):
            card.inside.addWidget(part)
        row = FlowLayout(gap=10)
        self.keep_button, self.leave_button = Button(desk, "main", "check"), Button(desk)
        self.keep_button.clicked.connect(self.keep)
        self.leave_button.clicked.connect(self._leave_for_case)
        row.addWidget(self.keep_button)
        row.addWidget(self.leave_button)
        card.inside.addLayout(row)
        self.body.addWidget(card)
        self.turn_to = TurnTo(desk)
        self.body.addWidget(self.turn_to)
        self.body.addStretch(1)

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.back.setText(t("&Back to the case"))
        self.say_title(t("Note it without a picture"))
        self.lead.setText(
            t("Nothing was opened, copied or taken. What you write here becomes an exhibit; one line is enough.")
        )
        self.address.name(t("The &link, or where it is"), t("It is written down as it is. It is not opened."))
        self.accounts.name(
            t("Names and numbers of &accounts and rooms"), t("For example @name, a number, the name of a room.")
        )
        self.seen.name(t("&When you saw it"), t("As exactly as you know: “Monday evening” is fine."))
        self.description.name(
            t("A &few words about it, if you want"), t("Without describing the picture: what was said, what was asked.")
        )
        self.access.name(
            t("How you could see &it, if you want"),
            t("For example: it was sent to me, I was added to the room, it is public."),
        )
        self.keep_button.setText(t("&Keep this"))
        self.leave_button.setText(t("N&ot now"))
        self.turn_to.retranslate(t)

    def relook(self, theme: Theme) -> None:
        super().relook(theme)
        if hasattr(self, "description"):
            self.description.set_height(theme.px(76))

    def open_for(self, case_id: str, said: MinorAnswer, address: str) -> None:
        """Note something for this case, after that answer."""
        self.case_id, self.said = case_id, said
        self.address.line.setText(address)

    def first_focus(self) -> QWidget:
        return self.address.line

    def leave(self) -> None:
        super().leave()
        self._drop_words()

    def forget(self) -> None:
        super().forget()
        self.case_id = ""
        self._drop_words()

    def keep(self) -> None:
        """Keep what was written as an exhibit."""
        session, case_id, said = self.desk.session, self.case_id, self.said
        noted = WithoutMedia(
            self.address.line.text(), self.accounts.line.text(), self.seen.line.text(), self.description.words()
        )
        access = self.access.line.text().strip()

        def done(item: Item) -> None:
            self._drop_words()
            self.desk.go.show_case(case_id)
            self.desk.go.said_in_case([item])

        self.work(
            lambda _progress, _cancelled: session.guard.note_without_media(case_id, noted, said, lawful_access=access),
            done,
            blocks=True,
            failed=lambda _problem: self.address.line.setFocus(),
        )

    def _leave_for_case(self) -> None:
        self.desk.go.show_case(self.case_id)

    def _drop_words(self) -> None:
        for field in (self.address, self.accounts, self.seen, self.access):
            field.line.setText("")
        self.description.forget()
