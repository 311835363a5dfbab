"""A package as a ZIP (APPNOTE 6.3.10), read by a parser that accepts one meaning of the bytes only.

Every byte of the file must be explained: by a local header, an entry's data, its descriptor, the central directory or
the end records. What a local header says must be what the central directory says. Whatever else stands in the
file is a flaw, since two unpackers could show two different packages.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from evidence.errors import EvidenceError
from evidence.verify.container.base import MAX_ENTRIES, Container, Entry, Flaw
from evidence.verify.container.streams import InflatingReader, WindowReader

_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_MAX_DIRECTORY = 64 << 20
_MAX_RATIO = 200
_RATIO_FLOOR = 16 << 20
_MAX_TOTAL = 1 << 44
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _DESCRIPTOR, _STRONG, _UTF8, _MASKED = 0x1, 0x8, 0x40, 0x800, 0x2000


@dataclass(slots=True)
class _Member:
    """One line of the central directory."""

    raw_name: bytes
    name: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    unix_mode: int
    is_folder: bool


class ZipDamage(Exception):
    """The end records or the directory cannot be read; nothing can be said about the entries."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def is_zip(head: bytes) -> bool:
    """Whether the first bytes are those of a ZIP with entries, or of an empty one."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def open_archive(path: Path) -> Container:
    """Read the directory of the ZIP at ``path``; a damaged one has no entries and a flaw that says why.

    Raises :class:`EvidenceError` ``verify.unreadable`` when the file cannot be opened, ``verify.encrypted`` when all
    of its entries are encrypted.
    """
    try:
        stream = path.open("rb", buffering=0)
    except OSError as problem:
        raise EvidenceError("verify.unreadable", path=path, reason=problem.strerror or "") from problem
    return read_archive(stream, path)


def read_archive(stream: BinaryIO, path: Path) -> Container:
    """The same of a stream that can be sought, which the container closes. Raises ``verify.encrypted``."""
    container = Container(kind="zip", close=stream.close)
    try:
        size = stream.seek(0, 2)
        members, directory_start = _directory(stream, size, container)
        files = [member for member in members if not member.is_folder]
        if files and all(member.flags & _ENCRYPTED for member in files):
            stream.close()
            raise EvidenceError("verify.encrypted", path=path)
        _lay_out(stream, members, directory_start, container)
    except (ZipDamage, struct.error, OSError) as problem:
        code = problem.code if isinstance(problem, ZipDamage) else "container.unreadable_zip"
        container.flaws.append(Flaw(code))
    return container


def _directory(stream: BinaryIO, size: int, container: Container) -> tuple[list[_Member], int]:
    """The members, and where the directory starts."""
    start, length, count, end_start = _end_record(stream, size, container)
    if length > _MAX_DIRECTORY or count > MAX_ENTRIES:
        raise ZipDamage("container.too_many")
    if start + length != end_start:
        if start + length > end_start:
            raise ZipDamage("container.unreadable_zip")
        container.flaws.append(Flaw("container.stray_data"))
    data = _read_at(stream, start, length)
    members: list[_Member] = []
    position = 0
    while position < length:
        member, position = _central_entry(data, position, container)
        members.append(member)
    if len(members) != count:
        container.flaws.append(Flaw("container.header_mismatch"))
    if sum(member.size for member in members) > _MAX_TOTAL:
        raise ZipDamage("container.bomb")
    return members, start


def _end_record(stream: BinaryIO, size: int, container: Container) -> tuple[int, int, int, int]:
    """Start, length and count of the directory, and where it must end. The end record must be the file's last bytes:
    a comment could hold a second end record."""
    if size < _END.size:
        raise ZipDamage("container.unreadable_zip")
    tail_start = max(0, size - 65535 - _END.size)
    tail = _read_at(stream, tail_start, size - tail_start)
    found = tail.rfind(b"PK\x05\x06")
    if found < 0 or len(tail) - found < _END.size:
        raise ZipDamage("container.unreadable_zip")
    _sig, disk, first_disk, here, count, length, start, comment = _END.unpack_from(tail, found)
    end_start = tail_start + found
    if comment or end_start + _END.size != size:
        container.flaws.append(Flaw("container.stray_data"))
    if disk or first_disk or here != count:
        raise ZipDamage("container.unreadable_zip")
    locator_start = end_start - _LOCATOR64.size
    needs_64 = count == 0xFFFF or 0xFFFFFFFF in (length, start)
    if locator_start >= 0:
        locator = _read_at(stream, locator_start, _LOCATOR64.size)
        if locator.startswith(b"PK\x06\x07"):
            _sig, disk, end64_start, disks = _LOCATOR64.unpack(locator)
            if disk or disks > 1 or end64_start + _END64.size > locator_start:
                raise ZipDamage("container.unreadable_zip")
            record = _read_at(stream, end64_start, _END64.size)
            sig, rest, _made, _need, disk, first_disk, here64, count64, length64, start64 = _END64.unpack(record)
            if sig != b"PK\x06\x06" or disk or first_disk or here64 != count64:
                raise ZipDamage("container.unreadable_zip")
            if end64_start + 12 + rest != locator_start or rest != _END64.size - 12:
                container.flaws.append(Flaw("container.stray_data"))
            agree = count in (count64, 0xFFFF) and length in (length64, 0xFFFFFFFF) and start in (start64, 0xFFFFFFFF)
            if not agree:
                raise ZipDamage("container.header_mismatch")
            return start64, length64, count64, end64_start
    if needs_64:
        raise ZipDamage("container.unreadable_zip")
    return start, length, count, end_start


def _central_entry(data: bytes, position: int, container: Container) -> tuple[_Member, int]:
    fields = _CENTRAL.unpack_from(data, position)
    (sig, made_by, _need, flags, method, _time, _date, crc, packed, size,
     name_length, extra_length, comment_length, disk, _internal, external, offset) = fields  # fmt: skip
    position += _CENTRAL.size
    end = position + name_length + extra_length + comment_length
    if sig != b"PK\x01\x02" or end > len(data):
        raise ZipDamage("container.unreadable_zip")
    raw_name = data[position : position + name_length]
    extra = data[position + name_length : position + name_length + extra_length]
    size, packed, offset = _wide(extra, size, packed, offset)
    name = _decode(raw_name, flags)
    if disk not in (0, 0xFFFF):
        raise ZipDamage("container.unreadable_zip")
    if comment_length:
        container.flaws.append(Flaw("container.stray_data", name))
    is_folder = name.endswith("/")
    if is_folder and size:
        container.flaws.append(Flaw("container.header_mismatch", name))
    mode = external >> 16 if made_by >> 8 in (3, 19) else 0
    member = _Member(raw_name, name, flags, method, crc, packed, size, offset, mode, is_folder)
    return member, end


def _wide(extra: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """The values of the ZIP64 extra field (4.5.3) in place of those that do not fit in 32 bits."""
    wanted = [value == 0xFFFFFFFF for value in (size, packed, offset)]
    if not any(wanted):
        return size, packed, offset
    values = [size, packed, offset]
    field = _extra_fields(extra).get(1, b"")
    position = 0
    for index, is_wanted in enumerate(wanted):
        if is_wanted:
            if position + 8 > len(field):
                raise ZipDamage("container.unreadable_zip")
            values[index] = struct.unpack_from("<Q", field, position)[0]
            position += 8
    return values[0], values[1], values[2]


def _extra_fields(extra: bytes) -> dict[int, bytes]:
    """Extra fields by id; the first of each id counts."""
    fields: dict[int, bytes] = {}
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, position)
        fields.setdefault(kind, extra[position + 4 : position + 4 + length])
        position += 4 + length
    return fields


def _decode(raw: bytes, flags: int) -> str:
    """A name as text. Without the UTF-8 flag: UTF-8 if it is, else Korean Windows, else the ZIP default."""
    encodings = ("utf-8",) if flags & _UTF8 else ("utf-8", "cp949", "cp437")
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", errors="backslashreplace")


def _lay_out(stream: BinaryIO, members: list[_Member], directory_start: int, container: Container) -> None:
    """Check that the members fill the file up to the directory exactly, and make entries of the sound ones."""
    expected = 0
    for member in sorted(members, key=lambda each: each.offset):
        if member.offset != expected:
            code = "container.overlap" if member.offset < expected else "container.stray_data"
            container.flaws.append(Flaw(code, member.name))
        data_start = _check_local(stream, member, directory_start, container)
        if data_start is None:
            expected = max(expected, member.offset)
            continue
        expected = max(expected, data_start + member.packed + _descriptor_length(stream, member, data_start, container))
        flaw = _entry_flaw(member)
        if flaw:
            container.flaws.append(Flaw(flaw, member.name))
        elif not member.is_folder:
            container.entries.append(_entry(stream, member, data_start))
    if expected != directory_start:
        code = "container.overlap" if expected > directory_start else "container.stray_data"
        container.flaws.append(Flaw(code))
    container.entries.sort(key=lambda entry: entry.untrusted_path)


def _entry_flaw(member: _Member) -> str:
    kind = member.unix_mode & 0o170000
    if kind == 0o120000:
        return "container.link"
    if kind not in (0, 0o100000, 0o040000):
        return "container.special_file"
    if member.flags & (_ENCRYPTED | _STRONG | _MASKED):
        return "container.encrypted_entry"
    if member.method not in (_STORED, _DEFLATED):
        return "container.unsupported_method"
    if member.method == _STORED and member.packed != member.size:
        return "container.header_mismatch"
    if member.size > _RATIO_FLOOR and member.size > _MAX_RATIO * max(member.packed, 1):
        return "container.bomb"
    return ""


def _check_local(stream: BinaryIO, member: _Member, directory_start: int, container: Container) -> int | None:
    """Where the data starts; None when there is no local header."""
    if member.offset + _LOCAL.size > directory_start:
        container.flaws.append(Flaw("container.header_mismatch", member.name))
        return None
    raw = _read_at(stream, member.offset, _LOCAL.size)
    sig, _need, flags, method, _time, _date, crc, packed, size, name_length, extra_length = _LOCAL.unpack(raw)
    names = _read_at(stream, member.offset + _LOCAL.size, name_length + extra_length)
    data_start: int = member.offset + _LOCAL.size + name_length + extra_length
    if sig != b"PK\x03\x04" or data_start + member.packed > directory_start:
        container.flaws.append(Flaw("container.header_mismatch", member.name))
        return None
    try:
        size, packed, _offset = _wide(names[name_length:], size, packed, 0)
    except ZipDamage:
        container.flaws.append(Flaw("container.header_mismatch", member.name))
        return data_start
    same = (names[:name_length], flags, method) == (member.raw_name, member.flags, member.method)
    facts, told = (crc, packed, size), (member.crc, member.packed, member.size)
    is_told_later = bool(flags & _DESCRIPTOR) and facts in ((0, 0, 0), told)
    if not same or not (facts == told or is_told_later):
        container.flaws.append(Flaw("container.header_mismatch", member.name))
    return data_start


def _descriptor_length(stream: BinaryIO, member: _Member, data_start: int, container: Container) -> int:
    """Bytes of the data descriptor (4.3.9) after the data: with or without signature, with 32- or 64-bit sizes."""
    if not member.flags & _DESCRIPTOR:
        return 0
    if member.is_folder and not member.packed and not _follows(stream, data_start):
        return 0
    follows = _read_at(stream, data_start + member.packed, 24)
    for prefix in (b"PK\x07\x08", b""):
        for layout in ("<LQQ", "<LLL"):
            try:
                told = prefix + struct.pack(layout, member.crc, member.packed, member.size)
            except struct.error:
                continue
            if follows.startswith(told):
                return len(told)
    container.flaws.append(Flaw("container.header_mismatch", member.name))
    return 0


def _follows(stream: BinaryIO, data_start: int) -> bool:
    """Whether an empty folder's entry has a descriptor: some tools set the flag and leave it out."""
    return _read_at(stream, data_start, 4) in (b"PK\x07\x08", b"\0\0\0\0")


def _entry(stream: BinaryIO, member: _Member, data_start: int) -> Entry:
    def open_entry() -> BinaryIO:
        window = WindowReader(stream, data_start, member.packed)
        return window if member.method == _STORED else InflatingReader(window, member.size)

    return Entry(untrusted_path=member.name, size=member.size, open=open_entry)


def _read_at(stream: BinaryIO, position: int, length: int) -> bytes:
    stream.seek(position)
    data = bytearray()
    while len(data) < length and (chunk := stream.read(length - len(data))):
        data += chunk
    return bytes(data)
