"""Every sentence that a check or claim can say stands in the catalogue, in every language."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from evidence.i18n import Language, texts
from evidence.model import Answer, ClaimName

CODE = re.compile(r"(?:container|format|bag|files|signature|report|parser|custody|time|clock|trust|methods|needs|check)"
                  r"\.[a-z0-9_]+")  # fmt: skip
KINDS = ("malformed", "too_greedy", "too_slow", "crashed")
FROM_ELSEWHERE = {
    *(f"parser.{kind}" for kind in KINDS), *(f"files.{kind}" for kind in ("changed", "missing", "added")),
    *(f"container.{kind}" for kind in ("truncated", "bad_compression", "changed_while_read", "unreadable")),
    *(f"custody.{kind}" for kind in ("bad_head_signature", "forked", "rolled_back", "missing_proof", "foreign_event",
                                     "wrong_order", "changed_event", "hidden_event")),
}  # fmt: skip


def said(root: Path) -> set[str]:
    """The codes in the verifier's source."""
    found: set[str] = set(FROM_ELSEWHERE)
    for path in sorted((root / "evidence" / "verify").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
                found.add(node.value)
    return found


def test_every_check_has_its_sentence(language: Language, repository: Path) -> None:
    t = texts(language)
    missing = []
    for code in sorted(said(repository) - {"time.sleep"}):
        try:
            t.code("check", code)
        except KeyError:
            missing.append(code)
        except (IndexError, ValueError) as problem:  # a placeholder that cannot be filled
            pytest.fail(f"{code}: {problem}")
    assert missing == []


def test_every_claim_has_its_sentences(language: Language) -> None:
    t = texts(language)
    for name in ClaimName:
        assert t.code("name", f"claim.{name.value}")
        for answer in Answer:
            if name is not ClaimName.ORIGIN:
                assert t.code("claim", f"{name.value}.{answer.value}")
    for code in ("origin.never", "rests.on_signature", "rests.on_report_signature", "rests.on_originals"):
        assert t.code("claim", code)
