"""The small window beside the screen while it is being recorded: time, size, marks, the checklist, pause and stop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from evidence.i18n import N_, Texts, named_code
from ui import wording
from ui.beside import read_area, spot_beside
from ui.desk import Desk
from ui.dress import dress
from ui.fields import Field
from ui.flow import FlowLayout
from ui.hotkeys_asked import open_hotkeys
from ui.theme import Theme
from ui.widgets import Button, announce, discard, text

if TYPE_CHECKING:
    from evidence.session import Guide, Recording, RecordingStatus
    from ui.shapes import Monitor

LOOK_MS = 250
WIDTH = 380
TUCK_MS = 4000
"""How long the window can be read before it goes out of the picture."""


WHERE = {
    "left_out": N_("The system leaves this window out of the recording."),
    "beside": N_("This window stands beside what is recorded."),
    "hidden": N_("This window would be in the recording: it hides. {key} shows it again, and hides it."),
    "small": N_("This window would be in the recording: it makes itself small. Ctrl+H in it shows everything again."),
}


class RecordPanel(QWidget):
    """Says that the screen is being recorded, by words and a sign, as long as it is. Its own window, always on top.

    ``stopped`` and ``discarded`` say what the person wants; ``ended`` that the recording ended by itself.
    """

    stopped = Signal()
    discarded = Signal()
    ended = Signal()

    def __init__(
        self, desk: Desk, recording: Recording, guide: Guide | None, monitors: Sequence[Monitor] = ()
    ) -> None:  # fmt: skip
        super().__init__(None, Qt.WindowType.Tool | Qt.WindowType.WindowStaysOnTopHint)
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
        self.setObjectName("page")
        self.setWindowTitle("Holdfast")
        self.desk = desk
        self.recording = recording
        self.guide = guide
        self.position = 0
        self.is_over = False
        self._wants_discard = False
        self._monitors = monitors
        self.stand = ""
        """How it stays out of the picture: ``left_out``, ``beside``, ``hidden`` or ``small``."""
        self.is_tucked = False
        self._shown: list[list[float]] = []
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        area = QScrollArea()  # large text on a small screen needs more room than there is
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        outer.addWidget(area)
        self.content = QWidget()
        self.content.setObjectName("column")
        area.setWidget(self.content)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(18, 14, 18, 16)
        column.setSpacing(10)
        self.state = text("heading")
        self.numbers = text("small")
        column.addWidget(self.state)
        column.addWidget(self.numbers)
        self.label = Field()
        self.label.line.returnPressed.connect(self.mark)
        column.addWidget(self.label)
        row = FlowLayout(gap=8)
        self.mark_button = Button(desk, "", "note")
        self.pause_button = Button(desk, "", "pause")
        self.stop_button = Button(desk, "main", "check")
        self.discard_button = Button(desk, "text", "cross")
        for button, act in (
            (self.mark_button, self.mark),
            (self.pause_button, self.pause),
            (self.stop_button, self.stop),
            (self.discard_button, self.discard),
        ):
            button.clicked.connect(act)
            row.addWidget(button)
        self.tuck_button = Button(desk, "text", "eye")
        self.tuck_button.clicked.connect(self.toggle)
        row.addWidget(self.tuck_button)
        column.addLayout(row)
        self.where = text("small")
        column.addWidget(self.where)
        self.steps = QWidget()
        inside = QVBoxLayout(self.steps)
        inside.setContentsMargins(0, 8, 0, 0)
        inside.setSpacing(8)
        self.step_title, self.step_text, self.care = text("label"), text("body"), text("small")
        self.fields = QGridLayout()
        self.fields.setVerticalSpacing(6)
        self.said: dict[str, Field] = {}
        inside.addWidget(self.step_title)
        inside.addWidget(self.step_text)
        inside.addLayout(self.fields)
        step_row = FlowLayout(gap=8)
        self.done_button, self.skip_button = Button(desk, "", "forward"), Button(desk)
        self.before_button = Button(desk, "text", "back")
        for button, move in (
            (self.done_button, self.step_done),
            (self.skip_button, self.step_skipped),
            (self.before_button, self.step_before),
        ):
            button.clicked.connect(move)
            step_row.addWidget(button)
        inside.addLayout(step_row)
        inside.addWidget(self.care)
        column.addWidget(self.steps)
        self.steps.setVisible(guide is not None)
        self._shortcuts = [
            QShortcut(QKeySequence("Ctrl+M"), self, self.mark),
            QShortcut(QKeySequence("Ctrl+P"), self, self.pause),
            QShortcut(QKeySequence("Ctrl+H"), self, self.toggle),
            QShortcut(QKeySequence("Ctrl+L"), self, lambda: self.desk.go.lock()),
        ]
        self.hotkeys = open_hotkeys(
            desk.jobs,
            {"M": desk.t("Mark this moment"), "P": desk.t("Pause or go on"), "H": desk.t("Show or hide the window")},
        )
        self.hotkeys.changed.connect(self._name_keys)
        self.hotkeys.pressed.connect(lambda letter: {"M": self.mark, "P": self.pause, "H": self.toggle}[letter]())
        self.keys = text("small")
        column.addWidget(self.keys)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(LOOK_MS)
        self.relook(desk.theme)
        self.retranslate(desk.t)

    def place(self) -> None:
        """Be seen, but not in the picture: left out by the system, beside what is recorded, or for a moment only."""
        self.show()
        self._fit()
        area = read_area(self.recording.begun.source.get("region", ""))
        spot = spot_beside(area, self.frameGeometry().size(), self._monitors)
        if self.desk.leave_out_of_screens(int(self.winId())):
            self.stand = "left_out"
        elif spot is not None:
            self.stand = "beside"
        else:
            self.stand = "hidden" if "H" in self.hotkeys.heard else "small"
            self._shown.append([self.recording.status().seconds])
            QTimer.singleShot(TUCK_MS, self, self.tuck)
        self.move(spot if spot is not None and self.stand == "beside" else self._corner())
        self._say_stand()
        self.retranslate(self.desk.t)
        announce(self, f"{self.state.text()}. {self.where.text()}")

    def toggle(self) -> None:
        """Into the picture, or out of it."""
        if self.is_tucked:
            self.untuck()
        else:
            self.tuck()

    def tuck(self) -> None:
        """Go out of the picture: hide where a key brings it back, be small where none does."""
        if self.stand not in ("hidden", "small") or self.is_tucked or self.is_over:
            return
        self.is_tucked = True
        if self._shown and len(self._shown[-1]) == 1:
            self._shown[-1].append(self.recording.status().seconds)
        self._say_stand()
        if self.stand == "hidden":
            self.hide()
        else:
            self._show_parts()

    def untuck(self) -> None:
        """Come back; the recording says from when to when it was seen."""
        if not self.is_tucked or self.is_over:
            return
        self.is_tucked = False
        self._shown.append([self.recording.status().seconds])
        self._say_stand()
        self._show_parts()
        self.show()
        self.raise_()
        self.activateWindow()

    def _say_stand(self) -> None:
        spans = ("-".join(f"{one:.1f}" for one in span) + ("-" if len(span) == 1 else "") for span in self._shown)
        self.recording.note_own_window(self.stand, "; ".join(spans))

    def _show_parts(self) -> None:
        """Everything, or the least that says that it records, stops it, and brings the rest back."""
        is_small = self.is_tucked and self.stand == "small"
        for part in (
            self.numbers, self.label, self.mark_button, self.pause_button, self.discard_button, self.where, self.keys,
        ):  # fmt: skip
            part.setVisible(not is_small)
        self.steps.setVisible(self.guide is not None and not is_small)
        self.tuck_button.setVisible(self.stand in ("hidden", "small"))
        self._name_tuck()
        QTimer.singleShot(0, self, self._fit_into_corner)

    def _fit_into_corner(self) -> None:
        self._fit()
        self.move(self._corner())

    def _corner(self) -> QPoint:
        room = QGuiApplication.primaryScreen().availableGeometry()
        size = self.frameGeometry().size()
        return QPoint(room.right() - size.width() - 16, room.bottom() - size.height() - 16)

    def _name_tuck(self) -> None:
        t = self.desk.t
        self.tuck_button.setText(t("Show &everything") if self.is_tucked else t("&Hide this window"))

    def relook(self, theme: Theme) -> None:
        """Follow the look."""
        dress(self, theme)
        self.setFixedWidth(theme.px(WIDTH))

    def retranslate(self, t: Texts) -> None:
        """Say every word in the language of ``t``."""
        self.label.name(t("What happens &now, if you want"))
        self.mark_button.setText(t("&Mark"))
        self.stop_button.setText(t("S&top and keep"))
        self.done_button.setText(t("Sho&wn"))
        self.skip_button.setText(t("S&kip"))
        self.before_button.setText(t("&Back"))
        self._name_discard()
        self._show_step()
        self.tuck_button.setVisible(self.stand in ("hidden", "small"))
        self._name_tuck()
        self._name_keys()
        self.look()

    def look(self) -> None:
        """Bring the numbers up to date; notice a recording that ended by itself."""
        t, status = self.desk.t, self.recording.status()
        self.state.setText(f"{'❚❚' if status.is_paused else '●'}  {self._words(t, status)}")
        self.state.setAccessibleName(self._words(t, status))
        parts = [clock_words(status.seconds), t.size(status.size), t.plural("{n} mark", "{n} marks", status.marks)]
        if status.dropped:
            parts.append(t.plural("{n} picture was dropped", "{n} pictures were dropped", status.dropped))
        self.numbers.setText(" · ".join(parts))
        self.pause_button.setText(t("&Go on") if status.is_paused else t("&Pause"))
        if not status.is_running and not self.is_over:
            self.is_over = True
            self.ended.emit()

    def mark(self) -> None:
        """Note that something happens now."""
        self.recording.mark(self.label.line.text().strip())
        self.label.line.setText("")
        announce(self, self.desk.t("Marked"))
        self.look()

    def pause(self) -> None:
        """Pause, or go on."""
        if self.recording.status().is_paused:
            self.recording.resume()
        else:
            self.recording.pause()
        self.look()

    def stop(self) -> None:
        """End it and keep it."""
        self._say_fields()
        self.is_over = True
        self.stopped.emit()

    def discard(self) -> None:
        """Throw it away, when asked twice."""
        if not self._wants_discard:
            self._wants_discard = True
            self._name_discard()
            return
        self.is_over = True
        self.discarded.emit()

    def step_done(self) -> None:
        """The step of the checklist is done: it becomes a mark."""
        self._move(is_skipped=False)

    def step_skipped(self) -> None:
        """Go on without it."""
        self._move(is_skipped=True)

    def step_before(self) -> None:
        """Look at the step before again."""
        self._say_fields()
        self.position = max(0, self.position - 1)
        self._show_step()

    def _move(self, *, is_skipped: bool) -> None:
        if self.guide is None or self.position >= len(self.guide.steps):
            return
        step = self.guide.steps[self.position]
        self._say_fields()
        self.recording.step(step.key, self.desk.t(step.mark), is_skipped=is_skipped)
        self.position += 1
        self._show_step()
        self.look()

    def _say_fields(self) -> None:
        said = {name: field.line.text() for name, field in self.said.items() if field.line.text().strip()}
        if said:
            self.recording.say(said)

    def _show_step(self) -> None:
        if self.guide is None:
            return
        t, steps = self.desk.t, self.guide.steps
        typed = {name: field.line.text() for name, field in self.said.items()}
        while self.fields.count():
            entry = self.fields.takeAt(0)
            if entry is not None and (widget := entry.widget()) is not None:
                widget.hide()
                discard(widget)
        self.said = {}
        is_last = self.position >= len(steps)
        if is_last:
            self.step_title.setText(t(self.guide.title))
            self.step_text.setText(t("That is everything. Stop when you want to."))
        else:
            step = steps[self.position]
            name, position = t(self.guide.title), self.position + 1
            title = t("{title} · step {step} of {count}", title=name, step=position, count=len(steps))
            self.step_title.setText(title)
            self.step_text.setText(t(step.text))
            for row, name in enumerate(step.says):
                field = Field()
                field.name(named_code(t, "fact", name).removeprefix("fact."))
                field.line.setText(typed.get(name, ""))
                self.said[name] = field
                self.fields.addWidget(field, row, 0)
        self.care.setText(t(_care()))
        self.done_button.setVisible(not is_last)
        self.skip_button.setVisible(not is_last)
        self.before_button.setVisible(self.position > 0)
        announce(self, self.step_text.text())
        QTimer.singleShot(0, self._fit)

    def _fit(self) -> None:
        """As high as the words need at this width; the lower edge stays where it is."""
        layout = self.content.layout()
        if layout is None or self.is_over:
            return
        layout.activate()
        lower = self.geometry().bottom()
        room = QGuiApplication.primaryScreen().availableGeometry().height() - 64
        self.setFixedHeight(min(max(layout.totalHeightForWidth(self.width()), self.content.minimumHeight()), room))
        if self.isVisible() and lower > self.height():
            self.move(self.x(), self.y() + lower - self.geometry().bottom())

    def _name_keys(self) -> None:
        t, heard, words = self.desk.t, self.hotkeys.heard, self.hotkeys.words
        if self.stand in ("hidden", "small") and not self.is_tucked:  # a system may grant the key later
            self.stand = "hidden" if "H" in heard else "small"
            self._say_stand()
        key = wording.safe(words.get("H", "")) or "Ctrl+Alt+H"
        self.where.setText(t(WHERE[self.stand], key=key) if self.stand else "")
        self.where.setVisible(bool(self.stand) and not self.is_tucked)
        mark, pause = (wording.safe(words.get(key, "")) or f"Ctrl+Alt+{key}" for key in "MP")
        if {"M", "P"} <= set(heard) and (mark, pause) == ("Ctrl+Alt+M", "Ctrl+Alt+P"):
            self.keys.setText(t("From any program: Ctrl+Alt+M marks, Ctrl+Alt+P pauses."))
        elif "M" in heard and "P" in heard:
            self.keys.setText(t("From any program: {mark} marks, {pause} pauses.", mark=mark, pause=pause))
        else:
            self.keys.setText(t("On this system no key is heard while another program has the keyboard."))
        QTimer.singleShot(0, self._fit)

    def _name_discard(self) -> None:
        t = self.desk.t
        self.discard_button.setText(t("Yes, keep nothing") if self._wants_discard else t("Keep nothing &of it"))

    def _words(self, t: Texts, status: RecordingStatus) -> str:
        return t("Paused") if status.is_paused else t("The screen is being recorded")

    def end(self) -> None:
        """Close for good."""
        self.is_over = True
        self._timer.stop()
        self.hotkeys.close()
        self.close()
        self.deleteLater()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing the panel by its frame stops and keeps: what was recorded is never lost by a click."""
        if not self.is_over:
            event.ignore()
            self.stop()
            return
        super().closeEvent(event)


def clock_words(seconds: float) -> str:
    """Hours, minutes and seconds; hours where there are any."""
    whole = int(seconds)
    minutes = f"{whole // 60 % 60:02}:{whole % 60:02}"
    return f"{whole // 3600}:{minutes}" if whole >= 3600 else minutes


def _care() -> str:
    from evidence.session import CARE

    return CARE
