"""The child process of scoring: everything that touches untrusted pixels or opens a model happens here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evidence.errors import EvidenceError
from evidence.media.limits import MediaLimits
from evidence.media.wire import Message
from evidence.media.worker import Handler, serve
from evidence.scoring.detector import Detector, MirroredDetector, open_detector, tested
from evidence.scoring.faces import Box, crop, find_faces


def _provenance_job(request: Message, body: bytearray, limits: MediaLimits) -> tuple[Message, bytes]:
    from evidence.scoring.provenance import read_provenance

    return {"facts": read_provenance(body)}, b""


def _score_job(request: Message, body: bytearray, limits: MediaLimits) -> tuple[Message, bytes]:
    """Facts, faces and raw logits. A picture that cannot be decoded still gives its facts."""
    from evidence.media.decoding import decode
    from evidence.scoring.conditions import CONDITIONS
    from evidence.scoring.containers import read_container
    from evidence.scoring.provenance import jpeg_quality, read_provenance

    try:
        rgb, about = decode(body, limits)
    except EvidenceError as error:
        return {"facts": read_provenance(body), "failed": error.code}, b""
    if request.get("condition", "clean") != "clean":
        rgb = np.ascontiguousarray(CONDITIONS[str(request["condition"])](rgb))
    size = (int(str(about["stored_width"])), int(str(about["stored_height"])))
    quality = jpeg_quality(read_container(body))
    boxes, faces_in_all = find_faces(rgb, None if quality is None else quality[0])
    assessable = [box for box in boxes if not box.reasons]
    logits = {
        sha256: detector.logits(np.stack([_prepared(rgb, box, margin, size_in) for box in assessable])).tolist()
        for sha256, detector, margin, size_in in _opened(request)
        if assessable
    }
    return {
        "facts": read_provenance(body, size),
        "faces": [[b.x, b.y, b.width, b.height, list(b.reasons), b.sharpness] for b in boxes],
        "faces_in_all": faces_in_all,
        "logits": logits,
        "notes": about["notes"],
        "width": int(rgb.shape[1]),
        "height": int(rgb.shape[0]),
    }, b""


def _clip_job(request: Message, body: bytearray, limits: MediaLimits) -> tuple[Message, bytes]:
    """Facts, tracks of faces, and for each detector a raw logit for each assessable face of each track."""
    from evidence.scoring.clips import follow_faces, placed_around, read_frames
    from evidence.scoring.provenance import read_provenance

    facts = read_provenance(body)
    try:
        tracks, frames, seen = follow_faces(read_frames(body, limits))
    except EvidenceError as error:
        return {"facts": facts, "failed": error.code}, b""
    opened = _opened(request)
    told = []
    for track in tracks:
        good = [(at_s, box, around) for at_s, box, around in track.seen if not box.reasons]
        best = max((box for _, box, _ in good or track.seen), key=lambda box: box.sharpness)
        logits = {}
        for sha256, detector, margin, size in opened:
            if good:
                faces = [_prepared(around, placed_around(box), margin, size) for _, box, around in good]
                logits[sha256] = detector.logits(np.stack(faces)).tolist()
        told.append({
            "face": [best.x, best.y, best.width, best.height, list(best.reasons), best.sharpness],
            "times": [at_s for at_s, _, _ in good], "logits": logits,
        })  # fmt: skip
    return {"facts": facts, "tracks": told, "frames": frames, "faces_in_all": seen}, b""


def _map_job(request: Message, body: bytearray, limits: MediaLimits) -> tuple[Message, bytes]:
    """The occlusion map of one assessable face; no face: an empty answer."""
    from evidence.media.decoding import decode
    from evidence.scoring.layers import occlusion

    rgb, _ = decode(body, limits)
    good = [box for box in find_faces(rgb)[0] if not box.reasons]
    wanted = int(str(request["face"]))
    if not 0 <= wanted < len(good):
        return {"face": []}, b""
    box = good[wanted]
    _, detector, margin, size = _opened(request)[0]
    raw, grid = occlusion(detector, _prepared(rgb, box, margin, size))
    face = [box.x, box.y, box.width, box.height, list(box.reasons), box.sharpness]
    return {"face": face, "raw": raw, "grid": grid.tolist()}, b""


def _layer_job(request: Message, body: bytearray, limits: MediaLimits) -> tuple[Message, memoryview]:
    from evidence.media.decoding import decode
    from evidence.scoring.layers import LAYERS

    rgb, _ = decode(body, limits)
    made = np.ascontiguousarray(LAYERS[str(request["layer"])](rgb))
    return {"width": int(made.shape[1]), "height": int(made.shape[0])}, memoryview(made.data).cast("B")


def _try_model_job(request: Message, body: bytearray, limits: MediaLimits) -> tuple[Message, bytes]:
    """Open a stranger's model and let it pass its self-test."""
    tested(bytes(body), request["test"], str(request["pack"]))
    return {}, b""


def _opened(request: Message) -> list[tuple[str, Detector, float, int]]:
    """The detectors that the request names: model digest, detector, crop margin, input size."""
    packs = request["packs"]
    if not isinstance(packs, list):
        raise TypeError("packs")
    opened: list[tuple[str, Detector, float, int]] = []
    for pack in packs:
        detector = _detector(str(pack["folder"]), str(pack["sha256"]))
        detector = MirroredDetector(detector) if pack["mirrored"] else detector
        opened.append((str(pack["sha256"]), detector, float(pack["margin"]), int(pack["size"])))
    return opened


def _prepared(rgb: NDArray[np.uint8], box: Box, margin: float, size: int) -> NDArray[np.float32]:
    """A face as a detector takes it: 3 x size x size, RGB from 0 to 1."""
    return crop(rgb, box, margin, size).transpose(2, 0, 1).astype(np.float32) / np.float32(255)


@lru_cache
def _detector(folder: str, sha256: str) -> Detector:
    return open_detector(Path(folder), sha256)


def _handlers() -> Mapping[str, Handler]:
    import cv2

    from evidence.media.decoding import HANDLERS

    cv2.setNumThreads(1)
    return {
        **HANDLERS,
        "score": _score_job,
        "clip": _clip_job,
        "map": _map_job,
        "layer": _layer_job,
        "try_model": _try_model_job,
        "provenance": _provenance_job,
    }


def main() -> None:
    """Entry point of the child process."""
    serve(_handlers)
