"""The order of the exhibits of a case: buttons and keys that move the row on which the keyboard is, and undo that."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from evidence.i18n import Texts
from ui.flow import FlowLayout
from ui.page import Page
from ui.rows import RowList
from ui.widgets import Button, announce, text

ORDER = "order"
"""What the session calls this kind of change."""


class Ordering(QWidget):
    """A part of the page of exhibits, below its list; ``done`` gets the row on which the keyboard is to be."""

    def __init__(self, page: Page, rows: RowList, case_id: Callable[[], str], done: Callable[[int], None]) -> None:
        super().__init__()
        self._page, self._list, self._case_id, self._done = page, rows, case_id, done
        self._is_going = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        row = FlowLayout(gap=8)
        self.up_button, self.down_button = Button(page.desk), Button(page.desk)
        self.number_button, self.undo_button = Button(page.desk), Button(page.desk)
        self.hint = text("small")
        for button in (self.up_button, self.down_button, self.undo_button, self.number_button):
            row.addWidget(button)
        column.addLayout(row)
        column.addWidget(self.hint)
        self.up_button.clicked.connect(lambda: self.move_row(-1))
        self.down_button.clicked.connect(lambda: self.move_row(1))
        self.number_button.clicked.connect(self.by_number)
        self.undo_button.clicked.connect(self.undo)
        for keys, by in (("Ctrl+Up", -1), ("Ctrl+Down", 1)):
            shortcut = QShortcut(QKeySequence(keys), rows)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(lambda by=by: self.move_row(by))

    def retranslate(self, t: Texts) -> None:
        """Say every word in the language of ``t``."""
        self.up_button.setText(t("Move up"))
        self.down_button.setText(t("Move down"))
        self.number_button.setText(t("Order by number"))
        self.undo_button.setText(t("Take the last change back"))
        self.hint.setText(
            t("Ctrl with the arrow up or down moves the chosen exhibit. Packages list the exhibits in this order; "
              "their numbers stay.")
        )  # fmt: skip

    def show_state(self, *, is_arranged: bool, undo: str, is_possible: bool) -> None:
        """``undo``: what can be taken back; ``is_possible``: whether there is more than one row to put in order."""
        self.number_button.setVisible(is_arranged)
        self.undo_button.setVisible(undo == ORDER)
        for button in (self.up_button, self.down_button):
            button.setEnabled(is_possible)
        self.setVisible(is_possible or is_arranged or undo == ORDER)

    def move_row(self, by: int) -> None:
        """Move the row on which the keyboard is before the one above, or behind the one below, as they are shown."""
        rows, at = self._list.rows.rows, self._list.currentIndex().row()
        if self._is_going or not 0 <= at < len(rows) or not 0 <= at + by < len(rows):
            return
        key, other = rows[at].key, rows[at + by].key
        if not key or not other:  # not read yet
            return
        session, title, neighbour = self._page.desk.session, rows[at].title, rows[at + by].title
        put_there = session.place.put if by < 0 else session.place.put_behind

        def put(_progress: object, _cancelled: object) -> None:
            put_there(key, other)

        def done(_nothing: object) -> None:
            self._is_going = False
            t = self._page.desk.t
            announce(
                self._list,
                t("{title} now stands before {other}.", title=title, other=neighbour) if by < 0
                else t("{title} now stands after {other}.", title=title, other=neighbour),
            )  # fmt: skip
            self._done(at + by)

        def failed(_problem: BaseException) -> None:
            self._is_going = False

        self._is_going = True
        self._page.work(put, done, failed=failed)

    def by_number(self) -> None:
        """Go back to the order of the exhibit numbers."""
        session, case_id = self._page.desk.session, self._case_id()

        def write(_progress: object, _cancelled: object) -> None:
            session.place.order_by_number(case_id)

        self._page.work(write, lambda _nothing: self._done(0), blocks=True)

    def undo(self) -> None:
        """Take the last change of the case back."""
        session, case_id = self._page.desk.session, self._case_id()

        def done(kind: str) -> None:
            self._page.say(lambda t: (t.code("name", f"undone.{kind}"), ""))
            self._done(self._list.currentIndex().row())

        self._page.work(lambda _progress, _cancelled: session.place.undo(case_id), done, blocks=True)

    def forget(self) -> None:
        """The vault is being locked."""
        self._is_going = False
        self.show_state(is_arranged=False, undo="", is_possible=False)
