"""The picture that a desktop wrote into a file for us: read whole, and taken away again when it is beyond doubt ours.

Whatever answers in the name of the desktop may name any file. One that was not written during the request, is not the
person's own, or is no ordinary file is left as it is, and is not taken for a picture of the screen.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

_SLACK_NS = 2_100_000_000
"""Some file systems keep times to two seconds."""
_MOST_BYTES = 256 << 20


class NotOursError(Exception):
    """There is no file of this request at that address."""


@dataclass(frozen=True, slots=True)
class SystemFile:
    """A file of this request, read. ``path`` is for the person alone: it holds her name."""

    path: Path
    data: bytes
    device: int
    inode: int
    modified_ns: int
    links: int

    def take_away(self) -> bool:
        """Remove it, when nothing speaks against its being the very file that was read. Whether it is gone."""
        if self.links != 1:
            return False
        with suppress(OSError):
            folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                now = os.stat(self.path.name, dir_fd=folder, follow_symlinks=False)
                if (now.st_dev, now.st_ino, now.st_mtime_ns) != (self.device, self.inode, self.modified_ns):
                    return False
                os.unlink(self.path.name, dir_fd=folder)
                return True
            finally:
                os.close(folder)
        return False


def read_system_file(untrusted_uri: object, begun_ns: int, now_ns: int) -> SystemFile:
    """Read the file that a portal names; it must have been written between ``begun_ns`` and ``now_ns`` (since 1970).

    Raises :class:`NotOursError`.
    """
    path = _path(untrusted_uri)
    try:
        # A pipe must not make us wait, and a link may point anywhere.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as problem:
        raise NotOursError("open") from problem
    try:
        return _read(path, descriptor, begun_ns, now_ns)
    except OSError as problem:
        raise NotOursError("read") from problem
    finally:
        os.close(descriptor)


def _read(path: Path, descriptor: int, begun_ns: int, now_ns: int) -> SystemFile:
    facts = os.fstat(descriptor)
    if not stat.S_ISREG(facts.st_mode) or facts.st_uid != os.geteuid():
        raise NotOursError("kind")
    if not begun_ns - _SLACK_NS <= facts.st_mtime_ns <= now_ns + _SLACK_NS:
        raise NotOursError("time")
    if not 0 < facts.st_size <= _MOST_BYTES:
        raise NotOursError("size")
    with os.fdopen(descriptor, "rb", closefd=False) as stream:
        data = stream.read(_MOST_BYTES + 1)
    after = os.fstat(descriptor)
    if len(data) != facts.st_size or after.st_mtime_ns != facts.st_mtime_ns:
        raise NotOursError("changed")
    return SystemFile(path, data, facts.st_dev, facts.st_ino, facts.st_mtime_ns, facts.st_nlink)


def _path(untrusted_uri: object) -> Path:
    if not isinstance(untrusted_uri, str) or len(untrusted_uri) > 8192:
        raise NotOursError("uri")
    try:
        parts = urlsplit(untrusted_uri)
    except ValueError as problem:
        raise NotOursError("uri") from problem
    name = unquote_to_bytes(parts.path)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost") or parts.query or parts.fragment:
        raise NotOursError("uri")
    if not name.startswith(b"/") or b"\0" in name:
        raise NotOursError("uri")
    return Path(os.fsdecode(name))
