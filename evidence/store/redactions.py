"""Redacted copies, their records, and the commitments that they rest on. Originals are never touched here.

Every writing method stands inside the vault's ``transaction()``, together with the event that says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from evidence.digest import canonical_json
from evidence.errors import EvidenceError
from evidence.model import CopyForPackage, CustodyEvent, EventKind, RedactedCopy
from evidence.store.database import Database
from evidence.store.records import decode


@dataclass(frozen=True, slots=True)
class Commitment:
    """What the log has fixed of one original: the root over all its parts, and the seed of their salts. With the
    original and the seed, anyone computes the root anew; the seed leaves the vault only by the person's will."""

    seed: bytes
    root: str


class Redactions:
    """The redacted copies of all items. ``adopt`` is told of every object that an added copy cites."""

    def __init__(self, database: Database, adopt: Callable[[str], None]) -> None:
        self._database = database
        self._adopt = adopt

    def commitment(self, item_id: str, file_index: int) -> Commitment | None:
        """The commitment to one original, if the log has fixed one."""
        row = self._database.row(
            "SELECT seed, root FROM commitments WHERE item_id = ? AND file_index = ?", (item_id, file_index)
        )
        return None if row is None else Commitment(bytes(row[0]), row[1])

    def commit(self, item_id: str, file_index: int, commitment: Commitment) -> None:
        """Keep the one commitment to an original."""
        self._database.write(
            "INSERT INTO commitments VALUES (?, ?, ?, ?)", (item_id, file_index, commitment.seed, commitment.root)
        )

    def add(self, made: CopyForPackage) -> None:
        """Keep a redacted copy and its record."""
        copy = made.copy
        self._database.write(
            "INSERT INTO redactions (name, item_id, file_index, object_id, sha256, size, canonical, record)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                copy.id, copy.item_id, copy.file_index, copy.object_id, copy.digests.sha256, copy.digests.size,
                canonical_json(copy), made.record,
            ),
        )  # fmt: skip
        self._adopt(copy.object_id)

    def of_item(self, item_id: str) -> tuple[RedactedCopy, ...]:
        """The redacted copies of an item, the newest first."""
        rows = self._database.rows("SELECT canonical FROM redactions WHERE item_id = ? ORDER BY id DESC", (item_id,))
        return tuple(decode(canonical, RedactedCopy) for (canonical,) in rows)

    def newest(self, item_id: str) -> tuple[CopyForPackage, ...]:
        """Of each file of an item that has redacted copies the newest one, in order of the files."""
        rows = self._database.rows(
            "SELECT canonical, record FROM redactions WHERE id IN"
            " (SELECT max(id) FROM redactions WHERE item_id = ? GROUP BY file_index) ORDER BY file_index",
            (item_id,),
        )
        return tuple(CopyForPackage(decode(canonical, RedactedCopy), bytes(record)) for canonical, record in rows)

    def items_with_copies(self, case_id: str) -> frozenset[str]:
        """Ids of the items of a case that have redacted copies."""
        rows = self._database.rows(
            "SELECT DISTINCT item_id FROM redactions JOIN items ON items.id = item_id WHERE case_id = ?", (case_id,)
        )
        return frozenset(item_id for (item_id,) in rows)

    def get(self, item_id: str, name: str) -> RedactedCopy:
        """One redacted copy of an item. Raises :class:`EvidenceError` ``redaction.unknown``."""
        row = self._database.row("SELECT canonical FROM redactions WHERE item_id = ? AND name = ?", (item_id, name))
        if row is None:
            raise EvidenceError("redaction.unknown")
        return decode(row[0], RedactedCopy)

    def record(self, name: str) -> bytes:
        """The record of a redacted copy, canonical JSON. Raises :class:`EvidenceError` ``redaction.unknown``."""
        row = self._database.row("SELECT record FROM redactions WHERE name = ?", (name,))
        if row is None:
            raise EvidenceError("redaction.unknown")
        return bytes(row[0])

    def remove(self, copy: RedactedCopy) -> None:
        """Take a redacted copy back; its sealed bytes are erased after the commit."""
        self._database.write("INSERT INTO erasures VALUES (?)", (copy.object_id,))
        self._database.write("DELETE FROM redactions WHERE name = ?", (copy.id,))

    def forget(self, item_id: str) -> None:
        """Take back every redacted copy of an item, and forget its seeds: with them guesses could be checked."""
        for copy in self.of_item(item_id):
            self.remove(copy)
        self._database.write("DELETE FROM commitments WHERE item_id = ?", (item_id,))

    def are_logged(self, item_id: str, events: Iterable[CustodyEvent]) -> bool:
        """Whether the log (``events`` about the item) says of each redacted copy what its record says, and of each
        commitment its root."""
        redacted, roots = set(), set()
        for event in events:
            if event.kind is EventKind.REDACTED:
                redacted.add((event.facts.get("copy_sha256"), event.facts.get("record_sha256")))
            elif event.kind is EventKind.COMMITTED:
                roots.add(event.facts.get("root"))
        rows = self._database.rows("SELECT canonical, record FROM redactions WHERE item_id = ?", (item_id,))
        kept = set()
        for canonical, record in rows:
            copy = decode(canonical, RedactedCopy)
            if hashlib.sha256(record).hexdigest() != copy.record_sha256:
                return False
            kept.add((copy.digests.sha256, copy.record_sha256))
        fixed = {root for (root,) in self._database.rows("SELECT root FROM commitments WHERE item_id = ?", (item_id,))}
        return kept <= redacted and fixed <= roots
