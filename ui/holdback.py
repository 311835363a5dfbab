"""Hold an exhibit back that could show someone under age: what that means, and a second step before it counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from evidence.i18n import Texts
from evidence.model import MinorAnswer
from ui.fields import Field
from ui.flow import FlowLayout
from ui.minor import TurnTo
from ui.widgets import Button, Card, text

if TYPE_CHECKING:
    from ui.page import Page


class HoldBack(QWidget):
    """A part of the exhibit's page; it works through the page, and says ``done`` once the exhibit is held back."""

    def __init__(self, page: Page, done: Callable[[], None]) -> None:
        super().__init__()
        self._page, self._done = page, done
        self.item_id = ""
        self.is_held = False
        self._packages: Sequence[str] = ()
        desk = page.desk
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        self.title = text("heading")
        column.addWidget(self.title)
        self.card = Card()
        self.now = text()
        self.begin_button = Button(desk)
        self.begin_button.clicked.connect(self.ask)
        row = FlowLayout(gap=8)
        row.addWidget(self.begin_button)
        self.card.inside.addWidget(self.now)
        self.card.inside.addLayout(row)
        column.addWidget(self.card)

        self.asking = Card("care")
        self.ask_title, self.ask_text = text("label"), text()
        self.asking.inside.addWidget(self.ask_title)
        self.asking.inside.addWidget(self.ask_text)
        group = QButtonGroup(self)
        self.unsure, self.yes = QRadioButton(), QRadioButton()
        for choice in (self.unsure, self.yes):
            group.addButton(choice)
            self.asking.inside.addWidget(choice, 0, Qt.AlignmentFlag.AlignLeft)
        self.unsure.setChecked(True)
        self.reason = Field()
        self.asking.inside.addWidget(self.reason)
        ways = FlowLayout(gap=10)
        self.hold_button, self.leave_button = Button(desk), Button(desk)
        self.hold_button.clicked.connect(self.hold)
        self.leave_button.clicked.connect(self.leave)
        ways.addWidget(self.hold_button)
        ways.addWidget(self.leave_button)
        self.asking.inside.addLayout(ways)
        column.addWidget(self.asking)
        self.turn_to = TurnTo(desk)
        column.addWidget(self.turn_to)
        self.asking.hide()
        self._show()

    def retranslate(self, t: Texts) -> None:
        """Say every word in the language of ``t``."""
        self.title.setText(t("Could someone under age be in it?"))
        self.begin_button.setText(t("Hold i&t back…"))
        self.ask_title.setText(t("Hold this exhibit back?"))
        self.ask_text.setText(
            t(
                "From then on nobody can see it, check it, redact it or hand it over with this program, and packages "
                "name its number alone. It stays sealed, so that the police can secure it together with the vault. "
                "This cannot be taken back here."
            )
        )
        self.unsure.setText(t("It &could show someone under age"))
        self.yes.setText(t("It &shows someone under age"))
        self.reason.name(t("Why, i&f you want"), t("The log keeps it."))
        self.hold_button.setText(t("Hol&d it back"))
        self.leave_button.setText(t("Le&ave everything as it is"))
        self.turn_to.retranslate(t)
        self._show()

    def enter(self, item_id: str) -> None:
        """Find out how this exhibit stands."""
        self.item_id = item_id
        session = self._page.desk.session

        def read(_progress: object, _cancelled: object) -> tuple[bool, list[str]]:
            if not session.guard.holds(item_id):
                return False, []
            return True, [made.package_id for made in session.guard.packages_with(item_id)]

        def done(found: tuple[bool, list[str]]) -> None:
            if item_id == self.item_id:
                self.is_held, self._packages = found
                self._show()

        self._page.work(read, done)

    def forget(self) -> None:
        """Drop what is known of the exhibit."""
        self.item_id, self.is_held, self._packages = "", False, ()
        self.reason.line.setText("")
        self.asking.hide()
        self._show()

    def ask(self) -> None:
        """The second step: say what it means."""
        self.asking.show()
        self._show()
        self._page.area.ensureWidgetVisible(self.asking)
        self.leave_button.setFocus()

    def leave(self) -> None:
        """Leave everything as it is."""
        self.asking.hide()
        self.reason.line.setText("")
        self._show()
        self.begin_button.setFocus()

    def hold(self) -> None:
        """Hold it back, for good."""
        session, item_id = self._page.desk.session, self.item_id
        answer = MinorAnswer.YES if self.yes.isChecked() else MinorAnswer.UNSURE
        reason = self.reason.line.text().strip()

        def done(_nothing: object) -> None:
            self.asking.hide()
            self.reason.line.setText("")
            self._page.say(
                lambda t: (t("This exhibit is held back."), t("It stays sealed as it is. The custody log says so."))
            )
            self._done()

        self._page.work(
            lambda _progress, _cancelled: session.guard.hold_back(item_id, answer, reason), done, blocks=True
        )

    def _show(self) -> None:
        t = self._page.desk.t
        self.setVisible(bool(self.item_id))
        self.turn_to.setVisible(self.is_held)
        self.begin_button.setVisible(not self.is_held)
        self.begin_button.setEnabled(not self.asking.isVisible())
        if not self.is_held:
            self.now.setText(t("If you think so now, hold it back. You need not look at it again to decide."))
            return
        lines = [t("This exhibit is held back: nobody sees or hands over what is in it with this program.")]
        if self._packages:
            lines.append(t("Packages made before hold it. Tell the police: {ids}", ids=", ".join(self._packages)))
        self.now.setText("\n".join(lines))
