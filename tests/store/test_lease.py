"""One opener at a time, also where the system's locks keep nobody out; and nobody is locked out for good."""

from __future__ import annotations

import errno
import getpass
import multiprocessing
import os
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from support.errors import code_of

from evidence.errors import EvidenceError
from evidence.store import Passphrase, check, database, lock, open_store
from evidence.store.lease import LEASE_FILE, Lease, Pace

FAST = Pace(beat_s=0.1, patience_s=0.5, settle_s=0.2)
PASSPHRASE = Passphrase("correct horse battery staple")
STRANGER = b"%012d " + b"ab" * 16 + b" " + b"cd" * 32 + b"\n"
"""A lease of another computer."""


def without_locks(patch: pytest.MonkeyPatch) -> None:
    """A file system that answers every request for a lock with yes: for this program, and for SQLite below it."""
    connect = database.dbapi2.connect

    def unlocked(path: str, **options: Any) -> Any:
        return connect(f"{Path(path).absolute().as_uri()}?vfs=unix-none", uri=True, **options)

    patch.setattr(lock, "_lock", lambda _descriptor: None)
    patch.setattr(database.dbapi2, "connect", unlocked)


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "PACE", FAST)


@contextmanager
def somebody_at_work(path: Path) -> Iterator[None]:
    """Another computer that has the vault open."""
    done = threading.Event()

    def work() -> None:
        count = 0
        while not done.wait(0.03):
            count += 1
            path.write_bytes(STRANGER % count)

    path.write_bytes(STRANGER % 0)
    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _try_without_locks(folder: Path, now: Any, answers: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lock, "PACE", FAST)
        without_locks(patch)
        try:
            open_store(folder, PASSPHRASE, now=now).close()
        except EvidenceError as problem:
            answers.put(problem.code)
        else:
            answers.put("opened")


def _ask_another_process(folder: Path, now: Any) -> str:
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    other = context.Process(target=_try_without_locks, args=(folder, now, answers))
    other.start()
    answer = str(answers.get(timeout=120))
    other.join()
    return answer


def test_two_processes_where_locks_keep_nobody_out(vault: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    without_locks(monkeypatch)
    vault.reopen()
    case = vault.add_case()
    assert _ask_another_process(vault.folder, vault.now) == "vault.open_elsewhere"
    vault.add_item(case, b"mine")
    assert check(vault.store).findings == ()
    vault.store.close()
    assert _ask_another_process(vault.folder, vault.now) == "opened"
    assert not (vault.folder / LEASE_FILE).exists()


def test_the_simulation_lets_two_in_when_there_is_no_lease(vault: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the lease is there for: without it, this file system would let two programs write."""
    without_locks(monkeypatch)
    vault.reopen()
    (vault.folder / LEASE_FILE).unlink()
    second = open_store(vault.folder, PASSPHRASE, now=vault.now)
    assert code_of(lambda: vault.add_case("first")) == "vault.taken_over"
    second.close()


def test_a_vault_open_on_another_computer(vault: Any) -> None:
    """Locks that hold on one computer alone: a network folder whose server has none."""
    vault.store.close()
    with somebody_at_work(vault.folder / LEASE_FILE):
        assert code_of(lambda: open_store(vault.folder, PASSPHRASE, now=vault.now)) == "vault.open_elsewhere"


def test_a_crash_on_this_computer_costs_no_wait(vault: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    left = (vault.folder / LEASE_FILE).read_bytes()
    vault.store.close()
    (vault.folder / LEASE_FILE).write_bytes(left)
    monkeypatch.setattr(lock, "PACE", Pace(patience_s=60))
    begun = time.monotonic()
    vault.reopen()
    assert time.monotonic() - begun < 30
    assert (vault.folder / LEASE_FILE).read_bytes() != left


@pytest.mark.parametrize("left", [STRANGER % 7, b"", b"\xff" * 3000, b"not a lease"])
def test_a_crash_elsewhere_costs_a_wait_and_no_more(vault: Any, left: bytes) -> None:
    vault.store.close()
    (vault.folder / LEASE_FILE).write_bytes(left)
    begun = time.monotonic()
    vault.reopen()
    assert time.monotonic() - begun >= FAST.patience_s
    vault.add_case()
    vault.store.close()
    assert not (vault.folder / LEASE_FILE).exists()


def test_a_crash_where_locks_keep_nobody_out_costs_a_wait(vault: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    left = (vault.folder / LEASE_FILE).read_bytes()
    vault.store.close()
    (vault.folder / LEASE_FILE).write_bytes(left)
    without_locks(monkeypatch)
    begun = time.monotonic()
    vault.reopen()
    assert time.monotonic() - begun >= FAST.patience_s


def test_of_two_who_take_over_one_succeeds(tmp_path: Path) -> None:
    path = tmp_path / LEASE_FILE

    def take(_number: int) -> Lease | None:
        try:
            return Lease(path, is_ours_stale=False, pace=FAST)
        except EvidenceError as problem:
            assert problem.code == "vault.open_elsewhere"
            return None

    for left in (STRANGER % 1, None, STRANGER % 2):
        if left is not None:
            path.write_bytes(left)
        with ThreadPoolExecutor(4) as pool:
            taken = [lease for lease in pool.map(take, range(4)) if lease is not None]
        assert len(taken) == 1
        taken[0].release()
        assert list(tmp_path.iterdir()) == []


def test_whoever_was_taken_over_writes_nothing_more(vault: Any) -> None:
    case = vault.add_case()
    vault.add_item(case, b"before")
    (vault.folder / "objects" / "new" / ("ab" * 16)).write_bytes(b"what the other one is just sealing")
    (vault.folder / LEASE_FILE).write_bytes(STRANGER % 3)
    before = {path: path.read_bytes() for path in vault.folder.rglob("*") if path.is_file()}
    assert code_of(lambda: vault.add_case("after")) == "vault.taken_over"
    with pytest.raises(EvidenceError, match="taken_over"), vault.store.transaction():
        pytest.fail("nothing may begin")
    vault.store.close()
    assert {path: path.read_bytes() for path in vault.folder.rglob("*") if path.is_file()} == before


def test_taken_over_in_the_middle_of_a_transaction(vault: Any) -> None:
    case = vault.add_case()
    with pytest.raises(EvidenceError, match="taken_over"), vault.store.transaction():
        vault.store.cases.rename(case.id, "after")
        (vault.folder / LEASE_FILE).write_bytes(STRANGER % 3)
    assert vault.store.cases.get(case.id).title == case.title


def test_a_lease_that_somebody_deleted_is_made_again(vault: Any) -> None:
    (vault.folder / LEASE_FILE).unlink()
    end = time.monotonic() + 20
    while not (vault.folder / LEASE_FILE).exists() and time.monotonic() < end:
        time.sleep(0.02)
    vault.add_case()
    assert (vault.folder / LEASE_FILE).exists()


def test_a_file_system_without_locks(vault: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_descriptor: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    vault.store.close()
    monkeypatch.setattr(lock, "_lock", none)
    vault.reopen().close()


def test_it_names_nobody(vault: Any) -> None:
    text = (vault.folder / LEASE_FILE).read_text("ascii")
    count, number, computer = text.split()
    assert (len(count), len(number), len(computer)) == (12, 32, 64)
    assert socket.gethostname() not in text
    assert getpass.getuser() not in text
    vault.reopen()
    assert (vault.folder / LEASE_FILE).read_text("ascii").split()[2] != computer


def test_a_full_disk_leaves_no_half_lease(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the next opening, with room again, would watch it as if it were a stranger's."""
    path = tmp_path / LEASE_FILE

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr("evidence.store.lease.sync_file", full)
        assert code_of(lambda: Lease(path, is_ours_stale=False, pace=FAST)) == "vault.disk_full"
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(Lease, "_watch", lambda *_: pytest.fail("there is nobody to watch"))
    lease = Lease(path, is_ours_stale=False, pace=FAST)
    lease.require_held()
    lease.release()
