"""A counsellor's afternoon with ten cases, with the keyboard alone: no network, a full stick, a wrong passphrase."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ui.main_window import MainWindow

Key, Modifier = Qt.Key, Qt.KeyboardModifier
PASSPHRASE = "four calm otters reading"
CASES = 10


def test_ten_cases_with_the_keyboard(
    opened: MainWindow, hands: Any, reader: Any, announced: list[str], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, qtbot: QtBot,
) -> None:  # fmt: skip
    """Begins ten cases, writes in one, asks for the time in vain, hands over at the second try, comes back locked."""
    for number in range(1, CASES + 1):
        hands.press(Key.Key_1, Modifier.ControlModifier)
        hands.until(lambda: opened.stack.currentWidget() is opened.cases)
        hands.to("A new case")
        hands.write(f"Person {number}")
        hands.press(Key.Key_Return)
        hands.until(lambda: opened.stack.currentWidget() is opened.case)
    hands.press(Key.Key_1, Modifier.ControlModifier)
    hands.until(lambda: len(opened.cases.list.rows.rows) == CASES)

    # The seventh of them, found with the arrows.
    titles = [row.title for row in opened.cases.list.rows.rows]
    hands.to("Cases")
    while not opened.cases.list.hasFocus():  # the way at the side and the list have the same name
        hands.press(Key.Key_Tab)
    hands.press(Key.Key_Home)
    hands.press(Key.Key_Down, times=titles.index("Person 7"))
    hands.press(Key.Key_Return)
    hands.until(lambda: opened.case.heading.text() == "Person 7")
    hands.use("Add a link")
    hands.until(lambda: opened.stack.currentWidget() is opened.capture)
    hands.to("The link")
    hands.write("https://example.org/room/7")
    hands.press(Key.Key_Tab)
    hands.use("Write it down")
    hands.until(lambda: len(opened.case.list.rows.rows) == 1)

    # No network: it is said, and work goes on.
    hands.press(Key.Key_Comma, Modifier.ControlModifier)
    hands.until(lambda: opened.stack.currentWidget() is opened.settings)
    hands.to("Time authorities, one address in each line")
    hands.write("http://127.0.0.1:9/")
    hands.use("Keep these")
    hands.until(lambda: "Kept." in reader.hears())
    hands.press(Key.Key_1, Modifier.ControlModifier)
    hands.until(lambda: opened.stack.currentWidget() is opened.cases)
    opened.cases.list.setFocus()
    hands.press(Key.Key_Return)
    hands.until(lambda: len(opened.case.list.rows.rows) == 1)
    hands.use("Have the time confirmed")
    hands.until(opened.case.message.isVisible)

    # The stick is full at the first try.
    hands.use("Make a package")
    hands.until(lambda: opened.stack.currentWidget() is opened.package)
    hands.to("Where to put it")
    hands.write(str(tmp_path / "out"))

    def full(*_anything: object, **_more: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    announced.clear()
    with monkeypatch.context() as disk:
        disk.setattr("evidence.package.staging.Staging._target", full)
        hands.use("Make the package")
        hands.until(opened.package.message.isVisible)
    assert any(opened.package.message.sentence.text() in words for words in announced)
    assert not opened.package.result.isVisible()
    assert opened.package.place.line.text() == str(tmp_path / "out")
    hands.use("Make the package")
    hands.until(opened.package.result.isVisible)

    # Away for a coffee; a slip of the finger at the door, and the ten are there.
    hands.press(Key.Key_L, Modifier.ControlModifier)
    hands.until(lambda: not opened.desk.is_open)
    for typed in ("not the passphrase at all", PASSPHRASE):
        hands.to("Passphrase")
        hands.write(typed)
        hands.press(Key.Key_Return)
        hands.until(lambda: not opened.start.working.isVisible())
        assert opened.desk.is_open is (typed == PASSPHRASE)
    hands.until(lambda: len(opened.cases.list.rows.rows) == CASES)
