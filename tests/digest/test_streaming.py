"""Both digests of a stream, on one thread or on two."""

from __future__ import annotations

import hashlib
import io
import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from evidence.digest import CHUNK_SIZE, Digester, DigestingReader, digest_bytes, digest_stream
from evidence.errors import CancelledError


@pytest.mark.parametrize("size", [0, 1, CHUNK_SIZE - 1, 3 * CHUNK_SIZE + 17])
@pytest.mark.parametrize("with_helper", [False, True])
def test_every_way_gives_the_same_digests(size: int, with_helper: bool) -> None:
    content = random.Random(size).randbytes(size)
    expected = (hashlib.sha256(content).hexdigest(), hashlib.sha512(content).hexdigest(), size)
    with ThreadPoolExecutor(1) as helper:
        reader = DigestingReader(io.BytesIO(content), helper if with_helper else None)
        handed_on = b""
        while data := reader.read():
            handed_on += data
        digester = Digester(helper if with_helper else None)
        for start in range(0, size, 500_000):
            digester.update(content[start : start + 500_000])
        found = [reader.digests(), digester.digests(), digest_bytes(content), digest_stream(io.BytesIO(content))]
    assert handed_on == content
    assert {(one.sha256, one.sha512, one.size) for one in found} == {expected}


def test_digesting_can_be_cancelled() -> None:
    with pytest.raises(CancelledError):
        digest_stream(io.BytesIO(b"x"), cancelled=lambda: True)
