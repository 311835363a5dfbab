"""Pictures that the tests draw themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from evidence.media import MediaWorker


@pytest.fixture(scope="session")
def worker() -> Iterator[MediaWorker]:
    with MediaWorker() as shared:
        yield shared


@pytest.fixture
def drawn() -> Image.Image:
    """Four flat quarters: red, green / blue, white; 40 wide, 20 high."""
    pixels = np.zeros((20, 40, 3), np.uint8)
    pixels[:10, :20] = (255, 0, 0)
    pixels[:10, 20:] = (0, 255, 0)
    pixels[10:, :20] = (0, 0, 255)
    pixels[10:, 20:] = 255
    return Image.fromarray(pixels)


@pytest.fixture
def encoded() -> Callable[..., BytesIO]:
    def encode(image: Image.Image, image_format: str, **options: object) -> BytesIO:
        stream = BytesIO()
        image.save(stream, image_format, **options)
        stream.seek(0)
        return stream

    return encode
