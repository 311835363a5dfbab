"""How much memory the browser takes: this process and those that it started."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path


def memory_used() -> int:
    """Bytes of this process and of all below it, as far as the system tells (Linux: proc(5)); otherwise 0."""
    if sys.platform != "linux":
        return 0
    page = os.sysconf("SC_PAGE_SIZE")
    pids, total = [os.getpid()], 0
    while pids:
        pid = pids.pop()
        with suppress(OSError, ValueError, IndexError):
            resident, shared = (int(part) for part in Path(f"/proc/{pid}/statm").read_text("ascii").split()[1:3])
            total += max(resident - shared, 0) * page
            for task in Path(f"/proc/{pid}/task").iterdir():
                pids += [int(each) for each in (task / "children").read_text("ascii").split()]
    return total
