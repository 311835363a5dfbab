"""Record the screen into a case, with a checklist beside it if wanted."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from evidence.i18n import Texts
from evidence.model import Item, MinorAnswer
from evidence.session import CARE, GUIDES, Recording
from ui.desk import Desk, Monitor
from ui.flow import FlowLayout
from ui.jobs import Job, Lane
from ui.minor import ask_minor
from ui.page import Page
from ui.recordpanel import RecordPanel
from ui.region import RegionChoice
from ui.theme import Theme
from ui.widgets import Button, Card, Choice, Field, TextField, text

#: Milliseconds that a system needs to take a hidden window off the screen.
GONE_MS = 350


class RecordPage(Page):
    """What to record, which checklist, in your own words; then a small window takes over."""

    WAY = "cases"
    HELP = "capture"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, has_back=True)
        self.case_id = ""
        self.recording: Recording | None = None
        self.panel: RecordPanel | None = None
        self._screens: Sequence[Monitor] = ()
        self._regions: RegionChoice | None = None
        self._watching: Job | None = None
        self.back.clicked.connect(self._leave_for_case)

        self.lead = text("lead")
        self.body.addWidget(self.lead)
        card = Card()
        self.body.addWidget(card)
        self.what = text("label")
        card.inside.addWidget(self.what)
        self.choices = QVBoxLayout()
        self.choices.setSpacing(2)
        card.inside.addLayout(self.choices)
        self.group = QButtonGroup(self)
        self.region_choice, self.all_choice = QRadioButton(), QRadioButton()
        self.monitor_choices: list[QRadioButton] = []
        for choice in (self.region_choice, self.all_choice):
            self.group.addButton(choice)
            self.choices.addWidget(choice, 0, Qt.AlignmentFlag.AlignLeft)
        self.region_choice.setChecked(True)
        self.guide = Choice(1 + len(GUIDES))
        card.inside.addWidget(self.guide)
        self.care = text("small")
        card.inside.addWidget(self.care)
        self.access = Field()
        card.inside.addWidget(self.access)
        self.note = TextField()
        card.inside.addWidget(self.note)
        row = FlowLayout(gap=10)
        self.begin_button = Button(desk, "main", "record")
        self.begin_button.clicked.connect(self.begin)
        self.cancel_button = Button(desk)
        self.cancel_button.clicked.connect(self._leave_for_case)
        row.addWidget(self.begin_button)
        row.addWidget(self.cancel_button)
        card.inside.addLayout(row)
        self.kept = text("small")
        self.body.addWidget(self.kept)
        self.body.addStretch(1)
        self.relook(desk.theme)

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.back.setText(t("&Back to the case"))
        self.heading.setText(t("Record the screen"))
        self.lead.setText(
            t("For rooms that cannot be exported. A small window stays beside it; everything is sealed while it "
              "happens.")
        )  # fmt: skip
        self.what.setText(t("What to record"))
        self.region_choice.setText(t("A &part that I choose"))
        self.all_choice.setText(t("&Everything that the screens show"))
        for choice, screen in zip(self.monitor_choices, self._screens, strict=True):
            area = screen.region
            choice.setText(
                t("Screen {number} ({width} × {height})", number=screen.number, width=area.width, height=area.height)
            )
        self.guide.name(t("&Checklist"), t("It says what to show, step by step; every step can be skipped."))
        self.guide.box.setItemText(0, t("None"))
        for position, guide in enumerate(GUIDES, 1):
            self.guide.box.setItemText(position, t(guide.title))
        self.care.setText(t(CARE))
        self.access.name(
            t("How you could see &it, if you want"),
            t("For example: it was sent to me, I was added to the room, it is public."),
        )
        self.note.name(t("A &note, if you want"), t("What you saw, in your own words: facts, no guesses."))
        self.begin_button.setText(t("Be&gin to record"))
        self.cancel_button.setText(t("N&ot now"))
        self.kept.setText(
            t("No sound is recorded. If the computer stops, all but the last seconds is kept. Locking ends it and "
              "keeps it.")
        )  # fmt: skip
        if self.panel is not None:
            self.panel.retranslate(t)

    def relook(self, theme: Theme) -> None:
        super().relook(theme)
        if hasattr(self, "note"):
            self.note.set_height(theme.px(76))
            if self.panel is not None:
                self.panel.relook(theme)

    def open_for(self, case_id: str) -> None:
        """Record into this case."""
        self.case_id = case_id

    def enter(self) -> None:
        self.desk.jobs.start(
            lambda _progress, _cancelled: self.desk.doors.screens(),
            self._take_screens,
            lambda _problem: self._take_screens(()),
            lane=Lane.PARALLEL,
        )

    def first_focus(self) -> QWidget:
        return self.region_choice

    def forget(self) -> None:
        super().forget()
        if self.panel is not None or self._regions is not None:
            self.window().show()
        self._close_regions()
        self._end_panel()
        self.recording = None  # the session ends it and keeps it
        self.case_id = ""
        self._drop_words()

    def begin(self) -> None:
        """Ask whether someone under age could be in it; then hide, let the person choose a part, and begin."""
        ask_minor(self.desk, self.case_id, self._hide_and_choose)

    def _hide_and_choose(self) -> None:
        self.message.forget()
        self.window().hide()
        epoch = self.desk.epoch
        QTimer.singleShot(GONE_MS, lambda: self._choose(epoch))

    def _choose(self, epoch: int) -> None:
        if epoch != self.desk.epoch:
            self.window().show()
            return
        if not self.region_choice.isChecked():
            number = next(
                (screen.number for choice, screen in zip(self.monitor_choices, self._screens, strict=True)
                 if choice.isChecked()), None,
            )  # fmt: skip
            self._begin(number, None)
            return
        self._regions = RegionChoice(self.desk, self._screens)
        for cover in self._regions.covers:
            cover.chosen.connect(self._region_chosen)
            cover.left.connect(self._region_left)
        self._regions.show()

    def _region_chosen(self, region: tuple[int, int, int, int]) -> None:
        if self._regions is not None:
            self._close_regions()
            QTimer.singleShot(GONE_MS, lambda: self._begin(None, region))

    def _region_left(self) -> None:
        self._close_regions()
        self._come_back()

    def _close_regions(self) -> None:
        if self._regions is not None:
            self._regions.close()
            self._regions = None

    def _begin(self, screen: int | None, region: tuple[int, int, int, int] | None) -> None:
        if not self.desk.is_open:
            self._come_back()
            return
        session, case_id = self.desk.session, self.case_id
        position = self.guide.box.currentIndex() - 1
        guide = GUIDES[position] if position >= 0 else None
        note, access = self.note.words(), self.access.line.text().strip()

        def begun(recording: Recording) -> None:
            self.recording = recording
            self.panel = RecordPanel(self.desk, recording, guide)
            self.panel.stopped.connect(lambda: self.finish("person"))
            self.panel.ended.connect(lambda: self.finish("person"))
            self.panel.discarded.connect(self.discard)
            self.panel.place()
            self._hold_open(recording)

        self.work(
            lambda _progress, _cancelled: session.films.begin(
                case_id, screen=screen, region=region, note=note, lawful_access=access,
                guide=guide.key if guide else "", minor=MinorAnswer.NO,
            ),
            begun,
            failed=lambda _problem: self._come_back(),
        )

    def finish(self, ended_by: str) -> None:
        """End it and make it an exhibit."""
        session, recording = self.desk.session, self.recording
        if recording is None:
            return
        self.recording = None
        self._end_panel()
        self._come_back()
        self.work(
            lambda _progress, _cancelled: session.films.finish(recording, ended_by),
            self._done,
            label=self.desk.t("Sealing"),
            can_stop=False,
        )

    def discard(self) -> None:
        """End it and keep nothing."""
        session, recording = self.desk.session, self.recording
        if recording is None:
            return
        self.recording = None
        self._end_panel()
        self._come_back()
        self.work(
            lambda _progress, _cancelled: session.films.cancel(recording),
            lambda _nothing: self.say(lambda t: (t("Nothing was kept."), ""), kind="plain"),
            blocks=True,
        )

    def _hold_open(self, recording: Recording) -> None:
        """As long as it goes on, work is under way: the vault does not lock because nobody touches this window."""

        def wait(_progress: object, cancelled: object) -> None:
            while recording.status().is_running and not (callable(cancelled) and cancelled()):
                time.sleep(0.2)

        self._watching = self.desk.jobs.start(wait, lambda _value: None, lambda _problem: None, lane=Lane.PARALLEL)

    def _end_panel(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            self._watching = None
        if self.panel is not None:
            self.panel.end()
            self.panel = None

    def _done(self, item: Item) -> None:
        self._drop_words()
        self.desk.go.show_case(self.case_id)
        self.desk.go.said_in_case([item])

    def _come_back(self) -> None:
        window = self.window()
        window.show()
        window.raise_()
        window.activateWindow()
        self.begin_button.setFocus()

    def _take_screens(self, screens: Sequence[Monitor]) -> None:
        if list(screens) == list(self._screens):
            return
        for choice in self.monitor_choices:
            self.group.removeButton(choice)
            choice.deleteLater()
        self.monitor_choices = []
        self._screens = screens
        for _screen in screens:
            choice = QRadioButton()
            self.group.addButton(choice)
            self.choices.addWidget(choice, 0, Qt.AlignmentFlag.AlignLeft)
            self.monitor_choices.append(choice)
        self.retranslate(self.desk.t)

    def _leave_for_case(self) -> None:
        self.desk.go.show_case(self.case_id)

    def _drop_words(self) -> None:
        self.note.forget()
        self.access.line.setText("")
