"""Whether the write-ahead log that a crash left is whole (https://sqlite.org/fileformat2.html, 4: the WAL format).

SQLite takes the first frame that does not verify for the end of the log. That is right for the last transaction, which
a crash may have cut; after damage in the middle it forgets what was committed behind it, without a word. The frames'
headers are not encrypted, so that commits beyond that point can be seen.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

from evidence.store.files import reading

_HEADER = struct.Struct(">8I")
"""Magic, version, page size, checkpoint number, two salts, two checksums."""
_FRAME = struct.Struct(">6I")
"""Page number, pages after a commit or 0, two salts, two checksums."""
_MAGIC = 0x377F0682
_PAGE = 4096


@dataclass(frozen=True, slots=True)
class LeftLog:
    """What a crash left in a write-ahead log, as its headers tell."""

    is_whole: bool
    """Whether its first header verifies; without it, nothing in the log counts."""
    last_commit: int
    """Number of frames up to the last commit that was written; 0 when there is none."""

    def is_cut(self, recovered: int) -> bool:
        """Whether commits were lost when SQLite took over ``recovered`` frames."""
        return self.last_commit > max(recovered, 0)


def left_log(path: Path) -> LeftLog:
    """Read the headers of the log in ``path``, which may be missing. Raises :class:`EvidenceError`
    ``vault.unreadable``."""
    if not path.exists():
        return LeftLog(is_whole=True, last_commit=0)
    last = 0
    with reading(path.name), path.open("rb", buffering=0) as file:
        start = file.read(_HEADER.size)
        if len(start) < _HEADER.size:
            return LeftLog(is_whole=not start, last_commit=0)
        header = _HEADER.unpack(start)
        is_whole = _verifies(start)
        page = header[2] if is_whole else _PAGE
        for number in range(1, (path.stat().st_size - _HEADER.size) // (_FRAME.size + page) + 1):
            file.seek(_HEADER.size + (number - 1) * (_FRAME.size + page))
            frame = _FRAME.unpack(file.read(_FRAME.size).ljust(_FRAME.size, b"\0"))
            # Frames of an earlier round of the log have other salts, both of them; a damaged one has one of them still.
            is_of_this_round = not is_whole or frame[2] == header[4] or frame[3] == header[5]
            if frame[1] and is_of_this_round:
                last = number
    return LeftLog(is_whole=is_whole, last_commit=last)


def _verifies(header: bytes) -> bool:
    """Magic number and checksum of the header."""
    magic = int.from_bytes(header[:4], "big")
    if magic & ~1 != _MAGIC:
        return False
    words = struct.unpack(">6I" if magic & 1 else "<6I", header[:24])
    first = second = 0
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & 0xFFFFFFFF
        second = (second + odd + first) & 0xFFFFFFFF
    return struct.unpack(">2I", header[24:]) == (first, second)
