"""Facts of provenance out of a file's own structure. Runs in the child process; facts are never mixed with pixels.

What is not there proves nothing: messengers strip metadata from nearly every picture that they carry.
"""

from __future__ import annotations

import re
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Iterator

from PIL import Image

from evidence.scoring.clipfacts import of_clip, of_graph
from evidence.scoring.containers import Container, read_container
from evidence.scoring.credentials import GENERATED_TYPES, IPTC_TYPES, read_credentials
from evidence.scoring.declared import of_aigc, of_photoshop
from evidence.scoring.generators import Finding, of_parameters, of_texts, reading_of_software
from evidence.scoring.recompression import measure_recompression

MAX_FACTS = 120
MAX_VALUE = 300
MOST_MEASURED = 40_000_000
"""Pixels; in larger pictures nobody looks for an earlier compression."""

_SCREENSHOT = re.compile(
    r"screen ?shot|gnome-screenshot|spectacle|flameshot|snipping|shutter|screencapture|capture d.écran|스크린샷", re.I
)
_EXIF_FIELDS = {0x0131: "exif.software", 0x0132: "exif.changed_at", 0x010E: "exif.description", 0x013B: "exif.artist"}
# Shorter x longer side of displays that are common on telephones and computers: a hint for readers, nothing more.
_SCREENS = {
    (720, 1280), (720, 1600), (750, 1334), (768, 1366), (828, 1792), (864, 1536), (900, 1440), (900, 1600),
    (1050, 1680), (1080, 1920), (1080, 2220), (1080, 2280), (1080, 2340), (1080, 2376), (1080, 2400), (1080, 2408),
    (1080, 2636), (1125, 2436), (1170, 2532), (1179, 2556), (1200, 1920), (1206, 2622), (1242, 2688), (1284, 2778),
    (1290, 2796), (1320, 2868), (1344, 2992), (1440, 2560), (1440, 2960), (1440, 3040), (1440, 3088), (1440, 3120),
    (1440, 3200), (1600, 2560), (1668, 2388), (2048, 2732), (2160, 3840),
}  # fmt: skip
# Longer sides to which photo modes of messengers reduce pictures: a hint that metadata was removed on the way.
_PHOTO_MODES = frozenset({1280, 1600, 2560})
# Luminance table of annex K of ITU-T T.81, in zigzag order: what libjpeg scales by its quality setting.
_ANNEX_K = (
    16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61,
    60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77, 113,
    121, 112, 100, 120, 92, 101, 103, 99,
)  # fmt: skip


def read_provenance(
    data: bytes | bytearray, size: tuple[int, int] | None = None, *, trust_anchors: str = ""
) -> list[Finding]:
    """The facts of a file, strongest first, at most :data:`MAX_FACTS`.

    ``size`` is the stored width and height, if they are known and within bounds; ``trust_anchors`` are the certificates
    (PEM) whose signers of content credentials are known. Values are data, not sentences; some kinds have none.
    """
    container = read_container(data)
    found = list(of_texts(container.texts))
    found += _of_c2pa(container, data, trust_anchors)
    found += _of_xmp(container.xmp)
    found += _of_exif(container.exif)
    found += _of_texts(container)
    found += of_photoshop(container.photoshop)
    found += of_clip(data)
    found += _of_structure(container)
    if size:
        found += _of_size(size, container, found)
        if size[0] * size[1] <= MOST_MEASURED:
            found += _of_recompression(data, container)
    if container.kind in ("png", "jpeg", "webp", "iso") and not any(reading == "lead" for _, _, reading in found):
        found.append(("generator.absent", "", "context"))
    order = {"validated": 0, "lead": 1, "context": 2, "not_an_indication": 3}
    unique = dict.fromkeys((kind, _plain(value), reading) for kind, value, reading in found)
    return sorted(unique, key=lambda finding: order[finding[2]])[:MAX_FACTS]


def jpeg_quality(container: Container) -> tuple[int, bool] | None:
    """The libjpeg quality (1 to 100) nearest to the luminance table, and whether it is exactly that table."""
    table = container.quantisation.get(0)
    if not table:
        return None
    best, least = 1, float("inf")
    for quality in range(1, 101):
        distance = sum(abs(a - b) for a, b in zip(table, _scaled(quality), strict=True))
        if distance <= least:
            best, least = quality, distance
    return best, least == 0


def _scaled(quality: int) -> list[int]:
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    return [min(255, max(1, (value * scale + 50) // 100)) for value in _ANNEX_K]


def _of_recompression(data: bytes | bytearray, container: Container) -> Iterator[Finding]:
    """Whether an earlier compression is seen; the picture's bounds were checked, so that this may decode it."""
    measured = measure_recompression(data, container, _TABLES) if container.kind == "jpeg" else None
    if measured is not None and measured.is_seen:
        yield "jpeg.compressed_before", str(measured.quality), "context"
    elif measured is not None:
        yield "jpeg.compressed_before.absent", "", "context"


def _of_c2pa(container: Container, data: bytes | bytearray, trust_anchors: str) -> Iterator[Finding]:
    if container.has_c2pa:
        yield from read_credentials(data, trust_anchors)
    elif container.kind in ("png", "jpeg", "webp", "iso"):
        yield "c2pa.absent", "", "context"


def _of_xmp(packet: bytes) -> Iterator[Finding]:
    """Generator, source type and editor in an XMP packet (ISO 16684-1)."""
    if not packet or b"<!DOCTYPE" in packet or b"<!ENTITY" in packet or len(packet) > 4 << 20:
        return
    start = packet.find(b"<x:xmpmeta")
    start = start if start >= 0 else packet.find(b"<rdf:RDF")
    try:
        root = ET.fromstring(packet[max(start, 0) :].split(b"<?xpacket end")[0].strip(b"\x00 \r\n\t"))  # noqa: S314 no entities
    except (ET.ParseError, ValueError, LookupError):
        yield "xmp.unreadable", str(len(packet)), "context"
        return
    for element in root.iter():
        pairs = [*element.attrib.items(), (element.tag, element.text or "".join(element.itertext())[:500])]
        for name, value in pairs:
            yield from _of_xmp_property(name.rpartition("}")[2], str(value or "").strip())


def _of_xmp_property(name: str, value: str) -> Iterator[Finding]:
    if not value:
        return
    if name == "DigitalSourceType":
        kind = value.removeprefix(IPTC_TYPES).rpartition("/")[2]
        yield "xmp.digital_source_type", kind, "lead" if kind in GENERATED_TYPES else "context"
    elif name in ("CreatorTool", "softwareAgent", "Credit", "AISystemUsed"):
        yield f"xmp.{_snake(name)}", value, reading_of_software(value)
    elif name == "AIGC":
        yield from of_aigc(value)
    elif name == "UserComment":
        yield from of_parameters(value)
        yield from of_aigc(value)
        if _SCREENSHOT.search(value):
            yield "screenshot.named", value, "context"


def _of_exif(raw: bytes) -> Iterator[Finding]:
    if not raw:
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            loaded = Image.Exif()
            loaded.load(raw)
            exif, inner = dict(loaded), dict(loaded.get_ifd(0x8769))
            has_place = bool(loaded.get_ifd(0x8825))
    except (SyntaxError, ValueError, TypeError, KeyError, IndexError, OSError, EOFError, AttributeError, OverflowError):
        yield "exif.unreadable", str(len(raw)), "context"
        return
    words = [_text(exif.get(tag)) for tag in (0x010F, 0x0110)]
    graphs = [word.partition(":")[::2] for word in words if word.casefold().startswith(("prompt:{", "workflow:{"))]
    # ComfyUI's node for moving pictures writes its graph where cameras write their names.
    yield from of_texts([(name.casefold(), graph) for name, graph in graphs])
    camera = "" if graphs else " ".join(words).strip()
    if camera:
        yield "exif.camera", camera, "context"
    for tag, kind in _EXIF_FIELDS.items():
        value = _text(exif.get(tag))
        if not value:
            continue
        yield kind, value, reading_of_software(value) if kind == "exif.software" else "context"
        if tag == 0x010E:
            yield from of_parameters(value)
    if taken := _text(inner.get(0x9003)):
        yield "exif.taken_at", taken + _text(inner.get(0x9011)), "context"
    if has_place:
        yield "exif.place", "", "context"
    comment = _user_comment(inner.get(0x9286))
    if comment:
        yield from of_parameters(comment)
        yield from of_graph(comment)
        yield from of_aigc(comment)
        if _SCREENSHOT.search(comment):
            yield "screenshot.named", comment, "context"


def _user_comment(value: object) -> str:
    """EXIF UserComment: eight bytes name the code, then the text (CIPA DC-008, 4.6.6)."""
    if not isinstance(value, bytes):
        return _text(value)
    code, body = value[:8], value[8:]
    if code.startswith(b"UNICODE"):
        encodings = ("utf-16-be", "utf-16-le")
        decoded = [body.decode(encoding, "replace") for encoding in encodings]
        return max(decoded, key=lambda text: sum(character.isascii() for character in text)).strip("\x00 ")
    return (body if code.startswith((b"ASCII", b"\x00")) else value).decode("utf-8", "replace").strip("\x00 ")


def _of_texts(container: Container) -> Iterator[Finding]:
    for key, value in container.texts:
        if key == "Software":
            yield "png.software", value, reading_of_software(value)
            if _SCREENSHOT.search(value):
                yield "screenshot.named", value, "context"
        elif key == "AIGC":
            yield from of_aigc(value)
        elif key == "comment":
            yield "jpeg.comment", value, "context"
    keys = sorted({key for key, _ in container.texts if key != "comment"})
    if keys:
        yield "png.text_chunks", ", ".join(keys[:20]), "context"


def _of_structure(container: Container) -> Iterator[Finding]:
    if container.kind == "jpeg":
        quality = jpeg_quality(container)
        if quality:
            yield "jpeg.quality" if quality[1] else "jpeg.quality_about", str(quality[0]), "context"
        if container.is_progressive:
            yield "jpeg.progressive", "", "context"
        if container.sampling:
            yield "jpeg.sampling", container.sampling, "context"
        if all(name.startswith(("APP0", "APP14")) for name in container.app_segments) and not container.exif:
            yield "jpeg.bare", "", "not_an_indication"
    if container.bit_depth != 8:
        yield "png.bit_depth", str(container.bit_depth), "context"
    if container.trailing > 16:
        yield "container.trailing_bytes", str(container.trailing), "context"
    if container.is_cut and container.kind in ("png", "jpeg", "webp", "damaged"):
        yield "container.cut_off", container.kind, "context"


def _of_size(size: tuple[int, int], container: Container, found: list[Finding]) -> Iterator[Finding]:
    short, long = sorted(size)
    if any(kind in ("exif.camera", "generator.name") for kind, _, _ in found):
        return
    if (short, long) in _SCREENS:
        yield "screenshot.size", f"{size[0]}x{size[1]}", "context"
    elif container.kind == "jpeg" and not container.exif and not container.xmp and long in _PHOTO_MODES:
        yield "route.photo_mode_size", f"{size[0]}x{size[1]}", "context"
    elif container.kind in ("png", "webp") and min(size) >= 512 and short % 64 == 0 and long % 64 == 0:
        yield "size.multiple_of_64", f"{size[0]}x{size[1]}", "context"


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return str(value).strip("\x00 ") if isinstance(value, str | int | float) else ""


def _plain(value: str) -> str:
    """One line of printable characters, shortened."""
    line = " ".join("".join(c if c.isprintable() else " " for c in str(value)[: MAX_VALUE * 4]).split())
    return line if len(line) <= MAX_VALUE else line[: MAX_VALUE - 1] + "…"


_TABLES = {quality: _scaled(quality) for quality in range(30, 100)}
"""Luminance tables of libjpeg by quality: what an earlier compression is looked for with."""
