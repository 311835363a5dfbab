"""In large pictures faces are sought coarsely first: every size is found, and its box is where it was."""

from __future__ import annotations

import numpy as np
import pytest

from evidence.scoring import faces
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
        return [] if name == faces._SECOND else coarsely(look, name, *rest)

    monkeypatch.setattr(faces, "_coarsely", listed)
    found, _ = faces.find_faces(draw_face(500))
    assert [box.reasons for box in found] == [()]
    assert asked == [faces._SECOND, faces._FIRST]
