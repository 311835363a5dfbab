"""A case as a place: what is found in it, when things happened, and what it lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from evidence.model.case import Note
from evidence.model.score import Band


class Precision(StrEnum):
    """How exactly a time was shown."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Kind(StrEnum):
    """What an exhibit is: a link, a page, else by its first file."""

    PICTURE = "picture"
    FILM = "film"
    SOUND = "sound"
    TEXT = "text"
    WEB_PAGE = "web_page"
    LINK = "link"
    WORDS = "words"
    """No file: what was noted of something that could not be kept."""
    OTHER = "other"


class Standing(StrEnum):
    """What sets an exhibit apart from those that came in whole and can be handed over."""

    HELD_BACK = "held_back"
    FAILED = "failed"
    """A capture that failed, or that was cut short."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which exhibits are wanted: every word stands in title, notes, links, file names or tags; empty parts ask
    nothing."""

    words: str = ""
    tag: str = ""
    method: str = ""
    is_scored: bool | None = None
    kind: Kind | None = None
    band: Band | None = None
    """Of the newest score."""
    standing: Standing | None = None

    @property
    def is_empty(self) -> bool:
        """Whether all exhibits are wanted."""
        return not (self.words.strip() or self.tag or self.method or self.kind or self.band or self.standing) and (
            self.is_scored is None
        )

    @property
    def is_only_words(self) -> bool:
        """Whether words are asked for and nothing else: then notes about the case answer too."""
        return bool(self.words.strip()) and replace(self, words="").is_empty


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found."""

    positions: Sequence[int]
    """Of exhibits, counted from 1 as their numbers are; in the order of the case."""
    notes: tuple[Note, ...] = ()
    """Notes about the whole case."""


@dataclass(frozen=True, slots=True)
class Match:
    """Where a word of a search stands in an exhibit, with the words around it."""

    where: str
    """``title``, ``tag``, ``link``, ``account``, ``note`` or ``file``; its name is ``match.…``."""
    text: str


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
    """Something that a case does not have yet: ``code`` is looked up under the context ``name``: ``lack.…`` says
    what is missing, ``step.…`` what to do about it."""

    code: str
    is_next: bool = False
    """The one sensible step to take now."""
