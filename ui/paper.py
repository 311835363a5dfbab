"""A recovery key, or shares, on paper: shown once, printed or written down, and tried once from the paper."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Callable, Sequence

from PySide6.QtCore import QMarginsF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPageLayout, QPainter
from PySide6.QtWidgets import QCheckBox, QLabel, QWidget

from evidence.i18n import Texts
from ui.desk import Desk
from ui.fields import Field
from ui.flow import FlowLayout
from ui.theme import Theme
from ui.widgets import Button, Card, announce, text

ASKED = 2
"""How many groups of a key are asked for; of shares one word each."""
MOST_PAPERS = 3
LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})


class PaperCard(Card):
    """A recovery key, or shares, until they are safely on paper. ``done``: the person goes on."""

    done = Signal()

    def __init__(self, desk: Desk, explained: Callable[[Texts], str] | None = None) -> None:
        """``explained`` says what the paper is for; without it, what a recovery key is."""
        super().__init__()
        self._desk, self._explained = desk, explained
        self.questions: list[tuple[int, int]] = []
        """What is asked for: which paper, counted from 0, and which group or word of it, counted from 1."""
        self.title, self.words = text("heading"), text()
        self.papers = [_Paper() for _ in range(MOST_PAPERS)]
        self.frame, self.key = self.papers[0], self.papers[0].words
        self.print_button = Button(desk, "", "print")
        self.print_button.clicked.connect(self._print)
        self.printing = text("small")
        self.written = QCheckBox()
        self.written.toggled.connect(self._turn)
        self.proof, self._every_field = text(), [Field() for _ in range(max(ASKED, MOST_PAPERS))]
        self.fields = self._every_field[:ASKED]
        self.outcome = text("label")
        self.continue_button = Button(desk, "main", "check")
        self.continue_button.clicked.connect(self.prove)
        self.later_button = Button(desk)
        self.later_button.clicked.connect(self.done)
        for part in (self.title, self.words, *self.papers):
            self.inside.addWidget(part)
        to_print = FlowLayout(gap=10)
        to_print.addWidget(self.print_button)
        self.inside.addLayout(to_print)
        self.inside.addWidget(self.printing)
        self.inside.addWidget(self.written, 0, Qt.AlignmentFlag.AlignLeft)
        self.inside.addWidget(self.proof)
        for field in self._every_field:
            field.line.returnPressed.connect(self.prove)
            self.inside.addWidget(field)
        self.inside.addWidget(self.outcome)
        row = FlowLayout(gap=10)
        row.addWidget(self.continue_button)
        row.addWidget(self.later_button)
        self.inside.addLayout(row)
        self._turn()

    @property
    def asked(self) -> tuple[int, ...]:
        """The groups or words that are asked for, counted from 1."""
        return tuple(number for _paper, number in self.questions)

    def show_key(self, key: str) -> None:
        """Show a new key, and choose what will be asked for."""
        self.show_papers([key])

    def show_papers(self, secret_texts: Sequence[str]) -> None:
        """Show a key, or shares that each stand on a paper of their own, and choose what will be asked for."""
        chance = secrets.SystemRandom()
        for paper, secret in zip(self.papers, secret_texts, strict=False):
            paper.words.setText(secret)
        counts = [len(groups(secret)) for secret in secret_texts]
        if len(counts) > 1:
            # The first words of all shares are the same: they would tell nothing about the paper.
            self.questions = [(paper, chance.randint(min(5, count), count)) for paper, count in enumerate(counts)]
        else:
            numbers = chance.sample(range(1, counts[0] + 1), min(ASKED, counts[0]))
            self.questions = [(0, number) for number in sorted(numbers)]
        self.fields = self._every_field[: len(self.questions)]
        self.written.setChecked(False)
        self._turn()
        self.retranslate(self._desk.t)

    def forget(self) -> None:
        """Drop the key."""
        for paper in self.papers:
            paper.words.setText("")
        self.questions = []
        self.written.setChecked(False)
        for field in self._every_field:
            field.line.setText("")
        self.outcome.setText("")

    def retranslate(self, t: Texts) -> None:
        """Say its words in the language of ``t``."""
        are_shares = self._are_shares()
        self.title.setText(t("Recovery shares") if are_shares else t("Your recovery key"))
        self.words.setText(
            self._explained(t) if self._explained is not None else
            t(
                "It opens the vault if you forget the passphrase. It is shown only now. Print it, or write it on paper "
                "by hand, and keep the paper away from this computer, with someone you trust."
            )
        )  # fmt: skip
        for number, paper in enumerate(self.papers, 1):
            name = t("Share {number} of 3", number=number) if are_shares else t("Your recovery key")
            paper.name.setText(name)
            paper.name.setVisible(are_shares)
            paper.words.setAccessibleName(name)
        self.print_button.setText(t("&Print it…"))
        self.printing.setText(t("A printer that others use, or the system, may keep a copy of what was printed."))
        self.written.setText(t("They stand on pape&r now") if are_shares else t("It stands on pape&r now"))
        self.proof.setText(
            t("Once, from the papers: which words stand in these places?") if are_shares
            else t("Once, from the paper: which letters and digits stand in these groups?")
        )  # fmt: skip
        for field, (paper_number, number) in zip(self.fields, self.questions, strict=False):
            field.name(
                t("Share {share}, word {number}", share=paper_number + 1, number=number) if are_shares
                else t("Group {number}", number=number)
            )  # fmt: skip
        self.continue_button.setText(t("&Continue"))
        self.later_button.setText(t("&Try the paper another time"))

    def _are_shares(self) -> bool:
        return len({paper for paper, _number in self.questions}) > 1

    def first_focus(self) -> QWidget:
        """Where the keyboard is when the card is shown."""
        return self.written

    def prove(self) -> None:
        """Compare what was typed from the paper; go on when it is the same."""
        for field, (paper, number) in zip(self.fields, self.questions, strict=True):
            if plain(field.line.text()) != plain(groups(self.papers[paper].words.text())[number - 1]):
                t = self._desk.t
                self.outcome.setText(
                    t("Word {number} of share {share} is different. Look at the paper again, or show the words again.",
                      share=paper + 1, number=number) if self._are_shares()
                    else t("Group {number} is different. Look at the paper again, or show the key again.",
                           number=number)
                )  # fmt: skip
                self.outcome.show()
                announce(self, self.outcome.text())
                field.line.setFocus()
                field.line.selectAll()
                return
        self.done.emit()

    def _turn(self) -> None:
        """Show the key, or ask for it."""
        asks = self.written.isChecked()
        for number, paper in enumerate(self.papers):
            paper.setVisible(not asks and (not number or bool(paper.words.text())))
        self.print_button.setVisible(not asks)
        self.printing.setVisible(not asks)
        self.proof.setVisible(asks)
        for field in self._every_field:
            field.setVisible(asks and field in self.fields)
        self.outcome.setText("")
        self.outcome.hide()
        self.continue_button.setEnabled(asks)
        self.later_button.setVisible(asks)
        if asks:
            self.fields[0].line.setFocus()

    def _print(self) -> None:
        """Print with the system's own dialog; a file is not offered: it would hold the key in plain text."""
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrinterInfo  # costs time, and is seldom needed

        if not QPrinterInfo.availablePrinterNames():
            self.printing.setText(self._desk.t("There is no printer. Write the key down by hand."))
            announce(self, self.printing.text())
            return
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setPageMargins(QMarginsF(20, 20, 20, 20), QPageLayout.Unit.Millimeter)
        printer.setDocName(self._desk.t("Notes"))
        dialog = QPrintDialog(printer, self)
        dialog.setOption(QPrintDialog.PrintDialogOption.PrintToFile, False)

        def accepted() -> None:
            painter = QPainter(printer)
            page = printer.pageRect(QPrinter.Unit.DevicePixel)
            place = QRectF(0, 0, page.width(), page.height())
            shown = [paper for paper in self.papers if paper.words.text()]
            for number, paper in enumerate(shown):
                if number:  # whoever gets one share sees no other
                    printer.newPage()
                title = paper.name.text() if self._are_shares() else ""
                draw_paper(painter, place, self._desk.t, self._desk.theme, paper.words.text(), title)
            painter.end()

        dialog.accepted.connect(accepted)
        dialog.finished.connect(dialog.deleteLater)
        dialog.setWindowModality(Qt.WindowModality.WindowModal)
        dialog.show()


class _Paper(Card):
    """What one paper is to hold; of shares with its number."""

    def __init__(self) -> None:
        super().__init__("plain")
        self.name: QLabel = text("label")
        self.words: QLabel = text("mono", selectable=True)
        self.inside.setContentsMargins(10, 12, 10, 12)
        self.inside.addWidget(self.name)
        self.inside.addWidget(self.words)


def groups(secret: str) -> list[str]:
    """The groups of a key, or the words of a share."""
    return secret.split("-") if "-" in secret else secret.split()


def plain(typed: str) -> str:
    """What was typed, without what does not matter: case, blanks, hyphens, letters that look like digits."""
    folded = unicodedata.normalize("NFKC", typed).upper().translate(LOOKALIKES)
    return "".join(sign for sign in folded if sign.isalnum())


def draw_paper(painter: QPainter, page: QRectF, t: Texts, theme: Theme, key: str, share: str = "") -> None:
    """Draw the sheet into ``page``: the key, or the words of one share (``share``: which one), numbered, and where to
    keep it. It names no purpose."""
    unit = page.width() / 100
    ink = QColor("#000000")
    painter.setPen(ink)
    top = page.top()

    def write(words: str, size: float, kind: str = "body", *, bold: bool = False) -> None:
        nonlocal top
        font = QFont(theme.font(kind, bold=bold))
        font.setPixelSize(max(1, round(size * unit)))
        painter.setFont(font)
        box = QRect(round(page.left()), round(top), round(page.width()), round(page.height()))
        flags = int(Qt.TextFlag.TextWordWrap)
        height = QFontMetrics(font, painter.device()).boundingRect(box, flags, words).height()
        painter.drawText(box, flags, words)
        top += height + 2 * unit

    write(share or t("Recovery key"), 4.5, bold=True)
    write(t("Keep this paper apart from the computer, with someone you trust."), 2.6)
    parts = groups(key)
    for start in range(0, len(parts), 3):
        row = parts[start : start + 3]
        write("    ".join(f"{start + number}. {group}" for number, group in enumerate(row, 1)), 4.2, "mono", bold=True)
    if share:
        return
    write(t("The digit 0 is never the letter O, and 1 is never I or L. Hyphens do not matter."), 2.2)
