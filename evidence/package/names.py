"""File names that every system can hold. The name as it was found stays in the manifest."""

from __future__ import annotations

import re
import unicodedata

from evidence.manifest import PAYLOAD_FOLDER
from evidence.model import RedactedCopy

MAX_BYTES = 120
"""Longest file name in UTF-8 bytes: short enough for old ZIP programs and for Windows paths below a folder."""

_COPY_ENDINGS = {
    "image/png": "png", "text/plain": "txt", "audio/x-wav": "wav", "video/mp4": "mp4", "video/x-matroska": "mkv",
}  # fmt: skip
_RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(?:\.|$)")
_FORBIDDEN = frozenset('<>:"/\\|?*%')
_INVISIBLE_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def safe_file_name(untrusted_name: str) -> str:
    """``untrusted_name`` as a file name that Windows, macOS and Linux can all hold and nobody can be misled by.

    The result is NFC, at most :data:`MAX_BYTES` bytes, without path separators, characters reserved by Windows,
    control or bidirectional characters, leading dots, trailing dots or spaces, or device names. ``%`` is replaced too:
    RFC 8493 gives it a meaning in manifests. An unusable name becomes ``file``.
    """
    name = unicodedata.normalize("NFC", untrusted_name)
    name = "".join("_" if character in _FORBIDDEN else character for character in name if _is_visible(character))
    name = " ".join(name.split()).lstrip(". ").rstrip(". ")
    if _RESERVED.match(name):
        name = f"_{name}"
    return shorten(name) or "file"


def copy_path(number: str, copy: RedactedCopy) -> str:
    """Where the redacted copy of an exhibit's file stands: a name that says nothing of the original's."""
    ending = _COPY_ENDINGS.get(copy.media_type, "bin")
    return f"{PAYLOAD_FOLDER}/{number}/redacted-{copy.file_index + 1}.{ending}"


def unique_file_name(untrusted_name: str, taken: set[str]) -> str:
    """A safe name that is not yet in ``taken`` (which holds comparison keys, and gets the new one's)."""
    name = safe_file_name(untrusted_name)
    stem, dot, ending = name.rpartition(".")
    if not stem:
        stem, dot, ending = name, "", ""
    candidate, count = name, 1
    while _confusion_key(candidate) in taken:
        count += 1
        tail = f" ({count}){dot}{ending}"
        candidate = shorten(stem, MAX_BYTES - len(tail.encode())) + tail
    taken.add(_confusion_key(candidate))
    return candidate


def shorten(name: str, limit: int = MAX_BYTES) -> str:
    """``name`` cut to ``limit`` bytes of UTF-8; a short ending such as ``.jpeg`` is kept."""
    if len(name.encode()) <= limit:
        return name
    stem, dot, ending = name.rpartition(".")
    tail = dot + ending if stem and len(ending) <= 10 else ""
    stem = stem if tail else name
    room = max(limit - len(tail.encode()), 1)
    return stem.encode()[:room].decode(errors="ignore").rstrip(". ") + tail


def _is_visible(character: str) -> bool:
    return character not in _INVISIBLE_LETTERS and unicodedata.category(character) not in _UNSAFE_CATEGORIES


def _confusion_key(name: str) -> str:
    """Equal for names that some file system takes for the same."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
