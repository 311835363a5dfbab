"""The power goes while the window works; the next evening everything that was kept is there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

from ui.main_window import MainWindow

PASSPHRASE = "four calm otters reading"
KEPT = 3


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_power_cut(window: MainWindow, hands: Any, reader: Any, vault: Path, repository: Path, settle: Any) -> None:
    """Ended by force in the middle of a busy run; opened again with the keyboard, and what the cut left a second time
    by what a screen reader hears."""
    busy = [sys.executable, str(Path(__file__).with_name("busy.py")), str(repository), str(vault), PASSPHRASE]
    with subprocess.Popen(
        busy, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=dict(os.environ), text=True
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) == KEPT:
                process.kill()
                break
        process.wait()
    assert process.returncode == -9
    twin = vault.with_name("twin")
    shutil.copytree(vault, twin)
    window.show_start()
    hands.to("Passphrase")
    hands.write(PASSPHRASE)
    hands.press(Qt.Key.Key_Return)
    hands.until(lambda: window.desk.is_open and bool(window.cases.list.rows.rows))
    window.cases.list.setFocus()
    hands.press(Qt.Key.Key_Return)
    hands.until(lambda: len(window.case.list.rows.rows) >= KEPT)
    assert "Add a link" in reader.hears()
    window.show_upkeep()
    window.upkeep.check()
    settle()
    assert "Everything is as it was sealed" in reader.hears()

    reader.press("Lock (Ctrl+L)")
    reader.until("Where the vault is")
    reader.write("Where the vault is", str(twin))
    reader.write("Passphrase", PASSPHRASE)
    reader.press("Open")
    reader.until("Busy")
    reader.choose("Busy")
    reader.until("A-03")
