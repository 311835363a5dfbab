"""Cases, items and the files that an item is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from evidence.model.acquisition import AcquisitionMethod, Examiner, Moment, Tool
from evidence.model.digest import Digests
from evidence.model.score import ScoreReport


@dataclass(frozen=True, slots=True)
class Case:
    """What items are gathered for."""

    id: str
    """UUID, never reused. It is also the name of the case's custody log."""
    title: str
    created_at: datetime
    item_count: int = 0


@dataclass(frozen=True, slots=True)
class OriginalFile:
    """One sealed original. ``object_id`` names the encrypted file in the vault and is never exported."""

    name: str
    digests: Digests
    media_type: str
    """Sniffed from the bytes, never from the name; ``application/octet-stream`` when not recognised."""
    object_id: str


@dataclass(frozen=True, slots=True)
class DerivedFile:
    """Something computed from an original (a blurred preview, a stitched picture); can be made again."""

    name: str
    digests: Digests
    media_type: str
    derived_from_sha256: str
    transform: str
    """What was done, with parameters, in one line."""


@dataclass(frozen=True, slots=True)
class Item:
    """One preserved thing with its original files. Printed as *exhibit* with its number."""

    id: str
    case_id: str
    number: str
    """Exhibit number, ``A-01``; see :func:`exhibit_number`."""
    title: str
    files: tuple[OriginalFile, ...]
    method: AcquisitionMethod
    acquired: Moment
    tool: Tool
    examiner: Examiner
    source: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    note: str = ""
    lawful_access: str = ""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """An item with what was learned about it: the form in which pages, lists and packages read it."""

    item: Item
    score: ScoreReport | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """The person's own words about a case or an item, kept apart from what the program knows."""

    case_id: str
    item_id: str
    """Empty when the note is about the whole case."""
    written_at: datetime
    author: str
    """``victim``, ``counsellor`` or ``third_party``."""
    text: str
    id: int = 0
    """Number of the note in its vault, by which it is chosen; 0 while it is not kept yet."""


def exhibit_number(position: int) -> str:
    """The printed number of the ``position``-th item of a case, counted from 1: ``A-01`` … ``A-99``, ``A-100`` …"""
    return f"A-{position:02d}"
