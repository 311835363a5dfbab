"""The recorder: a film in pieces that is whole at any moment, with the times at which its pictures were taken."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise

import av
import numpy as np
import pytest

from evidence.capture import Clock, MssGrabber, Recorder
from evidence.capture.film import TICKS, FilmWriter, Painter, RawFrame
from evidence.errors import EvidenceError

WIDTH, HEIGHT = 320, 200


def picture(number: int, width: int = WIDTH, height: int = HEIGHT) -> RawFrame:
    """A picture whose grey level and bars tell its number."""
    pixels = np.full((height, width, 4), 40 + number % 180, dtype=np.uint8)
    pixels[:, : (number * 8) % width, 1] = 220
    return RawFrame(width, height, pixels.tobytes())


class Drawn:
    """A screen that changes with every look."""

    draws_pointer = False

    def __init__(self, look: Callable[[int], RawFrame] = picture) -> None:
        self.looks = 0
        self.times: list[float] = []
        self._look = look

    @contextmanager
    def film(self, _region: tuple[int, int, int, int]) -> Iterator[Callable[[], RawFrame]]:
        def look() -> RawFrame:
            self.looks += 1
            self.times.append(time.monotonic())
            return self._look(self.looks)

        yield look


class Kept:
    """What arrived, and what would be there after a crash."""

    def __init__(self, refuse_after: int = 1 << 60, slow_s: float = 0) -> None:
        self.data, self.durable = b"", b""
        self.facts: list[dict[str, str]] = []
        self._refuse_after, self._slow_s = refuse_after, slow_s

    def write(self, data: bytes) -> None:
        time.sleep(self._slow_s)
        if len(self.data) + len(data) > self._refuse_after:
            raise EvidenceError("vault.disk_full")
        self.data += data

    def keep(self, facts: dict[str, str]) -> None:
        self.durable = self.data
        self.facts.append(facts)


def frames_of(film: bytes) -> list[tuple[float, int]]:
    """Seconds and grey level of every picture."""
    with av.open(io.BytesIO(film)) as container:
        stream = container.streams.video[0]
        return [
            (float(frame.pts * stream.time_base), int(frame.to_ndarray(format="gray")[-1, -1]))
            for frame in container.decode(stream)
        ]


def record(screen: Drawn, sink: Kept, clock: Clock, seconds: float) -> tuple[Recorder, dict[str, str]]:
    recorder = Recorder(screen, (0, 0, WIDTH, HEIGHT), sink, clock=clock)
    time.sleep(seconds)
    return recorder, recorder.stop()


def test_it_is_a_film_with_the_times_of_its_pictures(clock: Clock) -> None:
    screen, sink = Drawn(), Kept()
    _recorder, facts = record(screen, sink, clock, 1.5)
    found = frames_of(sink.data)
    assert len(found) == int(facts["film_frames"])
    assert len(found) >= 15
    times = [at_s for at_s, _grey in found]
    real = [at - screen.times[0] + times[0] for at in screen.times]
    assert max(abs(a - b) for a, b in zip(times, real, strict=False)) < 0.01
    assert times[-1] == pytest.approx(float(facts["film_seconds"]), abs=0.01)
    assert facts["completeness"] == "complete"
    assert facts["ended_by"] == "person"
    greys = [grey for _at, grey in found]
    assert [abs(grey - 41) <= 2 for grey in greys[:1]] == [True]


def test_what_is_durable_is_a_film_at_any_moment(clock: Clock) -> None:
    """What a crash leaves plays to the end of its last whole fragment: at most about two seconds are missing."""
    sink = Kept()
    recorder = Recorder(Drawn(), (0, 0, WIDTH, HEIGHT), sink, clock=clock)
    time.sleep(3.2)
    left, known = sink.durable, sink.facts[-1]
    recorder.stop()
    found = frames_of(left)
    assert found[-1][0] >= 1.0
    assert float(known["film_seconds"]) - found[-1][0] <= 1.3


def test_every_cut_of_a_film_can_be_played_as_far_as_it_goes() -> None:
    pieces: list[bytes] = []
    film = FilmWriter(pieces.append, WIDTH, HEIGHT)
    for number in range(60):
        film.add(Painter().paint(picture(number)), number / 15)
    film.close()
    whole = b"".join(pieces)
    assert len(frames_of(whole)) == 60
    boxes = [at for at in range(len(whole) - 8) if whole[at + 4 : at + 8] == b"moof"]
    assert len(boxes) >= 3
    for cut in boxes[1:]:
        assert len(frames_of(whole[:cut])) >= 10


def test_times_are_kept_to_a_ninety_thousandth() -> None:
    pieces: list[bytes] = []
    times = [0.0, 0.0101, 0.5, 0.50002, 2.75, 7.123456]
    film = FilmWriter(pieces.append, 64, 48)
    for number, at_s in enumerate(times):
        film.add(Painter().paint(picture(number * 20, 64, 48)), at_s)
    film.close()
    found = [at_s for at_s, _grey in frames_of(b"".join(pieces))]
    assert found == pytest.approx(times, abs=1 / TICKS)


def test_odd_sides_lose_a_line_and_nothing_else() -> None:
    pieces: list[bytes] = []
    film = FilmWriter(pieces.append, 65, 49)
    film.add(Painter().paint(picture(3, 65, 49)), 0)
    with pytest.raises(EvidenceError, match="screen_changed"):
        film.add(Painter().paint(picture(3, 80, 49)), 1)
    film.close()
    with av.open(io.BytesIO(b"".join(pieces))) as container:
        assert (container.streams.video[0].width, container.streams.video[0].height) == (64, 48)


def test_text_on_the_screen_stays_the_same_to_the_eye() -> None:
    """Visually lossless: the luma of black text on white differs by little anywhere."""
    chance = np.random.default_rng(1)
    page = np.full((240, 320, 4), 255, dtype=np.uint8)
    page[20:220, 20:300][chance.random((200, 280)) < 0.2] = 0
    pieces: list[bytes] = []
    film = FilmWriter(pieces.append, 320, 240)
    for number in range(30):
        film.add(Painter().paint(RawFrame(320, 240, page.tobytes())), number / 15)
    film.close()
    with av.open(io.BytesIO(b"".join(pieces))) as container:
        shown = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)][-1]
    error = shown.astype(float) - page[:, :, 0]
    assert 10 * np.log10(255**2 / (error**2).mean()) > 38


def test_a_still_screen_costs_one_picture_a_second(clock: Clock) -> None:
    sink = Kept()
    _recorder, facts = record(Drawn(lambda _number: picture(1)), sink, clock, 2.4)
    times = [at_s for at_s, _grey in frames_of(sink.data)]
    assert 3 <= len(times) <= 5
    assert int(facts["frames_unchanged"]) >= 20
    assert times[-1] == pytest.approx(float(facts["film_seconds"]), abs=0.01)


def test_marks_and_pauses_are_listed_and_time_runs_on(clock: Clock) -> None:
    screen, sink = Drawn(), Kept()
    recorder = Recorder(screen, (0, 0, WIDTH, HEIGHT), sink, clock=clock)
    time.sleep(0.4)
    recorder.mark("profile  opened; id 12345")
    recorder.pause()
    looks = screen.looks
    assert recorder.status().is_paused
    time.sleep(0.6)
    assert screen.looks <= looks + 1
    recorder.resume()
    time.sleep(0.4)
    recorder.mark("링크를 복사함")
    facts = recorder.stop()
    first, second = facts["marks"].split("; ")
    assert first.endswith(" profile opened, id 12345")
    assert second.endswith(" 링크를 복사함")
    begin, end = (float(part) for part in facts["pauses"].split("-"))
    assert float(first.split()[0]) == pytest.approx(begin, abs=0.1)
    assert end - begin == pytest.approx(0.6, abs=0.25)
    times = [at_s for at_s, _grey in frames_of(sink.data)]
    assert max(b - a for a, b in pairwise(times)) >= 0.5
    assert float(facts["longest_gap_s"]) >= 0.5


def test_a_disk_that_fills_up_ends_it_and_it_says_that_it_is_partial(clock: Clock) -> None:
    sink = Kept(refuse_after=20_000)
    recorder = Recorder(
        Drawn(lambda _number: RawFrame(WIDTH, HEIGHT, np.random.default_rng().bytes(WIDTH * HEIGHT * 4))),
        (0, 0, WIDTH, HEIGHT), sink, clock=clock,
    )  # fmt: skip
    deadline = time.monotonic() + 10
    while recorder.status().is_running and time.monotonic() < deadline:
        time.sleep(0.05)
    assert recorder.status().problem is not None
    facts = recorder.stop()
    assert facts["completeness"] == "partial"
    assert facts["ended_by"] == "disk"
    assert len(sink.data) <= 20_000


def test_a_screen_that_goes_away_ends_it_with_a_whole_film(clock: Clock) -> None:
    def look(number: int) -> RawFrame:
        if number > 10:
            raise EvidenceError("capture.screen_failed")
        return picture(number)

    sink = Kept()
    _recorder, facts = record(Drawn(look), sink, clock, 1.2)
    assert (facts["completeness"], facts["ended_by"]) == ("partial", "screen")
    assert len(frames_of(sink.data)) >= 10


def test_pictures_that_find_no_room_are_dropped_and_counted(clock: Clock) -> None:
    sink = Kept(slow_s=0.5)
    recorder = Recorder(Drawn(), (0, 0, WIDTH, HEIGHT), sink, clock=clock, rate=30)
    time.sleep(1.6)
    before = time.monotonic()
    status = recorder.status()
    assert time.monotonic() - before < 0.4  # the sink alone takes 0.5
    assert status.dropped > 0
    facts = recorder.stop()
    assert int(facts["frames_dropped"]) >= status.dropped
    assert len(frames_of(sink.data)) == int(facts["film_frames"])


def test_no_thread_is_left(clock: Clock) -> None:
    before = set(threading.enumerate())
    record(Drawn(), Kept(), clock, 0.1)
    assert set(threading.enumerate()) == before


def test_a_real_display_with_its_pointer(display: str, clock: Clock) -> None:
    grabber = MssGrabber({"DISPLAY": display}, platform="linux")
    assert grabber.draws_pointer
    sink = Kept()
    recorder = Recorder(grabber, (0, 0, 640, 481), sink, clock=clock)
    time.sleep(0.8)
    facts = recorder.stop()
    assert facts["completeness"] == "complete", recorder.status().problem
    assert frames_of(sink.data)
