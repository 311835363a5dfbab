"""What the report is made from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evidence.i18n import Texts
from evidence.manifest import FileEntry, FileRole, Manifest, WithheldFile
from evidence.model import PackageChoices, Snapshot
from evidence.package.identifiers import Identifier
from evidence.package.labels import digest_lines


@dataclass(frozen=True, slots=True)
class ReportContent:
    """Everything that the report prints. ``manifest_sha256`` is what ties it to the package; it is empty
    for a draft."""

    snapshot: Snapshot
    choices: PackageChoices
    manifest: Manifest
    manifest_sha256: str
    identifiers: Sequence[Identifier]
    preview: Callable[[str], bytes | None]
    """Item id to the picture as it may be shown, JPEG or PNG; None when there is nothing to show."""
    before_exhibit: Callable[[int], None]
    """Called with the number of exhibits already written; may raise to stop."""

    @property
    def is_draft(self) -> bool:
        """Whether this is shown to the person before anything is signed: there is no manifest yet to cite."""
        return not self.manifest_sha256

    def said_digest(self, t: Texts) -> str:
        """The manifest's digest in groups, or that there is none yet."""
        return t("only in the signed report") if self.is_draft else digest_lines(self.manifest_sha256)

    def originals(self) -> dict[str, list[FileEntry]]:
        """Exhibit number to the originals of that exhibit."""
        by_item: dict[str, list[FileEntry]] = {}
        for entry in self.manifest.files:
            if entry.role is FileRole.ORIGINAL:
                by_item.setdefault(entry.item, []).append(entry)
        return by_item

    def payload(self) -> dict[str, list[FileEntry]]:
        """Exhibit number to what the package holds of that exhibit: its originals, or redacted copies of them."""
        by_item: dict[str, list[FileEntry]] = {}
        for entry in self.manifest.files:
            if entry.role in (FileRole.ORIGINAL, FileRole.DERIVED):
                by_item.setdefault(entry.item, []).append(entry)
        return by_item

    def withheld(self) -> dict[str, list[WithheldFile]]:
        """Exhibit number to the originals that stay sealed, of exhibits that are handed over redacted."""
        by_item: dict[str, list[WithheldFile]] = {}
        for file in self.manifest.withheld:
            by_item.setdefault(file.item, []).append(file)
        return by_item

    def human_text(self) -> str:
        """All that people wrote and that the report prints: the font must have its letters."""
        parts = [self.manifest.case_title, self.manifest.statement, self.manifest.examiner.name]
        for entry in self.manifest.items:
            parts += [entry.title, entry.note, entry.lawful_access, entry.examiner.name]
        parts += [note.text for note in self.manifest.notes]
        parts += [value for entry in self.manifest.held_back for value in entry.source.values()]
        parts += [entry.original_name for entry in self.manifest.files]
        return "\n".join(parts)
