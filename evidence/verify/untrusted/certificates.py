"""Which algorithms are strong enough, and small helpers over certificates."""

from __future__ import annotations

import hashlib

from asn1crypto import algos, keys, x509

STRONG_DIGESTS = frozenset({"sha256", "sha384", "sha512"})
_CURVES = frozenset({"secp256r1", "secp384r1", "secp521r1"})
_MIN_RSA_BITS, _MAX_RSA_BITS = 2048, 16384


def is_strong_key(key: keys.PublicKeyInfo) -> bool:
    """ECDSA on a NIST curve of 256 bits or more, or RSA of 2048 bits or more."""
    if key.algorithm == "ec":
        kind, name = key.curve
        return bool(kind == "named" and name in _CURVES)
    if key.algorithm in ("rsa", "rsassa_pss"):
        return bool(_MIN_RSA_BITS <= key.bit_size <= _MAX_RSA_BITS)
    return False


def is_strong_signature(algorithm: algos.SignedDigestAlgorithm, digest: str) -> bool:
    """ECDSA or RSA with SHA-2 of 256 bits or more, the same digest inside and outside."""
    if digest not in STRONG_DIGESTS:
        return False
    kind = algorithm.signature_algo
    if kind not in ("ecdsa", "rsassa_pkcs1v15", "rsassa_pss"):
        return False
    if algorithm["algorithm"].native in ("ecdsa", "rsassa_pkcs1v15"):
        return True  # the digest stands outside alone
    return bool(algorithm.hash_algo == digest)


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the DER, hexadecimal."""
    return hashlib.sha256(certificate.dump()).hexdigest()
