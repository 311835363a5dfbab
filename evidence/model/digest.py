"""Digests of a run of bytes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Digests:
    """Both digests and the length of the same bytes, taken in one pass. Lower-case hexadecimal; size in bytes."""

    sha256: str
    sha512: str
    size: int
