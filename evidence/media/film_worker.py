"""The child process that decodes films: the far end of :mod:`evidence.media.films`.

It is given no film but asks for the bytes that it needs, so that hours of film need no memory and no file. As in
:mod:`evidence.media.worker` it gives up, before the first byte, whatever a decoder does not need. Formats and decoders
are chosen here by what the file is, from short lists; sound is never decoded.
"""

from __future__ import annotations

import io
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import IO, TYPE_CHECKING, Any, cast

from evidence.errors import EvidenceError
from evidence.media.limits import MediaLimits
from evidence.media.wire import CHUNK, Message, receive, send
from evidence.media.worker import keep_within, no_more_processes, open_pipes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from typing_extensions import Buffer

CONTAINERS = {
    "video/mp4": "mp4", "video/quicktime": "mp4", "video/x-m4v": "mp4", "video/3gpp": "mp4",
    "video/webm": "matroska", "video/x-matroska": "matroska", "video/x-msvideo": "avi",
}  # fmt: skip
"""Media type to the one demuxer that may see it."""
DECODERS = {
    "h264": "h264", "hevc": "hevc", "vp8": "vp8", "vp9": "vp9", "av1": "libdav1d", "mpeg4": "mpeg4", "mjpeg": "mjpeg",
    "h263": "h263",
}  # fmt: skip
"""Codec to the decoder that is used for it; no other codec is decoded."""
MOST_STREAMS = 16
MOST_SIDE = 16_384
_MOST_FRAMES = 3000
"""Pictures that are decoded to reach one: more lie between no two that stand alone in any usual film."""
_CACHED = 8


class _Asked(io.RawIOBase):
    """The film, as far as the parent hands it over: every block that is missing is asked for."""

    name = "film"

    def __init__(self, requests: IO[bytes], answers: IO[bytes], size: int) -> None:
        super().__init__()
        self._requests, self._answers = requests, answers
        self._size = size
        self._position = 0
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self.asked = 0
        """Bytes that were asked for since the last command."""
        self.most = 1 << 62

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def read(self, size: int = -1, /) -> bytes:
        left = max(0, self._size - self._position)
        wanted = left if size < 0 else min(size, left)
        if not wanted:
            return b""
        index, start = divmod(self._position, CHUNK)
        data = self._block(index)[start : start + wanted]
        self._position += len(data)
        return data

    def readinto(self, buffer: Buffer, /) -> int:
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def _block(self, index: int) -> bytes:
        block = self._blocks.get(index)
        if block is None:
            self.asked += CHUNK
            if self.asked > self.most:
                raise EvidenceError("media.out_of_time", seconds="")
            send(self._answers, {"read": [index * CHUNK, min(CHUNK, self._size - index * CHUNK)]})
            _message, body = receive(self._requests, CHUNK)
            block = self._blocks[index] = bytes(body)
            while len(self._blocks) > _CACHED:
                self._blocks.popitem(last=False)
        else:
            self._blocks.move_to_end(index)
        return block


class _Film:
    """One film: where it stands, and what is before and after."""

    def __init__(self, av: Any, source: _Asked, media_type: str, limits: MediaLimits) -> None:
        self._av, self._source, self._limits = av, source, limits
        container = CONTAINERS.get(media_type)
        if container is None:
            raise EvidenceError("media.unsupported", media_type=media_type)
        self._media_type = media_type
        with self._told():
            # No other file, no network: what a film refers to is not opened.
            self._container: Any = av.open(
                source, format=container,
                options={"protocol_whitelist": "", "enable_drefs": "0", "probesize": "5000000"},
            )  # fmt: skip
            streams = self._container.streams
            if len(streams) > MOST_STREAMS or not streams.video:
                raise EvidenceError("media.undecodable", media_type=media_type)
            self._stream: Any = streams.video[0]
            context = self._stream.codec_context
            if DECODERS.get(context.name, "") not in (context.codec.name, context.name, "libdav1d"):
                raise EvidenceError("media.unsupported", media_type=f"{media_type} ({context.name[:20]})")
            if context.width * context.height > limits.max_pixels or max(context.width, context.height) > MOST_SIDE:
                raise EvidenceError("media.too_many_pixels", most=limits.max_pixels)
            context.thread_count, context.thread_type = 1, "NONE"
            context.options = {"max_pixels": str(limits.max_pixels)}
        self._base: Fraction = self._stream.time_base or Fraction(1, 90_000)
        self._frames: Iterator[Any] = iter(())
        self._shown: Any = None
        """The picture that was handed over last."""
        self._ahead: Any = None
        """The one after it, when it is decoded already."""

    def facts(self) -> Message:
        streams, context = self._container.streams, self._stream.codec_context
        duration = self._container.duration
        rate = self._stream.average_rate
        return {
            "media_type": self._media_type, "width": int(context.width), "height": int(context.height),
            "codec": str(context.name)[:20], "duration_ms": max(0, int(duration // 1000)) if duration else 0,
            "rate_milli": min(int(rate * 1000), 1_000_000) if rate else 0, "has_sound": bool(streams.audio),
            "streams": len(streams), "metadata": self._metadata(),
        }  # fmt: skip

    def _metadata(self) -> dict[str, str]:
        found = {**self._stream.metadata, **self._container.metadata}
        return {str(name)[:60]: str(value)[:300] for name, value in list(found.items())[:60]}

    def at(self, seconds: float) -> NDArray[np.uint8]:
        """The picture that is shown ``seconds`` after the beginning."""
        self._to(self._start + round(max(0.0, seconds) / self._base), is_last_before=False)
        return self._pixels()

    def step(self, by: int) -> NDArray[np.uint8] | None:
        """The next picture or the one before; None at the end or the beginning."""
        if self._shown is None:
            return None
        if by > 0:
            with self._told():
                following = self._ahead if self._ahead is not None else next(self._frames, None)
                self._ahead = None
            if following is None:
                return None
            self._shown = following
            return self._pixels()
        before = self._shown.pts
        self._to(before, is_last_before=True)
        return None if self._shown.pts >= before else self._pixels()

    def number(self) -> int:
        """How many pictures stand before the shown one. Reads the film from its beginning; decodes nothing."""
        count = 0
        with self._told():
            self._container.seek(0, backward=True)
            for packet in self._container.demux(self._stream):
                count += packet.pts is not None and packet.pts < self._shown.pts and packet.size > 0
        self._frames, self._ahead = iter(()), None
        return count

    def seconds(self) -> float:
        """When the shown picture is shown."""
        return float((self._shown.pts - self._start) * self._base)

    @property
    def _start(self) -> int:
        # Times count from the beginning of the container, which is 0 in films of our own.
        return 0

    def _to(self, target: int, *, is_last_before: bool) -> None:
        """Show the last picture at or before ``target`` (before it, when ``is_last_before``); otherwise the first."""
        with self._told():
            wanted = target - 1 if is_last_before else target
            # A film is sought by the order of decoding: with pictures that refer forward, what is found may begin too
            # late, and one looks further back.
            for earlier_s in (0, 1, 8, 1 << 40):
                place = max(0, wanted - round(earlier_s / self._base))
                self._container.seek(place, stream=self._stream, backward=True)
                self._frames, self._ahead = self._decoded(), None
                shown = self._last_until(wanted)
                if place == 0 or (shown is not None and shown.pts <= wanted):
                    break
            if shown is None:
                raise EvidenceError("media.undecodable", media_type=self._media_type)
            self._shown = shown

    def _last_until(self, wanted: int) -> Any:
        """The last picture that is not after ``wanted``; the first that comes when all are."""
        shown = None
        for count, frame in enumerate(self._frames):
            if count > _MOST_FRAMES:
                raise EvidenceError("media.too_many_frames", most=_MOST_FRAMES)
            if shown is not None and frame.pts > wanted:
                self._ahead = frame
                break
            shown = frame
            if frame.pts > wanted:
                break
        return shown

    def _decoded(self) -> Iterator[Any]:
        for frame in self._container.decode(self._stream):
            if frame.pts is not None:
                yield frame

    def _pixels(self) -> NDArray[np.uint8]:
        import numpy as np

        frame = self._shown
        if frame.width * frame.height > self._limits.max_pixels or max(frame.width, frame.height) > MOST_SIDE:
            raise EvidenceError("media.too_many_pixels", most=self._limits.max_pixels)
        with self._told():
            rgb = frame.to_ndarray(format="rgb24")
            turns = round(int(getattr(frame, "rotation", 0)) / 90) % 4
        return cast("NDArray[np.uint8]", np.ascontiguousarray(np.rot90(rgb, turns)))

    def _told(self) -> _Told:
        return _Told(self._av, self._media_type)


class _Told:
    """What the library says about a damaged film, as one of our codes."""

    def __init__(self, av: Any, media_type: str) -> None:
        self._av, self._media_type = av, media_type

    def __enter__(self) -> None:
        return

    def __exit__(self, _kind: object, problem: BaseException | None, _trace: object) -> None:
        damaged = (self._av.FFmpegError, ValueError, OSError, OverflowError, StopIteration, IndexError)
        if isinstance(problem, damaged):
            raise EvidenceError("media.undecodable", media_type=self._media_type) from problem


def main() -> None:
    """Entry point of the child process."""
    requests, answers = open_pipes()
    import av
    import numpy  # noqa: F401 - before no more threads and processes are allowed

    from evidence.media import decoding

    av.logging.set_level(av.logging.PANIC)
    no_more_processes()
    send(answers, {"ready": True})
    opened, _body = receive(requests, 0)
    limits = MediaLimits(**cast("dict[str, Any]", opened["limits"]))
    keep_within(memory_bytes=limits.memory_bytes)
    source = _Asked(requests, answers, int(str(opened["size"])))
    source.most = limits.max_file_bytes
    film: _Film | None = None

    def run(command: Message) -> tuple[Message, bytes | memoryview]:
        nonlocal film
        if film is None:
            film = _Film(av, source, str(opened["media_type"]), limits)
            return film.facts(), b""
        kind = command.get("do")
        if kind == "number":
            return {"number": film.number()}, b""
        rgb = film.at(float(str(command["at_s"]))) if kind == "at" else film.step(1 if kind == "next" else -1)
        if rgb is None:
            return {"end": True}, b""
        image = decoding.shrink(rgb, int(str(command["max_side"])))
        if command["blurred"]:
            image = decoding.blur(image)
        data = image.tobytes()
        return {"width": image.size[0], "height": image.size[1], "at_us": round(film.seconds() * 1e6)}, data

    _serve(run, requests, answers, source)


def _serve(
    run: Callable[[Message], tuple[Message, bytes | memoryview]], requests: IO[bytes], answers: IO[bytes],
    source: _Asked,
) -> None:  # fmt: skip
    command: Message = {}
    while True:
        source.asked = 0
        try:
            answer, data = run(command)
        except EvidenceError as error:
            answer, data = {"error": error.code, "params": {n: str(v)[:200] for n, v in error.params.items()}}, b""
        except MemoryError:
            answer, data = {"error": "media.out_of_memory", "params": {}}, b""
        send(answers, answer, [data] if data else [])
        try:
            command, _body = receive(requests, 0)
        except Exception:  # noqa: BLE001 - the parent is gone, or does not keep to the protocol: nothing is left to do
            sys.exit(0)
