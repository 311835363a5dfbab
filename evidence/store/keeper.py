"""Adding, listing, changing and revoking key slots. Every change is an event in the vault's own custody log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from evidence.custody import NewEvent, append
from evidence.errors import EvidenceError
from evidence.model import EventKind
from evidence.store import slots
from evidence.store.database import Database
from evidence.store.facts import Facts
from evidence.store.keys import Argon2Cost, raised_cost, tuned_cost
from evidence.store.log_records import VAULT_LOG, LogRecords
from evidence.store.public_keys import RecipientKey
from evidence.store.signing import VaultSigner
from evidence.store.unlocking import Passphrase


@dataclass(frozen=True, slots=True)
class SlotInfo:
    """One way to open the vault."""

    id: str
    kind: str
    label: str
    """The person's own words for it; never outside the encrypted records."""
    added_at: datetime
    cost: Argon2Cost | None = None
    """Of a passphrase."""
    fingerprint: str = ""
    """Of a public key: SHA-256, hexadecimal."""


class SlotKeeper:
    """The slots of an open vault. Whoever changes them shows a secret that opens the vault, again: an unlocked window
    on a table is not enough."""

    def __init__(self, folder: Path, database: Database, log: LogRecords, signer: Callable[[], VaultSigner]) -> None:
        self._folder = folder
        self._database = database
        self._facts = Facts(database)
        self._log = log
        self._signer = signer

    def text(self) -> bytes:
        """What ``slots.json`` must hold: the records say so."""
        return self._facts.get("slots")

    def all(self) -> tuple[SlotInfo, ...]:
        """All slots, the oldest first."""
        costs = {slot.id: slot.cost for slot in slots.parse(self.text()).slots}
        rows = self._database.rows("SELECT id, kind, label, added_at, public_key FROM slots ORDER BY added_at, id")
        return tuple(
            SlotInfo(
                id=slot_id, kind=kind, label=label, added_at=datetime.fromisoformat(added_at), cost=costs.get(slot_id),
                fingerprint="" if raw is None else RecipientKey.from_raw(bytes(raw)).fingerprint,
            )
            for slot_id, kind, label, added_at, raw in rows
        )  # fmt: skip

    def recipients(self) -> tuple[tuple[str, RecipientKey], ...]:
        """The slots for public keys: id and key, the oldest first."""
        rows = self._database.rows(
            "SELECT id, public_key FROM slots WHERE public_key IS NOT NULL ORDER BY added_at, id"
        )
        return tuple((slot_id, RecipientKey.from_raw(bytes(raw))) for slot_id, raw in rows)

    def add(
        self,
        lock: slots.Lock,
        *,
        by: slots.Secret,
        actor: str,
        now: datetime,
        label: str = "",
        cost: Argon2Cost | None = None,
    ) -> SlotInfo:
        """Add a way to open the vault. ``by`` is a secret that opens it already; ``cost`` as for a new vault.

        Raises :class:`EvidenceError` ``vault.too_many_slots`` and those of :func:`slots.unwrap`.
        """
        return self._change(lock, (), by=by, actor=actor, now=now, label=label, cost=cost)

    def replace(
        self,
        slot_id: str,
        lock: slots.Lock,
        *,
        by: slots.Secret,
        actor: str,
        now: datetime,
        label: str = "",
        cost: Argon2Cost | None = None,
    ) -> SlotInfo:
        """Put a new way to open the vault in the place of an old one: a changed passphrase, a new recovery key, a
        higher cost. Raises as :meth:`add`, and ``vault.no_such_slot``.
        """
        return self._change(lock, (slot_id,), by=by, actor=actor, now=now, label=label, cost=cost)

    def strengthen(
        self, passphrase: Passphrase, *, actor: str, now: datetime, cost: Argon2Cost | None = None
    ) -> SlotInfo | None:
        """Wrap the master key anew under the same passphrase, at what takes about a second on this computer: computers
        have become faster since. Gives None, and changes nothing, when a guess costs as much already; it never
        becomes cheaper. Raises as :meth:`add`.
        """
        present = slots.parse(self.text())
        opened, _master_key = slots.unwrap(present, passphrase)
        assert opened.cost is not None
        raised = raised_cost(opened.cost, cost or tuned_cost())
        if raised is None:
            return None
        label = next(info.label for info in self.all() if info.id == opened.id)
        return self.replace(
            opened.id, passphrase, by=passphrase, actor=actor, now=now, label=label, cost=raised
        )  # fmt: skip

    def revoke(self, slot_id: str, *, by: slots.Secret, actor: str, now: datetime) -> None:
        """Take a way to open the vault away. The slot that ``by`` opens must stay: it is the only one that is known
        to work. Whoever opened the vault with the revoked secret may have kept the master key; a new one helps
        (:mod:`evidence.store.rekeying`).

        Raises :class:`EvidenceError` ``vault.last_slot``, ``vault.no_such_slot`` and those of :func:`slots.unwrap`.
        """
        present = slots.parse(self.text())
        opened, _master_key = slots.unwrap(present, by)
        _require_slot(present, slot_id)
        if opened.id == slot_id:
            raise EvidenceError("vault.last_slot")
        content = slots.SlotsFile(
            vault_id=present.vault_id, epoch=present.epoch,
            slots=tuple(slot for slot in present.slots if slot.id != slot_id),
        ).to_bytes()  # fmt: skip
        with self._database.transaction():
            self._forget(slot_id, actor, now)
            self._facts.put("slots", content)
        slots.store(self._folder, content)

    def opened_by(self, secret: slots.Secret) -> SlotInfo:
        """The way to open the vault that this secret is. Raises :class:`EvidenceError` as :func:`slots.unwrap`."""
        opened, _master_key = slots.unwrap(slots.parse(self.text()), secret)
        return next(info for info in self.all() if info.id == opened.id)

    def record(self, slot: slots.Slot, lock: slots.Lock, *, label: str, now: datetime) -> SlotInfo:
        """Keep what the slots file does not say about a slot. Inside a transaction."""
        raw = lock.raw if isinstance(lock, RecipientKey) else None
        self._database.write(
            "INSERT INTO slots VALUES (?, ?, ?, ?, ?)", (slot.id, slot.kind, label, now.isoformat(), raw)
        )
        fingerprint = lock.fingerprint if isinstance(lock, RecipientKey) else ""
        return SlotInfo(slot.id, slot.kind, label, now, slot.cost, fingerprint)

    def _change(
        self,
        lock: slots.Lock,
        replaced: Sequence[str],
        *,
        by: slots.Secret,
        actor: str,
        now: datetime,
        label: str,
        cost: Argon2Cost | None,
    ) -> SlotInfo:
        present = slots.parse(self.text())
        _opened, master_key = slots.unwrap(present, by)
        for slot_id in replaced:
            _require_slot(present, slot_id)
        kept = tuple(slot for slot in present.slots if slot.id not in replaced)
        if len(kept) >= slots.MAX_SLOTS:
            raise EvidenceError("vault.too_many_slots", most=slots.MAX_SLOTS)
        if isinstance(lock, Passphrase) and cost is None:
            cost = tuned_cost()
        slot = slots.wrap(master_key, lock, vault_id=present.vault_id, epoch=present.epoch, cost=cost)
        content = slots.SlotsFile(
            vault_id=present.vault_id, epoch=present.epoch, slots=(*kept, slot)
        ).to_bytes()  # fmt: skip
        with self._database.transaction():
            for slot_id in replaced:
                self._forget(slot_id, actor, now)
            info = self.record(slot, lock, label=label, now=now)
            self._event(EventKind.SLOT_ADDED, slot.id, slot.kind, actor, now)
            self._facts.put("slots", content)
        # After the commit the records are right even if this fails; the next opening writes the files again.
        slots.store(self._folder, content)
        return info

    def _forget(self, slot_id: str, actor: str, now: datetime) -> None:
        rows = self._database.write("DELETE FROM slots WHERE id = ? RETURNING kind", (slot_id,))
        self._event(EventKind.SLOT_REVOKED, slot_id, rows[0][0] if rows else "", actor, now)

    def _event(self, kind: EventKind, slot_id: str, slot_kind: str, actor: str, now: datetime) -> None:
        event = NewEvent(kind=kind, recorded_at=now, actor=actor, facts={"slot": slot_id, "kind": slot_kind})
        append(self._log, VAULT_LOG, [event], signer=self._signer(), recorded_at=now)


def _require_slot(present: slots.SlotsFile, slot_id: str) -> None:
    if slot_id not in {slot.id for slot in present.slots}:
        raise EvidenceError("vault.no_such_slot")
