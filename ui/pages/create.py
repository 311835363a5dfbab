"""Make a vault: where, who, the passphrase, and then the recovery key, shown this once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from evidence.i18n import Texts
from evidence.model import Examiner, OperatorRole
from ui import wording
from ui.chooser import PlaceField
from ui.desk import Desk
from ui.fields import Field
from ui.flow import FlowLayout
from ui.page import Page
from ui.paper import PaperCard
from ui.secrets import NewPassphrase
from ui.widgets import Button, Card, Question, text

if TYPE_CHECKING:
    from evidence.session import Session


class CreatePage(Page):
    """Two steps on one page: the form, and the recovery key."""

    HELP = "create"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, has_back=True)
        self.back.clicked.connect(self._go_back)
        self._session: Session | None = None
        self.form, self.key_card = QWidget(), PaperCard(desk)
        self.key, self.written = self.key_card.key, self.key_card.written
        self.continue_button = self.key_card.continue_button
        self.key_card.done.connect(self._continue)
        self._build_form()
        self.body.addWidget(self.form)
        self.body.addWidget(self.key_card)
        self.body.addStretch(1)
        self.key_card.hide()

    def _build_form(self) -> None:
        desk = self.desk
        column = QVBoxLayout(self.form)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        safety = Card("plain")
        self.safety_title, self.safety_text = text("label"), text()
        safety.inside.addWidget(self.safety_title)
        safety.inside.addWidget(self.safety_text)
        column.addWidget(safety)
        card = Card()
        column.addWidget(card)
        self.place = PlaceField(desk)
        self.place.line.setText(str(desk.suggested_vault))
        card.inside.addWidget(self.place)
        self.role_asked = Question()
        card.inside.addWidget(self.role_asked)
        roles = FlowLayout(gap=18)
        group = QButtonGroup(self)
        self.roles: dict[OperatorRole, QRadioButton] = {}
        for role in OperatorRole:
            self.roles[role] = QRadioButton()
            group.addButton(self.roles[role])
            roles.addWidget(self.roles[role])
        self.roles[OperatorRole.VICTIM].setChecked(True)
        self.role_asked.inside.addLayout(roles)
        self.person = Field()
        card.inside.addWidget(self.person)
        self.new = NewPassphrase(desk)
        self.first, self.second = self.new.first, self.new.second
        self.new.confirmed.connect(self.make)
        card.inside.addWidget(self.new)
        self.create_button = Button(desk, "main", "lock")
        self.create_button.clicked.connect(self.make)
        row = FlowLayout(gap=10)
        row.addWidget(self.create_button)
        card.inside.addLayout(row)

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.back.setText(t("&Back"))
        self.say_title(t("A new vault"))
        self.safety_title.setText(t("Is this computer safe for you?"))
        self.safety_text.setText(
            t(
                "If someone you do not trust can use this computer or see what you do on it, another may be better: "
                "a friend’s, or one at a support centre."
            )
        )
        self.place.name(t("&Where to keep it"), t("A new or empty folder that no cloud copies."))
        self.place.retranslate(t)
        self.role_asked.ask(t("Who will work with it?"))
        for role, choice in self.roles.items():
            choice.setText(wording.begun(t.code("name", f"role.{role}")))
        self.person.name(t("Na&me, if you want"), t("It is printed in packages. You can leave it empty."))
        self.new.retranslate(t, t("&Passphrase"), t("The &same once more"))
        self.create_button.setText(t("Make the &vault"))
        self.key_card.retranslate(t)

    def first_focus(self) -> QWidget:
        return self.place.line if self._session is None else self.written

    def forget(self) -> None:
        super().forget()
        self._reset()

    def make(self) -> None:
        """Make the vault with what was typed."""
        passphrase = self.new.take()
        if not passphrase:
            return
        path, doors = self.place.path(), self.desk.doors
        role = next(role for role, choice in self.roles.items() if choice.isChecked())
        examiner = Examiner(role=role, name=self.person.line.text().strip())

        def done(made: tuple[Session, str]) -> None:
            self._session, recovery_key = made
            self.desk.go.made(self._session)
            self.form.hide()
            self.back.hide()
            self.key_card.show_key(recovery_key)
            self.key_card.show()
            self.written.setFocus()

        self.work(
            lambda _progress, _cancelled: doors.create_vault(path, passphrase, examiner=examiner),
            done,
            label=self.desk.t("Making the vault. This takes a moment on purpose."),
            can_stop=False,
            failed=lambda _problem: self.first.line.setFocus(),
        )

    def leave(self) -> None:
        super().leave()
        self.new.forget()

    def _go_back(self) -> None:
        self.desk.go.show_start()

    def _continue(self) -> None:
        session = self._session
        self._reset()
        if session is not None:
            self.desk.go.opened(session)

    def _reset(self) -> None:
        self._session = None
        self.key_card.forget()
        self.person.line.clear()
        self.new.forget()
        self.key_card.hide()
        self.form.show()
        self.back.show()
