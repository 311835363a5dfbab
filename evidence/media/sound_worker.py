"""The child process that takes sound out of recordings: the far end of :mod:`evidence.media.sound`.

A film keeps its picture track, packet by packet as it was, and nothing else: no sound, no other track, no metadata, no
chapters. A sound recording is decoded, silenced in parts, and written anew as plain samples (WAV). Everything stays in
memory. Formats and decoders are chosen by what the file is, from short lists.
"""

from __future__ import annotations

import hashlib
import io
import struct
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from evidence.errors import EvidenceError
from evidence.media.film_worker import CONTAINERS
from evidence.media.limits import MediaLimits
from evidence.media.wire import Message
from evidence.media.worker import Handler, serve

if TYPE_CHECKING:
    from typing_extensions import Buffer

SOUND_CONTAINERS = {
    "audio/mpeg": "mp3", "audio/mp4": "mp4", "audio/x-m4a": "mp4", "audio/ogg": "ogg", "audio/x-wav": "wav",
    "audio/x-flac": "flac", "audio/aac": "aac", "audio/amr": "amr",
}  # fmt: skip
"""Media type to the one demuxer that may see it."""
_DECODERS = {
    "mp3": "mp3float", "aac": "aac", "vorbis": "vorbis", "opus": "opus", "flac": "flac", "alac": "alac",
    "amr_nb": "amrnb", "amr_wb": "amrwb", "amrnb": "amrnb", "amrwb": "amrwb",
}  # fmt: skip
_MOST_STREAMS = 16
_MOST_CHANNELS = 8
_OPTIONS = {"protocol_whitelist": "", "enable_drefs": "0", "probesize": "5000000"}
_WAV = struct.Struct("<4sI4s4sIHHIIHH4sI")


def _open(av: Any, data: Buffer, container: str, media_type: str) -> Any:
    try:
        return av.open(io.BytesIO(data), format=container, options=_OPTIONS)
    except (av.FFmpegError, ValueError, OSError) as problem:
        raise EvidenceError("media.undecodable", media_type=media_type) from problem


def _mute_job(request: Message, body: bytearray, limits: MediaLimits) -> tuple[Message, bytes | memoryview]:
    """A film without its sound."""
    import av

    media_type = str(request["media_type"])
    demuxer = CONTAINERS.get(media_type)
    if demuxer is None:
        raise EvidenceError("media.unsupported", media_type=media_type)
    muxers = (("mp4", "video/mp4"), ("matroska", "video/x-matroska"))
    for muxer, made_type in muxers if demuxer == "mp4" else muxers[1:]:
        try:
            data, digest, count = _without_sound(av, body, demuxer, media_type, muxer)
        except (av.FFmpegError, ValueError, OSError) as problem:
            if muxer != "matroska":
                continue  # a codec that this form cannot hold
            raise EvidenceError("media.undecodable", media_type=media_type) from problem
        return {"media_type": made_type, "pictures_sha256": digest, "packets": count}, data
    raise EvidenceError("media.undecodable", media_type=media_type)


def _without_sound(av: Any, body: Buffer, demuxer: str, media_type: str, muxer: str) -> tuple[bytes, str, int]:
    target, digest, count = io.BytesIO(), hashlib.sha256(), 0
    with _open(av, body, demuxer, media_type) as source:
        if len(source.streams) > _MOST_STREAMS or not source.streams.video:
            raise EvidenceError("media.undecodable", media_type=media_type)
        film = source.streams.video[0]
        with av.open(target, "w", format=muxer, options={"fflags": "+bitexact"}) as made:
            track = made.add_stream_from_template(film)
            track.metadata.clear()
            for packet in source.demux(film):
                if packet.dts is None or not packet.size:
                    continue
                digest.update(bytes(packet))
                count += 1
                packet.stream = track
                made.mux(packet)
    return target.getvalue(), digest.hexdigest(), count


def _look_job(request: Message, body: bytearray, limits: MediaLimits) -> tuple[Message, bytes | memoryview]:
    """The second pass over a film: which tracks there are, what is said about them, and the picture track's digest."""
    import av

    media_type = str(request["media_type"])
    digest, count = hashlib.sha256(), 0
    with _open(av, body, {"video/mp4": "mp4"}.get(media_type, "matroska"), media_type) as source:
        kinds = sorted(str(stream.type) for stream in source.streams)
        words = {**source.metadata, **{k: v for stream in source.streams for k, v in stream.metadata.items()}}
        try:
            for packet in source.demux(source.streams.video[0]):
                if packet.dts is not None and packet.size:
                    digest.update(bytes(packet))
                    count += 1
        except (av.FFmpegError, ValueError, OSError, IndexError) as problem:
            raise EvidenceError("media.undecodable", media_type=media_type) from problem
    metadata = {str(name)[:60]: str(value)[:100] for name, value in list(words.items())[:60]}
    return {"tracks": kinds, "metadata": metadata, "pictures_sha256": digest.hexdigest(), "packets": count}, b""


def _silence_job(request: Message, body: bytearray, limits: MediaLimits) -> tuple[Message, bytes | memoryview]:
    """A sound recording as WAV, 16 bits, with parts silenced."""
    import av

    media_type = str(request["media_type"])
    demuxer = SOUND_CONTAINERS.get(media_type)
    if demuxer is None:
        raise EvidenceError("media.unsupported", media_type=media_type)
    samples = bytearray()
    with _open(av, body, demuxer, media_type) as source:
        if len(source.streams) > _MOST_STREAMS or not source.streams.audio:
            raise EvidenceError("media.undecodable", media_type=media_type)
        track = source.streams.audio[0]
        context = track.codec_context
        name = str(context.name)
        is_plain = name.startswith("pcm_")
        if not is_plain and _DECODERS.get(name, "") not in (context.codec.name, name) and name != "mp3float":
            raise EvidenceError("media.unsupported", media_type=f"{media_type} ({name[:20]})")
        context.thread_count = 1
        channels, rate = int(context.channels), int(context.sample_rate)
        if not (0 < channels <= _MOST_CHANNELS and 0 < rate <= 192_000):
            raise EvidenceError("media.undecodable", media_type=media_type)
        resampler = av.AudioResampler(format="s16", layout=context.layout, rate=rate)
        try:
            for frame in source.decode(track):
                frame.pts = None
                for made in resampler.resample(frame):
                    samples += bytes(made.planes[0])[: made.samples * channels * 2]
                if len(samples) > limits.max_output_bytes:
                    raise EvidenceError("media.too_large", most=limits.max_output_bytes)
        except (av.FFmpegError, ValueError, OSError) as problem:
            raise EvidenceError("media.undecodable", media_type=media_type) from problem
    frame_size, silences = channels * 2, request["silences"]
    assert isinstance(silences, list)
    length_ms = len(samples) // frame_size * 1000 // rate
    for first_ms, last_ms in silences:
        start, end = (int(each) * rate // 1000 * frame_size for each in (first_ms, last_ms + 1))
        end = min(end, len(samples))
        if start >= end:
            raise EvidenceError("media.outside_sound", seconds=length_ms // 1000)
        samples[start:end] = bytes(end - start)
    head = _WAV.pack(
        b"RIFF", 36 + len(samples), b"WAVE", b"fmt ", 16, 1, channels, rate, rate * frame_size, frame_size, 16,
        b"data", len(samples),
    )  # fmt: skip
    return {"channels": channels, "rate": rate, "length_ms": length_ms}, head + bytes(samples)


def _handlers() -> Mapping[str, Handler]:
    import av

    av.logging.set_level(av.logging.PANIC)
    return {"mute": _mute_job, "look": _look_job, "silence": _silence_job}


def main() -> None:
    """Entry point of the child process."""
    serve(_handlers)
