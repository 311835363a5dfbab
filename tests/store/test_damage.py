"""Damage anywhere in a vault's files is detected at opening or by a check, or shown to be harmless; never a wrong byte,
never an unexpected error."""

from __future__ import annotations

import os
import random
import shutil
from collections import Counter
from itertools import product
from pathlib import Path
from typing import Any

from evidence.errors import EvidenceError
from evidence.store import RecoveryKey, check, open_store

FLIPS = os.environ.get("HOLDFAST_TEST_FLIPS", "40")
"""Bytes per file; ``all`` flips every byte of every file, which takes about half an hour on one core."""
PART = os.environ.get("HOLDFAST_TEST_PART", "1/1")
"""``2/4``: the second of four runs that share the work of ``all``."""


def make(vault: Any) -> dict[str, bytes]:
    """A small vault with something of everything; gives its contents by exhibit."""
    case = vault.add_case("제목")
    contents = {}
    for number in range(3):
        content = random.Random(number).randbytes(3000 * number)
        contents[vault.add_item(case, content).number] = content
    vault.store.close()
    return contents


def look(folder: Path, secret: Any, now: Any) -> tuple[str, dict[str, bytes]]:
    """How a vault answers: the code at opening, or ``found`` or ``clean`` from repairs and check, with its contents."""
    try:
        store = open_store(folder, secret, now=now)
    except EvidenceError as problem:
        return problem.code, {}
    with store:
        try:
            outcome = check(store)
            contents = {}
            for case in store.cases.all():
                for exhibit in store.items.exhibits(case.id):
                    try:
                        with store.open_object(exhibit.item.files[0].object_id) as stream:
                            contents[exhibit.item.number] = stream.read()
                    except EvidenceError:
                        contents[exhibit.item.number] = b"refused"
            return ("found" if outcome.findings or store.repairs else "clean"), contents
        except EvidenceError as problem:
            return problem.code, {}


def small(vault: Any) -> dict[str, bytes]:
    """As little as has one of everything: every byte of it can be flipped in an acceptable time."""
    case = vault.add_case("제목")
    contents = {vault.add_item(case, content).number: content for content in (b"", b"few")}
    vault.store.close()
    return contents


def places_in(whole: bytes, chance: random.Random) -> list[int]:
    """The bytes of a file that this run flips."""
    if FLIPS != "all":
        return sorted(chance.sample(range(len(whole)), min(int(FLIPS), len(whole))))
    number, _, count = PART.partition("/")
    return list(range(int(number) - 1, len(whole), int(count)))


def test_any_flipped_byte(vault: Any, tmp_path: Path) -> None:
    contents = small(vault)
    recovery_key = RecoveryKey.from_text(vault.recovery_key)
    names = sorted(path.relative_to(vault.folder) for path in vault.folder.rglob("*") if path.is_file())
    assert {"vault.db", "slots.json", "slots.copy.json", "lock"} <= {path.name for path in names}
    chance = random.Random(time_seed())
    folder = tmp_path / "flipped"
    tried: Counter[tuple[str, str]] = Counter()
    for name in names:
        whole = (vault.folder / name).read_bytes()
        # Only in the slots does it matter what opens the vault; everywhere else the cheapest secret does.
        secrets = (vault.passphrase, recovery_key) if name.name.startswith("slots") else (recovery_key,)
        for place, secret in product(places_in(whole, chance), secrets):
            shutil.copytree(vault.folder, folder)
            damaged = bytearray(whole)
            damaged[place] ^= 1 << chance.randrange(8)
            (folder / name).write_bytes(damaged)
            answer, found = look(folder, secret, vault.now)
            for number, content in found.items():
                assert content in (contents[number], b"refused"), (name, place)
            if answer == "clean":  # harmless: room for a second wrapped key, which nothing reads
                assert found == contents, (name, place)
                assert place in range(96, 160), (name, place)
                assert name.parts[0] == "objects", (name, place)
            tried[name.parts[0] if name.parts[0] == "objects" else name.name, answer] += 1
            shutil.rmtree(folder)
    if FLIPS == "all":
        for (kind, answer), count in sorted(tried.items()):
            print(f"{kind}: {answer}: {count}")


def test_a_flipped_byte_in_what_a_crash_left(vault: Any, tmp_path: Path) -> None:
    """The write-ahead log: what was acknowledged is there, or its loss is said and no original is removed."""
    case = vault.add_case()
    contents = {vault.add_item(case, content).number: content for content in (b"", b"before")}
    vault.reopen()
    contents |= {vault.add_item(case, content).number: content for content in (b"first after", b"second after")}
    crashed = tmp_path / "crashed"
    shutil.copytree(vault.folder, crashed)
    vault.store.close()
    whole = (crashed / "vault.db-wal").read_bytes()
    sealed = sum(1 for path in (crashed / "objects").rglob("*") if path.is_file())
    recovery_key = RecoveryKey.from_text(vault.recovery_key)
    chance = random.Random(time_seed())
    tried: Counter[str] = Counter()
    folder = tmp_path / "flipped"
    shutil.copytree(crashed, folder)
    assert look(folder, recovery_key, vault.now) == ("found", contents), "finished after the crash"
    shutil.rmtree(folder)
    for place in places_in(whole, chance):
        shutil.copytree(crashed, folder)
        damaged = bytearray(whole)
        damaged[place] ^= 1 << chance.randrange(8)
        (folder / "vault.db-wal").write_bytes(damaged)
        with open_store(folder, recovery_key, now=vault.now) as store:
            codes = [repair.code for repair in store.repairs]
            found = {
                one.item.number: store.open_object(one.item.files[0].object_id).read()
                for one in store.items.exhibits(case.id)
            }
            assert found.items() <= contents.items(), place
            if found != contents:
                assert "vault.repair.newest_lost" in codes, place
                assert "vault.repair.unfinished" not in codes, place
            outcome = check(store)
            assert {finding.code for finding in outcome.findings} <= {"vault.damage.unknown_objects"}, place
            assert outcome.objects == len(found), place
        assert sum(1 for path in (folder / "objects").rglob("*") if path.is_file()) == sealed, place
        tried["whole" if found == contents else "said to be cut"] += 1
        shutil.rmtree(folder)
    if FLIPS == "all":
        print(f"vault.db-wal: {dict(tried)}")


def test_a_cut_or_missing_log_after_a_crash_is_said(vault: Any, tmp_path: Path) -> None:
    case = vault.add_case()
    contents = {vault.add_item(case, b"before").number: b"before"}
    vault.reopen()
    contents |= {vault.add_item(case, content).number: content for content in (b"first after", b"second after")}
    crashed = tmp_path / "crashed"
    shutil.copytree(vault.folder, crashed)
    vault.store.close()
    whole = (crashed / "vault.db-wal").read_bytes()
    lengths = [None, 0, 1, 31, 32, 100, len(whole) // 2, len(whole) - 5000, len(whole) - 1]
    for length in lengths:
        folder = tmp_path / "cut"
        shutil.copytree(crashed, folder)
        if length is None:
            (folder / "vault.db-wal").unlink()
        else:
            (folder / "vault.db-wal").write_bytes(whole[:length])
        with open_store(folder, vault.passphrase, now=vault.now) as store:
            found = {
                one.item.number: store.open_object(one.item.files[0].object_id).read()
                for one in store.items.exhibits(case.id)
            }
            assert found.items() <= contents.items(), length
            assert found == contents or store.repairs, length
            assert {finding.code for finding in check(store).findings} <= {"vault.damage.unknown_objects"}, length
        shutil.rmtree(folder)


def time_seed() -> int:
    """Another sample in each run; named in the failure by its place."""
    return int.from_bytes(os.urandom(4), "big")


def test_emptied_cut_swapped_and_missing_files(vault: Any, new_vault: Any, tmp_path: Path) -> None:
    contents = make(vault)
    other = new_vault("other")
    make(other)
    names = sorted(path.relative_to(vault.folder) for path in vault.folder.rglob("*") if path.is_file())
    sealed = [name for name in names if name.parts[0] == "objects"]
    for name in names:
        whole = (vault.folder / name).read_bytes()
        strange = other.folder / (name if name.parts[0] != "objects" else "vault.db")
        swapped = next(one for one in sealed if one != name)
        for damage in (b"", whole[: len(whole) // 2], whole + b"\0", strange.read_bytes(), None, swapped):
            folder = tmp_path / "damaged"
            shutil.copytree(vault.folder, folder)
            if damage is None:
                (folder / name).unlink()
            elif isinstance(damage, bytes):
                (folder / name).write_bytes(damage)
            else:
                shutil.copy(vault.folder / damage, folder / name)
            answer, found = look(folder, vault.passphrase, vault.now)
            for number, content in found.items():
                assert content in (contents[number], b"refused"), (name, damage)
            if name.name != "lock" and damage != whole:
                assert answer != "clean", (name, damage)
            shutil.rmtree(folder)
