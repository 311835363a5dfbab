"""Packages that were made: add proof of time later, and hand one over, encrypted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QLabel, QRadioButton, QVBoxLayout, QWidget

from evidence.i18n import Texts
from evidence.model import PackageMade
from ui import wording
from ui.chooser import PlaceField
from ui.cosigning import CoSigning
from ui.desk import Desk
from ui.fields import Choice, TextField
from ui.flow import FlowLayout
from ui.jobs import Lane
from ui.missing import ask_for
from ui.page import Page
from ui.receipts import BringReceipt
from ui.rows import Row, RowList
from ui.theme import Theme
from ui.uploading import MEGABYTE, UploadSet
from ui.widgets import Button, Card, text

if TYPE_CHECKING:
    from evidence.session import HandedFile, PackageCoSigned, PackageUpgraded

#: Megabytes of each part: whole, what mail often takes, and what the file system of most memory sticks takes.
PIECES_MB = (0, 10, 25, 100, 4000)


@dataclass(frozen=True)
class Handed:
    """What was written, and the passphrase that is shown this once."""

    files: Sequence[HandedFile]
    passphrase: str


class HandingPage(Page):
    """The list, what can be done with the chosen one, and what came of it."""

    WAY = "cases"
    HELP = "handing"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, has_back=True)
        self.case_id = ""
        self._wanted_id = ""
        self._packages: Sequence[PackageMade] = ()
        self._has_tsas = False
        self._upgraded: PackageUpgraded | None = None
        self._co_signed: PackageCoSigned | None = None
        self.handed: Handed | None = None
        self.back.clicked.connect(lambda: self.desk.go.show_case(self.case_id))
        self.result = Card()
        self._build_result()
        self.body.addWidget(self.result)
        self.form = QWidget()
        column = QVBoxLayout(self.form)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        self.empty = text("quiet")
        column.addWidget(self.empty)
        self.list = RowList(desk)
        self.list.selectionModel().currentChanged.connect(lambda: self._offer())
        column.addWidget(self.list)
        self.package = PlaceField(desk, wants="any")
        column.addWidget(self.package)
        self._build_upgrade(column)
        self._build_handing(column)
        self.upload = UploadSet(
            self, self._forms, self._when_allowed, lambda files: self.show_handed(Handed(files, ""))
        )
        self.second = CoSigning(self, self._forms, self._show_co_signed)
        column.addWidget(self.upload)
        column.addWidget(self.second)
        self.receipts = BringReceipt(self)
        column.addWidget(self.receipts)
        self.body.addWidget(self.form)
        self.body.addStretch(1)

    def _build_result(self) -> None:
        inside = self.result.inside
        self.result_title, self.result_text = text("heading"), text("body", selectable=True)
        self.secret_title, self.secret, self.secret_hint = text("label"), text("lead", selectable=True), text("small")
        for part in (self.result_title, self.result_text, self.secret_title, self.secret, self.secret_hint):
            inside.addWidget(part)
        self.is_written = QCheckBox()
        self.is_written.toggled.connect(lambda: self._allow())
        inside.addWidget(self.is_written, 0, Qt.AlignmentFlag.AlignLeft)
        self.done_button = Button(self.desk, "main", "check")
        self.done_button.clicked.connect(self._again)
        row = FlowLayout(gap=10)
        row.addWidget(self.done_button)
        inside.addLayout(row)

    def _build_upgrade(self, column: QVBoxLayout) -> None:
        self.upgrade_title, card = _section(column)
        self.upgrade_text = text()
        self.ask_time, self.time_hint = QCheckBox(), text("small")
        card.inside.addWidget(self.upgrade_text)
        card.inside.addWidget(self.ask_time, 0, Qt.AlignmentFlag.AlignLeft)
        card.inside.addWidget(self.time_hint)
        self.upgrade_button = Button(self.desk, "", "clock")
        self.upgrade_button.clicked.connect(self.upgrade)
        row = FlowLayout(gap=10)
        row.addWidget(self.upgrade_button)
        card.inside.addLayout(row)

    def _build_handing(self, column: QVBoxLayout) -> None:
        self.handing_title, card = _section(column)
        self.handing_text = text()
        card.inside.addWidget(self.handing_text)
        group = QButtonGroup(self)
        self.by_passphrase, self.by_age, self.by_key = QRadioButton(), QRadioButton(), QRadioButton()
        for choice in (self.by_passphrase, self.by_age, self.by_key):
            group.addButton(choice)
            card.inside.addWidget(choice, 0, Qt.AlignmentFlag.AlignLeft)
        self.by_passphrase.setChecked(True)
        self.by_key.toggled.connect(lambda: self._show())
        self.by_age.toggled.connect(lambda: self._show())
        self.by_hint = text("small")
        self.keys = TextField()
        self.place = PlaceField(self.desk)
        self.pieces = Choice(len(PIECES_MB))
        for part in (self.by_hint, self.keys, self.place, self.pieces):
            card.inside.addWidget(part)
        self.hand_button = Button(self.desk, "main", "package")
        self.hand_button.clicked.connect(self.hand_over)
        row = FlowLayout(gap=10)
        row.addWidget(self.hand_button)
        card.inside.addLayout(row)

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.back.setText(t("&Back to the case"))
        self.say_title(t("Packages made so far"))
        self.empty.setText(t("No package was made of this case yet."))
        self.list.setAccessibleName(t("Packages made so far"))
        self.package.name(t("&Package"), t("Where it is now. If you moved it, choose it again."))
        self.package.retranslate(t)
        self.upgrade_title.setText(t("Add proof of time"))
        self.upgrade_text.setText(
            t("Confirmations that arrived since go into the package. Nothing that was signed is changed.")
        )
        self.ask_time.setText(t("Have the &time confirmed, over the network"))
        self.upgrade_button.setText(t("&Add proof of time"))
        self.handing_title.setText(t("Hand it over"))
        self.handing_text.setText(
            t("Writes an encrypted copy of the ZIP file and reads it back. The package itself stays as it is.")
        )
        self.by_passphrase.setText(t("With a f&resh passphrase"))
        self.by_age.setText(t("With a fresh passphrase, for the program a&ge"))
        self.by_key.setText(t("For the owner of an age &key"))
        self.keys.name(t("Keys of the receivers, one in each &line"), t("Each begins with “age1” or “ssh-ed25519”."))
        self.place.name(t("&Where to put it"), t("A memory stick that you hand over yourself is a good place."))
        self.place.retranslate(t)
        self.pieces.name(t("Si&ze of the parts"), t("Parts are joined again in their order."))
        for position, megabytes in enumerate(PIECES_MB):
            self.pieces.box.setItemText(
                position,
                t("At most {size} each", size=t.size(megabytes * MEGABYTE)) if megabytes else t("In one part"),
            )
        self.hand_button.setText(t("&Hand it over"))
        self.upload.retranslate(t)
        self.second.retranslate(t)
        self.secret_title.setText(t("Passphrase, shown this once"))
        self.secret_hint.setText(
            t("Write it down, and tell it by another way than the package goes: by telephone, for instance.")
        )
        self.is_written.setText(t("I &wrote it down"))
        self.done_button.setText(t("&Done"))
        self.receipts.retranslate(t)
        self._show()

    def relook(self, theme: Theme) -> None:
        super().relook(theme)
        if hasattr(self, "keys"):
            self.keys.set_height(theme.px(76))

    def open_case(self, case_id: str, package_id: str = "") -> None:
        """Show the packages of this case; the one with ``package_id`` is chosen."""
        if case_id != self.case_id:
            self._packages = ()
        self.case_id, self._wanted_id = case_id, package_id
        self.receipts.open_case(case_id)
        self._drop()

    def enter(self) -> None:
        session, case_id = self.desk.session, self.case_id
        self.upload.enter()

        def read(_progress: object, _cancelled: object) -> tuple[list[PackageMade], list[str]]:
            return session.packages(case_id), session.tsas()

        def done(found: tuple[list[PackageMade], list[str]]) -> None:
            if case_id == self.case_id:
                packages, tsas = found
                self._packages, self._has_tsas = packages[::-1], bool(tsas)
                self._show()
                ids = [made.package_id for made in self._packages]
                if self._wanted_id in ids:
                    self.list.setCurrentIndex(self.list.rows.index(ids.index(self._wanted_id)))
                self._offer()

        self.work(read, done)

    def first_focus(self) -> QWidget:
        if not self.result.isVisible():
            return self.list
        return self.is_written if self.is_written.isVisible() else self.done_button

    def leave(self) -> None:
        super().leave()
        self._drop()

    def forget(self) -> None:
        super().forget()
        self.case_id, self._wanted_id, self._packages = "", "", ()
        self.package.line.setText("")
        self.place.line.setText("")
        self.keys.forget()
        self.upload.forget()
        self.second.forget()
        self.receipts.forget()
        self._drop()

    def upgrade(self) -> None:
        """Add the confirmations that there are to all forms of the chosen package."""
        forms = self._forms()
        if not forms:
            return
        session, case_id = self.desk.session, self.case_id
        asks = self.ask_time.isChecked() and self._has_tsas

        def done(upgraded: PackageUpgraded) -> None:
            self._upgraded = upgraded
            self._show_outcome()

        self.work(
            lambda progress, cancelled: session.upgrade_package(
                case_id, forms, ask_time=asks, progress=progress, cancelled=cancelled
            ),
            done,
            label=self.desk.t("Adding proof of time"),
        )

    def hand_over(self) -> None:
        """Write an encrypted copy for someone else's hands."""
        forms = self._forms()
        zips = [path for path in forms if path.is_file()]
        if not zips:
            if forms:
                self.say(lambda t: (t("Handing over needs the ZIP file of the package."), ""), kind="plain")
            return
        keys = tuple(line.strip() for line in self.keys.words().splitlines() if line.strip())
        by_key, by_age = self.by_key.isChecked(), self.by_age.isChecked()
        if by_key and not keys:
            self.keys.edit.setFocus()
            return
        if not self.place.line.text().strip():
            ask_for(self, self.place, self.desk.t("Choose where to put the package."))
            return
        out, megabytes = self.place.path(), PIECES_MB[self.pieces.box.currentIndex()]

        def write(progress: Callable[[float, str], None], cancelled: Callable[[], bool]) -> Handed:
            from evidence.session import ForRecipients, WithAgePassphrase, WithPassphrase, hand_over, new_passphrase

            passphrase = "" if by_key else new_passphrase()
            sealing = WithAgePassphrase if by_age else WithPassphrase
            files = hand_over(
                zips[0], out, protection=ForRecipients(keys) if by_key else sealing(passphrase),
                volume_size=megabytes * MEGABYTE or None, progress=progress, cancelled=cancelled,
            )  # fmt: skip
            return Handed(files, passphrase)

        def allowed() -> None:
            self.work(write, self.show_handed, label=self.desk.t("Writing and reading back"), lane=Lane.PARALLEL)

        self._when_allowed(zips[0], allowed)

    def _when_allowed(self, package: Path, go: Callable[[], None]) -> None:
        """Go on unless the consent to hand it over was taken back."""
        session, case_id = self.desk.session, self.case_id
        self.work(
            lambda _progress, _cancelled: session.consents.require_handing_package(case_id, package),
            lambda _is_known: go(),
            blocks=True,
        )

    def _show_co_signed(self, signed: PackageCoSigned) -> None:
        self._co_signed = signed
        self._show_outcome()

    def show_handed(self, handed: Handed) -> None:
        """Show what was written, and the passphrase."""
        self.handed = handed
        self._show_outcome()

    def _forms(self) -> list[Path]:
        """The forms of the package in the line that are there: of one that was just made, folder and ZIP."""
        if not self.package.line.text().strip():
            ask_for(self, self.package, self.desk.t("Choose a package first."))
            return []
        path = self.package.path()
        for made in self._packages:
            both = [Path(place) for place in (made.zip_file, made.folder) if place]
            if path in both:
                return [form for form in both if form.exists()] or [path]
        return [path]

    def _offer(self) -> None:
        """Put the place of the chosen package into the line."""
        key = self.list.current_key()
        made = next((made for made in self._packages if made.package_id == key), None)
        if made is not None:
            self.package.line.setText(made.zip_file or made.folder)

    def _again(self) -> None:
        self._drop()
        self.list.setFocus()

    def _drop(self) -> None:
        """Forget what came of it, the passphrase above all."""
        self.handed = self._upgraded = self._co_signed = None
        self.is_written.setChecked(False)
        self._show()

    def _show_outcome(self) -> None:
        self._show()
        self.first_focus().setFocus()
        self.area.ensureVisible(0, 0)

    def _show(self) -> None:
        t = self.desk.t
        self.list.show_rows(
            [
                Row(
                    made.package_id,
                    wording.safe(Path(made.zip_file or made.folder).name),
                    t("Made on {time}", time=t.moment(made.created_at)),
                    icon="package",
                )
                for made in self._packages
            ]
        )
        self.list.fit(1, 4)
        self.list.setMaximumHeight(self.list.minimumHeight())
        self.list.setVisible(bool(self._packages))
        self.empty.setVisible(not self._packages)
        self.ask_time.setEnabled(self._has_tsas)
        self.ask_time.setChecked(self.ask_time.isChecked() and self._has_tsas)
        self.time_hint.setText(
            t("A time authority receives a digital fingerprint, no content.")
            if self._has_tsas
            else t("No time authority is chosen yet. You can choose one in the settings; it also works without.")
        )
        self.by_hint.setText(
            t("The receiver needs the program age.")
            if self.by_key.isChecked() or self.by_age.isChecked()
            else t("The receiver opens it with 7-Zip or Bandizip. Windows alone cannot open it.")
        )
        self.keys.setVisible(self.by_key.isChecked())
        self._show_result()

    def _show_result(self) -> None:
        t, handed, upgraded, signed = self.desk.t, self.handed, self._upgraded, self._co_signed
        has_result = handed is not None or upgraded is not None or signed is not None
        self.result.setVisible(has_result)
        self.form.setVisible(not has_result)
        lines: list[str] = []
        if handed is not None:
            self.result_title.setText(t("Written, and read back"))
            for file in handed.files:
                lines += [
                    f"{wording.safe(str(file.path))} · {t.size(file.size)}", "SHA-256", wording.groups(file.sha256),
                ]  # fmt: skip
        elif upgraded is not None:
            self.result_title.setText(
                t("Proof of time was added.") if upgraded.added else t("There was nothing new to add.")
            )
            lines += [t("Level of the report’s signature: {level}", level=upgraded.level)]
            lines += [t("Added: {path}", path=wording.safe(path)) for path in upgraded.added]
            lines += [t("No answer: {url}", url=wording.safe(url)) for url in upgraded.unanswered]
        elif signed is not None:
            self.result_title.setText(t("Signed as well"))
            lines += [t("Fingerprint of the key that signed it, in words"), signed.fingerprint_words,
                      t("Added: {path}", path=wording.safe(signed.path))]  # fmt: skip
        self.result_text.setText("\n".join(lines))
        passphrase = handed.passphrase if handed is not None else ""
        self.secret.setText(passphrase)
        self.secret.setAccessibleName(f"{t('Passphrase, shown this once')}: {passphrase}" if passphrase else "")
        parts: list[QWidget] = [self.secret_title, self.secret, self.secret_hint, self.is_written]
        for part in parts:
            part.setVisible(bool(passphrase))
        self._allow()

    def _allow(self) -> None:
        """What is shown once is not dismissed by a key that was pressed once too often."""
        self.done_button.setEnabled(self.is_written.isChecked() or not self.secret.text())


def _section(column: QVBoxLayout) -> tuple[QLabel, Card]:
    title, card = text("heading"), Card()
    column.addWidget(title)
    column.addWidget(card)
    return title, card
