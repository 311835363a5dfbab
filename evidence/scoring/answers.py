"""The child's answers, checked: what was made from untrusted bytes is taken only in the shape that it must have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from evidence.digest import from_json
from evidence.errors import EvidenceError
from evidence.media.wire import Message
from evidence.model import FaceFinding, ProvenanceFact
from evidence.scoring.packs import Pack

T = TypeVar("T")
FaceRow = tuple[int, int, int, int, list[str], float]
Logits = dict[str, list[float]]
"""SHA-256 of a model to one raw logit for each assessable face."""


@dataclass(frozen=True, slots=True)
class TrackRow:
    """One face through a clip, as the child tells it."""

    face: FaceRow
    times: list[float]
    logits: Logits


def shaped(value: object, kind: type[T]) -> T:
    """``value`` as ``kind``. Raises :class:`EvidenceError` ``media.decoder_crashed`` when it is anything else."""
    try:
        return from_json(value, kind)
    except EvidenceError as problem:
        raise EvidenceError("media.decoder_crashed") from problem


def facts_of(answer: Message) -> tuple[ProvenanceFact, ...]:
    """The facts of provenance."""
    rows = shaped(answer.get("facts"), list[tuple[str, str, str]])
    return tuple(ProvenanceFact(kind[:60], value[:300], reading[:40]) for kind, value, reading in rows[:200])


def failure_of(answer: Message) -> str:
    """Why decoding failed, as a reason of a report; empty when it did not."""
    return str(answer.get("failed", ""))[:60].removeprefix("media.")


def face_of(row: FaceRow) -> FaceFinding:
    """A face that was found."""
    x, y, width, height, reasons, sharpness = row
    return FaceFinding(x, y, width, height, not reasons, tuple(why[:40] for why in reasons[:8]), round(sharpness, 2))


def faces_of(answer: Message) -> tuple[tuple[FaceFinding, ...], int]:
    """The faces of a picture and how many there were in all."""
    rows = shaped(answer.get("faces"), list[FaceRow])
    return tuple(face_of(row) for row in rows[:64]), shaped(answer.get("faces_in_all"), int)


def tracks_of(answer: Message) -> tuple[list[TrackRow], int, int]:
    """The tracks of a clip, how many frames were read, and how many tracks there were in all."""
    tracks = shaped(answer.get("tracks"), list[TrackRow])[:64]
    return tracks, shaped(answer.get("frames"), int), shaped(answer.get("faces_in_all"), int)


def logits_of(logits: object, pack: Pack, faces: int) -> list[float]:
    """The logits of one pack for so many faces."""
    values = shaped(logits, Logits).get(pack.model_sha256, [])
    if len(values) != faces or not all(-1e6 < value < 1e6 for value in values):
        raise EvidenceError("media.decoder_crashed")
    return values


def texts_of(answer: Message, name: str) -> list[str]:
    """A list of short texts."""
    return [text[:60] for text in shaped(answer.get(name), list[str])[:20]]
