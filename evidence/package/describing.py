"""The manifest of a package, from a frozen case."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from evidence.digest import fingerprint_words
from evidence.manifest import (
    FileEntry,
    HeadToken,
    HeldBackEntry,
    ItemEntry,
    LogSummary,
    Manifest,
    RedactedFile,
    SignerEntry,
    WithheldFile,
    note_entries,
    redaction_path,
)
from evidence.model import Exhibit, PackageChoices, Snapshot
from evidence.package.identifiers import identifying
from evidence.package.names import copy_path


def describe_package(
    snapshot: Snapshot,
    choices: PackageChoices,
    *,
    package_id: str,
    certificate_sha256: str,
    files: Sequence[FileEntry],
    tokens: Sequence[HeadToken] = (),
    supersedes: Sequence[str] = (),
) -> Manifest:
    """The manifest that lists ``files`` and describes the exhibits of ``snapshot``. ``certificate_sha256`` is of the
    package's signer; the log's own key is named beside it where that is another one."""
    head = snapshot.log.head.head
    log_key = hashlib.sha256(snapshot.certificate_der).hexdigest()
    return Manifest(
        package_id=package_id,
        created=snapshot.frozen,
        tool=snapshot.tool,
        language=choices.language,
        case_id=snapshot.case.id,
        case_title=snapshot.case.title,
        exhibits_in_case=snapshot.exhibits_in_case,
        examiner=snapshot.examiner,
        statement=choices.statement,
        signer=_signer(certificate_sha256),
        log_signer=None if log_key == certificate_sha256 else _signer(log_key),
        log=LogSummary(log_id=head.log_id, size=head.size, root=head.root, disclosed=len(snapshot.log.events)),
        items=tuple(_item_entry(exhibit) for exhibit in snapshot.exhibits),
        files=tuple(sorted(files, key=lambda entry: entry.path)),
        tokens=tuple(tokens),
        withheld=withheld_files(snapshot),
        redacted=tuple(sorted(redacted_files(snapshot), key=lambda each: each.path)),
        supersedes=tuple(supersedes),
        held_back=tuple(
            HeldBackEntry(item.number, item.id, item.method, item.acquired, identifying(item))
            for item in snapshot.held_back
        ),
        notes=note_entries(snapshot.notes, {one.item.id: one.item.number for one in snapshot.exhibits}),
    )


def withheld_files(snapshot: Snapshot) -> tuple[WithheldFile, ...]:
    """The originals of exhibits that are handed over redacted: what was sealed, without a name."""
    return tuple(
        WithheldFile(
            item=exhibit.item.number, position=position, size=file.digests.size, sha256=file.digests.sha256,
            sha512=file.digests.sha512, media_type=file.media_type,
        )
        for exhibit in snapshot.exhibits if snapshot.copies_of(exhibit.item.id)
        for position, file in enumerate(exhibit.item.files)
    )  # fmt: skip


def redacted_files(snapshot: Snapshot) -> list[RedactedFile]:
    """The copies in their place."""
    return [
        RedactedFile(
            item=exhibit.item.number, original_sha256=each.copy.original_sha256,
            path=copy_path(exhibit.item.number, each.copy),
            record=redaction_path(exhibit.item.number, each.copy.file_index),
        )
        for exhibit in snapshot.exhibits for each in snapshot.copies_of(exhibit.item.id)
    ]  # fmt: skip


def _signer(certificate_sha256: str) -> SignerEntry:
    return SignerEntry(certificate_sha256, fingerprint_words(certificate_sha256))


def _item_entry(exhibit: Exhibit) -> ItemEntry:
    item = exhibit.item
    return ItemEntry(
        number=item.number,
        id=item.id,
        method=item.method,
        acquired=item.acquired,
        tool=item.tool,
        examiner=item.examiner,
        source=item.source,
        settings=item.settings,
        title=item.title,
        note=item.note,
        lawful_access=item.lawful_access,
        score=exhibit.score,
    )
