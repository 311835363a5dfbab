"""A second copy of a vault on another disk: consistent, verified, incremental, and continued when it was interrupted.

A backup is a vault folder like any other: the same secrets open it. It is made in an order that leaves the earlier
backup whole at any moment: originals are added first, then the records are replaced, then the slots, and only then
goes what the new records no longer cite.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO

from evidence.custody import check_growth
from evidence.errors import CancelledError, EvidenceError
from evidence.store import slots
from evidence.store.database import Database
from evidence.store.files import BINARY, PART, copy_bytes, read_bounded, reading, sync_file, sync_folder, writing
from evidence.store.lease import LEASE_FILE
from evidence.store.lock import VaultLock
from evidence.store.log_records import LogRecords
from evidence.store.object_reader import ObjectReader
from evidence.store.objects import Cancelled, Progress
from evidence.store.vault import DATABASE_FILE, LOCK_FILE, OBJECTS_FOLDER, Finding, Store, open_store

_BLOCK = 1 << 20
_MAX_SLOTS_BYTES = 1 << 20
_BEGINNING = frozenset(
    {OBJECTS_FOLDER, LOCK_FILE, LEASE_FILE, DATABASE_FILE, DATABASE_FILE + PART, slots.SLOTS_FILE + PART}
)
"""What a first backup that was interrupted may have left; the slots, which come last, make it a vault."""

_STOPPED = _BEGINNING - {DATABASE_FILE}
"""What a restore that was stopped may have left: records may be somebody's only ones, and are never written over."""


@dataclass(frozen=True, slots=True)
class BackupOutcome:
    """What a backup did. Findings name originals that could not be copied, by exhibit; all others are safe."""

    copied: int
    """Originals that were copied and verified this time."""
    present: int
    """Originals that an earlier backup holds."""
    removed: int
    """Originals that the vault no longer cites, removed from the backup."""
    findings: tuple[Finding, ...]


def backup(
    store: Store,
    folder: Path,
    *,
    progress: Progress = lambda _share: None,
    cancelled: Cancelled = lambda: False,
) -> BackupOutcome:
    """Bring the backup in ``folder`` up to date, or begin one. All steps of :class:`Backup` in one.

    Raises as they do.
    """
    with Backup(store, folder) as work:
        work.copy_objects(progress=progress, cancelled=cancelled)
        return work.finish(cancelled=cancelled)


def restore(
    source: Path,
    secret: slots.Secret,
    folder: Path,
    *,
    now: datetime,
    progress: Progress = lambda _share: None,
    cancelled: Cancelled = lambda: False,
) -> BackupOutcome:
    """Make a vault in ``folder`` from the backup in ``source``, verifying every byte.

    ``folder`` must be missing, empty, or what a restore that was stopped left: originals of this backup without records
    or slots. That is no vault yet, nothing opens it, and the next restore goes on with it. Raises as
    :func:`evidence.store.open_store` and :class:`Backup`, ``vault.already_exists``, and :class:`CancelledError`.
    """
    _require_no_vault(folder)
    with open_store(source, secret, now=now) as store:
        _require_no_vault(folder, {object_id for object_id, _exhibit, _size in store.items.each_object()})
        return backup(store, folder, progress=progress, cancelled=cancelled)


def _require_no_vault(folder: Path, known: Collection[str] | None = None) -> None:
    """There is nothing in ``folder`` that a restore would overwrite or remove: with ``known``, no other originals."""
    with writing(folder.name):
        if not folder.exists():
            return
        if not folder.is_dir() or not {path.name for path in folder.iterdir()} <= _STOPPED:
            raise EvidenceError("vault.already_exists", path=folder)
        kept = [path for path in (folder / OBJECTS_FOLDER).glob("*/*") if path.parent.name != "new"]
        if known is not None and any(path.name not in known for path in kept):
            raise EvidenceError("vault.already_exists", path=folder)


def mend(
    store: Store,
    source: Path,
    *,
    progress: Progress = lambda _share: None,
    cancelled: Cancelled = lambda: False,
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Put sound originals from the backup in ``source`` into the place of damaged or missing ones in the vault.

    Gives what was mended and what is still damaged, by exhibit. Originals that are sound are not touched; what is
    taken over is verified first. Raises :class:`EvidenceError` as :class:`Backup`, and :class:`CancelledError`.
    """
    mended: list[Finding] = []
    damaged: list[Finding] = []
    wanted = list(store.items.each_object())
    total = sum(size + 1 for _id, _exhibit, size in wanted) or 1
    done = 0
    for object_id, exhibit, size in wanted:
        if cancelled():
            raise CancelledError
        if not _is_whole(partial(store.open_to_check, object_id)):
            copy = source / OBJECTS_FOLDER / object_id[:2] / object_id
            is_mended = _is_whole(partial(store.open_copy, copy, object_id))
            if is_mended:
                store.take_over(copy, object_id)
            code, place = ("vault.repair.mended", mended) if is_mended else ("vault.damage.object", damaged)
            place.append(Finding(code, {"exhibit": exhibit}))
        done += size + 1
        progress(done / total)
    return tuple(mended), tuple(damaged)


def _is_whole(open_it: Callable[[], ObjectReader]) -> bool:
    """Whether an object opens from end to end."""
    try:
        with open_it() as stream:
            while stream.read(_BLOCK):
                pass
            stream.verify_rest()
    except (EvidenceError, FileNotFoundError):
        return False
    return True


class Backup:
    """A backup in steps, so that the vault can be used meanwhile: begin and :meth:`finish` belong to the vault's lane,
    :meth:`copy_objects`, which takes the time, may run anywhere in between."""

    def __init__(self, store: Store, folder: Path) -> None:
        """Begin. Raises :class:`EvidenceError` ``vault.backup_inside``, ``vault.backup_foreign`` when something else is
        in ``folder``, ``vault.backup_other_key`` when the backup was made under an earlier master key,
        ``vault.backup_ahead`` when it knows events that the vault does not (an older vault.db was put back, or the
        backup was used as a vault), and those of the disk.
        """
        self._store = store
        self._folder = folder
        self._objects = folder / OBJECTS_FOLDER
        self._findings: list[Finding] = []
        self._copied = self._present = 0
        self._done: set[str] = set()
        self._require_place()
        with writing(folder.name):
            (self._objects / "new").mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = VaultLock(folder / LOCK_FILE)
        try:
            self._require_same_vault()
            with writing(folder.name):
                for leftover in [*folder.glob(f"*{PART}*"), *(self._objects / "new").iterdir()]:
                    leftover.unlink()
            self._wanted = list(store.items.each_object())
        except BaseException:
            self._lock.release()
            raise

    def copy_objects(self, *, progress: Progress = lambda _share: None, cancelled: Cancelled = lambda: False) -> None:
        """Copy the originals that the backup does not hold yet, each verified after it was written.

        Raises :class:`EvidenceError` ``vault.disk_full``, ``vault.write_failed`` and :class:`CancelledError`; what was
        copied stays and need not be copied again.
        """
        total = sum(size + 1 for _id, _number, size in self._wanted) or 1
        done = 0
        folders: set[Path] = set()
        for object_id, exhibit, size in self._wanted:
            if cancelled():
                raise CancelledError
            if object_id not in self._done:
                self._copy(object_id, exhibit, folders, cancelled)
                self._done.add(object_id)
            done += size + 1
            progress(done / total)
        with writing(OBJECTS_FOLDER):
            for place in (*sorted(folders), self._objects):
                sync_folder(place)

    def finish(self, *, cancelled: Cancelled = lambda: False) -> BackupOutcome:
        """Copy what was added meanwhile, then replace the records and the slots. Raises as :meth:`copy_objects`."""
        self._wanted = list(self._store.items.each_object())
        self.copy_objects(cancelled=cancelled)
        self._copy_records()
        slots.store(self._folder, self._store.slots.text())
        with writing(self._folder.name):
            sync_folder(self._folder.parent)
        return BackupOutcome(
            copied=self._copied, present=self._present, removed=self._remove_surplus(), findings=tuple(self._findings)
        )

    def close(self) -> None:
        """Free the backup's folder. What was copied stays, finished or not."""
        self._lock.release()

    def __enter__(self) -> Backup:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def _require_place(self) -> None:
        """The folder is fresh, or holds a backup, or the beginning of one."""
        folder, own = self._folder.resolve(), self._store.folder.resolve()
        if folder == own or own in folder.parents or folder in own.parents:
            raise EvidenceError("vault.backup_inside")
        with reading(folder.name):
            if not folder.exists():
                return
            names = {path.name for path in folder.iterdir()} if folder.is_dir() else {folder.name}
        if slots.SLOTS_FILE not in names and not names <= _BEGINNING:
            raise EvidenceError("vault.backup_foreign", path=folder)

    def _require_same_vault(self) -> None:
        """What is there belongs to this vault, and is not ahead of it."""
        folder = self._folder
        if not (folder / slots.SLOTS_FILE).exists():
            return
        there = slots.parse(read_bounded(folder / slots.SLOTS_FILE, _MAX_SLOTS_BYTES))
        here = slots.parse(self._store.slots.text())
        if there.vault_id != here.vault_id:
            raise EvidenceError("vault.backup_foreign", path=folder)
        if there.epoch != here.epoch:
            raise EvidenceError("vault.backup_other_key")
        if (folder / DATABASE_FILE).exists():
            self._require_growth()

    def _require_growth(self) -> None:
        """The backup's logs must be beginnings of the vault's logs."""
        with self._records(self._folder / DATABASE_FILE) as database:
            log = LogRecords(database)
            for log_id in log.log_ids():
                head = log.newest_head(log_id)
                if head is None:
                    continue
                try:
                    check_growth(self._store.log, log_id, head)
                except EvidenceError as problem:
                    raise EvidenceError("vault.backup_ahead") from problem

    def _copy(self, object_id: str, exhibit: str, folders: set[Path], cancelled: Cancelled) -> None:
        place = self._objects / object_id[:2] / object_id
        if place.exists() and self._is_sound(place, object_id, quick=True):
            self._present += 1
            return
        part = self._objects / "new" / (object_id + PART)
        try:
            with self._store.open_sealed(object_id) as source, _new_file(part) as target:
                copy_bytes(source, target, OBJECTS_FOLDER, cancelled)
                with writing(OBJECTS_FOLDER):
                    sync_file(target.fileno())
        except EvidenceError as problem:
            part.unlink(missing_ok=True)
            if problem.code not in ("vault.object_missing", "vault.unreadable"):
                raise
            self._findings.append(Finding("vault.damage.object_missing", {"exhibit": exhibit}))
            return
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        if not self._is_sound(part, object_id, quick=False):
            part.unlink(missing_ok=True)
            self._findings.append(Finding("vault.damage.object", {"exhibit": exhibit}))
            return
        with writing(OBJECTS_FOLDER):
            place.parent.mkdir(mode=0o700, exist_ok=True)
            part.replace(place)
        folders.add(place.parent)
        self._copied += 1

    def _is_sound(self, path: Path, object_id: str, *, quick: bool) -> bool:
        """Whether a copied object opens: from end to end, or (``quick``) its header and its last chunk."""
        if not quick:
            return _is_whole(partial(self._store.open_copy, path, object_id))
        try:
            self._store.open_copy(path, object_id).close()
        except (EvidenceError, FileNotFoundError):
            return False
        return True

    def _copy_records(self) -> None:
        part = self._folder / (DATABASE_FILE + PART)
        with writing(DATABASE_FILE):
            part.touch(mode=0o600)
        self._store.copy_records(part)
        with self._records(part) as database:
            if database.damaged_pages() or database.structure_problems():
                raise EvidenceError("vault.database_damaged")
        with writing(DATABASE_FILE):
            descriptor = os.open(part, os.O_RDWR | BINARY)
            try:
                sync_file(descriptor)
            finally:
                os.close(descriptor)
            for suffix in ("-wal", "-shm", "-journal"):
                # Left by whoever used the backup as a vault and was cut short: they belong to the old records.
                (self._folder / (DATABASE_FILE + suffix)).unlink(missing_ok=True)
            part.replace(self._folder / DATABASE_FILE)
            sync_folder(self._folder)

    def _remove_surplus(self) -> int:
        """Remove originals that the records cite no longer. Foreign names are left alone."""
        wanted = {object_id for object_id, _exhibit, _size in self._wanted}
        removed = 0
        with writing(OBJECTS_FOLDER):
            for path in self._objects.glob("[0-9a-f][0-9a-f]/*"):
                if len(path.name) == 32 and path.name not in wanted:
                    path.unlink()
                    removed += 1
        return removed

    @contextmanager
    def _records(self, path: Path) -> Iterator[Database]:
        database = self._store.open_records(path)
        try:
            yield database
        finally:
            database.close()


def _new_file(path: Path) -> BinaryIO:
    with writing(OBJECTS_FOLDER):
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | BINARY, 0o600), "wb", buffering=0)
