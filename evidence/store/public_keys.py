"""A slot for somebody else's key: a counsellor or a centre can open the vault without sharing a secret with anyone.

HPKE (RFC 9180, base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM). Keys travel as PEM, so that ordinary
tools can make them: ``openssl genpkey -algorithm x25519``.
"""

from __future__ import annotations

import hashlib

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hpke, serialization
from cryptography.hazmat.primitives.asymmetric import x25519

from evidence.errors import EvidenceError

WRAPPED_SIZE = 32 + 32 + 16
"""Bytes of a wrapped master key: the sender's one-time public key, the key, the tag."""
_MAX_PEM = 16 * 1024
_SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


class RecipientKey:
    """Somebody's public key: it can lock a slot, and not open it."""

    def __init__(self, key: x25519.X25519PublicKey) -> None:
        self._key = key

    @classmethod
    def from_pem(cls, untrusted_pem: bytes) -> RecipientKey:
        """Read a PEM public key (X25519). Raises :class:`EvidenceError` ``vault.public_key_unusable``."""
        try:
            key = serialization.load_pem_public_key(untrusted_pem[:_MAX_PEM])
        except (ValueError, UnsupportedAlgorithm) as problem:
            raise EvidenceError("vault.public_key_unusable") from problem
        if not isinstance(key, x25519.X25519PublicKey):
            raise EvidenceError("vault.public_key_unusable")
        return cls(key)

    @classmethod
    def from_raw(cls, raw: bytes) -> RecipientKey:
        """The key from its 32 bytes."""
        return cls(x25519.X25519PublicKey.from_public_bytes(raw))

    @property
    def raw(self) -> bytes:
        """The key as 32 bytes."""
        return self._key.public_bytes_raw()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the key as SubjectPublicKeyInfo (DER), hexadecimal: to be compared with its owner."""
        encoded = self._key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        return hashlib.sha256(encoded).hexdigest()

    def wrap(self, master_key: bytes, context: bytes) -> bytes:
        """The master key for this key alone; ``context`` says what it is wrapped for (HPKE info)."""
        return _SUITE.encrypt(master_key, self._key, context)


class UnlockKey:
    """The private counterpart, in the hands of the counsellor or centre."""

    def __init__(self, key: x25519.X25519PrivateKey) -> None:
        self._key = key

    @classmethod
    def generate(cls) -> UnlockKey:
        """A new key."""
        return cls(x25519.X25519PrivateKey.generate())

    @classmethod
    def from_pem(cls, untrusted_pem: bytes, password: bytes | None = None) -> UnlockKey:
        """Read a PEM private key (PKCS #8, X25519), encrypted or not.

        Raises :class:`EvidenceError` ``vault.private_key_locked`` when a password is missing or wrong, and
        ``vault.private_key_unusable``.
        """
        try:
            key = serialization.load_pem_private_key(untrusted_pem[:_MAX_PEM], password)
        except TypeError as problem:
            if password is not None:  # a password for a key that has none: the key will do
                return cls.from_pem(untrusted_pem)
            raise EvidenceError("vault.private_key_locked") from problem
        except (ValueError, UnsupportedAlgorithm) as problem:
            if b"ENCRYPTED" in untrusted_pem[:200] and password is not None:
                raise EvidenceError("vault.private_key_locked") from problem
            raise EvidenceError("vault.private_key_unusable") from problem
        if not isinstance(key, x25519.X25519PrivateKey):
            raise EvidenceError("vault.private_key_unusable")
        return cls(key)

    def to_pem(self, password: bytes) -> bytes:
        """The key as PKCS #8 PEM, encrypted under ``password``."""
        return self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(password),
        )

    def public_pem(self) -> bytes:
        """What is given to people who shall lock vaults for this key."""
        return self._key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def recipient(self) -> RecipientKey:
        """The public key."""
        return RecipientKey(self._key.public_key())

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The master key. Raises ``InvalidTag`` when it was wrapped for another key or another context."""
        try:
            return _SUITE.decrypt(wrapped, self._key, context)
        except ValueError as problem:  # a one-time key that no honest sender makes
            raise InvalidTag from problem

    def __repr__(self) -> str:
        return "UnlockKey(…)"
