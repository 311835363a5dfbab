"""Secrets that are typed: a new passphrase with advice, and what opens the vault, which a change asks for again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from evidence.errors import EvidenceError
from evidence.i18n import Texts
from ui import wording
from ui.chooser import PlaceField
from ui.desk import Desk
from ui.fields import SecretField
from ui.flow import FlowLayout
from ui.jobs import Lane
from ui.widgets import text

if TYPE_CHECKING:
    from evidence.session import Given, PassphraseAdvice

KINDS = PASSPHRASE, KEY, SHARES, FILE = "passphrase", "recovery_key", "shares", "public_key"
"""What opens a vault, by the kind of slot that it opens."""
MAX_KEY_FILE = 64 * 1024


class NewPassphrase(QWidget):
    """A new passphrase, typed twice, with advice while it is typed. It advises; what is refused is the vault's rule."""

    confirmed = Signal()
    """Enter was pressed in the second line."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._judged: PassphraseAdvice | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        self.first, self.second = SecretField(desk), SecretField(desk)
        self.second.show_button.hide()
        self.first.show_button.toggled.connect(self.second.show_button.setChecked)
        self.first.line.textChanged.connect(self._judge)
        self.second.line.textChanged.connect(self._advise)
        self.second.line.returnPressed.connect(self.confirmed)
        self.advice, self.same = text("small"), text("small")
        for part in (self.first, self.advice, self.second, self.same):
            column.addWidget(part)

    def retranslate(self, t: Texts, first: str, second: str) -> None:
        """Name the two lines, and say the advice in the language of ``t``."""
        self.first.name(first)
        self.second.name(second)
        self.first.show_button.setText(t("Show"))
        for field in (self.first, self.second):
            field.show_button.setAccessibleName(t("Show what is typed"))
        self._advise()

    def take(self) -> str:
        """What was typed twice alike; the lines are empty afterwards. An empty string, and the keyboard goes where it
        is needed, when they are not alike."""
        if not self.first.line.text() or self.first.line.text() != self.second.line.text():
            self._advise()
            (self.second if self.first.line.text() else self.first).line.setFocus()
            return ""
        typed = self.first.take()
        self.second.forget()
        return typed

    def forget(self) -> None:
        """Empty both lines."""
        self.first.forget()
        self.second.forget()

    def _judge(self, typed: str) -> None:
        """Have it judged off the window's thread: the first time, that loads the library."""
        self._judged = None
        self._advise()
        if not typed:
            return
        judge = self._desk.doors.judge_passphrase

        def done(judged: PassphraseAdvice) -> None:
            if isValid(self) and typed == self.first.line.text():
                self._judged = judged
                self._advise()

        self._desk.jobs.start(
            lambda _progress, _cancelled: judge(typed), done, lambda _problem: None, lane=Lane.PARALLEL
        )

    def _advise(self) -> None:
        t = self._desk.t
        if self._judged is None:
            self.advice.setText(
                t("Four words or more that do not belong together are easy to remember and hard to guess.")
            )
        else:
            strength = wording.named(t, f"passphrase.{self._judged.strength}")
            advice = wording.named(t, f"passphrase.advice.{self._judged.advice}")
            self.advice.setText(f"{strength[:1].upper()}{strength[1:]}. {advice}")
        second = self.second.line.text()
        if not second:
            self.same.setText(t("There is no way back in without the passphrase or the recovery key."))
        elif second == self.first.line.text():
            self.same.setText(t("Both are the same."))
        else:
            self.same.setText(t("The two are not the same yet."))


class OpeningSecret(QWidget):
    """A secret that opens the vault: the passphrase, the recovery key, two recovery shares, or a private key file.

    With ``is_present`` its names say that it is the one that opens the vault now, beside a new one.
    """

    confirmed = Signal()
    """Enter was pressed in the last line."""
    chosen = Signal()
    """Another kind was chosen."""

    def __init__(self, desk: Desk, *, is_present: bool = False) -> None:
        super().__init__()
        self._desk, self._is_present = desk, is_present
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        ways = FlowLayout(gap=18)
        group = QButtonGroup(self)
        self.by_passphrase, self.by_key, self.by_shares, self.by_file = (QRadioButton() for _kind in KINDS)
        self._choices = dict(zip(KINDS, (self.by_passphrase, self.by_key, self.by_shares, self.by_file), strict=True))
        for choice in self._choices.values():
            group.addButton(choice)
            ways.addWidget(choice)
        self.by_passphrase.setChecked(True)
        group.buttonToggled.connect(self._choose)
        self.secret = SecretField(desk)
        self.shares = (SecretField(desk), SecretField(desk))
        self.file, self.password = PlaceField(desk, wants="file"), SecretField(desk)
        column.addLayout(ways)
        for part in (self.secret, *self.shares, self.file, self.password):
            column.addWidget(part)
        self.shares[1].show_button.hide()
        self.shares[0].show_button.toggled.connect(self.shares[1].show_button.setChecked)
        self.shares[0].line.returnPressed.connect(self.shares[1].line.setFocus)
        self.file.line.returnPressed.connect(self.password.line.setFocus)
        for last in (self.secret, self.shares[1], self.password):
            last.line.returnPressed.connect(self.confirmed)
        self._show()

    def retranslate(self, t: Texts) -> None:
        """Say its words in the language of ``t``."""
        self.by_passphrase.setText(t("Wit&h the passphrase"))
        self.by_key.setText(t("With the &recovery key"))
        self.by_shares.setText(t("With two recovery &shares"))
        self.by_file.setText(t("With a private key fi&le"))
        if self._is_present:
            self.secret.name(t("The pr&esent recovery key") if self.kind == KEY else t("The pr&esent passphrase"))
        elif self.kind == KEY:
            self.secret.name(t("Recovery &key"), t("The key that you wrote down when the vault was made."))
        else:
            self.secret.name(t("Pass&phrase"))
        self.shares[0].name(t("One share"))
        self.shares[1].name(t("Another share"), t("The words on two of the three papers, in any order."))
        self.file.name(t("File with the private key"), t("A PEM file. Its public half was added to this vault."))
        self.file.retranslate(t)
        self.password.name(t("Password of that file, if it has one"))
        for field in (self.secret, *self.shares, self.password):
            field.show_button.setText(t("Show"))
            field.show_button.setAccessibleName(t("Show what is typed"))

    def limit(self, kinds: Sequence[str]) -> None:
        """Offer these kinds alone, the first of which is chosen."""
        for kind, choice in self._choices.items():
            choice.setVisible(len(kinds) > 1 and kind in kinds)
        self.choose(kinds[0])

    def choose(self, kind: str) -> None:
        """Ask for this kind, one of :data:`KINDS`."""
        self._choices[kind].setChecked(True)

    @property
    def kind(self) -> str:
        """Which kind is chosen, one of :data:`KINDS`."""
        return next(kind for kind, choice in self._choices.items() if choice.isChecked())

    @property
    def is_typed(self) -> bool:
        """Whether everything that it takes is there."""
        return self._missing() is None

    def take(self) -> Callable[[], Given]:
        """What was typed, as the session takes it; the lines are empty afterwards. To be called on a lane, where it
        raises ``vault.private_key_unusable`` for a file that cannot be read."""
        kind, typed, password, path = self.kind, self.secret.take(), self.password.take(), self.file.path()
        shares = [share.take() for share in self.shares]

        def given() -> Given:
            from evidence.session import Given

            if kind == FILE:
                return Given(private_key=_private_key(path), private_key_password=password or None)
            if kind == SHARES:
                return Given(shares=shares)
            return Given(recovery_key=typed) if kind == KEY else Given(passphrase=typed)

        return given

    def focus(self) -> None:
        """Bring the keyboard to what is missing, or to the first line."""
        first = {SHARES: self.shares[0].line, FILE: self.file.line}.get(self.kind, self.secret.line)
        (self._missing() or first).setFocus()

    def forget(self) -> None:
        """Empty the lines."""
        for field in (self.secret, *self.shares, self.password):
            field.forget()
        self.file.line.setText("")
        self.by_passphrase.setChecked(True)

    def _missing(self) -> QWidget | None:
        needed = {SHARES: [share.line for share in self.shares], FILE: [self.file.line]}
        return next((line for line in needed.get(self.kind, [self.secret.line]) if not line.text().strip()), None)

    def _choose(self, _choice: object, is_chosen: bool) -> None:
        if is_chosen:
            self._show()
            self.retranslate(self._desk.t)
            self.chosen.emit()

    def _show(self) -> None:
        kind = self.kind
        self.secret.setVisible(kind in (PASSPHRASE, KEY))
        for share in self.shares:
            share.setVisible(kind == SHARES)
        self.file.setVisible(kind == FILE)
        self.password.setVisible(kind == FILE)


def _private_key(path: Path) -> bytes:
    """The bytes of a key file, no more than a key needs."""
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_KEY_FILE)
    except OSError as problem:
        raise EvidenceError("vault.private_key_unusable") from problem
