"""What happened and what was done, by time. A time is never shown more exactly than it is known."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from evidence.i18n import Texts, shown_time
from evidence.model import TimelineEntry
from ui import wording
from ui.desk import Desk
from ui.paging import PAGE, Pager
from ui.rooms import CaseRoom
from ui.rows import Row, RowList
from ui.widgets import text

ICONS = {"acquired": "file", "package": "package", "time_confirmed": "clock"}


class TimelinePage(CaseRoom):
    """A list; Enter opens the exhibit that an entry is about."""

    KEY = "timeline"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.empty = text("quiet")
        self.body.addWidget(self.empty)
        self.list = RowList(desk)
        self.list.opened.connect(self._open)
        self.body.addWidget(self.list, 1)
        self.hint = text("small")
        self.body.addWidget(self.hint)
        self.filler = QWidget()
        self.body.addWidget(self.filler, 1)
        self.pager = Pager(self, self.list)
        self._total = 0
        self._show()

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.list.setAccessibleName(t("Timeline"))
        self.empty.setText(t("There is nothing with a time yet."))
        self.hint.setText(
            t("Times that a platform showed stand as they were read; those of this computer are in its own time.")
        )
        if self.case_id and self.desk.is_open:
            self.read_in()

    def read_in(self) -> None:
        session, case_id, t = self.desk.session, self.case_id, self.desk.t

        def rows(entries: Sequence[TimelineEntry], start: int) -> list[Row]:
            return [_row(t, entry, start + at) for at, entry in enumerate(entries)]

        def fetch(start: int, count: int) -> list[Row]:
            return rows(session.place.timeline(case_id, after=start, limit=count), start)

        def read(_progress: object, _cancelled: object) -> tuple[int, list[Row]]:
            return session.place.timeline_length(case_id), fetch(0, PAGE)

        def done(found: tuple[int, list[Row]]) -> None:
            if case_id == self.case_id:
                self._total = found[0]
                self.pager.begin(found[0], found[1], fetch)
                self._show()

        self.work(read, done)

    def forget(self) -> None:
        super().forget()
        self._total = 0
        self.pager.forget()
        self._show()

    def _open(self, key: str) -> None:
        item_id = key.partition(" ")[2]
        if item_id:
            self.desk.go.show_exhibit(self.case_id, item_id)

    def _show(self) -> None:
        has_any = self._total > 0
        self.list.fit(3, 8)
        for part in (self.list, self.hint):
            part.setVisible(has_any)
        self.empty.setVisible(not has_any)
        self.filler.setVisible(not has_any)


def _row(t: Texts, entry: TimelineEntry, position: int) -> Row:
    about = f"{entry.number}  {wording.safe(entry.title)}".strip()
    kind = t.code("name", f"moment.{entry.kind}")
    return Row(f"{position} {entry.item_id}", shown_time(t, entry), " · ".join(filter(None, (kind, about))), "",
               ICONS.get(entry.kind, "note"))  # fmt: skip
