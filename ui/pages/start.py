"""The page before a vault is open: open one, make one, or check a package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QButtonGroup, QCheckBox, QFrame, QHBoxLayout, QWidget

from evidence.errors import EvidenceError
from evidence.i18n import LANGUAGES, Texts
from ui.chooser import PlaceField
from ui.desk import LANGUAGE_NAMES, Desk
from ui.flow import FlowLayout
from ui.page import Page
from ui.secrets import OpeningSecret
from ui.widgets import Button, Card, text

if TYPE_CHECKING:
    from evidence.session import Session


class StartPage(Page):
    """Unlock; ways to the pages that need no vault."""

    HELP = "start"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.lead = text("lead")
        self.body.addWidget(self.lead)

        card = Card()
        self.place = PlaceField(desk)
        self.place.line.setText(desk.settings.vault or str(desk.suggested_vault))
        card.inside.addWidget(self.place)
        self.opening = OpeningSecret(desk)
        self.secret, self.by_passphrase, self.by_key = (
            self.opening.secret, self.opening.by_passphrase, self.opening.by_key,
        )  # fmt: skip
        self.opening.confirmed.connect(self.unlock)
        card.inside.addWidget(self.opening)
        self.remember = QCheckBox()
        self.remember.setChecked(bool(desk.settings.vault))
        at_left = QHBoxLayout()
        at_left.addWidget(self.remember)
        at_left.addStretch(1)
        card.inside.addLayout(at_left)
        self.open_button = Button(desk, "main", "key")
        self.open_button.clicked.connect(self.unlock)
        row = FlowLayout(gap=10)
        row.addWidget(self.open_button)
        card.inside.addLayout(row)
        self.body.addWidget(card)

        others = FlowLayout(gap=10)
        self.create_button = Button(desk, "", "plus")
        self.create_button.clicked.connect(lambda: self.desk.go.show_create())
        self.verify_button = Button(desk, "", "verify")
        self.verify_button.clicked.connect(lambda: self.desk.go.show_verify())
        self.restore_button = Button(desk, "", "copy")
        self.restore_button.clicked.connect(lambda: self.desk.go.show_restore())
        self.first_button = Button(desk, "", "info")
        self.first_button.clicked.connect(lambda: self.desk.go.show_welcome())
        self.practice_button = Button(desk, "", "package")
        self.practice_button.clicked.connect(lambda: self.desk.go.practise())
        others.addWidget(self.create_button)
        others.addWidget(self.verify_button)
        others.addWidget(self.restore_button)
        others.addWidget(self.practice_button)
        others.addWidget(self.first_button)
        self.body.addLayout(others)
        self.tongue_panel = QFrame()
        tongues = FlowLayout(self.tongue_panel, gap=8)
        tongue_group = QButtonGroup(self)
        self.tongues: dict[str, Button] = {}
        for language in LANGUAGES:
            button = Button(desk, "choice")
            button.setAutoExclusive(True)  # tells a screen reader that it is one of several; the group alone does not
            button.setText(LANGUAGE_NAMES[language])
            button.clicked.connect(lambda _checked=False, to=language: self._speak(to))
            tongue_group.addButton(button)
            tongues.addWidget(button)
            self.tongues[language] = button
        self.body.addWidget(self.tongue_panel)
        self.promise = text("quiet")
        self.body.addWidget(self.promise)
        self.body.addStretch(1)

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.say_title("Holdfast")
        self.tongue_panel.setAccessibleName(t("Language"))
        self.lead.setText(t("Keeps what you put into it encrypted, dated and unchanged, on this computer alone."))
        self.tongues[self.desk.language].setChecked(True)
        self.place.name(t("&Where the vault is"))
        self.place.retranslate(t)
        self.opening.retranslate(t)
        self.remember.setText(t("Remember this place on this computer"))
        self.open_button.setText(t("&Open"))
        self.create_button.setText(t("Make a &new vault"))
        self.verify_button.setText(t("&Check a package"))
        self.restore_button.setText(t("Make a vault from a &backup"))
        self.practice_button.setText(t("Practise first"))
        self.first_button.setText(t("Is this computer safe?"))
        self.promise.setText(t("Nothing is sent anywhere. There is no account."))

    def enter(self) -> None:
        if not self.place.line.text():
            self.place.line.setText(str(self.desk.suggested_vault))

    def leave(self) -> None:
        super().leave()
        self.opening.forget()

    def first_focus(self) -> QWidget:
        return self.secret.line if self.is_vault_there() else self.create_button

    def is_vault_there(self) -> bool:
        """Whether a vault stands at the place in the line."""
        return Path(self.place.line.text()).joinpath("slots.json").exists()

    def _speak(self, language: str) -> None:
        try:
            self.desk.change(language=language)
        except EvidenceError as problem:
            self.say_problem(problem)

    def unlock(self) -> None:
        """Open the vault with what was typed."""
        if not self.opening.is_typed:
            self.opening.focus()
            return
        t = self.desk.t
        path, given, doors = self.place.path(), self.opening.take(), self.desk.doors
        place = str(path) if self.remember.isChecked() else ""

        def done(session: Session) -> None:
            self.opening.forget()
            self.desk.go.opened(session)
            if place != self.desk.settings.vault:
                self.desk.change(vault=place)

        def failed(_problem: BaseException) -> None:
            self.opening.focus()

        self.work(
            lambda _progress, _cancelled: doors.open_vault(path, given=given()),
            done,
            label=t("Opening. This takes a moment on purpose."),
            can_stop=False,
            failed=failed,
        )
