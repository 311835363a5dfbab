"""Sealed originals: round trips, every kind of tampering, and failures while they are written."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import random
from pathlib import Path
from typing import Any

import pytest
from support.errors import code_of

from evidence.errors import CancelledError
from evidence.store import object_format as form
from evidence.store.objects import ObjectFolder

KEY = bytes(range(32))
MIB = 1 << 20
SIZES = (0, 1, 4087, 4088, 4089, 70_000, MIB - 9, MIB - 8, MIB - 7, MIB, MIB + 1, 3 * MIB, 3 * MIB + 12345)


@pytest.fixture
def folder(tmp_path: Path) -> ObjectFolder:
    (tmp_path / "objects" / "new").mkdir(parents=True)
    return ObjectFolder(tmp_path / "objects", KEY, 1)


def sealed_file(tmp_path: Path, object_id: str) -> Path:
    return next(path for path in (tmp_path / "objects").rglob(f"{object_id}*"))


def read(folder: ObjectFolder, object_id: str) -> bytes:
    with folder.open(object_id) as stream:
        data = stream.read()
        stream.verify_rest()
        return data


@pytest.mark.parametrize("size", SIZES)
def test_round_trip_with_digests_and_padding(folder: ObjectFolder, tmp_path: Path, size: int) -> None:
    content = random.Random(size).randbytes(size)
    stored = folder.put(io.BytesIO(content))
    assert read(folder, stored.object_id) == content
    assert stored.digests.sha256 == hashlib.sha256(content).hexdigest()
    assert stored.digests.sha512 == hashlib.sha512(content).hexdigest()
    assert stored.digests.size == size
    length = sealed_file(tmp_path, stored.object_id).stat().st_size
    padded = form.padded_size(size)
    chunks = -(-padded // form.CHUNK)
    assert length == form.HEADER + padded + chunks * form.TAG
    assert size + 8 <= padded <= max(4096, (size + 8) * 1.13)


def test_padded_lengths_leave_the_length_in_one_chunk() -> None:
    for exponent in range(63):
        for size in ((1 << exponent) - 9, (1 << exponent) - 8, 1 << exponent, (1 << exponent) + 12345):
            padded = form.padded_size(max(size, 0))
            assert padded % 256 == 0
            assert padded % form.CHUNK == 0 or padded % form.CHUNK >= 256


def test_small_reads_from_a_dribbling_source(folder: ObjectFolder) -> None:
    content = random.Random(1).randbytes(100_000)

    class Dribble(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size or 0, 777))

    stored = folder.put(Dribble(content))
    assert read(folder, stored.object_id) == content


def test_random_access(folder: ObjectFolder) -> None:
    chance = random.Random(2)
    content = chance.randbytes(3 * MIB + 500)
    stored = folder.put(io.BytesIO(content))
    with folder.open(stored.object_id) as stream:
        for _ in range(100):
            start, size = chance.randrange(len(content) + 10), chance.randrange(2 * MIB)
            stream.seek(start)
            assert stream.read(size) == content[start : start + size]
            assert stream.tell() == max(start, min(start + size, len(content))) if start <= len(content) else True
        assert stream.seek(-5, os.SEEK_END) == len(content) - 5
        assert stream.read() == content[-5:]
        assert stream.read() == b""
        buffered = io.BufferedReader(stream, 8192)  # type: ignore[arg-type]
        buffered.seek(1_000_000)
        assert buffered.read(100_000) == content[1_000_000:1_100_000]


def test_each_flipped_byte_is_detected_or_harmless(folder: ObjectFolder, tmp_path: Path) -> None:
    content = b"evidence" * 300
    stored = folder.put(io.BytesIO(content))
    path = sealed_file(tmp_path, stored.object_id)
    whole = path.read_bytes()
    unused = range(form.HEADER - 64, form.HEADER)  # room for a second wrapped key
    chance = random.Random(3)
    places = [*range(form.HEADER + 32), *chance.sample(range(form.HEADER, len(whole)), 300), len(whole) - 1]
    for place in places:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << chance.randrange(8)]) + whole[place + 1 :])
        if place in unused:
            assert read(folder, stored.object_id) == content
        else:
            assert code_of(lambda: read(folder, stored.object_id)) == "vault.object_damaged", place


def test_cut_grown_reordered_and_swapped(folder: ObjectFolder, tmp_path: Path) -> None:
    content = random.Random(4).randbytes(4 * MIB)
    stored, other = folder.put(io.BytesIO(content)), folder.put(io.BytesIO(content))
    path, other_path = (sealed_file(tmp_path, one.object_id) for one in (stored, other))
    whole, foreign = path.read_bytes(), other_path.read_bytes()
    step = form.CHUNK + form.TAG
    chunks = [whole[start : start + step] for start in range(form.HEADER, len(whole), step)]
    foreign_chunks = [foreign[start : start + step] for start in range(form.HEADER, len(foreign), step)]
    header = whole[: form.HEADER]
    broken = {
        "emptied": b"",
        "header alone": header,
        "cut in the header": header[:50],
        "last chunk gone": header + b"".join(chunks[:-1]),
        "a byte gone": whole[:-1],
        "a byte more": whole + b"\0",
        "a chunk more": whole + chunks[0],
        "two chunks swapped": header + b"".join([chunks[1], chunks[0], *chunks[2:]]),
        "a chunk twice": header + b"".join([chunks[0], chunks[0], *chunks[2:]]),
        "a chunk of another object": header + b"".join([foreign_chunks[0], *chunks[1:]]),
        "another object": foreign,
        "another object's header": foreign[: form.HEADER] + whole[form.HEADER :],
    }
    for name, data in broken.items():
        path.write_bytes(data)
        assert code_of(lambda: read(folder, stored.object_id)) == "vault.object_damaged", name
    path.unlink()
    assert code_of(lambda: read(folder, stored.object_id)) == "vault.object_missing"


def test_key_of_another_vault(folder: ObjectFolder, tmp_path: Path) -> None:
    stored = folder.put(io.BytesIO(b"x"))
    for key, epoch in ((bytes(32), 1), (KEY, 2)):
        stranger = ObjectFolder(tmp_path / "objects", key, epoch)
        assert code_of(lambda one=stranger: one.open(stored.object_id)) == "vault.object_damaged"


class Failing(io.BytesIO):
    """A stream that breaks after some bytes, as a removed disk does."""

    def __init__(self, good: int, number: int = errno.EIO) -> None:
        super().__init__(bytes(good))
        self._number = number

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        if not data:
            raise OSError(self._number, os.strerror(self._number))
        return data


@pytest.mark.parametrize("good", [0, 1, MIB, 2 * MIB + 5])
def test_source_that_fails_leaves_nothing(folder: ObjectFolder, tmp_path: Path, good: int) -> None:
    assert code_of(lambda: folder.put(Failing(good))) == "vault.source_unreadable"
    assert [path for path in (tmp_path / "objects").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("good", [0, 1, 3])
def test_disk_that_fails_leaves_nothing(
    folder: ObjectFolder, tmp_path: Path, monkeypatch: Any, good: int, number: int
) -> None:
    written = 0

    def failing(_target: Any, _block: bytes) -> None:
        nonlocal written
        written += 1
        if written > good:
            raise OSError(number, os.strerror(number))

    monkeypatch.setattr("evidence.store.objects.write_all", failing)
    expected = "vault.disk_full" if number == errno.ENOSPC else "vault.write_failed"
    assert code_of(lambda: folder.put(io.BytesIO(bytes(3 * MIB)))) == expected
    assert [path for path in (tmp_path / "objects").rglob("*") if path.is_file()] == []


def test_a_full_disk_is_noticed_before_the_work(folder: ObjectFolder) -> None:
    assert code_of(lambda: folder.put(io.BytesIO(b""), expected_size=1 << 60)) == "vault.disk_full"


def test_cancelled_work_leaves_nothing(folder: ObjectFolder, tmp_path: Path) -> None:
    shares: list[float] = []
    with pytest.raises(CancelledError):
        folder.put(
            io.BytesIO(bytes(3 * MIB)), expected_size=3 * MIB, progress=shares.append,
            cancelled=lambda: len(shares) == 2,
        )  # fmt: skip
    assert shares == [pytest.approx(1 / 3), pytest.approx(2 / 3)]
    assert [path for path in (tmp_path / "objects").rglob("*") if path.is_file()] == []


def test_constant_memory(folder: ObjectFolder) -> None:
    import tracemalloc

    class Zeros(io.RawIOBase):
        left = 64 * MIB

        def read(self, size: int | None = -1, /) -> bytes:
            data = bytes(min(size or 0, self.left))
            self.left -= len(data)
            return data

    tracemalloc.start()
    stored = folder.put(Zeros())  # type: ignore[arg-type]
    with folder.open(stored.object_id) as stream:
        while stream.read(MIB):
            pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 * MIB
