"""The custody log's values: events, heads and proofs (RFC 6962, section 2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    """What happened. The vault's own log holds the key-slot kinds; a case's log holds the rest."""

    VAULT_CREATED = "VAULT_CREATED"
    SLOT_ADDED = "SLOT_ADDED"
    SLOT_REVOKED = "SLOT_REVOKED"
    REKEYED = "REKEYED"
    CASE_CREATED = "CASE_CREATED"
    ACQUIRED = "ACQUIRED"
    NOTED = "NOTED"
    REVEALED = "REVEALED"
    TIMESTAMPED = "TIMESTAMPED"
    EXAMINED = "EXAMINED"
    SCORED = "SCORED"
    FROZEN = "FROZEN"
    EXPORTED = "EXPORTED"
    CO_SIGNED = "CO_SIGNED"
    VERIFIED = "VERIFIED"
    RECEIPT = "RECEIPT"
    REDUCED = "REDUCED"
    DESTROYED = "DESTROYED"
    COMMITTED = "COMMITTED"
    """The log fixes what an original shows, part by part, before a redacted copy is made of it."""
    REDACTED = "REDACTED"
    WITHDRAWN = "WITHDRAWN"
    """A redacted copy was taken back."""
    QUARANTINED = "QUARANTINED"
    """Someone said that the item may show a person under age: its content is not given out any more."""
    CONSENTED = "CONSENTED"
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"


@dataclass(frozen=True, slots=True)
class CustodyEvent:
    """One entry of a custody log. Its leaf is the digest of its canonical JSON; ``salt`` keeps a leaf unguessable.

    ``facts`` is flat: strings only, so that two implementations cannot disagree on its canonical form.
    """

    log_id: str
    index: int
    """Position in the log, from 0."""
    kind: EventKind
    recorded_at: datetime
    actor: str
    """``victim``, ``counsellor``, ``third_party`` or ``program``."""
    item_id: str
    """Empty when the event is about the whole case."""
    item_index: int
    """How many earlier events of this log are about the same item: a gap shows that one is not disclosed."""
    facts: dict[str, str]
    salt: str
    """32 random bytes, hexadecimal."""
    version: int = 1


@dataclass(frozen=True, slots=True)
class Head:
    """The state of a log: its size and Merkle root (RFC 6962, 2.1)."""

    log_id: str
    size: int
    root: str
    """Hexadecimal SHA-256."""
    recorded_at: datetime
    version: int = 1


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A head with the vault key's signature over the head's canonical JSON: ECDSA P-256, SHA-256, DER, hexadecimal."""

    head: Head
    key_sha256: str
    """SHA-256 of the signer's certificate (DER)."""
    signature: str


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """That the leaf at ``index`` is in the tree of ``size`` leaves (RFC 6962, 2.1.1). Hashes hexadecimal."""

    index: int
    size: int
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConsistencyProof:
    """That the tree of ``first`` leaves is a prefix of the tree of ``second`` leaves (RFC 6962, 2.1.2)."""

    first: int
    second: int
    path: tuple[str, ...] = field(default_factory=tuple)
