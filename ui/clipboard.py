"""What somebody copied or drags here, as bytes or text that can be taken in.

A picture is taken as the other program gives it, undecoded: nothing of it is read in this process, and what is sealed
is what was copied. Only where a system hands over bare pixels are they written down as PNG.
"""

from __future__ import annotations

import time
from typing import NamedTuple

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData
from PySide6.QtGui import QClipboard, QImage, QImageWriter

from evidence.errors import EvidenceError

LONGEST_TEXT = 4 << 20
_PATIENCE_S = 2.0
"""A program that gave nothing for so long (a system waits up to five seconds) is not asked for anything else."""
PICTURES = {
    "image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "image/gif": ".gif", "image/tiff": ".tif",
    "image/bmp": ".bmp",
}  # fmt: skip
_PIXELS = "application/x-qt-image"
"""What Qt calls a picture that can be had as bare pixels."""


class Copied(NamedTuple):
    """What the clipboard held: the name and type of the exhibit's file, and its content."""

    name: str
    data: bytes | str
    media_type: str


def copied(clipboard: QClipboard) -> Copied | None:
    """A picture or a text that another program copied; None for anything else, or what this program copied.

    Raises :class:`EvidenceError` ``capture.paste_too_large``.
    """
    return None if clipboard.ownsClipboard() else content_of(clipboard.mimeData(), "clipboard")


def content_of(data: QMimeData, stem: str) -> Copied | None:
    """The picture or the text in ``data``, under a neutral name that begins with ``stem``; None when there is neither.

    Raises :class:`EvidenceError` ``capture.paste_too_large``.
    """
    kinds = data.formats()  # asked once: a program that does not answer holds each question up
    pictures = [kind for kind in ("image/png", *kinds) if kind in PICTURES and kind in kinds]
    if pictures:
        asked_s = time.monotonic()
        if raw := bytes(data.data(pictures[0]).data()):
            return Copied(stem + PICTURES[pictures[0]], raw, pictures[0])
        if time.monotonic() - asked_s > _PATIENCE_S:
            return None
    if _PIXELS in kinds and (drawn := _png(data)):
        return Copied(f"{stem}.png", drawn, "image/png")
    words = data.text() if kinds else ""
    if not words.strip():
        return None
    if len(words) > LONGEST_TEXT:
        raise EvidenceError("capture.paste_too_large", limit=LONGEST_TEXT)
    return Copied(f"{stem}.txt", words, "text/plain")


def _png(data: QMimeData) -> bytes:
    """Bare pixels as PNG; nothing when there are none."""
    picture, room = data.imageData(), QByteArray()
    if not isinstance(picture, QImage) or picture.isNull():
        return b""
    buffer = QBuffer(room)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return bytes(room.data()) if QImageWriter(buffer, QByteArray(b"png")).write(picture) else b""
