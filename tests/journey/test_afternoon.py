"""A counsellor's afternoon with ten cases, by the accessibility tree alone; the network is gone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtGui import QAccessible
from pytestqt.qtbot import QtBot

from ui.main_window import MainWindow


def test_ten_cases(
    opened: MainWindow, reader: Any, ten_cases: list[str], announced: list[str], tmp_path: Path, qtbot: QtBot
) -> None:
    """Begins ten cases, keeps a link in one, asks for the time in vain, makes a package, has it checked."""
    rows = [node for node in reader.nodes() if node.role() == QAccessible.Role.ListItem]
    assert len(rows) == len(ten_cases)
    assert not [node for node in rows if not node.text(QAccessible.Text.Name).startswith("Person")]

    reader.press("Settings")
    reader.write("Time authorities, one address in each line", "http://127.0.0.1:9/")
    reader.press("Keep these")
    reader.until("Kept.")
    assert any("Kept." in words for words in announced)

    reader.press("Cases")
    reader.choose("Person 7")
    reader.until("Add a link")
    reader.press("Add a link")
    reader.write(opened.capture.url.edit.accessibleName(), "https://example.org/room/7")
    reader.press(opened.capture.take_button.text().replace("&", ""))
    reader.until("A-01")

    announced.clear()
    reader.press("Have the time confirmed")
    qtbot.waitUntil(opened.case.message.isVisible, timeout=60_000)
    assert opened.case.message.sentence.text() in " ".join(announced)

    reader.press("Make a package")
    qtbot.waitUntil(lambda: opened.stack.currentWidget() is opened.package, timeout=10_000)
    assert opened.stack.currentWidget() is opened.package
    reader.write(opened.package.place.edit.accessibleName(), str(tmp_path / "out"))
    reader.press(opened.package.make_button.text().replace("&", ""))
    reader.until(opened.package.check_button.text().replace("&", ""))
    reader.press(opened.package.check_button.text().replace("&", ""))
    qtbot.waitUntil(lambda: opened.stack.currentWidget() is opened.verify, timeout=10_000)
    reader.press(opened.verify.check_button.text().replace("&", ""))
    qtbot.waitUntil(lambda: bool(opened.verify.found) or opened.verify.message.isVisible(), timeout=60_000)
    assert opened.verify.found, opened.verify.message.sentence.text()


def test_help_is_found_by_the_tree(opened: MainWindow, reader: Any) -> None:
    """From the foot of the page to a number, and back."""
    reader.press("People and places that help")
    reader.until("02-735-8994")
    reader.press("Back")
    reader.until("A new case")
    reader.press("Help with this page (F1)")
    reader.until("Digital fingerprint")
    reader.press("Back")
    reader.until("A new case")
    assert opened.stack.currentWidget() is opened.cases


def test_leaving_by_the_tree(opened: MainWindow, reader: Any, qtbot: QtBot) -> None:
    reader.press("Leave now")
    qtbot.waitUntil(lambda: not opened.isVisible(), timeout=10_000)
