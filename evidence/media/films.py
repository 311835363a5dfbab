"""Films: single pictures out of them, by way of a child process that is handed the bytes that it asks for.

What comes back is a rectangle of raw pixels or a few numbers, never anything of the file. Sound is not decoded at all.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from io import BytesIO
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self

from evidence.errors import CancelledError, EvidenceError
from evidence.media.child import Watch, child_command, error_of, start_child, stop_child
from evidence.media.limits import MIB, MediaLimits
from evidence.media.pictures import number_of, pixels_of, text_of
from evidence.media.wire import CHUNK, Message, WireError, receive, send

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILM_MODULE = "evidence.media.film_worker"
FILM_LIMITS = MediaLimits(
    time_s=20.0, memory_bytes=2048 * MIB, max_file_bytes=4096 * MIB, max_pixels=40_000_000,
    max_output_bytes=130 * MIB,
)  # fmt: skip
"""For one act. ``max_file_bytes`` bounds what is read for it, not the film, which may be of any length."""


@dataclass(frozen=True, slots=True)
class FilmFacts:
    """What the container and its first picture track say about themselves."""

    media_type: str
    width: int
    height: int
    codec: str
    duration_s: float
    """0 when the container does not say."""
    rate: float
    """Pictures in a second on average; 0 when it is not told."""
    has_sound: bool
    metadata: dict[str, str]
    """As they stand in the file: where and when it was made, with what. Not believed."""


@dataclass(frozen=True, slots=True, eq=False)
class FilmFrame:
    """One picture of a film, upright."""

    rgb: NDArray[np.uint8]
    """Height x width x 3."""
    at_s: float
    """When it is shown, in seconds since the film began."""

    def encoded(self, image_format: str = "JPEG") -> bytes:
        """The picture as ``JPEG`` or ``PNG`` bytes without metadata, encoded here and not by a stranger."""
        from PIL import Image

        target = BytesIO()
        options: dict[str, object] = {"quality": 85} if image_format == "JPEG" else {}
        Image.fromarray(self.rgb).save(target, image_format, **options)
        return target.getvalue()


class Film:
    """A film that is being looked at. Use as a context manager, or call :meth:`close`, which closes ``stream`` too.

    Safe to use from several threads; one request runs at a time. Every method raises :class:`EvidenceError`
    ``media.unsupported``, ``media.undecodable``, ``media.too_many_pixels``, ``media.too_many_frames``,
    ``media.out_of_time``, ``media.out_of_memory``, ``media.decoder_crashed``, ``media.decoder_missing``, what the
    stream raises, and :class:`CancelledError`; after each but the first four the film must be opened again.
    """

    def __init__(
        self, stream: BinaryIO, size: int, media_type: str, *, limits: MediaLimits = FILM_LIMITS,
        command: list[str] | None = None,
    ) -> None:  # fmt: skip
        """``stream`` is seekable and holds ``size`` bytes; ``media_type`` is what they were found to be."""
        self._stream = stream
        self._limits = limits
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self._process = start_child(command or child_command(FILM_MODULE))
            opening: Message = {"size": size, "media_type": media_type, "limits": asdict(limits)}
            self.facts = self._read_facts(self._request(opening)[0])
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child and let go of the stream. May be called twice."""
        process, self._process = self._process, None
        if process is not None:
            stop_child(process)
        self._stream.close()

    def at(
        self, seconds: float, *, max_side: int, is_blurred: bool = True, cancelled: Callable[[], bool] = lambda: False
    ) -> FilmFrame:
        """The picture that is shown at that time; the first or the last when it lies outside."""
        frame = self._frame({"do": "at", "at_s": float(seconds)}, max_side, is_blurred, cancelled)
        if frame is None:
            raise EvidenceError("media.decoder_crashed")
        return frame

    def following(
        self, *, max_side: int, is_blurred: bool = True, cancelled: Callable[[], bool] = lambda: False
    ) -> FilmFrame | None:
        """The picture after the one that was given last; None at the end."""
        return self._frame({"do": "next"}, max_side, is_blurred, cancelled)

    def preceding(
        self, *, max_side: int, is_blurred: bool = True, cancelled: Callable[[], bool] = lambda: False
    ) -> FilmFrame | None:
        """The picture before the one that was given last; None at the beginning."""
        return self._frame({"do": "previous"}, max_side, is_blurred, cancelled)

    def number(self, cancelled: Callable[[], bool] = lambda: False) -> int:
        """The number of the picture that was given last, from 0. Reads the film from its beginning."""
        answer, _body = self._request({"do": "number"}, cancelled)
        return number_of(answer, "number")

    def _frame(
        self, command: Message, max_side: int, is_blurred: bool, cancelled: Callable[[], bool]
    ) -> FilmFrame | None:
        answer, body = self._request({**command, "max_side": max_side, "blurred": is_blurred}, cancelled)
        if answer.get("end"):
            return None
        pixels = pixels_of(answer, body, self._limits)
        if max(pixels.shape[:2]) > max_side:
            raise EvidenceError("media.decoder_crashed")
        return FilmFrame(pixels, number_of(answer, "at_us") / 1e6)

    def _read_facts(self, answer: Message) -> FilmFacts:
        metadata = answer.get("metadata")
        if not isinstance(metadata, dict) or len(metadata) > 60:
            raise EvidenceError("media.decoder_crashed")
        return FilmFacts(
            media_type=text_of(answer, "media_type"),
            width=number_of(answer, "width"),
            height=number_of(answer, "height"),
            codec=text_of(answer, "codec"),
            duration_s=number_of(answer, "duration_ms") / 1000,
            rate=number_of(answer, "rate_milli") / 1000,
            has_sound=bool(answer.get("has_sound")),
            metadata={str(name)[:60]: str(value)[:300] for name, value in metadata.items()},
        )

    def _request(
        self, command: Message, cancelled: Callable[[], bool] = lambda: False
    ) -> tuple[Message, bytearray]:
        """Send a command, hand over what the child asks for, and give its answer."""
        with self._lock:
            if cancelled():
                raise CancelledError
            process = self._process
            if process is None or process.stdin is None or process.stdout is None:
                raise EvidenceError("media.decoder_crashed")
            with Watch(process, self._limits.time_s, cancelled) as watch:
                try:
                    send(process.stdin, command)
                    while True:
                        answer, body = receive(process.stdout, self._limits.max_output_bytes)
                        wanted = answer.get("read")
                        if wanted is None:
                            break
                        send(process.stdin, {}, [self._bytes(wanted)])
                except (WireError, OSError) as problem:
                    if watch.ended == "cancelled":
                        raise CancelledError from problem
                    if watch.ended == "time":
                        raise EvidenceError("media.out_of_time", seconds=f"{self._limits.time_s:g}") from problem
                    raise EvidenceError("media.decoder_crashed") from problem
        if "error" in answer:
            raise error_of(answer)
        return answer, body

    def _bytes(self, untrusted_place: object) -> bytes:
        """What the child asks for, if it is a place in the film."""
        match untrusted_place:
            case [int(position), int(size)] if position >= 0 and 0 < size <= CHUNK:
                self._stream.seek(position)
                data = self._stream.read(size)
                if len(data) == size:
                    return data
        raise EvidenceError("media.decoder_crashed")
