"""A commitment to a text, line by line: a Merkle tree (RFC 6962, 2.1) over salted lines.

A line ends after each line feed; what follows the last one is a line too, unless it is empty. The leaf of line *i* is
the leaf hash over

    salt (32) ‖ number of lines (4 bytes, big-endian) ‖ *i* (4) ‖ the line in UTF-8

where salt = HMAC-SHA-256(seed, "holdfast line v1" ‖ *i* as 4 bytes).
"""

from __future__ import annotations

import hmac
import struct
from collections.abc import Sequence

from evidence.custody.tree import hash_leaf

_PLACE = struct.Struct(">II")


def lines_of(text: str) -> list[str]:
    """The lines with their ends."""
    lines = text.split("\n")
    whole = [f"{line}\n" for line in lines[:-1]]
    return whole + lines[-1:] if lines[-1] else whole


def line_salt(seed: bytes, position: int) -> bytes:
    """The salt of one line."""
    return hmac.digest(seed, b"holdfast line v1" + position.to_bytes(4, "big"), "sha256")


def line_leaf(salt: bytes, count: int, position: int, line: str) -> bytes:
    """The leaf hash of one line. Raises ``UnicodeEncodeError`` for what is no text."""
    return hash_leaf(salt + _PLACE.pack(count, position) + line.encode())


def line_leaves(lines: Sequence[str], seed: bytes) -> list[bytes]:
    """The leaves of all lines under ``seed``."""
    return [line_leaf(line_salt(seed, at), len(lines), at, line) for at, line in enumerate(lines)]
