"""The package as one ZIP: stored, ZIP64 where needed, UTF-8 names, the same bytes from the same files."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from evidence.digest import CHUNK_SIZE
from evidence.errors import CancelledError

_UNIX_FILE = 0o100644 << 16


def write_zip(
    sizes: Mapping[str, int],
    open_file: Callable[[str], BinaryIO],
    target: Path,
    *,
    root: str,
    at: datetime,
    progress: Callable[[int], None],
    cancelled: Callable[[], bool],
) -> None:
    """Write the files that ``sizes`` names (path to bytes) into ``target``, below one top folder ``root`` (RFC 8493,
    4.2), in the order of their paths.

    ``at`` is the time that every entry carries; ``progress`` gets the bytes of each step.
    Raises :class:`CancelledError`, ``OSError``.
    """
    # ZIP times are without a zone, in steps of two seconds, from 1980.
    stamp = (max(at.year, 1980), at.month, at.day, at.hour, at.minute, at.second // 2 * 2)
    target.touch(mode=0o600, exist_ok=False)
    with target.open("wb") as raw, zipfile.ZipFile(raw, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for path in sorted(sizes):
            entry = zipfile.ZipInfo(f"{root}/{path}", stamp)
            entry.create_system = 3
            entry.external_attr = _UNIX_FILE
            entry.file_size = sizes[path]
            with open_file(path) as reader, archive.open(entry, "w") as writer:
                while chunk := reader.read(CHUNK_SIZE):
                    if cancelled():
                        raise CancelledError
                    writer.write(chunk)
                    progress(len(chunk))
