"""A package that was made before, as a folder or a ZIP: read, and replaced as a whole when something is added."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from evidence import manifest as layout
from evidence.errors import CancelledError, EvidenceError
from evidence.package.archive import write_zip
from evidence.package.staging import leaving_nothing, remove_folder

MAX_IN_MEMORY = 1 << 29
"""Bytes of the largest file that is read as a whole: proof and report, never an original."""


class MadePackage(Protocol):
    """One form of a package. ``sizes``: path inside the package to bytes."""

    sizes: dict[str, int]

    def read(self, path: str) -> bytes:
        """A small file as a whole. Raises :class:`EvidenceError` ``package.not_a_package``."""
        ...

    def replace(self, changed: Mapping[str, bytes], *, cancelled: Callable[[], bool]) -> None:
        """Put ``changed`` files in; all others stay. Raises what building a package raises."""
        ...


def open_package(path: Path) -> MadePackage:
    """The package at ``path``.

    Raises :class:`EvidenceError` ``package.not_a_package`` when it is none that this program can extend.
    """
    try:
        made: MadePackage = _Folder(path) if path.is_dir() else _Zip(path)
    except (OSError, zipfile.BadZipFile) as problem:
        raise EvidenceError("package.not_a_package", path=path) from problem
    for needed in (layout.MANIFEST, layout.SIGNATURE, layout.REPORT, "tagmanifest-sha256.txt"):
        if needed not in made.sizes:
            raise EvidenceError("package.not_a_package", path=path)
    return made


def open_forms(paths: Sequence[Path]) -> list[MadePackage]:
    """The forms of one package: its folder, its ZIP, or both.

    Raises :class:`EvidenceError` ``package.not_a_package``, ``package.forms_differ``.
    """
    made = [open_package(path) for path in paths]
    if any(each.read(layout.MANIFEST) != made[0].read(layout.MANIFEST) for each in made[1:]):
        raise EvidenceError("package.forms_differ")
    return made


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
        self.sizes = {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}

    def read(self, path: str) -> bytes:
        if self.sizes.get(path, MAX_IN_MEMORY) >= MAX_IN_MEMORY:
            raise EvidenceError("package.not_a_package", path=self._folder)
        return (self._folder / path).read_bytes()

    def replace(self, changed: Mapping[str, bytes], *, cancelled: Callable[[], bool]) -> None:
        if not changed:
            return
        part = self._folder.with_name(f".{self._folder.name}.part")
        old = self._folder.with_name(f".{self._folder.name}.old")
        remove_folder(part)
        with leaving_nothing(part):
            part.mkdir(mode=0o700)
            for path in self.sizes.keys() | changed.keys():
                if cancelled():
                    raise CancelledError
                target = part / path
                target.parent.mkdir(parents=True, exist_ok=True)
                if path in changed:
                    target.write_bytes(changed[path])
                else:
                    _link_or_copy(self._folder / path, target)
            self._folder.rename(old)
            try:
                part.rename(self._folder)
            except OSError:
                old.rename(self._folder)
                raise
        remove_folder(old)


class _Zip:
    def __init__(self, file: Path) -> None:
        self._file = file
        with zipfile.ZipFile(file) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        roots = {entry.filename.partition("/")[0] for entry in entries}
        if len(roots) != 1 or any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
            raise zipfile.BadZipFile
        (self._root,) = roots
        self._at = datetime(*max(entry.date_time for entry in entries), tzinfo=UTC)
        self.sizes = {entry.filename.partition("/")[2]: entry.file_size for entry in entries}
        if len(self.sizes) != len(entries) or "" in self.sizes:
            raise zipfile.BadZipFile

    def read(self, path: str) -> bytes:
        if self.sizes.get(path, MAX_IN_MEMORY) >= MAX_IN_MEMORY:
            raise EvidenceError("package.not_a_package", path=self._file)
        with zipfile.ZipFile(self._file) as archive:
            return archive.read(f"{self._root}/{path}")

    def replace(self, changed: Mapping[str, bytes], *, cancelled: Callable[[], bool]) -> None:
        if not changed:
            return
        part = self._file.with_name(f".{self._file.name}.part")
        part.unlink(missing_ok=True)
        sizes = self.sizes | {path: len(data) for path, data in changed.items()}
        with leaving_nothing(part), zipfile.ZipFile(self._file) as archive:

            def open_file(path: str) -> BinaryIO:
                if path in changed:
                    return BytesIO(changed[path])
                return cast(BinaryIO, archive.open(f"{self._root}/{path}"))

            write_zip(sizes, open_file, part, root=self._root, at=self._at, progress=lambda _count: None,
                      cancelled=cancelled)  # fmt: skip
        with leaving_nothing(part):
            part.replace(self._file)


def _link_or_copy(source: Path, target: Path) -> None:
    """The same file under a second name where the disk can do that: originals are large and do not change."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
