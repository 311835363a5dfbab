"""What is blacked out is gone; what is not is provably the original's; nothing else passes."""

from __future__ import annotations

import hashlib
import io
import random
import struct
import zlib
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from evidence.custody.tree import hash_children
from evidence.digest import canonical_json, from_json, parse_json
from evidence.errors import EvidenceError
from evidence.model import TILE_SIDE, Fill, MarkedArea, RedactionKind, Tool
from evidence.redaction import (
    Area,
    PartsChecked,
    PictureProof,
    Redacted,
    Redaction,
    check_redaction,
    is_commitment_to,
    redact_picture,
    tiles_of,
)
from evidence.redaction.picture import LEVELS
from evidence.redaction.png import write_png
from evidence.redaction.tiles import root_of

TOOL = Tool(name="Holdfast", version="0.1.0", python="3.11", system="Linux", libraries={})
WIDTH, HEIGHT = 300, 200  # five columns and four rows, the last of each cut off
SEED = bytes(range(32))
PIXELS = random.Random(3).randbytes(WIDTH * HEIGHT * 3)
MARKED = (MarkedArea(70, 10, 20, 20), MarkedArea(250, 150, 50, 50))


def redacted(areas: tuple[MarkedArea, ...] = MARKED, pixels: bytes = PIXELS) -> Redacted:
    return redact_picture(
        pixels, WIDTH, HEIGHT, areas, seed=SEED, original_sha256=hashlib.sha256(b"original").hexdigest(), tool=TOOL
    )


def checked(record: Redaction, png: bytes) -> PartsChecked:
    return check_redaction(record, io.BytesIO(png))


def proof_of(record: Redaction) -> PictureProof:
    assert record.picture is not None
    return record.picture


def png_of(pixels: bytes, width: int = WIDTH, height: int = HEIGHT) -> bytes:
    return write_png((pixels[y * width * 3 : (y + 1) * width * 3] for y in range(height)), width, height)


def pixels_of(png: bytes) -> bytes:
    with Image.open(io.BytesIO(png)) as image:
        assert (image.size, image.mode, image.info) == ((WIDTH, HEIGHT), "RGB", {})
        return image.tobytes()


def test_the_copy_is_black_where_marked_and_confirmed_elsewhere() -> None:
    made = redacted()
    copy = pixels_of(made.data)
    assert made.record.copy_sha256 == hashlib.sha256(made.data).hexdigest()
    assert proof_of(made.record).hidden == (1, 13, 14, 18, 19)
    for position, (old, new) in enumerate(
        zip(tiles_of(PIXELS, WIDTH, HEIGHT), tiles_of(copy, WIDTH, HEIGHT), strict=True)
    ):
        assert new == (bytes(len(old)) if position in proof_of(made.record).hidden else old)
    assert checked(made.record, made.data) == PartsChecked("", confirmed=15, hidden=5)
    assert (made.media_type, made.record.kind) == ("image/png", RedactionKind.PICTURE)
    assert is_commitment_to(made.record.root, PIXELS, WIDTH, HEIGHT, SEED)
    assert not is_commitment_to(made.record.root, copy, WIDTH, HEIGHT, SEED)
    assert from_json(parse_json(canonical_json(made.record)), Redaction) == made.record


def test_every_changed_pixel_is_noticed() -> None:
    made = redacted()
    copy = pixels_of(made.data)
    for position in (0, len(copy) - 1, *random.Random(5).sample(range(len(copy)), 20)):
        png = png_of(copy[:position] + bytes([copy[position] ^ 1]) + copy[position + 1 :])
        record = replace(made.record, copy_sha256=hashlib.sha256(png).hexdigest())
        found = checked(record, png)
        assert found.problem in ("not_from_original", "not_covered") and found.confirmed == 0
        assert checked(made.record, png).problem == "other_copy"
    whole = png_of(PIXELS)
    assert checked(replace(made.record, copy_sha256=hashlib.sha256(whole).hexdigest()), whole).problem == "not_covered"
    turned = png_of(copy, HEIGHT, WIDTH)
    assert checked(replace(made.record, copy_sha256=hashlib.sha256(turned).hexdigest()), turned).problem == "other_form"


def test_nothing_hides_in_the_file() -> None:
    made = redacted()
    data = made.data
    end = data.index(b"IEND") - 4
    text = struct.pack(">I", 4) + b"tEXt" + b"a\0bc" + struct.pack(">I", zlib.crc32(b"tEXta\0bc"))
    empty = struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    jpeg = io.BytesIO()
    Image.frombytes("RGB", (WIDTH, HEIGHT), PIXELS).save(jpeg, "JPEG")
    for other in (
        data + b"x", data[:-1], data[:end] + text + data[end:], data[:33] + text + data[33:], jpeg.getvalue(),
        data[:end] + empty + data[end:], b"", data[:40], data[:60] + b"\0" + data[61:],
    ):  # fmt: skip
        record = replace(made.record, copy_sha256=hashlib.sha256(other).hexdigest())
        assert checked(record, other).problem == "other_form"


def test_a_soft_colour_says_next_to_nothing() -> None:
    flat = (MarkedArea(70, 10, 20, 20, Fill.FLAT), MarkedArea(0, 0, 5, 5), MarkedArea(130, 70, 100, 10, Fill.FLAT))
    made = redacted(flat)
    copy = pixels_of(made.data)
    colours = {
        position: {tile[at : at + 3] for at in range(0, len(tile), 3)}
        for position, tile in enumerate(tiles_of(copy, WIDTH, HEIGHT)) if position in proof_of(made.record).hidden
    }  # fmt: skip
    assert all(len(each) == 1 and min(each)[0] in LEVELS and len(set(min(each))) == 1 for each in colours.values())
    assert colours[0] == {bytes(3)} and len(colours[7] | colours[8]) == 1
    assert checked(made.record, made.data).problem == ""
    # Another picture with the same coarse average cannot be told from it.
    altered = bytearray(PIXELS)
    for y in range(10, 30):
        start = (y * WIDTH + 70) * 3
        altered[start : start + 60] = altered[start : start + 60][::-1]
    assert redacted(flat, bytes(altered)).data == made.data
    finer = replace(proof_of(made.record).areas[0], colour="9a9a9b")
    assert checked(replace(made.record, picture=replace(proof_of(made.record), areas=(finer,))), made.data).problem


def edits(record: Redaction) -> dict[str, dict[str, Any]]:
    proof = proof_of(record)
    tiles, hidden = proof.tiles, proof.hidden
    return {
        "a visible tile called hidden": {"hidden": (0, *hidden)},
        "a hidden tile called visible": {"hidden": hidden[1:]},
        "hidden twice": {"hidden": (hidden[0], *hidden)},
        "hidden in disorder": {"hidden": hidden[::-1]},
        "hidden outside": {"hidden": (*hidden, 99)},
        "an area more": {"areas": (*proof.areas, Area(0, 0, 1, 1))},
        "an area and its tile": {"areas": (*proof.areas, Area(0, 0, 1, 1)), "hidden": (0, *hidden)},
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
        "another kind": {"kind": RedactionKind.TEXT},
        "another copy": {"copy_sha256": "00" * 32},
        "too many areas": {"areas": proof.areas * 501},
        "areas upon areas": {"areas": (*proof.areas, *(Area(0, 0, 300, 200),) * 200), "hidden": tuple(range(20))},
        "another colour": {"areas": (replace(proof.areas[0], colour="ffffff"), *proof.areas[1:])},
        "no colour": {"areas": (replace(proof.areas[0], colour="black"), *proof.areas[1:])},
    }


@pytest.mark.parametrize("name", list(edits(redacted().record)))
def test_a_record_that_lies_confirms_nothing(name: str) -> None:
    made = redacted()
    changes = edits(made.record)[name]
    own = {field: value for field, value in changes.items() if hasattr(made.record, field)}
    inner = {field: value for field, value in changes.items() if field not in own}
    record = replace(made.record, **own, picture=replace(proof_of(made.record), **inner))
    found = checked(record, made.data)
    assert found.problem and found.confirmed == 0


def test_a_flat_tile_cannot_be_guessed_from_the_record() -> None:
    flat, other = bytes(WIDTH * HEIGHT * 3), b"\x01" + bytes(WIDTH * HEIGHT * 3 - 1)
    area = (MarkedArea(0, 0, 10, 10),)
    one, two = (proof_of(redacted(area, pixels).record) for pixels in (flat, other))
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
    for x, y, width, height in ((0, 0, 301, 5), (-1, 0, 5, 5), (0, 0, 0, 5), (299, 199, 2, 1)):
        with pytest.raises(EvidenceError, match=r"redaction\.outside"):
            redacted((MarkedArea(x, y, width, height),))
    with pytest.raises(ValueError, match="size"):
        redacted(pixels=PIXELS[:-1])
    assert TILE_SIDE == 64
