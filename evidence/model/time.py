"""Time-stamp tokens as they are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TimestampToken:
    """An RFC 3161 response over one signed head, verified before it was stored.

    What is stamped is the SHA-256 of the canonical JSON of the :class:`evidence.model.SignedHead`.
    """

    log_id: str
    head_size: int
    tsa_url: str
    tsa_name: str
    """Subject of the TSA's certificate, as one line."""
    tsa_certificate_sha256: str
    """Pinned: a later token from the same URL by another certificate is said, not hidden."""
    policy: str
    """Policy OID, dotted."""
    serial: str
    stamped_at: datetime
    """genTime of the token."""
    received_at: datetime
    response: bytes
    """The whole TimeStampResp, DER, exactly as it came."""
