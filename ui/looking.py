"""Looking at an original without blur: why, how often today, and asking once when it was as often as was wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtWidgets import QVBoxLayout, QWidget

from evidence.errors import EvidenceError
from evidence.i18n import Texts, shown_today
from ui.asking import ask_one_more
from ui.fields import Field
from ui.flow import FlowLayout
from ui.widgets import Button, announce, text

if TYPE_CHECKING:
    from evidence.model import Looked
    from ui.page import Page

Value = TypeVar("Value")


class Looking(QWidget):
    """Stands below a picture that is held to be seen. What is looked at goes through :meth:`reveal`."""

    def __init__(self, page: Page, *, asks_here: bool = False) -> None:
        """``asks_here``: ask in a line and not in a sheet, where the hand holds the picture for something else too."""
        super().__init__()
        self._page, self._asks_here = page, asks_here
        self._case_id = ""
        self._looked: Looked | None = None
        self._goes_beyond = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.reason = Field()
        self.count, self.enough = text("small"), text()
        self.more_button = Button(page.desk)
        self.more_button.clicked.connect(self._agree)
        row = FlowLayout(gap=8)
        row.addWidget(self.more_button)
        for part in (self.reason, self.count, self.enough):
            column.addWidget(part)
        column.addLayout(row)
        self._show()

    def retranslate(self, t: Texts) -> None:
        """Say every word in the language of ``t``."""
        self.reason.name(t("Why you look, if you want"), t("The log keeps it."))
        self.enough.setText(
            t("As many as you wanted for today. It stays blurred; everything here works without looking.")
        )
        self.more_button.setText(t("Look all the same"))
        self._show()

    def enter(self, case_id: str) -> None:
        """Find out how often originals were shown."""
        self._case_id = case_id
        session = self._page.desk.session

        def done(looked: Looked) -> None:
            if case_id == self._case_id:
                self._looked = looked
                self._show()

        self._page.work(lambda _progress, _cancelled: session.place.looked(case_id), done)

    def reveal(
        self,
        look: Callable[[str, bool], Value],
        done: Callable[[Value], None],
        not_now: Callable[[], None] | None = None,
    ) -> None:
        """Look, with the reason and whether to go beyond the limit, and hand over what was seen; ask instead
        (``not_now``) when as many were looked at today as were wanted at most."""
        reason, goes_beyond, case_id = self.reason.line.text().strip(), self._goes_beyond, self._case_id
        session = self._page.desk.session

        def work(_progress: object, _cancelled: object) -> tuple[list[Value], Looked]:
            try:
                seen = [look(reason, goes_beyond)]
            except EvidenceError as problem:
                if problem.code != "looking.limit_reached":
                    raise
                seen = []
            return seen, session.place.looked(case_id)

        def arrived(found: tuple[list[Value], Looked]) -> None:
            if case_id != self._case_id:
                return
            seen, self._looked = found
            self._show()
            if seen:
                done(seen[0])
                return
            if self._asks_here:
                announce(self, self.enough.text())
            else:
                ask_one_more(self._page.desk, self._agree)

        self._page.work(work, arrived)

    def leave(self) -> None:
        """Another page is shown: the next look is asked about again."""
        self._goes_beyond = False
        self._show()

    def forget(self) -> None:
        """The vault is being locked."""
        self._goes_beyond, self._looked, self._case_id = False, None, ""
        self.reason.line.setText("")
        self._show()

    def _agree(self) -> None:
        self._goes_beyond = True
        self._show()

    def _show(self) -> None:
        t, looked = self._page.desk.t, self._looked
        words = ""
        if looked is not None and (looked.today or looked.limit):
            words = shown_today(t, looked.today)
            if looked.limit:
                words += " " + t("You wanted to be asked after {limit}.", limit=t.number(looked.limit))
        self.count.setText(words)
        self.count.setVisible(bool(words))
        asks = self._asks_here and looked is not None and looked.is_reached and not self._goes_beyond
        self.enough.setVisible(asks)
        self.more_button.setVisible(asks)
