"""One vault, one opener: the system's lock on the file ``lock``, and a lease beside it.

The lock belongs to the open file (``flock``; on Windows the first byte through ``msvcrt``), so the system frees it
when the process ends, however it ends. Over network folders the system passes it on to the server (NFS, SMB), but some
servers, mounts and file systems have no locks or say yes to everyone: :mod:`evidence.store.lease` is for them.
"""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

from evidence.errors import EvidenceError
from evidence.store.files import writing
from evidence.store.lease import LEASE_FILE, Lease, Pace

PACE = Pace()
_HELD = {errno.EACCES, errno.EAGAIN, errno.EDEADLK, errno.EWOULDBLOCK}


class VaultLock:
    """The lock of one vault folder; taken when made, given back by :meth:`release`."""

    def __init__(self, path: Path, pace: Pace | None = None) -> None:
        """Take the lock. At once, except after a crash on another computer, or where the system's locks keep nobody
        out: then the lease that was left is watched for :attr:`Pace.patience_s` seconds.

        Raises :class:`EvidenceError` ``vault.open_elsewhere`` when another opener holds it, ``vault.write_failed`` or
        ``vault.disk_full`` when the files cannot be written.
        """
        with writing(path.name):
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _try_lock(self._descriptor)
            self._lease = Lease(path.with_name(LEASE_FILE), is_ours_stale=_keeps_out(path), pace=pace or PACE)
        except BaseException:
            os.close(self._descriptor)
            raise

    def require_held(self) -> None:
        """Raises :class:`EvidenceError` ``vault.taken_over`` when somebody else opened the vault, because this program
        did not answer for too long: then nothing may be written any more."""
        self._lease.require_held()

    def is_held(self) -> bool:
        """Whether nobody else took the vault over."""
        try:
            self._lease.require_held()
        except EvidenceError:
            return False
        return True

    def release(self) -> None:
        """Give the lock back. May be called twice."""
        if self._descriptor >= 0:
            self._lease.release()
            os.close(self._descriptor)
            self._descriptor = -1


def _try_lock(descriptor: int) -> None:
    """Take the system's lock; a file system without locks is no reason to refuse, since there is the lease."""
    try:
        _lock(descriptor)
    except OSError as problem:
        if problem.errno in _HELD:
            raise EvidenceError("vault.open_elsewhere") from problem


def _keeps_out(path: Path) -> bool:
    """Whether the lock that was just taken really refuses a second one, here on this computer."""
    try:
        second = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        _lock(second)
    except OSError as problem:
        return problem.errno in _HELD
    finally:
        os.close(second)
    return False


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
