"""The child process of scoring: everything that touches untrusted pixels or opens a model happens here."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evidence.errors import EvidenceError
from evidence.media.limits import MediaLimits
from evidence.media.wire import Message
from evidence.media.worker import Handler, serve
from evidence.scoring.detector import Detector, MirroredDetector, OnnxDetector, OpenCvDetector, open_detector, tested
from evidence.scoring.faces import Box, find_faces, prepared
from evidence.scoring.finders import Finder, open_finder, tested_finder
from evidence.scoring.hands import Hands
from evidence.scoring.packs import FINDING

_LOAD_MS: dict[str, float] = {}
"""Milliseconds that reading, comparing, opening and self-testing each model took."""


def _provenance_job(request: Message, body: bytearray, limits: MediaLimits) -> tuple[Message, bytes]:
    from evidence.scoring.provenance import read_provenance

    return {"facts": read_provenance(body, trust_anchors=_anchors(request))}, b""


def _score_job(request: Message, body: bytearray, limits: MediaLimits) -> tuple[Message, bytes]:
    """Facts, faces and raw logits. A picture that cannot be decoded still gives its facts.

    Facts are read and models opened beside the decoding: neither needs a pixel of what is decoded.
    """
    from evidence.media.decoding import decode_opened, open_image
    from evidence.scoring.conditions import CONDITIONS
    from evidence.scoring.containers import read_container
    from evidence.scoring.provenance import jpeg_quality, read_provenance

    clock, beside = _Clock(), list[Future[Any]]()
    anchors = _anchors(request)
    try:
        try:
            image, media_type = open_image(body, limits)
            stored = image.size
            beside.append(_hands().begin(lambda: read_provenance(body, stored, trust_anchors=anchors)))
            beside.append(
                _hands().begin(lambda: (jpeg_quality(read_container(body)), _finder_of(request), _opened(request)))
            )
            rgb, about = decode_opened(image, media_type)
        except EvidenceError as error:
            wait(beside)
            return {"facts": read_provenance(body, trust_anchors=anchors), "failed": error.code}, b""
        clock.lap("decoding")
        if request.get("condition", "clean") != "clean":
            rgb = np.ascontiguousarray(CONDITIONS[str(request["condition"])](rgb))
        quality, finder, opened = beside[1].result()
        clock.lap("opening")
        boxes, faces_in_all = find_faces(rgb, None if quality is None else quality[0], finder)
        clock.lap("faces")
        assessable = [box for box in boxes if not box.reasons]
        logits = _logits(rgb, assessable, opened)
        clock.lap("detectors")
    finally:
        wait(beside)
    facts = beside[0].result()
    clock.lap("provenance_beside")
    bench = request.get("bench")
    return {
        "facts": facts,
        "faces": [[b.x, b.y, b.width, b.height, list(b.reasons), b.sharpness] for b in boxes],
        "faces_in_all": faces_in_all,
        "logits": logits,
        "notes": about["notes"],
        "width": int(rgb.shape[1]),
        "height": int(rgb.shape[0]),
        "ms": clock.laps,
        "bench": _for_bench(rgb, assessable, opened, bench) if isinstance(bench, dict) else {},
    }, b""


def _for_bench(
    rgb: NDArray[np.uint8], assessable: list[Box], opened: list[Opened], wanted: Message
) -> dict[str, object]:
    """What only the benchmark asks for: traits of the whole picture, and the largest face manipulated on the spot."""
    from evidence.scoring.layers import mean_spectrum
    from evidence.scoring.manipulations import manipulated

    names = wanted.get("manipulations")
    changed: dict[str, dict[str, float]] = {}
    if assessable and isinstance(names, list) and names:
        plain = [each for each in opened if not each.is_control]
        for name in ("none", *names):
            picture = rgb if name == "none" else manipulated(rgb, assessable[0], str(name))
            changed[name] = {key: found[0] for key, found in _logits(picture, assessable[:1], plain).items()}
    height, width = rgb.shape[:2]
    traits = [float(np.log(height)), float(np.log(width)), *mean_spectrum(rgb).tolist()]
    return {"traits": traits, "manipulated": changed}


def _logits(rgb: NDArray[np.uint8], faces: list[Box], opened: list[Opened]) -> dict[str, list[float]]:
    """The raw logit of each face by detector; none without a face."""
    return _asked(opened, [(rgb, box) for box in faces]) if faces else {}


def _asked(opened: Sequence[Opened], faces: Sequence[tuple[NDArray[np.uint8], Box]]) -> dict[str, list[float]]:
    """Each detector's logit for each face, cut out and asked about one by one, so that two threads can share them."""

    def logit(job: tuple[Opened, tuple[NDArray[np.uint8], Box]]) -> float:
        each, (rgb, box) = job
        return float(each.detector.logits(prepared(rgb, box, each.margin, each.size)[None])[0])

    logits = _hands().each(logit, [(each, face) for each in opened for face in faces])
    return {each.key: [next(logits) for _ in faces] for each in opened}


def _clip_job(request: Message, body: bytearray, limits: MediaLimits) -> tuple[Message, bytes]:
    """Facts, tracks of faces, and for each detector a raw logit for each assessable face of each track."""
    from evidence.media.sniffing import HEAD_SIZE, sniff
    from evidence.scoring.clips import MOST_ASKED, follow_faces, placed_around, read_frames, spread
    from evidence.scoring.provenance import read_provenance

    clock = _Clock()
    facts = read_provenance(body, trust_anchors=_anchors(request))
    clock.lap("provenance")
    try:
        read = read_frames(body, sniff(bytes(body[:HEAD_SIZE])), limits)
        tracks, frames, in_all = follow_faces(read, _finder_of(request), _hands())
    except EvidenceError as error:
        return {"facts": facts, "failed": error.code}, b""
    clock.lap("frames_and_faces")
    opened = _opened(request)
    clock.lap("opening")
    told = []
    for track in tracks:
        good = spread([seen for seen in track.seen if not seen[1].reasons], MOST_ASKED // max(1, len(tracks)))
        best = max((box for _, box, _ in good or track.seen), key=lambda box: box.sharpness)
        logits = _asked(opened, [(around, placed_around(box)) for _, box, around in good]) if good else {}
        told.append({
            "face": [best.x, best.y, best.width, best.height, list(best.reasons), best.sharpness],
            "times": [at_s for at_s, _, _ in good], "logits": logits,
        })  # fmt: skip
    clock.lap("detectors")
    return {"facts": facts, "tracks": told, "frames": frames, "faces_in_all": in_all, "ms": clock.laps}, b""


def _map_job(request: Message, body: bytearray, limits: MediaLimits) -> tuple[Message, bytes]:
    """The occlusion map of one assessable face; no face: an empty answer."""
    from evidence.scoring.layers import occlusion

    shown = _face_in_picture(request, body, limits)
    if shown is None:
        return {"face": []}, b""
    rgb, box = shown
    first = _opened(request)[0]
    raw, grid = occlusion(first.detector, prepared(rgb, box, first.margin, first.size))
    face = [box.x, box.y, box.width, box.height, list(box.reasons), box.sharpness]
    return {"face": face, "raw": raw, "grid": grid.tolist()}, b""


def _layer_job(request: Message, body: bytearray, limits: MediaLimits) -> tuple[Message, memoryview]:
    from evidence.media.decoding import decode
    from evidence.scoring.layers import LAYERS

    rgb, _ = decode(body, limits)
    made = np.ascontiguousarray(LAYERS[str(request["layer"])](rgb))
    return {"width": int(made.shape[1]), "height": int(made.shape[0])}, memoryview(made.data).cast("B")


def _illustrate_job(request: Message, body: bytearray, limits: MediaLimits) -> tuple[Message, bytes | memoryview]:
    """A map drawn over the picture, or a layer; no such face: nothing."""
    from evidence.media.decoding import decode
    from evidence.scoring.faces import square_of
    from evidence.scoring.illustrating import MAP
    from evidence.scoring.layers import LAYERS, drawn_map, finished, occlusion

    told: Message = {}
    if request["kind"] == MAP:
        is_film = request.get("at_s") is not None
        shown = _face_in_film(request, body, limits) if is_film else _face_in_picture(request, body, limits)
        if shown is None:
            return {"none": True}, b""
        (rgb, box), opened = shown, _opened(request)[0]
        raw, grid = occlusion(opened.detector, prepared(rgb, box, opened.margin, opened.size))
        told["raw"] = raw
        picture = drawn_map(rgb, square_of(rgb, box, opened.margin), grid)
    else:
        picture = LAYERS[str(request["kind"])](decode(body, limits)[0])
    made = finished(picture, max_side=int(str(request["max_side"])), is_blurred=bool(request["blurred"]))
    if made.nbytes > limits.max_output_bytes:
        raise EvidenceError("media.too_many_pixels", most=limits.max_output_bytes // 3)
    made = np.ascontiguousarray(made)
    return {"width": int(made.shape[1]), "height": int(made.shape[0]), **told}, memoryview(made.data).cast("B")


def _face_in_picture(request: Message, body: bytearray, limits: MediaLimits) -> tuple[NDArray[np.uint8], Box] | None:
    """The picture and the wanted one of its assessable faces."""
    from evidence.media.decoding import decode

    rgb, _ = decode(body, limits)
    good = [box for box in find_faces(rgb, finder=_finder_of(request))[0] if not box.reasons]
    wanted = int(str(request["face"]))
    return (rgb, good[wanted]) if 0 <= wanted < len(good) else None


def _face_in_film(request: Message, body: bytearray, limits: MediaLimits) -> tuple[NDArray[np.uint8], Box] | None:
    """What lies around a face of a film at one of the times at which it was looked at, found as its score found it."""
    from evidence.media.sniffing import HEAD_SIZE, sniff
    from evidence.scoring.clips import follow_faces, placed_around, read_frames

    read = read_frames(body, sniff(bytes(body[:HEAD_SIZE])), limits)
    tracks, _, _ = follow_faces(read, _finder_of(request), _hands())
    wanted, at_s = int(str(request["face"])), float(str(request["at_s"]))
    for seen_s, box, around in tracks[wanted].seen if 0 <= wanted < len(tracks) else ():
        if abs(seen_s - at_s) <= 0.001 and not box.reasons:
            return around, placed_around(box)
    return None


def _try_model_job(request: Message, body: bytearray, limits: MediaLimits) -> tuple[Message, bytes]:
    """Open a stranger's model, let it pass its self-test, and measure a detector on drawn faces."""
    from evidence.scoring.conformance import on_drawn_faces

    model, name = bytes(body), str(request["pack"])
    size = int(str(request["size"]))
    if request.get("task") == FINDING:
        tested_finder(model, request["test"], name, size)
        return {}, b""
    detector: Detector = tested(model, request["test"], name)
    second: Detector | None
    try:
        second = OpenCvDetector(model)
    except EvidenceError:
        second = None
    if request["mirrored"]:
        detector, second = MirroredDetector(detector), second and MirroredDetector(second)
    return on_drawn_faces(detector, second, float(str(request["margin"])), size), b""


def _usage_job(request: Message, body: bytearray, limits: MediaLimits) -> tuple[Message, bytes]:
    """The most memory that this child ever held, in bytes (0 where the system does not tell), and model load times."""
    try:
        import resource
    except ImportError:  # Windows
        return {"peak_bytes": 0, "load_ms": _LOAD_MS}, b""
    unit = 1 if sys.platform == "darwin" else 1024
    return {"peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit, "load_ms": _LOAD_MS}, b""


@dataclass(frozen=True, slots=True)
class Opened:
    """A detector that a request names, ready."""

    key: str
    detector: Detector
    margin: float
    size: int
    is_control: bool


class _Clock:
    """Milliseconds from one step to the next."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = round(1000 * (now - self._last), 3)
        self._last = now


def _anchors(request: Message) -> str:
    """The certificates (PEM) that the person trusts for content credentials."""
    return str(request.get("trust_anchors", ""))


def _opened(request: Message) -> list[Opened]:
    """The detectors that the request names."""
    packs = request["packs"]
    if not isinstance(packs, list):
        raise TypeError("packs")
    opened = []
    for pack in packs:
        is_control = bool(pack.get("shuffled"))
        detector = _detector(str(pack["folder"]), str(pack["sha256"]), is_control)
        detector = MirroredDetector(detector) if pack["mirrored"] else detector
        opened.append(Opened(str(pack["key"]), detector, float(pack["margin"]), int(pack["size"]), is_control))
    return opened


def _finder_of(request: Message) -> Finder | None:
    """The imported finder that the request names; None: the cascades look."""
    told = request.get("finder")
    if not isinstance(told, dict) or not told:
        return None
    return _finder(str(told["folder"]), str(told["sha256"]), int(told["size"]))


@lru_cache
def _hands() -> Hands:
    return Hands()


@lru_cache
def _finder(folder: str, sha256: str, look_side: int) -> Finder:
    start = time.perf_counter()
    finder = open_finder(Path(folder), sha256, look_side)
    _LOAD_MS[sha256] = round(1000 * (time.perf_counter() - start), 1)
    return finder


@lru_cache
def _detector(folder: str, sha256: str, is_control: bool = False) -> Detector:
    start = time.perf_counter()
    if is_control:
        from evidence.scoring.shuffled import with_shuffled_weights

        model = (Path(folder) / "model.onnx").read_bytes()
        return OnnxDetector(with_shuffled_weights(model))
    detector = open_detector(Path(folder), sha256)
    _LOAD_MS[sha256] = round(1000 * (time.perf_counter() - start), 1)
    return detector


def _handlers() -> Mapping[str, Handler]:
    import cv2

    from evidence.media.decoding import HANDLERS

    # Threads begin now: later none can. Candidates for faces are counted and sorted, whoever found them.
    cv2.setNumThreads(2)
    find_faces(np.zeros((400, 400, 3), np.uint8))  # without a face, every cascade is asked, and so read
    _hands()
    return {
        **HANDLERS,
        "score": _score_job,
        "clip": _clip_job,
        "map": _map_job,
        "layer": _layer_job,
        "illustrate": _illustrate_job,
        "try_model": _try_model_job,
        "provenance": _provenance_job,
        "usage": _usage_job,
    }


def main() -> None:
    """Entry point of the child process."""
    serve(_handlers)
