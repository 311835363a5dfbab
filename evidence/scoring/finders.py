"""An imported finder of faces: YuNet (Wu et al. 2023) run by OpenCV. Used in the child process.

It finds turned, small and half-covered faces that the cascades miss, and is several times quicker on large pictures.
Its boxes are turned into those of the cascades, on which the detectors were calibrated.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from evidence.digest import from_json
from evidence.errors import EvidenceError
from evidence.scoring.detector import SelfTest
from evidence.scoring.drawn import draw_face

SURE = 0.75
"""Confidence from which a box is taken for a face; on 420 labelled faces the lowest was 0.79."""
_LEAST_SURE = 0.5
_SIDE_OF_HEIGHT, _UP_OF_HEIGHT = 0.915, -0.018
"""Median over 346 faces that both found: the cascade's square and its middle, as parts of YuNet's box height."""
MOST_TURNED = 0.35
"""Distance of the nose from the middle of the eyes, in distances of the eyes, above which a face is turned away."""
MOST_TILTED_DEG = 25.0
MOST_OUTSIDE = 0.15
"""Part of a face's side that may lie outside the picture."""
_PADDING = 32


@dataclass(frozen=True, slots=True)
class Found:
    """A face: its square box (left, top, side, side) in pixels, and what keeps it from being assessed."""

    box: tuple[int, int, int, int]
    reasons: tuple[str, ...]


class Finder:
    """Finds faces in a picture of any size, in a copy of at most ``look_side`` pixels on its longer side."""

    def __init__(self, model: bytes, look_side: int) -> None:
        self._look_side = look_side
        try:
            nothing = np.empty(0, np.uint8)
            self._net = cv2.FaceDetectorYN.create(
                "onnx", np.frombuffer(model, np.uint8), nothing, (320, 320), _LEAST_SURE, 0.3, 500
            )
        except cv2.error as problem:
            raise EvidenceError("scoring.model_refused") from problem

    def find(self, rgb: NDArray[np.uint8]) -> list[Found]:
        """The faces, largest first. Raises :class:`EvidenceError` ``scoring.model_refused``."""
        longer = max(rgb.shape[:2])
        scale = self._look_side / longer if longer > self._look_side else max(1.0, min(4.0, 320 / longer))
        look = rgb
        if scale != 1:
            way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
            look = np.asarray(cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=way), np.uint8)
        bgr = cv2.cvtColor(look, cv2.COLOR_RGB2BGR)
        bgr = cv2.copyMakeBorder(bgr, _PADDING, _PADDING, _PADDING, _PADDING, cv2.BORDER_REPLICATE)
        try:
            self._net.setInputSize((bgr.shape[1], bgr.shape[0]))
            rows: object = self._net.detect(bgr)[1]  # None without a face, which the stubs do not say
        except cv2.error as problem:
            raise EvidenceError("scoring.model_refused") from problem
        if rows is None:
            return []
        told = np.asarray(rows, np.float64)
        if told.ndim != 2 or told.shape[1] != 15 or not np.isfinite(told).all() or np.abs(told).max() > 1e6:
            raise EvidenceError("scoring.model_refused")
        told[:, [0, 1, *range(4, 14)]] -= _PADDING
        told[:, :14] /= scale
        return sorted((_found(row, rgb.shape) for row in told), key=lambda face: (-face.box[2], face.box))


def _found(row: NDArray[np.float64], shape: tuple[int, ...]) -> Found:
    x, y, w, h = row[:4]
    side = _SIDE_OF_HEIGHT * h
    middle_x, middle_y = x + w / 2, y + h / 2 + _UP_OF_HEIGHT * h
    box = (round(middle_x - side / 2), round(middle_y - side / 2), round(side), round(side))
    right_eye, left_eye, nose = row[4:6], row[6:8], row[8:10]
    across = left_eye - right_eye
    between = max(float(np.hypot(*across)), 1e-6)
    turned = abs(float((nose - (left_eye + right_eye) / 2) @ across)) / between**2
    tilt = abs(math.degrees(math.atan2(float(across[1]), float(across[0]))))
    reasons = []
    if row[14] < SURE:
        reasons.append("not_surely_a_face")
    # Eyes nearer to each other than a tenth of the face's height: a profile, whatever the nose says.
    if turned > MOST_TURNED or tilt > MOST_TILTED_DEG or between < 0.12 * h:
        reasons.append("turned_away")
    outside = max(-box[0], -box[1], box[0] + box[2] - shape[1], box[1] + box[3] - shape[0])
    if outside > MOST_OUTSIDE * box[2]:
        reasons.append("cut_off")
    return Found(box, tuple(reasons))


def open_finder(folder: Path, model_sha256: str, look_side: int) -> Finder:
    """Read, compare, open and self-test the model of a pack of the task ``face_detection``.

    Raises :class:`EvidenceError` ``scoring.pack_altered``, ``scoring.model_refused`` or ``scoring.selftest_failed``.
    """
    model = (folder / "model.onnx").read_bytes()
    if hashlib.sha256(model).hexdigest() != model_sha256:
        raise EvidenceError("scoring.pack_altered", pack=folder.name)
    return tested_finder(model, json.loads((folder / "selftest.json").read_bytes()), folder.name, look_side)


def tested_finder(model: bytes, test: object, name: str, look_side: int) -> Finder:
    """Open a finder and let it find a drawn face where its pack says that it lies.

    In ``selftest.json``, ``seed`` is the drawn person, ``size`` the side of the square picture in pixels, and
    ``logits`` are left, top and side of the face as shares of it. Raises :class:`EvidenceError`
    ``scoring.model_refused`` or ``scoring.selftest_failed``.
    """
    try:
        told = from_json(test, SelfTest)
    except EvidenceError as problem:
        raise EvidenceError("scoring.selftest_failed", pack=name) from problem
    if not (len(told.logits) == 3 and 64 <= told.size <= 1024 and 0 <= told.seed < 100 and 0 < told.tolerance <= 0.02):
        raise EvidenceError("scoring.selftest_failed", pack=name)
    finder = Finder(model, look_side)
    faces = finder.find(selftest_scene(told.seed, told.size))
    if len(faces) != 1:
        raise EvidenceError("scoring.selftest_failed", pack=name)
    given = np.array(faces[0].box[:3]) / told.size
    if np.abs(given - np.array(told.logits)).max() > told.tolerance:
        raise EvidenceError("scoring.selftest_failed", pack=name)
    return finder


def selftest_scene(person: int, size: int) -> NDArray[np.uint8]:
    """One drawn face, a third of the picture high."""
    return draw_face(size // 3, (size, size), person=person)
