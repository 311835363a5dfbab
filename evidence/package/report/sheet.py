"""Pages: a small typesetter over reportlab's canvas. Text flows down, tables repeat their head, nothing is clipped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from evidence.package.report.fonts import Typeface
from evidence.package.report.text import Measure, printable, wrap

WIDTH, HEIGHT = A4
LEFT = RIGHT = 20 * mm
TOP = 24 * mm
BOTTOM = 22 * mm
COLUMN = WIDTH - LEFT - RIGHT
TOTAL_FORM = "total-pages"


@dataclass(frozen=True, slots=True)
class Style:
    """How a run of text looks. ``size`` and ``leading`` in points; ``grey`` from 0 (black) to 1 (white)."""

    size: float
    leading: float
    bold: bool = False
    grey: float = 0.0


BODY = Style(9.5, 15)
STRONG = Style(9.5, 15, bold=True)
SMALL = Style(8, 12, grey=0.25)
LABEL = Style(8.5, 13.5, grey=0.3)
VALUE = Style(9, 13.5)
CELL = Style(8.5, 12.5)
CELL_HEAD = Style(8, 12, bold=True)
TITLE = Style(24, 32, bold=True)
SUBTITLE = Style(12, 18)
HEADINGS = (Style(16, 22, bold=True), Style(11.5, 17, bold=True), Style(9.5, 14, bold=True))


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading and its share of the width."""

    heading: str
    share: float


class Sheet:
    """The document while it is written. ``header`` and ``footer`` stand on every page but the first."""

    def __init__(self, typeface: Typeface, *, title: str, author: str, language: str, header: str,
                 footer: str) -> None:  # fmt: skip
        self._fonts = {bold: typeface.fonts(bold) for bold in (False, True)}
        self._widths = {bold: typeface.widths(bold) for bold in (False, True)}
        for font in {*self._fonts[False], *self._fonts[True]}:
            pdfmetrics.registerFont(font)
        self._measures: dict[Style, Measure] = {}
        self._output = BytesIO()
        # initialFontName: otherwise every page would name Helvetica, which is not embedded.
        self.canvas = Canvas(self._output, pagesize=A4, invariant=1, lang=language, pageCompression=1,
                             initialFontName=self._fonts[False][0].fontName)  # type: ignore[arg-type]  # fmt: skip
        self.canvas.setTitle(self.clean(title))
        self.canvas.setAuthor(self.clean(author))
        self.canvas.setSubject("")
        self.canvas.setViewerPreference("DisplayDocTitle", "true")
        self.canvas.showOutline()
        self._header, self._footer = self.clean(header), self.clean(footer)
        self._bookmarks = 0
        self.page = 0
        self.y = 0.0
        self._open_page()

    # Pages

    def new_page(self) -> None:
        """End this page and begin the next."""
        self.canvas.showPage()
        self._open_page()

    def room(self) -> float:
        """Points left above the bottom margin."""
        return self.y - BOTTOM

    def need(self, height: float) -> None:
        """Begin a new page unless ``height`` points are left on this one."""
        if self.room() < height:
            self.new_page()

    def gap(self, height: float) -> None:
        """White space; none is carried over to a new page."""
        self.y -= height

    def finish(self) -> bytes:
        """Close the last page and return the document. The number of pages is filled into every footer."""
        self.canvas.showPage()
        self.canvas.beginForm(TOTAL_FORM, 0, -4, 60, 12)
        style = SMALL
        self.canvas.setFont(self._fonts[style.bold][0].fontName, style.size)
        self.canvas.setFillGray(style.grey)
        self.canvas.drawString(0, 0, f" / {self.page}")
        self.canvas.endForm()
        self.canvas.save()
        return self._output.getvalue()

    def _open_page(self) -> None:
        self.page += 1
        self.y = HEIGHT - TOP
        self._page_furniture()

    def _page_furniture(self) -> None:
        canvas = self.canvas
        canvas.setStrokeGray(0.6)
        canvas.setLineWidth(0.4)
        line = BOTTOM - 5 * mm
        canvas.line(LEFT, line, WIDTH - RIGHT, line)
        self._string(LEFT, line - 11, self._footer, SMALL)
        total = 28.0
        number = str(self.page)
        self._string(WIDTH - RIGHT - total - self.measure(SMALL)(number), line - 11, number, SMALL)
        canvas.saveState()
        canvas.translate(WIDTH - RIGHT - total, line - 11)
        canvas.doForm(TOTAL_FORM)
        canvas.restoreState()
        if self.page > 1:
            self._string(LEFT, HEIGHT - 15 * mm, self._header, SMALL)

    # Text

    def clean(self, text: str) -> str:
        """``text`` as it can be printed in both cuts of the typeface."""
        return printable(printable(text, self._widths[False]), self._widths[True])

    def measure(self, style: Style) -> Measure:
        """Widths of text in ``style``."""
        if style not in self._measures:
            default = float(self._fonts[style.bold][0].face.defaultWidth)
            self._measures[style] = Measure(self._widths[style.bold], default, style.size)
        return self._measures[style]

    def lines(self, text: str, style: Style, width: float) -> list[str]:
        """``text`` made printable and broken to ``width`` points."""
        return wrap(self.clean(text), width, self.measure(style))

    def text(self, text: str, style: Style = BODY, *, indent: float = 0.0, width: float | None = None,
             after: float = 0.0) -> None:  # fmt: skip
        """A paragraph; goes on over the next page where it must, never leaving one line alone."""
        lines = self.lines(text, style, (width or COLUMN) - indent)
        if len(lines) > 1 and self.room() < 2 * style.leading:
            self.new_page()
        for line in lines:
            self.need(style.leading)
            self.y -= style.leading
            self._string(LEFT + indent, self.y + style.leading * 0.28, line, style)
        self.y -= after

    def bullet(self, text: str, style: Style = BODY) -> None:
        """A paragraph with a bullet before it."""
        self.need(style.leading)
        self._string(LEFT + 1, self.y - style.leading * 0.72, "•", style)
        self.text(text, style, indent=11, after=2)

    def heading(self, text: str, level: int = 1, *, keep: float = 60.0, bookmark: int = 0) -> None:
        """A heading; ``keep`` points of what follows stay with it. One of level 1 has a bookmark, ``bookmark`` deep."""
        style = HEADINGS[level - 1]
        lines = self.lines(text, style, COLUMN)
        before = (0.0, 14.0, 8.0)[level - 1] if self.y < HEIGHT - TOP - 1 else 0.0
        self.need(before + len(lines) * style.leading + keep)
        if self.y < HEIGHT - TOP - 1:
            self.y -= before
        if level == 1:
            self._bookmark(" ".join(lines), bookmark)
        for line in lines:
            self.y -= style.leading
            self._string(LEFT, self.y + style.leading * 0.28, line, style)
        if level == 1:
            self.y -= 3
            self.rule(0.8, grey=0.0)
            self.y -= 9
        else:
            self.y -= 3

    def rule(self, thickness: float = 0.4, *, grey: float = 0.6) -> None:
        """A line over the whole column at the present height."""
        self.canvas.setStrokeGray(grey)
        self.canvas.setLineWidth(thickness)
        self.canvas.line(LEFT, self.y, WIDTH - RIGHT, self.y)

    def facts(self, rows: Sequence[tuple[str, str]], *, label_width: float = 105.0) -> None:
        """Labels with their values. A long value goes on over the next page."""
        for label, value in rows:
            labels = self.lines(label, LABEL, label_width - 8)
            values = self.lines(value, VALUE, COLUMN - label_width)
            self.need(min(max(len(labels), len(values)), 3) * VALUE.leading)
            top, page = self.y, self.page
            for position, line in enumerate(labels):
                self._string(LEFT, top - (position + 0.72) * LABEL.leading, line, LABEL)
            for line in values:
                self.need(VALUE.leading)
                self.y -= VALUE.leading
                self._string(LEFT + label_width, self.y + VALUE.leading * 0.28, line, VALUE)
            if page == self.page:
                self.y = min(self.y, top - len(labels) * LABEL.leading)
            self.y -= 1.5

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        """Rows under headings that are repeated on each page; a row taller than a page is carried on."""
        gap = 6.0
        total = sum(column.share for column in columns)
        widths = [COLUMN * column.share / total for column in columns]
        starts = [LEFT + sum(widths[:position]) for position in range(len(columns))]
        heads = [self.lines(column.heading, CELL_HEAD, width - gap)
                 for column, width in zip(columns, widths, strict=True)]  # fmt: skip
        head_height = max(len(head) for head in heads) * CELL_HEAD.leading + 6

        def head() -> None:
            for start, lines in zip(starts, heads, strict=True):
                for position, line in enumerate(lines):
                    self._string(start, self.y - (position + 0.75) * CELL_HEAD.leading, line, CELL_HEAD)
            self.y -= head_height - 2
            self.rule(0.7, grey=0.0)
            self.y -= 2

        self.need(head_height + 2 * CELL.leading)
        head()
        for row in rows:
            cells = [self.lines(cell, CELL, width - gap) for cell, width in zip(row, widths, strict=True)]
            height = max(len(cell) for cell in cells)
            done = 0
            if self.room() < min(height, 8) * CELL.leading + 4:
                self.new_page()
                head()
            while done < height:
                fit = min(height - done, int((self.room() - 4) // CELL.leading))
                if fit < 1:
                    self.new_page()
                    head()
                    continue
                for start, cell in zip(starts, cells, strict=True):
                    for position, line in enumerate(cell[done : done + fit]):
                        self._string(start, self.y - (position + 0.75) * CELL.leading, line, CELL)
                self.y -= fit * CELL.leading + 4
                done += fit
            self.rule(0.3, grey=0.75)
            self.y -= 2

    def note(self, text: str, style: Style = BODY) -> None:
        """A paragraph with a bar at its left: what a reader must not miss."""
        lines = self.lines(text, style, COLUMN - 14)
        self.need(min(len(lines), 12) * style.leading + 4)
        for line in lines:
            self.need(style.leading)
            self.y -= style.leading
            self.canvas.setFillGray(0.35)
            self.canvas.rect(LEFT, self.y, 2, style.leading, stroke=0, fill=1)
            self._string(LEFT + 12, self.y + style.leading * 0.28, line, style)
        self.y -= 6

    def picture(self, jpeg: bytes, *, max_width: float, max_height: float) -> None:
        """A JPEG picture, never enlarged beyond 96 dots to the inch, with a hairline around it."""
        reader = ImageReader(BytesIO(jpeg))
        width, height = reader.getSize()
        scale = min(max_width / width, max_height / height, 0.75)
        self.need(height * scale + 8)
        self.y -= height * scale
        self.canvas.drawImage(reader, LEFT, self.y, width * scale, height * scale)
        self.canvas.setStrokeGray(0.6)
        self.canvas.setLineWidth(0.4)
        self.canvas.rect(LEFT, self.y, width * scale, height * scale)
        self.y -= 8

    def boxes(self, labels: Sequence[str], *, height: float = 42.0, across: int = 2) -> None:
        """Empty boxes to fill in by hand, each with a small label."""
        width = COLUMN / across
        for start in range(0, len(labels), across):
            self.need(height)
            for position, label in enumerate(labels[start : start + across]):
                self.canvas.setStrokeGray(0.4)
                self.canvas.setLineWidth(0.5)
                self.canvas.rect(LEFT + position * width, self.y - height, width, height)
                for number, line in enumerate(self.lines(label, SMALL, width - 10)):
                    self._string(LEFT + position * width + 5, self.y - 11 - number * SMALL.leading, line, SMALL)
            self.y -= height

    def _string(self, x: float, y: float, text: str, style: Style) -> None:
        if not text:
            return
        fonts = self._fonts[style.bold]
        self.canvas.setFillGray(style.grey)
        for font, run in [(fonts[0], text)] if text.isascii() else _runs(text, fonts):
            self.canvas.setFont(font.fontName, style.size)
            self.canvas.drawString(x, y, run)
            x += self.measure(style)(run)

    def _bookmark(self, text: str, depth: int) -> None:
        self._bookmarks += 1
        key = f"section-{self._bookmarks}"
        self.canvas.bookmarkHorizontalAbsolute(key, self.y + 6)
        self.canvas.addOutlineEntry(text, key, depth, closed=False)


def _runs(text: str, fonts: tuple[TTFont, ...]) -> list[tuple[TTFont, str]]:
    """``text`` in runs, each with the first of ``fonts`` that has its characters."""
    runs: list[tuple[TTFont, str]] = []
    for character in text:
        code = ord(character)
        font = next((each for each in fonts if code in each.face.charWidths), fonts[0])
        if runs and runs[-1][0] is font:
            runs[-1] = (font, runs[-1][1] + character)
        else:
            runs.append((font, character))
    return runs
