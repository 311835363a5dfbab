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
        sql = "SELECT id FROM items WHERE case_id = ? ORDER BY position"
        if self.is_arranged(case_id):
            sql = "SELECT id FROM arranged WHERE case_id = ? ORDER BY place, position"
        rows = self._database.rows(sql, (case_id,))
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

    def place(self, item_id: str) -> int:
        """Where an item stands."""
        return self._number("SELECT place FROM arranged WHERE id = ?", item_id)

    def following(self, case_id: str, place: int, but: str = "") -> str:
        """The id of the first item behind a place, leaving ``but`` out; empty where there is none."""
        moved = self._database.row(
            "SELECT place, item_id FROM places WHERE case_id = ? AND place > ? AND item_id <> ? ORDER BY place LIMIT 1",
            (case_id, place, but),
        )
        unmoved = self._database.row(
            "SELECT position * 1048576, id FROM items WHERE case_id = ? AND position > ? AND id <> ?"
            " AND id NOT IN (SELECT item_id FROM places) ORDER BY position LIMIT 1",
            (case_id, place // STEP, but),
        )
        return str(min(found for found in (moved, unmoved, (1 << 62, "")) if found is not None)[1])

    def preceding(self, case_id: str, place: int, but: str = "") -> str:
        """The id of the last item before a place, leaving ``but`` out; empty where there is none."""
        return self._before(case_id, place, but)[1]

    def _before(self, case_id: str, place: int, but: str) -> tuple[int, str]:
        moved = self._database.row(
            "SELECT place, item_id FROM places WHERE case_id = ? AND place < ? AND item_id <> ?"
            " ORDER BY place DESC LIMIT 1",
            (case_id, place, but),
        )
        unmoved = self._database.row(
            "SELECT position * 1048576, id FROM items WHERE case_id = ? AND position < ? AND id <> ?"
            " AND id NOT IN (SELECT item_id FROM places) ORDER BY position DESC LIMIT 1",
            (case_id, -(-place // STEP), but),
        )
        at, item_id = max(found for found in (moved, unmoved, (0, "")) if found is not None)
        return int(at), str(item_id)

    def _gap(self, case_id: str, item_id: str, before_id: str) -> tuple[int, int]:
        """The places that the new one must stand between."""
        if before_id:
            high = self.place(before_id)
        else:  # before the place that the next item to come in will have
            high = self._number("SELECT (max(position) + 1) * ? FROM items WHERE case_id = ?", STEP, case_id)
        return self._before(case_id, high, item_id)[0], high

    def _number(self, sql: str, *values: object) -> int:
        row = self._database.row(sql, values)
        return int(row[0] or 0) if row else 0
