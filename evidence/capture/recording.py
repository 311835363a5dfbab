"""A recording of the screen: pictures at an even pace, encoded at once, each with the time at which it was taken.

Two threads: one looks at the screen, turns what it sees into the colours of the film, and never waits for anything but
the clock; the other encodes and hands the film on in pieces, and has everything on the disk about once a second. A
picture that finds no room between the two is dropped and counted. A picture that is the same as the one before costs
nothing but its comparison: the film holds the earlier one for longer.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from evidence.capture.clock import Clock
from evidence.capture.film import FilmWriter, Painter, Picture, RawFrame, prepare
from evidence.errors import EvidenceError

DEFAULT_RATE = 15
MOST_RATE = 30
_ROOM = 16
"""Pictures that may wait for the encoder: a second at the default rate, 48 MiB at 1920x1080."""
_KEEP_S = 1.0
_STILL_S = 1.0
"""A picture that does not change is put into the film again after so many seconds."""
STUCK_S = 5.0
"""How long the system may take for a picture once the recording is to end."""
_LABEL = 80
_MOST_MARKS = 500

Look = Callable[[], RawFrame]


class Filmer(Protocol):
    """Access to the pixels of a desktop, again and again; see :class:`evidence.capture.screen.ScreenGrabber`."""

    def film(self, region: tuple[int, int, int, int]) -> AbstractContextManager[Look]:
        """A way to look at ``region`` that stays open; entered, used and left on one thread."""
        ...


class Sink(Protocol):
    """Where a film goes, piece by piece."""

    def write(self, data: bytes) -> None:
        """Take the next piece."""
        ...

    def keep(self, facts: dict[str, str]) -> None:
        """Have everything so far on the disk, with what is known by now."""
        ...


@dataclass(frozen=True, slots=True)
class RecordingStatus:
    """How a recording stands at this moment."""

    seconds: float
    """Since it began, pauses included."""
    size: int
    """Bytes of film."""
    frames: int
    dropped: int
    is_paused: bool
    is_running: bool
    """False once it ended by itself (a full disk, a screen that went away) or was stopped."""
    marks: int = 0
    problem: EvidenceError | None = None


@dataclass(slots=True)
class _Counts:
    size: int = 0
    frames: int = 0
    unchanged: int = 0
    dropped: int = 0
    last_s: float = 0.0
    longest_gap_s: float = 0.0
    marks: list[tuple[float, str]] = field(default_factory=list)
    pauses: list[tuple[float, float | None]] = field(default_factory=list)


class Recorder:
    """One recording. All methods may be called from any thread, and none of them waits but :meth:`stop`."""

    def __init__(
        self, filmer: Filmer, region: tuple[int, int, int, int], sink: Sink, *, clock: Clock, rate: float = DEFAULT_RATE
    ) -> None:  # fmt: skip
        """Begin as soon as the encoder is loaded. ``rate``: pictures in a second, 1 to 30."""
        prepare()
        self._filmer, self._region, self._sink, self._clock = filmer, region, sink, clock
        self._rate = min(max(float(rate), 1.0), float(MOST_RATE))
        self._begin_ns = time.monotonic_ns()
        self._started = clock()
        self._counts = _Counts()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._running = threading.Event()
        self._running.set()
        self._room: queue.Queue[tuple[float, Picture] | None] = queue.Queue(_ROOM)
        self._problem: EvidenceError | None = None
        self._asked_s: float | None = 0.0
        """Since when the system is asked for a picture; None while it is not."""
        self._ended_s = 0.0
        self._ended_by = ""
        self._more: dict[str, str] = {}
        self._threads = (
            threading.Thread(target=self._look_all, name="recording-look", daemon=True),
            threading.Thread(target=self._encode_all, name="recording-film", daemon=True),
        )
        for thread in reversed(self._threads):  # who looks may end at once, and asks whether anyone still encodes
            thread.start()

    def mark(self, label: str) -> float:
        """Note that something happened now, in the person's words. Gives the time in seconds."""
        at_s = self._now_s()
        words = " ".join(label.replace(";", ",").split())[:_LABEL]
        with self._lock:
            if len(self._counts.marks) < _MOST_MARKS:
                self._counts.marks.append((at_s, words))
        return at_s

    def add_facts(self, facts: Mapping[str, str]) -> None:
        """Add to what is known; a later value of the same name counts."""
        with self._lock:
            self._more |= facts

    def pause(self) -> None:
        """Take no pictures until :meth:`resume`; the time of the film runs on."""
        with self._lock:
            if self._running.is_set() and not self._stop.is_set():
                self._counts.pauses.append((self._now_s(), None))
                self._running.clear()

    def resume(self) -> None:
        """Take pictures again."""
        with self._lock:
            if not self._running.is_set():
                begun, _end = self._counts.pauses[-1]
                self._counts.pauses[-1] = (begun, self._now_s())
                self._running.set()

    def status(self) -> RecordingStatus:
        """How it stands."""
        with self._lock:
            counts = self._counts
            return RecordingStatus(
                seconds=self._ended_s or self._now_s(),
                size=counts.size,
                frames=counts.frames,
                dropped=counts.dropped,
                is_paused=not self._running.is_set(),
                is_running=not self._stop.is_set(),
                marks=len(counts.marks),
                problem=self._problem,
            )

    def stop(self, ended_by: str = "person") -> dict[str, str]:
        """End the recording, wait until the film is whole, and say what is known of it.

        A recording that ended by itself says that it is partial, and why. Calling it again gives the same.
        """
        self._end(ended_by)
        looking, encoding = self._threads
        while looking.is_alive() and not self._is_stuck():
            looking.join(0.05)
        if looking.is_alive():  # nobody waits for a system that does not answer, least of all a vault to be locked
            with self._lock:
                if self._problem is None:
                    self._ended_by, self._problem = "screen", EvidenceError("capture.screen_failed")
            self._hand_over(None)
        encoding.join()
        return self._facts(is_over=True)

    def abandon(self) -> None:
        """End the recording and wait; nobody wants the film."""
        self.stop("cancelled")

    def _is_stuck(self) -> bool:
        asked_s = self._asked_s
        return asked_s is not None and self._now_s() - asked_s > STUCK_S

    def _now_s(self) -> float:
        return (time.monotonic_ns() - self._begin_ns) / 1e9

    def _end(self, ended_by: str, problem: EvidenceError | None = None) -> None:
        with self._lock:
            if not self._stop.is_set():
                self._ended_s, self._ended_by, self._problem = self._now_s(), ended_by, problem
                if self._counts.pauses and self._counts.pauses[-1][1] is None:
                    self._counts.pauses[-1] = (self._counts.pauses[-1][0], self._ended_s)
                self._stop.set()

    # The thread that looks --------------------------------------------------------------------------------------------

    def _look_all(self) -> None:
        last: tuple[float, Picture] | None = None
        try:
            with self._filmer.film(self._region) as look:
                self._asked_s = None
                last = self._look_on(look)
            if last is not None and self._ended_s > last[0]:
                # The last picture stood until the end: the film is as long as the recording was.
                self._hand_over((self._ended_s, last[1]))
        except EvidenceError as problem:
            self._end("encoder" if problem.code == "capture.film_failed" else "screen", problem)
        finally:
            self._end("screen", EvidenceError("capture.screen_failed"))  # unless it has ended already
            self._hand_over(None)

    def _look_on(self, look: Look) -> tuple[float, Picture] | None:
        period, painter = 1 / self._rate, Painter()
        due = self._now_s()
        last: tuple[float, Picture] | None = None
        seen: RawFrame | None = None
        shown_s = -_STILL_S
        while last is None or not self._stop.is_set():  # one picture at least, however soon it is ended
            if not self._running.is_set():
                if self._stop.wait(0.02):
                    break
                due = self._now_s()
                continue
            at_s = self._ended_s or self._now_s()
            self._asked_s = self._now_s()
            frame = look()
            self._asked_s = None
            is_same = last is not None and seen is not None and frame.bgra == seen.bgra
            if is_same and at_s - shown_s < _STILL_S:
                with self._lock:
                    self._counts.unchanged += 1
            else:
                shown_s = at_s
                last = (at_s, last[1] if last is not None and is_same else painter.paint(frame))
                seen = frame
                try:
                    self._room.put_nowait(last)
                except queue.Full:
                    with self._lock:
                        self._counts.dropped += 1
            due += period
            late_s = self._now_s() - due
            if late_s >= period:  # the computer was busy: go on from here, and say how many pictures are missing
                missed = int(late_s / period)
                with self._lock:
                    self._counts.dropped += missed
                due += missed * period
            self._stop.wait(max(0.0, due - self._now_s()))
        return last

    def _hand_over(self, what: tuple[float, Picture] | None) -> None:
        """Wait for room, unless nobody takes anything any more."""
        while self._threads[1].is_alive():
            try:
                self._room.put(what, timeout=0.1)
                return
            except queue.Full:
                continue

    # The thread that encodes ------------------------------------------------------------------------------------------

    def _encode_all(self) -> None:
        film: FilmWriter | None = None
        kept_s = 0.0
        try:
            while (taken := self._room.get()) is not None:
                at_s, frame = taken
                if film is None:
                    film = FilmWriter(self._take_piece, frame.width, frame.height)
                film.add(frame, at_s)
                with self._lock:
                    counts = self._counts
                    counts.frames += 1
                    if counts.frames > 1:
                        counts.longest_gap_s = max(counts.longest_gap_s, at_s - counts.last_s)
                    counts.last_s = at_s
                if at_s - kept_s >= _KEEP_S:
                    kept_s = at_s
                    self._sink.keep(self._facts(is_over=False))
            if film is not None:
                film.close()
        except EvidenceError as problem:
            is_disk, is_screen = problem.code.startswith("vault."), problem.code == "capture.screen_changed"
            self._end("disk" if is_disk else "screen" if is_screen else "encoder", problem)
            if film is not None and not is_disk:
                with suppress(EvidenceError):  # what the encoder still holds
                    film.close()

    def _take_piece(self, piece: bytes) -> None:
        self._sink.write(piece)
        with self._lock:
            self._counts.size += len(piece)

    # What is known ----------------------------------------------------------------------------------------------------

    def _facts(self, *, is_over: bool) -> dict[str, str]:
        """What is known by now, as flat text; times in seconds since the beginning."""
        now = self._clock()
        with self._lock:
            counts, ended_s = self._counts, self._ended_s or self._now_s()
            marks = "; ".join(f"{at_s:.3f} {words}".rstrip() for at_s, words in counts.marks)
            pauses = "; ".join(f"{begin:.3f}-{ended_s if end is None else end:.3f}" for begin, end in counts.pauses)
            is_whole = self._problem is None
            facts = {
                "film_frames": str(counts.frames),
                "film_seconds": f"{ended_s if is_over else counts.last_s:.3f}",
                "frame_rate_asked": f"{self._rate:g}",
                "frames_unchanged": str(counts.unchanged),
                "frames_dropped": str(counts.dropped),
                "longest_gap_s": f"{counts.longest_gap_s:.3f}",
            }
            facts |= self._more
            if marks:
                facts["marks"] = marks
            if pauses:
                facts["pauses"] = pauses
            if is_over:
                facts["completeness"] = "complete" if is_whole else "partial"
                facts["ended_by"] = self._ended_by
        # The clock of the computer against the monotonic clock: a clock that someone set meanwhile shows here.
        elapsed = (now.at - self._started.at) / timedelta(milliseconds=1)
        facts["clock_change_ms"] = f"{elapsed - self._now_s() * 1000:.0f}"
        facts["last_clock_reading"] = now.at.isoformat()
        return facts
