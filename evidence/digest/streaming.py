"""SHA-256 and SHA-512 in one pass, as bytes flow by (FIPS 180-4)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import BinaryIO

from evidence.errors import CancelledError
from evidence.model import Digests

CHUNK_SIZE = 1 << 20


class Digester:
    """Takes bytes in pieces and gives both digests and the size."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._sha512 = hashlib.sha512()
        self._size = 0

    def update(self, data: bytes | memoryview) -> None:
        """Add ``data``, of any length."""
        self._sha256.update(data)
        self._sha512.update(data)
        self._size += len(data)

    def digests(self) -> Digests:
        """The digests of everything given so far."""
        return Digests(sha256=self._sha256.hexdigest(), sha512=self._sha512.hexdigest(), size=self._size)


class DigestingReader:
    """A reader that sees every byte first: what it hands on has already been digested."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._digester = Digester()

    def read(self, size: int = CHUNK_SIZE) -> bytes:
        """Read up to ``size`` bytes, as the stream's own ``read`` does."""
        data = self._stream.read(size)
        self._digester.update(data)
        return data

    def digests(self) -> Digests:
        """The digests of what was read so far."""
        return self._digester.digests()


def digest_bytes(data: bytes) -> Digests:
    """Digests of bytes that are already in memory."""
    digester = Digester()
    digester.update(data)
    return digester.digests()


def digest_stream(stream: BinaryIO, cancelled: Callable[[], bool] = lambda: False) -> Digests:
    """Digests of a stream from its present position to its end, in constant memory.

    Raises :class:`evidence.errors.CancelledError` when ``cancelled`` says so between two chunks.
    """
    digester = Digester()
    while chunk := stream.read(CHUNK_SIZE):
        if cancelled():
            raise CancelledError
        digester.update(chunk)
    return digester.digests()
