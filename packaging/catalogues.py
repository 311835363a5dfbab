"""Text catalogues: find what is missing or stale, and compile.

    python packaging/catalogues.py check      list missing, stale and badly filled entries; exit 1 if there are any
    python packaging/catalogues.py compile    write resources/locale/*/LC_MESSAGES/holdfast.mo

Each room keeps its texts in ``resources/locale/LANGUAGE/ROOM.po``; all of a language are compiled into one catalogue.
"""

from __future__ import annotations

import ast
import re
import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "resources" / "locale"
LANGUAGES = ("ko", "en", "fr")
MARKS = ("t", "N_", "plural")
"""Calls whose first argument is English text for the catalogue. Read from the syntax tree, so that a call inside an
f-string counts too."""
CODE_CONTEXTS = ("error", "advice", "check", "claim", "name")
CODE = re.compile(r"[a-z0-9]+\.[a-z0-9_.]+")
PLACEHOLDER = re.compile(r"\{(\w*)[^{}]*\}")

PARTICLE = re.compile(r"(?<=[가-힣])([가-힣])([을를와])(?=[\s.,)!?:]|$)")
"""Korean particles that take one form after a vowel and one after a consonant, and hardly ever end a word otherwise."""

Key = tuple[str | None, str]


def load(language: str, conflicts: list[str] | None = None) -> Catalog:
    """Merge the rooms' files of one language. A message may stand in two files, if both say the same; where they do
    not, the first counts and ``conflicts`` says so."""
    merged = Catalog(locale=language)
    seen: dict[Key, tuple[str, Any]] = {}
    for path in sorted((LOCALE / language).glob("*.po")):
        with path.open("rb") as stream:
            room = read_po(stream, locale=language)
        for message in room:
            if not message.id:
                continue
            key = (message.context, message.id if isinstance(message.id, str) else message.id[0])
            other, said = seen.setdefault(key, (str(path), message.string))
            if said != message.string and conflicts is not None:
                conflicts.append(f"{path.name}: {language}: {key} is said otherwise in {Path(other).name}")
            merged.add(message.id, said, context=message.context)
    return merged


def marked_in_code() -> tuple[set[str], set[str]]:
    """English messages marked in the code, and the codes of errors raised there."""
    messages: set[str] = set()
    codes: set[str] = set()
    for folder in ("app", "evidence", "ui"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_bytes())):
                if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                    first = node.args[0].value
                    if not isinstance(first, str):
                        continue
                    if name in MARKS:
                        messages.add(first)
                    elif name.endswith("Error") and CODE.fullmatch(first):
                        codes.add(first)
    return messages, codes


def problems() -> list[str]:
    """Every missing, stale or badly filled entry, one line each."""
    messages, codes = marked_in_code()
    found: list[str] = []
    by_language = {language: load(language, found) for language in LANGUAGES}
    code_keys = {
        (message.context, message.id) for catalogue in by_language.values() for message in catalogue
        if message.id and message.context in CODE_CONTEXTS
    }  # fmt: skip
    for language, catalogue in by_language.items():
        wanted: set[Key] = {(context, code) for code in codes for context in ("error", "advice")} | code_keys
        if language != "en":
            wanted |= {(None, text) for text in messages}
        present: set[Key] = set()
        for message in catalogue:
            if not message.id:
                continue
            identifier = message.id if isinstance(message.id, str) else message.id[0]
            present.add((message.context, identifier))
            forms = [message.string] if isinstance(message.string, str) else list(message.string)
            if not all(forms) or message.fuzzy:
                found.append(f"{language}: empty or fuzzy: {identifier!r}")
            if language == "ko":
                found += [f"ko: particle: {word}: {identifier!r}" for form in forms for word in misfits(form)]
            if message.context is None:
                if identifier not in messages:
                    found.append(f"{language}: stale: {identifier!r}")
                fields = set(PLACEHOLDER.findall(identifier))
                if any(not set(PLACEHOLDER.findall(form)) <= fields | {"n"} for form in forms):
                    found.append(f"{language}: unknown placeholder: {identifier!r}")
            elif message.context in ("error", "advice") and identifier not in codes:
                found.append(f"{language}: stale code: {message.context} {identifier!r}")
        found += [f"{language}: missing: {key[0] or 'text'} {key[1]!r}" for key in sorted(wanted - present, key=str)]
    return found


def misfits(text: str) -> list[str]:
    """Syllables whose particle does not fit: 을 after a vowel, 를 or 와 after a consonant. A Hangul syllable ends in a
    vowel when its number is a multiple of 28 (Unicode, chapter 3.12)."""
    wrong = []
    for match in PARTICLE.finditer(text):
        ends_in_vowel = (ord(match[1]) - 0xAC00) % 28 == 0
        if ends_in_vowel == (match[2] == "을"):
            wrong.append(match[0])
    return wrong


def compile_all() -> None:
    """Write the compiled catalogues; the same input gives the same bytes."""
    for language in LANGUAGES:
        target = LOCALE / language / "LC_MESSAGES" / "holdfast.mo"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(compiled(language))


def compiled(language: str) -> bytes:
    """The bytes of one language's compiled catalogue."""
    catalogue = load(language)
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    stream = BytesIO()
    write_mo(stream, catalogue)
    return stream.getvalue()


if __name__ == "__main__":
    if sys.argv[1:] == ["compile"]:
        compile_all()
    elif sys.argv[1:] == ["check"]:
        lines = problems()
        sys.stdout.write("\n".join(lines) + ("\n" if lines else ""))
        raise SystemExit(1 if lines else 0)
    else:
        raise SystemExit(__doc__)
