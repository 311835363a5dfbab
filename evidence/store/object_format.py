"""One sealed object as bytes: a header, then the content in chunks (AES-256-GCM in the STREAM construction).

Every object has a random key, wrapped in its header under the vault's object key with the object's id as associated
data. Chunk ``i`` is encrypted under the nonce *prefix ‖ i ‖ is-last*, so that no chunk can be left out, moved,
taken from another object or added. The content is followed by zeros and by its length: the length of the
file says little about the length of the content. FORMAT.md gives every byte.
"""

from __future__ import annotations

import secrets
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESGCMSIV

from evidence.errors import EvidenceError
from evidence.model import Digests
from evidence.store.keys import KEY_SIZE

CHUNK = 1 << 20
"""Bytes of content in one chunk."""
TAG = 16
ID_SIZE = 16
OBJECT = b"HFO\x01"
"""First bytes of an object."""
JOURNAL = b"HFJ\x01"
"""First bytes of the journal of an object that is still growing; see :mod:`evidence.store.growing`."""
_PREFIX_SIZE = 7
_FIXED = struct.Struct(f">4s{ID_SIZE}s{_PREFIX_SIZE}s5x")
_WRAP = struct.Struct(f">I12s{KEY_SIZE + TAG}s")
_WRAPS = 2
HEADER = _FIXED.size + _WRAPS * _WRAP.size
"""Bytes before the first chunk: 32 that never change, then room for two wrapped keys."""
_LENGTH = struct.Struct(">Q")
_SMALLEST = 4096
_MOST_CHUNKS = 1 << 32

ObjectKeys = Callable[[int], bytes | None]
"""Epoch to the vault's object key of that epoch, or None when there is none."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What sealing gives back. The object becomes durable with the rows that cite it, and is swept without them."""

    object_id: str
    digests: Digests


@dataclass(frozen=True, slots=True)
class ObjectCipher:
    """What is needed to encrypt or decrypt the chunks of one object."""

    cipher: AESGCM
    prefix: bytes
    fixed: bytes
    """The unchanging part of the header: associated data of every chunk."""

    def seal(self, index: int, data: bytes | bytearray | memoryview, *, is_last: bool) -> bytes:
        """One chunk with its tag."""
        if index >= _MOST_CHUNKS:
            raise EvidenceError("vault.object_too_large")
        return self.cipher.encrypt(self._nonce(index, is_last), data, self.fixed)

    def open(self, index: int, untrusted_data: bytes, *, is_last: bool) -> bytes:
        """The content of one chunk. Raises ``InvalidTag`` when it is not what was sealed there."""
        return self.cipher.decrypt(self._nonce(index, is_last), untrusted_data, self.fixed)

    def _nonce(self, index: int, is_last: bool) -> bytes:
        return self.prefix + index.to_bytes(4, "big") + (b"\x01" if is_last else b"\x00")


def new_object(object_id: bytes, object_key: bytes, epoch: int, magic: bytes = OBJECT) -> tuple[bytes, ObjectCipher]:
    """The header of a new object (or journal), and the cipher for its chunks."""
    key = secrets.token_bytes(KEY_SIZE)
    fixed = _FIXED.pack(magic, object_id, secrets.token_bytes(_PREFIX_SIZE))
    header = fixed + wrap_key(key, object_key, epoch, fixed) + bytes(_WRAP.size)
    return header, _cipher(key, fixed)


def read_header(
    untrusted_header: bytes, object_id: bytes, object_keys: ObjectKeys, magic: bytes = OBJECT
) -> ObjectCipher:
    """The cipher for the chunks of the object (or journal) with this header.

    Raises ``InvalidTag`` when the header is not that of this object in this vault.
    """
    key = _open_wrap(untrusted_header, object_id, object_keys, magic)[1]
    return _cipher(key, untrusted_header[: _FIXED.size])


def wrap_key(key: bytes, object_key: bytes, epoch: int, fixed: bytes) -> bytes:
    """One wrapped key as it stands in a header."""
    nonce = secrets.token_bytes(12)
    return _WRAP.pack(epoch, nonce, AESGCMSIV(object_key).encrypt(nonce, key, fixed + epoch.to_bytes(4, "big")))


def unwrap_key(untrusted_header: bytes, object_id: bytes, object_keys: ObjectKeys) -> bytes:
    """The object's own key. Raises ``InvalidTag``."""
    return _open_wrap(untrusted_header, object_id, object_keys)[1]


def second_wrap(
    untrusted_header: bytes, object_id: bytes, object_keys: ObjectKeys, object_key: bytes, epoch: int
) -> tuple[int, bytes]:
    """The object's key wrapped under another object key, and where in the file it goes: not where the present one is.

    Raises ``InvalidTag``.
    """
    place, key = _open_wrap(untrusted_header, object_id, object_keys)
    wrapped = wrap_key(key, object_key, epoch, untrusted_header[: _FIXED.size])
    return _FIXED.size + (1 - place) * _WRAP.size, wrapped


def stale_wraps(untrusted_header: bytes, object_id: bytes, object_keys: ObjectKeys) -> list[tuple[int, bytes]]:
    """Places in the file to be filled with zeros: wrapped keys other than the one that opens.

    Raises ``InvalidTag`` when none opens: then nothing may be taken away.
    """
    place, _key = _open_wrap(untrusted_header, object_id, object_keys)
    offset = _FIXED.size + (1 - place) * _WRAP.size
    empty = bytes(_WRAP.size)
    return [] if untrusted_header[offset : offset + _WRAP.size] == empty else [(offset, empty)]


def _open_wrap(
    untrusted_header: bytes, object_id: bytes, object_keys: ObjectKeys, wanted: bytes = OBJECT
) -> tuple[int, bytes]:
    """Which of the two wrapped keys opens, and the object's own key."""
    if len(untrusted_header) != HEADER:
        raise InvalidTag
    fixed = untrusted_header[: _FIXED.size]
    magic, stated_id, prefix = _FIXED.unpack(fixed)
    # Packed again, so that the unused bytes are zeros and nothing can be hidden in them.
    if (magic, stated_id) != (wanted, object_id) or _FIXED.pack(magic, stated_id, prefix) != fixed:
        raise InvalidTag
    for place in range(_WRAPS):
        epoch, nonce, wrapped = _WRAP.unpack_from(untrusted_header, _FIXED.size + place * _WRAP.size)
        object_key = object_keys(epoch) if epoch else None
        if object_key is None:
            continue
        try:
            return place, AESGCMSIV(object_key).decrypt(nonce, wrapped, fixed + epoch.to_bytes(4, "big"))
        except InvalidTag:
            continue
    raise InvalidTag


def padded_size(size: int) -> int:
    """Bytes that content of ``size`` takes with zeros and length: Padmé (PURBs, PETS 2019), at least 4 KiB.

    Tells an observer O(log log size) bits and costs at most 12 %.
    """
    needed = max(size + _LENGTH.size, _SMALLEST)
    exponent = needed.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (needed + mask) & ~mask


def padding(size: int) -> tuple[int, bytes]:
    """How many zeros follow content of ``size`` bytes, and the last eight bytes after them."""
    return padded_size(size) - size - _LENGTH.size, _LENGTH.pack(size)


def last_chunks(cipher: ObjectCipher, index: int, rest: bytes, size: int) -> Iterator[bytes]:
    """The sealed end of content of ``size`` bytes; ``rest``, shorter than a chunk, begins the chunk ``index``."""
    zeros, length = padding(size)
    while len(rest) + zeros + len(length) > CHUNK:
        filling = CHUNK - len(rest)
        yield cipher.seal(index, rest + bytes(filling), is_last=False)
        index, rest, zeros = index + 1, b"", zeros - filling
    yield cipher.seal(index, rest + bytes(zeros) + length, is_last=True)


def content_size(padded: int, last_chunk: bytes) -> int:
    """The length of the content, from the padded length and the opened last chunk. Raises ``InvalidTag``."""
    # A length that spans two chunks cannot occur: the padded length is checked to be one that we write,
    # and the eight bytes are read from the end of what was opened.
    size: int = _LENGTH.unpack(last_chunk[-_LENGTH.size :])[0] if len(last_chunk) >= _LENGTH.size else -1
    if size < 0 or padded_size(size) != padded:
        raise InvalidTag
    return size


def plain_size(file_size: int) -> int:
    """Padded length of the content of a sealed file of ``file_size`` bytes. Raises ``InvalidTag``."""
    body = file_size - HEADER
    whole, rest = divmod(body, CHUNK + TAG)
    if body < TAG or 0 < rest <= TAG:
        raise InvalidTag
    return whole * CHUNK + max(rest - TAG, 0)


def _cipher(key: bytes, fixed: bytes) -> ObjectCipher:
    return ObjectCipher(cipher=AESGCM(key), prefix=fixed[4 + ID_SIZE : 4 + ID_SIZE + _PREFIX_SIZE], fixed=fixed)
