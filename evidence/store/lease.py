"""The second half of "one opener at a time": a small file that says, by changing, that somebody has the vault open.

Some network folders answer every request for a lock with yes, so that the system's lock (:mod:`evidence.store.lock`)
keeps nobody out. Therefore an opener also keeps the file ``lease`` in the vault's folder and changes it every few
seconds. Another opener who finds one watches it: while it changes, the vault is open; when it stays as it is, its
owner crashed, and it is taken over. Nobody's clock is compared with anybody else's.

The file holds random digits and a counter. The computer is in it as a salted digest: only the same computer
recognises itself, which spares the wait after a crash.
"""

from __future__ import annotations

import hashlib
import os
import platform
import secrets
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from evidence.errors import EvidenceError
from evidence.store.files import BINARY, reading, sync_file, writing

LEASE_FILE = "lease"
_MOST = 1024
"""Bytes that are read of a lease: a stranger may have written it."""
_BEAT_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a lease changes, and how long an unchanged one is watched before it counts as left behind; seconds."""

    beat_s: float = 4.0
    patience_s: float = 14.0
    """More than three beats: a slow network folder may swallow one or two."""
    settle_s: float = 1.0
    """After taking one over: whoever did the same at the same moment shows within this time."""


class Lease:
    """A lease of one vault folder; taken when made, kept alive by a thread of its own, ended by :meth:`release`."""

    def __init__(self, path: Path, *, is_ours_stale: bool, pace: Pace) -> None:
        """Take the lease, after watching one that is there. ``is_ours_stale``: the system's lock holds on this
        computer, so that a lease which this computer left behind needs no watching.

        Raises :class:`EvidenceError` ``vault.open_elsewhere`` while somebody keeps it alive, ``vault.write_failed`` or
        ``vault.disk_full``.
        """
        self._path = path
        self._pace = pace
        self._id = secrets.token_hex(16)
        self._beats = 0
        self._is_lost = False
        self._done = threading.Event()
        if not self._create():
            self._outlast(is_ours_stale)
        self._thread = threading.Thread(target=self._keep_alive, name="lease", daemon=True)
        self._thread.start()

    def require_held(self) -> None:
        """Raises :class:`EvidenceError` ``vault.taken_over`` when somebody else has the lease now: this computer slept
        or lost its network for so long that it counted as crashed. Nothing may be written any more."""
        if not self._is_lost and not self._done.is_set():
            self._look()
        if self._is_lost:
            raise EvidenceError("vault.taken_over")

    def release(self) -> None:
        """End the lease: the file goes, if it is still ours. May be called twice."""
        if self._done.is_set():
            return
        self._done.set()
        self._thread.join()
        with suppress(OSError):
            if self._is_ours(self._read()):
                self._path.unlink()

    def _create(self) -> bool:
        """Make the file; False when there is one already."""
        with writing(LEASE_FILE):
            try:
                descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY, 0o600)
            except FileExistsError:
                return False
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(self._text())
                    file.flush()
                    sync_file(file.fileno())
            except OSError:
                self._path.unlink(missing_ok=True)  # half a lease would be somebody else's, also to us
                raise
        return True

    def _outlast(self, is_ours_stale: bool) -> None:
        """Watch the lease that is there; take it over when nobody keeps it alive."""
        is_foreign = True
        with suppress(OSError):
            seen = self._read()
            is_foreign = not (is_ours_stale and _is_of_this_computer(seen))
            if is_foreign:
                self._watch(seen)
        part = self._path.with_name(f"{self._path.name}.{self._id}.part")
        with writing(LEASE_FILE):
            try:
                part.write_bytes(self._text())
                part.chmod(0o600)
                part.replace(self._path)
            except OSError:
                part.unlink(missing_ok=True)
                raise
        if is_foreign:
            time.sleep(self._pace.settle_s)
            if not self._is_ours(self._read_again()):
                raise EvidenceError("vault.open_elsewhere")

    def _watch(self, seen: bytes) -> None:
        """Return when the lease stays unchanged. Raises ``vault.open_elsewhere``, ``OSError`` when it is gone."""
        end = time.monotonic() + self._pace.patience_s
        while time.monotonic() < end:
            time.sleep(self._pace.beat_s / 8)
            if self._read() != seen:
                raise EvidenceError("vault.open_elsewhere")

    def _keep_alive(self) -> None:
        while not self._is_lost and not self._done.wait(self._pace.beat_s):
            with suppress(EvidenceError):
                self._look()
            if not self._is_lost:
                self._beat()

    def _look(self) -> None:
        """See whose lease it is. One that is gone is made again; a folder that does not answer says nothing."""
        try:
            is_ours = self._is_ours(self._read())
        except FileNotFoundError:
            with suppress(OSError):
                is_ours = self._path.parent.is_dir() and self._create()
                self._is_lost = not is_ours and self._path.exists()
            return
        except OSError:
            return
        self._is_lost = not is_ours

    def _beat(self) -> None:
        """Change the counter, in place and without flushing: after a power cut nobody needs it."""
        self._beats += 1
        with suppress(OSError):
            descriptor = os.open(self._path, os.O_WRONLY | BINARY)
            try:
                os.write(descriptor, f"{self._beats:0{_BEAT_DIGITS}}".encode())
            finally:
                os.close(descriptor)

    def _text(self) -> bytes:
        return f"{self._beats:0{_BEAT_DIGITS}} {self._id} {_computer(self._id)}\n".encode()

    def _read(self) -> bytes:
        with self._path.open("rb", buffering=0) as file:
            return file.read(_MOST)

    def _read_again(self) -> bytes:
        """What stands there now. Raises :class:`EvidenceError` ``vault.unreadable``."""
        with reading(LEASE_FILE):
            return self._read()

    def _is_ours(self, untrusted_text: bytes) -> bool:
        return untrusted_text[_BEAT_DIGITS:] == self._text()[_BEAT_DIGITS:]


def _is_of_this_computer(untrusted_text: bytes) -> bool:
    parts = untrusted_text.split()
    if len(parts) != 3:
        return False
    mine = _computer(parts[1].decode("ascii", "replace"))
    return parts[2] == mine.encode()


def _computer(salt: str) -> str:
    """This computer as a digest that differs with each ``salt``: what it is called is nobody's business."""
    names = f"{platform.node()} {_machine_id()} {sys.platform}"
    return hashlib.sha256(f"holdfast computer v1 {salt} {names}".encode()).hexdigest()


def _machine_id() -> str:
    """A random number that the system keeps of itself; empty where it has none that is cheap to read."""
    if sys.platform == "win32":
        import winreg

        with (
            suppress(OSError),
            winreg.OpenKey(
                winreg.HKEY_LOCAL_MACHINE,
                r"SOFTWARE\Microsoft\Cryptography",
                0,
                winreg.KEY_READ | winreg.KEY_WOW64_64KEY,
            ) as key,
        ):
            return str(winreg.QueryValueEx(key, "MachineGuid")[0])
        return ""
    for path in (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id")):
        with suppress(OSError):
            return path.read_text("ascii", "replace").strip()
    return ""
