"""Reading a sealed object: seekable, in constant memory, and never a byte that did not verify."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from cryptography.exceptions import InvalidTag

from evidence.errors import EvidenceError
from evidence.store import object_format as form
from evidence.store.files import reading

if TYPE_CHECKING:
    from typing_extensions import Buffer


class ObjectReader(io.BufferedIOBase):
    """The content of one object as a binary stream. Holds two opened chunks (2 MiB) in memory.

    Independent of the vault's connection: it may be used on another thread, by one thread at a time. Any read raises
    :class:`EvidenceError` ``vault.object_damaged`` when the bytes are not those that were sealed. The last chunk is
    opened first, so that a file that was cut or grew is noticed before anything is handed out.
    """

    def __init__(self, path: Path, object_id: bytes, object_keys: form.ObjectKeys) -> None:
        """Raises ``FileNotFoundError``, :class:`EvidenceError` ``vault.object_damaged`` or ``vault.unreadable``."""
        self.object_id = object_id.hex()
        try:
            self._file: BinaryIO = path.open("rb", buffering=0)
        except OSError as problem:
            super().close()  # there is no file: when this is collected, Python must not look for one to close
            if isinstance(problem, FileNotFoundError):
                raise
            raise EvidenceError("vault.unreadable", name="objects") from problem
        self._position = 0
        self._opened = -1
        self._chunk = self._tail = b""
        try:
            with reading("objects"):
                header = self._file.read(form.HEADER)
                file_size = self._file.seek(0, io.SEEK_END)
            self._padded = form.plain_size(file_size)
            self._cipher = form.read_header(header, object_id, object_keys)
            self._last = max(self._padded - 1, 0) // form.CHUNK
            self._tail = self._open_chunk(self._last)
            self._size = form.content_size(self._padded, self._tail)
        except InvalidTag as problem:
            self._file.close()
            raise EvidenceError("vault.object_damaged", object_id=self.object_id) from problem
        except EvidenceError:
            self._file.close()
            raise

    @property
    def size(self) -> int:
        """Length of the content in bytes."""
        return self._size

    def readable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """True."""
        return True

    def tell(self) -> int:
        """Position in the content."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a position in the content; costs nothing until the next read."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("negative position")
        self._position = base + offset
        return self._position

    def read(self, size: int | None = -1, /) -> bytes:
        """Up to ``size`` bytes; fewer only at the end; everything for -1."""
        left = max(self._size - self._position, 0)
        wanted = left if size is None or size < 0 else min(size, left)
        parts: list[bytes] = []
        while wanted:
            index, start = divmod(self._position, form.CHUNK)
            part = self._verified(index)[start : start + wanted]
            parts.append(part)
            wanted -= len(part)
            self._position += len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def read1(self, size: int = -1, /) -> bytes:
        """Like :meth:`read`, at most to the end of the present chunk."""
        rest = form.CHUNK - self._position % form.CHUNK
        return self.read(rest if size < 0 else min(size, rest))

    def readinto(self, buffer: Buffer, /) -> int:
        """Fill ``buffer`` as far as there is content."""
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def verify_rest(self) -> None:
        """Open every chunk that :meth:`read` to the end would not have touched: the zeros after the content. The last
        one was opened first of all."""
        for index in range(max(self._size - 1, 0) // form.CHUNK, self._last):
            self._verified(index)

    def close(self) -> None:
        """Close the file and forget what was opened."""
        self._chunk = self._tail = b""
        self._opened = -1
        if not self.closed:
            self._file.close()
        super().close()

    def _verified(self, index: int) -> bytes:
        if index == self._last and self._tail:
            return self._tail
        if index != self._opened:
            try:
                self._chunk = self._open_chunk(index)
            except InvalidTag as problem:
                raise EvidenceError("vault.object_damaged", object_id=self.object_id) from problem
            self._opened = index
        return self._chunk

    def _open_chunk(self, index: int) -> bytes:
        wanted = min(form.CHUNK, self._padded - index * form.CHUNK) + form.TAG
        with reading("objects"):
            self._file.seek(form.HEADER + index * (form.CHUNK + form.TAG))
            data = self._file.read(wanted)
            while len(data) < wanted and (more := self._file.read(wanted - len(data))):
                data += more
        return self._cipher.open(index, data, is_last=index == self._last)
