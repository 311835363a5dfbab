"""What a child process may spend on one untrusted file."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class MediaLimits:
    """Bounds on one file. Beyond any of them the file is refused and the application is untouched.

    Times in seconds, sizes in bytes, sides in pixels. ``time_s`` counts from the last byte that the child took;
    ``memory_bytes`` bounds the address space of the child (POSIX), or what it may commit (Windows, by a job object).
    """

    time_s: float = 30.0
    memory_bytes: int = 3072 * MIB
    max_file_bytes: int = 512 * MIB
    max_pixels: int = 120_000_000
    max_side: int = 30_000
    max_frames: int = 10_000
    max_output_bytes: int = 400 * MIB
