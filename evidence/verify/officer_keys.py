"""The receiver's own key: from a PKCS #12 or PEM file, or made afresh in a file that they name."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)

from evidence.errors import EvidenceError

MAX_FILE = 64 << 10
VALID_FOR = timedelta(days=3653)
_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
_MIN_RSA_BITS = 2048


@dataclass(frozen=True, slots=True)
class OfficerKey:
    """A private key with its certificate."""

    private_key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def certificate_sha256(self) -> str:
        """SHA-256 of the certificate (DER), hexadecimal."""
        return hashlib.sha256(self.certificate.public_bytes(Encoding.DER)).hexdigest()


def load_officer_key(path: Path, password: str = "") -> OfficerKey:
    """The key in a PKCS #12 file (RFC 7292), or in a PEM file that holds a private key and its certificate.

    Raises :class:`EvidenceError` ``receipt.key_unreadable``, ``receipt.key_password`` (missing, or the wrong one),
    ``receipt.bad_key``, ``receipt.weak_key``.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_FILE)
    except (OSError, ValueError) as problem:
        raise EvidenceError("receipt.key_unreadable", path=path) from problem
    secret = password.encode() or None
    is_pem = b"-----BEGIN " in data
    try:
        if is_pem:
            key: object = load_pem_private_key(data, secret)
            certificates = x509.load_pem_x509_certificates(data)
        else:
            key, certificate, others = pkcs12.load_key_and_certificates(data, secret)
            certificates = [each for each in (certificate, *others) if each is not None]
    except TypeError as problem:  # a password where none is needed, or the other way round
        raise EvidenceError("receipt.key_password") from problem
    except (ValueError, UnsupportedAlgorithm) as problem:
        if not is_pem or b"ENCRYPTED" in data:
            raise EvidenceError("receipt.key_password") from problem
        raise EvidenceError("receipt.bad_key") from problem
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise EvidenceError("receipt.bad_key")
    is_weak = key.key_size < _MIN_RSA_BITS if isinstance(key, rsa.RSAPrivateKey) else not isinstance(key.curve, _CURVES)
    if is_weak:
        raise EvidenceError("receipt.weak_key")
    fitting = [each for each in certificates if each.public_key() == key.public_key()]
    if not fitting:
        raise EvidenceError("receipt.bad_key")
    return OfficerKey(key, fitting[0])


def make_officer_key(path: Path, name: str, *, now: datetime, password: str = "") -> OfficerKey:
    """A fresh ECDSA P-256 key with a self-signed certificate in ``name``'s name, kept in a new PEM file at ``path``
    that its owner alone can read; encrypted when there is a password.

    Raises :class:`EvidenceError` ``receipt.key_exists``, ``receipt.key_unwritable``, ``receipt.no_receiver``.
    """
    name = " ".join(name.split())[:64]
    if not name:
        raise EvidenceError("receipt.no_receiver")
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + VALID_FOR)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    protection: KeySerializationEncryption = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    data = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection) + certificate.public_bytes(Encoding.PEM)
    try:
        with os.fdopen(
            os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb"
        ) as target:
            target.write(data)
            target.flush()
            with suppress(OSError):
                os.fsync(target.fileno())
    except FileExistsError as problem:
        raise EvidenceError("receipt.key_exists", path=path) from problem
    except (OSError, ValueError) as problem:
        raise EvidenceError("receipt.key_unwritable", path=path) from problem
    return OfficerKey(key, certificate)
