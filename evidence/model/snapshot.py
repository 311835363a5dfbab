"""A frozen case: everything that packaging needs, as plain values and readable originals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO

from evidence.model.acquisition import Examiner, Moment, Tool
from evidence.model.care import Recipient
from evidence.model.case import Case, Exhibit, Item, Note
from evidence.model.custody import ConsistencyProof, CustodyEvent, InclusionProof, SignedHead
from evidence.model.redaction import CopyForPackage
from evidence.model.time import TimestampToken


class Exposure(StrEnum):
    """How a picture appears in the report. The original in ``data/`` is never altered by this."""

    BLURRED = "blurred"
    GREY = "grey"
    SMALL = "small"
    FULL = "full"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True)
class DisclosedLog:
    """The disclosed part of a case's custody log with its proofs. Leaves that are not disclosed stay unguessable."""

    log_id: str
    events: tuple[CustodyEvent, ...]
    """In order of index."""
    inclusion: tuple[InclusionProof, ...]
    """One for each event, into ``head``."""
    head: SignedHead
    """The newest head: the one after the FROZEN event of this snapshot."""
    earlier_heads: tuple[SignedHead, ...] = ()
    """Heads that carry time-stamp tokens, by size."""
    consistency: tuple[ConsistencyProof, ...] = ()
    """One for each earlier head, to ``head``."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A case, or a part of it, frozen for a package. Made by the session; read by :mod:`evidence.package`."""

    case: Case
    exhibits: tuple[Exhibit, ...]
    """Those chosen, in order of their numbers."""
    exhibits_in_case: int
    log: DisclosedLog
    tokens: tuple[TimestampToken, ...]
    frozen: Moment
    tool: Tool
    examiner: Examiner
    open_original: Callable[[str], BinaryIO]
    """Object id to a seekable stream that verifies as it reads."""
    certificate_der: bytes
    """The signer's certificate."""
    held_back: tuple[Item, ...] = ()
    """Wanted too, but they may show someone under age. No file of theirs can be opened."""
    redacted: tuple[CopyForPackage, ...] = ()
    """Of exhibits that are handed over redacted: the copies, by item and file. Their originals stay in the vault."""

    notes: tuple[Note, ...] = ()
    """Those chosen, about the case or about ``exhibits``, the oldest first; ``written_at`` is what the log says."""

    def copies_of(self, item_id: str) -> tuple[CopyForPackage, ...]:
        """The redacted copies in the place of one exhibit's originals; none: it is handed over as it is."""
        return tuple(each for each in self.redacted if each.copy.item_id == item_id)


@dataclass(frozen=True, slots=True)
class PackageChoices:
    """What the person decided about a package."""

    language: str
    exposure: Mapping[str, Exposure]
    """Item id to exposure; items that are missing here are blurred."""
    statement: str = ""
    """The collector's own statement; a human statement."""
    as_folder: bool = True
    as_zip: bool = True
    redacted: frozenset[str] = frozenset()
    """Ids of the items whose newest redacted copies go into the package instead of their originals."""
    notes: frozenset[int] = frozenset()
    """Ids of the notes that go in. A note that nobody chose stays in the vault."""
    ask_time: bool = False
    """Whether to ask the chosen time-stamping authorities now; the one part of packaging that uses a network."""
    recipient: Recipient | None = None
    """For whom it is made; then the consent to that must be given. None: nobody said."""


@dataclass(frozen=True, slots=True)
class PackageMade:
    """What packaging left behind."""

    package_id: str
    folder: str
    zip_file: str
    manifest_sha256: str
    report_sha256: str
    signer_fingerprint: str
    created_at: datetime
    has_trusted_time: bool
    signature_level: str = "B-B"
    """PAdES level of the report: ``B-B``, ``B-T``, ``B-LT`` or ``B-LTA`` (ETSI EN 319 142-1)."""
    recipient: str = ""
    """For whom it was made (:class:`evidence.model.Recipient`); empty when nobody said."""
    unanswered: tuple[str, ...] = ()
    """Addresses of time-stamping authorities that were asked about the signature and gave no usable token."""
