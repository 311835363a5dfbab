"""A package as a folder. Links are never followed; only ordinary files are opened."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from evidence.errors import EvidenceError
from evidence.verify.container.base import MAX_ENTRIES, Container, Entry, Flaw

_MAX_DEPTH = 64


def open_folder(root: Path) -> Container:
    """List ``root`` without opening any file.

    Raises :class:`EvidenceError` ``verify.unreadable`` when the folder itself cannot be listed.
    """
    container = Container(kind="folder")
    try:
        _list(root, "", 0, container)
    except OSError as problem:
        raise EvidenceError("verify.unreadable", path=root, reason=problem.strerror or "") from problem
    container.entries.sort(key=lambda entry: entry.untrusted_path)
    return container


def _list(folder: Path, prefix: str, depth: int, container: Container) -> None:
    with os.scandir(folder) as listing:
        for found in _sorted(listing):
            path = prefix + found.name
            if found.is_symlink() or getattr(found, "is_junction", bool)():
                container.flaws.append(Flaw("container.link", path))
            elif found.is_dir(follow_symlinks=False):
                if depth >= _MAX_DEPTH:
                    container.flaws.append(Flaw("container.too_deep", path))
                    continue
                try:
                    _list(Path(found.path), f"{path}/", depth + 1, container)
                except OSError:
                    container.flaws.append(Flaw("container.unreadable", path))
            elif found.is_file(follow_symlinks=False):
                if len(container.entries) >= MAX_ENTRIES:
                    container.flaws.append(Flaw("container.too_many"))
                    return
                container.entries.append(_entry(Path(found.path), path, found.stat(follow_symlinks=False).st_size))
            else:
                container.flaws.append(Flaw("container.special_file", path))


def _sorted(listing: Iterator[os.DirEntry[str]]) -> list[os.DirEntry[str]]:
    return sorted(listing, key=lambda found: found.name)


def _entry(location: Path, path: str, size: int) -> Entry:
    def open_file() -> BinaryIO:
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
        try:
            descriptor = os.open(location, flags)
        except OSError as problem:
            raise EvidenceError("verify.unreadable", path=path, reason=problem.strerror or "") from problem
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise EvidenceError("verify.unreadable", path=path, reason="")
        return os.fdopen(descriptor, "rb", buffering=0)

    return Entry(untrusted_path=path, size=size, open=open_file)
