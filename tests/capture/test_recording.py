"""The recorder: a film in pieces that is whole at any moment, with the times at which its pictures were taken."""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import av
import numpy as np
import pytest
from support.waiting import until

from evidence.capture import Clock, MssGrabber, Recorder, read_clock
from evidence.capture.film import FRAGMENT_S, TICKS, FilmWriter, Painter, RawFrame
from evidence.capture.recording import STUCK_S
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
        self.asked_at: list[float] = []
        self.given_at: list[float] = []
        self._look = look

    @contextmanager
    def film(self, _region: tuple[int, int, int, int]) -> Iterator[Callable[[], RawFrame]]:
        def look() -> RawFrame:
            self.asked_at.append(time.monotonic())
            self.looks += 1
            frame = self._look(self.looks)
            self.given_at.append(time.monotonic())
            return frame

        yield look


class Kept:
    """What arrived, and what would be there after a crash. It takes nothing before ``takes`` is set."""

    def __init__(self, refuse_after: int = 1 << 60) -> None:
        self.data, self.durable = b"", b""
        self.facts: list[dict[str, str]] = []
        self.takes = threading.Event()
        self.takes.set()
        self._refuse_after = refuse_after

    def write(self, data: bytes) -> None:
        self.takes.wait()
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


def begin(screen: Drawn, sink: Kept, clock: Clock, rate: float = 15) -> Recorder:
    return Recorder(screen, (0, 0, WIDTH, HEIGHT), sink, clock=clock, rate=rate)


def test_it_is_a_film_with_the_times_of_its_pictures(clock: Clock) -> None:
    """Each picture has a time between the one before and when the system was asked for it."""
    screen, sink = Drawn(), Kept()
    recorder = begin(screen, sink, clock)
    until(lambda: recorder.status().frames >= 15)
    facts = recorder.stop()
    found = frames_of(sink.data)
    assert len(found) == int(facts["film_frames"])
    *times, end = [at_s for at_s, _grey in found]
    zero = recorder._begin_ns / 1e9
    looks = iter(zip([zero, *screen.given_at], screen.asked_at, strict=False))
    for at_s in times:  # pictures that found no room are not in the film: their looks are passed over
        assert any(before - zero - 1 / TICKS <= at_s <= asked - zero + 1 / TICKS for before, asked in looks)
    assert end == pytest.approx(float(facts["film_seconds"]), abs=0.001)
    assert facts["completeness"] == "complete"
    assert facts["ended_by"] == "person"
    assert abs(found[0][1] - 41) <= 2


def test_what_is_durable_is_a_film_at_any_moment(clock: Clock) -> None:
    """What a crash leaves plays to the end of its last whole fragment."""
    sink = Kept()
    recorder = begin(Drawn(), sink, clock)
    until(lambda: len(sink.facts) >= 3)
    recorder.pause()
    left, known = sink.durable, sink.facts[-1]
    recorder.stop()
    found = frames_of(left)
    assert len(found) >= 2
    lost_s = float(known["film_seconds"]) - found[-1][0]
    assert lost_s <= FRAGMENT_S + 2 * float(known["longest_gap_s"])


def test_who_ends_it_at_once_has_a_picture(clock: Clock) -> None:
    sink = Kept()
    facts = begin(Drawn(), sink, clock).stop()
    assert facts["completeness"] == "complete"
    assert len(frames_of(sink.data)) == int(facts["film_frames"]) >= 1


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
    screen, sink = Drawn(lambda _number: picture(1)), Kept()
    recorder = begin(screen, sink, clock, rate=30)
    until(lambda: recorder.status().frames >= 3)
    facts = recorder.stop()
    *times, end = [at_s for at_s, _grey in frames_of(sink.data)]
    assert all(later - earlier >= 1.0 - 1 / TICKS for earlier, later in pairwise(times))
    assert int(facts["frames_unchanged"]) == screen.looks - len(times)
    assert end == pytest.approx(float(facts["film_seconds"]), abs=0.001)


def test_marks_and_pauses_are_listed_and_time_runs_on(clock: Clock) -> None:
    screen, sink = Drawn(), Kept()
    recorder = begin(screen, sink, clock)
    until(lambda: recorder.status().frames >= 2)
    marked_s = recorder.mark("profile  opened; id 12345")
    recorder.pause()
    looks, paused_s = screen.looks, recorder.status().seconds
    assert recorder.status().is_paused
    until(lambda: recorder.status().seconds > paused_s + 0.4)
    assert screen.looks <= looks + 1  # one was under way
    recorder.resume()
    until(lambda: screen.looks >= looks + 3)
    recorder.mark("링크를 복사함")
    facts = recorder.stop()
    first, second = facts["marks"].split("; ")
    assert first == f"{marked_s:.3f} profile opened, id 12345"
    assert second.endswith(" 링크를 복사함")
    begun_s, ended_s = (float(part) for part in facts["pauses"].split("-"))
    assert marked_s <= begun_s + 0.001
    assert ended_s - begun_s >= 0.4
    assert float(second.split()[0]) >= ended_s
    times = [at_s for at_s, _grey in frames_of(sink.data)]
    assert max(later - earlier for earlier, later in pairwise(times)) >= 0.2
    assert float(facts["longest_gap_s"]) >= 0.2


def test_a_disk_that_fills_up_ends_it_and_it_says_that_it_is_partial(clock: Clock) -> None:
    sink = Kept(refuse_after=20_000)
    noise = Drawn(lambda _number: RawFrame(WIDTH, HEIGHT, np.random.default_rng().bytes(WIDTH * HEIGHT * 4)))
    recorder = begin(noise, sink, clock)
    until(lambda: not recorder.status().is_running)
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
    recorder = begin(Drawn(look), sink, clock)
    until(lambda: not recorder.status().is_running)
    facts = recorder.stop()
    assert (facts["completeness"], facts["ended_by"]) == ("partial", "screen")
    assert len(frames_of(sink.data)) >= 10


def test_a_monitor_of_another_size_ends_it_with_a_whole_film(clock: Clock) -> None:
    sink = Kept()
    recorder = begin(Drawn(lambda number: picture(number, 320 if number <= 10 else 200)), sink, clock)
    until(lambda: not recorder.status().is_running)
    facts = recorder.stop()
    problem = recorder.status().problem
    assert problem is not None and problem.code == "capture.screen_changed"
    assert (facts["completeness"], facts["ended_by"]) == ("partial", "screen")
    assert len(frames_of(sink.data)) == int(facts["film_frames"]) == 10


def test_a_screen_that_answers_no_more_holds_nobody_up(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A vault can be locked, and what was seen until then is a film."""
    monkeypatch.setattr("evidence.capture.recording.STUCK_S", 0.0)
    assert STUCK_S > 1
    answers = threading.Event()

    def look(number: int) -> RawFrame:
        if number > 10:
            answers.wait()
        return picture(number)

    screen, sink = Drawn(look), Kept()
    recorder = begin(screen, sink, clock)
    until(lambda: screen.looks > 10)
    facts = recorder.stop()
    assert (facts["completeness"], facts["ended_by"]) == ("partial", "screen")
    assert len(frames_of(sink.data)) == int(facts["film_frames"])
    answers.set()
    until(lambda: not recorder._threads[0].is_alive())
    assert recorder.stop()["film_frames"] == facts["film_frames"]


def test_pictures_that_find_no_room_are_dropped_and_counted(clock: Clock) -> None:
    """And asking how it stands waits for nobody: the disk takes nothing before it was answered."""
    sink = Kept()
    recorder = begin(Drawn(), sink, clock, rate=30)
    until(lambda: recorder.status().frames >= 1)
    sink.takes.clear()
    until(lambda: recorder.status().dropped > 0)
    status = recorder.status()
    sink.takes.set()
    facts = recorder.stop()
    assert int(facts["frames_dropped"]) >= status.dropped
    assert len(frames_of(sink.data)) == int(facts["film_frames"])


def test_a_clock_that_is_set_back_meanwhile_is_told() -> None:
    began = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
    clock = [began]
    recorder = begin(Drawn(), Kept(), lambda: read_clock(clock[0], zone="Asia/Seoul"))
    clock[0] -= timedelta(hours=1)
    until(lambda: recorder.status().frames >= 2)
    facts = recorder.stop()
    assert int(facts["clock_change_ms"]) <= -3_600_000
    assert facts["last_clock_reading"] == clock[0].isoformat()


def test_no_thread_is_left(clock: Clock) -> None:
    before = set(threading.enumerate())
    begin(Drawn(), Kept(), clock).stop()
    assert set(threading.enumerate()) == before


def test_a_real_display_with_its_pointer(display: str, clock: Clock) -> None:
    grabber = MssGrabber({"DISPLAY": display}, platform="linux")
    assert grabber.draws_pointer
    sink = Kept()
    recorder = Recorder(grabber, (0, 0, 640, 481), sink, clock=clock)
    until(lambda: recorder.status().frames >= 1)
    facts = recorder.stop()
    assert facts["completeness"] == "complete", recorder.status().problem
    assert frames_of(sink.data)


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="there is no Xvfb on this computer")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_display_that_dies_or_freezes_leaves_a_whole_film(
    clock: Clock, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evidence.capture.recording.STUCK_S", 0.5)
    read_end, write_end = os.pipe()
    command = ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "320x240x24", "-nolisten", "tcp", "-noreset"]
    with subprocess.Popen(command, pass_fds=[write_end], stderr=subprocess.DEVNULL) as server:
        os.close(write_end)
        with open(read_end) as told:  # noqa: PTH123  a pipe has no path
            display = told.readline().strip()
        sink = Kept()
        recorder = Recorder(MssGrabber({"DISPLAY": f":{display}"}, platform="linux"), (0, 0, 64, 48), sink, clock=clock)
        until(lambda: recorder.status().frames >= 1)
        server.send_signal(number)
        until(lambda: recorder._is_stuck() or not recorder.status().is_running)
        facts = recorder.stop()
        server.kill()
    assert (facts["completeness"], facts["ended_by"]) == ("partial", "screen")
    assert len(frames_of(sink.data)) == int(facts["film_frames"])
    until(lambda: not recorder._threads[0].is_alive())
