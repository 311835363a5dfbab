"""What is to be taken out of a copy of an exhibit, and the copies that were made."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from evidence.model.digest import Digests

TILE_SIDE = 64
"""Pixels: areas are widened to whole tiles of this side, of which each is proven or covered."""


class Fill(StrEnum):
    """What stands in the place of a marked area. Both destroy it; neither can be undone."""

    BLACK = "black"
    FLAT = "flat"
    """One soft grey: the average of the whole area, rounded to eight levels. Three bits are all that is left of it, so
    there is nothing to sharpen, and too little to compare guesses with."""


@dataclass(frozen=True, slots=True)
class MarkedArea:
    """A rectangle in pixels of the upright picture, from its upper left corner. It is widened to whole tiles."""

    x: int
    y: int
    width: int
    height: int
    fill: Fill = Fill.BLACK

    def widened(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of what is covered in a picture of that size."""
        side = TILE_SIDE
        right, bottom = -(-(self.x + self.width) // side) * side, -(-(self.y + self.height) // side) * side
        return self.x // side * side, self.y // side * side, min(right, width), min(bottom, height)


class RedactionKind(StrEnum):
    """What kind of copy it is, and so what can be proven of it."""

    PICTURE = "picture"
    """Areas are covered; every other pixel is proven to be the original's."""
    TEXT = "text"
    """Passages are replaced; every other line is proven to be the original's."""
    FILM = "film"
    """All sound is taken out of a film; what is left cannot be proven without the original."""
    SOUND = "sound"
    """Parts of a sound recording are silenced; what is left cannot be proven without the original."""


@dataclass(frozen=True, slots=True)
class RedactionWish:
    """What the person wants gone from a copy of one file. Areas are for pictures, texts for text files, mute for
    recordings."""

    areas: tuple[MarkedArea, ...] = ()
    texts: tuple[str, ...] = ()
    """Passages: wherever one of them stands, in whatever normal form, case and spacing, it is replaced."""
    mute: bool = False
    """Take all sound out of a film."""
    silences: tuple[tuple[int, int], ...] = ()
    """Parts of a sound recording to silence, from the first to the last millisecond."""


def parse_span(text: str) -> tuple[int, int]:
    """``FROM-TO`` in seconds, with up to three decimals, as first and last millisecond. Raises ``ValueError``."""
    found = re.fullmatch(r"\s*(\d{1,6}(?:\.\d{1,3})?)\s*[-–]\s*(\d{1,6}(?:\.\d{1,3})?)\s*", text, re.ASCII)
    if found is None:
        raise ValueError(text)
    first, last = (round(float(each) * 1000) for each in found.groups())
    if first >= last:
        raise ValueError(text)
    return first, last - 1


@dataclass(frozen=True, slots=True)
class RedactedCopy:
    """A redacted copy that the vault keeps beside the original: derived, and it can be taken back."""

    id: str
    """UUID."""
    item_id: str
    file_index: int
    """Which of the item's files it was made of, from 0."""
    kind: RedactionKind
    made_at: datetime
    media_type: str
    digests: Digests
    original_sha256: str
    record_sha256: str
    """Of the canonical JSON of its record: what the log cites."""
    object_id: str
    facts: dict[str, str] = field(default_factory=dict)
    """What was done, counted: ``areas``, ``black``, ``flat``, ``tiles_hidden``, ``tiles``, ``passages`` …"""


@dataclass(frozen=True, slots=True)
class CommittedFile:
    """What the log has fixed of one original, with what is needed to compute it anew. Whoever has the seed and a copy
    can compare guesses with what is covered: it is for those who may see the original."""

    file_index: int
    original_sha256: str
    root: str
    seed: str
    """32 bytes, hexadecimal."""
    is_confirmed: bool
    """Whether the root was computed anew from the sealed original just now, and is the same."""


@dataclass(frozen=True, slots=True)
class CopyForPackage:
    """A redacted copy with its record, as a package carries them."""

    copy: RedactedCopy
    record: bytes
    """Canonical JSON; its SHA-256 is ``copy.record_sha256``."""
