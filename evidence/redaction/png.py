"""The one form of PNG that a redacted copy has, written and read row by row in constant memory.

Signature, IHDR (8-bit RGB, no interlace), IDAT chunks, IEND; every row with filter 2, *up* (ISO/IEC 15948, 9.2). There
is no room in it for anything else: a reader refuses every other chunk, every other filter, and bytes behind the end.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER = struct.Struct(">IIBBBBB")
_LENGTH = struct.Struct(">I")
_UP = 2
_CHUNK = 1 << 20
MOST_SIDE = 1 << 16


class NotOurPng(ValueError):
    """The bytes are no PNG of this form."""


def write_png(rows: Iterable[bytes], width: int, height: int) -> bytes:
    """8-bit RGB rows, from the top, as PNG."""
    parts = [_SIGNATURE, _chunk(b"IHDR", _HEADER.pack(width, height, 8, 2, 0, 0, 0))]
    packer, above = zlib.compressobj(3), bytes(width * 3)
    packed = bytearray()
    for row in rows:
        packed += packer.compress(bytes((_UP,)) + _minus(row, above))
        above = row
        while len(packed) >= _CHUNK:
            parts.append(_chunk(b"IDAT", bytes(packed[:_CHUNK])))
            del packed[:_CHUNK]
    packed += packer.flush()
    parts += [_chunk(b"IDAT", bytes(packed)), _chunk(b"IEND", b"")]
    return b"".join(parts)


def read_size(stream: BinaryIO) -> tuple[int, int]:
    """Width and height; the stream then stands at the first IDAT. Raises :class:`NotOurPng`."""
    if _exactly(stream, len(_SIGNATURE)) != _SIGNATURE:
        raise NotOurPng
    name, data = _next_chunk(stream)
    if name != b"IHDR" or len(data) != _HEADER.size:
        raise NotOurPng
    width, height, *rest = _HEADER.unpack(data)
    if rest != [8, 2, 0, 0, 0] or not (0 < width <= MOST_SIDE and 0 < height <= MOST_SIDE):
        raise NotOurPng
    return width, height


def read_rows(stream: BinaryIO, width: int, height: int) -> Iterator[bytes]:
    """The rows that follow :func:`read_size`, to the last byte of the stream. Raises :class:`NotOurPng`."""
    line, above = width * 3 + 1, bytes(width * 3)
    unpacker, waiting, left = zlib.decompressobj(), bytearray(), height
    try:
        for data in _idat(stream):
            is_more = True
            while is_more:
                out = unpacker.decompress(data, _CHUNK)
                data = unpacker.unconsumed_tail
                is_more = bool(data) or len(out) == _CHUNK
                waiting += out
                start = 0
                while len(waiting) - start >= line:
                    if not left or waiting[start] != _UP:
                        raise NotOurPng
                    above = _plus(bytes(waiting[start + 1 : start + line]), above)
                    yield above
                    start, left = start + line, left - 1
                del waiting[:start]
    except zlib.error as problem:
        raise NotOurPng from problem
    if left or waiting or not unpacker.eof or unpacker.unused_data or stream.read(1):
        raise NotOurPng


def _idat(stream: BinaryIO) -> Iterator[bytes]:
    while True:
        name, data = _next_chunk(stream)
        if name == b"IEND" and not data:
            return
        if name != b"IDAT" or not data:
            raise NotOurPng
        yield data


def _chunk(name: bytes, data: bytes) -> bytes:
    return _LENGTH.pack(len(data)) + name + data + _LENGTH.pack(zlib.crc32(name + data))


def _next_chunk(stream: BinaryIO) -> tuple[bytes, bytes]:
    (length,) = _LENGTH.unpack(_exactly(stream, 4))
    if length > _CHUNK:
        raise NotOurPng
    name, data = _exactly(stream, 4), _exactly(stream, length)
    (crc,) = _LENGTH.unpack(_exactly(stream, 4))
    if crc != zlib.crc32(name + data):
        raise NotOurPng
    return name, data


def _exactly(stream: BinaryIO, size: int) -> bytes:
    found = bytearray()
    while len(found) < size:
        piece = stream.read(size - len(found))
        if not piece:
            raise NotOurPng
        found += piece
    return bytes(found)


def _high(size: int) -> int:
    return int.from_bytes(b"\x80" * size, "big")


def _plus(one: bytes, other: bytes) -> bytes:
    """Byte by byte, modulo 256; all bytes of a row at once, as one large number."""
    size = len(one)
    high = _high(size)
    a, b = int.from_bytes(one, "big"), int.from_bytes(other, "big")
    return (((a & ~high) + (b & ~high)) ^ ((a ^ b) & high)).to_bytes(size, "big")


def _minus(one: bytes, other: bytes) -> bytes:
    size = len(one)
    high = _high(size)
    a, b = int.from_bytes(one, "big"), int.from_bytes(other, "big")
    return (((a | high) - (b & ~high)) ^ ((a ^ b ^ high) & high)).to_bytes(size, "big")
