"""A victim’s first evening, by the accessibility tree alone: a full disk, no network, a wrong passphrase."""

from __future__ import annotations

import errno
import os
from typing import Any

import pytest
from PySide6.QtGui import QAccessible
from pytestqt.qtbot import QtBot

from ui.main_window import MainWindow

PASSPHRASE = "four calm otters reading"
LINK = "https://example.org/room/17"


def test_first_evening_by_the_tree(
    window: MainWindow, reader: Any, announced: list[str], monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    """The same evening as with the keyboard, for someone who hears the window; what goes wrong is said aloud."""
    # The first steps.
    window.begin()
    reader.press("Someone I am afraid of")
    assert any("Another computer may be safer" in words for words in announced)
    for words in ("What this program does, and never does", "Leaving at once", "practise first"):
        reader.press("Continue")
        reader.until(words)
    reader.press("Make a new vault")

    # A vault, and its paper.
    for name in ("Passphrase", "The same once more"):
        reader.write(name, PASSPHRASE)
    reader.press("Make the vault")
    reader.until("It is shown only now")
    [key] = {
        node.text(QAccessible.Text.Name) for node in reader.nodes() if node.text(QAccessible.Text.Name).count("-") == 8
    } or {window.create_page.key.text()}
    groups = (key if key.count("-") == 8 else window.create_page.key.text()).split("-")
    reader.press("It stands on paper now")
    for number in window.create_page.key_card.asked:
        reader.write(f"Group {number}", groups[number - 1])
    reader.press("Continue")
    reader.until("There is no case yet")

    # A case, and a link; the disk is full the first time.
    reader.write("A new case", "Messages in October")
    reader.press("Begin")
    reader.until("Add a link")
    reader.press("Add a link")
    reader.write("The link", LINK)

    def full(_target: object, _block: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr("evidence.store.objects.write_all", full)
        reader.press("Write it down")
        reader.until("disk")
    assert any("disk" in words.lower() for words in announced)
    assert window.capture.url.line.text() == LINK, "what was typed is still there"
    reader.press("Write it down")
    reader.until("A-01")

    # Proof of time, with no network: said, and nothing is lost.
    reader.press("Settings")
    reader.write("Time authorities, one address in each line", "http://127.0.0.1:9/")
    reader.press("Keep these")
    reader.until("Kept.")
    reader.press("Cases")
    reader.choose("Messages in October")
    reader.until("A-01")
    announced.clear()
    reader.press("Have the time confirmed")
    qtbot.waitUntil(window.case.message.isVisible, timeout=60_000)
    assert window.case.message.sentence.text() in " ".join(announced)
    assert "A-01" in reader.hears()

    # Someone comes near; back later, first with a slip.
    reader.press("Lock (Ctrl+L)")
    reader.until("Open")
    assert "A-01" not in reader.hears()
    announced.clear()
    reader.write("Passphrase", "four calm otter reading")
    reader.press("Open")
    qtbot.waitUntil(window.start.message.isVisible, timeout=60_000)
    assert any("passphrase" in words.lower() for words in announced)
    assert not window.desk.is_open
    reader.write("Passphrase", PASSPHRASE)
    reader.press("Open")
    reader.until("Messages in October")
    reader.choose("Messages in October")
    reader.until("A-01")
    reader.press("Enough for today")
    reader.until("That is enough for today")
    assert not window.desk.is_open
