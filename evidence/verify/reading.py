"""Reading every file of a package once: both digests in one pass, and the small proof files kept in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import BinaryIO

from evidence.digest import CHUNK_SIZE
from evidence.errors import CancelledError, EvidenceError
from evidence.manifest import (
    BAG_FILES,
    CERTIFICATES,
    COSIGNATURE_PREFIX,
    CUSTODY,
    HEADS_FOLDER,
    MANIFEST,
    REDACTIONS_FOLDER,
    REPORT,
    SIGNATURE,
    TOKENS_FOLDER,
)
from evidence.model import Digests
from evidence.verify.container import Entry, Flaw, Located, is_system_file

Progress = Callable[[float], None]
"""Gets the share that is done, 0 to 1."""

MIB = 1 << 20
_KEPT = {
    MANIFEST: 16 * MIB,
    SIGNATURE: MIB,
    REPORT: 64 * MIB,
    CUSTODY: 16 * MIB,
    CERTIFICATES: MIB,
    **dict.fromkeys(BAG_FILES, 32 * MIB),
}
_KEPT_BELOW = {
    f"{HEADS_FOLDER}/": 16 << 10, f"{TOKENS_FOLDER}/": 256 << 10, COSIGNATURE_PREFIX: 256 << 10,
    f"{REDACTIONS_FOLDER}/": 32 * MIB,
}  # fmt: skip
_KEPT_TOTAL = 128 * MIB
_HEAD = 64


@dataclass(slots=True)
class Reading:
    """What was read. Paths are comparable ones, relative to the package's root."""

    digests: dict[str, Digests] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    """Of every file, as the container declares it."""
    kept: dict[str, bytes] = field(default_factory=dict)
    too_large: list[str] = field(default_factory=list)
    """Proof files beyond what any package has; digested, not kept."""
    unreadable: list[Flaw] = field(default_factory=list)
    system_files: list[str] = field(default_factory=list)
    bytes_read: int = 0


def read_files(
    located: Located, listed_sizes: Callable[[bytes], dict[str, int] | None], progress: Progress,
    cancelled: Callable[[], bool],
) -> Reading:  # fmt: skip
    """Read the manifest first, then everything else.

    ``listed_sizes`` reads the manifest's list (None: it has none). With a list, a file that it does not name, or
    names with another size, cannot be right: it is digested only where its size could make it a renamed one.
    Raises :class:`CancelledError`.
    """
    reading = Reading(sizes={path: entry.size for path, entry in located.files.items()})
    total = sum(reading.sizes.values()) or 1
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="sha512") as pool:
        reader = _Reader(reading, pool, lambda: progress(min(reading.bytes_read / total, 1.0)), cancelled)
        first = located.files.get(MANIFEST)
        if first is not None:
            reader.read(MANIFEST, first)
        listed = listed_sizes(reading.kept[MANIFEST]) if MANIFEST in reading.kept else None
        sizes = set(listed.values()) if listed is not None else set()
        for path, entry in located.files.items():
            if path == MANIFEST:
                continue
            if listed is not None and _limit(path) is None and listed.get(path) != entry.size and (
                path in listed or entry.size not in sizes
            ):  # fmt: skip
                reader.glance(path, entry)
                continue
            reader.read(path, entry)
        for path, entry in located.outside.items():
            reader.glance(path, entry)
    progress(1.0)
    return reading


class _Reader:
    def __init__(
        self, reading: Reading, pool: ThreadPoolExecutor, tick: Callable[[], None], cancelled: Callable[[], bool]
    ) -> None:
        self._reading = reading
        self._pool = pool
        self._tick = tick
        self._cancelled = cancelled
        self._kept_bytes = 0

    def read(self, path: str, entry: Entry) -> None:
        """Digest one file; keep it when it is one of those that the checks need."""
        limit = _limit(path)
        keeps = limit is not None and entry.size <= limit and self._kept_bytes + entry.size <= _KEPT_TOTAL
        if limit is not None and not keeps:
            self._reading.too_large.append(path)
        kept = bytearray() if keeps else None
        try:
            with entry.open() as stream:
                digests, head = self._digest(stream, entry.size, kept)
        except EvidenceError as problem:
            self._reading.unreadable.append(Flaw(problem.code.replace("verify.", "container."), path))
            return
        except OSError:
            self._reading.unreadable.append(Flaw("container.unreadable", path))
            return
        self._reading.digests[path] = digests
        if kept is not None and digests.size <= (limit or 0):
            self._reading.kept[path] = bytes(kept)
            self._kept_bytes += digests.size
        if is_system_file(path, digests.size, head):
            self._reading.system_files.append(path)

    def glance(self, path: str, entry: Entry) -> None:
        """Read the first bytes of a file that the manifest does not name."""
        try:
            with entry.open() as stream:
                head = stream.read(_HEAD) or b""
        except (EvidenceError, OSError):
            return
        if is_system_file(path, entry.size, head):
            self._reading.system_files.append(path)

    def _digest(self, stream: BinaryIO, size: int, kept: bytearray | None) -> tuple[Digests, bytes]:
        sha256, sha512 = hashlib.sha256(), hashlib.sha512()
        done, head = 0, b""
        pending: Future[None] | None = None
        # SHA-512 of one piece runs beside SHA-256 of the same piece and the reading of the next one.
        buffers = [bytearray(min(CHUNK_SIZE, max(size, 1))) for _ in range(2 if size > CHUNK_SIZE else 1)]
        turn = 0
        while True:
            if self._cancelled():
                raise CancelledError
            buffer = buffers[turn % len(buffers)]
            if pending is not None and len(buffers) == 1:
                pending.result()
            count = stream.readinto(buffer)  # type: ignore[attr-defined]  # all our streams are raw
            if not count:
                break
            piece = memoryview(buffer)[:count]
            head = head or bytes(piece[:_HEAD])
            done += count
            self._reading.bytes_read += count
            self._tick()
            if done > size:
                raise EvidenceError("verify.changed_while_read")
            if kept is not None:
                kept += piece
            if pending is not None:
                pending.result()
            if len(buffers) > 1:
                pending = self._pool.submit(sha512.update, piece)
            else:
                sha512.update(piece)
            sha256.update(piece)
            turn += 1
        if pending is not None:
            pending.result()
        if done != size:
            raise EvidenceError("verify.changed_while_read")
        return Digests(sha256=sha256.hexdigest(), sha512=sha512.hexdigest(), size=done), head


def _limit(path: str) -> int | None:
    """Most bytes of a proof file that is kept; None for files that are only digested."""
    if path in _KEPT:
        return _KEPT[path]
    return next((limit for folder, limit in _KEPT_BELOW.items() if path.startswith(folder)), None)
