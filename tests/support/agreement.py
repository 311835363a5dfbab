"""Whether ``verify.html`` answers as the program does, or openly weaker."""

from __future__ import annotations

import importlib
import pkgutil
import random
from collections.abc import Iterator
from typing import Any

import support.hostile
from support.hostile.cases import Case, Workshop

from evidence.errors import EvidenceError
from evidence.model import VerificationReport

WEAKER = frozenset(
    {
        "container.page_folder", "parser.page_unsupported", "report.page_added_to", "report.page_unsupported",
        "time.page_unsupported",
    }
)  # fmt: skip
"""Reasons with which the page says *cannot tell* where the program can tell. The program itself never gives them."""


def all_cases(shop: Workshop, seed: int, flips: int) -> Iterator[Case]:
    """Every case of every family of the hostile corpus that is a package: the page reads no receipts."""
    for number, found in enumerate(pkgutil.iter_modules(support.hostile.__path__)):
        family = importlib.import_module(f"support.hostile.{found.name}")
        if hasattr(family, "cases"):
            found_cases = family.cases(shop, random.Random(seed * 100 + number), flips)
            yield from (case for case in found_cases if case.read is None)


def disagreements(told: VerificationReport | EvidenceError, document: dict[str, Any]) -> list[str]:
    """What is wrong with the page's answer, beside the program's: lines that begin with ``false yes``, ``other``."""
    if isinstance(told, EvidenceError) or "error" in document:
        wanted = told.code if isinstance(told, EvidenceError) else ""
        return [] if document.get("error", "") == wanted else [f"other: {document.get('error')}, expected {wanted}"]
    reasons = {check["reason"] for check in document["checks"] if check["answer"] != "yes"}
    problems = [f"other: {check}" for check in document["checks"] if check["reason"] == "check.failed"]
    answers = {claim["name"]: claim["answer"] for claim in document["claims"]}
    for claim in told.claims:
        wanted, given = claim.answer.value, answers[claim.name.value]
        is_weaker = given == "cannot_tell" and reasons & WEAKER
        if given != wanted and not is_weaker:
            kind = "false yes" if given == "yes" else "other"
            problems.append(f"{kind}: {claim.name.value} is {given}, expected {wanted} {sorted(reasons)}")
    if not reasons & WEAKER and document["damaged"] != list(told.damaged):
        problems.append(f"other: damaged {document['damaged']}, expected {list(told.damaged)}")
    return problems
