"""``bench verify --corpus``: how often the verifier answers wrongly, over packages made to deceive it."""

from __future__ import annotations

import argparse

from app.bench.corpus import DEFAULT_SEED, DEFAULT_SIZE, document, run_corpus
from app.cli.console import Console
from evidence.errors import EvidenceError
from evidence.i18n import Texts

RIGHT = 0
WRONG = 1


def add_corpus_arguments(parser: argparse.ArgumentParser, t: Texts) -> None:
    """The options of ``bench`` that are about the corpus."""
    parser.add_argument(
        "--corpus", action="store_true", help=t("verify hostile packages instead, and count wrong answers")
    )
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, metavar="N", help=t("seed of the hostile packages"))
    parser.add_argument(
        "--size", type=int, default=DEFAULT_SIZE, metavar="N", help=t("at least this many hostile packages")
    )


def bench_corpus(arguments: argparse.Namespace, console: Console) -> int:
    """Run the corpus; 1 when an answer was wrong. Raises those of :func:`app.bench.corpus.run_corpus`, and
    ``bench.corpus_of_verify`` when another benchmark is named."""
    if arguments.name not in (None, "verify"):
        raise EvidenceError("bench.corpus_of_verify")
    t = console.t
    result = run_corpus(arguments.seed, arguments.size, console.progress)
    lines = [
        t.plural(
            "{n} hostile package was verified in {seconds} s (seed {seed}).",
            "{n} hostile packages were verified in {seconds} s (seed {seed}).",
            result.packages, seconds=f"{result.seconds:.0f}", seed=result.seed,
        ),
        t("false yes: {count}", count=result.false_yes),
        t("false no: {count}", count=result.false_no),
        t("“cannot tell” where it could be told: {count}", count=result.not_told),
        t("damage not named: {count}", count=result.not_named),
        t("crashes: {count}", count=result.crashes),
        t("time-outs: {count}", count=result.time_outs),
        *result.wrong,
    ]  # fmt: skip
    console.result(document(result), lines)
    return RIGHT if result.is_right else WRONG
