"""Walk through the containers of picture files and lay their metadata side by side. Runs in the child process.

Structures are parsed, never searched for strings: the word "parameters" stands in most real JPEG files by chance.
Sources: PNG (W3C, third edition), JPEG (ITU-T T.81, T.871), WebP container specification, C2PA 2.1 section 11.3.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_TEXT = 8 << 20
"""No text chunk may unpack to more bytes than this."""
MAX_PARTS = 5000
"""No file may have more segments or chunks than this; the rest is not looked at."""

_PNG = b"\x89PNG\r\n\x1a\n"
_XMP = b"http://ns.adobe.com/xap/1.0/\x00"
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})


@dataclass(slots=True)
class Container:
    """What lies in a file around its pixels. All of it comes from a stranger."""

    kind: str
    texts: list[tuple[str, str]] = field(default_factory=list)
    """PNG text chunks (keyword, text); JPEG comments under the keyword ``comment``."""
    exif: bytes = b""
    xmp: bytes = b""
    photoshop: bytes = b""
    """JPEG's APP13: Photoshop's resources, with the IPTC record."""
    has_c2pa: bool = False
    quantisation: dict[int, list[int]] = field(default_factory=dict)
    """JPEG tables in zigzag order, by number."""
    app_segments: list[str] = field(default_factory=list)
    """Names of the JPEG application segments, in order."""
    is_progressive: bool = False
    sampling: str = ""
    bit_depth: int = 8
    trailing: int = 0
    """Bytes after the end of the picture."""
    is_cut: bool = False


def read_container(data: bytes | bytearray) -> Container:
    """Parse as much as can be parsed; a damaged file gives what stands before the damage, with ``is_cut``."""
    view = bytes(data)
    try:
        if view.startswith(_PNG):
            return _png(view)
        if view.startswith(b"\xff\xd8"):
            return _jpeg(view)
        if view[:4] == b"RIFF" and view[8:12] == b"WEBP":
            return _webp(view)
        if view[4:8] == b"ftyp":
            return _iso(view)
    except (struct.error, IndexError):
        return Container("damaged", is_cut=True)
    return Container("other")


def _png(data: bytes) -> Container:
    found = Container("png", is_cut=True)
    for name, body, end in _png_chunks(data):
        if name == b"IHDR" and len(body) >= 9:
            found.bit_depth = body[8]
        elif name in (b"tEXt", b"zTXt", b"iTXt"):
            text = _png_text(name, body)
            if text is not None:
                if text[0] == "XML:com.adobe.xmp":
                    found.xmp = text[1].encode("utf-8", "replace")
                else:
                    found.texts.append(text)
        elif name == b"eXIf":
            found.exif = body
        elif name == b"caBX":
            found.has_c2pa = True
        elif name == b"IEND":
            found.trailing, found.is_cut = len(data) - end, False
    return found


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes, int]]:
    place = len(_PNG)
    for _ in range(MAX_PARTS):
        if place + 12 > len(data):
            return
        (length,) = struct.unpack_from(">I", data, place)
        end = place + 12 + length
        if end > len(data):
            return
        name = data[place + 4 : place + 8]
        yield name, data[place + 8 : place + 8 + length], end
        if name == b"IEND":
            return
        place = end


def _png_text(name: bytes, body: bytes) -> tuple[str, str] | None:
    keyword, _, rest = body.partition(b"\x00")
    encoding = "latin-1"
    if name == b"zTXt":
        rest = _unpack(rest[1:]) or b""
    elif name == b"iTXt":
        if len(rest) < 2:
            return None
        is_packed, rest = rest[0] == 1, rest[2:]
        rest = rest.split(b"\x00", 2)[-1]
        if is_packed:
            rest = _unpack(rest) or b""
        encoding = "utf-8"
    elif _is_utf8(rest):
        encoding = "utf-8"  # several generators write UTF-8 where Latin-1 is prescribed
    return keyword.decode("latin-1")[:79], rest[:MAX_TEXT].decode(encoding, "replace")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _unpack(data: bytes) -> bytes | None:
    unpacker = zlib.decompressobj()
    try:
        return unpacker.decompress(data, MAX_TEXT)
    except zlib.error:
        return None


def _jpeg(data: bytes) -> Container:
    found = Container("jpeg", is_cut=True)
    place = 2
    for _ in range(MAX_PARTS):
        start = data.find(b"\xff", place)
        if start < 0 or start + 1 >= len(data):
            return found
        marker = data[start + 1]
        if marker in (0x00, 0xFF) or marker in _WITHOUT_LENGTH:
            place = start + (1 if marker == 0xFF else 2)
            continue
        if marker == 0xD9:
            found.trailing, found.is_cut = len(data) - start - 2, False
            return found
        (length,) = struct.unpack_from(">H", data, start + 2)
        body = data[start + 4 : start + 2 + length]
        _jpeg_segment(found, marker, body)
        place = start + 2 + length
        if marker == 0xDA:
            place = _after_scan(data, place)
    return found


def _after_scan(data: bytes, place: int) -> int:
    """The next marker after entropy-coded data."""
    while True:
        place = data.find(b"\xff", place)
        if place < 0 or place + 1 >= len(data):
            return len(data)
        if data[place + 1] == 0 or 0xD0 <= data[place + 1] <= 0xD7:
            place += 2
        else:
            return place


def _jpeg_segment(found: Container, marker: int, body: bytes) -> None:
    if 0xE0 <= marker <= 0xEF:
        name = body.split(b"\x00", 1)[0][:24]
        found.app_segments.append(f"APP{marker - 0xE0}:{name.decode('latin-1') if name.isalnum() else ''}")
        if marker == 0xE1 and body.startswith(b"Exif\x00\x00") and not found.exif:
            found.exif = body
        elif marker == 0xE1 and body.startswith(_XMP) and not found.xmp:
            found.xmp = body[len(_XMP) :]
        elif marker == 0xED and not found.photoshop:
            found.photoshop = body
        elif marker == 0xEB and body[:2] == b"JP" and body[12:16] == b"jumb":
            # JUMBF (ISO 19566-5): the description box follows; its type for a C2PA store begins with "c2pa".
            found.has_c2pa = found.has_c2pa or body[20:28] == b"jumdc2pa"
    elif marker == 0xFE:
        found.texts.append(("comment", body.decode("utf-8", "replace")))
    elif marker == 0xDB:
        _tables(found, body)
    elif marker in _FRAMES and len(body) >= 6:
        found.is_progressive = marker in (0xC2, 0xC6, 0xCA, 0xCE)
        parts = [body[6 + 3 * i : 9 + 3 * i] for i in range(body[5])]
        found.sampling = ",".join(f"{part[1] >> 4}x{part[1] & 15}" for part in parts if len(part) == 3)


def _tables(found: Container, body: bytes) -> None:
    place = 0
    while place < len(body):
        wide, number = body[place] >> 4, body[place] & 15
        size = 128 if wide else 64
        raw = body[place + 1 : place + 1 + size]
        if len(raw) < size:
            return
        found.quantisation[number] = list(struct.unpack(">64H", raw)) if wide else list(raw)
        place += 1 + size


def _webp(data: bytes) -> Container:
    found = Container("webp")
    place = 12
    for _ in range(MAX_PARTS):
        if place + 8 > len(data):
            break
        name = data[place : place + 4]
        (length,) = struct.unpack_from("<I", data, place + 4)
        body = data[place + 8 : place + 8 + length]
        if name == b"EXIF":
            found.exif = body
        elif name == b"XMP ":
            found.xmp = body
        elif name == b"C2PA":
            found.has_c2pa = True
        place += 8 + length + (length & 1)
    found.is_cut = place > len(data) + 1
    return found


_XMP_BOX = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_C2PA_BOX = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")


def _iso(data: bytes) -> Container:
    """AVIF, HEIF and video: only the top boxes, for the one that carries C2PA."""
    found = Container("iso")
    place = 0
    for _ in range(MAX_PARTS):
        if place + 8 > len(data):
            break
        size, name = struct.unpack_from(">I4s", data, place)
        head = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, place + 8)
            head = 16
        elif size == 0:
            size = len(data) - place
        if size < head:
            break
        if name == b"uuid" and data[place + head : place + head + 16] == _C2PA_BOX:
            found.has_c2pa = True
        elif name == b"uuid" and data[place + head : place + head + 16] == _XMP_BOX:
            found.xmp = data[place + head + 16 : place + size][:MAX_TEXT]
        place += size
    found.is_cut = place != len(data)
    return found
