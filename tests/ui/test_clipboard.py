"""What a clipboard holds, from programs that mean well and from others."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from support.errors import code_of

from ui.clipboard import LONGEST_TEXT, Copied, content_of, copied

OWNER = """
import sys
from PySide6.QtCore import QMimeData, QTimer
from PySide6.QtGui import QGuiApplication
application = QGuiApplication([])
data = QMimeData()
data.setText("words beside it")
data.setData(sys.argv[1], b"\\xff\\xd8 whatever the other program calls a picture")
QGuiApplication.clipboard().setMimeData(data)
QTimer.singleShot(0, lambda: print("ready", flush=True))
application.exec()
"""


def held(**kinds: bytes) -> QMimeData:
    data = QMimeData()
    for kind, content in kinds.items():
        data.setData(kind.replace("_", "/"), content)
    return data


@pytest.mark.parametrize(("data", "expected"), [
    (held(image_png=b"\x89PNG no picture"), Copied("x.png", b"\x89PNG no picture", "image/png")),
    (held(image_gif=b"GIF", image_png=b"PNG"), Copied("x.png", b"PNG", "image/png")),
    (held(image_webp=b"RIFF", text_plain=b"words"), Copied("x.webp", b"RIFF", "image/webp")),
    (held(image_png=b"", text_plain=b"words"), Copied("x.txt", "words", "text/plain")),
    (held(text_plain=b"  \n"), None), (held(application_x=b"x"), None), (QMimeData(), None),
])  # fmt: skip
def test_it_is_taken_as_it_is(data: QMimeData, expected: Copied | None) -> None:
    """Nothing is decoded: what calls itself a picture need not be one."""
    assert content_of(data, "x") == expected


def test_bare_pixels_are_written_down(qapp: QApplication) -> None:
    picture, data = QImage(4, 3, QImage.Format.Format_RGB32), QMimeData()
    picture.fill(QColor("teal"))
    data.setImageData(picture)
    found = content_of(data, "pasted")
    assert found is not None
    assert (found.name, found.media_type) == ("pasted.png", "image/png")
    assert QImage.fromData(found.data).pixelColor(1, 1) == QColor("teal")


def test_halves_of_characters_and_too_much_of_them() -> None:
    data = QMimeData()
    data.setText("broken \ud800 half")
    found = content_of(data, "x")
    assert found is not None
    assert str(found.data).startswith("broken ")
    data.setText("x" * (LONGEST_TEXT + 1))
    assert code_of(lambda: content_of(data, "x")) == "capture.paste_too_large"


@pytest.mark.skipif(sys.platform != "linux", reason="a display of this run is a matter of Linux")
def test_the_bytes_of_another_program_and_one_that_answers_no_more(
    qapp: QApplication, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    clipboard = QGuiApplication.clipboard()
    with subprocess.Popen([sys.executable, "-c", OWNER, "image/jpeg"], stdout=subprocess.PIPE) as owner:
        try:
            assert owner.stdout is not None
            assert owner.stdout.readline() == b"ready\n"
            qtbot.waitUntil(lambda: "image/jpeg" in clipboard.mimeData().formats(), timeout=60_000)
            found = copied(clipboard)
            assert found is not None
            assert (found.name, bytes(found.data)[:4]) == ("clipboard.jpg", b"\xff\xd8 w")
            os.kill(owner.pid, signal.SIGSTOP)
            asked: list[str] = []
            monkeypatch.setattr("ui.clipboard._png", lambda _data: asked.append("pixels"))
            assert copied(clipboard) is None
            assert asked == []
        finally:
            owner.kill()
