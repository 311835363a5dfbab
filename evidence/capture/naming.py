"""Names for what has none of its own, neutral and the same in every language."""

from __future__ import annotations

from evidence.model import Moment


def time_name(kind: str, moment: Moment, suffix: str) -> str:
    """``kind``, the moment in UTC to the millisecond, and ``suffix``: ``screen-20261122T005501.250Z.png``."""
    return f"{kind}-{moment.at:%Y%m%dT%H%M%S}.{moment.at.microsecond // 1000:03d}Z{suffix}"
