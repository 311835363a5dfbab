"""The folder of sealed originals: written once, named by a random id, complete or not there.

The order of writes, so that what was acknowledged survives a crash at any point:

1. the bytes go to ``objects/new/ID.part``;
2. for all objects of a transaction together, before its commit: the files are flushed to the disk, then renamed to
   ``objects/new/ID``, then the folder is flushed;
3. the rows that cite the ids are committed (by the caller);
4. later, many at once, the files move to ``objects/XX/ID``, their place for good, and those folders are flushed
   before ``objects/new`` is flushed again.

What is found in ``objects/new`` at the next start is moved on when a row cites it, and removed when none does.
Files in their place are never removed because a row is missing: rows that are too old must not cost an original.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, TypeVar

from cryptography.exceptions import InvalidTag

from evidence.digest import DigestingReader
from evidence.errors import CancelledError, EvidenceError
from evidence.store import object_format as form
from evidence.store.files import BINARY, PART, copy_bytes, reading, sync_file, sync_folder, write_all, writing
from evidence.store.growing import TAILS, GrowingObject, Remains
from evidence.store.object_format import StoredObject
from evidence.store.object_reader import ObjectReader

T = TypeVar("T")
_MANY = 256
"""So many objects move to their place at once."""
_AT_ONCE = 8
"""So many files are flushed at once."""
Progress = Callable[[float], None]
"""Called with the share of the work that is done, 0 to 1."""
Cancelled = Callable[[], bool]
"""Whether the person asked to stop."""


class ObjectFolder:
    """Seals, opens and removes the objects of one vault."""

    def __init__(self, folder: Path, object_key: bytes, epoch: int) -> None:
        """``object_key`` is the vault's sub-key for objects in this ``epoch``."""
        self._folder = folder
        self._new = folder / "new"
        self._keys = {epoch: object_key}
        self._epoch = epoch
        self._waiting: list[str] = []

    def put(
        self,
        stream: BinaryIO,
        *,
        expected_size: int | None = None,
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
    ) -> StoredObject:
        """Seal the stream from its present position to its end; both digests are taken before anything else sees the
        bytes. Constant memory. ``stream`` is not closed.

        Raises :class:`EvidenceError` ``vault.disk_full``, ``vault.write_failed``, ``vault.object_too_large``, whatever
        the stream raises, and :class:`CancelledError`; then nothing of the object is left.
        """
        self._require_space(expected_size)
        object_id = secrets.token_bytes(form.ID_SIZE)
        part = self._new / (object_id.hex() + PART)
        try:
            # The helper's thread starts with the first large piece and ends with the block, whatever happens.
            with ThreadPoolExecutor(1) as helper, writing("objects"), _create(part) as target:
                reader = DigestingReader(stream, helper)
                for block in self._sealed(object_id, reader, expected_size, progress, cancelled):
                    write_all(target, block)
        except BaseException:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise
        return StoredObject(object_id=object_id.hex(), digests=reader.digests())

    def begin(self) -> GrowingObject:
        """An object whose content arrives little by little. Raises as :class:`GrowingObject`, and
        ``vault.disk_full``."""
        self._require_space(None)
        return GrowingObject(self._new, self._keys[self._epoch], self._epoch)

    def remains(self, object_id: str) -> Remains:
        """What a crash left of such an object. Raises as :class:`evidence.store.growing.Remains`."""
        return Remains(self._new, object_id, self._keys.get)

    def open(self, object_id: str) -> ObjectReader:
        """The content of an object as a seekable, verifying stream.

        Raises :class:`EvidenceError` ``vault.object_missing``, ``vault.object_damaged`` or ``vault.unreadable``.
        """
        return self._at_its_place(object_id, lambda path: self.open_copy(path, object_id))

    def open_copy(self, path: Path, object_id: str) -> ObjectReader:
        """The content of an object whose sealed bytes stand in ``path``.

        Raises ``FileNotFoundError``, :class:`EvidenceError` ``vault.object_damaged`` or ``vault.unreadable``.
        """
        return ObjectReader(path, bytes.fromhex(object_id), self._keys.get)

    def open_sealed(self, object_id: str) -> BinaryIO:
        """The sealed bytes of an object as they stand on the disk.

        Raises :class:`EvidenceError` ``vault.object_missing`` or ``vault.unreadable``.
        """

        def open_file(path: Path) -> BinaryIO:
            try:
                return path.open("rb", buffering=0)
            except FileNotFoundError:
                raise
            except OSError as problem:
                raise EvidenceError("vault.unreadable", name="objects") from problem

        return self._at_its_place(object_id, open_file)

    def rewrap(self, object_id: str, object_key: bytes, epoch: int) -> None:
        """Wrap the key of an object under the object key of another epoch too; the present one stays valid.

        Raises :class:`EvidenceError` ``vault.object_missing``, ``vault.object_damaged``, ``vault.write_failed``.
        """
        self._change_header(
            object_id,
            lambda header: [form.second_wrap(header, bytes.fromhex(object_id), self._keys.get, object_key, epoch)],
        )

    def drop_stale_wraps(self, object_id: str) -> None:
        """Take away the key of an object under any other epoch than the present one. Raises as :meth:`rewrap`."""
        self._change_header(
            object_id, lambda header: form.stale_wraps(header, bytes.fromhex(object_id), self._keys.get)
        )

    def _change_header(self, object_id: str, change: Callable[[bytes], list[tuple[int, bytes]]]) -> None:
        def apply(path: Path) -> None:
            descriptor = os.open(path, os.O_RDWR | BINARY)
            with os.fdopen(descriptor, "r+b", buffering=0) as file:
                changes = change(file.read(form.HEADER))
                for offset, data in changes:
                    file.seek(offset)
                    write_all(file, data)
                if changes:
                    sync_file(descriptor)

        try:
            with writing("objects"):
                self._at_its_place(object_id, apply)
        except InvalidTag as problem:
            raise EvidenceError("vault.object_damaged", object_id=object_id) from problem

    def flush(self, object_ids: Sequence[str]) -> None:
        """Have these objects on the disk, before the rows that cite them are committed.

        Raises :class:`EvidenceError` ``vault.disk_full`` or ``vault.write_failed``.
        """
        if len(self._waiting) >= _MANY:
            self.settle()
        parts = [part for object_id in object_ids if (part := self._new / (object_id + PART)).exists()]
        with writing("objects"):
            if len(parts) > 1:  # a disk takes many at once, and a file system writes its journal once for them
                with ThreadPoolExecutor(_AT_ONCE) as pool:
                    list(pool.map(_sync, parts))
            else:
                for part in parts:
                    _sync(part)
            for part in parts:
                part.rename(part.with_suffix(""))
            sync_folder(self._new)

    def adopted(self, object_ids: Iterable[str]) -> None:
        """Rows that cite these objects are committed: they may move to their place when it suits."""
        self._waiting += object_ids

    def settle(self) -> None:
        """Move adopted objects to their place. What fails stays where it is, and is made up for at the next start."""
        folders = set()
        for object_id in self._waiting:
            place = self._place(object_id)
            with suppress(OSError):
                place.parent.mkdir(mode=0o700, exist_ok=True)
                (self._new / object_id).rename(place)
                folders.add(place.parent)
        self._waiting.clear()
        # The new names first: a flush of the old folder alone would make the files disappear in a power cut.
        for folder in sorted(folders):
            with suppress(OSError):
                sync_folder(folder)
        if folders:
            with suppress(OSError):
                sync_folder(self._folder)

    def delete(self, object_id: str) -> None:
        """Remove an object, wherever it stands; nothing happens when it is not there.

        Raises :class:`EvidenceError` ``vault.write_failed``.
        """
        with writing("objects"):
            for path in (self._place(object_id), self._new / object_id, self._new / (object_id + PART)):
                path.unlink(missing_ok=True)

    def take_over(self, source: Path, object_id: str) -> None:
        """Put a copy of a sealed file, verified by the caller, into the object's place.

        Raises :class:`EvidenceError` ``vault.disk_full``, ``vault.write_failed`` or ``vault.unreadable``; then what was
        there stays.
        """
        part, place = self._new / (object_id + PART), self._place(object_id)
        try:
            with reading("objects"):
                stream = source.open("rb", buffering=0)
            with stream, writing("objects"):
                part.unlink(missing_ok=True)
                with _create(part) as target:
                    copy_bytes(stream, target, "objects")
                    sync_file(target.fileno())
                place.parent.mkdir(mode=0o700, exist_ok=True)
                part.replace(place)
                sync_folder(place.parent)
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)

    def erase(self, object_id: str) -> None:
        """Make an object unreadable, as far as a program can: its wrapped key is overwritten, then the file goes.

        Raises :class:`EvidenceError` ``vault.write_failed``.
        """

        def overwrite(path: Path) -> None:
            descriptor = os.open(path, os.O_RDWR | BINARY)
            with os.fdopen(descriptor, "r+b", buffering=0) as file:
                write_all(file, bytes(form.HEADER))
                sync_file(descriptor)

        with writing("objects"), suppress(EvidenceError):  # not there: nothing to overwrite
            self._at_its_place(object_id, overwrite)
        if object_id in self._waiting:
            self._waiting.remove(object_id)
        self.delete(object_id)

    def sweep(
        self, is_cited: Callable[[str], bool], is_growing: Callable[[str], bool] = lambda _id: False
    ) -> tuple[int, int]:
        """Finish or undo what a crash interrupted. Gives how many objects were moved on and how many removed.
        What belongs to an object that is still growing is left alone.

        Raises :class:`EvidenceError` ``vault.unreadable`` or ``vault.write_failed``.
        """
        moved = removed = 0
        with writing("objects"):
            self._new.mkdir(mode=0o700, parents=True, exist_ok=True)
        with reading("objects"):
            names = sorted(path.name for path in self._new.iterdir())
        for name in names:
            if is_object_name(name) and is_cited(name):
                if self._place(name).exists():  # moved, but a power cut brought the old name back
                    with writing("objects"):
                        (self._new / name).unlink()
                else:
                    self._waiting.append(name)
                    moved += 1
            elif not is_growing(name.partition(".")[0]):
                with writing("objects"):
                    (self._new / name).unlink()
                removed += 1
        self.settle()
        return moved, removed

    def growing_names(self, object_id: str) -> tuple[str, ...]:
        """How :meth:`names` calls the files of an object that is still growing."""
        return tuple(f"{self._new.name}/{object_id}{suffix}" for suffix in (PART, *TAILS))

    def keep_all(self) -> int:
        """Move every whole object that waits to its place, cited or not; gives how many.

        Raises :class:`EvidenceError` ``vault.unreadable``.
        """
        with reading("objects"):
            waiting = [path.name for path in self._new.iterdir() if is_object_name(path.name)]
        self._waiting += waiting
        self.settle()
        return len(waiting)

    def forget(self) -> None:
        """Forget the keys: nothing can be sealed or opened from here on. Streams that are open stay readable."""
        self._keys.clear()

    def names(self) -> Iterator[str]:
        """The ids of all objects, and any foreign names beside them, folder and all.

        Raises :class:`EvidenceError` ``vault.unreadable``.
        """
        with reading("objects"):
            for folder in sorted(self._folder.iterdir()):
                if not folder.is_dir():
                    yield folder.name
                    continue
                for path in sorted(folder.iterdir()):
                    is_ours = is_object_name(path.name) and path.parent in (self._place(path.name).parent, self._new)
                    yield path.name if is_ours else f"{folder.name}/{path.name}"

    def _sealed(
        self,
        object_id: bytes,
        reader: DigestingReader,
        expected_size: int | None,
        progress: Progress | None,
        cancelled: Cancelled | None,
    ) -> Iterator[bytes]:
        """Header and chunks. A chunk is sealed when the next byte is known to come or not: the last one is marked."""
        header, cipher = form.new_object(object_id, self._keys[self._epoch], self._epoch)
        yield header
        index = size = 0
        chunk = b""
        while data := _read_source(reader, form.CHUNK - len(chunk)):
            if cancelled is not None and cancelled():
                raise CancelledError
            size += len(data)
            chunk = chunk + data if chunk else data
            if len(chunk) == form.CHUNK:
                # Content is never the end of the last chunk: its length still follows.
                yield cipher.seal(index, chunk, is_last=False)
                index, chunk = index + 1, b""
            if progress is not None and expected_size:
                progress(min(size / expected_size, 1.0))
        yield from form.last_chunks(cipher, index, chunk, size)

    def _require_space(self, expected_size: int | None) -> None:
        with writing("objects"):
            free = shutil.disk_usage(self._new).free
        if expected_size is not None and free < form.padded_size(expected_size) * 1.01 + form.HEADER:
            raise EvidenceError("vault.disk_full")

    def _at_its_place(self, object_id: str, use: Callable[[Path], T]) -> T:
        place = self._place(object_id)
        # The vault's lane may be moving it from the one to the other.
        for path in (place, self._new / object_id, self._new / (object_id + PART)):
            with suppress(FileNotFoundError):
                return use(path)
        try:
            return use(place)
        except FileNotFoundError as problem:
            raise EvidenceError("vault.object_missing", object_id=object_id) from problem

    def _place(self, object_id: str) -> Path:
        return self._folder / object_id[:2] / object_id


def is_object_name(name: str) -> bool:
    """Whether ``name`` could be the id of an object."""
    return len(name) == 2 * form.ID_SIZE and all(digit in "0123456789abcdef" for digit in name)


def _read_source(reader: DigestingReader, size: int) -> bytes:
    """Read from the source: its failures are not failures of writing."""
    try:
        return reader.read(size)
    except OSError as problem:
        raise EvidenceError("vault.source_unreadable") from problem


def _sync(path: Path) -> None:
    with path.open("r+b", buffering=0) as file:
        sync_file(file.fileno())


def _create(path: Path) -> BinaryIO:
    """A new file that nobody else may read, whatever the umask says."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY, 0o600), "wb", buffering=0)
