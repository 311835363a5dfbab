"""Text of strangers on a screen or in a terminal."""

from __future__ import annotations

_JOINERS = "\u200c\u200d"
"""Needed inside words of some scripts and inside emoji; they cannot turn or hide a line."""


def visible(text: str) -> str:
    """``text`` with what cannot be seen written out (``\\x1b``, ``\\u202e``): no name of a file can steer a terminal or
    turn the direction of a line in a list."""
    return "".join(
        each if each.isprintable() or each in _JOINERS else each.encode("unicode_escape").decode("ascii")
        for each in text
    )
