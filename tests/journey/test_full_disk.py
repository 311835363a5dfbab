"""A disk that is really full: a counsellor's vault and stick by the accessibility tree, an officer's with the keyboard;
each with a passphrase that is first wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from support.disk import Disk
from support.sample_package import Recipe, World, write_zip

from evidence.model import Answer
from evidence.session import WithPassphrase, hand_over
from ui.main_window import MainWindow

Key, Modifier = Qt.Key, Qt.KeyboardModifier
PASSPHRASE = "four calm otters reading"
OF_THE_PACKAGE = "calm otters read slowly"


@pytest.fixture
def vault(disk: Disk) -> Path:
    """The vault lies on the disk that fills up."""
    return disk.folder / "vault"


def test_the_afternoon_by_the_tree(
    opened: MainWindow, reader: Any, ten_cases: list[str], announced: list[str], disk: Disk, qtbot: QtBot
) -> None:
    """Ten cases; what is typed into a full vault is still there; a full stick keeps no half package; then a slip."""

    # The vault's own disk: no eleventh case, no link, and nothing that was typed is lost.
    disk.fill()
    announced.clear()
    reader.write("A new case", "Person 11")
    reader.press("Begin")
    qtbot.waitUntil(opened.cases.message.isVisible, timeout=60_000)
    assert any("disk" in words.lower() for words in announced)
    assert opened.cases.new.line.text() == "Person 11"
    disk.free()
    reader.write("A new case", "")
    reader.choose("Person 7")
    reader.until("Add a link")
    reader.press("Add a link")
    reader.write("The link", "https://example.org/room/7")
    disk.fill()
    announced.clear()
    reader.press("Write it down")
    qtbot.waitUntil(opened.capture.message.isVisible, timeout=60_000)
    assert any("disk" in words.lower() for words in announced)
    assert opened.capture.url.line.text() == "https://example.org/room/7"
    disk.free()
    reader.press("Write it down")
    reader.until("A-01")

    # The stick.
    reader.press("Make a package")
    qtbot.waitUntil(lambda: opened.stack.currentWidget() is opened.package, timeout=10_000)
    out = disk.folder / "out"
    out.mkdir()
    reader.write("Where to put it", str(out))
    disk.fill()
    announced.clear()
    reader.press("Make the package")
    qtbot.waitUntil(opened.package.message.isVisible, timeout=60_000)
    assert opened.package.message.sentence.text() in " ".join(announced)
    assert not opened.package.result.isVisible()
    assert list(out.iterdir()) == [], "half a package is none"
    disk.free()
    reader.press("Make the package")
    qtbot.waitUntil(opened.package.result.isVisible, timeout=60_000)
    assert list(out.iterdir())

    # Away, and back: the disk is full again, which is said and leaves nothing; then a slip of the finger at the door.
    reader.press("Lock (Ctrl+L)")
    reader.until("Open")
    before = disk.files()
    disk.fill()
    announced.clear()
    reader.write("Passphrase", PASSPHRASE)
    reader.press("Open")
    qtbot.waitUntil(opened.start.message.isVisible, timeout=60_000)
    assert any("disk" in words.lower() for words in announced)
    assert not opened.desk.is_open
    assert disk.files() == before
    disk.free()
    announced.clear()
    reader.write("Passphrase", "four calm otter reading")
    reader.press("Open")
    qtbot.waitUntil(lambda: any("passphrase" in words.lower() for words in announced), timeout=60_000)
    assert not opened.desk.is_open
    reader.write("Passphrase", PASSPHRASE)
    reader.press("Open")
    qtbot.waitUntil(lambda: len(opened.cases.list.rows.rows) == len(ten_cases), timeout=60_000)
    reader.choose("Person 7")
    reader.until("A-01")


@pytest.mark.usefixtures("no_network")
def test_the_five_minutes_with_the_keyboard(
    window: MainWindow, hands: Any, reader: Any, announced: list[str], disk: Disk, tmp_path: Path
) -> None:
    """A sealed package on a full stick, opened at the second try, offline; the report is saved once there is room."""
    package = write_zip(Recipe(World()).build(), tmp_path / "p.zip")
    [handed] = hand_over(package, disk.folder, protection=WithPassphrase(OF_THE_PACKAGE))
    sealed, before = handed.path.read_bytes(), disk.files()
    disk.fill()
    page = window.verify
    hands.press(Key.Key_2, Modifier.ControlModifier)
    hands.until(lambda: window.stack.currentWidget() is page)
    hands.to("Package")
    hands.write(str(handed.path))
    hands.press(Key.Key_Return)
    hands.until(lambda: "This package is encrypted." in reader.hears())

    announced.clear()
    hands.to("Passphrase of the package")
    hands.write("not these words")
    hands.press(Key.Key_Return)
    hands.until(page.message.isVisible)
    assert page.message.sentence.text() in " ".join(announced)
    assert page.report is None
    hands.to("Passphrase of the package")
    hands.press(Key.Key_A, Modifier.ControlModifier)
    hands.write(OF_THE_PACKAGE)
    hands.press(Key.Key_Return)
    hands.until(lambda: page.report is not None)
    assert page.report is not None
    assert Answer.NO not in {claim.answer for claim in page.report.claims}

    hands.to("Report to print")
    hands.press(Key.Key_Space)
    hands.until(page.printing.isVisible)
    hands.to("Folder for the report")
    hands.write(str(disk.folder))
    hands.press(Key.Key_Tab)
    announced.clear()
    hands.use("Save the report")
    hands.until(page.message.isVisible)
    assert page.message.sentence.text() in " ".join(announced)
    assert disk.files() == before, "half a report is none"
    disk.free()
    hands.use("Save the report")
    hands.until(lambda: "Saved:" in reader.hears())
    [report] = disk.files() - before
    assert report.read_bytes().startswith(b"%PDF")
    assert handed.path.read_bytes() == sealed
