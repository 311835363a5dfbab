"""A new master key: for when somebody who is shut out may have kept the old one.

The order of writes, so that a crash at any point leaves a vault that opens, under the old key or under the new one:

1. every object gets its key wrapped under the new master key too, beside the old one;
2. ``vault.db.next``, a copy of the records under the new key with the new slots, is written and flushed;
3. the slots files are replaced: from here on, the new key counts;
4. ``vault.db.next`` takes the place of ``vault.db``, and the old wrapped keys of the objects are erased.

What a crash leaves of step 4 is done by the next opening; what it leaves of steps 1 and 2 is void.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from evidence.custody import NewEvent, append
from evidence.errors import CancelledError, EvidenceError
from evidence.model import EventKind
from evidence.store import slots
from evidence.store.database import Database
from evidence.store.facts import Facts
from evidence.store.files import BINARY, PART, sync_file, sync_folder, writing
from evidence.store.keeper import SlotInfo, SlotKeeper
from evidence.store.keys import KEY_SIZE, Argon2Cost, sub_key, tuned_cost
from evidence.store.log_records import VAULT_LOG, LogRecords
from evidence.store.objects import Cancelled, Progress
from evidence.store.public_keys import UnlockKey
from evidence.store.unlocking import RecoveryKey
from evidence.store.vault import NEXT_DATABASE, Store, open_store


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """A vault under its new master key, open."""

    store: Store
    recovery_key: str
    """New, to be shown now; empty when the recovery key itself opened the vault, which stays."""
    dropped: tuple[SlotInfo, ...]
    """Ways to open that are gone, because their secrets are not known to the program."""


def rekey(
    folder: Path,
    secret: slots.Secret,
    *,
    actor: str,
    now: datetime,
    also: Sequence[slots.Lock] = (),
    cost: Argon2Cost | None = None,
    program: str = "",
    progress: Progress = lambda _share: None,
    cancelled: Cancelled = lambda: False,
) -> Rekeyed:
    """Give the closed vault in ``folder`` a new master key.

    The slot that ``secret`` opens is made anew, as are all slots for public keys; a new recovery key is made, and a
    slot for each of ``also``. Everything else is dropped. Until the slots are replaced, the work can be cancelled.
    Raises :class:`EvidenceError` as :func:`open_store`, ``vault.object_damaged`` or ``vault.object_missing`` when an
    original is not whole (check and restore first), ``vault.recording_waits`` when an interrupted recording could not
    be made an exhibit yet, those of the disk, and :class:`CancelledError`.
    """
    with open_store(folder, secret, now=now, program=program) as store:
        if store.recordings.all():  # their keys would be lost with the old master key
            raise EvidenceError("vault.recording_waits")
        present = slots.parse(store.slots.text())
        opened, _old_key = slots.unwrap(present, secret)
        master_key, vault_id = secrets.token_bytes(KEY_SIZE), bytes.fromhex(present.vault_id)
        epoch = present.epoch + 1
        locks, recovery_key, dropped = _new_locks(store, secret, opened, also)
        if len(locks) > slots.MAX_SLOTS:
            raise EvidenceError("vault.too_many_slots", most=slots.MAX_SLOTS)
        cost = cost or opened.cost or tuned_cost()
        made = [
            (slots.wrap(master_key, lock, vault_id=present.vault_id, epoch=epoch, cost=cost), lock, label)
            for lock, label in locks
        ]
        content = slots.SlotsFile(
            vault_id=present.vault_id, epoch=epoch, slots=tuple(slot for slot, _lock, _label in made)
        ).to_bytes()  # fmt: skip
        _rewrap(store, sub_key(master_key, "objects", salt=vault_id), epoch, progress, cancelled)
        part = folder / (NEXT_DATABASE + PART)
        store.copy_records(_fresh(part))
        with _under_new_key(store, part, sub_key(master_key, "records", salt=vault_id)) as database:
            _record(database, store, content, made, dropped, epoch, actor, now)
        _flush(part, folder / NEXT_DATABASE)
    # Closed before the slots change: no write-ahead log of the old records may stand beside the new ones.
    slots.store(folder, content)
    store = open_store(folder, secret, now=now, program=program)
    # Opening takes the last step, as it does after a crash; here it is no repair.
    store.repairs = tuple(finding for finding in store.repairs if finding.code != "vault.repair.rekeying_finished")
    return Rekeyed(store, recovery_key, dropped)


def _new_locks(
    store: Store, secret: slots.Secret, opened: slots.Slot, also: Sequence[slots.Lock]
) -> tuple[list[tuple[slots.Lock, str]], str, tuple[SlotInfo, ...]]:
    """What the new slots are for, with their labels; the new recovery key as text; the slots that go."""
    infos = {info.id: info for info in store.slots.all()}
    kept = secret.recipient() if isinstance(secret, UnlockKey) else secret
    locks: list[tuple[slots.Lock, str]] = [(kept, infos[opened.id].label)]
    for slot_id, recipient in store.slots.recipients():
        if slot_id != opened.id:
            locks.append((recipient, infos[slot_id].label))
    recovery_key = ""
    if not isinstance(secret, RecoveryKey):
        new = RecoveryKey.generate()
        locks.append((new, ""))
        recovery_key = new.to_text()
    locks += [(lock, "") for lock in also]
    stays = {opened.id, *(slot_id for slot_id, _recipient in store.slots.recipients())}
    return locks, recovery_key, tuple(info for info in infos.values() if info.id not in stays)


def _rewrap(store: Store, object_key: bytes, epoch: int, progress: Progress, cancelled: Cancelled) -> None:
    object_ids = [object_id for object_id, _exhibit, _size in store.items.each_object()]
    for done, object_id in enumerate(object_ids, 1):
        if cancelled():
            raise CancelledError
        store.rewrap_object(object_id, object_key, epoch)
        progress(done / len(object_ids))


def _record(
    database: Database,
    store: Store,
    content: bytes,
    made: Sequence[tuple[slots.Slot, slots.Lock, str]],
    dropped: Sequence[SlotInfo],
    epoch: int,
    actor: str,
    now: datetime,
) -> None:
    """Bring slots and log of the new records up to date, and remember that old wrapped keys are to be erased."""
    log, signer = LogRecords(database), store.signer()
    keeper = SlotKeeper(store.folder, database, log, lambda: signer)
    facts = {"epoch": str(epoch), "kept": str(len(made)), "dropped": ",".join(info.id for info in dropped)}
    with database.transaction():
        database.write("DELETE FROM slots")
        for slot, lock, label in made:
            keeper.record(slot, lock, label=label, now=now)
        Facts(database).put("slots", content)
        Facts(database).put("stale_wraps", b"1")
        event = NewEvent(kind=EventKind.REKEYED, recorded_at=now, actor=actor, facts=facts)
        append(log, VAULT_LOG, [event], signer=signer, recorded_at=now)


class _under_new_key:
    """The copied records, opened under another key."""

    def __init__(self, store: Store, path: Path, key: bytes) -> None:
        database = store.open_records(path)
        try:
            database.change_key(key)
        finally:
            database.close()
        self._database = Database(path, key)

    def __enter__(self) -> Database:
        return self._database

    def __exit__(self, *_exception: object) -> None:
        self._database.close()


def _fresh(path: Path) -> Path:
    with writing(path.name):
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
    return path


def _flush(part: Path, path: Path) -> None:
    with writing(path.name):
        descriptor = os.open(part, os.O_RDWR | BINARY)
        try:
            sync_file(descriptor)
        finally:
            os.close(descriptor)
        part.replace(path)
        sync_folder(path.parent)
