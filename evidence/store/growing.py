"""An object whose content arrives little by little, for hours perhaps: what was kept survives a crash at any moment.

Whole chunks go into ``objects/new/ID.part`` as in any object, so that an ended one is complete without being written
again. The beginning of a chunk that is not whole yet stands in a journal of sealed records, ``ID.tail0`` and
``ID.tail1`` in turn; each record also carries the facts that were known then. FORMAT.md gives every byte.

What a crash leaves is read back with :class:`Remains` and sealed as a new object, never written on: a chunk that was
half written must not be encrypted a second time under the same key and nonce.
"""

from __future__ import annotations

import os
import secrets
import shutil
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag

from evidence.digest import Digester
from evidence.errors import EvidenceError
from evidence.store import object_format as form
from evidence.store.files import BINARY, PART, reading, sync_file, sync_folder, write_all, writing

TAILS = (".tail0", ".tail1")
_RECORD = struct.Struct(">II")
"""Before each record: its number, the length of what is sealed."""
_INSIDE = struct.Struct(">QQI")
"""At the beginning of what is sealed: where its content stands in the object, the size of the object when it has ended
(before that 2^64 - 1), the length of the facts."""
_NOT_ENDED = (1 << 64) - 1
_LONGEST_TAIL = 8 << 20
ROOM_TO_END = 16 << 20
"""Bytes that must be free on the disk while an object grows."""
_LONGEST_RECORD = _INSIDE.size + (1 << 20) + form.CHUNK + form.TAG


class GrowingObject:
    """Takes content with :meth:`write` and makes it durable with :meth:`keep`; used by one thread at a time.

    All methods raise :class:`EvidenceError` ``vault.disk_full`` or ``vault.write_failed``; what was kept before stays.
    """

    def __init__(self, folder: Path, object_key: bytes, epoch: int, object_id: str = "") -> None:
        """Begin an object in ``folder`` (``objects/new``)."""
        raw_id = bytes.fromhex(object_id) if object_id else secrets.token_bytes(form.ID_SIZE)
        self.object_id = raw_id.hex()
        self.size = 0
        """Bytes of content so far."""
        self._folder = folder
        self._digester = Digester()
        self._chunk = bytearray()
        self._chunks = 0
        self._kept = 0
        """Bytes of the present chunk that stand in the journal."""
        self._number = 0
        self._turn = 0
        self._is_fresh = True
        self._files: list[BinaryIO] = []
        try:
            with writing("objects"):
                header, self._cipher = form.new_object(raw_id, object_key, epoch)
                self._part = self._create(PART)
                write_all(self._part, header)
                header, self._journal = form.new_object(raw_id, object_key, epoch, form.JOURNAL)
                self._journal_header = header
                self._tails = [self._create(suffix) for suffix in TAILS]
                for tail in self._tails:
                    write_all(tail, header)
                    sync_file(tail.fileno())
                sync_file(self._part.fileno())
                sync_folder(folder)
        except BaseException:
            self.discard()
            raise

    def write(self, data: bytes) -> None:
        """Add content. It goes into the digests before anything else; a chunk that is whole is sealed."""
        self._digester.update(data)
        self.size += len(data)
        self._chunk += data
        while len(self._chunk) >= form.CHUNK:
            whole = bytes(self._chunk[: form.CHUNK])
            with writing("objects"):
                write_all(self._part, self._cipher.seal(self._chunks, whole, is_last=False))
            del self._chunk[: form.CHUNK]
            self._chunks += 1
            self._kept = 0
            self._is_fresh = False

    def keep(self, facts: bytes) -> None:
        """Have everything so far on the disk, with ``facts`` (at most 1 MiB) beside it."""
        self._keep(facts, _NOT_ENDED)

    def require_room(self, least: int = ROOM_TO_END) -> None:
        """Raise ``vault.disk_full`` while the object can still be ended and cited: once nothing more can be written, it
        would have to wait for the next opening, and for room."""
        with writing("objects"):
            free = shutil.disk_usage(self._folder).free
        if free < least:
            raise EvidenceError("vault.disk_full")

    def _keep(self, facts: bytes, ended_size: int) -> None:
        with writing("objects"):
            tail = self._tails[self._turn]
            if not self._is_fresh or tail.tell() > _LONGEST_TAIL:
                # The chunks come first: the journal that held their beginnings is given up in the next turn.
                sync_file(self._part.fileno())
                self._turn = 1 - self._turn
                tail = self._tails[self._turn]
                tail.seek(len(self._journal_header))
                tail.truncate()
                self._kept, self._is_fresh = 0, True
            offset = self._chunks * form.CHUNK + self._kept
            inside = _INSIDE.pack(offset, ended_size, len(facts)) + facts + self._chunk[self._kept :]
            sealed = self._journal.seal(self._number, inside, is_last=False)
            write_all(tail, _RECORD.pack(self._number, len(sealed)) + sealed)
            sync_file(tail.fileno())
        self._number += 1
        self._kept = len(self._chunk)

    def finish(self, facts: bytes) -> form.StoredObject:
        """End the object: its file is complete, and waits for the row that cites it as any other does."""
        self._keep(facts, self.size)
        with writing("objects"):
            for block in form.last_chunks(self._cipher, self._chunks, bytes(self._chunk), self.size):
                write_all(self._part, block)
        self.close()
        return form.StoredObject(self.object_id, self._digester.digests())

    def drop_journal(self) -> None:
        """Take the journal away: the row that cites the object is committed."""
        self.close()
        _remove(self._folder, self.object_id, TAILS)

    def discard(self) -> None:
        """Take everything away; the wrapped keys are overwritten first."""
        for file in self._files:
            with suppress(OSError):
                file.seek(0)
                write_all(file, bytes(form.HEADER))
                sync_file(file.fileno())
        self.close()
        _remove(self._folder, self.object_id, (PART, *TAILS))

    def close(self) -> None:
        """Let go of the files; what was kept stays for the next opening."""
        for file in self._files:
            with suppress(OSError):
                file.close()

    def _create(self, suffix: str) -> BinaryIO:
        path = self._folder / (self.object_id + suffix)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | BINARY, 0o600)
        file = os.fdopen(descriptor, "r+b", buffering=0)
        self._files.append(file)
        return file


@dataclass(frozen=True, slots=True)
class _Record:
    number: int
    offset: int
    ended_size: int
    facts: bytes
    content: bytes


class Remains:
    """What a crash left of a growing object, readable from its beginning to the last that was kept."""

    def __init__(self, folder: Path, object_id: str, object_keys: form.ObjectKeys) -> None:
        """Raises :class:`EvidenceError` ``vault.object_missing`` when there is no file, ``vault.object_damaged`` when
        its beginning is not what was sealed, ``vault.unreadable``."""
        part = folder / (object_id + PART)
        self._path = part if part.exists() else folder / object_id  # ended, and not yet cited
        self._object_id = bytes.fromhex(object_id)
        self._keys = object_keys
        if not self._path.exists():
            raise EvidenceError("vault.object_missing", object_id=object_id)
        records = sorted(
            (record for suffix in TAILS for record in self._records(folder / (object_id + suffix))),
            key=lambda record: record.number,
        )
        self.facts = records[-1].facts if records else b""
        """The facts that were kept last; empty when nothing was."""
        self._rest = [(record.offset, record.content) for record in records]
        self._ended_size = records[-1].ended_size if records else _NOT_ENDED
        try:
            with reading("objects"), self._path.open("rb", buffering=0) as file:
                self._cipher = form.read_header(file.read(form.HEADER), self._object_id, object_keys)
        except InvalidTag as problem:
            raise EvidenceError("vault.object_damaged", object_id=object_id) from problem

    @property
    def has_ended(self) -> bool:
        """Whether the object was ended, and only the row that cites it is missing."""
        return self._ended_size != _NOT_ENDED

    def blocks(self) -> Iterator[bytes]:
        """The content, in blocks of at most 1 MiB. Ends where something is missing or is not what was sealed."""
        left = self._ended_size
        for block in self._blocks():
            yield block[:left]
            left -= min(left, len(block))

    def _blocks(self) -> Iterator[bytes]:
        size = index = 0
        with reading("objects"), self._path.open("rb", buffering=0) as file:
            file.seek(form.HEADER)
            while len(sealed := file.read(form.CHUNK + form.TAG)) == form.CHUNK + form.TAG:
                try:
                    chunk = self._cipher.open(index, sealed, is_last=False)
                except InvalidTag:
                    break
                index += 1
                size += len(chunk)
                yield chunk
        for offset, content in self._rest:
            if offset <= size < offset + len(content):
                yield content[size - offset :]
                size = offset + len(content)

    def stream(self) -> BinaryIO:
        """The content as a stream that is read once."""
        return _Blocks(self.blocks())  # type: ignore[return-value]

    def discard(self) -> None:
        """Take the files away. Raises :class:`EvidenceError` ``vault.write_failed``."""
        _remove(self._path.parent, self._object_id.hex(), ("", PART, *TAILS))

    def _records(self, path: Path) -> Iterator[_Record]:
        """The records of one journal that are whole and open, in order."""
        if not path.exists():
            return
        with reading("objects"), path.open("rb", buffering=0) as file:
            try:
                cipher = form.read_header(file.read(form.HEADER), self._object_id, self._keys, form.JOURNAL)
            except InvalidTag:
                return
            while len(head := file.read(_RECORD.size)) == _RECORD.size:
                number, length = _RECORD.unpack(head)
                sealed = file.read(length) if length <= _LONGEST_RECORD else b""
                try:
                    inside = cipher.open(number, sealed, is_last=False)
                    offset, ended_size, facts_length = _INSIDE.unpack_from(inside)
                except (InvalidTag, struct.error):
                    return
                start = _INSIDE.size + facts_length
                yield _Record(number, offset, ended_size, inside[_INSIDE.size : start], inside[start:])


class _Blocks:
    """Blocks as something to read from."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._left = b""

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes; none at the end."""
        if not self._left:
            self._left = next(self._blocks, b"")
        data, self._left = (self._left, b"") if size < 0 else (self._left[:size], self._left[size:])
        return data


def _remove(folder: Path, object_id: str, suffixes: tuple[str, ...]) -> None:
    with writing("objects"):
        for suffix in suffixes:
            (folder / (object_id + suffix)).unlink(missing_ok=True)
