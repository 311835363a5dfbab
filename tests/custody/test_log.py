"""Adding events, heads, and the refusal of every kind of tampering."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence.custody import (
    NewEvent,
    append,
    audit_log,
    check_disclosed,
    check_growth,
    head_digest,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
    root_at,
    sign_head,
    verify_head,
    verify_inclusion,
)
from evidence.digest import canonical_json, from_json, parse_json
from evidence.errors import EvidenceError
from evidence.model import CustodyEvent, DisclosedLog, EventKind, SignedHead

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def codes(findings) -> set[str]:
    return {finding.code for finding in findings}


def audit(storage, signer):
    node = lambda level, index: storage.nodes["case", level, index]  # noqa: E731
    return audit_log("case", [data for _, data in storage.events], storage.heads, signer.certificate_der, node=node)


def disclose(storage, indices) -> DisclosedLog:
    head = storage.heads[-1]
    size = head.head.size
    return DisclosedLog(
        log_id="case",
        events=tuple(storage.events[index][0] for index in indices),
        inclusion=tuple(prove_inclusion(storage, "case", index, size) for index in indices),
        head=head,
        earlier_heads=tuple(storage.heads[:-1]),
        consistency=tuple(prove_consistency(storage, "case", h.head.size, size) for h in storage.heads[:-1]),
    )


def test_append_numbers_events_and_items_within_a_batch(storage, signer) -> None:
    news = [NewEvent(EventKind.ACQUIRED, NOW, "victim", item) for item in ("a", "b", "a", "", "a")]
    first, head = append(storage, "case", news, signer=signer, recorded_at=NOW)
    second, newer = append(storage, "case", news[:2], signer=signer, recorded_at=NOW)
    assert [event.index for event in (*first, *second)] == list(range(7))
    assert [event.item_index for event in (*first, *second)] == [0, 0, 1, 0, 2, 3, 1]
    assert (head.head.size, newer.head.size) == (5, 7)
    assert len({event.salt for event in (*first, *second)}) == 7
    assert all(len(bytes.fromhex(event.salt)) == 32 for event in first)


def test_logs_in_one_storage_are_apart(storage, signer) -> None:
    for log_id in ("one", "two", "one"):
        append(storage, log_id, [NewEvent(EventKind.NOTED, NOW, "victim")], signer=signer, recorded_at=NOW)
    assert [(event.log_id, event.index) for event, _ in storage.events] == [("one", 0), ("two", 0), ("one", 1)]


def test_times_are_kept_in_utc_and_read_back(storage, signer) -> None:
    seoul = datetime(2026, 3, 1, 18, 30, 0, 5, tzinfo=timezone(timedelta(hours=9)))
    (event,), head = append(storage, "case", [NewEvent(EventKind.NOTED, seoul, "victim")], signer=signer,
                            recorded_at=seoul)  # fmt: skip
    assert event.recorded_at == seoul and event.recorded_at.tzinfo is UTC
    assert b'"recorded_at":"2026-03-01T09:30:00.000005Z"' in storage.events[0][1]
    assert from_json(parse_json(storage.events[0][1]), CustodyEvent) == event
    assert from_json(parse_json(canonical_json(head)), SignedHead) == head
    assert head_digest(head) == hashlib.sha256(canonical_json(head)).digest()


def test_append_refuses_what_has_no_single_form(storage, signer) -> None:
    naive = datetime(2026, 3, 1)  # noqa: DTZ001
    for news in ([], [NewEvent(EventKind.NOTED, naive, "victim")],
                 [NewEvent(EventKind.NOTED, NOW, "victim", facts={"n": 1})]):  # type: ignore[dict-item] # fmt: skip
        with pytest.raises(ValueError):
            append(storage, "case", news, signer=signer, recorded_at=NOW)
    assert not storage.heads


def test_append_reads_and_writes_a_logarithmic_number_of_nodes(filled, signer) -> None:
    storage = filled(1000, batch=1000)
    assert len(storage.nodes) < 2000
    before, storage.reads = len(storage.nodes), 0
    append(storage, "case", [NewEvent(EventKind.NOTED, NOW, "victim")] * 8, signer=signer, recorded_at=NOW)
    assert storage.reads < 30
    assert len(storage.nodes) - before == 16, "eight leaves and what they complete"


@pytest.mark.parametrize("batch", [1, 2, 7, 40])
def test_every_event_is_provable_against_every_head(filled, batch) -> None:
    storage = filled(40, batch)
    for signed in storage.heads:
        root = bytes.fromhex(signed.head.root)
        assert root == root_at(storage, "case", signed.head.size)
        for index in range(signed.head.size):
            proof = prove_inclusion(storage, "case", index, signed.head.size)
            assert verify_inclusion(proof, leaf_hash(storage.events[index][0]), root)


@pytest.mark.parametrize("ask", [
    lambda s: prove_inclusion(s, "case", 5, 5), lambda s: prove_inclusion(s, "case", 0, 6),
    lambda s: prove_inclusion(s, "case", -1, 5), lambda s: prove_consistency(s, "case", 4, 3),
    lambda s: prove_consistency(s, "case", 1, 6), lambda s: root_at(s, "case", 6),
    lambda s: prove_inclusion(s, "unknown", 0, 1),
])  # fmt: skip
def test_proofs_beyond_the_log_are_refused(filled, ask) -> None:
    with pytest.raises(EvidenceError) as caught:
        ask(filled(5))
    assert caught.value.code == "custody.out_of_range"


def test_a_head_is_verified_by_its_own_certificate_only(filled, signer, other_signer) -> None:
    head = filled(3).heads[-1]
    assert verify_head(head, signer.certificate_der)
    assert not verify_head(head, other_signer.certificate_der)
    assert not verify_head(replace(head, key_sha256=other_signer.key_sha256), other_signer.certificate_der)
    for changed in (replace(head.head, size=2), replace(head.head, root="00" * 32), replace(head.head, log_id="x"),
                    replace(head.head, recorded_at=NOW + timedelta(1)), replace(head.head, version=2)):  # fmt: skip
        assert not verify_head(replace(head, head=changed), signer.certificate_der)


@given(signature=st.one_of(st.text(), st.binary(max_size=90).map(bytes.hex)), der=st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_hostile_heads_never_raise(signer, signature, der) -> None:
    head = sign_head("case", 1, bytes(32), signer=signer, recorded_at=NOW)
    assert not verify_head(replace(head, signature=signature), signer.certificate_der)
    assert not verify_head(replace(head, key_sha256=hashlib.sha256(der).hexdigest()), der)
    assert not verify_head(replace(head, head=replace(head.head, log_id="\ud800")), signer.certificate_der)


def test_growth_refuses_a_shrunk_and_a_forked_log(filled, signer) -> None:
    known = filled(9).heads[-1]
    shorter, forked, same = filled(6), filled(12), filled(9)
    for storage, code in ((shorter, "custody.rolled_back"), (forked, "custody.forked"), (same, "custody.forked")):
        with pytest.raises(EvidenceError) as caught:
            append(storage, "case", [NewEvent(EventKind.NOTED, NOW, "victim")], signer=signer, recorded_at=NOW,
                   previous=known)  # fmt: skip
        assert caught.value.code == code
        assert storage.log_size("case") in (6, 12, 9), "nothing was added"
    with pytest.raises(EvidenceError, match="forked"):
        check_growth(shorter, "other", known)
    grown = filled(9)
    _, head = append(grown, "case", [NewEvent(EventKind.NOTED, NOW, "victim")], signer=signer, recorded_at=NOW,
                     previous=grown.heads[1])  # fmt: skip
    assert head.head.size == 10


def test_a_missing_or_misshapen_node_is_damage(filled, signer) -> None:
    for spoil in (lambda nodes: nodes.pop(("case", 2, 0)), lambda nodes: nodes.update({("case", 2, 0): b"short"})):
        storage = filled(5)
        spoil(storage.nodes)
        with pytest.raises(EvidenceError, match="damaged"):
            prove_inclusion(storage, "case", 4, 5)
        assert "custody.damaged" in codes(audit(storage, signer))


def test_audit_is_silent_about_a_sound_log(filled, signer) -> None:
    for size in (0, 1, 2, 20):
        assert audit(filled(size), signer) == ()


def drop(storage):
    del storage.events[4]


def reorder(storage):
    storage.events[3], storage.events[4] = storage.events[4], storage.events[3]


def change(storage):
    event, data = storage.events[4]
    storage.events[4] = event, data.replace(b'"actor":"victim"', b'"actor":"police"')


def change_and_reformat(storage):
    event, data = storage.events[4]
    storage.events[4] = event, data.replace(b'","', b'", "')


def add_unknown_field(storage):
    event, data = storage.events[4]
    storage.events[4] = event, b'{"a":1,' + data[1:]


def truncate(storage):
    del storage.events[-3:]


def add_unsigned(storage):
    event = replace(storage.events[-1][0], index=20, item_index=7)
    storage.events.append((event, canonical_json(event)))


def foreign(storage):
    event = replace(storage.events[4][0], log_id="other")
    storage.events[4] = event, canonical_json(event)


def weak_salt(storage):
    event = replace(storage.events[4][0], salt="")
    storage.events[4] = event, canonical_json(event)


def rewrite_node(storage):
    storage.nodes["case", 1, 2] = bytes(32)


def swap_heads(storage):
    storage.heads[1], storage.heads[2] = storage.heads[2], storage.heads[1]


def forge_head(storage):
    storage.heads[2] = replace(storage.heads[2], head=replace(storage.heads[2].head, root="11" * 32))


def drop_last_head(storage):
    storage.heads.pop()


@pytest.mark.parametrize(("tamper", "code"), [
    (drop, "custody.wrong_order"), (reorder, "custody.wrong_order"), (change, "custody.forked"),
    (change_and_reformat, "custody.changed_event"), (add_unknown_field, "custody.changed_event"),
    (truncate, "custody.rolled_back"), (add_unsigned, "custody.no_head"), (foreign, "custody.foreign_event"),
    (weak_salt, "custody.changed_event"), (rewrite_node, "custody.damaged"), (swap_heads, "custody.forked"),
    (forge_head, "custody.bad_head_signature"), (drop_last_head, "custody.no_head"),
])  # fmt: skip
def test_audit_finds(filled, signer, tamper, code) -> None:
    storage = filled(20)
    tamper(storage)
    assert code in codes(audit(storage, signer))


def test_audit_stops_counting_damage_somewhere(signer) -> None:
    found = audit_log("case", (b"junk" for _ in range(10**9)), [], signer.certificate_der)
    assert 1000 <= len(found) < 1010


def test_a_disclosed_part_is_accepted(filled, signer) -> None:
    storage = filled(20)
    assert check_disclosed(disclose(storage, range(20)), signer.certificate_der) == ()
    assert check_disclosed(disclose(storage, range(1, 20, 3)), signer.certificate_der) == ()


def test_a_disclosed_part_with_tampering_is_refused(filled, signer, other_signer) -> None:
    storage, fork = filled(20), filled(20)
    log, other = disclose(storage, range(20)), disclose(fork, range(20))
    short, certificate = storage.heads[3], signer.certificate_der
    hidden = [index for index in range(20) if index != 3]
    events = list(log.events)
    events[4] = replace(events[4], facts={"number": "other"})
    swapped = [*log.events[:4], log.events[5], log.events[4], *log.events[6:]]
    cases = {
        "custody.changed_event": replace(log, events=tuple(events)),
        "custody.wrong_order": replace(log, events=tuple(swapped)),
        "custody.hidden_event": disclose(storage, hidden),
        "custody.missing_proof": replace(log, inclusion=log.inclusion[:-1]),
        "custody.rolled_back": replace(log, head=short),
        "custody.forked": replace(log, earlier_heads=other.earlier_heads),
        "custody.foreign_event": replace(log, events=(replace(events[0], log_id="x"), *log.events[1:])),
        "custody.bad_head_signature": replace(log, head=replace(log.head, key_sha256=other_signer.key_sha256)),
    }
    for code, tampered in cases.items():
        assert code in codes(check_disclosed(tampered, certificate)), code
    assert codes(check_disclosed(replace(log, events=other.events), certificate)) == {"custody.changed_event"}
    assert "custody.missing_proof" in codes(check_disclosed(replace(log, consistency=()), certificate))
    assert "custody.forked" in codes(check_disclosed(replace(log, log_id="x"), certificate))


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_no_single_change_of_a_disclosed_log_goes_unseen(filled, signer, data) -> None:
    """Any one leaf value of the JSON that is changed must be found."""
    log = disclose(filled(7), range(7))
    tree = parse_json(canonical_json(log))
    spots: list[tuple[list[object] | dict[str, object], object]] = []

    def walk(value: object) -> None:
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, part in items:
            if isinstance(part, (str, int)):
                spots.append((value, key))
            walk(part)

    walk(tree)
    holder, key = data.draw(st.sampled_from(spots))
    old = holder[key]
    if isinstance(old, int):
        holder[key] = old + data.draw(st.sampled_from([-1, 1]))
    else:
        at = data.draw(st.integers(0, 10_000)) % max(len(old), 1)  # signatures are not always of one length
        holder[key] = old[:at] + ("0" if old[at : at + 1] != "0" else "1") + old[at + 1 :]
    try:
        changed = from_json(tree, DisclosedLog)
    except EvidenceError:
        return
    assert check_disclosed(changed, signer.certificate_der)
