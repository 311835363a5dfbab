"""Creating, unlocking and locking a vault."""

from __future__ import annotations

import multiprocessing
import unicodedata
from pathlib import Path
from typing import Any

from support.errors import code_of

from evidence.errors import EvidenceError
from evidence.model import EventKind
from evidence.store import Argon2Cost, Passphrase, RecoveryKey, check, create, open_store, tuned_cost


def test_unlocks_with_passphrase_and_with_recovery_key(vault: Any) -> None:
    case = vault.add_case("제목")
    vault.store.close()
    for secret in (vault.passphrase, RecoveryKey.from_text(vault.recovery_key.lower().replace("-", " "))):
        with open_store(vault.folder, secret, now=vault.now) as store:
            assert store.cases.get(case.id).title == "제목"
            assert store.repairs == ()


def test_composed_and_decomposed_hangul_are_one_passphrase(tmp_path: Path, now: Any, cheap: Argon2Cost) -> None:
    composed = "비밀번호"
    decomposed = unicodedata.normalize("NFD", composed)
    assert composed != decomposed
    store, _ = create(tmp_path / "v", Passphrase(composed), now=now, cost=cheap)
    store.close()
    open_store(tmp_path / "v", Passphrase(decomposed), now=now).close()


def test_wrong_secrets(vault: Any) -> None:
    vault.store.close()
    assert code_of(lambda: open_store(vault.folder, Passphrase("wrong"), now=vault.now)) == "vault.wrong_passphrase"
    other = RecoveryKey.generate()
    assert code_of(lambda: open_store(vault.folder, other, now=vault.now)) == "vault.wrong_recovery_key"
    slip = ("1" if vault.recovery_key[0] != "1" else "2") + vault.recovery_key[1:]
    assert code_of(lambda: RecoveryKey.from_text(slip)) == "vault.recovery_key_mistyped"
    assert code_of(lambda: RecoveryKey.from_text("")) == "vault.recovery_key_mistyped"
    assert code_of(lambda: Passphrase("  ")) == "vault.passphrase_empty"
    assert code_of(lambda: Passphrase("x" * 2000)) == "vault.passphrase_too_long"
    assert code_of(lambda: Passphrase("\ud800")) == "vault.passphrase_unusable"


def test_secrets_do_not_show_in_messages(vault: Any) -> None:
    assert "horse" not in repr(vault.passphrase)
    assert vault.recovery_key[:9] not in repr(RecoveryKey.from_text(vault.recovery_key))
    assert "key" not in repr(vault.store.signer()).lower().replace("key_sha256", "")


def test_recovery_key_forgives_lookalikes() -> None:
    for _ in range(50):
        text = RecoveryKey.generate().to_text()
        typed = text.replace("0", "o").replace("1", "l").replace("-", "")
        assert RecoveryKey.from_text(typed).to_text() == text


def _try_to_open(folder: Path, now: Any, answers: Any) -> None:
    try:
        open_store(folder, Passphrase("correct horse battery staple"), now=now).close()
    except EvidenceError as problem:
        answers.put(problem.code)
    else:
        answers.put("opened")


def test_one_opener_at_a_time(vault: Any) -> None:
    assert code_of(lambda: open_store(vault.folder, vault.passphrase, now=vault.now)) == "vault.open_elsewhere"
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    other = context.Process(target=_try_to_open, args=(vault.folder, vault.now, answers))
    other.start()
    assert answers.get(timeout=60) == "vault.open_elsewhere"
    other.join()
    vault.reopen()


def test_a_place_that_is_taken_or_no_vault(vault: Any, tmp_path: Path, now: Any, cheap: Argon2Cost) -> None:
    assert code_of(lambda: create(vault.folder, vault.passphrase, now=now, cost=cheap)) == "vault.already_exists"
    empty = tmp_path / "empty"
    empty.mkdir()
    assert code_of(lambda: open_store(empty, vault.passphrase, now=now)) == "vault.not_a_vault"
    assert code_of(lambda: open_store(tmp_path / "nothing", vault.passphrase, now=now)) == "vault.not_a_vault"
    (tmp_path / "file").write_bytes(b"x")
    assert code_of(lambda: create(tmp_path / "file", vault.passphrase, now=now, cost=cheap)) == "vault.already_exists"
    create(empty, vault.passphrase, now=now, cost=cheap)[0].close()
    endless = tmp_path / ("x" * 300)
    assert code_of(lambda: open_store(endless, vault.passphrase, now=now)) == "vault.unreadable"
    assert code_of(lambda: create(endless, vault.passphrase, now=now, cost=cheap)) == "vault.write_failed"
    below_a_file = tmp_path / "file" / "vault"
    assert code_of(lambda: open_store(below_a_file, vault.passphrase, now=now)) == "vault.not_a_vault"
    assert code_of(lambda: create(below_a_file, vault.passphrase, now=now, cost=cheap)) == "vault.write_failed"


def test_failed_creation_leaves_nothing(tmp_path: Path, now: Any, monkeypatch: Any, cheap: Argon2Cost) -> None:
    def full(*_: object) -> None:
        raise EvidenceError("vault.disk_full")

    monkeypatch.setattr("evidence.store.slots.store", full)
    assert code_of(lambda: create(tmp_path / "v", Passphrase("x"), now=now, cost=cheap)) == "vault.disk_full"
    assert list(tmp_path.glob("v*")) == []


def test_damaged_slots_file_is_read_from_its_twin_and_put_right(vault: Any) -> None:
    vault.store.close()
    whole = (vault.folder / "slots.json").read_bytes()
    for damage in (b"", b"{}", whole[:-2], whole.replace(b'"wrapped":"', b'"wrapped":"0', 1)):
        (vault.folder / "slots.json").write_bytes(damage)
        store = open_store(vault.folder, vault.passphrase, now=vault.now)
        assert [repair.code for repair in store.repairs] == ["vault.repair.slots"]
        store.close()
        assert (vault.folder / "slots.json").read_bytes() == whole
    (vault.folder / "slots.json").unlink()
    open_store(vault.folder, vault.passphrase, now=vault.now).close()
    for name in ("slots.json", "slots.copy.json"):
        (vault.folder / name).write_bytes(whole[1:])
    assert code_of(lambda: open_store(vault.folder, vault.passphrase, now=vault.now)) == "vault.slots_damaged"


def test_cost_in_a_slots_file_is_bounded(vault: Any) -> None:
    vault.store.close()
    for name in ("slots.json", "slots.copy.json"):
        path = vault.folder / name
        path.write_bytes(path.read_bytes().replace(b'"memory_kib":8192', b'"memory_kib":81920000'))
    assert code_of(lambda: open_store(vault.folder, vault.passphrase, now=vault.now)) == "vault.slots_damaged"


def test_slots_of_another_vault_do_not_open_this_one(new_vault: Any) -> None:
    one, two = new_vault("one"), new_vault("two")
    one.store.close()
    two.store.close()
    for name in ("slots.json", "slots.copy.json"):
        (one.folder / name).write_bytes((two.folder / name).read_bytes())
    assert code_of(lambda: open_store(one.folder, one.passphrase, now=one.now)) == "vault.database_damaged"


def test_newer_vault_is_refused(vault: Any) -> None:
    with vault.store.transaction():
        vault.store._database.write("INSERT INTO migrations VALUES (99, '', '')")
    vault.store.close()
    assert code_of(lambda: open_store(vault.folder, vault.passphrase, now=vault.now)) == "vault.newer_version"
    for name in ("slots.json", "slots.copy.json"):
        path = vault.folder / name
        path.write_bytes(path.read_bytes().replace(b'"format":1', b'"format":2'))
    assert code_of(lambda: open_store(vault.folder, vault.passphrase, now=vault.now)) == "vault.newer_version"


def test_damaged_or_missing_records(vault: Any) -> None:
    vault.store.close()
    path = vault.folder / "vault.db"
    whole = path.read_bytes()
    path.write_bytes(bytes([whole[0] ^ 1]) + whole[1:])
    assert code_of(lambda: open_store(vault.folder, vault.passphrase, now=vault.now)) == "vault.database_damaged"
    path.write_bytes(whole[:1000])
    assert code_of(lambda: open_store(vault.folder, vault.passphrase, now=vault.now)) == "vault.database_damaged"
    path.write_bytes(b"")
    assert code_of(lambda: open_store(vault.folder, vault.passphrase, now=vault.now)) == "vault.database_damaged"
    assert path.read_bytes() == b""
    path.unlink()
    assert code_of(lambda: open_store(vault.folder, vault.passphrase, now=vault.now)) == "vault.database_missing"
    assert not path.exists()


def test_locked_store_answers_nothing(vault: Any) -> None:
    case = vault.add_case()
    item = vault.add_item(case, b"content")
    vault.store.close()
    vault.store.close()
    assert not vault.store.is_open
    assert code_of(vault.store.cases.all) == "vault.locked"
    assert code_of(lambda: vault.store.open_object(item.files[0].object_id)) == "vault.locked"
    assert code_of(lambda: check(vault.store)) == "vault.locked"


def test_nothing_in_plain_text_on_disk(vault: Any) -> None:
    case = vault.add_case("PLANTED-title")
    with vault.store.transaction():
        vault.store.settings.put("name", "PLANTED-setting")
        vault.event(case.id, EventKind.NOTED, facts={"text": "PLANTED-fact"})
    vault.add_item(case, b"PLANTED-content" * 100, title="PLANTED-item")
    for place in (vault.store, None):
        if place is None:
            vault.store.close()
        for path in vault.folder.rglob("*"):
            assert "PLANTED" not in path.name
            if path.is_file():
                assert b"PLANTED" not in path.read_bytes()
                assert path.stat().st_mode & 0o077 == 0


def test_cost_is_tuned_and_never_below_the_floor() -> None:
    def fast(cost: Argon2Cost) -> float:
        return cost.memory_kib * cost.passes / 3e6

    tuned = tuned_cost(1.0, measure=fast)
    assert 0.7 <= fast(tuned) <= 1.4
    slow = tuned_cost(1.0, measure=lambda _cost: 30.0)
    assert (slow.memory_kib, slow.passes) == (64 * 1024, 3)
    assert tuned_cost(1.0, measure=lambda _cost: 0.0).is_bearable()
