"""The custody logs and their time-stamp tokens. :class:`LogRecords` fits :class:`evidence.custody.LogStorage`.

Every writing method stands inside the vault's ``transaction()``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from evidence.digest import canonical_json
from evidence.model import CustodyEvent, EventKind, SignedHead, TimestampToken
from evidence.store.database import Database
from evidence.store.records import decode

VAULT_LOG = "vault"
"""The log of the vault itself; every other log is named by its case's id."""


@dataclass(frozen=True, slots=True)
class TsaRecord:
    """A time-stamping authority that the person chose."""

    url: str
    certificate_sha256: str = ""
    """Pinned at the first token; empty before."""
    root: bytes = b""
    """Certificate (DER) that the person trusts for it; empty when there is none."""


class LogRecords:
    """Events, nodes and heads of all logs, and the queue of heads that wait for a token."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def log_size(self, log_id: str) -> int:
        """Number of events in the log; 0 when there is none."""
        row = self._database.row("SELECT size FROM logs WHERE name = ?", (log_id,))
        return int(row[0]) if row else 0

    def log_ids(self) -> tuple[str, ...]:
        """The names of all logs, in order of their beginning."""
        return tuple(name for (name,) in self._database.rows("SELECT name FROM logs ORDER BY id"))

    def item_event_count(self, log_id: str, item_id: str) -> int:
        """Number of events of the log that are about ``item_id`` (the empty id: about the whole case)."""
        row = self._database.row(
            "SELECT count(*) FROM events WHERE log = (SELECT id FROM logs WHERE name = ?) AND item_id = ?",
            (log_id, item_id),
        )
        return int(row[0]) if row else 0

    def node(self, log_id: str, level: int, index: int) -> bytes:
        """Hash of a complete subtree of ``2**level`` leaves. Raises ``KeyError`` when it is not there."""
        row = self._database.row(
            "SELECT hash FROM nodes WHERE log = (SELECT id FROM logs WHERE name = ?) AND level = ? AND position = ?",
            (log_id, level, index),
        )
        if row is None:
            raise KeyError((log_id, level, index))
        return bytes(row[0])

    def put_node(self, log_id: str, level: int, index: int, node_hash: bytes) -> None:
        """Keep the hash of a complete subtree; written once, never changed."""
        self._database.write(
            "INSERT INTO nodes VALUES ((SELECT id FROM logs WHERE name = ?), ?, ?, ?)",
            (log_id, level, index, node_hash),
        )

    def put_event(self, event: CustodyEvent, canonical: bytes) -> None:
        """Keep an event with the canonical JSON that its leaf was made of. The log begins with its first event."""
        row = self._database.write(
            "INSERT INTO logs (name, size) VALUES (?, 1)"
            " ON CONFLICT (name) DO UPDATE SET size = size + 1 RETURNING id, size",
            (event.log_id,),
        )[0]
        if row[1] != event.index + 1:
            raise ValueError("an event out of order")
        self._database.write(
            "INSERT INTO events (log, position, item_id, kind, canonical) VALUES (?, ?, ?, ?, ?)",
            (row[0], event.index, event.item_id, event.kind, canonical),
        )

    def put_head(self, head: SignedHead) -> None:
        """Keep a signed head. It waits for a token instead of the earlier heads of this log, which it contains."""
        place = (self._log(head.head.log_id), head.head.size)
        self._database.write("INSERT INTO heads VALUES (?, ?, ?)", (*place, canonical_json(head)))
        self._database.write("DELETE FROM waiting_heads WHERE log = ?", (place[0],))
        self._database.write("INSERT INTO waiting_heads VALUES (?, ?)", place)

    def canonical_events(self, log_id: str) -> Iterator[bytes]:
        """The stored bytes of all events in order."""
        for (canonical,) in self._database.each(
            "SELECT canonical FROM events WHERE log = ? ORDER BY position", (self._log(log_id),)
        ):
            yield bytes(canonical)

    def count_events(self, log_id: str) -> int:
        """Number of events that are there, counted one by one; :meth:`log_size` says how many there should be."""
        row = self._database.row("SELECT count(*) FROM events WHERE log = ?", (self._log(log_id),))
        return int(row[0]) if row else 0

    def first_event_about(self, log_id: str, item_id: str) -> CustodyEvent | None:
        """The event with which an item begins. Raises :class:`EvidenceError` ``vault.record_damaged``."""
        row = self._database.row(
            "SELECT canonical FROM events WHERE log = ? AND item_id = ? ORDER BY position LIMIT 1",
            (self._log(log_id), item_id),
        )
        return None if row is None else decode(row[0], CustodyEvent)

    def items_without_row(self, log_id: str) -> tuple[str, ...]:
        """Items that the log knows and the records do not."""
        rows = self._database.rows(
            "SELECT DISTINCT item_id FROM events WHERE log = ? AND item_id <> ''"
            " AND item_id NOT IN (SELECT id FROM items)",
            (self._log(log_id),),
        )
        return tuple(item_id for (item_id,) in rows)

    def events(self, log_id: str, *, start: int = 0, limit: int = -1) -> tuple[CustodyEvent, ...]:
        """Events from position ``start`` on, ``limit`` at most."""
        rows = self._database.rows(
            "SELECT canonical FROM events WHERE log = ? AND position >= ? ORDER BY position LIMIT ?",
            (self._log(log_id), start, limit),
        )
        return tuple(decode(canonical, CustodyEvent) for (canonical,) in rows)

    def events_about(self, log_id: str, item_id: str) -> tuple[CustodyEvent, ...]:
        """All events about one item, or about the whole case for the empty id."""
        rows = self._database.rows(
            "SELECT canonical FROM events WHERE log = ? AND item_id = ? ORDER BY position",
            (self._log(log_id), item_id),
        )
        return tuple(decode(canonical, CustodyEvent) for (canonical,) in rows)

    def events_of_kind(self, log_id: str, kind: EventKind) -> tuple[CustodyEvent, ...]:
        """All events of one kind, in order."""
        rows = self._database.rows(
            "SELECT canonical FROM events INDEXED BY events_by_kind WHERE log = ? AND kind = ? ORDER BY position",
            (self._log(log_id), kind),
        )
        return tuple(decode(canonical, CustodyEvent) for (canonical,) in rows)

    def count_of_kind(self, log_id: str, kind: EventKind, item_id: str) -> int:
        """Number of events of one kind about one item."""
        row = self._database.row(
            "SELECT count(*) FROM events WHERE log = ? AND item_id = ? AND kind = ?", (self._log(log_id), item_id, kind)
        )
        return int(row[0]) if row else 0

    def newest_head(self, log_id: str) -> SignedHead | None:
        """The newest signed head of a log."""
        row = self._database.row(
            "SELECT canonical FROM heads WHERE log = ? ORDER BY size DESC LIMIT 1", (self._log(log_id),)
        )
        return None if row is None else decode(row[0], SignedHead)

    def head(self, log_id: str, size: int) -> SignedHead | None:
        """The signed head at ``size``."""
        row = self._database.row("SELECT canonical FROM heads WHERE log = ? AND size = ?", (self._log(log_id), size))
        return None if row is None else decode(row[0], SignedHead)

    def heads(self, log_id: str) -> tuple[SignedHead, ...]:
        """All signed heads of a log by size."""
        rows = self._database.rows("SELECT canonical FROM heads WHERE log = ? ORDER BY size", (self._log(log_id),))
        return tuple(decode(canonical, SignedHead) for (canonical,) in rows)

    def stamped_heads(self, log_id: str) -> tuple[SignedHead, ...]:
        """The heads of a log that carry at least one token, by size."""
        rows = self._database.rows(
            "SELECT canonical FROM heads WHERE log = ?1 AND size IN (SELECT size FROM tokens WHERE log = ?1)"
            " ORDER BY size",
            (self._log(log_id),),
        )
        return tuple(decode(canonical, SignedHead) for (canonical,) in rows)

    def waiting_heads(self) -> tuple[SignedHead, ...]:
        """The newest head of each log that has no token yet: what the next time-stamping will send a digest of."""
        rows = self._database.rows(
            "SELECT heads.canonical FROM waiting_heads JOIN heads USING (log, size) ORDER BY log"
        )
        return tuple(decode(canonical, SignedHead) for (canonical,) in rows)

    def stop_waiting(self, log_id: str) -> None:
        """Take a log out of the queue: its newest head only says that an earlier one got its token."""
        self._database.write("DELETE FROM waiting_heads WHERE log = ?", (self._log(log_id),))

    def add_token(self, token: TimestampToken) -> None:
        """Keep a verified token; its head waits no longer."""
        place = (self._log(token.log_id), token.head_size)
        self._database.write(
            "INSERT INTO tokens (log, size, tsa_url, stamped_at, record) VALUES (?, ?, ?, ?, ?)",
            (*place, token.tsa_url, token.stamped_at.isoformat(), canonical_json(token)),
        )
        self._database.write("DELETE FROM waiting_heads WHERE log = ? AND size = ?", place)

    def tokens(self, log_id: str) -> tuple[TimestampToken, ...]:
        """All tokens over heads of a log, by size of the head."""
        rows = self._database.rows("SELECT record FROM tokens WHERE log = ? ORDER BY size, id", (self._log(log_id),))
        return tuple(decode(record, TimestampToken) for (record,) in rows)

    def set_tsas(self, tsas: tuple[TsaRecord, ...]) -> None:
        """Replace the list of time-stamping authorities."""
        self._database.write("DELETE FROM tsas")
        for position, tsa in enumerate(tsas):
            self._database.write(
                "INSERT INTO tsas VALUES (?, ?, ?, ?)", (tsa.url, position, tsa.certificate_sha256, tsa.root)
            )

    def pin_tsa(self, url: str, certificate_sha256: str) -> None:
        """Remember the certificate behind a URL; a URL that is not in the list is added at its end."""
        self._database.write(
            "INSERT INTO tsas VALUES (?, (SELECT coalesce(max(position) + 1, 0) FROM tsas), ?, x'')"
            " ON CONFLICT (url) DO UPDATE SET certificate_sha256 = excluded.certificate_sha256",
            (url, certificate_sha256),
        )

    def tsas(self) -> tuple[TsaRecord, ...]:
        """The time-stamping authorities in the person's order."""
        rows = self._database.rows("SELECT url, certificate_sha256, root FROM tsas ORDER BY position, url")
        return tuple(TsaRecord(url, pinned, bytes(root)) for url, pinned, root in rows)

    def _log(self, log_id: str) -> int:
        """The number of a log; -1, which no log has, when there is none."""
        row = self._database.row("SELECT id FROM logs WHERE name = ?", (log_id,))
        return int(row[0]) if row else -1
