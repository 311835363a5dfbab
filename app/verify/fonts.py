"""A TrueType font for the printed verification report: bundled, or one of the system that has Korean."""

from __future__ import annotations

import os
import sys
from importlib.resources import files
from pathlib import Path

from evidence.errors import EvidenceError

_NAMES = ("nanumgothic.ttf", "malgun.ttf", "applegothic.ttf", "nanumbarungothic.ttf")


def find_font() -> Path:
    """The first font of our list that is there. Raises :class:`EvidenceError` ``verify.no_font``."""
    present: dict[str, Path] = {}
    for folder in _folders():
        for file in folder.rglob("*.ttf") if folder.is_dir() else ():
            present.setdefault(file.name.casefold(), file)
    found = next((present[name] for name in _NAMES if name in present), None)
    if found is None:
        raise EvidenceError("verify.no_font")
    return found


def _folders() -> tuple[Path, ...]:
    bundled = Path(str(files("resources"))) / "fonts"
    if sys.platform == "win32":
        return (bundled, Path(os.environ.get("WINDIR", r"C:\Windows")) / "Fonts")
    if sys.platform == "darwin":
        return (bundled, Path("/System/Library/Fonts"), Path("/Library/Fonts"))
    return (bundled, Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
