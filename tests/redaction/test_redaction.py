"""What is blacked out is gone; what is not is provably the original's; nothing else passes."""

from __future__ import annotations

import hashlib
import io
import random
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from evidence.custody.tree import hash_children
from evidence.digest import canonical_json, from_json, parse_json
from evidence.errors import EvidenceError
from evidence.model import Tool
from evidence.redaction import (
    TILE_SIDE,
    Area,
    Redacted,
    Redaction,
    check_redaction,
    is_commitment_to,
    redact_picture,
    tiles_of,
)
from evidence.redaction.tiles import root_of

TOOL = Tool(name="Holdfast", version="0.1.0", python="3.11", system="Linux", libraries={})
WIDTH, HEIGHT = 300, 200  # five columns and four rows, the last of each cut off
SEED = bytes(range(32))
PIXELS = random.Random(3).randbytes(WIDTH * HEIGHT * 3)
MARKED = (Area(70, 10, 20, 20), Area(250, 150, 50, 50))


def redacted(areas: tuple[Area, ...] = MARKED, pixels: bytes = PIXELS) -> Redacted:
    return redact_picture(
        pixels, WIDTH, HEIGHT, areas, seed=SEED, original_sha256=hashlib.sha256(b"original").hexdigest(), tool=TOOL
    )


def pixels_of(png: bytes) -> bytes:
    with Image.open(io.BytesIO(png)) as image:
        assert (image.size, image.mode, image.info) == ((WIDTH, HEIGHT), "RGB", {})
        return image.tobytes()


def test_the_copy_is_black_where_marked_and_confirmed_elsewhere() -> None:
    made = redacted()
    copy = pixels_of(made.png)
    assert made.record.copy_sha256 == hashlib.sha256(made.png).hexdigest()
    assert made.record.hidden == (1, 13, 14, 18, 19)
    for position, (old, new) in enumerate(
        zip(tiles_of(PIXELS, WIDTH, HEIGHT), tiles_of(copy, WIDTH, HEIGHT), strict=True)
    ):
        assert new == (bytes(len(old)) if position in made.record.hidden else old)
    checked = check_redaction(made.record, copy, WIDTH, HEIGHT)
    assert (checked.problem, checked.confirmed, checked.hidden) == ("", 15, 5)
    assert is_commitment_to(made.record.root, PIXELS, WIDTH, HEIGHT, SEED)
    assert not is_commitment_to(made.record.root, copy, WIDTH, HEIGHT, SEED)
    assert from_json(parse_json(canonical_json(made.record)), Redaction) == made.record


def test_every_changed_pixel_is_noticed() -> None:
    made = redacted()
    copy = pixels_of(made.png)
    for position in (0, len(copy) - 1, *random.Random(5).sample(range(len(copy)), 40)):
        changed = copy[:position] + bytes([copy[position] ^ 1]) + copy[position + 1 :]
        checked = check_redaction(made.record, changed, WIDTH, HEIGHT)
        assert checked.problem in ("not_from_original", "not_black") and checked.confirmed == 0
    whole = check_redaction(made.record, PIXELS, WIDTH, HEIGHT)
    assert whole.problem == "not_black"
    swapped = check_redaction(made.record, copy, HEIGHT, WIDTH)
    assert swapped.problem == "other_size"


def edits(record: Redaction) -> dict[str, dict[str, Any]]:
    tiles, hidden = record.tiles, record.hidden
    return {
        "a visible tile called hidden": {"hidden": (0, *hidden)},
        "a hidden tile called visible": {"hidden": hidden[1:]},
        "hidden twice": {"hidden": (hidden[0], *hidden)},
        "hidden in disorder": {"hidden": hidden[::-1]},
        "hidden outside": {"hidden": (*hidden, 99)},
        "an area more": {"areas": (*record.areas, Area(0, 0, 1, 1))},
        "an area and its tile": {"areas": (*record.areas, Area(0, 0, 1, 1)), "hidden": (0, *hidden)},
        "no area": {"areas": (), "hidden": ()},
        "an area outside": {"areas": (Area(0, 0, 301, 1),)},
        "a negative area": {"areas": (Area(-1, 0, 5, 5),)},
        "an empty area": {"areas": (Area(0, 0, 0, 5),)},
        "a tile less": {"tiles": tiles[:-1]},
        "a tile more": {"tiles": (*tiles, tiles[0])},
        "another salt": {"tiles": ("00" * 32, *tiles[1:])},
        "salts swapped": {"tiles": (tiles[2], tiles[1], tiles[0], *tiles[3:])},
        "another hidden leaf": {"tiles": (tiles[0], "00" * 32, *tiles[2:])},
        "a short salt": {"tiles": ("00", *tiles[1:])},
        "no hexadecimal": {"tiles": ("zz" * 32, *tiles[1:])},
        "another root": {"root": "00" * 32},
        "an empty root": {"root": ""},
        "another width": {"width": 299},
        "no width": {"width": 0},
        "a huge width": {"width": 1 << 40},
        "larger tiles": {"tile_side": 128},
        "a newer version": {"version": 2},
        "no original": {"original_sha256": ""},
    }


@pytest.mark.parametrize("name", list(edits(redacted().record)))
def test_a_record_that_lies_confirms_nothing(name: str) -> None:
    made = redacted()
    record = replace(made.record, **edits(made.record)[name])
    checked = check_redaction(record, pixels_of(made.png), WIDTH, HEIGHT)
    assert checked.problem and checked.confirmed == 0


def test_a_flat_tile_cannot_be_guessed_from_the_record() -> None:
    flat, other = bytes(WIDTH * HEIGHT * 3), b"\x01" + bytes(WIDTH * HEIGHT * 3 - 1)
    area = (Area(0, 0, 10, 10),)
    one, two = redacted(area, flat).record, redacted(area, other).record
    assert one.tiles[1:] == two.tiles[1:] and one.tiles[0] != two.tiles[0]
    assert SEED.hex() not in one.tiles and len(set(one.tiles)) == len(one.tiles)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6, 7, 8, 11, 16, 33])
def test_the_tree_is_that_of_rfc_6962(count: int) -> None:
    def root(leaves: list[bytes]) -> bytes:
        if len(leaves) == 1:
            return leaves[0]
        half = 1 << ((len(leaves) - 1).bit_length() - 1)
        return hash_children(root(leaves[:half]), root(leaves[half:]))

    leaves = [bytes([number]) * 32 for number in range(count)]
    assert root_of(leaves) == root(leaves)


def test_what_cannot_be_marked_is_refused() -> None:
    with pytest.raises(EvidenceError, match=r"redaction\.nothing_marked"):
        redacted(())
    for area in (Area(0, 0, 301, 5), Area(-1, 0, 5, 5), Area(0, 0, 0, 5), Area(299, 199, 2, 1)):
        with pytest.raises(EvidenceError, match=r"redaction\.outside"):
            redacted((area,))
    with pytest.raises(ValueError, match="size"):
        redacted(pixels=PIXELS[:-1])
    assert TILE_SIDE == 64
