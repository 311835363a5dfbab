"""Recordings without sound, by way of a child process; what comes back is checked by another pass."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import BinaryIO

from evidence.errors import EvidenceError
from evidence.media.child import MediaWorker
from evidence.media.limits import MIB, MediaLimits
from evidence.media.pictures import number_of, text_of

SOUND_MODULE = "evidence.media.sound_worker"
SOUND_LIMITS = MediaLimits(time_s=120.0, max_file_bytes=256 * MIB, max_output_bytes=300 * MIB)
FILM_TYPES = frozenset(
    {
        "video/mp4", "video/quicktime", "video/x-m4v", "video/3gpp", "video/webm", "video/x-matroska",
        "video/x-msvideo",
    }
)  # fmt: skip
SOUND_TYPES = frozenset(
    {
        "audio/mpeg", "audio/mp4", "audio/x-m4a", "audio/ogg", "audio/x-wav", "audio/x-flac", "audio/aac", "audio/amr",
    }
)  # fmt: skip
_OWN_WORDS = {
    "language": "und", "handler_name": "VideoHandler", "encoder": "Lavf", "major_brand": "isom",
    "minor_version": "[0-9]{1,6}", "compatible_brands": "[a-z0-9]{4,40}", "DURATION": "[0-9:.]{1,30}",
}  # fmt: skip
"""What our own writer says in a container, as patterns: no words of the original's."""
_HEAD = struct.Struct("<4sI4s4sIHHIIHH4sI")


def mute_film(
    stream: BinaryIO, media_type: str, *, cancelled: Callable[[], bool] = lambda: False
) -> tuple[bytes, str]:  # fmt: skip
    """The film in ``stream`` with its picture track alone, every packet as it was, and its media type.

    Raises :class:`EvidenceError` ``redaction.recheck_failed`` when the result holds anything else, ``media.too_large``,
    ``media.unsupported``, ``media.undecodable`` and the others of decoding, and :class:`CancelledError`.
    """
    with MediaWorker(SOUND_MODULE) as worker:
        answer, body = worker.request("mute", stream, SOUND_LIMITS, cancelled, media_type=media_type)
        data, made_type = bytes(body), text_of(answer, "media_type")
        if made_type not in FILM_TYPES:
            raise EvidenceError("media.decoder_crashed")
        seen, _body = worker.request("look", BytesIO(data), SOUND_LIMITS, cancelled, media_type=made_type)
    metadata = seen.get("metadata")
    is_bare = isinstance(metadata, dict) and all(
        re.fullmatch(_OWN_WORDS.get(str(name), ""), str(value)) for name, value in metadata.items()
    )
    is_same = (text_of(seen, "pictures_sha256"), number_of(seen, "packets")) == (
        text_of(answer, "pictures_sha256"), number_of(answer, "packets"),
    )  # fmt: skip
    if seen.get("tracks") != ["video"] or not is_bare or not is_same or not number_of(seen, "packets"):
        raise EvidenceError("redaction.recheck_failed", problem="tracks")
    return data, made_type


def silence_sound(
    stream: BinaryIO, media_type: str, silences: Sequence[tuple[int, int]], *,
    cancelled: Callable[[], bool] = lambda: False,
) -> bytes:  # fmt: skip
    """The sound recording in ``stream`` as WAV, silent from the first to the last millisecond of each part.

    Raises :class:`EvidenceError` ``media.outside_sound``, ``redaction.recheck_failed``, and as :func:`mute_film`.
    """
    with MediaWorker(SOUND_MODULE) as worker:
        parts = [list(each) for each in silences]
        answer, body = worker.request("silence", stream, SOUND_LIMITS, cancelled, media_type=media_type, silences=parts)
    channels, rate = number_of(answer, "channels"), number_of(answer, "rate")
    if not is_silent(body, silences, channels, rate):
        raise EvidenceError("redaction.recheck_failed", problem="sound")
    return bytes(body)


def is_silent(wav: bytes | bytearray, silences: Sequence[tuple[int, int]], channels: int, rate: int) -> bool:
    """Whether ``wav`` is one plain run of samples of that kind, with nothing else in the file, and silent there."""
    if len(wav) <= _HEAD.size or channels < 1 or rate < 1:
        return False
    size = len(wav) - _HEAD.size
    expected = (b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, channels, rate, rate * channels * 2, channels * 2, 16,
                b"data", size)  # fmt: skip
    if _HEAD.unpack_from(wav) != expected:
        return False
    for first_ms, last_ms in silences:
        start, end = (_HEAD.size + each * rate // 1000 * channels * 2 for each in (first_ms, last_ms + 1))
        part = wav[start : min(end, len(wav))]
        if not part or part.count(0) != len(part):
            return False
    return True
