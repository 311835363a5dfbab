"""What a container is, whatever its form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO

MAX_ENTRIES = 200_000
"""More files than any package has; a container beyond this is refused before memory fills up."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a container. ``open`` gives its bytes from the start, once; reading may raise EvidenceError."""

    untrusted_path: str
    """As found, with forward slashes; never used to open or write anything."""
    size: int
    """Bytes, as the container declares them; a reader stops where the bytes disagree."""
    open: Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something that no sound container has. ``code`` is a check code, ``untrusted_path`` where it is."""

    code: str
    untrusted_path: str = ""


@dataclass(slots=True)
class Container:
    """The files of a folder or ZIP and what is wrong with the container itself. Close it after use."""

    kind: str
    """``folder`` or ``zip``."""
    entries: list[Entry] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)
    close: Callable[[], None] = lambda: None
