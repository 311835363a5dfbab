"""Keys that are heard while another program has the keyboard, on a real display."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ui.hotkey import X11Hotkeys


@pytest.mark.skipif(shutil.which("xdotool") is None, reason="there is no xdotool on this computer")
def test_it_is_heard_and_given_back(qapp: QApplication, qtbot: QtBot) -> None:
    keys = X11Hotkeys("MP")
    assert keys.heard == "MP"
    came: list[str] = []
    keys.pressed.connect(came.append)
    subprocess.run(["xdotool", "key", "ctrl+alt+m"], env=os.environ, check=True)
    qtbot.waitUntil(lambda: came == ["M"], timeout=5000)
    other = X11Hotkeys("MQ")  # M is taken: that is no error, it is only not had
    assert other.heard == "Q"
    other.close()
    subprocess.run(["xdotool", "key", "ctrl+alt+p"], env=os.environ, check=True)
    qtbot.waitUntil(lambda: came == ["M", "P"], timeout=5000)
    keys.close()
    again = X11Hotkeys("M")
    assert again.heard == "M"
    again.close()


def test_it_says_honestly_that_it_is_not_here(qapp: QApplication) -> None:
    assert X11Hotkeys("M", {}).heard == ""
    assert X11Hotkeys("M", {"DISPLAY": ":7", "WAYLAND_DISPLAY": "wayland-0"}).heard == ""
    assert X11Hotkeys("M", {"DISPLAY": ":9999"}).heard == ""
