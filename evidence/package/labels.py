"""Names of stable codes, as the reader's language has them."""

from __future__ import annotations

from evidence.digest import fingerprint_groups
from evidence.i18n import Texts
from evidence.model import ProvenanceFact


def name_of(t: Texts, kind: str, code: str) -> str:
    """The name of ``kind.code``; a code that the catalogue does not know is shown as it is, never hidden."""
    try:
        return t.code("name", f"{kind}.{code}")
    except (KeyError, IndexError):
        return code


def fact(t: Texts, key: str, value: str) -> tuple[str, str]:
    """A machine fact as label and value; values from a fixed list have names too (``fact.cursor.not_drawn``)."""
    try:
        return name_of(t, "fact", key), t.code("name", f"fact.{key}.{value}")
    except (KeyError, IndexError):
        return name_of(t, "fact", key), value


def provenance(t: Texts, finding: ProvenanceFact) -> str:
    """What the file's own structure says, and how to take it."""
    try:
        said = t.code("name", f"fact.{finding.kind}", value=finding.value)
    except (KeyError, IndexError):
        said = finding.kind
    if finding.value not in said:
        said = f"{said}: {finding.value}"
    return f"{said} ({name_of(t, 'reading', finding.reading)})"


def digest_lines(hex_digest: str, group: int = 4, groups: int = 8) -> str:
    """A digest in groups of four digits, eight groups to a line: the same places on every page, easy to compare."""
    step = group * groups
    parts = (hex_digest[start : start + step] for start in range(0, len(hex_digest), step))
    return "\n".join(fingerprint_groups(part, group) for part in parts)
