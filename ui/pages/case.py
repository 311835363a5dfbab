"""One case with its exhibits: descriptions, no pictures; and what can be done with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage, QImageWriter, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from evidence.errors import EvidenceError
from evidence.i18n import Texts
from evidence.model import Case, Exhibit, Filter, Item, MinorAnswer, ScoreReport
from ui import wording
from ui.desk import Desk
from ui.flow import FlowLayout
from ui.minor import ask_minor
from ui.page import Page
from ui.paging import PAGE, Pager
from ui.rooms import EXHIBITS, RoomBar
from ui.rows import Row, RowList
from ui.widgets import Button, Choice, Field, text

MOST_AGAIN = 5
"""So many exhibits that came in again are named."""


@dataclass(frozen=True)
class Shown:
    """What of a case is in the list: at which positions, the first page of it, and the tags that there are."""

    positions: Sequence[int] = ()
    first: Sequence[Exhibit] = ()
    tags: Mapping[str, int] = field(default_factory=dict)
    held: frozenset[str] = frozenset()
    is_filtered: bool = False


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
        self.search = Field()
        self.search.line.setClearButtonEnabled(True)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(250)
        self._wait.timeout.connect(self.search_now)
        self.search.line.textChanged.connect(lambda _words: self._wait.start())
        self.search.line.returnPressed.connect(self.search_now)
        self.tag = Choice(1)
        self.tag.box.activated.connect(lambda _position: self.search_now())
        self.grid_button = Button(desk, "choice", "cases")
        self.grid_button.setCheckable(True)
        self.filters = QWidget()
        below = QVBoxLayout(self.filters)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(8)
        self.search.row.addWidget(self.grid_button)
        below.addWidget(self.search)
        below.addWidget(self.tag)
        self.body.addWidget(self.filters)
        self.found = text("small")
        self.body.addWidget(self.found)
        self.list = RowList(desk)
        self.list.opened.connect(lambda key: self.desk.go.show_exhibit(self.case_id, key))
        self.body.addWidget(self.list, 1)
        self.pager = Pager(self, self.list)
        self.grid_button.toggled.connect(lambda is_on: self.list.become(is_grid=is_on))
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
        self.score_button.clicked.connect(self.score)
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
        self.search.name(t("Searc&h"))
        self.search.line.setPlaceholderText(t("Titles, notes, links, file names; parts of words too"))
        self.tag.name(t("Tag"))
        self.grid_button.setText(t("Side b&y side"))
        self.hint.setText(t("Enter opens an exhibit. No picture is shown in this list."))
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
            self.search.line.clear()
            self.tag.box.setCurrentIndex(0)
            self._show()
        self.case_id = case_id

    def enter(self) -> None:
        session, case_id, wanted = self.desk.session, self.case_id, self._wanted()

        def read(_progress: object, _cancelled: object) -> tuple[Case, Shown, int]:
            case = session.case(case_id)
            positions: Sequence[int] = (
                range(1, case.item_count + 1) if wanted.is_empty else session.place.find(case_id, wanted).positions
            )
            shown = Shown(
                positions, session.place.exhibits_at(case_id, positions[:PAGE]), session.place.tags_of_case(case_id),
                session.guard.held_back(case_id), is_filtered=not wanted.is_empty,
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
        self._wait.stop()
        if self.case_id and self.desk.is_open:
            self.enter()

    def _wanted(self) -> Filter:
        tag = self.tag.box.currentData() if self.tag.box.currentIndex() > 0 else ""
        return Filter(self.search.line.text().strip(), str(tag or ""))

    def first_focus(self) -> QWidget:
        return self.screen_button

    def forget(self) -> None:
        super().forget()
        self._wait.stop()
        self.case_id, self.case, self._shown, self._pending = "", None, Shown(), 0
        self.search.line.clear()
        self.tag.box.setCurrentIndex(0)
        self.bar.forget()
        self._wait.stop()
        self._show()

    def added(self, items: Sequence[Item]) -> None:
        """Say what came in and what of it was there already, and bring the list up to date."""
        session, ids = self.desk.session, [item.id for item in items]
        numbers = ", ".join(item.number for item in items)

        def done(same: Mapping[str, Sequence[Item]]) -> None:
            again = [(item.number, same[item.id]) for item in items if item.id in same]
            self.say(
                lambda t: (
                    t("Sealed as {numbers}.", numbers=numbers),
                    "\n".join(
                        [
                            t("The original stays exactly as it came. Its digital fingerprint was taken first."),
                            *_again_lines(t, again),
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
        name, content = pasted(data)
        if not content:
            self.say_problem(EvidenceError("ui.nothing_to_paste"))
            return

        def take(minor: MinorAnswer | None = None) -> None:
            self.work(
                lambda _progress, _cancelled: [session.add_bytes(case_id, name, content, minor=minor)],
                self.added,
                label=t("Sealing"),
                can_stop=False,
            )

        if name.endswith(".txt"):
            take()
        else:
            ask_minor(self.desk, case_id, lambda: take(MinorAnswer.NO))

    def score(self) -> None:
        """Look for signs of manipulation in everything here."""
        session, case_id = self.desk.session, self.case_id

        def done(reports: list[ScoreReport]) -> None:
            self.say(
                lambda t: (
                    t.plural("{n} exhibit was looked at.", "{n} exhibits were looked at.", len(reports)),
                    t("A score is a lead for the investigation, not evidence of falsity."),
                )
            )
            self.enter()

        self.work(
            lambda progress, cancelled: session.score(
                case_id, session.place.item_ids(case_id), progress=progress, cancelled=cancelled
            ),
            done,
            label=self.desk.t("Looking for signs of manipulation. Nothing is shown."),
            failed=lambda _problem: self.enter(),
        )

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
        self.heading.setText(wording.safe(self.case.title) if self.case is not None else "")
        shown, case_id = self._shown, self.case_id
        session = self.desk.session if self.desk.is_open else None

        def fetch(start: int, count: int) -> list[Row]:
            assert session is not None
            there = session.place.exhibits_at(case_id, shown.positions[start : start + count])
            return [_row(t, exhibit, shown.held) for exhibit in there]

        self.pager.begin(len(shown.positions), [_row(t, exhibit, shown.held) for exhibit in shown.first], fetch)
        self.list.fit(2, 6)
        is_filled = self.case is not None and self.case.item_count > 0
        has_any = bool(shown.positions)
        self.filters.setVisible(is_filled)
        self.found.setVisible(shown.is_filtered)
        self.found.setText(
            t.plural("{n} exhibit was found.", "{n} exhibits were found.", len(shown.positions))
            if shown.is_filtered else ""
        )  # fmt: skip
        chosen = self.tag.box.currentData() if self.tag.box.currentIndex() > 0 else None
        self.tag.box.clear()
        self.tag.box.addItem(t("All tags"), "")
        for tag, count in shown.tags.items():
            self.tag.box.addItem(f"{wording.safe(tag)} ({t.number(count)})", tag)
        self.tag.box.setCurrentIndex(max(self.tag.box.findData(chosen), 0) if chosen else 0)
        self.tag.setVisible(bool(shown.tags))
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


def _row(t: Texts, exhibit: Exhibit, held: frozenset[str]) -> Row:
    """Number and title, how and when, and one word at the right: the score, or that it is held back."""
    item, score = exhibit.item, exhibit.score
    tag = t.code("name", f"band.{score.band}") if score is not None else ""
    return Row(
        item.id, wording.title(item), wording.exhibit_detail(t, exhibit),
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


def pasted(data: QMimeData) -> tuple[str, bytes]:
    """A neutral name and the bytes of what the clipboard holds: the bytes as they are, where it has a file's own."""
    for kind, name in (("image/png", "pasted.png"), ("image/jpeg", "pasted.jpg")):
        if data.hasFormat(kind):
            return name, bytes(data.data(kind).data())
    if data.hasImage():
        image = QImage(data.imageData())
        content = QByteArray()
        buffer = QBuffer(content)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        QImageWriter(buffer, QByteArray(b"png")).write(image)
        return "pasted.png", bytes(content.data())
    return "pasted.txt", data.text().encode()
