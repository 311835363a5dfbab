"""``proof/certificates.pem``: the signer's certificate first, then its chain, the log's own, and those that came inside
the tokens."""

from __future__ import annotations

from collections.abc import Iterable

from asn1crypto import tsp
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_certificate

from evidence.model import TimestampToken


def certificate_bundle(first: Iterable[bytes], tokens: Iterable[TimestampToken]) -> bytes:
    """Certificates as PEM, each once, with its subject above it. ``first`` is DER, in the order to be kept."""
    ordered: dict[bytes, None] = dict.fromkeys(first)
    for token in tokens:
        signed = tsp.TimeStampResp.load(token.response)["time_stamp_token"]["content"]
        ordered.update(dict.fromkeys(sorted(each.dump() for each in signed["certificates"])))
    return b"".join(_pem(certificate) for certificate in ordered)


def _pem(certificate_der: bytes) -> bytes:
    certificate = load_der_x509_certificate(certificate_der)
    return certificate.public_bytes(Encoding.PEM)
