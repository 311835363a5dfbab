"""Each check is one function that gives True; its name says what it is about."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESGCMSIV
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from evidence.custody import hash_children, hash_leaf, root_of_nodes
from evidence.digest import canonical_json, digest_bytes, parse_json
from evidence.errors import EvidenceError

EXPECTED_COUNT = 8


def digests() -> bool:
    """FIPS 180-4, the message ``abc``."""
    found = digest_bytes(b"abc")
    return found.sha256.startswith("ba7816bf8f01cfea") and found.sha512.startswith("ddaf35a193617aba")


def canonical_form() -> bool:
    """RFC 8785: keys sorted by UTF-16 code unit, no blanks; and what is not canonical is refused."""
    if canonical_json({"b": [1, True], "a": "€"}) != '{"a":"€","b":[1,true]}'.encode():
        return False
    try:
        parse_json(b'{"a": 1}')
    except EvidenceError:
        return True
    return False


def sealing() -> bool:
    """AES-256-GCM: what was sealed opens, and a changed byte or other associated data does not."""
    return _is_authenticated(AESGCM(bytes(range(32))).encrypt, AESGCM(bytes(range(32))).decrypt)


def wrapping() -> bool:
    """AES-256-GCM-SIV (RFC 8452), which wraps the vault's keys: the same."""
    return _is_authenticated(AESGCMSIV(bytes(range(32))).encrypt, AESGCMSIV(bytes(range(32))).decrypt)


def stretching() -> bool:
    """Argon2id, the test vector of RFC 9106, 5.3."""
    password, salt, secret, data = (bytes([number] * size) for number, size in ((1, 32), (2, 16), (3, 8), (4, 12)))
    kdf = Argon2id(salt=salt, length=32, iterations=3, lanes=4, memory_cost=32, ad=data, secret=secret)
    return kdf.derive(password).hex() == "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"


def deriving() -> bool:
    """HKDF with SHA-256, the first test case of RFC 5869."""
    derived = HKDF(hashes.SHA256(), 42, bytes(range(13)), bytes(range(0xF0, 0xFA))).derive(bytes([0x0B] * 22))
    return derived.hex().startswith("3cb25f25faacd57a90434f64d0362f2a")


def signing() -> bool:
    """ECDSA P-256 with SHA-256: a signature verifies over its own message and over no other."""
    key = ec.generate_private_key(ec.SECP256R1())
    algorithm = ec.ECDSA(hashes.SHA256())
    signature = key.sign(b"message", algorithm)
    key.public_key().verify(signature, b"message", algorithm)
    try:
        key.public_key().verify(signature, b"another", algorithm)
    except InvalidSignature:
        return True
    return False


def log_root() -> bool:
    """RFC 6962, 2.1: the root of three leaves, built by hand."""
    leaves = [hash_leaf(bytes([number])) for number in range(3)]
    nodes = {(0, index): leaf for index, leaf in enumerate(leaves)} | {(1, 0): hash_children(leaves[0], leaves[1])}
    by_hand = hashlib.sha256(b"\1" + nodes[1, 0] + leaves[2]).digest()
    return root_of_nodes(lambda level, index: nodes[level, index], 3) == by_hand


CHECKS: tuple[Callable[[], bool], ...] = (
    digests, canonical_form, sealing, wrapping, stretching, deriving, signing, log_root,
)  # fmt: skip


def run_selftest() -> int:
    """Run every check; gives how many passed, which is always ``EXPECTED_COUNT``.

    Raises :class:`EvidenceError` ``selftest.failed`` with the name of the first that did not.
    """
    passed = 0
    for check in CHECKS:
        if not check():
            raise EvidenceError("selftest.failed", name=check.__name__)
        passed += 1
    if passed != EXPECTED_COUNT:
        raise EvidenceError("selftest.failed", name="count")
    return passed


def _is_authenticated(seal: Callable[..., bytes], open_: Callable[..., bytes]) -> bool:
    nonce, message = bytes(12), b"sealed"
    sealed = seal(nonce, message, b"place")
    if open_(nonce, sealed, b"place") != message:
        return False
    for data, place in ((sealed[:-1] + bytes([sealed[-1] ^ 1]), b"place"), (sealed, b"other")):
        try:
            open_(nonce, data, place)
        except InvalidTag:
            continue
        return False
    return True
