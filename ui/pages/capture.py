"""Bring something into a case: the screen, files, or a link with a note."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QVBoxLayout, QWidget

from evidence.i18n import N_, Texts
from evidence.model import AcquisitionMethod, Item, MinorAnswer
from ui import wording
from ui.chooser import Chooser
from ui.desk import Desk
from ui.fields import Choice, Field, TextField
from ui.flow import FlowLayout
from ui.lines import Lines
from ui.minor import ask_minor
from ui.page import Page
from ui.place import PlacePart
from ui.theme import Theme
from ui.widgets import Button, Card, text

WAITS_S = (0, 3, 10)
"""How long to wait before a picture; one choice more waits for a key."""
SCROLLS_S = (0, 15, 30, 60)
"""How long a long chat is pictured while it is scrolled; 0 is one picture."""
KINDS = ("screen", "files", "link")
METHODS = {
    AcquisitionMethod.FILE_IMPORT: N_("They are files as they are"),
    AcquisitionMethod.PHOTO_OF_OTHER_SCREEN: N_("I photographed another screen"),
    AcquisitionMethod.RECEIVED_FROM_THIRD_PARTY: N_("Someone gave them to me"),
}


class CapturePage(Page):
    """Three ways in, one note, one button."""

    WAY = "cases"
    HELP = "capture"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, has_back=True)
        self.case_id = ""
        self.kind = "screen"
        self._files: list[Path] = []
        self.setAcceptDrops(True)
        self.back.clicked.connect(self._leave_for_case)

        ways = FlowLayout(gap=8)
        group = QButtonGroup(self)
        self.kinds: dict[str, Button] = {}
        for kind, icon in zip(KINDS, ("screen", "file", "link"), strict=True):
            button = Button(desk, "choice", icon)
            button.setAutoExclusive(True)  # tells a screen reader that it is one of several; the group alone does not
            button.clicked.connect(lambda _checked=False, to=kind: self.become(to))
            group.addButton(button)
            self.kinds[kind] = button
            ways.addWidget(button)
        self.record_button = Button(desk, "", "record")
        self.record_button.clicked.connect(lambda: self.desk.go.show_record(self.case_id))
        ways.addWidget(self.record_button)
        self.steps_button = Button(desk, "", "check")
        self.steps_button.clicked.connect(lambda: self.desk.go.show_steps(self.case_id))
        ways.addWidget(self.steps_button)
        self.watch_button = Button(desk, "", "eye")
        self.watch_button.clicked.connect(lambda: self.desk.go.show_watch(self.case_id))
        ways.addWidget(self.watch_button)
        self.body.addLayout(ways)

        card = Card()
        self.body.addWidget(card)
        self.parts = {"screen": self._build_screen(), "files": self._build_files(), "link": self._build_link()}
        for part in self.parts.values():
            card.inside.addWidget(part)
        self.access = Field()
        card.inside.addWidget(self.access)
        self.note = TextField()
        card.inside.addWidget(self.note)
        row = FlowLayout(gap=10)
        self.take_button = Button(desk, "main", "check")
        self.take_button.clicked.connect(self.take)
        self.cancel_button = Button(desk)
        self.cancel_button.clicked.connect(self._leave_for_case)
        row.addWidget(self.take_button)
        row.addWidget(self.cancel_button)
        card.inside.addLayout(row)

        self.body.addStretch(1)
        self.become("screen")

    def _build_screen(self) -> QWidget:
        part, column = _part()
        self.place = PlacePart(self, has_windows=True)
        column.addWidget(self.place)
        self.wait = Choice(len(WAITS_S) + 1)
        self.wait.box.currentIndexChanged.connect(lambda: self._say_hidden(self.desk.t))
        column.addWidget(self.wait)
        self.how = Choice(len(SCROLLS_S))
        column.addWidget(self.how)
        self.pointer = QCheckBox()
        column.addWidget(self.pointer)
        self.place.access_known.connect(lambda access: self.pointer.setVisible(not access.asks))
        self.hidden = text("small")
        column.addWidget(self.hidden)
        return part

    def _build_files(self) -> QWidget:
        part, column = _part()
        self.files_text = text()
        column.addWidget(self.files_text)
        row = FlowLayout(gap=8)
        self.choose_button = Button(self.desk, "", "folder")
        self.choose_button.clicked.connect(self._choose_files)
        row.addWidget(self.choose_button)
        column.addLayout(row)
        self.files_list = text("quiet", selectable=True)
        column.addWidget(self.files_list)
        self.method = Choice(len(METHODS))
        self.method.box.currentIndexChanged.connect(self._show_files)
        column.addWidget(self.method)
        self.photo_lead = text("label")
        self.photo_steps = Lines()
        column.addWidget(self.photo_lead)
        column.addWidget(self.photo_steps)
        return part

    def _build_link(self) -> QWidget:
        part, column = _part()
        self.url = Field()
        self.url.line.returnPressed.connect(self.take)
        column.addWidget(self.url)
        row = FlowLayout(gap=8)
        self.web_button = Button(self.desk, "", "link")
        self.web_button.clicked.connect(lambda: self.desk.go.show_web(self.case_id, url=self.url.line.text().strip()))
        row.addWidget(self.web_button)
        column.addLayout(row)
        return part

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.back.setText(t("&Back to the case"))
        self.say_title(t("Bring something in"))
        for kind, words in zip(KINDS, (t("The &screen"), t("&Files"), t("A lin&k")), strict=True):
            self.kinds[kind].setText(words)
        self.record_button.setText(t("Recor&d the screen…"))
        self.steps_button.setText(t("Step b&y step…"))
        self.watch_button.setText(t("W&atch a folder…"))
        self.place.retranslate(t, t("What to capture"))
        self.pointer.setText(t("Draw the mouse poin&ter too"))
        self.wait.name(t("&When"))
        words_of = {0: t("Right away"), 3: t("After 3 seconds"), 10: t("After 10 seconds")}
        for position, seconds in enumerate(WAITS_S):
            self.wait.box.setItemText(position, words_of[seconds])
        self.wait.box.setItemText(len(WAITS_S), t("When I press Ctrl+Alt+C"))
        self.how.name(
            t("One or &many"), t("A long chat: scroll down slowly; every picture is kept, and a tall one is made.")
        )
        for position, seconds in enumerate(SCROLLS_S):
            words = t("{n} seconds while I scroll down", n=seconds) if seconds else t("One picture")
            self.how.box.setItemText(position, words)
        self._say_hidden(t)
        self.files_text.setText(
            t("Choose files, or drop them here. They are copied in as they are; the files outside stay.")
        )
        self.choose_button.setText(t("C&hoose files…"))
        self.method.name(
            t("How they came abo&ut"), t("It is written into the record; it changes nothing of the files.")
        )
        for position, words in enumerate(METHODS.values()):
            self.method.box.setItemText(position, t(words))
        self.photo_lead.setText(t("What to photograph, as far as it is there"))
        self.photo_steps.show_lines([f"• {t(words)}" for words in _photo_steps()])
        self.url.name(t("The &link"), t("It is written down as it is. It is not opened, and nobody learns of it."))
        self.web_button.setText(t("Record the pa&ge behind it…"))
        self.access.name(
            t("How you could see &it, if you want"),
            t("For example: it was sent to me, I was added to the room, it is public."),
        )
        self.note.name(t("A &note, if you want"), t("What you saw, in your own words: facts, no guesses."))
        self.cancel_button.setText(t("N&ot now"))
        self._name_take()
        self._show_files()

    def relook(self, theme: Theme) -> None:
        super().relook(theme)
        if hasattr(self, "note"):
            self.note.set_height(theme.px(76))

    def open_for(self, case_id: str, kind: str, url: str) -> None:
        """Bring something into this case."""
        self.case_id = case_id
        self.url.line.setText(url)
        self._files = []
        self._show_files()
        self.become(kind)

    def become(self, kind: str) -> None:
        """Change the way in."""
        self.kind = kind
        for name, part in self.parts.items():
            part.setVisible(name == kind)
        self.kinds[kind].setChecked(True)
        self._name_take()

    def enter(self) -> None:
        self.place.enter()

    def first_focus(self) -> QWidget:
        return {"screen": self.place.chosen(), "files": self.choose_button, "link": self.url.line}[self.kind]

    def leave(self) -> None:
        super().leave()
        self.place.stop_waiting()
        self._drop_words()

    def forget(self) -> None:
        super().forget()
        self.place.forget()
        self.case_id = ""
        self._drop_words()

    def take(self) -> None:
        """Take in what is chosen; before media comes in, it is asked whether someone under age could be in it."""
        if self.kind == "screen":
            ask_minor(self.desk, self.case_id, self._begin_screen)
        elif self.kind == "files" and self._files:
            ask_minor(self.desk, self.case_id, self._take_files)
        elif self.kind == "files":
            self._choose_files()
        else:
            self._take_link()

    def _take_files(self) -> None:
        session, case_id, files, said = self.desk.session, self.case_id, list(self._files), self._said()
        method = self._method()
        self.work(
            lambda progress, cancelled: session.add_files(
                case_id, files, **said, method=method, minor=MinorAnswer.NO, progress=progress, cancelled=cancelled
            ),
            self._done,
            label=self.desk.t("Sealing"),
        )

    def _take_link(self) -> None:
        session, case_id, url, said = self.desk.session, self.case_id, self.url.line.text().strip(), self._said()
        self.work(
            lambda _progress, _cancelled: [session.add_link(case_id, url, **said)],
            self._done,
            blocks=True,
            failed=lambda _problem: self.url.line.setFocus(),
        )

    def _begin_screen(self) -> None:
        """Hide, wait, let a part be chosen if one is meant, and capture."""
        wait_s = 0 if self._is_by_key else WAITS_S[max(0, self.wait.box.currentIndex())]
        self.place.ask(self._seal_screen, self._come_back, wait_s=wait_s, by_key=self._is_by_key)

    @property
    def _is_by_key(self) -> bool:
        return self.wait.box.currentIndex() == len(WAITS_S)

    def _say_hidden(self, t: Texts) -> None:
        self.hidden.setText(
            t("This window hides. In any program Ctrl+Alt+C captures, and Ctrl+Alt+H brings it back.")
            if self._is_by_key
            else t("This window hides first, and comes back afterwards.")
        )

    def _seal_screen(self, place: dict[str, Any]) -> None:
        session, case_id, said = self.desk.session, self.case_id, self._said()
        seconds, with_pointer = SCROLLS_S[max(0, self.how.box.currentIndex())], self.pointer.isChecked()

        def take(_progress: object, cancelled: Callable[[], bool]) -> list[Item]:
            if seconds:
                where = {name: value for name, value in place.items() if name != "is_asked"}
                return session.films.scroll(
                    case_id, seconds=seconds, **where, **said, minor=MinorAnswer.NO, cancelled=cancelled
                )
            one = session.capture_screen(
                case_id, **place, **said, with_pointer=with_pointer, minor=MinorAnswer.NO, cancelled=cancelled
            )
            return [one]

        def done(items: list[Item]) -> None:
            self._come_back()
            self._done(items)

        self.work(take, done, failed=lambda _problem: self._come_back())

    def _come_back(self) -> None:
        self.place.come_back(self.take_button)

    def _done(self, items: Sequence[Item]) -> None:
        self._drop_words()
        self.desk.go.show_case(self.case_id)
        self.desk.go.said_in_case(items)

    def _choose_files(self) -> None:
        self.desk.go.show_sheet(Chooser(self.desk, "files", Path.home(), self._take_paths))

    def _take_paths(self, paths: Sequence[Path]) -> None:
        self._files = list(dict.fromkeys([*self._files, *paths]))
        self._show_files()
        self.take_button.setFocus()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and self.content.isEnabled():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.become("files")
            self._take_paths(paths)

    def _leave_for_case(self) -> None:
        self.desk.go.show_case(self.case_id)

    def _method(self) -> AcquisitionMethod:
        return tuple(METHODS)[max(0, self.method.box.currentIndex())]

    def _said(self) -> dict[str, Any]:
        """What the person says about it in her own words."""
        return {"note": self.note.words(), "lawful_access": self.access.line.text().strip()}

    def _drop_words(self) -> None:
        self._files = []
        self.url.line.setText("")
        self.method.box.setCurrentIndex(0)
        self.note.forget()
        self.access.line.setText("")
        self._show_files()

    def _name_take(self) -> None:
        t = self.desk.t
        names = {"screen": t("&Capture"), "files": t("&Take in"), "link": t("&Write it down")}
        self.take_button.setText(names[self.kind])

    def _show_files(self) -> None:
        self.files_list.setText("\n".join(wording.safe(path.name) for path in self._files))
        self.files_list.setVisible(bool(self._files))
        is_photo = self._method() is AcquisitionMethod.PHOTO_OF_OTHER_SCREEN
        self.photo_lead.setVisible(is_photo)
        self.photo_steps.setVisible(is_photo)


def _photo_steps() -> list[str]:
    """What to photograph of a phone, step by step."""
    from evidence.session import guide

    return [step.text for step in guide("phone").steps]


def _part() -> tuple[QWidget, QVBoxLayout]:
    part = QWidget()
    column = QVBoxLayout(part)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(14)
    return part, column
