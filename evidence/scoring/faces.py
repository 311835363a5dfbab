"""Find faces and judge whether they can be assessed at all. Runs in the child process.

Faces are found with the Haar cascades that come with OpenCV 4 (Viola and Jones 2001; Lienhart and Maydt 2002). They
miss turned and covered faces, which is said; a box that a second cascade does not confirm is not assessed.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from evidence.scoring.cascades import BARS, FRONTAL, SECOND, TURNED, cascade
from evidence.scoring.finders import Finder

MAX_FACES = 32
"""So many faces, the largest first, are examined; more are counted only."""
MIN_FACE = 64
"""Shorter side of a face that can be assessed, in pixels of the original."""
LOOK_SIDE = 1000
"""Faces are looked for in a copy of at most this many pixels on its longer side."""
LEAST_LOOKED_FOR = 36
"""The smallest face in that copy, in pixels."""
WHOLE_UP_TO = 360
"""Longer side of the copy up to which every size is looked for in it, place by place. Above it, faces are sought
coarsely first: what takes the time is the smallest faces. The detectors were calibrated on smaller pictures."""
COARSE_STEPS = (1.3, 1.2)
"""From one size of face to the next, in a coarse search: in the octave of the smallest and in the next; then 1.1."""
HASTENED_STEPS = (1.19, 1.12)
"""The same for a hastened cascade, which sees as much in such steps, and sooner."""
CLOSE_BY = (0.6, 1.7)
"""Sizes that are looked for around a place that a coarse search names, in sides of that place; and how far around."""
SMALL_UP_TO = 2.2
"""Faces up to so many times the smallest are placed in the copy itself, larger ones in one of half its size."""
MIN_SHARPNESS = 40.0
"""Variance of the Laplacian of the face at 96 x 96 pixels; below it, a face is too blurred."""
MAX_FLAT = 0.6
"""Share of a face's pixels that hardly differ from their neighbours, above which it is a drawing: of 1,900 photographs,
four ways degraded, none came above 0.4."""
MIN_QUALITY = 40
"""JPEG quality (libjpeg scale) below which a face is too compressed."""


@dataclass(frozen=True, slots=True)
class Box:
    """A face: its box in pixels, what keeps it from being assessed, and how sharp it is."""

    x: int
    y: int
    width: int
    height: int
    reasons: tuple[str, ...]
    sharpness: float


def find_faces(
    rgb: NDArray[np.uint8], jpeg_quality: int | None = None, finder: Finder | None = None
) -> tuple[list[Box], int]:
    """The faces, largest first, at most :data:`MAX_FACES`, and how many there were in all.

    Without an imported ``finder``, the cascades look for them.
    """
    if finder is not None:
        found = finder.find(rgb)
        all_grey = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
        most = found[:MAX_FACES]
        return [_judge(all_grey, face.box, face.reasons, 1.0, 0, jpeg_quality) for face in most], len(found)
    height, width = rgb.shape[:2]
    scale = min(1.0, LOOK_SIDE / max(height, width))
    # Small pictures are enlarged: the cascades were trained on larger faces than a thumbnail holds.
    scale = min(4.0, 256 / max(height, width)) if max(height, width) < 256 else scale
    grey = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    look: NDArray[np.uint8] = np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=way), np.uint8)
    margin = LEAST_LOOKED_FOR // 2
    look = np.asarray(cv2.copyMakeBorder(look, margin, margin, margin, margin, cv2.BORDER_REPLICATE), np.uint8)
    least = LEAST_LOOKED_FOR if scale <= 1 else round(LEAST_LOOKED_FOR * min(scale, 2.0))
    named: list[Place] = []
    if max(look.shape) <= WHOLE_UP_TO:
        kept = _frontal(look, _look(look, FRONTAL, 5, least))
    else:
        named = _coarsely(look, SECOND, least)
        kept = _frontal(look, _closest(look, named, least))
        if not kept:  # it sees some large ones that the second does not
            kept = _frontal(look, _closest(look, _coarsely(look, FRONTAL, 2 * least), least))
    kept = kept or _unsure(look, least, named)
    boxes = [_judge(grey, box, reasons, scale, margin, jpeg_quality) for box, reasons in kept[:MAX_FACES]]
    return boxes, len(kept)


Place = tuple[int, int, int, int]
Placed = tuple[Place, tuple[str, ...]]
"""A box in the copy that is looked at, and what keeps it from being assessed."""


def _frontal(look: NDArray[np.uint8], candidates: list[Place]) -> list[Placed]:
    """Frontal faces, largest first, of those that the first cascade sees. The second is asked around each: what it does
    not confirm is not assessed."""
    kept: list[Placed] = []
    for x, y, w, h in sorted(candidates, key=lambda b: (-b[2] * b[3], b)):
        if any(_overlap((x, y, w, h), known) > 0.3 for known, _ in kept):
            continue
        around = round(0.35 * w)
        left, top = max(0, x - around), max(0, y - around)
        part = np.ascontiguousarray(look[top : y + h + around, left : x + w + around])
        again = _look(part, SECOND, 3, max(20, round(0.6 * w)))
        is_confirmed = any(_overlap((x, y, w, h), (left + a, top + b, c, d)) > 0.4 for a, b, c, d in again)
        kept.append(((x, y, w, h), () if is_confirmed else ("not_surely_a_face",)))
    return sorted(kept, key=lambda item: (-item[0][2] * item[0][3], item[0]))


def _closest(look: NDArray[np.uint8], named: list[Place], least: int) -> list[Place]:
    """Where the first cascade sees a face, near the places that a coarse search named."""
    half = np.asarray(cv2.resize(look, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
    found: list[Place] = []
    for place in sorted(named, key=lambda b: (-b[2] * b[3], b)):
        if not any(_is_part(place, known) for known in found):
            found += _closely(look, half, place, least)
    return found


def _coarsely(look: NDArray[np.uint8], name: str, least: int, neighbours: int = 0) -> list[Place]:
    """Every place at which a cascade sees anything (or so many times), in coarse steps.

    Octave by octave of size, each in a copy in which its smallest face just fills the cascade's window: there OpenCV
    looks at every second pixel only, and large faces cost next to nothing.
    """
    window = cascade(name, hastened=False).getOriginalWindowSize()[0]
    steps = HASTENED_STEPS if name in BARS else COARSE_STEPS
    found: list[Place] = []
    octave = 0
    while least < min(look.shape):
        step, scale = (*steps, 1.1)[min(octave, 2)], window / least
        copy = np.asarray(cv2.resize(look, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
        is_last = 2 * least >= min(look.shape)
        most = 0 if is_last else 2 * window - 1
        seen = _look(copy, name, neighbours, window, most=most, step=step, hastened=name in BARS and octave < 2)
        if not neighbours:  # twice each, for a group of one counts for nothing
            seen = [(x, y, w, h) for x, y, w, h in cv2.groupRectangles([*seen, *seen], 1, 0.2)[0]]
        found += [_scaled(place, 1 / scale) for place in seen]
        least, octave = 2 * least, octave + 1
    return found


def _closely(look: NDArray[np.uint8], half: NDArray[np.uint8], place: Place, least: int) -> list[Place]:
    """What the first cascade sees around a place: large faces in a copy of half the size, small ones in coarser steps,
    as if the whole picture had been searched so."""
    side = place[2]
    low, high = (round(share * side) for share in CLOSE_BY)
    most = round(SMALL_UP_TO * least)
    found: list[Place] = []
    if low <= most:
        left, top, part = _near(look, place)
        seen = _look(part, FRONTAL, 3, max(least, low), most=min(most, high), step=1.2)
        found += [(left + x, top + y, w, h) for x, y, w, h in seen]
    if high > 1.6 * least:
        left, top, part = _near(half, _scaled(place, 0.5))
        seen = _look(part, FRONTAL, 5, max(round(0.8 * least), low // 2), most=high // 2)
        found += [(2 * (left + x), 2 * (top + y), 2 * w, 2 * h) for x, y, w, h in seen]
    return found


def _near(look: NDArray[np.uint8], place: Place) -> tuple[int, int, NDArray[np.uint8]]:
    """Left, top and pixels of what lies around a place."""
    x, y, w, h = place
    around = round(CLOSE_BY[0] * w)
    left, top = max(0, x - around), max(0, y - around)
    return left, top, np.ascontiguousarray(look[top : y + h + around, left : x + w + around])


def _unsure(look: NDArray[np.uint8], least: int, named: list[Place]) -> list[Placed]:
    """Where no frontal face is found, why none can be assessed: looked for in a smaller copy, which is enough.

    The second cascade is asked again only near what it ``named`` in a larger picture.
    """
    part = min(1.0, 400 / max(look.shape))
    small = np.asarray(cv2.resize(look, None, fx=part, fy=part, interpolation=cv2.INTER_AREA), np.uint8)
    smallest = max(24, round(least * part))

    def seen(copy: NDArray[np.uint8], name: str, neighbours: int) -> list[Place]:
        return _look(copy, name, neighbours, smallest) if part == 1 else _coarsely(copy, name, smallest, 2)

    doubtful = _look(small, SECOND, 3, smallest) if part == 1 else list[Place]()
    for place in [_scaled(place, part) for place in named] if part < 1 else ():
        low, high = (round(share * place[2]) for share in CLOSE_BY)
        if high >= smallest:
            left, top, around = _near(small, place)
            again = _look(around, SECOND, 5, max(smallest, low), most=high)
            doubtful += [(left + x, top + y, w, h) for x, y, w, h in again]
    found = [(box, "not_surely_a_face") for box in doubtful]
    if not found:
        turned = seen(small, TURNED, 5)
        mirrored = seen(np.ascontiguousarray(small[:, ::-1]), TURNED, 5)
        turned += [(small.shape[1] - x - w, y, w, h) for x, y, w, h in mirrored]
        found = [(box, "turned_away") for box in turned]
    kept: list[Placed] = []
    for box, reason in sorted(found, key=lambda item: (-item[0][2] * item[0][3], item[0])):
        x, y, w, h = (round(value / part) for value in box)
        if not any(_overlap((x, y, w, h), known) > 0.3 for known, _ in kept):
            kept.append(((x, y, w, h), (reason,)))
    return kept


def crop(rgb: NDArray[np.uint8], box: Box, margin: float, size: int) -> NDArray[np.uint8]:
    """The square around a face, ``margin`` times its box, within the picture, at ``size`` x ``size`` pixels."""
    left, top, side = square_of(rgb, box, margin)
    return to_input_size(rgb[top : top + side, left : left + side], size)


def square_of(rgb: NDArray[np.uint8], box: Box, margin: float) -> tuple[int, int, int]:
    """Left, top and side of the square that :func:`crop` takes."""
    height, width = rgb.shape[:2]
    side = round(min(max(box.width, box.height) * margin, height, width))
    left = round(min(max(box.x + box.width / 2 - side / 2, 0), width - side))
    top = round(min(max(box.y + box.height / 2 - side / 2, 0), height - side))
    return left, top, side


def prepared(rgb: NDArray[np.uint8], box: Box, margin: float, size: int) -> NDArray[np.float32]:
    """A face as a detector takes it: 3 x size x size, RGB from 0 to 1."""
    return crop(rgb, box, margin, size).transpose(2, 0, 1).astype(np.float32) / np.float32(255)


def to_input_size(picture: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """The one resize between a face crop and a detector: area when it shrinks, linear when it grows."""
    way = cv2.INTER_AREA if min(picture.shape[:2]) >= size else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, (size, size), interpolation=way), dtype=np.uint8)


def sharpness_of(grey_face: NDArray[np.uint8]) -> float:
    """Variance of the Laplacian at 96 x 96 pixels (Pech-Pacheco et al. 2000), of contrast made equal."""
    small = cv2.resize(grey_face, (96, 96), interpolation=cv2.INTER_AREA).astype(np.float32)
    spread = max(float(small.std()), 8.0)
    return float(cv2.Laplacian((small - small.mean()) * (50.0 / spread), cv2.CV_32F).var())


def flatness_of(grey_face: NDArray[np.uint8]) -> float:
    """The share of pixels that differ by at most one level from all eight neighbours: high in drawings alone."""
    square = np.ones((3, 3), np.uint8)
    spread = cv2.subtract(cv2.dilate(grey_face, square), cv2.erode(grey_face, square))
    return np.count_nonzero(np.asarray(spread) <= 1) / grey_face.size


def _judge(
    grey: NDArray[np.uint8],
    placed: tuple[int, int, int, int],
    reasons: tuple[str, ...],
    scale: float,
    margin: int,
    jpeg_quality: int | None,
) -> Box:
    height, width = grey.shape
    x, y, w, h = (round(value / scale) for value in (placed[0] - margin, placed[1] - margin, placed[2], placed[3]))
    x, y = min(max(x, 0), width - 1), min(max(y, 0), height - 1)
    w, h = max(1, min(w, width - x)), max(1, min(h, height - y))
    sharpness = sharpness_of(grey[y : y + h, x : x + w])
    why = list(reasons)
    if flatness_of(grey[y : y + h, x : x + w]) > MAX_FLAT:
        why.append("drawn")
    if min(w, h) < MIN_FACE:
        why.append("too_small")
    if sharpness < MIN_SHARPNESS:
        why.append("too_blurred")
    if jpeg_quality is not None and jpeg_quality < MIN_QUALITY:
        why.append("too_compressed")
    return Box(x, y, w, h, tuple(why), sharpness)


def _look(
    grey: NDArray[np.uint8], name: str, neighbours: int, least: int, *, most: int = 0, step: float = 1.1,
    hastened: bool = False,
) -> list[tuple[int, int, int, int]]:  # fmt: skip
    found = cascade(name, hastened=hastened).detectMultiScale(
        grey, step, neighbours, minSize=(least, least), maxSize=(most, most) if most else (1 << 15, 1 << 15)
    )  # fmt: skip
    return [(int(x), int(y), int(w), int(h)) for x, y, w, h in found]


def _scaled(place: Place, scale: float) -> Place:
    x, y, w, h = (round(value * scale) for value in place)
    return x, y, w, h


def _is_part(place: Place, known: Place) -> bool:
    """Whether most of a place, of about the same size, lies in what was found already."""
    across = min(place[0] + place[2], known[0] + known[2]) - max(place[0], known[0])
    down = min(place[1] + place[3], known[1] + known[3]) - max(place[1], known[1])
    return 2 * max(across, 0) * max(down, 0) > place[2] * place[3] and 2 * place[2] > known[2]


def _overlap(one: tuple[int, int, int, int], two: tuple[int, int, int, int]) -> float:
    """Intersection over union."""
    across = min(one[0] + one[2], two[0] + two[2]) - max(one[0], two[0])
    down = min(one[1] + one[3], two[1] + two[3]) - max(one[1], two[1])
    both = max(across, 0) * max(down, 0)
    return both / (one[2] * one[3] + two[2] * two[3] - both)
