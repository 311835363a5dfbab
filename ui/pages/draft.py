"""The report as it would be, page by page, before anything is signed. It is drawn from memory and written nowhere."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt, QTimer
from PySide6.QtGui import QImage, QKeyEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from evidence.errors import EvidenceError
from evidence.i18n import Texts
from ui.desk import Desk
from ui.flow import FlowLayout
from ui.jobs import Lane
from ui.page import Page
from ui.theme import Theme
from ui.widgets import Button, text


@dataclass(frozen=True)
class Leaf:
    """One page as a picture, with its words for those who listen, and how many pages there are."""

    picture: QImage
    words: str
    pages: int


class DraftSheet(Page):
    """Reads a report; lies over the page that asked for it."""

    HELP = "package"

    COLUMN = 860

    def __init__(self, desk: Desk, pdf: bytes) -> None:
        super().__init__(desk, has_back=True)
        self._pdf = pdf
        self.number, self.pages, self._width = 0, 0, 0
        self._redraw = QTimer(self, singleShot=True)
        self._redraw.timeout.connect(lambda: self.turn_to(self.number))
        self.back.clicked.connect(lambda: desk.go.close_sheet())
        self.hint = text("quiet")
        self.body.addWidget(self.hint)
        self.earlier, self.later = Button(desk, "", "back"), Button(desk, "", "forward")
        self.earlier.clicked.connect(lambda: self.turn_to(self.number - 1))
        self.later.clicked.connect(lambda: self.turn_to(self.number + 1))
        self.where = text("label")
        row = FlowLayout(gap=10)
        for part in (self.earlier, self.later, self.where):
            row.addWidget(part)
        self.body.addLayout(row)
        self.leaf = _LeafView(self)
        self.body.addWidget(self.leaf)
        self.body.addStretch(1)
        self.speak()

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.back.setText(t("&Back"))
        self.say_title(t("Draft of the report"))
        self.hint.setText(
            t("Nothing is signed or sent yet, and this draft is kept nowhere. Pictures are blurred here in any case.")
        )
        self.earlier.setText(t("&Earlier page"))
        self.later.setText(t("&Next page"))
        self._say_where()

    def relook(self, theme: Theme) -> None:
        super().relook(theme)
        if hasattr(self, "leaf") and self.pages:
            self.turn_to(self.number)

    def first_focus(self) -> QWidget:
        return self.leaf

    def turn_to(self, number: int) -> None:
        """Show the page with this number, from 0."""
        if number < 0 or (self.pages and number >= self.pages):
            return
        pdf, ratio, self._width = self._pdf, self.devicePixelRatioF(), self._room()
        width = round(self._width * ratio)

        def done(leaf: Leaf) -> None:
            self.number, self.pages = number, leaf.pages
            leaf.picture.setDevicePixelRatio(ratio)
            self.leaf.setPixmap(QPixmap.fromImage(leaf.picture))
            self.leaf.setAccessibleName(f"{self._said_where()}\n{leaf.words}")
            self._say_where()
            self.area.ensureVisible(0, 0)

        self.work(lambda _progress, _cancelled: draw(pdf, number, width), done, lane=Lane.PARALLEL)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._room() != self._width:
            self._redraw.start(150 if self.pages else 0)

    def _room(self) -> int:
        """How wide a page is drawn, in points of the screen: as wide as the column, and never wider than the window."""
        theme = self.desk.theme
        sides = theme.gap(80) + self.area.verticalScrollBar().sizeHint().width()
        return max(200, min(theme.px(self.COLUMN - 60), self.area.width() - sides))

    def _said_where(self) -> str:
        return self.desk.t("Page {n} of {all}", n=self.number + 1, all=self.pages) if self.pages else ""

    def _say_where(self) -> None:
        self.where.setText(self._said_where())
        self.earlier.setEnabled(self.number > 0)
        self.later.setEnabled(self.number + 1 < self.pages)


class _LeafView(QLabel):
    """The picture of a page; the keyboard turns the pages."""

    def __init__(self, sheet: DraftSheet) -> None:
        super().__init__()
        self._sheet = sheet
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_PageDown: 1, Qt.Key.Key_Right: 1, Qt.Key.Key_PageUp: -1, Qt.Key.Key_Left: -1}
        key = Qt.Key(event.key())
        if key in step:
            self._sheet.turn_to(self._sheet.number + step[key])
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            bar = self._sheet.area.verticalScrollBar()
            bar.setValue(bar.value() + (80 if key == Qt.Key.Key_Down else -80))
        else:
            super().keyPressEvent(event)


def draw(pdf: bytes, number: int, width: int) -> Leaf:
    """Page ``number`` (from 0), ``width`` pixels wide. Raises :class:`EvidenceError` ``ui.draft_unreadable``."""
    from PySide6.QtPdf import QPdfDocument  # a large library, loaded when someone reads a draft

    buffer = QBuffer()
    buffer.setData(QByteArray(pdf))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    document = QPdfDocument()
    try:
        document.load(buffer)
        if document.status() != QPdfDocument.Status.Ready or not 0 <= number < document.pageCount():
            raise EvidenceError("ui.draft_unreadable")
        size = document.pagePointSize(number)
        drawn = document.render(number, QSize(width, round(width * size.height() / size.width())))
        # A page has no ground of its own: without this, dark looks would shine through.
        ground = QImage(drawn.size(), QImage.Format.Format_RGB32)
        ground.fill(Qt.GlobalColor.white)
        return Leaf(_laid_over(ground, drawn), document.getAllText(number).text(), document.pageCount())
    finally:
        document.close()


def _laid_over(ground: QImage, drawn: QImage) -> QImage:
    from PySide6.QtGui import QPainter

    painter = QPainter(ground)
    painter.drawImage(0, 0, drawn)
    painter.end()
    return ground
