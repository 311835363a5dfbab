"""Answers and permissions of a person: whether someone under age may be shown, and what may be done with a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class MinorAnswer(StrEnum):
    """The answer to: does it show, or could it show, someone under age? Only ``NO`` lets media in."""

    NO = "no"
    UNSURE = "unsure"
    YES = "yes"


MINOR_FACT = "minor_possible"
"""Under this name the answer stands among the settings of an acquisition."""


class Purpose(StrEnum):
    """What a person may agree to, each by itself."""

    KEEP_MEDIA = "keep_media"
    COUNSELLOR = "counsellor"
    POLICE = "police"
    PLATFORM = "platform"


class Recipient(StrEnum):
    """For whom a package is made."""

    POLICE = "police"
    COUNSELLOR = "counsellor"
    PLATFORM = "platform"
    MYSELF = "myself"


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person said last about one purpose. Never said is not the same as withdrawn, and neither is a yes."""

    purpose: Purpose
    is_given: bool = False
    said_at: datetime | None = None
    """None when nobody has said anything yet."""
    actor: str = ""

    @property
    def is_withdrawn(self) -> bool:
        """Whether it was given once and taken back."""
        return self.said_at is not None and not self.is_given


@dataclass(frozen=True, slots=True)
class WithoutMedia:
    """What is noted of something of which no picture and no file may be taken, as the person wrote it."""

    address: str = ""
    accounts: str = ""
    """Names and numbers of accounts, rooms and bots."""
    seen: str = ""
    """When it was seen, in the person's own words: its precision is hers."""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """How often originals were shown without blur."""

    today: int
    """Since midnight of the computer's time zone, in all cases of the vault."""
    sitting: int
    """Since the vault was opened."""
    in_case: int
    limit: int
    """Of a day; 0: none was chosen."""

    @property
    def is_reached(self) -> bool:
        """Whether as many were shown today as the person wanted at most."""
        return 0 < self.limit <= self.today
