"""Single facts of the vault and the person's settings, by name."""

from __future__ import annotations

import json
from typing import Any

from evidence.errors import EvidenceError
from evidence.store.database import Database


class Facts:
    """What the vault knows about itself: ``vault_id``, ``slots`` …"""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str) -> bytes:
        """The bytes of a fact. Raises :class:`EvidenceError` ``vault.record_damaged`` when there are none."""
        row = self._database.row("SELECT value FROM facts WHERE name = ?", (name,))
        if row is None:
            raise EvidenceError("vault.record_damaged")
        return bytes(row[0])

    def has(self, name: str) -> bool:
        """Whether there is such a fact."""
        return self._database.row("SELECT 1 FROM facts WHERE name = ?", (name,)) is not None

    def drop(self, name: str) -> None:
        """Forget a fact. Inside ``transaction()``."""
        self._database.write("DELETE FROM facts WHERE name = ?", (name,))

    def put(self, name: str, value: bytes) -> None:
        """Keep a fact, replacing what was there. Inside ``transaction()``."""
        self._database.write("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))


class VaultSettings:
    """Settings that belong to the vault and may say something about the person; values are JSON."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a setting, or ``default``. Raises :class:`EvidenceError` ``vault.record_damaged``."""
        row = self._database.row("SELECT value FROM settings WHERE name = ?", (name,))
        if row is None:
            return default
        try:
            return json.loads(row[0])
        except ValueError as problem:
            raise EvidenceError("vault.record_damaged") from problem

    def put(self, name: str, value: Any) -> None:
        """Keep a setting. Inside ``transaction()``."""
        text = json.dumps(value, ensure_ascii=False)
        self._database.write("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, text))

    def all(self) -> dict[str, Any]:
        """All settings."""
        return {name: self.get(name) for (name,) in self._database.rows("SELECT name FROM settings ORDER BY name")}
