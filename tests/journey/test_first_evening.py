"""A victim's first evening, with the keyboard alone; a full disk, a wrong passphrase, and someone at the door."""

from __future__ import annotations

import errno
import os
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from ui.main_window import MainWindow

Key, Modifier = Qt.Key, Qt.KeyboardModifier
PASSPHRASE = "four calm otters reading"
LINK = "https://example.org/room/17"


def test_first_evening(
    window: MainWindow, hands: Any, reader: Any, announced: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """First steps, a vault, the paper, a case, a link; nothing that was typed is lost when something goes wrong."""
    # The first steps.
    window.begin()
    hands.to("I am not sure")
    hands.press(Key.Key_Space)
    assert "Another computer may be safer" in reader.hears()
    assert any("Another computer may be safer" in words for words in announced)
    for words in ("What this program does, and never does", "Leaving at once", "practise first"):
        hands.use("Continue")
        hands.until(lambda words=words: words in reader.hears())
    hands.use("Make a new vault")
    hands.until(lambda: "Who will work with it?" in reader.hears())

    # A vault; its key goes to paper, and is tried from there.
    hands.to("Passphrase")
    hands.write(PASSPHRASE)
    hands.to("The same once more")
    hands.write(PASSPHRASE)
    hands.press(Key.Key_Return)
    hands.until(lambda: "It is shown only now" in reader.hears())
    paper = window.create_page.key.text().split("-")
    hands.to("It stands on paper now")
    hands.press(Key.Key_Space)
    for number in window.create_page.key_card.asked:
        hands.to(f"Group {number}")
        hands.write(paper[number - 1])
    hands.press(Key.Key_Return)
    hands.until(lambda: "There is no case yet" in reader.hears())

    # A case, and a link; the disk is full the first time.
    hands.to("A new case")
    hands.write("Messages in October")
    hands.press(Key.Key_Return)
    hands.until(lambda: "Add a link" in reader.hears())
    hands.use("Add a link")
    hands.until(lambda: window.stack.currentWidget() is window.capture)
    hands.to(window.capture.url.edit.accessibleName())
    hands.write(LINK)

    def full(_target: object, _block: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr("evidence.store.objects.write_all", full)
        hands.use(window.capture.take_button.text().replace("&", ""))
        hands.until(lambda: window.capture.message.isVisible())
    assert "disk" in window.capture.message.sentence.text().lower()
    assert any("disk" in words.lower() for words in announced)
    assert window.capture.url.line.text() == LINK
    hands.use(window.capture.take_button.text().replace("&", ""))
    hands.until(lambda: len(window.case.list.rows.rows) == 1)

    # Someone at the door.
    QApplication.clipboard().setText(LINK)
    hands.press(Key.Key_Escape, times=3)
    assert not window.isVisible()
    assert not QApplication.clipboard().text()
    hands.press(Key.Key_Escape, Modifier.ShiftModifier, times=3, on=window.exit.notes)
    hands.until(lambda: window.isVisible() and QApplication.activeWindow() is window)

    # Back: first with a slip of the finger.
    for typed, words in (("four calm otter reading", "passphrase"), (PASSPHRASE, "Messages in October")):
        hands.to("Passphrase")
        hands.write(typed)
        hands.press(Key.Key_Return)
        hands.until(lambda words=words: words in reader.hears() and not window.start.working.isVisible())
        if typed != PASSPHRASE:
            assert window.start.message.isVisible()
            assert not window.desk.is_open
    hands.to("Cases")
    window.cases.list.setFocus()
    hands.press(Key.Key_Return)
    hands.until(lambda: len(window.case.list.rows.rows) == 1)
    hands.press(Key.Key_L, Modifier.ControlModifier)
    hands.until(lambda: not window.desk.is_open)
