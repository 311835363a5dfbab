"""Making the redacted copy: black tiles, a lossless PNG without metadata, and the record that goes with it."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from evidence.errors import EvidenceError
from evidence.model import Tool
from evidence.redaction.record import Area, Redaction
from evidence.redaction.tiles import SEED_SIZE, TILE_SIDE, grid, leaves_of, root_of, salt_of


@dataclass(frozen=True, slots=True)
class Redacted:
    """A redacted copy and its record."""

    png: bytes
    record: Redaction


def redact_picture(
    pixels: bytes,
    width: int,
    height: int,
    areas: Sequence[Area],
    *,
    seed: bytes,
    original_sha256: str,
    tool: Tool,
) -> Redacted:
    """Black out every tile that one of ``areas`` touches.

    ``pixels`` are those of the sealed original as decoded (8-bit RGB by rows, upright); ``seed`` is 32 random bytes,
    to be kept with the original and shown to nobody who may not see it. Raises :class:`EvidenceError`
    ``redaction.nothing_marked``, ``redaction.outside``; ``ValueError`` for pixels or a seed of another size.
    """
    if len(seed) != SEED_SIZE:
        raise ValueError("seed")
    if not areas:
        raise EvidenceError("redaction.nothing_marked")
    for area in areas:
        if not is_inside(area, width, height):
            raise EvidenceError("redaction.outside")
    hidden = touched(areas, width, height)
    leaves = leaves_of(pixels, width, height, seed)
    shown = [(leaf if position in hidden else salt_of(seed, position)).hex() for position, leaf in enumerate(leaves)]
    png = _png(_blackened(pixels, width, height, hidden), width, height)
    record = Redaction(
        original_sha256=original_sha256, copy_sha256=hashlib.sha256(png).hexdigest(), width=width, height=height,
        root=root_of(leaves).hex(), areas=tuple(areas), hidden=tuple(sorted(hidden)), tiles=tuple(shown), tool=tool,
    )  # fmt: skip
    return Redacted(png, record)


def is_inside(area: Area, width: int, height: int) -> bool:
    """Whether an area has a size and lies in the picture."""
    return (
        area.width > 0 and area.height > 0 and 0 <= area.x <= width - area.width and 0 <= area.y <= height - area.height
    )


def touched(areas: Sequence[Area], width: int, height: int) -> frozenset[int]:
    """Positions of the tiles that the areas touch."""
    columns, _rows = grid(width, height)
    return frozenset(
        row * columns + column
        for area in areas
        for row in range(area.y // TILE_SIDE, (area.y + area.height - 1) // TILE_SIDE + 1)
        for column in range(area.x // TILE_SIDE, (area.x + area.width - 1) // TILE_SIDE + 1)
    )


def _blackened(pixels: bytes, width: int, height: int, hidden: frozenset[int]) -> bytes:
    columns, _rows = grid(width, height)
    copy, line = bytearray(pixels), width * 3
    for position in hidden:
        row, column = divmod(position, columns)
        left, right = column * TILE_SIDE * 3, min((column + 1) * TILE_SIDE * 3, line)
        for y in range(row * TILE_SIDE, min((row + 1) * TILE_SIDE, height)):
            copy[y * line + left : y * line + right] = bytes(right - left)
    return bytes(copy)


def _png(pixels: bytes, width: int, height: int) -> bytes:
    """8-bit RGB as PNG (ISO/IEC 15948): header, pixels, end. There is no room in it for anything else."""
    line = width * 3
    rows = b"".join(b"\0" + pixels[y * line : (y + 1) * line] for y in range(height))
    parts = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(rows, 6)),
             (b"IEND", b""))  # fmt: skip
    chunks = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
