"""Vaults of every past version of the tables open for ever.

``golden/tables-N.zip`` was written by the program when N was the newest version. It is never made again: when the
tables get another step, a new one is added (packaging/golden_vault.py).
"""

from __future__ import annotations

import importlib.util
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
    4: "AXBF-J282-V3NE-RM6Q-AVVQ-B0QF-EQ9X-77ET-DHB1",
    5: "N85Z-H0QH-EBJJ-A4TH-J7MX-81C2-5Y1B-TAGN-J2S2",
    6: "5KJB-F17P-DKZ0-0RJD-VXQS-EGD6-E3Z2-68WT-H9B4",
}
PASSPHRASE = Passphrase("golden vault, format 1")


def test_there_is_one_for_every_version() -> None:
    assert sorted(path.name for path in FOLDER.iterdir()) == [f"tables-{n}.zip" for n in range(1, len(STEPS) + 1)]


@pytest.mark.parametrize("version", RECOVERY_KEYS)
def test_it_opens_and_everything_is_there(version: int, tmp_path: Path, now: Any) -> None:
    for number, secret in enumerate((PASSPHRASE, RecoveryKey.from_text(RECOVERY_KEYS[version]))):
        look_into(FOLDER / f"tables-{version}.zip", tmp_path / str(number), secret, version, now)


def look_into(packed_vault: Path, folder: Path, secret: Any, version: int, now: Any) -> None:
    """Everything is there, and the steps that its program did not know are taken."""
    with zipfile.ZipFile(packed_vault) as packed:
        packed.extractall(folder)
    with open_store(folder, secret, now=now, program="test") as store:
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


def test_the_tool_makes_what_is_opened_here(tmp_path: Path, now: Any, repository: Path) -> None:
    spec = importlib.util.spec_from_file_location("golden_vault", repository / "packaging" / "golden_vault.py")
    assert spec is not None and spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    recovery_key = tool.make(tmp_path / "made.zip")
    look_into(tmp_path / "made.zip", tmp_path / "vault", RecoveryKey.from_text(recovery_key), len(STEPS), now)
    assert tool.main() == 1, "one that is there is never made again"


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
