"""A vault with very much in it, for the benchmark: how fast it opens, shows, adds and proves."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from evidence.custody import NewEvent, append, prove_inclusion
from evidence.manifest import acquired_facts
from evidence.model import (
    AcquisitionMethod,
    Case,
    Digests,
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

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
CHEAP_COST = Argon2Cost(memory_kib=8 * 1024, passes=1, lanes=1)
"""What is measured is the vault, not the key derivation."""
_BATCH = 1000
_PAGE = 50
_EARLY = 1000


@dataclass(frozen=True, slots=True)
class LargeVault:
    """Seconds, each the median of several runs but for the opening."""

    unlock_s: float
    """Opening, with the least key derivation that there is."""
    first_page_s: float
    """The list of cases and the first fifty exhibits of one."""
    new_exhibit_s: float
    """An exhibit of 50 KiB, on the disk."""
    new_exhibit_early_s: float
    """The same when the vault held a hundredth."""
    proof_s: float
    """An inclusion proof from somewhere in the middle."""


def measure_large_vault(
    folder: Path, *, exhibits: int, events_each: int, progress: Callable[[float, str], None]
) -> LargeVault:
    """Make a vault in ``folder`` with so many exhibits and measure it. Only a handful of them have bytes.
    Raises what the store raises."""
    passphrase = Passphrase("for measuring alone")
    store, _recovery_key = create(folder, passphrase, now=_NOW, cost=CHEAP_COST)
    case = Case(id=str(uuid4()), title="measured", created_at=_NOW)
    with store:
        with store.transaction():
            store.cases.add(case)
            append(store.log, case.id, [_event(EventKind.CASE_CREATED)], signer=store.signer(), recorded_at=_NOW)
        early = 0.0
        for start in range(0, exhibits, _BATCH):
            if start == _EARLY:
                early = _median(lambda: _add_with_bytes(store, case))
            _fill(store, case, min(_BATCH, exhibits - start), events_each)
            progress(start / exhibits, "filling")
    started = time.perf_counter()
    store = open_store(folder, passphrase, now=_NOW)
    unlock = time.perf_counter() - started
    with store:
        size = store.log.log_size(case.id)
        return LargeVault(
            unlock_s=unlock,
            first_page_s=_median(lambda: (store.cases.all(), store.items.exhibits(case.id, limit=_PAGE))),
            new_exhibit_s=_median(lambda: _add_with_bytes(store, case)),
            new_exhibit_early_s=early,
            proof_s=_median(lambda: prove_inclusion(store.log, case.id, size // 3, size)),
        )


def _fill(store: Store, case: Case, count: int, events_each: int) -> None:
    """Rows and events of exhibits without their sealed files: rows are what grows."""
    events: list[NewEvent] = []
    with store.transaction():
        for _ in range(count):
            name = hashlib.sha256(uuid4().bytes)
            digests = Digests(name.hexdigest(), hashlib.sha512(name.digest()).hexdigest(), 50 * 1024)
            item = _item(store, case, digests, uuid4().hex)
            events.append(_event(EventKind.ACQUIRED, item.id, acquired_facts(item)))
            events += [_event(EventKind.NOTED, item.id, {"sha256": name.hexdigest()})] * (events_each - 1)
        append(store.log, case.id, events, signer=store.signer(), recorded_at=_NOW)


def _add_with_bytes(store: Store, case: Case) -> None:
    sealed = store.put_object(io.BytesIO(UUID(int=1).bytes * 3200))
    with store.transaction():
        item = _item(store, case, sealed.digests, sealed.object_id)
        event = _event(EventKind.ACQUIRED, item.id, acquired_facts(item))
        append(store.log, case.id, [event], signer=store.signer(), recorded_at=_NOW)


def _item(store: Store, case: Case, digests: Digests, object_id: str) -> Item:
    position = store.items.next_position(case.id)
    item = Item(
        id=str(uuid4()), case_id=case.id, number=exhibit_number(position), title="measured",
        files=(OriginalFile("measured.bin", digests, "application/octet-stream", object_id),),
        method=AcquisitionMethod.FILE_IMPORT, acquired=Moment(_NOW, _NOW.isoformat(), "UTC", 0),
        tool=Tool("Holdfast", "0", "3", "bench"), examiner=Examiner(OperatorRole.VICTIM),
    )  # fmt: skip
    store.items.add(item, position)
    return item


def _event(kind: EventKind, item_id: str = "", facts: dict[str, str] | None = None) -> NewEvent:
    return NewEvent(kind=kind, recorded_at=_NOW, actor="program", item_id=item_id, facts=facts or {})


def _median(work: Callable[[], object], runs: int = 7) -> float:
    seconds = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return sorted(seconds)[runs // 2]
