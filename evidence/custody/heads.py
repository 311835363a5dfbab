"""Signed heads: a log's size and root under the vault key's signature (ECDSA P-256 with SHA-256, FIPS 186-5)."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from typing import Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from evidence.digest import canonical_json
from evidence.model import Head, SignedHead

_SIGNATURE = re.compile(r"(?:[0-9a-f]{2}){8,80}")


class HeadSigner(Protocol):
    """The key that signs heads."""

    @property
    def key_sha256(self) -> str:
        """SHA-256 of the signer's certificate (DER), lower-case hexadecimal."""

    def sign(self, data: bytes) -> bytes:
        """ECDSA P-256 signature with SHA-256 over ``data``, DER."""


def sign_head(log_id: str, size: int, root: bytes, *, signer: HeadSigner, recorded_at: datetime) -> SignedHead:
    """Sign the state of a log. ``recorded_at`` must be aware; it is kept in UTC (``ValueError`` otherwise)."""
    head = Head(log_id=log_id, size=size, root=root.hex(), recorded_at=utc(recorded_at))
    return SignedHead(head=head, key_sha256=signer.key_sha256, signature=signer.sign(canonical_json(head)).hex())


def head_digest(signed_head: SignedHead) -> bytes:
    """SHA-256 of the canonical JSON of the signed head: what a time-stamping authority stamps."""
    return hashlib.sha256(canonical_json(signed_head)).digest()


def verify_head(signed_head: SignedHead, certificate_der: bytes) -> bool:
    """Whether the head names this certificate and carries a sound signature by its P-256 key.

    Says nothing about whether the certificate is trusted. Never raises on hostile values.
    """
    if signed_head.key_sha256 != hashlib.sha256(certificate_der).hexdigest():
        return False
    if not _SIGNATURE.fullmatch(signed_head.signature):
        return False
    try:
        key = x509.load_der_x509_certificate(certificate_der).public_key()
        data = canonical_json(signed_head.head)
    except (ValueError, UnsupportedAlgorithm):
        return False
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        return False
    try:
        key.verify(bytes.fromhex(signed_head.signature), data, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def utc(at: datetime) -> datetime:
    """``at`` in UTC; ``ValueError`` when it carries no zone."""
    if at.utcoffset() is None:
        raise ValueError("a time without a zone")
    return at.astimezone(UTC)
