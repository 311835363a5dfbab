"""A case at a glance: the next step, what it does not have yet, how often one looked, packages and to whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from evidence.i18n import Texts, shown_today
from evidence.model import CustodyEvent, Lack, Looked, PackageMade
from ui import wording
from ui.desk import Desk
from ui.fields import Choice
from ui.flow import FlowLayout
from ui.rooms import EXHIBITS, OVERVIEW, CaseRoom
from ui.widgets import Button, Card, discard, text

LIMITS = (0, 3, 5, 10, 20)
MOST_LOOKS = 20

Seen = tuple[list[Lack], Looked, list[CustodyEvent], dict[str, str], list[PackageMade], str]


class OverviewPage(CaseRoom):
    """Cards with words alone; nothing is shown here."""

    KEY = OVERVIEW

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._found: Seen | None = None
        self.next_card = Card("good")
        self.next_title, self.next_step, self.next_text = text("label"), text("heading"), text()
        self.next_button = Button(desk, "main")
        self.next_button.clicked.connect(lambda: self.take_step())
        row = FlowLayout(gap=8)
        row.addWidget(self.next_button)
        self.next_card.inside.addWidget(self.next_title)
        self.next_card.inside.addWidget(self.next_step)
        self.next_card.inside.addWidget(self.next_text)
        self.next_card.inside.addLayout(row)
        self.body.addWidget(self.next_card)

        self.lacks_title, self.lacks = self._section()
        self.packages_title, self.packages = self._section()
        self.looks_title, self.looks = self._section()
        self.limit = Choice(len(LIMITS))
        self.limit.box.activated.connect(self.set_limit)
        self.body.addWidget(self.limit)
        self.undo_button = Button(desk)
        self.undo_button.clicked.connect(self.undo)
        undo_row = FlowLayout(gap=8)
        undo_row.addWidget(self.undo_button)
        self.body.addLayout(undo_row)
        self.body.addStretch(1)
        self._show()

    def _section(self) -> tuple[QLabel, QVBoxLayout]:
        title, card, lines = text("heading"), Card(), QVBoxLayout()
        lines.setSpacing(6)
        card.inside.addLayout(lines)
        self.body.addWidget(title)
        self.body.addWidget(card)
        return title, lines

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.next_title.setText(t("The next step, if you want"))
        self.lacks_title.setText(t("What is not here yet"))
        self.packages_title.setText(t("Packages, and for whom"))
        self.looks_title.setText(t("Who looked at originals"))
        self.limit.name(
            t("Ask me before I &look at more originals on a day than"),
            t("Looking is never needed: everything works without."),
        )
        for position, count in enumerate(LIMITS):
            self.limit.box.setItemText(position, t.number(count) if count else wording.begun(t("never ask")))
        self.undo_button.setText(t("&Undo the last change"))
        self._show()

    def read_in(self) -> None:
        session, case_id = self.desk.session, self.case_id

        def read(_progress: object, _cancelled: object) -> Seen:
            looks = session.place.looks(case_id)[:MOST_LOOKS]
            numbers = {event.item_id: session.exhibit(event.item_id).item.number for event in looks}
            return (
                session.place.lacks(case_id), session.place.looked(case_id), looks, numbers,
                session.packages(case_id), session.place.can_undo(case_id),
            )  # fmt: skip

        def done(found: Seen) -> None:
            if case_id == self.case_id:
                self._found = found
                self._show()

        self.work(read, done)

    def forget(self) -> None:
        super().forget()
        self._found = None
        self._show()

    def take_step(self) -> None:
        """Go to where the next step is taken."""
        following = self._next()
        if following is None:
            return
        go, case_id = self.desk.go, self.case_id
        ways: dict[str, Callable[[], None]] = {
            "no_address": lambda: go.show_capture(case_id, kind="link"),
            "no_profile": lambda: go.show_capture(case_id, kind="link"),
            "no_note": lambda: go.show_room(case_id, "notes"),
            "no_package": lambda: go.show_package(case_id),
            "not_scored": lambda: go.show_room(case_id, "scores"),
            "held_back": go.show_help_lines,
        }
        ways.get(following.code, lambda: go.show_room(case_id, EXHIBITS))()

    def set_limit(self, position: int) -> None:
        """How many originals may be shown on a day before the program asks."""
        session = self.desk.session
        self.work(
            lambda _progress, _cancelled: session.place.set_limit(LIMITS[position]), lambda _nothing: self.read_in()
        )

    def undo(self) -> None:
        """Take the last change back."""
        session, case_id = self.desk.session, self.case_id

        def done(kind: str) -> None:
            self.say(lambda t: (t.code("name", f"undone.{kind}"), ""))
            self.enter()

        self.work(lambda _progress, _cancelled: session.place.undo(case_id), done, blocks=True)

    def _next(self) -> Lack | None:
        return next((lack for lack in self._found[0] if lack.is_next), None) if self._found else None

    def _show(self) -> None:
        t, found, following = self.desk.t, self._found, self._next()
        self.next_card.setVisible(following is not None)
        if following is not None:
            step = t.code("name", f"step.{following.code}")
            self.next_step.setText(wording.begun(step))
            self.next_text.setText(t.code("name", f"lack.{following.code}"))
            self.next_button.setText(t("Take m&e there"))
        lacks, looked, looks, numbers, packages, undo = found or ([], Looked(0, 0, 0, 0), [], {}, [], "")
        _fill(self.lacks, [t.code("name", f"lack.{lack.code}") for lack in lacks if not lack.is_next]
              or [t("Nothing that the program knows of is missing.")])  # fmt: skip
        lines = []
        for made in packages:
            whom = t.code("name", f"recipient.{made.recipient}") if made.recipient else t("nobody said for whom")
            lines.append(f"{t.moment(made.created_at)} · {whom}")
        _fill(self.packages, lines or [t("No package was made yet.")])
        lines = [shown_today(t, looked.today)]
        for event in looks:
            who, why = t.code("name", f"role.{event.actor}"), wording.safe(event.facts.get("reason", ""))
            when = t.moment(event.recorded_at)
            lines.append(" · ".join(filter(None, (when, numbers.get(event.item_id, ""), who, why))))
        _fill(self.looks, lines)
        position = max((at for at, count in enumerate(LIMITS) if count <= looked.limit), default=0)
        self.limit.box.setCurrentIndex(position)
        self.undo_button.setVisible(bool(undo))


def _fill(lines: QVBoxLayout, words: Sequence[str]) -> None:
    while lines.count():
        entry = lines.takeAt(0)
        widget: QWidget | None = entry.widget() if entry is not None else None
        if widget is not None:
            widget.hide()
            discard(widget)
    for line in words:
        shown = text("body")
        shown.setText(line)
        lines.addWidget(shown)
