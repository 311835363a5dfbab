"""Items that may show a person under age: their content stays sealed and is given to nobody through this program.

:meth:`evidence.store.vault.Store.open_object` asks here before it opens anything, so that no path leads around it.
"""

from __future__ import annotations

from datetime import datetime

from evidence.store.database import Database


class Quarantine:
    """Which items are held back. Nothing takes an item out again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, item_id: str, answer: str, at: datetime) -> None:
        """Hold an item back, inside ``transaction()``, together with the event that says so."""
        self._database.write("INSERT INTO quarantine VALUES (?, ?, ?)", (item_id, at.isoformat(), answer))

    def holds(self, item_id: str) -> bool:
        """Whether this item is held back."""
        return self._database.row("SELECT 1 FROM quarantine WHERE item_id = ?", (item_id,)) is not None

    def holds_object(self, object_id: str) -> bool:
        """Whether this object, an original, a reduced or a redacted copy, belongs to an item that is held back."""
        found = self._database.row(
            "SELECT 1 FROM sealed JOIN quarantine USING (item_id) WHERE sealed.id = ?", (object_id,)
        )
        return found is not None

    def of_case(self, case_id: str) -> dict[str, str]:
        """The items of a case that are held back, with the answer that was given, by item id."""
        rows = self._database.rows(
            "SELECT item_id, answer FROM quarantine CROSS JOIN items ON items.id = item_id WHERE case_id = ?"
            " ORDER BY position",
            (case_id,),
        )
        return {str(item_id): str(answer) for item_id, answer in rows}
