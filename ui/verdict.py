"""What came of checking one package, to be read in ten seconds: the whole in one panel, then a line for each claim."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import PurePath

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLayout, QVBoxLayout, QWidget

from evidence.i18n import Texts
from evidence.model import Answer, Claim, ClaimName, VerificationReport
from ui import wording
from ui.desk import Desk
from ui.page import spread
from ui.widgets import Card, Icon, discard, rule, text

LOOK = {
    Answer.YES: ("check", "good", "good_ink"),
    Answer.NO: ("cross", "care", "care_ink"),
    Answer.CANNOT_TELL: ("question", "plain", "soft_ink"),
}
"""Icon, kind of the panel, colour of the icon in it."""
REASONS_SHOWN = 8
DAMAGED_SHOWN = 30


class Verdict(QWidget):
    """The panel and the claims of one report; every check stands in :func:`detail_lines`."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(12)
        self.head = text("heading")
        self.hide()

    def show_report(self, report: VerificationReport | None) -> None:
        """Show this report; with None, nothing."""
        while self._column.count():
            entry = self._column.takeAt(0)
            widget = entry.widget() if entry is not None else None
            if widget is not None:
                widget.hide()
                discard(widget)
        self.setVisible(report is not None)
        if report is None:
            return
        self._column.addWidget(self._panel(report))
        self._column.addWidget(self._claims(report))
        for layout in self.findChildren(QLayout):
            spread(layout, self._desk.theme)

    def _panel(self, report: VerificationReport) -> Card:
        t = self._desk.t
        icon, kind, colour = LOOK[overall(report)]
        card = Card(kind)
        card.inside.setContentsMargins(18, 16, 18, 16)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(Icon(self._desk, icon, 28, colour), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(6)
        self.head = text("heading")
        self.head.setText(headline(t, report))
        column.addWidget(self.head)
        for line in about_lines(t, report):
            words = text("body", selectable=True)
            words.setText(line)
            column.addWidget(words)
        row.addLayout(column, 1)
        card.inside.addLayout(row)
        return card

    def _claims(self, report: VerificationReport) -> Card:
        card = Card()
        card.inside.setContentsMargins(18, 14, 18, 14)
        card.inside.setSpacing(10)
        for position, claim in enumerate(report.claims):
            if position:
                card.inside.addWidget(rule())
            card.inside.addLayout(self._claim(report, claim))
        return card

    def _claim(self, report: VerificationReport, claim: Claim) -> QHBoxLayout:
        t = self._desk.t
        row = QHBoxLayout()
        row.setSpacing(14)
        colour = {Answer.YES: "accent", Answer.NO: "care_edge", Answer.CANNOT_TELL: "quiet"}[claim.answer]
        row.addWidget(Icon(self._desk, LOOK[claim.answer][0], 20, colour), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(2)
        title, why = text("label"), text("body", selectable=True)
        answer = t.code("name", f"answer.{claim.answer}")
        title.setText(f"{wording.named(t, f'claim.{claim.name}')} – {answer}")
        lines = [wording.sentence(t, "claim", claim.reason, claim.params)]
        if claim.answer is not Answer.YES or claim.name is ClaimName.METHOD:
            lines += reasons(t, report, claim)
        if claim.name is ClaimName.COMPLETE:
            lines += [wording.safe(path) for path in report.damaged[:DAMAGED_SHOWN]]
        why.setText("\n".join(lines))
        column.addWidget(title)
        column.addWidget(why)
        row.addLayout(column, 1)
        return row


def overall(report: VerificationReport) -> Answer:
    """What all answers but origin come to: nobody can tell that one from the package."""
    answers = {claim.answer for claim in report.claims if claim.name is not ClaimName.ORIGIN}
    if Answer.NO in answers:
        return Answer.NO
    return Answer.CANNOT_TELL if Answer.CANNOT_TELL in answers else Answer.YES


def counts(t: Texts, report: VerificationReport) -> str:
    """How many answers there are of each kind."""
    answers = [claim.answer for claim in report.claims]
    return t(
        "yes: {yes}, no: {no}, cannot tell: {untold}",
        yes=answers.count(Answer.YES), no=answers.count(Answer.NO), untold=answers.count(Answer.CANNOT_TELL),
    )  # fmt: skip


def is_newer(report: VerificationReport) -> bool:
    """Whether the package is of a format that came after this program."""
    return any(check.reason == "format.newer" for check in report.checks)


def headline(t: Texts, report: VerificationReport) -> str:
    """All answers in one sentence."""
    if is_newer(report):
        return t("The package is of a newer format than this program knows: check it with a newer version.")
    return {
        Answer.NO: t("At least one answer is “no”: do not rely on this package as it is. Ask for the original again."),
        Answer.CANNOT_TELL: t("Nothing is wrong, but not everything can be told: the reasons say what is missing."),
        Answer.YES: t("Everything that can be told from the package is “yes”."),
    }[overall(report)]


def about_lines(t: Texts, report: VerificationReport) -> list[str]:
    """Which package it is, and which answers are not *yes*, by their names."""
    facts = report.facts
    told = [wording.safe(PurePath(report.path).name)]
    if facts.get("exhibits", "").isdigit():
        told.append(t.plural("{n} exhibit", "{n} exhibits", int(facts["exhibits"])))
    if facts.get("created_at"):
        told.append(t("made {time}", time=wording.instant(t, facts["created_at"])))
    lines = [" · ".join(told), counts(t, report)]
    for answer in (Answer.NO, Answer.CANNOT_TELL):
        names = [wording.named(t, f"claim.{claim.name}") for claim in report.claims if claim.answer is answer]
        if names:
            said = t.code("name", f"answer.{answer}")
            lines.append(t("{answer}: {names}", answer=said, names=" · ".join(names)))
    lines.append(t("“Yes” speaks of these bytes since they were acquired, never of whether what they show is true."))
    return lines


def reasons(t: Texts, report: VerificationReport, claim: Claim) -> list[str]:
    """The checks that decided the claim."""
    found = [check for check in report.checks if check.claim is claim.name and check.answer is claim.answer]
    lines = [wording.sentence(t, "check", check.reason, check.params) for check in found]
    return list(dict.fromkeys(lines))[:REASONS_SHOWN]


def detail_lines(t: Texts, report: VerificationReport) -> list[str]:
    """Every check with its answer, the facts, and what the three words mean."""
    lines = [
        t("Intact: the bytes are those that were signed. Valid: that key signed them."),
        t("Trusted: you know in another way whose key it is. A key that came with the package is never trusted."),
        "",
    ]
    for check in report.checks:
        answer = t.code("name", f"answer.{check.answer}")
        words = wording.sentence(t, "check", check.reason, check.params)
        lines.append(t("{where}: {words}", where=f"{check.number}. {answer}", words=words))
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
            heading = t("{where}: {words}", where=words, words="").rstrip()
            lines += ["", heading, wording.groups(value) if name.endswith("_sha256") else value]
    return [*lines, "", *list_lines(t, facts), t("{where}: {words}", where=t("Checked with"), words=report.verifier)]


def list_lines(t: Texts, facts: dict[str, str]) -> list[str]:
    """Which lists of authorities the answer about time rests on, each with its date."""
    lines: list[str] = []
    while name := facts.get(f"tsa_list.{len(lines) + 1}.name"):
        prefix = f"tsa_list.{len(lines) + 1}"
        lines.append(list_line(t, name, facts[f"{prefix}.dated"], int(facts[f"{prefix}.roots"])))
    return lines


def list_line(t: Texts, name: str, dated: str, count: int) -> str:
    """One list of authorities."""
    with suppress(ValueError):
        dated = t.date(date.fromisoformat(dated))
    return t(
        "List of time-stamping authorities: {name}, of {date}, roots: {count}",
        name=wording.safe(name), date=dated, count=count,
    )  # fmt: skip
