"""Manipulations of one face, made on the spot: does a detector rank them above the very picture they were made from?

Runs in the child process. They are simpler than, and not the same code as, what the detectors were trained on.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from evidence.scoring.faces import Box

Pixels = NDArray[np.uint8]


def _self_blend(face: Pixels) -> Pixels:
    """The face over itself: moved by 2 %, 4 % larger, a little warmer and softer (after Shiohara and Yamasaki 2022)."""
    height, width = face.shape[:2]
    grown = cv2.getRotationMatrix2D((width / 2, height / 2), 1.5, 1.04)
    grown[:, 2] += (0.02 * width, -0.01 * height)
    moved = cv2.warpAffine(face, grown, (width, height), borderMode=cv2.BORDER_REFLECT)
    warmer = cv2.GaussianBlur(moved, (0, 0), 0.8).astype(np.float32) * np.array([1.05, 1.0, 0.95], np.float32)
    return np.asarray(np.clip(warmer, 0, 255), np.uint8)


def _enlarged(face: Pixels) -> Pixels:
    """The face made at 64 pixels and enlarged, as many programs that exchange faces do."""
    height, width = face.shape[:2]
    small = cv2.resize(face, (64, 64), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def _smoothed(face: Pixels) -> Pixels:
    """Skin without its texture, edges sharpened: as programs that beautify and restore faces do."""
    flat = cv2.bilateralFilter(face, 9, 30, 7)
    edges = flat.astype(np.float32) * 1.6 - cv2.GaussianBlur(flat, (0, 0), 1.5).astype(np.float32) * 0.6
    return np.asarray(np.clip(edges, 0, 255), np.uint8)


MANIPULATIONS: dict[str, Callable[[Pixels], Pixels]] = {
    "self_blend": _self_blend,
    "enlarged": _enlarged,
    "smoothed": _smoothed,
}


def manipulated(rgb: Pixels, box: Box, name: str) -> Pixels:
    """A copy of the picture in which the inner face was manipulated and blended in with a soft edge."""
    x, y, w, h = box.x, box.y, box.width, box.height
    face = np.ascontiguousarray(rgb[y : y + h, x : x + w])
    mask = np.zeros((h, w), np.float32)
    cv2.ellipse(mask, (w // 2, h // 2), (int(w * 0.36), int(h * 0.42)), 0, 0, 360, 1.0, -1)
    mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), max(1.0, 0.03 * w)), np.float32)[..., None]
    altered = rgb.copy()
    blended = face * (1 - mask) + MANIPULATIONS[name](face) * mask
    altered[y : y + h, x : x + w] = np.clip(blended + 0.5, 0, 255).astype(np.uint8)
    return altered
