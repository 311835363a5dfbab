"""What an officer does with the answers: see what is inside, print them, give a receipt. Parts of the checking page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from evidence.i18n import LANGUAGES, Texts
from evidence.model import Exposure, VerificationReport
from ui import wording
from ui.chooser import PlaceField
from ui.desk import LANGUAGE_NAMES
from ui.fields import Choice, Field, SecretField
from ui.flow import FlowLayout
from ui.jobs import Lane
from ui.missing import ask_for
from ui.picture import HeldPicture
from ui.rows import Row, RowList
from ui.theme import Theme
from ui.widgets import Button, Card, text

if TYPE_CHECKING:
    from evidence.session import Checked, ExhibitInside, Inside, Known, NoteEntry, ReceiptWritten
    from ui.page import Page

KEY_FILE = "receipt-key.pem"
MOST_OF_NOTE = 4000
"""Characters of a note that are shown; the report prints it in full."""


class Part(QWidget):
    """A card below the answers that is shown when it is asked for; it works through the page."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page
        self.checked: Checked | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.card = Card()
        self.title = text("heading")
        self.card.inside.addWidget(self.title)
        column.addWidget(self.card)
        self.hide()

    def add_buttons(self, *buttons: Button) -> None:
        """A row of buttons at the end of the card."""
        row = FlowLayout(gap=10)
        for button in buttons:
            row.addWidget(button)
        self.card.inside.addLayout(row)


class ContentsPart(Part):
    """Names and sizes of what is inside, a picture of one original, and the notes: read when asked for, gone when it is
    closed."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.hint, self.words = text("small"), text("body", selectable=True)
        self.list = RowList(page.desk)
        self.list.selectionModel().currentChanged.connect(lambda: self._hide_picture())
        self.list.opened.connect(lambda _key: self.show_picture())
        self.show_button = Button(page.desk, "", "eye")
        self.show_button.clicked.connect(self.show_picture)
        self.picture = HeldPicture(page.desk)
        self.picture.wanted.connect(self.reveal)
        self.card.inside.addWidget(self.hint)
        self.card.inside.addWidget(self.list)
        self.add_buttons(self.show_button)
        self.card.inside.addWidget(self.picture)
        self.card.inside.addWidget(self.words)
        self.notes_title, self.notes_hint, self.note_text = text("label"), text("small"), text("body", selectable=True)
        self.notes = RowList(page.desk)
        self.notes.selectionModel().currentChanged.connect(lambda: self._show_note())
        for part in (self.notes_title, self.notes_hint, self.notes, self.note_text):
            self.card.inside.addWidget(part)
        self._inside: Sequence[ExhibitInside] = ()
        self._notes: Sequence[NoteEntry] = ()
        self._known: Callable[[], Known] | None = None
        self._show()

    def retranslate(self, t: Texts) -> None:
        """Say its words in the language of ``t``."""
        self.title.setText(t("What is inside"))
        self.hint.setText(t("Names and titles as whoever made the package wrote them."))
        self.list.setAccessibleName(t("What is inside"))
        self.notes_title.setText(t("Notes that were chosen into it"))
        self.notes.setAccessibleName(t("Notes that were chosen into it"))
        self.notes_hint.setText(
            t("Stated by a person, not recorded by the program; the log noted the times of writing.")
        )
        self.show_button.setText(t("Show its picture, blurred"))
        self.words.setText(t("Hold the picture, or Space on it, to see it without blur."))
        self._show()

    def relook(self, theme: Theme) -> None:
        """Follow the size of text."""
        self.picture.setFixedHeight(theme.px(240))

    def begin(self, checked: Checked, known: Callable[[], Known]) -> None:
        """Read the list of this package."""
        self.forget()
        self.checked, self._known = checked, known

        def read(_progress: object, _cancelled: object) -> Inside:
            from evidence.session import package_contents

            return package_contents(checked, known())

        def done(inside: Inside) -> None:
            if self.checked is checked:
                self._inside, self._notes = inside.exhibits, inside.notes
                self._show()

        self.page.work(read, done, lane=Lane.PARALLEL)

    def forget(self) -> None:
        """Drop what was read."""
        self.checked, self._known, self._inside, self._notes = None, None, (), ()
        self._show()

    def show_picture(self) -> None:
        """Show the original that the keyboard is on, blurred."""

        def done(picture: bytes | None) -> None:
            t = self.page.desk.t
            said = t("The picture, blurred") if picture is not None else t("There is no picture to show")
            self.picture.show_blurred(picture, said)
            self.picture.show()
            self.words.setVisible(picture is not None)
            if picture is None:
                self.page.say(lambda t: (t("There is no picture to show"), ""), kind="plain")

        self._ask(Exposure.BLURRED, 480, done)

    def reveal(self) -> None:
        """While it is held: without blur."""
        self._ask(Exposure.FULL, 1600, self.picture.show_revealed)

    def _ask(self, exposure: Exposure, max_side: int, done: Callable[[bytes | None], None]) -> None:
        checked, known, key = self.checked, self._known, self.list.current_key()
        if checked is None or known is None or not key:
            return
        exhibit, _, position = key.partition("/")
        file = self._inside[int(exhibit)].files[int(position)]

        def read(_progress: object, _cancelled: object) -> bytes | None:
            from evidence.session import picture_inside

            return picture_inside(checked, known(), file, exposure, max_side)

        def arrived(picture: bytes | None) -> None:
            if self.checked is checked and self.list.current_key() == key:
                done(picture)

        self.page.work(read, arrived, lane=Lane.PARALLEL)

    def _hide_picture(self) -> None:
        self.picture.forget()
        self.picture.hide()
        self.words.hide()

    def _show(self) -> None:
        t, rows = self.page.desk.t, []
        for number, exhibit in enumerate(self._inside):
            said = (t.code("name", f"method.{exhibit.method}"), wording.moment(t, exhibit.acquired))
            for position, file in enumerate(exhibit.files):
                title = f"{wording.safe(exhibit.number)}  {wording.safe(file.original_name or exhibit.title)}"
                rows.append(Row(f"{number}/{position}", title, " · ".join((*said, t.size(file.size))), icon="file"))
        self.list.show_rows(rows)
        self.list.fit(1, 6)
        self.list.setVisible(bool(rows))
        self.show_button.setVisible(bool(rows))
        self._hide_picture()
        self._show_notes()

    def _show_notes(self) -> None:
        t = self.page.desk.t
        self.notes.show_rows([
            Row(
                str(number), " ".join(wording.safe(note.text[:MOST_OF_NOTE]).split()),
                f"{wording.written_at(t, note.written_at)} · {wording.named(t, f'role.{note.author}')}",
                wording.safe(note.item) or t("about the case"), icon="note",
            )
            for number, note in enumerate(self._notes)
        ])  # fmt: skip
        self.notes.fit(1, 4)
        self.notes.setMaximumHeight(self.notes.minimumHeight())
        for part in (self.notes_title, self.notes_hint, self.notes, self.note_text):
            part.setVisible(bool(self._notes))
        self._show_note()

    def _show_note(self) -> None:
        """The words of the note that the keyboard is on; all of them stand in the report."""
        key = self.notes.current_key()
        words = self._notes[int(key)].text if key and int(key) < len(self._notes) else ""
        cut = words if len(words) <= MOST_OF_NOTE else f"{words[:MOST_OF_NOTE]}…"
        self.note_text.setText(wording.safe(cut))


class PrintPart(Part):
    """The verification report as PDF, in the language of whoever reads it."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.about = text()
        self.report_language = Choice(len(LANGUAGES))
        for position, language in enumerate(LANGUAGES):
            self.report_language.box.setItemText(position, LANGUAGE_NAMES[language])
        self.place = PlaceField(page.desk)
        self.save_button = Button(page.desk, "main", "print")
        self.save_button.clicked.connect(self.save)
        self.saved = text("body", selectable=True)
        for part in (self.about, self.report_language, self.place):
            self.card.inside.addWidget(part)
        self.add_buttons(self.save_button)
        self.card.inside.addWidget(self.saved)
        self.saved.hide()
        self.reports: Sequence[VerificationReport] = ()

    def retranslate(self, t: Texts) -> None:
        """Say its words in the language of ``t``."""
        self.title.setText(t("Report to print"))
        self.report_language.name(t("&Language of the report"))
        self.place.name(t("Folder for the report"), t("A new PDF file; nothing is overwritten."))
        self.place.retranslate(t)
        self.save_button.setText(t("Save the report"))
        self._show()

    def begin(self, reports: Sequence[VerificationReport]) -> None:
        """Offer to print these."""
        self.reports = reports
        self.report_language.box.setCurrentIndex(LANGUAGES.index(self.page.desk.language))
        self.saved.hide()
        self._show()

    def forget(self) -> None:
        """Drop the reports."""
        self.reports = ()
        self.place.line.setText("")
        self.saved.hide()

    def save(self) -> None:
        """Write the PDF."""
        if not self.place.line.text().strip():
            ask_for(self.page, self.place, self.page.desk.t("Choose a folder first."))
            return
        reports, folder = self.reports, self.place.path()
        language = LANGUAGES[self.report_language.box.currentIndex()]

        def write(_progress: object, _cancelled: object) -> Path:
            from evidence.session import save_verification

            return save_verification(reports, folder, language)

        def done(path: Path) -> None:
            self.saved.setText(self.page.desk.t("Saved: {path}", path=wording.safe(str(path))))
            self.saved.show()
            self.save_button.setFocus()

        self.page.work(write, done, label=self.page.desk.t("Writing the report"), can_stop=False, lane=Lane.PARALLEL)

    def _show(self) -> None:
        t = self.page.desk.t
        self.about.setText(
            t.plural("The answers for {n} package.", "The answers for {n} packages, one after the other.",
                     len(self.reports))
        )  # fmt: skip


class ReceiptPart(Part):
    """A receipt that the person can take back into the vault, signed with the officer's own key."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        desk = page.desk
        self.about = text()
        self.receiver, self.note = Field(), Field()
        self.key = PlaceField(desk, wants="any")
        self.makes_key = QCheckBox()
        self.makes_key.toggled.connect(lambda: self.retranslate(desk.t))
        self.password = SecretField(desk)
        self.place = PlaceField(desk)
        self.sign_button = Button(desk, "main", "check")
        self.sign_button.clicked.connect(self.sign)
        for part in (self.about, self.receiver, self.note, self.key):
            self.card.inside.addWidget(part)
        self.card.inside.addWidget(self.makes_key, 0, Qt.AlignmentFlag.AlignLeft)
        for part in (self.password, self.place):
            self.card.inside.addWidget(part)
        self.add_buttons(self.sign_button)
        self.done_text, self.words = text("body", selectable=True), text("lead", selectable=True)
        self.digest = text("mono", selectable=True)
        for part in (self.done_text, self.words, self.digest):
            self.card.inside.addWidget(part)
        self.written: ReceiptWritten | None = None
        self._show()

    def retranslate(self, t: Texts) -> None:
        """Say its words in the language of ``t``."""
        self.title.setText(t("Receipt for this package"))
        self.about.setText(
            t("Says what was checked and what the answers were, signed with your key. The person keeps it as proof.")
        )
        self.receiver.name(t("Who received it"), t("Name and office. It stands in the receipt."))
        self.note.name(t("Note, if you want"), t("A file number, for example."))
        self.makes_key.setText(t("I have no key yet: make one in that folder"))
        if self.makes_key.isChecked():
            self.key.name(t("Folder for the new key"), t("The file {name} is made there. Keep it.", name=KEY_FILE))
        else:
            self.key.name(t("File with your key"), t("PKCS #12 or PEM, with its certificate."))
        self.key.retranslate(t)
        self.password.name(t("Password of the key"), t("Leave it empty if the key has none."))
        self.password.show_button.setText(t("Show"))
        self.password.show_button.setAccessibleName(t("Show what is typed"))
        self.place.name(t("Folder for the receipt"), t("A new file; nothing is overwritten."))
        self.place.retranslate(t)
        self.sign_button.setText(t("Sign the receipt"))
        self._show()

    def begin(self, checked: Checked) -> None:
        """Offer a receipt for this package."""
        self.checked, self.written = checked, None
        self._show()

    def leave(self) -> None:
        """The page is left: no password stays."""
        self.password.forget()

    def forget(self) -> None:
        """Drop everything."""
        self.checked, self.written = None, None
        self.password.forget()
        for field in (self.receiver, self.note, self.key, self.place):
            field.line.setText("")
        self._show()

    def sign(self) -> None:
        """Make the receipt."""
        for field in (self.receiver, self.key, self.place):
            if not field.line.text().strip():
                field.line.setFocus()
                self._say_missing(field.label.text())
                return
        report = self.checked.report if self.checked is not None else None
        if report is None:
            return
        makes_key, key_file, folder = self.makes_key.isChecked(), self.key.path(), self.place.path()
        key_file = key_file / KEY_FILE if makes_key else key_file
        password, receiver, note = self.password.take(), self.receiver.line.text(), self.note.line.text()

        def write(_progress: object, _cancelled: object) -> ReceiptWritten:
            from evidence.session import sign_receipt

            return sign_receipt(
                report, folder, key_file=key_file, makes_key=makes_key, password=password, receiver=receiver, note=note
            )

        def done(written: ReceiptWritten) -> None:
            self.written = written
            if makes_key:
                self.makes_key.setChecked(False)
                self.key.line.setText(str(key_file))
            self._show()
            self.sign_button.setFocus()

        self.page.work(write, done, label=self.page.desk.t("Signing the receipt"), can_stop=False, lane=Lane.PARALLEL)

    def _say_missing(self, name: str) -> None:
        self.page.say(lambda t: (t("Still missing: {name}", name=name), ""), kind="plain")

    def _show(self) -> None:
        t, written = self.page.desk.t, self.written
        parts = (self.done_text, self.words, self.digest)
        for part in parts:
            part.setVisible(written is not None)
        if written is not None:
            said = t("Tell the person the fingerprint of your key in another way than the file goes:")
            self.done_text.setText(f"{t('Saved: {path}', path=wording.safe(str(written.path)))}\n{said}")
            self.words.setText(written.words)
            self.digest.setText(wording.groups(written.certificate_sha256))
