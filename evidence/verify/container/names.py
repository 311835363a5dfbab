"""Which names are safe, which are the same for a careless reader, and which files an operating system leaves behind."""

from __future__ import annotations

import re
import unicodedata

_RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(?:\.|$)")
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"\\|?*]')
_HIDDEN_DIRECTION = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SYSTEM_MAGIC = {
    ".ds_store": (b"\x00\x00\x00\x01Bud1",),
    "thumbs.db": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",),
}
_APPLE_DOUBLE = b"\x00\x05\x16\x07"
MAX_SYSTEM_FILE = 1 << 20
MAX_PATH = 4096


def key_of(untrusted_path: str) -> str:
    """The form under which paths are compared: NFC, since macOS may hand names over decomposed."""
    return unicodedata.normalize("NFC", untrusted_path)


def confusion_key(untrusted_path: str) -> str:
    """Equal for paths that some file system or reader takes for the same: compatibility forms and case folded."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", untrusted_path).casefold())


def unsafe_reason(untrusted_path: str) -> str:
    """The check code of why no file of a package can have this path, or an empty string."""
    if untrusted_path.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", untrusted_path):
        return "container.absolute_path"
    parts = re.split(r"[/\\]", untrusted_path)
    if ".." in parts:
        return "container.escaping_path"
    if len(untrusted_path) > MAX_PATH or any(part in ("", ".") for part in parts):
        return "container.unsafe_name"
    if _FORBIDDEN.search(untrusted_path) or _HIDDEN_DIRECTION.search(untrusted_path):
        return "container.unsafe_name"
    for part in parts:
        if _RESERVED.match(part) or part[-1] in ". ":
            return "container.unsafe_name"
    return ""


def is_system_file(untrusted_path: str, size: int, head: bytes) -> bool:
    """Whether this is a small file that Windows or macOS adds by itself, by its name and its first bytes.

    Such a file is named in the answer but is not counted as an addition. A name alone is not enough.
    """
    if size > MAX_SYSTEM_FILE:
        return False
    name = untrusted_path.rpartition("/")[2].casefold()
    if name.startswith("._"):
        return head.startswith(_APPLE_DOUBLE)
    return any(head.startswith(magic) for magic in _SYSTEM_MAGIC.get(name, ()))
