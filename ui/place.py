"""Which part of the screen is meant, and the way there: the window hides, waits, and lets a part be chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QRadioButton, QVBoxLayout, QWidget

from evidence.i18n import N_, Texts
from ui import wording
from ui.bykey import KeyWait
from ui.fields import Choice
from ui.jobs import Lane
from ui.page import Page
from ui.region import RegionChoice
from ui.widgets import text

if TYPE_CHECKING:
    from evidence.session import ScreenAccess
    from ui.shapes import Monitor, OtherWindow

#: Milliseconds that a system needs to take a hidden window off the screen.
GONE_MS = 350
MOST_WINDOWS = 12
LONGEST_TITLE = 60

Go = Callable[[dict[str, Any]], None]


class PlacePart(QFrame):
    """A part that is chosen, everything, one monitor, or the place of a window. One for a page that captures.

    Where the system makes the picture itself and asks first (Wayland), a part is chosen in its own window; so is, for a
    recording (``is_film``), the monitor. ``access_known`` says which way this system offers.
    """

    access_known = Signal(object)

    def __init__(self, page: Page, *, has_windows: bool, is_film: bool = False) -> None:
        super().__init__()
        self._is_film = is_film
        self.access: ScreenAccess | None = None
        self._page, self._has_windows = page, has_windows
        self.monitors: Sequence[Monitor] = ()
        self._windows: list[OtherWindow] = []
        self._regions: RegionChoice | None = None
        self._key: KeyWait | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self.what = text("label")
        column.addWidget(self.what)
        self._choices = QVBoxLayout()
        self._choices.setSpacing(8)
        column.addLayout(self._choices)
        self._group = QButtonGroup(self)
        self.region_choice, self.all_choice, self.window_choice = QRadioButton(), QRadioButton(), QRadioButton()
        self.monitor_choices: list[QRadioButton] = []
        for choice in (self.region_choice, self.all_choice, self.window_choice):
            self._add(choice)
        self.region_choice.setChecked(True)
        self.windows = Choice(MOST_WINDOWS)
        column.addWidget(self.windows)
        self.window_choice.hide()
        self.windows.hide()
        self.window_choice.toggled.connect(self._show_windows)
        self.asking, self.remains = text("small"), text("body", selectable=True)
        for words in (self.asking, self.remains):
            words.hide()
            column.addWidget(words)

    def chosen(self) -> QWidget:
        """The choice that is made: where the keyboard begins."""
        return self._group.checkedButton() or self.region_choice

    def retranslate(self, t: Texts, what: str) -> None:
        """Say every word in the language of ``t``; ``what`` stands above."""
        self.what.setText(what)
        self.setAccessibleName(what)
        asks = self.access is not None and self.access.asks
        self.region_choice.setText(
            t("A &part that I choose in the system’s window") if asks else t("A &part that I choose")
        )
        self.all_choice.setText(
            t("A monitor, chos&en in the system’s own window")
            if asks and self._is_film
            else t("&Everything that the screens show")
        )
        self.asking.setText(
            t("The system asks first which monitor may be seen. Nothing is written into a file of its own.")
            if self._is_film
            else t("The system makes the picture and may ask you first. It writes a file of its own, which is removed "
                   "as soon as it is read; if it cannot be, you are told where it lies.")
        )  # fmt: skip
        self.window_choice.setText(t("A window, whe&re it stands"))
        self.windows.name(t("Which window"), t("It is pictured as it is seen: bring it to the front first."))
        for choice, screen in zip(self.monitor_choices, self.monitors, strict=True):
            area = screen.region
            choice.setText(
                t("Screen {number} ({width} × {height})", number=screen.number, width=area.width, height=area.height)
            )

    def enter(self) -> None:
        """Ask the system which way it offers, and which monitors and windows there are now."""
        desk = self._page.desk
        self.remains.hide()
        desk.jobs.start(
            lambda _progress, _cancelled: desk.doors.access(), self._take_access, lambda _problem: None,
            lane=Lane.PARALLEL,
        )  # fmt: skip
        desk.jobs.start(
            lambda _progress, _cancelled: desk.doors.screens(),
            self._take_screens,
            lambda _problem: self._take_screens(()),
            lane=Lane.PARALLEL,
        )
        if self._has_windows:
            desk.jobs.start(
                lambda _progress, _cancelled: desk.doors.windows(),
                self._take_windows,
                lambda _problem: self._take_windows(()),
                lane=Lane.PARALLEL,
            )

    def ask(self, go: Go, left: Callable[[], None], *, wait_s: int = 0, by_key: bool = False) -> None:
        """Hide the window, wait (``by_key``: until a key is pressed in any program), let a part be chosen if one is
        meant, and hand over ``screen``, ``region``, ``window`` or ``is_asked`` as
        :meth:`evidence.session.Session.capture_screen` takes them. ``left``: the person left, the vault was locked, or
        no key can be had; the window is back."""
        self._page.message.forget()
        epoch = self._page.desk.epoch
        if by_key:
            self._wait_for_key(epoch, go, left)
            return
        self._page.window().hide()
        QTimer.singleShot(GONE_MS + 1000 * wait_s, lambda: self._choose(epoch, go, left))

    def come_back(self, focus: QWidget) -> None:
        """Show the window again; say where the system's own copy of a picture still lies, if it could not be
        removed."""
        desk = self._page.desk
        if desk.is_open and desk.session.left_behind:
            self.remains.setText("\n".join(left_behind_words(desk.t, path) for path in desk.session.left_behind))
            self.remains.show()
        window = self._page.window()
        window.show()
        window.raise_()
        window.activateWindow()
        focus.setFocus()

    def forget(self) -> None:
        """The vault is being locked."""
        if self._regions is not None or self._key is not None:
            self._page.window().show()
        self.stop_waiting()
        self._close_regions()
        self._take_windows(())
        self.remains.setText("")
        self.remains.hide()

    def stop_waiting(self) -> None:
        """Wait for no key any more; nothing is taken."""
        if self._key is not None:
            self._key.close()
            self._key = None

    def _wait_for_key(self, epoch: int, go: Go, left: Callable[[], None]) -> None:
        def pressed() -> None:
            self._key = None
            self._choose(epoch, go, left)

        def ended(is_not_had: bool) -> None:
            self._key = None
            left()
            if is_not_had:
                words = N_("On this system no key is heard while another program has the keyboard.")
                self._page.say(lambda t: (t(words), ""), kind="plain")

        self.stop_waiting()
        self._key = KeyWait(self._page.desk, self)
        self._key.ready.connect(self._page.window().hide)
        self._key.pressed.connect(pressed)
        self._key.left.connect(ended)

    def _choose(self, epoch: int, go: Go, left: Callable[[], None]) -> None:
        if epoch != self._page.desk.epoch:
            self._page.window().show()
            left()
            return
        if self.region_choice.isChecked() and self.access is not None and self.access.asks:
            go({"is_asked": True})
        elif self.region_choice.isChecked():
            self._regions = RegionChoice(self._page.desk, self.monitors)
            for cover in self._regions.covers:
                cover.chosen.connect(lambda region: self._chosen(region, epoch, go, left))
                cover.left.connect(lambda: self._left(left))
            self._regions.show()
        else:
            go(self._place())

    def _place(self) -> dict[str, Any]:
        for choice, screen in zip(self.monitor_choices, self.monitors, strict=True):
            if choice.isChecked():
                return {"screen": screen.number}
        position = self.windows.box.currentIndex()
        if self.window_choice.isChecked() and 0 <= position < len(self._windows):
            return {"window": self._windows[position].title}
        return {}

    def _chosen(self, region: tuple[int, int, int, int], epoch: int, go: Go, left: Callable[[], None]) -> None:
        if self._regions is None:
            return
        self._close_regions()

        def gone() -> None:
            if epoch != self._page.desk.epoch:
                left()
            else:
                go({"region": region})

        QTimer.singleShot(GONE_MS, gone)

    def _left(self, left: Callable[[], None]) -> None:
        self._close_regions()
        left()

    def _close_regions(self) -> None:
        if self._regions is not None:
            self._regions.close()
            self._regions = None

    def _add(self, choice: QRadioButton) -> None:
        before = self._group.buttons()[-1:]
        self._group.addButton(choice)
        self._choices.addWidget(choice, 0, Qt.AlignmentFlag.AlignLeft)
        if before:  # what is found later stands after them for the keyboard too
            self.setTabOrder(before[0], choice)

    def _take_screens(self, screens: Sequence[Monitor]) -> None:
        if list(screens) == list(self.monitors):
            return
        for choice in self.monitor_choices:
            self._group.removeButton(choice)
            choice.deleteLater()
        self.monitor_choices = []
        self.monitors = screens
        for _screen in screens:
            self.monitor_choices.append(QRadioButton())
            self._add(self.monitor_choices[-1])
        self._show_choices()
        self.retranslate(self._page.desk.t, self.what.text())

    def _take_access(self, access: ScreenAccess) -> None:
        self.access = access
        self.asking.setVisible(access.asks)
        self._show_choices()
        self.retranslate(self._page.desk.t, self.what.text())
        self.access_known.emit(access)

    def _show_choices(self) -> None:
        """For a recording that the system asks about, a part cannot be chosen here, nor one of several monitors."""
        is_chosen_there = self._is_film and self.access is not None and self.access.chooses_film
        self.region_choice.setVisible(not is_chosen_there)
        for choice in self.monitor_choices:
            choice.setVisible(not is_chosen_there)
        if is_chosen_there:
            self.all_choice.setChecked(True)

    def _take_windows(self, windows: Sequence[OtherWindow]) -> None:
        own = self._page.window().windowTitle()
        titles = dict.fromkeys(one.title for one in windows if one.title and one.title != own)
        self._windows = [next(one for one in windows if one.title == title) for title in titles][:MOST_WINDOWS]
        box = self.windows.box
        box.clear()
        for one in self._windows:
            title = wording.safe(one.title)
            box.addItem(title if len(title) <= LONGEST_TITLE else f"{title[:LONGEST_TITLE]}…")
        self.window_choice.setVisible(bool(self._windows))
        if not self._windows and self.window_choice.isChecked():
            self.region_choice.setChecked(True)
        self._show_windows()

    def _show_windows(self) -> None:
        self.windows.setVisible(bool(self._windows) and self.window_choice.isChecked())


def left_behind_words(t: Texts, path: Path) -> str:
    """Said when the system's own copy of a picture could not be removed."""
    return t("The system’s own copy of the picture could not be removed. It lies here: {path}", path=path)
