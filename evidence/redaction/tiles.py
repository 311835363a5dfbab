"""A commitment to a picture's pixels, tile by tile: a Merkle tree (RFC 6962, 2.1) over salted tiles.

Pixels are 8-bit RGB by rows. Tiles are squares of :data:`TILE_SIDE` pixels, cut off at the right and lower edge, and
counted by rows from 0. The leaf of tile *i* is the leaf hash over

    salt (32) ‖ width ‖ height ‖ column ‖ row (each 4 bytes, big-endian) ‖ the tile's pixels by rows

where salt = HMAC-SHA-256(seed, "holdfast tile v1" ‖ *i* as 4 bytes). A flat tile could be guessed from a plain hash;
with its salt kept back it cannot, and the salts that are shown say nothing about the others. One seed serves all
copies of one original: a salt is shown only with its tile, so copies that differ tell together what each of them shows,
and no more.
"""

from __future__ import annotations

import hmac
import struct
from collections.abc import Iterator, Sequence

from evidence.custody.tree import EMPTY_ROOT, hash_children, hash_leaf
from evidence.model import TILE_SIDE
from evidence.redaction.png import MOST_SIDE

SEED_SIZE = 32
"""Bytes of the seed of all salts: random, one for each original, kept with it."""
_PLACE = struct.Struct(">IIII")


def grid(width: int, height: int) -> tuple[int, int]:
    """Columns and rows of tiles."""
    return -(-width // TILE_SIDE), -(-height // TILE_SIDE)


def salt_of(seed: bytes, position: int) -> bytes:
    """The salt of one tile."""
    return hmac.digest(seed, b"holdfast tile v1" + position.to_bytes(4, "big"), "sha256")


def band_tiles(band: bytes, width: int) -> Iterator[bytes]:
    """The tiles of a band of whole rows, at most :data:`TILE_SIDE` of them, from the left."""
    view, line = memoryview(band), width * 3
    starts = range(0, len(band), line)
    for left in range(0, line, TILE_SIDE * 3):
        right = min(left + TILE_SIDE * 3, line)
        yield b"".join(view[start + left : start + right] for start in starts)


def tiles_of(pixels: bytes, width: int, height: int) -> Iterator[bytes]:
    """The bytes of every tile, in order. Raises ``ValueError`` when ``pixels`` is not width x height x 3 bytes."""
    if not (0 < width <= MOST_SIDE and 0 < height <= MOST_SIDE) or len(pixels) != width * height * 3:
        raise ValueError("not a picture of this size")
    size = TILE_SIDE * width * 3
    for start in range(0, len(pixels), size):
        yield from band_tiles(pixels[start : start + size], width)


def leaf_of(salt: bytes, width: int, height: int, position: int, tile: bytes) -> bytes:
    """The leaf hash of one tile."""
    row, column = divmod(position, grid(width, height)[0])
    return hash_leaf(salt + _PLACE.pack(width, height, column, row) + tile)


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The Merkle tree hash: neighbours are joined level by level, which splits as RFC 6962 does; a last one alone
    moves up as it is."""
    level = list(leaves)
    while len(level) > 1:
        joined = [hash_children(one, other) for one, other in zip(level[::2], level[1::2], strict=False)]
        level = joined + (level[-1:] if len(level) % 2 else [])
    return level[0] if level else EMPTY_ROOT


def leaves_of(pixels: bytes, width: int, height: int, seed: bytes) -> list[bytes]:
    """The leaves of all tiles under ``seed``."""
    return [
        leaf_of(salt_of(seed, position), width, height, position, tile)
        for position, tile in enumerate(tiles_of(pixels, width, height))
    ]


def root_of_picture(pixels: bytes, width: int, height: int, seed: bytes) -> str:
    """The commitment to these pixels under ``seed``, hexadecimal. Raises ``ValueError`` for pixels of another size."""
    return root_of(leaves_of(pixels, width, height, seed)).hex()


def is_commitment_to(root: str, pixels: bytes, width: int, height: int, seed: bytes) -> bool:
    """Whether ``root`` (hexadecimal) commits to these pixels: for whoever gets the original and the seed later."""
    try:
        return hmac.compare_digest(root_of_picture(pixels, width, height, seed), root)
    except (ValueError, TypeError):
        return False
