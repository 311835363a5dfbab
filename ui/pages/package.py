"""Make a package: which exhibits, how their pictures appear, in which language, where to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from evidence.i18n import LANGUAGES, Texts
from evidence.model import Exhibit, Exposure, Note, PackageChoices, PackageMade, Purpose, Recipient
from ui import wording
from ui.asking import ask_consent
from ui.chooser import PlaceField
from ui.desk import LANGUAGE_NAMES, Desk
from ui.fields import Choice, TextField
from ui.flow import FlowLayout
from ui.jobs import Cancelled, Progress
from ui.missing import ask_for
from ui.notechoice import NoteChoice
from ui.page import Page
from ui.pages.draft import DraftSheet
from ui.rows import Row, RowList
from ui.signing import SigningKey
from ui.theme import Theme
from ui.widgets import Button, Card, text


@dataclass(frozen=True)
class Outcome:
    """What packaging left behind, with the words of the key's fingerprint."""

    made: PackageMade
    key_words: str


@dataclass(frozen=True)
class Found:
    """What of the case can be chosen."""

    exhibits: Sequence[Exhibit]
    tsas: Sequence[str]
    with_copies: frozenset[str]
    notes: Sequence[Note]
    held_back: frozenset[str]


class PackagePage(Page):
    """The choices, and afterwards what was made."""

    WAY = "cases"
    HELP = "package"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, has_back=True)
        self.case_id = ""
        self._exhibits: Sequence[Exhibit] = ()
        self._exposure: dict[str, Exposure] = {}
        self._redacted: set[str] = set()
        """Exhibits whose redacted copy is handed over."""
        self._has_copy: set[str] = set()
        self._has_tsas = False
        self.outcome: Outcome | None = None
        self.back.clicked.connect(lambda: self.desk.go.show_case(self.case_id))
        self.form, self.result = QWidget(), Card()
        self._build_form()
        self._build_result()
        self.body.addWidget(self.form)
        self.body.addWidget(self.result)
        self.body.addStretch(1)
        self.result.hide()

    def _build_form(self) -> None:
        desk = self.desk
        column = QVBoxLayout(self.form)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        self.list_title, self.list_hint = text("label"), text("small")
        self.list = RowList(desk, is_checkable=True)
        self.list.rows.ticked.connect(self._ticked)
        self.list.selectionModel().currentChanged.connect(lambda: self._show_exposure())
        column.addWidget(self.list_title)
        column.addWidget(self.list)
        column.addWidget(self.list_hint)
        self.exposure = Choice(len(Exposure))
        self.exposure.box.activated.connect(self._choose_exposure)
        column.addWidget(self.exposure)
        self.handed_over = Choice(2)
        self.handed_over.box.activated.connect(self._choose_handed_over)
        column.addWidget(self.handed_over)
        self.notes = NoteChoice(desk)
        column.addWidget(self.notes)
        card = Card()
        column.addWidget(card)
        self.report_language = Choice(len(LANGUAGES))
        for position, language in enumerate(LANGUAGES):
            self.report_language.box.setItemText(position, LANGUAGE_NAMES[language])
        card.inside.addWidget(self.report_language)
        self.statement = TextField()
        card.inside.addWidget(self.statement)
        self.key = SigningKey(desk)
        card.inside.addWidget(self.key)
        self.recipient = Choice(1 + len(Recipient))
        card.inside.addWidget(self.recipient)
        self.place = PlaceField(desk)
        card.inside.addWidget(self.place)
        forms = FlowLayout(gap=18)
        self.as_folder, self.as_zip = QCheckBox(), QCheckBox()
        for choice in (self.as_folder, self.as_zip):
            choice.setChecked(True)
            choice.toggled.connect(self._ticked)
            forms.addWidget(choice)
        card.inside.addLayout(forms)
        self.ask_time = QCheckBox()
        self.time_hint = text("small")
        card.inside.addWidget(self.ask_time, 0, Qt.AlignmentFlag.AlignLeft)
        card.inside.addWidget(self.time_hint)
        self.make_button = Button(desk, "main", "package")
        self.make_button.clicked.connect(self.make)
        self.draft_button = Button(desk, "", "eye")
        self.draft_button.clicked.connect(self.read_draft)
        row = FlowLayout(gap=10)
        row.addWidget(self.make_button)
        row.addWidget(self.draft_button)
        column.addLayout(row)

    def _build_result(self) -> None:
        inside = self.result.inside
        self.made_title, self.made_text = text("heading"), text()
        self.made_place = text("body", selectable=True)
        self.words_title, self.words, self.words_hint = text("label"), text("lead", selectable=True), text("small")
        self.digest_title, self.digest = text("label"), text("mono", selectable=True)
        for part in (self.made_title, self.made_text, self.made_place, self.words_title, self.words, self.words_hint,
                     self.digest_title, self.digest):  # fmt: skip
            inside.addWidget(part)
        row = FlowLayout(gap=10)
        self.open_button = Button(self.desk, "main", "folder")
        self.open_button.clicked.connect(self.open_folder)
        self.check_button = Button(self.desk, "", "verify")
        self.check_button.clicked.connect(self._check)
        self.again_button = Button(self.desk)
        self.again_button.clicked.connect(self._again)
        self.hand_button = Button(self.desk, "", "drive")
        self.hand_button.clicked.connect(self._hand_over)
        for button in (self.open_button, self.check_button, self.hand_button, self.again_button):
            row.addWidget(button)
        inside.addLayout(row)

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.back.setText(t("&Back to the case"))
        self.say_title(t("Make a package"))
        self.list_title.setText(t("What goes into it"))
        self.list.setAccessibleName(t("What goes into it"))
        self.list_hint.setText(t("Space takes an exhibit in or leaves it out."))
        for position, exposure in enumerate(Exposure):
            self.exposure.box.setItemText(position, wording.begun(t.code("name", f"exposure.{exposure}")))
        self.exposure.name(
            t("&Picture of the chosen exhibit in the report"),
            t("The original file goes in as it is in any case; this is about the printed report."),
        )
        self.handed_over.name(
            t("What of the chosen exhibit is &handed over"),
            t("A redacted copy is made on the page of the exhibit. With it, no original of the exhibit is handed "
              "over."),
        )  # fmt: skip
        self.notes.retranslate(t)
        self.handed_over.box.setItemText(0, wording.begun(t("the original, as it came")))
        self.handed_over.box.setItemText(1, wording.begun(t("the redacted copy")))
        self.report_language.name(t("&Language of the report"))
        self.statement.name(
            t("A &statement of your own, if you want"), t("It is printed in the report as your own words.")
        )
        self.key.retranslate(t)
        self.recipient.name(t("For whom it is"), t("It needs the consent to that; the log notes for whom it was made."))
        self.recipient.box.setItemText(0, wording.begun(t("nobody said for whom")))
        for position, recipient in enumerate(Recipient, 1):
            self.recipient.box.setItemText(position, wording.begun(t.code("name", f"recipient.{recipient}")))
        self.draft_button.setText(t("&Read the report first"))
        self.place.name(t("&Where to put it"), t("A memory stick that you hand over yourself is a good place."))
        self.place.retranslate(t)
        self.as_folder.setText(t("As a f&older"))
        self.as_zip.setText(t("As one &ZIP file"))
        self.ask_time.setText(t("Have the &time confirmed, over the network"))
        self.make_button.setText(t("&Make the package"))
        self.made_title.setText(t("The package is ready"))
        self.words_title.setText(t("Fingerprint of the key that signed it, in words"))
        self.words_hint.setText(
            t("Write these words down, or say them when you hand it over: with them, a changed copy is noticed.")
        )
        self.digest_title.setText(t("Fingerprint of the manifest (SHA-256)"))
        self.open_button.setText(t("&Open the folder"))
        self.check_button.setText(t("&Check this package"))
        self.hand_button.setText(t("&Hand it over…"))
        self.again_button.setText(t("Make &another"))
        self._show()

    def relook(self, theme: Theme) -> None:
        super().relook(theme)
        if hasattr(self, "statement"):
            self.statement.set_height(theme.px(84))

    def open_case(self, case_id: str) -> None:
        """Package this case."""
        if case_id != self.case_id:
            self._exhibits, self._exposure = (), {}
            self._redacted, self._has_copy = set(), set()
            self.notes.forget()
            self.outcome = None
        self.case_id = case_id

    def enter(self) -> None:
        session, case_id = self.desk.session, self.case_id
        self.report_language.box.setCurrentIndex(LANGUAGES.index(self.desk.language))

        def read(_progress: object, _cancelled: object) -> Found:
            return Found(
                session.place.in_order(case_id, session.exhibits(case_id)), session.tsas(),
                session.redacted_items(case_id), session.place.all_notes(case_id), session.guard.held_back(case_id),
            )  # fmt: skip

        def done(found: Found) -> None:
            if case_id != self.case_id:
                return
            before = {exhibit.item.id for exhibit in self._exhibits}
            self._exhibits = found.exhibits
            self._has_copy = set(found.with_copies)
            self._redacted &= self._has_copy
            self._has_tsas = bool(found.tsas)
            self.notes.take(found.notes, {one.item.id: one.item.number for one in found.exhibits
                                          if one.item.id not in found.held_back})  # fmt: skip
            new = {exhibit.item.id for exhibit in self._exhibits} - before
            self._show()
            self.list.rows.checked |= new
            self._show()

        self.work(read, done)

    def first_focus(self) -> QWidget:
        return self.open_button if self.outcome is not None else self.list

    def forget(self) -> None:
        super().forget()
        self.case_id, self._exhibits, self._exposure, self.outcome = "", (), {}, None
        self._redacted, self._has_copy = set(), set()
        self.notes.forget()
        self.statement.forget()
        self.key.forget()
        self.place.line.setText("")
        self._show()

    def make(self) -> None:
        """Make the package as chosen."""
        if not self.place.line.text().strip():
            ask_for(self, self.place, self.desk.t("Choose where to put the package."))
            return
        if self.key.focus_missing():
            self.say(lambda t: (t("Choose the files of the key that signs."), ""), kind="plain")
            return
        recipient, session, case_id = self._recipient(), self.desk.session, self.case_id

        def agreed(purpose: Purpose) -> None:
            self.work(
                lambda _progress, _cancelled: session.consents.give(case_id, purpose),
                lambda _nothing: self.build(),
                blocks=True,
            )

        def known(missing: Purpose | None) -> None:
            if missing is None:
                self.build()
            else:
                ask_consent(self.desk, missing, lambda: agreed(missing))

        self.work(
            lambda _progress, _cancelled: session.consents.purpose_missing(case_id, recipient), known, blocks=True
        )

    def build(self) -> None:
        """Make it, once the consent to that is there."""
        session, case_id, out = self.desk.session, self.case_id, self.place.path()
        chosen, choices, opened = self._chosen(), self._choices(), self.key.take()

        def done(outcome: Outcome) -> None:
            self.outcome = outcome
            self._show()
            self.open_button.setFocus()
            self.area.ensureVisible(0, 0)

        def build(progress: Progress, cancelled: Cancelled) -> Outcome:
            from evidence.session import fingerprint_words

            with opened as signer:
                made = session.package(
                    case_id, choices, out, chosen, signer=signer, progress=progress, cancelled=cancelled
                )
            return Outcome(made, fingerprint_words(made.signer_fingerprint))

        self.work(build, done, label=self.desk.t("Making the package"))

    def read_draft(self) -> None:
        """Lay the report, as it would be, over the page: nothing is signed, and every picture is blurred."""
        session, case_id, chosen, choices = self.desk.session, self.case_id, self._chosen(), self._choices()
        hidden = {
            item_id: Exposure.LEFT_OUT if exposure is Exposure.LEFT_OUT else Exposure.BLURRED
            for item_id, exposure in choices.exposure.items()
        }
        self.work(
            lambda progress, cancelled: session.draft_report(
                case_id, replace(choices, exposure=hidden), chosen, progress=progress, cancelled=cancelled
            ),
            lambda pdf: self.desk.go.show_sheet(DraftSheet(self.desk, pdf)),
            label=self.desk.t("Writing the draft"),
        )

    def _recipient(self) -> Recipient | None:
        position = self.recipient.box.currentIndex()
        return list(Recipient)[position - 1] if position > 0 else None

    def _chosen(self) -> list[str]:
        return [exhibit.item.id for exhibit in self._exhibits if exhibit.item.id in self.list.rows.checked]

    def _choices(self) -> PackageChoices:
        return PackageChoices(
            language=LANGUAGES[self.report_language.box.currentIndex()],
            exposure={item_id: self._exposure.get(item_id, Exposure.BLURRED) for item_id in self._chosen()},
            statement=self.statement.words(),
            redacted=frozenset(self._redacted & set(self._chosen())),
            as_folder=self.as_folder.isChecked(),
            as_zip=self.as_zip.isChecked(),
            ask_time=self.ask_time.isChecked() and self._has_tsas,
            recipient=self._recipient(),
            notes=self.notes.chosen(),
        )

    def open_folder(self) -> None:
        """Show where it is, with the system's own file manager."""
        if self.outcome is not None:
            made = self.outcome.made
            QDesktopServices.openUrl(QUrl.fromLocalFile(made.folder or str(Path(made.zip_file).parent)))

    def _check(self) -> None:
        if self.outcome is not None:
            self.desk.go.show_verify(Path(self.outcome.made.folder or self.outcome.made.zip_file))

    def _hand_over(self) -> None:
        if self.outcome is not None:
            self.desk.go.show_handing(self.case_id, self.outcome.made.package_id)

    def _again(self) -> None:
        self.outcome = None
        self._show()
        self.list.setFocus()

    def _ticked(self) -> None:
        has_form = self.as_folder.isChecked() or self.as_zip.isChecked()
        self.make_button.setEnabled(bool(self.list.rows.checked) and has_form)
        self.draft_button.setEnabled(bool(self.list.rows.checked))
        self.notes.show_for(self.list.rows.checked)

    def _choose_exposure(self, position: int) -> None:
        key = self.list.current_key()
        if key:
            self._exposure[key] = list(Exposure)[position]
            self._show_list()

    def _show_exposure(self) -> None:
        key = self.list.current_key()
        self.exposure.box.setCurrentIndex(list(Exposure).index(self._exposure.get(key, Exposure.BLURRED)))
        self.exposure.setEnabled(bool(key))
        self.handed_over.box.setCurrentIndex(int(key in self._redacted))
        self.handed_over.setVisible(bool(self._has_copy))
        self.handed_over.setEnabled(key in self._has_copy)

    def _choose_handed_over(self, position: int) -> None:
        key = self.list.current_key()
        if key:
            (self._redacted.add if position else self._redacted.discard)(key)
            self._show_list()

    def _tag(self, item_id: str) -> str:
        t = self.desk.t
        exposure = t.code("name", f"exposure.{self._exposure.get(item_id, Exposure.BLURRED)}")
        return f"{t('redacted')} · {exposure}" if item_id in self._redacted else exposure

    def _show_list(self) -> None:
        t = self.desk.t
        self.list.show_rows(
            [
                Row(
                    exhibit.item.id,
                    wording.title(exhibit.item),
                    wording.exhibit_detail(t, exhibit),
                    self._tag(exhibit.item.id),
                )
                for exhibit in self._exhibits
            ]
        )
        self.list.fit(2, 5)

    def _show(self) -> None:
        t = self.desk.t
        self._show_list()
        self._show_exposure()
        self._ticked()
        self.ask_time.setEnabled(self._has_tsas)
        if not self._has_tsas:
            self.ask_time.setChecked(False)
        self.time_hint.setText(
            t("A time authority receives a digital fingerprint, no content.")
            if self._has_tsas
            else t("No time authority is chosen yet. You can choose one in the settings; it also works without.")
        )
        outcome = self.outcome
        self.form.setVisible(outcome is None)
        self.result.setVisible(outcome is not None)
        if outcome is not None:
            made = outcome.made
            self.made_text.setText(
                t("A trusted time is in it.") if made.has_trusted_time else t("There is no trusted time in it yet.")
            )
            self.made_place.setText("\n".join(place for place in (made.folder, made.zip_file) if place))
            self.words.setText(outcome.key_words)
            self.digest.setText(wording.groups(made.manifest_sha256))
