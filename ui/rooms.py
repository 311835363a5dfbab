"""The rooms of a case: what they are called, how they are made, and the bar that leads from one to the other.

A room that joins later is one line in :data:`ROOMS` and a page of the kind :class:`CaseRoom`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget

from evidence.i18n import N_, Texts
from ui import wording
from ui.desk import Desk
from ui.flow import FlowLayout
from ui.page import Page
from ui.widgets import Button, text

if TYPE_CHECKING:
    from evidence.model import Case, Lack

EXHIBITS = "exhibits"
OVERVIEW = "overview"


@dataclass(frozen=True)
class Room:
    """One room: its key, its name for the catalogue, its icon, and how its page is made."""

    key: str
    words: str
    icon: str
    make: Callable[[Desk], Page]


def _overview(desk: Desk) -> Page:
    from ui.pages.overview import OverviewPage

    return OverviewPage(desk)


def _exhibits(desk: Desk) -> Page:
    from ui.pages.case import CasePage

    return CasePage(desk)


def _timeline(desk: Desk) -> Page:
    from ui.pages.timeline import TimelinePage

    return TimelinePage(desk)


def _scores(desk: Desk) -> Page:
    from ui.pages.scores import ScoresPage

    return ScoresPage(desk)


def _notes(desk: Desk) -> Page:
    from ui.pages.casenotes import CaseNotesPage

    return CaseNotesPage(desk)


def _consents(desk: Desk) -> Page:
    from ui.pages.consents import ConsentsPage

    return ConsentsPage(desk)


ROOMS: tuple[Room, ...] = (
    Room(OVERVIEW, N_("Overview"), "cases", _overview),
    Room(EXHIBITS, N_("Exhibits"), "file", _exhibits),
    Room("scores", N_("Signs"), "score", _scores),
    Room("timeline", N_("Timeline"), "clock", _timeline),
    Room("notes", N_("Notes"), "note", _notes),
    Room("consents", N_("Consents"), "check", _consents),
)


class RoomBar(QWidget):
    """The ways to the rooms of a case, and the next sensible step; the same in every room."""

    def __init__(self, page: Page, key: str, case_id: Callable[[], str]) -> None:
        super().__init__()
        self._page, self._case_id = page, case_id
        self._lacks: Sequence[Lack] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        ways = FlowLayout(gap=6)
        group = QButtonGroup(self)
        self.ways: dict[str, Button] = {}
        for room in ROOMS:
            button = Button(page.desk, "choice", room.icon)
            button.setAutoExclusive(True)  # tells a screen reader that it is one of several; the group alone does not
            button.setChecked(room.key == key)
            button.clicked.connect(lambda _checked=False, to=room.key: self._go(to))
            group.addButton(button)
            self.ways[room.key] = button
            ways.addWidget(button)
        column.addLayout(ways)
        self.next_step = text("small")
        self.next_step.setObjectName("next_step")
        column.addWidget(self.next_step)
        self._key = key
        self.next_step.hide()

    def retranslate(self, t: Texts) -> None:
        """Say every word in the language of ``t``."""
        for room in ROOMS:
            self.ways[room.key].setText(t(room.words))
        self._show(t)

    def enter(self) -> None:
        """Find out what the next step is."""
        session, case_id = self._page.desk.session, self._case_id()

        def done(lacks: list[Lack]) -> None:
            if case_id == self._case_id():
                self._lacks = lacks
                self._show(self._page.desk.t)

        self.ways[self._key].setChecked(True)
        self._page.work(lambda _progress, _cancelled: session.place.lacks(case_id), done)

    def forget(self) -> None:
        """Drop what is known of the case."""
        self._lacks = ()
        self._show(self._page.desk.t)

    def _go(self, key: str) -> None:
        if key != self._key:
            self._page.desk.go.show_room(self._case_id(), key)

    def _show(self, t: Texts) -> None:
        following = next((lack for lack in self._lacks if lack.is_next), None)
        self.next_step.setVisible(following is not None and self._key != OVERVIEW)  # there it has a card of its own
        if following is not None:
            self.next_step.setText(t("Next: {step}", step=t.code("name", f"step.{following.code}")))


class CaseRoom(Page):
    """A page about one case, with the bar on top. Subclasses set ``KEY``, fill ``body`` and read in ``read_in``."""

    WAY = "cases"
    HELP = "case"
    KEY = ""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, has_back=True)
        self.case_id = ""
        self.case: Case | None = None
        self.back.clicked.connect(lambda: self.desk.go.show_cases())
        self.bar = RoomBar(self, self.KEY, lambda: self.case_id)
        self.body.addWidget(self.bar)

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.back.setText(t("All c&ases"))
        self.bar.retranslate(t)

    def open_case(self, case_id: str) -> None:
        """Show this case."""
        if case_id != self.case_id:
            self.forget()
        self.case_id = case_id

    def enter(self) -> None:
        session, case_id = self.desk.session, self.case_id

        def done(found: Case) -> None:
            if case_id == self.case_id:
                self.case = found
                self.say_title(wording.safe(found.title))

        self.work(lambda _progress, _cancelled: session.case(case_id), done)
        self.bar.enter()
        self.read_in()

    def read_in(self) -> None:
        """Read what the room shows."""

    def first_focus(self) -> QWidget:
        return self.bar.ways[self.KEY]

    def forget(self) -> None:
        super().forget()
        self.case_id, self.case = "", None
        self.say_title("")
        self.bar.forget()
