"""Keys: the cost of a passphrase (Argon2id, RFC 9106) and the sub-keys of the master key (HKDF, RFC 5869)."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from evidence.errors import EvidenceError

KEY_SIZE = 32
SALT_SIZE = 16
TARGET_S = 1.0
_INFO = b"holdfast vault v1 "


@dataclass(frozen=True, slots=True)
class Argon2Cost:
    """What one guess at a passphrase costs. Memory in KiB; ``lanes`` run in parallel."""

    memory_kib: int
    passes: int
    lanes: int

    def is_bearable(self) -> bool:
        """Whether this program would run it: the numbers stand in a file that an attacker may have written.

        The bounds say what a computer can do without harm, not what is safe to choose; see :data:`FLOOR` for that.
        """
        return (
            8 * 1024 <= self.memory_kib <= 2 * 1024 * 1024
            and 1 <= self.passes <= 16
            and 1 <= self.lanes <= 16
            and self.memory_kib * self.passes <= 8 * 1024 * 1024
        )


FLOOR = Argon2Cost(memory_kib=64 * 1024, passes=3, lanes=4)
"""The least that a new vault gets when nothing is said; slower computers wait longer instead of being weaker."""
CEILING_KIB = 1024 * 1024


def tuned_cost(target_s: float = TARGET_S, *, measure: Callable[[Argon2Cost], float] | None = None) -> Argon2Cost:
    """The cost that takes about ``target_s`` seconds on this computer, never below :data:`FLOOR`.

    Memory is raised first, up to 1 GiB, then passes. ``measure`` gives the seconds of one run.
    """
    run = measure or _seconds
    cost = FLOOR
    seconds = run(cost)
    while seconds < target_s / 1.5 and cost.memory_kib < CEILING_KIB:
        larger = Argon2Cost(memory_kib=cost.memory_kib * 2, passes=cost.passes, lanes=cost.lanes)
        try:
            seconds = run(larger)
        except MemoryError:
            break
        cost = larger
    passes = int(cost.passes * target_s / max(seconds, 1e-3))
    most = min(16, 8 * 1024 * 1024 // cost.memory_kib)
    return Argon2Cost(cost.memory_kib, max(cost.passes, min(passes, most)), cost.lanes)


def raised_cost(present: Argon2Cost, measured: Argon2Cost) -> Argon2Cost | None:
    """``measured`` with no less memory than ``present``; None unless that makes a guess clearly dearer (a tenth)."""
    memory_kib = max(present.memory_kib, measured.memory_kib)
    passes = max(1, measured.memory_kib * measured.passes // memory_kib)
    if memory_kib * passes * 10 <= present.memory_kib * present.passes * 11:
        return None
    return Argon2Cost(memory_kib, passes, measured.lanes)


def stretch(secret: bytes, salt: bytes, cost: Argon2Cost) -> bytes:
    """A 32-byte key from a passphrase (Argon2id, RFC 9106, without secret and associated data).

    Raises :class:`EvidenceError` ``vault.slots_damaged`` for a cost outside the bounds and ``vault.out_of_memory``.
    """
    if not cost.is_bearable() or len(salt) != SALT_SIZE:
        raise EvidenceError("vault.slots_damaged")
    try:
        return Argon2id(
            salt=salt, length=KEY_SIZE, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib
        ).derive(secret)
    except (MemoryError, UnsupportedAlgorithm) as problem:
        raise EvidenceError("vault.out_of_memory", megabytes=cost.memory_kib // 1024) from problem


def sub_key(key: bytes, purpose: str, *, salt: bytes) -> bytes:
    """The 32-byte key for one ``purpose`` (HKDF-SHA-256, RFC 5869); ``salt`` is the vault's id."""
    return HKDF(algorithm=SHA256(), length=KEY_SIZE, salt=salt, info=_INFO + purpose.encode()).derive(key)


def _seconds(cost: Argon2Cost) -> float:
    started = time.perf_counter()
    Argon2id(
        salt=os.urandom(SALT_SIZE), length=KEY_SIZE, iterations=cost.passes, lanes=cost.lanes,
        memory_cost=cost.memory_kib,
    ).derive(b"how long does this take")  # fmt: skip
    return time.perf_counter() - started
