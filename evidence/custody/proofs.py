"""Checking proofs without the log (RFC 9162, 2.1.3.2 and 2.1.4.2; the tree is that of RFC 6962).

A malformed proof is simply not a proof: these functions answer False and never raise on hostile values.
"""

from __future__ import annotations

import re

from evidence.custody.tree import EMPTY_ROOT, HASH_SIZE, hash_children
from evidence.model import ConsistencyProof, InclusionProof

_HASH = re.compile(r"[0-9a-f]{64}")


def verify_inclusion(proof: InclusionProof, leaf: bytes, root: bytes) -> bool:
    """Whether ``proof`` shows that the leaf hash ``leaf`` stands at its index under ``root``."""
    path = _hashes(proof.path)
    if path is None or len(leaf) != HASH_SIZE or not 0 <= proof.index < proof.size:
        return False
    position, last, computed = proof.index, proof.size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if position & 1 or position == last:
            computed = hash_children(sibling, computed)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            computed = hash_children(computed, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and computed == root


def verify_consistency(proof: ConsistencyProof, first_root: bytes, second_root: bytes) -> bool:
    """Whether ``proof`` shows that the log with ``second_root`` only added to the log with ``first_root``.

    Every log continues the empty one; two logs of the same size are consistent when their roots are equal.
    """
    path = _hashes(proof.path)
    if path is None or not 0 <= proof.first <= proof.second:
        return False
    if proof.first == proof.second:
        return not path and first_root == second_root and (proof.first > 0 or first_root == EMPTY_ROOT)
    if proof.first == 0:
        return not path and first_root == EMPTY_ROOT
    if proof.first & (proof.first - 1) == 0:  # the old tree is complete: its root is the first part of the new one
        path.insert(0, first_root)
    if not path:
        return False
    position, last = proof.first - 1, proof.second - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            old, new = hash_children(sibling, old), hash_children(sibling, new)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            new = hash_children(new, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def _hashes(path: tuple[str, ...]) -> list[bytes] | None:
    """The path as bytes, or None when a part is not 64 lower-case hexadecimal digits or there are too many."""
    if len(path) > 64 or not all(_HASH.fullmatch(part) for part in path):
        return None
    return [bytes.fromhex(part) for part in path]
