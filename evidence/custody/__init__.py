"""The custody log: an append-only Merkle log (RFC 6962) of canonical JSON events, with signed heads and proofs."""

from evidence.custody.audit import audit_log, check_disclosed
from evidence.custody.heads import HeadSigner, head_digest, sign_head, verify_head
from evidence.custody.log import (
    SALT_SIZE,
    LogStorage,
    NewEvent,
    append,
    check_growth,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
    root_at,
)
from evidence.custody.proofs import verify_consistency, verify_inclusion
from evidence.custody.tree import EMPTY_ROOT, HASH_SIZE, ReadNode, hash_children, hash_leaf, root_of_nodes

__all__ = [
    "EMPTY_ROOT", "HASH_SIZE", "SALT_SIZE", "HeadSigner", "LogStorage", "NewEvent", "ReadNode", "append", "audit_log",
    "check_disclosed", "check_growth", "hash_children", "hash_leaf", "head_digest", "leaf_hash", "prove_consistency",
    "prove_inclusion", "root_at", "root_of_nodes", "sign_head", "verify_consistency", "verify_head",
    "verify_inclusion",
]  # fmt: skip
