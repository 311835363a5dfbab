"""Every setting, declared once: its type, its default, what it may be, and what it is for.

The file that keeps them can be read by anyone who shares the computer. So nothing here tells what the program is used
for: no names, no cases, no addresses of time authorities (those are kept in the vault), no list of recent files; and
the place of a vault only when the person asked for it to be remembered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

LANGUAGES = ("", "ko", "en", "fr")
"""What ``language`` may be; empty stands for the language of the computer."""
TEXT_PERCENTS = (100, 125, 150, 175, 200)
LOOKS = ("system", "light", "dark", "contrast")
AUTO_LOCK_MINUTES = (2, 5, 10, 20, 60)
"""What the window offers. The file may name any whole number of minutes from 1 to 240; never does not exist."""
LEAVE_KEYS = ("escape3", "f9", "ctrl_shift_x")
"""What leaves the window at once: Escape three times, or one of two chords."""
PATH_LIMIT = 4096
"""Characters."""


def _declared(default: Any, allows: Callable[[Any], bool]) -> Any:
    """A setting with its default. A value counts when it has the default's type and ``allows`` agrees."""
    return field(default=default, metadata={"allows": allows})


@dataclass(frozen=True, slots=True)
class Settings:
    """The choices of one person on one computer."""

    language: str = _declared("", LANGUAGES.__contains__)
    """``ko``, ``en``, ``fr``; empty: the language of the computer."""
    text_percent: int = _declared(100, TEXT_PERCENTS.__contains__)
    """Size of text in per cent, 100 to 200."""
    look: str = _declared("system", LOOKS.__contains__)
    """``system``, ``light``, ``dark`` or ``contrast``."""
    auto_lock_minutes: int = _declared(10, range(1, 241).__contains__)
    """Minutes without a key or the mouse after which the vault is locked."""
    leave_keys: str = _declared("escape3", LEAVE_KEYS.__contains__)
    """The keys that cover the window."""
    upload_limit_mb: int = _declared(10, range(1, 4001).__contains__)
    """Megabytes of one file that an upload form takes."""
    vault: str = _declared("", lambda path: len(path) <= PATH_LIMIT and path.isprintable())
    """Where the vault is; empty unless the person asked for it to be remembered."""
