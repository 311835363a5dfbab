"""What the child process does with a picture. Imported there, and nowhere else.

Pillow is told which one format to expect, so that a disguised file cannot reach a decoder that nobody meant to run.
"""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Mapping
from io import BytesIO

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from evidence.errors import EvidenceError
from evidence.media.codes import codes_job
from evidence.media.limits import MediaLimits
from evidence.media.metadata import metadata_job
from evidence.media.sniffing import HEAD_SIZE, sniff
from evidence.media.wire import Message
from evidence.media.worker import Handler

FORMATS = {
    "image/jpeg": ("JPEG", "MPO"), "image/png": ("PNG",), "image/webp": ("WEBP",), "image/gif": ("GIF",),
    "image/bmp": ("BMP",), "image/x-ms-bmp": ("BMP",), "image/tiff": ("TIFF",), "image/avif": ("AVIF",),
    "image/heic": ("HEIF",), "image/heif": ("HEIF",), "image/apng": ("PNG",), "image/x-icon": ("ICO",),
    "image/jpx": ("JPEG2000",),
}  # fmt: skip
"""Media type to the decoders that may see it."""

# One thread, as everywhere in the child; pictures inside the picture are not looked at.
pillow_heif.options.DECODE_THREADS = 1
pillow_heif.options.THUMBNAILS = False
pillow_heif.options.DEPTH_IMAGES = False
pillow_heif.options.AUX_IMAGES = False
pillow_heif.register_heif_opener()

BLUR_SIDE = 16
"""A blurred preview carries no more than this many pixels on its longer side."""

# Everything that Pillow's readers are known to raise on damaged or hostile files; anything else ends the child,
# which the parent reports too.
DAMAGED = (
    UnidentifiedImageError, OSError, SyntaxError, ValueError, TypeError, IndexError, KeyError, EOFError,
    OverflowError, ZeroDivisionError, AttributeError, NotImplementedError, struct.error, zlib.error,
)  # fmt: skip


def open_image(data: bytes | bytearray, limits: MediaLimits) -> tuple[Image.Image, str]:
    """Open a picture without decoding its pixels; the bounds are checked on what its header claims.

    Raises :class:`EvidenceError` ``media.unsupported``, ``media.undecodable``, ``media.too_many_pixels``,
    ``media.too_many_frames``.
    """
    media_type = sniff(bytes(data[:HEAD_SIZE]))
    formats = FORMATS.get(media_type)
    if formats is None:
        raise EvidenceError("media.unsupported", media_type=media_type)
    Image.MAX_IMAGE_PIXELS = limits.max_pixels
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(BytesIO(data), formats=formats)
            width, height = image.size
            frames = int(getattr(image, "n_frames", 1))
    except Image.DecompressionBombError as problem:
        raise EvidenceError("media.too_many_pixels", most=limits.max_pixels) from problem
    except DAMAGED as problem:
        raise EvidenceError("media.undecodable", media_type=media_type) from problem
    if width * height > limits.max_pixels or max(width, height) > limits.max_side:
        raise EvidenceError("media.too_many_pixels", most=limits.max_pixels)
    if frames > limits.max_frames:
        raise EvidenceError("media.too_many_frames", most=limits.max_frames)
    return image, media_type


def decode(data: bytes | bytearray, limits: MediaLimits) -> tuple[NDArray[np.uint8], Message]:
    """Decode the first frame to 8-bit RGB, upright, and say what was done to it.

    Raises what :func:`open_image` raises.
    """
    return decode_opened(*open_image(data, limits))


def decode_opened(image: Image.Image, media_type: str) -> tuple[NDArray[np.uint8], Message]:
    """The same of a picture that :func:`open_image` opened. Raises :class:`EvidenceError` ``media.undecodable``."""
    notes: list[str] = []
    facts: Message = {
        "media_type": media_type, "stored_width": image.size[0], "stored_height": image.size[1], "mode": image.mode,
        "frames": int(getattr(image, "n_frames", 1)), "notes": notes,
    }  # fmt: skip
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image.load()
            if facts["frames"] != 1:
                notes.append("first_frame_of_several")
            if image.getexif().get(0x0112, 1) not in (0, 1):
                image = ImageOps.exif_transpose(image)
                notes.append("turned_by_exif")
            rgb = np.asarray(_to_rgb(image, notes))
    except DAMAGED as problem:
        raise EvidenceError("media.undecodable", media_type=media_type) from problem
    return np.ascontiguousarray(rgb), facts


def _to_rgb(image: Image.Image, notes: list[str]) -> Image.Image:
    """Any mode as 8-bit RGB. A step that loses something leaves a note."""
    if image.mode.startswith(("I;16", "I", "F")):
        notes.append("reduced_to_8_bit")
        values = np.asarray(image).astype(np.float64)
        values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
        if image.mode == "F" or values.min() < 0 or values.max() > 65535:
            low, high = float(values.min()), float(values.max())
            scaled = (values - low) * (255.0 / (high - low)) if high > low else values * 0.0
        else:
            scaled = values / 257.0
        return Image.fromarray(np.rint(scaled).astype(np.uint8)).convert("RGB")
    if image.mode in ("CMYK", "YCCK", "LAB", "HSV"):
        notes.append("converted_from_" + image.mode.lower())
        return image.convert("RGB")
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        layered = image.convert("RGBA")
        if np.asarray(layered.getchannel("A")).min() < 255:
            notes.append("transparency_over_white")
            ground = Image.new("RGBA", layered.size, (255, 255, 255, 255))
            layered = Image.alpha_composite(ground, layered)
        return layered.convert("RGB")
    return image.convert("RGB")


def shrink(rgb: NDArray[np.uint8], max_side: int) -> Image.Image:
    """The picture with its longer side at most ``max_side`` pixels."""
    image = Image.fromarray(rgb)
    scale = max_side / max(image.size)
    if scale >= 1:
        return image
    size = (max(1, round(image.size[0] * scale)), max(1, round(image.size[1] * scale)))
    return image.resize(size, Image.Resampling.BOX, reducing_gap=2.0).convert("RGB")


def blur(image: Image.Image) -> Image.Image:
    """Blur so strongly that neither a face nor a word can be brought back, in greys: colours alone can tell enough.

    The picture is reduced to at most :data:`BLUR_SIDE` cells of 32 levels each, smoothed, and only then made large
    again: the information is gone, not hidden, and a sharpening filter finds nothing.
    """
    side = min(BLUR_SIDE, max(image.size))
    cells = np.asarray(shrink(np.asarray(image), side))
    coarse = Image.fromarray(((cells & 0xF8) | 0x04).astype(np.uint8)).convert("L")
    return coarse.resize(image.size, Image.Resampling.BICUBIC).convert("RGB")


def _decode_job(request: Message, body: bytearray, limits: MediaLimits) -> tuple[Message, memoryview]:
    rgb, facts = decode(body, limits)
    height, width = rgb.shape[:2]
    if rgb.nbytes > limits.max_output_bytes:
        raise EvidenceError("media.too_many_pixels", most=limits.max_output_bytes // 3)
    return {"width": width, "height": height, **facts}, memoryview(rgb.data).cast("B")


def _preview_job(request: Message, body: bytearray, limits: MediaLimits) -> tuple[Message, memoryview]:
    rgb, facts = decode(body, limits)
    image = shrink(rgb, int(str(request["max_side"])))
    if request["blurred"]:
        image = blur(image)
    if request["grey"]:
        image = image.convert("L").convert("RGB")
    pixels = np.ascontiguousarray(np.asarray(image))
    return {"width": image.size[0], "height": image.size[1], **facts}, memoryview(pixels.data).cast("B")


HANDLERS: Mapping[str, Handler] = {
    "decode": _decode_job, "preview": _preview_job, "codes": codes_job, "metadata": metadata_job,
}  # fmt: skip
