"""The vault: a folder with encrypted records, sealed originals, key slots and a lock. FORMAT.md gives every byte.

A :class:`Store` serves one thread at a time (see :mod:`evidence.store.database`); streams that it opened are free.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from evidence.errors import EvidenceError
from evidence.store import slots
from evidence.store.arrangement import Arrangement
from evidence.store.database import Database
from evidence.store.facts import Facts, VaultSettings
from evidence.store.files import PART, reading, sync_folder, writing
from evidence.store.keeper import SlotKeeper
from evidence.store.keys import KEY_SIZE, Argon2Cost, sub_key, tuned_cost
from evidence.store.lease import LEASE_FILE
from evidence.store.lock import VaultLock
from evidence.store.log_records import LogRecords
from evidence.store.migrations import migrate
from evidence.store.object_format import StoredObject
from evidence.store.object_reader import ObjectReader
from evidence.store.objects import Cancelled, ObjectFolder, Progress
from evidence.store.quarantine import Quarantine
from evidence.store.recordings import Recordings, repair
from evidence.store.records import CaseRecords, ItemRecords, PackageRecords
from evidence.store.redactions import Redactions
from evidence.store.retention import Retention
from evidence.store.shelf import Shelf
from evidence.store.signing import VaultSigner, load_signer, new_signer
from evidence.store.slots import Secret
from evidence.store.unlocking import Passphrase, RecoveryKey
from evidence.store.wal import left_log

DATABASE_FILE = "vault.db"
NEXT_DATABASE = "vault.db.next"
"""The records under a new master key, until they take their place; see :mod:`evidence.store.rekeying`."""
OBJECTS_FOLDER = "objects"
LOCK_FILE = "lock"
_FIRST_EPOCH = 1
_OURS = (slots.SLOTS_FILE, slots.SLOTS_COPY, DATABASE_FILE, LEASE_FILE)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found or repaired. ``code`` is looked up in the text catalogue under the context ``name``."""

    code: str
    params: dict[str, str] = field(default_factory=dict)


class Store:
    """An unlocked vault. Made by :func:`create` and :func:`open_store` alone; ends with :meth:`close`."""

    def __init__(self, folder: Path, lock: VaultLock, database: Database, objects: ObjectFolder) -> None:
        self.folder = folder
        self.cases = CaseRecords(database)
        self.items = ItemRecords(database, self._adopt)
        self.retention = Retention(database, self._adopt)
        self.redactions = Redactions(database, self._adopt)
        self.packages = PackageRecords(database)
        self.recordings = Recordings(database, objects)
        self.quarantine = Quarantine(database)
        self.shelf = Shelf(database)
        self.arrangement = Arrangement(database)
        self.log = LogRecords(database)
        self.settings = VaultSettings(database)
        self.slots = SlotKeeper(folder, database, self.log, self.signer)
        self.repairs: tuple[Finding, ...] = ()
        """What the opening found and put right."""
        self._lock = lock
        self._database = database
        self._objects = objects
        self._facts = Facts(database)
        self._adopted: list[str] = []

    def put_object(
        self,
        stream: BinaryIO,
        *,
        expected_size: int | None = None,
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
    ) -> StoredObject:
        """Seal a stream; see :meth:`evidence.store.objects.ObjectFolder.put`. Needs no transaction.

        An item that cites the object must be added before the vault is closed, or the object is swept.
        """
        self._require_open()
        return self._objects.put(stream, expected_size=expected_size, progress=progress, cancelled=cancelled)

    def open_object(self, object_id: str) -> ObjectReader:
        """The content of an object as a seekable, verifying stream; may be read on another thread.

        Raises :class:`EvidenceError` ``vault.object_missing``, ``vault.object_damaged``, ``vault.unreadable``,
        ``vault.not_kept`` for an original that was reduced or destroyed, and ``guard.quarantined`` for one that may
        show someone under age: whoever asks, and for whatever purpose.
        """
        self._require_open()
        if self.quarantine.holds_object(object_id):
            raise EvidenceError("guard.quarantined")
        return self.open_to_check(object_id)

    def open_to_check(self, object_id: str) -> ObjectReader:
        """As :meth:`open_object`, of every object: for comparing digests alone. The content goes nowhere.

        Raises as :meth:`open_object`, but for ``guard.quarantined``.
        """
        self._require_open()
        try:
            return self._objects.open(object_id)
        except EvidenceError as problem:
            if problem.code == "vault.object_missing" and self.retention.is_reduced(object_id):
                raise EvidenceError("vault.not_kept") from problem
            raise

    def delete_object(self, object_id: str) -> None:
        """Remove an object that no item cites: what a caller does when it gives up after sealing. When a commit failed,
        nothing is removed before the next opening knows whether it reached the disk; nor is a recording, which the
        next opening makes an item.

        Raises ``ValueError`` for one that an item cites, :class:`EvidenceError` ``vault.write_failed``.
        """
        if self._database.is_in_doubt or self.recordings.holds(object_id):
            return
        if self.items.cites(object_id):
            raise ValueError("an item cites this object")
        self._objects.delete(object_id)

    def transaction(self) -> AbstractContextManager[None]:
        """Rows, events, nodes and head that are written inside become durable together, or not at all.

        Raises as :meth:`evidence.store.database.Database.transaction`.
        """
        return self._transaction()

    def signer(self) -> VaultSigner:
        """The vault's signing key with its certificate. Raises :class:`EvidenceError` ``vault.signer_damaged``."""
        row = self._database.row("SELECT private_key, certificate FROM signer")
        if row is None:
            raise EvidenceError("vault.signer_damaged")
        return load_signer(bytes(row[0]), bytes(row[1]))

    def open_sealed(self, object_id: str) -> BinaryIO:
        """The sealed bytes of an object; see :meth:`evidence.store.objects.ObjectFolder.open_sealed`."""
        self._require_open()
        return self._objects.open_sealed(object_id)

    def open_copy(self, path: Path, object_id: str) -> ObjectReader:
        """The content of a copied object; see :meth:`evidence.store.objects.ObjectFolder.open_copy`."""
        self._require_open()
        return self._objects.open_copy(path, object_id)

    def take_over(self, source: Path, object_id: str) -> None:
        """Mend an object; see :meth:`evidence.store.objects.ObjectFolder.take_over`."""
        self._require_open()
        self._objects.take_over(source, object_id)

    def rewrap_object(self, object_id: str, object_key: bytes, epoch: int) -> None:
        """Wrap an object's key a second time; see :meth:`evidence.store.objects.ObjectFolder.rewrap`."""
        self._require_open()
        self._objects.rewrap(object_id, object_key, epoch)

    def copy_records(self, path: Path) -> None:
        """Write a consistent copy of the records; see :meth:`evidence.store.database.Database.copy_to`."""
        self._database.copy_to(path)

    def open_records(self, path: Path) -> Database:
        """Open the records of a copy of this vault; see :meth:`evidence.store.database.Database.open_like`."""
        return self._database.open_like(path)

    def object_names(self) -> Iterator[str]:
        """The names that stand in the objects folder; see :meth:`evidence.store.objects.ObjectFolder.names`."""
        return self._objects.names()

    def record_problems(self) -> tuple[list[int], list[str]]:
        """Numbers of damaged pages of the records, and what is wrong with their structure."""
        try:
            self._database.checkpoint()
        except EvidenceError as problem:
            if problem.code != "vault.disk_full":  # then the pages stay in the log, and are read from there
                raise
        return self._database.damaged_pages(), self._database.structure_problems()

    @property
    def vault_id(self) -> str:
        """The vault's random id, hexadecimal."""
        return self._facts.get("vault_id").hex()

    @property
    def is_open(self) -> bool:
        """Whether :meth:`close` has not been called."""
        return self._database.is_open

    def close(self) -> None:
        """Lock the vault: close the records, forget the keys, free the folder. May be called twice.

        When somebody else took the vault over meanwhile, nothing in its folder is touched any more.
        """
        is_held = self._lock.is_held()
        if self._database.is_open and is_held:
            with suppress(EvidenceError):
                self._objects.settle()
                if not self._database.is_in_doubt:
                    self._objects.sweep(self.items.cites, self.recordings.holds)
        if is_held:
            self._database.close()
        else:
            self._database.abandon()
        self._objects.forget()
        self._lock.release()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._adopted = []
        try:
            with self._database.transaction():
                yield
                if self._adopted:
                    self._objects.flush(self._adopted)
        except BaseException:
            for object_id in self._adopted:
                with suppress(EvidenceError):
                    self.delete_object(object_id)
            raise
        self._objects.adopted(self._adopted)
        self.retention.erase(self._objects)

    def _adopt(self, object_id: str) -> None:
        self._adopted.append(object_id)

    def _require_open(self) -> None:
        if not self._database.is_open:
            raise EvidenceError("vault.locked")


def create(
    folder: Path,
    passphrase: Passphrase,
    *,
    now: datetime,
    cost: Argon2Cost | None = None,
    program: str = "",
) -> tuple[Store, str]:
    """Make a vault in ``folder``, which must be missing or empty. Gives it unlocked, with its recovery key as text.

    The recovery key stands nowhere else: it must be shown now. Without ``cost`` a guess at the passphrase is made to
    take about a second on this computer, and never less than 64 MiB and 3 passes. ``program`` is recorded with the
    version of the tables. Raises :class:`EvidenceError` ``vault.already_exists``, ``vault.write_failed``,
    ``vault.disk_full``, ``vault.out_of_memory``, ``vault.open_elsewhere``; then nothing is left.
    """
    with writing(folder.name):
        is_fresh = not folder.exists()
        if not is_fresh and (not folder.is_dir() or any(folder.iterdir())):
            raise EvidenceError("vault.already_exists", path=folder)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as undo:
        undo.callback(_remove, folder, is_fresh)
        recovery_key = RecoveryKey.generate()
        master_key, vault_id = secrets.token_bytes(KEY_SIZE), secrets.token_bytes(16)
        cost = cost or tuned_cost()
        locks: tuple[slots.Lock, ...] = (passphrase, recovery_key)
        wrapped = tuple(
            slots.wrap(master_key, one, vault_id=vault_id.hex(), epoch=_FIRST_EPOCH, cost=cost) for one in locks
        )
        content = slots.SlotsFile(vault_id=vault_id.hex(), epoch=_FIRST_EPOCH, slots=wrapped).to_bytes()
        lock = VaultLock(folder / LOCK_FILE)
        undo.callback(lock.release)
        with writing(OBJECTS_FOLDER):
            (folder / OBJECTS_FOLDER / "new").mkdir(mode=0o700, parents=True)
        with writing(DATABASE_FILE):
            (folder / DATABASE_FILE).touch(mode=0o600)  # or it would be readable by whatever the umask says
        database = Database(
            folder / DATABASE_FILE, sub_key(master_key, "records", salt=vault_id), permit=lock.require_held
        )
        undo.callback(database.close)
        migrate(database, now, program)
        signer = new_signer(now)
        store = Store(folder, lock, database, _object_folder(folder, master_key, vault_id, _FIRST_EPOCH))
        with database.transaction():
            facts = Facts(database)
            facts.put("vault_id", vault_id)
            facts.put("slots", content)
            for slot, one in zip(wrapped, locks, strict=True):
                store.slots.record(slot, one, label="", now=now)
            database.write("INSERT INTO signer VALUES (1, ?, ?)", (signer.private_bytes(), signer.certificate_der))
        database.checkpoint()  # from here on, an empty vault.db is a damaged one
        # The slots come last: with them the folder is a vault.
        slots.store(folder, content)
        with writing(folder.name):
            sync_folder(folder.parent)
        undo.pop_all()
    return store, recovery_key.to_text()


def open_store(folder: Path, secret: Secret, *, now: datetime, program: str = "") -> Store:
    """Unlock the vault in ``folder``; what a crash interrupted is finished or undone, and said in ``repairs``.

    Raises :class:`EvidenceError` ``vault.not_a_vault``, ``vault.open_elsewhere``, ``vault.wrong_passphrase``,
    ``vault.wrong_recovery_key``, ``vault.revoked_slot``, ``vault.slots_damaged``, ``vault.database_missing``,
    ``vault.database_damaged``, ``vault.newer_version`` and those of the disk.
    """
    with reading(folder.name):
        if not folder.is_dir():
            raise EvidenceError("vault.not_a_vault", path=folder)
        candidates = slots.load(folder)
    with ExitStack() as undo:
        lock = VaultLock(folder / LOCK_FILE)
        undo.callback(lock.release)
        used, slot, master_key = slots.unlock(candidates, secret)
        vault_id = bytes.fromhex(used.vault_id)
        records_key = sub_key(master_key, "records", salt=vault_id)
        left = left_log(folder / f"{DATABASE_FILE}-wal")
        rekeyed = tuple(_repair_rekeying(folder, records_key))
        with reading(DATABASE_FILE):
            if not (folder / DATABASE_FILE).exists():
                raise EvidenceError("vault.database_missing")
            if (folder / DATABASE_FILE).stat().st_size == 0:  # would be taken for a new database
                raise EvidenceError("vault.database_damaged")
        database = Database(folder / DATABASE_FILE, records_key, permit=lock.require_held)
        undo.callback(database.close)
        # Taking the records of a new key over has dealt with the log already.
        is_cut = not rekeyed and left.is_cut(database.recovered_frames())
        migrate(database, now, program)
        store = Store(folder, lock, database, _object_folder(folder, master_key, vault_id, used.epoch))
        recordings = tuple(repair(store, now, Finding))
        store.repairs = (
            *rekeyed, *_repair_slots(store, slot), *recordings, *_repair_objects(store, is_cut=is_cut)
        )  # fmt: skip
        undo.pop_all()
    return store


def _repair_rekeying(folder: Path, records_key: bytes) -> Iterator[Finding]:
    """Records under a new key take their place when the slots lead to that key, and are void when they do not."""
    next_path, path = folder / NEXT_DATABASE, folder / DATABASE_FILE
    with writing(folder.name):
        leftovers = [leftover for leftover in folder.glob(f"*{PART}*") if leftover.name.startswith(_OURS)]
        for leftover in leftovers:
            leftover.unlink()
    if not next_path.exists():
        if any(leftover.name.startswith(NEXT_DATABASE) for leftover in leftovers):
            yield Finding("vault.repair.rekeying_undone")
        return
    if _opens(path, records_key):
        # The slots were not replaced: the present records are the right ones.
        with writing(NEXT_DATABASE):
            next_path.unlink()
        yield Finding("vault.repair.rekeying_undone")
    elif _opens(next_path, records_key):
        with writing(DATABASE_FILE):
            for suffix in ("-wal", "-shm", "-journal"):
                # What belongs to the old records must not be read into the new ones.
                path.with_name(path.name + suffix).unlink(missing_ok=True)
            next_path.replace(path)
            sync_folder(folder)
        yield Finding("vault.repair.rekeying_finished")


def _opens(path: Path, key: bytes) -> bool:
    if not path.exists() or path.stat().st_size == 0:
        return False
    try:
        Database(path, key).close()
    except EvidenceError as problem:
        if problem.code == "vault.database_damaged":
            return False
        raise
    return True


def _repair_slots(store: Store, opened: slots.Slot) -> Iterator[Finding]:
    """The records say which slots there are: an older or damaged file is replaced."""
    content = store.slots.text()
    if opened not in slots.parse(content).slots:
        raise EvidenceError("vault.revoked_slot")
    if not slots.is_stored(store.folder, content):
        slots.store(store.folder, content)
        yield Finding("vault.repair.slots")


def _repair_objects(store: Store, *, is_cut: bool) -> Iterator[Finding]:
    """Finish or undo what a crash left. When the newest records are lost (``is_cut``), what no row cites may be what
    they cited: it is kept, for a check to name."""
    if store._facts.has("stale_wraps"):
        for object_id, _exhibit, _size in store.items.each_object():
            with suppress(EvidenceError):  # damaged or missing: for a check to say, not a reason to stay closed
                store._objects.drop_stale_wraps(object_id)
        with store.transaction():
            store._facts.drop("stale_wraps")
    store.retention.erase(store._objects)
    store._objects.settle()  # what the repair of recordings added is no left-over
    if is_cut:
        kept = store._objects.keep_all()
        yield Finding("vault.repair.newest_lost", {"count": str(kept)})
    moved, removed = store._objects.sweep(store.items.cites, store.recordings.holds)
    if moved:
        yield Finding("vault.repair.finished", {"count": str(moved)})
    if removed:
        yield Finding("vault.repair.unfinished", {"count": str(removed)})


def _object_folder(folder: Path, master_key: bytes, vault_id: bytes, epoch: int) -> ObjectFolder:
    return ObjectFolder(folder / OBJECTS_FOLDER, sub_key(master_key, "objects", salt=vault_id), epoch)


def _remove(folder: Path, is_fresh: bool) -> None:
    """Take away what an unfinished creation left: only names that it makes."""
    names = (
        *(f"{name}{part}" for name in (slots.SLOTS_FILE, slots.SLOTS_COPY) for part in ("", ".part")),
        *(f"{DATABASE_FILE}{suffix}" for suffix in ("", "-wal", "-shm", "-journal")),
        LOCK_FILE,
    )
    removals: list[Callable[[], object]] = [(folder / name).unlink for name in names]
    removals += [(folder / OBJECTS_FOLDER / "new").rmdir, (folder / OBJECTS_FOLDER).rmdir]
    removals += [folder.rmdir] if is_fresh else []
    for removal in removals:
        with suppress(OSError):
            removal()
