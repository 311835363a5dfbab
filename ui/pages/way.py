"""One way to open the vault: add it, change it, or take it away. Each asks again for what opens the vault now."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QWidget

from evidence.errors import EvidenceError
from evidence.i18n import Texts
from ui import wording
from ui.chooser import PlaceField
from ui.desk import Desk
from ui.fields import Field
from ui.flow import FlowLayout
from ui.jobs import Lane
from ui.page import Page
from ui.paper import PaperCard
from ui.secrets import KINDS, MAX_KEY_FILE, NewPassphrase, OpeningSecret
from ui.widgets import Button, Card, text

if TYPE_CHECKING:
    from evidence.session import AddedMethod, Given, Session, SlotInfo

PASSPHRASE, RECOVERY_KEY, SHARES, PUBLIC_KEY, CHANGE, STRENGTHEN, REVOKE = (
    "passphrase", "recovery_key", "shares", "public_key", "change", "strengthen", "revoke",
)  # fmt: skip


class WayPage(Page):
    """The form of one change; for a recovery key or shares, afterwards the words to write down."""

    WAY = "settings"
    HELP = "upkeep"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, has_back=True)
        self.kind = PASSPHRASE
        self.slot: SlotInfo | None = None
        self._fingerprint = ""
        self.back.clicked.connect(lambda: self.desk.go.show_upkeep())
        self.form, self.written_card = Card(), PaperCard(desk, self._explained)
        self.written_card.done.connect(lambda: self.desk.go.show_upkeep())
        self._build_form()
        self.body.addWidget(self.form)
        self.body.addWidget(self.written_card)
        self.body.addStretch(1)
        self.written_card.hide()

    def _build_form(self) -> None:
        inside = self.form.inside
        self.what = text()
        self.present = OpeningSecret(self.desk, is_present=True)
        self.present.confirmed.connect(self.do)
        self.new = NewPassphrase(self.desk)
        self.new.confirmed.connect(lambda: self.present.focus())
        self.pem = PlaceField(self.desk, wants="file")
        self.pem.line.textChanged.connect(self._read_key)
        self.finger_title, self.finger_words = text("label"), text("mono", selectable=True)
        self.compared = QCheckBox()
        self.compared.toggled.connect(self._show)
        self.own_words = Field()
        self.again = text("label")
        before: list[QWidget] = [self.what, self.new, self.pem, self.finger_title, self.finger_words]
        after: list[QWidget] = [self.own_words, self.again, self.present]
        for part in before:
            inside.addWidget(part)
        inside.addWidget(self.compared, 0, Qt.AlignmentFlag.AlignLeft)
        for part in after:
            inside.addWidget(part)
        row = FlowLayout(gap=10)
        self.do_button = Button(self.desk, "main", "key")
        self.do_button.clicked.connect(self.do)
        row.addWidget(self.do_button)
        inside.addLayout(row)

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.back.setText(t("&Back"))
        self.new.retranslate(t, t("The new passphrase"), t("Once more"))
        self.pem.name(t("The &file with the key"), t("A PEM file that the counsellor or the centre gave you."))
        self.pem.retranslate(t)
        self.finger_title.setText(t("Fingerprint of this key"))
        self.compared.setText(t("The &owner told me the same fingerprint"))
        self.own_words.name(t("Your own &words for it, if you want"), t("They stay inside the vault."))
        self.again.setText(t("To be sure that it is you"))
        self.present.retranslate(t)
        self.written_card.retranslate(t)
        self._show()

    def open_for(self, kind: str, slot: SlotInfo | None = None) -> None:
        """Ask for this change; ``slot`` is the way that is changed or taken away."""
        self.kind, self.slot = kind, slot
        self._drop()
        self.present.limit(KINDS[:1] if kind == STRENGTHEN else KINDS)
        self._show()

    def first_focus(self) -> QWidget:
        if self.written_card.isVisible():
            return self.written_card.first_focus()
        wanted = {PASSPHRASE: self.new.first.line, CHANGE: self.new.first.line, PUBLIC_KEY: self.pem.line}
        return wanted.get(
            self.kind, self.present.secret.line if self.kind in (REVOKE, STRENGTHEN) else self.own_words.line
        )

    def leave(self) -> None:
        super().leave()
        self._drop()

    def forget(self) -> None:
        super().forget()
        self.slot = None
        self._drop()
        self._show()

    def do(self) -> None:
        """Make the change."""
        if self.kind == PUBLIC_KEY and not (self._fingerprint and self.compared.isChecked()):
            (self.compared if self._fingerprint else self.pem.line).setFocus()
            return
        if not self.present.is_typed:
            self.present.focus()
            return
        passphrase = ""
        if self.kind in (PASSPHRASE, CHANGE):
            passphrase = self.new.take()
            if not passphrase:
                return
        session, given = self.desk.session, self.present.take()
        change = _change(self.kind, session, given, self.slot, passphrase, self.own_words.line.text().strip(),
                         self.pem.path())  # fmt: skip
        self.work(
            lambda _progress, _cancelled: change(),
            self.changed,
            label=self.desk.t("Changing the ways to open the vault. This takes a moment on purpose."),
            can_stop=False,
            failed=lambda _problem: self.present.focus(),
        )

    def changed(self, added: AddedMethod | None) -> None:
        """The change is made: show what must be written down, or go back."""
        kind = self.kind
        if added is None or not added.written:
            self.desk.go.show_upkeep()
            self.desk.go.said_in_upkeep(f"{kind} already" if kind == STRENGTHEN and added is None else kind)
            return
        self.written_card.show_papers(added.written)
        self.form.hide()
        self.back.hide()
        self.written_card.show()
        self._show()
        self.written_card.first_focus().setFocus()

    def _read_key(self) -> None:
        """Show the fingerprint of the chosen key before it is added."""
        self._fingerprint = ""
        self.compared.setChecked(False)
        self._show()
        path = self.pem.path()
        if not self.pem.line.text().strip() or not self.desk.is_open:
            return

        def read(_progress: object, _cancelled: object) -> str:
            from evidence.session import public_key_fingerprint

            return public_key_fingerprint(_key_file(path)) if path.is_file() else ""

        def done(fingerprint: str) -> None:
            if path == self.pem.path():
                self._fingerprint = fingerprint
                self._show()

        self.work(read, done, lane=Lane.PARALLEL)

    def _drop(self) -> None:
        """Forget what was typed and what was shown once."""
        self.new.forget()
        self.present.forget()
        self.own_words.line.setText("")
        self.pem.line.setText("")
        self.compared.setChecked(False)
        self.written_card.forget()
        self.written_card.hide()
        self.form.show()
        self.back.show()

    def _show(self) -> None:
        t, kind = self.desk.t, self.kind
        titles = {
            PASSPHRASE: t("Add a passphrase"),
            RECOVERY_KEY: t("Add a recovery key"),
            SHARES: t("Add three recovery shares"),
            PUBLIC_KEY: t("Add a counsellor’s key"),
            CHANGE: t("Change the passphrase"),
            STRENGTHEN: t("Make guessing slower"),
            REVOKE: t("Take a way away"),
        }
        explained = {
            PASSPHRASE: t("Another passphrase beside the present one, for someone you trust for instance."),
            RECOVERY_KEY: t("One key on paper opens the vault alone. It is shown once."),
            SHARES: t(
                "Three papers for three people. Any two together open the vault; one alone says nothing. "
                "They are shown once."
            ),
            PUBLIC_KEY: t(
                "The counsellor or centre whose key this is can open a copy of this vault with it. "
                "Compare the fingerprint by telephone or face to face first."
            ),
            CHANGE: t("The new passphrase takes the place of the old one."),
            STRENGTHEN: t(
                "Computers become faster, and so does guessing. The passphrase stays the same: this computer measures "
                "how much work it can do in about a second, and each guess will take that much from now on."
            ),
            REVOKE: t("Nobody opens this vault this way any more. The other ways stay."),
        }
        self.say_title(titles[kind])
        named = (
            f"{slot_words(t, self.slot)}\n" if self.slot is not None and kind in (CHANGE, STRENGTHEN, REVOKE) else ""
        )
        self.what.setText(named + explained[kind])
        self.new.setVisible(kind in (PASSPHRASE, CHANGE))
        self.pem.setVisible(kind == PUBLIC_KEY)
        has_key = kind == PUBLIC_KEY and bool(self._fingerprint)
        for part in (self.finger_title, self.finger_words, self.compared):
            part.setVisible(has_key)
        self.finger_words.setText(wording.groups(self._fingerprint))
        self.own_words.setVisible(kind not in (CHANGE, STRENGTHEN, REVOKE))
        self.do_button.setEnabled(kind != PUBLIC_KEY or (has_key and self.compared.isChecked()))
        self.do_button.setText(
            {CHANGE: t("Chan&ge it"), STRENGTHEN: t("&Measure and change"), REVOKE: t("&Take it away")}.get(
                kind, t("&Add it")
            )
        )
        self.written_card.retranslate(t)

    def _explained(self, t: Texts) -> str:
        if self.kind == SHARES:
            return t(
                "Shown this once. Write each on a paper of its own, by hand, and give the papers to three people whom "
                "you trust. If you leave this page before that, take this way away again and add a new one."
            )
        return t(
            "Shown this once. Write it on paper, by hand, and keep the paper away from this computer. "
            "If you leave this page before that, take this way away again and add a new one."
        )


def slot_words(t: Texts, slot: SlotInfo) -> str:
    """A way to open the vault, with the person's own words for it."""
    return kind_words(t, slot) + (f" · {wording.safe(slot.label)}" if slot.label else "")


def kind_words(t: Texts, slot: SlotInfo) -> str:
    """What kind of way to open the vault it is."""
    kind = wording.named(t, f"slot.{slot.kind}")
    return f"{kind[:1].upper()}{kind[1:]}"


def _change(
    kind: str,
    session: Session,
    given: Callable[[], Given],
    slot: SlotInfo | None,
    passphrase: str,
    label: str,
    key_file: Path,
) -> Callable[[], AddedMethod | None]:
    """The change as one call, to be made on the vault's lane."""
    slot_id = slot.id if slot is not None else ""

    def revoke() -> None:
        session.unlock_methods.revoke(slot_id, by=given())

    changes: dict[str, Callable[[], AddedMethod | None]] = {
        PASSPHRASE: lambda: session.unlock_methods.add_passphrase(passphrase, by=given(), label=label),
        RECOVERY_KEY: lambda: session.unlock_methods.add_recovery_key(by=given(), label=label),
        SHARES: lambda: session.unlock_methods.add_shares(by=given(), label=label),
        PUBLIC_KEY: lambda: session.unlock_methods.add_public_key(_key_file(key_file), by=given(), label=label),
        CHANGE: lambda: session.unlock_methods.change_passphrase(passphrase, by=given(), slot_id=slot_id),
        STRENGTHEN: lambda: session.unlock_methods.strengthen(by=given()),
        REVOKE: revoke,
    }
    return changes[kind]


def _key_file(path: Path) -> bytes:
    """The bytes of a key file, no more than a key needs. Raises ``vault.public_key_unusable`` when there is none."""
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_KEY_FILE)
    except OSError as problem:
        raise EvidenceError("vault.public_key_unusable") from problem
