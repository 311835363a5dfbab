"""The child process of scoring: everything that touches untrusted pixels or opens a model happens here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from evidence.errors import EvidenceError
from evidence.media.limits import MediaLimits
from evidence.media.wire import Message
from evidence.media.worker import Handler, serve
from evidence.scoring.detector import Detector, open_detector


def _provenance_job(request: Message, body: bytearray, limits: MediaLimits) -> tuple[Message, bytes]:
    from evidence.scoring.provenance import read_provenance

    return {"facts": read_provenance(body)}, b""


def _score_job(request: Message, body: bytearray, limits: MediaLimits) -> tuple[Message, bytes]:
    """Facts, faces and raw logits. A picture that cannot be decoded still gives its facts."""
    import numpy as np

    from evidence.media.decoding import decode
    from evidence.scoring.conditions import CONDITIONS
    from evidence.scoring.containers import read_container
    from evidence.scoring.faces import crop, find_faces
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
    packs = request["packs"]
    if not isinstance(packs, list):
        raise TypeError("packs")
    assessable = [box for box in boxes if not box.reasons]
    logits: dict[str, list[float]] = {}
    for pack in packs:
        if assessable:
            crops = [crop(rgb, box, float(pack["margin"]), int(pack["size"])) for box in assessable]
            stack = np.stack(crops).transpose(0, 3, 1, 2).astype(np.float32) / np.float32(255)
            detector = _detector(str(pack["folder"]), str(pack["sha256"]))
            logits[str(pack["sha256"])] = [float(value) for value in detector.logits(stack)]
    return {
        "facts": read_provenance(body, size),
        "faces": [[b.x, b.y, b.width, b.height, list(b.reasons), b.sharpness] for b in boxes],
        "faces_in_all": faces_in_all,
        "logits": logits,
        "notes": about["notes"],
        "width": int(rgb.shape[1]),
        "height": int(rgb.shape[0]),
    }, b""


@lru_cache
def _detector(folder: str, sha256: str) -> Detector:
    return open_detector(Path(folder), sha256)


def _handlers() -> Mapping[str, Handler]:
    import cv2

    from evidence.media.decoding import HANDLERS

    cv2.setNumThreads(1)
    return {**HANDLERS, "score": _score_job, "provenance": _provenance_job}


def main() -> None:
    """Entry point of the child process."""
    serve(_handlers)
