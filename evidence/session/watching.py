"""A watched folder in a sitting: what arrives is sealed at once; the plain files go only when she says so."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, cast

from evidence.capture import FolderWatch
from evidence.capture.files import shown_name
from evidence.digest import digest_stream
from evidence.errors import CancelledError, EvidenceError
from evidence.model import Item
from evidence.store import Store


class Afterwards(StrEnum):
    """What happens to a plain file once what was sealed of it was read back and is the same."""

    STAYS = "stays"
    MOVES = "moves"
    GOES = "goes"


@dataclass(frozen=True, slots=True)
class Arrived:
    """What one look at the folder brought."""

    items: tuple[Item, ...] = ()
    problems: tuple[EvidenceError, ...] = field(default_factory=tuple)
    """One for each file that could not be taken in, or not be moved or removed afterwards: it stays where it is."""


class Watch:
    """A watched folder. Whoever has it calls :meth:`look` every few seconds, on the session's thread; it ends by not
    calling it any more."""

    def __init__(
        self, store: Store, add: Callable[..., list[Item]], folder: Path, afterwards: Afterwards, place: Path | None,
    ) -> None:  # fmt: skip
        """``add`` takes in files (a sequence of paths, ``cancelled``). Raises as
        :class:`evidence.capture.FolderWatch`, and ``watch.no_place`` when files are to move to no folder,
        or to the watched one."""
        if afterwards is Afterwards.MOVES and (place is None or not place.is_dir() or _same(place, folder)):
            raise EvidenceError("watch.no_place")
        self.folder = folder
        self._store = store
        self._add = add
        self._afterwards = afterwards
        self._place = place
        self._folder_watch = FolderWatch(folder)

    def look(self, cancelled: Callable[[], bool] = lambda: False) -> Arrived:
        """Seal what came in. A file that fails is said and left alone; the others go on. Once ``cancelled``, a file
        that is on its way is let go of, and stays where it is.

        Raises as :meth:`evidence.capture.FolderWatch.look`: then the folder cannot be watched any more.
        """
        items: list[Item] = []
        problems: list[EvidenceError] = []
        for path in self._folder_watch.look():
            if cancelled():
                break
            try:
                before = _state(path)
                (item,) = self._add([path], cancelled=cancelled)
                items.append(item)
                if self._afterwards is not Afterwards.STAYS:
                    self._dispose(path, item, before)
            except EvidenceError as problem:
                problems.append(problem)
            except CancelledError:
                break
        return Arrived(tuple(items), tuple(problems))

    def _dispose(self, path: Path, item: Item, before: tuple[int, int, int]) -> None:
        """Move or remove the plain file, if what was sealed opens and both are what the digest says."""
        original = item.files[0]
        with self._store.open_object(original.object_id) as stream:
            is_sealed = digest_stream(cast(BinaryIO, stream)) == original.digests
        try:
            with path.open("rb") as plain:
                is_same = digest_stream(plain) == original.digests
            if not is_sealed or not is_same or _state(path) != before:
                raise EvidenceError("watch.not_the_same", name=shown_name(path))
            if self._afterwards is Afterwards.GOES:
                path.unlink()
            elif self._place is not None:
                _move(path, self._place)
        except OSError as problem:
            raise EvidenceError("watch.stays", name=shown_name(path)) from problem


def _state(path: Path) -> tuple[int, int, int]:
    try:
        facts = path.lstat()
    except OSError as problem:
        raise EvidenceError("capture.file_unreadable", name=shown_name(path)) from problem
    return facts.st_size, facts.st_mtime_ns, facts.st_ino


def _same(one: Path, other: Path) -> bool:
    with suppress(OSError):
        return one.samefile(other)
    return False


def _move(path: Path, place: Path) -> None:
    """Move a file into a folder under its name; never over another file. Raises ``OSError``."""
    for number in range(1, 1000):
        target = place / (path.name if number == 1 else f"{path.stem} ({number}){path.suffix}")
        try:
            # A name of its own first, so that two programs cannot take the same; then the file over it.
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            continue
        try:
            path.replace(target)
        except OSError:
            try:
                shutil.copy2(path, target)  # another disk
                path.unlink()
            except OSError:
                target.unlink(missing_ok=True)
                raise
        return
    raise FileExistsError(path.name)
