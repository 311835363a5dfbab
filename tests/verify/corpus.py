"""The hostile corpus: packages that must never be believed, each with the answers that are right.

    python tests/verify/corpus.py                 a sample
    python tests/verify/corpus.py --all           every case; prints false yes, false no, crashes, time-outs
    python tests/verify/corpus.py --only FAMILY   the families whose name contains FAMILY

The same seed gives the same kinds of cases; keys are made afresh. ``--child`` parses in a child process, as the
program does.
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parents[1])]

from support.hostile import files, manifests, notes, proofs, receipts, redactions, reports, zips
from support.hostile.cases import Case, Workshop, judge

from evidence.verify import ChildParser, InProcessParser

FAMILIES = (files, zips, manifests, notes, reports, proofs, redactions, receipts)
KINDS = ("false yes", "false no", "not told", "not named", "crash", "time-out")
FLIP_QUARTERS = 14
"""Three families flip as many bytes as they are told, the added tokens and the receipts a quarter of that each."""
SAMPLE, ALL = 750, 7000


def all_cases(shop: Workshop, seed: int, flips: int, room: str = "") -> Iterator[Case]:
    """Every case of every family, or of those in the module ``room``; each flips that many bytes."""
    for number, family in enumerate(FAMILIES):
        if room not in family.__name__:
            continue
        yield from family.cases(shop, random.Random(seed * 100 + number), flips)


def flips_for(named: int, size: int) -> int:
    """How many bytes each family flips so that ``named`` other cases and the flips are at least ``size`` packages."""
    return max(0, -(-(size - named) * 4 // FLIP_QUARTERS))


def judge_all(
    seed: int, size: int, *, room: str = "", only: str = "", child: bool = True,
    say: Callable[[str], None] = lambda _line: None, progress: Callable[[float], None] = lambda _share: None,
) -> tuple[int, Counter[str]]:  # fmt: skip
    """Make at least ``size`` packages (every named case, the rest flipped bytes), verify each, and compare.

    Returns how many were judged and how many problems of each of :data:`KINDS` there were; ``say`` gets a line for
    each problem. ``child`` parses in a child process with its limits, as the program does.
    """
    shop = Workshop()
    named = sum(1 for _case in all_cases(shop, seed, 0))
    flips = flips_for(named, size)
    reader = ChildParser() if child else InProcessParser()
    found: Counter[str] = Counter(dict.fromkeys(KINDS, 0))
    count = 0
    logging.disable(logging.CRITICAL)  # the parsers complain about hostile bytes; the program's child is silent
    try:
        for case in all_cases(shop, seed, flips, room):
            if only not in case.label:
                continue
            with tempfile.TemporaryDirectory(prefix="corpus-", ignore_cleanup_errors=True) as folder:
                problems = judge(case, Path(folder), shop, reader)
            count += 1
            progress(min(count / max(size, named), 1.0))
            for problem in problems:
                found[problem.partition(":")[0]] += 1
                say(f"{case.label}: {problem}")
    finally:
        logging.disable(logging.NOTSET)
        reader.close()
    return count, found


def main() -> int:
    """Run the corpus; the exit code says whether every answer was right."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--size", type=int, default=0, help="at least this many packages, instead of --all")
    parser.add_argument("--only", default="")
    parser.add_argument("--room", default="", help="one module of families: files, zips, manifests, reports, proofs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--child", action="store_true")
    arguments = parser.parse_args()
    began = time.monotonic()
    count, found = judge_all(
        arguments.seed, arguments.size or (ALL if arguments.all else SAMPLE), room=arguments.room, only=arguments.only,
        child=arguments.child, say=print,
    )  # fmt: skip
    print(
        f"{count} packages in {time.monotonic() - began:.1f} s: " + ", ".join(f"{found[kind]} {kind}" for kind in KINDS)
    )
    return 1 if found.total() else 0


if __name__ == "__main__":
    raise SystemExit(main())
