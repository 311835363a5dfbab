"""Illustrations of a picture's own noise and compression, and where a score came from. Runs in the child process.

None of these is a classifier: on pictures that were compressed again they show mostly the compression.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from evidence.scoring.detector import Detector, Faces

GRID = 8
AGAINST, SPOKE_FOR = (0, 60, 110), (200, 90, 0)
"""Blue where hiding a place raised the output, orange where it lowered it: told apart without red and green."""
STRONGEST = 0.65
Pixels = NDArray[np.uint8]


def occlusion(detector: Detector, face: NDArray[np.float32]) -> tuple[float, NDArray[np.float32]]:
    """The face's logit, and for each cell of an 8 x 8 grid how much it falls when the cell is hidden.

    A hidden cell takes the face's mean colour (Zeiler and Fergus 2014). Positive: the cell spoke for manipulation.
    """
    size = face.shape[1]
    edges = np.linspace(0, size, GRID + 1).round().astype(int)
    ground = face.mean(axis=(1, 2), keepdims=True)
    hidden: Faces = np.repeat(face[None], GRID * GRID, axis=0)
    for place in range(GRID * GRID):
        row, column = divmod(place, GRID)
        hidden[place, :, edges[row] : edges[row + 1], edges[column] : edges[column + 1]] = ground
    base = float(detector.logits(face[None])[0])
    return base, (base - detector.logits(hidden)).reshape(GRID, GRID).astype(np.float32)


def error_level(rgb: NDArray[np.uint8], quality: int = 90) -> NDArray[np.uint8]:
    """How much each place changes when the picture is compressed once more (error level analysis, Krawetz 2007)."""
    _, data = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    again = cv2.cvtColor(np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8), cv2.COLOR_BGR2RGB)
    return _stretched(np.abs(rgb.astype(np.int16) - again.astype(np.int16)).astype(np.float32))


def residual(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What a median filter of 3 x 3 takes away: noise and fine edges."""
    smooth = np.asarray(cv2.medianBlur(rgb, 3), np.int16)
    return _stretched(np.abs(rgb.astype(np.int16) - smooth).astype(np.float32))


def mean_spectrum(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The mean over up to 36 tiles of 64 x 64 pixels of the picture's log power by spatial frequency, in 12 rings.

    A picture's way to us is written in it (sensor, size, compression): a control, not a detector.
    """
    grey = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.float32)
    lack = [max(0, 64 - side) for side in grey.shape]
    grey = np.pad(grey, [(0, lack[0]), (0, lack[1])], mode="edge")
    tops, lefts = (np.unique(np.linspace(0, side - 64, 6).astype(int)) for side in grey.shape)
    window = np.outer(np.hanning(64), np.hanning(64))
    y, x = np.mgrid[0:64, 0:33]
    ring = np.minimum(np.hypot(np.minimum(y, 64 - y), x) * (12 / 32.0), 11).astype(int)
    power = np.mean([
        np.abs(np.fft.rfft2((tile - tile.mean()) * window)) ** 2
        for tile in (grey[top : top + 64, left : left + 64] for top in tops for left in lefts)
    ], axis=0)  # fmt: skip
    rings = np.bincount(ring.ravel(), power.ravel(), 12) / np.bincount(ring.ravel(), minlength=12)
    return np.log1p(rings).astype(np.float32)


def _stretched(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    top = max(float(np.percentile(values, 99.5)), 4.0)
    return np.asarray(np.clip(values * (255.0 / top), 0, 255), np.uint8)


LAYERS = {"error_level": error_level, "residual": residual}


def drawn_map(rgb: Pixels, square: tuple[int, int, int], grid: NDArray[np.float32]) -> Pixels:
    """The picture without colours, and over the face's ``square`` (left, top, side) the grid of an occlusion map."""
    grey = cv2.cvtColor(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    left, top, side = square
    scale = float(np.abs(grid).max())
    if scale > 0:
        strength = cv2.resize(grid / scale, (side, side), interpolation=cv2.INTER_LINEAR).astype(np.float32)
        inside = grey[top : top + side, left : left + side].astype(np.float32)
        colour = np.where(strength[..., None] > 0, np.array(SPOKE_FOR, np.float32), np.array(AGAINST, np.float32))
        share = np.abs(strength)[: inside.shape[0], : inside.shape[1], None] * STRONGEST
        mixed = inside * (1 - share) + colour[: inside.shape[0], : inside.shape[1]] * share
        grey[top : top + side, left : left + side] = np.clip(mixed, 0, 255).astype(np.uint8)
    line = max(1, min(rgb.shape[:2]) // 300)
    cv2.rectangle(grey, (left, top), (left + side - 1, top + side - 1), (255, 255, 255), line)
    return np.ascontiguousarray(grey)


def finished(picture: Pixels, *, max_side: int, is_blurred: bool) -> Pixels:
    """Made smaller and, for a preview, blurred as every preview is; ``max_side`` 0 leaves the size."""
    from evidence.media.decoding import blur, shrink

    if not max_side and not is_blurred:
        return picture
    image = shrink(picture, max_side or max(picture.shape[:2]))
    return np.ascontiguousarray(np.asarray(blur(image) if is_blurred else image))
