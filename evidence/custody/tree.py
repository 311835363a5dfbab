"""The Merkle tree of RFC 6962, section 2.1, over stored complete subtrees.

A *node* ``(level, index)`` is the root of the complete subtree over the leaves ``index * 2**level`` up to, but not
including, ``(index + 1) * 2**level``; level 0 holds the leaf hashes. Complete subtrees never change as a log grows,
so they are stored once; any root or proof is put together from O(log n) of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

HASH_SIZE = 32
"""Bytes of a SHA-256 hash."""

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""

ReadNode = Callable[[int, int], bytes]
"""Level and index to the hash of that complete subtree."""


def hash_leaf(data: bytes) -> bytes:
    """The leaf hash: SHA-256 of 0x00 and the data."""
    return hashlib.sha256(b"\x00" + data).digest()


def hash_children(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256 of 0x01 and both children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of_nodes(node: ReadNode, size: int) -> bytes:
    """The Merkle tree hash of the first ``size`` leaves, read from O(log size) nodes."""
    return _subtree(node, 0, size) if size else EMPTY_ROOT


def inclusion_path(node: ReadNode, index: int, size: int) -> list[bytes]:
    """The audit path of leaf ``index`` in the tree of ``size`` leaves, leaf end first (RFC 6962, 2.1.1).

    Raises ``ValueError`` unless 0 <= index < size.
    """
    if not 0 <= index < size:
        raise ValueError("index outside the tree")
    start, width = 0, size
    siblings: list[bytes] = []
    while width > 1:
        split = _largest_power_below(width)
        if index < start + split:
            siblings.append(_subtree(node, start + split, width - split))
            width = split
        else:
            siblings.append(_subtree(node, start, split))
            start, width = start + split, width - split
    return siblings[::-1]


def consistency_path(node: ReadNode, first: int, second: int) -> list[bytes]:
    """The proof that ``first`` leaves are a prefix of ``second`` leaves (RFC 6962, 2.1.2).

    Empty when ``first`` is 0 or equals ``second``. Raises ``ValueError`` unless 0 <= first <= second.
    """
    if not 0 <= first <= second:
        raise ValueError("sizes out of order")
    if first in (0, second):
        return []
    start, width = 0, second
    siblings: list[bytes] = []
    while start + width != first:
        split = _largest_power_below(width)
        if first <= start + split:
            siblings.append(_subtree(node, start + split, width - split))
            width = split
        else:
            siblings.append(_subtree(node, start, split))
            start, width = start + split, width - split
    if start:  # otherwise the remaining subtree is the whole old tree, whose root the verifier has
        siblings.append(_subtree(node, start, width))
    return siblings[::-1]


def _subtree(node: ReadNode, start: int, width: int) -> bytes:
    """The root over ``width`` leaves from ``start``; the splits of the RFC keep ``start`` a multiple of each part."""
    parts: list[bytes] = []
    while width:
        level = width.bit_length() - 1
        parts.append(node(level, start >> level))
        start, width = start + (1 << level), width - (1 << level)
    root = parts.pop()
    while parts:
        root = hash_children(parts.pop(), root)
    return root


def _largest_power_below(width: int) -> int:
    """The largest power of two below ``width``, which is at least 2."""
    return 1 << ((width - 1).bit_length() - 1)
