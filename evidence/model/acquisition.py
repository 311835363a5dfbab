"""How bytes came to be held: the act of acquisition and its provenance (ISO/IEC 27037)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO


class AcquisitionMethod(StrEnum):
    """How the bytes came in; a reader weighs a live capture differently from a file that someone sent."""

    LIVE_CAPTURE = "live_capture"
    SCREEN_RECORDING = "screen_recording"
    FILE_IMPORT = "file_import"
    PASTE_IMPORT = "paste_import"
    PLATFORM_EXPORT_IMPORT = "platform_export_import"
    LINK_NOTE = "link_note"
    PHOTO_OF_OTHER_SCREEN = "photo_of_other_screen"
    TRANSCRIPTION = "transcription"
    RECEIVED_FROM_THIRD_PARTY = "received_from_third_party"
    DERIVED = "derived"
    """Made by the tool from another exhibit, which the source facts name: a still of a film, for instance."""


class OperatorRole(StrEnum):
    """Who operated the tool."""

    VICTIM = "victim"
    COUNSELLOR = "counsellor"
    THIRD_PARTY = "third_party"


@dataclass(frozen=True, slots=True)
class Moment:
    """One reading of the computer's clock.

    ``clock_source`` says what stands behind the reading: ``system`` (the computer's own clock, not compared with
    anything) or ``tsa`` (compared with a time-stamping authority). ``clock_offset_ms`` is the computer's clock minus
    the reference, measured at ``clock_checked_at``; None when it was never compared.
    """

    at: datetime
    """Aware, UTC."""
    local: str
    """The same moment as local wall-clock time, ISO 8601 with offset."""
    timezone: str
    """IANA name, or an empty string when the system does not tell."""
    utc_offset_s: int
    clock_source: str = "system"
    clock_offset_ms: int | None = None
    clock_checked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tool:
    """What did the work, and on what."""

    name: str
    version: str
    python: str
    system: str
    """Operating system with version, as the platform names itself."""
    libraries: dict[str, str] = field(default_factory=dict)
    """Versions of the libraries that took part."""


@dataclass(frozen=True, slots=True)
class Examiner:
    """The person operating the tool. The name is optional and is only ever what the person typed."""

    role: OperatorRole
    name: str = ""


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """One run of bytes on its way in. ``open`` gives a fresh binary stream at position 0, read exactly once.

    Closing the stream may raise :class:`evidence.errors.EvidenceError` when the source changed while it was read.
    """

    name: str
    """File name as found; never a path."""
    open: Callable[[], BinaryIO]
    expected_size: int | None = None
    """Bytes, when the source tells beforehand; for progress and for noticing a full disk early."""


@dataclass(frozen=True, slots=True)
class Acquisition:
    """What arrived through a port, before it is sealed. Made by :mod:`evidence.capture`."""

    files: tuple[IncomingFile, ...]
    method: AcquisitionMethod
    title: str
    """A neutral title; the person may change it later. Never shown outside the vault."""
    started: Moment
    source: dict[str, str] = field(default_factory=dict)
    """Machine facts about the source, flat: ``display``, ``region``, ``url`` …"""
    settings: dict[str, str] = field(default_factory=dict)
    note: str = ""
    """The person's own words at the time; a human statement, kept apart from machine facts."""
    lawful_access: str = ""
    """The person's own words on how she could see it."""
