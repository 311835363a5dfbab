"""What a redaction leaves behind, as values: which original, what was blacked out, and the proof of the rest."""

from __future__ import annotations

from dataclasses import dataclass

from evidence.model import Tool


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle in pixels of the upright picture, from its upper left corner."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Redaction:
    """The record of one redacted copy. Digests are lower-case hexadecimal.

    ``root`` is the commitment to all pixels of the original. It is worth what vouches for it: a signature over this
    record, or over its digest. ``areas`` are those that the person marked; each is widened to whole tiles, so that no
    pixel of the copy is neither black nor confirmed.
    """

    original_sha256: str
    copy_sha256: str
    width: int
    height: int
    root: str
    areas: tuple[Area, ...]
    hidden: tuple[int, ...]
    """Positions of the tiles that are blacked out, rising; tiles are counted by rows, from 0."""
    tiles: tuple[str, ...]
    """For each tile 32 bytes: its salt, or for a hidden one its leaf hash, from which nothing can be guessed."""
    tool: Tool
    tile_side: int = 64
    version: int = 1
