"""Vaults of every past version of the tables open for ever.

``golden/tables-N.zip`` was written by the program when N was the newest version. It is never made again: when the
tables get another step, a new one is added.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

from evidence.errors import EvidenceError
from evidence.store import Passphrase, RecoveryKey, check, open_store
from evidence.store.database import Database
from evidence.store.migrations import STEPS, migrate

FOLDER = Path(__file__).parent / "golden"
RECOVERY_KEYS = {
    1: "G182-D581-9MFJ-XDRF-K46T-JDJZ-VRQD-61WX-XS2S",
    2: "C8P2-P4XD-0D57-4H6N-0FN9-R6JE-H3PK-6C0B-ZZ2D",
    3: "AXBF-J282-V3NE-RM6Q-AVVQ-B0QF-EQ9X-77ET-DHB1",
}
PASSPHRASE = Passphrase("golden vault, format 1")


def test_there_is_one_for_every_version() -> None:
    assert sorted(path.name for path in FOLDER.iterdir()) == [f"tables-{n}.zip" for n in range(1, len(STEPS) + 1)]


@pytest.mark.parametrize("version", RECOVERY_KEYS)
def test_it_opens_and_everything_is_there(version: int, tmp_path: Path, now: Any) -> None:
    with zipfile.ZipFile(FOLDER / f"tables-{version}.zip") as packed:
        packed.extractall(tmp_path)
    for secret in (PASSPHRASE, RecoveryKey.from_text(RECOVERY_KEYS[version])):
        with open_store(tmp_path, secret, now=now, program="test") as store:
            outcome = check(store)
            assert outcome.findings == ()
            assert (outcome.objects, outcome.items, outcome.events, outcome.heads) == (2, 2, 3, 3)
            (case,) = store.cases.all()
            exhibits = store.items.exhibits(case.id)
            assert (case.title, [one.item.title for one in exhibits]) == ("황금 Golden", ["제목 1", "제목 2"])
            contents = [store.open_object(one.item.files[0].object_id).read() for one in exhibits]
            assert contents == [b"first content\n", bytes(range(256)) * 20]
            assert store.settings.get("language") == "ko"
            steps = store._database.rows("SELECT version, program FROM migrations ORDER BY version")
            assert steps == [(n, "0.1.0" if n <= version else "test") for n in range(1, len(STEPS) + 1)]


def test_a_step_that_fails_changes_nothing(tmp_path: Path, now: Any) -> None:
    database = Database(tmp_path / "x.db", bytes(32))
    assert migrate(database, now, "a", STEPS[:1]) == [1]
    broken = (*STEPS[:1], ("CREATE TABLE one (x)", "no such statement"))
    with pytest.raises(Exception, match="syntax"):
        migrate(database, now, "b", broken)
    assert database.row("SELECT 1 FROM sqlite_master WHERE name = 'one'") is None
    assert database.row("SELECT max(version) FROM migrations") == (1,)
    assert migrate(database, now, "c") == list(range(2, len(STEPS) + 1))
    assert migrate(database, now, "d") == []
    with pytest.raises(EvidenceError, match="newer_version"):
        migrate(database, now, "e", STEPS[:1])
    database.close()
