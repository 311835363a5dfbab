"""What somebody copied elsewhere, as bytes or text that can be taken in."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QClipboard, QImage

from evidence.errors import EvidenceError

LONGEST_TEXT = 4 << 20


class Copied(NamedTuple):
    """What the clipboard held: the name and type of the exhibit's file, and its content."""

    name: str
    data: bytes | str
    media_type: str


def copied(clipboard: QClipboard) -> Copied | None:
    """A picture (as PNG) or a text that another program copied; None for anything else, or what this program copied.

    Raises :class:`EvidenceError` ``capture.paste_too_large``.
    """
    if clipboard.ownsClipboard():
        return None
    data = clipboard.mimeData()
    picture = clipboard.image() if data.hasImage() else QImage()
    if not picture.isNull():
        room = QByteArray()
        buffer = QBuffer(room)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        picture.save(buffer, b"PNG")
        return Copied("clipboard.png", bytes(room.data()), "image/png")
    words = data.text() if data.hasText() else ""
    if not words.strip():
        return None
    if len(words) > LONGEST_TEXT:
        raise EvidenceError("capture.paste_too_large", limit=LONGEST_TEXT)
    return Copied("clipboard.txt", words, "text/plain")
