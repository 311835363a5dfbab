"""The build folder: everything is written beside its final place and moved there when it is whole."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from evidence.digest import CHUNK_SIZE, Digester, digest_bytes
from evidence.errors import CancelledError, EvidenceError
from evidence.manifest import PAYLOAD_FOLDER, FileEntry, FileRole
from evidence.model import CopyForPackage, Digests, OriginalFile, Snapshot
from evidence.package.names import copy_path, unique_file_name

STALE_S = 6 * 3600
SPARE_BYTES = 64 << 20
"""Room asked for beside the originals: report, tables, proofs."""


class Staging:
    """A folder under construction. ``entries`` holds each file written, with the digests taken on the way."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.entries: list[FileEntry] = []
        folder.mkdir(mode=0o700)

    def add(self, path: str, data: bytes, role: FileRole) -> FileEntry:
        """Write one file whose bytes are in memory."""
        target = self._target(path)
        target.write_bytes(data)
        digests = digest_bytes(data)
        entry = FileEntry(path=path, size=digests.size, sha256=digests.sha256, sha512=digests.sha512, role=role)
        self.entries.append(entry)
        return entry

    def add_originals(
        self, snapshot: Snapshot, *, progress: Callable[[int], None], cancelled: Callable[[], bool]
    ) -> None:
        """Stream every original, or redacted copy, out of the vault into ``data/``, in constant memory.

        ``progress`` gets the bytes of each step. Raises :class:`EvidenceError` ``package.original_changed`` when what
        comes out is not what was sealed, :class:`CancelledError`, ``OSError``.
        """
        payload = [(original.object_id, entry) for original, entry in original_entries(snapshot)]
        payload += [(each.copy.object_id, entry) for each, entry in copy_entries(snapshot)]
        for object_id, entry in payload:
            self._copy(snapshot, object_id, entry, progress, cancelled)
            self.entries.append(entry)

    def _copy(
        self,
        snapshot: Snapshot,
        object_id: str,
        entry: FileEntry,
        progress: Callable[[int], None],
        cancelled: Callable[[], bool],
    ) -> None:
        digester = Digester()
        with snapshot.open_original(object_id) as stream, self._target(entry.path).open("xb") as output:
            while chunk := stream.read(CHUNK_SIZE):
                if cancelled():
                    raise CancelledError
                digester.update(chunk)
                output.write(chunk)
                progress(len(chunk))
        if digester.digests() != Digests(sha256=entry.sha256, sha512=entry.sha512, size=entry.size):
            raise EvidenceError("package.original_changed", exhibit=entry.item)

    def _target(self, path: str) -> Path:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        return target


def original_entries(snapshot: Snapshot) -> Iterator[tuple[OriginalFile, FileEntry]]:
    """Each original with its place in the package, by the digests that were sealed; none of an exhibit that is handed
    over redacted."""
    for exhibit in snapshot.exhibits:
        if snapshot.copies_of(exhibit.item.id):
            continue
        number = exhibit.item.number
        taken: set[str] = set()
        for position, original in enumerate(exhibit.item.files):
            yield (
                original,
                FileEntry(
                    path=f"{PAYLOAD_FOLDER}/{number}/{unique_file_name(original.name, taken)}",
                    size=original.digests.size,
                    sha256=original.digests.sha256,
                    sha512=original.digests.sha512,
                    role=FileRole.ORIGINAL,
                    item=number,
                    media_type=original.media_type,
                    original_name=original.name,
                    position=position,
                ),
            )


def copy_entries(snapshot: Snapshot) -> Iterator[tuple[CopyForPackage, FileEntry]]:
    """Each redacted copy with its place in the package."""
    for exhibit in snapshot.exhibits:
        for each in snapshot.copies_of(exhibit.item.id):
            copy, number = each.copy, exhibit.item.number
            yield (
                each,
                FileEntry(
                    path=copy_path(number, copy),
                    size=copy.digests.size,
                    sha256=copy.digests.sha256,
                    sha512=copy.digests.sha512,
                    role=FileRole.DERIVED,
                    item=number,
                    media_type=copy.media_type,
                    position=copy.file_index,
                    derived_from_sha256=copy.original_sha256,
                    transform="redaction",
                ),
            )


def require_room(folder: Path, needed: int) -> None:
    """Raises :class:`EvidenceError` ``package.disk_full`` when ``folder``'s disk has less than ``needed`` bytes."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise EvidenceError("package.disk_full")


def sweep(out_dir: Path, now_s: float) -> None:
    """Remove what a build in ``out_dir`` left behind when the computer or the program was stopped by force.

    A build that still runs is spared: only what was not touched for :data:`STALE_S` seconds goes. ``now_s`` is the
    clock in seconds since 1970, as the file system counts them.
    """
    for path in out_dir.glob(".holdfast-*.part"):
        with suppress(OSError):
            if now_s - path.stat().st_mtime < STALE_S:
                continue
            if path.is_dir() and not path.is_symlink():
                remove_folder(path)
            else:
                path.unlink()


def remove_folder(folder: Path) -> None:
    """Remove a build folder; what a disk refuses to remove is left."""
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def leaving_nothing(*paths: Path) -> Iterator[None]:
    """Remove ``paths`` (folders or files) when the work inside fails or is cancelled; say what a disk refused.

    Raises :class:`EvidenceError` ``package.disk_full``, ``package.cannot_write``.
    """
    try:
        yield
    except BaseException as problem:
        for path in paths:
            if path.is_dir():
                remove_folder(path)
            else:
                with suppress(OSError):
                    path.unlink()
        if isinstance(problem, OSError):
            if problem.errno in (errno.ENOSPC, errno.EDQUOT):
                raise EvidenceError("package.disk_full") from problem
            raise EvidenceError("package.cannot_write", reason=problem.strerror or str(problem)) from problem
        raise
