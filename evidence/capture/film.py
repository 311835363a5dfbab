"""Pictures of the screen into a film: H.264 in fragmented MP4, handed on in pieces as it is encoded.

Every piece ends with a whole fragment (ISO/IEC 14496-12, 8.8), so that a film that stops anywhere between two pieces is
a film all the same, and nothing is ever written back. Each frame keeps the time at which it was taken (variable frame
rate, 1/90000 s). ARCHITECTURE.md says why this format.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from evidence.errors import EvidenceError

if TYPE_CHECKING:
    from typing_extensions import Buffer

TICKS = 90_000
"""Units of time of the film in one second."""
KEY_EVERY_S = 4
"""Seconds between two pictures that stand alone: how far a player must go back to show any other."""
FRAGMENT_S = 0.9
"""Seconds of film in one fragment: what a crash can cost. Less than the second after which a still picture comes again,
so that each of those ends a fragment."""
_QUALITY = "12"
"""x264's constant rate factor: below about 18 nobody sees a difference on a screen."""
_ONE_THREAD = 1920 * 1200
"""Pixels up to which one thread is quick enough: two share a picture by halves, and spend a third more on it."""
FILM_FORMAT = f"mp4_fragmented_h264_yuv420p_bt709_crf{_QUALITY}"


@dataclass(frozen=True, slots=True)
class RawFrame:
    """A picture of the screen as the system gave it: four bytes for each pixel (blue, green, red, unused)."""

    width: int
    height: int
    bgra: bytes | bytearray


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in the colours of the film: half as much to keep as :class:`RawFrame`."""

    width: int
    height: int
    planes: Any
    """A frame of the encoder's library."""


class Painter:
    """Turns pictures of the screen into those of the film. For one thread."""

    def __init__(self) -> None:
        import av  # takes a tenth of a second, and only recordings need it
        import numpy as np
        from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

        self._av: Any = av
        self._np = np
        self._reformatter: Any = VideoReformatter()
        self._wanted = {"format": "yuv420p", "dst_colorspace": Colorspace.ITU709, "dst_color_range": ColorRange.MPEG}

    def paint(self, frame: RawFrame) -> Picture:
        """The picture, without the last row or column of pixels where their number is odd: the colours have half the
        resolution. Raises :class:`EvidenceError` ``capture.bad_region`` or ``capture.film_failed``."""
        width, height = frame.width & ~1, frame.height & ~1
        if not width or not height:
            raise EvidenceError("capture.bad_region")
        try:
            pixels = self._np.frombuffer(frame.bgra, dtype=self._np.uint8).reshape(frame.height, frame.width, 4)
            raw = self._av.VideoFrame.from_numpy_buffer(pixels[:height, :width], format="bgra")
            planes = self._reformatter.reformat(raw, threads=_threads(width, height), **self._wanted)
        except (self._av.FFmpegError, ValueError, OSError) as problem:
            raise EvidenceError("capture.film_failed") from problem
        return Picture(width, height, planes)


def _threads(width: int, height: int) -> int:
    return 1 if width * height <= _ONE_THREAD else 2


def prepare() -> None:
    """Load what encoding needs: it takes a moment, and no picture should wait for it."""
    import av

    av.Codec("libx264", "w")


class FilmWriter:
    """Encodes frames of one size. ``write`` gets the pieces, in order, on the thread that calls :meth:`add`."""

    def __init__(self, write: Callable[[bytes], None], width: int, height: int) -> None:
        """Raises :class:`EvidenceError` ``capture.film_failed`` when this computer cannot encode."""
        import av

        self._av: Any = av
        # Chroma has half the resolution: both sides must be even. One row or column of pixels is left out for it.
        self.width, self.height = width & ~1, height & ~1
        if not self.width or not self.height:
            raise EvidenceError("capture.bad_region")
        self._sink = _Pieces(write)
        self._last_key = -KEY_EVERY_S * TICKS
        self._last_pts = -1
        try:
            self._container: Any = av.open(
                self._sink,
                "w",
                format="mp4",
                options={
                    "movflags": "empty_moov+default_base_moof+delay_moov",
                    "frag_duration": str(round(FRAGMENT_S * 1_000_000)),
                    "video_track_timescale": str(TICKS),
                    "flush_packets": "1",
                },
            )
            stream = self._container.add_stream("libx264", rate=30)
            context = stream.codec_context
            context.width, context.height, context.pix_fmt = self.width, self.height, "yuv420p"
            context.time_base = stream.time_base = Fraction(1, TICKS)
            context.thread_count = _threads(self.width, self.height)
            context.color_range, context.colorspace = 1, 1
            context.color_primaries, context.color_trc = 1, 1
            context.options = {
                "preset": "superfast", "tune": "zerolatency", "crf": _QUALITY, "forced-idr": "1", "g": "10000",
                # What a screen shows moves by whole pixels; and where it changes at once, no further key is wanted.
                "x264-params": "force-cfr=0:subme=0:scenecut=0",
            }  # fmt: skip
            self._stream = stream
        except (av.FFmpegError, ValueError, OSError) as problem:
            raise EvidenceError("capture.film_failed") from problem

    def add(self, picture: Picture, at_s: float) -> None:
        """Add a picture that was taken ``at_s`` seconds after the film began; times rise.

        Raises :class:`EvidenceError` ``capture.film_failed``, ``capture.screen_changed`` for a picture of another size,
        and whatever ``write`` raises.
        """
        if (picture.width, picture.height) != (self.width, self.height):
            raise EvidenceError("capture.screen_changed")
        raw = picture.planes
        pts = max(round(at_s * TICKS), self._last_pts + 1)
        try:
            raw.pts, raw.time_base = pts, Fraction(1, TICKS)
            is_key = pts - self._last_key >= KEY_EVERY_S * TICKS
            raw.pict_type = self._av.video.frame.PictureType.I if is_key else self._av.video.frame.PictureType.NONE
            if is_key:
                self._last_key = pts
            self._last_pts = pts
            for packet in self._stream.encode(raw):
                self._container.mux(packet)
        except (self._av.FFmpegError, ValueError, OSError) as problem:
            raise self._sink.problem or EvidenceError("capture.film_failed") from problem
        if self._sink.problem:
            raise self._sink.problem

    def close(self) -> None:
        """End the film. Raises as :meth:`add`."""
        try:
            for packet in self._stream.encode(None):
                self._container.mux(packet)
            self._container.close()
        except (self._av.FFmpegError, ValueError, OSError) as problem:
            raise self._sink.problem or EvidenceError("capture.film_failed") from problem
        if self._sink.problem:
            raise self._sink.problem


class _Pieces(io.RawIOBase):
    """What the muxer writes to: it cannot be asked to go back."""

    name = "film"

    def __init__(self, write: Callable[[bytes], None]) -> None:
        super().__init__()
        self._write = write
        self.problem: EvidenceError | None = None

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def write(self, data: Buffer, /) -> int:
        piece = bytes(data)
        if self.problem is None:
            try:
                self._write(piece)
            except EvidenceError as problem:
                self.problem = problem
        return len(piece)
