"""Trust anchors for content credentials (C2PA): certificates that the person or her centre gives. None is built in."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

from evidence.digest import fingerprint_words
from evidence.errors import EvidenceError

MAX_FILE = 1 << 20
MAX_ANCHORS = 200


@dataclass(frozen=True, slots=True)
class TrustAnchor:
    """One certificate. A signer of content credentials whose chain ends in it counts as known."""

    subject: str
    sha256: str
    """Of the certificate (DER), hexadecimal."""
    words: str
    """The same as twelve words, to compare aloud."""
    valid_until: datetime
    pem: str


def read_anchors(path: Path) -> list[TrustAnchor]:
    """The certificates in a PEM file, each once. Raises ``scoring.bad_anchors``."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_FILE + 1)
        found = x509.load_pem_x509_certificates(data) if len(data) <= MAX_FILE and b"\0" not in data else []
        anchors = {one.sha256: one for one in map(_anchor, found[: MAX_ANCHORS + 1])}
    except (OSError, ValueError, UnsupportedAlgorithm) as problem:
        raise EvidenceError("scoring.bad_anchors", name=path.name) from problem
    if not anchors or len(anchors) > MAX_ANCHORS:
        raise EvidenceError("scoring.bad_anchors", name=path.name)
    return list(anchors.values())


def anchors_in(pem: str) -> list[TrustAnchor]:
    """The certificates that were kept."""
    return [_anchor(one) for one in x509.load_pem_x509_certificates(pem.encode())] if pem else []


def as_pem(anchors: Sequence[TrustAnchor]) -> str:
    """All of them in one text, in an order that does not depend on when each was given."""
    return "".join(one.pem for one in sorted(anchors, key=lambda one: one.sha256))


def _anchor(certificate: x509.Certificate) -> TrustAnchor:
    sha256 = hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()
    return TrustAnchor(
        subject=certificate.subject.rfc4514_string()[:200], sha256=sha256, words=fingerprint_words(sha256),
        valid_until=certificate.not_valid_after_utc, pem=certificate.public_bytes(Encoding.PEM).decode("ascii"),
    )  # fmt: skip
