"""The runner: one outcome each, on the window's thread, in order on the serial lane."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from evidence.errors import CancelledError, EvidenceError
from ui.jobs import TURN_S, Jobs, Lane


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    """A runner of its own."""
    made = Jobs()
    yield made
    made.cancel_all()
    made.close()


def test_serial_work_stays_on_one_thread_and_in_order(jobs: Jobs, qtbot: QtBot) -> None:
    seen: list[tuple[int, int]] = []
    done: list[tuple[int, bool]] = []
    main = threading.get_ident()
    for number in range(20):
        jobs.start(
            lambda _progress, _cancelled, n=number: seen.append((n, threading.get_ident())) or n,  # type: ignore[misc]
            lambda n: done.append((n, threading.get_ident() == main)),
            lambda problem: pytest.fail(repr(problem)),
        )
    qtbot.waitUntil(lambda: len(done) == 20)
    assert [number for number, _thread in seen] == list(range(20))
    assert len({thread for _number, thread in seen}) == 1
    assert seen[0][1] != main
    assert done == [(number, True) for number in range(20)]
    assert not jobs.is_busy


def test_parallel_work_does_not_wait_for_the_vault(jobs: Jobs, qtbot: QtBot) -> None:
    gate = threading.Event()
    done: list[str] = []
    jobs.start(lambda _p, _c: gate.wait(10), lambda _v: done.append("serial"), lambda _e: None)
    jobs.start(lambda _p, _c: 1, lambda _v: done.append("parallel"), lambda _e: None, lane=Lane.PARALLEL)
    qtbot.waitUntil(lambda: done == ["parallel"])
    gate.set()
    qtbot.waitUntil(lambda: done == ["parallel", "serial"])


def test_an_error_arrives_unchanged_and_alone(jobs: Jobs, qtbot: QtBot) -> None:
    problems: list[BaseException] = []

    def fail(_progress: object, _cancelled: object) -> None:
        raise EvidenceError("item.unknown", number="A-07")

    jobs.start(fail, lambda _v: pytest.fail("no value"), problems.append)
    qtbot.waitUntil(lambda: bool(problems))
    assert isinstance(problems[0], EvidenceError)
    assert problems[0].params == {"number": "A-07"}


def test_progress_is_reported_and_work_can_be_stopped(jobs: Jobs, qtbot: QtBot) -> None:
    shares: list[float] = []
    problems: list[BaseException] = []
    gate = threading.Event()

    def long(progress: object, cancelled: object) -> None:
        progress(0.5, "half")  # type: ignore[operator]
        gate.wait(10)
        if cancelled():  # type: ignore[operator]
            raise CancelledError

    job = jobs.start(long, lambda _v: pytest.fail("no value"), problems.append, progress=lambda s, _t: shares.append(s))
    qtbot.waitUntil(lambda: shares == [0.5])
    job.cancel()
    gate.set()
    qtbot.waitUntil(lambda: bool(problems))
    assert isinstance(problems[0], CancelledError)


def test_work_that_waits_when_all_is_stopped_never_begins(jobs: Jobs, qtbot: QtBot) -> None:
    gate = threading.Event()
    begun: list[int] = []
    problems: list[BaseException] = []
    jobs.start(lambda _p, _c: gate.wait(10), lambda _v: None, lambda _e: None)
    jobs.start(lambda _p, _c: begun.append(1), lambda _v: None, problems.append)
    jobs.cancel_all()
    gate.set()
    qtbot.waitUntil(lambda: bool(problems))
    assert not begun
    assert isinstance(problems[0], CancelledError)


def test_closing_leaves_no_thread_behind(qtbot: QtBot) -> None:
    before = set(threading.enumerate())
    jobs = Jobs()
    jobs.start(lambda _p, _c: 1, lambda _v: None, lambda _e: None)
    jobs.start(lambda _p, _c: 1, lambda _v: None, lambda _e: None, lane=Lane.PARALLEL)
    jobs.close()
    assert {thread for thread in threading.enumerate() if not isinstance(thread, threading._DummyThread)} <= before


def test_a_lane_that_computes_gives_way_to_the_window_at_once(jobs: Jobs) -> None:
    """With Python's own 5 ms each of the dozens of turns that one part of a page takes would wait that long."""
    assert sys.getswitchinterval() == pytest.approx(TURN_S, rel=0.01)
    assert TURN_S < 0.001
