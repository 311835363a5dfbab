"""A redacted copy of one exhibit: mark what is to be gone, keep the copy, take copies back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QGridLayout, QSpinBox, QWidget

from evidence.errors import EvidenceError
from evidence.i18n import Texts
from evidence.model import (
    Exposure,
    Fill,
    Item,
    MarkedArea,
    RedactedCopy,
    RedactionKind,
    RedactionWish,
    parse_span,
)
from ui import wording
from ui.desk import Desk
from ui.fields import Choice, Field, TextField
from ui.flow import FlowLayout
from ui.looking import Looking
from ui.marking import MarkPicture
from ui.page import Page
from ui.rows import Row, RowList
from ui.theme import Theme
from ui.widgets import Button, Card, text

_SIDES = 4
_MOST = 1 << 16


@dataclass(frozen=True)
class Found:
    """What the page shows of an exhibit."""

    item: Item
    kinds: Sequence[RedactionKind | None]
    copies: Sequence[RedactedCopy]


class RedactPage(Page):
    """The parts to cover or the passages to replace, and the copies that are kept."""

    WAY = "cases"
    HELP = "redact"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, has_back=True)
        self.case_id, self.item_id = "", ""
        self.file_index = 0
        self.areas: list[MarkedArea] = []
        self.found: Found | None = None
        self.back.clicked.connect(lambda: self.desk.go.show_exhibit(self.case_id, self.item_id))
        self.lead = text("lead")
        self.body.addWidget(self.lead)
        self.none = text()
        self.body.addWidget(self.none)
        self.file = Choice(0)
        self.file.box.activated.connect(self.choose_file)
        self.body.addWidget(self.file)
        self.picture_card, self.text_card = self._picture_form(), self._text_form()
        self.film_card = Card()
        self.film_text = text()
        self.film_card.inside.addWidget(self.film_text)
        self.body.addWidget(self.picture_card)
        self.body.addWidget(self.text_card)
        self.body.addWidget(self.film_card)
        self.keep_button = Button(desk, "main", "check")
        self.keep_button.clicked.connect(self.keep)
        row = FlowLayout(gap=10)
        row.addWidget(self.keep_button)
        self.body.addLayout(row)
        self.copies_title, self.no_copies = text("heading"), text()
        self.copies_card = Card()
        self.copies = RowList(desk)
        self.erase_button = Button(desk, "", "cross")
        self.erase_button.clicked.connect(self.take_back)
        erase_row = FlowLayout(gap=8)
        erase_row.addWidget(self.erase_button)
        self.copies_hint = text("small")
        for part in (self.no_copies, self.copies, self.copies_hint):
            self.copies_card.inside.addWidget(part)
        self.copies_card.inside.addLayout(erase_row)
        self.body.addWidget(self.copies_title)
        self.body.addWidget(self.copies_card)
        self.body.addStretch(1)

    def _picture_form(self) -> Card:
        desk, card = self.desk, Card()
        self.picture = MarkPicture(desk)
        self.picture.wanted.connect(self.reveal)
        self.picture.marked.connect(lambda box: self.cover(*box))
        self.picture.moved.connect(self._show_box)
        self.picture_hint = text("small")
        card.inside.addWidget(self.picture)
        card.inside.addWidget(self.picture_hint)
        self.looking = Looking(self, asks_here=True)
        card.inside.addWidget(self.looking)
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(14)
        self.sides = [Field(QSpinBox()) for _side in range(_SIDES)]
        for position, field in enumerate(self.sides):
            self._spin(position).setRange(0, _MOST)
            self._spin(position).valueChanged.connect(self._typed)
            self._spin(position).lineEdit().setTextMargins(8, 0, 0, 0)
            grid.addWidget(field, position // 2, position % 2)
        card.inside.addLayout(grid)
        self.fill = Choice(len(Fill))
        card.inside.addWidget(self.fill)
        self.cover_button = Button(desk, "", "region")
        self.cover_button.clicked.connect(lambda: self.cover(*(self._spin(at).value() for at in range(_SIDES))))
        row = FlowLayout(gap=8)
        row.addWidget(self.cover_button)
        card.inside.addLayout(row)
        self.marks_title = text("label")
        self.marks = RowList(desk)
        self.uncover_button = Button(desk, "", "cross")
        self.uncover_button.clicked.connect(self.uncover)
        marks_row = FlowLayout(gap=8)
        marks_row.addWidget(self.uncover_button)
        card.inside.addWidget(self.marks_title)
        card.inside.addWidget(self.marks)
        card.inside.addLayout(marks_row)
        return card

    def _text_form(self) -> Card:
        card = Card()
        self.passages = TextField()
        card.inside.addWidget(self.passages)
        return card

    def _spin(self, position: int) -> QSpinBox:
        edit = self.sides[position].edit
        assert isinstance(edit, QSpinBox)
        return edit

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.back.setText(t("&Back to the exhibit"))
        self.say_title(t("Redacted copy"))
        self.lead.setText(
            t("A copy in which parts are gone for good. The original stays sealed as it is. When you make a package, "
              "you choose for each exhibit which of the two is handed over.")
        )  # fmt: skip
        self.none.setText(t("No redacted copy can be made of this kind of file."))
        self.file.name(t("&Which file of the exhibit"))
        self.picture.setAccessibleName(t("The picture, blurred, with the parts that will be covered"))
        self.picture_hint.setText(
            t("Drag over a part to cover it. While you hold the mouse button or the Space key, the picture is shown "
              "without blur, and the log notes it. Arrow keys move the box, with Shift they size it, Enter covers it. "
              "What is covered is widened to a grid, so that all the rest can be proven.")
        )  # fmt: skip
        names = (t("From the &left (pixels)"), t("From the &top (pixels)"), t("Wi&dth (pixels)"), t("Hei&ght (pixels)"))
        for field, name in zip(self.sides, names, strict=True):
            field.name(name)
        self.looking.retranslate(t)
        self.fill.name(t("Cover &with"), t("Nothing of it can be brought back, whichever you choose."))
        for position, fill in enumerate(Fill):
            self.fill.box.setItemText(position, wording.begun(t.code("name", f"fill.{fill}")))
        self.cover_button.setText(t("&Cover this part"))
        self.marks_title.setText(t("Parts that will be covered"))
        self.marks.setAccessibleName(t("Parts that will be covered"))
        self.uncover_button.setText(t("&Uncover the chosen part"))
        self.film_text.setText(
            t("The copy has no sound at all, and no metadata. Its pictures stay as they are. Without the original it "
              "cannot be proven that they come from it.")
        )  # fmt: skip
        self.keep_button.setText(t("&Make and keep the copy"))
        self.copies_title.setText(t("Copies that are kept"))
        self.no_copies.setText(t("There is no redacted copy of it."))
        self.copies.setAccessibleName(t("Copies that are kept"))
        self.copies_hint.setText(t("The newest one is handed over, if you choose the redacted copy in a package."))
        self.erase_button.setText(t("&Erase the chosen copy"))
        self._show()

    def relook(self, theme: Theme) -> None:
        super().relook(theme)
        if hasattr(self, "passages"):
            self.passages.set_height(theme.px(110))
            self.picture.setFixedHeight(theme.px(340))

    def open_item(self, case_id: str, item_id: str) -> None:
        """Redact this exhibit."""
        if item_id != self.item_id:
            self._clear()
        self.case_id, self.item_id = case_id, item_id

    def enter(self) -> None:
        session, item_id = self.desk.session, self.item_id

        def read(_progress: object, _cancelled: object) -> Found:
            item = session.exhibit(item_id).item
            return Found(item, session.redactable(item_id), session.redactions(item_id))

        def done(found: Found) -> None:
            if item_id != self.item_id:
                return
            is_new = self.found is None
            self.found = found
            if is_new:
                self.file_index = next((at for at, kind in enumerate(found.kinds) if kind is not None), 0)
                self._fill_files()
                self._read_picture()
            self._show()

        self.work(read, done)
        self.looking.enter(self.case_id)

    def leave(self) -> None:
        super().leave()
        self.picture.show_revealed(None)
        self.looking.leave()

    def forget(self) -> None:
        super().forget()
        self._clear()
        self.looking.forget()
        self.case_id, self.item_id = "", ""
        self._show()

    def first_focus(self) -> QWidget:
        return self.back

    @property
    def kind(self) -> RedactionKind | None:
        """What can be made of the chosen file."""
        return self.found.kinds[self.file_index] if self.found is not None else None

    def choose_file(self, position: int) -> None:
        """Work on another file of the exhibit."""
        self.file_index = position
        self.areas = []
        self.picture.forget()
        self._read_picture()
        self._show()

    def reveal(self) -> None:
        """Show the picture without blur while it is held; the log says so."""
        session, item_id, index = self.desk.session, self.item_id, self.file_index

        def done(picture: bytes | None) -> None:
            if (item_id, index) == (self.item_id, self.file_index):
                self.picture.show_revealed(picture)

        self.looking.reveal(
            lambda reason, beyond: session.reveal(item_id, reason, file_index=index, beyond_limit=beyond), done
        )

    def cover(self, x: int, y: int, width: int, height: int) -> None:
        """Mark a part, in pixels of the picture."""
        if width > 0 and height > 0:
            self.areas.append(MarkedArea(x, y, width, height, list(Fill)[self.fill.box.currentIndex()]))
            self._show_areas()

    def uncover(self) -> None:
        """Take the chosen mark away."""
        key = self.marks.current_key()
        if key:
            del self.areas[int(key)]
            self._show_areas()

    def keep(self) -> None:
        """Make the copy, check it anew, and keep it."""
        session, item_id, index = self.desk.session, self.item_id, self.file_index
        try:
            wish = self._wish()
        except EvidenceError as problem:
            self.say_problem(problem)
            return

        def done(_copy: RedactedCopy) -> None:
            self.areas = []
            self.passages.forget()
            self.say(lambda t: (t("The redacted copy is kept."), t("The original stays as it is.")))
            self._show_areas()
            self.enter()

        self.work(
            lambda _progress, cancelled: session.redact(item_id, wish, file_index=index, cancelled=cancelled), done,
            label=self.desk.t("Making the copy and checking it again"),
        )  # fmt: skip

    def _wish(self) -> RedactionWish:
        """What is wanted. Raises ``redaction.bad_span`` for a part of a recording that cannot be read."""
        if self.kind is RedactionKind.PICTURE:
            return RedactionWish(areas=tuple(self.areas))
        if self.kind is RedactionKind.FILM:
            return RedactionWish(mute=True)
        lines = [line for line in self.passages.words().splitlines() if line.strip()]
        if self.kind is RedactionKind.TEXT:
            return RedactionWish(texts=tuple(lines))
        try:
            return RedactionWish(silences=tuple(parse_span(line) for line in lines))
        except ValueError as problem:
            raise EvidenceError("redaction.bad_span") from problem

    def take_back(self) -> None:
        """Erase the chosen copy; the log notes it."""
        session, item_id, copy_id = self.desk.session, self.item_id, self.copies.current_key()
        if not copy_id:
            return

        def erase(_progress: object, _cancelled: object) -> None:
            session.take_back_redaction(item_id, copy_id)

        def done(_nothing: object) -> None:
            self.say(lambda t: (t("The redacted copy is erased. The log notes it."), ""))
            self.enter()

        self.work(erase, done, blocks=True)

    def _read_picture(self) -> None:
        if self.kind is not RedactionKind.PICTURE:
            return
        session, item_id, index = self.desk.session, self.item_id, self.file_index

        def read(_progress: object, _cancelled: object) -> tuple[bytes | None, tuple[int, int]]:
            size = session.picture_size(item_id, file_index=index)
            return session.preview(item_id, Exposure.BLURRED, 800, file_index=index), size

        def done(found: tuple[bytes | None, tuple[int, int]]) -> None:
            if (item_id, index) == (self.item_id, self.file_index):
                self.picture.show_blurred(*found)
                self._show_areas()

        self.work(read, done)

    def _clear(self) -> None:
        self.found, self.areas, self.file_index = None, [], 0
        self.picture.forget()
        self.passages.forget()
        self.marks.show_rows([])
        self.copies.show_rows([])

    def _typed(self) -> None:
        x, y, width, height = (self._spin(at).value() for at in range(_SIDES))
        if self.picture.box != QRect(x, y, width, height):
            self.picture.type_box(x, y, width, height)

    def _show_box(self, box: tuple[int, int, int, int]) -> None:
        for position, value in enumerate(box):
            spin = self._spin(position)
            spin.blockSignals(True)
            spin.setValue(value)
            spin.blockSignals(False)

    def _fill_files(self) -> None:
        assert self.found is not None
        self.file.box.clear()
        self.file.box.addItems([wording.safe(file.name) for file in self.found.item.files])
        self.file.box.setCurrentIndex(self.file_index)

    def _show_areas(self) -> None:
        t = self.desk.t
        self.picture.show_areas(self.areas)
        self.marks.show_rows([
            Row(
                str(position),
                t("{width} × {height} pixels", width=t.number(area.width), height=t.number(area.height)),
                t("from the left {x}, from the top {y}", x=t.number(area.x), y=t.number(area.y)),
                t.code("name", f"fill.{area.fill}"),
            )
            for position, area in enumerate(self.areas)
        ])  # fmt: skip
        self.marks.fit(1, 4)
        self.marks.setMaximumHeight(self.marks.minimumHeight())
        for part in (self.marks_title, self.marks, self.uncover_button):
            part.setVisible(bool(self.areas))
        self.keep_button.setEnabled(bool(self.areas) or self.kind is not RedactionKind.PICTURE)

    def _show(self) -> None:
        t, found, kind = self.desk.t, self.found, self.kind
        self.none.setVisible(found is not None and kind is None)
        self.file.setVisible(found is not None and len(found.item.files) > 1)
        self.picture_card.setVisible(kind is RedactionKind.PICTURE)
        self.text_card.setVisible(kind in (RedactionKind.TEXT, RedactionKind.SOUND))
        self.film_card.setVisible(kind is RedactionKind.FILM)
        if kind is RedactionKind.SOUND:
            self.passages.name(
                t("&Parts to silence, in seconds, one on each line"),
                t("12.5-15 for instance. Without the original it cannot be proven that the rest comes from it."),
            )
        else:
            self.passages.name(
                t("&Passages to replace, one on each line"),
                t("Each is replaced wherever it stands, however it is written: other case, spacing or characters. "
                  "Lines in which nothing is replaced can be proven."),
            )  # fmt: skip
        self.keep_button.setVisible(kind is not None)
        self._show_areas()
        copies = found.copies if found is not None else ()
        self.copies.show_rows([
            Row(copy.id, t.moment(copy.made_at), ", ".join(wording.redaction_facts(t, copy)), t.size(copy.digests.size))
            for copy in copies
        ])  # fmt: skip
        self.copies.fit(1, 4)
        self.copies.setMaximumHeight(self.copies.minimumHeight())
        self.no_copies.setVisible(not copies)
        for part in (self.copies, self.copies_hint, self.erase_button):
            part.setVisible(bool(copies))


