"""Redacted copies live beside their originals: through a lock, a backup, a new key and a removal."""

from __future__ import annotations

import hashlib
import io
import uuid
from pathlib import Path
from typing import Any

import pytest

from evidence.errors import EvidenceError
from evidence.model import CopyForPackage, EventKind, Item, RedactedCopy, RedactionKind
from evidence.store import Commitment, backup, check, open_store

RECORD = b'{"record":1}'


def add_copy(vault: Any, item: Item, content: bytes = b"covered", *, is_logged: bool = True) -> RedactedCopy:
    """A redacted copy with its event, and the commitment that it rests on."""
    store = vault.store
    sealed = store.put_object(io.BytesIO(content))
    copy = RedactedCopy(
        id=str(uuid.uuid4()), item_id=item.id, file_index=0, kind=RedactionKind.TEXT, made_at=vault.now,
        media_type="text/plain", digests=sealed.digests, original_sha256=item.files[0].digests.sha256,
        record_sha256=hashlib.sha256(RECORD).hexdigest(), object_id=sealed.object_id,
    )  # fmt: skip
    with store.transaction():
        if store.redactions.commitment(item.id, 0) is None:
            store.redactions.commit(item.id, 0, Commitment(bytes(32), "ab" * 32))
            vault.event(item.case_id, EventKind.COMMITTED, item.id, {"root": "ab" * 32})
        store.redactions.add(CopyForPackage(copy, RECORD))
        if is_logged:
            facts = {"copy_sha256": copy.digests.sha256, "record_sha256": copy.record_sha256}
            vault.event(item.case_id, EventKind.REDACTED, item.id, facts)
    return copy


def test_a_copy_stays_through_a_lock_and_a_backup(vault: Any, tmp_path: Path) -> None:
    case = vault.add_case()
    item, other = vault.add_item(case, b"original"), vault.add_item(case, b"other")
    first, second = add_copy(vault, item), add_copy(vault, item, b"covered otherwise")
    store = vault.reopen()
    assert store.repairs == () and store.redactions.of_item(item.id) == (second, first)
    assert [each.copy for each in store.redactions.newest(item.id)] == [second]
    assert store.redactions.items_with_copies(case.id) == {item.id} and store.redactions.of_item(other.id) == ()
    assert store.redactions.commitment(item.id, 0) == Commitment(bytes(32), "ab" * 32)
    outcome = check(store)
    assert (outcome.findings, outcome.objects) == ((), 4)
    assert backup(store, tmp_path / "backup").copied == 4
    with open_store(tmp_path / "backup", vault.passphrase, now=vault.now) as restored:
        assert restored.open_object(second.object_id).read() == b"covered otherwise"
        assert check(restored).findings == ()


def test_what_is_taken_back_is_erased(vault: Any) -> None:
    item = vault.add_item(vault.add_case(), b"original")
    copy, other = add_copy(vault, item), add_copy(vault, item, b"another")
    with vault.store.transaction():
        vault.store.redactions.remove(copy)
    with pytest.raises(EvidenceError, match=r"vault\.object_missing"):
        vault.store.open_object(copy.object_id)
    assert vault.store.redactions.of_item(item.id) == (other,)
    with vault.store.transaction():
        vault.store.redactions.forget(item.id)
    store = vault.reopen()
    assert store.redactions.of_item(item.id) == () and store.redactions.commitment(item.id, 0) is None
    assert store.open_object(item.files[0].object_id).read() == b"original"
    assert check(store).findings == ()


def test_a_copy_that_is_not_kept_leaves_nothing(vault: Any) -> None:
    item = vault.add_item(vault.add_case(), b"original")
    sealed = vault.store.put_object(io.BytesIO(b"given up"))
    store = vault.reopen()
    with pytest.raises(EvidenceError, match=r"vault\.object_missing"):
        store.open_object(sealed.object_id)
    assert check(store).findings == () and store.redactions.of_item(item.id) == ()


def test_a_copy_that_the_log_does_not_know_is_damage(vault: Any) -> None:
    item = vault.add_item(vault.add_case(), b"original")
    add_copy(vault, item, is_logged=False)
    assert [finding.code for finding in check(vault.store).findings] == ["vault.damage.redaction"]
