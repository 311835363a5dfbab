"""The tables, as forward-only steps. Each step runs in one transaction and is recorded; a newer vault is refused."""

from __future__ import annotations

from datetime import datetime

from evidence.errors import EvidenceError
from evidence.store.database import Database

_WORDS = """{0}.title || CASE WHEN json_valid(CAST({0}.canonical AS TEXT)) THEN
    char(10) || coalesce(json_extract(CAST({0}.canonical AS TEXT), '$.note'), '') || char(10) ||
    coalesce((SELECT group_concat(value, char(10)) FROM json_each(CAST({0}.canonical AS TEXT), '$.source')
        WHERE key IN ('url', 'canonical_url', 'final_url', 'page_url', 'download_url', 'download_referrer', 'host',
        'host_as_typed', 'invite_link', 'invite_hash', 'username', 'display_name', 'platform_user_id', 'user_id',
        'chat_id', 'chat_name', 'channel_id', 'message_id', 'post_id', 'bot_username', 'phone', 'accounts', 'seen',
        'address_told', 'platform', 'window_title')), '') ||
    char(10) || coalesce((SELECT group_concat(json_extract(value, '$.name'), char(10))
    FROM json_each(CAST({0}.canonical AS TEXT), '$.files')), '') ELSE '' END"""
"""What of an item can be searched for: title, note at the time, facts about the source (links, accounts), file names.
A damaged record has its title alone: the check says so, and the vault opens all the same."""

_MOMENTS = """SELECT case_id, id, key, value, value, 1, 'second' FROM (SELECT {0}.case_id AS case_id, {0}.id AS id,
    key, value FROM {1} json_each(CASE WHEN json_valid(CAST({0}.canonical AS TEXT))
    THEN json_extract(CAST({0}.canonical AS TEXT), '$.source') ELSE '{{}}' END))
    WHERE key IN ('post_created_at', 'message_created_at', 'uploaded_at')"""
"""The times that a platform wrote into the numbers of an address: UTC, to the second."""

_RECORD = "CAST(canonical AS TEXT)"
KIND = f"""CASE WHEN NOT json_valid({_RECORD}) THEN ''
    WHEN method = 'link_note' THEN 'link'
    WHEN json_extract({_RECORD}, '$.settings.extent') = 'web_page' THEN 'web_page'
    WHEN json_extract({_RECORD}, '$.files[0].media_type') IS NULL THEN 'words'
    WHEN json_extract({_RECORD}, '$.files[0].media_type') LIKE 'image/%' THEN 'picture'
    WHEN json_extract({_RECORD}, '$.files[0].media_type') LIKE 'video/%' THEN 'film'
    WHEN json_extract({_RECORD}, '$.files[0].media_type') LIKE 'audio/%' THEN 'sound'
    WHEN json_extract({_RECORD}, '$.files[0].media_type') LIKE 'text/%' THEN 'text'
    ELSE 'other' END"""
"""What an item is: a link, a page, else by its first file; without one, words that were typed in."""
FAILED = f"""CASE WHEN NOT json_valid({_RECORD}) THEN 0
    ELSE coalesce(json_extract({_RECORD}, '$.source.capture_outcome'), 'captured') <> 'captured'
    OR coalesce(json_extract({_RECORD}, '$.source.completeness'), 'complete') <> 'complete' END"""
"""Whether what came in is not all of what was wanted: the capture failed, or was cut short."""
BAND = f"CASE WHEN json_valid({_RECORD}) THEN json_extract({_RECORD}, '$.band') ELSE '' END"
"""What a score says. These three are indexed, and asked for in the same words."""

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
    (
        "ALTER TABLE events ADD COLUMN kind TEXT NOT NULL DEFAULT ''",
        """UPDATE events SET kind = coalesce(json_extract(CAST(canonical AS TEXT), '$.kind'), '')
            WHERE json_valid(CAST(canonical AS TEXT))""",
        "CREATE INDEX events_by_kind ON events (log, kind)",
        """CREATE TABLE quarantine (
            item_id TEXT PRIMARY KEY REFERENCES items, marked_at TEXT NOT NULL, answer TEXT NOT NULL
        ) WITHOUT ROWID""",
        """CREATE TABLE tags (
            item_id TEXT NOT NULL REFERENCES items, tag TEXT NOT NULL, PRIMARY KEY (item_id, tag)
        ) WITHOUT ROWID""",
        "CREATE INDEX tags_by_name ON tags (tag, item_id)",
        """CREATE TABLE changes (
            id INTEGER PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases, item_id TEXT NOT NULL, kind TEXT NOT NULL,
            before TEXT NOT NULL, done_at TEXT NOT NULL
        )""",
        "CREATE INDEX changes_by_case ON changes (case_id, id)",
        """CREATE TABLE moments (
            case_id TEXT NOT NULL REFERENCES cases, item_id TEXT NOT NULL REFERENCES items, kind TEXT NOT NULL,
            at TEXT NOT NULL, shown TEXT NOT NULL, is_zone_known INTEGER NOT NULL, precision TEXT NOT NULL,
            PRIMARY KEY (item_id, kind)
        ) WITHOUT ROWID""",
        "CREATE INDEX moments_by_time ON moments (case_id, at)",
        "CREATE INDEX items_by_time ON items (case_id, acquired_at)",
        f"INSERT OR IGNORE INTO moments {_MOMENTS.format('items', 'items,')}",
        """CREATE TABLE searchable (
            id INTEGER PRIMARY KEY, case_id TEXT NOT NULL, item_id TEXT NOT NULL, note_id INTEGER NOT NULL,
            text TEXT NOT NULL, UNIQUE (item_id, note_id)
        )""",
        "CREATE INDEX searchable_by_case ON searchable (case_id)",
        """CREATE VIRTUAL TABLE words USING
            fts5(text, content='searchable', content_rowid='id', tokenize='trigram')""",
        "INSERT INTO words (words, rank) VALUES ('secure-delete', 1)",
        """CREATE TRIGGER words_added AFTER INSERT ON searchable BEGIN
            INSERT INTO words (rowid, text) VALUES (new.id, new.text);
        END""",
        """CREATE TRIGGER words_gone AFTER DELETE ON searchable BEGIN
            INSERT INTO words (words, rowid, text) VALUES ('delete', old.id, old.text);
        END""",
        """CREATE TRIGGER words_changed AFTER UPDATE ON searchable BEGIN
            INSERT INTO words (words, rowid, text) VALUES ('delete', old.id, old.text);
            INSERT INTO words (rowid, text) VALUES (new.id, new.text);
        END""",
        """INSERT INTO searchable (case_id, item_id, note_id, text)
            SELECT case_id, id, 0, {words} FROM items""".replace("{words}", _WORDS.replace("{0}", "items")),
        """INSERT INTO searchable (case_id, item_id, note_id, text)
            SELECT case_id, coalesce(item_id, ''), id, text FROM notes""",
        """CREATE TRIGGER item_words_added AFTER INSERT ON items BEGIN
            INSERT INTO searchable (case_id, item_id, note_id, text) VALUES (new.case_id, new.id, 0, {words});
        END""".replace("{words}", _WORDS.replace("{0}", "new")),
        f"""CREATE TRIGGER item_moments AFTER INSERT ON items BEGIN
            INSERT OR IGNORE INTO moments {_MOMENTS.format('new', '')};
        END""",
        """CREATE TRIGGER item_words_changed AFTER UPDATE OF canonical ON items BEGIN
            UPDATE searchable SET text = {words} WHERE item_id = new.id AND note_id = 0;
        END""".replace("{words}", _WORDS.replace("{0}", "new")),
        """CREATE TRIGGER note_words_added AFTER INSERT ON notes BEGIN
            INSERT INTO searchable (case_id, item_id, note_id, text)
                VALUES (new.case_id, coalesce(new.item_id, ''), new.id, new.text);
        END""",
        """CREATE TRIGGER note_words_gone AFTER DELETE ON notes BEGIN
            DELETE FROM searchable WHERE item_id = coalesce(old.item_id, '') AND note_id = old.id;
        END""",
    ),
    (
        """CREATE TABLE places (
            item_id TEXT PRIMARY KEY REFERENCES items, case_id TEXT NOT NULL REFERENCES cases, place INTEGER NOT NULL
        ) WITHOUT ROWID""",
        "CREATE INDEX places_by_case ON places (case_id)",
        """CREATE VIEW arranged (id, case_id, place, position) AS
            SELECT items.id, items.case_id, coalesce(places.place, items.position * 1048576), items.position
            FROM items LEFT JOIN places ON places.item_id = items.id""",
        f"CREATE INDEX items_by_kind ON items (case_id, {KIND})",
        f"CREATE INDEX items_by_failure ON items (case_id, {FAILED})",
        f"CREATE INDEX scores_by_band ON scores ({BAND}, item_id)",
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
