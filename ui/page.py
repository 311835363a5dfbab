"""What all pages have in common: a column that scrolls, a heading, a place for messages, and work with progress."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtWidgets import QApplication, QFrame, QGridLayout, QHBoxLayout, QLayout, QScrollArea, QVBoxLayout, QWidget
from shiboken6 import isValid

from evidence.errors import CancelledError
from evidence.i18n import Texts
from ui.desk import Desk
from ui.early import no_focus
from ui.errors import Told, tell
from ui.jobs import Job, Lane, Operation
from ui.theme import Theme
from ui.widgets import Button, text

if TYPE_CHECKING:
    from ui.banners import Message, Working

Value = TypeVar("Value")


def spread(layout: QLayout, theme: Theme) -> None:
    """Give a layout the white space of this size of text; what it had at first is what it has at 100 %."""
    base = layout.property("base")
    if base is None:
        margins = layout.contentsMargins()
        gaps = [layout.spacing()]
        if isinstance(layout, QGridLayout):
            gaps = [layout.horizontalSpacing(), layout.verticalSpacing()]
        base = (margins.left(), margins.top(), margins.right(), margins.bottom(), *gaps)
        layout.setProperty("base", base)
        if theme.percent == 100:
            return
    left, top, right, bottom, *spacing = (theme.gap(one) if one > 0 else one for one in base)
    layout.setContentsMargins(left, top, right, bottom)
    if isinstance(layout, QGridLayout):  # which has no one spacing, where two were set
        layout.setHorizontalSpacing(spacing[0])
        layout.setVerticalSpacing(spacing[1])
    else:
        layout.setSpacing(spacing[0])


WORN = "worn"


def wear(part: QWidget, sheet: str) -> bool:
    """Give a part of the window its style sheet; False when it has it already."""
    if part.property(WORN) == sheet:
        return False
    part.setProperty(WORN, sheet)
    part.setStyleSheet(sheet)
    return True


class Page(QFrame):
    """One page of the window. Subclasses fill ``body`` and say their words in ``retranslate``."""

    WAY = ""
    """Which way at the side leads here: ``cases``, ``verify``, ``settings`` or none."""
    HELP = "general"
    """Which topic of :data:`ui.helping.TOPICS` F1 tells about here."""
    COLUMN = 760
    """Width of the column in pixels at 100 %: lines longer than this are tiring to read."""

    def __init__(self, desk: Desk, *, has_back: bool = False) -> None:
        super().__init__(desk.shelf)
        self.desk = desk
        self.setObjectName("page")
        # Before anything is in it: what is put in then wears the look from the start, and is worked through once.
        wear(self, desk.theme.stylesheet())
        self._job: Job | None = None
        self.spread_for = ""
        """The style sheet that the white space of the finished page goes with (:func:`ui.dress.dress`)."""
        self._spoken = ("", "")
        """Language and keys that the words of the page are in; others are said when it is shown."""
        self._before_work: QWidget | None = None

        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        no_focus(self.area)
        outer.addWidget(self.area, 1)
        self._outer = outer
        ground = QWidget()
        ground.setObjectName("column")
        self.area.setWidget(ground)
        centre = QHBoxLayout(ground)
        centre.setContentsMargins(32, 24, 32, 28)
        self.column = QWidget()
        self.column.setObjectName("column")
        centre.addStretch(1)
        centre.addWidget(self.column, 1000)
        centre.addStretch(1)

        stack = QVBoxLayout(self.column)
        stack.setContentsMargins(4, 4, 4, 4)
        stack.setSpacing(16)
        self.back = Button(desk, "text", "back", is_late=not has_back)
        self.back.setVisible(has_back)
        way_back = QHBoxLayout()
        way_back.addWidget(self.back)
        way_back.addStretch(1)
        stack.addLayout(way_back)
        self.heading = text("title")
        stack.addWidget(self.heading)
        self.content = QWidget()
        self.content.setObjectName("column")
        stack.addWidget(self.content, 1)
        self.body = QVBoxLayout(self.content)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(16)

    @cached_property
    def message(self) -> Message:
        """The place for what a person must be told; made for the first of it."""
        from ui.banners import Message  # not needed before there is something to tell

        made = Message(self.desk)
        self._take_in(made, made.close_button)
        return made

    @cached_property
    def working(self) -> Working:
        """Shows work under way; made for the first of it."""
        from ui.banners import Working

        made = Working(self.desk)
        made.stopped.connect(self._stop_work)
        self._take_in(made, made.stop)
        return made

    def _take_in(self, made: Message | Working, control: QWidget) -> None:
        """Put in what was made late: it speaks, has its white space, and its control comes before those of the page.

        It stands above what scrolls, as wide as the column: whoever pressed a button far down sees it too.
        """
        holder = QWidget()
        holder.setObjectName("column")
        row = QHBoxLayout(holder)
        row.setContentsMargins(36, 16, 36, 0)
        row.addStretch(1)
        row.addWidget(made, 1000)
        row.addStretch(1)
        made.stands_in(holder)
        self._outer.insertWidget(self._outer.indexOf(self.area), holder)
        QWidget.setTabOrder(self.back, control)
        made.retranslate()
        made.setMaximumWidth(self.desk.theme.px(self.COLUMN) - 8)
        for layout in holder.findChildren(QLayout):
            spread(layout, self.desk.theme)

    def forget_message(self) -> None:
        """Close the message, if there is one."""
        if "message" in self.__dict__:
            self.message.forget()

    def say_title(self, words: str) -> None:
        """Set the heading, which is the name of the page for a screen reader too."""
        self.heading.setText(words)
        self.setAccessibleName(words)

    def retranslate(self, t: Texts) -> None:
        """Say every word of the page in the language of ``t``."""
        for made in ("message", "working"):
            if made in self.__dict__:
                self.__dict__[made].retranslate()

    def speak(self) -> None:
        """Say every word in what is the language of the window now, unless the page does already."""
        spoken = (self.desk.language, self.desk.settings.leave_keys)
        if spoken != self._spoken:
            self._spoken = spoken
            self.retranslate(self.desk.t)

    def relook(self, theme: Theme) -> None:
        """Follow the look."""
        self.column.setMaximumWidth(theme.px(self.COLUMN))
        for made in ("message", "working"):
            if made in self.__dict__:
                self.__dict__[made].setMaximumWidth(theme.px(self.COLUMN) - 8)
        for layout in self.findChildren(QLayout):
            spread(layout, theme)

    def enter(self) -> None:
        """The page is shown: bring it up to date."""

    def leave(self) -> None:
        """Another page is shown."""
        self.forget_message()

    def forget(self) -> None:
        """The vault is being locked: drop everything that came out of it."""
        from ui.surroundings import forget_surroundings  # not needed before there is something to forget

        self.forget_message()
        self._end_work()
        forget_surroundings(self)

    def first_focus(self) -> QWidget | None:
        """Where the keyboard is when the page is shown."""
        return None

    def work(
        self,
        op: Operation[Value],
        done: Callable[[Value], None],
        *,
        label: str = "",
        blocks: bool = False,
        can_stop: bool = True,
        lane: Lane = Lane.SERIAL,
        failed: Callable[[BaseException], None] | None = None,
    ) -> Job:
        """Run ``op`` and hand its value to ``done``, unless the vault was locked meanwhile.

        With a ``label`` the page shows that it works, and rests; if it ``blocks``, it rests without saying so: for what
        takes an instant and must not be asked for twice. Otherwise it goes on quietly. A problem is shown as a message;
        ``failed`` is called after that.
        """
        epoch = self.desk.epoch
        is_shown = bool(label)
        rests = is_shown or blocks

        def arrived(value: Value) -> None:
            if epoch == self.desk.epoch:
                if rests:
                    self._end_work()
                done(value)

        def stopped(problem: BaseException) -> None:
            if epoch != self.desk.epoch:
                return
            if rests:
                self._end_work()
            if is_shown or not isinstance(problem, CancelledError):
                self.say_problem(problem)
            if failed is not None:
                failed(problem)

        if rests:
            self.forget_message()
            focus = QApplication.focusWidget()
            self._before_work = focus if focus is not None and self.content.isAncestorOf(focus) else None
            if is_shown:
                self.working.begin(label, can_stop=can_stop)
                if can_stop:
                    self.working.stop.setFocus()
            self.content.setEnabled(False)
        progress = (lambda share, step: self.working.move_to(share)) if is_shown else None
        job = self.desk.jobs.start(op, arrived, stopped, progress=progress, lane=lane)
        if is_shown:
            self._job = job
        return job

    def say_problem(self, problem: BaseException) -> None:
        """Tell a problem in a message."""
        told = tell(self.desk.t, problem)
        cache = {self.desk.language: told}

        def words() -> Told:
            return cache.setdefault(self.desk.language, tell(self.desk.t, problem))

        self.message.say(words)

    def say(self, words: Callable[[Texts], tuple[str, str]], *, kind: str = "good") -> None:
        """Tell something good or neutral in a message."""
        self.message.say(lambda: Told(*words(self.desk.t), is_problem=False), kind=kind)

    def _stop_work(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _end_work(self) -> None:
        self._job = None
        if "working" in self.__dict__:
            self.working.hide()
        self.content.setEnabled(True)
        before, self._before_work = self._before_work, None
        if before is not None and isValid(before) and before.isVisible() and before.isEnabled():
            before.setFocus()
