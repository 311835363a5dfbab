"""The page before a vault is open: open one, make one, or check a package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QRadioButton, QWidget

from evidence.errors import EvidenceError
from evidence.i18n import LANGUAGES, Texts
from ui.chooser import PlaceField
from ui.desk import LANGUAGE_NAMES, Desk
from ui.flow import FlowLayout
from ui.page import Page
from ui.widgets import Button, Card, SecretField, text

if TYPE_CHECKING:
    from evidence.session import Session


class StartPage(Page):
    """Unlock by passphrase or recovery key; ways to the pages that need no vault."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.lead = text("lead")
        self.body.addWidget(self.lead)

        card = Card()
        self.place = PlaceField(desk)
        self.place.line.setText(desk.settings.vault or str(desk.suggested_vault))
        card.inside.addWidget(self.place)
        ways = FlowLayout(gap=18)
        self.by_passphrase, self.by_key = QRadioButton(), QRadioButton()
        group = QButtonGroup(self)
        for choice in (self.by_passphrase, self.by_key):
            group.addButton(choice)
            ways.addWidget(choice)
        self.by_passphrase.setChecked(True)
        self.by_key.toggled.connect(lambda: self.retranslate(self.desk.t))
        card.inside.addLayout(ways)
        self.secret = SecretField(desk)
        self.secret.line.returnPressed.connect(self.unlock)
        card.inside.addWidget(self.secret)
        self.remember = QCheckBox()
        self.remember.setChecked(bool(desk.settings.vault))
        card.inside.addWidget(self.remember, 0, Qt.AlignmentFlag.AlignLeft)
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
        others.addWidget(self.create_button)
        others.addWidget(self.verify_button)
        others.addWidget(self.restore_button)
        self.body.addLayout(others)
        tongues = FlowLayout(gap=8)
        tongue_group = QButtonGroup(self)
        self.tongues: dict[str, Button] = {}
        for language in LANGUAGES:
            button = Button(desk, "choice")
            button.setText(LANGUAGE_NAMES[language])
            button.clicked.connect(lambda _checked=False, to=language: self._speak(to))
            tongue_group.addButton(button)
            tongues.addWidget(button)
            self.tongues[language] = button
        self.body.addLayout(tongues)
        self.promise = text("quiet")
        self.body.addWidget(self.promise)
        self.body.addStretch(1)

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.heading.setText("Holdfast")
        self.lead.setText(t("Keeps what you put into it encrypted, dated and unchanged, on this computer alone."))
        self.tongues[self.desk.language].setChecked(True)
        self.place.name(t("&Where the vault is"))
        self.place.retranslate(t)
        self.by_passphrase.setText(t("Wit&h the passphrase"))
        self.by_key.setText(t("With the &recovery key"))
        if self.by_key.isChecked():
            self.secret.name(t("Recovery &key"), t("The key that you wrote down when the vault was made."))
        else:
            self.secret.name(t("Pass&phrase"))
        self.secret.show_button.setText(t("Show"))
        self.secret.show_button.setAccessibleName(t("Show what is typed"))
        self.remember.setText(t("Remember this place on this computer"))
        self.open_button.setText(t("&Open"))
        self.create_button.setText(t("Make a &new vault"))
        self.verify_button.setText(t("&Check a package"))
        self.restore_button.setText(t("Make a vault from a &backup"))
        self.promise.setText(t("Nothing is sent anywhere. There is no account."))

    def enter(self) -> None:
        if not self.place.line.text():
            self.place.line.setText(str(self.desk.suggested_vault))

    def leave(self) -> None:
        super().leave()
        self.secret.forget()

    def first_focus(self) -> QWidget:
        is_there = Path(self.place.line.text()).joinpath("slots.json").exists()
        return self.secret.line if is_there else self.create_button

    def _speak(self, language: str) -> None:
        try:
            self.desk.change(language=language)
        except EvidenceError as problem:
            self.say_problem(problem)

    def unlock(self) -> None:
        """Open the vault with what was typed."""
        t = self.desk.t
        path = self.place.path()
        secret = self.secret.take()
        is_key = self.by_key.isChecked()
        doors = self.desk.doors
        place = str(path) if self.remember.isChecked() else ""

        def done(session: Session) -> None:
            self.by_passphrase.setChecked(True)
            self.desk.go.opened(session)
            if place != self.desk.settings.vault:
                self.desk.change(vault=place)

        def failed(_problem: BaseException) -> None:
            self.secret.line.setFocus()

        self.work(
            lambda _progress, _cancelled: (
                doors.open_vault(path, recovery_key=secret) if is_key else doors.open_vault(path, passphrase=secret)
            ),
            done,
            label=t("Opening. This takes a moment on purpose."),
            can_stop=False,
            failed=failed,
        )
