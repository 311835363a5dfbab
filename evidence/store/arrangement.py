"""The order in which the exhibits of a case are shown and handed over, where a person chose one.

An item that nobody moved has the place ``position * STEP`` (the view ``arranged``); one that was moved stands between
the places of its new neighbours. Every writing method stands inside the vault's ``transaction()``.
"""

from __future__ import annotations

from collections.abc import Sequence

from evidence.store.database import Database

STEP = 1 << 20
"""Between the places of items that nobody moved: so often can something be put between the same two, halved each time,
before all places are given anew."""


class Arrangement:
    """The orders of all cases."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def is_arranged(self, case_id: str) -> bool:
        """Whether anything of a case was moved."""
        return self._database.row("SELECT 1 FROM places WHERE case_id = ? LIMIT 1", (case_id,)) is not None

    def order(self, case_id: str) -> list[str]:
        """The ids of all items of a case, in order."""
        rows = self._database.rows("SELECT id FROM arranged WHERE case_id = ? ORDER BY place, position", (case_id,))
        return [str(item_id) for (item_id,) in rows]

    def put(self, case_id: str, item_id: str, before_id: str) -> None:
        """Put an item before another one; the empty id: behind all."""
        for _attempt in range(2):
            low, high = self._gap(case_id, item_id, before_id)
            if high - low > 1:
                self._database.write(
                    "INSERT OR REPLACE INTO places VALUES (?, ?, ?)", (item_id, case_id, (low + high) // 2)
                )
                return
            self._database.write_many(
                "INSERT OR REPLACE INTO places VALUES (?, ?, ?)",
                [(one, case_id, number * STEP) for number, one in enumerate(self.order(case_id), 1)],
            )

    def places(self, case_id: str) -> list[tuple[str, int]]:
        """The places that were given, to be put back by :meth:`restore`."""
        rows = self._database.rows("SELECT item_id, place FROM places WHERE case_id = ?", (case_id,))
        return [(str(item_id), int(place)) for item_id, place in rows]

    def restore(self, case_id: str, places: Sequence[tuple[str, int]]) -> None:
        """Give these places and no others; none: the order of the exhibit numbers."""
        self._database.write("DELETE FROM places WHERE case_id = ?", (case_id,))
        self._database.write_many(
            "INSERT INTO places VALUES (?, ?, ?)", [(item_id, case_id, place) for item_id, place in places]
        )

    def _gap(self, case_id: str, item_id: str, before_id: str) -> tuple[int, int]:
        """The places that the new one must stand between."""
        if before_id:
            high = self._number("SELECT place FROM arranged WHERE case_id = ? AND id = ?", case_id, before_id)
        else:  # before the place that the next item to come in will have
            high = self._number("SELECT (max(position) + 1) * ? FROM items WHERE case_id = ?", STEP, case_id)
        below = "SELECT max(place) FROM arranged WHERE case_id = ? AND id <> ? AND place < ?"
        return self._number(below, case_id, item_id, high), high

    def _number(self, sql: str, *values: object) -> int:
        row = self._database.row(sql, values)
        return int(row[0] or 0) if row else 0
