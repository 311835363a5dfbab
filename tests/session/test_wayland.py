"""A recording and a long chat of a Wayland session, from the system's question to the sealed exhibit."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.portal import Desktop, cast_child
from support.waiting import until

from evidence import session as verbs
from evidence.capture.portal import PortalGrabber
from evidence.errors import CancelledError, EvidenceError
from evidence.model import AcquisitionMethod, Examiner, OperatorRole
from evidence.session import Session
from evidence.store import Argon2Cost

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Wayland is a matter of Linux")
CHEAP = Argon2Cost(memory_kib=65536, passes=3, lanes=4)
MOVING = """
import struct
wait()
shown = 0
while True:
    wait()
    shown += 1
    tell({"width": 64, "height": 48}, struct.pack("=I", shown * 7919 % (1 << 32)) * (64 * 48))
"""


@pytest.fixture
def open_session(desktop: Desktop, tmp_path: Path) -> Iterator[Callable[[str], Session]]:
    """Opens a vault in whose session the desktop casts what a child says."""
    opened: list[Session] = []

    def make(words: str) -> Session:
        grabber = lambda: PortalGrabber(desktop.environ, cast_command=cast_child(words))  # noqa: E731
        made, _key = verbs.create_vault(
            tmp_path / "vault", "조용한 강가의 seven lanterns", examiner=Examiner(role=OperatorRole.VICTIM), cost=CHEAP,
            ports=replace(verbs.real_ports(), grabber=grabber),
        )  # fmt: skip
        opened.append(made)
        return made

    yield make
    for each in opened:
        each.lock()


def wait_for(going_on: verbs.Recording, frames: int) -> None:
    until(lambda: going_on.status().frames >= frames or not going_on.status().is_running)


def test_a_recording_of_the_monitor_that_was_chosen(open_session: Callable[[str], Session]) -> None:
    session = open_session(MOVING)
    case = session.create_case("one")
    going_on = session.films.begin(case.id)
    wait_for(going_on, 5)
    film = session.films.finish(going_on)
    assert film.method is AcquisitionMethod.SCREEN_RECORDING
    assert film.files[0].media_type == "video/mp4"
    assert (film.source["completeness"], film.source["cast_pixels"]) == ("complete", "64x48")
    assert (film.settings["extent"], film.settings["cursor"]) == ("asked", "not_drawn")
    assert "region" not in film.source
    assert session.check().findings == ()


def test_a_cast_that_ends_leaves_what_was_recorded(open_session: Callable[[str], Session]) -> None:
    session = open_session(MOVING.replace("while True", "for _ in range(6)") + "wait();tell({'ended':'closed'})\n")
    case = session.create_case("one")
    going_on = session.films.begin(case.id)
    wait_for(going_on, 1000)
    film = session.films.finish(going_on)
    assert (film.source["completeness"], film.source["ended_by"]) == ("partial", "screen")


@pytest.mark.parametrize(
    ("words", "code"),
    [("wait();wait();tell({'ended':'cancelled'})", "capture.portal_cancelled"),
     ("wait();wait();tell({'ended':'denied'})", "capture.portal_denied"),
     ("wait();wait();tell({'ended':'missing'})", "capture.no_recording_here")],
)  # fmt: skip
def test_nothing_begins_before_the_person_agreed(
    open_session: Callable[[str], Session], tmp_path: Path, words: str, code: str
) -> None:
    session = open_session(words)
    case = session.create_case("one")
    with pytest.raises(EvidenceError) as caught:
        session.films.begin(case.id)
    assert caught.value.code == code
    assert [path.name for path in (tmp_path / "vault" / "objects" / "new").iterdir() if "." in path.name] == []
    assert session.exhibits(case.id) == []


def test_waiting_for_the_person_can_be_cancelled(open_session: Callable[[str], Session]) -> None:
    session = open_session("wait();wait();wait()")
    case = session.create_case("one")
    with pytest.raises(CancelledError):
        session.films.begin(case.id, cancelled=lambda: True)
    with pytest.raises(CancelledError):
        session.films.scroll(case.id, seconds=1, cancelled=lambda: True)


def test_a_long_chat_is_asked_for_once(open_session: Callable[[str], Session], desktop: Desktop) -> None:
    session = open_session(MOVING)
    case = session.create_case("one")
    single, *_tall = session.films.scroll(case.id, seconds=0.5, every_s=0.1)
    assert single.settings["extent"] == "asked"
    assert int(single.source["scroll_pictures"]) >= 1
    assert desktop.portals.calls == []  # no single picture was asked for, so that no file was written
    assert desktop.left() == []
