"""The recovery key on paper: shown once, printed or written down, and tried once from the paper."""

from __future__ import annotations

import secrets
import unicodedata

from PySide6.QtCore import QMarginsF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPageLayout, QPainter
from PySide6.QtWidgets import QCheckBox, QWidget

from evidence.i18n import Texts
from ui.desk import Desk
from ui.flow import FlowLayout
from ui.theme import Theme
from ui.widgets import Button, Card, Field, announce, text

ASKED = 2
"""How many groups are asked for."""
LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})


class PaperCard(Card):
    """A recovery key until it is safely on paper. ``done``: the person goes on."""

    done = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.asked: tuple[int, ...] = ()
        """The groups that are asked for, counted from 1."""
        self.title, self.words = text("heading"), text()
        self.key = text("mono", selectable=True)
        self.frame = Card("plain")
        self.frame.inside.setContentsMargins(10, 12, 10, 12)
        self.frame.inside.addWidget(self.key)
        self.print_button = Button(desk, "", "print")
        self.print_button.clicked.connect(self._print)
        self.printing = text("small")
        self.written = QCheckBox()
        self.written.toggled.connect(self._turn)
        self.proof, self.fields = text(), [Field() for _ in range(ASKED)]
        self.outcome = text("label")
        self.continue_button = Button(desk, "main", "check")
        self.continue_button.clicked.connect(self.prove)
        self.later_button = Button(desk)
        self.later_button.clicked.connect(self.done)
        for part in (self.title, self.words, self.frame):
            self.inside.addWidget(part)
        to_print = FlowLayout(gap=10)
        to_print.addWidget(self.print_button)
        self.inside.addLayout(to_print)
        self.inside.addWidget(self.printing)
        self.inside.addWidget(self.written, 0, Qt.AlignmentFlag.AlignLeft)
        self.inside.addWidget(self.proof)
        for field in self.fields:
            field.line.returnPressed.connect(self.prove)
            self.inside.addWidget(field)
        self.inside.addWidget(self.outcome)
        row = FlowLayout(gap=10)
        row.addWidget(self.continue_button)
        row.addWidget(self.later_button)
        self.inside.addLayout(row)
        self._turn()

    def show_key(self, key: str) -> None:
        """Show a new key, and choose what will be asked for."""
        self.key.setText(key)
        count = len(key.split("-"))
        numbers = list(range(1, count + 1))
        self.asked = tuple(sorted(secrets.SystemRandom().sample(numbers, min(ASKED, count))))
        self.written.setChecked(False)
        self._turn()
        self.retranslate(self._desk.t)

    def forget(self) -> None:
        """Drop the key."""
        self.key.setText("")
        self.asked = ()
        self.written.setChecked(False)
        for field in self.fields:
            field.line.setText("")
        self.outcome.setText("")

    def retranslate(self, t: Texts) -> None:
        """Say its words in the language of ``t``."""
        self.title.setText(t("Your recovery key"))
        self.words.setText(
            t(
                "It opens the vault if you forget the passphrase. It is shown only now. Print it, or write it on paper "
                "by hand, and keep the paper away from this computer, with someone you trust."
            )
        )
        self.key.setAccessibleName(t("Your recovery key"))
        self.print_button.setText(t("&Print it…"))
        self.printing.setText(t("A printer that others use, or the system, may keep a copy of what was printed."))
        self.written.setText(t("It stands on pape&r now"))
        self.proof.setText(t("Once, from the paper: which letters and digits stand in these groups?"))
        for field, number in zip(self.fields, self.asked, strict=False):
            field.name(t("Group {number}", number=number))
        self.continue_button.setText(t("&Continue"))
        self.later_button.setText(t("&Try the paper another time"))

    def first_focus(self) -> QWidget:
        """Where the keyboard is when the card is shown."""
        return self.written

    def prove(self) -> None:
        """Compare what was typed from the paper; go on when it is the same."""
        groups = self.key.text().split("-")
        for field, number in zip(self.fields, self.asked, strict=True):
            if plain(field.line.text()) != plain(groups[number - 1]):
                t = self._desk.t
                self.outcome.setText(
                    t("Group {number} is different. Look at the paper again, or show the key again.", number=number)
                )
                self.outcome.show()
                announce(self, self.outcome.text())
                field.line.setFocus()
                field.line.selectAll()
                return
        self.done.emit()

    def _turn(self) -> None:
        """Show the key, or ask for it."""
        asks = self.written.isChecked()
        self.frame.setVisible(not asks)
        self.print_button.setVisible(not asks)
        self.printing.setVisible(not asks)
        self.proof.setVisible(asks)
        for field in self.fields:
            field.setVisible(asks)
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
            draw_paper(painter, place, self._desk.t, self._desk.theme, self.key.text())
            painter.end()

        dialog.accepted.connect(accepted)
        dialog.finished.connect(dialog.deleteLater)
        dialog.setWindowModality(Qt.WindowModality.WindowModal)
        dialog.show()


def plain(typed: str) -> str:
    """What was typed, without what does not matter: case, blanks, hyphens, letters that look like digits."""
    folded = unicodedata.normalize("NFKC", typed).upper().translate(LOOKALIKES)
    return "".join(sign for sign in folded if sign.isalnum())


def draw_paper(painter: QPainter, page: QRectF, t: Texts, theme: Theme, key: str) -> None:
    """Draw the sheet into ``page``: the key, numbered group by group, and where to keep it. It names no purpose."""
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

    write(t("Recovery key"), 4.5, bold=True)
    write(t("Keep this paper apart from the computer, with someone you trust."), 2.6)
    groups = key.split("-")
    for start in range(0, len(groups), 3):
        row = groups[start : start + 3]
        write("    ".join(f"{start + number}. {group}" for number, group in enumerate(row, 1)), 4.2, "mono", bold=True)
    write(t("The digit 0 is never the letter O, and 1 is never I or L. Hyphens do not matter."), 2.2)
