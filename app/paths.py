"""Where the program keeps what is its own: a few files, in places whose names tell nothing.

Portable: when the folder of the program holds a folder ``holdfast-data``, everything goes there and nothing is written
elsewhere. That folder is made by whoever wants it (on a stick, for instance); the program never makes it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NamedTuple

from evidence.version import NAME

_SYSTEM: str = sys.platform  # as text: what it is not may be checked too
PORTABLE_FOLDER = "holdfast-data"


class Paths(NamedTuple):
    """The places of one person on one computer. None of them needs to exist yet."""

    settings: Path
    """The settings file."""
    log: Path
    """The log file; it is only written when the person switched it on."""
    suggested_vault: Path
    """The place offered for a new vault: not in a folder that systems like to copy to a cloud."""
    detectors: Path
    """Detector packs that the person let in; made with the first of them."""
    is_portable: bool = False


def find_paths(program_folder: Path | None = None) -> Paths:
    """The places, by the rules of the operating system, or below ``program_folder`` when it is portable.

    ``program_folder`` is where the program lies: the folder of the frozen program, or the checkout.
    """
    data = (program_folder or _program_folder()) / PORTABLE_FOLDER
    if data.is_dir():
        return Paths(data / "settings.json", data / "log.txt", data / "vault", data / "detectors", is_portable=True)
    config, log, kept = _own_folders()
    return Paths(
        settings=config / "settings.json", log=log / "log.txt", suggested_vault=kept / "vault",
        detectors=kept / "detectors",
    )  # fmt: skip


def _own_folders() -> tuple[Path, Path, Path]:
    """For settings, for logs, and for what is kept."""
    if _SYSTEM == "linux":  # a few words of the XDG Base Directory Specification; the library takes time of the start
        config, state, kept = (
            Path(os.environ.get(name, "").strip())
            for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME")
        )  # fmt: skip
        home = Path.home()
        return (
            (config if config.is_absolute() else home / ".config") / NAME,
            (state if state.is_absolute() else home / ".local" / "state") / NAME / "log",
            (kept if kept.is_absolute() else home / ".local" / "share") / NAME,
        )
    import platformdirs

    return (
        platformdirs.user_config_path(NAME, appauthor=False), platformdirs.user_log_path(NAME, appauthor=False),
        platformdirs.user_data_path(NAME, appauthor=False),
    )  # fmt: skip


def _program_folder() -> Path:
    program = sys.executable if getattr(sys, "frozen", False) else Path(__file__).parent
    return Path(program).resolve().parent
