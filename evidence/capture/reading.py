"""What a platform's reader answers about an address, and the helpers that the readers share."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Reading:
    """A platform's answer: the kind, the identifiers and, where the platform has one, the canonical address.

    Empty identifiers mean that the address does not hold them.
    """

    kind: str
    ids: dict[str, str] = field(default_factory=dict)
    canonical: str = ""


OTHER = Reading("other")
"""A page of the platform that identifies nothing known."""


def is_id(text: str) -> bool:
    """Whether ``text`` is a number as platforms use them: up to 20 ASCII digits."""
    return re.fullmatch(r"[0-9]{1,20}", text) is not None


def snowflake(number: str, epoch_ms: int) -> str:
    """The moment that a snowflake identifier holds, ISO 8601 in UTC, or an empty string when it holds none.

    Such a number counts milliseconds since ``epoch_ms`` (Unix milliseconds) in the bits above the lowest 22.
    """
    if not is_id(number) or not 1 << 22 <= int(number) < 1 << 63:
        return ""
    moment = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=(int(number) >> 22) + epoch_ms)
    return moment.isoformat(timespec="milliseconds")
