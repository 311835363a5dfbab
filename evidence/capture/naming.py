"""Names for what has none of its own, neutral and the same in every language; and names that can be shown anywhere."""

from __future__ import annotations

from evidence.model import Moment


def time_name(kind: str, moment: Moment, suffix: str) -> str:
    """``kind``, the moment in UTC to the millisecond, and ``suffix``: ``screen-20261122T005501.250Z.png``."""
    return f"{kind}-{moment.at:%Y%m%dT%H%M%S}.{moment.at.microsecond // 1000:03d}Z{suffix}"


_JOINERS = "\u200c\u200d"
"""Join or part letters within a word or an emoji; they cannot turn or hide text."""


def visible(text: str) -> str:
    """``text`` with what cannot be seen written out (``\\x1b``, ``\\u202e``): no name of a file can steer a terminal or
    turn the direction of a line in a list."""
    return "".join(
        each if each.isprintable() or each in _JOINERS else each.encode("unicode_escape").decode("ascii")
        for each in text
    )
