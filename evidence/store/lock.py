"""One vault, one opener: an exclusive lock on the vault's ``lock`` file, held as long as the vault is open.

The lock belongs to the open file (``flock``; on Windows the first byte through ``msvcrt``), so the system frees it
when the process ends, however it ends. Over network folders the system passes it on to the server (NFS, SMB).
"""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

from evidence.errors import EvidenceError
from evidence.store.files import writing

_HELD = {errno.EACCES, errno.EAGAIN, errno.EDEADLK, errno.EWOULDBLOCK}


class VaultLock:
    """The lock of one vault folder; taken when made, given back by :meth:`release`."""

    def __init__(self, path: Path) -> None:
        """Take the lock.

        Raises :class:`EvidenceError` ``vault.open_elsewhere`` when another opener holds it, ``vault.cannot_lock``
        when the disk or network folder has no locks, ``vault.write_failed`` when the file cannot be opened.
        """
        with writing(path.name):
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(self._descriptor)
        except OSError as problem:
            os.close(self._descriptor)
            if problem.errno in _HELD:
                raise EvidenceError("vault.open_elsewhere") from problem
            raise EvidenceError("vault.cannot_lock") from problem

    def release(self) -> None:
        """Give the lock back. May be called twice."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
