"""Key slots: each wraps the same random master key under one secret (AES-256-GCM-SIV, RFC 8452).

``slots.json`` and its twin ``slots.copy.json`` hold the same bytes, so that one damaged sector does not cost everything
in the vault. Both are canonical JSON. The encrypted records keep the authoritative text: an older file put back
in place is noticed and replaced.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from evidence.digest import canonical_json, from_json, parse_json, to_json
from evidence.errors import EvidenceError
from evidence.store.files import read_bounded, write_whole
from evidence.store.keys import KEY_SIZE, SALT_SIZE, Argon2Cost, stretch, sub_key
from evidence.store.public_keys import WRAPPED_SIZE, RecipientKey, UnlockKey
from evidence.store.shares import RecoveryShares
from evidence.store.unlocking import Passphrase, RecoveryKey

SLOTS_FILE = "slots.json"
SLOTS_COPY = "slots.copy.json"
FORMAT = 1
MAX_SLOTS = 16
ID_SIZE = 8
_MAX_BYTES = 64 * 1024
_NONCE_SIZE = 12


class SlotKind(StrEnum):
    """What opens a slot."""

    PASSPHRASE = "passphrase"  # noqa: S105  the name of a kind
    RECOVERY_KEY = "recovery_key"
    SHARES = "shares"
    PUBLIC_KEY = "public_key"


Secret = Passphrase | RecoveryKey | RecoveryShares | UnlockKey
"""What opens a slot."""
Lock = Passphrase | RecoveryKey | RecoveryShares | RecipientKey
"""What a slot can be made for."""
_KINDS: dict[type, SlotKind] = {
    Passphrase: SlotKind.PASSPHRASE,
    RecoveryKey: SlotKind.RECOVERY_KEY,
    RecoveryShares: SlotKind.SHARES,
    RecipientKey: SlotKind.PUBLIC_KEY,
    UnlockKey: SlotKind.PUBLIC_KEY,
}


@dataclass(frozen=True, slots=True)
class Slot:
    """One wrapped copy of the master key. Bytes are lower-case hexadecimal. Says nothing about whom it is for."""

    id: str
    kind: str
    salt: str
    nonce: str
    wrapped: str
    cost: Argon2Cost | None = None
    """Of a passphrase slot."""


@dataclass(frozen=True, slots=True)
class SlotsFile:
    """The content of ``slots.json``."""

    vault_id: str
    """16 random bytes, hexadecimal."""
    epoch: int
    """Counts the master keys that this vault has had, from 1."""
    slots: tuple[Slot, ...]
    format: int = FORMAT

    def to_bytes(self) -> bytes:
        """The bytes of the file: canonical JSON."""
        return canonical_json(self)


def wrap(master_key: bytes, lock: Lock, *, vault_id: str, epoch: int, cost: Argon2Cost | None = None) -> Slot:
    """A new slot for ``lock``; ``cost`` is needed for a passphrase. The slot is bound to vault, epoch and its facts.

    Raises :class:`EvidenceError` ``vault.out_of_memory``.
    """
    kind = _KINDS[type(lock)]
    slot = Slot(
        id=secrets.token_hex(ID_SIZE), kind=kind, salt=secrets.token_hex(SALT_SIZE),
        nonce=secrets.token_hex(_NONCE_SIZE), wrapped="", cost=cost if isinstance(lock, Passphrase) else None,
    )  # fmt: skip
    context = _context(slot, vault_id, epoch)
    if isinstance(lock, RecipientKey):
        sealed = lock.wrap(master_key, context)
    else:
        sealed = AESGCMSIV(_slot_key(slot, lock)).encrypt(bytes.fromhex(slot.nonce), master_key, context)
    return replace(slot, wrapped=sealed.hex())


def unwrap(slots: SlotsFile, secret: Secret) -> tuple[Slot, bytes]:
    """The slot that ``secret`` opens, and the master key.

    Raises :class:`EvidenceError` ``vault.wrong_passphrase``, ``vault.wrong_recovery_key``, ``vault.wrong_shares``,
    ``vault.wrong_private_key``, ``vault.slots_damaged`` when a cost is out of bounds, and ``vault.out_of_memory``.
    """
    kind = _KINDS[type(secret)]
    for slot in slots.slots:
        if slot.kind != kind:
            continue
        context = _context(slot, slots.vault_id, slots.epoch)
        try:
            master_key = _opened(slot, secret, context)
        except InvalidTag:
            continue
        if len(master_key) == KEY_SIZE:
            return slot, master_key
    raise _refusal(secret)


def parse(untrusted_data: bytes) -> SlotsFile:
    """Read the bytes of a slots file, checking every length and bound.

    Raises :class:`EvidenceError` ``vault.slots_damaged`` or ``vault.newer_version``.
    """
    if len(untrusted_data) > _MAX_BYTES:
        raise EvidenceError("vault.slots_damaged")
    try:
        value = parse_json(untrusted_data)
        if isinstance(value, dict) and isinstance(value.get("format"), int) and value["format"] > FORMAT:
            raise EvidenceError("vault.newer_version", version=value["format"], known=FORMAT)
        slots = from_json(value, SlotsFile)
    except EvidenceError as problem:
        if problem.code == "vault.newer_version":
            raise
        raise EvidenceError("vault.slots_damaged") from problem
    # Names that this version does not know would be lost when the file is written again.
    is_whole = slots.format == FORMAT and slots.epoch >= 1 and canonical_json(slots) == untrusted_data
    if not (is_whole and _is_hex(slots.vault_id, 16) and 1 <= len(slots.slots) <= MAX_SLOTS):
        raise EvidenceError("vault.slots_damaged")
    if not all(_is_sound(slot) for slot in slots.slots):
        raise EvidenceError("vault.slots_damaged")
    return slots


def load(folder: Path) -> tuple[SlotsFile, ...]:
    """The readable slots files of a vault: the file, then its twin if that differs.

    Raises :class:`EvidenceError` ``vault.not_a_vault``, ``vault.slots_damaged``, ``vault.newer_version``,
    ``vault.unreadable``.
    """
    paths = [path for path in (folder / SLOTS_FILE, folder / SLOTS_COPY) if path.exists()]
    if not paths:
        raise EvidenceError("vault.not_a_vault", path=folder)
    found: list[SlotsFile] = []
    problems: list[EvidenceError] = []
    for path in paths:
        try:
            slots = parse(read_bounded(path, _MAX_BYTES))
        except EvidenceError as problem:
            problems.append(problem)
        else:
            found += [slots] if slots not in found else []
    if not found:
        raise problems[0]
    return tuple(found)


def unlock(candidates: Sequence[SlotsFile], secret: Secret) -> tuple[SlotsFile, Slot, bytes]:
    """Open the first slot that ``secret`` fits, looking into the twin only when it differs from the file.

    Raises what :func:`unwrap` raises.
    """
    problem: EvidenceError | None = None
    for slots in candidates:
        try:
            slot, master_key = unwrap(slots, secret)
        except EvidenceError as refused:
            problem = problem or refused
        else:
            return slots, slot, master_key
    assert problem is not None
    raise problem


def store(folder: Path, data: bytes) -> None:
    """Write both files, one after the other, each completely and durably.

    Raises :class:`EvidenceError` ``vault.disk_full`` or ``vault.write_failed``.
    """
    for name in (SLOTS_FILE, SLOTS_COPY):
        write_whole(folder / name, data)


def is_stored(folder: Path, data: bytes) -> bool:
    """Whether both files hold exactly ``data``."""
    paths = (folder / SLOTS_FILE, folder / SLOTS_COPY)
    return all(path.exists() and read_bounded(path, _MAX_BYTES) == data for path in paths)


def _opened(slot: Slot, secret: Secret, context: bytes) -> bytes:
    wrapped = bytes.fromhex(slot.wrapped)
    if isinstance(secret, UnlockKey):
        return secret.unwrap(wrapped, context)
    return AESGCMSIV(_slot_key(slot, secret)).decrypt(bytes.fromhex(slot.nonce), wrapped, context)


def _slot_key(slot: Slot, secret: Passphrase | RecoveryKey | RecoveryShares) -> bytes:
    salt = bytes.fromhex(slot.salt)
    if isinstance(secret, Passphrase):
        if slot.cost is None:
            raise EvidenceError("vault.slots_damaged")
        return stretch(secret.secret, salt, slot.cost)
    # 160 random bits cannot be guessed: stretching would only cost time.
    return sub_key(secret.secret, f"{slot.kind} slot", salt=salt)


def _refusal(secret: Secret) -> EvidenceError:
    if isinstance(secret, Passphrase):
        return EvidenceError("vault.wrong_passphrase")
    if isinstance(secret, RecoveryKey):
        return EvidenceError("vault.wrong_recovery_key")
    if isinstance(secret, RecoveryShares):
        return EvidenceError("vault.wrong_shares")
    return EvidenceError("vault.wrong_private_key")


def _context(slot: Slot, vault_id: str, epoch: int) -> bytes:
    """What a wrapped key is bound to: the vault, the epoch and every fact of its slot."""
    facts = to_json(replace(slot, wrapped=""))
    return canonical_json({"epoch": epoch, "format": FORMAT, "slot": facts, "vault_id": vault_id})


def _is_sound(slot: Slot) -> bool:
    wrapped_size = WRAPPED_SIZE if slot.kind == SlotKind.PUBLIC_KEY else KEY_SIZE + 16
    has_sizes = (
        _is_hex(slot.id, ID_SIZE)
        and _is_hex(slot.salt, SALT_SIZE)
        and _is_hex(slot.nonce, _NONCE_SIZE)
        and _is_hex(slot.wrapped, wrapped_size)
    )
    if slot.kind == SlotKind.PASSPHRASE:
        return has_sizes and slot.cost is not None and slot.cost.is_bearable()
    return has_sizes and slot.cost is None and slot.kind in set(SlotKind)


def _is_hex(text: str, size: int) -> bool:
    return len(text) == 2 * size and all(digit in "0123456789abcdef" for digit in text)
