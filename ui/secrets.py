"""Secrets that are typed: a new passphrase with advice, and the present secret that a change asks for again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from evidence.i18n import Texts
from ui import wording
from ui.desk import Desk
from ui.flow import FlowLayout
from ui.jobs import Lane
from ui.widgets import SecretField, text

if TYPE_CHECKING:
    from evidence.session import Given, PassphraseAdvice


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


class PresentSecret(QWidget):
    """What opens the vault now: the passphrase, or the recovery key."""

    confirmed = Signal()
    """Enter was pressed."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        ways = FlowLayout(gap=18)
        group = QButtonGroup(self)
        self.by_passphrase, self.by_key = QRadioButton(), QRadioButton()
        for choice in (self.by_passphrase, self.by_key):
            group.addButton(choice)
            ways.addWidget(choice)
        self.by_passphrase.setChecked(True)
        self.by_key.toggled.connect(lambda: self.retranslate(self._desk.t))
        self.secret = SecretField(desk)
        self.secret.line.returnPressed.connect(self.confirmed)
        column.addLayout(ways)
        column.addWidget(self.secret)

    def retranslate(self, t: Texts) -> None:
        """Say its words in the language of ``t``."""
        self.by_passphrase.setText(t("Wit&h the passphrase"))
        self.by_key.setText(t("With the &recovery key"))
        self.secret.name(
            t("The pr&esent recovery key") if self.by_key.isChecked() else t("The pr&esent passphrase"),
        )
        self.secret.show_button.setText(t("Show"))
        self.secret.show_button.setAccessibleName(t("Show what is typed"))

    @property
    def is_typed(self) -> bool:
        """Whether anything is typed."""
        return bool(self.secret.line.text())

    def take(self) -> Callable[[], Given]:
        """What was typed, as the session takes it; the line is empty afterwards. To be called on a lane."""
        is_key, typed = self.by_key.isChecked(), self.secret.take()

        def given() -> Given:
            from evidence.session import Given

            return Given(recovery_key=typed) if is_key else Given(passphrase=typed)

        return given

    def focus(self) -> None:
        """Bring the keyboard here."""
        self.secret.line.setFocus()

    def forget(self) -> None:
        """Empty the line."""
        self.secret.forget()
        self.by_passphrase.setChecked(True)
