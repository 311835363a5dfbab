"""Keep less of an exhibit: what is kept now, what else could be, and a second step before anything goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from evidence.i18n import Texts
from ui import wording
from ui.fields import Choice, Field
from ui.flow import FlowLayout
from ui.widgets import Button, Card, text

if TYPE_CHECKING:
    from ui.page import Page

STEPS = ("full", "copy", "digest", "nothing")


class KeepLess(QWidget):
    """A part of the exhibit's page; it works through the page, and says ``done`` when less is kept."""

    def __init__(self, page: Page, done: Callable[[], None]) -> None:
        super().__init__()
        self._page, self._done = page, done
        self.item_id = ""
        self.kept = ""
        desk = page.desk
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        self.title = text("heading")
        column.addWidget(self.title)
        self.card = Card()
        self.now = text()
        self.wanted = Choice(1)
        self.wanted.box.activated.connect(lambda _position: self._show())
        self.begin_button = Button(desk)
        self.begin_button.clicked.connect(self.ask)
        row = FlowLayout(gap=8)
        row.addWidget(self.begin_button)
        self.card.inside.addWidget(self.now)
        self.card.inside.addWidget(self.wanted)
        self.card.inside.addLayout(row)
        column.addWidget(self.card)

        self.asking = Card("care")
        self.ask_title = text("label")
        self.parts = [(text("label"), text()) for _part in range(3)]
        self.reason = Field()
        self.leave_button, self.erase_button = Button(desk, "main", "back"), Button(desk, "", "cross")
        self.leave_button.clicked.connect(self.leave)
        self.erase_button.clicked.connect(self.erase)
        buttons = FlowLayout(gap=10)
        buttons.addWidget(self.leave_button)
        buttons.addWidget(self.erase_button)
        self.asking.inside.addWidget(self.ask_title)
        for name, words in self.parts:
            self.asking.inside.addWidget(name)
            self.asking.inside.addWidget(words)
        self.asking.inside.addWidget(self.reason)
        self.asking.inside.addLayout(buttons)
        column.addWidget(self.asking)
        self.asking.hide()
        self.hide()

    def retranslate(self, t: Texts) -> None:
        """Say its words in the language of ``t``."""
        self.title.setText(t("How much of it is kept"))
        self.wanted.name(t("&What to keep from now on"))
        self.begin_button.setText(t("Keep &less of it…"))
        self.ask_title.setText(t("This cannot be undone."))
        self.reason.name(t("&Reason, if you want"), t("The log keeps it."))
        self.leave_button.setText(t("Leave it as it &is"))
        self.erase_button.setText(t("&Erase it"))
        self._show()

    def enter(self, item_id: str) -> None:
        """Read how much is kept of this exhibit."""
        if item_id != self.item_id:
            self.forget()
        self.item_id = item_id
        session = self._page.desk.session

        def done(kept: str) -> None:
            if item_id == self.item_id:
                self.kept = kept
                self._show()

        self._page.work(lambda _progress, _cancelled: session.kept(item_id).value, done)

    def forget(self) -> None:
        """Drop what is known of the exhibit."""
        self.item_id, self.kept = "", ""
        self.reason.line.setText("")
        self.asking.hide()
        self._show()

    def ask(self) -> None:
        """The second step: say what goes and what stays."""
        self.begin_button.setEnabled(False)
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

    def erase(self) -> None:
        """Keep less; what was erased is gone."""
        session, item_id = self._page.desk.session, self.item_id
        wanted, reason = self._choice(), self.reason.line.text().strip()

        def reduce(_progress: object, _cancelled: object) -> None:
            from evidence.session import Kept

            session.keep_less(item_id, Kept(wanted), reason)

        def done(_nothing: object) -> None:
            self.asking.hide()
            self.reason.line.setText("")
            self._page.say(
                lambda t: (
                    t("Kept from now on: {what}", what=wording.named(t, f"kept.{wanted}")),
                    t("The custody log says so, and keeps the digital fingerprints."),
                )
            )
            self._done()

        self._page.work(
            reduce,
            done,
            label=self._page.desk.t("Erasing"),
            can_stop=False,
            failed=lambda _problem: self._show(),
        )

    def _left(self) -> tuple[str, ...]:
        """What is less than what is kept now."""
        return STEPS[STEPS.index(self.kept) + 1 :] if self.kept in STEPS else ()

    def _choice(self) -> str:
        left = self._left()
        return left[min(max(self.wanted.box.currentIndex(), 0), len(left) - 1)] if left else ""

    def _show(self) -> None:
        t, left = self._page.desk.t, self._left()
        self.setVisible(bool(self.kept))
        self.now.setText(t("Kept now: {what}", what=wording.named(t, f"kept.{self.kept}")) if self.kept else "")
        box = self.wanted.box
        position = min(max(box.currentIndex(), 0), max(len(left) - 1, 0))
        box.clear()
        box.addItems([wording.begun(wording.named(t, f"kept.{step}")) for step in left])
        box.setCurrentIndex(position if left else -1)
        self.wanted.setVisible(bool(left))
        self.begin_button.setVisible(bool(left))
        self.begin_button.setEnabled(not self.asking.isVisible())
        self.wanted.setEnabled(not self.asking.isVisible())
        goes = {
            "copy": t("The original. A blurred copy takes its place; it is no evidence of what the original shows."),
            "digest": t("The original, and every copy of it in this vault."),
            "nothing": t("The original, its title, your notes on it and its score."),
        }
        stays = {
            "copy": t("The blurred copy, the digital fingerprints, your notes and the custody log."),
            "digest": t("The digital fingerprints, your notes and the custody log."),
            "nothing": t("The custody log, with the digital fingerprints and what happened to it."),
        }
        choice = self._choice()
        unsure = t(
            "Packages keep what went into them, and a backup keeps it until it is brought up to date. A solid-state "
            "disk may go on holding the bytes: encrypted, and their key is erased. That it forgets them as well, "
            "nobody can promise."
        )
        for (name, words), (head, said) in zip(
            self.parts,
            (
                (t("What goes"), goes.get(choice, "")),
                (t("What stays"), stays.get(choice, "")),
                (t("What cannot be promised"), unsure),
            ),
            strict=True,
        ):
            name.setText(head)
            words.setText(said)
