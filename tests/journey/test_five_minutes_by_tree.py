"""An officer's five minutes, by the accessibility tree alone: encrypted, damaged, a full stick, no network at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from support.sample_package import Recipe, World, write_zip

from evidence.session import WithPassphrase, hand_over
from ui.main_window import MainWindow

PASSPHRASE = "calm otters read slowly"


@pytest.mark.usefixtures("no_network")
def test_five_minutes_by_the_tree(
    window: MainWindow, reader: Any, announced: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:  # fmt: skip
    """Opens what is encrypted at the second try, reads, prints at the second try; nothing else is ever written."""
    package = write_zip(Recipe(World()).build(), tmp_path / "p.zip")
    [handed] = hand_over(package, tmp_path / "stick", protection=WithPassphrase(PASSPHRASE))
    before = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    page = window.verify
    reader.press("Check a package", takes_first=True)  # at the side, and on the page
    reader.until("Each claim is answered")

    reader.write("Package", str(handed.path))
    reader.press("Check it")
    reader.until("This package is encrypted.")
    reader.write("Passphrase of the package", "not these words")
    announced.clear()
    reader.press("Open and check")
    qtbot.waitUntil(page.message.isVisible, timeout=60_000)
    assert page.message.sentence.text() in " ".join(announced)
    reader.write("Passphrase of the package", PASSPHRASE)
    reader.press("Open and check")
    reader.until("Nothing was changed, added or taken away – yes")
    assert "cannot tell" in reader.hears()

    reader.press("What is inside")
    reader.until("Names and titles as whoever made the package wrote them.")
    reader.press("What is inside")

    out = tmp_path / "out"
    out.mkdir()
    reader.press("Report to print")
    reader.write("Folder for the report", str(out))
    with monkeypatch.context() as disk:
        disk.setattr("evidence.session.checking.os.fsync", _full)
        reader.press("Save the report")
        qtbot.waitUntil(page.message.isVisible, timeout=60_000)
    assert list(out.iterdir()) == [], "half a report is none"
    reader.press("Save the report")
    reader.until("Saved:")
    [report] = out.iterdir()
    assert report.read_bytes().startswith(b"%PDF")

    # The power may go at any moment of this: there is nothing else that it could leave behind.
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file() and path != report) == before
    data = bytearray(package.read_bytes())
    data[len(data) // 2] ^= 1
    package.write_bytes(data)
    reader.write("Package", str(package))
    reader.press("Check it")
    qtbot.waitUntil(lambda: not page.working.isVisible(), timeout=60_000)
    assert "Nothing was changed, added or taken away – yes" not in reader.hears()


def _full(*_anything: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
