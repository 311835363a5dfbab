"""Making the redacted copy of a picture: covered tiles, a lossless PNG without metadata, and its record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evidence.errors import EvidenceError
from evidence.model import TILE_SIDE, Fill, MarkedArea, RedactionKind, Tool
from evidence.redaction.png import write_png
from evidence.redaction.record import BLACK, Area, PictureProof, Redaction
from evidence.redaction.tiles import SEED_SIZE, grid, leaves_of, root_of, salt_of

_LEVELS = 8
MOST_AREAS, MOST_LAYERS = 1000, 8


@dataclass(frozen=True, slots=True)
class Redacted:
    """A redacted copy and its record."""

    data: bytes
    media_type: str
    record: Redaction


def redact_picture(
    pixels: bytes,
    width: int,
    height: int,
    marked: Sequence[MarkedArea],
    *,
    seed: bytes,
    original_sha256: str,
    tool: Tool,
    decoding: Sequence[str] = (),
) -> Redacted:
    """Cover every tile that one of the ``marked`` areas touches.

    ``pixels`` are those of the sealed original as decoded (8-bit RGB by rows, upright); ``seed`` is 32 random bytes,
    to be kept with the original and shown to nobody who may not see it; ``decoding`` names what decoding did. Raises
    :class:`EvidenceError` ``redaction.nothing_marked``, ``redaction.outside``; ``ValueError`` for pixels or a seed of
    another size.
    """
    if len(seed) != SEED_SIZE:
        raise ValueError("seed")
    if not marked:
        raise EvidenceError("redaction.nothing_marked")
    for area in marked:
        if not is_inside(area, width, height):
            raise EvidenceError("redaction.outside")
    if are_too_many(marked, width, height):
        raise EvidenceError("redaction.too_many_areas")
    leaves = leaves_of(pixels, width, height, seed)
    areas = tuple(
        Area(area.x, area.y, area.width, area.height,
             BLACK if area.fill is Fill.BLACK else average_colour(pixels, width, height, area))
        for area in marked
    )  # fmt: skip
    covers = covers_of(areas, width, height)
    shown = [(leaf if position in covers else salt_of(seed, position)).hex() for position, leaf in enumerate(leaves)]
    png = write_png(_covered_rows(pixels, width, height, covers), width, height)
    proof = PictureProof(
        width=width, height=height, areas=areas, hidden=tuple(sorted(covers)), tiles=tuple(shown),
        decoding=tuple(decoding),
    )  # fmt: skip
    record = Redaction(
        kind=RedactionKind.PICTURE, original_sha256=original_sha256, copy_sha256=hashlib.sha256(png).hexdigest(),
        root=root_of(leaves).hex(), tool=tool, picture=proof,
    )  # fmt: skip
    return Redacted(png, "image/png", record)


def is_inside(area: Area | MarkedArea, width: int, height: int) -> bool:
    """Whether an area has a size and lies in the picture."""
    return (
        area.width > 0 and area.height > 0 and 0 <= area.x <= width - area.width and 0 <= area.y <= height - area.height
    )


def are_too_many(areas: Sequence[Area | MarkedArea], width: int, height: int) -> bool:
    """Whether there are more areas, or they lie more often over one another, than anyone marks by hand: a reader of
    records that may come from anybody must not work for ever."""
    columns, rows = grid(width, height)
    spans = (
        ((area.x + area.width - 1) // TILE_SIDE - area.x // TILE_SIDE + 1)
        * ((area.y + area.height - 1) // TILE_SIDE - area.y // TILE_SIDE + 1)
        for area in areas
    )
    return len(areas) > MOST_AREAS or sum(spans) > MOST_LAYERS * columns * rows + MOST_AREAS


def touched(area: Area | MarkedArea, width: int, height: int) -> list[int]:
    """Positions of the tiles that an area touches."""
    columns, _rows = grid(width, height)
    return [
        row * columns + column
        for row in range(area.y // TILE_SIDE, (area.y + area.height - 1) // TILE_SIDE + 1)
        for column in range(area.x // TILE_SIDE, (area.x + area.width - 1) // TILE_SIDE + 1)
    ]


def covers_of(areas: Sequence[Area], width: int, height: int) -> dict[int, bytes]:
    """Position of each covered tile to the three bytes of its colour; the later area wins."""
    covers: dict[int, bytes] = {}
    for area in areas:
        covers |= dict.fromkeys(touched(area, width, height), bytes.fromhex(area.colour))
    return covers


def average_colour(pixels: bytes, width: int, height: int, area: MarkedArea) -> str:
    """The average over the area widened to whole tiles, as grey of one of eight levels: all that is left are three
    bits."""
    left, top, right, bottom = area.widened(width, height)
    line = width * 3
    total = sum(sum(pixels[y * line + left * 3 : y * line + right * 3]) for y in range(top, bottom))
    level = LEVELS[round(total / (3 * (right - left) * (bottom - top)) / 255 * (_LEVELS - 1))]
    return bytes((level, level, level)).hex()


LEVELS = tuple(round(level * 255 / (_LEVELS - 1)) for level in range(_LEVELS))
"""The greys that a covered area may have; the first is black."""


def _covered_rows(pixels: bytes, width: int, height: int, covers: dict[int, bytes]) -> Iterator[bytes]:
    columns, _rows = grid(width, height)
    line = width * 3
    for y in range(height):
        row = bytearray(pixels[y * line : (y + 1) * line])
        first = y // TILE_SIDE * columns
        for column in range(columns):
            colour = covers.get(first + column)
            if colour is not None:
                left, right = column * TILE_SIDE * 3, min((column + 1) * TILE_SIDE * 3, line)
                row[left:right] = colour * ((right - left) // 3)
        yield bytes(row)
