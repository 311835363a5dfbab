"""Backups: consistent, verified, incremental, continued after an interruption; and back again."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from support.errors import code_of

from evidence.errors import CancelledError, EvidenceError
from evidence.store import Backup, Passphrase, RecoveryKey, backup, check, mend, open_store, restore


def fill(vault: Any, case: Any, count: int) -> None:
    for number in range(count):
        vault.add_item(case, random.Random(number).randbytes(number * 999))


def contents(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.stat().st_ino for path in folder.rglob("*") if path.is_file()}


def test_a_backup_is_a_vault_and_grows_by_what_is_new(vault: Any, tmp_path: Path) -> None:
    case = vault.add_case("제목")
    fill(vault, case, 4)
    there = tmp_path / "disk" / "backup"
    shares: list[float] = []
    outcome = backup(vault.store, there, progress=shares.append)
    assert (outcome.copied, outcome.present, outcome.removed, outcome.findings) == (4, 0, 0, ())
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    with open_store(there, RecoveryKey.from_text(vault.recovery_key), now=vault.now) as copy:
        assert copy.repairs == ()
        assert check(copy).findings == ()
        assert copy.items.exhibits(case.id) == vault.store.items.exhibits(case.id)
        assert copy.log.heads(case.id) == vault.store.log.heads(case.id)
    before = contents(there / "objects")
    fill(vault, case, 2)
    outcome = backup(vault.store, there)
    assert (outcome.copied, outcome.present) == (2, 4)
    assert before.items() <= contents(there / "objects").items()
    assert not list(there.rglob("*.part*"))
    with open_store(there, vault.passphrase, now=vault.now) as copy:
        assert check(copy).findings == ()
        assert copy.items.count(case.id) == 6


def test_restore_and_move(vault: Any, tmp_path: Path) -> None:
    case = vault.add_case()
    fill(vault, case, 3)
    backup(vault.store, tmp_path / "backup")
    outcome = restore(tmp_path / "backup", vault.passphrase, tmp_path / "restored", now=vault.now)
    assert (outcome.copied, outcome.findings) == (3, ())
    vault.store.close()
    shutil.copytree(vault.folder, tmp_path / "moved")
    for folder in (tmp_path / "restored", tmp_path / "moved"):
        with open_store(folder, vault.passphrase, now=vault.now) as store:
            assert check(store).findings == ()
            assert store.items.count(case.id) == 3
    taken = code_of(lambda: restore(tmp_path / "backup", vault.passphrase, tmp_path / "moved", now=vault.now))
    assert taken == "vault.already_exists"
    wrong = code_of(lambda: restore(tmp_path / "backup", Passphrase("no"), tmp_path / "other", now=vault.now))
    assert wrong == "vault.wrong_passphrase"


def test_a_stopped_restore_is_no_vault_and_goes_on(vault: Any, tmp_path: Path) -> None:
    case = vault.add_case()
    fill(vault, case, 4)
    backup(vault.store, tmp_path / "backup")
    place, shares = tmp_path / "restored", list[float]()
    with pytest.raises(CancelledError):
        restore(tmp_path / "backup", vault.passphrase, place, now=vault.now, progress=shares.append,
                cancelled=lambda: len(shares) >= 2)  # fmt: skip
    assert code_of(lambda: open_store(place, vault.passphrase, now=vault.now)) == "vault.not_a_vault"
    outcome = restore(tmp_path / "backup", vault.passphrase, place, now=vault.now)
    assert (outcome.copied, outcome.present) == (2, 2)
    with open_store(place, vault.passphrase, now=vault.now) as store:
        assert check(store).findings == ()


@pytest.mark.parametrize("kept", ["vault.db", "objects"])
def test_a_restore_writes_over_no_records_and_removes_no_originals(vault: Any, tmp_path: Path, kept: str) -> None:
    """What is left of a vault that lost its slots may be all that there is."""
    case = vault.add_case()
    backup(vault.store, tmp_path / "backup")
    fill(vault, case, 2)
    if kept == "objects":
        backup(vault.store, tmp_path / "backup")
        vault.add_item(case, b"newer than the backup")
    vault.store.close()
    rest = tmp_path / "rest"
    rest.mkdir()
    if kept == "objects":
        shutil.copytree(vault.folder / kept, rest / kept)
    else:
        shutil.copy(vault.folder / kept, rest / kept)
    before = contents(rest)
    refused = code_of(lambda: restore(tmp_path / "backup", vault.passphrase, rest, now=vault.now))
    assert refused == "vault.already_exists"
    assert contents(rest) == before


def test_the_vault_is_used_while_it_is_copied(vault: Any, tmp_path: Path) -> None:
    case = vault.add_case()
    fill(vault, case, 3)
    with Backup(vault.store, tmp_path / "backup") as work:
        vault.add_item(case, b"added before the copying")
        work.copy_objects()
        vault.add_item(case, b"added after the copying")
        outcome = work.finish()
    assert outcome.copied == 5
    with open_store(tmp_path / "backup", vault.passphrase, now=vault.now) as copy:
        assert check(copy).findings == ()
        assert copy.items.count(case.id) == 5


def test_an_interrupted_backup_continues(vault: Any, tmp_path: Path, monkeypatch: Any) -> None:
    case = vault.add_case()
    fill(vault, case, 6)
    there = tmp_path / "backup"
    calls = 0

    def stop() -> bool:
        nonlocal calls
        calls += 1
        return calls > 6

    with pytest.raises(CancelledError):
        backup(vault.store, there, cancelled=stop)
    copied = len([path for path in (there / "objects").rglob("*") if path.is_file()])
    assert 0 < copied < 6
    outcome = backup(vault.store, there)
    assert (outcome.copied, outcome.present) == (6 - copied, copied)
    fill(vault, case, 3)
    # At every step of the second run, what is there stays a whole backup.
    for step in ("evidence.store.backups.Backup._copy_records", "evidence.store.backups.Backup._remove_surplus"):
        with monkeypatch.context() as patch:
            patch.setattr(step, _refuse)
            assert code_of(lambda: backup(vault.store, there)) == "vault.disk_full"
        shutil.copytree(there, tmp_path / step)
        with open_store(tmp_path / step, vault.passphrase, now=vault.now) as copy:
            codes = {finding.code for finding in check(copy).findings}
            assert codes <= {"vault.damage.unknown_objects"}
            assert copy.items.count(case.id) in (6, 9)
    backup(vault.store, there)
    with open_store(there, vault.passphrase, now=vault.now) as copy:
        assert check(copy).findings == ()


def _refuse(*_: object) -> None:
    raise EvidenceError("vault.disk_full")


def test_damage_is_named_and_does_not_spread(vault: Any, tmp_path: Path) -> None:
    case = vault.add_case()
    items = [vault.add_item(case, bytes([number]) * 100_000) for number in range(4)]
    vault.reopen()
    there = tmp_path / "backup"
    backup(vault.store, there)
    extra = vault.add_item(case, b"new")
    vault.reopen()

    def place(root: Path, item: Any) -> Path:
        name = item.files[0].object_id
        return root / "objects" / name[:2] / name

    for item, root in ((items[0], vault.folder), (extra, vault.folder), (items[1], there)):
        path = place(root, item)
        path.write_bytes(path.read_bytes()[:-1])
    place(vault.folder, items[2]).unlink()
    outcome = backup(vault.store, there)
    assert [(finding.code, finding.params["exhibit"][:4]) for finding in outcome.findings] == [
        ("vault.damage.object", "A-05")
    ]
    assert (outcome.copied, outcome.present) == (1, 3)  # the damaged copy was replaced, good ones were kept
    with open_store(there, vault.passphrase, now=vault.now) as copy:
        assert {finding.params["exhibit"][:4] for finding in check(copy).findings} == {"A-05"}
    place(there, items[2]).unlink()
    outcome = backup(vault.store, there)
    assert {finding.code for finding in outcome.findings} == {"vault.damage.object", "vault.damage.object_missing"}


def test_places_that_do_not_fit(vault: Any, new_vault: Any, tmp_path: Path) -> None:
    other = new_vault("other")
    vault.add_case()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_bytes(b"x")
    (tmp_path / "file").write_bytes(b"x")
    for folder, code in (
        (vault.folder, "vault.backup_inside"),
        (vault.folder / "inside", "vault.backup_inside"),
        (tmp_path, "vault.backup_inside"),
        (tmp_path / "full", "vault.backup_foreign"),
        (tmp_path / "file", "vault.backup_foreign"),
    ):
        assert code_of(lambda place=folder: backup(vault.store, place)) == code
    assert code_of(lambda: backup(vault.store, other.folder)) == "vault.open_elsewhere"
    other.store.close()
    assert code_of(lambda: backup(vault.store, other.folder)) == "vault.backup_foreign"
    assert sorted(path.name for path in (tmp_path / "full").iterdir()) == ["thesis.txt"]


def test_a_backup_that_knows_more_is_not_overwritten(vault: Any, tmp_path: Path) -> None:
    case = vault.add_case()
    fill(vault, case, 2)
    backup(vault.store, tmp_path / "backup")
    vault.store.close()
    old = (vault.folder / "vault.db").read_bytes()
    vault.reopen()
    vault.add_item(case, b"later")
    backup(vault.store, tmp_path / "backup")
    vault.store.close()
    (vault.folder / "vault.db").write_bytes(old)  # an older copy was put back
    vault.reopen()
    assert code_of(lambda: backup(vault.store, tmp_path / "backup")) == "vault.backup_ahead"
    assert [finding.code for finding in check(vault.store).findings] == ["vault.damage.unknown_objects"]
    with open_store(tmp_path / "backup", vault.passphrase, now=vault.now) as copy:
        assert check(copy).findings == ()
        assert copy.items.count(case.id) == 3


def test_damaged_originals_are_mended_from_a_backup(vault: Any, tmp_path: Path) -> None:
    case = vault.add_case()
    items = [vault.add_item(case, bytes([number]) * 100_000) for number in range(4)]
    there = tmp_path / "backup"
    backup(vault.store, there)
    later = vault.add_item(case, b"after the backup")
    vault.reopen()

    def place(root: Path, item: Any) -> Path:
        name = item.files[0].object_id
        return root / "objects" / name[:2] / name

    untouched = place(vault.folder, items[3]).stat().st_mtime_ns
    for item in (items[0], later):
        path = place(vault.folder, item)
        path.write_bytes(path.read_bytes()[:-1])
    place(vault.folder, items[1]).unlink()
    place(vault.folder, items[2]).unlink()
    place(there, items[2]).write_bytes(b"junk")
    mended, damaged = mend(vault.store, there)
    assert [finding.params["exhibit"][:4] for finding in mended] == ["A-01", "A-02"]
    assert [finding.params["exhibit"][:4] for finding in damaged] == ["A-03", "A-05"]
    assert {finding.params["exhibit"][:4] for finding in check(vault.store).findings} == {"A-03", "A-05"}
    assert vault.store.open_object(items[0].files[0].object_id).read() == bytes(100_000)
    assert place(vault.folder, items[3]).stat().st_mtime_ns == untouched
    assert list((vault.folder / "objects" / "new").iterdir()) == []
