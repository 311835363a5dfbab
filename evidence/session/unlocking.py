"""The ways to open a vault: what a person gives, and what she may add, change or take away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from evidence.errors import EvidenceError
from evidence.store import (
    Argon2Cost,
    Passphrase,
    RecipientKey,
    RecoveryKey,
    RecoveryShares,
    Secret,
    SlotInfo,
    SlotKind,
    Store,
    UnlockKey,
)


@dataclass(frozen=True, slots=True)
class Given:
    """What a person gives to open a vault: exactly one of these."""

    passphrase: str | None = None
    recovery_key: str | None = None
    shares: Sequence[str] = ()
    """Two of the three recovery shares, as words."""
    private_key: bytes = b""
    """PEM of the private key that belongs to a public-key slot."""
    private_key_password: str | None = None

    def secret(self) -> Secret:
        """As the store takes it. Raises ``ValueError`` for none or several, and what a mistyped secret raises."""
        given = [self.passphrase is not None, self.recovery_key is not None, bool(self.shares), bool(self.private_key)]
        if sum(given) != 1:
            raise ValueError("one way to unlock, not several")
        if self.passphrase is not None:
            return Passphrase(self.passphrase)
        if self.recovery_key is not None:
            return RecoveryKey.from_text(self.recovery_key)
        if self.shares:
            return RecoveryShares.from_texts(self.shares)
        password = None if self.private_key_password is None else self.private_key_password.encode()
        return UnlockKey.from_pem(self.private_key, password)

    def __repr__(self) -> str:
        return "Given(…)"


def public_key_fingerprint(pem: bytes) -> str:
    """SHA-256 of a public key (X25519, PEM), hexadecimal: to be compared with its owner before it is added.

    Raises ``vault.public_key_unusable``.
    """
    return RecipientKey.from_pem(pem).fingerprint


@dataclass(frozen=True, slots=True)
class AddedMethod:
    """A way to unlock that was added, with the words to write down: shown once, kept nowhere."""

    slot: SlotInfo
    written: tuple[str, ...] = ()
    """The recovery key, or the three shares; empty for a passphrase and for a public key."""

    def __repr__(self) -> str:
        return f"AddedMethod({self.slot.id})"


class UnlockMethods:
    """The slots of an open vault. Every change asks again for a secret that opens the vault, and is logged."""

    def __init__(self, store: Store, clock: Callable[[], datetime], actor: Callable[[], str]) -> None:
        self._store = store
        self._clock = clock
        self._actor = actor

    def all(self) -> list[SlotInfo]:
        """All ways to open the vault, the oldest first."""
        return list(self._store.slots.all())

    def opened_by(self, given: Given) -> SlotInfo:
        """Which of them this is; the vault stays as it is. Raises as :func:`evidence.session.open_vault`."""
        return self._store.slots.opened_by(given.secret())

    @property
    def folder(self) -> Path:
        """The folder of the vault that they open."""
        return self._store.folder

    def add_passphrase(
        self, passphrase: str, *, by: Given, label: str = "", cost: Argon2Cost | None = None
    ) -> AddedMethod:
        """Another passphrase beside those that there are. Raises ``vault.passphrase_empty`` and those of the store."""
        return self._add(Passphrase(passphrase), by, label, cost=cost)

    def add_recovery_key(self, *, by: Given, label: str = "") -> AddedMethod:
        """Another recovery key, to be written down now."""
        key = RecoveryKey.generate()
        return self._add(key, by, label, written=(key.to_text(),))

    def add_shares(self, *, by: Given, label: str = "") -> AddedMethod:
        """Three recovery shares (SLIP-0039); any two of them open the vault. To be written down and given away now."""
        shares = RecoveryShares.generate()
        return self._add(shares, by, label, written=shares.texts)

    def add_public_key(self, pem: bytes, *, by: Given, label: str = "") -> AddedMethod:
        """A counsellor's or centre's public key (X25519, PEM). Raises ``vault.public_key_unusable``."""
        return self._add(RecipientKey.from_pem(pem), by, label)

    def change_passphrase(
        self, passphrase: str, *, by: Given, slot_id: str = "", cost: Argon2Cost | None = None
    ) -> AddedMethod:
        """Put a new passphrase in the place of the only one, or of the one with ``slot_id``; also raises its cost.

        Raises ``vault.which_slot`` when there are several and none is named.
        """
        present = [slot for slot in self.all() if slot.kind == SlotKind.PASSPHRASE]
        named = [slot for slot in present if slot.id == slot_id] if slot_id else present
        if len(named) != 1:
            raise EvidenceError("vault.which_slot")
        slot = self._store.slots.replace(
            named[0].id, Passphrase(passphrase), by=by.secret(), actor=self._actor(), now=self._clock(),
            label=named[0].label, cost=cost,
        )  # fmt: skip
        return AddedMethod(slot)

    def strengthen(self, *, by: Given, cost: Argon2Cost | None = None) -> AddedMethod | None:
        """Make guessing the passphrase that is given slower: about a second for each guess on this computer. None when
        it is as slow already. Raises ``ValueError`` for another secret than a passphrase."""
        secret = by.secret()
        if not isinstance(secret, Passphrase):
            raise ValueError("a passphrase alone is guessed")
        slot = self._store.slots.strengthen(secret, actor=self._actor(), now=self._clock(), cost=cost)
        return None if slot is None else AddedMethod(slot)

    def revoke(self, slot_id: str, *, by: Given) -> None:
        """Take a way to open the vault away; the one that ``by`` opens stays. Raises ``vault.last_slot``."""
        self._store.slots.revoke(slot_id, by=by.secret(), actor=self._actor(), now=self._clock())

    def _add(
        self, lock: Passphrase | RecoveryKey | RecoveryShares | RecipientKey, by: Given, label: str, *,
        cost: Argon2Cost | None = None, written: tuple[str, ...] = (),
    ) -> AddedMethod:  # fmt: skip
        slot = self._store.slots.add(
            lock, by=by.secret(), actor=self._actor(), now=self._clock(), label=label, cost=cost
        )
        return replace(AddedMethod(slot), written=written)
