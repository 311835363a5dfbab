"""Keeping less of an original: a reduced copy, its digests alone, or no more than the log's word that it was there.

The log never loses an event, and the digests of an original stay in it for ever. What deletion cannot promise: flash
memory and backups may hold the sealed bytes on; without the vault's key they are noise.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from enum import StrEnum

from evidence.digest import canonical_json
from evidence.errors import EvidenceError
from evidence.model import Item
from evidence.store.database import Database
from evidence.store.object_format import StoredObject
from evidence.store.objects import ObjectFolder
from evidence.store.records import decode


class Kept(StrEnum):
    """What is kept of an original; each step keeps less than the one before."""

    FULL = "full"
    COPY = "copy"
    """A reduced copy, blurred for instance, and the digests of the original."""
    DIGEST = "digest"
    """The digests of the original, and what was recorded about it."""
    NOTHING = "nothing"
    """The custody log alone; title, notes and scores go too."""


_ORDER = tuple(Kept)


class Retention:
    """What is kept of the originals. Writing methods stand inside the vault's ``transaction()``, together with the
    event that says so (REDUCED or DESTROYED)."""

    def __init__(self, database: Database, adopt: Callable[[str], None]) -> None:
        self._database = database
        self._adopt = adopt

    def kept(self, object_id: str) -> Kept:
        """What is kept of an original. Raises :class:`EvidenceError` ``vault.no_such_item``."""
        row = self._database.row("SELECT kept FROM objects WHERE id = ?", (object_id,))
        if row is None:
            raise EvidenceError("vault.no_such_item")
        return Kept(row[0])

    def is_reduced(self, object_id: str) -> bool:
        """Whether this is an original that is no longer kept in full."""
        row = self._database.row("SELECT kept FROM objects WHERE id = ?", (object_id,))
        return row is not None and row[0] != Kept.FULL

    def copy_of(self, object_id: str) -> str:
        """The object that holds the reduced copy of an original; empty when there is none."""
        row = self._database.row("SELECT copy_id FROM objects WHERE id = ?", (object_id,))
        return str(row[0]) if row and row[0] else ""

    def reduce(self, object_id: str, kept: Kept, copy: StoredObject | None = None) -> None:
        """Keep less of an original. Its sealed bytes are erased after the commit; ``copy`` is the sealed reduced copy.

        Raises :class:`EvidenceError` ``vault.kept_less_already`` when no more than that is kept,
        ``vault.no_such_item``, and ``ValueError`` when ``copy`` does not fit ``kept``.
        """
        if (copy is not None) != (kept is Kept.COPY):
            raise ValueError("a copy belongs to Kept.COPY alone")
        present = self.kept(object_id)
        if _ORDER.index(kept) <= _ORDER.index(present):
            raise EvidenceError("vault.kept_less_already")
        previous = self.copy_of(object_id) or object_id
        if present in (Kept.FULL, Kept.COPY):
            self._database.write("INSERT INTO erasures VALUES (?)", (previous,))
        self._database.write(
            "UPDATE objects SET kept = ?, copy_id = ?, copy_sha256 = ?, copy_size = ? WHERE id = ?",
            (
                kept, copy.object_id if copy else None, copy.digests.sha256 if copy else None,
                copy.digests.size if copy else None, object_id,
            ),
        )  # fmt: skip
        if copy is not None:
            self._adopt(copy.object_id)

    def forget_words(self, item_id: str) -> None:
        """Take away what people wrote about an item: title, note, statement, later notes, tags and scores.

        Raises :class:`EvidenceError` ``vault.no_such_item``.
        """
        row = self._database.row("SELECT canonical FROM items WHERE id = ?", (item_id,))
        if row is None:
            raise EvidenceError("vault.no_such_item")
        bare = replace(decode(row[0], Item), title="", note="", lawful_access="")
        self._database.write("UPDATE items SET title = '', canonical = ? WHERE id = ?", (canonical_json(bare), item_id))
        self._database.write("DELETE FROM notes WHERE item_id = ?", (item_id,))
        self._database.write("DELETE FROM tags WHERE item_id = ?", (item_id,))
        self._database.write("DELETE FROM changes WHERE item_id = ?", (item_id,))
        self._database.write("DELETE FROM moments WHERE item_id = ?", (item_id,))
        self._database.write("DELETE FROM scores WHERE item_id = ?", (item_id,))

    def erase(self, objects: ObjectFolder) -> None:
        """Erase what is to go, outside a transaction; what cannot be erased now is tried again at the next opening."""
        for (object_id,) in self._database.rows("SELECT object_id FROM erasures"):
            with suppress(EvidenceError):
                objects.erase(object_id)
                with self._database.transaction():
                    self._database.write("DELETE FROM erasures WHERE object_id = ?", (object_id,))
