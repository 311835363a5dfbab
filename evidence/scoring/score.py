"""Score one original: facts, faces, detectors, a band; and plainly what was not examined."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from statistics import pstdev
from typing import BinaryIO

from evidence.errors import EvidenceError
from evidence.media import MediaLimits, MediaWorker
from evidence.media.wire import Message
from evidence.model import Band, DetectorRun, FaceFinding, FrameScore, ProvenanceFact, ScoreReport
from evidence.scoring.answers import face_of, faces_of, facts_of, failure_of, logits_of, texts_of, tracks_of
from evidence.scoring.bands import high_over_time, over_time, overall, run_of
from evidence.scoring.fusion import Fusion, fused_run, load_fusion
from evidence.scoring.packs import Pack, detectors_of, finder_of
from evidence.version import VERSION

WORKER_MODULE = "evidence.scoring.worker"
NOT_EXAMINED = ("body", "background", "context")
"""What no detector of ours looks at in a picture: a real face may stand on an altered body."""
OTHER_FRAMES = "other_frames"
"""Of an animated picture, or of one with several pages, the first alone is looked at."""
NOT_EXAMINED_IN_CLIPS = ("body", "background", "context", "audio", "frames_between")

_LIBRARIES = ("numpy", "opencv-python-headless", "onnxruntime", "pillow")
_ENVIRONMENT = ("media.decoder_missing", "scoring.pack_altered", "scoring.model_refused", "scoring.selftest_failed")


@dataclass(frozen=True, slots=True)
class _Findings:
    """What stands in a report beside its head."""

    band: Band
    reasons: tuple[str, ...]
    facts: tuple[ProvenanceFact, ...] = ()
    faces: tuple[FaceFinding, ...] = ()
    runs: tuple[DetectorRun, ...] = ()
    not_examined: tuple[str, ...] = NOT_EXAMINED
    frames: tuple[FrameScore, ...] = ()
    settings: dict[str, str] = field(default_factory=dict)


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
    trust_anchors: str = "",
    cancelled: Callable[[], bool] = lambda: False,
    limits: MediaLimits | None = None,
    fusion: Fusion | None = None,
) -> ScoreReport:
    """Score the original that ``open_stream`` opens; ``worker`` comes from :func:`scoring_worker`.

    ``fusion`` is how the detectors decide together (that of the program when not given), used where it was measured
    with exactly these detectors. ``trust_anchors`` are certificates (PEM) whose signers of content credentials count
    as known.

    A file that is no picture and no clip, or that cannot be decoded, is *not assessable* with its reason: that is an
    answer, not an error. Raises :class:`EvidenceError` when the environment is at fault (``media.decoder_missing``,
    ``scoring.pack_altered``, ``scoring.model_refused``, ``scoring.selftest_failed``), and
    :class:`evidence.errors.CancelledError`.
    """
    limits = limits or MediaLimits()
    fusion = fusion or load_fusion()
    together = fusion if fusion is not None and fusion.fits(detectors_of(packs)) else None
    kind = media_type.partition("/")[0]
    if kind not in ("image", "video"):
        unseen = ("audio",) if kind == "audio" else ("content",)
        found = _Findings(Band.NOT_ASSESSABLE, ("not_an_image",), not_examined=unseen)
    else:
        found = _examined(open_stream, kind, worker, packs, limits, cancelled, trust_anchors, together)
    return ScoreReport(
        item_id=item_id,
        original_sha256=sha256,
        band=found.band,
        reasons=found.reasons,
        provenance=found.facts,
        faces=found.faces,
        detectors=found.runs,
        not_examined=found.not_examined,
        scored_at=now,
        settings=_settings(packs, limits, trust_anchors, together) | found.settings,
        frames=found.frames,
    )


def _examined(
    open_stream: Callable[[], BinaryIO],
    kind: str,
    worker: MediaWorker,
    packs: Sequence[Pack],
    limits: MediaLimits,
    cancelled: Callable[[], bool],
    trust_anchors: str,
    fusion: Fusion | None,
) -> _Findings:
    packs, finder = detectors_of(packs), finder_of(packs)
    job, read, unseen = ("score", _picture, NOT_EXAMINED) if kind == "image" else ("clip", _clip, NOT_EXAMINED_IN_CLIPS)
    try:
        with open_stream() as stream:
            answer, _ = worker.request(
                job, stream, limits, cancelled, packs=described(packs), finder=finding(finder),
                trust_anchors=trust_anchors,
            )  # fmt: skip
        facts = facts_of(answer)
        if failure := failure_of(answer):
            return _Findings(Band.NOT_ASSESSABLE, (failure,), facts, not_examined=unseen)
        found = read(answer, facts, packs, fusion)
        if finder is not None and found.runs:
            return replace(found, reasons=(*found.reasons, "rates_of_another_search"))
        return found
    except EvidenceError as error:
        if error.code in _ENVIRONMENT or not error.code.startswith("media."):
            raise
        facts = _facts_alone(open_stream, worker, limits, cancelled, trust_anchors)
        return _Findings(Band.NOT_ASSESSABLE, (error.code.removeprefix("media."),), facts, not_examined=unseen)


def _picture(
    answer: Message, facts: tuple[ProvenanceFact, ...], packs: Sequence[Pack], fusion: Fusion | None
) -> _Findings:
    faces, in_all = faces_of(answer)
    settings = {"picture": f"{answer.get('width')}x{answer.get('height')}"}
    notes = texts_of(answer, "notes")
    settings["decoding"] = ",".join(notes)
    unseen = (*NOT_EXAMINED, OTHER_FRAMES) if "first_frame_of_several" in notes else NOT_EXAMINED
    more = ("more_faces_than_examined",) if in_all > len(faces) else ()
    good = sum(face.assessable for face in faces)
    if not good:
        why = (*_why_no_face(faces), *more)
        return _Findings(Band.NOT_ASSESSABLE, why, facts, faces, not_examined=unseen, settings=settings)
    runs = []
    by_pack = {pack.facts.id: logits_of(answer.get("logits"), pack, good) for pack in packs}
    for pack in packs:
        runs.append(run_of(pack, by_pack[pack.facts.id]))
        settings[f"logits.{pack.facts.id}"] = _joined(by_pack[pack.facts.id])
    runs, (band, reason) = _decided(runs, fusion, packs, by_pack, [face for face in faces if face.assessable])
    return _Findings(
        band, (reason, *_about_faces(faces), *more), facts, faces, tuple(runs), unseen, settings=settings
    )  # fmt: skip


def _decided(
    runs: list[DetectorRun], fusion: Fusion | None, packs: Sequence[Pack], by_pack: Mapping[str, Sequence[float]],
    faces: Sequence[FaceFinding],
) -> tuple[list[DetectorRun], tuple[Band, str]]:  # fmt: skip
    """All runs and what they come to, by the shipped rule where it was measured with these detectors."""
    if fusion is None or fusion.calibration is None:
        return runs, overall(runs)
    fused = fused_run(fusion, packs, by_pack, faces)
    return [*runs, fused], overall([fused])


def _clip(
    answer: Message, facts: tuple[ProvenanceFact, ...], packs: Sequence[Pack], fusion: Fusion | None
) -> _Findings:
    """A clip is one sample: each face gets one number over time, and the band is that of the most suspicious face."""
    tracks, frames_read, in_all = tracks_of(answer)
    more = ("more_faces_than_examined",) if in_all > len(tracks) else ()
    faces = tuple(face_of(track.face) for track in tracks)
    settings = {"frames": str(frames_read)}
    good = [(number, track) for number, track in enumerate(tracks) if track.times]
    if not good:
        return _Findings(
            Band.NOT_ASSESSABLE, _why_no_face(faces), facts, faces, (), NOT_EXAMINED_IN_CLIPS, settings=settings
        )
    runs: list[DetectorRun] = []
    frames: list[FrameScore] = []
    by_pack: dict[str, list[float]] = {}
    for pack in packs:
        by_track = [logits_of(track.logits, pack, len(track.times)) for _, track in good]
        name = pack.facts.id
        by_pack[name] = [over_time(logits) for logits in by_track]
        runs.append(run_of(pack, by_pack[name]))
        settings[f"logits.{name}"] = _joined(by_pack[name])
        settings[f"high.{name}"] = _joined([high_over_time(logits) for logits in by_track])
        settings[f"jitter.{name}"] = _joined([pstdev(logits) for logits in by_track])
        frames += [
            FrameScore(round(at_s, 3), number, name, round(logit, 4))
            for (number, track), logits in zip(good, by_track, strict=True)
            for at_s, logit in zip(track.times, logits, strict=True)
        ]
    runs, (band, reason) = _decided(runs, fusion, packs, by_pack, [faces[number] for number, _ in good])
    reasons = (reason, *_about_faces(faces), *more, "rates_of_single_pictures")
    return _Findings(band, reasons, facts, faces, tuple(runs), NOT_EXAMINED_IN_CLIPS, tuple(frames), settings)


def _why_no_face(faces: Sequence[FaceFinding]) -> tuple[str, ...]:
    if not faces:
        return ("no_face_found",)
    return ("no_face_assessable", *dict.fromkeys(f"face_{reason}" for face in faces for reason in face.reasons))


def _about_faces(faces: Sequence[FaceFinding]) -> tuple[str, ...]:
    good = sum(face.assessable for face in faces)
    several = ("several_faces",) if good > 1 else ()
    return (*several, "some_faces_not_assessable") if good < len(faces) else several


def _facts_alone(
    open_stream: Callable[[], BinaryIO],
    worker: MediaWorker,
    limits: MediaLimits,
    cancelled: Callable[[], bool],
    trust_anchors: str,
) -> tuple[ProvenanceFact, ...]:
    """The facts of a file whose pixels ended the child; none if they end it too."""
    try:
        with open_stream() as stream:
            return facts_of(worker.request("provenance", stream, limits, cancelled, trust_anchors=trust_anchors)[0])
    except EvidenceError as error:
        if error.code in _ENVIRONMENT or not error.code.startswith("media."):
            raise
        return ()


SHUFFLED = " (shuffled)"
"""Stands behind the name of a detector whose weights were shuffled, for the control of the benchmark."""


def described(packs: Sequence[Pack], *, shuffled: bool = False) -> list[dict[str, object]]:
    """The packs as the child is told of them."""
    return [
        {"key": pack.model_sha256 + SHUFFLED * shuffled, "folder": str(pack.folder), "sha256": pack.model_sha256,
         "size": pack.facts.input.size, "margin": pack.facts.input.crop_margin, "mirrored": pack.facts.input.mirrored,
         "shuffled": shuffled}
        for pack in packs
    ]  # fmt: skip


def versions() -> dict[str, str]:
    """Versions of the program and of the libraries that a score depends on."""
    found = {"holdfast": VERSION}
    for library in _LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found


def finding(finder: Pack | None) -> dict[str, object]:
    """The pack that finds faces, as the child is told of it; empty: the cascades do."""
    if finder is None:
        return {}
    return {"folder": str(finder.folder), "sha256": finder.model_sha256, "size": finder.facts.input.size}


def _settings(packs: Sequence[Pack], limits: MediaLimits, trust_anchors: str, fusion: Fusion | None) -> dict[str, str]:
    """What an expert needs to repeat the score."""
    finder = finder_of(packs)
    faces = "haar" if finder is None else f"{finder.facts.id} {finder.model_sha256}"
    settings = {"threads": "1 each; 2 side by side", "engine": "onnxruntime cpu", "faces": faces}
    settings["limit_pixels"] = str(limits.max_pixels)
    settings |= versions()
    settings["decision"] = "any; not measured together" if fusion is None else f"{fusion.rule} {fusion.sha256}"
    if fusion is not None:
        rates = fusion.rates
        settings["decision.false_positive"] = (
            f"{rates.false_positive},{rates.false_positive_low},{rates.false_positive_high}; {rates.test_set}"
        )
    if trust_anchors:
        settings["c2pa_trust_anchors_sha256"] = hashlib.sha256(trust_anchors.encode()).hexdigest()
    for pack in detectors_of(packs):
        above, below = pack.above, pack.facts.calibration.below
        settings[f"thresholds.{pack.facts.id}"] = f"{'-' if below is None else format(below, '.4f')},{above:.4f}"
    return settings


def _joined(values: Sequence[float]) -> str:
    return ",".join(f"{value:.4f}" for value in values)
