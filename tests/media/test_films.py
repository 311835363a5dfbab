"""Films are decoded in a child that gets the bytes it asks for; hostile ones cost an error and nothing else."""

from __future__ import annotations

import io
import random
import struct
import sys
from fractions import Fraction

import av
import numpy as np
import pytest

from evidence.errors import CancelledError, EvidenceError
from evidence.media import FILM_LIMITS, Film, MediaLimits
from evidence.media.child import child_command

SIZE = (160, 96)
TIMES = [0.0, 0.1, 0.2, 0.5, 0.6, 1.4, 1.5, 2.5, 2.6, 2.7, 4.0, 4.1]
"""When the pictures of the sample are shown: uneven, as a recording's are."""


def grey(number: int) -> int:
    return 30 + number * 15


def sample(container: str = "mp4", codec: str = "libx264", *, with_sound: bool = False, **options: str) -> bytes:
    target = io.BytesIO()
    with av.open(target, "w", format=container, options=options) as film:
        stream = film.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        stream.codec_context.time_base = stream.time_base = Fraction(1, 1000)
        stream.codec_context.gop_size = 4
        sound = film.add_stream("aac", rate=44100) if with_sound else None
        for number, at_s in enumerate(TIMES):
            picture = np.full((SIZE[1], SIZE[0], 3), grey(number), dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = round(at_s * 1000), Fraction(1, 1000)
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))
        if sound is not None:
            noise = av.AudioFrame.from_ndarray(np.zeros((1, 4096), dtype=np.float32), format="fltp", layout="mono")
            noise.rate, noise.pts = 44100, 0
            film.mux(sound.encode(noise))
            film.mux(sound.encode(None))
    return target.getvalue()


def opened(data: bytes, media_type: str = "video/mp4", limits: MediaLimits = FILM_LIMITS) -> Film:
    return Film(io.BytesIO(data), len(data), media_type, limits=limits)


def code_of(data: bytes, media_type: str = "video/mp4", limits: MediaLimits = FILM_LIMITS) -> str:
    """The error of opening a film and looking at it; empty when there is none."""
    try:
        with opened(data, media_type, limits) as film:
            film.at(1.0, max_side=64)
            film.following(max_side=64)
            film.preceding(max_side=64)
            film.number()
    except EvidenceError as error:
        return error.code
    return ""


@pytest.fixture(scope="module")
def mp4() -> bytes:
    return sample()


@pytest.mark.parametrize(
    ("container", "codec", "media_type"),
    [("mp4", "libx264", "video/mp4"), ("mov", "mpeg4", "video/quicktime"), ("webm", "libvpx", "video/webm")],
)
def test_each_picture_is_found_by_its_time(container: str, codec: str, media_type: str) -> None:
    with opened(sample(container, codec), media_type) as film:
        assert (film.facts.width, film.facts.height) == SIZE
        assert 2.9 <= film.facts.duration_s <= 4.4  # what it says of itself is not always the truth
        assert not film.facts.has_sound
        for number, at_s in enumerate(TIMES):
            frame = film.at(at_s + 0.03, max_side=200, is_blurred=False)
            assert frame.at_s == pytest.approx(at_s, abs=0.002)
            assert abs(int(frame.rgb[40, 40, 0]) - grey(number)) <= 4
            assert film.number() == number


def test_it_goes_forth_and_back_picture_by_picture(mp4: bytes) -> None:
    with opened(mp4) as film:
        times = [film.at(0, max_side=64).at_s]
        while (frame := film.following(max_side=64)) is not None:
            times.append(frame.at_s)
        assert times == pytest.approx(TIMES, abs=0.002)
        back = []
        while (frame := film.preceding(max_side=64)) is not None:
            back.append(frame.at_s)
        assert back == pytest.approx(TIMES[-2::-1], abs=0.002)
        after = film.following(max_side=64)
        assert after is not None
        assert after.at_s == pytest.approx(TIMES[1], abs=0.002)
        assert film.at(99, max_side=64).at_s == pytest.approx(TIMES[-1], abs=0.002)


def test_it_is_blurred_unless_asked(mp4: bytes) -> None:
    chance = np.random.default_rng(1)
    target = io.BytesIO()
    with av.open(target, "w", format="mp4") as made:
        stream = made.add_stream("libx264", rate=10, options={"crf": "5"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        picture = np.repeat(chance.integers(0, 2, (SIZE[1], SIZE[0], 1), dtype=np.uint8) * 255, 3, axis=2)
        made.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        made.mux(stream.encode(None))
    with opened(target.getvalue()) as film:
        plain = film.at(0, max_side=200, is_blurred=False).rgb.astype(float)
        blurred = film.at(0, max_side=200).rgb.astype(float)
    assert np.abs(np.diff(plain[:, :, 0])).mean() > 60
    assert np.abs(np.diff(blurred[:, :, 0])).mean() < 6


def test_sound_is_said_and_never_decoded() -> None:
    with opened(sample(with_sound=True)) as film:
        assert film.facts.has_sound
        assert film.at(1, max_side=64).rgb.any()


def test_damaged_films_give_an_error_or_a_picture_and_never_a_crash(mp4: bytes) -> None:
    chance = random.Random(3)
    seen = set()
    for turn in range(8):
        data = bytearray(mp4)
        for _ in range(1 + 12 * (turn % 4)):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        seen.add(code_of(bytes(data[: chance.randrange(200, len(data))] if turn % 3 == 0 else data)))
    assert seen <= {"", "media.undecodable", "media.unsupported", "media.too_many_pixels", "media.out_of_memory"}


def test_what_is_no_film_is_said(mp4: bytes) -> None:
    assert code_of(mp4, "video/x-ms-wmv") == "media.unsupported"
    assert code_of(mp4, "video/webm") == "media.undecodable"
    assert code_of(b"\x00\x00\x00\x18ftypisom" + bytes(5000)) == "media.undecodable"
    assert code_of(b"#EXTM3U\nhttp://127.0.0.1:9/x.ts\n", "video/mp4") == "media.undecodable"
    assert code_of(mp4[:40]) == "media.undecodable"


def test_sound_alone_is_no_film() -> None:
    target = io.BytesIO()
    with av.open(target, "w", format="mp4") as made:
        stream = made.add_stream("aac", rate=44100)
        noise = av.AudioFrame.from_ndarray(np.zeros((1, 4096), dtype=np.float32), format="fltp", layout="mono")
        noise.rate, noise.pts = 44100, 0
        made.mux(stream.encode(noise))
        made.mux(stream.encode(None))
    assert code_of(target.getvalue()) == "media.undecodable"


def test_a_film_that_claims_to_be_huge_is_refused(mp4: bytes) -> None:
    """The sizes in the sample entry and in the track header say 60,000 x 60,000."""
    data = bytearray(mp4)
    for place in (data.index(b"avc1") + 28, data.index(b"tkhd") + 80):
        data[place : place + 4] = struct.pack(">HH", 60_000, 60_000)
    assert code_of(bytes(data)) in ("", "media.too_many_pixels", "media.undecodable")
    small = MediaLimits(max_pixels=1000)
    assert code_of(mp4, limits=small) == "media.too_many_pixels"


def test_reading_has_an_end(mp4: bytes) -> None:
    """A child that asks without end is refused, whatever the film says."""
    assert code_of(mp4 + bytes(8 << 20), limits=MediaLimits(max_file_bytes=1 << 20)) in (
        "media.out_of_time", "media.undecodable", "",
    )  # fmt: skip


def test_a_child_that_hangs_dies_or_lies_costs_an_error() -> None:
    def fake(body: str) -> list[str]:
        place = child_command("x")[-2]
        code = (
            f"import sys,time,os;sys.path.insert(0,{place!r});from evidence.media.wire import *\n"
            "i,o=sys.stdin.buffer,sys.stdout.buffer;send(o,{'ready':True});receive(i,0)\n"
        ) + body
        return [sys.executable, "-I", "-c", code]

    def code(body: str) -> str:
        with pytest.raises(EvidenceError) as caught:
            Film(io.BytesIO(b"x" * 10), 10, "video/mp4", limits=MediaLimits(time_s=1.0), command=fake(body)).close()
        return caught.value.code

    assert code("time.sleep(60)") == "media.out_of_time"
    assert code("os._exit(1)") == "media.decoder_crashed"
    assert code("send(o,{'read':[5,400]});time.sleep(60)") == "media.decoder_crashed"
    assert code("send(o,{'read':'everything'});time.sleep(60)") == "media.decoder_crashed"
    assert code("send(o,{'media_type':'x','width':-1})") == "media.decoder_crashed"


def test_it_can_be_cancelled(mp4: bytes) -> None:
    with opened(mp4) as film, pytest.raises(CancelledError):
        film.at(3, max_side=SIZE[0], cancelled=lambda: True)
