"""Watching from the window: shown at the side, sealed at once, off when the vault locks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QClipboard, QGuiApplication
from pytestqt.qtbot import QtBot

from evidence import session
from evidence.model import Case, MinorAnswer
from evidence.session import Afterwards, Arrived
from ui.main_window import MainWindow
from ui.minor import MinorSheet

LIMIT = 30_000
PASSPHRASE = "four calm otters reading"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "downloads"
    made.mkdir()
    return made


def begin(window: MainWindow, case: Case, qtbot: QtBot) -> None:
    page = window.watching
    page.begin()
    sheet = window.stack.currentWidget()
    assert isinstance(sheet, MinorSheet)
    sheet.answer(MinorAnswer.NO)
    qtbot.waitUntil(lambda: page.is_watching, timeout=LIMIT)


def test_what_arrives_is_sealed_and_it_is_shown(
    window: MainWindow, case: Case, qtbot: QtBot, settle: Callable[[], None], folder: Path
) -> None:
    window.show_capture(case.id)
    window.capture.watch_button.click()
    page = window.watching
    page._take_folder([folder])
    page.after[Afterwards.GOES].setChecked(True)
    begin(window, case, qtbot)
    page._timer.setInterval(100)
    assert page.stop_button.isVisible()
    window.show_cases()
    assert window.watch_way.isVisible()
    (folder / "room.txt").write_text("what came")
    qtbot.waitUntil(lambda: bool(page._came), timeout=LIMIT)
    settle()
    (exhibit,) = window.desk.session.exhibits(case.id)
    assert exhibit.item.files[0].name == "room.txt"
    assert exhibit.item.settings["minor_possible"] == "no"
    assert list(folder.iterdir()) == []
    window.watch_way.click()
    assert window.stack.currentWidget() is page
    assert "room.txt" in page.came.text()
    window.lock()
    settle()
    assert not page.is_watching
    assert not page._timer.isActive()
    assert not window.watch_way.isVisible()


def test_what_is_copied_elsewhere_is_taken_in(
    window: MainWindow, case: Case, qtbot: QtBot, settle: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    window.show_watch(case.id)
    page = window.watching
    page.clipboard_box.setChecked(True)
    begin(window, case, qtbot)
    QGuiApplication.clipboard().setText("copied by this program itself")
    monkeypatch.setattr(QClipboard, "ownsClipboard", lambda _self: False)
    QGuiApplication.clipboard().setText("https://t.me/sample_room/12")
    qtbot.waitUntil(lambda: bool(page._came), timeout=LIMIT)
    settle()
    (exhibit,) = window.desk.session.exhibits(case.id)
    assert exhibit.item.files[0].name == "clipboard.txt"
    page.stop()
    QGuiApplication.clipboard().setText("later")
    settle()
    assert len(window.desk.session.exhibits(case.id)) == 1
    QGuiApplication.clipboard().clear()


def test_a_look_that_is_under_way_when_the_vault_locks_holds_up_no_later_watch(
    window: MainWindow, case: Case, qtbot: QtBot, settle: Callable[[], None], folder: Path, vault: Path,
) -> None:  # fmt: skip
    window.show_watch(case.id)
    page = window.watching
    page._take_folder([folder])
    begin(window, case, qtbot)
    looks, goes_on = threading.Event(), threading.Event()

    def look(_cancelled: object) -> Arrived:
        looks.set()
        goes_on.wait()
        return Arrived()

    assert page._watch is not None
    page._watch.look = look  # type: ignore[method-assign]
    page._look()
    looks.wait()
    window.lock()
    goes_on.set()
    settle()
    window.desk.jobs.start(
        lambda _progress, _cancelled: session.open_vault(vault, passphrase=PASSPHRASE), window.opened,
        lambda problem: pytest.fail(repr(problem)),
    )  # fmt: skip
    settle()
    window.show_watch(case.id)
    page._take_folder([folder])
    begin(window, case, qtbot)
    page._timer.setInterval(50)
    (folder / "room.txt").write_text("what came")
    qtbot.waitUntil(lambda: bool(page._came), timeout=LIMIT)
    settle()


def test_a_folder_that_goes_away_ends_it_calmly(
    window: MainWindow, case: Case, qtbot: QtBot, settle: Callable[[], None], folder: Path
) -> None:
    window.show_watch(case.id)
    page = window.watching
    page._take_folder([folder])
    begin(window, case, qtbot)
    folder.rmdir()
    page._look()
    settle()
    assert not page.is_watching
    assert page.message.isVisible()
