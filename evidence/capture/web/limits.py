"""What one capture of a page may take before it is cut off: what came until then is kept and called partial."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class PageLimits:
    """Bounds on one page. Times in seconds, sizes in bytes, sides in pixels."""

    load_s: float = 45.0
    """Until everything that the page asked for must be there."""
    settle_s: float = 8.0
    """For what comes while the page is scrolled through."""
    stream_s: float = 6.0
    """After which an answer that stays open for news no longer counts as loading."""
    whole_s: float = 180.0
    """For the whole act; then the engine is ended."""
    navigations: int = 12
    """How often a page may send its reader on by itself."""
    responses: int = 2000
    response_bytes: int = 64 * MIB
    total_bytes: int = 160 * MIB
    wire_bytes: int = 200 * MIB
    memory_bytes: int = 1536 * MIB
    """By which the engine and its helpers may grow (Linux; elsewhere the other limits alone apply)."""
    picture_height: int = 16_000
    picture_width: int = 4_000
