"""Where a score came from, and layers that illustrate a picture: made in the child, handed on as plain values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from PIL import Image

from evidence.errors import EvidenceError
from evidence.media import MediaLimits, MediaWorker
from evidence.media.pictures import pixels_of
from evidence.model import FaceFinding
from evidence.scoring.answers import FaceRow, face_of, failure_of, shaped
from evidence.scoring.packs import Pack
from evidence.scoring.score import described, finding

LAYER_NAMES = ("error_level", "residual")


@dataclass(frozen=True, slots=True)
class ScoreMap:
    """The places on which a detector rested for one face: not a proof that they were edited."""

    face: FaceFinding
    raw: float
    grid: tuple[tuple[float, ...], ...]
    """8 rows of 8: by how much the raw output falls when the cell of the face's crop is hidden."""


def score_map(
    open_stream: Callable[[], BinaryIO],
    *,
    pack: Pack,
    worker: MediaWorker,
    finder: Pack | None = None,
    face: int = 0,
    cancelled: Callable[[], bool] = lambda: False,
    limits: MediaLimits | None = None,
) -> ScoreMap | None:
    """The occlusion map of one assessable face (0 is the largest); None when the picture has no such face.

    ``finder`` is the imported pack that finds faces, where the score used one.

    Raises as :func:`evidence.scoring.score_original` does for the environment, and what decoding raises.
    """
    with open_stream() as stream:
        answer, _ = worker.request(
            "map", stream, limits or MediaLimits(), cancelled, packs=described([pack]), finder=finding(finder),
            face=face,
        )  # fmt: skip
    if not answer.get("face"):
        return None
    grid = shaped(answer.get("grid"), list[list[float]])
    if len(grid) != 8 or any(len(row) != 8 or not all(-1e6 < value < 1e6 for value in row) for row in grid):
        raise EvidenceError("media.decoder_crashed")
    rows = tuple(tuple(round(value, 4) for value in row) for row in grid)
    return ScoreMap(face_of(shaped(answer["face"], FaceRow)), round(shaped(answer.get("raw"), float), 4), rows)  # type: ignore[arg-type]


def layer(
    open_stream: Callable[[], BinaryIO],
    name: str,
    *,
    worker: MediaWorker,
    cancelled: Callable[[], bool] = lambda: False,
    limits: MediaLimits | None = None,
) -> bytes:
    """A layer at the picture's own size, as PNG: ``error_level`` or ``residual``. It shows the content, as a preview.

    Raises what decoding raises; ``ValueError`` for an unknown name.
    """
    if name not in LAYER_NAMES:
        raise ValueError(name)
    limits = limits or MediaLimits()
    with open_stream() as stream:
        answer, body = worker.request("layer", stream, limits, cancelled, layer=name)
    if failure_of(answer):
        raise EvidenceError("media.undecodable", media_type="image")
    target = BytesIO()
    Image.fromarray(pixels_of(answer, body, limits)).save(target, "PNG")
    return target.getvalue()
