"""In large pictures faces are sought coarsely first: every size is found, and its box is where it was."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from evidence.scoring import cascades, faces
from evidence.scoring.drawn import draw_face

PLACED = ((90, 10, 20), (130, 180, 20), (190, 420, 20), (270, 770, 20), (380, 100, 512))
"""Side, left and top of each in pixels."""


def scene() -> np.ndarray:
    """1,600 x 1,200 pixels with drawn faces side by side, on their own grounds."""
    picture = np.full((1200, 1600, 3), (150, 160, 170), np.uint8)
    for person, (side, left, top) in enumerate(PLACED):
        drawn = draw_face(side, person=person % 4)
        picture[top : top + len(drawn), left : left + len(drawn)] = drawn
    return picture


def overlap(one: faces.Box, two: faces.Box) -> float:
    across = min(one.x + one.width, two.x + two.width) - max(one.x, two.x)
    down = min(one.y + one.height, two.y + two.height) - max(one.y, two.y)
    both = max(across, 0) * max(down, 0)
    return both / (one.width * one.height + two.width * two.height - both)


def test_every_size_is_found_where_the_whole_search_finds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = scene()
    coarse, _ = faces.find_faces(picture)
    monkeypatch.setattr(faces, "WHOLE_UP_TO", 10_000)
    whole, _ = faces.find_faces(picture)
    assert len(coarse) == len(whole) == len(PLACED)
    assert not any(box.reasons for box in (*coarse, *whole))
    for box in whole:
        assert max(overlap(box, other) for other in coarse) > 0.8


def test_what_the_second_cascade_does_not_see_the_first_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    coarsely = faces._coarsely

    def listed(look: np.ndarray, name: str, *rest: int) -> list[faces.Place]:
        asked.append(name)
        return [] if name == cascades.SECOND else coarsely(look, name, *rest)

    monkeypatch.setattr(faces, "_coarsely", listed)
    found, _ = faces.find_faces(draw_face(500))
    assert [box.reasons for box in found] == [()]
    assert asked == [cascades.SECOND, cascades.FRONTAL]


def test_what_only_the_second_cascade_sees_is_told_and_not_assessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faces, "_closest", lambda *_: [])
    found, _ = faces.find_faces(draw_face(500))
    assert "not_surely_a_face" in found[0].reasons
    monkeypatch.setattr(faces, "_coarsely", lambda *_: [])
    assert faces.find_faces(draw_face(500)) == ([], 0)


@pytest.mark.parametrize("name", sorted(cascades.BARS))
def test_a_hastened_cascade_sees_faces_and_nothing_that_the_cascade_does_not(name: str) -> None:
    grey = np.asarray(cv2.cvtColor(scene(), cv2.COLOR_RGB2GRAY), np.uint8)
    side = cascades.cascade(name, hastened=False).getOriginalWindowSize()[0]
    seen: dict[bool, set[tuple[int, ...]]] = {False: set(), True: set()}
    for size in (60, 100, 150, 200):
        small = cv2.resize(grey, None, fx=side / size, fy=side / size, interpolation=cv2.INTER_AREA)
        for hastened, windows in seen.items():
            found = cascades.cascade(name, hastened=hastened).detectMultiScale(
                small, 1.3, 0, minSize=(side, side), maxSize=(side, side)
            )
            windows.update((size, *map(int, window)) for window in found)
    assert seen[True] <= seen[False]
    if name == cascades.FRONTAL:
        assert len(seen[True]) > len(seen[False]) / 2


@pytest.fixture
def threads() -> Iterator[None]:
    before = cv2.getNumThreads()
    yield
    cv2.setNumThreads(before)


@pytest.mark.usefixtures("threads")
def test_threads_change_nothing() -> None:
    noise = np.random.default_rng(3).normal(128, 50, (90, 120, 3)).clip(0, 255).astype(np.uint8)
    empty = cv2.resize(noise, (1200, 900), interpolation=cv2.INTER_CUBIC)
    found = []
    for count in (1, 2, 2, 4):
        cv2.setNumThreads(count)
        found.append([faces.find_faces(picture) for picture in (scene(), empty)])
    assert all(each == found[0] for each in found)
