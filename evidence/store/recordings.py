"""Recordings that go on: what is known of one before its first frame, and what a crash left of one.

A recording has a row here from its beginning until the item that cites it is committed. A row that is found at the
next opening is what a crash left: it becomes an item too, and says that it is partial.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec

from evidence.custody import NewEvent, append
from evidence.digest import canonical_json
from evidence.errors import EvidenceError
from evidence.manifest import acquired_facts
from evidence.media import HEAD_SIZE, sniff
from evidence.model import (
    AcquisitionMethod,
    EventKind,
    Examiner,
    Item,
    Moment,
    OriginalFile,
    Tool,
    exhibit_number,
)
from evidence.store.database import Database
from evidence.store.growing import GrowingObject, Remains
from evidence.store.object_format import StoredObject
from evidence.store.objects import ObjectFolder
from evidence.store.records import decode

if TYPE_CHECKING:
    from evidence.store.vault import Finding, Store

PARTIAL = {"completeness": "partial", "ended_by": "interruption"}
"""What is said of a recording that a crash ended."""


@dataclass(frozen=True, slots=True)
class RecordingBegun:
    """What is known of a recording when it begins; the rest of the item follows from its end."""

    case_id: str
    name: str
    """Of the file."""
    method: AcquisitionMethod
    title: str
    acquired: Moment
    tool: Tool
    examiner: Examiner
    source: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    note: str = ""
    lawful_access: str = ""

    def item(self, position: int, stored: StoredObject, media_type: str, facts: dict[str, str]) -> Item:
        """The item of the recording; ``facts`` are what its end added to the source."""
        file = OriginalFile(self.name, stored.digests, media_type, stored.object_id)
        return Item(
            id=str(uuid4()), case_id=self.case_id, number=exhibit_number(position), title=self.title, files=(file,),
            method=self.method, acquired=self.acquired, tool=self.tool, examiner=self.examiner,
            source=self.source | facts, settings=self.settings, note=self.note, lawful_access=self.lawful_access,
        )  # fmt: skip


class Recordings:
    """The recordings that are not items yet. Methods that write stand inside the vault's ``transaction()``."""

    def __init__(self, database: Database, objects: ObjectFolder) -> None:
        self._database = database
        self._objects = objects

    def begin(self, begun: RecordingBegun) -> GrowingObject:
        """Begin a recording. Raises as :meth:`evidence.store.objects.ObjectFolder.begin`, and ``vault.disk_full`` where
        there is hardly room to end it."""
        growing = self._objects.begin()
        try:
            growing.require_room()
            self._database.write(
                "INSERT INTO recordings VALUES (?, ?, ?)", (growing.object_id, begun.case_id, canonical_json(begun))
            )
        except BaseException:
            growing.discard()
            raise
        return growing

    def drop(self, object_id: str) -> None:
        """Forget that a recording goes on."""
        self._database.write("DELETE FROM recordings WHERE object_id = ?", (object_id,))

    def holds(self, object_id: str) -> bool:
        """Whether this object is a recording that is not an item yet."""
        return self._database.row("SELECT 1 FROM recordings WHERE object_id = ?", (object_id,)) is not None

    def all(self) -> tuple[tuple[str, RecordingBegun], ...]:
        """Object id and beginning of each. Raises :class:`EvidenceError` ``vault.record_damaged``."""
        rows = self._database.rows("SELECT object_id, canonical FROM recordings ORDER BY rowid")
        return tuple((object_id, decode(canonical, RecordingBegun)) for object_id, canonical in rows)

    def names(self) -> Iterator[str]:
        """The files that belong to them, as :meth:`ObjectFolder.names` calls them."""
        for (object_id,) in self._database.rows("SELECT object_id FROM recordings"):
            yield from self._objects.growing_names(object_id)

    def remains(self, object_id: str) -> Remains:
        """What a crash left of one."""
        return self._objects.remains(object_id)


def facts_bytes(facts: dict[str, str]) -> bytes:
    """Facts as they stand in the journal of a growing object."""
    return msgspec.json.encode(facts)


def repair(store: Store, now: datetime, found: Callable[..., Finding]) -> Iterator[Finding]:
    """Make items of the recordings that a crash ended. What cannot be repaired now is left for the next opening."""
    for object_id, begun in store.recordings.all():
        try:
            exhibit = _repair_one(store, object_id, begun, now)
        except EvidenceError as problem:
            if problem.code not in ("vault.object_missing", "vault.object_damaged"):
                yield found("vault.repair.recording_waits")
                continue
            exhibit = ""
        with store.transaction():
            store.recordings.drop(object_id)
        if exhibit:
            yield found("vault.repair.recording", {"exhibit": exhibit})
        else:
            yield found("vault.repair.recording_lost")


def _repair_one(store: Store, object_id: str, begun: RecordingBegun, now: datetime) -> str:
    """The exhibit number that the recording got; empty when nothing of it had been kept."""
    remains = store.recordings.remains(object_id)
    facts = _facts(remains.facts)
    if not remains.has_ended:
        facts |= PARTIAL
    stored = store.put_object(remains.stream())
    if stored.digests.size == 0:
        store.delete_object(stored.object_id)
        remains.discard()
        return ""
    with store.open_object(stored.object_id) as stream:
        media_type = sniff(stream.read(HEAD_SIZE))
    with store.transaction():
        store.recordings.drop(object_id)
        position = store.items.next_position(begun.case_id)
        item = begun.item(position, stored, media_type, facts)
        store.items.add(item, position)
        event = NewEvent(
            kind=EventKind.ACQUIRED, recorded_at=now, actor="program", item_id=item.id, facts=acquired_facts(item)
        )
        append(store.log, begun.case_id, [event], signer=store.signer(), recorded_at=now)
    with suppress(EvidenceError):  # the sweep takes them otherwise
        remains.discard()
    return item.number


def _facts(record: bytes) -> dict[str, str]:
    try:
        decoded: Any = msgspec.json.decode(record, type=dict[str, str])
    except msgspec.DecodeError:
        return {}
    return dict(decoded)
