"""What a redaction leaves behind, as values: which original, what was taken out, and the proof of the rest."""

from __future__ import annotations

from dataclasses import dataclass

from evidence.model import RedactionKind, Tool

BLACK = "000000"


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle in pixels of the upright picture, from its upper left corner, and the one colour that covers it
    (hexadecimal RGB). Where two areas meet, the later one covers the earlier."""

    x: int
    y: int
    width: int
    height: int
    colour: str = BLACK


@dataclass(frozen=True, slots=True)
class PictureProof:
    """The proof for a picture: see :mod:`evidence.redaction.tiles`."""

    width: int
    height: int
    areas: tuple[Area, ...]
    """Those that the person marked; each is widened to whole tiles, so that no pixel of the copy is neither covered
    nor confirmed."""
    hidden: tuple[int, ...]
    """Positions of the tiles that are covered, rising; tiles are counted by rows, from 0."""
    tiles: tuple[str, ...]
    """For each tile 32 bytes: its salt, or for a hidden one its leaf hash, from which nothing can be guessed."""
    decoding: tuple[str, ...] = ()
    """What decoding the original did to its pixels: ``turned_by_exif`` … Who computes the root anew needs it."""
    tile_side: int = 64


@dataclass(frozen=True, slots=True)
class TextProof:
    """The proof for a text: see :mod:`evidence.redaction.lines`."""

    encoding: str
    """How the original's bytes were read; the copy is UTF-8."""
    hidden: tuple[int, ...]
    """Positions of the lines from which something was taken, rising, from 0."""
    lines: tuple[str, ...]
    """For each line 32 bytes: its salt, or for a hidden one its leaf hash."""
    passages: int
    """How many passages were replaced."""


@dataclass(frozen=True, slots=True)
class Silence:
    """A part of a recording, from its first to its last millisecond."""

    first_ms: int
    last_ms: int


@dataclass(frozen=True, slots=True)
class Redaction:
    """The record of one redacted copy. Digests are lower-case hexadecimal.

    ``root`` is the commitment to all of the original's pixels or lines; it is empty where there is none. It is worth
    what vouches for it: the event of the custody log that fixed it.
    """

    kind: RedactionKind
    original_sha256: str
    copy_sha256: str
    root: str
    tool: Tool
    silences: tuple[Silence, ...] = ()
    """Of a sound recording: the parts that are silent. A film has no sound at all."""
    picture: PictureProof | None = None
    text: TextProof | None = None
    version: int = 1
