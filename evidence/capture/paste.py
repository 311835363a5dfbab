"""What a person pastes: text or a picture from the clipboard, exactly the bytes that the clipboard gave."""

from __future__ import annotations

import io
from functools import partial

from evidence.capture.clock import Clock, read_clock
from evidence.capture.naming import time_name
from evidence.errors import EvidenceError
from evidence.model import Acquisition, AcquisitionMethod, IncomingFile

PASTE_LIMIT = 256_000_000
"""Bytes. A clipboard holds its content in memory; more than this is a file and should come as one."""

_SUFFIXES = {
    "text/plain": ".txt", "text/html": ".html", "text/uri-list": ".txt", "image/png": ".png", "image/jpeg": ".jpg",
    "image/bmp": ".bmp", "image/gif": ".gif", "image/webp": ".webp", "image/tiff": ".tif",
}  # fmt: skip


def acquire_paste(
    data: bytes | str, *, clock: Clock = read_clock, media_type: str = "", name: str = "", note: str = "",
    lawful_access: str = "", limit: int = PASTE_LIMIT,
) -> Acquisition:  # fmt: skip
    """The acquisition of pasted ``data``. ``media_type`` is what the clipboard calls it; it is recorded, not believed.

    Text is kept as UTF-8; the halves of broken characters, which UTF-8 cannot hold, are written as ``\\ud800`` and
    that is recorded. Raises :class:`EvidenceError` ``capture.empty_paste`` or ``capture.paste_too_large``.
    """
    source: dict[str, str] = {}
    if isinstance(data, str):
        media_type = media_type or "text/plain"
        source["text_encoding"] = "utf_8"
        text = data
        try:
            data = text.encode("utf-8")
        except UnicodeEncodeError:
            data = text.encode("utf-8", "backslashreplace")
            source["text_encoding"] = "utf_8_escaped"
    if not data.strip():
        raise EvidenceError("capture.empty_paste")
    if len(data) > limit:
        raise EvidenceError("capture.paste_too_large", limit=limit)
    started = clock()
    kind = media_type.partition(";")[0].strip().lower()
    name = name or time_name("paste", started, _SUFFIXES.get(kind, ".bin"))
    if media_type:
        source["clipboard_type"] = media_type
    return Acquisition(
        files=(IncomingFile(name=name, open=partial(io.BytesIO, data), expected_size=len(data)),),
        method=AcquisitionMethod.PASTE_IMPORT,
        title=name,
        started=started,
        source=source,
        note=note,
        lawful_access=lawful_access,
    )
