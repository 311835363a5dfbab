"""A TrueType font for the report that has every letter it must print: found on the system, or bundled."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from reportlab.pdfbase.ttfonts import TTFError, TTFont

from evidence.errors import EvidenceError

# What our own texts print beyond ASCII.
_OWN_SIGNS = "àâæçéèêëîïôœùûüÀÂÆÇÉÈÊËÎÏÔŒÙÛÜ“”‘’«»–—…·•□°"
_HANGUL = range(0xAC00, 0xD7A4)
_NAMES = (
    ("NanumGothic.ttf", "NanumGothicBold.ttf"),
    ("malgun.ttf", "malgunbd.ttf"),
    ("AppleGothic.ttf", "AppleGothic.ttf"),
)
# Typefaces for other scripts and signs: used for the characters that the main one lacks.
_OTHERS = ("dejavusans.ttf", "arial.ttf", "segoeui.ttf", "arial unicode.ttf", "notosans-regular.ttf", "seguisym.ttf",
           "notosanssymbols2-regular.ttf", "notoemoji-regular.ttf")  # fmt: skip


@dataclass(frozen=True, slots=True)
class FontFiles:
    """The files of one typeface. ``bold`` may be the regular file again when the typeface has no bold."""

    regular: Path
    bold: Path
    others: tuple[Path, ...] = ()
    """Files of other typefaces, for characters that this one lacks."""


@dataclass(frozen=True, slots=True)
class Typeface:
    """A typeface that is loaded, with others that stand in for it character by character."""

    regular: TTFont
    bold: TTFont
    others: tuple[TTFont, ...] = ()

    def widths(self, bold: bool) -> dict[int, float]:
        """Code point to advance width in thousandths of the size: every character that can be printed."""
        merged: dict[int, float] = {}
        for font in (*reversed(self.others), self.bold if bold else self.regular):
            merged.update(font.face.charWidths)
        return merged

    def fonts(self, bold: bool) -> tuple[TTFont, ...]:
        """The fonts to try for a character, in order."""
        return (self.bold if bold else self.regular, *self.others)


def font_folders() -> tuple[Path, ...]:
    """Where fonts are, on this system: those bundled with the program first."""
    bundled = Path(str(files("resources"))) / "fonts"
    home = Path.home()
    if sys.platform == "win32":
        system = (Path(os.environ.get("WINDIR", r"C:\Windows")) / "Fonts",
                  home / "AppData/Local/Microsoft/Windows/Fonts")  # fmt: skip
    elif sys.platform == "darwin":
        system = (Path("/System/Library/Fonts"), Path("/System/Library/Fonts/Supplemental"),
                  Path("/Library/Fonts"), home / "Library/Fonts")  # fmt: skip
    else:
        system = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), home / ".local/share/fonts",
                  home / ".fonts")  # fmt: skip
    return (bundled, *system)


def find_fonts(folders: Iterable[Path]) -> tuple[FontFiles, ...]:
    """The typefaces that we know to print Korean well, in the order of preference, as far as they are there."""
    present: dict[str, Path] = {}
    for folder in folders:
        for file in folder.rglob("*.ttf") if folder.is_dir() else ():
            present.setdefault(file.name.casefold(), file)
    others = tuple(present[name] for name in _OTHERS if name in present)
    found = []
    for regular, bold in _NAMES:
        path = present.get(regular.casefold())
        if path is not None:
            found.append(FontFiles(path, present.get(bold.casefold(), path), others))
    return tuple(found)


def choose_typeface(candidates: Sequence[FontFiles], human_text: str) -> Typeface:
    """The first of ``candidates`` with every sign that our texts need and, with the typefaces that stand in for it,
    every letter, Korean or Latin, of ``human_text``. Other characters may be missing:
    :func:`evidence.package.report.text.printable` spells them out.

    Raises :class:`EvidenceError` ``package.no_font``.
    """
    own = {*range(0x20, 0x7F), *map(ord, _OWN_SIGNS), *_HANGUL}
    human = {ord(sign) for sign in set(unicodedata.normalize("NFC", human_text)) if _is_needed(sign)}
    for candidate in candidates:
        try:
            typeface = Typeface(_load(candidate.regular), _load(candidate.bold))
        except (TTFError, OSError, ValueError):
            continue
        if not all(own <= font.face.charWidths.keys() for font in (typeface.regular, typeface.bold)):
            continue
        typeface = Typeface(typeface.regular, typeface.bold, tuple(_load_others(candidate.others)))
        if human <= typeface.widths(bold=True).keys() & typeface.widths(bold=False).keys():
            return typeface
    raise EvidenceError("package.no_font")


@lru_cache(maxsize=8)
def _load(path: Path) -> TTFont:
    return TTFont(f"holdfast-{path.stem}", str(path))


def _load_others(paths: Sequence[Path]) -> Iterator[TTFont]:
    for path in paths:
        try:
            yield _load(path)
        except (TTFError, OSError, ValueError):
            continue


def _is_needed(sign: str) -> bool:
    return sign.isalpha() and unicodedata.name(sign, "").startswith(("HANGUL SYLLABLE", "LATIN SMALL", "LATIN CAPITAL"))
