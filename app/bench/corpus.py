"""The verifier's answers over the hostile corpus: how many were wrong, and in which way.

The generator stands in ``tests/``: only a checkout has it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from evidence.errors import EvidenceError

DEFAULT_SEED = 1
DEFAULT_SIZE = 5000
_ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, slots=True)
class CorpusResult:
    """How many packages were verified, and how many answers were wrong."""

    seed: int
    packages: int
    seconds: float
    false_yes: int
    """*Yes* to a claim of a package for which it does not hold."""
    false_no: int
    not_told: int
    """*Cannot tell* where the answer is known."""
    not_named: int
    """The damaged file was not named."""
    crashes: int
    time_outs: int
    wrong: tuple[str, ...]
    """One line for each wrong answer: family, case, what was answered and what is right."""

    @property
    def is_right(self) -> bool:
        """Whether every answer was right."""
        return not self.wrong


def run_corpus(
    seed: int = DEFAULT_SEED, size: int = DEFAULT_SIZE, progress: Callable[[float, str], None] = lambda _s, _step: None,
    *, only: str = "",
) -> CorpusResult:  # fmt: skip
    """Make at least ``size`` hostile packages from ``seed``, verify each as the program does, and compare.

    ``only`` takes the cases whose family and name contain it. Raises :class:`EvidenceError` ``bench.no_corpus`` where
    the generator or what it needs is not there, ``bench.bad_size`` for a size below 1.
    """
    if size < 1:
        raise EvidenceError("bench.bad_size")
    corpus = _generator()
    wrong: list[str] = []
    began = time.monotonic()
    packages, found = corpus.judge_all(
        seed, size, only=only, say=wrong.append, progress=lambda share: progress(share, "corpus")
    )
    return CorpusResult(
        seed=seed,
        packages=packages,
        seconds=round(time.monotonic() - began, 1),
        false_yes=found["false yes"],
        false_no=found["false no"],
        not_told=found["not told"],
        not_named=found["not named"],
        crashes=found["crash"],
        time_outs=found["time-out"],
        wrong=tuple(wrong),
    )


def document(result: CorpusResult) -> dict[str, Any]:
    """The result as ``--json`` prints it."""
    counts = {name: getattr(result, name) for name in CorpusResult.__slots__ if name != "wrong"}
    return {"name": "verify --corpus", **counts, "wrong": list(result.wrong)}


def _generator() -> ModuleType:
    """The module ``tests/verify/corpus.py`` of this checkout."""
    path = _ROOT / "tests" / "verify" / "corpus.py"
    spec = spec_from_file_location("holdfast_corpus", path) if path.is_file() else None
    if spec is None or spec.loader is None:
        raise EvidenceError("bench.no_corpus")
    tests = str(_ROOT / "tests")
    if tests not in sys.path:
        sys.path.append(tests)
    module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except ImportError as problem:
        raise EvidenceError("bench.no_corpus") from problem
    return module
