"""What a file declares about having been generated, where a law or a trade asks for it. Runs in the child process.

GB 45438-2025 (since September 2025): a JSON object ``AIGC`` in XMP, in the EXIF comment, in a PNG text or in the
metadata of a film. IPTC IIM 4.2 in Photoshop's resources (APP13). Declarations can be forged, and left out.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator

from evidence.scoring.generators import Finding, reading_of_software

_LABELS = {"1": "aigc.generated", "2": "aigc.possibly_generated", "3": "aigc.suspected_generated"}
_PHOTOSHOP = b"Photoshop 3.0\x00"
_IIM = {65: "iptc.program", 110: "iptc.credit", 115: "iptc.source", 80: "iptc.author"}
_MOST = 2000


def of_aigc(text: str) -> Iterator[Finding]:
    """Findings in the text of an ``AIGC`` field; nothing when it is none."""
    data = _json(text)
    if isinstance(data, dict):
        inner = next((value for name, value in data.items() if str(name).casefold() == "aigc"), data)
        data = _json(inner) if isinstance(inner, str) else inner
    if not isinstance(data, dict) or "Label" not in data or not {"ContentProducer", "ProduceID"} & set(data):
        return
    label = str(data["Label"])
    yield (_LABELS[label], "", "lead") if label in _LABELS else ("aigc.label", label, "lead")
    for name, kind in (("ContentProducer", "aigc.producer"), ("ContentPropagator", "aigc.propagator"),
                       ("ProduceID", "aigc.produce_id")):  # fmt: skip
        if value := str(data.get(name) or ""):
            yield kind, value, "lead" if kind != "aigc.propagator" else "context"


def of_photoshop(segment: bytes) -> Iterator[Finding]:
    """Findings in the IPTC-IIM record of an APP13 segment: credit, program, source."""
    if not segment.startswith(_PHOTOSHOP):
        return
    place = len(_PHOTOSHOP)
    for _ in range(_MOST):
        if segment[place : place + 4] != b"8BIM" or place + 12 > len(segment):
            return
        (number,) = struct.unpack_from(">H", segment, place + 4)
        place += 6 + (segment[place + 6] | 1) + 1
        if place + 4 > len(segment):
            return
        (size,) = struct.unpack_from(">I", segment, place)
        body = segment[place + 4 : place + 4 + size]
        if number == 0x0404:
            yield from _of_iim(body)
        place += 4 + size + (size & 1)


def _of_iim(record: bytes) -> Iterator[Finding]:
    place = 0
    for _ in range(_MOST):
        if place + 5 > len(record) or record[place] != 0x1C:
            return
        group, dataset, size = record[place + 1], record[place + 2], struct.unpack_from(">H", record, place + 3)[0]
        if size & 0x8000:
            return
        value = record[place + 5 : place + 5 + size].decode("utf-8", "replace").strip()
        if group == 2 and dataset in _IIM and value:
            yield _IIM[dataset], value, reading_of_software(value)
        place += 5 + size


def _json(text: str) -> object:
    if text.lstrip()[:1] != "{":
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
