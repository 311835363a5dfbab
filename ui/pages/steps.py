"""A checklist that is walked through step by step, a picture or a photograph at each, without a recording."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from evidence.i18n import Texts, named_code
from evidence.model import Item, MinorAnswer
from evidence.session import CARE, FIELDS, GUIDES, Walk
from ui.chooser import Chooser
from ui.desk import Desk
from ui.fields import Choice, Field, TextField
from ui.flow import FlowLayout
from ui.minor import ask_minor
from ui.page import Page
from ui.place import PlacePart
from ui.theme import Theme
from ui.widgets import Button, Card, announce, discard, text


class StepsPage(Page):
    """Which checklist and which part of the screen; then one step after the other."""

    WAY = "cases"
    HELP = "steps"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, has_back=True)
        self.case_id = ""
        self.walk: Walk | None = None
        self.back.clicked.connect(self._leave_for_case)
        self.lead = text("lead")
        self.body.addWidget(self.lead)
        self.before = self._build_before()
        self.body.addWidget(self.before)
        self.step_card = self._build_step()
        self.body.addWidget(self.step_card)
        self.came_title, self.came = text("heading"), text("body", selectable=True)
        self.body.addWidget(self.came_title)
        self.body.addWidget(self.came)
        self.body.addStretch(1)

    def _build_before(self) -> Card:
        card = Card()
        self.guide = Choice(len(GUIDES))
        card.inside.addWidget(self.guide)
        self.place = PlacePart(self, has_windows=True)
        card.inside.addWidget(self.place)
        self.access = Field()
        card.inside.addWidget(self.access)
        self.note = TextField()
        card.inside.addWidget(self.note)
        self.care = text("small")
        card.inside.addWidget(self.care)
        row = FlowLayout(gap=10)
        self.begin_button = Button(self.desk, "main", "forward")
        self.begin_button.clicked.connect(self.begin)
        self.cancel_button = Button(self.desk)
        self.cancel_button.clicked.connect(self._leave_for_case)
        row.addWidget(self.begin_button)
        row.addWidget(self.cancel_button)
        card.inside.addLayout(row)
        return card

    def _build_step(self) -> Card:
        card = Card()
        self.step_title, self.step_text, self.answers = text("heading"), text("lead"), text("quiet")
        for line in (self.step_title, self.step_text, self.answers):
            card.inside.addWidget(line)
        self.fields = QVBoxLayout()
        card.inside.addLayout(self.fields)
        self.said: dict[str, Field] = {}
        row = FlowLayout(gap=8)
        self.take_button = Button(self.desk, "main", "screen")
        self.photo_button = Button(self.desk, "", "file")
        self.next_button = Button(self.desk, "", "forward")
        self.before_button = Button(self.desk, "text", "back")
        self.end_button = Button(self.desk, "text", "check")
        for button, act in (
            (self.take_button, self.take), (self.photo_button, self._choose_photos), (self.next_button, self.go_on),
            (self.before_button, self.go_back), (self.end_button, self.finish),
        ):  # fmt: skip
            button.clicked.connect(act)
            row.addWidget(button)
        card.inside.addLayout(row)
        self.step_care = text("small")
        card.inside.addWidget(self.step_care)
        return card

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.back.setText(t("&Back to the case"))
        self.say_title(t("Step by step"))
        self.lead.setText(
            t("A checklist says what to show. At each step take a picture of the screen, bring in a photo of another "
              "screen, or go on without one.")
        )  # fmt: skip
        self.guide.name(t("&Checklist"), t("It says what to show, step by step; every step can be skipped."))
        for position, guide in enumerate(GUIDES):
            self.guide.box.setItemText(position, t(guide.title))
        self.place.retranslate(t, t("What to picture at each step"))
        self.access.name(
            t("How you could see &it, if you want"),
            t("For example: it was sent to me, I was added to the room, it is public."),
        )
        self.note.name(t("A &note, if you want"), t("What you saw, in your own words: facts, no guesses."))
        self.care.setText(t(CARE))
        self.step_care.setText(t(CARE))
        self.begin_button.setText(t("Be&gin"))
        self.cancel_button.setText(t("N&ot now"))
        self.take_button.setText(t("&Capture the screen"))
        self.photo_button.setText(t("Bring in a pho&to…"))
        self.before_button.setText(t("Step be&fore"))
        self.end_button.setText(t("That is eno&ugh"))
        self.came_title.setText(t("What came in"))
        self._show()

    def relook(self, theme: Theme) -> None:
        super().relook(theme)
        if hasattr(self, "note"):
            self.note.set_height(theme.px(60))

    def open_for(self, case_id: str) -> None:
        """Walk for this case; a walk that goes on in it goes on."""
        if case_id != self.case_id:
            self.walk = None
        self.case_id = case_id

    def enter(self) -> None:
        self.place.enter()
        self._show()

    def first_focus(self) -> QWidget:
        return self.guide.box if self.walk is None else self.take_button

    def forget(self) -> None:
        super().forget()
        self.place.forget()
        self.walk, self.case_id = None, ""
        self._drop_words()
        self._show()

    def begin(self) -> None:
        """Ask once whether someone under age could be in it, and show the first step."""
        ask_minor(self.desk, self.case_id, self._begin)

    def _begin(self) -> None:
        session, case_id, key = self.desk.session, self.case_id, GUIDES[max(0, self.guide.box.currentIndex())].key
        note, access = self.note.words(), self.access.line.text().strip()

        def begun(walk: Walk) -> None:
            self.walk = walk
            self._show()
            self.take_button.setFocus()

        self.work(
            lambda _progress, _cancelled: session.walk(
                case_id, key, note=note, lawful_access=access, minor=MinorAnswer.NO
            ),
            begun, blocks=True,
        )  # fmt: skip

    def take(self) -> None:
        """Hide, let a part be chosen if one is meant, and take a picture for this step."""
        if self._say_fields():
            self.place.ask(self._take, self._come_back)

    def _take(self, place: dict[str, Any]) -> None:
        walk = self.walk
        if walk is None:
            self._come_back()
            return

        def done(item: Item) -> None:
            self._took([item])
            self._come_back()

        self.work(
            lambda _progress, cancelled: walk.picture(**place, cancelled=cancelled), done,
            failed=lambda _problem: self._come_back(),
        )  # fmt: skip

    def _choose_photos(self) -> None:
        if self._say_fields():
            self.desk.go.show_sheet(Chooser(self.desk, "files", Path.home(), self._take_photos))

    def _take_photos(self, paths: Sequence[Path]) -> None:
        walk = self.walk
        if walk is not None and paths:
            self.work(
                lambda progress, cancelled: walk.photos(paths, progress=progress, cancelled=cancelled), self._took,
                label=self.desk.t("Sealing"),
            )  # fmt: skip

    def _took(self, items: Sequence[Item]) -> None:
        if self.walk is not None:
            self.walk.go_on()
            self._show(clears=True)
            announce(self, self.desk.t("It is kept as {number}.", number=", ".join(item.number for item in items)))
            self.take_button.setFocus()

    def go_on(self) -> None:
        """To the next step, with nothing for this one; what was typed goes with the next picture."""
        if self.walk is not None and self._say_fields():
            self.walk.go_on()
            self._show(clears=True)

    def go_back(self) -> None:
        """To the step before."""
        if self.walk is not None and self._say_fields():
            self.walk.go_back()
            self._show(clears=True)

    def finish(self) -> None:
        """That is enough; what was typed and went with no picture becomes a note."""
        walk = self.walk
        if walk is None or not self._say_fields():
            return

        def done(_nothing: object) -> None:
            self.walk = None
            self._drop_words()
            self._show(clears=True)
            self.desk.go.show_case(self.case_id)
            if walk.items:
                self.desk.go.said_in_case(walk.items)

        self.work(lambda _progress, _cancelled: walk.finish(), done, blocks=True)

    def _say_fields(self) -> bool:
        if self.walk is not None:
            self.walk.say({name: field.line.text() for name, field in self.said.items()})
        return self.walk is not None

    def _come_back(self) -> None:
        self.place.come_back(self.take_button if self.walk is not None else self.begin_button)

    def _leave_for_case(self) -> None:
        self.desk.go.show_case(self.case_id)

    def _drop_words(self) -> None:
        self.note.forget()
        self.access.line.setText("")
        for field in self.said.values():
            field.line.setText("")

    def _show(self, *, clears: bool = False) -> None:
        t, walk = self.desk.t, self.walk
        self.before.setVisible(walk is None)
        self.lead.setVisible(walk is None)
        self.step_card.setVisible(walk is not None)
        has_some = walk is not None and bool(walk.items)
        self.came_title.setVisible(has_some)
        self.came.setVisible(has_some)
        typed = {} if clears else {name: field.line.text() for name, field in self.said.items()}
        while (entry := self.fields.takeAt(0)) is not None:
            if (widget := entry.widget()) is not None:
                widget.hide()
                discard(widget)
        self.said = {}
        if walk is None:
            return
        steps, step = walk.guide.steps, walk.step
        for part in (self.take_button, self.photo_button, self.next_button, self.answers):
            part.setVisible(step is not None)
        self.before_button.setVisible(walk.position > 0)
        self.end_button.setText(t("Finis&h") if step is None else t("That is eno&ugh"))
        taken = [
            f"{', '.join(walk.taken[one.key])}  ·  {named_code(t, 'fact.guide_step', one.key).split('.')[-1]}"
            for one in steps
            if one.key in walk.taken
        ]
        self.came.setText("\n".join(taken))
        if step is None:
            self.step_title.setText(t(walk.guide.title))
            self.step_text.setText(t("That is everything."))
            return
        name, position = t(walk.guide.title), walk.position + 1
        title = t("{title} · step {step} of {count}", title=name, step=position, count=len(steps))
        self.step_title.setText(title)
        self.step_text.setText(t(step.text))
        self.answers.setText(
            t("It answers: {fields}", fields=" · ".join(t(FIELDS[number]) for number in step.fills))
        )
        self.next_button.setText(t("&Next step") if step.key in walk.taken else t("S&kip"))
        for name in step.says:
            field = Field()
            field.name(named_code(t, "fact", name).removeprefix("fact."))
            field.line.setText(typed.get(name, ""))
            self.said[name] = field
            self.fields.addWidget(field)
        announce(self, self.step_text.text())
