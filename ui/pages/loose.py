"""Files outside of the vault: looked at for signs of manipulation, and forgotten. Nothing of them is shown or kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from evidence.i18n import Texts, named_code
from ui import wording
from ui.chooser import PlaceField
from ui.desk import Desk
from ui.errors import tell
from ui.flow import FlowLayout
from ui.jobs import Lane
from ui.page import Page
from ui.rows import Row, RowList
from ui.scorecard import ScorePart
from ui.widgets import Button, text

if TYPE_CHECKING:
    from evidence.session import ScoredFile


class LoosePage(Page):
    """A folder or a file, what was found in words, and nothing that stays. Needs an open vault."""

    WAY = "cases"
    HELP = "scores"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, has_back=True)
        self.case_id = ""
        self._found: Sequence[ScoredFile] = ()
        self.back.clicked.connect(lambda: self.desk.go.show_room(self.case_id, "scores"))
        self.lead = text("lead")
        self.place = PlaceField(desk, wants="any")
        self.look_button = Button(desk, "main", "score")
        self.look_button.clicked.connect(self.look)
        row = FlowLayout(gap=8)
        row.addWidget(self.look_button)
        self.body.addWidget(self.lead)
        self.body.addWidget(self.place)
        self.body.addLayout(row)
        self.list = RowList(desk)
        self.list.selectionModel().currentChanged.connect(lambda _now, _before: self._show_current())
        self.about = text("label")
        self.part = ScorePart(desk)
        for widget in (self.list, self.about, self.part):
            self.body.addWidget(widget)
        self.body.addStretch(1)
        self._show()

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.back.setText(t("&Back to the case"))
        self.say_title(t("Files outside the vault"))
        self.lead.setText(
            t("A file, or a whole folder with what is in it, is looked at where it lies. Nothing of it is shown, kept "
              "or written into a log; when this page is left, what was found is forgotten.")
        )  # fmt: skip
        self.place.name(t("A &folder or a file"))
        self.place.retranslate(t)
        self.look_button.setText(t("Look for si&gns of manipulation"))
        self.list.setAccessibleName(t("Files"))
        self.part.retranslate(t)
        self._show()

    def open_for(self, case_id: str) -> None:
        """Come back to this case afterwards."""
        self.case_id = case_id

    def leave(self) -> None:
        super().leave()
        self._drop()

    def forget(self) -> None:
        super().forget()
        self.case_id = ""
        self.place.line.setText("")
        self._drop()

    def first_focus(self) -> QWidget:
        return self.place.line

    def look(self) -> None:
        """Look at what was named; what was found before it is stopped stays until the page is left."""
        if not self.place.line.text().strip():
            self.place.line.setFocus()
            return
        session, path = self.desk.session, self.place.path()
        found: list[ScoredFile] = []

        def ready(outside: Callable[..., object]) -> None:
            self.work(
                lambda progress, cancelled: outside([path], each=found.append, progress=progress, cancelled=cancelled),
                lambda _all: self._take(found), failed=lambda _problem: self._take(found), lane=Lane.PARALLEL,
                label=self.desk.t("Looking for signs of manipulation. Nothing is shown."),
            )  # fmt: skip

        self.work(lambda _progress, _cancelled: session.scores.outside(), ready)

    def _take(self, found: Sequence[ScoredFile]) -> None:
        self._found = tuple(found)
        self._show()

    def _drop(self) -> None:
        self._found = ()
        self._show()

    def _show(self) -> None:
        t = self.desk.t
        self.list.show_rows([_row(t, place, one) for place, one in enumerate(self._found)])
        self.list.fit(2, 8)
        for widget in (self.list, self.about, self.part):
            widget.setVisible(bool(self._found))
        self._show_current()

    def _show_current(self) -> None:
        key = self.list.current_key()
        one = self._found[int(key)] if key and int(key) < len(self._found) else None
        self.about.setText(wording.safe(str(one.path)) if one is not None else "")
        self.part.setVisible(one is not None and one.report is not None)
        self.part.show_report(one.report if one is not None else None)


def _row(t: Texts, place: int, one: ScoredFile) -> Row:
    """A file by its name, why, and the band; or why it could not be read."""
    name = wording.safe(one.path.name)
    if one.report is None:
        return Row(str(place), name, tell(t, one.error).sentence if one.error is not None else "", "", "info")
    why = " · ".join(named_code(t, "reason", reason) for reason in one.report.reasons)
    return Row(str(place), name, why, t.code("name", f"band.{one.report.band}"), "file")
