"""Pages: a small typesetter over reportlab's canvas. Text flows down, tables repeat their head, nothing is clipped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

import segno
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from evidence.package.report.fonts import Typeface
from evidence.package.report.pen import Pen, Style
from evidence.package.report.structure import Structure, described, head_of

WIDTH, HEIGHT = A4
LEFT = RIGHT = 20 * mm
TOP = 24 * mm
BOTTOM = 22 * mm
COLUMN = WIDTH - LEFT - RIGHT
TOTAL_FORM = "total-pages"
COLUMN_HEAD, ROW_HEAD = head_of("Column"), head_of("Row")
MAX_BOOKMARK = 120
"""Characters."""


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
                 footer: str, is_tagged: bool = True) -> None:  # fmt: skip
        self._pen = Pen(typeface)
        self._output = BytesIO()
        # initialFontName: otherwise every page would name Helvetica, which is not embedded.
        self.canvas = Canvas(self._output, pagesize=A4, invariant=1, lang=language, pageCompression=0,
                             initialFontName=self._pen.first_font)  # type: ignore[arg-type]  # fmt: skip
        self.canvas.setTitle(self._pen.clean(title))
        self.canvas.setAuthor(self._pen.clean(author))
        self.canvas.setSubject("")
        self.canvas.setViewerPreference("DisplayDocTitle", "true")
        self.canvas.showOutline()
        self._tags = Structure(self.canvas, is_kept=is_tagged)
        self._header, self._footer = self._pen.clean(header), self._pen.clean(footer)
        self._bookmarks = 0
        self._aside = (0, 0.0, 0.0)
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
        self._pen.write(self.canvas, 0, 0, f" / {self.page}", SMALL)
        self.canvas.endForm()
        self._tags.finish()
        self.canvas.save()
        return self._output.getvalue()

    def _open_page(self) -> None:
        self.page += 1
        self.y = HEIGHT - TOP
        with self._tags.decoration():
            self._page_furniture()

    def _page_furniture(self) -> None:
        canvas = self.canvas
        canvas.setStrokeGray(0.6)
        canvas.setLineWidth(0.4)
        line = BOTTOM - 5 * mm
        canvas.line(LEFT, line, WIDTH - RIGHT, line)
        self._pen.write(self.canvas, LEFT, line - 11, self._footer, SMALL)
        total = 22.0
        number = str(self.page)
        self._pen.write(self.canvas, WIDTH - RIGHT - total - self._pen.measure(SMALL)(number), line - 11, number, SMALL)
        canvas.saveState()
        canvas.translate(WIDTH - RIGHT - total, line - 11)
        canvas.doForm(TOTAL_FORM)
        canvas.restoreState()
        if self.page > 1:
            self._pen.write(self.canvas, LEFT, HEIGHT - 15 * mm, self._header, SMALL)

    # Text

    def lines(self, text: str, style: Style, width: float) -> list[str]:
        """``text`` made printable and broken to ``width`` points."""
        return self._pen.lines(text, style, width)

    def column(self) -> float:
        """Width of the column at the present height, in points: less beside a picture."""
        page, bottom, width = self._aside
        return COLUMN - width if page == self.page and self.y > bottom else COLUMN

    def text(self, text: str, style: Style = BODY, *, indent: float = 0.0, width: float | None = None,
             after: float = 0.0) -> None:  # fmt: skip
        """A paragraph; goes on over the next page where it must, never leaving one line alone."""
        lines = self.lines(text, style, (width or self.column()) - indent)
        if len(lines) > 1 and self.room() < 2 * style.leading:
            self.new_page()
        with self._tags.element("P"):
            for line in lines:
                self.need(style.leading)
                self.y -= style.leading
                self._string(LEFT + indent, self.y + style.leading * 0.28, line, style)
        self.y -= after

    def listed(self, sign: str, text: str, style: Style = BODY) -> None:
        """A paragraph with its number, or an empty box to tick, before it."""
        self.need(2 * style.leading)
        with self._tags.element("P"):
            self._string(LEFT, self.y - style.leading * 0.72, sign, style)
        self.text(text, style, indent=16, after=3)

    def bullet(self, text: str, style: Style = BODY) -> None:
        """A paragraph with a bullet before it."""
        self.need(2 * style.leading)
        with self._tags.decoration():
            self._pen.write(self.canvas, LEFT + 1, self.y - style.leading * 0.72, "•", style)
        self.text(text, style, indent=11, after=2)

    def heading(self, text: str, level: int = 1, *, keep: float = 60.0, bookmark: int = 0) -> None:
        """A heading; ``keep`` points of what follows stay with it. One of level 1 has a bookmark, ``bookmark`` deep."""
        style = HEADINGS[level - 1]
        lines = self.lines(text, style, COLUMN)
        before = (0.0, 14.0, 8.0)[level - 1] if self.y < HEIGHT - TOP - 1 else 0.0
        self.need(before + min(len(lines), 8) * style.leading + keep)
        if self.y < HEIGHT - TOP - 1:
            self.y -= before
        if level == 1:
            self._bookmark(" ".join(lines)[:MAX_BOOKMARK], bookmark)
        with self._tags.element(f"H{level}"):
            for line in lines:
                self.need(style.leading)
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
        with self._tags.decoration():
            self.canvas.setStrokeGray(grey)
            self.canvas.setLineWidth(thickness)
            self.canvas.line(LEFT, self.y, WIDTH - RIGHT, self.y)

    def facts(self, rows: Sequence[tuple[str, str]], *, label_width: float = 105.0) -> None:
        """Labels with their values. A long value goes on over the next page."""
        with self._tags.element("Table"):
            for label, value in rows:
                with self._tags.element("TR"):
                    self._fact(label, value, label_width)

    def _fact(self, label: str, value: str, label_width: float) -> None:
        labels = self.lines(label, LABEL, label_width - 8)
        values = self.lines(value, VALUE, self.column() - label_width)
        self.need(min(max(len(labels), len(values)), 3) * VALUE.leading)
        top, page = self.y, self.page
        with self._tags.element("TH", ROW_HEAD):
            for position, line in enumerate(labels):
                self._string(LEFT, top - (position + 0.72) * LABEL.leading, line, LABEL)
        with self._tags.element("TD"):
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

        def head(*, is_first: bool = False) -> None:
            for start, lines in zip(starts, heads, strict=True):
                with self._tags.element("TH", COLUMN_HEAD) if is_first else self._tags.decoration():
                    for position, line in enumerate(lines):
                        base = self.y - (position + 0.75) * CELL_HEAD.leading
                        if is_first:
                            self._string(start, base, line, CELL_HEAD)
                        else:
                            self._pen.write(self.canvas, start, base, line, CELL_HEAD)
            self.y -= head_height - 2
            self.rule(0.7, grey=0.0)
            self.y -= 2

        self.need(head_height + 2 * CELL.leading)
        with self._tags.element("Table"):
            with self._tags.element("TR"):
                head(is_first=True)
            for row in rows:
                cells = [self.lines(cell, CELL, width - gap) for cell, width in zip(row, widths, strict=True)]
                if self.room() < min(max(map(len, cells)), 8) * CELL.leading + 4:
                    self.new_page()
                    head()
                with self._tags.element("TR"):
                    self._row(starts, cells, head)
                self.rule(0.3, grey=0.75)
                self.y -= 2

    def _row(self, starts: Sequence[float], cells: Sequence[Sequence[str]], head: Callable[[], None]) -> None:
        height, done = max(len(cell) for cell in cells), 0
        places = [self._tags.add("TD") for _cell in cells]
        while done < height:
            fit = min(height - done, int((self.room() - 4) // CELL.leading))
            if fit < 1:
                self.new_page()
                head()
                continue
            for start, cell, place in zip(starts, cells, places, strict=True):
                with self._tags.inside(place):
                    for position, line in enumerate(cell[done : done + fit]):
                        self._string(start, self.y - (position + 0.75) * CELL.leading, line, CELL)
            self.y -= fit * CELL.leading + 4
            done += fit

    def note(self, text: str, style: Style = BODY) -> None:
        """A paragraph with a bar at its left: what a reader must not miss."""
        lines = self.lines(text, style, COLUMN - 14)
        self.need(min(len(lines), 12) * style.leading + 4)
        with self._tags.element("P"):
            for line in lines:
                self.need(style.leading)
                self.y -= style.leading
                with self._tags.decoration():
                    self.canvas.setFillGray(0.35)
                    self.canvas.rect(LEFT, self.y, 2, style.leading, stroke=0, fill=1)
                self._string(LEFT + 12, self.y + style.leading * 0.28, line, style)
        self.y -= 6

    def picture(self, data: bytes, caption: str, *, max_width: float, max_height: float, is_aside: bool) -> None:
        """A picture (JPEG, PNG) with a hairline around it, never larger than 96 dots to the inch would be.

        ``is_aside`` puts it at the right edge with text flowing at its left; otherwise text goes on below.
        """
        reader = _Picture(data)
        across, up = reader.getSize()
        scale = min(max_width / across, max_height / up, 0.75)
        width, height = across * scale, up * scale
        captions = self.lines(caption, SMALL, max(width, 120.0))
        whole = height + len(captions) * SMALL.leading + 6
        self.need(whole)
        left = WIDTH - RIGHT - max(width, 120.0) if is_aside else LEFT
        top = self.y - 2
        with self._tags.element("Figure", described(caption)), self._tags.drawn(self.page):
            self.canvas.drawImage(reader, left, top - height, width, height)
        with self._tags.decoration():
            self.canvas.setStrokeGray(0.6)
            self.canvas.setLineWidth(0.4)
            self.canvas.rect(left, top - height, width, height)
        with self._tags.element("Caption"):
            for number, line in enumerate(captions):
                self._string(left, top - height - 11 - number * SMALL.leading, line, SMALL)
        if is_aside:
            self._aside = (self.page, self.y - whole, max(width, 120.0) + 14)
        else:
            self.y -= whole

    def code(self, text: str, *, side: float) -> None:
        """A QR code (ISO/IEC 18004) at the right edge, its top at the present height; the height stays."""
        rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix]
        module = side / len(rows)
        with self._tags.element("Figure", described(text)), self._tags.drawn(self.page):
            self.canvas.setFillGray(0)
            for number, row in enumerate(rows):
                for start, end in _dark_runs(row):
                    self.canvas.rect(WIDTH - RIGHT - side + start * module, self.y - (number + 1) * module,
                                     (end - start) * module, module, stroke=0, fill=1)  # fmt: skip

    def boxes(self, labels: Sequence[str], *, height: float = 42.0, across: int = 2) -> None:
        """Empty boxes to fill in by hand, each with a small label."""
        width = COLUMN / across
        for start in range(0, len(labels), across):
            self.need(height)
            for position, label in enumerate(labels[start : start + across]):
                with self._tags.decoration():
                    self.canvas.setStrokeGray(0.4)
                    self.canvas.setLineWidth(0.5)
                    self.canvas.rect(LEFT + position * width, self.y - height, width, height)
                with self._tags.element("P"):
                    for number, line in enumerate(self.lines(label, SMALL, width - 10)):
                        self._string(LEFT + position * width + 5, self.y - 11 - number * SMALL.leading, line, SMALL)
            self.y -= height

    def _string(self, x: float, y: float, text: str, style: Style) -> None:
        if text:
            self._pen.write(self.canvas, x, y, text, style, marks=self._tags.marks(self.page))

    def _bookmark(self, text: str, depth: int) -> None:
        self._bookmarks += 1
        key = f"section-{self._bookmarks}"
        self.canvas.bookmarkHorizontalAbsolute(key, self.y + 6)
        self.canvas.addOutlineEntry(text, key, depth, closed=False)


class _Picture(ImageReader):
    """A picture that is not decoded when its bytes can stand in the document as they are."""

    def __init__(self, data: bytes) -> None:
        super().__init__(BytesIO(data))
        self._data = data
        self._dataA = None

    def getRGBData(self) -> bytes:
        """The pixels; for a JPEG, which reportlab embeds unchanged, its own bytes serve to tell pictures apart."""
        if self._data.startswith(b"\xff\xd8"):
            return self._data
        pixels: bytes = super().getRGBData()  # type: ignore[no-untyped-call]
        return pixels


def _dark_runs(row: bytes) -> Iterator[tuple[int, int]]:
    """First and past-the-last position of each run of dark modules."""
    start = None
    for position, is_dark in enumerate((*row, 0)):
        if is_dark and start is None:
            start = position
        elif not is_dark and start is not None:
            yield start, position
            start = None
