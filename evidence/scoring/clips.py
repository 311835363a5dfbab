"""Look at a clip: frames by time, faces followed from frame to frame. Runs in the child process.

The clip is read from memory, never from a file: nothing of it reaches the disk.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from evidence.errors import EvidenceError
from evidence.media.limits import MediaLimits
from evidence.scoring.faces import Box, find_faces
from evidence.scoring.finders import Finder

FRAMES = 32
"""So many frames are looked at, spread evenly over the clip."""
MAX_TRACKS = 8
SAME_FACE = 0.15
"""Boxes in neighbouring samples that overlap at least so much (intersection over union) are one face."""
_MOST_SKIPPED = 20_000


@dataclass(slots=True)
class Track:
    """One face through the clip: when, where, and its picture each time."""

    seen: list[tuple[float, Box, NDArray[np.uint8]]] = field(default_factory=list)

    @property
    def last(self) -> Box:
        return self.seen[-1][1]


def read_frames(data: bytes | bytearray, limits: MediaLimits) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    """Times in seconds and RGB frames, upright, in order of time, at most :data:`FRAMES`.

    Raises :class:`EvidenceError` ``media.undecodable`` when not one frame can be read, ``media.too_many_pixels``.
    """
    try:
        # Any buffered stream of Python is taken since OpenCV 4.11; the type stubs do not say so.
        source: Any = BytesIO(data)
        capture = cv2.VideoCapture(source, cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
        is_open = capture.isOpened()
    except cv2.error as problem:
        raise EvidenceError("media.undecodable", media_type="video") from problem
    if not is_open:
        raise EvidenceError("media.undecodable", media_type="video")
    width, height = capture.get(cv2.CAP_PROP_FRAME_WIDTH), capture.get(cv2.CAP_PROP_FRAME_HEIGHT)
    if not 0 < width * height <= limits.max_pixels / 4:
        raise EvidenceError("media.too_many_pixels", most=limits.max_pixels // 4)
    count, rate = capture.get(cv2.CAP_PROP_FRAME_COUNT), capture.get(cv2.CAP_PROP_FPS)
    is_timed = math.isfinite(count) and math.isfinite(rate) and 1 <= count < 1e8 and 0.1 <= rate <= 1000
    found = 0
    for at_s, frame in _by_time(capture, count / rate) if is_timed else _in_order(capture):
        found += 1
        yield at_s, np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), np.uint8)
    capture.release()
    if not found:
        raise EvidenceError("media.undecodable", media_type="video")


def _by_time(capture: cv2.VideoCapture, duration_s: float) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    last = -1.0
    for place in range(FRAMES):
        capture.set(cv2.CAP_PROP_POS_MSEC, 1000.0 * duration_s * (place + 0.5) / FRAMES)
        is_read, frame = capture.read()
        at_s = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0
        if is_read and frame is not None and math.isfinite(at_s) and at_s > last:
            last = at_s
            yield at_s, np.asarray(frame, np.uint8)


def _in_order(capture: cv2.VideoCapture) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    """A stream that does not say how long it is: every frame until there are enough, then every second of those …"""
    kept: list[tuple[float, NDArray[np.uint8]]] = []
    every = 1
    for number in range(_MOST_SKIPPED):
        if not capture.grab():
            break
        if number % every:
            continue
        is_read, frame = capture.retrieve()
        if is_read and frame is not None:
            kept.append((max(0.0, capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0), np.asarray(frame, np.uint8)))
        if len(kept) > FRAMES:
            kept, every = kept[::2], every * 2
    yield from kept


def follow_faces(
    frames: Iterator[tuple[float, NDArray[np.uint8]]], finder: Finder | None = None
) -> tuple[list[Track], int, int]:
    """Tracks of faces, the longest first; how many frames were read; how many faces were seen in all."""
    tracks: list[Track] = []
    read = seen = 0
    for at_s, rgb in frames:
        read += 1
        boxes, in_all = find_faces(rgb, finder=finder)
        seen += in_all
        open_tracks = list(tracks)
        for box in boxes:
            best = max(open_tracks, key=lambda track: _overlap(track.last, box), default=None)
            if best is not None and _overlap(best.last, box) >= SAME_FACE:
                open_tracks.remove(best)
            else:
                best = Track()
                tracks.append(best)
            best.seen.append((at_s, box, _around(rgb, box)))
    tracks.sort(key=lambda track: -sum(not box.reasons for _, box, _ in track.seen))
    return tracks[:MAX_TRACKS], read, seen


def _around(rgb: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """What a crop around the face may need, copied so that the frame itself can go."""
    height, width = rgb.shape[:2]
    side = 2 * max(box.width, box.height)
    left, top = max(0, box.x + box.width // 2 - side // 2), max(0, box.y + box.height // 2 - side // 2)
    return rgb[top : min(height, top + side), left : min(width, left + side)].copy()


def placed_around(box: Box) -> Box:
    """The face's box within what a :class:`Track` kept of its frame."""
    side = 2 * max(box.width, box.height)
    left, top = max(0, box.x + box.width // 2 - side // 2), max(0, box.y + box.height // 2 - side // 2)
    return Box(box.x - left, box.y - top, box.width, box.height, box.reasons, box.sharpness)


def _overlap(one: Box, two: Box) -> float:
    across = min(one.x + one.width, two.x + two.width) - max(one.x, two.x)
    down = min(one.y + one.height, two.y + two.height) - max(one.y, two.y)
    both = max(across, 0) * max(down, 0)
    return both / (one.width * one.height + two.width * two.height - both)
