"""Checking a redacted copy against its record, with nothing but both."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import BinaryIO

from evidence.model import TILE_SIDE, RedactionKind
from evidence.redaction.lines import line_leaf, lines_of
from evidence.redaction.picture import LEVELS, are_too_many, covers_of, is_inside
from evidence.redaction.png import MOST_SIDE, NotOurPng, read_rows, read_size
from evidence.redaction.record import PictureProof, Redaction, TextProof
from evidence.redaction.text import MARK, MOST_BYTES
from evidence.redaction.tiles import band_tiles, grid, leaf_of, root_of

_SHA256 = re.compile(r"[0-9a-f]{64}")
_COLOURS = frozenset(bytes((level, level, level)).hex() for level in LEVELS)
"""Greys of so few levels that they say next to nothing."""


@dataclass(frozen=True, slots=True)
class PartsChecked:
    """What the copy shows. ``problem`` is empty, or ``malformed`` (the record makes no sense), ``other_copy`` (these
    are not the bytes that the record speaks of), ``other_form`` (the copy is not of the form that a copy has),
    ``not_covered`` (a part that should be covered shows something) or ``not_from_original`` (some visible part, or the
    record, is not what was committed to). With a problem nothing is confirmed."""

    problem: str
    confirmed: int = 0
    """Tiles or lines that are the original's, to the last bit."""
    hidden: int = 0
    """Tiles or lines that are covered or changed."""


def check_redaction(record: Redaction, stream: BinaryIO) -> PartsChecked:
    """Whether every visible part of the copy in ``stream`` is what ``record.root`` commits to, and every other one is
    covered. In constant memory for a picture.

    That the root was made of the named original is for the log to say that fixed it. Raises nothing but what reading
    raises: record and copy may come from anybody. A record of sound has nothing to confirm.
    """
    if not _makes_sense(record):
        return PartsChecked("malformed")
    digesting = _Digesting(stream)
    checked = PartsChecked("")
    if record.picture is not None:
        checked = _check_picture(record.picture, record.root, digesting)
    elif record.text is not None:
        checked = _check_text(record.text, record.root, digesting)
    if not hmac.compare_digest(digesting.finish(), record.copy_sha256):
        return PartsChecked("other_copy")
    return checked


class _Digesting:
    """A stream that digests what is read of it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()

    def read(self, size: int) -> bytes:
        data = self._stream.read(size) or b""
        self._digest.update(data)
        return data

    def finish(self) -> str:
        """The digest of the whole stream, read to its end."""
        while self.read(1 << 20):
            pass
        return self._digest.hexdigest()


def _check_picture(proof: PictureProof, root: str, stream: _Digesting) -> PartsChecked:
    source: BinaryIO = stream  # type: ignore[assignment]  # read() is all that is asked of it
    covers = covers_of(proof.areas, proof.width, proof.height)
    leaves: list[bytes] = []
    try:
        if read_size(source) != (proof.width, proof.height):
            return PartsChecked("other_form")
        band: list[bytes] = []
        for row, data in enumerate(read_rows(source, proof.width, proof.height), 1):
            band.append(data)
            if len(band) < TILE_SIDE and row < proof.height:
                continue
            for tile in band_tiles(b"".join(band), proof.width):
                position = len(leaves)
                shown = bytes.fromhex(proof.tiles[position])
                colour = covers.get(position)
                if colour is None:
                    shown = leaf_of(shown, proof.width, proof.height, position, tile)
                elif tile != colour * (len(tile) // 3):
                    return PartsChecked("not_covered")
                leaves.append(shown)
            band = []
    except NotOurPng:
        return PartsChecked("other_form")
    if not hmac.compare_digest(root_of(leaves).hex(), root):
        return PartsChecked("not_from_original")
    return PartsChecked("", confirmed=len(leaves) - len(covers), hidden=len(covers))


def _check_text(proof: TextProof, root: str, stream: _Digesting) -> PartsChecked:
    data = b"".join(iter(lambda: stream.read(1 << 20), b"")) if proof.lines else b""
    if len(data) > MOST_BYTES * 3:
        return PartsChecked("other_form")
    try:
        lines = lines_of(data.decode())
    except UnicodeDecodeError:
        return PartsChecked("other_form")
    if len(lines) != len(proof.lines):
        return PartsChecked("other_form")
    hidden, leaves = set(proof.hidden), []
    for position, line in enumerate(lines):
        shown = bytes.fromhex(proof.lines[position])
        if position not in hidden:
            shown = line_leaf(shown, len(lines), position, line)
        elif MARK not in line:
            return PartsChecked("not_covered")
        leaves.append(shown)
    if not hmac.compare_digest(root_of(leaves).hex(), root):
        return PartsChecked("not_from_original")
    return PartsChecked("", confirmed=len(lines) - len(hidden), hidden=len(hidden))


def _makes_sense(record: Redaction) -> bool:
    """What the types cannot say. What is hidden must be what was marked, no more and no less."""
    picture, text = record.picture, record.text
    is_kind_sound = {
        RedactionKind.PICTURE: picture is not None and text is None,
        RedactionKind.TEXT: text is not None and picture is None,
        RedactionKind.FILM: text is None and picture is None,
        RedactionKind.SOUND: text is None and picture is None,
    }[record.kind] and (record.kind is RedactionKind.SOUND) == bool(record.silences)
    return (
        record.version == 1
        and is_kind_sound
        and _are_digests(record.original_sha256, record.copy_sha256)
        and (_are_digests(record.root) if picture or text else not record.root)
        and (picture is None or _is_picture_sound(picture))
        and (text is None or _is_text_sound(text))
    )


def _is_picture_sound(proof: PictureProof) -> bool:
    width, height = proof.width, proof.height
    if not (0 < width <= MOST_SIDE and 0 < height <= MOST_SIDE) or proof.tile_side != TILE_SIDE:
        return False
    columns, rows = grid(width, height)
    return (
        len(proof.tiles) == columns * rows
        and _are_digests(*proof.tiles)
        and bool(proof.areas)
        and all(is_inside(area, width, height) and area.colour in _COLOURS for area in proof.areas)
        and not are_too_many(proof.areas, width, height)
        and proof.hidden == tuple(sorted(covers_of(proof.areas, width, height)))
    )


def _is_text_sound(proof: TextProof) -> bool:
    count = len(proof.lines)
    return (
        _are_digests(*proof.lines)
        and 0 < len(proof.hidden) <= count
        and all(0 <= position < count for position in proof.hidden)
        and proof.hidden == tuple(sorted(set(proof.hidden)))
    )


def _are_digests(*values: str) -> bool:
    return all(_SHA256.fullmatch(value) for value in values)
