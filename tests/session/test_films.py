"""Recordings and films of an open session: ended by locking, shown blurred, revealed with a word in the log."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.errors import code_of
from support.waiting import QuickTime, until

from evidence import session as verbs
from evidence.capture import Frame, Region, Screen
from evidence.capture.film import RawFrame
from evidence.errors import EvidenceError
from evidence.model import AcquisitionMethod, EventKind, Examiner, MinorAnswer, OperatorRole
from evidence.session import Session
from evidence.store import Argon2Cost
from evidence.store.growing import ROOM_TO_END

FAST = Argon2Cost(memory_kib=65536, passes=3, lanes=4)
PASSPHRASE = "조용한 강가의 seven lanterns"


class Drawn:
    """A desktop of 320 x 200 pixels whose stripes move."""

    draws_pointer = True

    def __init__(self) -> None:
        self.looks = 0

    def screens(self) -> list[Screen]:
        return [Screen(1, Region(0, 0, 320, 200))]

    def facts(self) -> dict[str, str]:
        return {"display": "drawn", "window_title": "t.me/sample_room"}

    def grab(self, _region: Region) -> Frame:
        self.looks += 1
        page = np.random.default_rng(5).integers(0, 255, (4000, 320, 3), dtype=np.uint8)
        return Frame(320, 200, page[self.looks * 40 : self.looks * 40 + 200].tobytes())

    @contextmanager
    def film(self, _region: tuple[int, int, int, int]) -> Iterator[Callable[[], RawFrame]]:
        def look() -> RawFrame:
            self.looks += 1
            pixels = np.zeros((200, 320, 4), dtype=np.uint8)
            pixels[:, (np.arange(320) + self.looks) % 8 < 4] = 230
            return RawFrame(320, 200, pixels.tobytes())

        yield look


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "vault"


@pytest.fixture
def session(folder: Path) -> Iterator[Session]:
    ports = replace(verbs.real_ports(), grabber=Drawn)
    made, _key = verbs.create_vault(
        folder, PASSPHRASE, examiner=Examiner(role=OperatorRole.VICTIM), cost=FAST, ports=ports
    )
    with made:
        yield made


def left_over(folder: Path) -> list[str]:
    return [path.name for path in (folder / "objects" / "new").iterdir() if "." in path.name]


def test_a_recording_is_an_exhibit_and_stills_name_it(session: Session, folder: Path) -> None:
    case = session.create_case("one")
    going_on = session.films.begin(case.id, note="my words", lawful_access="public")
    session.add_link(case.id, "https://t.me/sample_room")  # the vault is free meanwhile
    until(lambda: going_on.status().seconds > 0.5)
    going_on.mark("profile opened")
    film = session.films.finish(going_on)
    assert (film.number, film.method) == ("A-02", AcquisitionMethod.SCREEN_RECORDING)
    assert film.source["window_title"] == "t.me/sample_room"
    assert (film.note, film.lawful_access) == ("my words", "public")
    assert left_over(folder) == []
    still = session.films.add_still(film.id, 0.4, "her name is here")
    assert still.method is AcquisitionMethod.DERIVED
    assert still.source["derived_from"] == "A-02"
    assert still.note == "her name is here"
    kinds = [(event.kind, event.facts.get("still", "")) for event in session.events(case.id, film.id)]
    assert kinds == [(EventKind.ACQUIRED, ""), (EventKind.EXAMINED, "A-03")]
    assert session.check().findings == ()


def test_a_film_is_blurred_until_it_is_revealed_and_the_log_says_so(session: Session) -> None:
    case = session.create_case("one")
    going_on = session.films.begin(case.id)
    until(lambda: going_on.status().frames >= 6)
    film = session.films.finish(going_on)

    def contrast(picture: bytes) -> float:
        pixels = np.asarray(Image.open(BytesIO(picture)).convert("L")).astype(float)
        return float(np.abs(np.diff(pixels, axis=1)).mean())

    poster = session.preview(film.id)
    assert poster is not None
    assert contrast(poster) < 5
    with session.films.open(film.id) as view:
        at_s, blurred = view.at(0.3, 320)
        assert contrast(blurred) < 5
        session.films.reveal(view, at_s)
        assert contrast(view.at(0.3, 320)[1]) > 10
        following = view.step(1, 320)
        assert following is not None
        assert following[0] > at_s
        view.cover()
        assert contrast(view.at(0.3, 320)[1]) < 5
    revealed = [event for event in session.events(case.id, film.id) if event.kind is EventKind.REVEALED]
    assert [event.facts["film_time_s"] for event in revealed] == [f"{at_s:.3f}"]


def test_locking_ends_a_recording_and_keeps_it(session: Session, folder: Path) -> None:
    case = session.create_case("one")
    going_on = session.films.begin(case.id)
    until(lambda: going_on.status().frames >= 2)
    session.lock()
    with verbs.open_vault(folder, passphrase=PASSPHRASE) as again:
        assert again.repairs() == ()
        (exhibit,) = again.exhibits(case.id)
        assert (exhibit.item.source["ended_by"], exhibit.item.source["completeness"]) == ("lock", "complete")


def test_a_disk_that_fills_up_leaves_room_to_seal(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends while the exhibit can still be written, and says that it is partial; another one does not begin."""
    case = session.create_case("one")
    going_on = session.films.begin(case.id)
    until(lambda: going_on.status().frames >= 2)
    full = shutil.disk_usage(Path.home())._replace(free=ROOM_TO_END - 1)
    monkeypatch.setattr("evidence.store.growing.shutil.disk_usage", lambda _path: full)
    until(lambda: not going_on.status().is_running)
    film = session.films.finish(going_on)
    assert (film.source["completeness"], film.source["ended_by"]) == ("partial", "disk")
    assert code_of(lambda: session.films.begin(case.id)) == "vault.disk_full"
    assert session.check().findings == ()


def test_what_is_cancelled_leaves_nothing(session: Session, folder: Path) -> None:
    case = session.create_case("one")
    going_on = session.films.begin(case.id)
    until(lambda: going_on.status().frames >= 2)
    session.films.cancel(going_on)
    assert session.exhibits(case.id) == []
    assert left_over(folder) == []
    assert [event.kind for event in session.events(case.id)] == [EventKind.CASE_CREATED]
    with pytest.raises(EvidenceError, match="no_such_case"):
        session.films.begin("nowhere")


def test_a_scrolled_chat_is_its_pictures_and_a_tall_one_that_names_them(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evidence.capture.scrolling.time", QuickTime())
    case = session.create_case("one")
    pictures, tall = session.films.scroll(case.id, seconds=0.6, every_s=0.05, note="the room", minor=MinorAnswer.NO)
    assert len(pictures.files) >= 3
    assert pictures.note == "the room"
    assert pictures.settings["minor_possible"] == "no"
    assert (tall.method, tall.source["derived_from"]) == (AcquisitionMethod.DERIVED, pictures.number)
    used = tall.source["derived_from_sha256"].split()
    assert set(used) <= {file.digests.sha256 for file in pictures.files}
    kinds = [event.kind for event in session.events(case.id, pictures.id)]
    assert kinds == [EventKind.ACQUIRED, EventKind.EXAMINED]
    with pytest.raises(EvidenceError, match="media_refused"):
        session.films.scroll(case.id, seconds=0.1, minor=MinorAnswer.UNSURE)
    assert session.check().findings == ()


def test_a_picture_is_no_film(session: Session) -> None:
    case = session.create_case("one")
    item = session.add_link(case.id, "https://t.me/sample_room")
    for act in (lambda: session.films.open(item.id), lambda: session.films.add_still(item.id, 0)):
        with pytest.raises(EvidenceError, match="film"):
            act()
