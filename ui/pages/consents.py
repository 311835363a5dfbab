"""What was agreed to: each purpose by itself, nothing given beforehand, *Not now* as good as *Agree*."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QLabel

from evidence.i18n import N_, Texts
from evidence.model import Consent, Purpose
from ui.desk import Desk
from ui.flow import FlowLayout
from ui.rooms import CaseRoom
from ui.widgets import Button, Card, text

WHAT = {
    Purpose.KEEP_MEDIA: N_(
        "Pictures and files stay encrypted in this vault. Taken back: nothing more comes in; what is here can be kept "
        "less of, exhibit by exhibit."
    ),
    Purpose.COUNSELLOR: N_(
        "Packages may be made for a counsellor. Taken back: none more; what they have stays with them, and you can ask "
        "them to erase it."
    ),
    Purpose.POLICE: N_(
        "Packages may be made for the police. Taken back: none more; what the police have stays in their file."
    ),
    Purpose.PLATFORM: N_(
        "A platform may be told of it. Taken back: it is told no more; what it was told stays there."
    ),
}


class ConsentsPage(CaseRoom):
    """Four cards of the same kind."""

    KEY = "consents"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._consents: Sequence[Consent] = ()
        self.lead = text()
        self.body.addWidget(self.lead)
        self.cards: dict[Purpose, tuple[QLabel, QLabel, QLabel, Button, Button]] = {}
        for purpose in Purpose:
            card, name, what, stands = Card(), text("label"), text(), text("small")
            give, other = Button(desk), Button(desk)
            give.clicked.connect(lambda _checked=False, to=purpose: self.say_to(to, is_given=True))
            other.clicked.connect(lambda _checked=False, to=purpose: self.say_to(to, is_given=False))
            row = FlowLayout(gap=10)
            row.addWidget(give)
            row.addWidget(other)
            for part in (name, what, stands):
                card.inside.addWidget(part)
            card.inside.addLayout(row)
            self.body.addWidget(card)
            self.cards[purpose] = (name, what, stands, give, other)
        self.body.addStretch(1)
        self._show()

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.lead.setText(
            t(
                "Each stands for itself and can be taken back at any time. The custody log notes each answer with its "
                "time."
            )
        )
        self._show()

    def read_in(self) -> None:
        session, case_id = self.desk.session, self.case_id

        def done(found: tuple[Consent, ...]) -> None:
            if case_id == self.case_id:
                self._consents = found
                self._show()

        self.work(lambda _progress, _cancelled: session.consents.all(case_id), done)

    def forget(self) -> None:
        super().forget()
        self._consents = ()
        self._show()

    def say_to(self, purpose: Purpose, *, is_given: bool) -> None:
        """Agree, take back, or leave it for now: that changes and notes nothing."""
        session, case_id = self.desk.session, self.case_id
        now = next((one for one in self._consents if one.purpose is purpose), Consent(purpose))
        if now.is_given == is_given:
            self.say(lambda t: (t("Nothing was changed."), ""), kind="plain")
            return
        verb = session.consents.give if is_given else session.consents.withdraw

        def done(_nothing: object) -> None:
            self.say(
                lambda t: (
                    (t("It is noted."), "")
                    if is_given
                    else (
                        t("It is taken back."),
                        t("It counts from now on. What was handed over already stays with those who have it."),
                    )
                )
            )
            self.read_in()

        self.work(lambda _progress, _cancelled: verb(case_id, purpose), done, blocks=True)

    def _show(self) -> None:
        t, said = self.desk.t, {consent.purpose: consent for consent in self._consents}
        for purpose, (name, what, stands, give, other) in self.cards.items():
            consent = said.get(purpose, Consent(purpose))
            title = t.code("name", f"purpose.{purpose}")
            name.setText(title)
            what.setText(t(WHAT[purpose]))
            when = t.moment(consent.said_at) if consent.said_at is not None else ""
            stands.setText(
                t("agreed, {time}", time=when) if consent.is_given
                else t("taken back, {time}", time=when) if consent.is_withdrawn else t("not answered")
            )  # fmt: skip
            give.setText(t("Agree"))
            give.setVisible(not consent.is_given)
            other.setText(t("Take it back") if consent.is_given else t("Not now"))
            for button in (give, other):
                button.setAccessibleName(f"{button.text()}: {title}")
