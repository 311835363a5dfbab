"""Opening what the reader named, and finding the package in it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from evidence.errors import EvidenceError
from evidence.manifest import BAG_FILES, MANIFEST, REPORT
from evidence.verify.container.archive import is_zip, open_archive, read_archive
from evidence.verify.container.base import Container, Entry, Flaw
from evidence.verify.container.folder import open_folder
from evidence.verify.container.names import confusion_key, key_of, unsafe_reason
from evidence.verify.container.unlock import Unlock, is_age

NOTHING = Unlock()
_MARKS = (MANIFEST, "bagit.txt", REPORT)


@dataclass(frozen=True, slots=True)
class Located:
    """The package inside a container."""

    files: dict[str, Entry]
    """By comparable path (see ``key_of``), relative to the package's root."""
    outside: dict[str, Entry]
    """Files of the container that are not below the package's root, by their whole path."""
    flaws: tuple[Flaw, ...]


def open_container(path: Path, unlock: Unlock = NOTHING) -> Container:
    """Open a folder, a ZIP, or a ZIP that was encrypted for a hand-over, as far as ``unlock`` opens it.

    Raises :class:`EvidenceError` ``verify.not_found``, ``verify.unreadable``, ``verify.encrypted``, or
    ``verify.not_a_package`` for a file that is no ZIP; and those of :mod:`evidence.verify.container.sealed`.
    """
    try:
        if path.is_dir():
            return open_folder(path)
        if not path.exists():
            raise EvidenceError("verify.not_found", path=path)
        with path.open("rb") as stream:
            head = stream.read(32)
    except ValueError as problem:  # a NUL in the name
        raise EvidenceError("verify.not_found", path=ascii(str(path))) from problem
    except OSError as problem:
        raise EvidenceError("verify.unreadable", path=path, reason=problem.strerror or "") from problem
    if is_age(head):
        from evidence.verify.container.sealed import open_age  # only who needs it waits for it

        return read_archive(open_age(path, unlock), path)
    if not is_zip(head) and path.suffix.casefold() != ".zip":
        raise EvidenceError("verify.not_a_package", path=path)
    try:
        return open_archive(path)
    except EvidenceError as problem:
        if problem.code != "verify.encrypted" or not unlock.passphrase:
            raise
    from evidence.verify.container.sealed import open_aes_zip

    return read_archive(open_aes_zip(path, unlock.passphrase), path)


def opened_by(path: Path) -> str:
    """What opens the encrypted file at ``path``: ``key`` for age, ``passphrase`` for a ZIP, nothing for another."""
    try:
        with path.open("rb") as stream:
            head = stream.read(32)
    except (OSError, ValueError):
        return ""
    if is_age(head):
        return "key"
    return "passphrase" if is_zip(head) else ""


def find_packages(path: Path) -> list[Path]:
    """The packages at ``path``: the ZIPs and package folders directly in it when there are several, as on a stick;
    otherwise ``path`` itself, whatever it is."""
    try:
        if not path.is_dir() or any((path / mark).exists() for mark in (*_MARKS, *BAG_FILES)):
            return [path]
        inside = sorted(path.iterdir())
        found = [each for each in inside if _looks_like_package(each)]
    except (OSError, ValueError):
        return [path]
    return found if len(found) > 1 or (found and found[0].is_file()) else [path]


def _looks_like_package(path: Path) -> bool:
    if path.is_symlink():
        return False
    if path.is_dir():
        return any((path / mark).is_file() for mark in _MARKS)
    return path.suffix.casefold() in (".zip", ".age") and path.is_file()


def locate(container: Container, path: Path) -> Located:
    """Find the package's root, at most one folder deep, and sort out the names.

    Raises :class:`EvidenceError` ``verify.not_a_package`` when nothing in a sound container looks like one and
    ``verify.several_packages`` when several folders do.
    """
    flaws = list(container.flaws)
    safe: list[Entry] = []
    for entry in container.entries:
        code = unsafe_reason(entry.untrusted_path)
        if code:
            flaws.append(Flaw(code, entry.untrusted_path))
        else:
            safe.append(entry)
    root = _root(safe)
    if root is None:
        if not flaws or (container.kind == "folder" and not safe):
            raise EvidenceError("verify.not_a_package", path=path)
        root = ""
    if root == "*":
        raise EvidenceError("verify.several_packages", path=path)
    outside = {entry.untrusted_path: entry for entry in safe if not entry.untrusted_path.startswith(root)}
    files: dict[str, Entry] = {}
    lookalikes: dict[str, list[str]] = defaultdict(list)
    for entry in safe:
        if not entry.untrusted_path.startswith(root):
            continue
        key = key_of(entry.untrusted_path[len(root) :])
        lookalikes[confusion_key(key)].append(entry.untrusted_path[len(root) :])
        files.setdefault(key, entry)
    for paths in lookalikes.values():
        if len(paths) > 1:
            code = "container.duplicate" if len(set(paths)) == 1 else "container.confusable"
            flaws += [Flaw(code, each) for each in sorted(set(paths))]
    shown = tuple(Flaw(flaw.code, flaw.untrusted_path.removeprefix(root)) for flaw in flaws)
    return Located(files=files, outside=outside, flaws=shown)


def _root(entries: list[Entry]) -> str | None:
    """The prefix of the package: empty, or one folder with its slash; ``*`` when several fit, None when none does."""
    paths = {key_of(entry.untrusted_path): entry.untrusted_path for entry in entries}
    if any(mark in paths for mark in _MARKS) or any(name in paths for name in BAG_FILES):
        return ""
    tops = {path.partition("/")[0] for path in paths.values() if "/" in path}
    found = [top for top in sorted(tops) if any(key_of(f"{top}/{mark}") in paths for mark in _MARKS)]
    if len(found) > 1:
        return "*"
    return f"{found[0]}/" if found else None
