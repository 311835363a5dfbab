"""ZIP files byte by byte, so that any field can lie."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from support.sample_package import Files


@dataclass
class Line:
    """One entry. What is None is right; what is set replaces the right value in the local or the central header."""

    name: bytes
    data: bytes
    method: int = 0
    flags: int = 0x800
    local: dict[str, int | bytes] = field(default_factory=dict)
    central: dict[str, int | bytes] = field(default_factory=dict)
    packed: bytes | None = None
    gap: bytes = b""
    has_local: bool = True
    descriptor: str = ""
    """``signed`` or ``bare``: sizes stand after the data."""
    offset_of: bytes = b""
    """Points to the local header of this other entry."""
    extra: bytes = b""
    mode: int = 0o100644


def deflated(data: bytes) -> bytes:
    """Raw deflate."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def lines_of(files: Files, root: str = "package/") -> list[Line]:
    """Stored entries of all files."""
    return [Line((root + path).encode(), data) for path, data in files.items()]


def build(
    lines: Iterable[Line], *, prefix: bytes = b"", before_directory: bytes = b"", comment: bytes = b"",
    after: bytes = b"", end: dict[str, int] | None = None, zip64: bool = False,
) -> bytes:  # fmt: skip
    """The bytes of the ZIP."""
    lines = list(lines)
    out = bytearray(prefix)
    offsets: dict[bytes, int] = {}
    central: list[tuple[Line, dict[str, int | bytes], int]] = []
    for line in lines:
        fields = _fields(line)
        out += line.gap
        offset = len(out)
        if line.has_local:
            offsets.setdefault(line.name, offset)
            shown = fields | ({"crc": 0, "packed": 0, "size": 0} if line.descriptor else {}) | line.local
            out += _header(b"PK\x03\x04", shown)
            out += _payload(line)
            if line.descriptor:
                sizes = struct.pack("<LLL", fields["crc"], fields["packed"], fields["size"])
                out += (b"PK\x07\x08" if line.descriptor == "signed" else b"") + sizes
        central.append((line, fields | line.central, offset))
    out += before_directory
    start = len(out)
    for line, fields, offset in central:
        real = offsets.get(line.offset_of, offset) if line.offset_of else offset
        out += _central(fields, int(fields.get("offset", real)), line.mode)
    length = len(out) - start
    told = {"count": len(lines), "length": length, "start": start} | (end or {})
    if zip64:
        end_start = len(out)
        out += struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, told["count"], told["count"], length, start)
        out += struct.pack("<4sLQL", b"PK\x06\x07", 0, end_start, 1)
        told = {"count": 0xFFFF, "length": 0xFFFFFFFF, "start": 0xFFFFFFFF}
    out += struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, told["count"], told["count"], told["length"], told["start"], len(comment)
    )
    return bytes(out) + comment + after


def _payload(line: Line) -> bytes:
    if line.packed is not None:
        return line.packed
    return deflated(line.data) if line.method == 8 else line.data


def _fields(line: Line) -> dict[str, int | bytes]:
    return {
        "flags": line.flags | (8 if line.descriptor else 0), "method": line.method, "crc": zlib.crc32(line.data),
        "packed": len(_payload(line)), "size": len(line.data), "name": line.name, "extra": line.extra,
    }  # fmt: skip


def _header(signature: bytes, fields: dict[str, int | bytes]) -> bytes:
    name, extra = bytes(fields["name"]), bytes(fields["extra"])  # type: ignore[arg-type]
    return struct.pack(
        "<4s5H3L2H", signature, 20, fields["flags"], fields["method"], 0x6000, 0x5C61, fields["crc"],
        fields["packed"], fields["size"], len(name), len(extra),
    ) + name + extra  # fmt: skip


def _central(fields: dict[str, int | bytes], offset: int, mode: int) -> bytes:
    name, extra = bytes(fields["name"]), bytes(fields["extra"])  # type: ignore[arg-type]
    comment = bytes(fields.get("comment", b""))  # type: ignore[arg-type]
    return struct.pack(
        "<4s6H3L5H2L", b"PK\x01\x02", (3 << 8) | 20, 20, fields["flags"], fields["method"], 0x6000, 0x5C61,
        fields["crc"], fields["packed"], fields["size"], len(name), len(extra), len(comment), 0, 0, mode << 16, offset,
    ) + name + extra + comment  # fmt: skip
