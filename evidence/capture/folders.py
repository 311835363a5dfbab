"""What lies in a folder: the list of files that can be acquired, and of what has to stay out and why."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from evidence.capture.files import shown_name
from evidence.errors import EvidenceError


@dataclass(frozen=True, slots=True)
class FolderLimits:
    """How much of a folder is looked at before the request is refused."""

    files: int = 5000
    depth: int = 16


@dataclass(frozen=True, slots=True)
class FolderListing:
    """The files of a folder in a stable order, and one error for each thing that was left out, to be shown."""

    files: tuple[Path, ...]
    left_out: tuple[EvidenceError, ...]


def list_folder(folder: Path, limits: FolderLimits | None = None) -> FolderListing:
    """List the files below ``folder``, sorted by name, folder by folder.

    Symbolic links, pipes, devices, empty files and folders that cannot be read are left out and named; nothing is
    left out silently. Raises :class:`EvidenceError` ``capture.file_missing``, ``capture.file_unreadable``,
    ``capture.too_many_files``, ``capture.folder_too_deep`` or ``capture.empty_folder``.
    """
    limits = limits or FolderLimits()
    files: list[Path] = []
    left_out: list[EvidenceError] = []
    name = shown_name(folder)
    try:
        _walk(folder, limits.depth, limits, files, left_out)
    except FileNotFoundError as problem:
        raise EvidenceError("capture.file_missing", name=name) from problem
    except OSError as problem:
        raise EvidenceError("capture.file_unreadable", name=name) from problem
    if not files:
        raise EvidenceError("capture.empty_folder", name=name)
    return FolderListing(tuple(files), tuple(left_out))


def _walk(folder: Path, depth: int, limits: FolderLimits, files: list[Path], left_out: list[EvidenceError]) -> None:
    """Add what lies below ``folder``. Raises ``OSError`` when ``folder`` itself cannot be listed."""
    if depth == 0:
        raise EvidenceError("capture.folder_too_deep", limit=limits.depth)
    for entry in _entries(folder, limits):
        path = Path(entry.path)
        name = shown_name(path)
        try:
            if _is_link(entry):
                left_out.append(EvidenceError("capture.link_in_folder", name=name))
            elif entry.is_dir(follow_symlinks=False):
                _walk(path, depth - 1, limits, files, left_out)
            elif problem := _why_not(entry.stat(follow_symlinks=False), name):
                left_out.append(problem)
            else:
                files.append(path)
        except OSError:
            left_out.append(EvidenceError("capture.file_unreadable", name=name))
        if len(files) + len(left_out) > limits.files:
            raise EvidenceError("capture.too_many_files", limit=limits.files)


def _entries(folder: Path, limits: FolderLimits) -> list[os.DirEntry[str]]:
    """What ``folder`` holds, sorted by the bytes of the names; refused before a huge folder fills the memory."""
    found: list[os.DirEntry[str]] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            found.append(entry)
            if len(found) > limits.files:
                raise EvidenceError("capture.too_many_files", limit=limits.files)
    return sorted(found, key=lambda entry: os.fsencode(entry.name))


def _is_link(entry: os.DirEntry[str]) -> bool:
    """Whether ``entry`` leads elsewhere: a symbolic link, or a junction of Windows."""
    if entry.is_symlink():
        return True
    attributes = getattr(entry.stat(follow_symlinks=False), "st_file_attributes", 0)
    return bool(attributes & stat.FILE_ATTRIBUTE_REPARSE_POINT) and entry.is_dir(follow_symlinks=False)


def _why_not(facts: os.stat_result, name: str) -> EvidenceError | None:
    if not stat.S_ISREG(facts.st_mode):
        return EvidenceError("capture.not_a_file", name=name)
    return None if facts.st_size else EvidenceError("capture.empty_file", name=name)
