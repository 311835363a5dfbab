"""The frozen vocabulary: plain values that the rooms hand to one another and that stand in the files we write.

Every class is a frozen dataclass of builtin types, enumerations and aware UTC times, so that
:func:`evidence.digest.to_json` turns it into canonical JSON and :func:`evidence.digest.from_json` reads it back,
type-checked. Terms are those of ARCHITECTURE.md, *Words*.
"""

from evidence.model.acquisition import (
    Acquisition,
    AcquisitionMethod,
    Examiner,
    IncomingFile,
    Moment,
    OperatorRole,
    Tool,
)
from evidence.model.care import (
    MINOR_FACT,
    Consent,
    Looked,
    MinorAnswer,
    Purpose,
    Recipient,
    WithoutMedia,
)
from evidence.model.case import Case, DerivedFile, Exhibit, Item, Note, OriginalFile, exhibit_number
from evidence.model.custody import ConsistencyProof, CustodyEvent, EventKind, Head, InclusionProof, SignedHead
from evidence.model.digest import Digests
from evidence.model.place import Filter, Found, Kind, Lack, Match, Precision, Standing, TimelineEntry
from evidence.model.receipt import Receipt, ReceiptRead
from evidence.model.redaction import (
    TILE_SIDE,
    CommittedFile,
    CopyForPackage,
    Fill,
    MarkedArea,
    RedactedCopy,
    RedactionKind,
    RedactionWish,
    parse_span,
)
from evidence.model.score import Band, DetectorRun, ErrorRates, FaceFinding, FrameScore, ProvenanceFact, ScoreReport
from evidence.model.snapshot import DisclosedLog, Exposure, PackageChoices, PackageMade, Snapshot
from evidence.model.time import TimestampToken
from evidence.model.verdict import Answer, Check, Claim, ClaimName, VerificationReport

__all__ = [
    "Acquisition", "AcquisitionMethod", "Answer", "Band", "Case", "Check", "Claim", "ClaimName", "CommittedFile",
    "Consent", "ConsistencyProof", "CopyForPackage", "CustodyEvent", "DerivedFile", "DetectorRun", "Digests",
    "DisclosedLog", "ErrorRates", "EventKind", "Examiner", "Exhibit", "Exposure", "FaceFinding", "Fill", "Filter",
    "Found", "FrameScore", "Head", "InclusionProof", "IncomingFile", "Item", "Kind", "Lack", "Looked", "MINOR_FACT",
    "MarkedArea", "Match", "MinorAnswer", "Moment", "Note", "OperatorRole", "OriginalFile", "PackageChoices",
    "PackageMade", "Precision", "ProvenanceFact", "Purpose", "Receipt", "ReceiptRead", "Recipient", "RedactedCopy",
    "RedactionKind", "RedactionWish", "ScoreReport", "SignedHead", "Snapshot", "Standing", "TILE_SIDE",
    "TimelineEntry", "TimestampToken", "Tool", "VerificationReport", "WithoutMedia", "exhibit_number", "parse_span",
]  # fmt: skip
