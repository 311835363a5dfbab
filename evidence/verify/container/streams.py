"""Streams over a part of a file: stored and deflated ZIP entries, in constant memory."""

from __future__ import annotations

import io
import zlib
from typing import Any, BinaryIO

from evidence.errors import EvidenceError

_PACKED_CHUNK = 1 << 18


class WindowReader(io.RawIOBase, BinaryIO):
    """The ``length`` bytes of ``stream`` from ``start``. Several windows may share a stream, one read at a time."""

    def __init__(self, stream: BinaryIO, start: int, length: int) -> None:
        super().__init__()
        self._stream = stream
        self._position = start
        self._left = length

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill as much of ``buffer`` as one read gives; raises ``verify.truncated`` where the file ends too early."""
        view = memoryview(buffer)[: self._left]
        if not view:
            return 0
        self._stream.seek(self._position)
        count: int = self._stream.readinto(view)  # type: ignore[attr-defined]  # an unbuffered file
        if not count:
            raise EvidenceError("verify.truncated")
        self._position += count
        self._left -= count
        return count


class InflatingReader(io.RawIOBase, BinaryIO):
    """Inflates (RFC 1951) and refuses to give one byte more or less than ``size``."""

    def __init__(self, packed: BinaryIO, size: int) -> None:
        super().__init__()
        self._packed = packed
        self._left = size
        self._inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        self._waiting = b""

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill ``buffer``; raises ``verify.truncated`` or ``verify.bad_compression``."""
        view = memoryview(buffer)
        while True:
            if not self._waiting and not self._inflater.eof:
                self._waiting = self._packed.read(_PACKED_CHUNK)
            try:
                # One byte more than is left, so that a stream that goes on is noticed.
                data = self._inflater.decompress(self._waiting, min(len(view), self._left + 1))
            except zlib.error as problem:
                raise EvidenceError("verify.bad_compression") from problem
            starved = not self._waiting and not data
            self._waiting = self._inflater.unconsumed_tail
            if data:
                break
            if self._inflater.eof or starved:
                return self._finish()
        if len(data) > self._left:
            raise EvidenceError("verify.bad_compression")
        view[: len(data)] = data
        self._left -= len(data)
        return len(data)

    def _finish(self) -> int:
        is_complete = self._inflater.eof and not self._left
        if not is_complete or self._inflater.unused_data or self._packed.read(1):
            raise EvidenceError("verify.bad_compression")
        return 0
