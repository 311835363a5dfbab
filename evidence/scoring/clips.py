"""Look at a clip: frames by time, faces followed from frame to frame. Runs in the child process.

The clip is read from memory, never from a file: nothing of it reaches the disk.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from io import BytesIO
from itertools import chain
from threading import Lock
from typing import Any, TypeVar

import av
import numpy as np
from numpy.typing import NDArray

from evidence.errors import EvidenceError
from evidence.media.film_worker import CONTAINERS, DECODERS, MOST_STREAMS
from evidence.media.limits import MediaLimits
from evidence.scoring.faces import Box, find_faces
from evidence.scoring.finders import Finder
from evidence.scoring.hands import Hands

T = TypeVar("T")
FRAMES = 32
"""So many frames are looked at, spread evenly over the clip."""
MAX_TRACKS = 8
MOST_ASKED = 96
"""So many pictures of faces are shown to each detector, evenly over time and over the tracks."""
SAME_FACE = 0.15
"""Boxes in neighbouring samples that overlap at least so much (intersection over union) are one face."""
_MOST_SKIPPED = 20_000
_FAR_S = 0.7
"""Frames further ahead than this are sought by the film's index, nearer ones by decoding on."""
_NOTHING_ELSE = {"protocol_whitelist": "", "enable_drefs": "0", "probesize": "5000000"}


@dataclass(slots=True)
class Track:
    """One face through the clip: when, where, and its picture each time."""

    seen: list[tuple[float, Box, NDArray[np.uint8]]] = field(default_factory=list)

    @property
    def last(self) -> Box:
        return self.seen[-1][1]


def read_frames(
    data: bytes | bytearray, media_type: str, limits: MediaLimits
) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    """Times in seconds and RGB frames, upright, in order of time, at most :data:`FRAMES`; of a damaged film, those that
    can be read.

    Frames are chosen by the times at which they are shown, however unevenly these lie. Raises :class:`EvidenceError`
    ``media.undecodable`` when not one frame can be read, ``media.unsupported``, ``media.too_many_pixels``.
    """
    container = CONTAINERS.get(media_type)
    if container is None:
        raise EvidenceError("media.unsupported", media_type=media_type)
    found = 0
    try:
        # No other file, no network: what a film refers to is not opened.
        opened: Any = av.open(BytesIO(data), format=container, options=_NOTHING_ELSE)
        with opened as film:
            stream = _stream_of(film, media_type, limits)
            duration_s = (film.duration or 0) / 1_000_000
            for at_s, frame in _by_time(film, stream, duration_s) if 0 < duration_s < 1e6 else _in_order(film, stream):
                rgb = _upright(frame, limits)
                found += 1
                yield at_s, rgb
    except (av.FFmpegError, ValueError, OSError, OverflowError, IndexError) as problem:
        if not found:
            raise EvidenceError("media.undecodable", media_type=media_type) from problem
    if not found:
        raise EvidenceError("media.undecodable", media_type=media_type)


def _stream_of(film: Any, media_type: str, limits: MediaLimits) -> Any:
    """The film's first track of pictures, with one thread and bounds."""
    if len(film.streams) > MOST_STREAMS or not film.streams.video:
        raise EvidenceError("media.undecodable", media_type=media_type)
    stream = film.streams.video[0]
    context = stream.codec_context
    if DECODERS.get(context.name, "") not in (context.codec.name, context.name, "libdav1d"):
        raise EvidenceError("media.unsupported", media_type=f"{media_type} ({context.name[:20]})")
    if not 0 < context.width * context.height <= limits.max_pixels / 4:
        raise EvidenceError("media.too_many_pixels", most=limits.max_pixels // 4)
    context.thread_count, context.thread_type = 1, "NONE"
    context.options = {"max_pixels": str(limits.max_pixels // 4)}
    return stream


def _by_time(film: Any, stream: Any, duration_s: float) -> Iterator[tuple[float, Any]]:
    """One frame for each of :data:`FRAMES` times: where the film has frames that stand alone in between, the last of
    those, so that what is skipped is not decoded; else the first at or after it; and at the end the last of all."""
    base = float(stream.time_base or Fraction(1, 90_000))
    start = stream.start_time or 0
    if duration_s / FRAMES > _FAR_S:
        stream.codec_context.skip_frame = "NONREF"  # frames on which no other rests need not be decoded
    frames = film.decode(stream)
    shown, last, may_skip = start, -1.0, True
    for place in range(FRAMES):
        wanted = start + round(duration_s * (place + 0.5) / FRAMES / base)
        found = None
        if may_skip and (wanted - shown) * base > _FAR_S and _stands_alone_after(stream, shown, wanted):
            film.seek(wanted, stream=stream, backward=True)
            frames = film.decode(stream)
            first = next(frames, None)
            if first is None:
                return
            if first.pts is not None and first.pts > shown:
                found = first
            else:  # back before what was seen: nothing stands alone in between, and skipping only decodes it again
                may_skip, frames = False, chain([first], frames)
        for frame in frames if found is None else ():
            if frame.pts is not None:
                found = frame
                if frame.pts >= wanted:
                    break
        if found is None:
            return
        shown, at_s = found.pts, (found.pts - start) * base
        if at_s > last:
            last = at_s
            yield at_s, found


def _stands_alone_after(stream: Any, shown: int, wanted: int) -> bool:
    """Whether the film's index names a frame that stands alone after what was shown; true where it has no index."""
    entries = stream.index_entries
    place = entries.search_timestamp(wanted, backward=True) if len(entries) else -1
    return place < 0 or entries[place].timestamp > shown


def _in_order(film: Any, stream: Any) -> Iterator[tuple[float, Any]]:
    """A film that does not say how long it is: every frame until there are enough, then every second of those …"""
    kept: list[tuple[float, Any]] = []
    every = 1
    for number, frame in enumerate(film.decode(stream)):
        if number >= _MOST_SKIPPED:
            break
        if number % every == 0:
            kept.append((float(frame.time or 0.0), frame))
        if len(kept) > FRAMES:
            kept, every = kept[::2], every * 2
    yield from kept


def _upright(frame: Any, limits: MediaLimits) -> NDArray[np.uint8]:
    if frame.width * frame.height > limits.max_pixels / 4:
        raise EvidenceError("media.too_many_pixels", most=limits.max_pixels // 4)
    turns = round(int(getattr(frame, "rotation", 0)) / 90) % 4
    return np.ascontiguousarray(np.rot90(frame.to_ndarray(format="rgb24"), turns))


def follow_faces(
    frames: Iterator[tuple[float, NDArray[np.uint8]]], finder: Finder | None = None, hands: Hands | None = None
) -> tuple[list[Track], int, int]:
    """Tracks of faces, the longest first, at most :data:`MAX_TRACKS`; how many frames were read; how many tracks there
    were in all. ``hands`` search one frame while the next is decoded."""
    tracks: list[Track] = []
    read = 0

    def searched(frame: tuple[float, NDArray[np.uint8]]) -> tuple[float, NDArray[np.uint8], list[Box]]:
        at_s, rgb = frame
        with one_at_a_time:  # a cascade serves one search only, and that has threads of its own
            return at_s, rgb, find_faces(rgb, finder=finder)[0]

    one_at_a_time = Lock()
    go = map if hands is None else hands.each
    for at_s, rgb, boxes in go(searched, frames):
        read += 1
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
    return tracks[:MAX_TRACKS], read, len(tracks)


def spread(seen: Sequence[T], most: int) -> list[T]:
    """At most so many, evenly."""
    few = min(len(seen), most)
    return [seen[place * len(seen) // few] for place in range(few)]


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
