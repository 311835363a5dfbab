"""One reading of the computer's clock, with the zone it believes to be in."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import tzlocal

from evidence.model import Moment

Clock = Callable[[], Moment]
"""Whatever answers with the present moment; :func:`read_clock` in the program, a fixed one in tests."""


@dataclass(frozen=True, slots=True)
class ClockCheck:
    """What a comparison of the computer's clock with a reference gave."""

    offset_ms: int
    """The computer's clock minus the reference."""
    checked_at: datetime
    """Aware, UTC, by the computer's clock."""
    source: str = "tsa"


def read_clock(now: datetime | None = None, *, zone: str | None = None, check: ClockCheck | None = None) -> Moment:
    """Read the clock.

    ``now`` (aware) and ``zone`` (IANA name) replace the system's own answers; ``check`` is the latest comparison with
    a reference and is recorded with the reading. The zone's name is only recorded when the zone database gives the
    same offset as the operating system does: two sources that disagree are worth no name.

    Raises ``ValueError`` when ``now`` is naive.
    """
    at = datetime.now(UTC) if now is None else now.astimezone(UTC) if now.tzinfo is not None else None
    if at is None:
        raise ValueError("the time must carry a zone")
    if zone is None:
        local = at.astimezone()
        name = _system_zone()
        if _offset(name, at) != local.utcoffset():
            name = ""
    else:
        local = at.astimezone(zoneinfo.ZoneInfo(zone))
        name = zone
    offset = local.utcoffset() or timedelta()
    return Moment(
        at=at,
        local=local.isoformat(timespec="microseconds"),
        timezone=name,
        utc_offset_s=int(offset.total_seconds()),
        clock_source=check.source if check else "system",
        clock_offset_ms=check.offset_ms if check else None,
        clock_checked_at=check.checked_at if check else None,
    )


def _system_zone() -> str:
    """The IANA name that the system is set to, or an empty string."""
    try:
        return tzlocal.get_localzone_name() or ""
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError, LookupError):
        return ""


def _offset(name: str, at: datetime) -> timedelta | None:
    """The offset of the zone ``name`` at ``at``, or None when there is no such zone."""
    if not name:
        return None
    try:
        return at.astimezone(zoneinfo.ZoneInfo(name)).utcoffset()
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None
