"""Films lose their sound and their words; recordings fall silent where they should; nothing else changes."""

from __future__ import annotations

import io
import wave
from fractions import Fraction

import av
import numpy as np
import pytest
from support.errors import code_of

from evidence.media import mute_film, silence_sound
from evidence.media.sound import is_silent

SECRET = "holdfast-secret-marker"
RATE = 8000


def film(container: str = "mp4", codec: str = "libx264", *, has_pictures: bool = True) -> bytes:
    """A drawn film with sound, titles and a second track, whose words must not survive."""
    target = io.BytesIO()
    with av.open(target, "w", format=container) as made:
        made.metadata["title"] = SECRET
        made.metadata["location"] = f"+37.5+127.0 {SECRET}"
        pictures = made.add_stream(codec, rate=10) if has_pictures else None
        if pictures is not None:
            pictures.width, pictures.height, pictures.pix_fmt = 64, 48, "yuv420p"
            pictures.metadata["handler_name"] = pictures.metadata["title"] = SECRET
        sound = made.add_stream("aac" if container == "mp4" else "libopus", rate=48000)
        if pictures is not None:
            for number in range(8):
                frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), number * 30, dtype=np.uint8), format="rgb24")
                frame.pts, frame.time_base = number, Fraction(1, 10)
                made.mux(pictures.encode(frame))
            made.mux(pictures.encode(None))
        noise = np.random.default_rng(1).uniform(-0.5, 0.5, (1, 48000)).astype(np.float32)
        for start in range(0, 48000, 960):
            frame = av.AudioFrame.from_ndarray(noise[:, start : start + 960], format="fltp", layout="mono")
            frame.rate, frame.pts, frame.time_base = 48000, start, Fraction(1, 48000)
            made.mux(sound.encode(frame))
        made.mux(sound.encode(None))
    return target.getvalue()


def sound(seconds: int = 2, channels: int = 2) -> bytes:
    """A WAV of noise, with a chunk of words."""
    samples = np.random.default_rng(2).integers(1, 30000, seconds * RATE * channels).astype("<i2").tobytes()
    target = io.BytesIO()
    with wave.open(target, "wb") as made:
        made.setnchannels(channels)
        made.setsampwidth(2)
        made.setframerate(RATE)
        made.writeframes(samples)
    return target.getvalue() + b"LIST" + len(SECRET).to_bytes(4, "little") + SECRET.encode()


@pytest.mark.parametrize(
    ("container", "codec", "media_type", "made_type"),
    [("mp4", "libx264", "video/mp4", "video/mp4"), ("webm", "libvpx", "video/webm", "video/x-matroska")],
)
def test_a_film_keeps_its_pictures_alone(container: str, codec: str, media_type: str, made_type: str) -> None:
    original = film(container, codec)
    assert SECRET.encode() in original
    data, told = mute_film(io.BytesIO(original), media_type)
    assert told == made_type and SECRET.encode() not in data
    with av.open(io.BytesIO(original)) as before, av.open(io.BytesIO(data)) as after:
        assert [stream.type for stream in after.streams] == ["video"] and len(before.streams) == 2
        kept = [frame.to_ndarray(format="rgb24") for frame in after.decode(video=0)]
        wanted = [frame.to_ndarray(format="rgb24") for frame in before.decode(video=0)]
        assert len(kept) == 8 and all((one == other).all() for one, other in zip(kept, wanted, strict=True))


def test_a_recording_is_silent_where_it_should_be() -> None:
    original = sound()
    data = silence_sound(io.BytesIO(original), "audio/x-wav", [(500, 999), (1800, 5000)])
    assert SECRET.encode() not in data
    with wave.open(io.BytesIO(data)) as made, wave.open(io.BytesIO(original)) as before:
        assert (made.getnchannels(), made.getframerate(), made.getnframes()) == (2, RATE, 2 * RATE)
        kept = np.frombuffer(made.readframes(2 * RATE), dtype="<i2").reshape(-1, 2)
        wanted = np.frombuffer(before.readframes(2 * RATE), dtype="<i2").reshape(-1, 2)
    gone = np.zeros(2 * RATE, dtype=bool)
    gone[RATE // 2 : RATE] = gone[1800 * RATE // 1000 :] = True
    assert not kept[gone].any() and (kept[~gone] == wanted[~gone]).all() and wanted[gone].all()
    assert is_silent(data, [(500, 999)], 2, RATE) and not is_silent(data, [(400, 999)], 2, RATE)
    assert not is_silent(data + b"x", [(500, 999)], 2, RATE)


def test_compressed_sound_becomes_plain_samples() -> None:
    target = io.BytesIO()
    with av.open(io.BytesIO(film(has_pictures=False))) as before, av.open(target, "w", format="mp4") as made:
        track = made.add_stream_from_template(before.streams.audio[0])
        for packet in before.demux(before.streams.audio[0]):
            if packet.dts is not None:
                packet.stream = track
                made.mux(packet)
    data = silence_sound(io.BytesIO(target.getvalue()), "audio/mp4", [(0, 199)])
    with wave.open(io.BytesIO(data)) as wav:
        assert wav.getframerate() == 48000
        samples = np.frombuffer(wav.readframes(48000), dtype="<i2")
    assert not samples[:9600].any() and samples[20000:30000].any()


def test_what_cannot_be_read_is_refused() -> None:
    assert code_of(lambda: mute_film(io.BytesIO(b"no film" * 99), "video/mp4")) == "media.undecodable"
    assert code_of(lambda: mute_film(io.BytesIO(film(has_pictures=False)), "video/mp4")) == "media.undecodable"
    assert code_of(lambda: mute_film(io.BytesIO(b""), "image/png")) == "media.unsupported"
    assert code_of(lambda: silence_sound(io.BytesIO(b"x" * 99), "audio/x-wav", [(0, 1)])) == "media.undecodable"
    assert code_of(lambda: silence_sound(io.BytesIO(b"x"), "video/mp4", [(0, 1)])) == "media.unsupported"
    late = [(3000, 4000)]
    assert code_of(lambda: silence_sound(io.BytesIO(sound()), "audio/x-wav", late)) == "media.outside_sound"
