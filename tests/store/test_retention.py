"""Keeping less of an original: what goes, what stays, and that the log never forgets."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from support.errors import code_of

from evidence.errors import EvidenceError
from evidence.manifest import acquired_facts
from evidence.model import EventKind, Note
from evidence.store import Kept, backup, check, open_store


def reduce(vault: Any, item: Any, kept: Kept, copy: bytes | None = None) -> None:
    sealed = None if copy is None else vault.store.put_object(io.BytesIO(copy))
    with vault.store.transaction():
        vault.store.retention.reduce(item.files[0].object_id, kept, sealed)
        if kept is Kept.NOTHING:
            vault.store.retention.forget_words(item.id)
        kind = EventKind.DESTROYED if kept is Kept.NOTHING else EventKind.REDUCED
        vault.event(item.case_id, kind, item.id, {"sha256": item.files[0].digests.sha256, "kept": kept})


def files(vault: Any) -> int:
    return sum(1 for path in (vault.folder / "objects").rglob("*") if path.is_file())


def test_step_by_step_less_is_kept(vault: Any, tmp_path: Path) -> None:
    case = vault.add_case()
    item, other = vault.add_item(case, b"original" * 1000, title="words"), vault.add_item(case, b"other")
    with vault.store.transaction():
        vault.store.items.add_note(Note(case.id, item.id, vault.now, "victim", "my words"))
    original = item.files[0].object_id
    assert vault.store.retention.kept(original) is Kept.FULL
    backup(vault.store, tmp_path / "backup")

    reduce(vault, item, Kept.COPY, b"blurred")
    copy = vault.store.retention.copy_of(original)
    assert vault.store.open_object(copy).read() == b"blurred"
    assert code_of(lambda: vault.store.open_object(original)) == "vault.not_kept"
    assert files(vault) == 2
    store = vault.reopen()
    assert store.repairs == ()
    assert store.open_object(copy).read() == b"blurred"
    outcome = check(store)
    assert (outcome.findings, outcome.objects) == ((), 2)
    outcome = backup(store, tmp_path / "backup")
    assert (outcome.copied, outcome.removed) == (1, 1)
    with open_store(tmp_path / "backup", vault.passphrase, now=vault.now) as restored:
        assert check(restored).findings == ()
        assert restored.open_object(copy).read() == b"blurred"

    reduce(vault, item, Kept.DIGEST)
    assert files(vault) == 1
    assert vault.store.items.get(item.id) == item
    reduce(vault, item, Kept.NOTHING)
    store = vault.reopen()
    bare = store.items.get(item.id)
    assert (bare.title, bare.note, store.items.notes(case.id, item.id)) == ("", "", ())
    assert acquired_facts(bare) == acquired_facts(item)
    kinds = [event.kind for event in store.log.events_about(case.id, item.id)]
    assert kinds == [EventKind.ACQUIRED, EventKind.REDUCED, EventKind.REDUCED, EventKind.DESTROYED]
    outcome = check(store)
    assert (outcome.findings, outcome.objects, outcome.items) == ((), 1, 2)
    assert store.open_object(other.files[0].object_id).read() == b"other"


def test_what_is_less_stays_less(vault: Any) -> None:
    item = vault.add_item(vault.add_case(), b"x")
    reduce(vault, item, Kept.DIGEST)
    for kept, copy in ((Kept.FULL, None), (Kept.COPY, b"again"), (Kept.DIGEST, None)):
        assert code_of(lambda one=kept, data=copy: reduce(vault, item, one, data)) == "vault.kept_less_already"
    for kept, copy in ((Kept.COPY, None), (Kept.DIGEST, b"needless")):
        with pytest.raises(ValueError, match="copy"):
            reduce(vault, item, kept, copy)
    assert code_of(lambda: vault.store.retention.kept("00")) == "vault.no_such_item"
    assert files(vault) == 2  # sealed for nothing: swept when the vault is closed
    vault.reopen()
    assert files(vault) == 0


def test_an_interrupted_erasure_is_finished_at_the_next_opening(vault: Any, monkeypatch: Any) -> None:
    item = vault.add_item(vault.add_case(), b"x" * 5000)
    vault.reopen()

    def fail(*_: object) -> None:
        raise EvidenceError("vault.write_failed", name="objects")

    with monkeypatch.context() as patch:
        patch.setattr("evidence.store.objects.ObjectFolder.erase", fail)
        reduce(vault, item, Kept.NOTHING)
    assert files(vault) == 1
    store = vault.reopen()
    assert files(vault) == 0
    assert check(store).findings == ()


def test_a_change_that_is_undone_erases_nothing(vault: Any) -> None:
    item = vault.add_item(vault.add_case(), b"x")
    with pytest.raises(ZeroDivisionError), vault.store.transaction():
        vault.store.retention.reduce(item.files[0].object_id, Kept.NOTHING)
        raise ZeroDivisionError
    assert vault.store.open_object(item.files[0].object_id).read() == b"x"
    assert check(vault.store).findings == ()
