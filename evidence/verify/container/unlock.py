"""What a reader may have been given to open an encrypted package with."""

from __future__ import annotations

from dataclasses import dataclass, field

_AGE = (b"age-encryption.org/", b"-----BEGIN AGE ENC")


@dataclass(frozen=True, slots=True)
class Unlock:
    """What the reader was given to open encrypted packages with."""

    passphrase: str = field(default="", repr=False)
    identities: tuple[bytes, ...] = field(default=(), repr=False)
    """Contents of age identity files, or of private SSH keys."""


def is_age(head: bytes) -> bool:
    """Whether the first bytes are those of a file that was encrypted with age."""
    return head.startswith(_AGE)
