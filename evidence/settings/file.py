"""The settings file: a small JSON document, replaced as a whole."""

from __future__ import annotations

import contextlib
import json
import os
import stat
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from evidence.errors import EvidenceError
from evidence.settings.declared import Settings

SIZE_LIMIT = 65_536
"""Bytes."""
_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def load_settings(path: Path) -> Settings:
    """The settings kept in the file ``path``; whatever is missing or does not fit is its default. Never raises."""
    return read_settings(path)[0]


def read_settings(path: Path) -> tuple[Settings, tuple[EvidenceError, ...]]:
    """The settings and what was wrong with the file: ``settings.unreadable``, ``settings.malformed``,
    ``settings.bad_value`` or ``settings.unknown_name``.

    A file that is not there yet is no problem. Settings are a convenience: a damaged file must never keep a person
    from her vault, so that the problems are returned and not raised.
    """
    try:
        document = _document(path)
    except FileNotFoundError:
        return Settings(), ()
    except OSError:
        return Settings(), (EvidenceError("settings.unreadable"),)
    except (ValueError, RecursionError):
        return Settings(), (EvidenceError("settings.malformed"),)
    problems: list[EvidenceError] = []
    kept: dict[str, Any] = {}
    known = {field.name: field for field in fields(Settings)}
    for name, value in document.items():
        if name not in known:
            problems.append(EvidenceError("settings.unknown_name", name=ascii(name[:40])))
        elif fits(name, value):
            kept[name] = value
        else:
            problems.append(EvidenceError("settings.bad_value", name=name))
    return Settings(**kept), tuple(problems)


def save_settings(path: Path, settings: Settings) -> None:
    """Write the settings so that a reader sees the old file or the new one, never half of it, also after a power cut.

    Only the person's own account can read the file. Raises :class:`EvidenceError` ``settings.bad_value`` or
    ``settings.unwritable``.
    """
    values = asdict(settings)
    for name, value in values.items():
        if not fits(name, value):
            raise EvidenceError("settings.bad_value", name=name)
    import secrets  # costs time, and nothing is written when the program starts

    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as stream:  # noqa: PTH123  made with its own rights
            stream.write(json.dumps(values, indent=2) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    except OSError as problem:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise EvidenceError("settings.unwritable") from problem


def fits(name: str, value: object) -> bool:
    """Whether ``value`` may be the setting ``name``: exactly of its type, and one of the allowed values."""
    for field in fields(Settings):
        if field.name == name:
            return type(value) is type(field.default) and bool(field.metadata["allows"](value))
    return False


def _document(path: Path) -> dict[str, Any]:
    """The file's JSON object. Raises ``OSError``, ``ValueError`` or ``RecursionError``."""
    descriptor = os.open(path, _OPEN_FLAGS)
    with open(descriptor, "rb") as stream:  # noqa: PTH123  opened so that a pipe cannot block
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("not a file")
        data = stream.read(SIZE_LIMIT + 1)
    if len(data) > SIZE_LIMIT:
        raise ValueError("too large")
    document = json.loads(data)
    if not isinstance(document, dict):
        raise ValueError("not an object")
    return document
