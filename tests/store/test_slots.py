"""Ways to open a vault: adding, changing and revoking them, and every kind of secret."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

from support.errors import code_of

from evidence.errors import EvidenceError
from evidence.model import EventKind
from evidence.store import (
    VAULT_LOG,
    Argon2Cost,
    Passphrase,
    RecipientKey,
    RecoveryKey,
    RecoveryShares,
    SlotKind,
    UnlockKey,
    check,
    open_store,
)
from evidence.store import slots as slot_files


def opens(vault: Any, secret: Any) -> bool:
    """Whether a secret opens the vault, which is closed before and open again after."""
    vault.store.close()
    try:
        open_store(vault.folder, secret, now=vault.now).close()
        return True
    except EvidenceError as problem:
        assert problem.code.startswith("vault.wrong_")
        return False
    finally:
        vault.reopen()


def test_every_kind_of_slot_opens_the_vault_and_is_logged(vault: Any, cheap: Argon2Cost) -> None:
    shares, key = RecoveryShares.generate(), UnlockKey.generate()
    locks = (Passphrase("second one"), RecoveryKey.generate(), shares, key.recipient())
    later = vault.now + timedelta(seconds=1)
    for lock in locks:
        vault.store.slots.add(lock, by=vault.passphrase, actor="victim", now=later, label="제 이름", cost=cheap)
    infos = vault.store.slots.all()
    assert sorted(info.kind for info in infos) == sorted([*SlotKind, SlotKind.PASSPHRASE, SlotKind.RECOVERY_KEY])
    assert {info.label for info in infos[2:]} == {"제 이름"}
    assert next(info for info in infos if info.fingerprint).fingerprint == key.recipient().fingerprint
    events = vault.store.log.events(VAULT_LOG)
    assert [event.kind for event in events] == [EventKind.SLOT_ADDED] * 4
    assert {event.facts["kind"] for event in events} == set(SlotKind)
    for pair in itertools.permutations(shares.texts, 2):
        assert opens(vault, RecoveryShares.from_texts(pair))
    for secret in (Passphrase("second one"), locks[1], RecoveryShares.from_texts(shares.texts), key, vault.passphrase):
        assert opens(vault, secret)
    for wrong in (Passphrase("third"), RecoveryKey.generate(), RecoveryShares.generate(), UnlockKey.generate()):
        assert not opens(vault, wrong)
    for path in (vault.folder / "slots.json", vault.folder / "slots.copy.json"):
        text = path.read_bytes()
        assert "제 이름".encode() not in text
        assert key.recipient().raw.hex().encode() not in text
    assert check(vault.store).findings == ()


def test_a_changed_passphrase(vault: Any, cheap: Argon2Cost) -> None:
    (old,) = (info for info in vault.store.slots.all() if info.kind == SlotKind.PASSPHRASE)
    new = Passphrase("새 암호 문구")
    keeper = vault.store.slots
    wrong = Passphrase("not it")
    assert (
        code_of(lambda: keeper.replace(old.id, new, by=wrong, actor="victim", now=vault.now, cost=cheap))
        == "vault.wrong_passphrase"
    )
    keeper.replace(old.id, new, by=vault.passphrase, actor="victim", now=vault.now, cost=cheap)
    previous, vault.passphrase = vault.passphrase, new
    assert opens(vault, new)
    assert not opens(vault, previous)
    kinds = [event.kind for event in vault.store.log.events(VAULT_LOG)]
    assert kinds == [EventKind.SLOT_REVOKED, EventKind.SLOT_ADDED]


def test_guessing_becomes_slower_and_never_faster(vault: Any, cheap: Argon2Cost) -> None:
    keeper = vault.store.slots
    (old,) = (info for info in keeper.all() if info.kind == SlotKind.PASSPHRASE)
    assert old.cost == cheap
    dearer = Argon2Cost(memory_kib=16 * 1024, passes=2, lanes=2)
    raised = keeper.strengthen(vault.passphrase, actor="victim", now=vault.now, cost=dearer)
    assert (raised.cost, raised.id != old.id) == (dearer, True)
    assert opens(vault, vault.passphrase)
    keeper = vault.store.slots
    slower_machine = Argon2Cost(memory_kib=8 * 1024, passes=3, lanes=4)
    assert keeper.strengthen(vault.passphrase, actor="victim", now=vault.now, cost=slower_machine) is None
    assert (
        code_of(lambda: keeper.strengthen(Passphrase("not it"), actor="victim", now=vault.now, cost=dearer))
        == "vault.wrong_passphrase"
    )
    less_memory = Argon2Cost(memory_kib=8 * 1024, passes=10, lanes=1)
    mixed = keeper.strengthen(vault.passphrase, actor="victim", now=vault.now, cost=less_memory)
    assert mixed.cost == Argon2Cost(memory_kib=16 * 1024, passes=5, lanes=1)
    assert opens(vault, vault.passphrase)
    kinds = [event.kind for event in vault.store.log.events(VAULT_LOG)]
    assert kinds == [EventKind.SLOT_REVOKED, EventKind.SLOT_ADDED] * 2
    assert check(vault.store).findings == ()


def test_revoking_and_the_last_working_slot(vault: Any) -> None:
    by_kind = {info.kind: info.id for info in vault.store.slots.all()}
    recovery_key = RecoveryKey.from_text(vault.recovery_key)
    revoke = vault.store.slots.revoke
    own = by_kind[SlotKind.PASSPHRASE]
    assert code_of(lambda: revoke(own, by=vault.passphrase, actor="victim", now=vault.now)) == "vault.last_slot"
    assert code_of(lambda: revoke("00", by=vault.passphrase, actor="victim", now=vault.now)) == "vault.no_such_slot"
    revoke(by_kind[SlotKind.RECOVERY_KEY], by=vault.passphrase, actor="victim", now=vault.now)
    assert not opens(vault, recovery_key)
    revoke = vault.store.slots.revoke
    assert code_of(lambda: revoke(own, by=vault.passphrase, actor="victim", now=vault.now)) == "vault.last_slot"


def test_revoked_slot_put_back_is_refused_and_replaced(vault: Any) -> None:
    old = (vault.folder / "slots.json").read_bytes()
    by_kind = {info.kind: info.id for info in vault.store.slots.all()}
    vault.store.slots.revoke(by_kind[SlotKind.RECOVERY_KEY], by=vault.passphrase, actor="victim", now=vault.now)
    new = (vault.folder / "slots.json").read_bytes()
    vault.store.close()
    for name in ("slots.json", "slots.copy.json"):
        (vault.folder / name).write_bytes(old)
    revoked = RecoveryKey.from_text(vault.recovery_key)
    assert code_of(lambda: open_store(vault.folder, revoked, now=vault.now)) == "vault.revoked_slot"
    store = vault.reopen()
    assert [repair.code for repair in store.repairs] == ["vault.repair.slots"]
    assert (vault.folder / "slots.json").read_bytes() == new


def test_files_that_could_not_be_written_are_made_up_for(vault: Any, monkeypatch: Any, cheap: Argon2Cost) -> None:
    def full(*_: object) -> None:
        raise EvidenceError("vault.disk_full")

    added = RecoveryKey.generate()
    monkeypatch.setattr(slot_files, "store", full)
    assert (
        code_of(lambda: vault.store.slots.add(added, by=vault.passphrase, actor="victim", now=vault.now))
        == "vault.disk_full"
    )
    monkeypatch.undo()
    store = vault.reopen()
    assert [repair.code for repair in store.repairs] == ["vault.repair.slots"]
    assert opens(vault, added)


def test_there_is_an_end_to_slots(vault: Any) -> None:
    for _ in range(slot_files.MAX_SLOTS - 2):
        vault.store.slots.add(RecoveryKey.generate(), by=vault.passphrase, actor="victim", now=vault.now)
    full = code_of(
        lambda: vault.store.slots.add(RecoveryKey.generate(), by=vault.passphrase, actor="victim", now=vault.now)
    )
    assert full == "vault.too_many_slots"


def test_shares_as_people_type_them() -> None:
    shares = RecoveryShares.generate()
    first, second, third = shares.texts
    assert len(first.split()) == 23
    numbered = "\n".join(f"{place}. {word.upper()}" for place, word in enumerate(first.split(), 1))
    short = " ".join(word[:4] for word in second.split())
    assert RecoveryShares.from_texts([numbered, short]).secret == shares.secret
    assert RecoveryShares.from_texts([first, first, third]).secret == shares.secret
    slip = first.split()
    slip[7] = "academic" if slip[7] != "academic" else "acid"
    assert code_of(lambda: RecoveryShares.from_texts([second, " ".join(slip)])) == "vault.share_mistyped"
    assert code_of(lambda: RecoveryShares.from_texts([first, ""])) == "vault.share_mistyped"
    assert code_of(lambda: RecoveryShares.from_texts([first])) == "vault.shares_too_few"
    assert code_of(lambda: RecoveryShares.from_texts([first, first])) == "vault.shares_too_few"
    assert code_of(lambda: RecoveryShares.from_texts([])) == "vault.shares_too_few"
    other = RecoveryShares.generate().texts[1]
    assert code_of(lambda: RecoveryShares.from_texts([first, other])) == "vault.shares_do_not_match"
    assert first not in repr(shares)


def test_keys_as_files() -> None:
    key = UnlockKey.generate()
    pem = key.to_pem(b"password")
    assert b"ENCRYPTED" in pem
    again = UnlockKey.from_pem(pem, b"password")
    assert RecipientKey.from_pem(key.public_pem()).fingerprint == again.recipient().fingerprint
    assert code_of(lambda: UnlockKey.from_pem(pem)) == "vault.private_key_locked"
    assert code_of(lambda: UnlockKey.from_pem(pem, b"wrong")) == "vault.private_key_locked"
    for junk in (b"", b"junk", pem[:100], key.public_pem()):
        assert code_of(lambda data=junk: UnlockKey.from_pem(data)) == "vault.private_key_unusable"
    for junk in (b"", b"junk", pem, key.public_pem()[:60]):
        assert code_of(lambda data=junk: RecipientKey.from_pem(data)) == "vault.public_key_unusable"


def test_keys_of_other_kinds_are_refused() -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    other = ec.generate_private_key(ec.SECP256R1())
    private = other.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = other.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert code_of(lambda: UnlockKey.from_pem(private)) == "vault.private_key_unusable"
    assert code_of(lambda: RecipientKey.from_pem(public)) == "vault.public_key_unusable"
    key = UnlockKey.generate()
    plain = key._key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    assert UnlockKey.from_pem(plain, b"needless").recipient().raw == key.recipient().raw
