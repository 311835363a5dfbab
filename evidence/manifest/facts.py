"""The facts that an ACQUIRED event fixes, so that a package's manifest can be held against the log.

The session writes them when an item is sealed; the verifier computes them again from the manifest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from evidence.digest import canonical_json, to_json
from evidence.manifest.schema import FileEntry, FileRole, ItemEntry, Manifest, NoteEntry, WithheldFile
from evidence.model import Digests, Item, Note


def acquired_facts(item: Item) -> dict[str, str]:
    """Facts of the ACQUIRED event of ``item``: number, method, its files' digests in order, and the SHA-256 of the
    canonical JSON of how it was acquired."""
    return _facts(
        number=item.number,
        digests=[file.digests for file in item.files],
        acquisition={
            "acquired": to_json(item.acquired),
            "examiner": to_json(item.examiner),
            "method": item.method.value,
            "settings": item.settings,
            "source": item.source,
            "tool": to_json(item.tool),
        },
        method=item.method.value,
    )


def acquired_facts_of_entry(manifest: Manifest, entry: ItemEntry) -> dict[str, str]:
    """The same facts, computed from a package's manifest."""
    return _facts(
        number=entry.number,
        digests=[
            Digests(sha256=file.sha256, sha512=file.sha512, size=file.size) for file in sealed_of(manifest, entry)
        ],
        acquisition={
            "acquired": to_json(entry.acquired),
            "examiner": to_json(entry.examiner),
            "method": entry.method.value,
            "settings": entry.settings,
            "source": entry.source,
            "tool": to_json(entry.tool),
        },
        method=entry.method.value,
    )


def originals_of(manifest: Manifest, entry: ItemEntry) -> list[FileEntry]:
    """The originals of one exhibit in the order in which they were sealed: ``FileEntry.position``."""
    files = [file for file in manifest.files if file.item == entry.number and file.role is FileRole.ORIGINAL]
    return sorted(files, key=lambda file: file.position)


def sealed_of(manifest: Manifest, entry: ItemEntry) -> list[FileEntry | WithheldFile]:
    """What was sealed for one exhibit, in that order: its originals, in the package or withheld."""
    withheld = (file for file in manifest.withheld if file.item == entry.number)
    return sorted([*originals_of(manifest, entry), *withheld], key=lambda file: file.position)


def is_redacted(manifest: Manifest, number: str) -> bool:
    """Whether the exhibit with this number is handed over redacted."""
    return any(file.item == number for file in manifest.withheld)


def note_entries(notes: Sequence[Note], numbers: Mapping[str, str]) -> tuple[NoteEntry, ...]:
    """Notes as a manifest has them; ``numbers`` leads from item ids to exhibit numbers."""
    return tuple(
        NoteEntry(numbers[note.item_id] if note.item_id else "", note.author, note.written_at, note.text)
        for note in notes
    )


def notes_facts(entries: Sequence[NoteEntry]) -> dict[str, str]:
    """What the FROZEN event says about the notes of a package: nothing where there are none."""
    if not entries:
        return {}
    return {"notes_sha256": hashlib.sha256(canonical_json([to_json(entry) for entry in entries])).hexdigest()}


def _facts(*, number: str, digests: list[Digests], acquisition: dict[str, object], method: str) -> dict[str, str]:
    return {
        "number": number,
        "method": method,
        "sha256": ",".join(digest.sha256 for digest in digests),
        "sha512": ",".join(digest.sha512 for digest in digests),
        "size": ",".join(str(digest.size) for digest in digests),
        "acquisition_sha256": hashlib.sha256(canonical_json(acquisition)).hexdigest(),
    }
