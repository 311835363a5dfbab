"""Where a score came from, and layers of a picture: blurred, and shown only while someone holds it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from evidence.errors import EvidenceError
from evidence.i18n import Texts, film_time, named_code
from evidence.model import Item
from ui.fields import Choice
from ui.flow import FlowLayout
from ui.looking import Looking
from ui.page import Page
from ui.picture import HeldPicture
from ui.theme import Theme
from ui.widgets import Button, Card, text

if TYPE_CHECKING:
    from evidence.session import Wanted


class IllustrationsCard(QWidget):
    """A part of the exhibit's page. Looks go through ``looking``, as those at the picture.

    ``kept`` is told of what was kept as an exhibit; ``looked`` that one looked.
    """

    def __init__(self, page: Page, looking: Looking, kept: Callable[[Item], None], looked: Callable[[], None]) -> None:
        super().__init__()
        self._page, self._looking, self._kept, self._looked = page, looking, kept, looked
        self.item_id = ""
        self._kinds: Sequence[Wanted] = ()
        self._drawn: Wanted | None = None
        desk = page.desk
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        self.title, card = text("heading"), Card()
        self.about = text()
        self.choice = Choice(1)
        self.draw_button, self.keep_button = Button(desk, "", "region"), Button(desk, "", "plus")
        self.draw_button.clicked.connect(self.draw)
        self.keep_button.clicked.connect(self.keep)
        row = FlowLayout(gap=8)
        row.addWidget(self.draw_button)
        row.addWidget(self.keep_button)
        self.state = text("quiet")
        self.picture = HeldPicture(desk)
        self.picture.wanted.connect(self.reveal)
        self.hint = text("small")
        card.inside.addWidget(self.about)
        card.inside.addWidget(self.choice)
        card.inside.addLayout(row)
        shown: tuple[QWidget, ...] = (self.state, self.picture, self.hint)
        for widget in shown:
            card.inside.addWidget(widget)
        column.addWidget(self.title)
        column.addWidget(card)
        self._show()
        self.hide()

    def retranslate(self, t: Texts) -> None:
        """Say every word in the language of ``t``."""
        self.title.setText(t("Illustrations"))
        self.about.setText(
            t("A map shows where a score came from; the others show noise, or how the picture was compressed. They are "
              "no findings and prove nothing, and they show what the picture shows.")
        )  # fmt: skip
        self.choice.name(t("What to draw"))
        self.draw_button.setText(t("Draw it, blurred"))
        self.keep_button.setText(t("Keep it as an exhibit"))
        self.hint.setText(
            t("Hold the mouse button or the Space key on it to see it. The log notes each time, as for the picture. "
              "Orange: hiding this place lowered the output; blue: it raised it.")
        )  # fmt: skip
        self.picture.setAccessibleName(t("The illustration, blurred"))
        self._name_kinds()
        self._show()

    def relook(self, theme: Theme) -> None:
        """Follow the look."""
        self.picture.setFixedHeight(theme.px(260))

    def enter(self, item_id: str) -> None:
        """Find out what can be drawn of this exhibit."""
        if item_id != self.item_id:
            self.forget()
        self.item_id = item_id
        session = self._page.desk.session

        def read(_progress: object, _cancelled: object) -> Sequence[Wanted]:
            try:
                return [] if session.guard.holds(item_id) else session.illustrations.kinds(item_id)
            except EvidenceError:
                return []  # a detector pack that cannot be used is told of where one looks for signs

        def done(kinds: Sequence[Wanted]) -> None:
            if item_id == self.item_id:
                if list(kinds) != list(self._kinds):
                    self._kinds = kinds
                    self._name_kinds()
                self.setVisible(bool(kinds))

        self._page.work(read, done)

    def leave(self) -> None:
        """The page is left: no picture stays."""
        self._cover()

    def forget(self) -> None:
        """Drop everything."""
        self.item_id, self._kinds = "", ()
        self.leave()
        self.hide()

    def draw(self) -> None:
        """Make the chosen illustration; what is shown of it is blurred."""
        place = self.choice.box.currentIndex()
        if not 0 <= place < len(self._kinds):
            return
        self._cover()
        session, item_id, wanted = self._page.desk.session, self.item_id, self._kinds[place]

        def done(picture: bytes | None) -> None:
            if item_id != self.item_id:
                return
            t = self._page.desk.t
            self._drawn = wanted if picture is not None else None
            self.picture.show_blurred(picture, t("The illustration, blurred"))
            self.state.setText("" if picture is not None else t("There is no face in it that can be assessed."))
            self._show()

        self._page.work(
            lambda _progress, _cancelled: session.illustrations.preview(item_id, wanted), done,
            label=self._page.desk.t("Drawing. Nothing is shown."), can_stop=False,
        )  # fmt: skip

    def reveal(self) -> None:
        """Show it while it is held; the log says so, and it counts as a look."""
        session, item_id, wanted = self._page.desk.session, self.item_id, self._drawn
        if wanted is None:
            return

        def done(picture: bytes | None) -> None:
            if item_id == self.item_id:
                self.picture.show_revealed(picture)
                self._looked()

        self._looking.reveal(
            lambda reason, beyond: session.illustrations.reveal(item_id, wanted, reason, beyond_limit=beyond), done
        )

    def keep(self) -> None:
        """Keep it as an exhibit that is derived from this one."""
        session, item_id, wanted = self._page.desk.session, self.item_id, self._drawn
        if wanted is None:
            return
        self._page.work(
            lambda _progress, cancelled: session.illustrations.keep(item_id, wanted, cancelled=cancelled), self._kept,
            label=self._page.desk.t("Keeping the picture. Nothing is shown."),
        )  # fmt: skip

    def _cover(self) -> None:
        self._drawn = None
        self.picture.forget()
        self.state.setText("")
        self._show()

    def _name_kinds(self) -> None:
        t, at = self._page.desk.t, self.choice.box.currentIndex()
        self.choice.box.clear()
        for wanted in self._kinds:
            if wanted.detector:
                name = named_code(t, "detector", wanted.detector)
                words = t("Map: {detector}", detector=name)
                if wanted.at_s is not None:
                    words = f"{words} · {film_time(wanted.at_s)} · {t('Face {number}', number=wanted.face + 1)}"
                self.choice.box.addItem(words)
            else:
                self.choice.box.addItem(named_code(t, "illustration", wanted.kind))
        self.choice.box.setCurrentIndex(max(0, min(at, len(self._kinds) - 1)))

    def _show(self) -> None:
        has_one = self._drawn is not None
        for part in (self.picture, self.hint, self.keep_button):
            part.setVisible(has_one)
        self.state.setVisible(bool(self.state.text()))
