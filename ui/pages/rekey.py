"""A new master key: what goes with the old one, the secret that stays, and then the new recovery key, shown this once.

The vault is closed while it gets its key. Whatever goes wrong, it is open again afterwards, or locked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from evidence.errors import CancelledError, EvidenceError
from evidence.i18n import Texts
from ui.desk import Desk
from ui.flow import FlowLayout
from ui.page import Page
from ui.pages.way import slot_words
from ui.paper import PaperCard
from ui.secrets import FILE, KEY, OpeningSecret
from ui.widgets import Button, Card, text

if TYPE_CHECKING:
    from evidence.session import Given, Session, SlotInfo


@dataclass(frozen=True)
class Rekeyed:
    """What came of it: the vault, open under its new key or, with a problem, as it was; None when it stays closed."""

    session: Session | None
    recovery_key: str = ""
    problem: BaseException | None = None

    def __repr__(self) -> str:
        return "Rekeyed(…)"


class RekeyPage(Page):
    """Two steps on one page, as for a new vault: the form, and the recovery key."""

    WAY = "settings"
    HELP = "upkeep"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, has_back=True)
        self.slots: Sequence[SlotInfo] = ()
        self._session: Session | None = None
        self._opened: list[Session] = []
        """Opened by the work on its lane, and not handed over yet."""
        self.back.clicked.connect(lambda: self.desk.go.show_upkeep())
        self.form, self.key_card = Card(), PaperCard(desk, _explained)
        self.key, self.written = self.key_card.key, self.key_card.written
        self.key_card.done.connect(self._continue)
        self._build_form()
        self.body.addWidget(self.form)
        self.body.addWidget(self.key_card)
        self.body.addStretch(1)
        self.key_card.hide()

    def _build_form(self) -> None:
        inside = self.form.inside
        self.what = text()
        self.stays_title, self.stays, self.goes_title, self.goes = text("label"), text(), text("label"), text()
        self.backups = text("small")
        self.again = text("label")
        self.present = OpeningSecret(self.desk, is_present=True)
        self.present.confirmed.connect(self.make)
        self.present.chosen.connect(self._show)
        for part in (self.what, self.again, self.present, self.stays_title, self.stays, self.goes_title, self.goes,
                     self.backups):  # fmt: skip
            inside.addWidget(part)
        row = FlowLayout(gap=10)
        self.make_button = Button(self.desk, "main", "key")
        self.make_button.clicked.connect(self.make)
        row.addWidget(self.make_button)
        inside.addLayout(row)

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.back.setText(t("&Back"))
        self.say_title(t("A new master key"))
        self.what.setText(
            t(
                "For when somebody who must not open the vault any more may have kept its key. Everything gets a new "
                "one; the vault is locked meanwhile. Nothing in it is changed."
            )
        )
        self.stays_title.setText(t("Opens the vault afterwards"))
        self.goes_title.setText(t("Opens it no longer"))
        self.backups.setText(
            t(
                "Backups that were made earlier still open as before, and cannot be brought up to date. Make a new one "
                "in another folder, then destroy them."
            )
        )
        self.again.setText(t("To be sure that it is you"))
        self.present.retranslate(t)
        self.make_button.setText(t("Make the new ke&y"))
        self.key_card.retranslate(t)
        self._show()

    def enter(self) -> None:
        if not self.desk.is_open:
            return
        session = self.desk.session

        def done(slots: Sequence[SlotInfo]) -> None:
            self.slots = sorted(slots, key=lambda slot: (slot.added_at, slot.kind))
            self._show()

        self.work(lambda _progress, _cancelled: session.unlock_methods.all(), done)

    def leave(self) -> None:
        super().leave()
        self.present.forget()
        if self._session is None and self._job is None:
            self._reset()

    def forget(self) -> None:
        super().forget()
        self._reset()
        self.slots = ()
        self._show()
        opened = self._opened
        # On the same lane, so after work that could not stop any more: what that opened is closed again.
        self.desk.jobs.start(lambda _progress, _cancelled: _close(opened), lambda _value: None, lambda _problem: None)

    def first_focus(self) -> QWidget:
        return self.written if self._session is not None else self.present.secret.line

    def make(self) -> None:
        """Lock the vault, give it a new key, and open it."""
        if not self.present.is_typed:
            self.present.focus()
            return
        session, given = self.desk.session, self.present.take()
        rekey, reopen, opened = self.desk.doors.rekey_vault, self.desk.doors.open_vault, self._opened

        def rekeyed(progress: Callable[[float, str], None], cancelled: Callable[[], bool]) -> Rekeyed:
            try:
                secret = given()
                session.unlock_methods.opened_by(secret)
            except EvidenceError as problem:
                return Rekeyed(session, problem=problem)
            folder, actor = session.unlock_methods.folder, session.examiner.role.value
            session.lock()
            try:
                made, recovery_key, _dropped = rekey(
                    folder, secret, actor=actor, progress=progress, cancelled=cancelled
                )
            except (EvidenceError, CancelledError) as problem:
                return Rekeyed(_again(reopen, folder, secret, opened), problem=problem)
            opened.append(made)
            return Rekeyed(made, recovery_key)

        def failed(problem: BaseException) -> None:
            if isinstance(problem, CancelledError):  # before it began
                self._ended(Rekeyed(session, problem=problem))
            else:
                self._ended(Rekeyed(None, problem=problem))

        self.back.hide()
        self.desk.go.rekeying()
        self.work(
            rekeyed,
            self._ended,
            label=self.desk.t("Making the new key. The vault is locked meanwhile."),
            failed=failed,
        )

    def _ended(self, outcome: Rekeyed) -> None:
        """The key is made, or the vault is as it was."""
        session = outcome.session
        self._opened.clear()
        self.back.show()
        if session is None:
            self.desk.go.stays_locked(outcome.problem)
        elif outcome.problem is not None:
            self.desk.go.opened(session)
            self.desk.go.show_rekey()
            self.say_problem(outcome.problem)
            self.present.focus()
        elif outcome.recovery_key:
            self._session = session
            self.show_key(outcome.recovery_key)
            self.desk.go.show_rekey()
            self.desk.go.made(session)
        else:
            self._go_on(session)

    def show_key(self, recovery_key: str) -> None:
        """Show the new recovery key in the place of the form."""
        self.key_card.show_key(recovery_key)
        self.form.hide()
        self.back.hide()
        self.key_card.show()
        self.written.setFocus()

    def _continue(self) -> None:
        session = self._session
        self._reset()
        if session is not None:
            self._go_on(session)

    def _go_on(self, session: Session) -> None:
        self.desk.go.opened(session)
        self.desk.go.show_upkeep()
        self.desk.go.said_in_upkeep("rekey")

    def _reset(self) -> None:
        self._session = None
        self.key_card.forget()
        self.present.forget()
        self.key_card.hide()
        self.form.show()
        self.back.show()

    def _show(self) -> None:
        """What stays and what goes, by the kind of secret that is given."""
        t, kind = self.desk.t, self.present.kind
        given = [slot for slot in self.slots if slot.kind == kind]
        stays = [slot for slot in self.slots if slot.kind == FILE or (slot in given and len(given) == 1)]
        goes = [slot for slot in self.slots if slot not in stays]
        lines = [slot_words(t, slot) for slot in stays]
        if len(given) > 1 and kind != FILE:
            goes = [slot for slot in goes if slot not in given]
            lines.insert(0, t("The one that you give here; the others of its kind not"))
        if kind != KEY:
            lines.append(t("A new recovery key, which is shown afterwards"))
        self.stays.setText("\n".join(lines))
        self.goes.setText("\n".join(slot_words(t, slot) for slot in goes))
        self.goes_title.setVisible(bool(goes))
        self.goes.setVisible(bool(goes))


def _explained(t: Texts) -> str:
    return t(
        "The vault has its new key. This new recovery key is shown only now; the old one does not open the "
        "vault any more. Write it on paper and keep the paper away from this computer."
    )


def _again(
    reopen: Callable[..., Session], folder: Path, secret: Given, opened: list[Session]
) -> Session | None:  # fmt: skip
    """Open the vault as it was; None when it does not open."""
    try:
        session = reopen(folder, given=secret)
    except EvidenceError:
        return None
    opened.append(session)
    return session


def _close(opened: list[Session]) -> None:
    while opened:
        opened.pop().lock()
