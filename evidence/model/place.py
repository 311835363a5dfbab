"""A case as a place: what is found in it, when things happened, and what it lacks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from evidence.model.case import Note


class Precision(StrEnum):
    """How exactly a time was shown."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which exhibits are wanted: every word stands in title, notes, links or file names; empty parts ask nothing."""

    words: str = ""
    tag: str = ""
    method: str = ""
    is_scored: bool | None = None

    @property
    def is_empty(self) -> bool:
        """Whether all exhibits are wanted."""
        return not (self.words.strip() or self.tag or self.method) and self.is_scored is None


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found."""

    positions: tuple[int, ...]
    """Of exhibits, counted from 1 in order of their numbers."""
    notes: tuple[Note, ...] = ()
    """Notes about the whole case."""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Something that happened, or was done, at a time."""

    at: datetime
    """UTC; for a time without a known zone, a place in the order and no more."""
    kind: str
    """``shown`` (a person read it off the platform), ``post_created_at`` and the like (in the address itself),
    ``acquired``, ``package``, ``time_confirmed``."""
    item_id: str = ""
    number: str = ""
    title: str = ""
    shown: str = ""
    """The time exactly as it was shown, for ``shown``."""
    is_zone_known: bool = True
    precision: Precision = Precision.SECOND
    utc_offset_s: int = 0
    """Of the computer at the acquisition, for ``acquired``."""


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that a case does not have yet: ``code`` is looked up under the context ``name``, ``lack.…``."""

    code: str
    is_next: bool = False
    """The one sensible step to take now."""
