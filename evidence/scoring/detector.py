"""The seam behind which every detector stands, and the two engines that run one. Used in the child process."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from evidence.digest import from_json
from evidence.errors import EvidenceError


@dataclass(frozen=True, slots=True)
class SelfTest:
    """The content of ``selftest.json``: inputs by seed, and what the model must answer."""

    seed: int
    size: int
    logits: list[float]
    tolerance: float


Faces = NDArray[np.float32]
"""n x 3 x size x size, RGB from 0 to 1."""


class Detector(Protocol):
    """Gives each face one raw logit: higher is more like what the detector was made to find."""

    def logits(self, faces: Faces) -> NDArray[np.float32]:
        """One logit for each of ``faces``."""
        ...


class OnnxDetector:
    """A model run by onnxruntime on one thread of the processor, so that it repeats itself exactly."""

    def __init__(self, model: bytes) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        try:
            self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except Exception as problem:  # onnxruntime's errors share no public base but Exception
            raise EvidenceError("scoring.model_refused") from problem
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        if len(inputs) != 1 or len(outputs) != 1:
            raise EvidenceError("scoring.model_refused")
        self._input = inputs[0].name

    def logits(self, faces: Faces) -> NDArray[np.float32]:
        """One logit for each of ``faces``. Raises :class:`EvidenceError` ``scoring.model_refused``."""
        # One face at a time: a face's score does not depend on who else is in the picture, to the last bit.
        return np.array(
            [_one_logit(self._session.run(None, {self._input: face[None]})[0]) for face in faces], np.float32
        )


class MirroredDetector:
    """Asks twice, the second time in the mirror, and takes the mean: steadier by a little."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector

    def logits(self, faces: Faces) -> NDArray[np.float32]:
        """One logit for each of ``faces``."""
        mirrored = np.ascontiguousarray(faces[..., ::-1])
        return np.asarray((self._detector.logits(faces) + self._detector.logits(mirrored)) / 2, np.float32)


class OpenCvDetector:
    """The same model run by OpenCV: the second engine, which must agree with the first to 1e-4."""

    def __init__(self, model: bytes) -> None:
        try:
            self._net = cv2.dnn.readNetFromONNX(np.frombuffer(model, np.uint8))
        except cv2.error as problem:
            raise EvidenceError("scoring.model_refused") from problem

    def logits(self, faces: Faces) -> NDArray[np.float32]:
        """One logit for each of ``faces``. Raises :class:`EvidenceError` ``scoring.model_refused``."""
        found = []
        for face in faces:
            self._net.setInput(np.ascontiguousarray(face[None]))
            found.append(_one_logit(self._net.forward()))
        return np.array(found, np.float32)


def _one_logit(output: object) -> float:
    values = np.asarray(output, np.float32).ravel()
    if values.size != 1 or not np.isfinite(values[0]):
        raise EvidenceError("scoring.model_refused")
    return float(values[0])


def open_detector(folder: Path, model_sha256: str) -> Detector:
    """Read, compare, open and self-test the model of a pack.

    Raises :class:`EvidenceError` ``scoring.pack_altered``, ``scoring.model_refused`` or ``scoring.selftest_failed``.
    """
    model = (folder / "model.onnx").read_bytes()
    if hashlib.sha256(model).hexdigest() != model_sha256:
        raise EvidenceError("scoring.pack_altered", pack=folder.name)
    return tested(model, json.loads((folder / "selftest.json").read_bytes()), folder.name)


def tested(model: bytes, test: object, name: str) -> Detector:
    """Open a model and let it repeat the outputs that its pack states, for inputs that hold no face.

    Raises :class:`EvidenceError` ``scoring.model_refused`` or ``scoring.selftest_failed``.
    """
    detector = OnnxDetector(model)
    try:
        told = from_json(test, SelfTest)
    except EvidenceError as problem:
        raise EvidenceError("scoring.selftest_failed", pack=name) from problem
    if not (1 <= len(told.logits) <= 100 and 16 <= told.size <= 1024 and 0 < told.tolerance <= 0.01):
        raise EvidenceError("scoring.selftest_failed", pack=name)
    given = detector.logits(selftest_faces(told.seed, len(told.logits), told.size))
    if np.abs(given - np.array(told.logits, np.float32)).max() > told.tolerance:
        raise EvidenceError("scoring.selftest_failed", pack=name)
    return detector


def selftest_faces(seed: int, count: int, size: int) -> Faces:
    """Generated inputs without any face in them: smooth colour noise (PCG64, stable over versions of numpy)."""
    random = np.random.Generator(np.random.PCG64(seed))
    coarse = random.random((count, 3, 9, 9), dtype=np.float32)
    # Linear enlargement written out, so that no library's resize decides the self-test.
    place = np.linspace(0, 8, size, dtype=np.float32)
    low = np.minimum(place.astype(np.int64), 7)
    part = place - low
    rows = coarse[:, :, low] * (1 - part)[:, None] + coarse[:, :, low + 1] * part[:, None]
    return np.asarray(rows[..., low] * (1 - part) + rows[..., low + 1] * part, np.float32)
