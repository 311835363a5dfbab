"""Files that are there completely and durably, or not at all; what the system answers, as :class:`EvidenceError`."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from evidence.errors import CancelledError, EvidenceError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
BINARY = getattr(os, "O_BINARY", 0)
"""On Windows a file opened by number is text unless this says otherwise."""
_BLOCK = 1 << 20
PART = ".part"
"""Suffix of a file that is being written: worth nothing until it is renamed."""


@contextmanager
def writing(name: str) -> Iterator[None]:
    """Turn what the system says while writing into ``vault.disk_full`` or ``vault.write_failed``."""
    try:
        yield
    except OSError as problem:
        if problem.errno in _FULL:
            raise EvidenceError("vault.disk_full") from problem
        raise EvidenceError("vault.write_failed", name=name) from problem


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Turn what the system says while reading into ``vault.unreadable``."""
    try:
        yield
    except OSError as problem:
        raise EvidenceError("vault.unreadable", name=name) from problem


def sync_file(descriptor: int) -> None:
    """Have the bytes of an open file on the disk when this returns. Raises ``OSError``."""
    if sys.platform == "darwin":
        import fcntl

        # On macOS fsync leaves the bytes in the drive's cache; this flushes the drive too (fcntl(2)).
        try:
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
        except OSError as problem:
            if problem.errno not in (errno.ENOTSUP, errno.EINVAL):
                raise
    os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Have the names in ``folder`` on the disk when this returns (Windows does this by itself). Raises ``OSError``."""
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def write_whole(path: Path, data: bytes) -> None:
    """Put ``data`` in the place of ``path``: after a crash either the old or the new content is there.

    Raises :class:`EvidenceError` ``vault.disk_full`` or ``vault.write_failed``; then the old content stands.
    """
    part = path.with_name(path.name + PART)
    with writing(path.name):
        try:
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | BINARY, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(data)
                stream.flush()
                sync_file(stream.fileno())
            part.replace(path)
            sync_folder(path.parent)
        except OSError:
            part.unlink(missing_ok=True)
            raise


def read_bounded(path: Path, limit: int) -> bytes:
    """The bytes of a small file; at most ``limit`` are read, so that a stranger's huge file does no harm.

    Raises :class:`EvidenceError` ``vault.unreadable``; a longer file comes back cut at ``limit + 1``.
    """
    with reading(path.name), path.open("rb") as stream:
        return stream.read(limit + 1)


def write_all(target: BinaryIO, data: bytes) -> None:
    """Write all of ``data`` to an unbuffered file, which may take it in parts. Raises ``OSError``."""
    view = memoryview(data)
    while view:
        view = view[target.write(view) :]


def copy_bytes(source: BinaryIO, target: BinaryIO, name: str, cancelled: Callable[[], bool] = lambda: False) -> None:
    """Copy a stream to its end, in constant memory; ``name`` is said when it fails.

    Raises :class:`EvidenceError` ``vault.unreadable``, ``vault.disk_full``, ``vault.write_failed``, and
    :class:`CancelledError`.
    """
    while True:
        if cancelled():
            raise CancelledError
        with reading(name):
            data = source.read(_BLOCK)
        if not data:
            return
        with writing(name):
            write_all(target, data)
