"""An earlier compression, looked for in drawn pictures that were really compressed twice; the error rates are counted.

What the program says about it was measured once, with 24 drawn pictures and 24 drawn screens: a first quality 5 to 25
below the second (nine pairs) was found in 216 of 216 pictures and 168 of 216 screens, always with a quality within 3;
one single compression, at ten qualities, was taken for two in 0 of 480. Where the first quality was the same or higher
(three pairs), nothing was found in 144 of 144: the program says that it would not be.
"""

from __future__ import annotations

from io import BytesIO

import cv2
import numpy as np
import pytest
from PIL import Image

from evidence.scoring.containers import read_container
from evidence.scoring.provenance import _TABLES, read_provenance
from evidence.scoring.recompression import Recompression, measure_recompression


def drawn(seed: int, side: int = 384) -> np.ndarray:
    """Noise of many sizes with ovals on it and grain over it: the statistics of a photo, and nothing else of one."""
    random = np.random.default_rng(seed)
    picture = np.zeros((side, side, 3), np.float32)
    for octave in range(2, 9):
        noise = random.normal(0, 1, (2**octave, 2**octave, 3)).astype(np.float32)
        grown = cv2.resize(noise, (side, side), interpolation=cv2.INTER_CUBIC)
        picture += grown * 0.62**octave * random.uniform(0.6, 1.4)
    picture = (picture - picture.mean()) / picture.std() * random.uniform(25, 55) + random.uniform(90, 160)
    for _ in range(int(random.integers(3, 25))):
        colour = tuple(int(value) for value in random.integers(0, 255, 3))
        centre = tuple(int(value) for value in random.integers(0, side, 2))
        axes = tuple(int(value) for value in random.integers(4, side // 5, 2))
        cv2.ellipse(picture, centre, axes, float(random.uniform(0, 180)), 0, 360, colour, -1, cv2.LINE_AA)
    picture = cv2.GaussianBlur(picture, (0, 0), float(random.uniform(0.4, 1.2)))
    return np.clip(picture + random.normal(0, random.uniform(0.5, 4), picture.shape), 0, 255).astype(np.uint8)


def compressed(picture: np.ndarray, *qualities: int, shift: int = 0) -> bytes:
    """Compressed at each quality in turn; before the last, ``shift`` rows and columns are cut off."""
    data = b""
    for number, quality in enumerate(qualities):
        stream = BytesIO()
        last = number and number == len(qualities) - 1
        Image.fromarray(picture[shift:, shift:] if last else picture).save(stream, "JPEG", quality=quality)
        data = stream.getvalue()
        picture = np.asarray(Image.open(BytesIO(data)).convert("RGB"))
    return data


def measured(data: bytes) -> Recompression:
    found = measure_recompression(data, read_container(data), _TABLES)
    assert found is not None
    return found


PICTURES = [drawn(seed) for seed in range(100, 106)]


@pytest.mark.parametrize(("first", "second"), [(50, 75), (60, 85), (70, 85), (75, 90), (80, 95), (85, 90), (90, 95)])
def test_a_lower_quality_before_is_seen_and_told(first: int, second: int) -> None:
    for picture in PICTURES:
        found = measured(compressed(picture, first, second))
        assert found.is_seen
        assert abs(found.quality - first) <= 3


@pytest.mark.parametrize("quality", [50, 65, 75, 85, 92, 97])
def test_one_compression_is_not_taken_for_two(quality: int) -> None:
    assert not any(measured(compressed(picture, quality)).is_seen for picture in PICTURES)


@pytest.mark.parametrize(("first", "second"), [(90, 75), (75, 75)])
def test_what_cannot_be_seen_is_not_claimed(first: int, second: int) -> None:
    assert not any(measured(compressed(picture, first, second)).is_seen for picture in PICTURES)


def test_cutting_in_between_hides_it() -> None:
    assert not any(measured(compressed(picture, 60, 85, shift=3)).is_seen for picture in PICTURES)


def test_it_is_said_as_a_fact() -> None:
    picture = PICTURES[0]
    size = picture.shape[1::-1]
    twice = read_provenance(compressed(picture, 60, 85), size)
    assert [reading for kind, _, reading in twice if kind == "jpeg.compressed_before"] == ["context"]
    once = read_provenance(compressed(picture, 85), size)
    assert ("jpeg.compressed_before.absent", "", "context") in once


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff\xd9", compressed(PICTURES[0], 85)[:4000]])
def test_what_cannot_be_read_is_no_error(data: bytes) -> None:
    measure_recompression(data, read_container(data), _TABLES)


def test_flat_and_small_pictures_cannot_be_told() -> None:
    for picture in (np.full((400, 400, 3), 90, np.uint8), PICTURES[0][:64, :64]):
        data = compressed(picture, 80)
        assert measure_recompression(data, read_container(data), _TABLES) is None
