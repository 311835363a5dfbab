"""One exhibit: what is known about it, with the picture blurred; shown in full only while it is held."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from evidence.i18n import Texts, in_order
from evidence.model import CustodyEvent, Exhibit, Exposure, Item, Note
from ui import wording
from ui.codes import CodesPart
from ui.desk import Desk
from ui.fields import TextField
from ui.filmcard import FilmCard
from ui.flow import FlowLayout
from ui.holdback import HoldBack
from ui.illustrations import IllustrationsCard
from ui.insidecard import InsideCard
from ui.keepless import KeepLess
from ui.looking import Looking
from ui.page import Page
from ui.picture import HeldPicture
from ui.scorecard import ScorePart
from ui.shelfcard import ShelfCard
from ui.theme import Theme
from ui.widgets import Button, Card, discard, text

PREVIEW_SIDE = 480


class ExhibitPage(Page):
    """Facts, digital fingerprints, the log, a note."""

    WAY = "cases"
    HELP = "exhibit"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, has_back=True)
        self.case_id, self.item_id = "", ""
        self._exhibit: Exhibit | None = None
        self._events: Sequence[CustodyEvent] = ()
        self._notes: Sequence[Note] = ()
        self._same: Sequence[Item] = ()
        self.back.clicked.connect(lambda: self.desk.go.show_case(self.case_id))

        self.picture_card = Card()
        self.picture = HeldPicture(desk)
        self.picture.wanted.connect(self.reveal)
        self.picture_hint = text("small")
        self.picture_card.inside.addWidget(self.picture)
        self.picture_card.inside.addWidget(self.picture_hint)
        self.looking = Looking(self)
        self.picture_card.inside.addWidget(self.looking)
        self.body.addWidget(self.picture_card)
        self.film = FilmCard(self, self._still_kept)
        self.body.addWidget(self.film)

        self.note_title, note_card = self._section()
        self.note = TextField()
        self.note_button = Button(desk, "", "note")
        self.note_button.clicked.connect(self.add_note)
        note_row = FlowLayout(gap=8)
        note_row.addWidget(self.note_button)
        self.notes = QVBoxLayout()
        self.notes.setSpacing(10)
        note_card.inside.addLayout(self.notes)
        note_card.inside.addWidget(self.note)
        note_card.inside.addLayout(note_row)

        self.facts_title, facts_card = self._section()
        self.facts = QGridLayout()
        self.facts.setHorizontalSpacing(20)
        self.facts.setVerticalSpacing(8)
        self.facts.setColumnStretch(0, 2)
        self.facts.setColumnStretch(1, 5)
        facts_card.inside.addLayout(self.facts)
        self.visit_button = Button(desk, "", "link")
        self.visit_button.clicked.connect(self.visit)
        visit_row = FlowLayout(gap=8)
        visit_row.addWidget(self.visit_button)
        facts_card.inside.addLayout(visit_row)

        self.score = ScorePart(desk)
        self.score_button = Button(desk, "", "score")
        self.score_button.clicked.connect(self.look_for_signs)
        self.score.buttons.addWidget(self.score_button)
        self.body.addWidget(self.score)

        self.redact_title, redact_card = self._section()
        self.redact_text = text()
        self.redact_button = Button(desk, "", "region")
        self.redact_button.clicked.connect(lambda: self.desk.go.show_redact(self.case_id, self.item_id))
        redact_row = FlowLayout(gap=8)
        redact_row.addWidget(self.redact_button)
        redact_card.inside.addWidget(self.redact_text)
        redact_card.inside.addLayout(redact_row)

        self.keep_less = KeepLess(self, self.enter)
        self.body.addWidget(self.keep_less)
        self.shelf = ShelfCard(self, self.enter)
        self.body.addWidget(self.shelf)
        self.hold_back = HoldBack(self, self.enter)
        self.body.addWidget(self.hold_back)
        self._build_more()

        self.log_title, log_card = self._section()
        self.log = QVBoxLayout()
        self.log.setSpacing(6)
        log_card.inside.addLayout(self.log)
        self.body.addStretch(1)

    def _build_more(self) -> None:
        """What few need, behind a button: the page is long enough without."""
        self.more_button = Button(self.desk, "choice", "info")
        row = FlowLayout(gap=8)
        row.addWidget(self.more_button)
        self.body.addLayout(row)
        self.more = QWidget()
        column = QVBoxLayout(self.more)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        self.digests_title, digests_card = self._section(column)
        self.digests = QVBoxLayout()
        digests_card.inside.addLayout(self.digests)
        self.inside = InsideCard(self, self._still_kept)
        self.illustrations = IllustrationsCard(self, self.looking, self._still_kept, self._read_log)
        self.codes = CodesPart(self)
        for part in (self.inside, self.illustrations, self.codes):
            column.addWidget(part)
        self.body.addWidget(self.more)
        self.more_button.toggled.connect(self.more.setVisible)
        self.more.hide()

    def _section(self, column: QVBoxLayout | None = None) -> tuple[QLabel, Card]:
        title, card = text("heading"), Card()
        for part in (title, card):
            (column or self.body).addWidget(part)
        return title, card

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.back.setText(t("&Back to the case"))
        self.facts_title.setText(t("How it came in"))
        self.visit_button.setText(t("&Visit the page again…"))
        self.more_button.setText(t("More about the file"))
        self.digests_title.setText(t("Digital fingerprints"))
        self.score.retranslate(t)
        self.illustrations.retranslate(t)
        self.score_button.setText(t("Look for si&gns of manipulation"))
        self.note_title.setText(t("Note"))
        self.note.name(t("A &note, if you want"), t("What you saw, in your own words: facts, no guesses."))
        self.note_button.setText(t("&Keep the note"))
        self.redact_title.setText(t("Redacted copies"))
        self.redact_text.setText(
            t("A copy in which parts are gone for good can be handed over instead of the original, which stays sealed.")
        )
        self.redact_button.setText(t("Redact a cop&y…"))
        self.codes.retranslate(t)
        self.inside.retranslate(t)
        self.keep_less.retranslate(t)
        self.film.retranslate(t)
        self.shelf.retranslate(t)
        self.looking.retranslate(t)
        self.hold_back.retranslate(t)
        self.log_title.setText(t("What happened to it"))
        self._show()

    def relook(self, theme: Theme) -> None:
        super().relook(theme)
        if hasattr(self, "note"):
            self.note.set_height(theme.px(76))
            self.picture.setFixedHeight(theme.px(260))
            self.film.relook(theme)
            self.illustrations.relook(theme)

    def open_item(self, case_id: str, item_id: str) -> None:
        """Show this exhibit."""
        if item_id != self.item_id:
            self._exhibit, self._events, self._notes, self._same = None, (), (), ()
            self.picture.forget()
        self.case_id, self.item_id = case_id, item_id

    def enter(self) -> None:
        session, case_id, item_id = self.desk.session, self.case_id, self.item_id

        def read(_progress: object, _cancelled: object) -> tuple[Exhibit, list[CustodyEvent], list[Note], list[Item]]:
            same = session.same_content([item_id]).get(item_id, [])
            return session.exhibit(item_id), session.events(case_id, item_id), session.notes(item_id), same

        def done(found: tuple[Exhibit, list[CustodyEvent], list[Note], list[Item]]) -> None:
            if item_id == self.item_id:
                self._exhibit, self._events, self._notes, self._same = found
                self._show()
                is_picture = any(file.media_type.startswith("image/") for file in found[0].item.files)
                self.codes.enter(item_id, is_picture)
                self.inside.enter(found[0])
                if _is_film(found[0]) and self.film.item_id != item_id:
                    self.film.open_item(item_id, case_id)

        def seen(picture: bytes | None) -> None:
            if item_id == self.item_id:
                self._show_picture(picture)

        self.work(read, done)
        self.keep_less.enter(item_id)
        self.hold_back.enter(item_id)
        self.shelf.enter(case_id, item_id)
        self.looking.enter(case_id)
        self.illustrations.enter(item_id)

        def look(_progress: object, _cancelled: object) -> bytes | None:
            return None if session.guard.holds(item_id) else session.preview(item_id, Exposure.BLURRED, PREVIEW_SIDE)

        self.work(look, seen)

    def leave(self) -> None:
        super().leave()
        self.looking.leave()
        self.film.looking.leave()
        self.picture.forget()
        self.film.forget()
        self.illustrations.leave()
        self.more_button.setChecked(False)

    def forget(self) -> None:
        super().forget()
        self.case_id, self.item_id, self._exhibit, self._events, self._notes = "", "", None, (), ()
        self._same = ()
        self.picture.forget()
        self.note.forget()
        self.codes.forget()
        self.inside.forget()
        self.keep_less.forget()
        self.film.forget()
        self.hold_back.forget()
        self.illustrations.forget()
        self.shelf.forget()
        self.looking.forget()
        self.film.looking.forget()
        self._show()

    def first_focus(self) -> QWidget:
        return self.back

    def reveal(self) -> None:
        """Show it without blur while it is held; the log says so."""
        session, item_id = self.desk.session, self.item_id

        def done(picture: bytes | None) -> None:
            if item_id == self.item_id:
                self.picture.show_revealed(picture)
                self._read_log()

        self.looking.reveal(lambda reason, beyond: session.reveal(item_id, reason, beyond_limit=beyond), done)

    def _still_kept(self, still: Item) -> None:
        self.say(lambda t: (t("It is kept as {number}.", number=still.number), ""))
        self._read_log()

    def look_for_signs(self) -> None:
        """Look for signs of manipulation in this exhibit."""
        session, case_id, item_id = self.desk.session, self.case_id, self.item_id
        self.work(
            lambda progress, cancelled: session.score(case_id, [item_id], progress=progress, cancelled=cancelled),
            lambda _reports: self.enter(),
            label=self.desk.t("Looking for signs of manipulation. Nothing is shown."),
        )

    def visit(self) -> None:
        """Record the page of this exhibit once more: a later visit says what changed."""
        if self._exhibit is not None:
            self.desk.go.show_web(self.case_id, url=self._exhibit.item.source["url"])

    def add_note(self) -> None:
        """Keep the note; the log says when it was written."""
        session, item_id, words = self.desk.session, self.item_id, self.note.words()

        def done(_nothing: object) -> None:
            self.note.forget()
            self.say(lambda t: (t("The note is kept."), ""))
            self._read_log()

        def write(_progress: object, _cancelled: object) -> None:
            session.add_note(item_id, words)

        self.work(write, done, blocks=True)

    def _read_log(self) -> None:
        session, case_id, item_id = self.desk.session, self.case_id, self.item_id

        def done(found: tuple[list[CustodyEvent], list[Note]]) -> None:
            if item_id == self.item_id:
                self._events, self._notes = found
                self._show_log()

        self.work(lambda _progress, _cancelled: (session.events(case_id, item_id), session.notes(item_id)), done)

    def _show_picture(self, picture: bytes | None) -> None:
        t = self.desk.t
        has_one = picture is not None and not (self._exhibit is not None and _is_film(self._exhibit))
        self.picture.show_blurred(picture, t("The picture, blurred") if has_one else t("There is no picture to show"))
        self.picture_card.setVisible(has_one)
        self.picture_hint.setText(
            t("Hold the mouse button or the Space key on the picture to see it. The log notes each time.")
        )

    def _show(self) -> None:
        t = self.desk.t
        _empty(self.facts)
        _empty(self.digests)
        if self._exhibit is None:
            self.say_title("")
            self.picture_card.hide()
            self.score.show_report(None)
            self._show_log()
            return
        item = self._exhibit.item
        self.say_title(wording.title(item))
        self._show_words_of_picture()
        self.visit_button.setVisible(item.source.get("url", "").lower().startswith(("http:", "https:")))
        role = t.code("name", f"role.{item.examiner.role}")
        facts = [
            (t("How"), wording.method(t, item)),
            (t("When"), wording.moment(t, item.acquired)),
            (t("Clock"), wording.clock(t, item.acquired)),
            (t("Taken in by"), ", ".join(filter(None, (role, item.examiner.name)))),
            (t("With"), f"{item.tool.name} {item.tool.version}, {item.tool.system}"),
        ]
        facts += [wording.fact(t, key, value) for part in (item.source, item.settings) for key, value in in_order(part)]
        if self._same:
            facts.append((t("The same content"), ", ".join(other.number for other in self._same)))
        if item.lawful_access:
            facts.append((t("How you could see it"), wording.safe(item.lawful_access)))
        if item.note:
            facts.append((t("Note at that time"), wording.safe(item.note)))
        for row, (name, value) in enumerate(facts):
            label, shown = text("quiet"), text("body", selectable=True)
            label.setText(name)
            shown.setText(value)
            shown.setAccessibleName(f"{name}: {value}")
            self.facts.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            self.facts.addWidget(shown, row, 1, Qt.AlignmentFlag.AlignTop)
        for file in item.files:
            title = text("label")
            title.setText(f"{wording.safe(file.name)} · {file.media_type} · {t.size(file.digests.size)}")
            self.digests.addWidget(title)
            for kind, digest in (("SHA-256", file.digests.sha256), ("SHA-512", file.digests.sha512)):
                kind_label, shown = text("small"), text("mono", selectable=True)
                kind_label.setText(kind)
                shown.setText(wording.groups(digest))
                shown.setAccessibleName(f"{kind}: {digest}")
                self.digests.addWidget(kind_label)
                self.digests.addWidget(shown)
        self.score.show_report(self._exhibit.score)
        self._show_log()

    def _show_words_of_picture(self) -> None:
        t = self.desk.t
        self.picture.setAccessibleName(t("The picture, blurred"))
        self.picture_hint.setText(
            t("Hold the mouse button or the Space key on the picture to see it. The log notes each time.")
        )

    def _show_log(self) -> None:
        t = self.desk.t
        _empty(self.log)
        _empty(self.notes)
        for note in self._notes:
            words, when = text("body", selectable=True), text("small")
            words.setText(wording.safe(note.text))
            when.setText(f"{t.moment(note.written_at)} · {t.code('name', f'role.{note.author}')}")
            self.notes.addWidget(words)
            self.notes.addWidget(when)
        for event in self._events:
            line = text("body")
            actor = t.code("name", f"role.{event.actor}")
            line.setText(f"{t.moment(event.recorded_at)} · {t.code('name', f'event.{event.kind}')} · {actor}")
            self.log.addWidget(line)


def _is_film(exhibit: Exhibit) -> bool:
    return exhibit.item.files[0].media_type.startswith("video/")


def _empty(layout: QVBoxLayout | QGridLayout) -> None:
    while layout.count():
        entry = layout.takeAt(0)
        widget = entry.widget() if entry is not None else None
        if widget is not None:
            widget.hide()
            discard(widget)
