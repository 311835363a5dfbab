"""Check a package: every claim with yes, no or cannot tell, and why. Needs no vault."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from evidence.i18n import Texts
from evidence.model import Answer, Claim, ClaimName, VerificationReport
from ui import wording
from ui.chooser import PlaceField
from ui.desk import Desk
from ui.flow import FlowLayout
from ui.jobs import Lane
from ui.page import Page
from ui.widgets import Button, Card, Field, Icon, text

LOOK = {
    Answer.YES: ("check", "good", "good_ink"),
    Answer.NO: ("cross", "care", "care_ink"),
    Answer.CANNOT_TELL: ("question", "card", "quiet"),
}
REASONS_SHOWN = 8
DAMAGED_SHOWN = 30


class VerifyPage(Page):
    """Drop a package, read the claims."""

    WAY = "verify"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, has_back=True)
        self.report: VerificationReport | None = None
        self.setAcceptDrops(True)
        self.back.clicked.connect(self._go_back)
        self.lead = text()
        self.body.addWidget(self.lead)
        card = Card()
        self.place = PlaceField(desk, wants="any")
        self.place.line.returnPressed.connect(self.check)
        card.inside.addWidget(self.place)
        self.more_button = Button(desk, "choice")
        self.more_button.toggled.connect(self._show_more)
        self.trust = PlaceField(desk, wants="file")
        self.fingerprint = Field()
        more_row = FlowLayout(gap=8)
        self.check_button = Button(desk, "main", "verify")
        self.check_button.clicked.connect(self.check)
        more_row.addWidget(self.check_button)
        more_row.addWidget(self.more_button)
        card.inside.addWidget(self.trust)
        card.inside.addWidget(self.fingerprint)
        card.inside.addLayout(more_row)
        self.body.addWidget(card)
        self.results = QVBoxLayout()
        self.results.setSpacing(8)
        self.body.addLayout(self.results)
        self.details_button = Button(desk, "choice")
        self.details_button.toggled.connect(lambda: self._show())
        self.body.addWidget(self.details_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.details = text("body", selectable=True)
        self.body.addWidget(self.details)
        self.body.addStretch(1)
        self._show_more(False)
        self.details_button.hide()
        self.details.hide()

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.back.setText(t("&Back"))
        self.heading.setText(t("Check a package"))
        self.lead.setText(t("Each claim is answered with yes, no or cannot tell, and why. Nothing is sent or changed."))
        self.place.name(t("&Package"), t("The folder or the ZIP file. You can drop it here."))
        self.place.retranslate(t)
        self.more_button.setText(t("What I &know about the signer"))
        self.trust.name(t("Cer&tificate of the signer"), t("A PEM file that you did not get with the package."))
        self.trust.retranslate(t)
        self.fingerprint.name(t("&Fingerprint, as the signer told you"), t("The words or the digits."))
        self.check_button.setText(t("&Check it"))
        self.details_button.setText(t("&Details of every check"))
        self._show()

    def open_package(self, path: Path | None) -> None:
        """Offer this package."""
        if path is not None:
            self.place.line.setText(str(path))
            self.report = None
            self._show()

    def enter(self) -> None:
        self.back.setVisible(not self.desk.is_open)

    def first_focus(self) -> QWidget:
        return self.check_button if self.place.line.text() else self.place.line

    def forget(self) -> None:
        super().forget()
        self.report = None
        for field in (self.place, self.trust, self.fingerprint):
            field.line.setText("")
        self._show()

    def check(self) -> None:
        """Check the package that stands in the line."""
        if not self.place.line.text().strip():
            self.place.line.setFocus()
            self.say(lambda t: (t("Choose a package first."), ""), kind="plain")
            return
        path, doors = self.place.path(), self.desk.doors
        trust = [self.trust.path()] if self.more_button.isChecked() and self.trust.line.text().strip() else []
        fingerprint = self.fingerprint.line.text().strip() if self.more_button.isChecked() else ""
        self.report = None
        self._show()

        def done(report: VerificationReport) -> None:
            self.report = report
            self._show()
            self.details_button.setFocus()

        self.work(
            lambda progress, cancelled: doors.verify_package(
                path, trust_paths=trust, fingerprint=fingerprint, progress=progress, cancelled=cancelled
            ),
            done,
            label=self.desk.t("Checking"),
            lane=Lane.PARALLEL,
        )

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and self.content.isEnabled():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.place.line.setText(paths[0])
            self.check()

    def _go_back(self) -> None:
        self.desk.go.show_start()

    def _show_more(self, is_shown: bool) -> None:
        self.trust.setVisible(is_shown)
        self.fingerprint.setVisible(is_shown)

    def _show(self) -> None:
        while self.results.count():
            entry = self.results.takeAt(0)
            widget = entry.widget() if entry is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        report = self.report
        self.details_button.setVisible(report is not None)
        self.details.setVisible(report is not None and self.details_button.isChecked())
        if report is None:
            return
        self.results.addWidget(self._panel(*_summary(self.desk.t, report)))
        for claim in report.claims:
            self.results.addWidget(self._claim(report, claim))
        self.relook(self.desk.theme)
        self.details.setText("\n".join(_detail_lines(self.desk.t, report)))

    def _claim(self, report: VerificationReport, claim: Claim) -> Card:
        t = self.desk.t
        icon, kind, colour = LOOK[claim.answer]
        head = f"{wording.named(t, f'claim.{claim.name}')} – {t.code('name', f'answer.{claim.answer}')}"
        lines = [wording.sentence(t, "claim", claim.reason, claim.params)]
        if claim.answer is not Answer.YES or claim.name is ClaimName.METHOD:
            lines += _reasons(t, report, claim)
        if claim.name is ClaimName.COMPLETE:
            lines += [wording.safe(path) for path in report.damaged[:DAMAGED_SHOWN]]
        return self._panel(icon, kind, colour, head, "\n".join(lines))

    def _panel(self, icon: str, kind: str, colour: str, head: str, words: str) -> Card:
        card = Card(kind)
        card.inside.setContentsMargins(16, 12, 16, 12)
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addWidget(Icon(self.desk, icon, 22, colour), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(3)
        title, why = text("label"), text("body", selectable=True)
        title.setText(head)
        why.setText(words)
        column.addWidget(title)
        column.addWidget(why)
        row.addLayout(column, 1)
        card.inside.addLayout(row)
        return card


def _reasons(t: Texts, report: VerificationReport, claim: Claim) -> list[str]:
    """The checks that decided the claim."""
    found = [check for check in report.checks if check.claim is claim.name and check.answer is claim.answer]
    lines = [f"{check.number}. {wording.sentence(t, 'check', check.reason, check.params)}" for check in found]
    return list(dict.fromkeys(lines))[:REASONS_SHOWN]


def _summary(t: Texts, report: VerificationReport) -> tuple[str, str, str, str, str]:
    """What all answers but origin come to: icon, kind, colour, head and words of a panel."""
    answers = {claim.answer for claim in report.claims if claim.name is not ClaimName.ORIGIN}
    always = t("“Yes” speaks of these bytes since they were acquired, never of whether what they show is true.")
    if Answer.NO in answers:
        head = t("At least one answer is “no”: do not rely on this package as it is. Ask for the original again.")
        return (*LOOK[Answer.NO], head, always)
    if Answer.CANNOT_TELL in answers:
        head = t("Nothing is wrong, but not everything can be told: the reasons say what is missing.")
        return (*LOOK[Answer.CANNOT_TELL], head, always)
    return (*LOOK[Answer.YES], t("Everything that can be told from the package is “yes”."), always)


def _detail_lines(t: Texts, report: VerificationReport) -> list[str]:
    lines = []
    for check in report.checks:
        answer = t.code("name", f"answer.{check.answer}")
        lines.append(f"{check.number}. {answer}: {wording.sentence(t, 'check', check.reason, check.params)}")
    facts = report.facts
    for name, words in (
        ("created_at", t("Package made")),
        ("signer_words", t("Fingerprint of the key that signed it, in words")),
        ("signer_sha256", t("Fingerprint of the key that signed it")),
        ("manifest_sha256", t("Fingerprint of the manifest (SHA-256)")),
        ("report_sha256", t("Fingerprint of the report (SHA-256)")),
    ):
        if facts.get(name):
            value = wording.instant(t, facts[name]) if name.endswith("_at") else wording.safe(facts[name])
            lines += ["", f"{words}:", wording.groups(value) if name.endswith("_sha256") else value]
    return [*lines, "", f"{t('Checked with')}: {report.verifier}"]
