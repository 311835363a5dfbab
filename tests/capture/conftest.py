"""What the tests of capture share: one fixed moment, and a reader of whole acquisitions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from evidence.capture import Clock, read_clock
from evidence.model import Acquisition


@pytest.fixture
def clock() -> Clock:
    """Stands at 22 November 2026, 09:55:01.250 in Seoul."""
    return lambda: read_clock(datetime(2026, 11, 22, 0, 55, 1, 250_000, tzinfo=UTC), zone="Asia/Seoul")


@pytest.fixture
def bytes_of() -> Callable[[Acquisition], bytes]:
    """The bytes of an acquisition's only file, read as a sealing reader does."""

    def read(acquisition: Acquisition) -> bytes:
        (file,) = acquisition.files
        with file.open() as stream:
            data = b"".join(iter(lambda: stream.read(65536), b""))
        assert file.expected_size == len(data)
        return data

    return read
