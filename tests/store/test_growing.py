"""Recordings that grow: whatever is kept survives a kill at any moment, and becomes a partial exhibit."""

from __future__ import annotations

import contextlib
import hashlib
import multiprocessing
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evidence.errors import EvidenceError
from evidence.model import AcquisitionMethod, EventKind, Examiner, Moment, OperatorRole, Tool
from evidence.store import GrowingObject, Passphrase, RecordingBegun, check, facts_bytes, open_store, rekey
from evidence.store import object_format as form

PASSPHRASE = Passphrase("correct horse battery staple")
KILLS = int(os.environ.get("HOLDFAST_TEST_KILLS", "3"))
FTYP = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2"


def stream_of(size: int) -> bytes:
    return FTYP + random.Random(7).randbytes(size)


BEGUN: list[GrowingObject] = []


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """The files of those that a test leaves going on."""
    yield
    while BEGUN:
        BEGUN.pop().close()


def begin(vault: Any, case: Any) -> GrowingObject:
    begun = RecordingBegun(
        case_id=case.id, name="recording.mp4", method=AcquisitionMethod.SCREEN_RECORDING, title="A recording",
        acquired=Moment(at=vault.now, local="2026-05-04T12:02:01+09:00", timezone="Asia/Seoul", utc_offset_s=32400),
        tool=Tool(name="Holdfast", version="0", python="3", system="test"),
        examiner=Examiner(role=OperatorRole.VICTIM), source={"display": "X11"}, note="own words",
    )  # fmt: skip
    with vault.store.transaction():
        growing: GrowingObject = vault.store.recordings.begin(begun)
    BEGUN.append(growing)
    return growing


def copied(vault: Any, target: Path) -> Any:
    """What would be there after a kill at this moment: all that was handed to the system."""
    shutil.copytree(vault.folder, target)
    return open_store(target, PASSPHRASE, now=vault.now)


def left_over(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "objects" / "new").iterdir())


@pytest.mark.parametrize("size", [0, 1, form.CHUNK - 70, form.CHUNK - 40, form.CHUNK - 24, 2 * form.CHUNK + 5])
def test_an_ended_one_is_an_object_like_any_other(vault: Any, size: int) -> None:
    case, content = vault.add_case(), stream_of(size)
    growing = begin(vault, case)
    for start in range(0, len(content), 300_000):
        growing.write(content[start : start + 300_000])
        growing.keep(b"{}")
    stored = growing.finish(b"{}")
    assert (stored.digests.sha256, stored.digests.size) == (hashlib.sha256(content).hexdigest(), len(content))
    with vault.store.open_object(stored.object_id) as stream:
        assert stream.read() == content
        stream.verify_rest()


def test_a_kill_after_every_piece_keeps_what_was_kept(vault: Any, tmp_path: Path) -> None:
    case, content = vault.add_case(), stream_of(2_500_000)
    growing = begin(vault, case)
    for number, start in enumerate(range(0, len(content), 310_000)):
        growing.write(content[start : start + 310_000])
        kept = start
        if number % 3 != 1:
            growing.keep(facts_bytes({"marks": f"{number} profile opened"}))
            kept = growing.size
        with copied(vault, tmp_path / f"after-{number}") as store:
            assert [finding.code for finding in store.repairs] == ["vault.repair.recording"]
            assert store.repairs[0].params == {"exhibit": "A-01"}
            (exhibit,) = store.items.exhibits(case.id)
            item = exhibit.item
            with store.open_object(item.files[0].object_id) as stream:
                found = stream.read()
            assert content.startswith(found)
            assert len(found) >= kept
            assert item.files[0].media_type == "video/mp4"
            assert item.source["completeness"] == "partial"
            assert item.source["ended_by"] == "interruption"
            assert item.source["marks"].endswith("profile opened")
            assert item.note == "own words"
            event = store.log.first_event_about(case.id, item.id)
            assert (event.kind, event.actor) == (EventKind.ACQUIRED, "program")
            assert check(store).findings == ()
            assert store.recordings.all() == ()
        assert left_over(tmp_path / f"after-{number}") == []
        with open_store(tmp_path / f"after-{number}", PASSPHRASE, now=vault.now) as store:
            assert store.repairs == ()


def test_one_that_was_ended_and_not_yet_recorded_is_whole(vault: Any, tmp_path: Path) -> None:
    # Long enough that the padding fills a chunk of its own.
    case, content = vault.add_case(), stream_of(40 * form.CHUNK // 10 - 30)
    growing = begin(vault, case)
    growing.write(content)
    growing.finish(facts_bytes({"completeness": "complete"}))
    with copied(vault, tmp_path / "after") as store:
        (exhibit,) = store.items.exhibits(case.id)
        assert exhibit.item.source["completeness"] == "complete"
        with store.open_object(exhibit.item.files[0].object_id) as stream:
            assert stream.read() == content
    part = next((vault.folder / "objects" / "new").glob("*.part"))
    part.rename(part.with_suffix(""))  # flushed, and the power went before the commit
    with copied(vault, tmp_path / "later") as store:
        (exhibit,) = store.items.exhibits(case.id)
        assert exhibit.item.files[0].digests.size == len(content)
        assert check(store).findings == ()


def test_what_does_not_open_is_where_it_ends(vault: Any, tmp_path: Path) -> None:
    case, content = vault.add_case(), stream_of(1_800_000)
    growing = begin(vault, case)
    for start in range(0, len(content), 100_000):
        growing.write(content[start : start + 100_000])
        growing.keep(b"{}")
    whole = tmp_path / "whole"
    shutil.copytree(vault.folder, whole)
    for name, at in (("part", 500_000), ("tail1", 400_000), ("tail0", 10)):
        damaged = tmp_path / f"damaged-{name}"
        shutil.copytree(whole, damaged)
        path = next((damaged / "objects" / "new").glob(f"*.{name}"))
        data = bytearray(path.read_bytes())
        data[at] ^= 1
        path.write_bytes(data)
        with open_store(damaged, PASSPHRASE, now=vault.now) as store:
            for exhibit in store.items.exhibits(case.id):
                with store.open_object(exhibit.item.files[0].object_id) as stream:
                    assert content.startswith(stream.read())
            assert check(store).findings == ()


def test_nothing_kept_leaves_nothing_and_says_so(vault: Any, tmp_path: Path) -> None:
    case = vault.add_case()
    begin(vault, case)
    with copied(vault, tmp_path / "after") as store:
        assert [finding.code for finding in store.repairs] == ["vault.repair.recording_lost"]
        assert store.items.exhibits(case.id) == ()
        assert check(store).findings == ()
    assert left_over(tmp_path / "after") == []


def test_a_full_disk_at_the_repair_costs_nothing(vault: Any, tmp_path: Path, monkeypatch: Any) -> None:
    case = vault.add_case()
    growing = begin(vault, case)
    growing.write(stream_of(50_000))
    growing.keep(b"{}")

    def refuse(*_: object, **__: object) -> None:
        raise EvidenceError("vault.disk_full")

    with monkeypatch.context() as patch:
        patch.setattr("evidence.store.objects.ObjectFolder.put", refuse)
        with copied(vault, tmp_path / "after") as store:
            assert [finding.code for finding in store.repairs] == ["vault.repair.recording_waits"]
            assert check(store).findings == ()
        with pytest.raises(EvidenceError, match="recording_waits"):
            rekey(tmp_path / "after", PASSPHRASE, actor="victim", now=vault.now, cost=vault.cost)
    made = rekey(tmp_path / "after", PASSPHRASE, actor="victim", now=vault.now, cost=vault.cost)
    with made.store as store:
        (exhibit,) = store.items.exhibits(case.id)
        with store.open_object(exhibit.item.files[0].object_id) as stream:
            assert stream.read() == stream_of(50_000)


def test_a_running_one_is_no_stranger_and_closing_does_not_sweep_it(vault: Any) -> None:
    case = vault.add_case()
    growing = begin(vault, case)
    growing.write(stream_of(50_000))
    growing.keep(b"{}")
    assert check(vault.store).findings == ()
    vault.store.delete_object(growing.object_id)  # as a failed transaction would: it stays all the same
    store = vault.reopen()
    assert [exhibit.item.number for exhibit in store.items.exhibits(case.id)] == ["A-01"]


def test_what_is_cancelled_leaves_nothing(vault: Any) -> None:
    case = vault.add_case()
    growing = begin(vault, case)
    growing.write(stream_of(1_200_000))
    growing.keep(b"{}")
    with vault.store.transaction():
        vault.store.recordings.drop(growing.object_id)
    growing.discard()
    assert left_over(vault.folder) == []
    assert vault.reopen().repairs == ()


def busy_run(vault: Any, case: Any, acknowledged: Any) -> None:
    """Record without end and say what was kept."""
    vault.store = open_store(vault.folder, PASSPHRASE, now=vault.now)
    growing, content = begin(vault, case), stream_of(30_000_000)
    chance = random.Random(time.time_ns())
    position = 0
    while True:
        size = chance.randrange(1, 400_000)
        growing.write(content[position : position + size])
        position += size
        growing.keep(b"{}")
        acknowledged.send(growing.size)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_killed_at_any_point(vault: Any) -> None:
    case, content = vault.add_case(), stream_of(30_000_000)
    vault.store.close()
    chance = random.Random(time.time_ns())
    for turn in range(KILLS):
        mine, theirs = multiprocessing.Pipe(duplex=False)
        process_id = os.fork()
        if process_id == 0:  # the child holds nothing but what it opens itself
            with contextlib.suppress(BaseException):
                busy_run(vault, case, theirs)
            os._exit(1)
        theirs.close()
        kept = mine.recv()
        time.sleep(chance.random() * 0.08)
        os.kill(process_id, signal.SIGKILL)
        with contextlib.suppress(EOFError):
            while True:
                kept = mine.recv()
        assert os.waitpid(process_id, 0)[1] == signal.SIGKILL, "the busy run ended by itself"
        with open_store(vault.folder, PASSPHRASE, now=vault.now) as store:
            exhibits = store.items.exhibits(case.id)
            assert len(exhibits) == turn + 1
            with store.open_object(exhibits[-1].item.files[0].object_id) as stream:
                found = stream.read()
            assert content.startswith(found)
            assert len(found) >= kept
            assert check(store).findings == ()
        assert left_over(vault.folder) == []
