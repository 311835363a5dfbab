"""An encrypted hand-over, opened without writing anything: a ZIP with AES-256 (WinZip AE-2) that holds the package's
ZIP, or the package's ZIP encrypted with age."""

from __future__ import annotations

import hashlib
import hmac
import io
import struct
import zipfile
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyrage  # type: ignore[import-untyped]
from Cryptodome.Cipher import AES
from Cryptodome.Util import Counter

from evidence.errors import EvidenceError
from evidence.verify.container.unlock import Unlock

MAX_IN_MEMORY = 512 << 20
"""Bytes of a package that is held in memory: age can only be read from its beginning to its end."""
_LOCAL = struct.Struct("<4s5H3L2H")
_AES_METHOD, _AES_FIELD = 99, 0x9901
_SALT, _CHECK, _MAC = 16, 2, 10
_ROUNDS = 1000
_BLOCK = 16
_CHUNK = 1 << 20


def open_age(path: Path, unlock: Unlock) -> BinaryIO:
    """The ZIP inside, in memory.

    Raises :class:`EvidenceError` ``verify.encrypted`` when neither identity nor passphrase was given,
    ``verify.bad_identity``, ``verify.not_for_us`` (damaged, or for other keys), ``verify.wrong_passphrase``,
    ``verify.encrypted_too_large``, ``verify.unreadable``.
    """
    if unlock.passphrase and not unlock.identities:
        return _open_age_passphrase(path, unlock.passphrase)
    if not unlock.identities:
        raise EvidenceError("verify.encrypted", path=path)
    identities = [found for data in unlock.identities for found in _identities(data)]
    target = _Bounded()
    try:
        with path.open("rb") as stream:
            pyrage.decrypt_io(stream, target, identities)
    except pyrage.DecryptError as problem:
        raise EvidenceError("verify.not_for_us", path=path) from problem
    except OSError as problem:
        if target.is_full:
            raise EvidenceError("verify.encrypted_too_large", path=path) from problem
        if problem.errno is None:  # the library's own: the file ends too early
            raise EvidenceError("verify.not_for_us", path=path) from problem
        raise EvidenceError("verify.unreadable", path=path, reason=problem.strerror or "") from problem
    target.seek(0)
    return target


def _open_age_passphrase(path: Path, passphrase: str) -> BinaryIO:
    try:
        with path.open("rb") as stream:
            sealed = stream.read(MAX_IN_MEMORY + 1)
        if len(sealed) > MAX_IN_MEMORY:
            raise EvidenceError("verify.encrypted_too_large", path=path)
        return io.BytesIO(pyrage.passphrase.decrypt(sealed, passphrase))
    except pyrage.DecryptError as problem:
        raise EvidenceError("verify.wrong_passphrase", path=path) from problem
    except OSError as problem:
        raise EvidenceError("verify.unreadable", path=path, reason=problem.strerror or "") from problem


class _Bounded(io.BytesIO):
    """Memory that refuses to grow beyond :data:`MAX_IN_MEMORY`."""

    is_full = False

    def write(self, data: Any) -> int:
        """Write all of ``data``. Raises :class:`OSError` when it is too much."""
        if self.tell() + len(data) > MAX_IN_MEMORY:
            self.is_full = True
            raise OSError("too large")
        return super().write(data)


def _identities(data: bytes) -> list[Any]:
    try:
        if b"-----BEGIN" in data:
            return [pyrage.ssh.Identity.from_buffer(data)]
        lines = data.decode("utf-8").lstrip("\ufeff").splitlines()
        found = [pyrage.x25519.Identity.from_str(line.strip()) for line in lines if line.strip()[:1] not in ("", "#")]
    except (pyrage.IdentityError, ValueError) as problem:
        raise EvidenceError("verify.bad_identity") from problem
    if not found:
        raise EvidenceError("verify.bad_identity")
    return found


def open_aes_zip(path: Path, passphrase: str) -> BinaryIO:
    """The ZIP inside, decrypted as it is read; its authentication code is checked first, over the whole file.

    Raises :class:`EvidenceError` ``verify.other_encryption`` for another form of encrypted ZIP,
    ``verify.wrong_passphrase``, ``verify.encrypted_damaged``, ``verify.unreadable``.
    """
    try:
        stream = path.open("rb", buffering=0)
    except OSError as problem:
        raise EvidenceError("verify.unreadable", path=path, reason=problem.strerror or "") from problem
    try:
        start, length = _only_entry(stream, path)
        stream.seek(start)
        head = _read(stream, _SALT + _CHECK)
        keys = hashlib.pbkdf2_hmac("sha1", passphrase.encode(), head[:_SALT], _ROUNDS, 32 + 32 + _CHECK)
        if not hmac.compare_digest(keys[64:], head[_SALT:]):
            raise EvidenceError("verify.wrong_passphrase", path=path)
        start, length = start + len(head), length - len(head) - _MAC
        if not hmac.compare_digest(_mac(stream, start, length, keys[32:64]), _read(stream, _MAC)):
            raise EvidenceError("verify.encrypted_damaged", path=path)
    except OSError as problem:
        stream.close()
        raise EvidenceError("verify.encrypted_damaged", path=path) from problem
    except EvidenceError:
        stream.close()
        raise
    return _Decrypting(stream, start, length, keys[:32])


def _only_entry(stream: Any, path: Path) -> tuple[int, int]:
    """Where the data of the one entry starts, and its length with salt and code."""
    try:
        with zipfile.ZipFile(cast(BinaryIO, _Kept(stream))) as archive:
            [entry] = archive.infolist()
        stream.seek(entry.header_offset)
        sig, _need, flags, method, *_rest, name_length, extra_length = _LOCAL.unpack(_read(stream, _LOCAL.size))
        at = entry.extra.find(struct.pack("<HH", _AES_FIELD, 7))
        _version, vendor, strength, packing = struct.unpack("<H2sBH", entry.extra[at + 4 : at + 11])
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        ValueError,
        NotImplementedError,
        struct.error,
        OSError,
    ) as problem:
        raise EvidenceError("verify.other_encryption", path=path) from problem
    is_ours = (sig, method, vendor, strength, packing) == (b"PK\x03\x04", _AES_METHOD, b"AE", 3, 0) and flags & 1
    if not is_ours or at < 0 or entry.compress_size < _SALT + _CHECK + _MAC:
        raise EvidenceError("verify.other_encryption", path=path)
    return entry.header_offset + _LOCAL.size + name_length + extra_length, entry.compress_size


class _Kept(io.RawIOBase):
    """A stream that stays open when the one who borrowed it closes."""

    def __init__(self, stream: Any) -> None:
        super().__init__()
        self._stream = stream

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def seek(self, position: int, whence: int = 0) -> int:
        """As the stream does."""
        return int(self._stream.seek(position, whence))

    def tell(self) -> int:
        """As the stream does."""
        return int(self._stream.tell())

    def readinto(self, buffer: Any) -> int:
        """As the stream does."""
        return int(self._stream.readinto(buffer) or 0)


def _read(stream: Any, length: int) -> bytes:
    data = bytearray()
    while len(data) < length:
        piece = stream.read(length - len(data))
        if not piece:
            raise OSError("too short")
        data += piece
    return bytes(data)


def _mac(stream: Any, start: int, length: int, key: bytes) -> bytes:
    """The code over the encrypted bytes; leaves the stream behind them."""
    code = hmac.new(key, digestmod="sha1")
    stream.seek(start)
    while length > 0:
        piece = stream.read(min(_CHUNK, length))
        if not piece:
            raise OSError("too short")
        code.update(piece)
        length -= len(piece)
    return code.digest()[:_MAC]


class _Decrypting(io.RawIOBase, BinaryIO):
    """The plain bytes of an entry, from any position: AES in counter mode, the counter little-endian from 1."""

    def __init__(self, stream: Any, start: int, length: int, key: bytes) -> None:
        super().__init__()
        self._stream, self._start, self._length, self._key = stream, start, length, key
        self._position = 0
        self._cipher: Any = None
        self._cipher_at = -1

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def seek(self, position: int, whence: int = 0) -> int:
        """To ``position``, from the beginning, from here or from the end."""
        self._position = max(0, position + (0, self._position, self._length)[whence])
        return self._position

    def tell(self) -> int:
        """The position."""
        return self._position

    def readinto(self, buffer: Any) -> int:
        """Fill as much of ``buffer`` as one read gives."""
        view = memoryview(buffer)[: max(0, self._length - self._position)]
        if not view:
            return 0
        self._stream.seek(self._start + self._position)
        count = int(self._stream.readinto(view) or 0)
        if count:
            view[:count] = self._at(self._position).decrypt(bytes(view[:count]))
            self._position += count
            self._cipher_at = self._position
        return count

    def close(self) -> None:
        """Close the file too."""
        self._stream.close()
        super().close()

    def _at(self, position: int) -> Any:
        """A cipher whose next byte is the one at ``position``."""
        if self._cipher is None or self._cipher_at != position:
            block, rest = divmod(position, _BLOCK)
            counter = Counter.new(128, initial_value=block + 1, little_endian=True)
            self._cipher = AES.new(self._key, AES.MODE_CTR, counter=counter)
            self._cipher.decrypt(bytes(rest))
        return self._cipher
