"""Which notes go into a package: none, unless they are chosen one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from PySide6.QtWidgets import QVBoxLayout, QWidget

from evidence.i18n import Texts
from evidence.model import Note
from ui import wording
from ui.desk import Desk
from ui.rows import Row, RowList
from ui.widgets import text


class NoteChoice(QWidget):
    """The notes about the case and about the exhibits that are chosen, each with a tick that is not set."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._notes: Sequence[Note] = ()
        self._numbers: Mapping[str, str] = {}
        self._exhibits: AbstractSet[str] = frozenset()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.title, self.hint = text("label"), text("small")
        self.list = RowList(desk, is_checkable=True)
        for part in (self.title, self.list, self.hint):
            column.addWidget(part)
        self.hide()

    def retranslate(self, t: Texts) -> None:
        """Say every word in the language of ``t``."""
        self.title.setText(t("Notes that go into it"))
        self.list.setAccessibleName(t("Notes that go into it"))
        self.hint.setText(
            t("No note goes in unless you choose it. One that does is printed in full, as the words of whoever wrote "
              "it, with the time of writing; whoever gets the package can read it.")
        )  # fmt: skip
        self._show()

    def take(self, notes: Sequence[Note], numbers: Mapping[str, str]) -> None:
        """The notes of a case; ``numbers`` leads from the ids of exhibits that may be handed over to their numbers."""
        self._notes, self._numbers = notes, numbers
        self._show()

    def show_for(self, exhibits: AbstractSet[str]) -> None:
        """Offer the notes about the case and about these exhibits."""
        if exhibits != self._exhibits:
            self._exhibits = frozenset(exhibits)
            self._show()

    def chosen(self) -> frozenset[int]:
        """The ids of the notes that are ticked."""
        return frozenset(int(key) for key in self.list.rows.checked)

    def forget(self) -> None:
        """Drop every word."""
        self._notes, self._numbers, self._exhibits = (), {}, frozenset()
        self._show()

    def _show(self) -> None:
        t = self._desk.t
        offered = [
            note for note in self._notes
            if not note.item_id or (note.item_id in self._exhibits and note.item_id in self._numbers)
        ]  # fmt: skip
        self.list.show_rows([
            Row(
                str(note.id), " ".join(wording.safe(note.text).split()),
                f"{t.moment(note.written_at)} · {t.code('name', f'role.{note.author}')}",
                self._numbers.get(note.item_id, "") or t("about the case"),
            )
            for note in offered
        ])  # fmt: skip
        self.list.fit(1, 4)
        self.list.setMaximumHeight(self.list.minimumHeight())
        self.setVisible(bool(offered))
