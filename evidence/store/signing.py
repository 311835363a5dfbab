"""The vault's signing key: ECDSA P-256 with a self-signed certificate that says nothing about anybody."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from evidence.errors import EvidenceError

_YEARS = 30


@dataclass(frozen=True)
class VaultSigner:
    """Signs heads, manifests and reports. Fits :class:`evidence.custody.HeadSigner`."""

    private_key: ec.EllipticCurvePrivateKey
    certificate_der: bytes

    @property
    def key_sha256(self) -> str:
        """SHA-256 of the certificate (DER), lower-case hexadecimal: the fingerprint that people compare."""
        return hashlib.sha256(self.certificate_der).hexdigest()

    def sign(self, data: bytes) -> bytes:
        """ECDSA with SHA-256 over ``data``, DER (FIPS 186-5)."""
        return self.private_key.sign(data, ec.ECDSA(hashes.SHA256()))

    def private_bytes(self) -> bytes:
        """The private key as unencrypted PKCS #8, DER: for the encrypted records alone."""
        return self.private_key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def __repr__(self) -> str:
        return f"VaultSigner({self.key_sha256[:16]})"


def new_signer(now: datetime) -> VaultSigner:
    """A new key and its certificate (RFC 5280), valid for 30 years. The subject is a random number, not a person."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"Signing key {secrets.token_hex(4)}")])
    start = now.replace(microsecond=0)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # A day earlier: a reader whose clock is a little behind must not find a certificate from the future.
        .not_valid_before(start - timedelta(days=1))
        .not_valid_after(start + timedelta(days=365 * _YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=True,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=False,
                crl_sign=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(identifier, critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        .sign(key, hashes.SHA256())
    )
    return VaultSigner(key, certificate.public_bytes(serialization.Encoding.DER))


def load_signer(private_bytes: bytes, certificate_der: bytes) -> VaultSigner:
    """The signer from its record.

    Raises :class:`EvidenceError` ``vault.signer_damaged`` when the record is no P-256 key with its own certificate.
    """
    try:
        key = serialization.load_der_private_key(private_bytes, None)
        public = x509.load_der_x509_certificate(certificate_der).public_key()
    except (ValueError, TypeError) as problem:
        raise EvidenceError("vault.signer_damaged") from problem
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != public:
        raise EvidenceError("vault.signer_damaged")
    return VaultSigner(key, certificate_der)
