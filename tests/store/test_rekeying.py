"""A new master key, and what a crash in the middle of making one leaves."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.errors import code_of

from evidence.errors import CancelledError
from evidence.model import EventKind
from evidence.store import (
    VAULT_LOG,
    Argon2Cost,
    Passphrase,
    RecoveryKey,
    SlotKind,
    UnlockKey,
    backup,
    check,
    open_store,
    rekey,
)
from evidence.store import object_format as form
from evidence.store import slots as slot_files


def fill(vault: Any) -> Any:
    case = vault.add_case()
    for number in range(4):
        vault.add_item(case, bytes([number]) * 10_000)
    return case


def sealed(folder: Path) -> list[Path]:
    return [path for path in (folder / "objects").rglob("*") if path.is_file()]


def test_a_new_master_key(vault: Any, cheap: Argon2Cost, tmp_path: Path) -> None:
    case, centre = fill(vault), UnlockKey.generate()
    later = vault.now + timedelta(seconds=1)
    vault.store.slots.add(
        centre.recipient(), by=vault.passphrase, actor="victim", now=later, label="centre", cost=cheap
    )
    vault.store.slots.add(Passphrase("helper"), by=vault.passphrase, actor="victim", now=later, cost=cheap)
    backup(vault.store, tmp_path / "backup")
    vault.store.close()
    before = {path: path.read_bytes() for path in sealed(vault.folder)}
    old = vault.folder.with_name("old")
    shutil.copytree(vault.folder, old)
    made = rekey(vault.folder, vault.passphrase, actor="victim", now=later, cost=cheap)
    vault.store = made.store
    assert check(made.store).findings == ()
    assert made.store.repairs == ()
    assert sorted(info.kind for info in made.dropped) == [SlotKind.PASSPHRASE, SlotKind.RECOVERY_KEY]
    assert [info.label for info in made.store.slots.all() if info.kind == SlotKind.PUBLIC_KEY] == ["centre"]
    assert [event.kind for event in made.store.log.events(VAULT_LOG)][-1] == EventKind.REKEYED
    assert code_of(lambda: backup(made.store, tmp_path / "backup")) == "vault.backup_other_key"
    assert made.store.items.count(case.id) == 4
    made.store.close()
    assert not list(vault.folder.glob("*.next*"))
    for path in sealed(vault.folder):
        header, earlier = path.read_bytes(), before[path]
        assert header[form.HEADER :] == earlier[form.HEADER :]
        assert bytes(64) in (header[32:96], header[96:160])  # one wrapped key, not two
        assert earlier[32:96] not in header  # and not the old one
    for secret in (vault.passphrase, RecoveryKey.from_text(made.recovery_key), centre):
        open_store(vault.folder, secret, now=vault.now).close()
    for gone in (Passphrase("helper"), RecoveryKey.from_text(vault.recovery_key)):
        assert code_of(lambda one=gone: open_store(vault.folder, one, now=vault.now)).startswith("vault.wrong_")
    # Whoever kept the old slots gets nowhere with the new records and objects.
    for name in ("slots.json", "slots.copy.json"):
        shutil.copy(old / name, vault.folder / name)
    assert code_of(lambda: open_store(vault.folder, Passphrase("helper"), now=vault.now)) == "vault.database_damaged"


def test_the_recovery_key_can_make_a_new_master_key(vault: Any, cheap: Argon2Cost) -> None:
    fill(vault)
    vault.store.close()
    recovery_key, new = RecoveryKey.from_text(vault.recovery_key), Passphrase("a new one")
    for _ in range(2):
        made = rekey(vault.folder, recovery_key, actor="victim", now=vault.now, also=(new,), cost=cheap)
        assert made.recovery_key == ""
        assert check(made.store).findings == ()
        made.store.close()
    open_store(vault.folder, new, now=vault.now).close()
    assert code_of(lambda: open_store(vault.folder, vault.passphrase, now=vault.now)) == "vault.wrong_passphrase"


STEPS = (
    "evidence.store.vault.Store.rewrap_object",
    "evidence.store.vault.Store.copy_records",
    "evidence.store.database.Database.change_key",
    "evidence.store.rekeying._record",
    "evidence.store.rekeying._flush",
    "first slots file",
    "second slots file",
    "evidence.store.rekeying.open_store",
    "evidence.store.objects.ObjectFolder.drop_stale_wraps",
)


@pytest.mark.parametrize("step", STEPS)
def test_a_crash_at_any_step(vault: Any, monkeypatch: Any, cheap: Argon2Cost, step: str) -> None:
    case = fill(vault)
    vault.store.close()
    old_recovery = RecoveryKey.from_text(vault.recovery_key)
    if "slots file" in step:
        whole, count = slot_files.write_whole, 0

        def write_some(path: Path, data: bytes) -> None:
            nonlocal count
            count += 1
            if count == (1 if step.startswith("first") else 2):
                raise Crash
            whole(path, data)

        monkeypatch.setattr("evidence.store.slots.write_whole", write_some)
    else:
        calls = 0

        def crash(*values: Any, **named: Any) -> Any:
            nonlocal calls
            calls += 1
            if step.endswith("open_store") and calls == 1:
                return open_store(*values, **named)
            raise Crash

        monkeypatch.setattr(step, crash)
    with pytest.raises(Crash):
        rekey(vault.folder, vault.passphrase, actor="victim", now=vault.now, cost=cheap)
    monkeypatch.undo()
    store = vault.reopen()
    outcome = check(store)
    assert outcome.findings == (), outcome.findings
    assert outcome.objects == store.items.count(case.id) == 4
    assert not list(vault.folder.glob("*.next*"))
    is_new = any(event.kind == EventKind.REKEYED for event in store.log.events(VAULT_LOG))
    assert is_new == (STEPS.index(step) >= STEPS.index("second slots file"))
    assert slot_files.parse(store.slots.text()).epoch == (2 if is_new else 1)
    store.close()
    if is_new:
        assert code_of(lambda: open_store(vault.folder, old_recovery, now=vault.now)) == "vault.wrong_recovery_key"
    made = rekey(vault.folder, vault.passphrase, actor="victim", now=vault.now, cost=cheap)  # and it can go on
    vault.store = made.store
    assert check(made.store).findings == ()


class Crash(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("planted", [b"", b"junk", "copy of another vault"])
def test_planted_next_records_do_no_harm(vault: Any, new_vault: Any, planted: Any) -> None:
    case, other = fill(vault), new_vault("other")
    vault.store.close()
    other.store.close()
    data = (other.folder / "vault.db").read_bytes() if isinstance(planted, str) else planted
    (vault.folder / "vault.db.next").write_bytes(data)
    store = vault.reopen()
    assert [repair.code for repair in store.repairs] == ["vault.repair.rekeying_undone"]
    assert store.items.count(case.id) == 4
    assert not (vault.folder / "vault.db.next").exists()


def test_cancelled_or_refused_it_changes_nothing(vault: Any, cheap: Argon2Cost) -> None:
    fill(vault)
    vault.store.close()
    with pytest.raises(CancelledError):
        rekey(vault.folder, vault.passphrase, actor="victim", now=vault.now, cost=cheap, cancelled=lambda: True)
    wrong = code_of(lambda: rekey(vault.folder, Passphrase("no"), actor="victim", now=vault.now, cost=cheap))
    assert wrong == "vault.wrong_passphrase"
    path = sealed(vault.folder)[0]
    path.write_bytes(b"")
    damaged = code_of(lambda: rekey(vault.folder, vault.passphrase, actor="victim", now=vault.now, cost=cheap))
    assert damaged == "vault.object_damaged"
    store = vault.reopen()
    assert slot_files.parse(store.slots.text()).epoch == 1
    assert [finding.code for finding in check(store).findings] == ["vault.damage.object"]
