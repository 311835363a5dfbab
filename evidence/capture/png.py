"""Pictures of a screen as PNG (ISO/IEC 15948), lossless and quickly.

A picture is cut into bands of rows that are compressed beside each other, each ending on a byte (as pigz does it): one
stream for whoever reads it. What a band holds decides how: letters and flat areas repeat, and are looked for; a
photograph repeats nothing, and looking would be in vain. No chunk says more than the pixels: no date, no program, no
comment.
"""

from __future__ import annotations

import os
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_STREAM = b"\x78\x01"
"""RFC 1950: deflate with a window of 32 KiB, the quickest level."""
_AS_IT_IS, _LESS_THE_LEFT = 0, 1
"""ISO/IEC 15948, 9.2: the bytes themselves; each less the one of the same colour to its left."""
_WAYS = ((_AS_IT_IS, zlib.Z_DEFAULT_STRATEGY), (_LESS_THE_LEFT, zlib.Z_RLE))
_BAND = 1 << 20
"""Bytes of pixels in one band: what is looked back to is 32 KiB, so that cutting costs nothing to speak of."""
_SAMPLE_ROWS = 6
_LEVEL = 3
_MOST_AT_ONCE = 4
_ADLER = 65521


def encode_rgb(rgb: bytes | bytearray, width: int, height: int) -> bytes:
    """Three bytes for each pixel (red, green, blue), row by row from the top, as PNG.

    Raises ``ValueError`` when the bytes do not fit the size.
    """
    if width <= 0 or height <= 0 or len(rgb) != width * height * 3:
        raise ValueError("the picture's bytes do not fit its size")
    rows = np.frombuffer(rgb, dtype=np.uint8).reshape(height, width * 3)
    step = max(1, _BAND // (width * 3))
    bands = [rows[top : top + step] for top in range(0, height, step)]
    with ThreadPoolExecutor(min(os.cpu_count() or 1, _MOST_AT_ONCE, len(bands))) as pool:
        packed = list(pool.map(_packed, bands, [*[zlib.Z_FULL_FLUSH] * (len(bands) - 1), zlib.Z_FINISH]))
    check = 1
    for one in packed:
        check = _joined(check, one.check, one.size)
    data = [_STREAM + packed[0].data, *(one.data for one in packed[1:])]
    data[-1] += struct.pack(">I", check)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [*_chunk(b"IHDR", head), *(part for one in data for part in _chunk(b"IDAT", one)), *_chunk(b"IEND", b"")]
    return b"".join([_SIGNATURE, *parts])


class _Packed(NamedTuple):
    data: bytes
    check: int
    """Adler-32 of what was packed."""
    size: int


def _packed(band: NDArray[np.uint8], ending: int) -> _Packed:
    middle = band.shape[0] // 2
    sample = band[middle : middle + _SAMPLE_ROWS]
    way, strategy = min(_WAYS, key=lambda one: len(_deflated(_filtered(sample, one[0]), one[1], zlib.Z_FINISH)))
    filtered = _filtered(band, way)
    return _Packed(_deflated(filtered, strategy, ending), zlib.adler32(filtered.data), filtered.size)


def _filtered(rows: NDArray[np.uint8], way: int) -> NDArray[np.uint8]:
    """The rows as they are compressed, each with the number of its filter before it."""
    out = np.empty((rows.shape[0], rows.shape[1] + 1), dtype=np.uint8)
    out[:, 0] = way
    if way == _AS_IT_IS:
        out[:, 1:] = rows
    else:
        out[:, 1:4] = rows[:, :3]
        np.subtract(rows[:, 3:], rows[:, :-3], out=out[:, 4:])
    return out


def _deflated(filtered: NDArray[np.uint8], strategy: int, ending: int) -> bytes:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -15, 9, strategy)
    return packer.compress(filtered.data) + packer.flush(ending)


def _joined(one: int, other: int, size: int) -> int:
    """The Adler-32 of two pieces after each other, out of that of each and the size of the second (RFC 1950)."""
    low = ((one & 0xFFFF) + (other & 0xFFFF) - 1) % _ADLER
    high = ((one >> 16) + (other >> 16) + size % _ADLER * ((one & 0xFFFF) - 1)) % _ADLER
    return high << 16 | low


def _chunk(kind: bytes, data: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    return struct.pack(">I", len(data)), kind, data, struct.pack(">I", zlib.crc32(data, zlib.crc32(kind)))
