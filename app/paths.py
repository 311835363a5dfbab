"""Where the program keeps what is its own: a few files, in places whose names tell nothing.

Portable: when the folder of the program holds a folder ``holdfast-data``, everything goes there and nothing is written
elsewhere. That folder is made by whoever wants it (on a stick, for instance); the program never makes it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from evidence.version import NAME

PORTABLE_FOLDER = "holdfast-data"


@dataclass(frozen=True, slots=True)
class Paths:
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
    return Paths(
        settings=platformdirs.user_config_path(NAME, appauthor=False) / "settings.json",
        log=platformdirs.user_log_path(NAME, appauthor=False) / "log.txt",
        suggested_vault=platformdirs.user_data_path(NAME, appauthor=False) / "vault",
        detectors=platformdirs.user_data_path(NAME, appauthor=False) / "detectors",
    )


def _program_folder() -> Path:
    program = sys.executable if getattr(sys, "frozen", False) else Path(__file__).parent
    return Path(program).resolve().parent
