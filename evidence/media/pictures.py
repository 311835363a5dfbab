"""Pictures out of untrusted files, by way of a child process.

What reaches this process is a rectangle of raw pixels with the announced size, never the file: a preview is encoded
here, from those pixels, so that whoever shows it decodes nothing of a stranger's making.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

from evidence.errors import EvidenceError
from evidence.media.child import MediaWorker
from evidence.media.limits import MediaLimits
from evidence.media.wire import Message
from evidence.model import Exposure

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SMALL_SIDE = 160
"""Longer side of a small preview, in pixels."""


@dataclass(frozen=True, slots=True, eq=False)
class DecodedImage:
    """A picture as pixels: upright, 8-bit RGB, first frame. ``notes`` name what decoding changed or left out."""

    rgb: NDArray[np.uint8]
    """Height x width x 3."""
    media_type: str
    stored_width: int
    stored_height: int
    mode: str
    """Pillow's name for how the pixels are stored: ``RGB``, ``P``, ``CMYK``, ``I;16`` …"""
    frames: int
    notes: tuple[str, ...]
    """``first_frame_of_several``, ``turned_by_exif``, ``reduced_to_8_bit``, ``converted_from_cmyk``,
    ``transparency_over_white`` …"""

    @property
    def width(self) -> int:
        return int(self.rgb.shape[1])

    @property
    def height(self) -> int:
        return int(self.rgb.shape[0])


def decode_image(
    stream: BinaryIO,
    *,
    worker: MediaWorker,
    limits: MediaLimits | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> DecodedImage:
    """Decode the picture in ``stream`` from its present position, in the child.

    Raises :class:`EvidenceError` ``media.unsupported``, ``media.undecodable``, ``media.too_large``,
    ``media.too_many_pixels``, ``media.too_many_frames``, ``media.out_of_time``, ``media.out_of_memory``,
    ``media.decoder_crashed``, ``media.decoder_missing``, and :class:`evidence.errors.CancelledError`.
    """
    limits = limits or MediaLimits()
    answer, body = worker.request("decode", stream, limits, cancelled)
    notes = answer.get("notes")
    if not isinstance(notes, list) or len(notes) > 20:
        raise EvidenceError("media.decoder_crashed")
    return DecodedImage(
        rgb=pixels_of(answer, body, limits),
        media_type=text_of(answer, "media_type"),
        stored_width=number_of(answer, "stored_width"),
        stored_height=number_of(answer, "stored_height"),
        mode=text_of(answer, "mode"),
        frames=number_of(answer, "frames"),
        notes=tuple(str(note)[:60] for note in notes),
    )


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What a picture says about itself; nothing of it is believed."""

    media_type: str
    width: int
    height: int
    mode: str
    frames: int
    metadata: dict[str, str]
    """``exif.DateTimeOriginal``, ``gps.GPSLatitude``, ``image.Make``, ``text.…``, ``block.xmp`` … to their values."""


def picture_facts(
    stream: BinaryIO, *, worker: MediaWorker, limits: MediaLimits | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> PictureFacts:  # fmt: skip
    """What the picture in ``stream`` says about itself. Raises as :func:`decode_image`."""
    answer, _body = worker.request("metadata", stream, limits or MediaLimits(), cancelled)
    metadata = answer.get("metadata")
    if not isinstance(metadata, dict) or len(metadata) > 300:
        raise EvidenceError("media.decoder_crashed")
    return PictureFacts(
        media_type=text_of(answer, "media_type"), width=number_of(answer, "width"), height=number_of(answer, "height"),
        mode=text_of(answer, "mode"), frames=number_of(answer, "frames"),
        metadata={str(name)[:60]: str(value)[:300] for name, value in metadata.items()},
    )  # fmt: skip


def preview(
    stream: BinaryIO,
    *,
    worker: MediaWorker,
    max_side: int = 1024,
    exposure: Exposure = Exposure.BLURRED,
    grey: bool = False,
    image_format: str = "JPEG",
    limits: MediaLimits | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> bytes:
    """A picture for screen or report as ``JPEG`` or ``PNG`` bytes, its longer side at most ``max_side`` pixels.

    ``BLURRED`` is grey and cannot be undone (see :func:`evidence.media.decoding.blur`); ``SMALL`` is at most
    :data:`SMALL_SIDE` pixels; ``GREY`` is without colours; ``FULL`` is the whole picture within ``max_side``. The bytes
    carry no metadata.
    Raises as :func:`decode_image`; ``ValueError`` for ``LEFT_OUT`` (there is nothing to make), an unknown format or a
    side below 1.
    """
    if exposure is Exposure.LEFT_OUT or image_format not in ("JPEG", "PNG") or max_side < 1:
        raise ValueError(f"{exposure} {image_format} {max_side}")
    from PIL import Image

    limits = limits or MediaLimits()
    side = min(max_side, SMALL_SIDE) if exposure is Exposure.SMALL else max_side
    is_grey = grey or exposure is Exposure.GREY
    answer, body = worker.request(
        "preview", stream, limits, cancelled, max_side=side, blurred=exposure is Exposure.BLURRED, grey=is_grey
    )
    pixels = pixels_of(answer, body, limits)
    if max(pixels.shape[:2]) > side:
        raise EvidenceError("media.decoder_crashed")
    target = BytesIO()
    if image_format == "JPEG":
        Image.fromarray(pixels).save(target, "JPEG", quality=85, optimize=True)
    else:
        Image.fromarray(pixels).save(target, "PNG")
    return target.getvalue()


def pixels_of(answer: Message, body: bytearray, limits: MediaLimits) -> NDArray[np.uint8]:
    """The pixels that a child announced, if they are what it announced. Raises ``media.decoder_crashed``."""
    width, height = number_of(answer, "width"), number_of(answer, "height")
    if not (0 < width <= limits.max_side and 0 < height <= limits.max_side) or len(body) != width * height * 3:
        raise EvidenceError("media.decoder_crashed")
    import numpy as np

    return np.frombuffer(body, dtype=np.uint8).reshape(height, width, 3)


def number_of(answer: Message, name: str) -> int:
    """A whole number of the answer, at least 0. Raises ``media.decoder_crashed``."""
    value = answer.get(name)
    if not isinstance(value, int) or value < 0:
        raise EvidenceError("media.decoder_crashed")
    return value


def text_of(answer: Message, name: str) -> str:
    """A short text of the answer. Raises ``media.decoder_crashed``."""
    value = answer.get(name)
    if not isinstance(value, str) or len(value) > 200:
        raise EvidenceError("media.decoder_crashed")
    return value
