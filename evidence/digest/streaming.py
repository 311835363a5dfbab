"""SHA-256 and SHA-512 in one pass, as bytes flow by (FIPS 180-4)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import BinaryIO

from evidence.errors import CancelledError
from evidence.model import Digests

CHUNK_SIZE = 1 << 20
_WORTH_A_HELPER = 1 << 18


class Digester:
    """Takes bytes in pieces and gives both digests and the size."""

    def __init__(self, helper: Executor | None = None) -> None:
        """``helper``, an executor with one thread of its own, takes SHA-512 of large pieces off this thread."""
        self._sha256 = hashlib.sha256()
        self._sha512 = hashlib.sha512()
        self._size = 0
        self._helper = helper
        self._running: Future[None] | None = None

    def update(self, data: bytes | memoryview) -> None:
        """Add ``data``, of any length. With a helper it must not be changed afterwards."""
        self._wait()
        if self._helper is not None and len(data) >= _WORTH_A_HELPER:
            self._running = self._helper.submit(self._sha512.update, data)
        else:
            self._sha512.update(data)
        self._sha256.update(data)
        self._size += len(data)

    def digests(self) -> Digests:
        """The digests of everything given so far."""
        self._wait()
        return Digests(sha256=self._sha256.hexdigest(), sha512=self._sha512.hexdigest(), size=self._size)

    def _wait(self) -> None:
        if self._running is not None:
            running, self._running = self._running, None
            running.result()


class DigestingReader:
    """A reader that sees every byte first: what it hands on goes into the digests as it is."""

    def __init__(self, stream: BinaryIO, helper: Executor | None = None) -> None:
        """``helper`` as for :class:`Digester`."""
        self._stream = stream
        self._digester = Digester(helper)

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


def digest_stream(stream: BinaryIO, cancelled: Callable[[], bool] = lambda: False, *, begin: bytes = b"") -> Digests:
    """Digests of a stream from its present position to its end, in constant memory. ``begin`` was read before.

    Raises :class:`evidence.errors.CancelledError` when ``cancelled`` says so between two chunks.
    """
    digester = Digester()
    digester.update(begin)
    while chunk := stream.read(CHUNK_SIZE):
        if cancelled():
            raise CancelledError
        digester.update(chunk)
    return digester.digests()
