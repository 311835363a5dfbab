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
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parents[1])]

from support.hostile import files, manifests, proofs, reports, zips
from support.hostile.cases import Case, Workshop, judge

from evidence.verify import ChildParser, InProcessParser

FAMILIES = (files, zips, manifests, reports, proofs)
KINDS = ("false yes", "false no", "not told", "not named", "crash", "time-out")


def all_cases(shop: Workshop, seed: int, flips: int, room: str = "") -> Iterator[Case]:
    """Every case of every family, or of those in the module ``room``; each flips that many bytes."""
    for number, family in enumerate(FAMILIES):
        if room not in family.__name__:
            continue
        yield from family.cases(shop, random.Random(seed * 100 + number), flips)


def main() -> int:
    """Run the corpus; the exit code says whether every answer was right."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--room", default="", help="one module of families: files, zips, manifests, reports, proofs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--flips", type=int, default=2000)
    parser.add_argument("--child", action="store_true")
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)  # the parsers complain about hostile bytes; the program's child is silent
    shop = Workshop()
    reader = ChildParser() if arguments.child else InProcessParser()
    found: Counter[str] = Counter()
    count = 0
    began = time.monotonic()
    for case in all_cases(shop, arguments.seed, arguments.flips if arguments.all else 60, arguments.room):
        if arguments.only not in case.label:
            continue
        folder = Path(tempfile.mkdtemp(prefix="corpus-"))
        try:
            problems = judge(case, folder, shop, reader)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        count += 1
        for problem in problems:
            found[problem.partition(":")[0]] += 1
            print(f"{case.label}: {problem}")
    reader.close()
    print(
        f"{count} packages in {time.monotonic() - began:.1f} s: " + ", ".join(f"{found[kind]} {kind}" for kind in KINDS)
    )
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
