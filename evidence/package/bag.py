"""The BagIt form of a package (RFC 8493). Digests were taken while the bytes were written: nothing is read twice."""

from __future__ import annotations

from collections.abc import Iterable

from evidence.manifest import FileEntry

BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


def bag_info(payload: Iterable[FileEntry], *, package_id: str, date: str, software: str) -> bytes:
    """``bag-info.txt``. ``date`` is ISO 8601; the payload's size is in bytes and files (*Payload-Oxum*)."""
    entries = list(payload)
    size = sum(entry.size for entry in entries)
    return (
        f"Bagging-Date: {date}\nBag-Software-Agent: {software}\n"
        f"External-Identifier: {package_id}\nPayload-Oxum: {size}.{len(entries)}\n"
    ).encode()


def checksum_list(entries: Iterable[FileEntry], algorithm: str) -> bytes:
    """A manifest or tag manifest, in the form that ``sha256sum -c`` reads. ``algorithm``: ``sha256`` or ``sha512``."""
    lines = [f"{getattr(entry, algorithm)}  {entry.path}\n" for entry in sorted(entries, key=lambda each: each.path)]
    return "".join(lines).encode()
