"""Real crashes of real processes: nothing of their memory may reach the disk."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CRASH = """
import os, resource, sys
sys.path.insert(0, {root!r})
resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
from app.hardening import forbid_crash_dumps
assert forbid_crash_dumps()
print(resource.getrlimit(resource.RLIMIT_CORE))
if sys.platform == "linux":
    print(os.stat("/proc/self/mem").st_uid == 0 or os.getuid() == 0)
    with open("/proc/self/status") as status:
        print(*[line.split()[1] for line in status if line.startswith("CoreDumping")])
sys.stdout.flush()
os.abort()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX core files")
def test_a_crash_leaves_no_core_file(repository: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CRASH.format(root=str(repository))],
        cwd=tmp_path, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode < 0, done.stderr
    assert done.stdout.startswith("(0, 0)")
    assert list(tmp_path.iterdir()) == []
