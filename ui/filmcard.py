"""A film in the page of an exhibit: blurred and without sound, picture by picture, shown in full only while held."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QSlider

from evidence.i18n import Texts
from evidence.model import Item
from ui.desk import Desk
from ui.flow import FlowLayout
from ui.jobs import Lane
from ui.looking import Looking
from ui.page import Page
from ui.picture import HeldPicture
from ui.recordpanel import clock_words
from ui.theme import Theme
from ui.widgets import Button, Card, text

if TYPE_CHECKING:
    from evidence.session import FilmView

BLURRED_SIDE = 480
SHOWN_SIDE = 1280
LONGEST_WAIT_S = 2.0
"""A picture that stands longer is passed over sooner while it plays: its time is told."""
Frame = tuple[float, bytes]


class FilmCard(Card):
    """Play, step, seek, hold to see, keep a still. Nothing is decoded here: pictures come from a child process."""

    def __init__(self, page: Page, kept: Callable[[Item], None]) -> None:
        super().__init__()
        self.desk: Desk = page.desk
        self._page = page
        self._kept = kept
        self.view: FilmView | None = None
        self.item_id = ""
        self.at_s = 0.0
        self.is_playing = False
        self._is_asking = False
        self._next_at: float | None = None
        self.picture = HeldPicture(self.desk)
        self.picture.wanted.connect(self._reveal)
        self.picture.let_go.connect(self._cover)
        self.hint, self.time = text("small"), text("label")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, 0)
        self.slider.valueChanged.connect(self._slid)
        self.inside.addWidget(self.picture)
        self.inside.addWidget(self.slider)
        self.inside.addWidget(self.time)
        row = FlowLayout(gap=8)
        self.play_button = Button(self.desk, "", "play")
        self.previous_button, self.next_button = Button(self.desk, "", "unstep"), Button(self.desk, "", "step")
        self.keep_button = Button(self.desk, "", "plus")
        for button, act in (
            (self.previous_button, lambda: self.step(-1)),
            (self.play_button, self.play),
            (self.next_button, lambda: self.step(1)),
            (self.keep_button, self.keep),
        ):
            button.clicked.connect(act)
            row.addWidget(button)
        self.inside.addLayout(row)
        self.inside.addWidget(self.hint)
        self.looking = Looking(page)
        self.inside.addWidget(self.looking)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(lambda: self._ask(1))
        self.hide()

    def retranslate(self, t: Texts) -> None:
        """Say every word in the language of ``t``."""
        self.picture.setAccessibleName(t("The film, blurred"))
        self.slider.setAccessibleName(t("Where in the film"))
        self.previous_button.setText(t("Pict&ure before"))
        self.next_button.setText(t("Ne&xt picture"))
        self.keep_button.setText(t("Keep this picture as an ex&hibit"))
        self.hint.setText(
            t("It plays blurred and without sound. Hold the mouse button or the Space key on it to see it; the log "
              "notes each time.")
        )  # fmt: skip
        self.looking.retranslate(t)
        self._name_play()
        self._show_time()

    def relook(self, theme: Theme) -> None:
        """Follow the look."""
        self.picture.setFixedHeight(theme.px(300))

    def open_item(self, item_id: str, case_id: str) -> None:
        """Look into this film."""
        self.forget()
        self.item_id = item_id
        self.looking.enter(case_id)
        session = self.desk.session

        def opened(view: FilmView) -> None:
            if item_id != self.item_id:
                self._let_go_of(view)
                return
            self.view = view
            self.slider.setRange(0, max(1, round(view.facts.duration_s * 1000)))
            self.show()
            self._show_time()
            self._ask(0)

        self._page.work(lambda _progress, _cancelled: session.films.open(item_id), opened)

    def forget(self) -> None:
        """Let go of the film, and drop every picture."""
        self._timer.stop()
        self.is_playing = self._is_asking = False
        self._next_at = None
        self.item_id, self.at_s = "", 0.0
        view, self.view = self.view, None
        if view is not None:
            self._let_go_of(view)
        self.picture.forget()
        self.slider.blockSignals(True)
        self.slider.setRange(0, 0)
        self.slider.blockSignals(False)
        self.hide()

    def play(self) -> None:
        """Play, or stop playing."""
        self.is_playing = not self.is_playing
        self._name_play()
        if self.is_playing:
            self._ask(1)
        else:
            self._timer.stop()

    def step(self, by: int) -> None:
        """The next picture or the one before."""
        if self.is_playing:
            self.play()
        self._ask(by)

    def seek(self, at_s: float) -> None:
        """Show the picture of that time."""
        self._next_at = at_s
        self._ask(0)

    def keep(self) -> None:
        """Keep the shown picture as an exhibit of its own."""
        session, item_id, at_s = self.desk.session, self.item_id, self.at_s
        if self.view is None:
            return
        self._page.work(
            # A little later than its beginning: times are rounded on their way.
            lambda _progress, cancelled: session.films.add_still(item_id, at_s + 0.00005, cancelled=cancelled),
            self._kept,
            label=self.desk.t("Keeping the picture. Nothing is shown."),
        )

    def _slid(self, milliseconds: int) -> None:
        if not self._is_showing_place(milliseconds):
            self.seek(milliseconds / 1000)

    def _is_showing_place(self, milliseconds: int) -> bool:
        return abs(milliseconds - round(self.at_s * 1000)) <= 1

    def _ask(self, by: int) -> None:
        """Ask for the next picture, the one before, or the one at the wanted place; one question at a time."""
        view = self.view
        if view is None or self._is_asking:
            return
        self._is_asking = True
        at_s = self.at_s if self._next_at is None else self._next_at
        is_step = by != 0 and self._next_at is None
        self._next_at = None
        side = SHOWN_SIDE if self.picture.is_held else BLURRED_SIDE
        was_revealed = self.picture.is_held and view.is_revealed

        def look(_progress: object, _cancelled: object) -> Frame | None:
            return view.step(by, side) if is_step else view.at(at_s, side)

        def shown(frame: Frame | None) -> None:
            if view is not self.view:
                return
            self._is_asking = False
            if frame is None:
                if self.is_playing:
                    self.play()
                return
            earlier, self.at_s = self.at_s, frame[0]
            self._show(frame[1], is_revealed=was_revealed)
            if self._next_at is not None:
                self._ask(0)
            elif self.is_playing:
                wait_s = min(max(self.at_s - earlier, 0.0), LONGEST_WAIT_S)
                self._timer.start(round(wait_s * 1000))

        def failed(_problem: BaseException) -> None:
            if view is self.view:
                self._is_asking = self.is_playing = False
                self._name_play()

        self._page.work(look, shown, lane=Lane.PARALLEL, failed=failed)

    def _show(self, picture: bytes, *, is_revealed: bool) -> None:
        if is_revealed:
            self.picture.show_revealed(picture)
        elif not self.picture.is_revealed:
            self.picture.show_blurred(picture, self.desk.t("The film, blurred"))
        self.slider.blockSignals(True)
        self.slider.setMaximum(max(self.slider.maximum(), round(self.at_s * 1000)))
        self.slider.setValue(round(self.at_s * 1000))
        self.slider.blockSignals(False)
        self._show_time()

    def _reveal(self) -> None:
        """It is held: the log says so first, then it is shown."""
        session, view, at_s = self.desk.session, self.view, self.at_s
        if view is None:
            return

        def revealed(_nothing: object) -> None:
            if view is not self.view:
                return
            if not self.picture.is_held:
                view.cover()
            else:
                self.seek(at_s)

        self.looking.reveal(
            lambda reason, beyond: session.films.reveal(view, at_s, reason, beyond_limit=beyond), revealed
        )

    def _cover(self) -> None:
        if self.view is not None:
            self.view.cover()
            self.seek(self.at_s)

    def _let_go_of(self, view: FilmView) -> None:
        self.desk.jobs.start(
            lambda _progress, _cancelled: view.close(), lambda _v: None, lambda _p: None, lane=Lane.PARALLEL
        )

    def _show_time(self) -> None:
        t = self.desk.t
        whole_s = self.slider.maximum() / 1000
        self.time.setText(
            t("{at} of {whole}", at=f"{clock_words(self.at_s)}.{int(self.at_s * 1000) % 1000:03}",
              whole=clock_words(whole_s))
        )  # fmt: skip

    def _name_play(self) -> None:
        t = self.desk.t
        self.play_button.setText(t("Pa&use") if self.is_playing else t("Pla&y"))
