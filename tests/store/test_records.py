"""Rows, events and heads together; what a check finds; what the next opening repairs."""

from __future__ import annotations

import io
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.errors import code_of

from app.sample_tsa import Responder, make_practice_keys
from evidence.custody import head_digest, prove_consistency, prove_inclusion, verify_head
from evidence.digest import canonical_json
from evidence.i18n import LANGUAGES
from evidence.i18n import texts as catalogue_of
from evidence.model import Band, EventKind, Note, PackageMade, ScoreReport, TimestampToken
from evidence.store import VAULT_LOG, TsaRecord, check
from evidence.timestamps import request_token


def codes(vault: Any) -> list[str]:
    outcome = check(vault.store)
    for finding in outcome.findings:
        for language in LANGUAGES:
            assert catalogue_of(language).code("name", finding.code, **finding.params)
    return [finding.code for finding in outcome.findings]


def object_path(vault: Any, object_id: str) -> Path:
    return next(path for path in (vault.folder / "objects").rglob(object_id))


def test_records_come_back_as_they_were(vault: Any, now: Any) -> None:
    case, other = vault.add_case("사건 하나"), vault.add_case("Affaire deux")
    first, second = vault.add_item(case, b"one", b"two"), vault.add_item(case, b"three")
    elsewhere = vault.add_item(other, b"one")
    score = ScoreReport(
        item_id=first.id, original_sha256=first.files[0].digests.sha256, band=Band.INCONCLUSIVE, reasons=("x",),
        provenance=(), faces=(), detectors=(), not_examined=("audio",), scored_at=now,
    )  # fmt: skip
    note = Note(case.id, first.id, now, "victim", "제 말", 1)
    made = PackageMade("p1", "/f", "", "aa", "bb", "cc", now, False)
    with vault.store.transaction():
        vault.store.items.add_score(score)
        vault.store.items.add_note(note)
        vault.store.packages.add(case.id, made)
        vault.store.settings.put("language", "ko")
    store = vault.reopen()
    assert [(one.title, one.item_count) for one in store.cases.all()] == [("사건 하나", 2), ("Affaire deux", 1)]
    assert [(one.item, one.score) for one in store.items.exhibits(case.id)] == [(first, score), (second, None)]
    assert [one.item for one in store.items.exhibits(case.id, after=1, limit=5)] == [second]
    assert store.items.by_number(case.id, "A-02") == second
    assert store.items.same_content(case.id, first.files[0].digests.sha256) == (first,)
    assert store.items.same_content(other.id, first.files[0].digests.sha256) == (elsewhere,)
    assert store.items.scores(first.id) == (score,)
    assert store.items.notes(case.id, first.id) == (note,)
    assert store.items.notes(case.id) == ()
    assert store.packages.of_case(case.id) == (made,)
    assert store.settings.all() == {"language": "ko"}
    assert store.settings.get("other", 5) == 5
    assert code_of(lambda: store.cases.get("no")) == "vault.no_such_case"
    assert code_of(lambda: store.items.get("no")) == "vault.no_such_item"
    assert store.open_object(first.files[1].object_id).read() == b"two"
    outcome = check(store)
    assert outcome.findings == ()
    assert (outcome.objects, outcome.items, outcome.events) == (4, 3, 5)


def test_log_lives_in_the_vault(vault: Any) -> None:
    case = vault.add_case()
    for content in (b"1", b"2", b"3"):
        vault.add_item(case, content)
    with vault.store.transaction():
        vault.event(VAULT_LOG, EventKind.VAULT_CREATED)
    store = vault.reopen()
    head = store.log.newest_head(case.id)
    assert verify_head(head, store.signer().certificate_der)
    assert store.log.log_size(case.id) == head.head.size == 4
    assert prove_inclusion(store.log, case.id, 2, 4).path
    assert prove_consistency(store.log, case.id, 3, 4).path
    assert [event.kind for event in store.log.events(case.id)][:2] == [EventKind.CASE_CREATED, EventKind.ACQUIRED]
    assert len(store.log.events(case.id, start=1, limit=2)) == 2
    assert store.log.log_ids() == (case.id, VAULT_LOG)
    assert len(store.log.heads(case.id)) == 4
    assert store.log.head(case.id, 3).head.size == 3
    with pytest.raises(KeyError):
        store.log.node(case.id, 5, 0)


def test_queue_of_heads_that_wait(vault: Any, now: Any) -> None:
    case = vault.add_case()
    vault.add_item(case, b"1")
    (waiting,) = vault.store.log.waiting_heads()
    assert waiting.head.size == 2
    token = TimestampToken(case.id, 2, "http://tsa", "CN=TSA", "ab", "1.2", "7", now, now, b"\x30\x00")
    with vault.store.transaction():
        vault.store.log.add_token(token)
        vault.event(case.id, EventKind.TIMESTAMPED)
        vault.store.log.stop_waiting(case.id)
        vault.store.log.set_tsas((TsaRecord("http://one"), TsaRecord("http://two", root=b"\x01")))
        vault.store.log.pin_tsa("http://one", "ab")
        vault.store.log.pin_tsa("http://three", "cd")
    store = vault.reopen()
    assert store.log.waiting_heads() == ()
    assert store.log.tokens(case.id) == (token,)
    assert [head.head.size for head in store.log.stamped_heads(case.id)] == [2]
    assert store.log.tsas() == (
        TsaRecord("http://one", "ab"), TsaRecord("http://two", root=b"\x01"), TsaRecord("http://three", "cd"),
    )  # fmt: skip


def test_transaction_is_all_or_nothing(vault: Any) -> None:
    case = vault.add_case()
    sealed = vault.store.put_object(io.BytesIO(b"x"))
    with pytest.raises(ZeroDivisionError), vault.store.transaction():
        assert vault.store.items.next_position(case.id) == 1
        vault.store.cases.rename(case.id, "changed")
        vault.event(case.id, EventKind.NOTED)
        raise ZeroDivisionError
    assert vault.store.cases.get(case.id).title == "A case"
    assert vault.store.log.log_size(case.id) == 1
    vault.store.delete_object(sealed.object_id)
    assert code_of(lambda: vault.store.open_object(sealed.object_id)) == "vault.object_missing"
    item = vault.add_item(case, b"y")
    assert item.number == "A-01"
    with pytest.raises(ValueError, match="cites"):
        vault.store.delete_object(item.files[0].object_id)
    with pytest.raises(RuntimeError):
        vault.store.cases.rename(case.id, "outside")
    with vault.store.transaction(), pytest.raises(RuntimeError), vault.store.transaction():
        pass
    assert codes(vault) == []


def test_unfinished_objects_are_swept_and_finished_ones_moved(vault: Any, monkeypatch: Any) -> None:
    case = vault.add_case()
    item = vault.add_item(case, b"kept")
    monkeypatch.setattr(vault.store._objects, "settle", lambda: None)  # a crash right after the commit
    monkeypatch.setattr(vault.store._objects, "sweep", lambda *_: (0, 0))
    vault.store.put_object(io.BytesIO(b"never cited"))
    (vault.folder / "objects" / "new" / ("ab" * 16 + ".part")).write_bytes(b"half")
    assert vault.store.open_object(item.files[0].object_id).read() == b"kept"
    store = vault.reopen()
    assert {repair.code: repair.params["count"] for repair in store.repairs} == {
        "vault.repair.finished": "1", "vault.repair.unfinished": "2",
    }  # fmt: skip
    for repair in store.repairs:
        for language in LANGUAGES:
            assert catalogue_of(language).code("name", repair.code, **repair.params)
    assert list((vault.folder / "objects" / "new").iterdir()) == []
    assert store.open_object(item.files[0].object_id).read() == b"kept"
    assert codes(vault) == []


def test_check_names_damaged_missing_and_unknown_objects(vault: Any) -> None:
    case = vault.add_case("제목")
    first, second, third = (vault.add_item(case, bytes([number]) * 5000) for number in range(3))
    vault.add_item(case, b"well")
    path = object_path(vault, first.files[0].object_id)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    object_path(vault, second.files[0].object_id).unlink()
    other = object_path(vault, third.files[0].object_id)
    (vault.folder / "objects" / "ff").mkdir(exist_ok=True)
    (vault.folder / "objects" / "ff" / ("ff" * 16)).write_bytes(other.read_bytes())
    outcome = check(vault.store)
    assert [(finding.code, dict(finding.params)) for finding in outcome.findings] == [
        ("vault.damage.object", {"exhibit": "A-01 (제목)"}),
        ("vault.damage.object_missing", {"exhibit": "A-02 (제목)"}),
        ("vault.damage.unknown_objects", {"count": "1"}),
    ]
    assert outcome.objects == 2
    assert codes(vault)
    vault.reopen()
    assert (vault.folder / "objects" / "ff" / ("ff" * 16)).exists()


def write(vault: Any, sql: str, *values: object) -> None:
    with vault.store.transaction():
        vault.store._database.write(sql, values)


def test_check_finds_changed_rows(vault: Any) -> None:
    case = vault.add_case()
    item, other = vault.add_item(case, b"1"), vault.add_item(case, b"2")
    write(vault, "UPDATE items SET title = 'other' WHERE id = ?", item.id)
    assert codes(vault) == ["vault.damage.item"]
    write(vault, "UPDATE items SET title = ? WHERE id = ?", item.title, item.id)
    assert codes(vault) == []
    canonical = vault.store._database.row("SELECT canonical FROM items WHERE id = ?", (item.id,))[0]
    write(vault, "UPDATE items SET canonical = ? WHERE id = ?", canonical.replace(b"victim", b"counsellor"), item.id)
    assert codes(vault) == ["vault.damage.item"]
    write(vault, "UPDATE items SET canonical = ? WHERE id = ?", b"{", item.id)
    assert codes(vault) == ["vault.damage.item"]
    write(vault, "UPDATE items SET canonical = ? WHERE id = ?", canonical, item.id)
    write(vault, "DELETE FROM objects WHERE item_id = ?", other.id)
    write(vault, "DELETE FROM items WHERE id = ?", other.id)
    assert codes(vault) == ["vault.damage.item_missing", "vault.damage.unknown_objects"]


def test_check_finds_changes_in_the_log(vault: Any, now: Any) -> None:
    case = vault.add_case()
    for number in range(5):
        vault.add_item(case, bytes([number]))
    assert codes(vault) == []
    event = vault.store._database.row("SELECT canonical FROM events WHERE position = 3")[0]
    write(vault, "UPDATE events SET canonical = ? WHERE position = 3", event.replace(b"victim", b"viktim"))
    assert "vault.damage.log" in codes(vault)
    write(vault, "UPDATE events SET canonical = ? WHERE position = 3", event)
    node = vault.store.log.node(case.id, 1, 1)
    write(vault, "UPDATE nodes SET hash = ? WHERE level = 1 AND position = 1", bytes(32))
    assert codes(vault) == ["vault.damage.log"]
    write(vault, "UPDATE nodes SET hash = ? WHERE level = 1 AND position = 1", node)
    write(vault, "UPDATE logs SET size = size + 1")
    assert codes(vault) == ["vault.damage.log"]
    write(vault, "UPDATE logs SET size = size - 1")
    token = TimestampToken(case.id, 3, "u", "n", "ab", "1.2", "7", now, now, b"")
    with vault.store.transaction():
        vault.store.log.add_token(token)
    assert codes(vault) == ["vault.damage.token"]
    write(vault, "DELETE FROM tokens")
    write(vault, "DELETE FROM waiting_heads")
    write(vault, "DELETE FROM heads WHERE size = 6")
    assert codes(vault) == ["vault.damage.log"]


def test_check_verifies_tokens(vault: Any, now: Any) -> None:
    case = vault.add_case()
    vault.add_item(case, b"1")
    responder = Responder(make_practice_keys(now), lambda: now)
    head = vault.store.log.newest_head(case.id)
    token = request_token(
        head_digest(head), "http://127.0.0.1:1/", client=Answering(responder), now=lambda: now, log_id=case.id,
        head_size=2,
    )  # fmt: skip
    with vault.store.transaction():
        vault.store.log.add_token(token)
    outcome = check(vault.store)
    assert (outcome.findings, outcome.tokens) == ((), 1)
    write(vault, "UPDATE tokens SET record = ?", canonical_json(replace(token, head_size=1)))
    assert codes(vault) == ["vault.damage.token"]
    write(vault, "UPDATE tokens SET record = ?", canonical_json(replace(token, response=token.response[:-1] + b"x")))
    assert codes(vault) == ["vault.damage.token"]


class Answering:
    """Takes a request to the practice authority without a network."""

    def __init__(self, responder: Responder) -> None:
        self._responder = responder

    def post(self, url: str, request: bytes, timeout_s: float) -> bytes:
        return self._responder.respond(request)


def test_a_head_from_outside_shows_that_an_older_copy_was_put_back(vault: Any, new_vault: Any) -> None:
    case = vault.add_case()
    vault.add_item(case, b"1")
    vault.store.close()
    old = (vault.folder / "vault.db").read_bytes()
    vault.reopen()
    vault.add_item(case, b"2")
    head = vault.store.log.newest_head(case.id)
    assert check(vault.store, known_heads=[head]).findings == ()
    stranger = new_vault("other")
    stranger.add_case()
    foreign = stranger.store.log.newest_head(stranger.store.cases.all()[0].id)
    vault.store.close()
    (vault.folder / "vault.db").write_bytes(old)
    vault.reopen()
    found = [finding.code for finding in check(vault.store, known_heads=[head, foreign]).findings]
    assert found == ["vault.damage.rolled_back", "vault.damage.foreign_head", "vault.damage.unknown_objects"]
    for code in found:
        for language in LANGUAGES:
            assert catalogue_of(language).code("name", code, case="A", place=1, count=1)


def test_check_finds_a_damaged_page(vault: Any) -> None:
    case = vault.add_case()
    for number in range(20):
        vault.add_item(case, bytes([number]))
    assert codes(vault) == []
    path = vault.folder / "vault.db"
    with path.open("r+b") as stream:
        stream.seek(4096 * 20 + 77)
        byte = stream.read(1)[0]
        stream.seek(-1, 1)
        stream.write(bytes([byte ^ 4]))
    assert "vault.damage.pages" in codes(vault)


def test_check_can_be_cancelled_and_shows_progress(vault: Any) -> None:
    from evidence.errors import CancelledError

    case = vault.add_case()
    for number in range(3):
        vault.add_item(case, bytes([number]) * 3_000_000)
    shares: list[float] = []
    check(vault.store, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    with pytest.raises(CancelledError):
        check(vault.store, cancelled=lambda: True)


def test_originals_are_read_on_another_thread_while_the_vault_works(vault: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("evidence.store.objects._MANY", 2)  # the files move to their place every other time
    case = vault.add_case()
    content = bytes(range(256)) * 8000
    item = vault.add_item(case, content)
    store, wrong, done = vault.store, [], threading.Event()

    def read() -> None:
        while not done.is_set():
            with store._objects.open(item.files[0].object_id) as stream:
                stream.seek(1_000_000)
                if stream.read(100_000) != content[1_000_000:1_100_000]:
                    wrong.append("bytes")

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for number in range(20):
            vault.add_item(case, bytes([number]))
    finally:
        done.set()
        reader.join()
    assert wrong == []
    assert check(store).findings == ()
