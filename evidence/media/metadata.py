"""What a picture says about itself, read in the child process: EXIF, text of PNG, colour profile. None is believed."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from PIL import ExifTags, Image

from evidence.errors import EvidenceError
from evidence.media.limits import MediaLimits
from evidence.media.wire import Message

_MOST = 300
_LONGEST = 300
_IFDS = {"exif": ExifTags.IFD.Exif, "gps": ExifTags.IFD.GPSInfo, "interop": ExifTags.IFD.Interop}
_LEFT_OUT = {"ExifOffset", "GPSInfo", "MakerNote", "ExifInteroperabilityOffset", "UserComment"}


def read_metadata(image: Image.Image) -> dict[str, str]:
    """Names and values as text, at most 300 of 300 characters; binary values as their length."""
    found: dict[str, str] = {}
    exif = image.getexif()
    _collect(found, "image", exif, ExifTags.TAGS)
    for name, ifd in _IFDS.items():
        _collect(found, name, exif.get_ifd(ifd), ExifTags.GPSTAGS if name == "gps" else ExifTags.TAGS)
    for key, value in image.info.items():
        if key in ("exif", "icc_profile", "xmp", "photoshop") and isinstance(value, bytes | str):
            found.setdefault(f"block.{key}", f"{len(value)} bytes")
        elif isinstance(value, str) and isinstance(key, str):
            found.setdefault(f"text.{key}"[:60], _text(value))
    return dict(list(found.items())[:_MOST])


def _collect(found: dict[str, str], group: str, values: Mapping[int, Any], names: Mapping[int, str]) -> None:
    for tag, value in values.items():
        name = names.get(tag, f"0x{tag:04x}")
        if name not in _LEFT_OUT:
            found[f"{group}.{name}"[:60]] = _text(value)


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, tuple):
        return " ".join(_text(part) for part in value)[:_LONGEST]
    words = str(value).replace("\0", " ").strip()
    return "".join(character if character.isprintable() else " " for character in words)[:_LONGEST]


def metadata_job(_request: Message, body: bytearray, limits: MediaLimits) -> tuple[Message, bytes]:
    """What the child answers about a picture."""
    from evidence.media.decoding import DAMAGED, open_image

    image, media_type = open_image(body, limits)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            metadata = read_metadata(image)
    except DAMAGED as problem:
        raise EvidenceError("media.undecodable", media_type=media_type) from problem
    facts: Message = {
        "media_type": media_type, "width": image.size[0], "height": image.size[1], "mode": image.mode,
        "frames": int(getattr(image, "n_frames", 1)), "metadata": metadata,
    }  # fmt: skip
    return facts, b""
