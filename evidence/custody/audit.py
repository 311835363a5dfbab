"""Looking for damage: the whole log inside the vault, or its disclosed part outside.

Both give every finding as an :class:`EvidenceError` instead of raising the first, so that a person sees all of them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from evidence.custody.heads import verify_head
from evidence.custody.log import leaf_hash
from evidence.custody.proofs import verify_consistency, verify_inclusion
from evidence.custody.tree import EMPTY_ROOT, ReadNode, hash_children, hash_leaf
from evidence.digest import canonical_json, from_json, parse_json
from evidence.errors import EvidenceError
from evidence.model import CustodyEvent, DisclosedLog, SignedHead

_SALT = re.compile(r"[0-9a-f]{64}")
_HASH = re.compile(r"[0-9a-f]{64}")
_MAX_FINDINGS = 1000


def audit_log(
    log_id: str,
    canonical_events: Iterable[bytes],
    heads: Sequence[SignedHead],
    certificate_der: bytes,
    *,
    node: ReadNode | None = None,
    progress: Callable[[int], None] = lambda _done: None,
) -> tuple[EvidenceError, ...]:
    """Check a stored log from its first event to its last; O(n), constant memory per event.

    ``canonical_events`` are the stored bytes in order of index, ``heads`` all stored heads by size, ``node`` reads
    the stored subtrees (``KeyError`` for one that is missing). Finds events that were changed, dropped, reordered or
    taken from another log, heads whose signature or root does not fit, heads beyond the end (the log was rolled
    back), events that no head covers, and stored nodes that differ. An empty result means none of these.
    """
    found: list[EvidenceError] = []
    roots = {0: EMPTY_ROOT}
    wanted = {signed.head.size for signed in heads}
    counts: dict[str, int] = defaultdict(int)
    peaks: list[tuple[int, bytes]] = []  # the complete subtrees of the leaves so far, as (level, hash), large to small
    size = 0
    for canonical in canonical_events:
        if len(found) >= _MAX_FINDINGS:
            break
        found += _event_findings(log_id, size, canonical, counts)
        for level, index, node_hash in _grow(peaks, size, hash_leaf(canonical)):
            if node is not None and not _same_node(node, level, index, node_hash):
                found.append(EvidenceError("custody.damaged", size=size + 1))
        size += 1
        if size in wanted:
            roots[size] = _fold(peaks)
        progress(size)
    found += _head_findings(log_id, heads, roots, size, certificate_der)
    return tuple(found)


def check_disclosed(log: DisclosedLog, certificate_der: bytes) -> tuple[EvidenceError, ...]:
    """Check the disclosed part of a log with its proofs and heads, without the rest (RFC 6962, 2.1.1 and 2.1.2).

    Finds what :func:`audit_log` finds as far as it can be seen from outside, and ``custody.hidden_event`` where the
    events about one disclosed item do not count from 0 without a gap. An event at the end of an item's line can be
    hidden without a gap; that the last disclosed event (FROZEN) states the counts closes this, and its reader
    compares them. An empty result means that nothing was found.
    """
    found: list[EvidenceError] = []
    head = log.head.head
    heads = (*log.earlier_heads, log.head)
    for signed in heads:
        if not verify_head(signed, certificate_der):
            found.append(EvidenceError("custody.bad_head_signature", size=signed.head.size))
        if signed.head.log_id != log.log_id:
            found.append(EvidenceError("custody.forked", size=signed.head.size))
    root = _root_bytes(log.head)
    found += _disclosed_event_findings(log, root)
    found += _consistency_findings(log, root)
    if log.events and log.events[-1].index >= head.size:
        found.append(EvidenceError("custody.rolled_back", size=head.size, head_size=log.events[-1].index + 1))
    return tuple(found)


def _disclosed_event_findings(log: DisclosedLog, root: bytes) -> list[EvidenceError]:
    found: list[EvidenceError] = []
    proofs = list(log.inclusion)
    if len(proofs) != len(log.events):
        found.append(EvidenceError("custody.missing_proof"))
    last = -1
    lines: dict[str, list[int]] = defaultdict(list)
    for position, event in enumerate(log.events):
        if event.log_id != log.log_id:
            found.append(EvidenceError("custody.foreign_event", index=event.index))
        if event.index <= last:
            found.append(EvidenceError("custody.wrong_order", index=event.index))
        last = max(last, event.index)
        lines[event.item_id].append(event.item_index)
        if position >= len(proofs):
            continue
        proof = proofs[position]
        fits = (proof.index, proof.size) == (event.index, log.head.head.size)
        if not fits or not _SALT.fullmatch(event.salt) or not verify_inclusion(proof, _leaf(event), root):
            found.append(EvidenceError("custody.changed_event", index=event.index))
    for item_id, line in lines.items():
        if item_id and line != list(range(len(line))):
            found.append(EvidenceError("custody.hidden_event"))
    return found


def _consistency_findings(log: DisclosedLog, root: bytes) -> list[EvidenceError]:
    found: list[EvidenceError] = []
    if len(log.consistency) != len(log.earlier_heads):
        found.append(EvidenceError("custody.missing_proof"))
    for signed, proof in zip(log.earlier_heads, log.consistency, strict=False):
        size = signed.head.size
        if size > log.head.head.size:
            found.append(EvidenceError("custody.rolled_back", size=log.head.head.size, head_size=size))
        elif (proof.first, proof.second) != (size, log.head.head.size) or not verify_consistency(
            proof, _root_bytes(signed), root
        ):
            found.append(EvidenceError("custody.forked", size=size))
    return found


def _event_findings(log_id: str, index: int, canonical: bytes, counts: dict[str, int]) -> list[EvidenceError]:
    try:
        event = from_json(parse_json(canonical), CustodyEvent)
    except EvidenceError:
        return [EvidenceError("custody.changed_event", index=index)]
    found: list[EvidenceError] = []
    if canonical_json(event) != canonical or not _SALT.fullmatch(event.salt):
        found.append(EvidenceError("custody.changed_event", index=index))
    if event.log_id != log_id:
        found.append(EvidenceError("custody.foreign_event", index=index))
    if event.index != index or event.item_index != counts[event.item_id]:
        found.append(EvidenceError("custody.wrong_order", index=index))
    counts[event.item_id] += 1
    return found


def _head_findings(
    log_id: str, heads: Sequence[SignedHead], roots: dict[int, bytes], size: int, certificate_der: bytes
) -> list[EvidenceError]:
    found: list[EvidenceError] = []
    newest = 0
    for signed in heads:
        head = signed.head
        if not verify_head(signed, certificate_der):
            found.append(EvidenceError("custody.bad_head_signature", size=head.size))
        if head.size > size:
            found.append(EvidenceError("custody.rolled_back", size=size, head_size=head.size))
        elif head.log_id != log_id or head.size <= newest or roots.get(head.size, b"").hex() != head.root:
            found.append(EvidenceError("custody.forked", size=head.size))
        newest = max(newest, head.size)
    if newest < size:
        found.append(EvidenceError("custody.no_head", size=size))
    return found


def _grow(peaks: list[tuple[int, bytes]], index: int, leaf: bytes) -> list[tuple[int, int, bytes]]:
    """Add a leaf to ``peaks``; gives the completed nodes as (level, index, hash)."""
    completed = [(0, index, leaf)]
    level, node_hash = 0, leaf
    while peaks and peaks[-1][0] == level:
        node_hash = hash_children(peaks.pop()[1], node_hash)
        level += 1
        completed.append((level, index >> level, node_hash))
    peaks.append((level, node_hash))
    return completed


def _fold(peaks: list[tuple[int, bytes]]) -> bytes:
    root = peaks[-1][1]
    for _level, left in reversed(peaks[:-1]):
        root = hash_children(left, root)
    return root


def _same_node(node: ReadNode, level: int, index: int, expected: bytes) -> bool:
    try:
        return node(level, index) == expected
    except KeyError:
        return False


def _leaf(event: CustodyEvent) -> bytes:
    try:
        return leaf_hash(event)
    except ValueError:
        return b""


def _root_bytes(signed: SignedHead) -> bytes:
    return bytes.fromhex(signed.head.root) if _HASH.fullmatch(signed.head.root) else b""
