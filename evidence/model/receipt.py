"""What a receiver says, under their own key, of a package that they verified."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from evidence.model.custody import SignedHead


@dataclass(frozen=True, slots=True)
class Receipt:
    """Made by the receiver's verifier and given back to the person, who imports it into the vault."""

    package_id: str
    case_id: str
    manifest_sha256: str
    """Of the manifest that was verified, hexadecimal: with its signature, everything in the package."""
    answers: dict[str, str]
    """Claim to answer, as they were given."""
    heads: tuple[SignedHead, ...]
    """The log's heads that the package carries, by rising size; none where the log did not hold."""
    verified_at: datetime
    """By the receiver's clock."""
    verifier: str
    """Name and version of the program."""
    receiver: str
    """Who received it, in their own words."""
    note: str
    """What they want to say: a file number, a department."""
    certificate_sha256: str
    """SHA-256 of the receiver's certificate (DER): the key that signs this."""
    format: str = "holdfast-receipt"
    version: int = 1


@dataclass(frozen=True, slots=True)
class ReceiptRead:
    """A receipt whose signature holds. Who the signer is, the person compares: ``words`` are for that."""

    receipt: Receipt
    sha256: str
    """Of the file, hexadecimal."""
    subject: str
    """The certificate's own words about its owner."""
    words: str
    """The certificate's fingerprint as twelve words."""
