"""Cases, items, notes, scores and packages: model values as canonical JSON, with columns to find them by.

Every writing method stands inside the vault's ``transaction()``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

import msgspec

from evidence.digest import canonical_json
from evidence.errors import EvidenceError
from evidence.model import Case, Exhibit, Item, Note, PackageMade, ScoreReport
from evidence.store.database import Database

T = TypeVar("T")


def decode(record: bytes, kind: type[T]) -> T:
    """A model value from its record. Raises :class:`EvidenceError` ``vault.record_damaged``."""
    try:
        return msgspec.json.decode(record, type=kind)
    except msgspec.DecodeError as problem:
        raise EvidenceError("vault.record_damaged") from problem


class CaseRecords:
    """The cases of a vault."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, case: Case) -> None:
        """Keep a new case; ``item_count`` is not stored but counted."""
        self._database.write(
            "INSERT INTO cases (id, title, created_at) VALUES (?, ?, ?)",
            (case.id, case.title, case.created_at.isoformat()),
        )

    def rename(self, case_id: str, title: str) -> None:
        """Give a case another title. Raises :class:`EvidenceError` ``vault.no_such_case``."""
        if not self._database.write("UPDATE cases SET title = ? WHERE id = ? RETURNING 1", (title, case_id)):
            raise EvidenceError("vault.no_such_case")

    def get(self, case_id: str) -> Case:
        """One case. Raises :class:`EvidenceError` ``vault.no_such_case``."""
        found = self._select("WHERE id = ?", (case_id,))
        if not found:
            raise EvidenceError("vault.no_such_case")
        return found[0]

    def all(self) -> tuple[Case, ...]:
        """All cases, the oldest first."""
        return tuple(self._select("ORDER BY created_at, rowid", ()))

    def _select(self, clause: str, values: Sequence[object]) -> list[Case]:
        # Positions are given out with their items and never again, so the last one counts them without reading all.
        columns = (
            "SELECT id, title, created_at,"
            " (SELECT coalesce(max(position), 0) FROM items WHERE case_id = cases.id) FROM cases "
        )
        rows = self._database.rows(columns + clause, values)
        return [Case(id=row[0], title=row[1], created_at=_moment(row[2]), item_count=row[3]) for row in rows]


class ItemRecords:
    """The items of all cases, with their scores. ``adopt`` is told of every object that an added item cites."""

    def __init__(self, database: Database, adopt: Callable[[str], None]) -> None:
        self._database = database
        self._adopt = adopt

    def next_position(self, case_id: str) -> int:
        """Take the next position of a case, from 1; given back only when the transaction is undone.

        Raises :class:`EvidenceError` ``vault.no_such_case``.
        """
        rows = self._database.write(
            "UPDATE cases SET last_position = last_position + 1 WHERE id = ? RETURNING last_position", (case_id,)
        )
        if not rows:
            raise EvidenceError("vault.no_such_case")
        return int(rows[0][0])

    def add(self, item: Item, position: int) -> None:
        """Keep a new item and the objects that its files cite; they belong to it from the commit on."""
        self._database.write(
            "INSERT INTO items (id, case_id, position, number, title, method, acquired_at, canonical)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                item.id, item.case_id, position, item.number, item.title, item.method,
                item.acquired.at.isoformat(), canonical_json(item),
            ),
        )  # fmt: skip
        for index, file in enumerate(item.files):
            self._database.write(
                "INSERT INTO objects (id, item_id, file_index, sha256, size) VALUES (?, ?, ?, ?, ?)",
                (file.object_id, item.id, index, file.digests.sha256, file.digests.size),
            )
            self._adopt(file.object_id)

    def rename(self, item_id: str, title: str) -> Item:
        """Give an item another title: the only part of it that may change. Raises ``vault.no_such_item``."""
        changed = replace(self.get(item_id), title=title)
        self._database.write(
            "UPDATE items SET title = ?, canonical = ? WHERE id = ?", (title, canonical_json(changed), item_id)
        )
        return changed

    def get(self, item_id: str) -> Item:
        """One item. Raises :class:`EvidenceError` ``vault.no_such_item`` or ``vault.record_damaged``."""
        row = self._database.row("SELECT canonical FROM items WHERE id = ?", (item_id,))
        if row is None:
            raise EvidenceError("vault.no_such_item")
        return decode(row[0], Item)

    def by_number(self, case_id: str, number: str) -> Item:
        """The item with this exhibit number. Raises :class:`EvidenceError` ``vault.no_such_item``."""
        row = self._database.row("SELECT canonical FROM items WHERE case_id = ? AND number = ?", (case_id, number))
        if row is None:
            raise EvidenceError("vault.no_such_item")
        return decode(row[0], Item)

    def count(self, case_id: str) -> int:
        """Number of items of a case."""
        row = self._database.row("SELECT count(*) FROM items WHERE case_id = ?", (case_id,))
        return int(row[0]) if row else 0

    def exhibits(self, case_id: str, *, after: int = 0, limit: int = -1) -> tuple[Exhibit, ...]:
        """Items with their newest scores in order of position: those ``after`` a position, ``limit`` at most."""
        rows = self._database.rows(
            "SELECT canonical, (SELECT canonical FROM scores WHERE item_id = items.id ORDER BY id DESC LIMIT 1)"
            " FROM items WHERE case_id = ? AND position > ? ORDER BY position LIMIT ?",
            (case_id, after, limit),
        )
        return tuple(
            Exhibit(item=decode(item, Item), score=None if score is None else decode(score, ScoreReport))
            for item, score in rows
        )

    def ids(self, case_id: str) -> Iterator[tuple[str, str]]:
        """Id and exhibit number of every item of a case, in order of position."""
        rows = self._database.each("SELECT id, number FROM items WHERE case_id = ? ORDER BY position", (case_id,))
        yield from ((item_id, number) for item_id, number in rows)

    def sealed(self, item_id: str) -> tuple[tuple[str, str, int], ...]:
        """The objects kept of an item, originals and reduced copies, in order of its files: id, SHA-256, size."""
        rows = self._database.rows(
            "SELECT id, sha256, size FROM sealed WHERE item_id = ? ORDER BY file_index", (item_id,)
        )
        return tuple((object_id, sha256, int(size)) for object_id, sha256, size in rows)

    def get_checked(self, item_id: str) -> Item:
        """One item, after holding its columns against it.

        Raises :class:`EvidenceError` ``vault.record_damaged`` when they differ, and as :meth:`get`.
        """
        item = self.get(item_id)
        columns = self._database.row(
            "SELECT id, case_id, number, title, method, acquired_at, canonical FROM items WHERE id = ?", (item_id,)
        )
        expected = (item.id, item.case_id, item.number, item.title, item.method.value, item.acquired.at.isoformat())
        files = self._database.rows(
            "SELECT id, sha256, size FROM objects WHERE item_id = ? ORDER BY file_index", (item_id,)
        )
        stated = [(file.object_id, file.digests.sha256, file.digests.size) for file in item.files]
        if columns is None or columns != (*expected, canonical_json(item)) or files != stated:
            raise EvidenceError("vault.record_damaged")
        return item

    def each_object(self) -> Iterator[tuple[str, str, int]]:
        """Every object that is kept: its id, its exhibit with the case's title, the size of its content."""
        rows = self._database.each(
            "SELECT sealed.id, items.number || ' (' || cases.title || ')', sealed.size FROM sealed"
            " JOIN items ON items.id = sealed.item_id JOIN cases ON cases.id = items.case_id"
            " ORDER BY items.case_id, items.position, sealed.file_index"
        )
        yield from ((object_id, exhibit, int(size)) for object_id, exhibit, size in rows)

    def total_size(self) -> int:
        """Bytes of everything that is kept."""
        row = self._database.row("SELECT coalesce(sum(size), 0) FROM sealed")
        return int(row[0]) if row else 0

    def same_content(self, case_id: str, sha256: str) -> tuple[Item, ...]:
        """Items of a case that hold a file with this digest already."""
        rows = self._database.rows(
            "SELECT DISTINCT items.canonical, items.position FROM objects JOIN items ON items.id = objects.item_id"
            " WHERE objects.sha256 = ? AND items.case_id = ? ORDER BY items.position",
            (sha256, case_id),
        )
        return tuple(decode(canonical, Item) for canonical, _position in rows)

    def cites(self, object_id: str) -> bool:
        """Whether this object is to be kept: an item's file, or the reduced copy of one."""
        return self._database.row("SELECT 1 FROM sealed WHERE id = ?", (object_id,)) is not None

    def add_score(self, report: ScoreReport) -> None:
        """Keep a score; earlier ones stay."""
        self._database.write(
            "INSERT INTO scores (item_id, scored_at, canonical) VALUES (?, ?, ?)",
            (report.item_id, report.scored_at.isoformat(), canonical_json(report)),
        )

    def scores(self, item_id: str) -> tuple[ScoreReport, ...]:
        """All scores of an item, the newest first."""
        rows = self._database.rows("SELECT canonical FROM scores WHERE item_id = ? ORDER BY id DESC", (item_id,))
        return tuple(decode(canonical, ScoreReport) for (canonical,) in rows)

    def add_note(self, note: Note) -> None:
        """Keep a note."""
        self._database.write(
            "INSERT INTO notes (case_id, item_id, written_at, author, text) VALUES (?, ?, ?, ?, ?)",
            (note.case_id, note.item_id or None, note.written_at.isoformat(), note.author, note.text),
        )

    def notes(self, case_id: str, item_id: str = "") -> tuple[Note, ...]:
        """Notes about an item, or about the whole case, the oldest first."""
        rows = self._database.rows(
            "SELECT written_at, author, text, id FROM notes WHERE case_id = ? AND item_id IS ? ORDER BY id",
            (case_id, item_id or None),
        )
        return tuple(Note(case_id, item_id, _moment(at), author, text, int(own)) for at, author, text, own in rows)

    def all_notes(self, case_id: str) -> tuple[Note, ...]:
        """Every note of a case, about it or about one of its items, the oldest first."""
        rows = self._database.rows(
            "SELECT coalesce(item_id, ''), written_at, author, text, id FROM notes WHERE case_id = ? ORDER BY id",
            (case_id,),
        )
        return tuple(Note(case_id, item, _moment(at), author, text, int(own)) for item, at, author, text, own in rows)


class PackageRecords:
    """Packages that were made."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, case_id: str, made: PackageMade) -> None:
        """Keep what packaging left behind."""
        self._database.write(
            "INSERT INTO packages (id, case_id, created_at, record) VALUES (?, ?, ?, ?)",
            (made.package_id, case_id, made.created_at.isoformat(), canonical_json(made)),
        )

    def of_case(self, case_id: str) -> tuple[PackageMade, ...]:
        """Packages of a case, the oldest first."""
        rows = self._database.rows("SELECT record FROM packages WHERE case_id = ? ORDER BY created_at, id", (case_id,))
        return tuple(decode(record, PackageMade) for (record,) in rows)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as problem:
        raise EvidenceError("vault.record_damaged") from problem
