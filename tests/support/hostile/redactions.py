"""Redacted copies that show something else than the log fixed, or more than they should.

The attacker has the key here, and the log, manifest, signatures and bag are made again; only that the log fixed what
the original shows before the copy was made, stands.
"""

from __future__ import annotations

import hashlib
import random
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from support.hostile.cases import ALL_YES, CANNOT, NO, NOT_YES, YES, Case, Workshop, as_zip
from support.sample_package import NOW, TOOL, Files, Recipe

from evidence.custody import NewEvent
from evidence.digest import canonical_json
from evidence.model import EventKind, Fill, MarkedArea, RedactionKind
from evidence.redaction import Area, PictureProof, Redacted, Redaction, TextProof, redact_picture, redact_text
from evidence.redaction.png import write_png

WIDTH, HEIGHT = 200, 150
SEED = bytes(range(32))
PIXELS = random.Random(11).randbytes(WIDTH * HEIGHT * 3)
ORIGINAL = b"a sealed picture, as it came"
CHAT = b"one invented line\nanother line with a name\na third\n"
MARKED = (MarkedArea(70, 70, 10, 10), MarkedArea(0, 0, 30, 30, Fill.FLAT))
_ID = "00000000-0000-4000-8000-000000000000"
RECORD = "proof/redactions/A-01-1.json"

Events = list[NewEvent]


def picture(pixels: bytes = PIXELS, marked: Sequence[MarkedArea] = MARKED, original: bytes = ORIGINAL) -> Redacted:
    """A redacted copy of the sample's picture."""
    return redact_picture(
        pixels, WIDTH, HEIGHT, marked, seed=SEED, original_sha256=hashlib.sha256(original).hexdigest(), tool=TOOL
    )


def text() -> Redacted:
    """A redacted copy of the sample's chat."""
    return redact_text(CHAT, ["a name"], seed=SEED, original_sha256=hashlib.sha256(CHAT).hexdigest(), tool=TOOL)


def recipe_of(shop: Workshop, copy: Redacted, original: bytes = ORIGINAL, **changes: Any) -> Recipe:
    """The sample with its first exhibit redacted."""
    originals = shop.recipe.originals | {"A-01": [("picture.png", original)]}
    return shop.recipe.with_(originals=originals, redacted={"A-01": copy}, **changes)


def cases(shop: Workshop, rng: random.Random, count: int) -> Iterator[Case]:
    """All named cases, then ``count`` / 4 copies with one byte flipped, everything else made again."""
    yes = ALL_YES | {"redaction": YES}
    yield _case("valid-picture", recipe_of(shop, picture()).build, yes)
    yield _case("valid-text", recipe_of(shop, text(), CHAT).build, yes)
    yield _case("sound-proves-nothing", recipe_of(shop, _sound()).build, ALL_YES | {"redaction": CANNOT})
    for name, copy in _copies().items():
        yield _case(name, recipe_of(shop, copy, edit_events=_fixed_as(picture())).build, {"redaction": NO})
    for name, copy in _texts().items():
        yield _case(name, recipe_of(shop, copy, CHAT, edit_events=_fixed_as(text())).build, {"redaction": NO})
    for name, edit in _histories().items():
        yield _case(name, recipe_of(shop, picture(), edit_events=edit).build, {"redaction": NO, "custody": YES})
    yield from _packages(shop)
    data = picture().data
    for position in (rng.randrange(len(data)) for _each in range(count // 4)):
        flipped = data[:position] + bytes([data[position] ^ (1 << rng.randrange(8))]) + data[position + 1 :]
        recipe = recipe_of(shop, _as_made(picture(), flipped), edit_events=_fixed_as(picture()))
        yield _case(f"byte-{position}", recipe.build, {"redaction": NO})


def _case(name: str, files: Callable[[], Files], expected: dict[str, tuple[str, ...]]) -> Case:
    return Case("redactions", name, as_zip(files), expected)


def _fixed_as(true: Redacted) -> Callable[[Events], None]:
    """The log fixed what the true picture shows; what it says of the copy is the attacker's."""

    def edit(events: Events) -> None:
        for at, event in enumerate(events):
            if event.kind is EventKind.COMMITTED:
                events[at] = replace(event, facts=event.facts | {"root": true.record.root})

    return edit


def _as_made(copy: Redacted, data: bytes, **changes: Any) -> Redacted:
    """A copy with other bytes, and a record that says that it is so."""
    record = replace(copy.record, copy_sha256=hashlib.sha256(data).hexdigest(), **changes)
    return replace(copy, data=data, record=record)


def _proof(record: Redaction, **changes: Any) -> Redaction:
    assert record.picture is not None
    return replace(record, picture=replace(record.picture, **changes))


def _sound() -> Redacted:
    made = picture()
    return replace(made, record=replace(made.record, kind=RedactionKind.FILM, picture=None, root=""))


def _rows(pixels: bytes) -> bytes:
    return write_png((pixels[y * WIDTH * 3 : (y + 1) * WIDTH * 3] for y in range(HEIGHT)), WIDTH, HEIGHT)


def _copies() -> dict[str, Redacted]:
    made = picture()
    record, proof = made.record, made.record.picture
    assert isinstance(proof, PictureProof)
    moved = (Area(130, 70, 10, 10), proof.areas[1])
    message = replace(proof.areas[0], colour="010203")
    tiles, other = proof.tiles, random.Random(12).randbytes(len(PIXELS))
    changed = bytearray(PIXELS)
    changed[-1] ^= 1
    end = made.data.index(b"IEND") - 4
    comment = b"tEXtComment\0the original stands here"
    chunk = struct.pack(">I", len(comment) - 4) + comment + struct.pack(">I", zlib.crc32(comment))
    whole = picture(PIXELS, (MarkedArea(150, 100, 1, 1),))
    fewer = replace(proof, areas=proof.areas[:1], hidden=(5,))
    return {
        "another-original": picture(other),
        "one-pixel-changed": picture(bytes(changed)),
        "one-pixel-changed-under-the-old-root": replace(
            picture(bytes(changed)), record=replace(picture(bytes(changed)).record, root=record.root)
        ),
        "nothing-covered": _as_made(made, _rows(PIXELS)),
        "area-left-out": replace(made, record=_proof(record, areas=proof.areas[:1])),
        "area-added": replace(made, record=_proof(record, areas=(*proof.areas, Area(150, 100, 1, 1)))),
        "area-and-its-tile-left-out": replace(made, record=replace(record, picture=fewer)),
        "area-moved": replace(made, record=_proof(record, areas=moved, hidden=(0, 6))),
        "no-area": replace(made, record=_proof(record, areas=(), hidden=())),
        "tiles-swapped": replace(made, record=_proof(record, tiles=(*tiles[:2], tiles[3], tiles[2], *tiles[4:]))),
        "tile-of-another": replace(made, record=_proof(record, tiles=("0" * 64, *tiles[1:]))),
        "tile-missing": replace(made, record=_proof(record, tiles=tiles[:-1])),
        "colour-with-a-message": replace(made, record=_proof(record, areas=(message,))),
        "areas-without-end": replace(
            made, record=_proof(record, areas=(Area(0, 0, WIDTH, HEIGHT),) * 20_000, hidden=tuple(range(12)))
        ),
        "size-without-end": replace(made, record=_proof(record, width=1 << 16, height=1 << 16)),
        "newer-record": replace(made, record=replace(record, version=2)),
        "root-of-another": replace(made, record=replace(record, root="0" * 64)),
        "comment-inside": _as_made(made, made.data[:end] + chunk + made.data[end:]),
        "bytes-behind-the-end": _as_made(made, made.data + ORIGINAL),
        "no-picture": _as_made(made, ORIGINAL),
        "other-areas-of-another-copy": replace(whole, record=record),
    }  # fmt: skip


def _texts() -> dict[str, Redacted]:
    made = text()
    proof = made.record.text
    assert isinstance(proof, TextProof)
    return {
        "line-changed": _as_made(made, made.data.replace(b"a third", b"a fifth")),
        "line-added": _as_made(made, made.data + b"more\n"),
        "line-not-covered": _as_made(made, CHAT),
        "no-text": _as_made(made, b"\xff" + made.data),
        "lines-swapped": replace(
            made, record=replace(made.record, text=replace(proof, lines=proof.lines[::-1]))
        ),
        "nothing-hidden": replace(made, record=replace(made.record, text=replace(proof, hidden=()))),
    }  # fmt: skip


def _histories() -> dict[str, Callable[[Events], None]]:
    def at(events: Events, kind: EventKind) -> int:
        return next(place for place, event in enumerate(events) if event.kind is kind)

    def frozen(events: Events) -> None:
        about = sum(event.item_id == _ID for event in events)
        last = events[-1]
        events[-1] = replace(last, facts=last.facts | {"exhibits": f"A-01:{about},A-02:1"})

    def never_fixed(events: Events) -> None:
        del events[at(events, EventKind.COMMITTED)]
        frozen(events)

    def fixed_afterwards(events: Events) -> None:
        first, second = at(events, EventKind.COMMITTED), at(events, EventKind.REDACTED)
        events[first], events[second] = events[second], events[first]

    def fixed_twice(events: Events) -> None:
        event = events[at(events, EventKind.COMMITTED)]
        events.insert(-1, replace(event, facts=event.facts | {"root": "0" * 64}, recorded_at=NOW))
        frozen(events)

    def fixed_of_another(events: Events) -> None:
        place = at(events, EventKind.COMMITTED)
        events[place] = replace(events[place], facts=events[place].facts | {"original_sha256": "0" * 64})

    def fixed_for_another_exhibit(events: Events) -> None:
        place = at(events, EventKind.COMMITTED)
        events[place] = replace(events[place], item_id=_ID[:-1] + "1")
        frozen(events)
        last = events[-1]
        events[-1] = replace(last, facts=last.facts | {"exhibits": last.facts["exhibits"].replace("A-02:1", "A-02:2")})

    def never_made(events: Events) -> None:
        del events[at(events, EventKind.REDACTED)]
        frozen(events)

    def taken_back(events: Events) -> None:
        event = events[at(events, EventKind.REDACTED)]
        events.insert(-1, replace(event, kind=EventKind.WITHDRAWN, recorded_at=NOW))
        frozen(events)

    def another_record(events: Events) -> None:
        place = at(events, EventKind.REDACTED)
        events[place] = replace(events[place], facts=events[place].facts | {"record_sha256": "0" * 64})

    return {
        "never-fixed": never_fixed, "fixed-afterwards": fixed_afterwards, "fixed-twice": fixed_twice,
        "fixed-of-another": fixed_of_another, "fixed-for-another-exhibit": fixed_for_another_exhibit,
        "never-made": never_made, "taken-back": taken_back, "another-record": another_record,
    }  # fmt: skip


def _packages(shop: Workshop) -> Iterator[Case]:
    made = picture()
    valid = recipe_of(shop, made)

    def edited(edit: Callable[[dict[str, Any]], None]) -> Callable[[], Files]:
        return valid.with_(edit_manifest=edit).build

    def replaced(changes: Files) -> Callable[[], Files]:
        def build() -> Files:
            files: Files = {}
            valid.build_into(files, changes)
            return files

        return build

    def without(path: str) -> Callable[[], Files]:
        return lambda: {each: data for each, data in valid.build().items() if each != path}

    def both(value: dict[str, Any]) -> None:
        value["files"] += [{**value["files"][0], "path": "data/A-01/whole.png", "role": "original", "item": "A-01"}]

    def other_sealed(value: dict[str, Any]) -> None:
        value["withheld"][0]["sha512"] = "0" * 128

    def as_version_1(value: dict[str, Any]) -> None:
        value["version"] = 1

    def unsaid(value: dict[str, Any]) -> None:
        value["redacted"] = []

    def record_unsaid(value: dict[str, Any]) -> None:
        value["files"] = [file for file in value["files"] if file["path"] != RECORD]

    def of_another_exhibit(value: dict[str, Any]) -> None:
        value["redacted"][0]["item"] = "A-02"

    def of_another_original(value: dict[str, Any]) -> None:
        value["redacted"][0]["original_sha256"] = "0" * 64

    def of_format_1(value: dict[str, Any]) -> None:
        del value["withheld"], value["redacted"]
        value["version"] = 1

    yield _case("format-1", shop.recipe.with_(edit_manifest=of_format_1).build, ALL_YES)
    yield _case("record-dropped", without(RECORD), {"complete": NO, "redaction": NO})
    yield _case("copy-dropped", without("data/A-01/redacted-1.png"), {"complete": NO, "redaction": NO})
    yield _case("record-replaced", replaced({RECORD: b"{}"}), {"complete": YES, "redaction": NO})
    longer = replaced({RECORD: b" " + canonical_json(made.record)})
    yield _case("record-not-canonical", longer, {"complete": YES, "redaction": NO})
    yield _case("other-original-sealed", edited(other_sealed), {"custody": NO, "redaction": NOT_YES})
    for name, edit in {
        "original-beside-its-copy": both, "as-version-1": as_version_1, "redaction-unsaid": unsaid,
        "record-unlisted": record_unsaid, "copy-of-another-exhibit": of_another_exhibit,
        "copy-of-another-original": of_another_original,
    }.items():  # fmt: skip
        yield _case(name, edited(edit), {"complete": NO})
    cut = valid.with_(edit_log=lambda log: replace(log, events=log.events[:-1], inclusion=log.inclusion[:-1]))
    yield _case("log-cut", cut.build, {"custody": NO, "redaction": NOT_YES})
