"""Bring a receipt home: what a receiver signed about a package of this vault. A part of the packages' page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from evidence.i18n import Texts
from evidence.model import Answer, ClaimName, ReceiptRead
from ui import wording
from ui.chooser import PlaceField
from ui.flow import FlowLayout
from ui.missing import ask_for
from ui.widgets import Button, Card, text

if TYPE_CHECKING:
    from ui.page import Page


class BringReceipt(QWidget):
    """Choose the file, have it checked and logged, read what it says."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self._case_id = ""
        self.read: ReceiptRead | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        self.title, card = text("heading"), Card()
        self.about = text()
        self.place = PlaceField(page.desk, wants="file")
        self.place.line.returnPressed.connect(self.bring)
        self.bring_button = Button(page.desk, "", "check")
        self.bring_button.clicked.connect(self.bring)
        row = FlowLayout(gap=10)
        row.addWidget(self.bring_button)
        self.said = text("body", selectable=True)
        self.words, self.digest = text("lead", selectable=True), text("mono", selectable=True)
        for part in (self.about, self.place):
            card.inside.addWidget(part)
        card.inside.addLayout(row)
        for part in (self.said, self.words, self.digest):
            card.inside.addWidget(part)
        column.addWidget(self.title)
        column.addWidget(card)
        self._show()

    def retranslate(self, t: Texts) -> None:
        """Say its words in the language of ``t``."""
        self.title.setText(t("Receipts"))
        self.about.setText(
            t("Whoever checked a package can sign a receipt for it. The custody log keeps that it came.")
        )
        self.place.name(t("File with the receipt"), t("It stays where it is. Keep it."))
        self.place.retranslate(t)
        self.bring_button.setText(t("Check it and keep it"))
        self._show()

    def open_case(self, case_id: str) -> None:
        """Bring receipts into this case."""
        if case_id != self._case_id:
            self.forget()
        self._case_id = case_id

    def forget(self) -> None:
        """Drop what was read."""
        self._case_id, self.read = "", None
        self.place.line.setText("")
        self._show()

    def bring(self) -> None:
        """Check the receipt and log it."""
        if not self.place.line.text().strip():
            ask_for(self._page, self.place, self._page.desk.t("Choose the file first."))
            return
        session, case_id, path = self._page.desk.session, self._case_id, self.place.path()
        self.read = None
        self._show()

        def done(read: ReceiptRead) -> None:
            if case_id == self._case_id:
                self.read = read
                self._show()
                self._page.say(lambda t: (t("The receipt is in the custody log."), ""))

        self._page.work(
            lambda _progress, _cancelled: session.import_receipt(case_id, path), done,
            label=self._page.desk.t("Checking"), can_stop=False,
        )  # fmt: skip

    def _show(self) -> None:
        t, read = self._page.desk.t, self.read
        for part in (self.said, self.words, self.digest):
            part.setVisible(read is not None)
        if read is None:
            return
        receipt = read.receipt
        lines = [t("Receiver, in their own words: {name}", name=wording.safe(receipt.receiver))]
        lines += [t("Note: {note}", note=wording.safe(receipt.note))] if receipt.note else []
        lines += [t("Checked at {time}", time=t.moment(receipt.verified_at)), "", t("What they were told:")]
        for claim, answer in receipt.answers.items():
            name = wording.named(t, f"claim.{claim}") if claim in set(ClaimName) else wording.safe(claim)
            said = t.code("name", f"answer.{answer}") if answer in set(Answer) else wording.safe(answer)
            lines.append(f"{name} – {said}")
        lines += [
            "", t("Fingerprint of the key that signed it. Compare it with what the receiver told you in another way:")
        ]  # fmt: skip
        self.said.setText("\n".join(lines))
        self.words.setText(read.words)
        self.digest.setText(wording.groups(receipt.certificate_sha256))
