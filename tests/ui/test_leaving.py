"""Leaving at once: covered, locked, clipboard empty, a notes page in front; and the way back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from evidence.i18n import LANGUAGES
from evidence.model import Case
from ui import leaving
from ui.main_window import MainWindow
from ui.notes import LARGEST, NotesWindow, read_text, write_text

Settle = Callable[[], None]
SHIFT = Qt.KeyboardModifier.ShiftModifier


def strike(window: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """A key as the system gives it: to the window, not to a widget in it."""
    handle = window.windowHandle()
    assert handle is not None
    QTest.keyClick(handle, key, modifier)


@pytest.fixture
def ready(case: Case, window: MainWindow, settle: Settle) -> MainWindow:
    """A window that shows a case, and has had its quarter of a second to make the notes page."""
    window.exit.make_ready()
    settle()
    return window


def test_three_escapes_cover_lock_and_empty_the_clipboard(
    ready: MainWindow, qtbot: QtBot, settle: Settle, qapp: QApplication
) -> None:
    """When the last key is through, all of it has happened."""
    qapp.clipboard().setText("https://example.org/room/17")
    place = ready.geometry()
    for _ in range(2):
        strike(ready, Qt.Key.Key_Escape)
        assert ready.isVisible()
    strike(ready, Qt.Key.Key_Escape)
    assert not ready.isVisible()
    assert ready.exit.notes.isVisible()
    assert ready.exit.notes.geometry().size() == place.size()
    assert not ready.desk.is_open
    assert not qapp.clipboard().text()
    settle()
    assert qapp.topLevelWindows()
    assert "Holdfast" not in ready.exit.notes.windowTitle() + QGuiApplication.applicationDisplayName()
    qtbot.waitUntil(lambda: qapp.activeWindow() is ready.exit.notes, timeout=5_000)


def test_what_covers_comes_before_everything_else(
    ready: MainWindow, monkeypatch: pytest.MonkeyPatch, settle: Settle
) -> None:
    """First the window goes, then the notes page stands there; only then comes what may take a while. How long it takes
    from the key on, ``bench window`` measures."""
    seen: list[str] = []

    def note(owner: object, name: str) -> None:
        real = getattr(owner, name)

        def noted(*given: object) -> object:
            seen.append(name)
            assert (ready.isVisible(), ready.exit.notes.isVisible()) == (name == "hide", name != "hide")
            return real(*given)

        monkeypatch.setattr(owner, name, noted)

    note(ready, "hide")
    note(ready.exit.notes, "repaint")
    note(leaving, "empty_clipboard")
    note(ready.desk.jobs, "cancel_all")
    note(ready, "lock")
    ready.exit.leave()
    assert list(dict.fromkeys(seen)) == ["hide", "repaint", "empty_clipboard", "cancel_all", "lock"]
    settle()


def test_nothing_brings_the_window_back_but_the_keys(ready: MainWindow, settle: Settle) -> None:
    ready.exit.leave()
    ready.show()
    ready.setVisible(True)
    assert not ready.isVisible()
    notes = ready.exit.notes
    for _ in range(3):
        strike(notes, Qt.Key.Key_Escape)
    assert not ready.isVisible()
    for _ in range(3):
        strike(notes, Qt.Key.Key_Escape, SHIFT)
    assert ready.isVisible()
    assert not notes.isVisible()
    assert ready.stack.currentWidget() is ready.start
    assert not ready.desk.is_open
    settle()


@pytest.mark.parametrize("chosen, key, held", [
    ("f9", Qt.Key.Key_F9, Qt.KeyboardModifier.NoModifier),
    ("ctrl_shift_x", Qt.Key.Key_X, Qt.KeyboardModifier.ControlModifier | SHIFT),
])  # fmt: skip
def test_another_chord_can_be_chosen(
    window: MainWindow, settle: Settle, chosen: str, key: Qt.Key, held: Qt.KeyboardModifier
) -> None:
    window.desk.change(leave_keys=chosen)
    for _ in range(3):
        strike(window, Qt.Key.Key_Escape)
    assert window.isVisible()
    strike(window, key, held)
    assert not window.isVisible()
    window.exit.come_back()
    assert window.isVisible()


def test_escapes_that_are_far_apart_mean_nothing(window: MainWindow, qtbot: QtBot) -> None:
    strike(window, Qt.Key.Key_Escape)
    strike(window, Qt.Key.Key_Escape)
    qtbot.wait(1600)
    strike(window, Qt.Key.Key_Escape)
    strike(window, Qt.Key.Key_A)
    strike(window, Qt.Key.Key_Escape)
    strike(window, Qt.Key.Key_Escape)
    assert window.isVisible()


def test_the_button_is_reached_first_and_stands_on_every_page(window: MainWindow, settle: Settle) -> None:
    """The first stop of the Tab key from the top of the window."""
    first = window.nextInFocusChain()
    while not (first.isVisible() and first.focusPolicy() & Qt.FocusPolicy.TabFocus):
        first = first.nextInFocusChain()
    assert first is window.leave_way
    for show in (window.show_start, window.show_create, window.show_verify, window.show_settings, window.show_restore):
        show()
        assert window.leave_way.isVisible()
        assert window.leave_way.isEnabled()
    window.leave_way.click()
    assert not window.isVisible()
    settle()


def test_closing_the_notes_page_ends_the_program(ready: MainWindow, settle: Settle) -> None:
    ready.exit.leave()
    settle()
    ready.exit.notes.close()
    assert not ready.exit.notes.isVisible()
    assert ready.desk.jobs.is_closed


def test_a_package_that_is_being_checked_is_dropped_too(window: MainWindow, settle: Settle, tmp_path: Path) -> None:
    window.show_verify(tmp_path)
    window.verify.check()
    window.exit.leave()
    settle()
    assert window.verify.report is None
    assert not window.verify.place.line.text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notes_page_says_nothing_of_the_program(window: MainWindow, language: str) -> None:
    window.desk.change(language=language)
    notes = window.exit.notes
    words = [notes.windowTitle(), notes.page.toPlainText(), notes.place.text(), notes.page.accessibleName()]
    words += [action.text() for menu in notes._menus for action in [menu.menuAction(), *menu.actions()]]
    assert all(notes._actions[name].text() for name in notes._actions)
    assert not [said for said in words if "holdfast" in said.lower() or "vault" in said.lower() or "보관함" in said]


def test_the_notes_page_works(
    window: MainWindow, settle: Settle, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Types, saves, opens, asks before it loses anything."""
    window.exit.leave()
    notes = window.exit.notes
    qtbot.waitUntil(notes.isActiveWindow, timeout=5_000)
    notes.page.setFocus()
    qtbot.keyClicks(notes.page, "milk, bread")
    assert notes.windowTitle().startswith("*")
    path = tmp_path / "list.txt"
    notes.save_to(path)
    settle()
    assert path.read_text("utf-8") == "milk, bread"
    assert notes.windowTitle() == "list.txt – Notes"
    notes.new()
    assert not notes.page.toPlainText()
    notes.open_file(path)
    settle()
    assert notes.page.toPlainText() == "milk, bread"
    qtbot.keyClicks(notes.page, "!")
    notes.close()
    assert notes.isVisible()
    box = next(each for each in notes.findChildren(QMessageBox) if each.isVisible())
    drop = next(button for button in box.buttons() if button.text() == "Do not save")
    drop.click()
    qtbot.waitUntil(lambda: not notes.isVisible(), timeout=5_000)


def test_a_file_that_is_no_text_is_refused(window: MainWindow, settle: Settle, tmp_path: Path) -> None:
    notes = window.exit.notes
    (tmp_path / "a.txt").write_bytes(b"\0\1")
    notes.open_file(tmp_path / "a.txt")
    settle()
    assert "a.txt" in notes.statusBar().currentMessage()
    notes.save_to(tmp_path / "missing" / "b.txt")
    settle()
    assert "b.txt" in notes.statusBar().currentMessage()
    assert not notes.page.toPlainText()


def test_text_files_of_other_programs_are_read(tmp_path: Path) -> None:
    korean = tmp_path / "k.txt"
    korean.write_bytes("장보기".encode("cp949"))
    assert read_text(korean) == "장보기"
    write_text(korean, "하나\n둘")
    assert korean.read_text("utf-8").splitlines() == ["하나", "둘"]
    assert list(tmp_path.iterdir()) == [korean]
    korean.write_bytes(b"a" * (LARGEST + 1))
    with pytest.raises(OSError, match="text"):
        read_text(korean)


def test_the_notes_page_can_be_read_by_a_screen_reader(window: MainWindow, qtbot: QtBot) -> None:
    notes = window.exit.notes
    assert isinstance(notes, NotesWindow)
    node = QAccessible.queryAccessibleInterface(notes.page)
    assert node.text(QAccessible.Text.Name) == "Notes"
