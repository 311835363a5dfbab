"""An officer's five minutes, with the keyboard alone: a good package, a damaged one, one that is not there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from support.sample_package import Recipe, World, write_folder

from evidence.model import Answer
from ui.main_window import MainWindow

Key, Modifier = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A valid package, as a folder."""
    return write_folder(Recipe(World()).build(), tmp_path / "package")


def test_five_minutes(window: MainWindow, hands: Any, reader: Any, package: Path) -> None:
    """Each answer is read aloud in words, and nothing that is wrong is a yes."""
    hands.press(Key.Key_2, Modifier.ControlModifier)
    hands.until(lambda: window.stack.currentWidget() is window.verify)
    place = window.verify.place.edit.accessibleName()

    def check(path: Path) -> None:
        hands.to(place)
        hands.press(Key.Key_A, Modifier.ControlModifier)
        hands.write(str(path))
        hands.press(Key.Key_Return)
        hands.until(lambda: not window.verify.working.isVisible())

    check(package)
    report = window.verify.found[0].report
    assert report is not None
    answers = {claim.answer for claim in report.claims}
    assert Answer.NO not in answers
    assert Answer.CANNOT_TELL in answers  # who sent it can never be told
    assert "cannot tell" in reader.hears().lower()

    victim = next(path for path in sorted((package / "data").rglob("*")) if path.is_file())
    victim.write_bytes(victim.read_bytes()[:-1] + b"!")
    check(package)
    report = window.verify.found[0].report
    assert report is not None
    assert Answer.NO in {claim.answer for claim in report.claims}
    assert victim.name in reader.hears()

    check(package.parent / "not there")
    assert window.verify.message.isVisible()
    hands.press(Key.Key_F1)
    hands.until(lambda: "Checking a package" in reader.hears())
