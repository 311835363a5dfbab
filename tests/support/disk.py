"""A small disk of its own that really fills up: a file system in memory, mounted where the system lets a test mount."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


class Disk:
    """A mounted file system of ``size_mib``; what fills it is one file, which goes again with :meth:`free`."""

    def __init__(self, folder: Path, size_mib: int) -> None:
        if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("mount") is None:
            pytest.skip("only the administrator of a Linux computer mounts a disk")
        folder.mkdir()
        options = f"size={size_mib}m,mode=700"
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "holdfast-test", str(folder)], capture_output=True, check=False
        )
        if done.returncode != 0:
            pytest.skip("this computer mounts no disk for a test")
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        """Leave not one byte."""
        with self._ballast.open("ab", buffering=0) as stream:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while stream.write(bytes(size)):
                        pass
                except OSError as problem:
                    assert problem.errno == errno.ENOSPC
        assert shutil.disk_usage(self.folder).free == 0

    def free(self) -> None:
        """Take the ballast away."""
        self._ballast.unlink()

    def files(self) -> set[Path]:
        """What lies on it beside the ballast."""
        return {path for path in self.folder.rglob("*") if path.is_file() and path != self._ballast}

    def close(self) -> None:
        """Unmount it, whatever still holds a file there."""
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)
