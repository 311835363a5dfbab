"""The signer in a pair of files, a certificate and an encrypted key.

Korean joint certificates (공동인증서) are kept so, as ``signCert.der`` and ``signPri.key``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from asn1crypto import algos, core
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.decrepit.ciphers.algorithms import SEED
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import Encoding, load_der_private_key
from cryptography.x509 import load_der_x509_certificate, load_pem_x509_certificate

from evidence.errors import EvidenceError
from evidence.package.signing import KeySigner, require_usable

PBES2 = "1.2.840.113549.1.5.13"
SEED_CBC = "1.2.410.200004.1.4"
"""SEED in CBC mode with an initialisation vector as its parameter (RFC 4010)."""
MOST_ROUNDS = 10_000_000
"""A file that asks for more would only keep the computer busy."""
_PRFS: dict[str, Callable[[], hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1,
    "sha224": hashes.SHA224,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}


class _Algorithm(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    """An algorithm and its parameters, read only where this program knows it."""

    _fields: ClassVar = [("algorithm", core.ObjectIdentifier), ("parameters", core.Any)]


class _Pbes2(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    _fields: ClassVar = [("derivation", algos.KdfAlgorithm), ("cipher", _Algorithm)]


class _EncryptedKey(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    _fields: ClassVar = [("algorithm", _Algorithm), ("data", core.OctetString)]


def load_key_pair(untrusted_certificate: bytes, untrusted_key: bytes, password: str) -> KeySigner:
    """The signer in a certificate (X.509, DER or PEM) and its key (PKCS #8, RFC 5958, encrypted by PBES2, RFC 8018;
    with SEED, RFC 4010, too).

    The older way of joint certificates (PBES1 with SEED) is refused: no well-kept library knows its key derivation.
    Raises :class:`EvidenceError` ``package.bad_key_pair``, ``package.old_key_pair``, ``package.unusable_key``.
    """
    try:
        is_pem = untrusted_certificate.lstrip().startswith(b"-----BEGIN")
        load = load_pem_x509_certificate if is_pem else load_der_x509_certificate
        certificate = load(untrusted_certificate)
        key = _load(untrusted_key, password.encode())
        if certificate.public_key() != key.public_key():
            raise ValueError
    except (ValueError, TypeError, UnsupportedAlgorithm) as problem:
        raise EvidenceError("package.bad_key_pair") from problem
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise EvidenceError("package.unusable_key")
    signer = KeySigner(key, certificate.public_bytes(Encoding.DER))
    require_usable(signer)
    return signer


def _load(untrusted_key: bytes, password: bytes) -> PrivateKeyTypes:
    """The private key. Raises ``ValueError``, ``TypeError``, ``UnsupportedAlgorithm``, ``package.old_key_pair``."""
    container = _EncryptedKey.load(untrusted_key, strict=True)
    if container["algorithm"]["algorithm"].native != PBES2:
        raise EvidenceError("package.old_key_pair")
    scheme = container["algorithm"]["parameters"].parse(_Pbes2)
    derivation, cipher = scheme["derivation"], scheme["cipher"]
    if derivation["algorithm"].native != "pbkdf2":
        raise ValueError("derivation")
    parameters = derivation["parameters"]
    prf, rounds = _PRFS.get(parameters["prf"]["algorithm"].native), parameters["iteration_count"].native
    if prf is None or parameters["salt"].name != "specified" or not 1 <= rounds <= MOST_ROUNDS:
        raise ValueError("derivation")
    if cipher["algorithm"].native != SEED_CBC:
        return load_der_private_key(untrusted_key, password)
    secret = PBKDF2HMAC(prf(), 16, parameters["salt"].native, rounds).derive(password)
    vector = cipher["parameters"].parse(core.OctetString).native
    decryptor = Cipher(SEED(secret), modes.CBC(vector)).decryptor()
    padded = decryptor.update(container["data"].native) + decryptor.finalize()
    unpadder = PKCS7(128).unpadder()
    return load_der_private_key(unpadder.update(padded) + unpadder.finalize(), None)
