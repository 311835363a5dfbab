"""Let every picture and film of a labelled set pass the same road as an exhibit, and keep what came out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from evidence.errors import CancelledError, EvidenceError
from evidence.media import MediaLimits, MediaWorker
from evidence.media.sniffing import HEAD_SIZE, sniff
from evidence.media.wire import Message
from evidence.scoring.answers import FaceRow, Logits, facts_of, logits_of, shaped, tracks_of
from evidence.scoring.bands import over_time
from evidence.scoring.labelled import Sample
from evidence.scoring.packs import Pack
from evidence.scoring.score import SHUFFLED, described, finding

FILM = "film"
"""Stands where a picture's condition stands."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One picture under one condition, or one film: the highest logit of its assessable faces by pack id (of a film, of
    what each came to over time); empty: not assessable."""

    sample: Sample
    condition: str
    logits: dict[str, float]
    seconds: float
    traits: tuple[float, ...] = ()
    """Size and mean spectrum of the picture as received: what a control that knows only the source may use."""
    faces: int = 0
    """Faces found, assessable or not."""
    face_px: int = 0
    """Shorter side of the largest assessable face."""
    manipulated: dict[str, dict[str, float]] = field(default_factory=dict)
    """Manipulation made on the spot to the largest face's logit by pack id; under ``none`` that of the original."""
    leads: tuple[str, ...] = ()
    """Kinds of the facts that name a generator or a generated source."""
    ms: dict[str, float] = field(default_factory=dict)
    """Milliseconds of each step in the child."""
    is_film: bool = False
    frames: dict[str, tuple[float, ...]] = field(default_factory=dict)
    """Of a film: the logit of every frame that was looked at, by pack id, as if each were a picture of its own."""


def measure(
    samples: Iterable[Sample],
    *,
    worker: MediaWorker,
    packs: Sequence[Pack],
    conditions: Sequence[str] = ("clean",),
    shuffled: Sequence[Pack] = (),
    manipulations: Sequence[str] = (),
    finder: Pack | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    progress: Callable[[int], None] = lambda done: None,
) -> list[Measured]:
    """Score every sample under every condition in the child, films as they are. What cannot be decoded counts as not
    assessable.

    Under the first condition, ``shuffled`` are asked again with their weights shuffled, and on real pictures each of
    ``manipulations`` is made and scored. Raises :class:`evidence.errors.CancelledError` and what the environment is at
    fault for, as ``score_original``.
    """
    rows = []
    for done, sample in enumerate(samples):
        if _is_film(sample):
            if cancelled():
                raise CancelledError
            start = time.perf_counter()
            answer = _answered(sample, worker, cancelled, "clip", packs=described(packs), finder=finding(finder))
            rows.append(_film_row(sample, answer, packs, time.perf_counter() - start))
        for condition in conditions if not _is_film(sample) else ():
            if cancelled():
                raise CancelledError
            is_first = condition == conditions[0]
            asked = [*described(packs), *(described(shuffled, shuffled=True) if is_first else ())]
            bench = {"manipulations": list(manipulations) if is_first and not sample.is_fake else []}
            start = time.perf_counter()
            answer = _answered(
                sample, worker, cancelled, packs=asked, finder=finding(finder), condition=condition, bench=bench
            )  # fmt: skip
            rows.append(_row(sample, condition, answer, packs, shuffled, time.perf_counter() - start))
        progress(done + 1)
    return rows


def _is_film(sample: Sample) -> bool:
    try:
        with sample.path.open("rb") as stream:
            return sniff(stream.read(HEAD_SIZE)).startswith("video/")
    except OSError:
        return False


def _answered(
    sample: Sample, worker: MediaWorker, cancelled: Callable[[], bool], job: str = "score", **options: object
) -> Message:
    try:
        with sample.path.open("rb") as stream:
            return worker.request(job, stream, MediaLimits(), cancelled, **options)[0]
    except EvidenceError as error:
        if error.code.startswith("scoring.") or error.code == "media.decoder_missing":
            raise
        return {}


def _row(
    sample: Sample, condition: str, answer: Message, packs: Sequence[Pack], shuffled: Sequence[Pack], seconds: float
) -> Measured:
    faces = shaped(answer.get("faces", []), list[FaceRow])
    good = [min(face[2], face[3]) for face in faces if not face[4]]
    bench = answer.get("bench")
    extra: Message = bench if isinstance(bench, dict) else {}
    changed = shaped(extra.get("manipulated", {}), dict[str, dict[str, float]])
    return Measured(
        sample, condition, _highest(shaped(answer.get("logits", {}), Logits), packs, shuffled), seconds,
        traits=tuple(shaped(extra.get("traits", []), list[float])), faces=len(faces), face_px=max(good, default=0),
        manipulated={
            name: {pack.facts.id: by_model[pack.model_sha256] for pack in packs if pack.model_sha256 in by_model}
            for name, by_model in changed.items()
        },
        leads=tuple(dict.fromkeys(
            fact.kind for fact in (facts_of(answer) if "facts" in answer else ()) if fact.reading == "lead"
        )),
        ms=shaped(answer.get("ms", {}), dict[str, float]),
    )  # fmt: skip


def _film_row(sample: Sample, answer: Message, packs: Sequence[Pack], seconds: float) -> Measured:
    tracks = [track for track in tracks_of(answer)[0] if track.times] if "tracks" in answer else []
    by_pack = {
        pack.facts.id: [logits_of(track.logits, pack, len(track.times)) for track in tracks]
        for pack in packs if tracks
    }  # fmt: skip
    sides = [min(track.face[2], track.face[3]) for track in tracks]
    return Measured(
        sample, FILM, {name: max(over_time(each) for each in by_track) for name, by_track in by_pack.items()}, seconds,
        faces=len(tracks), face_px=max(sides, default=0), is_film=True,
        frames={name: tuple(value for each in by_track for value in each) for name, by_track in by_pack.items()},
    )  # fmt: skip


def _highest(by_model: Logits, packs: Sequence[Pack], shuffled: Sequence[Pack]) -> dict[str, float]:
    keys = [(pack.facts.id, pack.model_sha256) for pack in packs]
    keys += [(pack.facts.id + SHUFFLED, pack.model_sha256 + SHUFFLED) for pack in shuffled]
    return {name: max(by_model[model]) for name, model in keys if by_model.get(model)}
