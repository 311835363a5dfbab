"""What is inside a package, for a reader who asks: names, sizes and notes as its list states them, and one original."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from evidence.digest import from_json, parse_json
from evidence.errors import EvidenceError
from evidence.manifest import MANIFEST, FileRole, Manifest, NoteEntry
from evidence.model import AcquisitionMethod, Moment, VerificationReport
from evidence.verify.alone import is_report_alone
from evidence.verify.container import Entry, Located, Unlock, key_of, locate, open_container

MAX_ORIGINAL = 64 << 20
"""Bytes of an original that is read into memory to be shown."""
_MAX_MANIFEST = 16 << 20
_PAYLOAD = (FileRole.ORIGINAL, FileRole.DERIVED)
"""What stands below ``data/``: originals, and redacted copies in their place."""


@dataclass(frozen=True, slots=True)
class FileInside:
    """One original, or the redacted copy in its place: its path in the package, the name it had (of a copy: has), its
    size in bytes, and what it was taken for."""

    path: str
    original_name: str
    size: int
    media_type: str


@dataclass(frozen=True, slots=True)
class ExhibitInside:
    """One exhibit, in the words of the person who made the package."""

    number: str
    title: str
    method: AcquisitionMethod
    acquired: Moment
    files: tuple[FileInside, ...]


@dataclass(frozen=True, slots=True)
class Inside:
    """What the list of a package states: its exhibits in their order, and the notes that were chosen into it, the
    oldest first, in the words of whoever wrote them."""

    exhibits: tuple[ExhibitInside, ...] = ()
    notes: tuple[NoteEntry, ...] = ()


def contents_of(report: VerificationReport, path: Path, unlock: Unlock | None = None) -> Inside:
    """What is inside the package at ``path`` that ``report`` is about, as its list states it.

    Nothing of the files themselves is read. Raises :class:`EvidenceError` ``verify.no_contents`` where there is no
    list that this program can read (a report alone, a newer format, damage), ``verify.changed_since`` when the list is
    not the one that was verified, and those of :func:`evidence.verify.verify_package`.
    """
    with _opened(report, path, unlock) as (_located, manifest):
        exhibits = tuple(
            ExhibitInside(
                item.number, item.title, item.method, item.acquired,
                tuple(
                    FileInside(
                        file.path, file.original_name or PurePosixPath(file.path).name, file.size, file.media_type
                    )
                    for file in manifest.files if file.item == item.number and file.role in _PAYLOAD
                ),
            )
            for item in manifest.items
        )  # fmt: skip
        return Inside(exhibits, manifest.notes)


def read_original(report: VerificationReport, path: Path, file: FileInside, unlock: Unlock | None = None) -> bytes:
    """The bytes of one original, or of the redacted copy in its place, into memory, where they are still those that the
    list states.

    Raises as :func:`contents_of`, and ``verify.no_contents`` for a file that is missing or beyond
    :data:`MAX_ORIGINAL`.
    """
    with _opened(report, path, unlock) as (located, manifest):
        stated = [each for each in manifest.files if each.path == file.path and each.role in _PAYLOAD]
        entry = located.files.get(key_of(file.path))
        if entry is None or not stated or entry.size > MAX_ORIGINAL:
            raise EvidenceError("verify.no_contents")
        data = _read(entry, MAX_ORIGINAL)
        if not hmac.compare_digest(hashlib.sha256(data).hexdigest(), stated[0].sha256):
            raise EvidenceError("verify.changed_since")
        return data


@contextmanager
def _opened(report: VerificationReport, path: Path, unlock: Unlock | None) -> Iterator[tuple[Located, Manifest]]:
    """The package and its list, which is still the one that was verified."""
    if is_report_alone(path):
        raise EvidenceError("verify.no_contents")
    container = open_container(path, unlock or Unlock())
    try:
        located = locate(container, path)
        entry = located.files.get(MANIFEST)
        if entry is None or entry.size > _MAX_MANIFEST:
            raise EvidenceError("verify.no_contents")
        data = _read(entry, _MAX_MANIFEST)
        if hashlib.sha256(data).hexdigest() != report.facts.get("manifest_sha256"):
            raise EvidenceError("verify.changed_since")
        try:
            manifest = from_json(parse_json(data), Manifest)
        except EvidenceError as problem:
            raise EvidenceError("verify.no_contents") from problem
        yield located, manifest
    except OSError as problem:
        raise EvidenceError("verify.unreadable", path=path, reason=problem.strerror or "") from problem
    finally:
        container.close()


def _read(entry: Entry, limit: int) -> bytes:
    data = bytearray()
    with entry.open() as stream:
        while len(data) <= limit and (piece := stream.read(1 << 20)):
            data += piece
    return bytes(data)
