"""Files that a person chooses, drops or imports: one acquisition for each, read once and watched while it is read.

A name that is a symbolic link is followed when the person chose it herself, and that is recorded; links found inside
a folder are never followed. Where a file lay is not recorded unless she asks for it: a path can name her or others.
"""

from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO, TypeVar, cast

from evidence.capture.clock import Clock, read_clock
from evidence.capture.origin import origin_facts
from evidence.errors import EvidenceError
from evidence.i18n import visible
from evidence.model import Acquisition, AcquisitionMethod, IncomingFile

T = TypeVar("T")

IMPORT_METHODS = (
    AcquisitionMethod.FILE_IMPORT, AcquisitionMethod.PHOTO_OF_OTHER_SCREEN,
    AcquisitionMethod.RECEIVED_FROM_THIRD_PARTY,
)  # fmt: skip
"""What a person can say of how files came to be: as they are, photographs of another screen, given to her."""

_OPEN_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    # A pipe that takes the file's place between looking and opening must not block the program.
    | getattr(os, "O_NONBLOCK", 0)
)


class WatchedFile(io.FileIO):
    """A file opened for one reading that notices when the file changes meanwhile.

    At the end of the file, and again when it is closed after its end was reached, the size, the time of modification
    and the identity of the file are compared with what they were when it was chosen; a difference, or more bytes than
    there were, raises :class:`EvidenceError` ``capture.changed_while_read``. A reading that is broken off claims
    nothing and checks nothing.
    """

    def __init__(self, path: Path, name: str, before: os.stat_result) -> None:
        """Raises ``capture.changed_while_read`` when the file is no longer the one that was chosen."""
        self._path = path
        self._name = name
        self._before = before
        self._reached_end = False
        descriptor = _guarded(name, lambda: os.open(path, _OPEN_FLAGS))
        try:
            if not _is_same(before, os.fstat(descriptor)):
                raise EvidenceError("capture.changed_while_read", name=name)
            super().__init__(descriptor, "rb", closefd=True)
        except BaseException:
            os.close(descriptor)
            raise

    def read(self, size: int | None = -1) -> bytes:
        """Read up to ``size`` bytes. Raises ``capture.changed_while_read`` or ``capture.file_unreadable``."""
        if size is None or size < 0:
            return self.readall()
        data = _guarded(self._name, lambda: super(WatchedFile, self).read(size))
        self._noticed(len(data), size)
        return data

    def readall(self) -> bytes:
        """Read to the end. Raises as :meth:`read` does."""
        data = _guarded(self._name, super().readall)
        self._noticed(0, 1)
        return data

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Read into ``buffer``. Raises as :meth:`read` does."""
        count = _guarded(self._name, lambda: super(WatchedFile, self).readinto(buffer)) or 0
        self._noticed(count, len(buffer))
        return count

    def close(self) -> None:
        """Close. Raises ``capture.changed_while_read`` when the whole file was read and is no longer the same."""
        if self.closed:
            return
        try:
            if self._reached_end or self.tell() >= self._before.st_size:
                self._compare()
        finally:
            super().close()

    def _noticed(self, count: int, asked: int) -> None:
        if count == 0 and asked > 0:
            self._reached_end = True
            self._compare()
        elif self.tell() > self._before.st_size:
            # A file that grows as fast as it is read would otherwise never end.
            raise EvidenceError("capture.changed_while_read", name=self._name)

    def _compare(self) -> None:
        try:
            there = self._path.stat()
        except OSError as problem:
            raise EvidenceError("capture.changed_while_read", name=self._name) from problem
        now = os.fstat(self.fileno())
        is_whole = self.tell() == self._before.st_size
        if not (is_whole and _is_same(self._before, now) and _is_same(self._before, there)):
            raise EvidenceError("capture.changed_while_read", name=self._name)


def acquire_files(
    paths: Iterable[Path], *, clock: Clock = read_clock, keep_paths: bool = False, note: str = "",
    lawful_access: str = "", method: AcquisitionMethod = AcquisitionMethod.FILE_IMPORT,
    guided: Mapping[str, str] | None = None,
) -> tuple[Acquisition, ...]:  # fmt: skip
    """One acquisition for each of ``paths``, in their order. Every path is looked at before any file is read.

    ``method``: what the person says of how they came to be, out of :data:`IMPORT_METHODS`; ``guided``: further facts,
    those of a checklist. Raises :class:`EvidenceError` ``capture.bad_method``, ``capture.no_files``,
    ``capture.file_missing``, ``capture.file_unreadable``, ``capture.is_folder`` (see
    :func:`evidence.capture.list_folder`), ``capture.not_a_file`` or ``capture.empty_file``.
    """
    if method not in IMPORT_METHODS:
        raise EvidenceError("capture.bad_method", name=method, names=", ".join(IMPORT_METHODS))
    started = clock()
    acquisitions = tuple(
        acquire_file(
            path, clock=lambda: started, keep_path=keep_paths, note=note, lawful_access=lawful_access, method=method,
            guided=guided,
        )
        for path in paths
    )  # fmt: skip
    if not acquisitions:
        raise EvidenceError("capture.no_files")
    return acquisitions


def acquire_file(
    path: Path, *, clock: Clock = read_clock, keep_path: bool = False, note: str = "",
    lawful_access: str = "", method: AcquisitionMethod = AcquisitionMethod.FILE_IMPORT,
    guided: Mapping[str, str] | None = None,
) -> Acquisition:  # fmt: skip
    """The acquisition of one file. Its bytes are read when the acquisition's file is opened. Raises as
    :func:`acquire_files` does."""
    name = shown_name(path)
    if "\0" in str(path):
        raise EvidenceError("capture.file_missing", name=name)
    before = _guarded(name, lambda: path.stat())
    if stat.S_ISDIR(before.st_mode):
        raise EvidenceError("capture.is_folder", name=name)
    if not stat.S_ISREG(before.st_mode):
        raise EvidenceError("capture.not_a_file", name=name)
    if before.st_size == 0:
        raise EvidenceError("capture.empty_file", name=name)
    if not os.access(path, os.R_OK):
        raise EvidenceError("capture.file_unreadable", name=name)
    source = {
        "file_name": name,
        "file_size": str(before.st_size),
        "file_modified_at": _utc(before.st_mtime_ns),
    }
    if path.is_symlink():
        source["followed_link"] = "yes"
    if not _is_text(path.name):
        source["file_name_encoding"] = "escaped"
    source |= origin_facts(path)
    if keep_path:
        source["file_path"] = _as_text(str(path.absolute()))
    source |= guided or {}
    opened = cast("Callable[[], BinaryIO]", partial(WatchedFile, path, name, before))
    return Acquisition(
        files=(IncomingFile(name=name, open=opened, expected_size=before.st_size),),
        method=method,
        title=visible(name),
        started=clock(),
        source=source,
        settings={"path_kept": "yes" if keep_path else "no"},
        note=note,
        lawful_access=lawful_access,
    )


def shown_name(path: Path) -> str:
    """The last part of ``path`` exactly as found; bytes that are not UTF-8 appear as ``\\x..``.

    Line breaks and control characters are kept: whoever prints the name or makes a file of it has to mind them.
    """
    return _as_text(path.name or path.absolute().name or "file")


def _as_text(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "backslashreplace") if not _is_text(name) else name


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _utc(time_ns: int) -> str:
    try:
        return datetime.fromtimestamp(time_ns / 1_000_000_000, UTC).isoformat(timespec="seconds")
    except (OverflowError, ValueError, OSError):
        return "not readable"


def _is_same(before: os.stat_result, now: os.stat_result) -> bool:
    """Whether both describe the same, unchanged file.

    Windows answers 0 for the identity in some calls and the identity in others; there only what both know counts.
    """
    for field in ("st_dev", "st_ino"):
        first, second = getattr(before, field), getattr(now, field)
        if first != second and (os.name != "nt" or (first and second)):
            return False
    return (
        stat.S_ISREG(now.st_mode) and before.st_size == now.st_size and before.st_mtime_ns == now.st_mtime_ns
    )  # fmt: skip


def _guarded(name: str, work: Callable[[], T]) -> T:
    """Do ``work`` and turn what the operating system refuses into an error with a code."""
    try:
        return work()
    except OSError as problem:
        if problem.errno in (errno.ENOENT, errno.ENOTDIR):
            raise EvidenceError("capture.file_missing", name=name) from problem
        raise EvidenceError("capture.file_unreadable", name=name) from problem
