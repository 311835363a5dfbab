"""The encrypted records: one SQLCipher 4 database, one connection, one transaction at a time.

The connection serves one thread at a time, never two at once: its owner runs everything on one serial lane. That lane
may change threads (the session's runner does), so SQLite's own check for a single thread is off.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from evidence.errors import EvidenceError

Row = tuple[Any, ...]

_FULL = 13
_BUSY = (5, 6)
_DAMAGED = (11, 26)
_CANNOT = (3, 8, 10, 14, 23)


class Database:
    """An open, unlocked database. Reads go anywhere; writes stand inside :meth:`transaction`."""

    def __init__(self, path: Path, key: bytes, *, permit: Callable[[], None] = lambda: None) -> None:
        """Open or create the file under a raw 256-bit key. ``permit`` is asked before anything is written and again
        before it is committed: it raises when this program may not write any more.

        Raises :class:`EvidenceError` ``vault.database_damaged`` when the key does not open it (the file is damaged, or
        belongs to another vault), ``vault.open_elsewhere``, ``vault.disk_full``, ``vault.database_unusable``.
        """
        self._key = key
        self._permit = permit
        self.is_in_doubt = False
        """A commit failed: only the next opening will show whether it reached the disk all the same."""
        with translated():
            self._connection: Any = dbapi2.connect(str(path), isolation_level=None, check_same_thread=False, timeout=0)
        try:
            with translated():
                # First of all, or a wrong key writes to standard error.
                self._connection.execute("PRAGMA cipher_log_level=NONE")
                self._connection.execute(f"PRAGMA key=\"x'{key.hex()}'\"")
                # Held exclusively, the write-ahead log needs no shared memory: it works on network folders too.
                for pragma in (
                    "locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=FULL", "fullfsync=ON",
                    "checkpoint_fullfsync=ON", "foreign_keys=ON", "trusted_schema=OFF", "cell_size_check=ON",
                    "secure_delete=ON", "temp_store=MEMORY", "mmap_size=0", "cache_size=-32768",
                ):  # fmt: skip
                    self._connection.execute(f"PRAGMA {pragma}").fetchall()
                self._connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
        except EvidenceError:
            self._connection.close()
            raise

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """All rows of a query. Raises :class:`EvidenceError` as :func:`translated` says."""
        with translated():
            found: list[Row] = self._open_connection().execute(sql, values).fetchall()
            return found

    def each(self, sql: str, values: Sequence[object] = ()) -> Iterator[Row]:
        """The rows of a query one by one, for results that do not fit into memory."""
        with translated():
            cursor = self._open_connection().execute(sql, values)
        while True:
            with translated():
                batch = cursor.fetchmany(1000)
            if not batch:
                return
            yield from batch

    def row(self, sql: str, values: Sequence[object] = ()) -> Row | None:
        """The first row of a query, or None."""
        found = self.rows(sql, values)
        return found[0] if found else None

    def write(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """Run one writing statement; gives the rows of a RETURNING clause.

        Raises ``RuntimeError`` outside a transaction: then the caller is wrong, and nothing was written.
        """
        if not self.is_writing:
            raise RuntimeError("records are written inside transaction() alone")
        return self.rows(sql, values)

    def write_many(self, sql: str, values: Iterable[Sequence[object]]) -> None:
        """Run one writing statement for each set of values. Raises as :meth:`write`."""
        if not self.is_writing:
            raise RuntimeError("records are written inside transaction() alone")
        with translated():
            self._connection.executemany(sql, values)

    @property
    def is_open(self) -> bool:
        """Whether :meth:`close` has not been called."""
        return self._connection is not None

    @property
    def is_writing(self) -> bool:
        """Whether a transaction is open."""
        return bool(self._open_connection().in_transaction)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside are committed together and durably at the end, or, when anything raises, not at all.

        Raises ``RuntimeError`` when one is open already, and :class:`EvidenceError` ``vault.disk_full`` and others when
        the commit fails; then nothing was written.
        """
        if self.is_writing:
            raise RuntimeError("a transaction is open already")
        self._permit()
        with translated():
            self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._permit()
            self.is_in_doubt = True
            with translated():
                self._connection.execute("COMMIT")
            self.is_in_doubt = False
        except BaseException:
            # A failed COMMIT may have ended the transaction already.
            with suppress(dbapi2.Error):
                self._connection.execute("ROLLBACK")
            raise

    def damaged_pages(self) -> list[int]:
        """Read every page and check its authentication code (HMAC-SHA-512). Gives the numbers of bad pages.

        Sees what is in the main file alone: call :meth:`checkpoint` before.
        """
        numbers = []
        for (text,) in self.rows("PRAGMA cipher_integrity_check"):
            digits = str(text).rsplit(" ", 1)[-1]
            numbers.append(int(digits) if digits.isdigit() else 0)
        return numbers

    def structure_problems(self) -> list[str]:
        """What SQLite's own integrity check says; empty when all is well."""
        problems = [str(text) for (text,) in self.rows("PRAGMA integrity_check(20)") if text != "ok"]
        return problems + [f"foreign key in {row[0]}" for row in self.rows("PRAGMA foreign_key_check")[:20]]

    def checkpoint(self) -> None:
        """Bring everything into the main file and empty the write-ahead log."""
        self.rows("PRAGMA wal_checkpoint(TRUNCATE)")

    def recovered_frames(self) -> int:
        """How many frames of the write-ahead log count, right after opening; -1 without one."""
        row = self.row("PRAGMA wal_checkpoint(NOOP)")
        return int(row[1]) if row else -1

    def copy_to(self, path: Path) -> None:
        """Write a consistent copy under the same key into ``path``, an empty file; flushing it is for the caller.

        Raises :class:`EvidenceError` as :func:`translated` says.
        """
        self.rows("VACUUM INTO ?", (str(path),))

    def change_key(self, key: bytes) -> None:
        """Encrypt every page anew under another raw key. Not atomic: for a copy that nobody needs yet.

        Raises :class:`EvidenceError` as :func:`translated` says.
        """
        # A page-by-page rewrite belongs into a rollback journal, not into the write-ahead log.
        self.rows("PRAGMA journal_mode=DELETE")
        self.rows(f"PRAGMA rekey=\"x'{key.hex()}'\"")

    def open_like(self, path: Path) -> Database:
        """Open another file under the same key. Raises as the class."""
        self._open_connection()
        return Database(path, self._key)

    def close(self) -> None:
        """Close the connection; what is open is undone. May be called twice."""
        if self._connection is not None:
            connection, self._connection, self._key = self._connection, None, b""
            with suppress(dbapi2.Error):
                connection.close()

    def abandon(self) -> None:
        """Let go of the file without writing to it again. Closing would bring the write-ahead log into the main file,
        and both belong to somebody else by now; SQLite closes whatever Python collects, so that it never may.
        """
        if self._connection is not None:
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._connection))
            self._connection, self._key = None, b""

    def _open_connection(self) -> Any:
        if self._connection is None:
            raise EvidenceError("vault.locked")
        return self._connection


@contextmanager
def translated() -> Iterator[None]:
    """Turn what SQLite says about disk and file into :class:`EvidenceError`; mistakes in our own SQL stay as they are.

    Codes: ``vault.disk_full``, ``vault.open_elsewhere``, ``vault.database_damaged``, ``vault.database_unusable``.
    """
    try:
        yield
    except dbapi2.DatabaseError as problem:
        code = getattr(problem, "sqlite_errorcode", 0) & 0xFF
        if code == _FULL:
            raise EvidenceError("vault.disk_full") from problem
        if code in _BUSY:
            raise EvidenceError("vault.open_elsewhere") from problem
        if code in _DAMAGED:
            raise EvidenceError("vault.database_damaged") from problem
        if code in _CANNOT:
            raise EvidenceError("vault.database_unusable", reason=getattr(problem, "sqlite_errorname", "")) from problem
        raise
