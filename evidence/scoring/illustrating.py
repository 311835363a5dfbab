"""Pictures that illustrate a score: where it came from, drawn over the picture, and layers of noise and compression.

They show the content, so they are media: whoever hands one on treats it as such. None of them proves anything. They
are drawn in the child process (:mod:`evidence.scoring.layers`), which hands back pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from PIL import Image

from evidence.errors import EvidenceError
from evidence.media import MediaLimits, MediaWorker
from evidence.media.pictures import pixels_of
from evidence.media.wire import Message
from evidence.scoring.answers import shaped
from evidence.scoring.packs import Pack
from evidence.scoring.score import described, finding

MAP = "map"
LAYERS = ("error_level", "residual")


@dataclass(frozen=True, slots=True)
class Illustration:
    """A picture, PNG, and of a map the detector's raw output for that face."""

    png: bytes
    width: int
    height: int
    raw: float | None = None


def illustrate(
    open_stream: Callable[[], BinaryIO],
    kind: str,
    *,
    worker: MediaWorker,
    packs: Sequence[Pack] = (),
    finder: Pack | None = None,
    face: int = 0,
    at_s: float | None = None,
    max_side: int = 0,
    is_blurred: bool = False,
    cancelled: Callable[[], bool] = lambda: False,
    limits: MediaLimits | None = None,
) -> Illustration | None:
    """An illustration of the picture that ``open_stream`` opens; None when it has no such face that can be assessed.

    Of a film, with ``at_s`` seconds, a map of the face number ``face`` of its score at that time: what is around it is
    shown, not the whole frame.

    ``kind`` is ``map`` (of the one pack given, for the assessable face number ``face``, 0 the largest), ``error_level``
    or ``residual``; ``finder`` is the imported pack that finds faces, where the score used one. Raises what decoding
    raises and, for a map, what opening a detector raises; ``ValueError`` for an unknown kind.
    """
    if kind not in (MAP, *LAYERS) or (kind == MAP and len(packs) != 1):
        raise ValueError(kind)
    limits = limits or MediaLimits()
    with open_stream() as stream:
        answer, body = worker.request(
            "illustrate", stream, limits, cancelled, kind=kind, packs=described(packs), finder=finding(finder),
            face=face, at_s=at_s, max_side=max_side, blurred=is_blurred,
        )  # fmt: skip
    if answer.get("none"):
        return None
    pixels = pixels_of(answer, body, limits)
    target = BytesIO()
    Image.fromarray(pixels).save(target, "PNG", compress_level=3)
    return Illustration(target.getvalue(), pixels.shape[1], pixels.shape[0], _raw(answer))


def _raw(answer: Message) -> float | None:
    if "raw" not in answer:
        return None
    value = shaped(answer["raw"], float)
    if not -1e6 < value < 1e6:
        raise EvidenceError("media.decoder_crashed")
    return round(value, 4)
