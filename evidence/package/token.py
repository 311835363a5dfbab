"""Signing with a key that lives in a PKCS #11 token (a card, a stick, an HSM) and never leaves it.

Needs the optional library python-pkcs11 and the maker's own module for the token.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509 import load_der_x509_certificate

from evidence.errors import EvidenceError
from evidence.package.signing import PackageSigner, require_usable


@contextmanager
def open_token(module: Path, pin: str, *, token_label: str = "", key_label: str = "") -> Iterator[PackageSigner]:
    """The signer in a token, while the context lasts (PKCS #11 v2.40 and later).

    ``module`` is the maker's shared library: it is code, and runs in this process. The labels may be empty where the
    token, or the key with a certificate in it, is the only one. Mechanisms: CKM_ECDSA over a SHA-256 digest for P-256,
    CKM_SHA256_RSA_PKCS for RSA of 2048 bits and more.

    Raises :class:`EvidenceError` ``package.no_token_support`` without the library, ``package.no_token``,
    ``package.wrong_pin``, ``package.no_token_key``, ``package.unusable_key``, and while signing
    ``package.token_failed``.
    """
    try:
        import pkcs11
        from pkcs11 import exceptions
    except ImportError as problem:
        raise EvidenceError("package.no_token_support") from problem
    try:
        library = pkcs11.lib(str(module))
        tokens = [each for each in library.get_tokens() if token_label in ("", each.label)]
        tokens = [each for each in tokens if pkcs11.TokenFlag.TOKEN_INITIALIZED in each.flags]
    except (exceptions.PKCS11Error, RuntimeError, OSError) as problem:
        raise EvidenceError("package.no_token") from problem
    if len(tokens) != 1:
        raise EvidenceError("package.no_token")
    try:
        session = tokens[0].open(user_pin=pin)
    except (exceptions.PinIncorrect, exceptions.PinInvalid, exceptions.PinLenRange, exceptions.PinLocked) as problem:
        raise EvidenceError("package.wrong_pin") from problem
    except exceptions.PKCS11Error as problem:
        raise EvidenceError("package.no_token") from problem
    with session:
        yield _find(pkcs11, session, key_label)


def _find(pkcs11: Any, session: Any, key_label: str) -> PackageSigner:
    """The one private key that has a certificate with the same CKA_ID."""
    name, found = pkcs11.Attribute, []
    try:
        certificates = {
            each[name.ID]: bytes(each[name.VALUE])
            for each in session.get_objects({name.CLASS: pkcs11.ObjectClass.CERTIFICATE})
        }
        for key in session.get_objects({name.CLASS: pkcs11.ObjectClass.PRIVATE_KEY}):
            if key_label in ("", key.label) and key.id in certificates:
                found.append((key, certificates[key.id]))
    except pkcs11.exceptions.PKCS11Error as problem:
        raise EvidenceError("package.no_token_key") from problem
    if len(found) != 1:
        raise EvidenceError("package.no_token_key")
    signer = _TokenSigner(pkcs11, *found[0])
    require_usable(signer)
    return signer


class _TokenSigner:
    """A :class:`PackageSigner` whose key stays in the token."""

    def __init__(self, pkcs11: Any, key: Any, certificate_der: bytes) -> None:
        self._pkcs11 = pkcs11
        self._key = key
        self._certificate_der = certificate_der

    @property
    def certificate_der(self) -> bytes:
        """The certificate that stands beside the key, DER."""
        return self._certificate_der

    def sign(self, data: bytes) -> bytes:
        """The signature over ``data`` with SHA-256, checked with the certificate before it is given out."""
        mechanism = self._pkcs11.Mechanism
        public = load_der_x509_certificate(self._certificate_der).public_key()
        try:
            if isinstance(public, rsa.RSAPublicKey):
                signature = bytes(self._key.sign(data, mechanism=mechanism.SHA256_RSA_PKCS))
                public.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
                return signature
            pair = bytes(self._key.sign(hashlib.sha256(data).digest(), mechanism=mechanism.ECDSA))
            half = len(pair) // 2
            signature = encode_dss_signature(int.from_bytes(pair[:half], "big"), int.from_bytes(pair[half:], "big"))
            assert isinstance(public, ec.EllipticCurvePublicKey)  # nothing else is usable
            public.verify(signature, data, ec.ECDSA(hashes.SHA256()))
        except (self._pkcs11.exceptions.PKCS11Error, InvalidSignature) as problem:
            raise EvidenceError("package.token_failed") from problem
        return signature
