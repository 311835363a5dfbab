"""The custody log: adding events, and proving what is in it (RFC 6962 over RFC 8785 canonical JSON)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from evidence.custody.heads import HeadSigner, sign_head, utc
from evidence.custody.tree import (
    HASH_SIZE,
    ReadNode,
    consistency_path,
    hash_children,
    hash_leaf,
    inclusion_path,
    root_of_nodes,
)
from evidence.digest import canonical_json
from evidence.errors import EvidenceError
from evidence.model import ConsistencyProof, CustodyEvent, EventKind, InclusionProof, SignedHead

SALT_SIZE = 32
"""Random bytes in every event, so that a leaf that is not disclosed cannot be guessed from what might be in it."""


class LogStorage(Protocol):
    """Where a log's events, nodes and heads are kept. All calls of one :func:`append` stand in one transaction."""

    def log_size(self, log_id: str) -> int:
        """Number of events in the log; 0 when there is none."""

    def item_event_count(self, log_id: str, item_id: str) -> int:
        """Number of events of the log that are about ``item_id`` (the empty id: about the whole case)."""

    def node(self, log_id: str, level: int, index: int) -> bytes:
        """Hash of a complete subtree of ``2**level`` leaves. Raises ``KeyError`` when it is not there."""

    def put_node(self, log_id: str, level: int, index: int, node_hash: bytes) -> None:
        """Keep the hash of a complete subtree; written once, never changed."""

    def put_event(self, event: CustodyEvent, canonical: bytes) -> None:
        """Keep an event with the canonical JSON that its leaf was made of."""

    def put_head(self, head: SignedHead) -> None:
        """Keep a signed head."""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """What happened, before it has a place in a log."""

    kind: EventKind
    recorded_at: datetime
    """Aware; kept in UTC."""
    actor: str
    """``victim``, ``counsellor``, ``third_party`` or ``program``."""
    item_id: str = ""
    """Empty when the event is about the whole case."""
    facts: Mapping[str, str] = field(default_factory=dict)


def append(
    storage: LogStorage,
    log_id: str,
    events: Sequence[NewEvent],
    *,
    signer: HeadSigner,
    recorded_at: datetime,
    previous: SignedHead | None = None,
) -> tuple[tuple[CustodyEvent, ...], SignedHead]:
    """Add ``events`` in order and sign the new head; O(log n) reads and writes, over the log fewer than
    two node writes per event.

    ``previous`` is the newest head known of this log: when given, the stored log must still contain it. Raises
    :class:`EvidenceError` ``custody.rolled_back`` or ``custody.forked`` when it does not, ``custody.damaged`` when a
    stored node is missing, and ``ValueError`` for no events, for a time without a zone and for facts that are not text.
    """
    if not events:
        raise ValueError("nothing to append")
    if previous is not None:
        check_growth(storage, log_id, previous)
    size = storage.log_size(log_id)
    counts: dict[str, int] = {}
    added: list[CustodyEvent] = []
    for new in events:
        if new.item_id not in counts:
            counts[new.item_id] = storage.item_event_count(log_id, new.item_id)
        event = CustodyEvent(
            log_id=log_id, index=size, kind=new.kind, recorded_at=utc(new.recorded_at), actor=new.actor,
            item_id=new.item_id, item_index=counts[new.item_id], facts=_flat(new.facts),
            salt=secrets.token_hex(SALT_SIZE),
        )  # fmt: skip
        canonical = canonical_json(event)
        storage.put_event(event, canonical)
        _put_leaf(storage, log_id, size, hash_leaf(canonical))
        added.append(event)
        counts[new.item_id] += 1
        size += 1
    root = root_of_nodes(_reader(storage, log_id), size)
    head = sign_head(log_id, size, root, signer=signer, recorded_at=recorded_at)
    storage.put_head(head)
    return tuple(added), head


def check_growth(storage: LogStorage, log_id: str, earlier: SignedHead) -> None:
    """Make sure that the stored log still begins with what ``earlier`` stood for; O(log n).

    Raises :class:`EvidenceError` ``custody.rolled_back`` when events are missing at the end, ``custody.forked``
    when the log has another root at that size or is another log, ``custody.damaged`` when a node is missing.
    """
    size = storage.log_size(log_id)
    if earlier.head.log_id != log_id:
        raise EvidenceError("custody.forked", size=earlier.head.size)
    if size < earlier.head.size:
        raise EvidenceError("custody.rolled_back", size=size, head_size=earlier.head.size)
    if root_of_nodes(_reader(storage, log_id), earlier.head.size).hex() != earlier.head.root:
        raise EvidenceError("custody.forked", size=earlier.head.size)


def root_at(storage: LogStorage, log_id: str, size: int) -> bytes:
    """The root of the log's first ``size`` events, from stored nodes.

    Raises :class:`EvidenceError` ``custody.out_of_range`` or ``custody.damaged``.
    """
    _require(0 <= size <= storage.log_size(log_id))
    return root_of_nodes(_reader(storage, log_id), size)


def prove_inclusion(storage: LogStorage, log_id: str, index: int, size: int) -> InclusionProof:
    """Prove that the event at ``index`` is in the log of ``size`` events; O(log n).

    Raises :class:`EvidenceError` ``custody.out_of_range`` or ``custody.damaged``.
    """
    _require(0 <= index < size <= storage.log_size(log_id))
    path = inclusion_path(_reader(storage, log_id), index, size)
    return InclusionProof(index=index, size=size, path=tuple(part.hex() for part in path))


def prove_consistency(storage: LogStorage, log_id: str, first: int, second: int) -> ConsistencyProof:
    """Prove that the log of ``first`` events is the beginning of the log of ``second`` events; O(log n).

    Raises :class:`EvidenceError` ``custody.out_of_range`` or ``custody.damaged``.
    """
    _require(0 <= first <= second <= storage.log_size(log_id))
    path = consistency_path(_reader(storage, log_id), first, second)
    return ConsistencyProof(first=first, second=second, path=tuple(part.hex() for part in path))


def leaf_hash(event: CustodyEvent) -> bytes:
    """The leaf of an event: SHA-256 of 0x00 and its canonical JSON.

    Raises ``ValueError`` when a value has no canonical form.
    """
    return hash_leaf(canonical_json(event))


def _put_leaf(storage: LogStorage, log_id: str, index: int, leaf: bytes) -> None:
    """Store the leaf and every subtree that it completes."""
    read = _reader(storage, log_id)
    level, node_hash = 0, leaf
    storage.put_node(log_id, level, index, node_hash)
    while index & 1:
        node_hash = hash_children(read(level, index - 1), node_hash)
        level, index = level + 1, index >> 1
        storage.put_node(log_id, level, index, node_hash)


def _reader(storage: LogStorage, log_id: str) -> ReadNode:
    """Reads nodes of one log; a missing or misshapen node is damage, not a bug of the caller."""

    def read(level: int, index: int) -> bytes:
        try:
            node_hash = storage.node(log_id, level, index)
        except KeyError as problem:
            raise EvidenceError("custody.damaged", size=storage.log_size(log_id)) from problem
        if len(node_hash) != HASH_SIZE:
            raise EvidenceError("custody.damaged", size=storage.log_size(log_id))
        return node_hash

    return read


def _flat(facts: Mapping[str, str]) -> dict[str, str]:
    """A copy of ``facts``, all text: anything else could have two canonical forms."""
    if not all(isinstance(name, str) and isinstance(value, str) for name, value in facts.items()):
        raise ValueError("facts must be text")
    return dict(facts)


def _require(is_inside: bool) -> None:
    if not is_inside:
        raise EvidenceError("custody.out_of_range")
