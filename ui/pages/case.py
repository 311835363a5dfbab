"""One case with its exhibits: descriptions, no pictures; and what can be done with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QWidget

from evidence.errors import EvidenceError
from evidence.i18n import Texts
from evidence.model import Case, Exhibit, Filter, Item, Match, MinorAnswer, Note
from ui import wording
from ui.clipboard import content_of
from ui.desk import Desk
from ui.flow import FlowLayout
from ui.minor import ask_minor
from ui.ordering import Ordering
from ui.page import Page
from ui.paging import PAGE, Pager
from ui.place import left_behind_words
from ui.rooms import EXHIBITS, RoomBar
from ui.rows import Row, RowList
from ui.sieve import Sieve
from ui.widgets import Button, text

MOST_AGAIN = 5
"""So many exhibits that came in again are named."""


@dataclass(frozen=True)
class Shown:
    """What of a case is in the list: at which positions, the first page of it with what was found in each, notes about
    the case, what was asked for, and the tags that there are."""

    positions: Sequence[int] = ()
    first: Sequence[Exhibit] = ()
    matches: Mapping[str, Sequence[Match]] = field(default_factory=dict)
    notes: Sequence[Note] = ()
    wanted: Filter = field(default_factory=Filter)
    tags: Mapping[str, int] = field(default_factory=dict)
    held: frozenset[str] = frozenset()
    is_arranged: bool = False
    undo: str = ""


class CasePage(Page):
    """The exhibits of a case, and the ways in and out."""

    WAY = "cases"
    HELP = "case"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, has_back=True)
        self.case_id = ""
        self.case: Case | None = None
        self._shown = Shown()
        self._pending = 0
        self.setAcceptDrops(True)
        self.back.clicked.connect(lambda: self.desk.go.show_cases())
        self.bar = RoomBar(self, EXHIBITS, lambda: self.case_id)
        self.body.addWidget(self.bar)
        ways_in = FlowLayout(gap=8)
        self.screen_button = Button(desk, "main", "screen")
        self.files_button = Button(desk, "", "file")
        self.paste_button = Button(desk, "", "paste")
        self.link_button = Button(desk, "", "link")
        self.screen_button.clicked.connect(lambda: self.desk.go.show_capture(self.case_id, kind="screen"))
        self.files_button.clicked.connect(lambda: self.desk.go.show_capture(self.case_id, kind="files"))
        self.paste_button.clicked.connect(self.paste)
        self.link_button.clicked.connect(lambda: self.desk.go.show_capture(self.case_id, kind="link"))
        for button in (self.screen_button, self.files_button, self.paste_button, self.link_button):
            ways_in.addWidget(button)
        self.body.addLayout(ways_in)
        self.empty = text("quiet")
        self.body.addWidget(self.empty)
        self.sieve = Sieve(desk, self.search_now)
        self.grid_button = Button(desk, "choice", "cases")
        self.grid_button.setCheckable(True)
        self.sieve.words.row.addWidget(self.grid_button)
        self.body.addWidget(self.sieve)
        self.found, self.found_notes_title = text("small"), text("label")
        self.body.addWidget(self.found)
        self.found_notes = RowList(desk)
        self.found_notes.opened.connect(lambda _key: self.desk.go.show_room(self.case_id, "notes"))
        self.body.addWidget(self.found_notes_title)
        self.body.addWidget(self.found_notes)
        self.list = RowList(desk)
        self.list.opened.connect(lambda key: self.desk.go.show_exhibit(self.case_id, key))
        self.body.addWidget(self.list, 1)
        self.pager = Pager(self, self.list)
        self.grid_button.toggled.connect(lambda is_on: self.list.become(is_grid=is_on))
        self._row = -1
        self.ordering = Ordering(self, self.list, lambda: self.case_id, self._moved)
        self.body.addWidget(self.ordering)
        self.filler = QWidget()
        self.body.addWidget(self.filler, 1)
        self.hint = text("small")
        self.body.addWidget(self.hint)
        self.after = text("label")
        self.body.addWidget(self.after)
        ways_on = FlowLayout(gap=8)
        self.score_button = Button(desk, "", "score")
        self.time_button = Button(desk, "", "clock")
        self.package_button = Button(desk, "", "package")
        self.score_button.clicked.connect(lambda: self.desk.go.show_room(self.case_id, "scores"))
        self.time_button.clicked.connect(self.timestamp)
        self.made_button = Button(desk, "", "drive")
        self.package_button.clicked.connect(lambda: self.desk.go.show_package(self.case_id))
        self.made_button.clicked.connect(lambda: self.desk.go.show_handing(self.case_id))
        for button in (self.score_button, self.time_button, self.package_button, self.made_button):
            ways_on.addWidget(button)
        self.body.addLayout(ways_on)
        self.time_text = text("small")
        self.body.addWidget(self.time_text)
        QShortcut(QKeySequence.StandardKey.Paste, self, self.paste)

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.back.setText(t("All c&ases"))
        self.screen_button.setText(t("&Capture the screen"))
        self.files_button.setText(t("Add &files"))
        self.paste_button.setText(t("&Paste"))
        self.link_button.setText(t("Add a &link"))
        self.empty.setText(
            t(
                "Nothing is here yet. Use the buttons above, drop files here, or paste. "
                "Everything is sealed as it comes in; you need not look at it."
            )
        )
        self.list.setAccessibleName(t("Exhibits"))
        self.bar.retranslate(t)
        self.sieve.retranslate(t)
        self.ordering.retranslate(t)
        self.found_notes_title.setText(t("Notes about the case"))
        self.found_notes.setAccessibleName(t("Notes about the case"))
        self.grid_button.setText(t("Side b&y side"))
        self.hint.setText(t("A double click or Enter opens an exhibit. No picture is shown in this list."))
        self.after.setText(t("With what is here"))
        self.score_button.setText(t("Look for si&gns of manipulation"))
        self.time_button.setText(t("Have the &time confirmed"))
        self.package_button.setText(t("Ma&ke a package"))
        self.made_button.setText(t("Packages made so fa&r"))
        self._show()

    def open_case(self, case_id: str) -> None:
        """Show this case."""
        if case_id != self.case_id:
            self.case, self._shown = None, Shown()
            self.sieve.forget()
            self._show()
        self.case_id = case_id

    def enter(self) -> None:
        session, case_id, wanted = self.desk.session, self.case_id, self._wanted()

        def read(_progress: object, _cancelled: object) -> tuple[Case, Shown, int]:
            case = session.case(case_id)
            place = session.place
            found = place.find(case_id, wanted)
            first = place.exhibits_at(case_id, found.positions[:PAGE])
            shown = Shown(
                found.positions, first, place.matches(first, wanted.words), found.notes, wanted,
                place.tags_of_case(case_id), session.guard.held_back(case_id), place.is_arranged(case_id),
                place.can_undo(case_id),
            )  # fmt: skip
            return case, shown, session.pending_heads()

        def done(found: tuple[Case, Shown, int]) -> None:
            if case_id != self.case_id or wanted != self._wanted():
                return
            self.case, self._shown, self._pending = found
            self._show()

        self.work(read, done)
        self.bar.enter()

    def search_now(self) -> None:
        """Show what the words and the tag leave."""
        self.sieve.wait.stop()
        if self.case_id and self.desk.is_open:
            self.enter()

    def _wanted(self) -> Filter:
        return self.sieve.wanted()

    def _moved(self, row: int) -> None:
        """The order was changed: read it anew, with the keyboard on ``row``."""
        self._row = row
        self.enter()

    def first_focus(self) -> QWidget:
        return self.screen_button

    def forget(self) -> None:
        super().forget()
        self.case_id, self.case, self._shown, self._pending = "", None, Shown(), 0
        self.sieve.forget()
        self.ordering.forget()
        self.bar.forget()
        self._show()

    def added(self, items: Sequence[Item]) -> None:
        """Say what came in and what of it was there already, and bring the list up to date."""
        session, ids = self.desk.session, [item.id for item in items]
        numbers = ", ".join(item.number for item in items)
        left_behind, session.left_behind = session.left_behind, []

        def done(same: Mapping[str, Sequence[Item]]) -> None:
            again = [(item.number, same[item.id]) for item in items if item.id in same]
            self.say(
                lambda t: (
                    t("Sealed as {numbers}.", numbers=numbers),
                    "\n".join(
                        [
                            t("The original stays exactly as it came. Its digital fingerprint was taken first."),
                            *_again_lines(t, again),
                            *wording.partial_lines(t, items),
                            *(left_behind_words(t, path) for path in left_behind),
                        ]
                    ),
                )
            )

        self.work(lambda _progress, _cancelled: session.same_content(ids, is_earlier=True), done)
        self.enter()

    def add_files(self, paths: Sequence[Path], note: str = "", minor: MinorAnswer | None = None) -> None:
        """Take in files."""
        session, case_id = self.desk.session, self.case_id
        self.work(
            lambda progress, cancelled: session.add_files(
                case_id, paths, note=note, minor=minor, progress=progress, cancelled=cancelled
            ),
            self.added,
            label=self.desk.t("Sealing"),
            failed=lambda _problem: self.enter(),
        )

    def paste(self) -> None:
        """Take in what is in the clipboard: files, a picture, a link or text."""
        if not self.content.isEnabled():
            return
        self.take_in(QApplication.clipboard().mimeData())

    def take_in(self, data: QMimeData) -> None:
        """Take in what was pasted or dropped; media only once it was asked whether someone under age could be in it."""
        paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        session, case_id, t = self.desk.session, self.case_id, self.desk.t
        if paths:
            ask_minor(self.desk, case_id, lambda: self.add_files(paths, minor=MinorAnswer.NO))
            return
        words = data.text().strip()
        if words.startswith(("http://", "https://")) and len(words.split()) == 1:
            self.desk.go.show_capture(case_id, kind="link", url=words)
            return
        try:
            found = content_of(data, "pasted")
            if found is None:
                raise EvidenceError("ui.nothing_to_paste")
        except EvidenceError as problem:
            self.say_problem(problem)
            return

        def take(minor: MinorAnswer | None = None) -> None:
            self.work(
                lambda _progress, _cancelled: [
                    session.add_bytes(case_id, found.name, found.data, media_type=found.media_type, minor=minor)
                ],
                self.added,
                label=t("Sealing"),
                can_stop=False,
            )

        if found.media_type == "text/plain":
            take()
        else:
            ask_minor(self.desk, case_id, lambda: take(MinorAnswer.NO))

    def timestamp(self) -> None:
        """Ask the chosen authorities to confirm the time. The one act here that uses a network."""
        session = self.desk.session

        def done(results: Sequence[object]) -> None:
            tokens = [token for token in (getattr(result, "token", None) for result in results) if token is not None]
            errors = [error for error in (getattr(result, "error", None) for result in results) if error is not None]
            if tokens:
                first = tokens[0]
                self.say(
                    lambda t: (
                        t("{name} confirms: {time}", name=first.tsa_name, time=t.moment(first.stamped_at)),
                        t("Only a digital fingerprint was sent, no content."),
                    )
                )
            elif errors:
                self.say_problem(errors[0])
            else:
                self.say(lambda t: (t("Everything here is already confirmed."), ""), kind="plain")
            self.enter()

        self.work(
            lambda progress, cancelled: session.timestamp(progress=progress, cancelled=cancelled),
            done,
            label=self.desk.t("Asking for the time. Only a digital fingerprint is sent."),
        )

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        data = event.mimeData()
        if self.content.isEnabled() and (data.hasUrls() or data.hasImage() or data.hasText()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.take_in(event.mimeData())

    def _show(self) -> None:
        t = self.desk.t
        self.say_title(wording.safe(self.case.title) if self.case is not None else "")
        shown, case_id = self._shown, self.case_id
        session = self.desk.session if self.desk.is_open else None

        def fetch(start: int, count: int) -> list[Row]:
            assert session is not None
            there = session.place.exhibits_at(case_id, shown.positions[start : start + count])
            matches = session.place.matches(there, shown.wanted.words)
            return [_row(t, exhibit, shown.held, matches.get(exhibit.item.id, ())) for exhibit in there]

        first = [_row(t, one, shown.held, shown.matches.get(one.item.id, ())) for one in shown.first]
        self.pager.begin(len(shown.positions), first, fetch)
        if 0 <= self._row < len(shown.positions):
            self.list.setCurrentIndex(self.list.rows.index(self._row))
        self._row = -1
        self.list.fit(2, 6)
        is_filled = self.case is not None and self.case.item_count > 0
        has_any = bool(shown.positions)
        is_filtered = not shown.wanted.is_empty
        self.sieve.setVisible(is_filled)
        self.sieve.show_tags(shown.tags)
        self.found.setVisible(is_filtered)
        self.found.setText(
            t.plural("{n} exhibit was found.", "{n} exhibits were found.", len(shown.positions)) if is_filtered else ""
        )
        self.found_notes.show_rows([
            Row(str(note.id), " ".join(wording.safe(note.text).split()),
                f"{t.moment(note.written_at)} · {t.code('name', f'role.{note.author}')}", icon="note")
            for note in shown.notes
        ])  # fmt: skip
        self.found_notes.fit(1, 3)
        self.found_notes.setMaximumHeight(self.found_notes.minimumHeight())
        self.found_notes_title.setVisible(bool(shown.notes))
        self.found_notes.setVisible(bool(shown.notes))
        self.ordering.show_state(is_arranged=shown.is_arranged, undo=shown.undo, is_possible=len(shown.positions) > 1)
        self.filler.setVisible(not has_any)
        self.list.setVisible(has_any)
        self.hint.setVisible(has_any)
        self.empty.setVisible(self.case is not None and not is_filled)
        for part in (self.after, self.score_button, self.time_button, self.package_button, self.made_button,
                     self.time_text):  # fmt: skip
            part.setVisible(is_filled)
        self.time_text.setText(
            t("The time of the newest entries is not confirmed by anyone yet.")
            if self._pending
            else t("The time of everything here is confirmed.")
        )


def _row(t: Texts, exhibit: Exhibit, held: frozenset[str], matches: Sequence[Match]) -> Row:
    """Number and title; how and when, or where the words that were looked for stand; one word at the right: the score,
    or that it is held back."""
    item, score = exhibit.item, exhibit.score
    tag = t.code("name", f"band.{score.band}") if score is not None else ""
    found = [t("{where}: {words}", where=t.code("name", f"match.{one.where}"), words=wording.safe(one.text))
             for one in matches]  # fmt: skip
    return Row(
        item.id, wording.title(item),
        " · ".join([*found, wording.method(t, item)]) if found else wording.exhibit_detail(t, exhibit),
        t.code("name", "event.QUARANTINED") if item.id in held else tag, wording.icon_of(item),
    )  # fmt: skip


def _again_lines(t: Texts, again: Sequence[tuple[str, Sequence[Item]]]) -> list[str]:
    """Which of what came in holds the same content as earlier exhibits."""
    if not again:
        return []
    lines = [
        t("{number} has the same content as {numbers}.", number=number,
          numbers=", ".join(item.number for item in others))
        for number, others in again[:MOST_AGAIN]
    ]  # fmt: skip
    if len(again) > MOST_AGAIN:
        lines.append(t.plural("{n} more was here already.", "{n} more were here already.", len(again) - MOST_AGAIN))
    return [*lines, t("It is kept as an exhibit of its own: that you found it again is evidence too.")]
