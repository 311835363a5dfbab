"""What a verifier answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from evidence.model.custody import SignedHead


class Answer(StrEnum):
    """Missing, stripped, pending or self-supplied proof is never ``YES``."""

    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot_tell"


class ClaimName(StrEnum):
    """The claims, in the order in which they are said."""

    COMPLETE = "complete"
    """No file was changed, added or taken away."""
    SIGNED = "signed"
    """The manifest and the report are signed by the key with this fingerprint."""
    SIGNER = "signer"
    """That key belongs to a signer whom the reader trusts."""
    TIME = "time"
    """It existed before …"""
    CLOCK = "clock"
    """The clock of the computer was right."""
    CUSTODY = "custody"
    """Each exhibit was acquired, and then …, and nothing was cut out of the log."""
    METHOD = "method"
    """How each exhibit came in."""
    REPORT = "report"
    """The report says what the manifest says."""
    REDACTION = "redaction"
    """What redacted copies show is what the log fixed of their originals. Said of packages alone that hold any."""
    ORIGIN = "origin"
    """The site or person really sent this: always ``CANNOT_TELL``; said, not counted."""


@dataclass(frozen=True, slots=True)
class Check:
    """One numbered check. ``reason`` is a stable code of the text catalogue (context ``check``)."""

    number: int
    name: str
    answer: Answer
    reason: str
    params: dict[str, str] = field(default_factory=dict)
    claim: ClaimName = ClaimName.COMPLETE


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim with its answer. ``reason`` is a stable code of the text catalogue (context ``claim``)."""

    name: ClaimName
    answer: Answer
    reason: str
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """All claims and checks of one package, and the facts they rest on."""

    path: str
    package_id: str
    format_version: int
    claims: tuple[Claim, ...]
    checks: tuple[Check, ...]
    facts: dict[str, str]
    """Digests, key fingerprint (hexadecimal and words), TSA names, times, offsets."""
    damaged: tuple[str, ...]
    """Paths inside the package that were changed, added or are missing."""
    verified_at: datetime
    verifier: str
    """Name and version of this verifier."""
    heads: tuple[SignedHead, ...] = ()
    """The log's heads, by rising size, where the whole log holds: what a receipt carries."""
