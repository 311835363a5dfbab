"""One tall picture out of many of a chat that was scrolled: each overlaps the one before, and is laid below it.

What moves is found between what stands still: a title above, a field to type below. Each step is measured on rows of
edges and checked on the pixels themselves; where that does not hold, nothing is guessed: the picture says that there is
a gap. The single pictures are the originals; what is made here is derived, and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from evidence.capture.screen import Frame

Pixels = NDArray[np.uint8]

MOST_HEIGHT = 60_000
"""Pixels: PNG readers of many programs refuse more than 65535."""
_GAP = 24
"""Height of the grey bar that stands for a gap."""
_LEAST_OVERLAP = 48
_SAME = 3.0
"""Mean difference of grey levels, 0 to 255, up to which two rows are taken for the same."""
_FLAT = 1.5
"""Below this spread of grey levels a strip is too plain to be recognised."""


@dataclass(frozen=True, slots=True)
class Stitched:
    """The tall picture and how it was put together."""

    frame: Frame
    used: tuple[int, ...]
    """Which pictures it is made of, from 0; those that showed nothing new are left out."""
    offsets: tuple[int, ...]
    """For each used picture after the first: by how many rows the content had moved; 0 where there is a gap."""
    gaps: int
    top: int
    """Rows above that stood still in all pictures."""
    bottom: int


def stitch(frames: Sequence[Frame]) -> Stitched | None:
    """Put pictures of one region together, in the order in which they were taken, scrolled downwards.

    None when there is nothing to put together: fewer than two pictures, of different sizes, or all the same.
    """
    if len(frames) < 2 or len({(one.width, one.height) for one in frames}) != 1:
        return None
    pictures = [np.frombuffer(one.rgb, dtype=np.uint8).reshape(one.height, one.width, 3) for one in frames]
    grey: list[Pixels] = [np.asarray(cv2.cvtColor(one, cv2.COLOR_RGB2GRAY), dtype=np.uint8) for one in pictures]
    top, bottom = _standing(grey)
    height = pictures[0].shape[0]
    if height - top - bottom < 2 * _LEAST_OVERLAP:
        top = bottom = 0
    used, offsets, parts = [0], [], [pictures[0][: height - bottom]]
    gaps, tall, last = 0, height - bottom, 0
    for index in range(1, len(pictures)):
        moved = _moved(grey[last][top : height - bottom], grey[index][top : height - bottom])
        if moved == 0:
            continue
        if moved is None:
            gaps += 1
            bar = np.full((_GAP, frames[0].width, 3), 128, dtype=np.uint8)
            part = np.concatenate((bar, pictures[index][top : height - bottom]))
        else:
            part = pictures[index][height - bottom - moved : height - bottom]
        if tall + part.shape[0] + bottom > MOST_HEIGHT:
            break
        parts.append(part)
        tall += part.shape[0]
        used.append(index)
        offsets.append(moved or 0)
        last = index
    if len(used) < 2:
        return None
    parts.append(pictures[last][height - bottom :])
    whole = np.ascontiguousarray(np.concatenate(parts))
    frame = Frame(frames[0].width, whole.shape[0], whole.tobytes())
    return Stitched(frame, tuple(used), tuple(offsets), gaps, top, bottom)


def _standing(grey: Sequence[Pixels]) -> tuple[int, int]:
    """How many rows above and below are the same in all pictures."""
    still = np.ones(grey[0].shape[0], dtype=bool)
    for one in grey[1:]:
        still &= np.abs(one.astype(np.int16) - grey[0]).mean(axis=1) < 0.5
    if still.all():
        return 0, 0
    return int(np.argmin(still)), int(np.argmin(still[::-1]))


def _moved(before: Pixels, after: Pixels) -> int | None:
    """By how many rows the content went up between two pictures; 0 when it did not; None when that cannot be told,
    also because it repeats itself and several answers fit."""
    if _alike(before, after):
        return 0
    height = before.shape[0]
    # A strip from the upper part of the new picture is looked for in the old one; a plain one says nothing.
    for start in range(0, height // 2, _LEAST_OVERLAP):
        strip = after[start : start + _LEAST_OVERLAP]
        if float(strip.std()) < _FLAT:
            continue
        score = cv2.matchTemplate(before[start:], strip, cv2.TM_SQDIFF_NORMED)[:, 0]
        places = [int(place) for place in np.flatnonzero(score <= score.min() + 0.002) if place]
        fitting = [place for place in places[:64] if _alike(before[place:], after[: height - place])]
        if fitting and max(fitting) - min(fitting) > 2:
            return None
        if fitting:
            return min(fitting, key=lambda place: float(score[place]))
    return None


def _alike(one: Pixels, other: Pixels) -> bool:
    """Whether two strips show the same, a small thing on them aside (a pointer, a blinking mark)."""
    rows = np.abs(one.astype(np.int16) - other).mean(axis=1)
    if rows.size < _LEAST_OVERLAP:
        return False
    return bool(np.percentile(rows, 90) <= _SAME)
