"""Checking a redacted copy against its record, with nothing but both."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass

from evidence.redaction.picture import is_inside, touched
from evidence.redaction.record import Redaction
from evidence.redaction.tiles import MOST_SIDE, TILE_SIDE, grid, leaf_of, root_of, tiles_of

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class TilesChecked:
    """What the copy shows. ``problem`` is empty, or ``malformed`` (the record makes no sense), ``other_size``,
    ``not_black`` (a tile that should be hidden shows something) or ``not_from_original`` (some visible tile, or the
    record, is not what was committed to). With a problem nothing is confirmed."""

    problem: str
    confirmed: int = 0
    """Tiles whose every pixel is that of the original."""
    hidden: int = 0
    """Tiles of which nothing can be told."""


def check_redaction(record: Redaction, pixels: bytes, width: int, height: int) -> TilesChecked:
    """Whether every visible tile of the copy is what ``record.root`` commits to, and every hidden one is black.

    ``pixels`` are the copy's, 8-bit RGB by rows. That the root was made of the named original is for the signature
    over the record to say. Raises nothing: record and pixels may come from anybody.
    """
    if not _makes_sense(record):
        return TilesChecked("malformed")
    if (width, height) != (record.width, record.height) or len(pixels) != width * height * 3:
        return TilesChecked("other_size")
    hidden = frozenset(record.hidden)
    leaves: list[bytes] = []
    for position, tile in enumerate(tiles_of(pixels, width, height)):
        shown = bytes.fromhex(record.tiles[position])
        if position not in hidden:
            leaves.append(leaf_of(shown, width, height, position, tile))
        elif any(tile):
            return TilesChecked("not_black")
        else:
            leaves.append(shown)
    if not hmac.compare_digest(root_of(leaves).hex(), record.root):
        return TilesChecked("not_from_original")
    return TilesChecked("", confirmed=len(leaves) - len(hidden), hidden=len(hidden))


def _makes_sense(record: Redaction) -> bool:
    """What the types cannot say. The hidden tiles must be those of the marked areas, no more and no less."""
    if record.version != 1 or record.tile_side != TILE_SIDE:
        return False
    if not (0 < record.width <= MOST_SIDE and 0 < record.height <= MOST_SIDE):
        return False
    columns, rows = grid(record.width, record.height)
    digests = (record.original_sha256, record.copy_sha256, record.root, *record.tiles)
    return (
        len(record.tiles) == columns * rows
        and all(_SHA256.fullmatch(each) for each in digests)
        and bool(record.areas)
        and all(is_inside(area, record.width, record.height) for area in record.areas)
        and record.hidden == tuple(sorted(touched(record.areas, record.width, record.height)))
    )
