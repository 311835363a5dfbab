"""Watch a folder or the clipboard during a sitting: what arrives is sealed at once. Off when the vault locks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QRadioButton, QWidget

from evidence.errors import EvidenceError
from evidence.i18n import Texts
from evidence.model import Item, MinorAnswer
from evidence.session import Afterwards, Arrived, Watch
from ui import wording
from ui.chooser import Chooser
from ui.clipboard import copied
from ui.desk import Desk
from ui.fields import TextField
from ui.flow import FlowLayout
from ui.minor import ask_minor
from ui.page import Page
from ui.theme import Theme
from ui.widgets import Button, Card, Question, announce, text

LOOK_MS = 2000
LINES = 30


class WatchPage(Page):
    """Which folder, what happens to the plain files, and the clipboard; then it says what came."""

    WAY = "cases"
    HELP = "capture"
    changed = Signal()
    """It began or ended: the window says so at its side."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, has_back=True)
        self.case_id = ""
        self.is_watching = False
        self._folder: Path | None = None
        self._place: Path | None = None
        self._watch: Watch | None = None
        self._looking: Watch | None = None
        """The watch of the look that is under way; one that goes on must not hold up the next watch."""
        self._came: list[str] = []
        self.back.clicked.connect(self._leave_for_case)
        self.lead = text("lead")
        self.body.addWidget(self.lead)
        card = Card()
        self.body.addWidget(card)
        self.folder_title, self.folder_name = text("label"), text("quiet", selectable=True)
        card.inside.addWidget(self.folder_title)
        card.inside.addWidget(self.folder_name)
        row = FlowLayout(gap=8)
        self.choose_button = Button(desk, "", "folder")
        self.choose_button.clicked.connect(self._choose_folder)
        row.addWidget(self.choose_button)
        card.inside.addLayout(row)
        self.after_asked = Question()
        card.inside.addWidget(self.after_asked)
        self.after: dict[Afterwards, QRadioButton] = {}
        group = QButtonGroup(self)
        for choice in Afterwards:
            self.after[choice] = QRadioButton()
            group.addButton(self.after[choice])
            self.after_asked.inside.addWidget(self.after[choice])
        self.after[Afterwards.STAYS].setChecked(True)
        self.after[Afterwards.MOVES].toggled.connect(self._show)
        self.place_name = text("quiet", selectable=True)
        card.inside.addWidget(self.place_name)
        place_row = FlowLayout(gap=8)
        self.place_button = Button(desk, "", "folder")
        self.place_button.clicked.connect(self._choose_place)
        place_row.addWidget(self.place_button)
        card.inside.addLayout(place_row)
        self.after_hint = text("small")
        card.inside.addWidget(self.after_hint)
        self.clipboard_box = QCheckBox()
        card.inside.addWidget(self.clipboard_box)
        self.note = TextField()
        card.inside.addWidget(self.note)
        buttons = FlowLayout(gap=10)
        self.begin_button = Button(desk, "main", "eye")
        self.begin_button.clicked.connect(self.begin)
        self.stop_button = Button(desk, "main", "cross")
        self.stop_button.clicked.connect(self.stop)
        buttons.addWidget(self.begin_button)
        buttons.addWidget(self.stop_button)
        card.inside.addLayout(buttons)
        self.came_title, self.came = text("heading"), text("body", selectable=True)
        self.body.addWidget(self.came_title)
        self.body.addWidget(self.came)
        self.body.addStretch(1)
        self._choices: tuple[QWidget, ...] = (
            self.choose_button, self.place_button, self.clipboard_box, self.note, *self.after.values(),
        )  # fmt: skip
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        QGuiApplication.clipboard().dataChanged.connect(self._clipboard_changed)

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.back.setText(t("&Back to the case"))
        self.say_title(t("Watch a folder"))
        self.lead.setText(
            t("While you save things, what arrives is sealed at once. It ends when you stop it or when the vault "
              "locks.")
        )  # fmt: skip
        self.folder_title.setText(t("The folder"))
        self.choose_button.setText(t("C&hoose a folder…"))
        self.after_asked.ask(t("Afterwards, the plain files"))
        for choice, words in (
            (Afterwards.STAYS, t("&stay where they are")),
            (Afterwards.MOVES, t("are &moved to another folder")),
            (Afterwards.GOES, t("are remo&ved from the folder")),
        ):
            self.after[choice].setText(words)
        self.place_button.setText(t("Choose where &to…"))
        self.after_hint.setText(
            t("Only after what was sealed was read back and is the same. What a disk forgets cannot be promised.")
        )
        self.clipboard_box.setText(t("Take in what is &copied, too (text and pictures)"))
        self.note.name(t("A &note, if you want"), t("What you saw, in your own words: facts, no guesses."))
        self.begin_button.setText(t("Be&gin to watch"))
        self.stop_button.setText(t("Stop &watching"))
        self.came_title.setText(t("What came in"))
        self._show()

    def relook(self, theme: Theme) -> None:
        super().relook(theme)
        if hasattr(self, "note"):
            self.note.set_height(theme.px(60))

    def open_for(self, case_id: str) -> None:
        """Watch for this case; one that goes on stays with its own."""
        if not self.is_watching:
            self.case_id = case_id

    def enter(self) -> None:
        self._show()

    def first_focus(self) -> QWidget:
        return self.stop_button if self.is_watching else self.choose_button

    def forget(self) -> None:
        super().forget()
        self.stop()
        self.case_id, self._folder, self._place = "", None, None
        self._came = []
        self.note.forget()
        self.clipboard_box.setChecked(False)
        self.after[Afterwards.STAYS].setChecked(True)
        self._show()

    def begin(self) -> None:
        """Ask who could be in it, and watch."""
        if self._folder is None and not self.clipboard_box.isChecked():
            self._choose_folder()
            return
        ask_minor(self.desk, self.case_id, self._begin)

    def stop(self) -> None:
        """Watch no more."""
        self._timer.stop()
        self._watch = None
        if self.is_watching:
            self.is_watching = False
            self._show()
            self.changed.emit()

    def _begin(self) -> None:
        session, case_id, folder, place = self.desk.session, self.case_id, self._folder, self._place
        afterwards = next(choice for choice, button in self.after.items() if button.isChecked())
        note = self.note.words()

        def begun(watch: Watch | None) -> None:
            self._watch, self.is_watching = watch, True
            self._came = []
            self._timer.start(LOOK_MS)
            self._show()
            self.changed.emit()
            announce(self, self.desk.t("Watching"))

        def begin(_progress: object, _cancelled: object) -> Watch | None:
            if folder is None:
                return None
            return session.watch(
                case_id, folder, afterwards=afterwards, place=place, note=note, minor=MinorAnswer.NO
            )  # fmt: skip

        self.work(begin, begun, blocks=True)

    def _look(self) -> None:
        watch = self._watch
        if watch is None or self._looking is watch:
            return
        self._looking = watch

        def over() -> None:
            if self._looking is watch:
                self._looking = None

        def looked(arrived: Arrived) -> None:
            over()
            self._took(arrived.items)
            for problem in arrived.problems:
                self.say_problem(problem)

        def failed(_problem: BaseException) -> None:
            over()
            if self._watch is watch:
                self.stop()  # the folder is gone: the message says so

        self.work(lambda _progress, cancelled: watch.look(cancelled), looked, failed=failed)

    def _clipboard_changed(self) -> None:
        """Take in what somebody copied elsewhere; what this program copied itself is passed over."""
        if not self.is_watching or not self.clipboard_box.isChecked():
            return
        try:
            found = copied(QGuiApplication.clipboard())
        except EvidenceError as problem:
            self.say_problem(problem)
            return
        if found is not None:
            self._paste(*found)

    def _paste(self, name: str, data: bytes | str, media_type: str) -> None:
        session, case_id, note = self.desk.session, self.case_id, self.note.words()
        self.work(
            lambda _progress, _cancelled: session.add_bytes(
                case_id, name, data, note, media_type=media_type, minor=MinorAnswer.NO
            ),
            lambda item: self._took([item]),
        )

    def _took(self, items: Sequence[Item]) -> None:
        for item in items:
            self._came.append(wording.title(item))
            announce(self, self._came[-1])
        if items:
            self._show()

    def _choose_folder(self) -> None:
        self.desk.go.show_sheet(Chooser(self.desk, "folder", Path.home(), self._take_folder))

    def _choose_place(self) -> None:
        self.desk.go.show_sheet(Chooser(self.desk, "folder", Path.home(), self._take_place))

    def _take_folder(self, paths: Sequence[Path]) -> None:
        self._folder = paths[0] if paths else None
        self._show()
        self.begin_button.setFocus()

    def _take_place(self, paths: Sequence[Path]) -> None:
        self._place = paths[0] if paths else None
        self._show()

    def _leave_for_case(self) -> None:
        self.desk.go.show_case(self.case_id)

    def _show(self) -> None:
        t = self.desk.t
        self.folder_name.setText(wording.safe(str(self._folder)) if self._folder else t("No folder yet"))
        moves = self.after[Afterwards.MOVES].isChecked()
        self.place_name.setText(wording.safe(str(self._place)) if self._place else t("No folder yet"))
        self.place_name.setVisible(moves)
        self.place_button.setVisible(moves)
        for choice in self._choices:
            choice.setEnabled(not self.is_watching)
        self.begin_button.setVisible(not self.is_watching)
        self.stop_button.setVisible(self.is_watching)
        self.came_title.setVisible(self.is_watching or bool(self._came))
        self.came.setVisible(self.is_watching or bool(self._came))
        self.came.setText("\n".join(self._came[-LINES:]) or t("Nothing yet."))
