"""Facts out of the container of a film: brand, codecs, program, times, and what generators write there.

Boxes and elements are walked, never searched. Runs in the child process. Sources: ISO/IEC 14496-12, Apple's QuickTime
File Format (metadata keys), RFC 8794 (EBML) and RFC 9559 (Matroska).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from evidence.scoring.declared import of_aigc
from evidence.scoring.generators import Finding, of_parameters, of_texts, reading_of_software

MOST_PARTS = 4000
DEPTH = 8
MAX_TEXT = 4 << 20

_EPOCH = datetime(1904, 1, 1, tzinfo=UTC)
_HOLDERS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"udta", b"ilst", b"moof"})
_NAMES = {
    "\xa9too": "clip.program", "encoder": "clip.program", "\xa9swr": "clip.program", "\xa9enc": "clip.program",
    "com.apple.quicktime.software": "clip.program", "software": "clip.program", "\xa9mak": "clip.camera",
    "\xa9mod": "clip.camera", "com.apple.quicktime.make": "clip.camera", "com.apple.quicktime.model": "clip.camera",
    "com.android.version": "clip.system", "com.apple.quicktime.creationdate": "clip.taken_at",
    "\xa9day": "clip.taken_at", "muxingapp": "clip.program", "writingapp": "clip.program",
}  # fmt: skip
_PLACES = ("\xa9xyz", "com.apple.quicktime.location.iso6709", "loci")
_GRAPHS = ("prompt", "workflow", "comment", "\xa9cmt", "parameters", "description", "\xa9des")
Text = tuple[str, str]


def of_clip(data: bytes | bytearray) -> Iterator[Finding]:
    """The facts of an ISO film (MP4, MOV) or of Matroska and WebM; nothing of other files. Never raises."""
    view = memoryview(data)
    found: list[Finding] = []
    texts: list[Text] = []
    try:
        if bytes(view[4:8]) == b"ftyp":
            _of_iso(view, found, texts)
        elif bytes(view[:4]) == b"\x1a\x45\xdf\xa3":
            _of_matroska(view, found, texts)
    except (struct.error, IndexError, ValueError, OverflowError):
        found.append(("clip.unreadable", "", "context"))
    yield from dict.fromkeys(found)
    yield from _of_texts(texts)


def _of_texts(texts: list[Text]) -> Iterator[Finding]:
    """What the names and values in a container tell."""
    graphs: list[Text] = []
    for name, value in texts:
        key = name.casefold()
        if key in _PLACES:
            yield "clip.place", "", "context"
        elif key in _NAMES:
            kind = _NAMES[key]
            yield kind, value, reading_of_software(value) if kind == "clip.program" else "context"
        elif key == "aigc":
            yield from of_aigc(value)
        elif key in _GRAPHS:
            graphs.append((name, value))
    for name, value in graphs:
        yield from of_parameters(value)
        if name.casefold() in ("comment", "\xa9cmt", "description", "\xa9des"):
            yield from of_graph(value)
    yield from of_texts(
        [(name.casefold(), value) for name, value in graphs if name.casefold() in ("prompt", "workflow")]
    )


def of_graph(text: str) -> Iterator[Finding]:
    """A JSON object that holds ``prompt`` and ``workflow``, as nodes that save films and other formats write it."""
    import json

    if text.lstrip()[:1] != "{":
        return
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return
    if isinstance(data, dict):
        parts = [(name, data[name]) for name in ("prompt", "workflow") if name in data]
        yield from of_texts([(name, part if isinstance(part, str) else json.dumps(part)) for name, part in parts])


def _of_iso(view: memoryview, found: list[Finding], texts: list[Text]) -> None:
    brand = bytes(view[8:12]).decode("latin-1").strip()
    found.append(("clip.brand", brand, "context"))
    handler = [""]
    keys: list[str] = []
    left = [MOST_PARTS]

    def walk(start: int, stop: int, depth: int) -> None:
        for name, body, end in _boxes(view, start, stop, left):
            if name == b"mvhd":
                _movie_head(view, body, found)
            elif name == b"hdlr" and end - body >= 12:
                handler[0] = bytes(view[body + 8 : body + 12]).decode("latin-1")
            elif name == b"stsd":
                _samples(view, body, end, handler[0], found)
            elif name == b"moof":
                found.append(("clip.fragmented", "", "context"))
            elif name == b"meta" and depth < DEPTH:
                # In ISO files version and flags come first; QuickTime's own have none.
                skip = 4 if bytes(view[body + 4 : body + 8]) != b"hdlr" else 0
                keys.clear()
                walk(body + skip, end, depth + 1)
            elif name == b"keys":
                keys.extend(_keys(view, body, end))
            elif name == b"ilst":
                _items(view, body, end, keys, texts, left)
            elif name[:1] == b"\xa9" and end - body > 4:
                size = struct.unpack_from(">H", view, body)[0]
                texts.append((name.decode("latin-1"), _text(view[body + 4 : min(end, body + 4 + size)])))
            elif name in _HOLDERS and depth < DEPTH:
                walk(body, end, depth + 1)

    walk(0, len(view), 0)


def _boxes(view: memoryview, start: int, stop: int, left: list[int]) -> Iterator[tuple[bytes, int, int]]:
    """Name, begin of the content, end."""
    place = start
    while place + 8 <= stop and left[0] > 0:
        left[0] -= 1
        size, name = struct.unpack_from(">I4s", view, place)
        head = 8
        if size == 1 and place + 16 <= stop:
            (size,) = struct.unpack_from(">Q", view, place + 8)
            head = 16
        elif size == 0:
            size = stop - place
        if size < head or place + size > stop:
            return
        yield name, place + head, place + size
        place += size


def _movie_head(view: memoryview, body: int, found: list[Finding]) -> None:
    if view[body] == 1:
        made, _changed, scale, length = struct.unpack_from(">QQIQ", view, body + 4)
    else:
        made, _changed, scale, length = struct.unpack_from(">IIII", view, body + 4)
    if 0 < made < 1 << 33:
        found.append(("clip.made_at", (_EPOCH + timedelta(seconds=made)).strftime("%Y-%m-%d %H:%M:%S UTC"), "context"))
    if scale and length < 1 << 40:
        found.append(("clip.duration_s", f"{length / scale:.1f}", "context"))


def _samples(view: memoryview, body: int, end: int, handler: str, found: list[Finding]) -> None:
    for name, inner, stop in _boxes(view, body + 8, end, [8]):
        codec = name.decode("latin-1").strip()
        if handler == "vide" and stop - inner >= 78:
            width, height = struct.unpack_from(">HH", view, inner + 24)
            found.append(("clip.video", f"{codec} {width}x{height}", "context"))
            length = min(view[inner + 42], 31)
            program = _text(view[inner + 43 : inner + 43 + length])
            if program:
                found.append(("clip.encoder", program, "context"))
        elif handler == "soun":
            found.append(("clip.sound", codec, "context"))


def _keys(view: memoryview, body: int, end: int) -> Iterator[str]:
    place = body + 8
    for _ in range(MOST_PARTS):
        if place + 8 > end:
            return
        (size,) = struct.unpack_from(">I", view, place)
        if size < 8 or place + size > end:
            return
        yield _text(view[place + 8 : place + size])
        place += size


def _items(view: memoryview, body: int, end: int, keys: list[str], texts: list[Text], left: list[int]) -> None:
    for name, inner, stop in _boxes(view, body, end, left):
        (number,) = struct.unpack(">I", name)
        called = keys[number - 1] if 0 < number <= len(keys) else name.decode("latin-1")
        custom = ""
        for part, at, after in _boxes(view, inner, stop, left):
            if part == b"name" and after - at > 4:
                custom = _text(view[at + 4 : after])
            elif part == b"data" and after - at > 8 and after - at < MAX_TEXT and view[at + 3] in (0, 1):
                texts.append((custom or called, _text(view[at + 8 : after])))


_SEGMENT, _INFO, _TRACKS, _TRACK, _TAGS, _TAG, _SIMPLE = (
    0x18538067, 0x1549A966, 0x1654AE6B, 0xAE, 0x1254C367, 0x7373, 0x67C8,
)  # fmt: skip
_CLUSTER = 0x1F43B675
_DOC, _CODEC, _MUXING, _WRITING, _TAG_NAME, _TAG_TEXT = 0x4282, 0x86, 0x4D80, 0x5741, 0x45A3, 0x4487


def _of_matroska(view: memoryview, found: list[Finding], texts: list[Text]) -> None:
    left = [MOST_PARTS]
    name = [""]

    def walk(start: int, stop: int, depth: int) -> None:
        for number, body, end in _elements(view, start, stop, left):
            if number in (0x1A45DFA3, _SEGMENT, _INFO, _TRACKS, _TRACK, _TAGS, _TAG, _SIMPLE) and depth < DEPTH:
                walk(body, end, depth + 1)
            elif end - body > MAX_TEXT:
                continue
            elif number == _DOC:
                found.append(("clip.brand", _text(view[body:end]), "context"))
            elif number == _CODEC:
                codec = _text(view[body:end])
                found.append(("clip.video" if codec.startswith("V_") else "clip.sound", codec, "context"))
            elif number in (_MUXING, _WRITING):
                texts.append(("muxingapp" if number == _MUXING else "writingapp", _text(view[body:end])))
            elif number == _TAG_NAME:
                name[0] = _text(view[body:end])
            elif number == _TAG_TEXT:
                texts.append((name[0], _text(view[body:end])))

    walk(0, len(view), 0)


def _elements(view: memoryview, start: int, stop: int, left: list[int]) -> Iterator[tuple[int, int, int]]:
    """Id, begin of the content, end. An element of unknown size reaches to the end; clusters are passed over."""
    place = start
    while place < stop and left[0] > 0:
        left[0] -= 1
        number, width = _vint(view, place, stop, keeps_marker=True)
        size, wide = _vint(view, place + width, stop, keeps_marker=False)
        if not width or not wide:
            return
        body = place + width + wide
        is_unknown = size == (1 << (7 * wide)) - 1
        end = stop if is_unknown else body + size
        if end > stop or (is_unknown and number == _CLUSTER):
            return
        yield number, body, end
        place = end


def _vint(view: memoryview, place: int, stop: int, *, keeps_marker: bool) -> tuple[int, int]:
    """A number of variable length (RFC 8794, section 4), and how many bytes it took; (0, 0) where there is none."""
    if place >= stop or view[place] == 0:
        return 0, 0
    width = 9 - view[place].bit_length()
    if place + width > stop:
        return 0, 0
    value = int.from_bytes(view[place : place + width], "big")
    return (value if keeps_marker else value & ((1 << (7 * width)) - 1)), width


def _text(raw: memoryview) -> str:
    return bytes(raw[:MAX_TEXT]).decode("utf-8", "replace").strip("\x00 ")
