"""The tables, as forward-only steps. Each step runs in one transaction and is recorded; a newer vault is refused."""

from __future__ import annotations

from datetime import datetime

from evidence.errors import EvidenceError
from evidence.store.database import Database

STEPS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE facts (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
        """CREATE TABLE slots (
            id TEXT PRIMARY KEY, kind TEXT NOT NULL, label TEXT NOT NULL, added_at TEXT NOT NULL, public_key BLOB
        ) WITHOUT ROWID""",
        """CREATE TABLE cases (
            id TEXT PRIMARY KEY, title TEXT NOT NULL, created_at TEXT NOT NULL, last_position INTEGER NOT NULL DEFAULT 0
        )""",
        """CREATE TABLE items (
            id TEXT PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases, position INTEGER NOT NULL,
            number TEXT NOT NULL, title TEXT NOT NULL, method TEXT NOT NULL, acquired_at TEXT NOT NULL,
            canonical BLOB NOT NULL, UNIQUE (case_id, position), UNIQUE (case_id, number)
        )""",
        """CREATE TABLE objects (
            id TEXT PRIMARY KEY, item_id TEXT NOT NULL REFERENCES items, file_index INTEGER NOT NULL,
            sha256 TEXT NOT NULL, size INTEGER NOT NULL, UNIQUE (item_id, file_index)
        ) WITHOUT ROWID""",
        "CREATE INDEX objects_by_digest ON objects (sha256)",
        """CREATE TABLE notes (
            id INTEGER PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases, item_id TEXT REFERENCES items,
            written_at TEXT NOT NULL, author TEXT NOT NULL, text TEXT NOT NULL
        )""",
        "CREATE INDEX notes_by_case ON notes (case_id, item_id)",
        """CREATE TABLE scores (
            id INTEGER PRIMARY KEY, item_id TEXT NOT NULL REFERENCES items, scored_at TEXT NOT NULL,
            canonical BLOB NOT NULL
        )""",
        "CREATE INDEX scores_by_item ON scores (item_id)",
        "CREATE TABLE logs (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, size INTEGER NOT NULL DEFAULT 0)",
        """CREATE TABLE events (
            log INTEGER NOT NULL REFERENCES logs, position INTEGER NOT NULL, item_id TEXT NOT NULL,
            canonical BLOB NOT NULL, PRIMARY KEY (log, position)
        ) WITHOUT ROWID""",
        "CREATE INDEX events_by_item ON events (log, item_id)",
        """CREATE TABLE nodes (
            log INTEGER NOT NULL REFERENCES logs, level INTEGER NOT NULL, position INTEGER NOT NULL,
            hash BLOB NOT NULL, PRIMARY KEY (log, level, position)
        ) WITHOUT ROWID""",
        """CREATE TABLE heads (
            log INTEGER NOT NULL REFERENCES logs, size INTEGER NOT NULL, canonical BLOB NOT NULL,
            PRIMARY KEY (log, size)
        ) WITHOUT ROWID""",
        """CREATE TABLE waiting_heads (
            log INTEGER NOT NULL, size INTEGER NOT NULL, PRIMARY KEY (log, size),
            FOREIGN KEY (log, size) REFERENCES heads
        ) WITHOUT ROWID""",
        """CREATE TABLE tokens (
            id INTEGER PRIMARY KEY, log INTEGER NOT NULL, size INTEGER NOT NULL, tsa_url TEXT NOT NULL,
            stamped_at TEXT NOT NULL, record BLOB NOT NULL, FOREIGN KEY (log, size) REFERENCES heads
        )""",
        "CREATE INDEX tokens_by_head ON tokens (log, size)",
        """CREATE TABLE tsas (
            url TEXT PRIMARY KEY, position INTEGER NOT NULL, certificate_sha256 TEXT NOT NULL, root BLOB NOT NULL
        ) WITHOUT ROWID""",
        "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
        """CREATE TABLE packages (
            id TEXT PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases, created_at TEXT NOT NULL, record BLOB NOT NULL
        )""",
        "CREATE INDEX packages_by_case ON packages (case_id, created_at)",
        """CREATE TABLE signer (
            id INTEGER PRIMARY KEY CHECK (id = 1), private_key BLOB NOT NULL, certificate BLOB NOT NULL
        )""",
    ),
    (
        "ALTER TABLE objects ADD COLUMN kept TEXT NOT NULL DEFAULT 'full'",
        "ALTER TABLE objects ADD COLUMN copy_id TEXT",
        "ALTER TABLE objects ADD COLUMN copy_sha256 TEXT",
        "ALTER TABLE objects ADD COLUMN copy_size INTEGER",
        "CREATE UNIQUE INDEX objects_by_copy ON objects (copy_id) WHERE copy_id IS NOT NULL",
        "CREATE TABLE erasures (object_id TEXT PRIMARY KEY) WITHOUT ROWID",
        """CREATE VIEW sealed (id, item_id, file_index, sha256, size) AS
            SELECT id, item_id, file_index, sha256, size FROM objects WHERE kept = 'full'
            UNION ALL
            SELECT copy_id, item_id, file_index, copy_sha256, copy_size FROM objects WHERE copy_id IS NOT NULL""",
    ),
    (
        """CREATE TABLE commitments (
            item_id TEXT NOT NULL REFERENCES items, file_index INTEGER NOT NULL, seed BLOB NOT NULL,
            root TEXT NOT NULL, PRIMARY KEY (item_id, file_index)
        ) WITHOUT ROWID""",
        """CREATE TABLE redactions (
            id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, item_id TEXT NOT NULL REFERENCES items,
            file_index INTEGER NOT NULL, object_id TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL, size INTEGER NOT NULL,
            canonical BLOB NOT NULL, record BLOB NOT NULL
        )""",
        "CREATE INDEX redactions_by_item ON redactions (item_id)",
        "DROP VIEW sealed",
        """CREATE VIEW sealed (id, item_id, file_index, sha256, size) AS
            SELECT id, item_id, file_index, sha256, size FROM objects WHERE kept = 'full'
            UNION ALL
            SELECT copy_id, item_id, file_index, copy_sha256, copy_size FROM objects WHERE copy_id IS NOT NULL
            UNION ALL
            SELECT object_id, item_id, file_index, sha256, size FROM redactions""",
    ),
    (
        """CREATE TABLE recordings (
            object_id TEXT PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases, canonical BLOB NOT NULL
        )""",
    ),
)  # fmt: skip


def migrate(database: Database, now: datetime, program: str, steps: tuple[tuple[str, ...], ...] = STEPS) -> list[int]:
    """Bring the tables to this program's version. Gives the versions that were reached just now.

    Raises :class:`EvidenceError` ``vault.newer_version`` when a newer program has been at work; nothing is changed.
    """
    has_record = database.row("SELECT 1 FROM sqlite_master WHERE name = 'migrations'") is not None
    version = 0
    if has_record:
        found = database.row("SELECT max(version) FROM migrations")
        version = int(found[0] or 0) if found else 0
    if version > len(steps):
        raise EvidenceError("vault.newer_version", version=version, known=len(steps))
    reached = []
    for number, statements in enumerate(steps[version:], version + 1):
        with database.transaction():
            if number == 1:
                database.write(
                    "CREATE TABLE migrations (version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL,"
                    " program TEXT NOT NULL)"
                )
            for statement in statements:
                database.write(statement)
            database.write("INSERT INTO migrations VALUES (?, ?, ?)", (number, now.isoformat(), program))
        reached.append(number)
    return reached
