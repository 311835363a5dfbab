"""What is inside a package, for a reader who asks: names and sizes as its list of contents states them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from evidence.digest import from_json, parse_json
from evidence.errors import EvidenceError
from evidence.manifest import MANIFEST, FileRole, Manifest
from evidence.model import AcquisitionMethod, Moment, VerificationReport
from evidence.verify.alone import is_report_alone
from evidence.verify.container import Unlock, locate, open_container

_MAX_MANIFEST = 16 << 20


@dataclass(frozen=True, slots=True)
class FileInside:
    """One original: its path in the package, the name it had, and its size in bytes."""

    path: str
    original_name: str
    size: int


@dataclass(frozen=True, slots=True)
class ExhibitInside:
    """One exhibit, in the words of the person who made the package."""

    number: str
    title: str
    method: AcquisitionMethod
    acquired: Moment
    files: tuple[FileInside, ...]


def contents_of(report: VerificationReport, path: Path, unlock: Unlock | None = None) -> tuple[ExhibitInside, ...]:
    """The exhibits of the package at ``path`` that ``report`` is about, in the order of their list.

    Nothing of the files themselves is read. Raises :class:`EvidenceError` ``verify.no_contents`` where there is no
    list that this program can read (a report alone, a newer format, damage), ``verify.changed_since`` when the list is
    not the one that was verified, and those of :func:`evidence.verify.verify_package`.
    """
    if is_report_alone(path):
        raise EvidenceError("verify.no_contents")
    container = open_container(path, unlock or Unlock())
    try:
        entry = locate(container, path).files.get(MANIFEST)
        if entry is None or entry.size > _MAX_MANIFEST:
            raise EvidenceError("verify.no_contents")
        data = bytearray()
        with entry.open() as stream:
            while len(data) <= _MAX_MANIFEST and (piece := stream.read(1 << 20)):
                data += piece
    except OSError as problem:
        raise EvidenceError("verify.unreadable", path=path, reason=problem.strerror or "") from problem
    finally:
        container.close()
    if hashlib.sha256(data).hexdigest() != report.facts.get("manifest_sha256"):
        raise EvidenceError("verify.changed_since")
    try:
        manifest = from_json(parse_json(bytes(data)), Manifest)
    except EvidenceError as problem:
        raise EvidenceError("verify.no_contents") from problem
    return tuple(
        ExhibitInside(
            item.number, item.title, item.method, item.acquired,
            tuple(
                FileInside(file.path, file.original_name, file.size)
                for file in manifest.files if file.item == item.number and file.role is FileRole.ORIGINAL
            ),
        )
        for item in manifest.items
    )  # fmt: skip
