"""A folder that is watched during a sitting: what arrives is handed over once it is whole.

There is no thread and no clock here: whoever watches calls :meth:`FolderWatch.look` again and again, some seconds
apart, and stops by not calling it any more (when the vault locks, for instance).
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from evidence.capture.files import shown_name
from evidence.errors import EvidenceError

WATCH_LIMIT = 20_000
"""Entries of a folder; one with more is not for watching."""
_UNFINISHED = (".crdownload", ".download", ".opdownload", ".part", ".partial", ".tmp")
"""Endings that browsers give to a download that goes on."""

_State = tuple[int, int, int]


class FolderWatch:
    """Notices files that come into one folder, not into the folders inside it. Links, pipes and empty files are not
    files that came in.

    A file that was there when the watch began is left alone, unless it is written anew.
    """

    def __init__(self, folder: Path) -> None:
        """Begin to watch. Raises as :meth:`look` does."""
        self._folder = folder
        self._handed_over = self._states()
        self._seen: dict[str, _State] = {}

    def look(self) -> tuple[Path, ...]:
        """The files that came in and have not changed between the last look and this one, sorted by name; each once.

        Raises :class:`EvidenceError` ``capture.file_missing``, ``capture.file_unreadable`` or
        ``capture.too_many_files`` when the folder cannot be watched (any more).
        """
        now = self._states()
        new = {name: state for name, state in now.items() if self._handed_over.get(name) != state}
        whole = sorted(name for name, state in new.items() if self._seen.get(name) == state)
        self._handed_over = {name: state for name, state in self._handed_over.items() if name in now}
        self._handed_over |= {name: new[name] for name in whole}
        self._seen = new
        return tuple(self._folder / name for name in whole)

    def _states(self) -> dict[str, _State]:
        """Size, time of modification and identity of each file."""
        found: dict[str, _State] = {}
        try:
            with os.scandir(self._folder) as entries:
                for number, entry in enumerate(entries):
                    if number >= WATCH_LIMIT:
                        raise EvidenceError("capture.too_many_files", limit=WATCH_LIMIT)
                    if state := _state(entry):
                        found[entry.name] = state
        except FileNotFoundError as problem:
            raise EvidenceError("capture.file_missing", name=shown_name(self._folder)) from problem
        except OSError as problem:
            raise EvidenceError("capture.file_unreadable", name=shown_name(self._folder)) from problem
        return found


def _state(entry: os.DirEntry[str]) -> _State | None:
    if entry.name.lower().endswith(_UNFINISHED):
        return None
    try:
        # Not the entry's own answer: Windows keeps that from the listing, where the size of an open file lags behind.
        facts = Path(entry.path).lstat()
    except OSError:
        return None  # it went away meanwhile
    if not stat.S_ISREG(facts.st_mode) or facts.st_size == 0:
        return None
    return facts.st_size, facts.st_mtime_ns, facts.st_ino
