"""This vault: the ways to open it, whether all of it is whole, and its backup."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLabel, QWidget

from evidence.i18n import Texts
from ui import wording
from ui.chooser import PlaceField
from ui.desk import Desk
from ui.flow import FlowLayout
from ui.missing import ask_for
from ui.page import Page
from ui.pages import way
from ui.rows import Row, RowList
from ui.widgets import Button, Card, announce, text

if TYPE_CHECKING:
    from evidence.session import BackupOutcome, CheckOutcome, Finding, SlotInfo

ICONS = {"passphrase": "key", "recovery_key": "note", "shares": "copy", "public_key": "verify"}


@dataclass(frozen=True)
class Said:
    """What came of checking, backing up or mending, as often as the language changes."""

    words: Callable[[Texts], tuple[str, list[str]]]
    is_good: bool


class UpkeepPage(Page):
    """Three cards: ways to open, check, backup."""

    WAY = "settings"
    HELP = "upkeep"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, has_back=True)
        self.slots: Sequence[SlotInfo] = ()
        self._said: Said | None = None
        self.back.clicked.connect(lambda: self.desk.go.show_settings())
        self.result = Card("good")
        self.result_title, self.result_text = text("label"), text("body", selectable=True)
        self.result.inside.addWidget(self.result_title)
        self.result.inside.addWidget(self.result_text)
        self.body.addWidget(self.result)
        self.result.hide()
        self._build_ways()
        self._build_check()
        self._build_backup()
        self.body.addStretch(1)

    def _section(self) -> tuple[QLabel, Card]:
        title, card = text("heading"), Card()
        self.body.addWidget(title)
        self.body.addWidget(card)
        return title, card

    def _build_ways(self) -> None:
        desk = self.desk
        self.ways_title, card = self._section()
        self.list = RowList(desk)
        self.list.selectionModel().currentChanged.connect(lambda: self._enable())
        card.inside.addWidget(self.list)
        selected = FlowLayout(gap=8)
        self.change_button, self.revoke_button = Button(desk, "", "key"), Button(desk, "", "cross")
        self.strengthen_button = Button(desk, "", "lock")
        self.strengthen_button.clicked.connect(lambda: self.desk.go.show_way(way.STRENGTHEN, self._current()))
        self.change_button.clicked.connect(lambda: self.desk.go.show_way(way.CHANGE, self._current()))
        self.revoke_button.clicked.connect(lambda: self.desk.go.show_way(way.REVOKE, self._current()))
        selected.addWidget(self.change_button)
        selected.addWidget(self.strengthen_button)
        selected.addWidget(self.revoke_button)
        card.inside.addLayout(selected)
        self.last_text = text("small")
        card.inside.addWidget(self.last_text)
        self.rekey_text, self.rekey_button = text("small"), Button(desk, "", "lock")
        self.rekey_button.clicked.connect(lambda: self.desk.go.show_rekey())
        self.more_title = text("label")
        card.inside.addWidget(self.more_title)
        adding = FlowLayout(gap=8)
        self.adding: dict[str, Button] = {}
        for kind in (way.PASSPHRASE, way.RECOVERY_KEY, way.SHARES, way.PUBLIC_KEY):
            button = Button(desk, "", "plus")
            button.clicked.connect(lambda _checked=False, to=kind: self.desk.go.show_way(to))
            adding.addWidget(button)
            self.adding[kind] = button
        card.inside.addLayout(adding)
        rekeying = FlowLayout(gap=8)
        rekeying.addWidget(self.rekey_button)
        card.inside.addWidget(self.rekey_text)
        card.inside.addLayout(rekeying)

    def _build_check(self) -> None:
        self.check_title, card = self._section()
        self.check_text = text()
        card.inside.addWidget(self.check_text)
        self.earlier = PlaceField(self.desk, wants="any")
        self.earlier.line.returnPressed.connect(self.check)
        card.inside.addWidget(self.earlier)
        self.check_button = Button(self.desk, "", "check")
        self.check_button.clicked.connect(self.check)
        row = FlowLayout(gap=8)
        row.addWidget(self.check_button)
        card.inside.addLayout(row)

    def _build_backup(self) -> None:
        self.backup_title, card = self._section()
        self.backup_text = text()
        card.inside.addWidget(self.backup_text)
        self.place = PlaceField(self.desk)
        card.inside.addWidget(self.place)
        row = FlowLayout(gap=8)
        self.backup_button, self.mend_button = Button(self.desk, "", "copy"), Button(self.desk, "", "drive")
        self.backup_button.clicked.connect(self.backup)
        self.mend_button.clicked.connect(self.mend)
        row.addWidget(self.backup_button)
        row.addWidget(self.mend_button)
        card.inside.addLayout(row)
        self.mend_text = text("small")
        card.inside.addWidget(self.mend_text)

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.back.setText(t("&Back"))
        self.say_title(t("This vault"))
        self.ways_title.setText(t("Ways to open it"))
        self.list.setAccessibleName(t("Ways to open it"))
        self.change_button.setText(t("C&hange this passphrase"))
        self.strengthen_button.setText(t("Make &guessing slower"))
        self.revoke_button.setText(t("&Take this way away"))
        self.last_text.setText(t("The last way to open the vault cannot be taken away."))
        self.more_title.setText(t("Add another way"))
        for kind, words in (
            (way.PASSPHRASE, t("A &passphrase")),
            (way.RECOVERY_KEY, t("A recover&y key")),
            (way.SHARES, t("Three recovery &shares")),
            (way.PUBLIC_KEY, t("A counsell&or’s key")),
        ):
            self.adding[kind].setText(words)
        self.rekey_text.setText(t("Whoever once opened the vault may have kept its key. A new key shuts them out."))
        self.rekey_button.setText(t("Make a new master &key…"))
        self.check_title.setText(t("Is everything whole?"))
        self.check_text.setText(
            t("Reads everything to its end and compares it with what was sealed. It changes nothing.")
        )
        self.earlier.name(
            t("An &earlier package, if you have one"),
            t("Made from this vault. With it, an older copy that was put in its place is noticed too."),
        )
        self.earlier.retranslate(t)
        self.check_button.setText(t("&Check everything"))
        self.backup_title.setText(t("Backup"))
        self.backup_text.setText(
            t(
                "An encrypted copy in another folder, on a memory stick for instance. It opens in the same ways as "
                "this vault. The next time, only what is new is copied; one that was stopped goes on where it was."
            )
        )
        self.place.name(t("&Where the backup is, or goes"), t("A new folder, or that of an earlier backup."))
        self.place.retranslate(t)
        self.backup_button.setText(t("Back &up now"))
        self.mend_button.setText(t("&Mend from this backup"))
        self.mend_text.setText(t("Mending puts sound originals from the backup into the place of damaged ones."))
        self._show()

    def enter(self) -> None:
        session = self.desk.session

        def done(slots: Sequence[SlotInfo]) -> None:
            self.slots = sorted(slots, key=lambda slot: (slot.added_at, slot.kind))
            self._show()

        self.work(lambda _progress, _cancelled: session.unlock_methods.all(), done)

    def leave(self) -> None:
        super().leave()
        self._say(None)

    def forget(self) -> None:
        super().forget()
        self.slots = ()
        self.earlier.line.setText("")
        self.place.line.setText("")
        self._say(None)
        self._show()

    def first_focus(self) -> QWidget:
        return self.list

    def changed(self, kind: str) -> None:
        """Say what was changed."""
        sentences: dict[str, Callable[[Texts], str]] = {
            way.PASSPHRASE: lambda t: t("The new passphrase opens this vault now too."),
            way.PUBLIC_KEY: lambda t: t("The owner of that key can open a copy of this vault now."),
            way.CHANGE: lambda t: t("The passphrase is changed. The old one does not open this vault any more."),
            way.STRENGTHEN: lambda t: t("Guessing this passphrase takes longer now."),
            f"{way.STRENGTHEN} already": lambda t: t("A guess takes about a second here already. Nothing changed."),
            way.REVOKE: lambda t: t("That way is gone."),
            "rekey": lambda t: t("This vault has a new master key. The old one opens nothing in it any more."),
        }
        if kind in sentences:
            self.say(
                lambda t: (
                    sentences[kind](t),
                    t("Backups that were made earlier still open as before. Back up again, or destroy them.")
                    if kind in (way.CHANGE, way.STRENGTHEN, way.REVOKE, "rekey")
                    else "",
                )
            )

    def check(self) -> None:
        """Check everything; with an earlier package, also that nothing older was put in its place."""
        session = self.desk.session
        package = self.earlier.path() if self.earlier.line.text().strip() else None

        def look(progress: Callable[[float, str], None], cancelled: Callable[[], bool]) -> CheckOutcome:
            from evidence.session import heads_in

            known = heads_in(package) if package is not None else ()
            return session.check(known_heads=known, progress=progress, cancelled=cancelled)

        def done(outcome: CheckOutcome) -> None:
            def words(t: Texts) -> tuple[str, list[str]]:
                counts = [
                    t.plural("{n} sealed file was read and checked.", "{n} sealed files were read and checked.",
                             outcome.objects),
                    t.plural("{n} log entry was checked.", "{n} log entries were checked.", outcome.events),
                ]  # fmt: skip
                if package is not None and not outcome.findings:
                    counts.append(t("It contains everything that the earlier package stands for."))
                return _verdict(t, outcome.findings), [*_damage(t, outcome.findings), *counts]

            self._say(Said(words, not outcome.findings))

        self._begin()
        self.work(look, done, label=self.desk.t("Checking"))

    def backup(self) -> None:
        """Bring the backup up to date, or begin one."""
        folder = self._folder()
        if folder is None:
            return
        session = self.desk.session

        def done(outcome: BackupOutcome) -> None:
            def words(t: Texts) -> tuple[str, list[str]]:
                head = (
                    t("The backup is made, but not everything could be copied.")
                    if outcome.findings
                    else t("The backup is made.")
                )
                return head, [*copied_lines(t, outcome), *_damage(t, outcome.findings)]

            self._say(Said(words, not outcome.findings))

        self._begin()
        self.work(
            lambda progress, cancelled: session.backup(folder, progress=progress, cancelled=cancelled),
            done,
            label=self.desk.t("Copying to the backup"),
        )

    def mend(self) -> None:
        """Put sound originals from the backup into the place of damaged ones."""
        folder = self._folder()
        if folder is None:
            return
        session = self.desk.session

        def done(outcome: tuple[Sequence[Finding], Sequence[Finding]]) -> None:
            mended, damaged = outcome

            def words(t: Texts) -> tuple[str, list[str]]:
                return _verdict(t, damaged), [*_named(t, mended), *_damage(t, damaged)]

            self._say(Said(words, not damaged))

        self._begin()
        self.work(
            lambda progress, cancelled: session.mend(folder, progress=progress, cancelled=cancelled),
            done,
            label=self.desk.t("Mending from the backup"),
        )

    def _folder(self) -> Path | None:
        if self.place.line.text().strip():
            return self.place.path()
        ask_for(self, self.place, self.desk.t("Choose the folder of the backup first."))
        return None

    def _begin(self) -> None:
        self._say(None)

    def _say(self, said: Said | None) -> None:
        self._said = said
        self._show_result()
        if said is not None:
            announce(self.result, self.result_title.text())
            self.area.ensureVisible(0, 0)

    def _current(self) -> SlotInfo | None:
        key = self.list.current_key()
        return next((slot for slot in self.slots if slot.id == key), None)

    def _enable(self) -> None:
        current = self._current()
        self.change_button.setEnabled(current is not None and current.kind == "passphrase")
        self.strengthen_button.setEnabled(self.change_button.isEnabled())
        self.revoke_button.setEnabled(current is not None and len(self.slots) > 1)
        self.last_text.setVisible(len(self.slots) == 1)

    def _show(self) -> None:
        t = self.desk.t
        self.list.show_rows(
            [
                Row(
                    slot.id,
                    way.kind_words(t, slot),
                    " · ".join(
                        part
                        for part in (
                            wording.safe(slot.label),
                            t("added on {time}", time=t.moment(slot.added_at)),
                            _cost(t, slot),
                            _finger(slot.fingerprint),
                        )
                        if part
                    ),
                    icon=ICONS.get(slot.kind, "key"),
                )
                for slot in self.slots
            ]
        )
        self.list.fit(2, 5)
        self._enable()
        self._show_result()

    def _show_result(self) -> None:
        self.result.setVisible(self._said is not None)
        if self._said is not None:
            head, lines = self._said.words(self.desk.t)
            self.result.become("good" if self._said.is_good else "care")
            self.result_title.setText(head)
            self.result_text.setText("\n".join(lines))
            self.result_text.setVisible(bool(lines))


def copied_lines(t: Texts, outcome: BackupOutcome) -> list[str]:
    """How much was copied and how much was there."""
    return [
        t.plural("{n} original was copied and checked.", "{n} originals were copied and checked.", outcome.copied),
        t.plural("{n} original was there already.", "{n} originals were there already.", outcome.present),
    ]


def _verdict(t: Texts, findings: Sequence[Finding]) -> str:
    return t("The vault is damaged.") if findings else t("Everything is as it was sealed.")


def _named(t: Texts, findings: Sequence[Finding]) -> list[str]:
    return [wording.safe(wording.named(t, finding.code, **finding.params)) for finding in findings]


def _damage(t: Texts, findings: Sequence[Finding]) -> list[str]:
    return [t("Damaged: {what}", what=what) for what in _named(t, findings)]


def _cost(t: Texts, slot: SlotInfo) -> str:
    """What one guess at a passphrase costs."""
    if slot.cost is None:
        return ""
    return t.plural(
        "{size} of memory and {n} pass for a guess", "{size} of memory and {n} passes for a guess", slot.cost.passes,
        size=t.size(slot.cost.memory_kib * 1024),
    )  # fmt: skip


def _finger(fingerprint: str) -> str:
    """The beginning of a key's fingerprint: enough to tell two keys of a list apart."""
    return f"{wording.groups(fingerprint[:16])} …" if fingerprint else ""
