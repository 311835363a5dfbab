"""A sample of the hostile corpus; the whole of it: ``python tests/verify/corpus.py --all``."""

from __future__ import annotations

import itertools
import logging
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from support.hostile import files, manifests, notes, proofs, receipts, redactions, reports, zips
from support.hostile.cases import Case, Workshop, judge

from evidence.verify import ChildParser, Parser

SAMPLE = 45
FLIPS = 20


@pytest.fixture(scope="module")
def shop() -> Workshop:
    return Workshop()


@pytest.fixture(autouse=True)
def silent_parsers() -> Iterator[None]:
    """The parsers complain in the log about hostile bytes; the program's child process is silent too."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def chosen(cases: Iterator[Case], share: int) -> list[Case]:
    """Every case but the flipped bytes, thinned out evenly to about :data:`SAMPLE`."""
    everything = list(cases)
    return list(itertools.islice(everything, share % 3, None, max(1, len(everything) // SAMPLE)))


@pytest.mark.parametrize(
    "family", [files, zips, manifests, notes, reports, proofs, redactions, receipts], ids=lambda family: family.__name__
)  # fmt: skip
def test_every_answer_is_right(family: ModuleType, shop: Workshop, parser: Parser, tmp_path: Path) -> None:
    problems: list[str] = []
    for case in chosen(family.cases(shop, random.Random(7), FLIPS), 0):
        folder = tmp_path / "case"
        folder.mkdir()
        problems += [f"{case.label}: {problem}" for problem in judge(case, folder, shop, parser)]
        shutil.rmtree(folder)
    assert problems == []


def test_the_child_gives_the_same_answers(shop: Workshop, tmp_path: Path) -> None:
    """What the program itself does, with its limits."""
    parser = ChildParser()
    problems: list[str] = []
    try:
        for family in (reports, proofs, manifests):
            for case in list(family.cases(shop, random.Random(3), 4))[::9]:
                folder = tmp_path / "case"
                folder.mkdir()
                problems += [f"{case.label}: {problem}" for problem in judge(case, folder, shop, parser)]
                shutil.rmtree(folder)
    finally:
        parser.close()
    assert problems == []
