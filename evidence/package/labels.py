"""Names of stable codes, as the reader's language has them."""

from __future__ import annotations

from evidence.digest import fingerprint_groups
from evidence.i18n import Texts


def name_of(t: Texts, kind: str, code: str) -> str:
    """The name of ``kind.code``; a code that the catalogue does not know is shown as it is, never hidden."""
    try:
        return t.code("name", f"{kind}.{code}")
    except (KeyError, IndexError):
        return code


def digest_lines(hex_digest: str, group: int = 4, groups: int = 8) -> str:
    """A digest in groups of four digits, eight groups to a line: the same places on every page, easy to compare."""
    step = group * groups
    parts = (hex_digest[start : start + step] for start in range(0, len(hex_digest), step))
    return "\n".join(fingerprint_groups(part, group) for part in parts)
