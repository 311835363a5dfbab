"""The capture page in a Wayland session: from the click to the sealed exhibit, over a real message bus."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from support.portal import Answer, Desktop

from evidence.model import Case
from ui.main_window import MainWindow

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Wayland is a matter of Linux")


@pytest.fixture
def page(opened: MainWindow, case: Case, desktop_here: Desktop, settle: Callable[[], None]) -> Any:
    opened.show_capture(case.id)
    settle()
    return opened.capture


def take(qtbot: QtBot, page: Any, nobody: Callable[[], None], opened: MainWindow, desktop_here: Desktop) -> None:
    """Press the button, answer the question, and wait until the window is back."""
    qtbot.mouseClick(page.take_button, Qt.MouseButton.LeftButton)
    nobody()
    qtbot.waitUntil(lambda: bool(desktop_here.portals.calls), timeout=60_000)
    qtbot.waitUntil(lambda: opened.isVisible() and not opened.desk.jobs.is_busy, timeout=60_000)


def test_a_part_is_chosen_in_the_systems_window(
    opened: MainWindow, page: Any, case: Case, desktop_here: Desktop, qtbot: QtBot, settle: Callable[[], None],
    nobody_under_age: Callable[[], None],
) -> None:  # fmt: skip
    assert page.place.region_choice.text().endswith("in the system’s window")
    assert page.place.asking.isVisible()
    assert not page.pointer.isVisible()
    assert [choice.text() for choice in page.place.monitor_choices] == ["Screen 1 (200 × 100)", "Screen 2 (150 × 120)"]
    take(qtbot, page, nobody_under_age, opened, desktop_here)
    settle()
    (exhibit,) = opened.desk.session.exhibits(case.id)
    assert exhibit.item.settings["extent"] == "asked"
    assert desktop_here.portals.calls[0][1][1]["interactive"] is True
    assert desktop_here.left() == []


def test_a_copy_that_stays_is_told(
    opened: MainWindow, page: Any, case: Case, desktop_here: Desktop, qtbot: QtBot, settle: Callable[[], None],
    nobody_under_age: Callable[[], None],
) -> None:  # fmt: skip
    def shoot(arguments: list[Any]) -> Answer:
        found = desktop_here.shoot(arguments)
        os.link(desktop_here.pictures / "Screenshot 1.png", desktop_here.pictures / "second.png")
        return found

    desktop_here.portals.answers["Screenshot"] = shoot
    page.place.all_choice.setChecked(True)
    take(qtbot, page, nobody_under_age, opened, desktop_here)
    settle()
    assert len(opened.desk.session.exhibits(case.id)) == 1
    assert str(desktop_here.pictures / "Screenshot 1.png") in opened.case.message.advice.text()
    assert opened.desk.session.left_behind == []


def test_cancelled_in_the_systems_window(
    opened: MainWindow, page: Any, case: Case, desktop_here: Desktop, qtbot: QtBot, settle: Callable[[], None],
    nobody_under_age: Callable[[], None],
) -> None:  # fmt: skip
    desktop_here.answer((1, {}))
    take(qtbot, page, nobody_under_age, opened, desktop_here)
    settle()
    assert opened.desk.session.exhibits(case.id) == []
    assert "it was cancelled in the system’s own window" in page.message.sentence.text()


def test_locking_ends_the_waiting(
    opened: MainWindow, page: Any, desktop_here: Desktop, qtbot: QtBot, nobody_under_age: Callable[[], None]
) -> None:
    desktop_here.answer(None)
    qtbot.mouseClick(page.take_button, Qt.MouseButton.LeftButton)
    nobody_under_age()
    qtbot.waitUntil(lambda: bool(desktop_here.portals.calls), timeout=60_000)
    opened.lock()
    qtbot.waitUntil(lambda: bool(desktop_here.portals.closed), timeout=60_000)
    qtbot.waitUntil(lambda: not opened.desk.jobs.is_busy, timeout=60_000)


def test_a_recording_lets_the_system_choose_the_monitor(
    opened: MainWindow, case: Case, desktop_here: Desktop, settle: Callable[[], None]
) -> None:
    opened.show_record(case.id)
    settle()
    place = opened.record.place
    assert not place.region_choice.isVisible()
    assert not any(choice.isVisible() for choice in place.monitor_choices)
    assert place.all_choice.isChecked()
    assert place.all_choice.text().endswith("in the system’s own window")
