"""Check packages that someone handed over: every claim with yes, no or cannot tell, and why. Needs no vault."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from evidence.i18n import Texts
from evidence.model import Answer, VerificationReport
from ui import wording
from ui.chooser import PlaceField, PlacesField
from ui.desk import Desk
from ui.errors import tell
from ui.fields import Field, SecretField
from ui.flow import FlowLayout
from ui.jobs import Lane
from ui.missing import ask_for
from ui.officer import ContentsPart, PrintPart, ReceiptPart
from ui.page import Page
from ui.rows import Row, RowList
from ui.theme import Theme
from ui.verdict import LOOK, Verdict, counts, detail_lines, list_line, overall
from ui.widgets import Button, Card, text

if TYPE_CHECKING:
    from evidence.session import Checked, Known, TsaList


class VerifyPage(Page):
    """Drop one package or many, read the claims, print them, give a receipt."""

    WAY = "verify"
    HELP = "verify"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, has_back=True)
        self.found: Sequence[Checked] = ()
        """What came of the last check, one for each package."""
        self.position = 0
        """Which of them is shown."""
        self._others: list[Path] = []
        """What was dropped together with what stands in the line."""
        self._lists: Sequence[TsaList] = ()
        self.setAcceptDrops(True)
        self.back.clicked.connect(lambda: self.desk.go.show_start())
        self.lead = text()
        self.body.addWidget(self.lead)
        self._build_asking()
        self._build_locked()
        self._build_answers()
        self.body.addStretch(1)
        self._show_more(False)
        self._show()

    def _build_asking(self) -> None:
        desk, card = self.desk, Card()
        self.place = PlaceField(desk, wants="any")
        self.place.line.returnPressed.connect(self.check)
        self.place.line.textEdited.connect(self._edited)
        self.others = text("small")
        self.others.hide()
        self.more_button = Button(desk, "choice")
        self.more_button.toggled.connect(self._show_more)
        self.trust, self.tsa_roots, self.fingerprint = PlacesField(desk), PlacesField(desk), Field()
        self.lists = text("small")
        self.check_button = Button(desk, "main", "verify")
        self.check_button.clicked.connect(self.check)
        row = FlowLayout(gap=8)
        row.addWidget(self.check_button)
        row.addWidget(self.more_button)
        for part in (self.place, self.others, self.fingerprint, self.trust, self.tsa_roots, self.lists):
            card.inside.addWidget(part)
        card.inside.addLayout(row)
        self.body.addWidget(card)

    def _build_locked(self) -> None:
        self.locked = Card("plain")
        self.locked_title, self.locked_text = text("label"), text()
        self.passphrase, self.identities = SecretField(self.desk), PlacesField(self.desk)
        self.passphrase.line.returnPressed.connect(self.check)
        self.unlock_button = Button(self.desk, "main", "key")
        self.unlock_button.clicked.connect(self.check)
        row = FlowLayout(gap=8)
        row.addWidget(self.unlock_button)
        for part in (self.locked_title, self.locked_text, self.passphrase, self.identities):
            self.locked.inside.addWidget(part)
        self.locked.inside.addLayout(row)
        self.body.addWidget(self.locked)

    def _build_answers(self) -> None:
        desk = self.desk
        self.summary = text("heading")
        self.list = RowList(desk)
        self.list.selectionModel().currentChanged.connect(lambda: self._choose())
        self.verdict = Verdict(desk)
        self.body.addWidget(self.summary)
        self.body.addWidget(self.list)
        self.body.addWidget(self.verdict)
        row = FlowLayout(gap=8)
        self.details_button, self.contents_button = Button(desk, "choice", "info"), Button(desk, "choice", "eye")
        self.print_button, self.receipt_button = Button(desk, "choice", "print"), Button(desk, "choice", "note")
        self.choices = (self.details_button, self.contents_button, self.print_button, self.receipt_button)
        for button in self.choices:
            button.toggled.connect(lambda is_on, button=button: self._toggled(button, is_on))
            row.addWidget(button)
        self.body.addLayout(row)
        self.details, self.details_text = Card(), text("body", selectable=True)
        self.details.inside.addWidget(self.details_text)
        self.contents, self.printing, self.receipt = ContentsPart(self), PrintPart(self), ReceiptPart(self)
        for part in (self.details, self.contents, self.printing, self.receipt):
            self.body.addWidget(part)

    @property
    def report(self) -> VerificationReport | None:
        """The report that is shown."""
        return self.found[self.position].report if self.found else None

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.back.setText(t("&Back"))
        self.say_title(t("Check a package"))
        self.lead.setText(t("Each claim is answered with yes, no or cannot tell, and why. Nothing is sent or changed."))
        self.place.name(
            t("&Package"), t("A ZIP file, a folder, a report alone, or a stick with several. You can drop it here.")
        )
        self.place.retranslate(t)
        self.more_button.setText(t("What I &know about the signer"))
        self.fingerprint.name(t("&Fingerprint, as the signer told you"), t("The words or the digits."))
        self.trust.name(t("Cer&tificate of the signer"), t("A PEM file that you did not get with the package."))
        self.trust.retranslate(t)
        self.tsa_roots.name(
            t("&Root certificates of time authorities"), t("PEM files, one in each line, of authorities you trust.")
        )
        self.tsa_roots.retranslate(t)
        self.check_button.setText(t("&Check it"))
        self.passphrase.name(t("Passphrase of the package"))
        self.passphrase.show_button.setText(t("Show"))
        self.passphrase.show_button.setAccessibleName(t("Show what is typed"))
        self.identities.name(t("Your key"), t("The file that age-keygen made, or a private SSH key."))
        self.identities.retranslate(t)
        self.unlock_button.setText(t("&Open and check"))
        self.list.setAccessibleName(t("Packages"))
        self.details_button.setText(t("&Details of every check"))
        self.contents_button.setText(t("What is inside"))
        self.print_button.setText(t("Report to print"))
        self.receipt_button.setText(t("Receipt for this package"))
        for part in (self.contents, self.printing, self.receipt):
            part.retranslate(t)
        self._show()

    def relook(self, theme: Theme) -> None:
        super().relook(theme)
        if hasattr(self, "receipt"):
            for field in (self.trust, self.tsa_roots, self.identities):
                field.set_height(theme.px(64))
            self.contents.relook(theme)

    def open_package(self, path: Path | None) -> None:
        """Offer this package."""
        if path is not None:
            self._name([path])
            self._take([])

    def enter(self) -> None:
        self.back.setVisible(not self.desk.is_open)

    def leave(self) -> None:
        super().leave()
        self.passphrase.forget()
        self.receipt.leave()
        self.contents_button.setChecked(False)  # what is inside is not left on the screen for the next who comes

    def first_focus(self) -> QWidget:
        return self.check_button if self.place.line.text() else self.place.line

    def forget(self) -> None:
        super().forget()
        self._name([])
        self.passphrase.forget()
        self.fingerprint.line.setText("")
        for field in (self.trust, self.tsa_roots, self.identities):
            field.forget()
        for part in (self.contents, self.printing, self.receipt):
            part.forget()
        self._take([])

    def check(self) -> None:
        """Check what stands in the line, and what was dropped with it."""
        if not self.place.line.text().strip():
            ask_for(self, self.place, self.desk.t("Choose a package first."))
            return
        places, doors, known = [self.place.path(), *self._others], self.desk.doors, self._known()
        self._take([])
        self.work(
            lambda progress, cancelled: doors.check_packages(places, known(), progress=progress, cancelled=cancelled),
            self._checked,
            label=self.desk.t("Checking"),
            lane=Lane.PARALLEL,
        )

    def _known(self) -> Callable[[], Known]:
        """What was typed and named, made into a value on the lane: the library may not be loaded yet."""
        has_more = self.more_button.isChecked()
        trust, roots = (self.trust.paths(), self.tsa_roots.paths()) if has_more else ([], [])
        fingerprint = self.fingerprint.line.text().strip() if has_more else ""
        passphrase, identities = self.passphrase.line.text(), self.identities.paths()

        def known() -> Known:
            from evidence.session import Known

            return Known(trust, roots, fingerprint, passphrase, identities)

        return known

    def _checked(self, found: Sequence[Checked]) -> None:
        self._take(found)
        [problem] = [found[0].problem] if len(found) == 1 else [None]
        if problem is not None:
            if not found[0].opened_by or problem.code != "verify.encrypted":
                self.say_problem(problem)
            if found[0].opened_by:
                (self.passphrase if found[0].opened_by == "passphrase" else self.identities).edit.setFocus()
            return
        (self.list if len(found) > 1 else self.details_button).setFocus()
        QTimer.singleShot(0, self, self._show_answer)

    def _show_answer(self) -> None:
        """The answer comes first, however little of the page can be seen."""
        QCoreApplication.sendPostedEvents()  # so that everything stands where it will stand
        first = self.list if self.list.isVisible() else self.verdict
        top = first.mapTo(self.column, first.rect().topLeft()).y() + self.column.y()
        self.area.verticalScrollBar().setValue(top - self.desk.theme.gap(16))

    def _take(self, found: Sequence[Checked]) -> None:
        """Show these, the first of them whole."""
        self.found, self.position = found, 0
        for button in self.choices:
            button.setChecked(False)
        self._show()
        if len(found) > 1:
            self.list.setCurrentIndex(self.list.rows.index(0))

    def _choose(self) -> None:
        key = self.list.current_key()
        if key and int(key) < len(self.found) and int(key) != self.position:
            self.position = int(key)
            for button in self.choices:
                button.setChecked(False)
            self._show_one()

    def _toggled(self, button: Button, is_on: bool) -> None:
        """One of the parts below the answers is asked for, or closed."""
        if is_on:
            for other in self.choices:
                if other is not button:
                    other.setChecked(False)
        part = {
            self.details_button: self.details, self.contents_button: self.contents,
            self.print_button: self.printing, self.receipt_button: self.receipt,
        }[button]  # fmt: skip
        part.setVisible(is_on)
        if is_on:
            QTimer.singleShot(0, self, lambda: self.area.ensureWidgetVisible(part))
        if part is self.contents and not is_on:
            self.contents.forget()
        if not is_on or not self.found:
            return
        if part is self.contents:
            checked, known = self.found[self.position], self._known()
            self.contents.begin(checked, known)
        elif part is self.printing:
            self.printing.begin([each.report for each in self.found if each.report is not None])
        elif part is self.receipt:
            self.receipt.begin(self.found[self.position])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and self.content.isEnabled():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self._name(paths)
            self.check()

    def _name(self, paths: Sequence[Path]) -> None:
        """Put these into the line; those after the first are counted below it."""
        self.place.line.setText(str(paths[0]) if paths else "")
        self._others = list(paths[1:])
        self._show_others()

    def _edited(self) -> None:
        self._others = []
        self._show_others()

    def _show_others(self) -> None:
        self.others.setText(self.desk.t.plural("and {n} more", "and {n} more", len(self._others)))
        self.others.setVisible(bool(self._others))

    def _show_more(self, is_shown: bool) -> None:
        for part in (self.trust, self.tsa_roots, self.fingerprint, self.lists):
            part.setVisible(is_shown)
        if is_shown and not self._lists:
            self.work(lambda _progress, _cancelled: self.desk.doors.tsa_lists(), self._take_lists, lane=Lane.PARALLEL)

    def _take_lists(self, lists: Sequence[TsaList]) -> None:
        self._lists = lists
        self._show_lists()

    def _show_lists(self) -> None:
        t = self.desk.t
        lines = [list_line(t, each.name, each.dated.isoformat(), len(each.roots)) for each in self._lists]
        self.lists.setText("\n".join(lines))

    def _show(self) -> None:
        t, found = self.desk.t, self.found
        self._show_others()
        self._show_lists()
        self.list.show_rows([self._row(number, each) for number, each in enumerate(found)])
        self.list.fit(2, 8)
        is_many = len(found) > 1
        self.list.setVisible(is_many)
        self.summary.setVisible(is_many)
        answers = [overall(each.report) for each in found if each.report is not None]
        lines = [
            t.plural("{n} package", "{n} packages", len(found)),
            t("all yes: {count}", count=answers.count(Answer.YES)),
            t("with a no: {count}", count=answers.count(Answer.NO)),
            t("not everything can be told: {count}", count=answers.count(Answer.CANNOT_TELL)),
            t("could not be opened: {count}", count=len(found) - len(answers)),
        ]
        self.summary.setText(" · ".join(lines))
        self._show_one()

    def _row(self, number: int, checked: Checked) -> Row:
        t, name = self.desk.t, wording.safe(checked.path.name)
        if checked.report is None:
            detail = tell(t, checked.problem).sentence if checked.problem is not None else ""
            return Row(str(number), name, detail, t("not opened"), "lock" if checked.opened_by else "question")
        answer = overall(checked.report)
        said = t.code("name", f"answer.{answer}")
        return Row(str(number), name, counts(t, checked.report), said, LOOK[answer][0])

    def _show_one(self) -> None:
        t, report = self.desk.t, self.report
        checked = self.found[self.position] if self.found else None
        self.verdict.show_report(report)
        self.details_text.setText("\n".join(detail_lines(t, report)) if report is not None else "")
        has_any = any(each.report is not None for each in self.found)
        for button in self.choices:
            button.setVisible(report is not None)
        self.print_button.setVisible(has_any)
        needs = {each.opened_by for each in self.found} - {""}
        self.locked.setVisible(bool(needs))
        self.passphrase.setVisible("passphrase" in needs)
        self.identities.setVisible("key" in needs)
        self.locked_title.setText(
            t("Some of these packages are encrypted.") if len(self.found) > 1 else t("This package is encrypted.")
        )
        self.locked_text.setText(t("It is opened in memory; nothing is written."))
        if checked is None or report is None:
            self.details.hide()
