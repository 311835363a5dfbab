"""Score one original: facts, faces, detectors, a band; and plainly what was not examined."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import BinaryIO, TypeVar

from evidence.digest import from_json
from evidence.errors import EvidenceError
from evidence.media import MediaLimits, MediaWorker
from evidence.media.wire import Message
from evidence.model import Band, DetectorRun, FaceFinding, ProvenanceFact, ScoreReport
from evidence.scoring.bands import overall, run_of
from evidence.scoring.packs import Pack

T = TypeVar("T")

WORKER_MODULE = "evidence.scoring.worker"
NOT_EXAMINED = ("body", "background", "context")
"""What no detector of ours looks at in a picture: a real face may stand on an altered body."""

_LIBRARIES = ("numpy", "opencv-python-headless", "onnxruntime", "pillow")
_NOT_THE_FILES_FAULT = (
    "media.decoder_missing",
    "scoring.pack_altered",
    "scoring.model_refused",
    "scoring.selftest_failed",
)


def scoring_worker() -> MediaWorker:
    """A worker whose child can score; it decodes and previews too. Close it when the batch is done."""
    return MediaWorker(WORKER_MODULE)


def score_original(
    open_stream: Callable[[], BinaryIO],
    *,
    item_id: str,
    sha256: str,
    media_type: str,
    now: datetime,
    worker: MediaWorker,
    packs: Sequence[Pack],
    cancelled: Callable[[], bool] = lambda: False,
    limits: MediaLimits | None = None,
) -> ScoreReport:
    """Score the original that ``open_stream`` opens; ``worker`` comes from :func:`scoring_worker`.

    A file that is no picture, or that cannot be decoded, is *not assessable* with its reason: that is an answer, not
    an error. Raises :class:`EvidenceError` when the environment is at fault (``media.decoder_missing``,
    ``scoring.pack_altered``, ``scoring.model_refused``, ``scoring.selftest_failed``), and
    :class:`evidence.errors.CancelledError`.
    """
    limits = limits or MediaLimits()

    def report(
        band: Band,
        reasons: tuple[str, ...],
        facts: tuple[ProvenanceFact, ...] = (),
        faces: tuple[FaceFinding, ...] = (),
        runs: tuple[DetectorRun, ...] = (),
        not_examined: tuple[str, ...] = NOT_EXAMINED,
        extra: dict[str, str] | None = None,
    ) -> ScoreReport:
        return ScoreReport(
            item_id=item_id,
            original_sha256=sha256,
            band=band,
            reasons=reasons,
            provenance=facts,
            faces=faces,
            detectors=runs,
            not_examined=not_examined,
            scored_at=now,
            settings=_settings(packs, limits) | (extra or {}),
        )

    if not media_type.startswith("image/"):
        unseen = ("video", "audio") if media_type.startswith("video/") else ("content",)
        unseen = ("audio",) if media_type.startswith("audio/") else unseen
        return report(Band.NOT_ASSESSABLE, ("not_an_image",), not_examined=unseen)
    described = [
        {
            "folder": str(p.folder),
            "sha256": p.model_sha256,
            "size": p.facts.input.size,
            "margin": p.facts.input.crop_margin,
        }
        for p in packs
    ]
    try:
        with open_stream() as stream:
            answer, _ = worker.request("score", stream, limits, cancelled, packs=described)
    except EvidenceError as error:
        if error.code in _NOT_THE_FILES_FAULT or not error.code.startswith("media."):
            raise
        facts = _facts_alone(open_stream, worker, limits, cancelled)
        return report(Band.NOT_ASSESSABLE, (error.code.removeprefix("media."),), facts)
    facts = _facts(answer)
    if "failed" in answer:
        return report(Band.NOT_ASSESSABLE, (str(answer["failed"])[:60].removeprefix("media."),), facts)
    faces, in_all = _faces(answer)
    extra = {"picture": f"{answer.get('width')}x{answer.get('height')}", "decoding": ",".join(_texts(answer, "notes"))}
    more = ("more_faces_than_examined",) if in_all > len(faces) else ()
    if not faces:
        return report(Band.NOT_ASSESSABLE, ("no_face_found",), facts, extra=extra)
    assessable = sum(face.assessable for face in faces)
    if not assessable:
        why = tuple(dict.fromkeys(f"face_{reason}" for face in faces for reason in face.reasons))
        return report(Band.NOT_ASSESSABLE, ("no_face_assessable", *why, *more), facts, faces, extra=extra)
    runs = []
    for pack in packs:
        logits = _logits(answer, pack, assessable)
        runs.append(run_of(pack, logits))
        extra[f"logits.{pack.facts.id}"] = ",".join(f"{value:.4f}" for value in logits)
    band, reason = overall(runs)
    unassessed = ("some_faces_not_assessable",) if assessable < len(faces) else ()
    several = ("several_faces",) if assessable > 1 else ()
    return report(band, (reason, *several, *unassessed, *more), facts, faces, tuple(runs), extra=extra)


def _facts_alone(
    open_stream: Callable[[], BinaryIO], worker: MediaWorker, limits: MediaLimits, cancelled: Callable[[], bool]
) -> tuple[ProvenanceFact, ...]:
    """The facts of a file whose pixels ended the child; none if they end it too."""
    try:
        with open_stream() as stream:
            return _facts(worker.request("provenance", stream, limits, cancelled)[0])
    except EvidenceError as error:
        if error.code in _NOT_THE_FILES_FAULT or not error.code.startswith("media."):
            raise
        return ()


def _settings(packs: Sequence[Pack], limits: MediaLimits) -> dict[str, str]:
    """What an expert needs to repeat the score."""
    settings = {"threads": "1", "engine": "onnxruntime cpu", "faces": "haar", "limit_pixels": str(limits.max_pixels)}
    for library in _LIBRARIES:
        try:
            settings[library] = version(library)
        except PackageNotFoundError:
            continue
    for pack in packs:
        above, below = pack.facts.calibration.above, pack.facts.calibration.below
        settings[f"thresholds.{pack.facts.id}"] = f"{'-' if below is None else format(below, '.4f')},{above:.4f}"
    return settings


def _facts(answer: Message) -> tuple[ProvenanceFact, ...]:
    rows = _shaped(answer.get("facts"), list[tuple[str, str, str]])
    return tuple(ProvenanceFact(kind[:60], value[:300], reading) for kind, value, reading in rows[:200])


def _faces(answer: Message) -> tuple[tuple[FaceFinding, ...], int]:
    rows = _shaped(answer.get("faces"), list[tuple[int, int, int, int, list[str], float]])
    in_all = _shaped(answer.get("faces_in_all"), int)
    faces = tuple(
        FaceFinding(x, y, w, h, not reasons, tuple(reason[:40] for reason in reasons[:8]), round(sharpness, 2))
        for x, y, w, h, reasons, sharpness in rows[:64]
    )
    return faces, in_all


def _logits(answer: Message, pack: Pack, faces: int) -> list[float]:
    by_model = _shaped(answer.get("logits"), dict[str, list[float]])
    logits = by_model.get(pack.model_sha256, [])
    if len(logits) != faces or not all(-1e6 < value < 1e6 for value in logits):
        raise EvidenceError("media.decoder_crashed")
    return logits


def _texts(answer: Message, name: str) -> list[str]:
    return [text[:60] for text in _shaped(answer.get(name), list[str])[:20]]


def _shaped(value: object, kind: type[T]) -> T:
    """The child's answer, if it has the shape that it must have."""
    try:
        return from_json(value, kind)
    except EvidenceError as problem:
        raise EvidenceError("media.decoder_crashed") from problem
