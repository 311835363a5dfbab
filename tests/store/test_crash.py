"""What a crash leaves: a killed process, a full disk, and a power cut that drops whatever was not flushed."""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlcipher3 import dbapi2 as sqlite

from evidence.errors import EvidenceError
from evidence.store import Passphrase, check, open_store
from evidence.store import files as store_files
from evidence.store.objects import ObjectFolder

PASSPHRASE = Passphrase("correct horse battery staple")
KILLS = int(os.environ.get("HOLDFAST_TEST_KILLS", "6"))


def content_of(number: int) -> bytes:
    return random.Random(number).randbytes(number * 7919 % 200_000)


def busy_run(vault: Any, case: Any, acknowledged: Any) -> None:
    """Add one item after the other and say each that was acknowledged."""
    vault.store = open_store(vault.folder, PASSPHRASE, now=vault.now)
    number = vault.store.items.count(case.id)
    while True:
        number += 1
        item = vault.add_item(case, content_of(number))
        acknowledged.send((item.number, item.files[0].digests.sha256))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_killed_at_any_point(vault: Any) -> None:
    case = vault.add_case()
    vault.store.close()
    chance = random.Random(time.time_ns())
    known: dict[str, str] = {}
    for _ in range(KILLS):
        mine, theirs = multiprocessing.Pipe(duplex=False)
        process_id = os.fork()
        if process_id == 0:  # the child holds nothing but what it opens itself
            with contextlib.suppress(BaseException):
                busy_run(vault, case, theirs)
            os._exit(1)
        theirs.close()
        with contextlib.suppress(EOFError):
            number, digest = mine.recv()
            known[number] = digest
            time.sleep(chance.random() * 0.05)
            os.kill(process_id, signal.SIGKILL)
            while True:
                number, digest = mine.recv()
                known[number] = digest
        assert os.waitpid(process_id, 0)[1] == signal.SIGKILL, "the busy run ended by itself"
        with open_store(vault.folder, PASSPHRASE, now=vault.now) as store:
            outcome = check(store)
            assert outcome.findings == ()
            assert "vault.repair.newest_lost" not in [repair.code for repair in store.repairs]
            assert list((vault.folder / "objects" / "new").iterdir()) == []
            found = {one.item.number: one.item.files[0].digests.sha256 for one in store.items.exhibits(case.id)}
            assert known.items() <= found.items()
            assert len(found) <= len(known) + 1  # the last one may have been committed and not yet said
            assert outcome.objects == len(found) == sum(1 for _ in store.object_names())
            known = found


class Recorder:
    """A disk as it would be after a power cut: file contents as last flushed, names as their folder was last flushed.

    The records are taken over as they stand after each commit: that SQLite flushes there is for SQLite to prove.
    """

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.contents: dict[int, bytes] = {}
        self.names: dict[Path, dict[str, int]] = {}
        self.records: dict[str, bytes] = {}
        self.images: list[tuple[dict[Path, dict[str, int]], dict[int, bytes], dict[str, bytes]]] = []
        self.take_records()
        for place in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
            self._flush_names(place)
        for path in folder.rglob("*"):
            if path.is_file():
                self.contents[path.stat().st_ino] = path.read_bytes()
        real_file, real_folder = store_files.sync_file, store_files.sync_folder

        def sync_file(descriptor: int) -> None:
            self.picture()
            real_file(descriptor)
            with open(f"/proc/self/fd/{descriptor}", "rb") as stream:  # noqa: PTH123
                self.contents[os.fstat(descriptor).st_ino] = stream.read()
            self.picture()

        def sync_folder(place: Path) -> None:
            self.picture()
            real_folder(place)
            self._flush_names(place)
            self.picture()

        for module in ("files", "objects"):
            monkeypatch.setattr(f"evidence.store.{module}.sync_file", sync_file)
            monkeypatch.setattr(f"evidence.store.{module}.sync_folder", sync_folder)

    def _flush_names(self, place: Path) -> None:
        self.names[place] = {path.name: path.stat().st_ino for path in place.iterdir() if path.is_file()}

    def take_records(self) -> None:
        self.records = {path.name: path.read_bytes() for path in self.folder.glob("vault.db*")}

    def picture(self) -> None:
        names = {place: dict(inodes) for place, inodes in self.names.items()}
        self.images.append((names, dict(self.contents), dict(self.records)))

    def restore(self, image: Any, target: Path) -> None:
        names, contents, records = image
        for place, inodes in names.items():
            there = target / place.relative_to(self.folder)
            there.mkdir(parents=True, exist_ok=True)
            for name, inode in inodes.items():
                if not name.startswith("vault.db"):
                    (there / name).write_bytes(contents.get(inode, b""))
        for name, data in records.items():
            (target / name).write_bytes(data)


@pytest.mark.skipif(sys.platform != "linux", reason="reads back through /proc")
def test_power_cut_at_every_flush(vault: Any, tmp_path: Path, monkeypatch: Any) -> None:
    case = vault.add_case()
    vault.add_item(case, b"long before")
    monkeypatch.setattr("evidence.store.objects._MANY", 2)
    vault.reopen()
    recorder = Recorder(vault.folder, monkeypatch)
    acknowledged: list[tuple[int, str]] = []
    for number in range(1, 7):
        item = vault.add_item(case, content_of(number))
        recorder.take_records()
        acknowledged.append((len(recorder.images), item.number))
        recorder.picture()
    monkeypatch.undo()
    assert len(recorder.images) >= 6 * 5
    for point, image in enumerate(recorder.images):
        target = tmp_path / f"after-{point}"
        recorder.restore(image, target)
        with open_store(target, PASSPHRASE, now=vault.now) as store:
            assert check(store).findings == (), point
            numbers = {one.item.number for one in store.items.exhibits(case.id)}
            assert {"A-01", *(number for at, number in acknowledged if at <= point)} <= numbers
        shutil.rmtree(target)


def test_full_disk_at_every_step_of_adding(vault: Any, monkeypatch: Any) -> None:
    case = vault.add_case()
    vault.add_item(case, b"before")
    steps = [
        "evidence.store.objects.sync_file",
        "evidence.store.objects.sync_folder",
        "evidence.store.vault.Store.signer",
    ]
    for step in steps:
        with monkeypatch.context() as patch:
            patch.setattr(step, _refuse)
            with pytest.raises((EvidenceError, OSError)) as caught:
                vault.add_item(case, b"x" * 5000)
            assert getattr(caught.value, "code", "vault.disk_full") == "vault.disk_full"
        assert sum(1 for path in (vault.folder / "objects").rglob("*") if path.is_file()) == 1
    assert check(vault.store).findings == ()
    assert vault.add_item(case, b"after").number == "A-02"


def test_a_commit_in_doubt_costs_nothing(vault: Any, monkeypatch: Any) -> None:
    """A commit that failed may have reached the disk all the same: its object stays until the next opening."""
    case = vault.add_case()
    database = vault.store._database
    real = database._connection

    class Doubtful:
        def execute(self, sql: str, *values: Any) -> Any:
            answer = real.execute(sql, *values)
            if sql == "COMMIT":
                problem = sqlite.OperationalError("disk I/O error")
                problem.sqlite_errorcode = 10
                raise problem
            return answer

        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

    database._connection = Doubtful()
    with pytest.raises(EvidenceError) as caught:
        vault.add_item(case, b"perhaps")
    assert caught.value.code == "vault.database_unusable"
    store = vault.reopen()
    assert [repair.code for repair in store.repairs] == ["vault.repair.finished"]
    assert check(store).findings == ()
    assert store.items.count(case.id) == 1


def _refuse(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


@contextlib.contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A real file system of ``size`` that can be filled up; skips where it cannot be mounted."""
    folder.mkdir()
    if sys.platform != "linux" or os.system(f"mount -t tmpfs -o size={size} tmpfs {folder} 2>/dev/null") != 0:
        pytest.skip("no file system can be mounted here")
    try:
        yield folder
    finally:
        os.system(f"umount -l {folder}")


def test_a_disk_that_really_fills_up(tmp_path: Path, new_vault: Callable[[str], Any], monkeypatch: Any) -> None:
    with small_disk(tmp_path / "small", "3m") as place:
        vault = new_vault(str(place / "vault"))
        case = vault.add_case()
        monkeypatch.setattr(ObjectFolder, "_require_space", lambda *_: None)
        added = 0
        with pytest.raises(EvidenceError) as caught:
            while True:
                vault.add_item(case, content_of(added + 3))
                added += 1
        assert caught.value.code == "vault.disk_full"
        assert added > 3
        with pytest.raises(EvidenceError) as caught:  # the records too
            for _ in range(10_000):
                with vault.store.transaction():
                    vault.store.settings.put("filler", os.urandom(30_000).hex())
        assert caught.value.code == "vault.disk_full"
        # Where the commit itself found no room, its object is left until the next opening knows what became of it.
        left = {"vault.damage.unknown_objects"} if vault.store._database.is_in_doubt else set()
        assert {finding.code for finding in check(vault.store).findings} <= left
        store = vault.reopen()
        outcome = check(store)
        assert outcome.findings == ()
        assert outcome.objects == added == store.items.count(case.id)
        store.close()


def test_a_source_that_fails_after_some_bytes(vault: Any) -> None:
    class Failing(io.RawIOBase):
        def __init__(self, good: int) -> None:
            super().__init__()
            self.good = good

        def read(self, size: int | None = -1, /) -> bytes:
            if self.good <= 0:
                raise OSError(5, "Input/output error")
            part = min(size or 0, self.good)
            self.good -= part
            return bytes(part)

    chance = random.Random(5)
    case = vault.add_case()
    for good in [0, 1, *(chance.randrange(3 << 20) for _ in range(10))]:
        with pytest.raises(EvidenceError) as caught:
            vault.store.put_object(Failing(good))
        assert caught.value.code == "vault.source_unreadable"
    vault.add_item(case, b"well")
    assert check(vault.store).findings == ()
    assert sum(1 for path in (vault.folder / "objects").rglob("*") if path.is_file()) == 1
