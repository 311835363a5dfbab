"""Record the screen into a case, with a checklist beside it if wanted."""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtWidgets import QWidget

from evidence.i18n import Texts
from evidence.model import Item, MinorAnswer
from evidence.session import CARE, GUIDES, Recording
from ui.desk import Desk
from ui.fields import Choice, Field, TextField
from ui.flow import FlowLayout
from ui.jobs import Job, Lane
from ui.minor import ask_minor
from ui.page import Page
from ui.place import PlacePart
from ui.recordpanel import RecordPanel
from ui.theme import Theme
from ui.widgets import Button, Card, text


class RecordPage(Page):
    """What to record, which checklist, in your own words; then a small window takes over."""

    WAY = "cases"
    HELP = "record"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, has_back=True)
        self.case_id = ""
        self.recording: Recording | None = None
        self.panel: RecordPanel | None = None
        self._watching: Job | None = None
        self.back.clicked.connect(self._leave_for_case)

        self.lead = text("lead")
        self.body.addWidget(self.lead)
        card = Card()
        self.body.addWidget(card)
        self.place = PlacePart(self, has_windows=False, is_film=True)
        card.inside.addWidget(self.place)
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

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.back.setText(t("&Back to the case"))
        self.say_title(t("Record the screen"))
        self.lead.setText(
            t("For rooms that cannot be exported. A small window stays beside it; everything is sealed while it "
              "happens.")
        )  # fmt: skip
        self.place.retranslate(t, t("What to record"))
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
            + " " + t("The small window stays out of the picture: beside it, or it hides until a key brings it back.")
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
        self.place.enter()

    def first_focus(self) -> QWidget:
        return self.place.chosen()

    def forget(self) -> None:
        super().forget()
        if self.panel is not None:
            self.window().show()
        self.place.forget()
        self._end_panel()
        self.recording = None  # the session ends it and keeps it
        self.case_id = ""
        self._drop_words()

    def begin(self) -> None:
        """Ask whether someone under age could be in it; then hide, let the person choose a part, and begin."""
        ask_minor(self.desk, self.case_id, lambda: self.place.ask(self._begin, self._come_back))

    def _begin(self, place: dict[str, Any]) -> None:
        session, case_id = self.desk.session, self.case_id
        position = self.guide.box.currentIndex() - 1
        guide = GUIDES[position] if position >= 0 else None
        note, access = self.note.words(), self.access.line.text().strip()

        def begun(recording: Recording) -> None:
            self.recording = recording
            self.panel = RecordPanel(self.desk, recording, guide, self.place.monitors)
            self.panel.stopped.connect(lambda: self.finish("person"))
            self.panel.ended.connect(lambda: self.finish("person"))
            self.panel.discarded.connect(self.discard)
            self.panel.place()
            self._hold_open(recording)

        self.work(
            lambda _progress, cancelled: session.films.begin(
                case_id, **place, note=note, lawful_access=access,
                guide=guide.key if guide else "", minor=MinorAnswer.NO, cancelled=cancelled,
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
        self.place.come_back(self.begin_button)

    def _leave_for_case(self) -> None:
        self.desk.go.show_case(self.case_id)

    def _drop_words(self) -> None:
        self.note.forget()
        self.access.line.setText("")
