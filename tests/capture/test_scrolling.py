"""A chat that is scrolled: every picture is kept, and the tall picture is the chat, or says where it is not."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image, ImageDraw
from support.waiting import QuickTime

from evidence.capture import Clock, Frame, Region, Screen, acquire_scroll
from evidence.capture.stitching import stitch
from evidence.errors import CancelledError, EvidenceError
from evidence.model import Acquisition

WIDTH, VIEW, TITLE, FIELD = 360, 480, 40, 50


def chat(height: int, seed: int = 3) -> np.ndarray:
    """A long drawn chat: bubbles of different length and colour with lines of dots that no other has."""
    chance = np.random.default_rng(seed)
    image = Image.new("RGB", (WIDTH, height), (225, 232, 238))
    draw = ImageDraw.Draw(image)
    top = 8
    while top < height - 60:
        tall = int(chance.integers(30, 70))
        left = int(chance.choice([10, 110]))
        draw.rounded_rectangle((left, top, left + 230, top + tall), 8, fill=tuple(chance.integers(180, 255, 3)))
        for x in range(left + 10, left + 215, 6):
            if chance.random() < 0.6:
                y = top + int(chance.integers(6, tall - 8))
                draw.rectangle((x, y, x + 3, y + 4), fill=(20, 20, 30))
        top += tall + int(chance.integers(6, 26))
    return np.asarray(image)


def view(page: np.ndarray, at: int, *, has_frame: bool = True) -> Frame:
    """What the window shows when the chat is scrolled to ``at``; a title and a field to type in stand still."""
    inner = VIEW - TITLE - FIELD if has_frame else VIEW
    shown = page[at : at + inner]
    if has_frame:
        title = np.full((TITLE, WIDTH, 3), (50, 110, 160), np.uint8)
        title[14:26, 20:200:7] = 255
        field = np.full((FIELD, WIDTH, 3), 250, np.uint8)
        field[20:30, 30:150:9] = 90
        shown = np.concatenate((title, shown, field))
    return Frame(WIDTH, VIEW, np.ascontiguousarray(shown).tobytes())


def pixels(frame: Frame) -> np.ndarray:
    return np.frombuffer(frame.rgb, dtype=np.uint8).reshape(frame.height, frame.width, 3)


@pytest.mark.parametrize("has_frame", [True, False])
def test_what_was_scrolled_comes_out_as_the_chat(has_frame: bool) -> None:
    page = chat(3000)
    places = [0, 37, 37, 120, 300, 301, 520, 777, 990, 1234]
    made = stitch([view(page, at, has_frame=has_frame) for at in places])
    assert made is not None
    assert made.gaps == 0
    assert sum(made.offsets) == 1234
    top = TITLE if has_frame else 0
    inner = VIEW - TITLE - FIELD if has_frame else VIEW
    assert np.array_equal(pixels(made.frame)[top : top + 1234 + inner], page[: 1234 + inner])
    assert made.frame.height == 1234 + VIEW
    assert 2 not in made.used  # showed nothing new


def test_a_pointer_on_the_way_does_not_disturb() -> None:
    page = chat(2000)
    frames = []
    for number, at in enumerate((0, 150, 310, 470)):
        shown = pixels(view(page, at)).copy()
        shown[100 + number * 30 : 116 + number * 30, 60:72] = 0
        frames.append(Frame(WIDTH, VIEW, shown.tobytes()))
    made = stitch(frames)
    assert made is not None
    assert (made.offsets, made.gaps) == ((150, 160, 160), 0)


def test_a_jump_too_far_is_a_gap_and_never_a_guess() -> None:
    page = chat(4000)
    made = stitch([view(page, 0), view(page, 200), view(page, 1500), view(page, 1600)])
    assert made is not None
    assert (made.offsets, made.gaps) == ((200, 0, 100), 1)
    assert any((row == 128).all() for row in pixels(made.frame))


def test_what_repeats_itself_is_a_gap() -> None:
    """Lines that are all the same fit in many ways: none is chosen."""
    page = np.tile(chat(60, seed=9)[:60], (60, 1, 1))
    made = stitch([view(page, at, has_frame=False) for at in (0, 90)])
    assert made is None or made.gaps == 1


def test_nothing_to_put_together() -> None:
    page = chat(1200)
    assert stitch([view(page, 0)]) is None
    assert stitch([view(page, 0), view(page, 0)]) is None
    assert stitch([view(page, 0), Frame(10, 10, bytes(300))]) is None


class Scrolling:
    """A desktop on which somebody scrolls by a few rows with every look."""

    draws_pointer = False

    def __init__(self) -> None:
        self.page = chat(3000)
        self.looks = 0

    def screens(self) -> Sequence[Screen]:
        return [Screen(1, Region(0, 0, WIDTH, VIEW))]

    def facts(self) -> dict[str, str]:
        return {"display": "drawn"}

    def grab(self, _region: Region) -> Frame:
        self.looks += 1
        return view(self.page, (self.looks // 2) * 60)


def names_and_bytes(acquisition: Acquisition) -> list[tuple[str, bytes]]:
    return [(file.name, file.open().read()) for file in acquisition.files]


def test_every_picture_is_an_original_and_the_same_one_is_left_out(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evidence.capture.scrolling.time", QuickTime())
    screen = Scrolling()
    scrolled = acquire_scroll(screen, seconds=0.625, every_s=0.0625, clock=clock)
    files = names_and_bytes(scrolled.originals)
    assert (len(files), screen.looks) == (6, 10)
    assert files[0][0] == "scroll-20261122T005501.250Z-001.png"
    shown = [np.asarray(Image.open(io.BytesIO(data))) for _name, data in files]
    assert np.array_equal(shown[1], pixels(view(screen.page, 60)))
    assert scrolled.originals.source["scroll_pictures"] == str(len(files))
    assert int(scrolled.originals.source["frames_unchanged"]) >= 1
    assert scrolled.stitched is not None
    assert scrolled.stitched.gaps == 0
    assert set(scrolled.stitched.offsets) == {60}


def test_it_can_be_stopped(clock: Clock) -> None:
    with pytest.raises(CancelledError):
        acquire_scroll(Scrolling(), seconds=5, clock=clock, cancelled=lambda: True)
    screen = Scrolling()
    scrolled = acquire_scroll(screen, seconds=3600, every_s=0, clock=clock, cancelled=lambda: screen.looks >= 6)
    assert len(scrolled.originals.files) == 4
    assert scrolled.originals.source["completeness"] == "partial"
    assert scrolled.stitched is None


def test_a_screen_that_goes_away_costs_no_picture(clock: Clock) -> None:
    class Leaving(Scrolling):
        def grab(self, region: Region) -> Frame:
            if self.looks >= 6:
                raise EvidenceError("capture.screen_failed")
            return super().grab(region)

    scrolled = acquire_scroll(Leaving(), seconds=3600, every_s=0, clock=clock)
    assert len(scrolled.originals.files) == 4
    assert scrolled.originals.source["completeness"] == "partial"
