"""``proof/manifest.json`` as values. Its canonical JSON is what the examiner's key signs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from evidence.model import AcquisitionMethod, Examiner, Moment, ScoreReport, Tool


class FileRole(StrEnum):
    """What a file of the package is."""

    ORIGINAL = "original"
    DERIVED = "derived"
    TABLE = "table"
    GUIDE = "guide"
    PROOF = "proof"
    BAG = "bag"


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file of the package. Digests are lower-case hexadecimal, size in bytes."""

    path: str
    size: int
    sha256: str
    sha512: str
    role: FileRole
    item: str = ""
    """Exhibit number, for originals and derived files."""
    media_type: str = ""
    original_name: str = ""
    """File name exactly as it was found, for originals."""
    position: int = 0
    """Order of an original among the files of its exhibit, from 0."""
    derived_from_sha256: str = ""
    transform: str = ""


@dataclass(frozen=True, slots=True)
class ItemEntry:
    """One exhibit: machine facts, and apart from them the human statements ``title``, ``note``, ``lawful_access``."""

    number: str
    id: str
    method: AcquisitionMethod
    acquired: Moment
    tool: Tool
    examiner: Examiner
    source: dict[str, str]
    settings: dict[str, str]
    title: str
    note: str
    lawful_access: str
    score: ScoreReport | None = None


@dataclass(frozen=True, slots=True)
class HeldBackEntry:
    """An exhibit of which nothing is handed over but where it is and when it came in: it could show someone under
    age. Neither its files nor their digests stand in the package."""

    number: str
    id: str
    method: AcquisitionMethod
    acquired: Moment
    source: dict[str, str]
    """Addresses, accounts and identifiers alone."""


@dataclass(frozen=True, slots=True)
class NoteEntry:
    """A note that was written in the vault and chosen for the package: a human statement with its time of writing."""

    item: str
    """Exhibit number; empty: it is about the case."""
    author: str
    """Role of who wrote it."""
    written_at: datetime
    """When the custody log noted it."""
    text: str


@dataclass(frozen=True, slots=True)
class SignerEntry:
    """A key that signs, by its certificate: manifest and report, and the heads unless another is named for them."""

    certificate_sha256: str
    fingerprint_words: str


@dataclass(frozen=True, slots=True)
class LogSummary:
    """The custody log at the moment of freezing."""

    log_id: str
    size: int
    root: str
    disclosed: int


@dataclass(frozen=True, slots=True)
class WithheldFile:
    """An original that is not in the package, because its exhibit is handed over redacted: what the log sealed."""

    item: str
    position: int
    """Order among the originals of its exhibit, from 0."""
    size: int
    sha256: str
    sha512: str
    media_type: str


@dataclass(frozen=True, slots=True)
class RedactedFile:
    """A redacted copy that stands in the place of an original, with its record."""

    item: str
    original_sha256: str
    path: str
    """Of the copy; it is listed among the files as derived."""
    record: str
    """Path of its record, which the log cites by digest."""


@dataclass(frozen=True, slots=True)
class HeadToken:
    """A time-stamp token over the head of ``head_size`` that was there when the package was made."""

    path: str
    head_size: int
    tsa_url: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The whole manifest."""

    package_id: str
    created: Moment
    tool: Tool
    language: str
    case_id: str
    case_title: str
    exhibits_in_case: int
    examiner: Examiner
    statement: str
    signer: SignerEntry
    log: LogSummary
    items: tuple[ItemEntry, ...]
    files: tuple[FileEntry, ...]
    """Sorted by path; every file of the package but those of ``layout.UNLISTED``."""
    tokens: tuple[HeadToken, ...] = ()
    supersedes: tuple[str, ...] = field(default_factory=tuple)
    """Ids of earlier packages of the same case."""
    log_signer: SignerEntry | None = None
    """The vault's key, which signs the heads of the log, where another key signs the package. The FROZEN event then
    names ``signer`` in turn: neither key can be put beside the other without both having signed that."""
    withheld: tuple[WithheldFile, ...] = ()
    """Originals that stay sealed, by exhibit and position. An exhibit that has one has no original in the package."""
    redacted: tuple[RedactedFile, ...] = ()
    """The copies in their place, by path."""
    held_back: tuple[HeldBackEntry, ...] = ()
    """Exhibits that were wanted too and are held back."""
    notes: tuple[NoteEntry, ...] = ()
    """Notes that were chosen, the oldest first; the FROZEN event names their digest."""
    format: str = "holdfast-package"
    version: int = 2
