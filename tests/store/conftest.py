"""A vault that opens in milliseconds, and values to put into it."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence.custody import NewEvent, append
from evidence.manifest import acquired_facts
from evidence.model import (
    AcquisitionMethod,
    Case,
    EventKind,
    Examiner,
    Item,
    Moment,
    OperatorRole,
    OriginalFile,
    Tool,
    exhibit_number,
)
from evidence.store import Argon2Cost, Passphrase, Store, create, open_store

NOW = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
CHEAP = Argon2Cost(memory_kib=8 * 1024, passes=1, lanes=1)


@dataclass
class Vault:
    """A vault under test: where it stands, what opens it, and the open store."""

    folder: Path
    passphrase: Passphrase
    recovery_key: str
    store: Store
    now: datetime = NOW
    cost: Argon2Cost = CHEAP

    def reopen(self) -> Store:
        """Close and open again."""
        self.store.close()
        self.store = open_store(self.folder, self.passphrase, now=NOW)
        return self.store

    def add_case(self, title: str = "A case") -> Case:
        """A new case with its first event."""
        case = Case(id=str(uuid.uuid4()), title=title, created_at=NOW)
        with self.store.transaction():
            self.store.cases.add(case)
            self.event(case.id, EventKind.CASE_CREATED)
        return case

    def add_item(self, case: Case, *contents: bytes, title: str = "An item") -> Item:
        """An item with one file for each content: sealed, then row, event and head in one transaction."""
        sealed = [self.store.put_object(io.BytesIO(content)) for content in contents]
        with self.store.transaction():
            position = self.store.items.next_position(case.id)
            item = Item(
                id=str(uuid.uuid4()), case_id=case.id, number=exhibit_number(position), title=title,
                files=tuple(
                    OriginalFile(f"file-{index}.bin", one.digests, "application/octet-stream", one.object_id)
                    for index, one in enumerate(sealed)
                ),
                method=AcquisitionMethod.FILE_IMPORT,
                acquired=Moment(at=NOW, local="2026-05-04T12:02:01+09:00", timezone="Asia/Seoul", utc_offset_s=32400),
                tool=Tool(name="Holdfast", version="0", python="3", system="test"),
                examiner=Examiner(role=OperatorRole.VICTIM, name="홍길동"),
            )  # fmt: skip
            self.store.items.add(item, position)
            self.event(case.id, EventKind.ACQUIRED, item.id, acquired_facts(item))
        return item

    def event(self, log_id: str, kind: EventKind, item_id: str = "", facts: dict[str, str] | None = None) -> None:
        """Append one event inside an open transaction."""
        new = NewEvent(kind=kind, recorded_at=NOW, actor="victim", item_id=item_id, facts=facts or {})
        append(self.store.log, log_id, [new], signer=self.store.signer(), recorded_at=NOW)


@pytest.fixture
def now() -> datetime:
    """The moment of the tests."""
    return NOW


@pytest.fixture
def cheap() -> Argon2Cost:
    """A cost for tests: the least that the program would run at all."""
    return CHEAP


@pytest.fixture
def new_vault(tmp_path: Path) -> Iterator[Callable[[str], Vault]]:
    """Makes vaults by name."""
    made: list[Vault] = []

    def make(name: str) -> Vault:
        passphrase = Passphrase("correct horse battery staple")
        folder = tmp_path / name
        store, recovery_key = create(folder, passphrase, now=NOW, cost=CHEAP)
        made.append(Vault(folder, passphrase, recovery_key, store))
        return made[-1]

    yield make
    for vault in made:
        vault.store.close()


@pytest.fixture
def vault(new_vault: Callable[[str], Vault]) -> Vault:
    """An empty, open vault."""
    return new_vault("vault")
