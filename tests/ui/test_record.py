"""Recording from the window: the panel, the checklist, playing blurred, holding to see, a still."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from evidence import session
from evidence.capture import Region, Screen
from evidence.model import Case, EventKind, MinorAnswer
from ui.asking import AskSheet
from ui.beside import read_area, spot_beside
from ui.main_window import MainWindow
from ui.minor import MinorSheet
from ui.recordpanel import RecordPanel, clock_words

LIMIT = 30_000
PASSPHRASE = "four calm otters reading"


def begin(window: MainWindow, case: Case, qtbot: QtBot, guide: int = 0) -> RecordPanel:
    window.show_capture(case.id)
    window.capture.record_button.click()
    page = window.record
    assert window.stack.currentWidget() is page
    page.place.all_choice.setChecked(True)
    page.guide.box.setCurrentIndex(guide)
    page.note.set_words("as I saw it")
    page.begin_button.click()
    sheet = window.stack.currentWidget()
    assert isinstance(sheet, MinorSheet)
    sheet.answers[MinorAnswer.NO].click()
    qtbot.waitUntil(lambda: page.panel is not None, timeout=LIMIT)
    assert page.panel is not None
    assert not window.isVisible()
    return page.panel


def test_with_a_checklist_beside_it(
    window: MainWindow, case: Case, qtbot: QtBot, settle: Callable[[], None], qapp: QApplication
) -> None:
    panel = begin(window, case, qtbot, guide=1)
    assert window.desk.jobs.is_busy  # so that nobody's absence from this window locks the vault
    qtbot.waitUntil(lambda: panel.recording.status().frames >= 3, timeout=LIMIT)
    panel.look()
    assert "The screen is being recorded" in panel.state.text()
    assert "00:0" in panel.numbers.text()
    panel.said["app_version"].line.setText("Telegram 6.2")
    panel.done_button.click()
    panel.skip_button.click()
    panel.label.line.setText("link copied")
    panel.mark_button.click()
    panel.pause_button.click()
    assert panel.recording.status().is_paused
    panel.pause_button.click()
    panel.stop_button.click()
    qtbot.waitUntil(lambda: window.stack.currentWidget() is window.case, timeout=LIMIT)
    settle()
    assert window.isVisible()
    (exhibit,) = window.desk.session.exhibits(case.id)
    source = exhibit.item.source
    assert source["guide"] == "telegram_room"
    assert source["said_app_version"] == "Telegram 6.2"
    assert source["guide_steps"].startswith("app ")
    assert source["guide_steps"].endswith("; room skipped")
    assert source["marks"].endswith(" link copied")
    assert "program and version shown" in source["marks"]
    assert source["completeness"] == "complete"
    assert exhibit.item.note == "as I saw it"

    window.show_exhibit(case.id, exhibit.item.id)
    film = window.exhibit.film
    qtbot.waitUntil(lambda: film.view is not None and film.picture.has_picture, timeout=LIMIT)
    settle()
    assert film.isVisible()
    assert not window.exhibit.picture_card.isVisible()
    first = film.at_s
    film.next_button.click()
    qtbot.waitUntil(lambda: film.at_s > first, timeout=LIMIT)
    film.previous_button.click()
    qtbot.waitUntil(lambda: film.at_s == first, timeout=LIMIT)
    film.play_button.click()
    qtbot.waitUntil(lambda: film.at_s > first, timeout=LIMIT)
    film.play_button.click()
    settle()
    assert not film.picture.is_revealed

    film.picture.setFocus()
    qtbot.keyPress(film.picture, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: film.picture.is_revealed, timeout=LIMIT)
    qtbot.keyRelease(film.picture, Qt.Key.Key_Space)
    assert not film.picture.is_revealed
    settle()
    assert film.view is not None
    assert not film.view.is_revealed
    kinds = [event.kind for event in window.desk.session.events(case.id, exhibit.item.id)]
    assert kinds == [EventKind.ACQUIRED, EventKind.REVEALED]

    window.desk.session.place.set_limit(1)
    film.looking.reason.line.setText("to note the names")
    qtbot.keyPress(film.picture, Qt.Key.Key_Space)
    settle()
    sheet = window.stack.currentWidget()
    assert isinstance(sheet, AskSheet)
    sheet.yes_button.click()
    qtbot.waitUntil(lambda: film.view is not None and film.picture.has_picture, timeout=LIMIT)
    settle()
    film.picture.setFocus()
    qtbot.keyPress(film.picture, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: film.picture.is_revealed, timeout=LIMIT)
    qtbot.keyRelease(film.picture, Qt.Key.Key_Space)
    settle()
    looks = window.desk.session.place.looks(case.id)
    assert [event.facts.get("reason") for event in looks] == ["to note the names", None]
    assert film.looking.count.text().startswith("2 originals were shown today.")

    film.seek(0.2)
    settle()
    film.keep_button.click()
    settle()
    still = window.desk.session.exhibits(case.id)[1].item
    assert still.source["derived_from"] == exhibit.item.number
    window.show_case(case.id)
    assert film.view is None
    settle()


def test_discarding_asks_twice_and_keeps_nothing(
    window: MainWindow, case: Case, qtbot: QtBot, settle: Callable[[], None]
) -> None:
    panel = begin(window, case, qtbot)
    assert not panel.steps.isVisible()
    panel.discard_button.click()
    assert panel.recording.status().is_running
    panel.discard_button.click()
    qtbot.waitUntil(window.isVisible, timeout=LIMIT)
    settle()
    assert window.desk.session.exhibits(case.id) == []


def test_locking_keeps_it_and_brings_the_window_back(
    window: MainWindow, case: Case, qtbot: QtBot, settle: Callable[[], None]
) -> None:
    panel = begin(window, case, qtbot)
    qtbot.waitUntil(lambda: panel.recording.status().frames >= 2, timeout=LIMIT)
    session = window.desk.session
    going_on = panel.recording
    window.lock()
    settle()
    assert window.isVisible()
    assert window.record.panel is None
    assert not going_on.status().is_running
    assert session.films._going_on == []


def test_a_session_that_ends_finds_it_sealed(window: MainWindow, case: Case, qtbot: QtBot, vault: Path) -> None:
    """The system waits for the answer to its question and may end the program then: nothing is left to do."""
    panel = begin(window, case, qtbot)
    qtbot.waitUntil(lambda: panel.recording.status().frames >= 2, timeout=LIMIT)
    window.lock_now()
    with session.open_vault(vault, passphrase=PASSPHRASE) as again:
        assert again.repairs() == ()
        (exhibit,) = again.exhibits(case.id)
    assert (exhibit.item.source["ended_by"], exhibit.item.source["completeness"]) == ("lock", "complete")
    window.lock_now()  # it may be asked twice


def test_time_in_words() -> None:
    assert [clock_words(seconds) for seconds in (0, 75.9, 3600, 36125)] == ["00:00", "01:15", "1:00:00", "10:02:05"]


@pytest.mark.parametrize("heard", ["MPH", ""])
def test_the_small_window_goes_out_of_the_picture(
    window: MainWindow, case: Case, qtbot: QtBot, settle: Callable[[], None], heard: str
) -> None:
    panel = begin(window, case, qtbot, guide=1)
    assert panel.stand in ("hidden", "small")  # everything is recorded: there is no place beside it
    panel.hotkeys.heard = heard
    panel.hotkeys.changed.emit()  # as a system that grants keys, or takes them back
    assert panel.stand == ("hidden" if heard else "small")
    assert panel.isVisible()
    assert panel.where.isVisible()
    panel.tuck()
    assert panel.isVisible() is (not heard)
    if not heard:
        assert panel.stop_button.isVisible()
        assert not panel.steps.isVisible()
        assert not panel.mark_button.isVisible()
        panel.tuck_button.click()
    else:
        panel.hotkeys.pressed.emit("H")
    assert panel.isVisible()
    assert panel.steps.isVisible()
    assert panel.mark_button.isVisible()
    panel.toggle()
    panel.toggle()
    qtbot.waitUntil(lambda: panel.recording.status().frames >= 1, timeout=LIMIT)
    panel.stop()
    qtbot.waitUntil(lambda: window.stack.currentWidget() is window.case, timeout=LIMIT)
    settle()
    (exhibit,) = window.desk.session.exhibits(case.id)
    assert exhibit.item.source["own_window"] == ("hidden" if heard else "small")
    assert re.fullmatch(r"[\d.]+-[\d.]+; [\d.]+-[\d.]+; [\d.]+-", exhibit.item.source["own_window_shown"])


def test_a_system_that_leaves_it_out_needs_nothing_of_that(
    window: MainWindow, case: Case, qtbot: QtBot, settle: Callable[[], None]
) -> None:
    asked: list[int] = []
    window.desk.leave_out_of_screens = lambda handle: asked.append(handle) is None
    panel = begin(window, case, qtbot)
    assert panel.stand == "left_out"
    assert asked == [int(panel.winId())]
    panel.tuck()
    assert panel.isVisible()
    assert not panel.tuck_button.isVisible()
    panel.discard()
    panel.discard()
    qtbot.waitUntil(window.isVisible, timeout=LIMIT)
    settle()


@dataclass(frozen=True)
class FakeScreen:
    """A screen of the toolkit: 1000 x 800 of its own units."""

    left: int = 0

    def geometry(self) -> QRect:
        return QRect(self.left, 0, 1000, 800)

    availableGeometry = geometry


def spot(area: str, *screens: FakeScreen, scale: int = 1) -> tuple[int, int] | None:
    monitors = [
        Screen(number, Region(one.left * scale, 0, 1000 * scale, 800 * scale)) for number, one in enumerate(screens, 1)
    ]
    found = spot_beside(read_area(area), QSize(330, 300), monitors, cast(Any, screens))
    return None if found is None else (found.x(), found.y())


def test_where_it_can_stand_beside() -> None:
    one, other = FakeScreen(), FakeScreen(1000)
    assert spot("0,0,1000,800", one) is None
    assert spot("0,0,600,800", one) == (999 - 330 - 16, 799 - 300 - 16)
    assert spot("400,0,600,800", one) == (16, 799 - 300 - 16)
    assert spot("200,0,600,800", one) is None
    assert spot("0,0,1000,800", one, other) == (1999 - 330 - 16, 799 - 300 - 16)
    assert spot("0,0,2000,800", one, other) is None
    assert spot("0,0,1200,1600", one, scale=2) == (999 - 330 - 16, 799 - 300 - 16)  # pixels of a dense screen
    assert spot("0,0,2000,1600", one, scale=2) is None
    assert spot("nonsense", one) is None
