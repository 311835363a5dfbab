"""The power goes while the window works; the next evening everything that was kept is there."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from support.sample_package import Recipe, World, write_zip
from support.waiting import until

from evidence.model import Answer
from ui.main_window import MainWindow

PASSPHRASE = "four calm otters reading"
KEPT = 3


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
CASES = 10
ROUND = 12


def cut(repository: Path, vault: Path, *, cases: int, kept: int) -> None:
    """Let a window work in ``cases`` cases, and end it by force once ``kept`` links are acknowledged."""
    busy = [sys.executable, str(Path(__file__).with_name("busy.py")), str(repository), str(vault), PASSPHRASE]
    with subprocess.Popen(
        [*busy, str(cases)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=dict(os.environ), text=True
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) == kept:
                process.kill()
                break
        process.wait()
    assert process.returncode == -signal.SIGKILL


def check_and_open(window: MainWindow, reader: Any, settle: Any, twin: Path) -> None:
    """The vault is whole; then a copy of what the cut left is opened by the tree."""
    window.show_upkeep()
    window.upkeep.check()
    settle()
    assert "Everything is as it was sealed" in reader.hears()
    reader.press("Lock (Ctrl+L)")
    reader.until("Where the vault is")
    reader.write("Where the vault is", str(twin))
    reader.write("Passphrase", PASSPHRASE)
    reader.press("Open")


def test_power_cut(window: MainWindow, hands: Any, reader: Any, vault: Path, repository: Path, settle: Any) -> None:
    """Ended by force in the middle of a busy run; opened again with the keyboard, and what the cut left a second time
    by what a screen reader hears."""
    cut(repository, vault, cases=1, kept=KEPT)
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
    check_and_open(window, reader, settle, twin)
    reader.until("Busy 1")
    reader.choose("Busy 1")
    reader.until("A-03")


def test_power_cut_in_the_afternoon(
    window: MainWindow, hands: Any, reader: Any, vault: Path, repository: Path, settle: Any
) -> None:
    """A counsellor's ten cases: all of them are there with every link that was acknowledged, and work goes on."""
    cut(repository, vault, cases=CASES, kept=ROUND)
    twin = vault.with_name("twin")
    shutil.copytree(vault, twin)
    second = f"A-{(ROUND - 1) // CASES + 1:02}"

    # With the keyboard: the ten, and the case that was busy last.
    window.show_start()
    hands.to("Passphrase")
    hands.write(PASSPHRASE)
    hands.press(Qt.Key.Key_Return)
    hands.until(lambda: window.desk.is_open and len(window.cases.list.rows.rows) == CASES)
    titles = [row.title for row in window.cases.list.rows.rows]
    assert set(titles) == {f"Busy {number + 1}" for number in range(CASES)}
    last = f"Busy {(ROUND - 1) % CASES + 1}"
    window.cases.list.setFocus()
    hands.press(Qt.Key.Key_Home)
    hands.press(Qt.Key.Key_Down, times=titles.index(last))
    hands.press(Qt.Key.Key_Return)
    hands.until(lambda: window.case.heading.text() == last and len(window.case.list.rows.rows) >= 2)
    before = len(window.case.list.rows.rows)
    hands.use("Add a link")
    hands.until(lambda: window.stack.currentWidget() is window.capture)
    hands.to("The link")
    hands.write("https://example.org/after")
    hands.press(Qt.Key.Key_Tab)
    hands.use("Write it down")
    hands.until(lambda: len(window.case.list.rows.rows) == before + 1)
    check_and_open(window, reader, settle, twin)
    # What the cut left, a second time, by the tree: each case and its links.
    for number in range(CASES):
        reader.until(f"Busy {CASES}")
        reader.choose(f"Busy {number + 1},")
        reader.until(second if number < ROUND % CASES else "A-01")
        reader.press("Cases")


def test_power_cut_while_an_officer_checks(
    window: MainWindow, hands: Any, tmp_path: Path, home: Path, repository: Path
) -> None:
    """Ended by force in the middle of a check: the package is as it was, nothing lies on the disk, nothing runs on;
    checked again with the keyboard it is answered."""
    package = write_zip(Recipe(World()).build(), tmp_path / "p.zip")

    def contents() -> dict[Path, bytes]:
        return {path: path.read_bytes() for folder in (tmp_path, home) for path in folder.rglob("*") if path.is_file()}

    before = contents()
    checking = [sys.executable, str(Path(__file__).with_name("checking.py")), str(repository), str(package)]
    with subprocess.Popen(
        checking, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline().strip() == b"half done"
        process.kill()
        process.wait()
    assert process.returncode == -signal.SIGKILL
    until(lambda: not _is_anyone_left(process.pid))  # the child process that reads untrusted bytes goes too
    assert contents() == before

    page = window.verify
    hands.press(Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    hands.until(lambda: window.stack.currentWidget() is page)
    hands.to("Package")
    hands.write(str(package))
    hands.press(Qt.Key.Key_Return)
    hands.until(lambda: bool(page.found))
    assert page.report is not None
    assert Answer.NO not in {claim.answer for claim in page.report.claims}
    assert contents() == before


def _is_anyone_left(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
