"""Make a vault from a backup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from evidence.i18n import Texts
from ui.chooser import PlaceField
from ui.desk import Desk
from ui.flow import FlowLayout
from ui.page import Page
from ui.pages.upkeep import copied_lines
from ui.secrets import OpeningSecret
from ui.widgets import Button, Card, text

if TYPE_CHECKING:
    from evidence.session import BackupOutcome, Session


class RestorePage(Page):
    """Where the backup is, where the vault goes, what opens it; and then what came over."""

    HELP = "start"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, has_back=True)
        self._session: Session | None = None
        self._outcome: BackupOutcome | None = None
        self.back.clicked.connect(lambda: self.desk.go.show_start())
        self.form, self.result = Card(), Card("good")
        self.what = text()
        self.backup, self.place = PlaceField(desk), PlaceField(desk)
        self.place.line.setText(str(desk.suggested_vault))
        self.present = OpeningSecret(desk)
        self.present.confirmed.connect(self.make)
        for part in (self.what, self.backup, self.place, self.present):
            self.form.inside.addWidget(part)
        row = FlowLayout(gap=10)
        self.make_button = Button(desk, "main", "drive")
        self.make_button.clicked.connect(self.make)
        row.addWidget(self.make_button)
        self.form.inside.addLayout(row)
        self.result_title, self.result_text = text("heading"), text()
        self.result.inside.addWidget(self.result_title)
        self.result.inside.addWidget(self.result_text)
        self.continue_button = Button(desk, "main", "check")
        self.continue_button.clicked.connect(self._continue)
        on = FlowLayout(gap=10)
        on.addWidget(self.continue_button)
        self.result.inside.addLayout(on)
        self.body.addWidget(self.form)
        self.body.addWidget(self.result)
        self.body.addStretch(1)
        self.result.hide()

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.back.setText(t("&Back"))
        self.say_title(t("A vault from a backup"))
        self.what.setText(
            t(
                "Everything is copied into a new vault, and every byte is checked. The backup stays. If you stop it, "
                "it is no vault yet; choose the same folders again, and it goes on where it was."
            )
        )
        self.backup.name(t("Where the b&ackup is"))
        self.backup.retranslate(t)
        self.place.name(t("&Where to keep it"), t("A new or empty folder that no cloud copies."))
        self.place.retranslate(t)
        self.present.retranslate(t)
        self.make_button.setText(t("Make the &vault"))
        self.continue_button.setText(t("&Continue"))
        self._show()

    def first_focus(self) -> QWidget:
        return self.backup.line if self._session is None else self.continue_button

    def leave(self) -> None:
        super().leave()
        self.present.forget()

    def forget(self) -> None:
        super().forget()
        self._reset()

    def make(self) -> None:
        """Make the vault."""
        if not self.backup.line.text().strip():
            self.backup.line.setFocus()
            return
        if not self.present.is_typed:
            self.present.focus()
            return
        doors, backup, place, given = self.desk.doors, self.backup.path(), self.place.path(), self.present.take()

        def made(progress: object, cancelled: object) -> tuple[BackupOutcome, Session]:
            secret = given()
            outcome = doors.restore_vault(backup, secret, place, progress=progress, cancelled=cancelled)
            return outcome, doors.open_vault(place, given=secret)

        def done(found: tuple[BackupOutcome, Session]) -> None:
            self._outcome, self._session = found
            self.desk.go.made(self._session)
            self._show()
            self.continue_button.setFocus()

        self.work(
            made,
            done,
            label=self.desk.t("Making the vault from the backup"),
            failed=lambda _problem: self.present.focus(),
        )

    def _continue(self) -> None:
        session = self._session
        self._reset()
        if session is not None:
            self.desk.go.opened(session)

    def _reset(self) -> None:
        self._session = self._outcome = None
        self.backup.line.setText("")
        self.present.forget()
        self._show()

    def _show(self) -> None:
        t, outcome = self.desk.t, self._outcome
        self.form.setVisible(outcome is None)
        self.back.setVisible(outcome is None)
        self.result.setVisible(outcome is not None)
        if outcome is not None:
            self.result.become("care" if outcome.findings else "good")
            self.result_title.setText(
                t("The vault is made, but not everything in the backup was whole.")
                if outcome.findings
                else t("The vault is made.")
            )
            damage = [t("Damaged: {what}", what=t.code("name", one.code, **one.params)) for one in outcome.findings]
            self.result_text.setText("\n".join([*copied_lines(t, outcome), *damage]))
